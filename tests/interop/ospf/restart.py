#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A chain whose routers crash, one after the other: one comes back before anybody
misses it and knows nothing any more, then one that its neighbors have given up.

    a -- p2p -- b -- broadcast -- c -- p2p -- d
"""
import sys

import judge
from rig import Net, Rig, main


def restart(a, b, c, d):
    net = Net('restart')
    for name, who, n in ('a', a, 1), ('b', b, 2), ('c', c, 3), ('d', d, 4):
        net.router(name, who, '10.255.0.%d' % n, loopback='10.255.0.%d/32' % n)
    net.link('a:eth0', 'b:eth1', '10.0.12.1/30', '10.0.12.2/30')
    net.link('b:eth0', 'c:eth1', '10.0.23.1/24', '10.0.23.2/24', network='broadcast')
    net.link('c:eth0', 'd:eth1', '10.0.34.0/31', '10.0.34.1/31')
    way = {'a': {'10.255.0.4/32': ('intra', 30, ['10.0.12.2'])},
           'd': {'10.255.0.1/32': ('intra', 30, ['10.0.34.0'])}}
    with Rig(net) as rig:
        judge.settle(rig, way)
        for name in 'b', 'c':
            rig.stop(name)
            rig.start(name)
            judge.settle(rig, way)
        rig.stop('b')
        judge.settle(rig, {'d': {'10.255.0.1/32': None}})
        rig.start('b')
        judge.settle(rig, way)


sys.exit(main(restart, [('frr', 'netloom', 'bird', 'netloom'),
                        ('bird', 'netloom', 'frr', 'netloom'),
                        ('netloom', 'frr', 'netloom', 'bird'),
                        ('netloom', 'bird', 'frr', 'frr')]))
