#!/bin/bash
# Large rulesets: a million elements, ten thousand rules. Times are printed beside nft's for the same and gate nothing but orders of
# magnitude; what is tested is that all of it is there, and that an interrupted load leaves what was.
. "$(dirname "$0")/lib.sh"
TAG=ncN${TAG#nc}
N_ELEMENTS=1000000
N_RULES=10000
ours=0 theirs=0 t=0
pair
NS=$S
pair
nf() { inside "$NS" nft "$@"; }
timed() { # VARIABLE COMMAND...: its milliseconds, and status
	local begin end status variable=$1
	shift
	begin=$(date +%s%N)
	"$@" >"$TMP/out" 2>"$TMP/err"
	status=$?
	end=$(date +%s%N)
	printf -v "$variable" '%d' $(((end - begin) / 1000000))
	return $status
}
median() { sort -n | sed -n "$((($1 + 1) / 2))p"; }

$PYTHON - "$TMP" $N_ELEMENTS $N_RULES <<'END'
import random, sys
to, elements, rules = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
random.seed(1)
address = lambda n: f"{n >> 24}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
# 10.1.0.1 is in no other way among them.
numbers = random.sample(range(0x0b000000, 0xdf000000), elements - 1)
text = ", ".join(map(address, numbers))
chain = 'chain in { type filter hook ingress device "s0" priority 0; policy accept; ip saddr @many counter drop; }'
with open(f"{to}/many.nft", "w") as f:
    f.write(f"table netdev f {{\n\tset many {{ type ipv4_addr; elements = {{ {text}, 10.9.9.9 }} }}\n\t{chain}\n}}\n")
with open(f"{to}/rules.nft", "w") as f:
    f.write('table netdev f {\n\tchain in {\n\t\ttype filter hook ingress device "s0" priority 0; policy accept;\n')
    for i in range(rules):
        f.write(f"\t\tip saddr {address(random.choice(numbers))} tcp dport {random.randrange(65536)} counter drop\n")
    f.write("\t}\n}\n")
END

# --- a million elements
timed theirs nf -f "$TMP/many.nft"
timed ours nc -f "$TMP/many.nft"
ok "a set of $N_ELEMENTS addresses from a file"
echo "# load: $ours ms; nft: $theirs ms"
is "without a word where there is no terminal" "$(cat "$TMP/err")" ""
[ "$ours" -lt 20000 ]
ok "in seconds"
inside "$C" ping -c 1 -W 1 10.1.0.2 >/dev/null
ok "packets pass"
for i in 1 2 3 4 5; do
	timed t nc add element netdev f many "{ 10.8.8.$i }" && echo $t >>"$TMP/add"
	timed t nf add element netdev f many "{ 10.8.8.$i }" && echo $t >>"$TMP/add.nft"
	timed t nc version && echo $t >>"$TMP/start"
done
is "single elements are added" "$(wc -l <"$TMP/add")" 5
echo "# one element more: $(median 5 <"$TMP/add") ms; nft: $(median 5 <"$TMP/add.nft") ms; starting the command: $(median 5 <"$TMP/start") ms"
[ "$(median 5 <"$TMP/add")" -lt 100 ]
ok "without reading the others"
nc add element netdev f many '{ 10.1.0.1 }'
! inside "$C" ping -c 1 -W 0.3 10.1.0.2 >/dev/null
ok "and work"
nc delete element netdev f many '{ 10.1.0.1 }'
inside "$C" ping -c 1 -W 1 10.1.0.2 >/dev/null
ok "until they are deleted"
timed ours nc list set netdev f many
is "the list has them all" "$(tr ',' '\n' <"$TMP/out" | grep -cE '[0-9]+\.[0-9]+\.')" $((N_ELEMENTS + 5))
echo "# list: $ours ms (nft takes half a minute)"
map=$("$(command -v bpftool || echo /usr/sbin/bpftool)" -j map show pinned "$(store)/gen-1/set-0" 2>/dev/null | sed -nE 's/.*"bytes_memlock":([0-9]+).*/\1/p')
echo "# memory of the map: ${map:-?} bytes; of the load: $( (inside "$S" /usr/bin/time -f %M "$NETCTL" -c -f "$TMP/many.nft") 2>&1 | tail -n 1) KiB"

like "how far it has come shows on a terminal, if it takes longer than a second" "$(script -qec "ip netns exec $S $NETCTL apply $TMP/many.nft" /dev/null | tr '\r' '\n' | grep -v '^.\[K$' | sort -u | head -n 3)" '^$|^(reading|filling maps): [0-9]+%'

# Interrupted: what was stays, whole.
kept=$(nc -t list ruleset | md5sum)
for delay in 0.3 0.7 1.1; do
	ip netns exec "$S" "$NETCTL" apply "$TMP/many.nft" >/dev/null 2>&1 &
	sleep $delay
	kill -KILL $! 2>/dev/null
	wait $! 2>/dev/null
done
is "an interrupted load leaves the ruleset" "$(nc -t list ruleset | md5sum)" "$kept"
nc add element netdev f many '{ 10.8.8.9 }'
ok "which can be changed"
[ "$(generations)" -le 2 ]
ok "and the next command clears up"
nc flush ruleset
nc detach --all
nf flush ruleset

# --- ten thousand rules
timed theirs nf -f "$TMP/rules.nft"
timed ours nc -f "$TMP/rules.nft"
ok "$N_RULES rules from a file"
echo "# load: $ours ms; nft: $theirs ms"
for i in 1 2 3 4 5 6 7; do
	timed t nc add rule netdev f in udp dport "$i" drop && echo $t >>"$TMP/rule"
	timed t nf add rule netdev f in udp dport "$i" drop && echo $t >>"$TMP/rule.nft"
done
is "rules are added one by one" "$(wc -l <"$TMP/rule") $(nc list ruleset | grep -c 'udp dport [1-7] drop')" "7 7"
echo "# one rule more: $(median 7 <"$TMP/rule") ms; nft: $(median 7 <"$TMP/rule.nft") ms"
[ "$(median 7 <"$TMP/rule")" -lt 2000 ]
ok "in less than seconds"
udp 1 1
inside "$C" ping -c 1 -W 1 10.1.0.2 >/dev/null
ok "packets pass"
# The next program is verified ahead, while the ruleset is read: what is at work is nevertheless what the rules say.
nc add rule netdev f in icmp type echo-request drop
! inside "$C" ping -c 1 -W 0.3 10.1.0.2 >/dev/null
ok "what an added rule drops does not"
nc delete rule netdev f in handle "$(nc -a list ruleset | sed -n 's/.*echo-request drop # handle //p')"
inside "$C" ping -c 1 -W 1 10.1.0.2 >/dev/null
ok "until the rule is deleted"
nc insert rule netdev f in ip ttl lt 255 ip daddr 10.1.0.2 limit rate over 1/day burst 1 packets log prefix '"ahead: "' drop
inside "$C" ping -c 1 -W 1 10.1.0.2 >/dev/null && ! inside "$C" ping -c 1 -W 0.3 10.1.0.2 >/dev/null
ok "a rule that needs another program has it"
nc delete rule netdev f in handle "$(nc -a list ruleset | sed -n 's/.*ahead.* drop # handle //p')"
timed ours nc delete rule netdev f in handle "$(nc -a list ruleset | sed -n 's/.*udp dport 4 drop # handle //p')"
ok "one is deleted"
echo "# deleting it: $ours ms"
is "the others stay" "$(nc list ruleset | grep -c dport)" $((N_RULES + 6))
timed ours nc apply "$TMP/rules.nft"
is "and go with the next file" "$? $(nc list ruleset | grep -c dport)" "0 $N_RULES"
echo "# apply of the whole, counters kept: $ours ms"
finish
