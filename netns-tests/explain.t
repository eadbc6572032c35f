#!/bin/bash
# "explain": frames through the programs, from a file's ruleset and from the one at work, which stays as it is.
. "$(dirname "$0")/lib.sh"
TAG=ncE${TAG#nc}
pair

# Frames by name, in hex, a line each: NAME...; of a "name:port" the last port is the destination's.
cat >"$TMP/frames.py" <<'END'
import struct, sys
SRC, DST = bytes.fromhex("02aa00000001"), bytes.fromhex("020000000001")

def ether(kind, payload, tags=()):
    frame = DST + SRC
    for tpid, tci in tags:
        frame += struct.pack("!HH", tpid, tci)
    return frame + struct.pack("!H", kind) + payload

def total(data):
    data += b"\0" * (len(data) % 2)
    n = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while n >> 16:
        n = (n & 0xffff) + (n >> 16)
    return ~n & 0xffff

def ip(protocol, payload, saddr="10.1.0.1", frag=0, length=None, version=0x45):
    head = struct.pack("!BBHHHBBH4s4s", version, 0, length or 20 + len(payload), 1, frag, 64, protocol, 0,
                       bytes(map(int, saddr.split("."))), bytes([10, 1, 0, 2]))
    return head[:10] + struct.pack("!H", total(head)) + head[12:] + payload

def ip6(nexthdr, payload):
    return struct.pack("!IHBB", 6 << 28, len(payload), nexthdr, 64) + b"\xfd" + bytes(14) + b"\1" + \
        b"\xfd" + bytes(14) + b"\2" + payload

def udp(dport, n=0):
    return struct.pack("!HHHH", 4000, dport, 8 + n, 0) + bytes(n)

def tcp(dport):
    return struct.pack("!HHIIBBHHH", 4000, dport, 1, 0, 0x50, 2, 512, 0, 0)

def frame(name):
    name, _, port = name.partition(":")
    port = int(port or 0)
    if name == "udp": return ether(0x800, ip(17, udp(port)))
    if name == "tcp": return ether(0x800, ip(6, tcp(port)))
    if name == "other": return ether(0x800, ip(17, udp(port), saddr="192.0.2.7"))
    if name == "udp6": return ether(0x86dd, ip6(17, udp(port)))
    if name == "vlan": return ether(0x800, ip(17, udp(port)), [(0x8100, 10)])
    if name == "arp": return ether(0x806, bytes(28))
    if name == "long": return ether(0x800, ip(17, udp(port, 1400)))
    if name == "huge": return ether(0x800, ip(17, udp(port, 3600)))
    if name == "short": return bytes(13)
    if name == "least": return ether(0x88b5, b"")
    if name == "cut-l2": return ether(0x800, b"", [(0x8100, 10)])[:16]
    if name == "cut-l3": return ether(0x800, ip(17, udp(port)))[:20]
    if name == "cut-l4": return ether(0x800, ip(17, udp(port)[:3]))
    if name == "bad-l3": return ether(0x800, ip(17, udp(port), length=4000))
    if name == "fragment": return ether(0x800, ip(17, udp(port), frag=100))
    if name == "deep":
        nexthdrs = [60] * 9 + [17]
        return ether(0x86dd, ip6(60, b"".join(bytes([n, 0, 1, 4, 0, 0, 0, 0]) for n in nexthdrs[1:]) + udp(port)))
    raise SystemExit("no frame " + name)

if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(frame(name).hex())
END
hex() { # NAME...
	$PYTHON "$TMP/frames.py" "$@"
}
# One line a frame out of -j: verdict, reason, handle or "-", to or "-"
brief() {
	$PYTHON -c '
import json, sys
for p in json.load(sys.stdin)["packets"]:
    print(p["verdict"], p["reason"], p["rule"]["text"] if p["rule"] else "-", p["to"] or "-", sep="|") if "verdict" in p else print("error:", p["error"])'
}
file() { # RULESET NAME...: explained by a file
	local ruleset=$1
	shift
	# shellcheck disable=SC2046
	nc -j explain --ruleset "$ruleset" --hex $(hex "$@")
}

# --- a file, without any ruleset at work
cat >"$TMP/a.nft" <<'END'
table netdev f {
	quota small { over 100 bytes }
	set blocked { type ipv4_addr; flags interval; elements = { 192.0.2.0/24 } }
	set seen { type ipv4_addr; flags dynamic; size 100; counter; }
	map services { type inet_service : verdict; elements = { 22 : jump ssh, 23 : drop, 80 : accept } }
	chain ssh {
		limit rate 1/minute burst 2 packets accept
		log prefix "ssh " drop
	}
	chain deeper { goto ssh; }
	chain in {
		type filter hook ingress device "eth7" priority 0; policy accept;
		ip saddr @blocked drop
		add @seen { ip saddr }
		tcp dport vmap @services
		udp dport vmap { 53 : accept, 54 : drop, 55 : goto deeper }
		udp dport 60 ip ttl set 5 udp dport set 61
		udp dport 61 drop
		udp dport 70 quota name "small" drop
		udp dport 90 fwd to "eth9"
		vlan id 10 drop
	}
	chain second {
		type filter hook ingress device "eth7" priority 10; policy drop;
		udp dport 53 counter
		arp operation 0 accept
		udp dport { 53, 70, 99 } accept
		udp dport 98 ip saddr 10.1.0.1 drop
	}
}
END
is "rules, maps, jumps, several base chains" "$(file "$TMP/a.nft" other:1 tcp:23 tcp:80 udp:53 udp:54 udp:98 udp:99 arp vlan:5 | brief)" \
	'drop|rule|ip saddr @blocked drop|-
drop|rule|tcp dport vmap @services|-
drop|policy|-|-
accept|rule|udp dport { 53, 70, 99 } accept|-
drop|rule|udp dport vmap { 53 : accept, 54 : drop, 55 : goto deeper }|-
drop|rule|udp dport 98 ip saddr 10.1.0.1 drop|-
accept|rule|udp dport { 53, 70, 99 } accept|-
accept|rule|arp operation 0 accept|-
drop|rule|vlan id 10 drop|-'
is "a limit goes on from frame to frame" "$(file "$TMP/a.nft" tcp:22 tcp:22 tcp:22 udp:55 | brief)" \
	'drop|policy|-|-
drop|policy|-|-
drop|rule|log prefix "ssh " drop|-
drop|rule|log prefix "ssh " drop|-'
is "and a quota" "$(file "$TMP/a.nft" udp:70 udp:70 udp:70 udp:70 | brief | cut -d'|' -f1 | tr '\n' ' ')" "accept accept accept drop "
is "fwd names its device" "$(file "$TMP/a.nft" udp:90 | brief)" 'redirect|rule|udp dport 90 fwd to "eth9"|eth9'
is "each run begins anew" "$(file "$TMP/a.nft" tcp:22 | brief)" 'drop|policy|-|-'
is "rules are in the order in which they matched" "$(file "$TMP/a.nft" udp:55 | $PYTHON -c '
import json, sys
p = json.load(sys.stdin)["packets"][0]
print(*(r["chain"] + "/" + r["text"] for r in p["rules"]), sep="\n")')" \
	'in/add @seen { ip saddr }
in/udp dport vmap { 53 : accept, 54 : drop, 55 : goto deeper }
deeper/goto ssh
ssh/limit rate 1/minute burst 2 packets accept'
is "rewritten" "$(file "$TMP/a.nft" udp:60 | $PYTHON -c '
import json, sys
sys.path.insert(0, sys.argv[1])
import frames
p = json.load(sys.stdin)["packets"][0]
out = bytes.fromhex(p["frame"])
print(p["verdict"], p["rule"]["text"], out[22], out[36:38].hex(), frames.total(out[14:34]), p["headers"]["ip"]["ttl"], len(out) == p["length"])' "$TMP")" \
	"drop udp dport 61 drop 5 003d 0 64 True"
is "not rewritten: no frame" "$(file "$TMP/a.nft" udp:61 | grep -c '"frame"')" 0
is "device and hook are said" "$(file "$TMP/a.nft" udp:1 | $PYTHON -c 'import json, sys; d = json.load(sys.stdin); print(d["device"], d["hook"], d["packets"][0]["index"], d["packets"][0]["length"])')" "eth7 ingress 0 42"

# shellcheck disable=SC2046
out=$(nc explain --ruleset "$TMP/a.nft" --hex $(hex udp:60 udp:90 short))
is "as text" "$(sed -E 's/handle [0-9]+/handle N/' <<<"$out")" \
	'device eth7, hook ingress
0: 02:aa:00:00:00:01 > 02:00:00:00:00:01 IP 10.1.0.1.4000 > 10.1.0.2.60: udp payload 0 length 42
   f in handle N: add @seen { ip saddr }
   f in handle N: udp dport 60 ip ttl set 5 udp dport set 61
   f in handle N: udp dport 61 drop
   rewritten: ip ttl 64 to 5, udp dport 60 to 61
   drop (rule)
1: 02:aa:00:00:00:01 > 02:00:00:00:00:01 IP 10.1.0.1.4000 > 10.1.0.2.90: udp payload 0 length 42
   f in handle N: add @seen { ip saddr }
   f in handle N: udp dport 90 fwd to "eth9"
   redirect to eth9 (rule)
2: (ether truncated) length 13
   not tried: too short: a frame has at least the 14 bytes of an Ethernet header'

# --- reasons
cat >"$TMP/reasons.nft" <<'END'
table netdev f { chain in {
	type filter hook ingress device "eth7" priority 0; policy accept;
	ether type vlan vlan id 11 drop
	ip saddr 10.1.0.9 drop
	udp dport 7 drop
} }
END
is "reasons" "$(file "$TMP/reasons.nft" udp:7 udp:8 cut-l2 cut-l3 cut-l4 bad-l3 fragment deep least | brief | cut -d'|' -f1,2)" \
	'drop|rule
accept|policy
accept|truncated-l2
accept|truncated-l3
accept|truncated-l4
accept|malformed-l3
accept|fragment
drop|too-deep
accept|policy'
# shellcheck disable=SC2046
like "are explained" "$(nc explain --ruleset "$TMP/reasons.nft" --hex $(hex cut-l4))" 'accept \(truncated-l4, policy of f in: the frame ends inside its transport header\)'
is "whose policy it was" "$(file "$TMP/a.nft" udp:53 tcp:22 udp:54 | $PYTHON -c '
import json, sys
print(*(p["policy"] and p["policy"]["chain"] for p in json.load(sys.stdin)["packets"]))')" "None second None"
is "frames that cannot be tried" "$(file "$TMP/reasons.nft" short huge udp:7 | brief)" \
	'error: too short: a frame has at least the 14 bytes of an Ethernet header
error: too long: the kernel tries frames of up to 3520 bytes
drop|rule|udp dport 7 drop|-'

# --- layers, hooks and devices
cat >"$TMP/layers.nft" <<'END'
table netdev f {
	set both { type ipv4_addr; flags dynamic; size 10; }
	quota q { over 100 bytes }
	chain one { type filter hook ingress device "eth7" priority 0; policy accept; udp dport 1 drop; udp dport 2 ip ttl set 9; add @both { ip saddr }; quota name "q" drop; }
	chain two { type filter hook ingress device "eth7" priority 1; policy accept; meta mark set 5; udp dport 2 ip ttl 9 drop; udp dport 3 meta mark 5 fwd ip to 192.0.2.1 device "eth8"; udp dport 4 ip saddr @both drop; udp dport 5 dup to "eth8" drop; quota name "q" drop; }
	chain out { type filter hook egress device "eth7" priority 0; policy accept; udp dport 1 accept; drop; }
}
END
is "XDP first, then tc, with the frame as rewritten" "$(file "$TMP/layers.nft" udp:1 udp:2 udp:9 | brief)" \
	'drop|rule|udp dport 1 drop|-
drop|rule|udp dport 2 ip ttl 9 drop|-
accept|policy|-|-'
is "sets and quotas are the same at both" "$(file "$TMP/layers.nft" udp:4 udp:9 udp:9 | brief)" \
	'drop|rule|udp dport 4 ip saddr @both drop|-
accept|policy|-|-
drop|rule|quota name "q" drop|-'
is "fwd to an address" "$(file "$TMP/layers.nft" udp:3 | brief)" 'redirect|rule|udp dport 3 meta mark 0x00000005 fwd ip to 192.0.2.1 device "eth8"|eth8'
before=$(inside "$S" cat /sys/class/net/{lo,s0}/statistics/{tx,rx}_packets)
is "dup is reached" "$(file "$TMP/layers.nft" udp:5 | brief)" 'drop|rule|udp dport 5 dup to "eth8" drop|-'
is "and nothing is sent" "$(inside "$S" cat /sys/class/net/lo/statistics/{tx,rx}_packets)" "$(sed -n '1,2p' <<<"$before")"
like "tc takes no IP header that is cut" "$(file "$TMP/layers.nft" cut-l3 udp:1 | brief)" '^error: at tc, the kernel tries no frames that end inside their IP header'
# shellcheck disable=SC2046
is "egress" "$(nc -j explain --ruleset "$TMP/layers.nft" --hook egress --hex $(hex udp:1 udp:2) | brief | cut -d'|' -f1,2 | tr '\n' ' ')" "accept|rule drop|rule "
sed -n '/chain out/!p' "$TMP/layers.nft" >"$TMP/ingress.nft"
nc explain --ruleset "$TMP/ingress.nft" --hook egress --hex 00 2>"$TMP/err"
is "no chain of that hook" "$? $(cat "$TMP/err")" "1 Error: the ruleset has no base chain of hook egress"
sed 's/device "eth7"/devices = { "eth7", "eth6" }/' "$TMP/reasons.nft" >"$TMP/two.nft"
nc explain --ruleset "$TMP/two.nft" --hex 00 2>"$TMP/err"
is "several devices" "$? $(cat "$TMP/err")" "1 Error: the ruleset has base chains of hook ingress for several devices; choose one by --device: eth6, eth7"
nc explain --ruleset "$TMP/two.nft" --device eth5 --hex 00 2>"$TMP/err"
is "none of that name" "$? $(cat "$TMP/err")" "1 Error: no base chain of hook ingress names device eth5: all its packets pass; there are chains for: eth6, eth7"
# shellcheck disable=SC2046
is "one of several" "$(nc -j explain --ruleset "$TMP/two.nft" --device eth6 --hex $(hex udp:7) | brief)" "drop|rule|udp dport 7 drop|-"
cat >"$TMP/names.nft" <<'END'
table netdev f { chain in {
	type filter hook ingress devices = { "eth6", "eth7" } priority 0;
	meta iifname "eth6" drop
} }
END
# shellcheck disable=SC2046
is "rules see the device's name" "$(for d in eth6 eth7; do nc -j explain --ruleset "$TMP/names.nft" --device $d --hex $(hex udp:7); done | grep -o '"verdict":"[a-z]*"' | tr '\n' ' ')" '"verdict":"drop" "verdict":"accept" '

# --- captures
cat >"$TMP/pcap.py" <<'END'
import struct, sys
sys.path.insert(0, sys.argv[1])
import frames
def pcap(path, linktype, packets, cut=None):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, linktype))
        for p in packets:
            kept = p[:cut]
            f.write(struct.pack("<IIII", 1, 2, len(kept), len(p)) + kept)
