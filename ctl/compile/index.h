/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside compile: building the index (netctl/index.h). */
#ifndef NETCTL_COMPILE_INDEX_H
#define NETCTL_COMPILE_INDEX_H

#include "compile/box.h"

/* An interval of one dimension in which a table has rules. */
struct nc_reach {
	struct nc_interval interval;
	uint32_t table; /* below NC_TABLES_MAX */
};

typedef NC_VEC(struct nc_reach) nc_reaches;

/* Append units, all zero, to the index: where the first is. 0, -ENOMEM, or -E2BIG above NC_UNITS_MAX. */
int nc_units_push(struct nc_image *image, size_t n, uint32_t *ret);
/* The same from the beginning of a cache line on. */
int nc_units_push_lines(struct nc_image *image, size_t n, uint32_t *ret);
/* What is at a unit. Valid until the next are appended. */
static inline void *nc_unit_at(const struct nc_image *image, uint32_t unit)
{
	return &image->index.v[unit];
}

/* Nodes on a way through the trie of a dimension. */
static inline unsigned nc_trie_levels(enum nc_dim dim, enum nc_family family)
{
	if (dim == NC_DIM_PROTO)
		return NC_TRIE_LEVELS_PROTO;
	if (dim >= NC_DIM_SPORT)
		return NC_TRIE_LEVELS_PORT;
	return family == NC_FAMILY_IP ? NC_TRIE_LEVELS_IP : NC_TRIE_LEVELS_IP6;
}

/*
 * The trie over intervals in a dimension, with rows of so many words: its root entry. 0 or -errno, as nc_units_push().
 */
int nc_trie_build(struct nc_image *image, const nc_reaches *reaches, enum nc_dim dim,
		  enum nc_family family, unsigned words, __u64 *ret_root);

/* A chain's rules of one family. */
struct nc_tuples_in {
	enum nc_family family;
	const struct nc_box *const *boxes; /* in the order of the rules */
	size_t n;
	const struct nc_boxed *rules;	     /* by box.rule */
	const struct nc_index_rule *records; /* likewise: what a match leads to */
};

/* Append tables, slots, rules and tries for them; ret: all but verdict. 0 or -errno, likewise. */
int nc_tuples_build(struct nc_image *image, const struct nc_tuples_in *in, struct nc_index *ret);

#endif
