#!/bin/bash
# Rules and elements changed while they are at work; counters and handles stay.
. "$(dirname "$0")/lib.sh"
pair

cat >"$TMP/r.nft" <<'END'
table netdev f {
	set v4 { type ipv4_addr; }
	set v4i { type ipv4_addr; flags interval; }
	set v6 { type ipv6_addr; flags interval; }
	set ports { type inet_service; elements = { 7 }; }
	set small { type inet_service; size 2; elements = { 1, 2 }; }
	chain in {
		type filter hook ingress device "s0" priority 0; policy accept;
		ip saddr @v4 counter drop comment "v4"
		ip saddr @v4i counter drop comment "v4i"
		ip6 saddr @v6 counter drop comment "v6"
		udp dport @ports counter drop comment "ports"
		udp dport @small drop
		udp dport 99 counter comment "seen"
	}
}
END
nc -f "$TMP/r.nft" || exit 1
pings() { inside "$C" ping -c 1 -W 1 "$1" >/dev/null; }
generation() { nc -j status | $PYTHON -c 'import json,sys; print(json.load(sys.stdin)["ruleset"]["generation"])'; }
g=$(generation)

pings 10.1.0.2
ok "passes"
nc add element netdev f v4 '{ 10.1.0.1 }'
ok "add element"
! pings 10.1.0.2
ok "drops"
nc add element netdev f v4 '{ 10.1.0.1 }'
ok "adding it again is no error"
nc create element netdev f v4 '{ 10.1.0.1 }' 2>/dev/null
is "creating it again is" $? 3
nc delete element netdev f v4 '{ 10.1.0.1 }'
ok "delete element"
pings 10.1.0.2
ok "passes again"
nc delete element netdev f v4 '{ 10.1.0.1 }' 2>"$TMP/err"
is "deleting what is not there" $? 3
like "is an error with its place" "$(cat "$TMP/err")" "<cmdline>:1:.*no such element"
nc add element netdev f v4i '{ 10.1.0.0/24 }'
! pings 10.1.0.2
ok "a prefix in an interval set"
nc add element netdev f v4i '{ 10.1.0.128/25 }' 2>"$TMP/err"
is "an overlap is refused" $? 3
like "by name" "$(cat "$TMP/err")" "overlaps"
nc delete element netdev f v4i '{ 10.1.0.0/24 }'
pings 10.1.0.2
ok "and deleted"
is "single elements made no new generation" "$(generation)" "$g"
nc add element netdev f v4i '{ 10.1.0.1-10.1.0.9 }'
! pings 10.1.0.2
ok "a range of several prefixes"
is "listed as it was given" "$(nc list set netdev f v4i | grep elements)" $'\t\telements = { 10.1.0.1-10.1.0.9 }'
nc delete element netdev f v4i '{ 10.1.0.1-10.1.0.9 }'
pings 10.1.0.2
ok "gone as a whole"
nc add element netdev f v6 '{ fd00:1::/64 }'
! pings fd00:1::2
ok "IPv6 prefix"
nc delete element netdev f v6 '{ fd00:1::/64 }'
pings fd00:1::2
ok "IPv6 prefix deleted"
udp 7 3
nc add element netdev f ports '{ 8 }'
udp 8 2
is "a set of ports" "$(counted ports)" 5
nc add element netdev f small '{ 3 }' 2>"$TMP/err"
is "a full set" $? 3
like "says its size" "$(cat "$TMP/err")" "full: its size is 2"

