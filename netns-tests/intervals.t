#!/bin/bash
# Interval sets at work: what is joined, what a range of several prefixes counts and limits, what is left of what timed out. nft does
# the same in a second namespace.
. "$(dirname "$0")/lib.sh"
TAG=ncN${TAG#nc}
twins

# --- auto-merge
cat >"$TMP/merge.nft" <<'END'
table netdev f {
	set times { type ipv4_addr; flags interval,timeout; auto-merge; elements = { 10.0.0.0/24 timeout 1h, 10.0.1.0/24 }; }
	set counts { type ipv4_addr; flags interval; counter; auto-merge; elements = { 10.0.0.0-10.0.0.9 counter packets 5 bytes 6, 10.0.0.12, 10.0.3.0/24 counter packets 7 bytes 8 }; }
	set names { type ipv4_addr; flags interval; auto-merge; elements = { 10.0.1.0/24 comment "a", 10.0.3.0/24 comment "c", 10.0.9.9 comment "d" }; }
	set ends { type ipv4_addr; flags interval; auto-merge; elements = { 0.0.0.0-9.0.0.0, 255.255.255.255 }; }
}
END
both -f "$TMP/merge.nft"
ok "declarations are joined"
same "neighbours are one element, with what the first one has" list ruleset
both add element netdev f counts '{ 10.0.0.3-10.0.0.5, 10.0.3.7 }'
same "what is there already changes nothing" list set netdev f counts
both add element netdev f counts '{ 10.0.0.10-10.0.0.11 }'
same "what grows is a new element, and others go on" list set netdev f counts
both add element netdev f names '{ 10.0.2.0/24 comment "b", 10.0.9.8/31 }'
same "with the comment of the new part" list set netdev f names
both add element netdev f times '{ 10.0.0.0/16 }'
same "and its timeout" list set netdev f times
both add element netdev f ends '{ 255.255.255.0/24, 9.0.0.1-10.0.0.0 }'
same "up to the last address" list set netdev f ends
both_refuse delete element netdev f ends '{ 5.0.0.0 }'
ok "a part of an element is not deleted"
both delete element netdev f ends '{ 0.0.0.0-9.0.0.0, 9.0.0.1-10.0.0.0 }'
same "but the whole is, in parts too" list set netdev f ends
both flush ruleset

# --- ranges that are several prefixes: state is the element's, not the prefix's
cat >"$TMP/range.nft" <<'END'
table netdev f {
	set counts { type inet_service; flags interval; counter; elements = { 1001-1006, 1010 }; }
	set limits { type inet_service; flags interval; limit rate over 1/hour burst 4 packets; elements = { 1101-1106, 1110 }; }
	set quotas { type inet_service; flags interval; quota over 200 bytes; elements = { 1201-1206, 1210 }; }
	set boxes { type ipv4_addr . inet_service; flags interval; counter; quota over 200 bytes; elements = { 10.1.0.0-10.1.0.6 . 1301-1306, 10.1.0.1 . 1310 }; }
	set slow { type ipv4_addr . inet_service; flags interval; limit rate over 1/hour burst 4 packets; elements = { 10.1.0.0-10.1.0.6 . 1401-1406 }; }
	map verdicts { type inet_service : verdict; flags interval; limit rate over 1/hour burst 4 packets; elements = { 1501-1506 : drop, 1510 : jump other }; }
	map places { typeof ip saddr . udp dport : verdict; flags interval; limit rate over 1/hour burst 4 packets; elements = { 10.1.0.0-10.1.0.6 . 1601-1606 : drop }; }
	chain other { counter comment "other"; }
	chain in {
		type filter hook ingress device "s0" priority 0; policy accept;
		udp dport @counts counter comment "counts"
		udp dport @limits counter drop comment "limits"
		udp dport @quotas counter drop comment "quotas"
		ip saddr . udp dport @boxes counter drop comment "boxes"
		ip saddr . udp dport @slow counter drop comment "slow"
		udp dport vmap @verdicts counter comment "no verdict"
		ip saddr . udp dport vmap @places counter comment "no place"
		udp dport 1000-1999 counter comment "all that came through"
	}
}
END
both -f "$TMP/range.nft"
ok "sets and maps whose ranges carry state"
for round in 1 2; do
	for base in 1000 1100 1200 1300 1400 1500 1600; do
		for port in 1 2 3 4 5 6 10; do burst $((base + port)) 1; done
	done
done
same "count, limit and fill quotas as nft's do" list ruleset
like "in one place" "$(nc list set netdev f counts)" "1001-1006 counter packets 12 "
both add rule netdev f in udp dport 9 accept
for port in 1102 1205 1306 1406 1506 1606; do burst $port 1; done
same "and so they do behind an edit" list ruleset
both flush ruleset

# --- what timed out in a trie: no timer can walk it
cat >"$TMP/times.nft" <<'END'
table netdev f {
	set blocked { type ipv4_addr; flags interval,timeout; elements = { 10.0.0.0/24 timeout 1h, 10.2.0.1-10.2.0.6 timeout 1s }; }
	chain in {
		type filter hook ingress device "s0" priority 0; policy accept;
		ip saddr @blocked drop
	}
}
END
both -f "$TMP/times.nft"
for i in 1 2 3; do nc add element netdev f blocked "{ 10.3.0.$i timeout 1s }"; done
nc list ruleset >/dev/null
is "prefixes of an interval, and elements added one by one" "$(held 0)" 8
wait_for '! nc list ruleset | grep -q "timeout 1s"'
is "stay when their time has run out" "$(held 0)" 8
g=$(status "d['ruleset']['generation']")
both add element netdev f blocked '{ 10.4.0.1 }'
is "until the next one is added" "$(held 0)" 2
is "in place" "$(status "d['ruleset']['generation']")" "$g"
same "and lists are nft's" list ruleset
both flush ruleset

# --- numbers that are drawn: once for each packet, however many lookups it takes
cat >"$TMP/drawn.nft" <<'END'
table netdev f {
	set first { typeof numgen inc mod 8 . udp dport; flags interval; counter; elements = { 0-2 . 1000-1010, 3 . 1005, 5-6 . 1001-1009 }; }
	set second { typeof udp dport . numgen inc mod 4; flags interval; elements = { 1000-1005 . 0-2, 2000 . 3 }; }
	set both { typeof numgen random mod 4 . numgen inc mod 3 . udp dport; flags interval; counter; elements = { 0-3 . 0-1 . 1000-1010, 1-2 . 2 . 2005 }; }
	chain in {
		type filter hook ingress device "s0" priority 0; policy accept;
		udp dport 1000-2000 jump draw
	}
	chain draw {
		numgen inc mod 8 . udp dport @first counter
		udp dport . numgen inc mod 4 @second counter
		udp dport . numgen inc mod 4 != @second counter
		numgen random mod 4 . numgen inc mod 3 . udp dport @both counter
	}
}
END
both -f "$TMP/drawn.nft"
burst 1002 24
burst 2000 8
same "numgen in concatenations of intervals" list ruleset
like "as many as were sent" "$(nc list chain netdev f draw)" "@first counter packets 15 "
finish
