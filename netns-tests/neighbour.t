#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# "fwd ip to ADDRESS": the same frames through nft and netctl come out the same, with one hop less; what cannot be sent on goes on or
# is dropped as there.
. "$(dirname "$0")/lib.sh"

command -v nft tcpdump >/dev/null || skip_all "needs nft and tcpdump"
space R
inside "$R" nft 'add table netdev t; add chain netdev t c { type filter hook ingress device "lo" priority 0; }; delete table netdev t' 2>/dev/null ||
	skip_all "no nftables in family netdev"
for link in a b; do
	ip -n "$R" link add "${link}0" type veth peer name "${link}1"
	ip -n "$R" link set "${link}1" up
	inside "$R" sysctl -qw "net.ipv6.conf.${link}1.disable_ipv6=1"
	ip -n "$R" link set "${link}0" up
done
ip -n "$R" link set a0 address 02:00:00:00:00:0a
ip -n "$R" neigh add 192.0.2.1 lladdr 02:00:00:00:00:99 dev b0 nud permanent
ip -n "$R" -6 neigh add fe80::1 lladdr 02:00:00:00:00:98 dev b0 nud permanent

send() {
	inside "$R" "$PYTHON" - <<-'END'
		import socket
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(('a1', 0))
		ether = bytes.fromhex('02000000000a020000000001')
		# Checksums that carry. Without a hop left, kernels differ.
		for ttl, check in (0x40, 0x66c6), (0x40, 0xfeff), (0x40, 0xffff):
		    header = '450000240001000%d%02x11%04x0a0000010a000002' % (0, ttl, check)
		    s.send(ether + b'\x08\x00' + bytes.fromhex(header + '00010002001000006162636465666768'))
		s.send(ether + b'\x86\xdd' + bytes.fromhex('6000000000081140' + '00' * 15 + '01' + '20010db8' + '00' * 11 + '02' + '0001000200080000'))
		s.send(ether + b'\x08\x00' + bytes.fromhex('450000240001000040110000'))
	END
}

through() { # COMMAND: what comes out, and what the rules have counted
	inside "$R" "$@" 'add table netdev t; add chain netdev t c { type filter hook ingress device "a0" priority 0; }; add rule netdev t c counter fwd ip to 192.0.2.1 device "b0"; add rule netdev t c counter fwd ip6 to fe80::1 device "b0"; add rule netdev t c counter' 2>/dev/null
	: >"$TMP/started"
	ip netns exec "$R" tcpdump -ni b1 -xx -t -l 'ether dst 02:00:00:00:00:99 or ether dst 02:00:00:00:00:98' 2>"$TMP/started" >"$TMP/dump" &
	_pids+=($!)
	wait_for "grep -q listening '$TMP/started'"
	send
	wait_for "[ \"\$(grep -ac 0x0000: '$TMP/dump')\" -ge 4 ]"
	sleep 0.3
	kill "${_pids[-1]}"
	wait "${_pids[-1]}" 2>/dev/null
	grep -a 0x "$TMP/dump"
	inside "$R" "$@" list ruleset | grep -o 'counter packets [0-9]*'
	inside "$R" "$@" flush ruleset
}

nft=$(through nft)
is "four frames came out of nft" "$(grep -c 0x0000: <<<"$nft")" 4
is "of netctl the same, byte for byte, with the same counts" "$(through "$NETCTL")" "$nft"
finish
