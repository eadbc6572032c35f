# shellcheck shell=bash
# What the namespace tests share: TAP, namespaces with random names that go away whatever happens, netctl inside them.
# Source it first. Everything is done in namespaces that the test made.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
B=${B:-build}
NETCTL=$PWD/$B/netctl
PYTHON=/usr/bin/python3
TAG=nc$$-$RANDOM
TMP=$(mktemp -d)
export NO_COLOR=1

_n=0
_spaces=()
_pids=()

skip_all() { # REASON
	echo "1..0 # SKIP $*"
	exit 0
}

[ "$(id -u)" = 0 ] || skip_all "needs root"
[ -x "$NETCTL" ] || skip_all "no $NETCTL"
ip netns add "$TAG-probe" 2>/dev/null || skip_all "network namespaces are not to be had"
ip netns del "$TAG-probe"

ok() { # DESCRIPTION: the last command succeeded
	local status=$?
	_n=$((_n + 1))
	if [ $status -eq 0 ]; then
		echo "ok $_n - $1"
	else
		echo "not ok $_n - $1"
	fi
	return $status
}

is() { # DESCRIPTION GOT WANTED
	_n=$((_n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $_n - $1"
	else
		echo "not ok $_n - $1"
		printf '%s\n' "got:    $2" "wanted: $3" | sed 's/^/# /'
	fi
}

like() { # DESCRIPTION GOT REGEX
	_n=$((_n + 1))
	if grep -qE -- "$3" <<<"$2"; then
		echo "ok $_n - $1"
	else
		echo "not ok $_n - $1"
		printf '%s\n' "got:    $2" "wanted: $3" | sed 's/^/# /'
	fi
}

finish() {
	echo "1..$_n"
	exit 0
}

space() { # VARIABLE: a new namespace with lo up; its name in VARIABLE
	local name=$TAG-${#_spaces[@]}
	ip netns add "$name" && ip -n "$name" link set lo up || exit 1
	_spaces+=("$name")
	printf -v "$1" '%s' "$name"
}

inside() { # NAMESPACE COMMAND...
	ip netns exec "$@"
}

# Two namespaces, a client and a server behind a veth pair, addressed: $C and $S, interfaces c0 and s0.
pair() {
	space C
	space S
	ip link add c0 netns "$C" type veth peer name s0 netns "$S" || exit 1
	ip -n "$C" addr add 10.1.0.1/24 dev c0
	ip -n "$S" addr add 10.1.0.2/24 dev s0
	ip -n "$C" addr add fd00:1::1/64 dev c0 nodad
	ip -n "$S" addr add fd00:1::2/64 dev s0 nodad
	ip -n "$C" link set c0 up
	ip -n "$S" link set s0 up
	wait_for "inside $C ping -c 1 -W 1 10.1.0.2" >/dev/null || exit 1
	wait_for "inside $C ping -c 1 -W 1 fd00:1::2" >/dev/null || exit 1
}

# A second pair, $NCLIENT and $NS, in whose server nft does what netctl does in the first one's.
twins() {
	pair
	NS=$S NCLIENT=$C
	pair
}

nf() { # nft in the second server's namespace
	inside "$NS" nft "$@"
}

both() { # COMMAND...: netctl and nft must do it
	nc "$@" && nf "$@"
}

both_refuse() { # COMMAND...
	! nc "$@" 2>/dev/null && ! nf "$@" 2>/dev/null
}

burst() { # PORT COUNT: to both servers
	udp "$1" "$2"
	C=$NCLIENT udp "$1" "$2"
}

# nft breaks the lines of elements elsewhere; what is left of times is not the same twice.
flat() {
	tr -s ' \t\n' ' ' | sed -E 's/ expires [0-9a-z]+//g'
}

same() { # DESCRIPTION COMMAND...: both print the same, but for line breaks
	local what=$1
	shift
	is "$what" "$(nc "$@" 2>&1 | flat)" "$(nf "$@" 2>&1 | flat)"
}

nc() { # netctl in the server's namespace
	inside "$S" "$NETCTL" "$@"
}

store() { # where the pins of the server's namespace are; of whatever ABI version
	local cookie
	cookie=$(inside "$S" $PYTHON -c 'import socket; print(int.from_bytes(socket.socket().getsockopt(1, 71, 8), "little"))')
	find /sys/fs/bpf/netctl -mindepth 2 -maxdepth 2 -name "net-$cookie" 2>/dev/null
}

held() { # SET: elements in the map of the set of that number, timed out or not
	"$(command -v bpftool || echo /usr/sbin/bpftool)" -j map dump pinned "$(echo "$(store)"/gen-*/set-"$1" | tr ' ' '\n' | tail -n 1)" |
		$PYTHON -c 'import json, sys; print(len(json.load(sys.stdin)))'
}

generations() { # how many generations the store holds
	local dir
	dir=$(store)
	find "${dir:-/nonexistent}" -maxdepth 1 -name 'gen-*' 2>/dev/null | wc -l
}

foreign() { # INTERFACE: put an XDP program that is not ours on it, whatever is there
	cat >"$TMP/foreign.c" <<-'END'
		__attribute__((section("xdp"), used)) int foreign(void *ctx) { return 2; }
		char _license[] __attribute__((section("license"), used)) = "GPL";
	END
	clang -target bpf -O2 -g -Wno-unused-parameter -c "$TMP/foreign.c" -o "$TMP/foreign.o" &&
		ip -n "$S" -force link set dev "$1" xdp obj "$TMP/foreign.o" sec xdp
}

wait_for() { # COMMAND: until it succeeds, ten seconds at most
	local i
	for ((i = 0; i < 100; i++)); do
		eval "$1" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	return 1
}

background() { # NAMESPACE COMMAND...: ended with the test; the command's own pid in $LAST
	# Not by the function above: the pid would be that of a shell that waits for it.
	ip netns exec "$@" >/dev/null 2>&1 &
	LAST=$!
	_pids+=("$LAST")
}

# A UDP burst from the client: PORT COUNT [ADDRESS]
udp() {
	inside "$C" $PYTHON - "$@" <<-'END'
		import socket, sys
		port, count = int(sys.argv[1]), int(sys.argv[2])
		to = sys.argv[3] if len(sys.argv) > 3 else "10.1.0.2"
		s = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM)
		for i in range(count):
		    s.sendto(b"%8d" % i, (to, port))
	END
}

# Raw frames, one in hex a line on standard input, from an interface: NAMESPACE INTERFACE
frames() {
	inside "$1" $PYTHON -c '
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
for line in sys.stdin:
    if line.strip():
        s.send(bytes.fromhex(line.split("#")[0].strip()))
' "$2"
}

# A number out of "netctl -j status": EXPRESSION over h, the first hook of the first device, in the server's namespace
status() {
	nc -j status | $PYTHON -c "import json, sys; d = json.load(sys.stdin); h = d['devices'][0]['hooks'][0]; print($1)"
}

# Packets of the rule whose comment is given
counted() {
	nc list ruleset | grep "comment \"$1\"" | sed -E 's/.*packets ([0-9]+).*/\1/'
}

cleanup() {
	local pid name
	trap - EXIT INT TERM
	for pid in "${_pids[@]}"; do
		kill "$pid" 2>/dev/null
	done
	wait 2>/dev/null
	for name in "${_spaces[@]}"; do
		ip netns exec "$name" "$NETCTL" flush ruleset >/dev/null 2>&1
		ip netns exec "$name" "$NETCTL" detach --all >/dev/null 2>&1
		ip netns del "$name" 2>/dev/null
	done
	rm -rf "$TMP"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
