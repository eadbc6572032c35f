/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fewer tables: rules of one go to another whose masks are narrower. Called by tuples.c, for chains that have more tables than a
 * row has bits to spare.
 */
#include "compile/tuples.h"

/* Is every test of a made by b as well, or a narrower one? How many bits are lost where b's rules go to a; -1: they cannot. */
static int bits_lost(const struct nc_tuple_space *space, const struct nc_tuple_levels *a,
		     const struct nc_tuple_levels *b)
{
	int lost = 0;

	if (a->reads_th != b->reads_th)
		return -1;
	for (enum nc_dim dim = 0; dim < _NC_DIM_MAX; dim++) {
		int bits = b->level[dim] - a->level[dim];

		if (bits < 0)
			return -1;
		/* An IPv6 address says as much in four bits as IPv4's in one. */
		lost += space->words == 4 && dim <= NC_DIM_DADDR ? bits / 4 : bits;
	}
	return lost;
}

/* The table nearest above another. lost: NONE_ABOVE where there is none. */
struct way_up {
	uint32_t into;
	int lost;
};

#define NONE_ABOVE (-1)

static struct way_up find_way_up(const struct nc_tuple_space *space, uint32_t from)
{
	struct way_up way = {.into = NC_NONE, .lost = NONE_ABOVE};

	for (uint32_t into = 0; into < space->tables.n; into++) {
		const struct nc_tuple_table *table = &space->tables.v[into];
		int lost = into == from || !table->n ? -1
						     : bits_lost(space, &table->levels,
								 &space->tables.v[from].levels);

		if (lost >= 0 && (way.lost == NONE_ABOVE || lost < way.lost))
			way = (struct way_up){.into = into, .lost = lost};
	}
	return way;
}

/* The table whose rules lose least; NC_NONE: none is above any. */
static uint32_t choose_table(const struct nc_tuple_space *space, const struct way_up *ways)
{
	uint64_t least = UINT64_MAX;
	uint32_t from = NC_NONE;

	for (uint32_t i = 0; i < space->tables.n; i++) {
		uint64_t cost;

		if (!space->tables.v[i].n || ways[i].lost == NONE_ABOVE)
			continue;
		cost = (uint64_t)space->tables.v[i].n * (unsigned)ways[i].lost;
		if (cost >= least)
			continue;
		least = cost;
		from = i;
	}
	return from;
}

/* Give a table's rules to the one above it. The members stay where they are. */
static void merge_table(struct nc_tuple_space *space, struct way_up *ways, uint32_t from)
{
	struct nc_tuple_table *source = &space->tables.v[from];
	struct nc_tuple_table *target = &space->tables.v[ways[from].into];

	target->n += source->n;
	if (source->least < target->least)
		target->least = source->least;
	source->n = 0;
	for (uint32_t i = 0; i < space->tables.n; i++) {
		if (ways[i].into == from && space->tables.v[i].n)
			ways[i] = find_way_up(space, i);
	}
}

/* Members of tables that were given away follow them, as far up as they went. */
static void move_members(struct nc_tuple_space *space, const struct way_up *ways)
{
	nc_vec_foreach (member, &space->members) {
		const struct nc_table_masks *mask;

		while (!space->tables.v[member->table].n)
			member->table = ways[member->table].into;
		mask = &space->tables.v[member->table].mask;
		for (int i = 0; i < space->words; i++)
			member->addr[i] &= mask->addr[i];
		member->rest &= mask->rest;
	}
}

static int merge_down_to(struct nc_tuple_space *space, size_t n, size_t most)
{
	_cleanup_free_ struct way_up *ways = calloc(space->tables.n, sizeof(*ways));

	if (!ways)
		return -ENOMEM;
	for (uint32_t i = 0; i < space->tables.n; i++)
		ways[i] = find_way_up(space, i);
	for (; n > most; n--) {
		uint32_t from = choose_table(space, ways);

		if (from == NC_NONE)
			break;
		merge_table(space, ways, from);
	}
	move_members(space, ways);
	return 0;
}

int nc_tuples_merge(struct nc_tuple_space *space, size_t most)
{
	struct nc_tuple_levels none = {};
	size_t n = space->tables.n;
	uint32_t table;
	int r = 0;

	if (n <= most)
		return 0;
	/* Those that take all: every rule may be there. */
	for (int th = 0; th < 2 && !r; th++) {
		none.reads_th = th;
		r = nc_tuples_find_table(space, &none, &table);
	}
	return r ?: merge_down_to(space, n, most);
}
