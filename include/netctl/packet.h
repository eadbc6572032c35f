/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packet as the classifier sees it: header fields extracted once, at fixed places.
 *
 * A field sits in a slot of eight bytes, in network byte order exactly as on the wire, and every byte
 * of a slot that is not (or not wholly) in the frame is zero. A test on a field is a masked
 * comparison of its slot, read as one big-endian number: neighbouring fields of one slot
 * can be compared at once.
 */
#ifndef NETCTL_PACKET_H
#define NETCTL_PACKET_H

#include <linux/types.h>

/* Bytes are numbered from the left, the most significant byte of the big-endian number first. */
enum nc_slot {
	NC_SLOT_ETHER_DADDR, /* 0-5 destination address; 6-7 zero */
	NC_SLOT_ETHER_SADDR, /* 0-5 source address; 6-7 EtherType field of the Ethernet header */
	NC_SLOT_VLAN,	     /* link-layer bytes 14-21: TCI, type, TCI, type of up to two tags */
	NC_SLOT_L3,	     /* 0-1 protocol (what follows the outermost tag: nft "meta protocol");
				 * 2 IPv4 protocol or IPv6 next header field; 3-7 zero */
	NC_SLOT_SADDR,	     /* IPv4: 0-3 source address, 4-7 zero; IPv6: first half */
	NC_SLOT_SADDR_LOW,   /* IPv6: second half */
	NC_SLOT_DADDR,	     /* as NC_SLOT_SADDR, for the destination address */
	NC_SLOT_DADDR_LOW,
	NC_SLOT_L4,	 /* 0 transport protocol (nft "meta l4proto"); 1 transport header byte 13
				 * (TCP flags); 2-5 transport header bytes 0-3 (ports; ICMP type and
				 * code); 6-7 zero */
	NC_SLOT_ACC,	 /* the accumulator: a number of 128 bits, upper half; what loads leave */
	NC_SLOT_ACC_LOW, /* lower half */
	NC_SLOT_KEY,	 /* eight slots: the key of a rich set, in the order of its parts */
	_NC_SLOT_MAX = NC_SLOT_KEY + 8
};

#define NC_KEY_BYTES 64

/*
 * How much of the packet can be loaded, counted from each base. A test names a base and the bytes it
 * needs there; where avail[base] is smaller the test does not match, whatever its operator
 * (nft: an expression that cannot be loaded ends the rule).
 */
enum nc_base {
	NC_BASE_ALWAYS, /* any number: for steps that need nothing, or find out themselves */
	NC_BASE_LINK,	/* bytes of the frame, from the Ethernet header on */
	NC_BASE_NH,	/* bytes from the network header on, whatever the protocol */
	NC_BASE_IP,	/* bytes from the IPv4 header on; 0 when the protocol is not IPv4 */
	NC_BASE_IP6,	/* bytes from the IPv6 header on; 0 when the protocol is not IPv6 */
	NC_BASE_TH,	/* 1 + bytes from the transport header on; 1 for a non-first fragment, whose
			 * protocol alone is known; 0 when there is no transport protocol */
	_NC_BASE_MAX
};

#endif
