#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# netloom check: every way a check can end, in every format of the report.
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

# has FILE TEXT: a line of the file holds the text.
has() {
	grep -qF -- "$2" "$1" || { fail "$1 lacks: $2"; cat "$1"; }
}

cat >lab.yaml <<'YAML'
version: 1
name: pair
seed: 5
nodes: {h1: {kind: host}, h2: {kind: host}}
links:
  - {endpoints: ["h1:eth0", "h2:eth0"], ipv4: 10.0.0.0/24, delay: 1ms}
events:
  - {at: 100s, do: link h1 h2 down}
checks:
  - {name: they reach each other, run: h1 ping -c 4 h2, expect: .received == 4, pass: well done}
  - name: nobody loses
    points: 0.5
    run: h1 ping -c 2 h2
    expect: .received == 0
    fail: look at the link
  - {name: program that gives up, run: h1 ping -c 1 h2, expect: error("no")}
  - {name: program with an error, run: h1 ping -c 1 h2, expect: .received.x}
  - {name: no verdict, run: h1 ping -c 1 h2, expect: .received}
  - {name: too slow, run: h1 ping -c 100 h2, expect: "true", timeout: 5s}
  - {name: in the past, at: 1s, run: h1 ping -c 1 h2}
  - {name: no such host, run: h1 ping -c 1 nosuch}
  - {name: the cut comes in time, points: 2, at: 98s, wait: 30s,
     run: h1 ping -c 1 -W 1 h2, expect: .received == 0}
  - {name: it never heals, hidden: false, wait: 5s, run: h1 ping -c 1 -W 1 h2, expect: .received == 1}
  - {name: in a fresh lab it works, fresh: true, at: 1s, wait: converged,
     run: h1 ping -c 1 h2, expect: .received == 1}
  - {name: secret, hidden: true, run: h1 ping -c 1 h2, expect: .received == 777}
  - {name: nobody is there, run: h1 ping -c 1 10.0.0.77, expect: .received == 1}
YAML

"$netloom" check lab.yaml >text 2>errors
[ $? -eq 1 ] || fail 'a failed check is exit status 1'
[ -s errors ] && { fail 'something on standard error:'; cat errors; }
has text 'lab.yaml: lab pair, seed 5'
has text 'ok 1 - they reach each other (1/1 points, t=3.'
has text 'well done'
has text 'not ok 2 - nobody loses (0/0.5 points, t='
has text 'expected: .received == 0'
has text '"received":2'
has text 'look at the link'
has text 'not ok 3 - program that gives up'
has text 'not ok 4 - program with an error'
has text 'jq error: Cannot index number with'
has text 'the last output is 1, not true or false'
has text 'timed out after 5s of lab time'
has text 'at: 1s is past already'
has text 'not ok 8 - no such host'
has text 'ok 9 - the cut comes in time (2/2 points'
has text 'not ok 10 - it never heals (0/1 points, t='
has text 'not true within 5s of lab time'
has text 'ok 11 - in a fresh lab it works (1/1 points, t=1.'
has text 'not ok 12 - secret (0/1 points, hidden, t='
grep -q 777 text && fail 'a hidden check is explained'
has text 'lab.yaml: 3 of 13 passed, 4/13.5 points'
grep -A 20 '^not ok 13' text | grep -q 'h1:eth0 neigh.unresolved: ' || fail 'no drops beside check 13'

# What cannot work is told before anything runs, all of it.
cat >broken.yaml <<'YAML'
version: 1
nodes: {h1: {kind: host}, h2: {kind: host}}
links: [{endpoints: ["h1:eth0", "h2:eth0"], ipv4: 10.0.0.0/24}]
events: [{at: 1s, do: link h1 h3 down}]
checks:
  - {name: broken program, run: h1 ping -c 1 h2, expect: .received ==}
  - {name: no such command, run: h1 frobnicate}
YAML
for words in 'check' 'validate' '-c nodes'; do
	# shellcheck disable=SC2086
	"$netloom" $words broken.yaml >out 2>&1
	[ $? -eq 2 ] || fail "$words: a broken command is exit status 2"
	has out "broken.yaml:4:10: event 'link h1 h3 down': 'h3' is not a node"
	has out "broken.yaml:6:5: expect '.received ==': jq error: syntax error"
	has out "broken.yaml:7:5: run 'h1 frobnicate': unknown command: 'frobnicate'"
done
"$netloom" check --format junit broken.yaml | grep -q '<error ' || fail 'a broken lab is an error'

# The same bytes again, and again with the seed given.
"$netloom" check lab.yaml >again
cmp text again || fail 'two runs differ'
"$netloom" check --seed 6 lab.yaml | grep -q 'seed 6' || fail 'the given seed is not shown'

# -o writes the file whole, leaves nothing beside it and nothing on the screen.
for format in text tap junit gradescope json; do
	"$netloom" check lab.yaml --format $format -o report.$format >screen
	[ $? -eq 1 ] || fail "$format: exit status"
	[ -s screen ] && fail "$format: -o also prints"
done
cmp text report.text || fail 'text to a file differs from text to the screen'
for left in *.tmp; do
	[ -e "$left" ] && fail 'a temporary file was left'
done

python3 - <<'PY' || fail 'a report is not what it should be'
import json, xml.etree.ElementTree as tree

root = tree.parse('report.junit').getroot()
assert root.tag == 'testsuites' and root.get('tests') == '13', root.attrib
suite = root[0]
assert suite.get('failures') == '9' and suite.get('errors') == '1', suite.attrib
assert 'timestamp' not in suite.attrib and suite.find('properties/property').get('value') == '5'
cases = suite.findall('testcase')
assert cases[1].find('failure') is not None and cases[6].find('error') is not None
assert float(cases[0].get('time')) > 3 and int(cases[1].get('line')) > 10

g = json.load(open('report.gradescope'))
assert set(g) <= {'score', 'output', 'extra_data', 'tests'}, set(g)
assert g['extra_data']['seed'] == 5
for i, t in enumerate(g['tests']):
    assert set(t) <= {'score', 'max_score', 'status', 'name', 'number', 'output', 'visibility'}
    assert t['status'] == ('passed' if t['score'] == t['max_score'] else 'failed'), t
    assert t['number'] == str(i + 1)
    assert t.get('visibility') == ('hidden' if t['name'] == 'secret' else None)
assert sum(t['score'] for t in g['tests']) == 4
assert sum(t['max_score'] for t in g['tests']) == 13.5

j = json.load(open('report.json'))
assert (j['passed'], j['total'], j['score'], j['points']) == (3, 13, 4, 13.5)
checks = j['labs'][0]['checks']
assert j['labs'][0]['seed'] == 5
assert [c['status'] for c in checks].count('failed') == 9
assert checks[6]['status'] == 'error'
assert all(isinstance(c['began_at'], int) and isinstance(c['ended_at'], int) for c in checks)
assert json.loads(checks[1]['actual'])['received'] == 2
PY

if perl -MTAP::Parser -e1 2>/dev/null; then
	perl -MTAP::Parser -e '
		# Debian 12 reads 13, which but for the first line this is.
		open my $f, "-|", "sed 1s/14/13/ report.tap" or die;
		my $p = TAP::Parser->new({ source => $f });
		$p->run;
		die join("\n", $p->parse_errors) if $p->parse_errors;
		die "passed: " . join(" ", $p->passed) unless "@{[$p->passed]}" eq "1 9 11";
		die "failed: " . $p->failed unless $p->failed == 10;
	' || fail 'the TAP report is not TAP'
fi
exit $failed
