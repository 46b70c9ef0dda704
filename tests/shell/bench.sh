#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench: one run as netperf shows it, many as a table, two labs compared.
set -u
NETLOOM=${NETLOOM:-./netloom}
cd "$TMPDIR" || exit 1

fail() {
	printf '%s\n' "$*"
	exit 1
}

# lab FILE RATE LOSS SEED
lab() {
	cat >"$1" <<END
version: 1
name: ${1%.yaml}
seed: $4
nodes: {h1: {kind: host}, h2: {kind: host}}
links:
  - {endpoints: ["h1:eth0", "h2:eth0"], ipv4: 10.0.0.0/24, rate: $2, delay: 1ms, loss: $3}
END
}

lab a.yaml 50mbit 1% 1
lab b.yaml 40mbit 1% 1
lab c.yaml 40mbit 2% 1
lab d.yaml 40mbit 1% 2
lab clean.yaml 50mbit 0% 1

run() {
	"$NETLOOM" "$LAB" -q -c "$1" 2>&1
}

LAB=clean.yaml
out=$(run 'bench rr h1 h2 --time 1')
# A frame of 67 bytes takes 10.72 us each way, and the delay: 2.02144 ms.
grep -qE '^1 +1 +1\.00 +494\.[0-9]+ +202[0-9]\.' <<<"$out" || fail "one run: $out"
out=$(run 'bench stream h1 h2 --time 1')
grep -qE '^131072 +262144 +131072 +1\.[0-9]+ +4[67]\.' <<<"$out" || fail "one run: $out"
# 32 MiB at 50 Mbit/s, less headers.
out=$(run 'bench tcp h1 h2 --bytes 32M')
grep -qE '^131072 +262144 +131072 +5\.[5-9][0-9] +4[67]\.' <<<"$out" || fail "an amount: $out"
out=$(run 'bench tcp h1 h2 --bytes 32M --json')
[ "$(jq .last.end.sum_sent.bytes <<<"$out")" -eq 33554432 ] || fail "so much is sent: $out"
out=$(run 'bench rr h1 h2 --time 1 --runs 3')
grep -qE '^clean .* 0\.0000 +0 +- +-$' <<<"$out" || fail "a lab without chance has no spread: $out"

LAB=a.yaml
out=$(run 'bench rr h1 h2 --time 1 --runs 5 --csv runs.csv')
grep -qE '^Interface +Mean +Min +Max +sigma +Points outside 95 % +p-value +Relative difference$' \
	<<<"$out" || fail "the table's head: $out"
[ "$(wc -l <runs.csv)" -eq 6 ] || fail "the raw runs: $(cat runs.csv)"
[ "$(cut -d, -f4 runs.csv | sort -u | wc -l)" -gt 3 ] || fail "each run has a seed of its own"
[ "$out" = "$(run 'bench rr h1 h2 --time 1 --runs 5')" ] || fail "the same twice is not the same"
[ "$(run 'bench rr h1 h2 --time 1 --runs 2' | tail -1)" = \
	"$(run 'bench rr h1 h2 --time 1 --runs 2 --cooldown 10s' | tail -1)" ] ||
	fail "what comes behind a run changed it"

out=$(run 'bench compare a.yaml b.yaml stream h1 h2 --time 1 --runs 3 --interleave --csv two.csv')
grep -qE '^b\.yaml .* -[0-9.]+ %$' <<<"$out" || fail "compare: $out"
[ "$(cut -d, -f1,2 two.csv | sed -n 2,4p | xargs)" = 'a.yaml,1 b.yaml,1 a.yaml,2' ] ||
	fail "interleaved: $(cat two.csv)"

mkdir -p one two
sed 's/50mbit/30mbit/' a.yaml >one/a.yaml
cp a.yaml two/a.yaml
out=$(run 'bench compare one/a.yaml two/a.yaml stream h1 h2 --time 1 --runs 2')
grep -qE '^one/a\.yaml ' <<<"$out" && grep -qE '^two/a\.yaml .* %$' <<<"$out" ||
	fail "two files of one name: $out"

for words in 'bench' 'bench rr' 'bench stream' 'bench compare'; do
	out=$(run "help $words")
	[ "$(grep -c 'Each run is a lab of its own' <<<"$out")" -eq 1 ] ||
		fail "help $words does not say once what a run is: $out"
done

# refused LINE WHY
refused() {
	out=$(run "$1") && fail "'$1' succeeds"
	[ "$out" = "-c 1: $2" ] || fail "'$1' says:" "$out"
}
# A node and itself, over its loopback.
out=$(run 'bench rr h1 h1 --time 1')
grep -qE '^1 +1 +1\.00 +498[0-9]{2}\.' <<<"$out" || fail "bench rr h1 h1: $out"
out=$(run 'bench stream h1 h1 --time 1')
grep -qE ' 1\.00 +19[0-9]{3}\.' <<<"$out" || fail "bench stream h1 h1: $out"

refused 'bench compare a.yaml c.yaml rr h1 h2' \
	'bench compare: the labs differ in more than one value'
refused 'bench compare b.yaml d.yaml rr h1 h2' 'bench compare: the seeds differ: 1 and 2'
refused 'bench compare a.yaml a.yaml rr h1 h2' 'bench compare: the labs do not differ'
refused 'bench compare a.yaml b.yaml rr h1' 'incomplete: expected rr or stream, and two nodes'
refused 'bench rr h1 h2 --runs 0' "'runs': expected 1 to 100000"
refused 'bench rr h1 h2 --size 1048577' "'size': expected 1 to 1048576 bytes"
refused 'bench rr h1 h2 --time 1ms' "'time': expected whole seconds"
refused 'bench tcp h1 h2 --bytes 1X' \
	'bench: iperf3: parameter error - invalid number: 1X'
refused 'bench tcp h1 h2 --bytes 0' "'0': expected a number of bytes"
refused 'bench rr h1 h2 --bytes 1' \
	"'--bytes': expected time, cooldown, runs, size, csv or interleave"
refused 'bench rr h1 h2 --what 1' \
	"'--what': expected time, cooldown, runs, size, csv or interleave"
exit 0
