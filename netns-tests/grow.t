#!/bin/bash
# Sets that outgrow their maps: without a declared size they grow, with one they stop there.
. "$(dirname "$0")/lib.sh"
space S

nc -f - <<'END'
table netdev f {
	set a { type ipv4_addr; }
	set b { type ipv6_addr; flags interval; size 5000; }
	set c { type inet_service; flags interval; size 2; }
}
END
elements() { nc list set netdev f "$1" | tr ',' '\n' | grep -cE '[0-9]\.|:'; }
fill() { # SET COUNT FORMAT: all but one of a map's room in one go
	{
		printf 'add element netdev f %s { ' "$1"
		for ((i = 0; i < $2; i++)); do
			# shellcheck disable=SC2059
			printf "$3, " $((i / 250)) $((i % 250))
		done
		echo "}"
	} | nc -f -
}
fill a 1000 '10.0.%d.%d'
fill b 1000 '2001:db8:%x:%x::/64'
failed=0
for i in $(seq 1100); do nc add element netdev f a "{ 10.1.$((i / 250)).$((i % 250)) }" || failed=$((failed + 1)); done
is "a set without a size grows" "$failed $(elements a)" "0 2100"
for i in $(seq 1100); do nc create element netdev f b "{ 2001:db9:$(printf %x "$i")::/48 }" || failed=$((failed + 1)); done
is "so does the map of an interval set, up to its size" "$failed $(elements b)" "0 2100"
nc add element netdev f c '{ 1-6 }' && nc add element netdev f c '{ 10-16 }'
ok "a size counts elements, not the prefixes that they take"
nc add element netdev f c '{ 20 }' 2>"$TMP/err"
is "beyond it an element is refused" $? 3
like "with the size" "$(cat "$TMP/err")" "size is 2"
finish
