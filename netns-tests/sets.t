#!/bin/bash
# Interval sets at work: what is joined, what a range of several prefixes counts and limits, what is left of what timed out. nft does
# the same in a second namespace.
. "$(dirname "$0")/lib.sh"
TAG=ncN${TAG#nc}
twins

# --- auto-merge
cat >"$TMP/merge.nft" <<'END'
table netdev f {
	set times { type ipv4_addr; flags interval,timeout; auto-merge; elements = { 10.0.0.0/24 timeout 1h, 10.0.1.0/24 }; }
	set counts { type ipv4_addr; flags interval; counter; auto-merge; elements = { 10.0.0.0-10.0.0.9 counter packets 5 bytes 6, 10.0.0.12, 10.0.3.0/24 counter packets 7 bytes 8 }; }
	set names { type ipv4_addr; flags interval; auto-merge; elements = { 10.0.1.0/24 comment "a", 10.0.3.0/24 comment "c", 10.0.9.9 comment "d" }; }
	set ends { type ipv4_addr; flags interval; auto-merge; elements = { 0.0.0.0-9.0.0.0, 255.255.255.255 }; }
}
END
both -f "$TMP/merge.nft"
same "neighbours are one element, with what the first one has" list ruleset
both add element netdev f counts '{ 10.0.0.3-10.0.0.5, 10.0.3.7 }'
same "what is there already changes nothing" list set netdev f counts
both add element netdev f counts '{ 10.0.0.10-10.0.0.11 }'
same "what grows is a new element, and others go on" list set netdev f counts
both add element netdev f names '{ 10.0.2.0/24 comment "b", 10.0.9.8/31 }'
same "with the comment of the new part" list set netdev f names
both add element netdev f times '{ 10.0.0.0/16 }'
same "and its timeout" list set netdev f times
both add element netdev f ends '{ 255.255.255.0/24, 9.0.0.1-10.0.0.0 }'
same "up to the last address" list set netdev f ends
both_refuse delete element netdev f ends '{ 5.0.0.0 }'
ok "a part of an element is not deleted"
both delete element netdev f ends '{ 0.0.0.0-9.0.0.0, 9.0.0.1-10.0.0.0 }'
same "but the whole is, in parts too" list set netdev f ends
finish
