/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values of header fields: how they are chosen, written in nft's words, and remembered, so that frames are drawn near them.
 * Values are numbers in host order, of up to 128 bits.
 */
#ifndef NETCTL_ORACLE_VALUE_H
#define NETCTL_ORACLE_VALUE_H

#include <stdbool.h>

typedef unsigned __int128 value_t;

enum type {
	T_INT,
	T_ETHER,
	T_ETYPE,
	T_IP,
	T_IP6,
	T_PROTO,
	T_PORT,
	T_MARK,
	T_DSCP,
	T_ECN,
	T_TCPFLAG,
	T_ICMPTYPE,
	T_ICMPCODE,
	T_ICMPV6TYPE,
	T_ICMPV6CODE,
	T_IGMPTYPE,
	T_ARPOP,
	T_DCCPTYPE,
	T_MHTYPE,
	T_PKTTYPE,
	T_IFNAME,
	T_IFINDEX,
	T_IFTYPE,
	T_IFGROUP,
	T_BOOL,
	_T_MAX
};

/* Where a field's values are remembered: one pool a type, for plain integers one a field. */
#define POOLS (_T_MAX + 256)

struct span {
	value_t lo, hi;
};

/* nft's name of the type; NULL: it has none, sets need typeof. */
const char *type_name(enum type type);
/* Are <, > and ranges meaningful? */
bool type_ordered(enum type type);
bool type_has_prefix(enum type type);

void values_forget(void);
/* A value for a rule; remembered in the pool. */
value_t value_new(enum type type, unsigned pool, unsigned bits);
/* A value for a frame: near a remembered one, a usual one, or any. */
value_t value_near(enum type type, unsigned pool, unsigned bits);
void value_remember(unsigned pool, value_t value);
/* At most max disjoint spans in rising order, single values unless ranges are asked for. */
unsigned value_spans(enum type type, unsigned pool, unsigned bits, bool ranges, struct span *spans,
		     unsigned max);
value_t value_max(unsigned bits);
/* In nft's words, in the arena. */
const char *value_print(enum type type, unsigned bits, value_t value);
const char *span_print(enum type type, unsigned bits, struct span span);

#endif
