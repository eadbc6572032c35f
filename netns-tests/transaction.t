#!/bin/bash
# Changes shown, tried, confirmed and taken back: diff, apply --dry-run, apply --confirm, confirm, rollback.
. "$(dirname "$0")/lib.sh"
TAG=ncT$$-$RANDOM
pair
ip -n "$S" link add s1 type veth peer name s1p

base() { # COMMENT [EXTRA RULE]
	cat <<-END
		table netdev f {
			set s { type ipv4_addr; flags interval; elements = { 192.0.2.0/24, 198.51.100.1 }; }
			chain in {
				type filter hook ingress device "s0" priority 0; policy accept;
				udp dport 7 counter comment "$1"
				ip saddr @s drop
				$2
			}
		}
	END
}
base seen >"$TMP/a.nft"
base seen "icmp type echo-request drop" >"$TMP/b.nft"
sed 's/"s0"/"s1"/' "$TMP/b.nft" >"$TMP/other.nft"
cat >"$TMP/all.nft" <<'END'
table netdev f {
	set s { type ipv4_addr; flags interval; elements = { 192.0.2.0/24, 198.51.100.2, 203.0.113.0-203.0.113.9 }; }
	set new { type inet_service; elements = { 1, 2 }; }
	chain in {
		type filter hook ingress device "s0" priority 0; policy drop;
		ip saddr @s drop
		udp dport 7 counter packets 5 bytes 6 comment "seen"
		udp dport 8 accept
	}
}
table netdev g {
	chain c { type filter hook ingress device "s1" priority 0; policy accept; tcp dport 1 drop; }
}
END

pings() { inside "$C" ping -c 1 -W 1 10.1.0.2 >/dev/null; }
blocked() { ! inside "$C" ping -c 1 -W 0.2 10.1.0.2 >/dev/null; }
quiet() { nc "$@" 2>"$TMP/err"; }
said() { cat "$TMP/err"; }
helper() { for pid in $(ip netns pids "$S"); do grep -qx netctl-guard "/proc/$pid/comm" 2>/dev/null && echo "$pid"; done; }
attached() { nc -j status | $PYTHON -c 'import json, sys; print(*[d["device"] for d in json.load(sys.stdin)["devices"]])'; }
pending() { nc -j status 2>/dev/null | $PYTHON -c "import json, sys; p = json.load(sys.stdin)['pending']; print($1)"; }
now() { nc -s list ruleset; }

# --- nothing yet
quiet rollback
is "rollback without a past" $? 1
like "says so" "$(said)" "nothing to roll back to"
quiet confirm
is "confirm without a change" $? 1
like "says so too" "$(said)" "nothing is pending"
is "neither leaves pins" "$(generations)" 0
is "everything is new to no ruleset" "$(nc diff "$TMP/a.nft")" "+table netdev f {
+	set s {
+		type ipv4_addr
+		flags interval
+		elements = { 192.0.2.0/24, 198.51.100.1 }
+	}
+	chain in {
+		type filter hook ingress device \"s0\" priority filter; policy accept;
+		udp dport 7 counter comment \"seen\"
+		ip saddr @s drop
+	}
+}"

# --- diff
nc apply "$TMP/a.nft" || exit 1
a=$(now)
udp 7 3
nc diff "$TMP/a.nft" >"$TMP/diff"
is "no difference" "$? $(cat "$TMP/diff")" "0 "
nc list ruleset >"$TMP/listed.nft"
nc diff "$TMP/listed.nft" >"$TMP/diff"
is "nor from what is listed" "$? $(cat "$TMP/diff")" "0 "
nc diff "$TMP/all.nft" >"$TMP/diff"
is "a difference" $? 1
is "of every kind" "$(cat "$TMP/diff")" " table netdev f {
 	set s {
-		elements = { 198.51.100.1 }
+		elements = { 198.51.100.2, 203.0.113.0-203.0.113.9 }
 	}
