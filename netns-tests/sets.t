#!/bin/bash
# Plain sets: more than programs know by name, kept over changes of the ruleset, and changed under traffic.
. "$(dirname "$0")/lib.sh"
pair

frame() { # SOURCE, of either family: a UDP packet in hex
	$PYTHON -c '
import ipaddress, struct, sys
a = ipaddress.ip_address(sys.argv[1])
udp = struct.pack("!HHHH", 1, 2, 8, 0)
if a.version == 4:
    p = struct.pack("!BBHHHBBH", 0x45, 0, 28, 0, 0, 64, 17, 0) + a.packed + bytes([10, 1, 0, 2])
else:
    p = struct.pack("!IHBB", 6 << 28, 8, 17, 64) + a.packed + ipaddress.ip_address("fd00:1::2").packed
print((b"\2" * 12 + (b"\x08\0" if a.version == 4 else b"\x86\xdd") + p + udp).hex())
' "$1"
}
send() { for source; do frame "$source"; done | frames "$C" c0; }
# Packets of the rules with these comments
counts() { for name; do counted "$name"; done | tr '\n' ' '; }

# --- many sets
{
	echo 'table netdev f {'
	for i in 1 2 3 4 5 6; do
		echo "set four$i { type ipv4_addr; elements = { 10.2.0.$i } }"
		echo "set six$i { type ipv6_addr; elements = { 2001:db8::$i } }"
	done
	echo 'chain in { type filter hook ingress device "s0" priority 0; policy accept;'
	for i in 1 2 3 4 5 6; do
		echo "ip saddr @four$i counter drop comment \"four$i\""
		echo "ip6 saddr @six$i counter drop comment \"six$i\""
	done
	echo '} }'
} | nc -f -
ok "a dozen sets"
four=(10.2.0.1 10.2.0.2 10.2.0.3 10.2.0.4 10.2.0.5 10.2.0.6)
six=(2001:db8::1 2001:db8::2 2001:db8::3 2001:db8::4 2001:db8::5 2001:db8::6)
send "${four[@]}" "${six[@]}"
is "each has its elements, and no other's" "$(counts four{1..6} six{1..6})" "1 1 1 1 1 1 1 1 1 1 1 1 "

before=$(generations)
for i in 1 2 3 4 5 6; do
	nc add element netdev f "four$i" "{ 10.3.0.$i }"
	nc delete element netdev f "six$i" "{ 2001:db8::$i }"
done
send 10.3.0.{1..6} "${six[@]}"
is "elements come and go in each" "$(counts four{1..6} six{1..6})" "2 2 2 2 2 2 1 1 1 1 1 1 "
is "in place" "$(generations)" "$before"
nc create element netdev f four6 '{ 10.3.0.6 }' 2>"$TMP/err"
is "what is there is not created" "$? $(head -n 1 "$TMP/err" | grep -c 'File exists')" "3 1"
nc delete element netdev f four6 '{ 10.9.9.9 }' 2>"$TMP/err"
is "what is not there is not deleted" "$?" 3
like "elements are read back" "$(nc list set netdev f four5 | tr -d '\n')" 'elements = \{ 10.2.0.5, 10.3.0.5 \}'

nc -f - <<'END'
add set netdev f first { type ipv4_addr; elements = { 10.4.0.1 }; }
insert rule netdev f in ip saddr @first counter drop comment "first"
END
send 10.4.0.1 "${four[@]}" 10.3.0.{1..6}
is "all serve on beside a new one" "$(counts first four{1..6})" "1 4 4 4 4 4 4 "
handle=$(nc -a list ruleset | sed -n 's/.*comment "four1" # handle //p')
nc delete rule netdev f in handle "$handle" && nc delete set netdev f four1
nc -f - <<'END'
add set netdev f last { type ipv4_addr; elements = { 10.5.0.1 }; }
insert rule netdev f in ip saddr @last counter drop comment "last"
END
send 10.4.0.1 10.5.0.1 "${four[@]}"
is "and when one has gone" "$(counts last first four{2..6})" "1 2 5 5 5 5 5 "
nc add element netdev f four6 '{ 10.6.0.6 }'
nc rollback
send 10.6.0.6 10.4.0.1 10.5.0.1
is "what was changed in place is not rolled back" "$(counts first four{2..6})" "3 5 5 5 5 6 "
like "explain looks in them" "$(nc explain --device s0 --hex "$(frame 10.3.0.4)")" 'four4'
nc flush set netdev f four6
send 10.2.0.6 10.2.0.5
is "a set is emptied" "$(counts four5 four6)" "6 6 "
nc flush ruleset

# --- changes under traffic
nc -f - <<'END'
table netdev f {
	set busy { type ipv6_addr; size 12; elements = { 2001:db8::a }; }
	chain in {
		type filter hook ingress device "s0" priority 0; policy accept;
		ip6 saddr @busy counter drop comment "busy"
		ip6 saddr 2001:db8::a counter comment "missed"
		ip6 saddr 2001:db8::b counter comment "rest"
	}
}
END
cat >"$TMP/source.py" <<'END'
import os, socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("c0", 0))
a, b = bytes.fromhex(sys.argv[2]), bytes.fromhex(sys.argv[3])
n = 0
while not os.path.exists(sys.argv[1]):
    s.send(a); s.send(b); n += 1
open(sys.argv[1] + ".sent", "w").write(str(n))
END
background "$C" $PYTHON "$TMP/source.py" "$TMP/stop" "$(frame 2001:db8::a)" "$(frame 2001:db8::b)"
failed=0
for round in 1 2 3; do
	for i in {1..11}; do nc add element netdev f busy "{ 2001:db8:$round::$i }" || failed=$((failed + 1)); done
	nc add element netdev f busy '{ 2001:db8::ff }' 2>/dev/null && failed=$((failed + 100))
	for i in {1..11}; do nc delete element netdev f busy "{ 2001:db8:$round::$i }" || failed=$((failed + 1)); done
done
touch "$TMP/stop"
wait_for "[ -s $TMP/stop.sent ]"
sent=$(cat "$TMP/stop.sent")
is "elements come and go under traffic, up to the declared size" "$failed" 0
[ "$sent" -gt 1000 ]
ok "of many packets"
is "of which each meets the element that stays, and no other" "$(counts busy missed rest)" "$sent 0 $sent "
finish
