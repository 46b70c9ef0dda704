#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The segment scripts of tests/tcp and tests/udp against the kernel of this
machine, many side by side: they wait, they do not compute.  What is known to
differ stands in differences.tsv, with the reason: anything new fails.

	judge.py [-v] [-l SECONDS] [FILE.pkt...]

-v tells all that happens; -l runs longer scripts, too (30 s of their own time)."""
import argparse
import collections
import concurrent.futures
import glob
import multiprocessing
import os
import subprocess
import sys
import time

import kernel
import script

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(os.path.dirname(HERE))
AT_ONCE, FEW = 24, 4         # so many wait side by side; ...
AGAIN = 2                    # ... so often again, for the machine may have been late
LATE = 60                    # s that a script may take beside its own time
SKIPPED = 77


def lacking():
    """Why the kernel cannot be asked here, or None."""
    if os.geteuid() != 0:
        return 'needs root'
    if not os.path.exists('/dev/net/tun'):
        return 'no /dev/net/tun'
    if subprocess.run(['unshare', '-n', 'true'], stderr=subprocess.DEVNULL).returncode:
        return 'no network namespaces'
    if subprocess.run(['which', 'ip'], stdout=subprocess.DEVNULL).returncode:
        return 'no program ip'
    return None


def known():
    """{script: reason}"""
    with open(os.path.join(HERE, 'differences.tsv')) as f:
        rows = [line.rstrip('\n').split('\t') for line in f if line[0] != '#']
    return dict(rows)


def _child(path, end, verbose):
    trace = []
    try:
        got = kernel.play(path, trace.append)
    except Exception as why:                      # of the judge itself
        got = 'broken', '%s: %s' % (type(why).__name__, why)
    end.send((*got, trace if verbose or got[0] != 'passed' else []))
    end.close()
    os._exit(0)


def run(path, seconds, verbose=False):
    """(verdict, text, trace)"""
    here, there = multiprocessing.Pipe(False)
    child = multiprocessing.get_context('fork').Process(target=_child, args=(path, there, verbose))
    child.start()
    there.close()
    got = ('unlike', 'it does not end', [])
    if here.poll(seconds + LATE):
        try:
            got = here.recv()
        except EOFError:
            got = 'broken', 'the judge died', []
    child.kill()
    child.join()
    return got


def name_of(path):
    return '/'.join(os.path.abspath(path).split(os.sep)[-2:])


def judge(paths, longest, verbose):
    """[(path, verdict, text, trace)]"""
    todo, out = [], []
    for path in paths:
        try:
            seconds = script.duration(script.Reader(open(path).read()).script()[1])
        except script.Lacks as why:
            out.append((path, 'lacks', str(why), []))
            continue
        if seconds > longest:
            out.append((path, 'lacks', 'takes %d s' % seconds, []))
        else:
            todo.append((path, seconds))
    todo.sort(key=lambda t: -t[1])
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        got = list(pool.map(lambda t: run(*t, verbose), todo))
    with concurrent.futures.ThreadPoolExecutor(FEW) as pool:
        for _ in range(AGAIN):
            again = [i for i in range(len(todo)) if got[i][0] not in ('passed', 'lacks')]
            for i, v in zip(again, pool.map(lambda i: run(*todo[i], verbose), again)):
                got[i] = v
    return sorted(out + [(path, *v) for (path, _), v in zip(todo, got)])


def report(results, expected, verbose):
    """How many were of which kind; each is told of but what was to be."""
    count = collections.Counter()
    for path, verdict, text, trace in results:
        name = name_of(path)
        why = expected.get(name)
        if verdict == 'unlike' and why:
            verdict = 'known'
        elif verdict == 'passed' and why:
            verdict = 'alike'
        count[verdict] += 1
        if verbose or verdict not in ('passed', 'known'):
            print('%-7s %s%s' % (verdict, name, ': ' + text if text else ''))
        if verbose:
            print(''.join('    %s\n' % t for t in trace), end='')
    return count


def main():
    args = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    args.add_argument('-v', action='store_true', dest='verbose')
    args.add_argument('-l', type=float, default=30, dest='longest')
    args.add_argument('files', nargs='*')
    args = args.parse_args()
    why = lacking()
    if why:
        print('skipped: ' + why)
        return SKIPPED
    paths = args.files or sorted(glob.glob(TESTS + '/tcp/*.pkt') + glob.glob(TESTS + '/udp/*.pkt'))
    began = time.monotonic()
    count = report(judge(paths, args.longest, args.verbose), known(), args.verbose)
    print('%d alike, %d differ as known, %d differ, %d not to be asked, in %d s' % (
        count['passed'] + count['alike'], count['known'], count['unlike'] + count['broken'],
        count['lacks'], time.monotonic() - began))
    return 1 if count['unlike'] + count['broken'] else 0


if __name__ == '__main__':
    sys.exit(main())
