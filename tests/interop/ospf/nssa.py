#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stub area and an NSSA at the ends of a backbone: what the NSSA's boundary
router tells in type 7 comes out as type 5; externals reach neither area, and the
stub area's default route leads to its border router.

The metric is 20 because FRR 8.4 says 20 of whatever it translates.

    s -- area 1, stub -- x -- area 0 -- y -- area 2, NSSA -- n (redistributes)
"""
import sys

import judge
from rig import Failed, Net, Rig, main

STUB, NSSA = '0.0.0.1', '0.0.0.2'


def nssa(s, x, y, n):
    net = Net('nssa')
    net.areas = {STUB: 'stub', NSSA: 'nssa'}
    net.router('s', s, '10.255.0.1', loopback='10.255.0.1/32', loopback_area=STUB)
    net.router('x', x, '10.255.0.2', loopback='10.255.0.2/32',
               statics=['192.0.2.0/24'], redistribute=(2, 40))
    net.router('y', y, '10.255.0.3', loopback='10.255.0.3/32')
    net.router('n', n, '10.255.0.4', loopback='10.255.0.4/32', loopback_area=NSSA,
               statics=['198.51.100.0/24'], redistribute=(1, 20))
    net.link('s:eth0', 'x:eth0', '10.1.1.1/30', '10.1.1.2/30', area=STUB)
    net.link('x:eth1', 'y:eth1', '10.0.1.1/30', '10.0.1.2/30')
    net.link('y:eth0', 'n:eth0', '10.2.1.1/30', '10.2.1.2/30', area=NSSA)
    with Rig(net) as rig:
        judge.settle(rig, {
            'x': {'198.51.100.0/24': ('type 1', 40, ['10.0.1.2'])},
            'y': {'198.51.100.0/24': ('type 1', 30, ['10.2.1.2']),
                  '192.0.2.0/24': ('type 2', (10, 40), ['10.0.1.1'])},
            'n': {'10.255.0.1/32': ('inter', 30, ['10.2.1.1']), '192.0.2.0/24': None},
            's': {'10.255.0.4/32': ('inter', 30, ['10.1.1.2']), '192.0.2.0/24': None,
                  '198.51.100.0/24': None}})
        if rig.speak['s'].routes().get('0.0.0.0/0', [None])[0] != 'inter':
            raise Failed('the stub area has no default route')
        kinds = {k[1] for k in rig.speak['s'].lsdb()}
        if kinds & {4, 5, 7}:
            raise Failed('the stub area has LSAs of the types %s' % sorted(kinds))
        rig.stop('n')
        judge.settle(rig, {'y': {'198.51.100.0/24': None}})
        rig.start('n')
        judge.settle(rig, {'x': {'198.51.100.0/24': ('type 1', 40, ['10.0.1.2'])}})


sys.exit(main(nssa, [('frr', 'bird', 'netloom', 'bird'), ('netloom', 'frr', 'frr', 'netloom'),
                     ('bird', 'netloom', 'bird', 'netloom'), ('netloom', 'frr', 'netloom', 'frr')]))
