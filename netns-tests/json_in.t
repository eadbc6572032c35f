#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# JSON as input, against nft: rules and objects of all kinds are loaded by nft, listed by it as JSON, translated to text,
# loaded by nft in a second namespace, and listed there as they were in the first. Then netctl reads nft's JSON itself.
. "$(dirname "$0")/lib.sh"

TRANSLATE=$B/selftests/tool_json2nft
command -v nft >/dev/null || skip_all "nft is not installed"
[ -x "$TRANSLATE" ] || skip_all "no $TRANSLATE"

space A
space S
for space in "$A" "$S"; do
	ip link add e0 netns "$space" type veth peer name e1 netns "$space" || exit 1
done
inside "$A" nft list ruleset >/dev/null 2>&1 || skip_all "nft does not work in this kernel"

# --- what rules need
cat >"$TMP/objects.nft" <<'END'
table netdev f {
	chain x { }
	chain ingress {
		type filter hook ingress devices = { lo, e0 } priority 0; policy drop;
	}
	chain one {
		type filter hook ingress device lo priority 5; policy accept;
	}
	chain egress {
		type filter hook egress device e0 priority -10; policy accept;
	}
	counter c1 { packets 3 bytes 4; }
	quota q1 { over 25 mbytes used 1 kbytes; }
	quota q2 { 500 bytes; }
	limit l1 { rate 10/second burst 3 packets; }
	limit l2 { rate over 1 mbytes/minute burst 2 kbytes; }
	set plain {
		type ipv4_addr; comment "without elements";
	}
	set pairs {
		type ipv4_addr . inet_service; flags interval; size 1000;
		elements = { 1.2.3.0/24 . 1-5 comment "x", 1.1.1.1 . 99 }
	}
	set counted {
		type ipv4_addr; counter; policy memory;
		elements = { 1.2.3.4 counter packets 1 bytes 2, 1.2.3.5 }
	}
	set learned {
		type ipv4_addr; size 65535; flags timeout; timeout 1d2h; gc-interval 10s;
	}
	set limited {
		type ipv4_addr; size 65535; flags dynamic,timeout; timeout 5s;
	}
	set six {
		type ipv6_addr; flags interval;
		elements = { fe80::/10, 2001:db8::1-2001:db8::5, ::1 }
	}
	set names {
		type ifname; elements = { "lo", "eth0.100", "accept" }
	}
	set hardware {
		type ether_addr; elements = { 00:11:22:33:44:55 }
	}
	set constants {
		type inet_service; flags constant; elements = { ssh, 80 }
	}
	set marks {
		type mark; flags interval; elements = { 1-7, 0xff }
	}
	map verdicts {
		type ipv4_addr : verdict; elements = { 1.2.3.4 : accept, 1.2.3.5 : drop }
	}
	map concatenated {
		type ipv4_addr . inet_proto : mark; flags interval; elements = { 1.2.3.0/24 . tcp : 5 }
	}
	map counters {
		type inet_service : counter; elements = { 22 : "c1" }
	}
	map addresses {
		type ipv4_addr : ipv4_addr; elements = { 10.0.0.1 : 10.0.0.2 }
	}
	map ranges {
		type inet_service : verdict; flags interval; elements = { 1-1023 : drop, * : continue }
	}
}
END