+	set new {
+		type inet_service
+		elements = { 1, 2 }
+	}
 	chain in {
-		type filter hook ingress device \"s0\" priority filter; policy accept;
+		type filter hook ingress device \"s0\" priority filter; policy drop;
-		udp dport 7 counter comment \"seen\"
 		ip saddr @s drop
+		udp dport 7 counter comment \"seen\"
+		udp dport 8 accept
 	}
 }
+table netdev g {
+	chain c {
+		type filter hook ingress device \"s1\" priority filter; policy accept;
+		tcp dport 1 drop
+	}
+}"
nc diff - <<<"" >"$TMP/diff"
is "everything goes" "$? $(grep -vc '^-' "$TMP/diff")" "1 0"
nc add element netdev f s '{ 198.51.100.9 }'
is "an element added in place is in the ruleset" "$(nc diff "$TMP/a.nft" | grep '^[-+]')" "-		elements = { 198.51.100.9 }"
nc delete element netdev f s '{ 198.51.100.9 }'
nc -j diff "$TMP/all.nft" >"$TMP/diff.json" 2>"$TMP/err"
is "as JSON" "$? $(said)" "1 "
is "with operations and places" "$($PYTHON -c '
import json, sys
for d in json.load(open(sys.argv[1]))["diff"]:
    print(d["op"], d["family"], d["table"], d.get("chain", d.get("set", "-")), d.get("handle", "-"), d["text"])' "$TMP/diff.json")" \
	"remove netdev f s - 198.51.100.1
