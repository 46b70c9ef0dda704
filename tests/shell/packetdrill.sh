#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every script of tests/tcp passes: none fails, none is skipped.  And what
# fails, or needs what is not there, is told as it should be.
set -u
failed=0
say() { echo "$*"; failed=1; }

out=$("$NETLOOM" packetdrill tests/tcp/*.pkt) || say "$(grep -v '^ok ' <<<"$out")"
grep -q ', 0 failed, 0 skipped$' <<<"$out" || say "$(grep '^skipped' <<<"$out")"

for f in tests/tcp/*.pkt; do
	head -n 1 "$f" | grep -Eq '^// RFC [0-9]+ [0-9.]+' || say "$f: no RFC section in line 1"
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

echo '0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3' >"$t"
out=$("$NETLOOM" packetdrill "$t")
[ $? -eq 77 ] || say "a skipped script does not end with status 77"
grep -q '^skipped .*wrong.pkt: line 1: ' <<<"$out" || say "no reason: $out"

"$NETLOOM" packetdrill "$TMPDIR/none.pkt" >/dev/null 2>"$t"
[ $? -eq 2 ] || say "a file that is not there does not end with status 2"
grep -q 'none.pkt: No such file' "$t" || say "no sentence: $(cat "$t")"
exit $failed
