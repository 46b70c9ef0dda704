# SPDX-License-Identifier: GPL-3.0-or-later
"""Random lives of a connection (scenario.py), lived against the kernel of this
machine (record.py); what it did is a script that our stack has to follow.

	roam.py SEED COUNT       so many lives; how many were unlike, by kind
	roam.py -s SEED...       the shortest that is unlike in the same way, as a script
	roam.py -1 SEED          one, with the script

It is a tool and no test: a timer of Linux is up to an eighth late, and what
differs then is told, too. Only what differs three times in a row counts."""
import argparse
import collections
import concurrent.futures
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile

import judge
import record
import scenario

NETLOOM = os.path.join(os.path.dirname(judge.TESTS), 'netloom')
AT_ONCE, AGAIN = 24, 2
LONGEST = 40                 # s that a life may take on a busy machine
ROUNDS = 14                  # of making one shorter

# What is told apart from what is new: name, in the message, in the line of the script.
KNOWN = (
    ('a full segment goes whole beside SACK blocks', 'payload', r'[1-9]\d*\(\d+\).*sack \d'),
    ('Linux joins small segments that it sends again', 'tcp_fin', r'> .*F\S* \d+:\d+\([1-9]'),
    ('Linux lowers the threshold of duplicates without SACK', '', r'reordering == [12],'),
    ('where a long write is pushed', 'tcp_psh', ''),
    ('the window of a full buffer holds up the second ACK', 'tcp_ack_seq', r'> \S* \. '),
)


def _child(s, end):
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    try:
        end.send((True, record.record(s)))
    except Exception as why:                      # of the tool itself
        end.send((False, '%s: %s' % (type(why).__name__, why)))
    end.close()
    os._exit(0)


def lived(s):
    """(True, script) or (False, why)."""
    here, there = multiprocessing.Pipe(False)
    child = multiprocessing.get_context('fork').Process(target=_child, args=(s, there))
    child.start()
    there.close()
    got = False, 'it does not end'
    if here.poll(LONGEST):
        try:
            got = here.recv()
        except EOFError:
            got = False, 'it died'
    child.kill()
    child.join()
    here.close()
    return got


def kind_of(message, line):
    for name, words, pattern in KNOWN:
        if words in message and re.search(pattern, line):
            return 'known: ' + name
    if 'assert' in line or 'nstat' in line:
        message = line.split(None, 1)[1]
    elif 'field' in message:
        message = re.sub('(expected|actual).*', '', message)
    return re.sub(r'\d[\d.]*', 'N', message)


def follow(text):
    """(kind, what is told): of the first difference of our stack; '' if there is none."""
    with tempfile.NamedTemporaryFile('w', suffix='.pkt') as f:
        f.write(text)
        f.flush()
        try:
            got = subprocess.run([NETLOOM, 'packetdrill', f.name], capture_output=True,
                                 text=True, timeout=LONGEST)
        except subprocess.TimeoutExpired:
            return 'our stack does not end', ''
        out = (got.stdout + got.stderr).replace(f.name, '')
    if got.returncode == 0:
        return '', ''
    if got.returncode != 1:
        return 'status %d' % got.returncode, out
    m = re.search(r':(\d+): (.*)', out)
    if not m:
        return 'status 1', out
    line = text.split('\n')[int(m[1]) - 1]
    return kind_of(m[2], line), '%s    %s' % (out, line)


def once(s):
    """(kind, what is told, script)"""
    lives, text = lived(s)
    return (*follow(text), text) if lives else ('broken', text, '')


def surely(s):
    first = once(s)
    for _ in range(AGAIN):
        if first[0] and once(s)[0] != first[0]:
            return '', 'not always', ''
    return first


def shrink(s, kind, pool):
    """The operations that are needed, and what once() says of them."""
    def fits(ops):
        got = [once(dict(s, ops=ops)) for _ in range(AGAIN)]
        return (ops, got[0]) if all(g[0] == kind for g in got) else None

    ops, best, n = s['ops'], None, max(1, len(s['ops']) // 2)
    for _ in range(ROUNDS):
        shorter = [ops[:i] + ops[i + n:] for i in range(0, len(ops), n)]
        got = [g for g in pool.map(fits, shorter) if g]
        if got:
            ops, best = min(got, key=lambda g: len(g[0]))
        elif n == 1:
            break
        n = max(1, min(n if got else n // 2, len(ops) // 2))
    return ops, best


def roam(first, count, pool):
    kinds = collections.defaultdict(list)
    unsure = 0
    jobs = {pool.submit(surely, scenario.make(n)): n for n in range(first, first + count)}
    for job in concurrent.futures.as_completed(jobs):
        kind, why, _ = job.result()
        unsure += why == 'not always'
        if kind:
            kinds[kind].append((len(scenario.make(jobs[job])['ops']), jobs[job]))
    for kind, seeds in sorted(kinds.items(), key=lambda k: -len(k[1])):
        print('%4d %s: %s' % (len(seeds), kind, ' '.join(str(n) for _, n in sorted(seeds)[:5])))
    print('%d lives, %d unlike, %d unlike but not always' % (
        count, sum(map(len, kinds.values())), unsure))


def main():
    args = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    args.add_argument('-s', action='store_true', dest='shorten')
    args.add_argument('-1', action='store_true', dest='one')
    args.add_argument('numbers', nargs='+', type=int)
    args = args.parse_args()
    why = judge.lacking()
    if why:
        print('skipped: ' + why)
        return judge.SKIPPED
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        if args.one:
            kind, told, text = once(scenario.make(args.numbers[0]))
            print(text + (told or 'alike'))
        elif args.shorten:
            for n in args.numbers:
                s = scenario.make(n)
                got = surely(s)
                ops, best = shrink(s, got[0], pool) if got[0] else (s['ops'], None)
                kind, told, text = best or got
                print('// seed %d, %d of %d operations: %s\n%s%s' % (
                    n, len(ops), len(s['ops']), kind or 'alike', text, told))
        else:
            roam(args.numbers[0], args.numbers[1] if len(args.numbers) > 1 else 100, pool)
    return 0


if __name__ == '__main__':
    sys.exit(main())
