#!/bin/bash
# Real traffic, wanted and unwanted, natively, over IPv4 and IPv6; counters and status agree with what was sent.
. "$(dirname "$0")/lib.sh"
pair

cat >"$TMP/r.nft" <<'END'
table netdev f {
	set blocked {
		type ipv4_addr
		flags interval
		elements = { 10.9.0.0/16 }
	}

	chain in {
		type filter hook ingress device "s0" priority filter; policy drop;
		ip saddr @blocked counter drop comment "blocked"
		tcp dport 8080 counter accept comment "web"
		tcp sport 8080 accept
		udp dport 5000 counter accept comment "udp"
		udp dport 5001 counter drop comment "udp-drop"
		icmp type echo-request counter accept comment "ping"
		icmpv6 type { echo-request, nd-neighbor-solicit, nd-neighbor-advert } counter accept comment "ping6"
		ether type arp accept
	}
}
END
nc -f "$TMP/r.nft"
ok "load; the device is attached by the ruleset"
is "native" "$(status "h['mode']")" native
is "governed by the chain" "$(status "h['chain']")" "{'family': 'netdev', 'table': 'f', 'chain': 'in'}"
is "list ruleset prints what was loaded" "$(nc -s list ruleset)" "$(cat "$TMP/r.nft")"

inside "$C" ping -c 3 -i 0.2 -W 1 10.1.0.2 >/dev/null
ok "wanted ping"
inside "$C" ping -c 3 -i 0.2 -W 1 fd00:1::2 >/dev/null
ok "wanted ping over IPv6"
is "counted" "$(counted ping)" 3

cat >"$TMP/server.py" <<'END'
import socket, sys, threading
def tcp(family, port):
    s = socket.socket(family, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.bind(("", port)); s.listen(8)
    def run():
        while True:
            c, _ = s.accept()
            c.sendall(b"x" * 200000); c.close()
    threading.Thread(target=run, daemon=True).start()
tcp(socket.AF_INET, 8080); tcp(socket.AF_INET6, 8080); tcp(socket.AF_INET, 8081)
u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); u.bind(("::", 5000))
print("ready", flush=True)
while True:
    data, who = u.recvfrom(100)
    open(sys.argv[1], "ab").write(data + b"\n")
END
: >"$TMP/udp"
background "$S" $PYTHON "$TMP/server.py" "$TMP/udp"
wait_for "inside $S ss -ltn | grep -q 8081"
fetch() { # ADDRESS PORT: bytes received
	inside "$C" timeout 3 $PYTHON -c '
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)
n = 0
while True:
    d = s.recv(65536)
    if not d: break
    n += len(d)
print(n)' "$1" "$2" 2>/dev/null
}
is "a TCP stream, whole" "$(fetch 10.1.0.2 8080)" 200000
is "over IPv6 too" "$(fetch fd00:1::2 8080)" 200000
is "an unwanted port does not answer" "$(fetch 10.1.0.2 8081)" ""
udp 5000 20
udp 5000 20 fd00:1::2
udp 5001 20
wait_for "[ \$(wc -l <$TMP/udp) -ge 40 ]"
is "wanted UDP arrives, both families" "$(wc -l <"$TMP/udp")" 40
is "and is counted" "$(counted udp)" 40
is "unwanted UDP is counted where it is dropped" "$(counted udp-drop)" 20
ip -n "$C" addr add 10.9.1.1/32 dev c0
ip -n "$S" route add 10.9.0.0/16 dev s0
inside "$C" ping -c 3 -i 0.2 -W 1 -I 10.9.1.1 10.1.0.2 >/dev/null
is "a blocked source gets no answer" $? 1
is "counted" "$(counted blocked)" 3
is "verdicts add up to packets" "$(status "sum(h['verdicts'].values()) == h['packets']")" True
is "reasons add up to packets" "$(status "sum(h['reasons'].values()) == h['packets']")" True
is "the policy dropped something" "$(status "h['reasons']['policy'] > 0")" True
like "list counters" "$(nc list counters)" "netdev +f +in +[0-9]+ +20 +[0-9]+ +udp dport 5001 counter drop"
is "JSON has the counter" "$(nc -j list ruleset | $PYTHON -c '
import json, sys
for o in json.load(sys.stdin)["nftables"]:
    r = o.get("rule")
    if r and r.get("comment") == "udp-drop":
        print([e["counter"]["packets"] for e in r["expr"] if "counter" in e][0])')" 20
nc flush ruleset
ok "flush"
is "the device is detached again" "$(nc -j status | $PYTHON -c 'import json,sys; print(json.load(sys.stdin)["devices"])')" "[]"
inside "$C" ping -c 1 -W 1 10.1.0.2 >/dev/null
ok "everything passes"
finish
