/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside compile: boxes sorted into tables, between tuples.c that sorts them and tables.c that writes them down. */
#ifndef NETCTL_COMPILE_TUPLES_H
#define NETCTL_COMPILE_TUPLES_H

#include "compile/index.h"

/* What makes a table. */
struct nc_tuple_levels {
	uint8_t level[_NC_DIM_MAX];
	bool reads_th; /* tables are all one or the other */
};

/* A box in its table; a box whose ports are split is there several times. */
struct nc_tuple_member {
	const struct nc_box *box;
	__u64 addr[4], rest; /* its key */
	uint32_t table;
	uint32_t slot;
};

struct nc_tuple_table {
	struct nc_tuple_levels levels;
	struct nc_table_masks mask;
	uint32_t least, n;
};

struct nc_tuple_space {
	struct nc_image *image;
	const struct nc_tuples_in *in;
	NC_VEC(struct nc_tuple_table) tables;
	NC_VEC(struct nc_tuple_member) members;
	int words; /* of addresses in a key: 1 or 4 */
};

/* Bits that all values of an interval begin with, at most bits. */
unsigned nc_prefix_length(const struct nc_interval *in, unsigned bits);
/* The first bits of an address, as two words. */
void nc_mask_address(__u64 mask[2], unsigned bits);
bool nc_tuple_same_key(const struct nc_tuple_space *space, const struct nc_tuple_member *a,
		       const struct nc_tuple_member *b);
uint64_t nc_tuple_hash(const struct nc_tuple_space *space, const struct nc_tuple_member *member,
		       uint64_t seed);

/* The table of such levels; one without rules is made if there is none. 0 or -ENOMEM. */
int nc_tuples_find_table(struct nc_tuple_space *space, const struct nc_tuple_levels *levels,
			 uint32_t *ret);
/*
 * Merge tables until there are so many that have rules, or none is above another; those that lost theirs stay, with n = 0. 0 or
 * -ENOMEM.
 */
int nc_tuples_merge(struct nc_tuple_space *space, size_t most);

/* Append the tables, their slots and rules, and the tries that tell them apart. 0 or -errno, as nc_units_push(). */
int nc_tables_emit(struct nc_tuple_space *space, struct nc_index *ret);

#endif
