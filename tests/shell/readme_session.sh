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

# The first block after the heading; its prompts end in "> ".
awk '/^## A session/ { on = 1 } on && /^```/ { n++; next } on && n == 1' README.md >"$work/session"
sed -nE 's/^netloom [0-9.]+s> //p' "$work/session" >"$work/commands"
grep -vE '^netloom [0-9.]+s> ' "$work/session" >"$work/expected"
[ -s "$work/commands" ] || { echo 'README.md has no session'; exit 1; }
# An editor may strip the blanks that Mininet and iproute2 leave at line ends.
"$netloom" topologies/demo.yaml <"$work/commands" 2>&1 | sed 's/ *$//' >"$work/got"
sed 's/ *$//' "$work/expected" | diff - "$work/got" || { echo 'README.md says otherwise'; failed=1; }

# Commands in the other blocks: each begins with ./netloom.
awk '/^```/ { on = !on; next } on && /^\.\/netloom/' README.md | sed 's/ *#.*//' >"$work/others"
[ -s "$work/others" ] || { echo 'README.md shows no command'; exit 1; }
while read -r _ args; do
	# shellcheck disable=SC2086
	"$netloom" $args </dev/null >"$work/out" 2>&1 ||
		{ echo "./netloom $args: status $?"; cat "$work/out"; failed=1; }
done <"$work/others"
exit $failed
