#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# netloom check: a report is written also when a lab never ends, dies, or the
# user has had enough; what did not run gets no points.
set -u
ulimit -c 0
netloom=$(realpath "${NETLOOM:-./netloom}") || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

fail() {
	echo "$*"
	failed=1
}

has() {
	grep -qF -- "$2" "$1" || { fail "$1 lacks: $2"; cat "$1"; }
}

# The second check never comes to a verdict.  The first leaves a file: once it
# is there the lab runs.
cat >endless.yaml <<YAML
version: 1
name: endless
nodes: {h1: {kind: host}, h2: {kind: host}}
links:
  - {endpoints: ["h1:eth0", "h2:eth0"], ipv4: 10.0.0.0/24}
checks:
  - {name: first, run: capture start all $work/seen.pcapng}
  - {name: endless, points: 2, run: h1 ping -c 1 h2, expect: last(range(infinite))}
  - {name: never, run: h1 ping -c 1 h2}
YAML

"$netloom" check endless.yaml --wall-limit 2 -o report >screen 2>&1
[ $? -eq 1 ] || fail 'a lab stopped at its limit is exit status 1'
has report 'ok 1 - first (1/1 points'
has report 'not ok 2 - endless (0/2 points'
has report 'stopped: not done after 2 s of wall time (--wall-limit)'
has report 'not ok 3 - never (0/1 points, not run)'
has report 'endless.yaml: 1 of 3 passed, 1/4 points'

child_of() {
	grep -l "^PPid:[[:space:]]*$1\$" /proc/[0-9]*/status 2>/dev/null | head -n 1 | cut -d / -f 3
}

# begin FORMAT: a check that runs; its process in $parent, the lab's in $child.
begin() {
	rm -f seen.pcapng report
	"$netloom" check endless.yaml --format "$1" -o report >screen 2>&1 &
	parent=$!
	for _ in $(seq 600); do
		[ -e seen.pcapng ] && break
		sleep 0.1
	done
	child=$(child_of "$parent")
	[ -n "$child" ] || { fail 'the lab does not run in a child'; cat screen; exit 1; }
	sleep 0.5                         # into the second check
}

begin junit
kill -ABRT "$child"
wait "$parent"
[ $? -eq 1 ] || fail 'a crash is exit status 1'
has report '<error message="killed by signal 6 (Aborted)"'
has report 'errors="1" skipped="1"'

begin text
kill -TERM "$parent"
wait "$parent"
[ $? -eq 1 ] || fail 'an interrupted check is exit status 1'
has report 'why:      interrupted'
kill -0 "$child" 2>/dev/null && fail 'the lab outlives the check'

# Killed without a chance to say a word, it takes the lab with it.
begin text
kill -KILL "$parent"
wait "$parent" 2>/dev/null
for _ in $(seq 100); do
	kill -0 "$child" 2>/dev/null || break
	sleep 0.1
done
kill -0 "$child" 2>/dev/null && fail 'the lab outlives a killed check'
[ -e report ] && fail 'half a report'
exit $failed
