#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# netloom check: lab files that are broken, absent or without checks; several
# labs; what it may be asked; exit status 0 to 3.
set -u
netloom=$(realpath "${NETLOOM:-./netloom}") || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

fail() {
	echo "$*"
	failed=1
}

# ends STATUS ARGS...: netloom check ARGS ends so; output in screen, errors.
ends() {
	local want=$1 got
	shift

	"$netloom" check "$@" >screen 2>errors
	got=$?
	[ "$got" -eq "$want" ] || { fail "check $*: status $got, not $want"; cat screen errors; }
}

has() {
	grep -qF -- "$2" "$1" || { fail "$1 lacks: $2"; cat "$1"; }
}

pair() {
	printf 'version: 1\nname: %s\n' "$1"
	printf 'nodes: {h1: {kind: host}, h2: {kind: host}}\n'
	printf 'links:\n  - {endpoints: ["h1:eth0", "h2:eth0"], ipv4: 10.0.0.0/24}\n'
}

pair plain >plain.yaml
{ pair good; printf 'checks:\n  - {name: ping, run: h1 ping -c 1 h2, expect: .received == 1}\n'; } >good.yaml
{ pair bad; printf 'checks:\n  - {name: ping, run: h1 ping -c 1 h2, expect: .received == 2}\n'; } >bad.yaml
{ pair broken; printf 'nodez: {}\n'; } >broken.yaml

ends 0 good.yaml
has screen 'good.yaml: 1 of 1 passed, 1/1 points'
ends 0 -- - <good.yaml
has screen 'ok 1 - ping'
ends 1 good.yaml bad.yaml
has screen 'all labs: 1 of 2 passed, 1/2 points'
ends 3 plain.yaml
has errors 'nothing to check'
ends 0 plain.yaml good.yaml

# A broken file is an entry of the report with its lines, and the other labs run.
ends 2 broken.yaml good.yaml
has screen 'not ok 1 - the lab file loads'
has screen 'broken.yaml:6:1: '
has screen 'ok 1 - ping (1/1 points'
ends 2 absent.yaml
has screen 'absent.yaml'
for format in tap junit gradescope json; do
	ends 2 broken.yaml --format $format -o out
	has out 'broken.yaml:6:1: '
done
ends 3 plain.yaml --format gradescope -o out
has out '"score": 0'

ends 0 --list good.yaml bad.yaml
has screen 'good.yaml:7: ping (1 points)'
has screen 'bad.yaml:7: ping (1 points)'
ends 3 --list plain.yaml
ends 2 --list broken.yaml

# What it cannot do it says before any lab runs.
ends 2
ends 2 --format xml good.yaml
has errors 'expected text, tap, junit, gradescope or json'
ends 2 --seed x good.yaml
ends 2 --seed -1 good.yaml
ends 2 --wall-limit 0 good.yaml
ends 2 --frobnicate good.yaml
ends 2 good.yaml -o no/such/folder
has errors 'no/such/folder'
ends 0 --help
has screen '--wall-limit'

# Something that is no plain file is written through, not replaced.
ln -s target link
ends 0 good.yaml -o link
if ! [ -L link ] || ! [ -s target ]; then
	fail 'a symbolic link was replaced'
fi
exit $failed
