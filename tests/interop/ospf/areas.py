#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two areas with two border routers: summaries, the nearer border router is the
way, externals of both types from afar; a border router fails.

         area 1      |   area 0
    e ---- 5 ---- x --- 10 ---- f (redistributes)
     `---- 10 --- y --- 10 ----'
"""
import sys

import judge
from rig import Net, Rig, main

ONE = '0.0.0.1'


def areas(e, x, y, f):
    net = Net('areas')
    net.router('e', e, '10.255.0.1', loopback='10.255.0.1/32', loopback_area=ONE,
               statics=['198.51.100.0/24'], redistribute=(1, 30))
    net.router('x', x, '10.255.0.2', loopback='10.255.0.2/32')
    net.router('y', y, '10.255.0.3', loopback='10.255.0.3/32')
    net.router('f', f, '10.255.0.4', loopback='10.255.0.4/32',
               statics=['192.0.2.0/25', '192.0.2.128/25'], redistribute=(2, 20))
    net.link('e:eth0', 'x:eth0', '10.1.1.1/30', '10.1.1.2/30', area=ONE, cost=5)
    net.link('e:eth1', 'y:eth0', '10.1.2.1/30', '10.1.2.2/30', area=ONE)
    net.link('x:eth1', 'f:eth0', '10.0.1.1/30', '10.0.1.2/30')
    net.link('y:eth1', 'f:eth1', '10.0.2.1/30', '10.0.2.2/30')
    near, far = '10.1.1.2', '10.1.2.2'
    with Rig(net) as rig:
        judge.settle(rig, {
            'e': {'10.255.0.4/32': ('inter', 15, [near]),
                  '10.0.2.0/30': ('inter', 20, [far]),
                  '192.0.2.0/25': ('type 2', (15, 20), [near]),
                  '192.0.2.128/25': ('type 2', (15, 20), [near])},
            'f': {'10.255.0.1/32': ('inter', 15, ['10.0.1.1']),
                  '198.51.100.0/24': ('type 1', 45, ['10.0.1.1'])},
            'x': {'10.1.2.0/30': ('intra', 15, ['10.1.1.1']),
                  '10.255.0.3/32': ('intra', 20, ['10.0.1.2'])}})
        rig.stop('x')
        judge.settle(rig, {
            'e': {'10.255.0.4/32': ('inter', 20, [far]),
                  '192.0.2.0/25': ('type 2', (20, 20), [far]),
                  '10.255.0.2/32': None},
            'f': {'198.51.100.0/24': ('type 1', 50, ['10.0.2.1'])}})
        rig.start('x')
        judge.settle(rig, {'e': {'10.255.0.4/32': ('inter', 15, [near])}})


sys.exit(main(areas, [('bird', 'netloom', 'frr', 'netloom'), ('netloom', 'frr', 'netloom', 'bird'),
                      ('frr', 'bird', 'netloom', 'frr')]))
