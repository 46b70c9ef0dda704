#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands come from a pipe that stays open: a lab with doors lives on between
them, at the pace of the wall clock."""
import os
import signal
import subprocess
import sys
import tempfile

from port_lab import LAB, NETLOOM, TIMEOUT, Peer, Session, asked_for, run


def the_lab_answers_while_no_command_runs():
    s = Session('-q')
    before = s.do('time')['now']
    x = Peer('x.sock', '02005e000001', '10.0.2.2')
    mac = x.who_has('10.0.2.1')
    assert len(mac) == 12, mac
    x.ping(mac, '10.0.2.1', 1)
    while x.recv()[23:24] != b'\1':
        pass
    assert s.do('time')['now'] > before
    port = s.do('show ports')[0]
    assert (port['node'], port['ifname'], port['kind'], port['argument'], port['state']) == \
        ('x', 'eth0', 'unix', 'x.sock', 'connected'), port
    assert port['in_frames'] == 2 and port['out_frames'] >= 2, port
    assert s.end() == 0


def half_a_line_does_not_stop_it():
    s = Session('-q')
    s.do('time')
    x = Peer('x.sock', '02005e000001', '10.0.2.2')
    s.netloom.stdin.write('sho')
    s.netloom.stdin.flush()
    x.who_has('10.0.2.1')
    assert len(s.do('w ports')) == 2
    s.netloom.stdin.write('time')                 # the last line needs no newline
    s.netloom.stdin.close()
    assert '"now":' in s.netloom.stdout.read()
    assert s.netloom.wait(TIMEOUT) == 0


def ctrl_c_ends_it():
    s = Session('-q')
    s.do('time')
    s.netloom.send_signal(signal.SIGINT)
    assert s.netloom.wait(TIMEOUT) == 1
    s.netloom.stdin.close()
    assert not os.path.exists('x.sock')


def it_says_that_time_follows_the_clock():
    with subprocess.Popen([NETLOOM, 'lab.yaml'], stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as p:
        err = p.stderr.read()
    assert err == 'netloom: the lab has doors to the outside: its time follows the wall ' \
        'clock (pace real)\n', err


def many_and_long_lines_are_whole():
    lines = 'time\n' * 3000 + '# ' + 'x' * 100000 + '\ntime'
    status, out, err = run('lab.yaml', '-q', stdin=lines)
    said = asked_for(out.splitlines())
    assert (status, len(said), err) == (0, 3001, ''), (status, len(said), err)


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        with open('lab.yaml', 'w', encoding='utf-8') as f:
            f.write(LAB)
        for test in (the_lab_answers_while_no_command_runs, half_a_line_does_not_stop_it,
                     ctrl_c_ends_it, it_says_that_time_follows_the_clock,
                     many_and_long_lines_are_whole):
            try:
                test()
            except (AssertionError, EOFError, OSError) as e:
                print(f'{test.__name__}: {type(e).__name__}: {e}')
                sys.exit(1)


main()
