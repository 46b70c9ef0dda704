#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What --dry-run prints makes the lab of Linux: in namespaces of our own the
# same pairs ping as in netloom.
set -u
netloom=$(realpath "${NETLOOM:-./netloom}") || exit 1
labs=$(realpath topologies) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

for tool in unshare ip tc sysctl ping python3; do
	command -v $tool >/dev/null || { echo "there is no $tool"; exit 77; }
done

# apart SCRIPT: in a user, network and mount namespace with a /run of its own,
# so that nothing of the machine is seen or changed.
apart() {
	# shellcheck disable=SC2016
	timeout 120 unshare -rnm sh -c 'mount -t tmpfs none /run && sh "$0"' "$1"
}

cat >probe <<'SH'
set -e
ip netns add a
ip link add x netns a type veth peer name y
ip -n a link add z type bridge
ip netns exec a sysctl -qw net.ipv4.ip_forward=1
tc -n a qdisc add dev x root tbf rate 1mbit burst 5kb limit 10kb
SH
apart ./probe >probe.log 2>&1 || { cat probe.log; echo 'no network namespaces, veth or tbf'; exit 77; }

cat >lab.yaml <<'YAML'
version: 1
name: rated
defaults: {routing: static}
nodes:
  w: {kind: hub}
  h1: {kind: host, gateway: 10.0.1.254, loopback: [10.9.9.1/32]}
  h2: {kind: host}
  r1: {routes: [{to: 10.9.9.1/32, via: 10.0.1.1}, {to: 10.0.2.0/24, via: 10.0.1.2}]}
  h3: {kind: host, gateway: 10.0.2.254}
  h4: {kind: host, gateway: 10.0.4.1}
links:
  - {endpoints: ["h1:eth0", "w:p1"], ipv4: [10.0.1.1/24, none], rate: 10mbit, delay: 0s, queue: 20p}
  - {endpoints: ["h2:eth0", "w:p2"], ipv4: [10.0.1.2/24, none], mtu: 1400}
  - {endpoints: ["r1:eth0", "w:br0"], ipv4: [10.0.1.254/24, none]}
  - {endpoints: ["r1:eth1", "h3:eth0"], ipv4: [10.0.2.254/24, 10.0.2.1/24]}
  - {endpoints: ["r1:eth2", "h4:eth0"], ipv4: [10.0.4.1/24, 10.0.4.2/24], down: true}
events:
  - {at: 100s, do: link r1 h4 up}
YAML

# pings LAB: does each pair ping in netloom as it does in Linux?
pings() {
	"$netloom" -q --dry-run "$1" >script || { echo "$1: no script"; return 1; }
	"$netloom" -q --json "$1" -c nodes >listed
	python3 - >pairs <<'PY'
import json
nodes = [n for n in json.load(open('listed')) if 'address' in n]
for a in nodes:
    for b in nodes:
        if a is not b:
            print(a['name'], b['address'])
PY
	echo "result() { if \"\$@\" >/dev/null 2>&1; then echo y; else echo n; fi; }" >>script
	while read -r from to; do
		if "$netloom" -q "$1" -c "@$from ping -c 1 -W 1 $to" >/dev/null 2>&1; then
			echo "$from $to y"
		else
			echo "$from $to n"
		fi
		# shellcheck disable=SC2016
		printf '(r=$(result ip netns exec %s ping -c 1 -W 1 %s); echo %s %s $r) &\n' \
			"$from" "$to" "$from" "$to" >>script
	done <pairs | sort >simulated
	echo wait >>script
	apart ./script 2>errors | sort >real
	[ -s simulated ] || { echo "$1: nothing was tried"; return 1; }
	diff simulated real || { echo "$1: Linux (>) differs from netloom (<)"; cat errors; return 1; }
}

pings "$labs/example.txt" || failed=1
grep -q 'y$' real || { echo 'example: nothing pings'; failed=1; }
pings "$labs/six.txt" || failed=1
pings ./lab.yaml || failed=1
if ! grep -q 'y$' real || ! grep -q 'n$' real; then
	echo 'lab.yaml: all pairs are alike'
	failed=1
fi

# Not every kernel has netem; where it has, every word of ours is one of tc's.
cat >netem.yaml <<'YAML'
version: 1
nodes: {a: {}, b: {}}
links:
  - endpoints: [a, b]
    ipv4: 10.0.0.0/24
    forward: {delay: 5ms, jitter: 1ms, correlation: 25%, loss: 1% 10%, duplicate: 2%, reorder: 3%, gap: 5, corrupt: 4%, limit: 7000}
    reverse: {delay: 5ms, loss: gemodel 1% 10%, rate: 10mbit, queue: 50p}
YAML
"$netloom" -q --dry-run netem.yaml >script
apart ./script >out 2>&1 || grep -q 'qdisc kind is unknown' out ||
	{ echo 'tc does not take what it should:'; cat out; failed=1; }
grep -qE 'What is|Illegal|Usage:' out && { echo 'tc does not know a word:'; cat out; failed=1; }
exit $failed
