#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# --uplink: this machine is a node of the lab.  The machine here is a network
# namespace of the test's own; what the lab brings it goes with netloom.
set -u
NETLOOM=$(realpath "${NETLOOM:-./netloom}") || exit 1
export NETLOOM PATH=$PATH:/usr/sbin:/sbin
TMPDIR=${TMPDIR:-/tmp}

fail() {
	printf '%s\n' "$*"
	exit 1
}

# refused WHAT WANT ARGS...: status 2, one line that says WANT, and the machine
# is as it was.
refused() {
	local what=$1 want=$2 out
	shift 2

	out=$("$NETLOOM" "$@" -c 'show seed' 2>&1 </dev/null)
	[ $? -eq 2 ] || fail "$what: not status 2: $out"
	[ "$(wc -l <<<"$out")" -eq 1 ] || fail "$what: not one line: $out"
	[[ $out == *"$want"* ]] || fail "$what: expected '$want': $out"
	[ "$(machine)" = "$before" ] || fail "$what: the machine is not as it was: $(machine)"
}

machine() {
	ip -o addr | sed 's/ *valid_lft.*//'
	ip route show table all
	cat /proc/sys/net/ipv4/ip_forward
}

cd "$TMPDIR" || exit 1
if [ $# -eq 0 ]; then
	for p in ip ping unshare; do
		command -v $p >/dev/null || { echo "the program $p is not installed"; exit 77; }
	done
	user=()
	[ "$(id -u)" -eq 0 ] || user=(--user --map-root-user)
	unshare "${user[@]}" --net true 2>/dev/null ||
		{ echo 'needs root or unprivileged user namespaces'; exit 77; }
	{ : >/dev/net/tun; } 2>/dev/null || { echo 'needs /dev/net/tun'; exit 77; }
	exec unshare "${user[@]}" --net "$(cd "$OLDPWD" && realpath "$0")" inside
fi

cat >lab.txt <<'END'

2
0 1 10.100.1
1 2 10.100.2

0 10.100.2.0/24 1
0 default 1
2 default 1
END
cat >lab.yaml <<'END'
version: 1
nodes: {m: {kind: host}, h: {kind: host}, x: {kind: hub}}
links:
  - {endpoints: ["m:up0", "h:eth0"], ipv4: 10.0.0.0/24, delay: 0s}
END

ip link set lo up
before=$(machine)

# The lab's host is reached by ping(8), and reaches the machine.
mkfifo fifo
exec 3<>fifo
"$NETLOOM" --uplink lab.txt <&3 >out 2>err &
pid=$!
for ((i = 0; i < 200; i++)); do
	ip route show 10.100.2.0/24 2>/dev/null | grep -q via && break
	sleep 0.05
done
[ "$(ip -4 -o addr show veth0-1 | awk '{print $4}')" = 10.100.1.1/24 ] || fail 'the address'
[ "$(ip route show 10.100.2.0/24 | xargs)" = '10.100.2.0/24 via 10.100.1.2 dev veth0-1' ] ||
	fail 'the route'
[ -z "$(ip route show default)" ] || fail 'the machine got a default route'
[ -z "$(ip -6 -o addr show veth0-1)" ] || fail 'the TAP has an IPv6 address'
out=$(ping -q -c 3 -i 0.05 -s 4000 10.100.2.2) || fail "ping into the lab: $out"
grep -q 'which keeps its own default route' err || fail "no note: $(cat err)"

# What is in the way of a second one is said, and the first goes on.
before=$(machine)
refused 'two of a name' 'this machine already has an interface veth0-1' -q --uplink lab.txt
{ echo q-; sed 1d lab.txt; } >other.txt
refused 'two of a network' 'the lab'"'"'s 10.100.1.0/24 would hide it' -q --uplink other.txt
ping -q -c 1 10.100.2.2 >/dev/null || fail 'the first was disturbed'
kill -9 $pid
wait $pid 2>/dev/null
for ((i = 0; i < 200; i++)); do
	ip link show veth0-1 >/dev/null 2>&1 || break
	sleep 0.05
done
ip -o link | grep -q veth0-1 && fail 'the TAP outlived netloom'
[ -z "$(ip route)" ] || fail "routes outlived netloom: $(ip route)"
before=$(machine)

# Any node; both ways; the end takes all back.
out=$("$NETLOOM" -q --uplink=m lab.yaml -c 'h ping -q -c 2 -i 0.05 m' -c 'show ports' 2>&1) ||
	fail "the lab's ping: $out"
[[ $out == *' 2 received, 0% packet loss'* ]] || fail "the lab's ping: $out"
[[ $out == *'up0 is up'* ]] || fail "show ports: $out"
[ "$(machine)" = "$before" ] || fail "something is left: $(machine)"

# Without the option nothing happens to the machine.
out=$("$NETLOOM" -q lab.txt -c 'ns0 ping -q -c 1 10.100.2.2' 2>&1) || fail "simulated: $out"

refused 'no such node' "there is no node 'ns0'; expected --uplink=NODE" --uplink lab.yaml
refused 'a hub' 'x is neither a router nor a host' --uplink=x lab.yaml
refused 'nobody' "there is no node 'nobody'" --uplink=nobody lab.yaml

# The right is what counts, not the user's number.
refused_without_right() {
	NETLOOM=$TMPDIR/powerless refused 'without the right' 'needs root' -q --uplink=m lab.yaml
}
cat >powerless <<END
#!/bin/sh
exec setpriv --bounding-set=-net_admin $NETLOOM "\$@"
END
chmod +x powerless
setpriv --bounding-set=-net_admin true 2>/dev/null && refused_without_right
exit 0
