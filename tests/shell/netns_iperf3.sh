#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The real iperf3 as the other end of ours, one test right after the other.
set -u
. "$(dirname "$0")/netns-lib.bash"
need iperf3 timeout

# Ours as the server: whole blocks, or a real receiver never hears of the end.
cat >"$TMPDIR/clients" <<'END'
for o in '-n 300K' '-n 300K -R' '-n 300K -R -P 2' '-t 1 -R -b 20M' '-n 50K -u -b 10M' \
	'-O 1 -t 1 -u -b 10M' '--bidir -t 1 -b 20M' '--bidir -n 300K -P 2' '--bidir -V -n 300K' \
	'--bidir -u -t 1 -b 5M'; do
	timeout 20 iperf3 -c 10.0.1.2 $o >"$0.out" 2>&1 || { echo "iperf3 $o: $?"; cat "$0.out"; }
done
END
out=$(lab 'h1 iperf3 -s &' "l1 exec bash $TMPDIR/clients")
has "$(grep -c 'Server listening' <<<"$out")" '^11$' 'how often ours listened'
! grep -E '^iperf3 -|error|status' <<<"$out" || fail "a real client failed:" "$out"

# Ours as the client: the next one meets no listener that is about to close.
args=('l1 exec iperf3 -s &' 'run 300ms')
for o in '-n 300K' '-n 300K' '-n 300K -R' '-n 300K -P 2' '-n 50K -u -b 10M' '-O 1 -t 1 -b 5M' \
	'--bidir -n 300K' '--bidir -t 1 -b 5M -P 2 -V' '--bidir -u -t 1 -b 5M' '-n 300K'; do
	args+=("h1 iperf3 -c l1 $o")
done
out=$(lab "${args[@]}" 2>&1)
[ "$(grep -c '^iperf Done' <<<"$out")" -eq 10 ] || fail "one of ten failed:" "$out"
exit 0
