/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A chain's boxes as tables of tuples: tuple space search (Srinivasan, Suri and Varghese, SIGCOMM 1999) with prefix lengths
 * rounded down to a few levels, and tables that are told apart before they are asked. Called by index.c for each family.
 *
 * A chain of few boxes has a table for each. In a longer one, boxes with the same addresses at their levels share a key;
 * where more than a few do, ports and protocol are made part of it.
 */
#include "compile/tuples.h"

/* Boxes that have a table each: more, and the rows are wider than a hash is dear. */
#define DIRECT_MAX NC_TABLES_MAX
/* Rules of one key that are gone through rather than told apart by ports. */
#define LIST_MAX 2
/* Where ports do not tell them apart either, and there are tables left; and where rows that are one word longer are worth it. */
#define LIST_LONG     3
#define LIST_TOO_LONG 8
/* A range of ports becomes at most so many blocks of one size. */
#define BLOCKS_MAX 4
/* Tables of longer chains: rows of two words. */
#define HASHED_TABLES_MAX 128
#define TABLES_KEPT	  32 /* for long lists */

/* Levels of prefix lengths, of which a box takes the longest that is not longer than its own. */
static const uint8_t levels_ip[] = {0, 8, 16, 24, 28, 32};
static const uint8_t levels_ip6[] = {0, 16, 32, 40, 48, 56, 64, 128};
static const uint8_t levels_port[] = {0, 8, 12, 16};
static const uint8_t levels_proto[] = {0, 8};

unsigned nc_prefix_length(const struct nc_interval *in, unsigned bits)
{
	nc_num differ = in->low ^ in->high;
	unsigned length = !differ	 ? 128
			  : differ >> 64 ? __builtin_clzll(differ >> 64)
					 : 64 + __builtin_clzll((uint64_t)differ);

	return length < bits ? length : bits;
}

static unsigned round_down(const uint8_t *levels, size_t n, unsigned length)
{
	while (n-- && levels[n] > length)
		;
	return levels[n];
}

#define ROUND(levels, length) round_down(levels, sizeof(levels) / sizeof(*levels), length)

/* The level of a box in a dimension. */
static unsigned level_of(const struct nc_tuple_space *space, const struct nc_box *box,
			 enum nc_dim dim)
{
	unsigned bits = nc_dim_bits(dim, space->in->family);
	unsigned length = nc_prefix_length(&box->dim[dim], bits);

	switch (dim) {
	case NC_DIM_PROTO:
		return ROUND(levels_proto, length);
	case NC_DIM_SPORT:
	case NC_DIM_DPORT:
		return ROUND(levels_port, length);
	default:
		return space->in->family == NC_FAMILY_IP ? ROUND(levels_ip, length)
							 : ROUND(levels_ip6, length);
	}
}

/* The narrowest blocks that cover a range of ports with few of them: their level. */
static unsigned block_level(const struct nc_interval *in)
{
	size_t i = sizeof(levels_port) / sizeof(*levels_port);

	while (i--) {
		unsigned shift = 128 - levels_port[i];

		if (!levels_port[i] || (in->high >> shift) - (in->low >> shift) < BLOCKS_MAX)
			break;
	}
	return levels_port[i];
}

/* --- keys -------------------------------------------------------------------------------------------------------- */

static uint64_t ones(unsigned n)
{
	return n >= 64 ? ~UINT64_C(0) : ~(~UINT64_C(0) >> n);
}

void nc_mask_address(__u64 mask[2], unsigned level)
{
	mask[0] = ones(level);
	mask[1] = level > 64 ? ones(level - 64) : 0;
}

static struct nc_table_masks masks_of(const struct nc_tuple_space *space,
				      const struct nc_tuple_levels *levels)
{
	struct nc_table_masks mask = {};
	const uint8_t *level = levels->level;

	if (space->words == 4) {
		nc_mask_address(&mask.addr[0], level[NC_DIM_SADDR]);
		nc_mask_address(&mask.addr[2], level[NC_DIM_DADDR]);
	} else {
		mask.addr[0] = ones(level[NC_DIM_SADDR]) | ones(level[NC_DIM_DADDR]) >> 32;
	}
	mask.rest = ones(level[NC_DIM_SPORT]) >> 16 | ones(level[NC_DIM_DPORT]) >> 32 |
		    ones(level[NC_DIM_PROTO]) >> 56;
	return mask;
}