def pcapng(path, packets):
    def block(kind, body):
        body += b"\0" * (-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
    with open(path, "wb") as f:
        f.write(block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)))
        f.write(block(1, struct.pack("<HHI", 1, 0, 65535)))
        for p in packets:
            f.write(block(6, struct.pack("<IIIII", 0, 0, 0, len(p), len(p)) + p))
d = sys.argv[1] + "/"
some = [frames.frame(n) for n in ("udp:7", "short", "udp:8", "long:7", "huge:7")]
pcap(d + "some.pcap", 1, some)
pcapng(d + "some.pcapng", some)
pcap(d + "cut.pcap", 1, [frames.frame("long:7")], 60)
pcap(d + "sll.pcap", 113, some)
open(d + "torn.pcap", "wb").write(open(d + "some.pcap", "rb").read()[:100])
END
$PYTHON "$TMP/pcap.py" "$TMP"
want='drop|rule
error: too short: a frame has at least the 14 bytes of an Ethernet header
accept|policy
drop|rule
error: too long: the kernel tries frames of up to 3520 bytes'
is "pcap" "$(nc -j explain --ruleset "$TMP/reasons.nft" --pcap "$TMP/some.pcap" | brief | cut -d'|' -f1,2)" "$want"
is "pcapng" "$(nc -j explain --ruleset "$TMP/reasons.nft" --pcap "$TMP/some.pcapng" | brief | cut -d'|' -f1,2)" "$want"
is "from standard input" "$(nc -j explain --ruleset "$TMP/reasons.nft" --pcap - <"$TMP/some.pcap" | brief | cut -d'|' -f1,2)" "$want"
is "what was not captured is not missed" "$(nc -j explain --ruleset "$TMP/reasons.nft" --pcap "$TMP/cut.pcap" | $PYTHON -c 'import json, sys; p = json.load(sys.stdin)["packets"][0]; print(p["verdict"], p["length"], p["captured"])')" "drop 1442 60"
nc explain --ruleset "$TMP/reasons.nft" --pcap "$TMP/sll.pcap" >"$TMP/out" 2>"$TMP/err"
is "no Ethernet" "$? $(cat "$TMP/out")" "1 "
like "and which it is" "$(cat "$TMP/err")" 'holds frames of link type LINUX_SLL \(113\), not of Ethernet'
nc -j explain --ruleset "$TMP/reasons.nft" --pcap "$TMP/torn.pcap" >"$TMP/out" 2>"$TMP/err"
is "a torn file fails behind what is whole, which is whole JSON" "$? $(brief <"$TMP/out")" '1 drop|rule|udp dport 7 drop|-'
like "and says so" "$(cat "$TMP/err")" '"text":"cannot read on in .*torn.pcap: truncated dump file'
nc explain --ruleset "$TMP/reasons.nft" --pcap "$TMP/none.pcap" >"$TMP/out" 2>"$TMP/err"
is "no such file" "$? $(cat "$TMP/out")" "1 "

