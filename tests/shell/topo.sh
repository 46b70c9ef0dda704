#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# topo show draws the labs of topologies/; topo export writes what loads again,
# and what Graphviz reads where it is installed; -v and --dry-run.
set -u
netloom=$(realpath "${NETLOOM:-./netloom}") || exit 1
labs=$(realpath topologies) || exit 1
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

# Every lab here has a picture, no wider than 100, with each of its interfaces,
# and the same again.
for lab in "$labs"/*; do
	# A lab with doors may need more rights than we have.
	grep -q 'kind: *\(netns\|external\)' "$lab" && ! "$netloom" -q "$lab" -c quit 2>/dev/null &&
		continue
	"$netloom" -q "$lab" -c 'topo show' >picture || fail "$lab: topo show failed"
	grep -q '^[+.|]' picture || { fail "$lab: no picture"; cat picture; }
	[ "$(wc -L <picture)" -le 100 ] || { fail "$lab: too wide"; cat picture; }
	"$netloom" -q "$lab" -c 'topo show' | cmp - picture || fail "$lab: another picture"
	"$netloom" -q --json "$lab" -c 'topo show' >json
	grep -oE '"ifname":"[^"]*"' json | cut -d'"' -f4 | sort -u >names
	while read -r name; do
		grep -qw -- "$name" picture || { fail "$lab: $name is not shown"; cat picture; }
	done <names
done

"$netloom" -q "$labs/ring6.yaml" -c 'link ns2 ns3 down' -c 'topo show' |
	grep -v carrier >picture
diff picture - <<'PICTURE' || fail 'ring6 looks otherwise'
+-----+ veth1-2 veth2-1 +-----+ veth2-3    veth3-2 +-----+ veth3-4 veth4-3 +-----+
| ns1 |--10.100.1.0/24--| ns2 |.10.100.2.0/24 DOWN.| ns3 |--10.100.3.0/24--| ns4 |
+-----+ .1           .2 +--+--+ .1              .2 +--+--+ .1           .2 +-----+
                           | veth2-5 .1               | veth3-6 .1
                           | 10.100.4.0/24            | 10.100.6.0/24
                           | veth5-2 .2               | veth6-3 .2
                        +--+--+ veth5-6    veth6-5 +--+--+
                        | ns5 |---10.100.5.0/24----| ns6 |
                        +-----+ .1              .2 +-----+
PICTURE

# The course's files come back: every step that makes the lab is the same.
for lab in example line4 six loop4 grid2x3 cp6; do
	mkdir -p there
	"$netloom" -q "$labs/$lab.txt" -c "topo export --vnet there/$lab.txt" >/dev/null ||
		fail "$lab: no vnetUtils file"
	"$netloom" -q -v "$labs/$lab.txt" -c quit 2>steps
	"$netloom" -q -v "there/$lab.txt" -c quit 2>again
	cmp steps again || fail "$lab: another lab came back"
	[ -s steps ] || fail "$lab: -v says nothing"
done
# The scripts take this line by line; only routes are in another order.
diff <(sort "$labs/example.txt") <(sort there/example.txt) || fail 'example.txt changed'

"$netloom" -q "$labs/line4.yaml" -c 'topo export vnet' >out 2>err
[ $? = 1 ] || fail 'a lab that vnetUtils cannot hold: not status 1'
[ -s out ] && fail 'half a vnetUtils file'
has err 'vnetUtils files cannot say this: ns2:veth2-3 sends with '

"$netloom" -q "$labs/demo.yaml" -c 'topo export yaml demo.yaml' >/dev/null
"$netloom" -q "$labs/demo.yaml" -c save | grep -v '^#' |
	cmp - <(grep -v '^#' demo.yaml) || fail 'yaml is not what save writes'

for lab in demo lan-hub; do
	"$netloom" -q "$labs/$lab.yaml" -c 'topo export dot' >$lab.dot || fail "$lab: no dot"
	if command -v dot >/dev/null; then
		dot -Tplain $lab.dot >plain || fail "$lab: Graphviz does not read it"
		[ "$(grep -c '^edge' plain)" -eq 5 ] || fail "$lab: not five links"
	fi
done

# -v: one line a step, on standard error.
"$netloom" -q -v "$labs/example.txt" -c nodes >out 2>err
has out 'available nodes are:'
[ "$(wc -l <err)" -eq $((5 + 4 + 8 + 8)) ] || { fail '-v: not 25 steps'; cat err; }
has err 'node ns3 router, forwards'
has err 'link ns1:veth1-2 ns2:veth2-1 rate 1gbit'
has err 'address ns3:veth3-0 10.100.4.2/24'
has err 'route ns3 default via 10.100.4.1 dev veth3-0'

# --dry-run: a script, and nothing runs.
"$netloom" --dry-run "$labs/example.txt" >script </dev/null || fail '--dry-run: not status 0'
sh -n script || fail '--dry-run is no script'
has script 'ip link add veth1-2 netns ns1 type veth peer name veth2-1 netns ns2'
printf 'nodes\n' | "$netloom" -q --dry-run "$labs/example.txt" | cmp - script ||
	fail '--dry-run reads commands'
"$netloom" --dry-run "$labs/example.txt" -c nodes >out 2>err
[ $? = 2 ] || fail '--dry-run with -c: not status 2'
printf 'version: 1\nnodez: {}\n' >bad.yaml
"$netloom" --dry-run bad.yaml >out 2>err
[ $? = 2 ] || fail '--dry-run of a wrong lab: not status 2'
has err 'bad.yaml:2:'
[ -s out ] && fail '--dry-run of a wrong lab prints a script'
exit $failed
