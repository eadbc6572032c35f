#!/bin/bash
# docs/iptables.md: the saved ruleset in it, translated by the commands in it, judges frames as iptables does in a namespace beside; what
# does not fit is refused as it says.
. "$(dirname "$0")/lib.sh"

command -v iptables-restore-translate >/dev/null || skip_all "there is no iptables"

block() { # LANGUAGE NUMBER: a fenced block of the document
	awk -v want="\`\`\`$1" -v n="$2" '/^```/ && inside { inside = 0; next } $0 == want && ++seen == n { inside = 1; next } inside' docs/iptables.md
}
block iptables 1 >"$TMP/rules.v4"
block iptables 2 >"$TMP/other.v4"
block console 1 >"$TMP/errors.wanted"
block sh 1 | sed '/^grep/,$d' >"$TMP/translate.sh"
translate() {
	(cd "$TMP" && sh translate.sh)
}

# Two servers that look alike: netctl filters in S, iptables in I.
space C
space S
space D
space I
twins() { # CLIENT SERVER
	ip link add c0 netns "$1" type veth peer name s0 netns "$2" || exit 1
	ip -n "$1" link set c0 address 02:00:00:00:00:01 up
	ip -n "$2" link set s0 address 02:00:00:00:00:02 up
	ip -n "$2" addr add 10.1.0.2/24 dev s0
	ip -n "$2" addr add fd00:1::2/64 dev s0 nodad
	ip -n "$2" route add default via 10.1.0.1
	inside "$2" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.s0.rp_filter=0
}
twins "$C" "$S"
twins "$D" "$I"
ip -n "$C" addr add fd00:1::1/64 dev c0 nodad

inside "$I" iptables-restore <"$TMP/rules.v4" 2>"$TMP/err" || skip_all "iptables does not work in this kernel: $(head -n 1 "$TMP/err")"
translate
is "all of it is translated" "$(grep '^# -t' "$TMP/rules.nft")" ""
is "what is translated is accepted" "$(nc check "$TMP/rules.nft" 2>&1)" ""
nc apply "$TMP/rules.nft"
ok "and loaded"
is "at XDP" "$(status "h['layer']")" xdp

$PYTHON - >"$TMP/frames" <<'END_OF_FRAMES'
from scapy.all import Ether, IP, TCP, UDP, ICMP
def frame(n, source, payload):
    for i in range(n):
        print(bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP(src=source, dst="10.1.0.2") / payload / bytes(10)).hex())
frame(2, "192.0.2.7", UDP(sport=7, dport=9))
frame(1, "198.51.100.1", UDP(sport=7, dport=53))
frame(6, "10.1.0.1", TCP(sport=1024, dport=22, flags="S"))
frame(1, "10.1.0.1", TCP(sport=1024, dport=22, flags="SR"))
frame(2, "10.1.0.1", TCP(sport=1024, dport=8042, flags="A"))
frame(1, "10.1.0.1", TCP(sport=1024, dport=8081, flags="A"))
frame(3, "10.1.0.77", TCP(sport=1024, dport=443, flags="PA"))
frame(2, "10.1.0.5", UDP(sport=7, dport=9))
frame(2, "10.1.0.10", UDP(sport=7, dport=9))
frame(5, "10.1.0.1", ICMP(type=8))
frame(2, "10.1.0.1", ICMP(type=3, code=4))
frame(1, "10.1.0.1", ICMP(type=13))
frame(2, "10.1.0.1", UDP(sport=53, dport=1024))
frame(1, "10.1.0.1", UDP(sport=54, dport=1024))
END_OF_FRAMES
[ "$(wc -l <"$TMP/frames")" = 31 ]
ok "there are frames"
frames "$C" c0 <"$TMP/frames"
frames "$D" c0 <"$TMP/frames"

# "CHAIN packets:bytes" of every rule that counts, in order, chain by chain
of_iptables() {
	inside "$I" iptables-save -c -t filter | sed -nE 's/^\[([0-9]+:[0-9]+)\] -A ([A-Z]+) .*/\2 \1/p' | sort -s -k1,1
}
of_netctl() {
	nc -j list ruleset | $PYTHON -c '
import json, sys
for item in json.load(sys.stdin)["nftables"]:
    for statement in item.get("rule", {}).get("expr", []):
        if "counter" in statement:
            print(item["rule"]["chain"], "%(packets)d:%(bytes)d" % statement["counter"])' | sort -s -k1,1
}
wait_for '[ "$(of_iptables)" = "$(of_netctl)" ]'
is "every rule has counted the same" "$(of_netctl)" "$(of_iptables)"
like "and they did count" "$(of_netctl | tr '\n' ' ')" '^INPUT 2:[0-9]+ INPUT 1:[0-9]+ INPUT 4:[0-9]+ INPUT 1:[0-9]+ INPUT 11:'
is "the policy, too" "$(status "h['reasons']['policy']")" \
	"$(inside "$I" iptables-save -c -t filter | sed -nE 's/^:INPUT DROP \[([0-9]+):.*/\1/p')"
wait_for "inside $C ping -c 1 -W 1 fd00:1::2"
ok "IPv6 passes, as it passes iptables"

mv "$TMP/other.v4" "$TMP/rules.v4"
translate
(cd "$TMP" && inside "$S" "$NETCTL" check rules.nft) 2>"$TMP/errors"
is "what does not fit is refused" $? 3
is "each line for its reason" "$(grep -o 'rules.nft:[0-9].*' "$TMP/errors")" "$(cat "$TMP/errors.wanted")"
finish