cat >"$TMP/rules" <<'END'
tcp flags syn accept
tcp flags == syn accept
tcp flags syn,ack accept
tcp flags != syn,ack accept
tcp flags { syn, ack } accept
tcp flags syn / syn,ack accept
tcp flags != syn / syn,ack accept
tcp flags fin,syn / fin,syn,rst,ack drop
tcp flags & (fin | syn | rst | psh | ack | urg) == 0 drop
tcp flags ! syn accept
tcp flags ! syn,ack accept
ip frag-off & 0x1fff != 0 drop
ip saddr & 255.255.0.255 == 1.2.0.4 drop
ip6 saddr & ffff:: == fe80:: drop
meta mark & 0xff == 0x10 drop
meta mark set meta mark | 5
meta mark set meta mark & 0xff ^ 4
meta mark set meta mark << 4
meta mark set ip dscp map { 1 : 5, 2 : 6 }
meta mark set ip saddr . meta l4proto map @concatenated
ip daddr set ip daddr map @addresses
ip dscp set 4
ip dscp set cs1
ip saddr set 1.2.3.4
ip6 daddr set fe80::1
ether daddr set 01:02:03:04:05:06
meta priority set 1:2
meta nftrace set 1
meta pkttype set host
tcp option maxseg size set 1400
ip saddr . tcp dport vmap { 1.2.3.4 . 5-6 : drop, 1.2.3.5 . 7 : jump x }
ip saddr vmap @verdicts
tcp dport vmap @ranges
tcp dport vmap { 22 : accept, * : drop }
ip6 nexthdr vmap { tcp : accept, udp : drop }
ip saddr . tcp dport @pairs drop
ip saddr . tcp dport != @pairs drop
ip saddr @plain drop
ip6 saddr @six drop
iifname @names drop
ether saddr != @hardware drop
update @learned { ip saddr }
update @learned { ip saddr timeout 10s }
add @limited { ip saddr timeout 10s limit rate over 10/second burst 7 packets } counter drop
add @plain { ip saddr }
delete @plain { ip saddr }
meter m1 { ip saddr limit rate over 10/second } drop
meter m2 size 128 { ip saddr . tcp dport timeout 1m counter }
counter name c1
counter
counter packets 5 bytes 6
counter name tcp dport map { 1 : c1 }
counter name tcp dport map @counters
quota name q1
quota over 10 mbytes drop
quota 10 mbytes used 3 bytes drop
quota 1234567 bytes
limit name l1
limit rate 10/minute accept
limit rate over 10/week burst 2 packets drop
limit rate 1000/hour burst 100 packets accept
limit rate over 10 mbytes/second burst 5 kbytes drop
limit rate 7 bytes/day accept
limit rate 1024 kbytes/second drop
log
log prefix "he said: x" level debug flags all
log prefix "n" group 3 snaplen 40 queue-threshold 4
log flags tcp sequence,options flags ether
log flags tcp options flags ip options flags skuid
log level warn
fwd to lo
fwd ip to 1.2.3.4 device lo
fwd ip6 to fe80::1 device e0
fwd to meta mark map { 1 : "lo", 2 : "e0" }
dup to e0
@th,0,24 53 drop
@nh,8,8 & 0xf0 == 0x20 drop
@ll,0,48 0x010203040506 drop
@nh,96,32 { 1, 5-7 } drop
tcp option maxseg size 1400 drop
tcp option maxseg size 500-1400 drop
tcp option sack exists drop
tcp option timestamp missing drop
tcp option window count 7 drop
tcp option @99,16,8 7 drop
reset tcp option sack-perm
ip option rr exists drop
ip option lsrr type 1 drop
exthdr hbh exists drop
exthdr frag missing drop
rt type 0 drop
frag more-fragments 1 drop
frag frag-off 8 drop
hbh nexthdr tcp drop
dst nexthdr udp drop
mh type binding-update drop
numgen inc mod 3 offset 2 0 drop
numgen random mod 3 < 2 drop
meta mark set jhash ip saddr . tcp dport mod 5 seed 0x33 offset 7
meta mark set jhash ip saddr mod 5
meta mark set symhash mod 4 offset 3
vlan id 4 drop
vlan id 4-7 drop
vlan id 10 vlan pcp 3 drop
ether type arp drop
ether type { ip, ip6 } drop
ether saddr 00:11:22:33:44:55 drop
ether saddr . vlan id { 01:02:03:04:05:06 . 5 } drop
icmp type echo-request drop
icmp type { echo-reply, redirect } drop
icmp type redirect drop
icmp code host-redirect drop
icmpv6 type { echo-request, nd-neighbor-solicit } drop
icmp id 5 drop
igmp type membership-query drop
arp operation request drop
arp daddr ip 1.2.3.4 drop
arp saddr ether 00:11:22:33:44:55 drop
meta time "2023-01-01" - "2024-01-01" drop
meta hour "10:00"-"12:00" drop
meta day "Monday" drop
meta day { "Monday", "Friday" } drop
meta length 1-100 drop
meta length > 1000 drop
meta iifname "e*" drop
meta iifname "e0" drop
meta iifname { "lo", "e0" } drop
iifname . tcp dport { "lo" . 22, "e0" . 80 } drop
meta iif lo drop
meta iiftype ether drop
meta iifkind "veth" drop
meta iifgroup 5 drop
meta mark 0x10 drop
meta mark != 1-7 drop
meta priority none drop
meta protocol ip drop
meta protocol { ip, ip6, 0x1234 } drop
meta pkttype broadcast drop
meta l4proto != tcp drop
meta l4proto { tcp, udp } th dport 53 drop
meta cpu 5 drop
meta cgroup 5 drop
meta random < 100 drop
ip protocol != { tcp, udp } drop
ip version 4 ip hdrlength 5 drop
ip ttl < 5 drop
ip ttl >= 250 drop
ip id 1-100 drop
ip length <= 40 drop
ip checksum 0 drop
ip dscp cs1 drop
ip dscp { cs1, ef, 5 } drop
ip ecn ce drop
ip saddr 10.0.0.0/8 drop
ip saddr != 10.0.0.0-10.0.0.5 drop
ip saddr { 10.0.0.0/8, 1.1.1.1-1.1.1.7 } drop
ip saddr { 10.0.0.0/8, * } drop
ip saddr . ip daddr { 10.0.0.0/8 . 1.2.3.4 } drop
ip6 saddr fe80::/10 drop comment "link-local: not routed"
ip6 hoplimit 255 drop
ip6 flowlabel 5 drop
ip6 dscp 3 drop
tcp dport { 1, 3-7 } continue
tcp dport <= 5 return
tcp dport > 5 goto x
tcp dport 22 jump x
tcp sport 1024-65535 tcp dport != 80 accept
tcp sequence 5 tcp ackseq 7 tcp window 100 drop
tcp doff 5 tcp urgptr 0 tcp checksum 1 drop
udp length 8 udp checksum 0 drop
sctp dport 5 sctp vtag 7 drop
sctp chunk data exists drop
sctp chunk data tsn 5 drop
dccp type request drop
ah spi 5 drop
esp spi 5-7 drop
comp cpi 7 drop
fib saddr oif 0 drop
fib saddr . iif oif exists drop
fib daddr type local drop
udp dport 53 @th,64,16 0x5 drop
notrack
reject
reject with icmp host-unreachable
reject with tcp reset
ip saddr 1.2.3.4 ip daddr 5.6.7.8 tcp sport 5 tcp dport 7 tcp flags fin,syn / fin,syn,rst counter drop comment "all"
END