# --- words
is "blanks and colons" "$(nc -j explain --ruleset "$TMP/reasons.nft" --hex "$(hex udp:7 | sed 's/../&:/g; s/:$//')" "$(hex udp:7 | sed 's/../& /g')" | brief | cut -d'|' -f1 | tr '\n' ' ')" "drop drop "
for words in "" "--hex" "--hex 0" "--hex 0g" "--hex 00 --pcap x" "--pcap" "--hook side --hex 00" "--frobnicate 1 --hex 00" "in --hex 00"; do
	# shellcheck disable=SC2086
	nc explain --ruleset "$TMP/reasons.nft" $words >/dev/null 2>&1
	is "usage: '$words'" $? 2
done
# shellcheck disable=SC2046
nc explain --hex $(hex udp:7) 2>"$TMP/err"
is "no ruleset at work" $? 1
like "and what to do" "$(cat "$TMP/err")" "no ruleset is at work .*--ruleset FILE"
echo 'table netdev f { chain in { type filter hook ingress device "eth7" priority 0; ip saddr 10.0.0.300 drop; }; }' >"$TMP/bad.nft"
nc explain --ruleset "$TMP/bad.nft" --hex 00 2>/dev/null
is "a refused file" $? 3
cp "$NETCTL" "$TMP/netctl" && chmod 755 "$TMP" "$TMP/netctl" "$TMP/reasons.nft"
setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$TMP/netctl" explain --ruleset "$TMP/reasons.nft" --hex "$(hex udp:7)" 2>"$TMP/err"
is "without privilege" $? 1
like "root is named" "$(cat "$TMP/err")" "root"

