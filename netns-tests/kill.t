#!/bin/bash
# kill -9 in the middle of apply: afterwards the old ruleset or the new one is in force, whole, and the next command works.
. "$(dirname "$0")/lib.sh"
pair
# LeakSanitizer cannot work under strace.
export ASAN_OPTIONS=detect_leaks=0

make_rules() { # NAME COUNT
	echo "table netdev f {"
	echo "	set s { type ipv4_addr; flags interval; elements = { 192.0.2.0/24, 198.51.100.$2 }; }"
	echo "	chain in {"
	echo "		type filter hook ingress device \"s0\" priority 0; policy accept;"
	for i in $(seq "$2"); do echo "		udp dport $i counter drop comment \"$1\""; done
	echo "	}"
	echo "}"
}
make_rules old 100 >"$TMP/old.nft"
make_rules new 200 >"$TMP/new.nft"
nc apply "$TMP/old.nft" || exit 1
old=$(nc -s list ruleset)
nc apply "$TMP/new.nft" || exit 1
new=$(nc -s list ruleset)
nc apply "$TMP/old.nft" || exit 1
[ "$old" != "$new" ]
ok "two rulesets"

# At every tenth system call, then at random moments.
inside "$S" strace -f -qq -o "$TMP/trace" "$NETCTL" apply "$TMP/new.nft" || exit 1
calls=$(wc -l <"$TMP/trace")
nc apply "$TMP/old.nft"
whole=0
broken=0
olds=0
news=0
step=$((calls / 60 + 1))
for ((n = 20; n <= calls; n += step)); do
	inside "$S" strace -f -qq -o /dev/null -e "inject=all:signal=KILL:when=$n" "$NETCTL" apply "$TMP/new.nft" >/dev/null 2>&1
	now=$(nc -s list ruleset)
	case $now in
	"$old") olds=$((olds + 1)) whole=$((whole + 1)) ;;
	"$new") news=$((news + 1)) whole=$((whole + 1)) ;;
	*)
		broken=$((broken + 1))
		echo "# killed at call $n: $(head -c 300 <<<"$now")"
		;;
	esac
	nc apply "$TMP/old.nft" || broken=$((broken + 1))
done
echo "# $calls system calls; killed $((whole + broken)) times: $olds times the old ruleset, $news times the new"
is "after kill -9 at any system call the ruleset is the old or the new" $broken 0
[ $olds -gt 0 ] && [ $news -gt 0 ]
ok "both were seen"
is "two generations are left: one at work, one to roll back to" "$(generations)" 2
inside "$C" ping -c 1 -W 1 10.1.0.2 >/dev/null
ok "packets pass"

# attach and detach too
nc flush ruleset
for n in 30 60 90 120 150 180 220; do
	inside "$S" strace -f -qq -o /dev/null -e "inject=all:signal=KILL:when=$n" "$NETCTL" attach s0 >/dev/null 2>&1
done
nc attach s0
ok "attach works after it was killed"
nc detach s0
ok "and detach"
is "nothing is on the device" "$(ip -n "$S" -d link show s0 | grep -c 'prog/xdp')" 0
finish
