#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hours of two areas, with the timers that everybody has by default, at a pace at
which an hour is a minute: INTEROP_PACE, 60.  Quiet hours, in which every LSA is
refreshed and nothing else happens; routers that come back at once, after a farewell,
or when all have forgotten them; a link that flaps, links that lose, double and
corrupt; one that swallows everything; a router cut off until all has aged out.

         area 1       |     area 0
    e ---- 5 ------ x --- /31, 10 --- f
     |              |  LAN, MD5, 20   |
     `---- 10 ----- y -- /31, MD5, 10-'
"""
import os
import random
import sys

import judge
from rig import Failed, Net, Rig, main

PACE = int(os.environ.get('INTEROP_PACE', 60))
PATIENCE = 20                # s of the wall
QUIET = 7200                 # s of lab time, as all below
MAX_AGE = 3600
BAD = 3000                   # of a lossy line
ONE = '0.0.0.1'
KEY = (3, 'soaked')
WAY = {'e': {'10.255.0.4/32': ('inter', 15, ['10.1.1.2']),
             '192.0.2.128/25': ('type 2', (15, 20), ['10.1.1.2'])},
       'f': {'10.255.0.1/32': ('inter', 15, ['10.0.1.0']),
             '198.51.100.0/24': ('type 1', 45, ['10.0.1.0'])}}
WITHOUT_X = {'e': {'10.255.0.4/32': ('inter', 20, ['10.1.2.2']), '10.255.0.2/32': None},
             'f': {'198.51.100.0/24': ('type 1', 50, ['10.0.2.0'])}}
AROUND = {'e': {'10.255.0.4/32': ('inter', 20, ['10.1.2.2'])},
          'f': {'10.255.0.1/32': ('inter', 20, ['10.0.2.0'])}}


def describe(e, x, y, f):
    net = Net('soak')
    net.router('e', e, '10.255.0.1', loopback='10.255.0.1/32', loopback_area=ONE,
               statics=['198.51.100.0/24'], redistribute=(1, 30))
    net.router('x', x, '10.255.0.2', loopback='10.255.0.2/32')
    net.router('y', y, '10.255.0.3', loopback='10.255.0.3/32')
    net.router('f', f, '10.255.0.4', loopback='10.255.0.4/32',
               statics=['192.0.2.0/25', '192.0.2.128/25'], redistribute=(2, 20))
    usual = {'hello': 0}
    net.link('e:eth0', 'x:eth0', '10.1.1.1/30', '10.1.1.2/30', area=ONE, cost=5, **usual)
    net.link('e:eth1', 'y:eth0', '10.1.2.1/30', '10.1.2.2/30', area=ONE, **usual)
    net.link('x:eth1', 'f:eth0', '10.0.1.0/31', '10.0.1.1/31', **usual)
    net.link('y:eth1', 'f:eth1', '10.0.2.0/31', '10.0.2.1/31', md5=KEY, **usual)
    net.link('x:eth2', 'y:eth2', '10.0.3.1/24', '10.0.3.2/24', network='broadcast', cost=20,
             md5=KEY, **usual)
    return net


def settle(rig, want=None):
    judge.settle(rig, want or WAY, PATIENCE)


def quiet(rig, seconds):
    """Nothing happens for so long but that LSAs are refreshed."""
    before, began = rig.speak['f'].lsdb(), rig.now
    rig.run(seconds)
    settle(rig)
    why = judge.refreshed(before, rig.speak['f'].lsdb(), rig.now - began)
    if why:
        raise Failed('after quiet hours: ' + why)
    rig.tell('%d s were quiet' % (rig.now - began))


def forget(rig, want):
    """So long that what is out of reach is older than MaxAge."""
    settle(rig, want)
    rig.run(MAX_AGE)
    rig.wait('what is gone is forgotten', lambda: judge.forgotten(rig), PATIENCE)
    settle(rig, want)


def restarts(rig):
    for name in rig.net.routers:
        rig.stop(name)
        rig.start(name)
        settle(rig)
    rig.leave('x')
    settle(rig, WITHOUT_X)
    rig.start('x')
    settle(rig)


def flaps(rig):
    chance = random.Random(1)
    for _ in range(15):
        rig.cut('e', 'x')
        rig.run(chance.uniform(0.1, 60))
        rig.join('e', 'x')
        rig.run(chance.uniform(0.1, 60))
    settle(rig)


def faults(rig):
    pairs = ('e', 'x'), ('x', 'f'), ('x', 'y')
    for pair in pairs:
        rig.impair(*pair, 'loss 20% duplicate 10% corrupt 5%')
    rig.run(BAD)
    for pair in pairs:
        rig.impair(*pair, 'loss 0% duplicate 0% corrupt 0%')
    settle(rig)


def soak(e, x, y, f):
    with Rig(describe(e, x, y, f), PACE) as rig:
        settle(rig)
        quiet(rig, QUIET)
        rig.stop('x')
        forget(rig, WITHOUT_X)
        rig.start('x')
        settle(rig)
        restarts(rig)
        flaps(rig)
        faults(rig)
        rig.lose('e', 'x', 100)
        settle(rig, AROUND)
        rig.lose('e', 'y', 100)
        forget(rig, {'e': {'10.255.0.4/32': None}, 'f': {'198.51.100.0/24': None}})
        for name in 'x', 'y':
            rig.lose('e', name, 0)
        settle(rig)
        quiet(rig, QUIET / 2)
        print('%.1f hours' % (rig.now / 3600))


sys.exit(main(soak, [('netloom', 'frr', 'bird', 'netloom'), ('frr', 'netloom', 'netloom', 'bird'),
                     ('bird', 'netloom', 'frr', 'netloom')]))
