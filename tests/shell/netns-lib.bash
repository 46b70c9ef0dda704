# SPDX-License-Identifier: GPL-3.0-or-later
#
# For the tests of nodes of kind netns: labs, and what can go wrong with them.
# A test that sources this is skipped where netloom can make no namespace.

NETLOOM=${NETLOOM:-./netloom}
TMPDIR=${TMPDIR:-/tmp}

fail() {
	printf '%s\n' "$*"
	exit 1
}

skip() {
	printf '%s\n' "$*"
	exit 77
}

# need PROGRAM...
need() {
	local p

	for p; do
		command -v "$p" >/dev/null || skip "the program $p is not installed"
	done
}

# lab COMMAND...: each runs on $LAB.
lab() {
	local args=() c

	for c; do
		args+=(-c "$c")
	done
	"$NETLOOM" "$LAB" -q "${args[@]}"
}

# has TEXT WHERE WHAT: TEXT, of WHAT, holds WHERE, an extended expression.
has() {
	grep -qE -- "$2" <<<"$1" || fail "expected '$2' in $3:" "$1"
}

PATH=$PATH:/usr/sbin:/sbin
need ip

# h1 -- r1 -- l1, which is Linux
LAB=$TMPDIR/l.yaml
cat >"$LAB" <<'END'
version: 1
name: door
nodes:
  h1: {kind: host, gateway: 10.0.1.1}
  r1: {}
  l1: {kind: netns, gateway: 10.0.2.1}
links:
  - {endpoints: ["h1:eth0", "r1:eth0"], ipv4: [10.0.1.2/24, 10.0.1.1/24], delay: 0s}
  - {endpoints: ["r1:eth1", "l1:eth0"], ipv4: [10.0.2.1/24, 10.0.2.2/24]}
END

why=$(lab 'l1 exec true' 2>&1) || case $why in
*'needs root or unprivileged user namespaces'*) skip "$why" ;;
*) fail "a lab with a netns node does not run:" "$why" ;;
esac
