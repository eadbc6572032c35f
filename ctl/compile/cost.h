/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a ruleset costs: lookups of packets, on the mean and at worst; memory; rules that no packet can match. Pure, and bounded: a
 * second or two at 100,000 rules. Times are estimates, from what single parts were measured to take.
 */
#ifndef NETCTL_COMPILE_COST_H
#define NETCTL_COMPILE_COST_H

#include "compile/kept.h"
#include "compile/look.h"

/* ns: an empty chain, a lookup, and a step; what a lookup is made of is in look.h. */
#define NC_COST_EMPTY  20
#define NC_COST_LOOKUP 10
#define NC_COST_STEP   5

/* Families that are looked up in more than one way. */
#define NC_COST_FAMILIES NC_FAMILY_OTHER

/* A packet and what it takes. */
struct nc_cost_packet {
	nc_num value[_NC_DIM_MAX]; /* left-justified in 128 bits */
	unsigned lookups, levels, probes, rules;
	unsigned ns;
};

struct nc_cost_family {
	uint32_t rules;	 /* that can match its packets */
	unsigned tables; /* the rest is of indexed chains */
	unsigned words;	 /* of a row of bits */
	double lookups, levels, probes, compared,
		ns;		       /* the mean of packets out of rules and from anywhere */
	struct nc_cost_packet worst;   /* the most expensive that was found */
	uint64_t most_probes, most_ns; /* no packet takes more */
	uint32_t longest_list;	       /* rules of one key, gone through one by one, the longest: */
	uint32_t list_first, list_last; /* its ends, as rules of the chain */
};

struct nc_cost_chain {
	const struct nc_kept_chain *kept;
	struct nc_cost_family family[NC_COST_FAMILIES];
	uint32_t lookups; /* INDEX steps: a packet makes no more lookups in the chain */
};

/* A rule that no packet gets to match. */
struct nc_cost_dead {
	const struct nc_rule *rule;
	const struct nc_rule *by
		[4]; /* some of the rules before it that take its packets; by[0] NULL: its tests contradict */
	unsigned n_by; /* of all */
};

struct nc_cost_set {
	const struct nc_set *set;
	size_t elements, keys;
	size_t bytes; /* of all keys */
};

struct nc_cost {
	NC_VEC(struct nc_cost_chain) chains;
	NC_VEC(struct nc_cost_dead) dead;
	NC_VEC(struct nc_cost_set) sets;
	uint32_t
		not_searched; /* rules for which it took too long to find out whether they are dead */
	bool rewrites; /* then dead rules were not looked for, but for those that contradict themselves */
	size_t steps, index, tables; /* bytes; tables: rules, chains and logs by number */
	size_t counters;	     /* bytes for each CPU */
};

/* Of an image that was compiled with NC_COMPILE_COST. 0 or -ENOMEM. */
int nc_cost_read(const struct nc_image *image, struct nc_cost *ret);
void nc_cost_free(struct nc_cost *cost);

/* shade.c: append dead rules of a chain; work: what may be spent still, in comparisons. */
int nc_cost_find_dead(const struct nc_image *image, const struct nc_kept_chain *kept,
		      uint64_t *work, struct nc_cost *cost);
/* bound.c: most_probes and most_ns of one lookup, longest_list. 0 or -ENOMEM. */
int nc_cost_bound(const struct nc_image *image, const struct nc_index *index, enum nc_family family,
		  struct nc_cost_family *cost);

#endif
