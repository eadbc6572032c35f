#!/bin/bash
# The language at work: chains, maps, sets with state and time, limits, objects and edits, under traffic. Where it is simple, nft does
# the same in a second namespace and is compared.
. "$(dirname "$0")/lib.sh"
TAG=ncN${TAG#nc}
twins

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
add set netdev f any { type inet_service; flags interval; counter; elements = { *, 3100-3109 comment "ten" }; }
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

# --- options
mkdir "$TMP/elsewhere"
printf 'add table netdev o\nadd chain netdev o c { type filter hook ingress device "s0" priority $where; }\nadd rule netdev o c meta l4proto tcp tcp dport $port meta day Monday\n' >"$TMP/elsewhere/part.nft"
echo 'include "part.nft"' >"$TMP/main.nft"
nc -D port=22 --define where=5 -I "$TMP/elsewhere" -f "$TMP/main.nft"
like "-D defines, and -I is where included files are" "$(nc list table netdev o)" 'tcp dport 22 meta day "?Monday'
like "-y shows priorities as numbers" "$(nc -y list table netdev o)" 'priority 5;'
like "-p protocols" "$(nc -p list table netdev o)" 'meta l4proto 6 tcp dport 22 meta day "?Monday'
like "-T days" "$(nc -T list table netdev o)" 'meta l4proto tcp tcp dport 22 meta day 1'
nc delete table netdev o
nc -I "$TMP/elsewhere" -c -f "$TMP/main.nft" 2>"$TMP/err"
like "what is not defined is unknown" "$(cat "$TMP/err")" "unknown identifier"

# --- traffic
for port in 1001 1002 1003 1004 1200 1300 1305 1310 1319 1320 1500 1501 1502 2001 2003 2004 2006 2007 3000 3009 3010 3100 3999; do burst $port 9; done
burst 2002 1
burst 2005 1
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

# --- elements, one at a time
cat >"$TMP/e.nft" <<'END'
flush ruleset
table netdev f {
	set timed { type inet_service; flags timeout; counter; elements = { 10 timeout 1h comment "ten", 11 timeout 2s }; }
	set spans { type ipv4_addr; flags interval; counter; elements = { 10.1.0.0/24 comment "all", 192.0.2.1-192.0.2.6 }; }
	set boxes { type ipv4_addr . inet_service; flags interval,timeout; counter; elements = { 10.1.0.0/24 . 20-29 timeout 2s, 10.1.0.0/24 . 30-39 comment "thirty" }; }
	set rest { type inet_service; counter; elements = { 50, * }; }
	map verdicts { type inet_service : verdict; elements = { 40 : jump side, * : jump other }; }
	map ports { type inet_service : inet_service; flags interval; elements = { 60-69 : 6000 }; }
	chain side { counter comment "side"; }
	chain other { counter comment "other"; }
	chain in {
		type filter hook ingress device "s0" priority 0; policy accept;
		udp dport @timed counter comment "timed"
		ip saddr @spans udp dport 12 counter comment "spans"
		ip saddr . udp dport @boxes counter comment "boxes"
		udp dport 50-59 udp dport @rest counter comment "rest"
		udp dport 40-49 udp dport vmap @verdicts
		udp dport 60-69 udp dport set udp dport map @ports
		udp dport 6000 counter comment "mapped"
	}
}
END
both -f "$TMP/e.nft"
ok "sets and maps whose elements have time and counters"
g=$(generation)
for port in 10 11 12 20 31 40 41 50 51 60; do burst $port 2; done
same "elements count as nft's" list ruleset
like "get element by a value of an interval" "$(nc get element netdev f spans '{ 10.1.0.77 }' | flat)" 'elements = \{ 10.1.0.0/24 counter packets 20 bytes 720 comment "all" \}'
like "get several" "$(nc get element netdev f timed '{ 10, 11 }')" 'elements = \{ 10 .* comment "ten"'
both_refuse get element netdev f spans '{ 203.0.113.1 }'
ok "get of what is not there is an error"
is "get -j" "$(nc -j get element netdev f rest '{ 50 }' | $PYTHON -c 'import json, sys; print(json.load(sys.stdin)["nftables"][1]["element"]["elem"][0]["elem"]["val"])')" 50
both add element netdev f timed '{ 13 timeout 1h }' && both add element netdev f spans '{ 198.51.100.0/28 }' &&
	both add element netdev f verdicts '{ 42 : drop }' && both add element netdev f ports '{ 50 : 6000 }'
ok "add element, one at a time"
both delete element netdev f spans '{ 198.51.100.0/28 }' && both delete element netdev f ports '{ 50 }'
ok "delete element, one at a time"
both_refuse add element netdev f ports '{ 60-69 : 6001 }'
ok "other data for an element that is there is refused"
both_refuse delete element netdev f ports '{ 61 }'
ok "so is deleting a part of an interval"
is "none of it made a generation" "$(generation)" "$g"
both delete element netdev f spans '{ 192.0.2.1-192.0.2.6 }'
ok "a range of several prefixes is deleted"
same "and nft has the same" -s list ruleset
both add element netdev f rest '{ 52 comment "later" }' && both add rule netdev f side counter
like "comments of elements survive edits" "$(nc list ruleset | grep -cE 'comment "(ten|all|later|thirty)"')" 4
same "counters of elements do too" list set netdev f spans
same "those of * as well" list set netdev f rest
sleep 1.5
for port in 11 20 31; do burst $port 1; done
is "times that have run out: not listed, not matched, though the ruleset was changed meanwhile" \
	"$(nc list set netdev f timed | grep -c ' 11 ') $(nc list set netdev f boxes | grep -c '20-29') $(counted timed) $(counted boxes)" "0 0 4 5"
same "as in nft" list set netdev f boxes
both_refuse delete chain netdev f side
ok "a chain that an element jumps to cannot be deleted"
nc add rule netdev f side udp dport vmap @verdicts 2>"$TMP/err"
is "nor be made to jump to itself through a map" "$? $(grep -c 'f side udp dport vmap' "$TMP/err")" "3 1"
both rename chain netdev f side aside
ok "but renamed"
same "and the map has its new name" list map netdev f verdicts
burst 40 1
is "it is jumped to" "$(counted side)" 3
nc reset element netdev f spans '{ 10.1.0.5 }' >/dev/null
is "reset element" "$(nc list set netdev f spans | grep -c 'counter packets [1-9]')" 0
nc reset set netdev f rest >/dev/null
is "reset set, and *" "$(nc list set netdev f rest | grep -c 'counter packets [1-9]')" 0
nc reset set netdev f boxes >/dev/null
is "reset set of boxes" "$(nc list set netdev f boxes | grep -c 'counter packets [1-9]')" 0
nc add element netdev f timed '{ 14 timeout 1s }'
sleep 1.1
nc add element netdev f timed '{ 14 timeout 1h }'
like "an element whose time has run out can be added again" "$(nc list set netdev f timed)" '14 .*timeout 1h'
nc add element netdev f rest '{ * timeout 5s }' 2>"$TMP/err"
is "* has no time" $? 3

# --- objects
both add counter netdev f web '{ packets 3 bytes 300 }' && both add quota netdev f cap '{ 1 mbytes used 5 bytes }' && both add limit netdev f slow '{ rate 5/second }'
ok "objects are added"
both_refuse create counter netdev f web && both_refuse delete quota netdev f web
ok "create of what is there is refused, and delete of what is not"
both add rule netdev f in udp dport 70 counter name web quota name cap limit name slow
burst 70 2
same "they count" list counter netdev f web
same "and measure" list quota netdev f cap
both_refuse delete counter netdev f web
ok "what a rule names cannot be deleted"
objects() { $PYTHON -c '
import json, sys
for o in json.load(sys.stdin)["nftables"]:
    (kind, v), = o.items()
    v.pop("handle", 0)
    print(kind != "metainfo" and [kind, v])'; }
for list in counters quotas limits; do
	is "$list -j" "$(nc -j list $list | objects | grep -v '"rule"\|.rule.')" "$(nf -j list $list | objects)"
done
echo '{"nftables": [{"add": {"counter": {"family": "netdev", "table": "f", "name": "j", "packets": 1, "bytes": 2}}}, {"delete": {"limit": {"family": "netdev", "table": "f", "name": "none"}}}]}' >"$TMP/o.json"
nc -j -f "$TMP/o.json" 2>/dev/null
is "JSON that cannot be done whole" "$? $(nc list counters | grep -c 'counter j')" "3 0"
sed -i 's/, {"delete.*none.*}}}//' "$TMP/o.json"
nc -f "$TMP/o.json"
is "and an object by JSON" "$? $(nc -j list counter netdev f j | objects | tail -n 1)" "0 ['counter', {'family': 'netdev', 'name': 'j', 'table': 'f', 'packets': 1, 'bytes': 2}]"
nc delete counter netdev f j
ok "deleted"

# --- a full set, and elements whose time has run out
cat >"$TMP/f.nft" <<'END'
flush ruleset
table netdev f {
	set seen { type ipv4_addr . inet_service; size 8; flags dynamic,timeout; timeout 4s; }
	chain in {
		type filter hook ingress device "s0" priority 0; policy accept;
		udp dport 1000-2000 add @seen { ip saddr . udp dport } counter comment "added"
	}
}
END
both -f "$TMP/f.nft"
for port in 1000 1001 1002 1003 1004 1005 1006 1007 1008 1009; do burst $port 1; done
same "a full set takes no more" -s list ruleset
is "though rules see it as nft's do" "$(counted added)" 8
nc add rule netdev f in udp dport 9 drop
nf add rule netdev f in udp dport 9 drop
if [ -n "$(find "$(store)" -name gc-0)" ]; then
	wait_for '[ "$(held 0)" = 0 ]'
	is "what timed out is collected, with no netctl running, across a change of the ruleset" "$(held 0)" 0
	sleep 1
	for port in 1010 1011 1012 1013; do burst $port 1; done
	is "then there is room again" "$(counted added)" 12
	same "as in nft" list chain netdev f in
else
	echo "# this kernel has no timers for BPF: elements stay until the set is written anew"
fi
nc flush ruleset
nc detach --all
is "nothing is left of it" "$(store)" ""
finish
