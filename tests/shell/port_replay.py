#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session with programs behind its doors is recorded; the record and the
saved history give the same captures, byte for byte, without the programs."""
import os
import socket
import sys
import tempfile

from port_lab import LAB, Peer, Session, run


def same(a, b):
    with open(a, 'rb') as f, open(b, 'rb') as g:
        return f.read() == g.read()


def talk(s):
    """Frames come and go while commands run and while none does."""
    s.do('capture start all live.pcapng')
    s.do('r1 ping -c 1 -W 0.1 10.0.2.2')          # nobody is behind the door yet
    x = Peer('x.sock', '02005e000001', '10.0.2.2')
    y = Peer('y.sock', '02005e000002', '10.0.3.2')
    gateway = x.who_has('10.0.2.1')
    y_gateway = y.who_has('10.0.3.1')
    for i in range(30):
        x.ping(gateway, '10.0.1.2', i)
        y.ping(y_gateway, '10.0.1.2', i)
        if i % 10 == 0:
            s.do('show ports')
    s.do('r1 ping -c 2 -i 0.05 -W 0.1 10.0.2.2')
    s.do('expose h1:7 0')
    s.do('h1 echo -u &')
    app = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    app.settimeout(30)
    app.connect(('127.0.0.1', s.do('expose')[0]['port']))
    app.send(b'one')
    assert app.recv(100) == b'one'
    s.do('run 100ms')
    app.send(b'two' * 1000)
    assert app.recv(5000) == b'two' * 1000
    s.do('wait converged 100ms')
    x.sock.close()
    s.do('h1 ping -c 2 -i 0.05 -W 0.1 10.0.2.2')
    s.do('run 50ms')
    return s.do('show ports')


def replay_is_the_same():
    s = Session('--record', 'rec.pcapng', '-q')
    ports = talk(s)
    s.tell('history save saved.nl')
    stopped = s.do('port record stop')
    s.end()                                       # pings were lost: status 1
    # Two ARP requests, sixty pings and the answers to ARP requests from the lab.
    assert stopped['recorded'] == sum(p['in_frames'] for p in ports) + 2, stopped
    assert stopped['recorded'] >= 64, stopped
    os.rename('live.pcapng', 'first.pcapng')
    status, out, err = run('lab.yaml', '--replay', 'rec.pcapng', '--record', 'again.pcapng',
                           '-f', 'saved.nl', '-c', 'show ports')
    assert 'rec.pcapng' not in err, err
    assert same('first.pcapng', 'live.pcapng'), 'the captures differ'
    assert same('rec.pcapng', 'again.pcapng'), 'the record of the replay differs'
    assert 'unix:x.sock' in out and '0 of' in out, out


def a_killed_writer_loses_little():
    s = Session('--record', 'killed.pcapng', '-q')
    s.do('time')
    x = Peer('x.sock', '02005e000001', '10.0.2.2')
    x.who_has('10.0.2.1')
    s.netloom.kill()
    s.netloom.wait()
    s.netloom.stdin.close()
    s.netloom.stdout.close()
    status, out, err = run('lab.yaml', '--replay', 'killed.pcapng', '-c', 'run 60s',
                           '-c', 'arp', '-c', 'r1 ip neigh')
    assert '10.0.2.2 dev eth1 lladdr 02:00:5e:00:00:01' in out, (status, out, err)
    with open('killed.pcapng', 'rb') as f:
        data = f.read()
    with open('torn.pcapng', 'wb') as f:
        f.write(data[:-7])
    with open('damaged.pcapng', 'wb') as f:
        f.write(data[:-4] + b'\0\0\0\0')


def what_cannot_be_replayed_says_why():
    def refuse(name, text):
        status, out, err = run('lab.yaml', '--replay', name, stdin='')
        assert (status, out) == (2, ''), (name, status, out)
        assert text in err and err.count('\n') == 1, (name, err)

    refuse('none.pcapng', 'netloom: cannot open none.pcapng: No such file or directory')
    refuse('lab.yaml', 'lab.yaml: block 1: not a pcapng file')
    refuse('damaged.pcapng', 'its two lengths differ')
    refuse('first.pcapng', "this lab has no door 'h1:eth0'")
    status, _, err = run('lab.yaml', '--replay', 'torn.pcapng', stdin='time\n')
    assert status == 0 and 'ends within a record' in err, err
    status, _, err = run('lab.yaml', '--replay', 'rec.pcapng', stdin='run 1s\nport replay rec.pcapng\n')
    assert 'is being replayed already' in err, err
    status, _, err = run('lab.yaml', '-q', stdin='run 1ms\nport replay rec.pcapng\n')
    assert status == 1 and 'time has passed' in err, err
    status, _, err = run('lab.yaml', '--replay', 'rec.pcapng', stdin='port record rec.pcapng\n')
    assert status == 1 and 'is being replayed' in err, err
    status, _, err = run('lab.yaml', '-q', stdin='port record r.pcap\nport record stop\n')
    assert status == 1 and 'a record is pcapng' in err and 'nothing is recorded' in err, err


def a_script_may_begin_with_it():
    status, out, err = run('lab.yaml', '-q', stdin='port replay rec.pcapng\nrun 1h\nshow ports\n')
    assert status == 0, err
    assert 'replayed from rec.pcapng: 0 of' in out, out


def main():
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        with open('lab.yaml', 'w', encoding='utf-8') as f:
            f.write(LAB)
        for test in (replay_is_the_same, a_killed_writer_loses_little,
                     what_cannot_be_replayed_says_why, a_script_may_begin_with_it):
            try:
                test()
            except (AssertionError, EOFError, OSError) as e:
                print(f'{test.__name__}: {type(e).__name__}: {e}')
                sys.exit(1)


main()
