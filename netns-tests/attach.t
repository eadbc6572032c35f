#!/bin/bash
# Attaching and detaching: modes, foreign programs, devices that come and go, and that nothing is left behind.
. "$(dirname "$0")/lib.sh"
pair

programs() { bpftool prog show 2>/dev/null | grep -cE 'name nc_'; }
pins() { find /sys/fs/bpf/netctl 2>/dev/null | wc -l; }
before_programs=$(programs)
before_pins=$(pins)

nc attach s0
ok "attach"
is "native by default on veth" "$(status "h['mode']")" native
is "alone on the hook, as this kernel allows, or in a dispatcher" \
	"$(status "h['chaining'] in ('single', 'dispatcher')")" True
id=$(status "h['program_id']")
nc attach s0
ok "attaching twice is harmless"
is "the same program stays" "$(status "h['program_id']")" "$id"
like "ip link shows it" "$(ip -n "$S" -d link show s0)" "xdp"
inside "$C" ping -c 2 -i 0.2 -W 1 10.1.0.2 >/dev/null
ok "packets pass without a ruleset"
is "counted as no-ruleset" "$(status "h['reasons']['no-ruleset'] >= 2")" True
nc attach s0 mode generic
ok "another mode by hand"
is "generic" "$(status "h['mode']")" generic
nc detach s0
ok "detach"
nc detach s0 2>"$TMP/err"
is "detaching twice is an error" $? 1
like "that says so" "$(cat "$TMP/err")" "not attached"

nc attach lo
ok "lo has no native XDP: auto falls back"
like "and says so" "$(nc detach lo; nc attach lo 2>&1)" "refuses native XDP.*generic"
nc attach lo mode native 2>"$TMP/err"
is "native on lo is refused" $? 1
nc detach --all
ok "detach --all"

nc attach nosuch 2>"$TMP/err"
is "an unknown device" $? 1
like "is named" "$(cat "$TMP/err")" "no interface 'nosuch'"

# A foreign program
foreign s0
ok "a foreign program on the device"
nc attach s0 2>"$TMP/err"
is "it is left alone" $? 1
like "and named, with the way to replace it" "$(cat "$TMP/err")" "id [0-9]+, name foreign, native mode.*--replace"
like "it is still there" "$(ip -n "$S" -d link show s0)" "name foreign"
nc attach s0 --replace
ok "--replace takes its place"
is "ours is attached" "$(status "h['state']")" attached
foreign s0
is "a program that takes our place is shown" "$(status "h['state']")" replaced
nc attach s0 --replace
ok "and replaced in turn"
nc detach s0

# tc egress
for force in "" 1; do
	export NETCTL_FORCE_CLSACT=$force
	[ -n "$force" ] || unset NETCTL_FORCE_CLSACT
	nc attach s0 hook egress
	ok "egress${force:+ by clsact}"
	mode=$(status "h['mode']")
	like "is at tc: $mode" "$mode" "^(tcx|clsact)$"
	inside "$C" ping -c 2 -i 0.2 -W 1 10.1.0.2 >/dev/null
	ok "packets leave"
	is "and are counted" "$(status "h['packets'] >= 2")" True
	nc detach s0 hook egress
	ok "egress detached"
	is "no qdisc stays" "$(tc -n "$S" qdisc show dev s0 | grep -c clsact)" 0
done
unset NETCTL_FORCE_CLSACT

# Devices that vanish, come back, are renamed
nc attach s0
ip -n "$S" link set s0 down
ip -n "$S" link set s0 name s9
is "a renamed device keeps its program" "$(status "(d['devices'][0]['device'], h['state'])")" "('s9', 'attached')"
ip -n "$S" link del s9
is "a device that is gone" "$(status "h['state']")" vanished
ip link add c0 netns "$C" type veth peer name s0 netns "$S"
is "and made anew is not attached" "$(status "h['state'], 'recreated_ifindex' in h")" "vanished True"
nc attach s0
ok "attach it again"
is "the old record is gone" "$(nc -j status | $PYTHON -c 'import json,sys; print(len(json.load(sys.stdin)["devices"]))')" 1
nc detach --all

# A device under a ruleset: gone, it does not keep the rest from being changed; back, attaching enforces the rules on it.
nc -f - <<'END'
table netdev f {
	chain in {
		type filter hook ingress devices = { "s0", "lo" } priority 0; policy accept;
		udp dport 99 counter drop comment "kept"
	}
}
END
ip -n "$S" link del s0
nc add rule netdev f in udp dport 98 drop 2>"$TMP/err"
ok "rules can be changed while a device is gone"
like "with a warning" "$(cat "$TMP/err")" "Warning: interface 's0' is not there any more"
like "status says so" "$(nc status 2>&1)" "not enforced on s0"
ip link add c0 netns "$C" type veth peer name s0 netns "$S"
ip -n "$S" addr add 10.1.0.2/24 dev s0
ip -n "$C" addr add 10.1.0.1/24 dev c0
ip -n "$C" link set c0 up
ip -n "$S" link set s0 up
nc attach s0
ok "attach the new one"
wait_for "inside $C ping -c 1 -W 1 10.1.0.2"
udp 99 3
is "the rules are enforced on it" "$(counted kept)" 3
nc flush ruleset
nc detach --all

# Others on this machine may load and unload theirs meanwhile.
wait_for '[ "$(programs)" -le "$before_programs" ]'
ok "no program is left"
is "no pin is left" "$(pins)" "$before_pins"
finish
