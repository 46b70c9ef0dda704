#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""MD5: a chain of the same key is whole, also after a restart, whose sequence
numbers must not fall; a wrong key or key id never makes a neighbor.

    a -- b -- c        b -- w, another key        c -- v, another key id
"""
import sys

import judge
from rig import Net, Rig, main

KEY, OTHER_KEY, OTHER_ID = (7, 'ours'), (7, 'theirs'), (8, 'ours')


def md5(a, b, c):
    net = Net('md5')
    for name, who, n in ('a', a, 1), ('b', b, 2), ('c', c, 3):
        net.router(name, who, '10.255.0.%d' % n, loopback='10.255.0.%d/32' % n)
    net.router('w', a, '10.255.0.8')
    net.router('v', b, '10.255.0.9')
    net.link('a:eth0', 'b:eth0', '10.0.12.1/30', '10.0.12.2/30', md5=KEY)
    net.link('b:eth1', 'c:eth0', '10.0.23.1/24', '10.0.23.2/24', md5=KEY, network='broadcast')
    net.link('b:eth2', 'w:eth0', '10.0.28.1/30', '10.0.28.2/30', md5=KEY, w={'md5': OTHER_KEY})
    net.link('c:eth2', 'v:eth0', '10.0.39.1/30', '10.0.39.2/30', md5=KEY, v={'md5': OTHER_ID})
    way = {'a': {'10.255.0.3/32': ('intra', 20, ['10.0.12.2'])}}
    with Rig(net) as rig:
        rig.cuts |= {frozenset('bw'), frozenset('cv')}        # as good as cut
        judge.settle(rig, way)
        for name in 'a', 'b', 'c':
            rig.stop(name)
            rig.start(name)
            judge.settle(rig, way)


sys.exit(main(md5, [('netloom', 'frr', 'netloom'), ('bird', 'netloom', 'frr'),
                    ('netloom', 'bird', 'netloom')]))
