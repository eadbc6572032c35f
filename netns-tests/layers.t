#!/bin/bash
# Where chains run: XDP, tc ingress, tc egress; frames sent on, copied and rewritten, seen by a real receiver; and that the layers
# change together.
. "$(dirname "$0")/lib.sh"
TAG=ncN${TAG#nc}
export ASAN_OPTIONS=detect_leaks=0
BPFTOOL=$(command -v bpftool || echo /usr/sbin/bpftool)
twins
space T
ip link add s1 netns "$S" type veth peer name t0 netns "$T"
ip -n "$S" link set s1 up
ip -n "$T" link set t0 address 02:00:00:00:00:09 up
ip -n "$T" addr add 10.2.0.2/24 dev t0
# A veth takes frames from XDP only where its peer polls; and its senders must make checksums for there to be any to keep right.
inside "$T" ethtool -K t0 gro on
inside "$C" ethtool -K c0 tx off >/dev/null

hooks() { # what runs where, a line each
	nc -j status | $PYTHON -c '
import json, sys
for d in json.load(sys.stdin)["devices"]:
    for h in d["hooks"]:
        print(d["device"], h["hook"], h["layer"], *[c["chain"] for c in h["chains"]])'
}
slot() { # PIN: the program published there
	"$BPFTOOL" -j map dump pinned "$(store)/$1" 2>/dev/null | $PYTHON -c '
import json, sys
print(*[int.from_bytes(bytes(int(b, 16) for b in e["value"]), "little") for e in json.load(sys.stdin) if "value" in e])'
}
pinned() { # PIN: the id of the program
	"$BPFTOOL" -j prog show pinned "$1" 2>/dev/null | $PYTHON -c 'import json, sys; print(json.load(sys.stdin)["id"])' 2>/dev/null
}

# --- three layers
cat >"$TMP/r.nft" <<'END'
table netdev f {
	chain first {
		type filter hook ingress device "s0" priority -10; policy accept;
		udp dport 1-199 counter comment "first"
		udp dport 20 counter drop comment "at once"
	}
	chain marks {
		type filter hook ingress device "s0" priority 0; policy accept;
		udp dport 100-109 meta mark set 7 counter comment "marked"
		udp dport 110-119 counter drop comment "dropped before"
	}
	chain behind {
		type filter hook ingress device "s0" priority 10; policy accept;
		meta mark 7 udp dport 105 counter drop comment "by mark"
		udp dport 110-119 counter comment "never"
		udp dport 120 counter comment "not marked"
		vlan id 5 counter comment "tagged"
		vlan id 5 vlan pcp 3 vlan type ip udp dport 7 counter comment "behind a tag"
		vlan id 5 vlan type 8021q counter comment "two tags"
	}
	chain out {
		type filter hook egress device "s0" priority 0; policy accept;
		udp sport 99 counter drop comment "out"
		udp sport 98 counter comment "out, kept"
		icmp type echo-reply counter comment "reply"
	}
	chain elsewhere { type filter hook ingress device "s1" priority 0; policy accept; }
}
END
both -f "$TMP/r.nft"
ok "a ruleset for XDP, tc ingress and tc egress"
is "chains run where they can; those behind one at tc are there too" "$(hooks | sort)" "s0 egress tc out
s0 ingress tc marks behind
s0 ingress xdp first
s1 ingress xdp elsewhere"
is "status shows them in the order of a packet's way" "$(hooks | grep s0)" "s0 ingress xdp first
s0 ingress tc marks behind
s0 egress tc out"
$PYTHON - >"$TMP/tagged" <<'END'
from scapy.all import Dot1Q, Ether, IP, UDP
for tags in ([(5, 3)], [(5, 0)], [(6, 3)], [(5, 3), (9, 0)], []):
    p = Ether(src="02:00:00:00:00:01", dst="ff:ff:ff:ff:ff:ff")
    for vlan, prio in tags:
        p /= Dot1Q(vlan=vlan, prio=prio)
    print(bytes(p / IP(src="10.1.0.1", dst="10.1.0.2") / UDP(sport=5, dport=7) / b"12345678").hex())
END
frames "$C" c0 <"$TMP/tagged"
frames "$NCLIENT" c0 <"$TMP/tagged"
for port in 20 101 105 115 120; do burst $port 3; done
for name in "$C" "$NCLIENT"; do inside "$name" ping -c 2 -i 0.1 10.1.0.2 >/dev/null; done
inside "$C" $PYTHON -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 5))
s.settimeout(4)
got = []
try:
    while len(got) < 3:
        got.append(s.recvfrom(9)[1][1])
except TimeoutError:
    pass
print(got)' >"$TMP/got" &
receiver=$!
sleep 0.3
for name in "$S" "$NS"; do
	inside "$name" $PYTHON -c '