# nft's JSON of what is in namespace A, with what nft 1.0.6 leaves out of it.
listed() {
	inside "$A" nft -j list ruleset | $PYTHON -c '
import json, sys
document = json.load(sys.stdin)
devices = {"ingress": ["lo", "e0"], "one": "lo", "egress": "e0"}
for o in document["nftables"]:
    if "hook" in o.get("chain", {}):
        o["chain"].setdefault("dev", devices[o["chain"]["name"]])
    if o.get("set", {}).get("name") == "plain":
        o["set"].setdefault("comment", "without elements")
    if o.get("set", {}).get("name") == "limited":
        o["set"]["flags"] = ["timeout", "dynamic"]
json.dump(document, sys.stdout)'
}

translate() { # DESCRIPTION: JSON on standard input, into the second namespace
	"$TRANSLATE" >"$TMP/translated" 2>"$TMP/error" && inside "$S" nft -f "$TMP/translated" 2>>"$TMP/error"
	ok "$1" || sed 's/^/# /' "$TMP/error"
}

listing() { # NAMESPACE: counts and what is left of time do not matter
	inside "$1" nft list ruleset | sed -E 's/ expires [0-9a-z]+//g'
}

# --- objects
inside "$A" nft -f "$TMP/objects.nft"
ok "nft loads the objects"
translate "objects are translated and loaded" < <(listed)
is "objects are listed as they were" "$(listing "$S")" "$(listing "$A")"

