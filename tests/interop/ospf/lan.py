#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One LAN: the election of DR and backup by priority and router id; who may not
be either; the DR fails and the backup follows; the old one comes back as nothing.
"""
import sys

import judge
from rig import Failed, Net, Rig, main

LAN = '10.0.0.'


def designated(rig, dr, backup):
    """All who are up say that these are it."""
    def amiss():
        for n, s in rig.speak.items():
            if n not in rig.down and s.designated('eth0') != (LAN + dr, LAN + backup):
                return '%s says DR and backup are %s' % (n, s.designated('eth0'))
        return None
    rig.wait('DR and backup', amiss)


def lan(a, b, c, d):
    net = Net('lan')
    for name, who, n in ('a', a, 1), ('b', b, 2), ('c', c, 3), ('d', d, 4):
        net.router(name, who, '10.255.0.%d' % n, loopback='10.255.0.%d/32' % n)
    net.lan('hub', {'%s:eth0' % name: '%s%d/24' % (LAN, n)
                    for name, n in (('a', 1), ('b', 2), ('c', 3), ('d', 4))},
            a={'priority': 20}, b={'priority': 10}, c={'priority': 5}, d={'priority': 0})
    with Rig(net) as rig:
        designated(rig, '1', '2')
        judge.settle(rig, {'d': {'10.255.0.%d/32' % n: ('intra', 10, [LAN + str(n)])
                                 for n in (1, 2, 3)}})
        if rig.speak['d'].neighbors()['10.255.0.3', LAN + '3'] != '2-Way':
            raise Failed('c and d, neither DR nor backup, are adjacent')
        rig.stop('a')
        designated(rig, '2', '3')
        judge.settle(rig, {'d': {'10.255.0.1/32': None}})
        rig.start('a')
        judge.settle(rig, {'d': {'10.255.0.1/32': ('intra', 10, [LAN + '1'])}})
        designated(rig, '2', '3')


sys.exit(main(lan, [('netloom', 'frr', 'bird', 'frr'), ('frr', 'bird', 'netloom', 'netloom'),
                    ('bird', 'netloom', 'frr', 'bird')]))