/* A box's key in its table; sport and dport: the first values of the blocks that it is there for. */
static void set_key(const struct nc_tuple_space *space, const struct nc_tuple_table *table,
		    nc_num sport, nc_num dport, struct nc_tuple_member *member)
{
	const struct nc_interval *dim = member->box->dim;
	nc_num saddr = dim[NC_DIM_SADDR].low, daddr = dim[NC_DIM_DADDR].low;

	if (space->words == 4) {
		member->addr[0] = saddr >> 64;
		member->addr[1] = saddr;
		member->addr[2] = daddr >> 64;
		member->addr[3] = daddr;
	} else {
		member->addr[0] = (uint64_t)(saddr >> 96) << 32 | (uint32_t)(daddr >> 96);
	}
	member->rest = (uint64_t)(sport >> 112) << 32 | (uint64_t)(dport >> 112) << 16 |
		       (uint8_t)(dim[NC_DIM_PROTO].low >> 120);
	for (int i = 0; i < space->words; i++)
		member->addr[i] &= table->mask.addr[i];
	member->rest &= table->mask.rest;
}

bool nc_tuple_same_key(const struct nc_tuple_space *space, const struct nc_tuple_member *a,
		       const struct nc_tuple_member *b)
{
	for (int i = 0; i < space->words; i++) {
		if (a->addr[i] != b->addr[i])
			return false;
	}
	return a->rest == b->rest;
}

uint64_t nc_tuple_hash(const struct nc_tuple_space *space, const struct nc_tuple_member *member,
		       uint64_t seed)
{
	return nc_index_hash(member->addr, member->rest, space->words, seed);
}

/* --- boxes into tables --------------------------------------------------------------------------------------------- */

int nc_tuples_find_table(struct nc_tuple_space *space, const struct nc_tuple_levels *levels,
			 uint32_t *ret)
{
	struct nc_tuple_table table = {.levels = *levels, .least = NC_NONE};

	for (*ret = 0; *ret < space->tables.n; ++*ret) {
		if (memcmp(&space->tables.v[*ret].levels, levels, sizeof(*levels)) == 0)
			return 0;
	}
	table.mask = masks_of(space, levels);
	return nc_vec_push(&space->tables, table);
}

static int add_member(struct nc_tuple_space *space, const struct nc_box *box, uint32_t at,
		      nc_num sport, nc_num dport)
{
	struct nc_tuple_member member = {.box = box, .table = at};
	struct nc_tuple_table *table = &space->tables.v[at];

	set_key(space, table, sport, dport, &member);
	if (box->rule < table->least)
		table->least = box->rule;
	table->n++;
	return nc_vec_push(&space->members, member);
}

/* Under every block of ports that it reaches into. */
static int add_box(struct nc_tuple_space *space, const struct nc_box *box,
		   const struct nc_tuple_levels *levels)
{
	const struct nc_interval *sports = &box->dim[NC_DIM_SPORT],
				 *dports = &box->dim[NC_DIM_DPORT];
	unsigned sshift = 128 - levels->level[NC_DIM_SPORT];
	unsigned dshift = 128 - levels->level[NC_DIM_DPORT];
	unsigned n_sport =
		sshift < 128 ? (sports->high >> sshift) - (sports->low >> sshift) + 1 : 1;
	unsigned n_dport =
		dshift < 128 ? (dports->high >> dshift) - (dports->low >> dshift) + 1 : 1;
	uint32_t table;
	int r = nc_tuples_find_table(space, levels, &table);

	for (unsigned i = 0; i < n_sport && !r; i++) {
		nc_num sport = sshift < 128 ? (nc_num)((sports->low >> sshift) + i) << sshift : 0;

		for (unsigned j = 0; j < n_dport && !r; j++) {
			nc_num dport =
				dshift < 128 ? (nc_num)((dports->low >> dshift) + j) << dshift : 0;

			r = add_member(space, box, table, sport, dport);
		}
	}
	return r;
}

static bool reads_th(const struct nc_tuple_space *space, const struct nc_box *box)
{
	return space->in->family == NC_FAMILY_IP6 && space->in->rules[box->rule].reads_th;
}

/* Places of a hash, a power of two, that is at most half full. */
static size_t hash_room(size_t n)
{
	size_t places = 64;

	while (places < n * 2)
		places *= 2;
	return places;
}

