#!/bin/bash
# "log" under real traffic: what rules log arrives in order, as it was asked for, and what does not fit is counted.
. "$(dirname "$0")/lib.sh"
TAG=ncN${TAG#nc}
export TZ=UTC
pair

cat >"$TMP/r.nft" <<'END'
table netdev f {
	chain side { log prefix "side: " group 3 snaplen 20; return; }
	chain in {
		type filter hook ingress device "s0" priority 0; policy accept;
		udp dport 1 log prefix "one: " counter drop comment "one"
		udp dport 2 log prefix "two: " level debug comment "two"
		udp dport 3 jump side
		udp dport 3 counter drop comment "three"
		udp dport 4 log
		udp dport 5 limit rate 1/hour burst 2 packets log prefix "few: " accept
		udp dport 6 log prefix "flood: " group 5 snaplen 1000
	}
	chain out {
		type filter hook egress device "s0" priority 0; policy accept;
		udp sport 7 log prefix "out: " drop
	}
	chain marks {
		type filter hook ingress device "s0" priority 10; policy accept;
		udp dport 8 meta mark set 1 log prefix "tc: " accept
	}
}
END
nc -f "$TMP/r.nft"
ok "rules that log"
monitor() { # NAME WORDS...: in the background; pid in $MONITOR, output in $TMP/NAME.out and .err
	local name=$1
	shift
	ip netns exec "$S" "$NETCTL" "$@" >"$TMP/$name.out" 2>"$TMP/$name.err" &
	MONITOR=$!
	_pids+=("$MONITOR")
	wait_for "grep -q 'FLOCK .* WRITE $MONITOR ' /proc/locks"
}
keys() { # FILE EXPRESSION over e: of each event
	$PYTHON -c '
import json, sys
for line in open(sys.argv[1]):
    o = json.loads(line)
    if "event" in o:
        e = o["event"]
        print(eval(sys.argv[2]))' "$TMP/$1" "$2"
}

# --- text
monitor text monitor --count 12
udp 1 2
udp 2 1
udp 3 2
udp 4 1
udp 5 4
inside "$S" $PYTHON -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 7))
s.sendto(b"x", ("10.1.0.1", 7))'
udp 8 1
udp 1 2
wait "$MONITOR"
is "events arrive in order, from all layers" "$(cut -d' ' -f2-4 "$TMP/text.out" | uniq -c | sed 's/^ *//')" '2 s0 ingress drop
4 s0 ingress log
2 s0 ingress accept
1 s0 egress drop
1 s0 ingress accept
2 s0 ingress drop'
is "with their prefixes" "$(grep -o '"[a-z].*: "' "$TMP/text.out" | uniq -c | sed 's/^ *//')" '2 "one: "
1 "two: "
2 "side: "
2 "few: "
1 "out: "
1 "tc: "
2 "one: "'
like "and what the packet is" "$(head -n 1 "$TMP/text.out")" ' IP 10\.1\.0\.1\.[0-9]+ > 10\.1\.0\.2\.1: udp payload 8 length 50$'
is "none was lost" "$(cat "$TMP/text.err")" "12 events, 0 lost"
is "a rule that logs goes on: verdicts and counters are as without" "$(counted one) $(counted three)" "4 2"

# --- JSON
monitor json -j monitor --count 7
udp 1 1
udp 2 1
udp 3 1
udp 4 1
udp 6 2
udp 8 1
wait "$MONITOR"
handle() { nc -a list ruleset | sed -n "s/.*$1.*# handle //p"; }
is "-j: prefix, group, verdict, level" "$(keys json.out 'e["prefix"], e["group"], e["verdict"], e["level"]')" "('one: ', None, 'drop', 'warn')
('two: ', None, None, 'debug')
('side: ', 3, None, 'warn')
('', None, None, 'warn')
('flood: ', 5, None, 'warn')
('flood: ', 5, None, 'warn')
('tc: ', None, 'accept', 'warn')"
is "snaplen bounds what is captured, not what is told" "$(keys json.out 'e["length"], e["captured"], len(e["data"]) // 2' | sed -n '1p;3p;5p')" "(50, 50, 50)
(50, 20, 20)
(50, 50, 50)"
is "the rule is named" "$(keys json.out 'e["rule"]["chain"], e["rule"]["handle"]' | sed -n '1p;2p')" "('in', $(handle '"one"'))
('in', $(handle '"two"'))"
is "times go up" "$(keys json.out 'e["time"]' | sort -c && echo sorted)" sorted
monitor group monitor --group 3 --count 2
udp 1 3
udp 3 2
wait "$MONITOR"
is "--group chooses" "$(grep -o '"side: "' "$TMP/group.out" | wc -l) $(wc -l <"$TMP/group.out")" "2 2"

# --- pcapng
monitor pcap monitor --count 4 --pcapng "$TMP/p.pcapng"
udp 1 2
udp 3 2
wait "$MONITOR"
is "--pcapng: frames as they came, cut where snaplen says" "$($PYTHON -c '
import sys
from scapy.utils import PcapNgReader
from scapy.layers.inet import UDP
print(*[(len(p), p[UDP].dport if UDP in p else 0) for p in PcapNgReader(sys.argv[1])])' "$TMP/p.pcapng" 2>/dev/null)" "(50, 1) (50, 1) (20, 0) (20, 0)"
if command -v tcpdump >/dev/null; then
	is "tcpdump reads it" "$(tcpdump -nr "$TMP/p.pcapng" 2>/dev/null | grep -c '10.1.0.1.* > 10.1.0.2.1: UDP')" 2
fi

# --- a rule that is replaced while its events wait
udp 1 1
nc delete rule netdev f in handle "$(handle '"one"')"
nc -j monitor --count 1 >"$TMP/late.out" 2>/dev/null
is "an event of a rule that is gone: it has no rule, but its prefix" "$(keys late.out 'e["prefix"], e["rule"]')" "('one: ', None)"

# --- nobody reads
$PYTHON - >"$TMP/frame" <<'END'
from scapy.all import Ether, IP, UDP
frame = bytes(Ether(src="02:00:00:00:00:01", dst="ff:ff:ff:ff:ff:ff") / IP(src="10.1.0.1", dst="10.1.0.2") / UDP(sport=5, dport=6) / (b"x" * 900)).hex()
for i in range(3000):
    print(frame)
END
frames "$C" c0 <"$TMP/frame"
nc monitor --timeout 0.5 >"$TMP/full.out" 2>"$TMP/full.err"
kept=$(grep -c flood "$TMP/full.out")
lost=$(sed -nE 's/.*\(and ([0-9]+) before\).*/\1/p' "$TMP/full.err")
[ "$kept" -gt 100 ] && [ "$kept" -lt 3000 ]
ok "when nobody reads, the ring buffer keeps the first ($kept of 3000)"
is "and the others are counted" $((kept + ${lost:-0})) 3000
monitor after monitor --count 1
udp 6 1
wait "$MONITOR"
is "then there is room again" "$(grep -c flood "$TMP/after.out")" 1

# --- beside a change of the ruleset
monitor across monitor --count 6
udp 6 2
nc add rule netdev f in udp dport 99 drop
udp 6 2
nc -f "$TMP/r.nft"
udp 6 2
wait "$MONITOR"
is "a monitor goes on through changes of the ruleset" "$(grep -c flood "$TMP/across.out")" 6
finish
