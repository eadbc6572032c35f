#!/bin/bash
# Two hundred applies that alternate two rulesets, under traffic: no packet is judged by a mixture, and none that both accept
# is lost.
. "$(dirname "$0")/lib.sh"
pair

# In each ruleset all three counters see every packet to port 1000: one that met two rulesets would leave them unequal.
# A drops what B accepts and the reverse; port 1001 is accepted by both.
ruleset() { # NAME VERDICT
	cat <<-END
		table netdev f {
			chain first {
				type filter hook ingress device "s0" priority -10; policy accept;
				udp dport 1000 counter comment "$1-1"
			}
			chain in {
				type filter hook ingress device "s0" priority 0; policy accept;
				udp dport 1000 counter comment "$1-2"
				udp dport 1001 counter accept comment "both"
				udp dport 1000 counter $2 comment "$1-3"
			}
		}
	END
}
ruleset a drop >"$TMP/a.nft"
ruleset b accept >"$TMP/b.nft"
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
background "$S" $PYTHON "$TMP/sink.py" "$TMP/got"
sink=$LAST
wait_for "inside $S ss -lun | grep -q :1001"
background "$C" $PYTHON "$TMP/source.py" "$TMP/stop"
source=$LAST
wait_for "[ -e $TMP/got.on ]"

fine=0
mixed=0
for i in $(seq 100); do
	for r in a b; do
		nc apply "$TMP/$r.nft" && fine=$((fine + 1))
		sleep 0.005
	done
	# The source stands still while its packets are compared: reading three counters is not atomic.
	if ((i % 10 == 0)); then
		kill -STOP $source
		sleep 0.05
		read -r x y z < <(nc list ruleset | grep -o '"b-[123]"\|packets [0-9]*' | grep packets | cut -d' ' -f2 | tr '\n' ' ' | awk '{ print $1, $2, $4 }')
		[ "$x" = "$y" ] && [ "$y" = "$z" ] || { mixed=$((mixed + 1)); echo "# $x $y $z"; }
		kill -CONT $source
	fi
done
touch "$TMP/stop"
wait $source
wait $sink
is "two hundred applies succeed" $fine 200
is "no packet is judged by a mixture" $mixed 0
sent=$(cat "$TMP/stop.sent")
echo "# $sent packets to each port"
[ "$sent" -gt 1000 ]
ok "while packets flow"
is "no packet that both rulesets accept is lost" "$(cat "$TMP/got")" "$sent"
is "its rule counted every one, through all generations" "$(counted both)" "$sent"
is "one generation is left" "$(find /sys/fs/bpf/netctl -name 'gen-*' -path "*net-*" 2>/dev/null | wc -l | awk '{ print ($1 >= 1) }')" 1
finish
