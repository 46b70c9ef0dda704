#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# NODE exec: real programs in the namespace of a netns node.
set -u
. "$(dirname "$0")/netns-lib.bash"
need python3

# Output, errors and status are the program's; options are, too.
out=$(lab 'l1 exec sh -c "echo out; echo err >&2; exit 3"' 2>"$TMPDIR/err")
[ $? -eq 1 ] || fail "a program that fails is no command that succeeds"
[ "$out" = out ] || fail "standard output: $out"
[ "$(cat "$TMPDIR/err")" = err ] || fail "standard error: $(cat "$TMPDIR/err")"
has "$(lab 'l1 exec ip -j addr')" '^\[\{"ifindex":1,' 'ip -j addr'
has "$(lab 'l1 exec printf "%s-" --json --help -- x')" '^--json---help----x-' 'what printf got'
out=$(lab 'l1 exec --json sh -c "echo o; printf \"e\\377\" >&2; exit 3"' 2>/dev/null)
[ "$out" = '{"status":3,"stdout":"o\n","stderr":"e\\xff"}' ] || fail "JSON: $out"
has "$(lab 'l1 exec sh -c "kill -9 \$\$"' 'l1 exec --json sh -c "kill -9 \$\$"')" \
	'"status":137' 'JSON of one that was killed'
has "$(lab 'l1 exec cat' 'l1 exec hostname')" '^l1$' 'the host name; cat has nothing to read'

# A megabyte is shown whole, more is cut in JSON alone.
out=$(lab 'l1 exec sh -c "head -c 3000000 /dev/zero | tr \"\\0\" x"' | wc -c)
[ "$out" -eq 3000001 ] || fail "$out bytes of 3000000 and the end of the line"
lab 'l1 exec --json sh -c "head -c 3000000 /dev/zero | tr \"\\0\" x"' | python3 -c '
import json, sys
v = json.load(sys.stdin)
assert v["truncated"] and v["stdout"] == "x" * (1 << 20), (v["status"], len(v["stdout"]))
' || fail "what JSON shows of three megabytes"

# What cannot be run says why.
has "$(lab 'l1 exec no-such-program' 2>&1)" '^exec: no-such-program: command not found$' errors
has "$(lab 'l1 exec --json no-such-program' 2>/dev/null)" '"status":127' JSON
has "$(lab 'l1 exec /etc/passwd' 2>&1)" '^exec: /etc/passwd: Permission denied$' errors
has "$(lab 'l1 exec' 2>&1)" 'which program' errors
has "$(lab 'r1 exec true' 2>&1)" \
	'^exec: r1 is a router: only a node of kind netns runs programs of this machine$' errors
has "$(lab 'l1 ping h1' 2>&1)" "'l1 exec COMMAND'" errors
has "$(lab 'node l1 stop' 'l1 exec true' 2>&1)" 'exec: the node is not running' errors

# In the background: its lines have its number; kill is Ctrl-C, and a program
# that does not hear it dies all the same.
out=$(lab 'l1 exec sh -c "echo one; exec sleep 1000" &' 'run 1s' jobs kill jobs)
has "$out" '^\[1\] one$' 'the job'"'"'s line'
has "$out" '^\[1\] running  l1 exec sh -c' jobs
has "$out" '^\[1\] done, status 130' 'the end of the job'
out=$(lab 'l1 exec sh -c "trap \"echo bye; exit 9\" INT; while :; do sleep .1; done" &' \
	'run 500ms' kill)
has "$out" '^\[1\] bye$' 'the last words'
has "$out" '^\[1\] done, status 9' 'the end of the job'
out=$(lab 'l1 exec sh -c "trap \"\" INT; echo deaf; sleep 1000" &' 'run 1s' kill)
has "$out" '^\[1\] done, status 130' 'the end of a deaf job'
has "$(lab 'l1 exec sleep 1000 &' 'node l1 stop')" 'done, status 137' 'the end with the node'

# The environment is netloom's.
has "$(COLOUR=blue lab 'l1 exec sh -c "echo \$COLOUR \$HOSTNAME"')" '^blue l1$' environment

unshare -Ur true 2>/dev/null || skip 'the rest: no user namespace can be made here'

# Where there can be no namespace, one line says so, however many nodes want one.
sed 's/  r1: {}/&\n  l2: {kind: netns}/; $a \  - {endpoints: ["r1:eth2", "l2:eth0"]}' "$LAB" \
	>"$TMPDIR/two.yaml"
out=$(unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_net_namespaces; exec "$@"' sh \
	"$NETLOOM" "$TMPDIR/two.yaml" -q -c nodes 2>&1)
[ $? -eq 2 ] || fail "a lab without its namespaces runs:" "$out"
has "$out" '^netloom: l[12] eth0: needs root or unprivileged user namespaces \(.*limit' errors
[ "$(wc -l <<<"$out")" -eq 1 ] || fail "not one line:" "$out"
exit 0
