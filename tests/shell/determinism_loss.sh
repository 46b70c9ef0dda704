#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A lab that loses, delays, reorders and duplicates: the same seed gives the
# same capture byte for byte from another folder, another seed another one.
set -u
netloom=$(realpath "${NETLOOM:-./netloom}") || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

mkdir one two other
cat >one/lab.yaml <<'YAML'
version: 1
name: lossy
nodes: {h1: {kind: host}, r1: {routing: static}, h2: {kind: host}}
links:
  - {endpoints: ["h1:eth0", "r1:eth0"], ipv4: 10.0.1.0/24, delay: 10ms, jitter: 3ms, loss: 10%}
  - {endpoints: ["r1:eth1", "h2:eth0"], ipv4: 10.0.2.0/24, delay: 20ms, jitter: 5ms, loss: 10%,
     duplicate: 5%, rate: 10mbit}
YAML
cp one/lab.yaml two/
cp one/lab.yaml other/

# session FOLDER SEED: 2,000 echo requests at 100 a second.
session() {
	(cd "$1" && "$netloom" lab.yaml --seed "$2" \
		-c 'h1 ip route add default via 10.0.1.2' -c 'h2 ip route add default via 10.0.2.1' \
		-c 'capture start all run.pcapng' -c 'h1 ping -q -i 0.01 -c 2000 10.0.2.2' \
		-c 'capture stop' >screen 2>errors) ||
		{ echo "session $1 failed"; cat "$1/screen" "$1/errors"; return 1; }
}

session one 42 || exit 1
session two 42 || exit 1
session other 43 || exit 1
cmp one/run.pcapng two/run.pcapng || { echo 'the same seed, another capture'; exit 1; }
cmp one/screen two/screen || { echo 'the same seed, another screen'; exit 1; }
cmp -s one/run.pcapng other/run.pcapng && { echo 'another seed, the same capture'; exit 1; }
# Loss took its part, and enough went through for this to mean something.
lost=$(sed -n 's/.* \([0-9.]*\)% packet loss.*/\1/p' one/screen)
if [ "${lost%.*}" -lt 20 ] || [ "${lost%.*}" -gt 50 ]; then
	echo "$lost% lost"
	exit 1
fi
[ "$(stat -c %s one/run.pcapng)" -gt 500000 ] || { echo 'the capture is small'; exit 1; }
