#!/bin/bash
# "monitor": events as lines, JSON and pcapng, one reader at a time, and what ends it; changes of the ruleset as they happen.
. "$(dirname "$0")/lib.sh"
TAG=ncM${TAG#nc}
export TZ=UTC
pair
EMIT=$PWD/$B/selftests/test_events
[ -x "$EMIT" ] || skip_all "no $EMIT"

cat >"$TMP/r.nft" <<'END'
table netdev f {
	set v4 { type ipv4_addr; elements = { 192.0.2.1 }; }
	chain in {
		type filter hook ingress device "s0" priority 0; policy accept;
		udp dport 7 counter drop comment "seven"
	}
}
END
nc -f "$TMP/r.nft" || exit 1
index=$(inside "$S" cat /sys/class/net/s0/ifindex)
table=$(nc -a list ruleset | sed -n 's/^table.*handle //p')
rule=$(nc -a list ruleset | sed -n 's/.*"seven".*handle //p')

emit() { # COUNT PREFIX [GROUP [RULE]]
	inside "$S" "$EMIT" emit "$1" "$index" "$table" "${4:-$rule}" "$2" ${3:+"$3"}
}
monitor() { # NAME WORDS...: in the background; pid in $MONITOR, output in $TMP/NAME.out and .err
	local name=$1
	shift
	ip netns exec "$S" "$NETCTL" "$@" >"$TMP/$name.out" 2>"$TMP/$name.err" &
	MONITOR=$!
	_pids+=("$MONITOR")
}
reads() { # a monitor has the lock
	wait_for "grep -q 'FLOCK .* WRITE $MONITOR ' /proc/locks"
}
has() { # FILE REGEX
	wait_for "grep -qE '$2' '$TMP/$1'"
}

# --- before anything has logged
nc monitor --timeout 0.2 2>"$TMP/err"
is "with nothing that logs, the timeout ends it" "$? $(cat "$TMP/err")" "0 0 events, 0 lost"
monitor early monitor --count 1
emit 1 "first: "
wait "$MONITOR"
is "a monitor that was there before the ring buffer" "$(cat "$TMP/early.err")" "1 event, 0 lost"
like "shows the event" "$(cat "$TMP/early.out")" \
	'^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} s0 ingress drop "first: " 02:00:00:00:00:01 > 02:00:00:00:00:02 IP 10\.0\.0\.1\.1000 > 10\.0\.0\.2\.53: udp payload 10 length 52$'

# --- text
emit 3 "kept: "
monitor one monitor --rules --count 4
has one.out kept
like "what was logged while nobody read comes first" "$(grep -c kept "$TMP/one.out")" '^3$'
nc monitor --count 1 2>"$TMP/err"
is "a second monitor is refused" $? 1
like "and told why" "$(cat "$TMP/err")" "another netctl monitor reads the events of this network namespace.*one at a time.*fuser -v"
kill -0 "$MONITOR"
ok "the first goes on"
emit 1 "now: " 5
wait "$MONITOR"
is "--count ends it" "$? $(cat "$TMP/one.err")" "0 4 events, 0 lost"
like "--rules shows the rule" "$(tail -n 1 "$TMP/one.out")" "\"now: \" .* # f in handle $rule: udp dport 7 counter drop comment \"seven\"\$"
emit 1 "gone: " "" 4711
like "a rule that is gone is said to be" "$(nc -a monitor --count 1 2>/dev/null)" '# \(rule handle 4711 is gone\)$'

emit 2 "old: "
monitor new monitor --new --prefix "a" --group 7 --count 2
reads
emit 1 "a1: " 7
emit 1 "b1: " 7
emit 1 "a2: " 8
emit 1 "a3: " 7
wait "$MONITOR"
is "--new, --prefix and --group choose" "$(grep -o '".*"' "$TMP/new.out" | tr -d '\n')" '"a1: ""a3: "'

for signal in INT TERM; do
	monitor signal monitor
	reads
	emit 2 "signal: "
	has signal.out signal
	kill -$signal "$MONITOR"
	wait "$MONITOR"
	is "SIG$signal ends it" "$? $(cat "$TMP/signal.err")" "0 2 events, 0 lost"
done

# --- JSON
monitor json -j monitor --count 2
reads
emit 1 "json: " 9
emit 1 "json: " "" 4711
wait "$MONITOR"
is "-j prints an object a line" "$($PYTHON -c '
import datetime, json, sys, time
a, b = [json.loads(line)["event"] for line in open(sys.argv[1])]
t = datetime.datetime.fromisoformat(a["time"].replace("Z", "+00:00")).timestamp()
print(abs(t - time.time()) < 60, a["device"], a["ifindex"] == int(sys.argv[2]), a["hook"], a["prefix"], a["group"],
      a["level"], a["verdict"], a["rule"]["table"], a["rule"]["chain"], a["rule"]["handle"] == int(sys.argv[3]),
      a["rule"]["text"], a["length"], a["captured"], a["headers"]["udp"]["dport"], len(a["data"]), b["rule"], b["group"])
' "$TMP/json.out" "$index" "$rule")" 'True s0 True ingress json:  9 warn drop f in True udp dport 7 counter drop comment "seven" 52 52 53 104 None None'
like "and its sum as a message" "$(cat "$TMP/json.err")" '^\{"messages":\[.*"text":"2 events, 0 lost"'

# --- what is lost
emit 6000 "many: "
nc monitor --timeout 0 >"$TMP/many.out" 2>"$TMP/many.err"
sed -n 's/^\([0-9]*\) events, 0 lost (and \([0-9]*\) before)$/\1 \2/p' "$TMP/many.err" >"$TMP/many"
read -r shown lost <"$TMP/many"
[ "${shown:-0}" -gt 0 ] && [ "${lost:-0}" -gt 0 ]
ok "losses before it are told" || sed 's/^/# /' "$TMP/many.err"
nc monitor --timeout 0.2 >>"$TMP/many.out" 2>>"$TMP/many.err"
is "no event is unaccounted for" $(($(grep -c many "$TMP/many.out") + lost)) 6000
monitor slow monitor
reads
kill -STOP "$MONITOR"
emit 6000 "slow: "
kill -CONT "$MONITOR"
has slow.out '^[0-9]+ events lost$'
ok "what a reader that is too slow loses is a line"
wait_for 'lost=$(sed -n "s/^\([0-9]*\) events* lost$/\1/p" "$TMP/slow.out" | paste -sd+)
	[ $(($(grep -c slow "$TMP/slow.out") + lost)) = 6000 ]'
ok "and together with the events all there were"
kill "$MONITOR"
wait "$MONITOR"

# --- pcapng
emit 3 "file: "
nc monitor --count 3 --pcapng "$TMP/f.pcapng" 2>/dev/null
is "--pcapng writes a file" "$? $($PYTHON -c '
import sys
from scapy.utils import PcapNgReader
packets = list(PcapNgReader(sys.argv[1]))
print(len(packets), len(packets[0]), packets[0].time > 1.6e9)
' "$TMP/f.pcapng" 2>/dev/null)" "0 3 52 True"
is "each packet with prefix and rule as its comment" "$(grep -ao "file:  \[netdev f in handle $rule: udp dport 7 counter drop comment \"seven\"\]" "$TMP/f.pcapng" | wc -l)" 3
if command -v tcpdump >/dev/null; then
	emit 2 "pipe: "
	is "tcpdump reads it from a pipe" "$(nc monitor --count 2 --pcapng - 2>/dev/null | tcpdump -nr - 2>/dev/null | grep -c '10.0.0.1.1000 > 10.0.0.2.53')" 2
fi
nc monitor --timeout 0 --pcapng /nonexistent/f 2>"$TMP/err"
is "a file that cannot be written" "$? $(cat "$TMP/err")" "1 Error: cannot write /nonexistent/f: No such file or directory"

emit 1 "full: "
nc monitor --timeout 0 >/dev/full 2>"$TMP/err"
is "an output that is full" "$? $(grep Error "$TMP/err")" "1 Error: cannot write to standard output: No space left on device"

# --- words
for words in "--count 0" "--count" "--timeout x" "--group 65535" "nonsense" "ruleset --pcapng f" "events ruleset"; do
	# shellcheck disable=SC2086
	nc monitor $words 2>/dev/null
	is "monitor $words is a usage error" $? 2
done

# --- another store takes the place of the one that is read
monitor follow monitor --count 2
reads
emit 1 "one: "
has follow.out one
nc flush ruleset && nc -f "$TMP/r.nft" || exit 1
emit 1 "two: "
wait "$MONITOR"
is "a monitor outlives the ruleset" "$? $(grep -o '".*"' "$TMP/follow.out" | tr -d '\n')" '0 "one: ""two: "'

# --- the ruleset
monitor rules monitor ruleset
monitor rulesa -a monitor ruleset
monitor rulesj -j monitor ruleset --count 7
sleep 0.5
g=$(nc -j status | $PYTHON -c 'import json, sys; print(json.load(sys.stdin)["ruleset"]["generation"])')
nc add rule netdev f in udp dport 8 accept
has rules.out "generation $((g + 1))"
nc insert rule netdev f in udp dport 9 accept
has rules.out "generation $((g + 2))"
nc add element netdev f v4 '{ 192.0.2.2 }'
has rules.out '192.0.2.2'
nc replace rule netdev f in handle "$rule" udp dport 7 accept
has rules.out 'dport 7 accept'
nc apply - <<<'table netdev g { chain in { type filter hook ingress device "s0" priority 0; policy drop; }; }'
has rules.out 'add chain'
nc flush ruleset
has rules.out 'no ruleset'
first=$(sed -n 's/^add rule .*dport 8 accept # handle //p' "$TMP/rulesa.out")
second=$(sed -n 's/^insert rule .* # handle //p' "$TMP/rulesa.out")
is "changes of the ruleset, as nft monitor prints them" "$(cat "$TMP/rules.out")" "add rule netdev f in udp dport 8 accept
# new generation $((g + 1))
insert rule netdev f in udp dport 9 accept
# new generation $((g + 2))
add element netdev f v4 { 192.0.2.2 }
delete rule netdev f in handle $rule
add rule netdev f in handle $second udp dport 7 accept
# new generation $((g + 3))
delete rule netdev f in handle $second
delete rule netdev f in handle $rule
delete rule netdev f in handle $first
delete set netdev f v4
delete chain netdev f in
delete table netdev f
add table netdev g
add chain netdev g in { type filter hook ingress device \"s0\" priority filter; policy drop; }
# new generation $((g + 4))
delete chain netdev g in
delete table netdev g
# no ruleset"
like "-a shows handles" "$(cat "$TMP/rulesa.out")" '^add table netdev g # handle [0-9]+$'
wait "$MONITOR"
is "-j and --count: objects as nft -j monitor" "$? $($PYTHON -c '
import json, sys
for line in open(sys.argv[1]):
    (verb, change), = json.loads(line).items()
    (kind, o), = change.items()
    print(verb, kind, o["table"], o.get("chain", o.get("name")), o.get("handle", 0) > 0, end="; ")
' "$TMP/rulesj.out")" "0 add rule f in True; insert rule f in True; add element f v4 False; delete rule f in True; add rule f in True; delete rule f in True; delete rule f in True; "
finish
