/* SPDX-License-Identifier: GPL-2.0-only */
/* The one table of where extracted fields are. Called by operand.c. */
#include "compile/place.h"

/* A field of width bytes at a byte of its slot, which ends need bytes behind base. */
#define PLACE(SLOT, byte, width, BASE, bytes)                                                      \
	{                                                                                          \
		NC_SLOT_##SLOT, 64 - 8 * ((byte) + (width)), NC_BASE_##BASE, bytes, 0              \
	}
#define WIDE(SLOT, BASE, bytes)                                                                    \
	{                                                                                          \
		NC_SLOT_##SLOT, 0, NC_BASE_##BASE, bytes, 0                                        \
	}
#define SPORT PLACE(L4, 2, 2, TH, 1 + 2)
#define DPORT PLACE(L4, 4, 2, TH, 1 + 4)

/* Offsets: IEEE 802.3, 802.1Q; RFC 791, 8200, 9293, 768, 792, 4443. need 0: not extracted. */
static const struct nc_place_in places[_NC_FIELD_MAX] = {
	[NC_FIELD_ETHER_DADDR] = PLACE(ETHER_DADDR, 0, 6, LINK, 6),
	[NC_FIELD_ETHER_SADDR] = PLACE(ETHER_SADDR, 0, 6, LINK, 12),
	[NC_FIELD_ETHER_TYPE] = PLACE(ETHER_SADDR, 6, 2, LINK, 14),
	[NC_FIELD_VLAN_ID] = PLACE(VLAN, 0, 2, LINK, 16),
	[NC_FIELD_VLAN_TYPE] = PLACE(VLAN, 2, 2, LINK, 18),
	[NC_FIELD_META_PROTOCOL] = PLACE(L3, 0, 2, ALWAYS, 1),
	[NC_FIELD_META_L4PROTO] = PLACE(L4, 0, 1, TH, 1),
	[NC_FIELD_IP_SADDR] = PLACE(SADDR, 0, 4, IP, 16),
	[NC_FIELD_IP_DADDR] = PLACE(DADDR, 0, 4, IP, 20),
	[NC_FIELD_IP_PROTOCOL] = PLACE(L3, 2, 1, IP, 10),
	[NC_FIELD_IP6_SADDR] = WIDE(SADDR, IP6, 24),
	[NC_FIELD_IP6_DADDR] = WIDE(DADDR, IP6, 40),
	[NC_FIELD_IP6_NEXTHDR] = PLACE(L3, 2, 1, IP6, 7),
	[NC_FIELD_TH_SPORT] = SPORT,
	[NC_FIELD_TH_DPORT] = DPORT,
	[NC_FIELD_TCP_SPORT] = SPORT,
	[NC_FIELD_TCP_DPORT] = DPORT,
	[NC_FIELD_TCP_FLAGS] = PLACE(L4, 1, 1, TH, 1 + 14),
	[NC_FIELD_UDP_SPORT] = SPORT,
	[NC_FIELD_UDP_DPORT] = DPORT,
	[NC_FIELD_UDPLITE_SPORT] = SPORT,
	[NC_FIELD_UDPLITE_DPORT] = DPORT,
	[NC_FIELD_SCTP_SPORT] = SPORT,
	[NC_FIELD_SCTP_DPORT] = DPORT,
	[NC_FIELD_DCCP_SPORT] = SPORT,
	[NC_FIELD_DCCP_DPORT] = DPORT,
	[NC_FIELD_ICMP_TYPE] = PLACE(L4, 2, 1, TH, 1 + 1),
	[NC_FIELD_ICMP_CODE] = PLACE(L4, 3, 1, TH, 1 + 2),
	[NC_FIELD_ICMPV6_TYPE] = PLACE(L4, 2, 1, TH, 1 + 1),
	[NC_FIELD_ICMPV6_CODE] = PLACE(L4, 3, 1, TH, 1 + 2),
	[NC_FIELD_IGMP_TYPE] = PLACE(L4, 2, 1, TH, 1 + 1),
};

bool nc_field_place(enum nc_field field, unsigned depth, struct nc_place_in *ret)
{
	struct nc_place_in place = places[field];

	if (!place.need)
		return false;
	/* The second tag's fields are one tag further: four bytes. */
	if (place.slot == NC_SLOT_VLAN) {
		place.shift -= depth * 32;
		place.need += depth * 4;
	}
	place.bits = nc_field_bits(field);
	*ret = place;
	return true;
}

struct nc_place_in nc_acc_place(unsigned bits)
{
	return (struct nc_place_in){
		.slot = bits > 64 ? NC_SLOT_ACC : NC_SLOT_ACC_LOW,
		.base = NC_BASE_ALWAYS,
		.need = 1,
		.bits = bits,
	};
}