static struct nc_tuple_levels coarse_tuple(const struct nc_tuple_space *space,
					   const struct nc_box *box)
{
	struct nc_tuple_levels levels = {.reads_th = reads_th(space, box)};

	levels.level[NC_DIM_SADDR] = level_of(space, box, NC_DIM_SADDR);
	levels.level[NC_DIM_DADDR] = level_of(space, box, NC_DIM_DADDR);
	return levels;
}

static struct nc_tuple_levels fine_tuple(const struct nc_tuple_space *space,
					 const struct nc_box *box)
{
	struct nc_tuple_levels levels = coarse_tuple(space, box);

	levels.level[NC_DIM_SPORT] = block_level(&box->dim[NC_DIM_SPORT]);
	levels.level[NC_DIM_DPORT] = block_level(&box->dim[NC_DIM_DPORT]);
	levels.level[NC_DIM_PROTO] = level_of(space, box, NC_DIM_PROTO);
	return levels;
}

/* Boxes that share addresses at their levels. Those that share but a hash are taken for such: no more than a guess is needed. */
struct group {
	uint64_t hash;
	uint32_t n; /* 0: free */
};

static uint64_t hash_coarse(const struct nc_tuple_space *space, const struct nc_box *box)
{
	struct nc_tuple_levels levels = coarse_tuple(space, box);
	struct nc_tuple_table table = {.levels = levels, .mask = masks_of(space, &levels)};
	struct nc_tuple_member key = {.box = box};
	uint64_t seed = (uint64_t)levels.reads_th << 16 | levels.level[NC_DIM_SADDR] << 8 |
			levels.level[NC_DIM_DADDR];

	set_key(space, &table, 0, 0, &key);
	return nc_tuple_hash(space, &key, (seed + 1) * UINT64_C(0x9e3779b97f4a7c15));
}

/* For each box the number of those with its key in the coarse table. */
static uint32_t *count_groups(const struct nc_tuple_space *space)
{
	size_t mask = hash_room(space->in->n) - 1;
	_cleanup_free_ struct group *groups = calloc(mask + 1, sizeof(*groups));
	uint32_t *counts = calloc(space->in->n + 1, sizeof(*counts));

	for (size_t i = 0; i < space->in->n && groups && counts; i++) {
		uint64_t hash = hash_coarse(space, space->in->boxes[i]);
		size_t at = hash & mask;

		while (groups[at].n && groups[at].hash != hash)
			at = (at + 1) & mask;
		groups[at].hash = hash;
		groups[at].n++;
		counts[i] = at;
	}
	for (size_t i = 0; i < space->in->n && groups && counts; i++)
		counts[i] = groups[counts[i]].n;
	if (!groups) {
		free(counts);
		counts = NULL;
	}
	return counts;
}

/* A table for each box. */
static int fill_direct(struct nc_tuple_space *space)
{
	int r = 0;

	for (size_t i = 0; i < space->in->n && !r; i++) {
		struct nc_tuple_table table = {
			.levels.reads_th = reads_th(space, space->in->boxes[i]), .least = NC_NONE};

		r = nc_vec_push(&space->tables, table);
		if (r == 0)
			r = add_member(space, space->in->boxes[i], i, 0, 0);
	}
	return r;
}

static int fill_hashed(struct nc_tuple_space *space)
{
	_cleanup_free_ uint32_t *counts = count_groups(space);
	int r = counts ? 0 : -ENOMEM;

	for (size_t i = 0; i < space->in->n && !r; i++) {
		const struct nc_box *box = space->in->boxes[i];
		struct nc_tuple_levels levels =
			counts[i] > LIST_MAX ? fine_tuple(space, box) : coarse_tuple(space, box);

		r = add_box(space, box, &levels);
	}
	return r;
}

/* --- long lists ---------------------------------------------------------------------------------------------------- */

/* Members with the same key, at the one that has been seen first. */
struct list {
	struct nc_tuple_member *first;
	uint32_t n;
};

typedef NC_VEC(struct list) lists;

static bool is_same_list(const struct nc_tuple_space *space, const struct nc_tuple_member *a,
			 const struct nc_tuple_member *b)
{
	return a->table == b->table && nc_tuple_same_key(space, a, b);
}

static size_t hash_list(const struct nc_tuple_space *space, const struct nc_tuple_member *member,
			size_t cap)
{
	return nc_tuple_hash(space, member, member->table * UINT64_C(0x9e3779b97f4a7c15)) &
	       (cap - 1);
}

