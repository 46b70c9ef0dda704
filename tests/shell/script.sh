#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Commands from standard input, -c and -f: what is printed where, and the
# exit status.
set -u
netloom=$(realpath "${NETLOOM:-./netloom}") || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0

cat >lab.yaml <<'YAML'
version: 1
name: pair
nodes: {h1: {kind: host}, h2: {kind: host}}
links:
  - {endpoints: ["h1:eth0", "h2:eth0"], ipv4: 10.0.1.0/24, delay: 1ms}
YAML

# expect WHAT STATUS OUT ERR ARGUMENT...: standard input is ./in.
expect() {
	local what=$1 status=$2 out=$3 err=$4 got
	shift 4
	"$netloom" "$@" <in >out 2>err
	got=$?
	[ "$got" = "$status" ] || { echo "$what: status $got, not $status"; failed=1; }
	[ "$(cat out)" = "$out" ] || { echo "$what: output:"; cat out; failed=1; }
	[ "$(cat err)" = "$err" ] || { echo "$what: errors:"; cat err; failed=1; }
}

printf 'nodes # all\n\n# nothing\nnet\n' >in
expect 'no prompt and no echo on a pipe' 0 'available nodes are: 
h1 h2
h1 h1-eth0:h2-eth0
h2 h2-eth0:h1-eth0' '' lab.yaml

printf 'bogus\nnodes\nlink h1' >in
expect 'a script runs to its end, its last line too' 1 'available nodes are: 
h1 h2' "stdin:1: unknown command: 'bogus'
stdin:3: incomplete: expected B (a node or NODE:INTERFACE)" lab.yaml
expect '-e stops at the first error' 1 '' "stdin:1: unknown command: 'bogus'" -e lab.yaml

printf 'nodes\nquit\nbogus\n' >in
expect 'quit ends it' 0 'available nodes are: 
h1 h2' '' lab.yaml

printf 'time\nbogus\n' >script.nl
printf 'bogus\n' >in
expect '-c and -f run in their order, and standard input is left alone' 1 '1.000s
1.000s' "script.nl:2: unknown command: 'bogus'" lab.yaml -c 'run 1s' -f script.nl -c time
expect '-x shows each line first' 0 '0.000s' '+ time' -x lab.yaml -c time
expect 'a script that is not there' 2 '' 'netloom: none.nl: No such file or directory' \
	lab.yaml -f none.nl
expect 'an error says which -c it comes from' 1 '0.000s' "-c 2: unknown command: 'bogus'
-c 3:2: unknown command: 'bogus'" lab.yaml -c time -c bogus -c $'\nbogus\n'
expect 'a folder is no script' 2 '' 'netloom: .: Is a directory' lab.yaml -f .
expect '--json is for every command' 0 '{"now":0,"events":0}' '' --json lab.yaml -c time

printf 'source script.nl\nhistory save saved.nl\nh1\nip -br -4 addr show eth0\nexit\ntime\n' >in
expect 'source, history, and moving into a node' 1 '0.000s
eth0             UP             10.0.1.1/24 
0.000s' "script.nl:2: unknown command: 'bogus'" lab.yaml

printf 'h1 ping -c 1 h2\nh1 ping h2 &\nrun 1500ms\n' >in
"$netloom" lab.yaml <in >one 2>&1 || { echo 'a ping failed'; failed=1; }
"$netloom" lab.yaml <in >two 2>&1
cmp one two || failed=1
grep -qF '[1] ended with the session: h1 ping h2' one ||
	{ echo 'a job ended without a word'; cat one; failed=1; }
grep -q '^\[1\] 64 bytes from 10.0.1.2: icmp_seq=2 ' one ||
	{ echo 'a job did not move with the time'; cat one; failed=1; }

printf 'h1 ping -c 2 h2\nrun 1500ms\nh1 ip neigh\ntime\nhistory save saved.nl\n' >in
"$netloom" lab.yaml <in >one || { echo 'history save failed'; failed=1; }
"$netloom" lab.yaml -f saved.nl >two || { echo 'the replay failed'; failed=1; }
cmp one two || { echo 'the replay differs'; failed=1; }

# Hellos never end; a script does, whatever it waits for.
sed 's/{kind: host}/{}/g' lab.yaml >ospf.yaml
no_end='has not ended in two days of lab time, and nobody is here to press Ctrl-C; run until'
no_end+=' INSTANT COMMAND gives it a limit'
printf 'h1 echo &\nfg\nh1 nc -l 5000\nwait every 1h until h1 nc h2 9\ntime\n' >in
expect 'what never ends has an end in a script' 1 '[1] h1 echo
h1 echo
518400.002001024s' "stdin:2: it $no_end
stdin:3: nc $no_end
stdin:4: it did not come true in time" ospf.yaml
printf 'h1 echo &\nfg\n' >in
expect 'what waits for nothing ends at once' 1 '[1] h1 echo
h1 echo' 'stdin:2: it waits for something that cannot happen any more' lab.yaml

: >in
for wrong in '--bogus lab.yaml' 'lab.yaml more.yaml' '--seed x lab.yaml' ''; do
	# shellcheck disable=SC2086
	"$netloom" $wrong <in >/dev/null 2>err
	[ $? = 2 ] && [ -s err ] || { echo "netloom $wrong: not status 2"; failed=1; }
done
"$netloom" none.yaml <in >out 2>err
[ $? = 2 ] && [ -s err ] || { echo 'a missing lab: not status 2'; failed=1; }
cat >bad.yaml <<'YAML'
version: 1
nodes: {h1: {kid: host}}
links:
  - {endpoints: ["h1:e0", "h9:e0"]}
YAML
"$netloom" validate bad.yaml lab.yaml >out 2>err
[ $? = 2 ] || { echo 'validate: not status 2'; failed=1; }
grep -q '^bad.yaml:2:' err && grep -q '^bad.yaml:4:' err || { echo 'validate:'; cat err; failed=1; }
[ "$(head -1 out)" = 'lab.yaml: ok' ] || { echo 'validate:'; cat out; failed=1; }
"$netloom" --version | grep -q '^netloom [0-9]' || { echo 'no version'; failed=1; }
"$netloom" --list-drop-reasons | grep -q '^ip4.ttl_exceeded  *time to live' ||
	{ echo 'no drop reasons'; failed=1; }
exit $failed
