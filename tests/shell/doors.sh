#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A lab with a door to the outside, as a session, a script and checks see it:
# the door is a socket, and scripts/external-host is behind it.
set -u
netloom=$(realpath "${NETLOOM:-./netloom}") || exit 1
outside=$(realpath scripts/external-host) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

command -v python3 >/dev/null || { echo 'needs python3'; exit 77; }

fail() {
	echo "$*"
	failed=1
}

# has FILE TEXT and lacks FILE TEXT: is the text in a line of the file?
has() {
	grep -qF -- "$2" "$1" || { fail "$1 lacks: $2"; cat "$1"; }
}
lacks() {
	! grep -qF -- "$2" "$1" || { fail "$1 has: $2"; cat "$1"; }
}

# behind SOCKET ADDRESS COMMAND...: runs the command, with a host behind the
# socket as soon as there is one.
behind() {
	local socket=$1 address=$2 tries host status
	shift 2

	(for ((tries = 0; tries < 200; tries++)); do
		[ -S "$socket" ] && exec python3 "$outside" "$socket" "$address"
		sleep 0.1
	done) 2>/dev/null &
	host=$!
	"$@"
	status=$?
	kill "$host" 2>/dev/null
	wait "$host" 2>/dev/null
	return "$status"
}

lab() {
	cat <<-YAML
	version: 1
	nodes: {h: {kind: host}, x: {kind: external, port: "unix:$1"}}
	links:
	  - {endpoints: [h, x], ipv4: 10.0.0.0/24}
	YAML
}
told='time follows the wall clock (pace real)'

lab door >open.yaml
lab absent/door >shut.yaml

# Only a lab that runs opens its doors.
"$netloom" validate open.yaml >out 2>err || fail "validate: status $?"
"$netloom" check --list open.yaml >out 2>err
[ ! -e door ] || fail 'the door was opened by validate or by check --list'
lacks err "$told"
"$netloom" validate shut.yaml >out 2>err || fail "validate a door that cannot open: status $?"

# The line is told once, to people, and never mixes with output.
"$netloom" open.yaml -c 'show seed' >out 2>err || fail "a session: status $?"
[ "$(cat out)" = 1 ] || { fail 'more than the seed is in the output'; cat out; }
[ "$(grep -cF "$told" err)" = 1 ] || fail 'the line about the wall clock is not there once'
"$netloom" -q open.yaml -c 'show seed' >out 2>err || fail "-q: status $?"
lacks err "$told"
[ ! -e door ] || fail 'the socket outlived the session'

# A door that cannot be opened ends a session before it begins.
"$netloom" shut.yaml -c 'show seed' >out 2>err
[ $? -eq 2 ] || fail 'a door that cannot open: not status 2'
has err 'x eth0: '
[ ! -s out ] || fail 'a session began without its door'

# Somebody is behind the door.
behind door 10.0.0.2 "$netloom" -q open.yaml -c 'wait 20s every 100ms until h ping -c 1 -W 0.1 x' \
	-c 'h ping -c 3 -i 0.1 x' -c pingall -c 'node x stop' -c 'h ping -c 1 -W 0.1 x' \
	-c 'node x start' -c 'wait 5s every 100ms until h ping -c 1 -W 0.1 x' \
	-c 'pace virtual' -c 'h ping -c 1 -W 0.1 x' >out 2>err
has out '3 packets transmitted, 3 received'
has out 'h -> x'
has out 'x eth0: carrier lost'
has out "nothing comes in through the doors to the outside until 'pace real'"
[ "$(grep -c '1 packets transmitted, 0 received' out)" = 2 ] ||
	{ fail 'x answers while it is stopped, or while time is virtual'; cat out err; }

# As saved it loads again, and to the same.
"$netloom" -q open.yaml -c 'save saved.yaml' >out 2>err || fail "save: status $?"
"$netloom" -q saved.yaml -c 'save again.yaml' >out 2>err || fail "save again: status $?"
grep -v '^name:' saved.yaml | diff - <(grep -v '^name:' again.yaml) || fail 'saved, it is another lab'

# Checks run along the wall clock, each fresh lab with doors of its own.
checks() {
	cat <<-'YAML'
	checks:
	  - {name: somebody answers, wait: 20s, run: h ping -c 1 -W 0.1 x, expect: .received == 1}
	  - {name: time is real, run: pace, expect: .pace_milli == 1000}
	  - {name: anew, fresh: true, run: show ports, expect: length == 1}
	  - {name: secret, points: 2, hidden: true, run: pace}
	YAML
}
{ lab door; checks; } >open.yaml
{ lab absent/door; checks; } >shut.yaml
behind door 10.0.0.2 "$netloom" check open.yaml >out 2>err || fail "check: status $?"
has out 'open.yaml: 4 of 4 passed, 5/5 points'
[ "$(grep -cF "$told" err)" = 1 ] || fail 'check does not tell about the wall clock once'

# Without their door all checks fail, and the report says why.
for format in text tap junit gradescope json; do
	"$netloom" check shut.yaml --format $format >out 2>err
	[ $? -eq 1 ] || fail "check $format without its door: not status 1"
	[ "$(grep -oF 'x eth0: ' out | wc -l)" -ge 4 ] ||
		{ fail "$format: not every check says why"; cat out; }
	lacks out 'netloom: x'
done
"$netloom" check shut.yaml --format json >out 2>err
[ "$(grep -o '"status": *"[a-z_ ]*"' out | sort | uniq -c | tr -s ' ')" = ' 4 "status": "error"' ] ||
	{ fail 'not every check is an error'; cat out; }

# The wall limit holds for a door nobody comes to.
"$netloom" check open.yaml --wall-limit 1 >out 2>err
[ $? -eq 1 ] || fail 'the wall limit: not status 1'
has out 'wall time'
exit $failed
