#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every script of tests/tcp and tests/udp passes: none fails, none is skipped.  And what
# fails, or needs what is not there, is told as it should be.
set -u
failed=0
say() { echo "$*"; failed=1; }

out=$("$NETLOOM" packetdrill tests/tcp/*.pkt tests/udp/*.pkt) || say "$(grep -v '^ok ' <<<"$out")"
grep -q ', 0 failed, 0 skipped$' <<<"$out" || say "$(grep '^skipped' <<<"$out")"

for f in tests/tcp/*.pkt tests/udp/*.pkt; do
	head -n 1 "$f" | grep -Eq '^// RFC ([0-9]+ [0-9.]+|768:)' || say "$f: no RFC section in line 1"
done

t=$TMPDIR/wrong.pkt
cat >"$t" <<'EOF'
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+.1 < S 0:0(0) win 32792 <mss 1000>
+0 > S. 0:0(0) ack 1
EOF
out=$("$NETLOOM" packetdrill "$t")
[ $? -eq 1 ] || say "a failed script does not end with status 1"
diff - <(head -n 3 <<<"$out" | sed -E "s|^$t|F|; s/win [0-9]+/win N/") <<'EOF' || failed=1
F:5: error handling packet: live packet field tcp_data_offset: expected: 5 (0x5) vs actual: 6 (0x6)
script packet:  0.100000 S. 0:0(0) ack 1
actual packet:  0.100000 S. 0:0(0) ack 1 win N <mss 1460>
EOF

# What is no script is told with its place: wrong TEXT WHERE-AND-WHAT.
wrong() {
	printf '%b' "$1" >"$t"
	out=$("$NETLOOM" packetdrill "$t") && say "'$1' passes"
	[ "$(head -n 1 <<<"$out")" = "$t:$2" ] || say "of '$1':" "$out"
}
wrong '' '1:1: syntax error: expected an event before the end of the file'
wrong '0 socket(..., SOCK_STREAM, IPPROTO_TCP = 3\n' "1:40: syntax error: expected ')' before '= 3'"
wrong '\n+0 < S 0:0(0) win 1 <mss 1460\n' "3:1: syntax error: expected '>' before the end of the file"
wrong '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n/* x\n' '2:1: syntax error: a comment without an end'
wrong '+0 \0001\0377x' \
	"1:4: syntax error: expected a system call, a packet, \`command\` or %{ code }% before '??x'"
wrong '+0 < S 0:0(0) win\n' '2:1: syntax error: expected a number in range before the end of the file'
wrong '+0 close(3) = -1 EFOO (x)\n' "1:18: syntax error: expected an errno before 'EFOO (x)'"
wrong '+0 close(3) = x\n' "1:15: syntax error: expected a result before 'x'"
wrong '+0 < Q 0:0(0)\n' "1:6: syntax error: expected TCP flags before 'Q 0:0(0)'"
wrong '\n* close(3) = 0\n' \
	'2:1: semantic error: event time <star> can only be used with outbound packets'
wrong '+0~+1 < . 1:1(0)\n' \
	'1:1: semantic error: event time range can only be used with outbound packets'
wrong '+0...1 < . 1:1(0)\n' '1:1: semantic error: an end time can only be used with system calls'
wrong '+1~+.5 > . 1:1(0)\n' '1:4: semantic error: time range is backwards'
wrong '+1~2 > . 1:1(0)\n' \
	'1:4: semantic error: a time range from a relative to an absolute time'
wrong '+0 < . 1:1(0) <...>\n' \
	'1:6: semantic error: <...> for TCP options can only be used with outbound packets'
wrong '+0 < [ect01] . 1:1(0)\n' \
	'1:6: semantic error: [ect01] can only be used with outbound packets'
wrong '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0\0' '2:3: a byte of value 0: this is no script'
for o in -h --help; do
	"$NETLOOM" packetdrill $o | grep -q '^usage: netloom packetdrill FILE' || say "no help of $o"
done
out=$("$NETLOOM" packetdrill --bogus 2>&1)
[ $? -eq 2 ] && grep -q "unknown option '--bogus'" <<<"$out" || say "--bogus: $out"

# What differs is told in packetdrill's words: expect WORDS <<SCRIPT.
head='0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+.1 < S 0:0(0) win 32792 <mss 1000,sackOK,TS val 7 ecr 0>
+0 > S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 100 ecr 7>
+.1 < . 1:1(0) ack 1 win 32792 <nop,nop,TS val 8 ecr 100>
+0 accept(3, ..., ...) = 4'
expect() {
	{ echo "$head"; cat; } >"$t"
	out=$("$NETLOOM" packetdrill "$t")
	grep -qF -- "$1" <<<"$out" || say "no '$1' in: $out"
}
expect 'wrong.pkt:9: error handling packet: live packet payload: expected 200 bytes vs actual 100 bytes' <<'EOF'
+0 write(4, ..., 100) = 100
+0 > P. 1:201(200) ack 1 <nop,nop,TS val 200 ecr 8>
EOF
expect ': error handling packet: live packet field tcp_psh: expected: 0 (0x0) vs actual: 1 (0x1)' <<'EOF'
+0 write(4, ..., 100) = 100
+0 > . 1:101(100) ack 1 <nop,nop,TS val 200 ecr 8>
EOF
expect ': error handling packet: bad outbound TCP timestamp echo reply' <<'EOF'
+0 write(4, ..., 100) = 100
+0 > P. 1:101(100) ack 1 <nop,nop,TS val 200 ecr 7>
EOF
expect ': error handling packet: bad outbound TCP options' <<'EOF'
+0 write(4, ..., 100) = 100
+0 > P. 1:101(100) ack 1 <TS val 200 ecr 8,nop,nop>
EOF
expect ': error handling packet: timing error: expected outbound packet at 1.200000 sec but happened at 0.200000 sec; tolerance 0.125000 sec' <<'EOF'
+0 write(4, ..., 100) = 100
+1 > P. 1:101(100) ack 1 <nop,nop,TS val 200 ecr 8>
EOF
expect 'actual packet:  0.200000 P. 1:101(100) ack 1 win ' <<'EOF'
+0 write(4, ..., 100) = 100
+.1~+.2 > P. 1:101(100) ack 1 <nop,nop,TS val 200 ecr 8>
EOF
expect ': error handling packet: Timed out waiting for packet' <<'EOF'
+0 > P. 1:101(100) ack 1 <nop,nop,TS val 200 ecr 8>
EOF
expect ': runtime error in write call: Expected result 99 but got 100' <<'EOF'
+0 write(4, ..., 100) = 99
EOF
expect ': runtime error in close call: Expected result 0 but got -1 with errno 9 (Bad file descriptor)' <<'EOF'
+0 close(9) = 0
EOF
expect ': error executing code: AssertionError: tcpi_snd_cwnd == 11 with tcpi_snd_cwnd = 10' <<'EOF'
+0 %{ x = [1, 0x2]; assert len(x) == 2 and 2 in x and not 3 in x and max(x) == 2
assert 'a' < 'b' and {'k': 7}['k'] == 7 and (1 if x[0] else 2) == 1, \
	'what %d' % 3
assert tcpi_snd_cwnd == 11, tcpi_snd_cwnd }%
EOF
expect ': syntax error: ' <<'EOF'
+0 > P. 1:101(99) ack 1
EOF
expect 'skipped ' <<'EOF'
+0 `tc qdisc replace dev tun0 root netem loss 1%`
EOF
expect '1 passed, 0 failed, 0 skipped' <<'EOF'
+0 `sysctl -q net.ipv4.tcp_rmem="4096 540000 $((15*1024*1024))" > /dev/null 2>&1 || true
ethtool -K tun0 tso off; ip link set dev tun0 mtu 1400 # less`
EOF

echo '0 socket(..., SOCK_STREAM, IPPROTO_MPTCP) = 3' >"$t"
out=$("$NETLOOM" packetdrill "$t")
[ $? -eq 77 ] || say "a skipped script does not end with status 77"
grep -q '^skipped .*wrong.pkt: line 1: ' <<<"$out" || say "no reason: $out"

# What the language has and we have not, with its place: lacks TEXT WHERE-AND-WHAT.
lacks() {
	printf '%b' "$1" >"$t"
	out=$("$NETLOOM" packetdrill "$t") && say "'$1' passes"
	[ "$(head -n 1 <<<"$out")" = "skipped $t: $2" ] || say "of '$1':" "$out"
}
lacks '+0 > . 1:1(0) ack 1 <nop,edo 4>\n' 'line 1, column 26: TCP option edo'
lacks '\n+0 > [flowlabel 0x1] . 1:1(0)\n' 'line 2, column 7: the IP field flowlabel'
lacks '+0 < SWA 0:0(0)\n' 'line 1, column 8: AccECN'
lacks '+0 < ipv4 1.2.3.4 > 5.6.7.8: . 1:1(0)\n' 'line 1, column 6: a packet of ipv4'
lacks '+0 < icmp foo\n' 'line 1, column 11: the ICMP message foo'
lacks '+0 > . 1:1(0) <TS val ... ecr 7>\n' 'line 1, column 23: a timestamp of any value'

"$NETLOOM" packetdrill "$TMPDIR/none.pkt" >/dev/null 2>"$t"
[ $? -eq 2 ] || say "a file that is not there does not end with status 2"
grep -q 'none.pkt: No such file' "$t" || say "no sentence: $(cat "$t")"
exit $failed
