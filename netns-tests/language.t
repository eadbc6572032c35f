#!/bin/bash
# The language at work: chains, maps, sets with state and time, limits, objects and edits, under traffic. Where it is simple, nft does
# the same in a second namespace and is compared.
. "$(dirname "$0")/lib.sh"
TAG=ncN${TAG#nc}
pair
NS=$S NCLIENT=$C
pair

nf() { inside "$NS" nft "$@"; }
# Both must do it: COMMAND...
both() { nc "$@" && nf "$@"; }
both_refuse() { ! nc "$@" 2>/dev/null && ! nf "$@" 2>/dev/null; }
burst() { # PORT COUNT: to both
	udp "$1" "$2"
	C=$NCLIENT udp "$1" "$2"
}
# nft breaks the lines of elements elsewhere; what is left of times is not the same twice.
flat() { tr -s ' \t\n' ' ' | sed -E 's/ expires [0-9a-z]+//g'; }
same() { # DESCRIPTION COMMAND...: both print the same, but for line breaks
	local what=$1
	shift
	is "$what" "$(nc "$@" 2>&1 | flat)" "$(nf "$@" 2>&1 | flat)"
}
generation() { nc -j status | $PYTHON -c 'import json, sys; print(json.load(sys.stdin)["ruleset"]["generation"])'; }

# --- files
mkdir "$TMP/parts"
cat >"$TMP/parts/10-objects.nft" <<'END'
add table netdev f
add counter netdev f hits { comment "all of them"; }
add quota netdev f q { over 300 bytes; }
add limit netdev f l { rate 2/hour burst 3 packets; }
END
cat >"$TMP/parts/20-sets.nft" <<'END'
define slow = { 2001, 2002 }
define me = 10.1.0.1
add set netdev f named { type ipv4_addr; elements = { $me comment "me" }; }
add set netdev f ranges { typeof ip saddr . udp dport; flags interval; elements = { 10.1.0.0/24 . 3000-3009 }; }
add set netdev f any { type inet_service; flags interval; elements = { *, 3100-3109 comment "ten" }; }
add set netdev f dyn { type ipv4_addr . inet_service; size 4; flags dynamic,timeout; timeout 1s; }
add map netdev f verdicts { type inet_service : verdict; }
add map netdev f ports { type inet_service : inet_service; elements = { 1500 : 1600, 1501 : 1601 }; }
END
cat >"$TMP/r.nft" <<'END'
include "./parts/*.nft"
table netdev f {
	chain count { counter comment "count"; return; counter comment "never"; }
	chain side { udp dport 1003 counter comment "side"; }
	chain deep { jump count; udp dport 1004 counter comment "deep"; }
	chain in {
		type filter hook ingress device "s0" priority 0; policy accept;
		udp dport 1000-3999 counter name "hits"
		udp dport vmap @verdicts
		udp dport 1001 counter drop comment "after jump"
		udp dport 1003 counter drop comment "not after goto"
		udp dport 1004 counter drop comment "after deep"
		udp dport $slow limit rate 5/hour burst 5 packets counter drop comment "limited"
		udp dport 2003 quota name "q" counter drop comment "over quota"
		udp dport 2004 limit name "l" counter drop comment "named limit"
		udp dport 2005 add @dyn { ip saddr . udp dport } counter drop comment "dyn"
		udp dport 2006 meter m { ip saddr limit rate 1/hour burst 4 packets } counter drop comment "meter"
		udp dport 1500-1501 udp dport set udp dport map @ports counter comment "map"
		udp dport { 1600, 1601 } counter comment "mapped"
		ip saddr @named udp dport 2007 counter comment "named"
		udp dport 1200-1203 numgen inc mod 4 vmap { 0 : jump count, 1 : drop } counter comment "numgen"
		udp dport 1300-1399 udp dport { 1300, 1310-1319 } counter comment "anonymous"
		ip saddr . udp dport @ranges counter drop comment "ranges"
		udp dport @any counter comment "any"
	}
}
add element netdev f verdicts { 1001 : jump count, 1002 : drop, 1003 : goto side, 1004 : jump deep }
END
cd "$TMP" || exit 1
both -f r.nft
ok "a ruleset out of three files, with definitions"
cd - >/dev/null || exit 1
same "is listed as nft lists it" -s list ruleset
is "listing is a fixed point" "$(nc -s list ruleset | nc -c -f - 2>&1; nc -s list ruleset | nc diff -)" ""
mkdir "$TMP/none"
nc -f - <<<"include \"$TMP/none/*.nft\""
ok "an include that matches nothing is none"
nc -f - 2>"$TMP/err" <<<"include \"$TMP/none/a.nft\""
is "but a file that is named must be there" $? 3
echo "add rule netdev f nosuch drop" >"$TMP/parts/30-bad.nft"
cd "$TMP" || exit 1
nc -f r.nft 2>"$TMP/err"
cd - >/dev/null || exit 1
like "a mistake in an included file has its place there" "$(cat "$TMP/err")" "30-bad.nft:1:"
rm "$TMP/parts/30-bad.nft"

# --- traffic
for port in 1001 1002 1003 1004 1200 1300 1305 1310 1319 1320 1500 1501 1502 2001 2003 2004 2006 2007 3000 3009 3010 3100 3999; do burst $port 9; done
burst 2002 1
for port in 2005; do burst $port 1; done
same "counters are nft's" list ruleset
same "a counter by its name" list counter netdev f hits
same "quotas" list quotas
same "limits" list limits netdev
is "-j, as nft's" "$(nc -j list ruleset | $PYTHON -c 'import json,sys; print(sorted(next(iter(o)) for o in json.load(sys.stdin)["nftables"]))')" \
	"$(nf -j list ruleset | $PYTHON -c 'import json,sys; print(sorted(next(iter(o)) for o in json.load(sys.stdin)["nftables"]))')"

# --- resetting
# nft 1.0.6 has no "reset rules" for netdev that all kernels know: ours is judged by what a list shows.
same "reset a counter shows what it was" reset counter netdev f hits
same "and it begins anew" list counter netdev f hits
same "reset a quota" reset quota netdev f q
same "so does that" list quota netdev f q
is "a quota that was reset lets through again" "$(burst 2003 1; counted "over quota")" 1
before=$(counted limited)
like "reset rules of a chain" "$(nc reset rules chain netdev f in)" "packets $before .*\"limited\""
is "they count from zero" "$(nc list chain netdev f in | grep -cE 'packets [1-9]')" 0
is "and those of other chains go on" "$(counted count)" "$(inside "$NS" nft list ruleset | sed -nE 's/.*packets ([0-9]+) .*"count"/\1/p')"
burst 3000 2
is "counting goes on" "$(counted ranges)" 2
both reset counters >/dev/null
ok "reset counters"
finish
