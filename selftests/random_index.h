/* SPDX-License-Identifier: GPL-2.0-only */
/* Random chains of many rules over addresses, ports and protocol, and frames drawn from the rules and their edges. */
#ifndef NETCTL_SELFTESTS_RANDOM_INDEX_H
#define NETCTL_SELFTESTS_RANDOM_INDEX_H

#include <stdbool.h>

#include "compile/look.h"
#include "frame.h"

/* How values are chosen: what is likely, and what is hard to tell apart. */
enum index_layout {
	LAYOUT_MEAN,
	LAYOUT_NESTED, /* prefixes of all lengths of one address */
	LAYOUT_LIST,   /* few addresses, many ports */
	LAYOUT_WIDE,   /* ranges that share no prefix */
	LAYOUT_HOSTS,  /* whole addresses and ports */
	_LAYOUT_MAX
};

/* What a rule asks, as far as frames are drawn from it. Numbers are not shifted. */
struct index_rule {
	int family;	  /* 4, 6; 0: both */
	uint8_t protocol; /* 0: any */
	struct nc_interval saddr, daddr, sport, dport;
};

struct index_ruleset {
	enum index_layout layout;
	bool plain;    /* rules are intervals and a verdict, and nothing else */
	bool rewrites; /* rules rewrite headers */
	bool egress;
	unsigned n; /* of the base chain's rules */
	struct index_rule *rules;
};

/* The ruleset's text, one rule a line; fills in rules. The caller frees both. */
char *random_index(struct index_ruleset *ruleset);
/* A frame: between two rules in some of its fields, sometimes spoiled. context: struct index_ruleset */
struct frame random_index_frame(void *context);

/* One that is whole: its family and fields too, as the index is asked for them. */
struct frame random_index_packet(const struct index_ruleset *ruleset, enum nc_family *ret_family,
				 nc_num ret[_NC_DIM_MAX]);

#endif