import socket
for port in 99, 98:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("", port))
    for i in range(3):
        s.sendto(b"x", ("10.1.0.1", 5))'
done
wait $receiver
is "counters of all three are nft's, in tags too" "$(nc list ruleset)" "$(nf list ruleset)"
is "what egress drops does not come out" "$(cat "$TMP/got")" "[98, 98, 98]"
is "each packet has one verdict at each layer" "$(nc -j status | $PYTHON -c '
import json, sys
print(*[sum(h["verdicts"].values()) == sum(h["reasons"].values()) == h["packets"] > 0 for d in json.load(sys.stdin)["devices"] if d["device"] == "s0" for h in d["hooks"]])')" "True True True"

# --- one chain moves
nc add rule netdev f first udp dport 21 meta mark set 1
is "a chain that comes to need tc goes there, and those behind it stay in order" "$(hooks | sed -n '/s0 ingress/p')" "s0 ingress tc first marks behind"
burst 20 1
is "and it still drops" "$(counted "at once")" 4
nc delete rule netdev f first handle "$(nc -a list chain netdev f first | sed -n 's/.*dport 21 .*handle //p')"
is "and back to XDP" "$(hooks | sed -n '/s0 ingress xdp/p')" "s0 ingress xdp first"

# --- sent on, copied, rewritten
cat >"$TMP/send.nft" <<'END'
flush ruleset
table netdev f {
	chain in {
		type filter hook ingress device "s0" priority 0; policy accept;
		udp dport 31 counter fwd to "s1" comment "fwd"
		udp dport 32 ip daddr set 10.2.0.2 ether daddr set 02:00:00:00:00:09 udp dport set 55 ip ttl set 9 ip dscp set ef counter fwd to "s1" comment "rewritten"
		ip6 nexthdr udp udp dport 34 udp dport set 56 ip6 hoplimit set 3 counter comment "rewritten, kept"
		udp dport 35 udp dport set 56 ip dscp set cs1 counter
		tcp dport 80 tcp flags syn tcp option maxseg size set 900 counter comment "mss"
	}
}
END
nc -f "$TMP/send.nft"
is "sending on and rewriting are done by XDP" "$(hooks)" "s0 ingress xdp in"
inside "$T" $PYTHON -c '
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x800))
s.bind(("t0", 0))
while True:
    f = s.recv(2000)
    if f[23] == 17:
        print(int.from_bytes(f[36:38], "big"), f[22], f[15] >> 2, flush=True)' >>"$TMP/seen" 2>/dev/null &
_pids+=($!)
receive() { # NAMESPACE PORT FILE: real sockets, so that the checksum has been looked at
	ip netns exec "$1" $PYTHON -c '
import socket, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(("::", int(sys.argv[1])))
while True:
    print(s.recv(99).decode().strip(), flush=True)' "$2" >>"$TMP/$3" 2>/dev/null &
	_pids+=($!)
}
receive "$T" 55 far
receive "$S" 56 near
wait_for "grep -q ' 0037 ' <(inside $T cat /proc/net/packet) || inside $T ss -uln | grep -q :55"
wait_for "inside $S ss -uln | grep -q :56"
sleep 0.3
seen() { sort "$TMP/seen" | uniq -c | sed 's/^ *//'; }
udp 31 3
udp 32 2
wait_for '[ "$(wc -l <"$TMP/seen")" -ge 5 ]'
is "fwd at XDP: frames come out of the other device, as they are and as they were rewritten" "$(seen)" "3 31 64 0
2 55 9 46"
wait_for '[ "$(wc -l <"$TMP/far")" = 2 ]'
is "a socket takes those that were rewritten: their checksums are right" "$(paste -sd' ' "$TMP/far") $(inside "$T" sed -n '/^Udp: [0-9]/s/.* \([0-9]*\) [0-9]* [0-9]*$/\1/p' /proc/net/snmp)" "0 1 0"
udp 34 2 fd00:1::2
udp 35 2
wait_for '[ "$(wc -l <"$TMP/near")" = 4 ]'
is "and those of IPv6, behind the hook" "$(paste -sd' ' "$TMP/near")" "0 1 0 1"

tcp() { # the MSS that the server got to know
	ip netns exec "$S" $PYTHON -c '
import socket
l = socket.socket()
l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
l.bind(("", 80))
l.listen()
l.settimeout(5)
s, _ = l.accept()
data = s.recv(99)
print(s.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG) <= 900, data.decode())' >"$TMP/mss" &
	local server=$!
	wait_for "inside $S ss -tln | grep -q :80"
	inside "$C" $PYTHON -c '
