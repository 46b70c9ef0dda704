#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What netloom made in Linux is gone when it ends, also after SIGKILL at any
# moment: interfaces, namespaces, mounts, programs.  Labs side by side do not
# disturb each other, and an ordinary user can do all that root can.
set -u
. "$(dirname "$0")/netns-lib.bash"

snapshot() {
	ip -o link | sed 's/ state .*//'
	ip netns
	cat /proc/self/mountinfo
}

# Processes with this lab in their command line.
of_lab() {
	grep -lsaF -f <(echo "$LAB") /proc/[0-9]*/cmdline
}

# gone WHEN: nothing is left, at the latest after some seconds.
gone() {
	local i

	for ((i = 0; i < 100; i++)); do
		[ -z "$(of_lab)" ] && break
		sleep 0.1
	done
	[ -z "$(of_lab)" ] || fail "processes are left $1:" "$(of_lab)"
	[ "$(snapshot)" = "$before" ] || fail "something is left $1:" \
		"$(diff <(echo "$before") <(snapshot))"
}

before=$(snapshot)
mkfifo "$TMPDIR/fifo"
exec 3<>"$TMPDIR/fifo"
lab 'l1 exec true' 'l1 exec sh -c "sleep 1000 </dev/null >/dev/null 2>&1 &"' || fail "exec"
gone 'after the end of a lab'

# A program that is busy inside; then the moments of the beginning.
marker=$TMPDIR/running
"$NETLOOM" "$LAB" -q -c "l1 exec sh -c 'touch $marker; sleep 1000; : $LAB'" &
until [ -e "$marker" ]; do sleep 0.05; done
kill -9 $!
wait $! 2>/dev/null
gone 'after SIGKILL'
for ms in 0 2 5 10 15 20 30 40 60 100; do
	"$NETLOOM" "$LAB" -q <&3 2>/dev/null &
	sleep "$(printf '0.%03d' "$ms")"
	kill -9 $!
	wait $! 2>/dev/null
	gone "after SIGKILL at $ms ms"
done

# Five at once: the same lab, the same names.
for i in 1 2 3 4 5; do
	lab 'l1 exec ping -q -c 20 -i 0.05 h1' 'h1 ping -q -c 5 l1' >"$TMPDIR/five.$i" 2>&1 &
done
wait
for i in 1 2 3 4 5; do
	[ "$(grep -c ' 0% packet loss' "$TMPDIR/five.$i")" -eq 2 ] ||
		fail "lab $i of five:" "$(cat "$TMPDIR/five.$i")"
done
gone 'after five labs'

# As an ordinary user.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	user=$(setpriv --reuid 65534 --regid 65534 --clear-groups \
		unshare -Urn true 2>&1) || skip "the rest, as an ordinary user: $user"
	dir=$(mktemp -d /tmp/netloom.XXXXXX) || fail mktemp
	trap 'rm -rf "$dir"' EXIT
	cp "$LAB" "$dir/user.yaml"
	cp "$NETLOOM" "$dir/netloom"
	chmod -R a+rX "$dir"
	LAB=$dir/user.yaml
	out=$(cd / && setpriv --reuid 65534 --regid 65534 --clear-groups "$dir/netloom" "$LAB" -q \
		-c 'l1 exec id -u' -c 'l1 exec ping -q -c 3 -i 0.2 -s 3000 h1' \
		-c 'h1 ping -q -c 3 l1' -c 'link r1 l1 down' -c 'l1 exec ip -br link show eth0' 2>&1)
	has "$out" '^0$' 'who an ordinary user is inside'
	[ "$(grep -c ' 3 received' <<<"$out")" -eq 2 ] || fail "an ordinary user's pings:" "$out"
	has "$out" 'NO-CARRIER' "an ordinary user's carrier"
	gone "after an ordinary user's lab"
fi
exit 0