# --- the ruleset at work stays as it is
cat >"$TMP/live.nft" <<'END'
table netdev f {
	counter everything { }
	quota q { over 80 bytes }
	limit l { rate 1/minute burst 4 packets; }
	set seen { type ipv4_addr; flags dynamic,timeout; timeout 1h; counter; size 100; }
	set hit { type ipv4_addr; counter; elements = { 10.1.0.1 } }
	set plain { type ipv4_addr; flags interval; elements = { 10.9.0.0/16, 192.0.2.7 } }
	map ports { type inet_service : verdict; counter; elements = { 20 : drop, 21 : jump twentyone } }
	chain twentyone { counter; return; }
	chain in {
		type filter hook ingress device "s0" priority 0; policy accept;
		ether saddr != 02:aa:00:00:00:01 accept
		counter name "everything"
		ip saddr @hit counter
		ip saddr @plain counter drop
		update @seen { ip saddr }
		udp dport vmap @ports
		udp dport 7 quota name "q" counter drop
		udp dport 8 limit name "l" counter accept
		udp dport 8 counter drop
		udp dport 9 ip ttl set 9 udp dport set 10 counter
		udp dport 10 ip ttl 9 counter log prefix "ten " drop
		meter each { ip saddr limit rate over 1/minute burst 14 packets } counter drop
		numgen inc mod 3 == 0 counter
		vlan id 10 counter drop
		ip6 nexthdr udp counter
	}
	chain late {
		type filter hook ingress device "s0" priority 10; policy accept;
		ether saddr != 02:aa:00:00:00:01 accept
		meta mark set 3 counter
		ip ttl 9 counter drop
		udp dport 30 counter drop
		@th,16,16 31 counter drop
	}
}
END
nc -f "$TMP/live.nft"
ok "a ruleset"
state() { # all that has state, without times that run
	nc -j list ruleset | sed -E 's/, *"expires": *[0-9]+//g'
}
names=(udp:7 udp:8 udp:8 other:1 udp:20 udp:21 udp:9 udp6:5 vlan:6 arp udp:30 udp:31 long:3 udp:8 udp:8 udp:7 udp:7 udp:40 tcp:22 cut-l4 fragment bad-l3 deep udp:8)
mapfile -t all < <(hex "${names[@]}")
printf '%s\n' "${all[0]}" "${all[1]}" "${all[5]}" | frames "$C" c0
wait_for '[ "$(nc list counters | grep -A1 everything | grep -o "packets [0-9]*")" = "packets 3" ] || nc list ruleset | grep -q "packets 3 bytes"'
state >"$TMP/before"
nc -j explain --hex "${all[@]}" >"$TMP/explained"
ok "is explained"
state >"$TMP/after"
is "and is as before" "$(diff "$TMP/before" "$TMP/after")" ""
is "nothing was logged" "$(nc -j monitor --timeout 0 2>/dev/null)" ""
nc -j explain --hex "${all[@]}" >"$TMP/again"
is "again, the same comes out" "$(diff "$TMP/explained" "$TMP/again")" ""

