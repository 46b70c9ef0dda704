#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Linux and the lab's hosts reach each other: pings of every size, both ways,
# traceroute, ARP, TCP through a lab router, Linux as the router in the middle;
# the link's carrier is that of the interface; checksums are right.
set -u
. "$(dirname "$0")/netns-lib.bash"
need ping python3

# Sizes around every edge: header, MTU, two and three fragments, the longest.
lines=()
for s in 0 1 7 8 55 56 1471 1472 1473 2951 2952 2953 9000 40000 65506 65507; do
	lines+=("l1 exec ping -q -c 3 -i 0.05 -s $s 10.0.1.2" "h1 ping -q -c 3 -i 0.05 -s $s l1")
done
out=$(lab "${lines[@]}" 2>&1) || fail "a ping failed:" "$out"
[ "$(grep -c ' 3 received, 0% packet loss' <<<"$out")" -eq 32 ] || fail "pings lost:" "$out"

# What ping can ask for.  Names of the lab are known inside.
for o in '-f -c 50' '-R' '-T tsandaddr' '-M do -s 1472' '-M dont -s 3000' '-Q 0x10' '-t 5' \
	'-p ff' '-l 3 -c 3' '-b' '-I eth0' '-A -c 20' '-D' '-n' '-U' '-v'; do
	out=$(lab "l1 exec ping -c 1 $o h1" 2>&1) || fail "ping $o:" "$out"
	# Of the last one ping awaits the answer for two round trips or an interval only.
	has "$out" '( 0% packet loss|20 packets transmitted, 19 received)' "ping $o"
done
out=$(lab 'l1 exec ping -c 1 -t 1 h1' 2>&1)
has "$out" 'From 10.0.2.1 icmp_seq=1 Time to live exceeded' 'ping -t 1'

if command -v traceroute >/dev/null; then
	for o in '' -I '-U -p 33434'; do
		out=$(lab "l1 exec traceroute -n $o h1" 2>&1)
		has "$out" '^ 1  10.0.2.1 ' "traceroute $o"
		has "$out" '^ 2  10.0.1.2 ' "traceroute $o"
	done
fi
out=$(lab 'h1 traceroute -n l1')
has "$out" '^ 2  10.0.2.2 ' "the lab's traceroute"
if command -v arping >/dev/null; then
	has "$(lab 'l1 exec arping -c 2 -I eth0 10.0.2.1' 2>&1)" '([2] response|2 packets rec)' arping
fi
has "$(lab 'r1 arping -c 1 -I eth1 10.0.2.2')" 'Unicast reply from 10.0.2.2' "the lab's arping"

# The carrier: cut the link, or take the interface down inside.
out=$(lab 'link r1 l1 down' 'l1 exec ip -br link show eth0' 'link r1 l1 up' \
	'l1 exec ip -br link show eth0' 2>&1)
has "$out" '^eth0@.*NO-CARRIER' 'a cut link'
has "$out" '^eth0@.* UP .*LOWER_UP' 'a link that is back'
out=$(lab 'l1 exec ip link set eth0 down' 'run 2s' 'r1 ip -br link show dev eth1' \
	'l1 exec ip link set eth0 up' 'run 2s' 'r1 ip -br link show dev eth1' \
	'h1 ping -c 1 -q 10.0.2.1' 'l1 exec ping -c 1 -q 10.0.2.1' 2>&1)
has "$out" '^eth1 +DOWN .*NO-CARRIER' 'Linux set it down'
has "$out" '^eth1 +UP .*LOWER_UP' 'Linux set it up'
[ "$(grep -c '1 received' <<<"$out")" -eq 2 ] || fail "no ping afterwards:" "$out"

# As the lab file says: MAC, MTU, addresses, routes, forwarding; no IPv6.
LAB=$TMPDIR/m.yaml
cat >"$LAB" <<'END'
version: 1
name: middle
defaults: {routing: static}
nodes:
  h1: {kind: host, gateway: 10.0.1.2}
  l1: {kind: netns, forwarding: true, loopback: [10.9.9.9/32]}
  r1: {routes: [{to: default, via: 10.0.2.2}]}
  l2: {kind: netns, gateway: 10.0.3.1}