import socket
s = socket.create_connection(("10.1.0.2", 80), 5)
s.send(b"hello")'
	wait $server
	cat "$TMP/mss"
}
is "tcp option maxseg at XDP: the connection stands, with that MSS" "$(tcp)" "True hello"

# The same at tc, and copies.
sed -e 's/counter/meta mark set 1 counter/' -e '/udp dport 31/a udp dport 33 counter dup to "s1" comment "copied"' "$TMP/send.nft" >"$TMP/tc.nft"
nc -f "$TMP/tc.nft"
is "with a mark, the same is done at tc" "$(hooks)" "s0 ingress tc in"
: >"$TMP/seen"
: >"$TMP/far"
: >"$TMP/near"
before=$(inside "$S" sed -n '/^Udp: [0-9]/s/^Udp: [0-9]* \([0-9]*\) .*/\1/p' /proc/net/snmp)
udp 31 3
udp 32 2
udp 33 4
udp 34 2 fd00:1::2
udp 35 2
wait_for '[ "$(wc -l <"$TMP/seen")" -ge 9 ]'
is "fwd and dup at tc" "$(seen)" "3 31 64 0
4 33 64 0
2 55 9 46"
is "a copy leaves the packet where it was" "$(($(inside "$S" sed -n '/^Udp: [0-9]/s/^Udp: [0-9]* \([0-9]*\) .*/\1/p' /proc/net/snmp) - before))" 4
wait_for '[ "$(cat "$TMP/near" "$TMP/far" | wc -l)" = 6 ]'
is "checksums are right at tc" "$(cat "$TMP/far" "$TMP/near" | paste -sd' ')" "0 1 0 1 0 1"
is "maxseg at tc" "$(tcp)" "True hello"

# --- the layers change together
nc -f - <<<'flush ruleset'
nc apply "$TMP/r.nft"
is "XDP and tc are published" "$(slot slots | wc -w) $(slot slots-tc | wc -w) $(slot slots-tc-egress | wc -w)" "1 1 1"
one=$(slot slots-tc)
sed 's/udp dport 120/udp dport 121/' "$TMP/r.nft" >"$TMP/next.nft"
nc apply "$TMP/next.nft"
two=$(slot slots-tc)
[ "$one" != "$two" ]
ok "a change is published at tc too"
nc rollback 2>/dev/null
is "rollback brings tc's program back" "$(slot slots-tc)" "$one"
nc rollback 2>/dev/null
nc apply "$TMP/send.nft"
is "what is not there any more is gone at tc" "$(slot slots-tc)$(slot slots-tc-egress)$(hooks | grep -v xdp)" ""
nc rollback 2>/dev/null
is "rollback brings it back, with its hooks" "$(slot slots-tc) $(hooks | wc -l)" "$two 4"
nc flush ruleset
is "flush ruleset empties all of them" "$(slot slots)$(slot slots-tc)$(slot slots-tc-egress)$(hooks)" ""
nc detach --all

# --- killed between the stores
agree() { # each slot holds the program of the generation that XDP's slot says
	local dir gen id
	dir=$(store)
	id=$(slot slots)
	for gen in "$dir"/gen-*; do
		[ "$(pinned "$gen/prog")" = "$id" ] || continue
		[ "$(pinned "$gen/prog-tc")/$(pinned "$gen/prog-egress")" = "$(slot slots-tc)/$(slot slots-tc-egress)" ]
		return
	done
	false
}
nc apply "$TMP/r.nft"
agree
ok "all layers are of one generation"
nc apply "$TMP/next.nft" && nc add table netdev z && nc delete table netdev z && nc apply "$TMP/r.nft"
inside "$S" strace -f -qq -e trace=bpf -o "$TMP/trace" "$NETCTL" apply "$TMP/next.nft"
nc apply "$TMP/r.nft"
# The last three updates of a map are the stores: tc ingress, egress, XDP.
mapfile -t stores < <(grep -n BPF_MAP_UPDATE_ELEM "$TMP/trace" | tail -n 3 | cut -d: -f1)
broken=0 split=0 killed=0
for n in "${stores[@]}" $((stores[0] + 1)) $((stores[1] + 1)) $((stores[2] + 1)); do
	inside "$S" strace -f -qq -e trace=bpf -o /dev/null -e "inject=bpf:signal=KILL:when=$n" "$NETCTL" apply "$TMP/next.nft" >/dev/null 2>&1
	killed=$((killed + 1))
	agree || split=$((split + 1))
	nc add table netdev z && agree && nc delete table netdev z && agree || broken=$((broken + 1))
	nc apply "$TMP/r.nft" && agree || broken=$((broken + 1))
done
echo "# killed $killed times near the stores, $split times between them"
[ $split -gt 0 ]
ok "kill -9 hits between the stores"
is "and the next command mends it" $broken 0
finish