/* How long the list of each key is: a hash of 2^n places, NULL for want of memory. */
static struct list *count_lists(struct nc_tuple_space *space, size_t *ret_cap)
{
	struct list *found;
	size_t cap = hash_room(space->members.n);

	found = calloc(cap, sizeof(*found));
	nc_vec_foreach (member, &space->members) {
		size_t at = hash_list(space, member, cap);

		if (!found)
			return NULL;
		while (found[at].n && !is_same_list(space, found[at].first, member))
			at = (at + 1) & (cap - 1);
		if (!found[at].n++)
			found[at].first = member;
	}
	*ret_cap = cap;
	return found;
}

static int compare_lists(const void *a, const void *b)
{
	const struct list *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* Those of more than a few members, the longest first. */
static int find_long_lists(struct nc_tuple_space *space, lists *ret)
{
	size_t cap = 0;
	_cleanup_free_ struct list *found = count_lists(space, &cap);
	int r = found ? 0 : -ENOMEM;

	for (size_t i = 0; i < cap && !r; i++) {
		if (found[i].n > LIST_LONG)
			r = nc_vec_push(ret, found[i]);
	}
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), compare_lists);
	return r;
}

/* A list's members get a table each, as long as there is room: a packet is told which of them it need look at. */
static int spread_list(struct nc_tuple_space *space, const struct list *list, size_t most)
{
	struct nc_tuple_member key = *list->first;
	int r = 0;

	for (struct nc_tuple_member *member = list->first;
	     member < space->members.v + space->members.n && !r; member++) {
		struct nc_tuple_table table = {.least = member->box->rule, .n = 1};

		if (space->tables.n >= most)
			break;
		if (!is_same_list(space, member, &key))
			continue;
		table.levels.reads_th = reads_th(space, member->box);
		space->tables.v[member->table].n--;
		member->table = space->tables.n;
		r = nc_vec_push(&space->tables, table);
	}
	return r;
}

/* Tables that lost rules keep their least: it may be too early, never too late. */
static int spread_lists(struct nc_tuple_space *space)
{
	lists found = {};
	int r = find_long_lists(space, &found);

	nc_vec_foreach (list, &found) {
		size_t most = list->n > LIST_TOO_LONG ? HASHED_TABLES_MAX
			      : space->tables.n <= 64 ? 64
						      : HASHED_TABLES_MAX;

		r = r ?: spread_list(space, list, most);
	}
	nc_vec_free(&found);
	return r;
}

static int compare_tables(const void *a, const void *b)
{
	const struct nc_tuple_table *x = a, *y = b;

	return x->least < y->least ? -1 : x->least > y->least;
}

/* By their first rule; empty ones behind, and gone. */
static int order_tables(struct nc_tuple_space *space)
{
	_cleanup_free_ uint32_t *places = calloc(space->tables.n + 1, sizeof(*places));
	size_t n = 0;

	if (!places)
		return -ENOMEM;
	for (size_t i = 0; i < space->tables.n; i++) {
		struct nc_tuple_table *table = &space->tables.v[i];

		if (!table->n)
			table->least = NC_NONE;
		table->n = i; /* what it was */
	}
	qsort(space->tables.v, space->tables.n, sizeof(*space->tables.v), compare_tables);
	for (size_t i = 0; i < space->tables.n; i++) {
		places[space->tables.v[i].n] = i;
		n += space->tables.v[i].least != NC_NONE;
	}
	space->tables.n = n;
	nc_vec_foreach (member, &space->members)
		member->table = places[member->table];
	return 0;
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

int nc_tuples_build(struct nc_image *image, const struct nc_tuples_in *in, struct nc_index *ret)
{
	struct nc_tuple_space space = {
		.image = image, .in = in, .words = in->family == NC_FAMILY_IP6 ? 4 : 1};
	int r;

	if (in->n <= DIRECT_MAX) {
		r = fill_direct(&space);
	} else {
		r = fill_hashed(&space);
		if (r == 0)
			r = nc_tuples_merge(&space, HASHED_TABLES_MAX - TABLES_KEPT);
		if (r == 0)
			r = spread_lists(&space);
	}
	if (r == 0)
		r = order_tables(&space);
	if (r == 0)
		r = nc_tables_emit(&space, ret);
	nc_vec_free(&space.tables);
	nc_vec_free(&space.members);
	return r;
}
