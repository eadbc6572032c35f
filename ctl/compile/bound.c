/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What no lookup in an index can exceed. Called by cost.c.
 *
 * A packet asks at most the tables that the rows of two of its fields have in common: all pairs of rows are tried, for some pairs of
 * fields, and the least counts.
 */
#include "compile/cost.h"

/* Pairs of rows that are tried; of more rows the dearest one of each field counts. */
#define PAIRS_MAX (1u << 20)

struct rows {
	NC_VEC(const __u64 *) v;
	uint64_t *seen; /* bit for each unit of the index */
};

struct bound {
	const struct nc_image *image;
	const struct nc_index *index;
	enum nc_family family;
	uint32_t list[NC_TABLES_MAX]; /* the longest of each table */
	unsigned words;
};

/* --- lists ---------------------------------------------------------------------------------------------------- */

static void read_list(struct bound *bound, unsigned table, uint32_t at, struct nc_cost_family *cost)
{
	unsigned units = bound->family == NC_FAMILY_IP6 ? NC_UNITS(struct nc_rule6)
							: NC_UNITS(struct nc_rule4);
	const struct nc_index_rule *first = nc_unit_at(bound->image, at), *rule = first;
	uint32_t n = 1;

	for (; !(rule->flags & NC_RULE_LAST); n++)
		rule = nc_unit_at(bound->image, at += units);
	if (n > bound->list[table])
		bound->list[table] = n;
	if (n <= cost->longest_list)
		return;
	cost->longest_list = n;
	cost->list_first = first->order;
	cost->list_last = rule->order;
}

static void read_lists(struct bound *bound, unsigned at, struct nc_cost_family *cost)
{
	const struct nc_index_table *table =
		(const struct nc_index_table *)nc_unit_at(bound->image, bound->index->tables) + at;
	const struct nc_index_slot *slot;

	if (table->shift >= 64) {
		read_list(bound, at, table->slots, cost);
		return;
	}
	slot = nc_unit_at(bound->image, table->slots);
	for (uint64_t i = 0; i < UINT64_C(1) << (64 - table->shift); i++, slot++) {
		if (slot->rules != NC_NONE)
			read_list(bound, at, slot->rules & ~NC_SLOT_MIXED, cost);
	}
}

/* --- rows ----------------------------------------------------------------------------------------------------- */

static int add_row(const struct nc_image *image, struct rows *rows, uint32_t unit)
{
	if (rows->seen[unit / 64] >> unit % 64 & 1)
		return 0;
	rows->seen[unit / 64] |= UINT64_C(1) << unit % 64;
	return nc_vec_push(&rows->v, nc_unit_at(image, unit));
}

static int find_rows(const struct nc_image *image, struct rows *rows, __u64 entry)
{
	uint32_t unit = (uint32_t)entry / NC_UNIT;
	const __u64 *node = nc_unit_at(image, unit);
	unsigned stride = 61 - (entry >> 40 & 63);
	int r = 0;

	entry &= NC_TRIE_LEVEL - 1;
	if (entry == NC_TRIE_ENTRY(unit, 0, 1) && node[0] == entry)
		return add_row(image, rows, unit + NC_TRIE_LEAF_UNITS);
	for (uint32_t i = 0; i < 1u << stride && !r; i++) {
		if (!i || node[i] != node[i - 1])
			r = find_rows(image, rows, node[i]);
	}
	return r;
}

static int rows_of(const struct bound *bound, enum nc_dim dim, struct rows *ret)
{
	int r = 0;

	ret->seen = calloc(bound->image->index.n / 64 + 1, sizeof(*ret->seen));
	if (!ret->seen)
		return -ENOMEM;
	if (bound->index->root[dim])
		r = find_rows(bound->image, ret, bound->index->root[dim]);
	else
		r = nc_vec_push(&ret->v, bound->index->all);
	free(ret->seen);
	return r;
}

/* --- the most ------------------------------------------------------------------------------------------------- */

struct most {
	uint64_t probes, ns;
};

static void weigh(const struct bound *bound, const __u64 *a, const __u64 *b, struct most *most)
{
	struct most own = {};

	for (unsigned word = 0; word < bound->words; word++) {
		for (__u64 bits = a[word] & b[word]; bits; bits &= bits - 1) {
			unsigned table = word * 64 + __builtin_ctzll(bits);

			own.probes++;
			own.ns += NC_COST_PROBE + bound->list[table] * NC_COST_RULE;
		}
	}
	if (own.probes > most->probes)
		most->probes = own.probes;
	if (own.ns > most->ns)
		most->ns = own.ns;
}

static void lessen(struct most *most, const struct most *other)
{
	if (other->probes < most->probes)
		most->probes = other->probes;
	if (other->ns < most->ns)
		most->ns = other->ns;
}

static struct most weigh_rows(const struct bound *bound, const struct rows *rows)
{
	struct most most = {};

	nc_vec_foreach (row, &rows->v)
		weigh(bound, *row, bound->index->all, &most);
	return most;
}

static struct most weigh_pairs(const struct bound *bound, const struct rows *a,
			       const struct rows *b)
{
	struct most most = {}, other;

	if (a->v.n * b->v.n > PAIRS_MAX) {
		most = weigh_rows(bound, a);
		other = weigh_rows(bound, b);
		lessen(&most, &other);
		return most;
	}
	for (size_t i = 0; i < a->v.n * b->v.n; i++)
		weigh(bound, a->v.v[i / b->v.n], b->v.v[i % b->v.n], &most);
	return most;
}

static struct most weigh_all(const struct bound *bound, const struct rows rows[_NC_DIM_MAX])
{
	static const enum nc_dim pairs[][2] = {
		{NC_DIM_SADDR, NC_DIM_DADDR},
		{NC_DIM_SADDR, NC_DIM_DPORT},
		{NC_DIM_DADDR, NC_DIM_DPORT},
		{NC_DIM_SPORT, NC_DIM_DPORT},
	};
	struct most most = {UINT64_MAX, UINT64_MAX};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct most other = weigh_pairs(bound, &rows[pairs[i][0]], &rows[pairs[i][1]]);

		lessen(&most, &other);
	}
	return most;
}

int nc_cost_bound(const struct nc_image *image, const struct nc_index *index, enum nc_family family,
		  struct nc_cost_family *cost)
{
	struct bound bound = {.image = image,
			      .index = index,
			      .family = family,
			      .words = (cost->tables + 63) / 64};
	struct rows rows[_NC_DIM_MAX] = {};
	struct most most;
	int r = 0;

	for (unsigned table = 0; table < cost->tables; table++)
		read_lists(&bound, table, cost);
	for (enum nc_dim dim = 0; dim < _NC_DIM_MAX; dim++)
		r = r ?: rows_of(&bound, dim, &rows[dim]);
	if (r == 0) {
		most = weigh_all(&bound, rows);
		cost->most_probes = most.probes;
		cost->most_ns = most.ns;
	}
	for (enum nc_dim dim = 0; dim < _NC_DIM_MAX; dim++) {
		cost->most_ns += NC_TRIE_LEVELS(index->root[dim]) * NC_COST_NODE;
		nc_vec_free(&rows[dim].v);
	}
	return r;
}
