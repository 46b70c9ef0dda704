#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Programs on hosts read and write files of this machine: < FILE, > FILE and
# >> FILE, in the foreground and behind it.
set -u
cd "$TMPDIR" || exit 1
failed=0
say() { echo "$*"; failed=1; }

cat >lab.yaml <<'YAML'
version: 1
name: pair
nodes: {h1: {kind: host}, h2: {kind: host}}
links:
  - {endpoints: ["h1:eth0", "h2:eth0"], ipv4: 10.0.1.0/24, delay: 1ms, rate: 1gbit}
YAML
seq 200000 >big
seq 6000 >small

# lab COMMAND...: on two hosts; errors go to err.
lab() {
	local c args=()
	for c; do args+=(-c "$c"); done
	"$NETLOOM" lab.yaml "${args[@]}" >out 2>err
}

lab 'h2 nc -l 5000 > got &' 'h1 nc -N h2 5000 < big' 'run 1s' || say "TCP: $(cat err)"
cmp big got || say 'a file sent over TCP is another at the other end'
lab 'h2 nc -l -N 5000 <big &' 'h1 nc -w 1 h2 5000 >got2' || say "listener: $(cat err)"
cmp big got2 || say 'a file that a listener sends is another at the other end'
lab 'h2 nc -l -N 5000 <small >gotb &' 'h1 nc -N h2 5000 <big >gots' 'run 1s' || say "both: $(cat err)"
cmp big gotb || say 'what is sent ends where the other side has no more to say'
cmp small gots || say 'a file that comes against another is another'
lab 'h2 nc -lu 5000 -w 2 > gotu &' 'h1 nc -u h2 5000 < small' 'run 3s' || say "UDP: $(cat err)"
cmp small gotu || say 'a file sent over UDP is another at the other end'

lab 'h1 ping -c 1 h2 > text' 'h1 ping -c 1 h2 >> text' || say "ping: $(cat err)"
[ "$(grep -c 'bytes from' text)" = 2 ] || say "not twice: $(cat text)"
[ -s out ] && say "what is redirected is shown too: $(cat out)"
lab 'h1 ping -c 1 h2 --json > object' || say "JSON: $(cat err)"
grep -q '^{.*"received":1[,}].*}$' object || say "no JSON of it: $(cat object)"
[ -s out ] && say "JSON that is redirected is shown too: $(cat out)"
lab "h2 nc -lu 9 -w 2 > gotq &" "h1 nc -u h2 9 a '>' b \\> c" 'run 3s' || say "quotes: $(cat err)"
[ "$(cat gotq)" = 'a > b > c' ] || say "quoted is no redirection: $(cat gotq)"

# A file can be read while its program runs: what came is in it.
mkfifo lines
"$NETLOOM" lab.yaml -q <lines >said 2>err &
exec 3>lines
printf '%s\n' 'h2 nc -lu 9 > early &' 'h1 nc -u -w 1 h2 9 some words' >&3
for ((i = 0; i < 100; i++)); do
	grep -qx 'some words' early 2>/dev/null && break
	sleep 0.05
done
[ "$i" -lt 100 ] || say "while the listener runs: $(cat early err)"
exec 3>&-
wait

# wrong COMMAND WORDS: the shell refuses it so; wrong_as: or the program does.
wrong() { wrong_as "$1" "-c 1: $2"; }
wrong_as() {
	lab "$1" && say "no error: $1"
	[ "$(cat err)" = "$2" ] || say "$1: $(cat err)"
}
wrong 'h1 nc h2 9 < none' 'none: No such file or directory'
wrong 'h1 ping -c 1 h2 >' 'expected a file behind >'
wrong_as 'h1 nc -u h2 9 < /dev/zero' 'nc: standard input is too long for UDP'
wrong_as 'h1 ping -c 1 h2 < small' 'ping: it reads no standard input'
wrong 'h1 ping -c 1 h2 | head' 'no | here: > FILE keeps the text'
wrong 'h1 ping -c 1 h2 2>/dev/null' 'no 2>/dev/null here: > FILE keeps the text'
wrong 'h1 ping -c 1 h2 > a > b' '> stands twice'
wrong 'h1 ping -c 1 h2 > none/a &' 'none/a: No such file or directory'
if [ -c /dev/full ]; then
	wrong 'h1 ping -c 1 h2 > /dev/full' '/dev/full: not all could be written'
fi
exit $failed
