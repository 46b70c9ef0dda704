#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""30 % of the frames of two links are lost from the beginning: every adjacency
becomes Full all the same and the databases equal.  Then a link swallows
everything, though its carrier stays: the neighbors are given up, and traffic goes
round; at last it is well again.
"""
import sys

import judge
from rig import Net, Rig, main

LONG = 150                   # s: chance may kill an adjacency, and it must come again


def loss(a, b, c):
    net = Net('loss')
    for name, who, n in ('a', a, 1), ('b', b, 2), ('c', c, 3):
        net.router(name, who, '10.255.0.%d' % n, loopback='10.255.0.%d/32' % n,
                   statics=['192.0.2.%d/32' % (16 * n + i) for i in range(16)],
                   redistribute=(2, 20))
    # Seven hellos in a row are lost once in 4,500.
    slow = {'hello': 1, 'dead': 8}
    net.link('a:eth0', 'b:eth1', '10.0.12.1/30', '10.0.12.2/30', **slow)
    net.link('b:eth0', 'c:eth1', '10.0.23.1/24', '10.0.23.2/24', network='broadcast', **slow)
    net.link('c:eth0', 'a:eth1', '10.0.31.0/31', '10.0.31.1/31', **slow)
    straight = {'a': {'10.255.0.2/32': ('intra', 10, ['10.0.12.2']),
                      '192.0.2.40/32': ('type 2', (10, 20), ['10.0.12.2'])}}
    with Rig(net) as rig:
        rig.lose('a', 'b', 30)
        rig.lose('b', 'c', 30)
        rig.wait('adjacencies', lambda: judge.adjacencies(rig), LONG)
        rig.wait('databases', lambda: judge.databases(rig), LONG)
        rig.wait('routes', lambda: judge.routes(rig, straight), LONG)
        rig.lose('b', 'c', 0)
        rig.lose('a', 'b', 100)
        judge.settle(rig, {'a': {'10.255.0.2/32': ('intra', 20, ['10.0.31.0']),
                                 '192.0.2.40/32': ('type 2', (20, 20), ['10.0.31.0'])}})
        rig.lose('a', 'b', 0)
        judge.settle(rig, straight)


sys.exit(main(loss, [('netloom', 'frr', 'bird'), ('frr', 'bird', 'netloom'),
                     ('bird', 'netloom', 'frr')]))
