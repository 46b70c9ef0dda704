#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys on a terminal: ?, TAB, Ctrl-C, Ctrl-D, history, and events that come
while a line is typed."""
import os
import sys
import tempfile

try:
    import pexpect
except ImportError:
    print('python3-pexpect is not installed')
    sys.exit(77)

NETLOOM = os.path.realpath(os.environ.get('NETLOOM', './netloom'))
LAB = '''version: 1
name: line
nodes: {h1: {kind: host}, r1: {routing: static}, h2: {kind: host}}
links:
  - {endpoints: ["h1:eth0", "r1:eth0"], ipv4: 10.0.1.0/24, delay: 1ms}
  - {endpoints: ["r1:eth1", "h2:eth0"], ipv4: 10.0.2.0/24, delay: 1ms}
'''
TAB, CTRL_C, CTRL_D, CTRL_U, UP = '\t', '\x03', '\x04', '\x15', '\x1b[A'
CTRL_BACKSLASH = '\x1c'


class Session:
    """netloom on a terminal, in a folder and a home of its own."""

    def __init__(self, folder, args=()):
        env = dict(os.environ, HOME=folder, TERM='xterm', INPUTRC='/dev/null')
        self.child = pexpect.spawn(NETLOOM, ['lab.yaml', *args], cwd=folder, env=env,
                                   encoding='utf-8', timeout=20, dimensions=(40, 120))
        self.child.delaybeforesend = None

    def send(self, text):
        self.child.send(text)

    def expect(self, *texts):
        for text in texts:
            self.child.expect_exact(text)

    def do(self, line, *texts):
        self.send(line + '\r')
        self.expect(*texts)

    def end(self):
        # Keys count as keys only while a line is read: wait for that.
        self.send(CTRL_U + 'time\r')
        self.child.expect(r'\r\n[0-9.]+s\r\n.*> ')
        self.send(CTRL_D)
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus


def question_mark_lists_and_keeps_the_line(s):
    s.expect('netloom 0s> ')
    s.send('show ?')
    s.expect('  counters ', 'what the stacks counted', '  seed ', 'netloom 0s> show ')
    s.send('seed\r')
    s.expect('1\r\n', 'netloom 0s> ')
    s.send('link h1 ?')
    s.expect('  B ', 'a node or NODE:INTERFACE: h1 r1 h2', 'netloom 0s> link h1 ')
    s.send(CTRL_U + 'links ?')
    s.expect('<Enter>', 'netloom 0s> links ')
    s.send(CTRL_U + "capture start 'wh?'")
    s.expect("'wh?'")
    s.send(CTRL_U + 'h1 curl http://h2/?x=1')
    s.expect('http://h2/?x=1')
    s.send(' ?')
    s.expect('  ARGS ', 'netloom 0s> h1 curl http://h2/?x=1 ')
    assert s.end() == 0


def tab_completes_words_nodes_interfaces_addresses(s):
    s.expect('netloom 0s> ')
    s.send('pinga' + TAB)
    s.expect('pingall   ', 'pingallfull', 'netloom 0s> pingall')
    s.send(CTRL_U + 'h1 tracer' + TAB)
    s.expect('h1 traceroute ')
    s.send(CTRL_U + 'r1 ip link set eth' + TAB)
    s.expect('eth0', 'eth1', 'set eth')
    s.send(CTRL_U + 'h1 ip route get 10.0.2.' + TAB)
    s.expect('10.0.2.1', '10.0.2.2', 'get 10.0.2.')
    s.send(CTRL_U + 'source la' + TAB + '\r')
    s.expect('source lab.yaml ', 'lab.yaml:1: ')
    assert s.end() == 0


def ctrl_c_cancels_a_line_and_interrupts_a_command(s):
    s.expect('netloom 0s> ')
    s.send('link h1 r1 down')
    s.expect('link h1 r1 down')             # ^C takes away what was not read yet
    s.send(CTRL_C)
    s.expect('^C', 'netloom 0s> ')
    s.send(CTRL_BACKSLASH)                  # is nothing at a prompt
    s.do('links', 'h1-eth0<->r1-eth0 (OK OK)', 'netloom 0s> ')
    s.do('pace real', 'pace real')
    s.do('h1 ping r1', '64 bytes from 10.0.1.2: icmp_seq=1 ')
    s.send(CTRL_C)
    s.expect('--- r1 ping statistics ---', '0% packet loss', 's> ')
    s.do('run 1h', 'run 1h\r\n')
    s.send(CTRL_C)
    s.expect('interrupted at ', 's> ')
    s.do('pace virtual', 'pace virtual')
    s.do('links', '(OK OK)')
    assert s.end() == 0


def marks_of_a_paste_are_nothing(s):
    s.expect('netloom 0s> ')
    s.send('show \x1b[200~se')               # a paste that never ends
    s.send('ed\r')
    s.expect('\r\n1\r\n', 'netloom 0s> ')
    s.send('\x1b[200~show\x1b[201~ seed\r')
    s.expect('\r\n1\r\n', 'netloom 0s> ')
    assert s.end() == 0


def ctrl_d_leaves_the_node_then_the_shell(s):
    s.expect('netloom 0s> ')
    s.do('h1', 'h1 0s> ')
    s.do('ping -c 1 r1', '1 received', 'h1 0')
    s.send(CTRL_D)
    s.expect('netloom 0')
    assert s.end() == 0


def history_comes_back_in_the_next_session(s):
    s.expect('netloom 0s> ')
    s.do('show seed', 'netloom 0s> ')
    s.do('net', 'netloom 0s> ')
    assert s.end() == 0
    again = Session(s.folder)
    again.expect('netloom 0s> ')
    for line in ('time', 'net', 'show seed'):
        again.send(UP)
        again.expect(line)
    again.send('\r')
    again.expect('1\r\n')
    again.do('history', '0s  show seed', '0s  history')
    assert again.end() == 0


def an_event_does_not_tear_the_line_being_typed(s):
    s.expect('netloom 0s> ')
    s.do('pace real', 'pace real', 's> ')
    s.do('h1 ping -c 2 r1 &', '[1] h1 ping', 's> ')
    s.send('show se')
    s.expect('show se', 'icmp_seq=2', '[1] rtt')
    s.expect('show se')               # drawn again below
    s.send('ed\r')
    s.expect('\r\n1\r\n')
    assert s.end() == 0


TESTS = [question_mark_lists_and_keeps_the_line,
         tab_completes_words_nodes_interfaces_addresses,
         ctrl_c_cancels_a_line_and_interrupts_a_command,
         marks_of_a_paste_are_nothing,
         ctrl_d_leaves_the_node_then_the_shell,
         history_comes_back_in_the_next_session,
         an_event_does_not_tear_the_line_being_typed]


def main():
    failed = 0
    for test in TESTS:
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, 'lab.yaml'), 'w', encoding='utf-8') as f:
                f.write(LAB)
            session = Session(folder)
            session.folder = folder
            try:
                test(session)
            except (pexpect.ExceptionPexpect, AssertionError) as e:
                failed += 1
                print(f'FAIL {test.__name__}: {type(e).__name__}: exit status '
                      f'{session.child.exitstatus}')
                print(f'  wanted: {session.child.searcher}')
                print(f'  got: {session.child.before!r}')
            finally:
                session.child.close(force=True)
    return failed != 0


sys.exit(main())