# --- rules, each in a chain of its own: an error tells which
n=0
while read -r rule; do
	chain=ingress
	case $rule in reject*) chain=x ;; esac
	inside "$A" nft "add chain netdev f r$n; add rule netdev f r$n $rule" 2>/dev/null || {
		inside "$A" nft delete chain netdev f "r$n" 2>/dev/null
		echo "# this nft or kernel refuses: $rule"
		continue
	}
	rules[n]=$rule
	n=$((n + 1))
done <"$TMP/rules"
[ "$n" -ge 150 ]
ok "nft loads rules of all kinds: $n"

inside "$S" nft flush ruleset
translate "rules are translated and loaded" < <(listed)
for ((i = 0; i < n; i++)); do
	is "${rules[i]}" "$(inside "$S" nft list chain netdev f "r$i")" "$(inside "$A" nft list chain netdev f "r$i")"
done

# --- commands, by nft from JSON and from the text that it becomes
commands() {
	cat <<-'END'
		{"nftables": [
		 {"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
		 {"flush": {"ruleset": null}},
		 {"add": {"table": {"family": "netdev", "name": "t"}}},
		 {"create": {"chain": {"family": "netdev", "table": "t", "name": "c"}}},
		 {"add": {"chain": {"family": "netdev", "table": "t", "name": "gone"}}},
		 {"add": {"chain": {"family": "netdev", "table": "t", "name": "new"}}},
		 {"add": {"chain": {"family": "netdev", "table": "t", "name": "b", "type": "filter", "hook": "ingress", "dev": "lo", "prio": 0}}},
		 {"add": {"set": {"family": "netdev", "table": "t", "name": "s", "type": "ipv4_addr", "flags": ["interval"]}}},
		 {"add": {"map": {"family": "netdev", "table": "t", "name": "m", "type": "inet_service", "map": "verdict"}}},
		 {"add": {"element": {"family": "netdev", "table": "t", "name": "s",
		                      "elem": ["10.0.0.1", {"prefix": {"addr": "10.1.0.0", "len": 16}}, {"range": ["10.2.0.1", "10.2.0.9"]}]}}},
		 {"delete": {"element": {"family": "netdev", "table": "t", "name": "s", "elem": "10.0.0.1"}}},
		 {"add": {"element": {"family": "netdev", "table": "t", "name": "m", "elem": [[22, {"accept": null}], [23, {"goto": {"target": "c"}}]]}}},
		 {"add": {"counter": {"family": "netdev", "table": "t", "name": "k"}}},
		 {"add": {"counter": {"family": "netdev", "table": "t", "name": "k2"}}},
		 {"delete": {"counter": {"family": "netdev", "table": "t", "name": "k2"}}},
		 {"add": {"quota": {"family": "netdev", "table": "t", "name": "q", "bytes": 500}}},
		 {"add": {"limit": {"family": "netdev", "table": "t", "name": "l", "rate": 5, "per": "minute", "burst": 9}}},
		 {"add": {"rule": {"family": "netdev", "table": "t", "chain": "c", "expr": [{"counter": null}, {"accept": null}]}}},
		 {"insert": {"rule": {"family": "netdev", "table": "t", "chain": "c", "expr": [{"drop": null}], "comment": "first"}}},
		 {"add": {"rule": {"family": "netdev", "table": "t", "chain": "c", "index": 0, "expr": [{"return": null}]}}},
		 {"insert": {"rule": {"family": "netdev", "table": "t", "chain": "c", "index": 1, "expr": [{"continue": null}]}}},
		 {"add": {"rule": {"family": "netdev", "table": "t", "chain": "gone", "expr": [{"log": null}]}}},
		 {"flush": {"chain": {"family": "netdev", "table": "t", "name": "gone"}}},
		 {"delete": {"chain": {"family": "netdev", "table": "t", "name": "gone"}}}
		]}
	END
}
handles() {
	cat <<-'END'
		{"nftables": [
		 {"replace": {"rule": {"family": "netdev", "table": "t", "chain": "new", "handle": @, "expr": [{"drop": null}]}}},
		 {"insert": {"rule": {"family": "netdev", "table": "t", "chain": "new", "handle": @, "expr": [{"log": {"prefix": "before"}}]}}},
		 {"add": {"rule": {"family": "netdev", "table": "t", "chain": "new", "handle": @, "expr": [{"log": {"prefix": "last"}}]}}},
		 {"flush": {"set": {"family": "netdev", "table": "t", "name": "s"}}},
		 {"rename": {"chain": {"family": "netdev", "table": "t", "name": "c", "newname": "d"}}}
		]}
	END
}
inside "$S" nft flush ruleset
commands | inside "$A" nft -j -f -
ok "nft performs the commands"
translate "commands are translated and performed" < <(commands)
is "commands do the same" "$(listing "$S")" "$(listing "$A")"
for space in "$A" "$S"; do
	inside "$space" nft add rule netdev t new accept
	inside "$space" nft add rule netdev t new return
done
handle=$(inside "$A" nft -a list chain netdev t new | sed -n 's/.*accept # handle //p')
handles | sed "s/@/$handle/" | inside "$A" nft -j -f -
ok "nft performs commands with handles"
translate "commands with handles are translated and performed" < <(handles | sed "s/@/$handle/")
is "commands with handles do the same" "$(listing "$S")" "$(listing "$A")"

# --- netctl itself
inside "$S" nft flush ruleset
cat >"$TMP/simple.nft" <<'END'
table netdev f {
	set blocked {
		type ipv4_addr
		flags interval
		elements = { 192.0.2.1, 198.51.100.0/24 }
	}

	chain one {
		type filter hook ingress device "lo" priority filter; policy accept;
		ip saddr @blocked counter packets 0 bytes 0 drop
		tcp dport { 22, 80-90 } accept
		tcp flags syn / fin,syn,rst,ack counter packets 0 bytes 0 accept
		udp dport 53 drop comment "no names"
	}
}
END
inside "$A" nft flush ruleset
inside "$A" nft -f "$TMP/simple.nft"
listed >"$TMP/simple.json"
nc check "$TMP/simple.json"
ok "netctl checks JSON"
nc -f - <"$TMP/simple.json"
ok "netctl performs JSON from standard input"
is "netctl lists what the JSON says" "$(nc list ruleset)" "$(cat "$TMP/simple.nft")"
nc -j list ruleset >"$TMP/own.json" && nc apply "$TMP/own.json"
ok "netctl applies its own JSON"
is "which changes nothing" "$(nc list ruleset)" "$(cat "$TMP/simple.nft")"
sed 's/"udp"/"udp; flush ruleset"/' "$TMP/simple.json" >"$TMP/bad.json"
like "netctl refuses what is no schema" "$(nc check "$TMP/bad.json" 2>&1)" \
	'^/.*bad.json:1:[0-9]+-[0-9]+: Error: nftables\[[0-9]+\].rule.expr\[0\].match.left.payload.protocol: "udp; flush ruleset" is not a name'
sed 's/"udp"/"updike"/' "$TMP/simple.json" >"$TMP/bad.json"
like "errors of the parser show the translated line" "$(nc check "$TMP/bad.json" 2>&1)" \
	'bad.json \(translated from JSON\):[0-9]+:.*'
nc check "$TMP/bad.json" 2>/dev/null
is "a ruleset refused is exit code 3" $? 3
finish
