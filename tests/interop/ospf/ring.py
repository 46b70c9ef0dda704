#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ring of mixed network types, with a /31: adjacencies, databases, two ways of
equal cost to who is opposite; a link is cut and joined again.

    a --- p2p, /30 --- b
    |                  |
  broadcast, /30   p2p, /31
    |                  |
    d -- broadcast --- c
"""
import sys

import judge
from rig import Net, Rig, main


def ring(a, b, c, d):
    net = Net('ring')
    for name, who, n in ('a', a, 1), ('b', b, 2), ('c', c, 3), ('d', d, 4):
        net.router(name, who, '10.255.0.%d' % n, loopback='10.255.0.%d/32' % n)
    net.link('a:eth0', 'b:eth1', '10.0.12.1/30', '10.0.12.2/30')
    net.link('b:eth0', 'c:eth1', '10.0.23.0/31', '10.0.23.1/31')
    net.link('c:eth0', 'd:eth1', '10.0.34.1/24', '10.0.34.2/24', network='broadcast')
    net.link('d:eth0', 'a:eth1', '10.0.41.1/30', '10.0.41.2/30', network='broadcast')
    with Rig(net) as rig:
        whole = {
            'a': {'10.255.0.3/32': ('intra', 20, ['10.0.12.2', '10.0.41.1']),
                  '10.0.23.0/31': ('intra', 20, ['10.0.12.2']),
                  '10.0.34.0/24': ('intra', 20, ['10.0.41.1'])},
            'b': {'10.255.0.4/32': ('intra', 20, ['10.0.12.1', '10.0.23.1'])},
            'c': {'10.255.0.1/32': ('intra', 20, ['10.0.23.0', '10.0.34.2']),
                  '10.0.12.0/30': ('intra', 20, ['10.0.23.0'])},
            'd': {'10.255.0.2/32': ('intra', 20, ['10.0.34.1', '10.0.41.2'])}}
        judge.settle(rig, whole)
        rig.cut('a', 'b')
        judge.settle(rig, {
            'a': {'10.255.0.2/32': ('intra', 30, ['10.0.41.1']),
                  '10.255.0.3/32': ('intra', 20, ['10.0.41.1'])},
            'b': {'10.255.0.1/32': ('intra', 30, ['10.0.23.1'])}})
        rig.join('a', 'b')
        judge.settle(rig, whole)


sys.exit(main(ring, [('netloom', 'frr', 'bird', 'netloom'), ('frr', 'netloom', 'netloom', 'bird'),
                     ('netloom', 'frr', 'netloom', 'bird')]))
