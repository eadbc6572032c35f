/* SPDX-License-Identifier: GPL-2.0-only */
/* The fields that rules can read: where they stand in a header, and of what type they are. */
#ifndef NETCTL_ORACLE_FIELD_H
#define NETCTL_ORACLE_FIELD_H

#include "feature.h"
#include "value.h"

/* In the order in which rules ask for them. */
enum header {
	H_META,
	H_ETHER,
	H_VLAN,
	H_ARP,
	H_IP,
	H_IPOPT_RR, /* IPv4 options (RFC 791) */
	H_IPOPT_LSRR,
	H_IPOPT_RA,
	H_IP6,
	H_HBH, /* IPv6 extension headers (RFC 8200) */
	H_RT,
	H_FRAG,
	H_DST,
	H_MH,
	H_AH,
	H_ESP,
	H_COMP,
	H_ICMP,
	H_ICMPV6,
	H_IGMP,
	H_TCP,
	H_OPT_MSS, /* TCP options (RFC 9293, 7323, 2018) */
	H_OPT_WSCALE,
	H_OPT_SACKPERM,
	H_OPT_SACK,
	H_OPT_TS,
	H_OPT_UNKNOWN, /* kind 77 */
	H_UDP,
	H_UDPLITE,
	H_SCTP,
	H_CHUNK_DATA, /* SCTP chunks (RFC 9260) */
	H_CHUNK_INIT,
	H_DCCP,
	H_TH,
	_H_MAX
};

enum field_flag {
	FIELD_NAMES = 1,   /* names what follows: a free value contradicts the rest of the rule */
	FIELD_SHAPE = 2,   /* lengths and versions: writing to it makes the frame malformed */
	FIELD_SET = 4,	   /* can be written by a rule */
	FIELD_NOWHERE = 8, /* not in the frame at a fixed place */
	FIELD_RARE = 16,
};

struct field {
	const char *text;
	enum header header;
	unsigned short at, bits; /* in bits from the header's begin */
	enum type type;
	enum feature feature;
	unsigned flags;
};

extern const struct field fields[];
extern const unsigned fields_n;

/* What a rule or a frame is about. Headers: H_META stands for none. */
struct theme {
	bool vlan;
	enum header l3, l4;
};

struct theme theme_random(void);
bool theme_has(struct theme theme, enum header header);
bool header_is_l4(enum header header);
const struct field *field_named(const char *text);
unsigned field_pool(const struct field *field);

#endif
