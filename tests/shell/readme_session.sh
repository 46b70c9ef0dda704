#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The session in README.md, typed again, prints what README.md says; and the
# other commands that it shows run.
set -u
netloom=$(realpath "${NETLOOM:-./netloom}") || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

# The first block with prompts after a heading; they end in "> ".
session() {
	local heading=$1 lab=$2
	awk -v h="## $heading" '$0 == h { on = 1 }
		on && /^```/ { if (had) exit; inside = !inside; next }
		on && inside && /^netloom [0-9.]+s> / { had = 1 }
		on && inside && had' README.md >"$work/session"
	sed -nE 's/^netloom [0-9.]+s> //p' "$work/session" >"$work/commands"
	grep -vE '^netloom [0-9.]+s> ' "$work/session" >"$work/expected"
	[ -s "$work/commands" ] || { echo "README.md has no session: $heading"; exit 1; }
	# An editor may strip the blanks that Mininet and iproute2 leave at line ends.
	"$netloom" "$lab" <"$work/commands" 2>&1 | sed 's/ *$//' >"$work/got"
	sed 's/ *$//' "$work/expected" | diff - "$work/got" ||
		{ echo "README.md says otherwise: $heading"; failed=1; }
}
session 'A session' topologies/demo.yaml
session Routing topologies/ospf-cp5.yaml

# Commands in the other blocks: each begins with ./netloom.
awk '/^```/ { on = !on; next } on && /^\.\/netloom/' README.md | sed 's/ *#.*//' >"$work/others"
[ -s "$work/others" ] || { echo 'README.md shows no command'; exit 1; }
while read -r _ args; do
	# shellcheck disable=SC2086
	"$netloom" $args </dev/null >"$work/out" 2>&1 ||
		{ echo "./netloom $args: status $?"; cat "$work/out"; failed=1; }
done <"$work/others"
exit $failed
