#!/bin/bash
# "check --cost": the report as text, what is said of rules that never match, and its JSON keys in the manual.
cd "$(dirname "$0")/.." || exit 1
NETCTL=${B:-build}/netctl
PYTHON=/usr/bin/python3
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
n=0

ok() {
	local status=$?
	n=$((n + 1))
	[ $status -eq 0 ] || printf 'not '
	echo "ok $n - $1"
}
# A ruleset of one chain; its first rule is on line 4.
ruleset() {
	printf 'table netdev t {\nchain c {\ntype filter hook ingress device "lo" priority 0; policy accept;\n'
	cat
	printf '}\n}\n'
}
# The lines of the rules that never match, each with those that take its packets.
dead() {
	ruleset >"$TMP/one.nft"
	$NETCTL -j check --cost "$TMP/one.nft" | $PYTHON -c '
import json, sys
print("; ".join("%d by %s" % (d["line"], ",".join(map(str, d["taken_by_lines"])) or "itself") for d in json.load(sys.stdin)["cost"]["never_matching"]))'
}
# is_dead NAME WANTED: rules on standard input
is_dead() {
	local got
	got=$(dead)
	[ "$got" = "$2" ]
	ok "$1" || echo "# got: $got, wanted: $2"
}

is_dead "a rule within another" "5 by 4" <<'END'
ip saddr 10.0.0.0/8 drop
ip saddr 10.1.0.0/16 tcp dport 80 accept
END
is_dead "a rule that several cover together" "6 by 4,5" <<'END'
ip saddr 10.0.0.0/9 drop
ip saddr 10.128.0.0/9 drop
ip saddr 10.0.0.0/8 tcp dport 80 accept
END
is_dead "ports that lists cover" "6 by 4,5" <<'END'
tcp dport { 80, 82-90 } drop
tcp dport 81 drop
tcp dport 80-90 accept
END
is_dead "ports that lists nearly cover" "" <<'END'
tcp dport { 80, 82-90 } drop
tcp dport 81 drop
tcp dport 80-91 accept
END
is_dead "all that is behind a rule for all" "5 by 4; 6 by 4" <<'END'
counter drop
tcp dport 81 drop
ether type arp accept
END
is_dead "tests that exclude each other" "4 by itself" <<'END'
ip saddr 10.0.0.1 ip saddr 10.0.0.2 drop
END
is_dead "a test that the index does not know, before" "" <<'END'
ip saddr 10.0.0.0/8 ip ttl 5 drop
ip saddr 10.1.0.0/16 accept
END
is_dead "a rule that only counts, before" "" <<'END'
ip saddr 10.0.0.0/8 counter
ip saddr 10.1.0.0/16 accept
END
is_dead "a limit, before" "" <<'END'
ip saddr 10.0.0.0/8 limit rate 1/second drop
ip saddr 10.1.0.0/16 accept
END
is_dead "headers that may be missing" "" <<'END'
meta l4proto tcp drop
ip protocol tcp drop
END
is_dead "the other family" "" <<'END'
ip saddr 0.0.0.0/0 tcp dport 80 drop
tcp dport 80 accept
END
is_dead "rules behind one that rewrites" "" <<'END'
ip saddr 10.0.0.0/8 drop
ip daddr 1.2.3.4 ip saddr set 10.0.0.1
ip saddr 10.0.0.1 drop
END
for i in $(seq 40); do echo "ip saddr 10.0.$i.0/24 tcp dport 1-$((i * 3)) drop"; done >"$TMP/many"
is_dead "among many that are looked up" "44 by 10" < <(cat "$TMP/many" && echo 'ip saddr 10.0.7.9 tcp dport 5-9 accept')

# --- text and JSON
ruleset <"$TMP/many" >"$TMP/many.nft"
$NETCTL check --cost "$TMP/many.nft" >"$TMP/text"
ok "check --cost"
grep -q '^t c *ip *40  lookup  ' "$TMP/text"
ok "a long chain is looked up"
grep -q '^  ip, worst packet found: 10\.0\.[0-9]*\.[0-9]* to [0-9.]*, protocol 6, ports [0-9]* to [0-9]*$' "$TMP/text"
ok "its worst packet"
grep -q '^Memory: steps [0-9]* bytes, index [0-9]*, .* bytes a rule$' "$TMP/text"
ok "its memory"
echo 'tcp dport 80 drop' | ruleset >"$TMP/few.nft"
$NETCTL check --cost "$TMP/few.nft" | grep -q '^t c *ip *1  walk  '
ok "a short chain is walked"
for i in $(seq 300); do echo "ip saddr 10.0.0.$((i % 7)) ip daddr 10.0.0.1 tcp dport 1-$((65535 - i)) ip ttl $((i % 200)) drop"; done | ruleset >"$TMP/list.nft"
$NETCTL check --cost "$TMP/list.nft" | grep -q 'rules from line [0-9]* to line [0-9]* cannot be told apart'
ok "rules that share all are named"
$NETCTL -j check --cost "$TMP/list.nft" >"$TMP/json"
while read -r key; do
	sed -n '/^\.Sh COSTS/,/^\.Sh ENV/p' ctl/man/netctl.8 | grep -q "^\.\(It \)*Li .*\b$key\b"
	ok "key $key is in netctl(8)"
done < <($PYTHON -c '
import json, sys
def keys(value):
    if isinstance(value, dict):
        for k, v in value.items():
            yield k
            yield from keys(v)
    elif isinstance(value, list):
        for v in value:
            yield from keys(v)
print(*sorted({k for name in sys.argv[1:] for k in keys(json.load(open(name)))}), sep="\n")' \
	"$TMP/json" <($NETCTL -j check --cost "$TMP/many.nft") <(printf 'table netdev t { set s { type ipv4_addr; }; chain c { drop; drop; }; }' | $NETCTL -j check --cost -))
$NETCTL check --cost 2>/dev/null
[ $? -eq 2 ]
ok "check --cost needs a file"
echo 'bad' | $NETCTL check --cost - 2>/dev/null
[ $? -eq 3 ]
ok "what is wrong is refused"
echo "1..$n"