add netdev f s - 198.51.100.2
add netdev f s - 203.0.113.0-203.0.113.9
add netdev f new 5 set new { type inet_service; }
add netdev f new - 1
add netdev f new - 2
change netdev f in 1 type filter hook ingress device \"s0\" priority filter; policy drop;
remove netdev f in 3 udp dport 7 counter comment \"seen\"
add netdev f in 3 udp dport 7 counter comment \"seen\"
add netdev f in 6 udp dport 8 accept
add netdev g - 2 table netdev g
add netdev g c 1 chain c { type filter hook ingress device \"s1\" priority filter; policy accept; }
add netdev g c 2 tcp dport 1 drop"
quiet diff - <<<"nonsense"
is "diff of a file that is refused" $? 3
quiet diff /nonexistent
is "diff of no file" $? 2
like "in colour on a terminal" "$(NO_COLOR='' TERM=xterm script -qec "ip netns exec $S $NETCTL diff $TMP/b.nft" /dev/null)" $'\033\\[32m\\+.*echo-request'

# --- dry run
nc apply --dry-run "$TMP/b.nft" >"$TMP/diff"
is "a dry run succeeds" $? 0
like "shows the difference" "$(cat "$TMP/diff")" "^\+.*icmp type echo-request drop"
is "and changes nothing" "$(now)" "$a"
quiet apply --dry-run - <<<'table netdev f { chain c { type filter hook ingress device "s0" priority 0; tcp dport 99999 drop; }; }'
is "a mistake is refused" $? 3
quiet apply --dry-run --confirm 3 "$TMP/b.nft"
is "a dry run has nothing to confirm" $? 2
quiet apply --confirm 0 "$TMP/b.nft"
is "no time to confirm in" $? 2

# --- confirm keeps
quiet apply --confirm 3 "$TMP/b.nft"
is "apply --confirm" $? 0
like "says what will happen" "$(said)" "rolled back in 3 s, unless: netctl confirm"
blocked
ok "the change is at work"
is "status says how long" "$(pending '1 <= p["seconds"] <= 3, p["previous"] is not None, p["guarded"]')" "True True True"
like "in words too" "$(nc status)" "^pending: back to the ruleset before in [123] s, unless: netctl confirm"
for words in "apply $TMP/a.nft" "add rule netdev f in accept" "add element netdev f s { 10.9.9.9 }" "flush ruleset" \
	"attach s1" "apply --confirm 5 $TMP/a.nft"; do
	# shellcheck disable=SC2086
	quiet $words
	is "while it is pending, refused: ${words%% /*}" $? 1
	like "with the way out" "$(said)" "unconfirmed changes are pending for [123] s more: netctl confirm, or netctl rollback"
done
nc confirm
is "confirm" $? 0
is "ends the wait" "$(pending p)" None
b=$(now)
wait_for '[ -z "$(helper)" ]'
ok "and the helper"
quiet confirm
is "confirming twice" $? 1
is "two generations are kept" "$(generations)" 2

# --- rollback, and forth
udp 7 2
quiet rollback
is "rollback" $? 0
like "says where to" "$(said)" "rolled back to generation 1"
is "the ruleset is the old one" "$(now)" "$a"
pings
ok "and at work"
is "counters go on" "$(counted seen)" 5
nc rollback 2>/dev/null
is "once more goes forth" "$(now)" "$b"
blocked
ok "and is at work"
udp 7 1
is "counters go on there too" "$(counted seen)" 6
nc add element netdev f s '{ 198.51.100.7 }'
nc add rule netdev f in udp dport 9 drop
nc add element netdev f s '{ 198.51.100.9 }'
nc rollback 2>/dev/null
is "elements changed in place stay in a set that both share" "$(nc list set netdev f s | tr -d '\t\n ' | grep -c '198.51.100.1,198.51.100.7,198.51.100.9')" 1
is "rules go" "$(now | grep -c 'dport 9')" 0
for i in $(seq 1100); do echo "add rule netdev f in udp dport $((10000 + i)) counter"; done | nc -f -
udp 7 4
nc rollback 2>/dev/null
is "what a larger counters map counted is not lost" "$(counted seen)" 10
udp 7 1
nc rollback 2>/dev/null
is "nor on the way forth" "$(counted seen)" 11
is "two generations are kept still" "$(generations)" 2

# --- devices
nc apply "$TMP/a.nft"
is "attached for the old ruleset" "$(attached)" s0
quiet apply "$TMP/other.nft"
is "attached for the new one" "$(attached)" s1
nc attach s1p
nc rollback 2>/dev/null
is "rolled back: attached for the old one, and by hand" "$(attached)" "s0 s1p"
udp 7 2
is "which counts" "$(status 'h["packets"] >= 2')" True
nc detach s1p
nc apply "$TMP/other.nft"
ip -n "$S" link del s1
ip -n "$S" link add s1 type veth peer name s1p
nc attach s1
is "attaching anew is no change" "$(attached)" s1
nc rollback 2>/dev/null
is "that a rollback would undo" "$(now)" "$a"
nc detach s1
nc flush ruleset
is "flushed: attached to none" "$(attached)" ""
nc rollback 2>/dev/null
is "flush ruleset can be rolled back" "$(now)" "$a"
is "with its device" "$(attached)" s0
nc rollback 2>/dev/null
is "and forth to nothing" "$(now)$(attached)" ""
nc detach --all
is "detach --all leaves no pins then" "$(generations)" 0

# --- nobody confirms: first from nothing, with terminal, command and process group gone
ip netns exec "$S" script -qec "$NETCTL apply --confirm 2 $TMP/b.nft; sleep 60" /dev/null </dev/null >/dev/null 2>&1 &
disown
wait_for '[ "$(pending p)" != None ]'
ok "pending on a terminal"
for pid in $(ip netns pids "$S"); do
	[ "$pid" = "$(helper)" ] || kill -KILL "$pid" 2>/dev/null
done
wait_for '[ "$(ip netns pids "$S")" = "$(helper)" ]'
is "of all its processes the helper is left" "$(ip netns pids "$S")" "$(helper)"
is "which has no terminal" "$(ps -o tty= -p "$(helper)" | tr -d ' ')" "?"
is "the change is at work" "$(now)" "$b"
kill -TERM "$(helper)"
wait_for '[ -z "$(now)$(attached)" ]'
is "it comes back to no ruleset" "$(now)$(attached)" ""
wait_for '[ -z "$(helper)" ]'
ok "and the helper ends"
is "without pins" "$(generations)" 0

# --- under traffic, the command killed as soon as the change is there
nc apply "$TMP/a.nft"
background "$C" ping -i 0.02 10.1.0.2
ip netns exec "$S" "$NETCTL" apply --confirm 1 "$TMP/b.nft" >/dev/null 2>&1 &
{ wait_for blocked && kill -KILL $! && wait $!; } 2>/dev/null
blocked
ok "under traffic, it drops"
wait_for pings
ok "and passes again"
is "by the old ruleset" "$(now)" "$a"
quiet confirm
is "confirm behind the deadline" $? 1
like "says that it is too late" "$(said)" "was not confirmed and has been rolled back"
quiet rollback
is "a rollback that is late as well" $? 1
like "does not go forth" "$(said)" "has been rolled back already"
is "nor anywhere" "$(now)" "$a"
nc apply --confirm 60 "$TMP/b.nft" 2>/dev/null
quiet rollback
is "rollback of what is pending" "$? $(now)" "0 $a"
wait_for '[ -z "$(helper)" ]'
ok "ends the helper"
quiet apply --confirm 60 - <<<'table netdev f { chain c { type filter hook ingress device "nosuch" priority 0; tcp dport 1 drop; }; }'
is "a change that fails" $? 3
wait_for '[ -z "$(helper)" ]'
ok "has no helper"
is "and is not pending" "$(pending p)" None

# --- the helper is killed
nc apply --confirm 1 "$TMP/b.nft" 2>/dev/null
kill -KILL "$(helper)"
wait_for '[ -z "$(helper)" ]'
like "status warns that nobody takes it back" "$(nc status 2>&1)" "process that would roll .* is gone"
sleep 1
is "behind the deadline it is still there" "$(now)" "$b"
quiet status >/dev/null
like "until status" "$(said)" "not confirmed in time: it has been rolled back"
is "rolls it back" "$(now)" "$a"
nc apply --confirm 1 "$TMP/b.nft" 2>/dev/null
kill -KILL "$(helper)"
sleep 1.1
quiet add rule netdev f in udp dport 4711 drop
like "or the next change" "$(said)" "not confirmed in time: it has been rolled back"
is "which is one of the old ruleset" "$(now | grep -cE 'echo-request|dport 4711')" 1
nc rollback 2>/dev/null
is "and can be rolled back" "$(now)" "$a"

# --- rollback killed at any system call
points() { # TRACE EVERY: system calls that follow the first bpf(2), as "name number", the number counted per name
	awk -F'[( ]' -v every="$2" '/^[a-z0-9_]+\(/ { n[$1]++; if ($1 == "bpf") begun = 1; if (begun && i++ % every == 0) print $1, n[$1] }' "$1"
}
if command -v strace >/dev/null; then
	export ASAN_OPTIONS=detect_leaks=0
	nc apply "$TMP/a.nft"
	nc apply "$TMP/other.nft"
	b=$(now)
	inside "$S" strace -qq -o "$TMP/trace" "$NETCTL" rollback 2>/dev/null
	broken=0
	tries=0
	while read -r call number; do
		inside "$S" strace -qq -o /dev/null -e "inject=$call:signal=KILL:when=$number" "$NETCTL" rollback >/dev/null 2>&1
		one=$(now)
		nc rollback 2>/dev/null || broken=$((broken + 1))
		two=$(now)
		[ "$one$two" = "$a$b" ] || [ "$one$two" = "$b$a" ] || broken=$((broken + 1))
		# The same way every time.
		[ "$two" = "$b" ] || nc rollback 2>/dev/null
		tries=$((tries + 1))
	done < <(points "$TMP/trace" 12)
	echo "# killed $tries times"
	is "rollback killed at any system call leaves one of the two, and the other to go to" $broken 0
	is "in two generations" "$(generations)" 2
	is "on one device" "$(attached | wc -w)" 1
else
	_n=$((_n + 1))
	echo "ok $_n - rollback killed # SKIP there is no strace"
fi
nc flush ruleset
nc flush ruleset
is "a second flush leaves nothing" "$(generations)" 0
finish