links:
  - {endpoints: ["h1:eth0", "l1:west"], ipv4: [10.0.1.1/24, 10.0.1.2/24], mtu: 1400}
  - {endpoints: ["l1:east", "r1:eth0"], ipv4: [10.0.2.2/24, 10.0.2.1/24]}
  - {endpoints: ["r1:eth1", "l2:eth0"], ipv4: [10.0.3.1/24, 10.0.3.2/24]}
END
out=$(lab 'l1 exec ip -br addr' 'l1 exec cat /proc/sys/net/ipv4/ip_forward' \
	'l2 exec cat /proc/sys/net/ipv4/ip_forward' 'l1 exec ip link show west')
has "$out" '^lo +UNKNOWN +127.0.0.1/8 10.9.9.9/32 *$' addresses
has "$out" '^west@[^ ]+ +UP +10.0.1.2/24 *$' addresses
has "$out" '^east@[^ ]+ +UP +10.0.2.2/24 *$' addresses
has "$(tr '\n' ' ' <<<"$out")" ' 1 0 ' 'forwarding of l1, and of l2'
has "$out" ' mtu 1400 ' MTU
has "$out" 'link/ether 02:00:00:' MAC
out=$(lab 'l1 exec ip route add 10.0.3.0/24 via 10.0.2.1' 'h1 ping -c 2 -q l2' \
	'h1 traceroute -n l2' 'l2 exec ping -c 2 -q -s 65507 h1' 2>&1)
[ "$(grep -c ' 2 received' <<<"$out")" -eq 2 ] || fail "Linux in the middle:" "$out"
has "$(tr '\n' ' ' <<<"$out")" ' 1  10.0.1.2 .* 2  10.0.2.1 .* 3  10.0.3.2 ' 'the path'

# TCP through the lab router, between two namespaces; every checksum that is
# seen there, in both directions, is right, and no frame is longer than may be.
cat >"$TMPDIR/tcp.py" <<'END'
import socket
import sys
if sys.argv[1] == 'serve':
    with socket.create_server(('0.0.0.0', 5001)) as s:
        print('ready', flush=True)
        c, _ = s.accept()
        n = 0
        while some := c.recv(65536):
            n += len(some)
        c.sendall(b'%d' % n)
else:
    with socket.create_connection((sys.argv[1], 5001), 20) as c:
        c.sendall(b'x' * 1000000)
        c.shutdown(socket.SHUT_WR)
        print('it got', c.recv(100).decode())
END
py=$(python3 -c 'import sys; print(sys.executable)')
out=$(lab 'l1 exec ip route add 10.0.3.0/24 via 10.0.2.1' "capture start r1 $TMPDIR/r1.pcap" \
	"l2 exec $py $TMPDIR/tcp.py serve &" 'run 2s' "l1 exec $py $TMPDIR/tcp.py l2" \
	'capture stop' 2>&1)
has "$out" '^it got 1000000$' 'a transfer over TCP'
python3 - "$TMPDIR/r1.pcap" <<'END' || fail "the frames at r1 are wrong"
import struct
import sys

def total(b):
    b += b'\0' * (len(b) & 1)
    s = sum(struct.unpack('!%dH' % (len(b) // 2), b))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return s

data, at, n = open(sys.argv[1], 'rb').read(), 24, 0
while at < len(data):
    length = struct.unpack_from('<I', data, at + 8)[0]
    f = data[at + 16:at + 16 + length]
    at += 16 + length
    assert len(f) <= 1514, len(f)
    assert f[12:14] != b'\x86\xdd', 'IPv6'
    if f[12:14] != b'\x08\x00':
        continue
    ip = f[14:14 + int.from_bytes(f[16:18], 'big')]
    assert total(ip[:20]) == 0xffff, 'IPv4 header'
    if ip[9] == 6:
        n += 1
        pseudo = ip[12:20] + b'\0\x06' + struct.pack('!H', len(ip) - 20)
        assert total(pseudo + ip[20:]) == 0xffff, 'TCP'
assert n > 1000, n
END
exit 0
