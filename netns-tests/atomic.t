#!/bin/bash
# Applies that alternate two rulesets, of a few rules and of ten thousand, and edits of one rule among these, under traffic: no
# packet is judged by a mixture, and none that both accept is lost.
. "$(dirname "$0")/lib.sh"
pair

N_RULES=10000

# In each ruleset all three counters see every packet to port 1000: one that met two rulesets would leave them unequal.
# A drops what B accepts and the reverse; port 1001 is accepted by both. More rules, that match nothing, stand in between.
ruleset() { # NAME VERDICT RULES
	cat <<-END
		table netdev f {
			chain first {
				type filter hook ingress device "s0" priority -10; policy accept;
				udp dport 1000 counter comment "$1-1"
			}
			chain in {
				type filter hook ingress device "s0" priority 0; policy accept;
				udp dport 1000 counter comment "$1-2"
				$(awk -v n="$3" 'BEGIN { for (i = 0; i < n; i++)
					printf "ip saddr 172.16.%d.%d udp dport %d counter drop\n", i / 256, i % 256, 2000 + i }')
				udp dport 1001 counter accept comment "both"
				udp dport 1000 counter $2 comment "$1-3"
			}
		}
	END
}
ruleset a drop 0 >"$TMP/a.nft"
ruleset b accept 0 >"$TMP/b.nft"
ruleset a drop $N_RULES >"$TMP/A.nft"
ruleset b accept $N_RULES >"$TMP/B.nft"
nc apply "$TMP/a.nft" || exit 1
nc attach s0

cat >"$TMP/sink.py" <<'END'
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 25)
try: s.setsockopt(socket.SOL_SOCKET, 33, 1 << 25)
except OSError: pass
s.bind(("", 1001)); s.settimeout(2)
n = 0
try:
    while True:
        s.recv(100); n += 1
        open(sys.argv[1] + ".on", "w") if n == 1 else None
except socket.timeout:
    pass
open(sys.argv[1], "w").write(str(n))
END
cat >"$TMP/source.py" <<'END'
import os, socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
n = 0
while not os.path.exists(sys.argv[1]):
    for i in range(20):
        s.sendto(b"x" * 20, ("10.1.0.2", 1000))
        s.sendto(b"y" * 20, ("10.1.0.2", 1001))
        n += 1
    time.sleep(0.001)
open(sys.argv[1] + ".sent", "w").write(str(n))
END

flow() { # traffic begins
	rm -f "$TMP"/stop* "$TMP"/got*
	background "$S" $PYTHON "$TMP/sink.py" "$TMP/got"
	sink=$LAST
	wait_for "inside $S ss -lun | grep -q :1001"
	background "$C" $PYTHON "$TMP/source.py" "$TMP/stop"
	source=$LAST
	wait_for "[ -e $TMP/got.on ]"
}

# The source stands still while its packets are compared: reading three counters is not atomic.
count_mixed() {
	kill -STOP $source
	sleep 0.05
	read -r x y z < <(nc list ruleset | grep '"b-[123]"' | sed 's/.*packets \([0-9]*\).*/\1/' | tr '\n' ' ')
	[ "$x" = "$y" ] && [ "$y" = "$z" ] || { mixed=$((mixed + 1)); echo "# $x $y $z"; }
	kill -CONT $source
}

settle() { # CHANGES DONE: traffic ends
	touch "$TMP/stop"
	wait $source
	wait $sink
	is "$1 succeed" "$2" "${1%% *}"
	is "no packet is judged by a mixture" $mixed 0
	sent=$(cat "$TMP/stop.sent")
	echo "# $sent packets to each port"
	[ "$sent" -gt 1000 ]
	ok "while packets flow"
	is "no packet that both rulesets accept is lost" "$(cat "$TMP/got")" "$sent"
	is "its rule counted every one, through all generations" "$(counted both)" $((sent + before))
}

alternate() { # A B ROUNDS DESCRIPTION: B is left
	local fine=0 i r
	mixed=0
	before=$(counted both)
	flow
	for i in $(seq "$3"); do
		for r in "$1" "$2"; do
			nc apply "$TMP/$r.nft" && fine=$((fine + 1))
			sleep 0.005
		done
		((i % ($3 / 10) == 0)) && count_mixed
	done
	settle "$4" $fine
}

alternate a b 100 "200 applies"
alternate A B 10 "20 applies of ten thousand rules"

# The first of the ten thousand becomes another one, and what it was.
handle=$(nc -a list ruleset | grep 'dport 2000 ' | sed 's/.*handle //')
fine=0
mixed=0
before=$(counted both)
flow
for i in $(seq 20); do
	nc replace rule netdev f in handle "$handle" ip daddr 172.16.0.0/16 drop && fine=$((fine + 1))
	nc replace rule netdev f in handle "$handle" ip saddr 172.16.0.0 udp dport 2000 counter drop && fine=$((fine + 1))
	((i % 2 == 0)) && count_mixed
done
settle "40 edits of one rule among ten thousand" $fine
is "one generation is left" "$(find /sys/fs/bpf/netctl -name 'gen-*' -path "*net-*" 2>/dev/null | wc -l | awk '{ print ($1 >= 1) }')" 1
finish
