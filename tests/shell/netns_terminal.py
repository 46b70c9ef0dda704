#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""NODE exec on a terminal: a program in the foreground has it, Ctrl-C and
Ctrl-Z included, and netloom has it back afterwards, as it was."""
import os
import subprocess
import sys
import tempfile
import termios

try:
    import pexpect
except ImportError:
    print('python3-pexpect is not installed')
    sys.exit(77)

NETLOOM = os.path.realpath(os.environ.get('NETLOOM', './netloom'))
LAB = '''version: 1
name: door
nodes: {h1: {kind: host}, l1: {kind: netns}}
links:
  - {endpoints: ["h1:eth0", "l1:eth0"], ipv4: 10.0.1.0/24}
'''
CTRL_C, CTRL_D, CTRL_Z = '\x03', '\x04', '\x1a'
PROMPT = r'netloom [0-9.]+s> '


class Session:
    def __init__(self, folder):
        env = dict(os.environ, HOME=folder, TERM='xterm', INPUTRC='/dev/null')
        self.child = pexpect.spawn(NETLOOM, ['lab.yaml', '-q'], cwd=folder, env=env,
                                   encoding='utf-8', timeout=30, dimensions=(40, 120))
        self.expect(PROMPT)

    def send(self, text):
        self.child.send(text)

    def expect(self, *texts):
        for text in texts:
            self.child.expect(text)

    def do(self, line, *texts):
        self.send(line + '\r')
        self.expect(*texts)


def it_has_the_terminal(s):
    s.do('l1 exec tty', r'\n/dev/pts/\d+', PROMPT)
    s.do('l1 exec cat', r'exec cat\r\n')
    s.do('hello', r'hello\r\nhello\r\n')
    s.send(CTRL_D)
    s.expect(PROMPT)
    s.do('l1 exec --json sh -c "echo in JSON"', r'\{"status":0,"stdout":"in JSON\\n"', PROMPT)


def keys_are_its_own(s):
    s.do('l1 exec sh -c "echo go; exec sleep 1000"', r'\ngo\r\n')
    s.send(CTRL_Z)                       # nobody could continue it
    s.send(CTRL_C)
    s.expect(PROMPT)
    s.do('l1 exec sh -c "trap \'echo caught; exit 5\' INT; echo go; while :; do sleep .1; done"',
         r'\ngo\r\n')
    s.send(CTRL_C)
    s.expect(r'caught\r\n', PROMPT)
    s.do('jobs', PROMPT)


def a_shell_inside_has_jobs(s):
    s.do('l1 exec env -u PROMPT_COMMAND bash --norc', 'l1# ')
    s.do('ping -c 1 -q h1', r' 1 received', 'l1# ')
    s.do('sleep 1000', r'1000\r\n')
    s.send(CTRL_Z)
    s.expect(r'\[1\]\+ +Stopped', 'l1# ')
    s.do('kill %1; wait; echo $?', 'l1# ')
    s.do('stty -echo; exit 3', PROMPT)


def the_terminal_comes_back_as_it_was(s):
    before = termios.tcgetattr(s.child.child_fd)
    s.do('l1 exec stty -echo -icanon -isig', PROMPT)
    assert termios.tcgetattr(s.child.child_fd)[3] == before[3]
    # Lab time goes on, and Ctrl-C is netloom's again.
    s.do('h1 ping l1', r'icmp_seq=2 ')
    s.send(CTRL_C)
    s.expect(r'ping statistics', PROMPT)


def a_job_has_no_terminal(s):
    s.do('l1 exec sh -c "tty; read x; echo done $?" &', r'\[1\] not a tty', r'\[1\] done 1')


def run(case):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'lab.yaml'), 'w') as f:
            f.write(LAB)
        s = Session(folder)
        try:
            case(s)
            s.send('quit\r')
            s.expect(pexpect.EOF)
            s.child.close()
            assert s.child.exitstatus == 0, s.child.exitstatus
        except (pexpect.ExceptionPexpect, AssertionError) as e:
            print(f'{case.__name__}: {e}')
            return False
        finally:
            s.child.close(force=True)
    return True


def why_not():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'lab.yaml')
        with open(path, 'w') as f:
            f.write(LAB)
        r = subprocess.run([NETLOOM, path, '-q', '-c', 'nodes'], stderr=subprocess.PIPE,
                           stdout=subprocess.DEVNULL, text=True)
    return r.stderr.strip() if 'needs root or' in r.stderr or "'ip'" in r.stderr else ''


def main():
    if why_not():
        print(why_not())
        return 77
    cases = [it_has_the_terminal, keys_are_its_own, a_shell_inside_has_jobs,
             the_terminal_comes_back_as_it_was, a_job_has_no_terminal]
    return 0 if all([run(case) for case in cases]) else 1


sys.exit(main())