# --- the same frames as traffic: every rule counts what it was explained to match
cat >"$TMP/compare.py" <<'END'
import json, sys
before, explained, after = (json.load(open(sys.argv[1] + "/" + n)) for n in ("before", "explained", "after"))
def counters(listing):
    found = {}
    for o in listing["nftables"]:
        for e in o.get("rule", {}).get("expr", []):
            if isinstance(e, dict) and isinstance(e.get("counter"), dict):
                found[o["rule"]["handle"]] = e["counter"]["packets"]
    return found
was, now, bad = counters(before), counters(after), 0
hits = [r["handle"] for p in explained["packets"] for r in p.get("rules", [])]
for handle in was:
    if now[handle] - was[handle] != hits.count(handle):
        print("rule handle", handle, "explained", hits.count(handle), "counted", now[handle] - was[handle])
        bad += 1
print(bad, "of", len(was), "differ;", sum(map(bool, (hits.count(h) for h in was))), "were hit")
END
printf '%s\n' "${all[@]}" | frames "$C" c0
sleep 0.3
state >"$TMP/after"
out=$($PYTHON "$TMP/compare.py" "$TMP")
like "traffic agrees" "$out" '^0 of [0-9]+ differ; 1[0-9] were hit$'
is "all was seen" "$($PYTHON -c '
import json, sys
a, b = (next(o["counter"]["packets"] for o in json.load(open(sys.argv[1] + n))["nftables"] if "counter" in o) for n in ("/before", "/after"))
print(b - a)' "$TMP")" "${#names[@]}"
nc flush ruleset
finish
