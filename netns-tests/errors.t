#!/bin/bash
# Bad input: a clear sentence, the right exit code, and the old rules still in force.
. "$(dirname "$0")/lib.sh"
pair

cat >"$TMP/good.nft" <<'END'
table netdev f {
	set s {
		type ipv4_addr
		size 1
		elements = { 192.0.2.1 }
	}

	chain in {
		type filter hook ingress device "s0" priority filter; policy accept;
		udp dport 99 counter drop
	}
}
END
nc -f "$TMP/good.nft" || exit 1
good=$(nc -s list ruleset)

refused() { # DESCRIPTION CODE REGEX COMMAND...
	local name=$1 code=$2 regex=$3
	shift 3
	"$@" >"$TMP/out" 2>"$TMP/err" </dev/null
	is "$name: exit code" $? "$code"
	like "$name: says so" "$(head -c 2000 "$TMP/err")" "$regex"
	[ "$(nc -s list ruleset)" = "$good" ]
	ok "$name: nothing changed"
}

sed 's/s0/nosuch0/; s/netdev f/netdev g/' "$TMP/good.nft" >"$TMP/absent.nft"
refused "absent device" 3 "absent.nft:[0-9]+:[0-9]+-[0-9]+: Error: there is no interface 'nosuch0'" nc -f "$TMP/absent.nft"
refused "absent device, apply" 3 "no interface 'nosuch0'" nc apply "$TMP/absent.nft"
printf 'table netdev x {\n\tchain y {\n\t\tnonsense 5\n\t\tip saddr 1.2.3.4.5 drop\n\t}\n}\n' >"$TMP/bad.nft"
refused "syntax" 3 "bad.nft:3:" nc -f "$TMP/bad.nft"
refused "all errors in one go" 3 "bad.nft:4:" nc -f "$TMP/bad.nft"
head -c 100000 /dev/urandom >"$TMP/binary"
refused "binary file" 3 "Error:" nc -f "$TMP/binary"
head -c 10000000 /dev/zero | tr '\0' 'x' >"$TMP/long"
refused "a line of 10 MB" 3 "Error:" nc -f "$TMP/long"
[ "$(wc -c <"$TMP/err")" -lt 2000 ]
ok "a line of 10 MB: the message is short"
refused "missing file" 1 "cannot open $TMP/missing: No such file" nc -f "$TMP/missing"
refused "directory" 1 "is a directory" nc -f "$TMP"
refused "full set" 3 "full: its size is 1" nc add element netdev f s '{ 192.0.2.2 }'
refused "unknown set" 3 "<cmdline>:1:.*there is no set 'nosuch'" nc add rule netdev f in ip saddr @nosuch drop
refused "unknown chain" 3 "there is no chain 'nosuch'" nc add rule netdev f nosuch drop
refused "set in use" 3 "busy|no set|there is" nc delete set netdev f nosuch
refused "unknown command" 2 "there is no command 'atach'; did you mean 'attach'" nc atach s0
refused "unknown option" 2 "no option" nc --nonsense
refused "an option of nft's" 2 "rewrites no rules" nc -o -f "$TMP/good.nft"
refused "numbers drawn, in a long key" 3 "<cmdline>:1:22-37.*up to 28 bytes" nc add rule netdev f in 'numgen inc mod 8 . ip6 saddr . ip6 daddr { 0-2 . ::/8 . ::/9, 3 . ::1 . ::2 } drop'
refused "attach without device" 2 "needs a DEVICE" nc attach
refused "unknown mode" 2 "mode is" nc attach s0 mode fast
refused "other family" 3 "family|netdev" nc add table inet x
refused "unsupported statement" 3 "support" nc add rule netdev f in ct state new drop
refused "unprivileged" 1 "permission denied|root" inside "$S" setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$NETCTL" list ruleset
refused "no room on standard output" 1 "standard output" bash -c "ip netns exec $S $NETCTL list ruleset >/dev/full"
nc -j -f "$TMP/bad.nft" 2>"$TMP/err"
is "JSON error: code and place" "$($PYTHON -c '
import json, sys
e = json.load(open(sys.argv[1]))["error"]
m = e["messages"][0]
print(e["code"], m["line"], m["severity"], m["column"] <= m["end_column"])' "$TMP/err")" "3 3 error True"
nc -c -f "$TMP/absent.nft"
ok "-c checks and changes nothing"
is "nothing changed" "$(nc -s list ruleset)" "$good"

# A foreign program on a device that a ruleset names
ip link add c1 netns "$C" type veth peer name s1 netns "$S"
foreign s1
sed 's/"s0"/"s1"/; s/netdev f/netdev g/' "$TMP/good.nft" >"$TMP/foreign.nft"
refused "foreign program" 3 "foreign.nft:.*another XDP program already: id [0-9]+, name foreign" nc -f "$TMP/foreign.nft"

# Still at work
udp 99 3
is "and the rules are in force" "$(nc list ruleset | grep -c 'packets 3')" 1
finish