udp 99 4
nc add rule netdev f in udp dport 99 counter drop comment "new"
ok "add rule"
udp 99 3
is "the new rule counts from zero" "$(counted new)" 3
is "the others count on" "$(counted seen)" 7
handle=$(nc -a list ruleset | grep '"new"' | sed 's/.*handle //')
nc insert rule netdev f in udp dport 99 accept comment "first"
ok "insert rule"
udp 99 2
is "before all others" "$(counted new)" 3
nc delete rule netdev f in handle "$(nc -a list ruleset | grep '"first"' | sed 's/.*handle //')"
ok "delete rule"
nc replace rule netdev f in handle "$handle" udp dport 99 counter comment "other"
ok "replace rule"
like "keeps the handle" "$(nc -a list ruleset)" "\"other\" # handle $handle\$"
nc delete rule netdev f in handle 4711 2>/dev/null
is "deleting an unknown handle" $? 3
nc -f - <<<'add rule netdev f in udp dport 100 drop
add rule netdev f nosuch udp dport 100 drop' 2>/dev/null
is "a script with a mistake" $? 3
is "changes nothing" "$(nc list ruleset | grep -c 'dport 100')" 0
nc list ruleset >"$TMP/saved"
nc apply "$TMP/saved"
ok "apply what was listed"
is "counters are restored" "$(nc list ruleset)" "$(cat "$TMP/saved")"
nc -s list ruleset >"$TMP/bare"
nc apply "$TMP/bare"
is "applying the same text keeps counters" "$(counted seen)" "$(grep '"seen"' "$TMP/saved" | sed -E 's/.*packets ([0-9]+).*/\1/')"

# -e says what was added, as nft does, and -a the handle with it; nothing of what goes.
nc -e -f - >"$TMP/echo" 2>/dev/null <<'END'
add set netdev f told { type inet_service; }
add element netdev f told { 80, 5000 }
add rule netdev f in tcp dport @told counter comment "told"
delete element netdev f v6 { fd00:1::/64 }
END
is "a file with a mistake tells nothing" "$(cat "$TMP/echo")" ""
nc -e -f - >"$TMP/echo" <<'END'
add set netdev f told { type inet_service; }
add element netdev f told { 80, 5000 }
add rule netdev f in tcp dport @told counter comment "told"
delete element netdev f ports { 8 }
END
is "what a file has added" "$(cat "$TMP/echo")" 'add set netdev f told { type inet_service; }
add element netdev f told { 5000 }
add element netdev f told { 80 }
add rule netdev f in tcp dport @told counter comment "told"'
like "a handle" "$(nc -ea add rule netdev f in tcp dport 81 drop)" "^add rule netdev f in tcp dport 81 drop # handle $(nc -a list ruleset | sed -n 's/.*dport 81 drop # handle //p')$"
is "an element, changed in place" "$(nc -e add element netdev f told '{ 443 }')" "add element netdev f told { 443 }"
is "JSON is one object" "$(nc -j -e add element netdev f told '{ 444 }' | $PYTHON -c 'import json, sys; print(*[k for x in json.load(sys.stdin)["nftables"] for k in x["add"]])')" element
is "a check tells nothing" "$(nc -c -e add element netdev f told '{ 445 }')" ""
is "apply tells it, too" "$({ nc -s list ruleset; echo 'add rule netdev f in udp dport 82 drop'; } | nc -e apply - | grep -v "^#")" "add rule netdev f in udp dport 82 drop"
is "services by their names, in quotes" "$(nc -S list set netdev f told | grep elements)" $'\t\telements = { "http", "https", 444, 5000 }'
nc -S list ruleset | nc check -
ok "which can be read again"

# Twenty at once: one lock, no edit lost.
for i in $(seq 20); do
	nc add rule netdev f in udp dport $((2000 + i)) counter &
done
wait
is "twenty concurrent edits all land" "$(nc list ruleset | grep -c 'dport 20[0-2][0-9]')" 20

# More counters than a map holds, while packets count.
for i in $(seq 1500); do echo "add rule netdev f in udp dport $((10000 + i)) counter"; done | nc -f -
ok "1,500 rules with counters more"
udp 99 1
is "counters survive the larger map" "$(counted seen)" $(($(grep '"seen"' "$TMP/saved" | sed -E 's/.*packets ([0-9]+).*/\1/') + 1))
finish
