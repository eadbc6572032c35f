/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables as the program reads them: slots, rules, and a trie for each dimension that tells tables apart. Called by tuples.c. */
#include <limits.h>

#include "compile/look.h"
#include "compile/tuples.h"

/* --- rules ------------------------------------------------------------------------------------------------------ */

static void fill_rule4(struct nc_rule4 *rule, const struct nc_box *box)
{
	const struct nc_interval *s = &box->dim[NC_DIM_SADDR], *d = &box->dim[NC_DIM_DADDR];

	rule->saddr = s->low >> 96;
	rule->saddr_span = (s->high >> 96) - (s->low >> 96);
	rule->daddr = d->low >> 96;
	rule->daddr_span = (d->high >> 96) - (d->low >> 96);
}

static void fill_rule6(struct nc_rule6 *rule, const struct nc_box *box)
{
	for (int i = 0; i < 2; i++) {
		const struct nc_interval *in = &box->dim[i ? NC_DIM_DADDR : NC_DIM_SADDR];

		nc_mask_address(&rule->mask[i * 2], nc_prefix_length(in, 128));
		rule->addr[i * 2] = in->low >> 64 & rule->mask[i * 2];
		rule->addr[i * 2 + 1] = (uint64_t)in->low & rule->mask[i * 2 + 1];
	}
}

/* Where the next rule will be. */
static uint32_t next_unit(const struct nc_tuple_space *space)
{
	return (space->image->index.n + NC_UNITS_LINE - 1) / NC_UNITS_LINE * NC_UNITS_LINE;
}

static int push_rule(struct nc_tuple_space *space, const struct nc_box *box, bool last)
{
	bool wide = space->words == 4;
	const struct nc_interval *sport = &box->dim[NC_DIM_SPORT];
	const struct nc_interval *dport = &box->dim[NC_DIM_DPORT];
	struct nc_index_rule *rule;
	uint32_t at;
	int r = nc_units_push_lines(
		space->image, wide ? NC_UNITS(struct nc_rule6) : NC_UNITS(struct nc_rule4), &at);

	if (r < 0)
		return r;
	rule = nc_unit_at(space->image, at);
	*rule = space->in->records[box->rule];
	rule->sport = sport->low >> 112;
	rule->sport_span = (sport->high >> 112) - (sport->low >> 112);
	rule->dport = dport->low >> 112;
	rule->dport_span = (dport->high >> 112) - (dport->low >> 112);
	if (last)
		rule->flags |= NC_RULE_LAST;
	if (wide)
		fill_rule6(nc_unit_at(space->image, at), box);
	else
		fill_rule4(nc_unit_at(space->image, at), box);
	return 0;
}

/* --- slots -------------------------------------------------------------------------------------------------------- */

static bool has_one_key(const struct nc_tuple_space *space, struct nc_tuple_member **members,
			size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (!nc_tuple_same_key(space, members[0], members[i]))
			return false;
	}
	return true;
}

/* Those of each slot together, in the order of the rules. */
static int sort_by_slot(struct nc_tuple_member **members, size_t n, size_t n_slots)
{
	_cleanup_free_ struct nc_tuple_member **sorted = calloc(n, sizeof(*sorted));
	_cleanup_free_ uint32_t *places = calloc(n_slots + 1, sizeof(*places));

	if (!sorted || !places)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		places[members[i]->slot + 1]++;
	for (size_t slot = 1; slot < n_slots; slot++)
		places[slot] += places[slot - 1];
	for (size_t i = 0; i < n; i++)
		sorted[places[members[i]->slot]++] = members[i];
	memcpy(members, sorted, n * sizeof(*members));
	return 0;
}

/* Twice as many slots as members, at least. */
static int make_slots(struct nc_tuple_space *space, struct nc_tuple_member **members, size_t n,
		      struct nc_index_table *table)
{
	unsigned bits = 1;
	int r;

	while ((size_t)1 << bits < n * 2)
		bits++;
	table->shift = 64 - bits;
	r = nc_units_push(space->image, (size_t)1 << bits, &table->slots);
	for (size_t i = 0; i < (size_t)1 << bits && !r; i++) {
		struct nc_index_slot *slot = nc_unit_at(space->image, table->slots + i);

		slot->rules = NC_NONE;
	}
	for (size_t i = 0; i < n; i++)
		members[i]->slot = nc_tuple_hash(space, members[i], table->seed) >> table->shift;
	return r ?: sort_by_slot(members, n, (size_t)1 << bits);
}

static void fill_slot(struct nc_tuple_space *space, const struct nc_index_table *table,
		      struct nc_tuple_member **members, size_t n)
{
	struct nc_index_slot *slot = nc_unit_at(space->image, table->slots + members[0]->slot);

	slot->tag = nc_tuple_hash(space, members[0], table->seed);
	slot->rules = next_unit(space);
	if (!has_one_key(space, members, n))
		slot->rules |= NC_SLOT_MIXED;
}

/* How many of the first members share a slot. */
static size_t count_slot(struct nc_tuple_member **members, size_t n)
{
	size_t same = 1;

	while (same < n && members[same]->slot == members[0]->slot)
		same++;
	return same;
}

static int emit_table(struct nc_tuple_space *space, struct nc_tuple_member **members, size_t n,
		      struct nc_index_table *table)
{
	int r = 0;

	table->shift = 64;
	table->slots = next_unit(space);
	if (!has_one_key(space, members, n))
		r = make_slots(space, members, n, table);
	while (n && !r) {
		size_t same = count_slot(members, n);

		if (table->shift < 64)
			fill_slot(space, table, members, same);
		for (size_t i = 0; i < same && !r; i++)
			r = push_rule(space, members[i]->box, i + 1 == same);
		members += same;
		n -= same;
	}
	return r;
}

/* --- tables --------------------------------------------------------------------------------------------------------- */

/* Members by table, in the order in which they were added. ret_first: n_tables + 1 places. */
static struct nc_tuple_member **sort_members(struct nc_tuple_space *space, size_t *ret_first)
{
	struct nc_tuple_member **sorted = calloc(space->members.n + 1, sizeof(*sorted));
	size_t n = 0;

	if (!sorted)
		return NULL;
	nc_vec_foreach (member, &space->members)
		ret_first[member->table + 1]++;
	for (size_t i = 0; i < space->tables.n; i++)
		ret_first[i + 1] += ret_first[i];
	nc_vec_foreach (member, &space->members) {
		sorted[ret_first[member->table]++] = member;
		n++;
	}
	memmove(ret_first + 1, ret_first, space->tables.n * sizeof(*ret_first));
	ret_first[0] = 0;
	return sorted;
}

static int emit_tables(struct nc_tuple_space *space, struct nc_index *ret)
{
	_cleanup_free_ size_t *first = calloc(space->tables.n + 2, sizeof(*first));
	_cleanup_free_ struct nc_tuple_member **members = first ? sort_members(space, first) : NULL;
	int r = members ? nc_units_push_lines(space->image,
					      space->tables.n * NC_UNITS(struct nc_index_table),
					      &ret->tables)
			: -ENOMEM;

	for (size_t i = 0; i < space->tables.n && !r; i++) {
		struct nc_index_table table = {
			.mask = space->tables.v[i].mask,
			.least = space->tables.v[i].least,
			.seed = (i + 1) * UINT64_C(0x9e3779b97f4a7c15),
		};

		ret->all[i / 64] |= UINT64_C(1) << i % 64;
		if (!space->tables.v[i].levels.reads_th)
			ret->shallow[i / 64] |= UINT64_C(1) << i % 64;
		r = emit_table(space, members + first[i], first[i + 1] - first[i], &table);
		memcpy(nc_unit_at(space->image, ret->tables + i * NC_UNITS(table)), &table,
		       sizeof(table));
	}
	return r;
}

/* --- tries ------------------------------------------------------------------------------------------------------------ */

static bool is_all(const struct nc_interval *in)
{
	return !in->low && !~in->high;
}

static int emit_trie(struct nc_tuple_space *space, enum nc_dim dim, unsigned words, __u64 *ret)
{
	nc_reaches reaches = {};
	bool matters = false;
	int r = 0;

	nc_vec_foreach (member, &space->members) {
		struct nc_reach reach = {.interval = member->box->dim[dim], .table = member->table};

		matters |= !is_all(&reach.interval);
		r = r ?: nc_vec_push(&reaches, reach);
	}
	if (r == 0 && matters)
		r = nc_trie_build(space->image, &reaches, dim, space->in->family, words, ret);
	else
		*ret = 0;
	nc_vec_free(&reaches);
	return r;
}

/* --- which dimensions are worth it ------------------------------------------------------------------------------- */

#define SAMPLES 256

/* A number from another; splitmix64. */
static uint64_t mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* A packet: two of three are drawn from a box, the third from anywhere but for its protocol. */
static void draw(const struct nc_tuple_space *space, size_t i, nc_num value[_NC_DIM_MAX])
{
	const struct nc_box *box = space->in->boxes[mix(i) % space->in->n];
	bool anywhere = i % 3 == 2;

	for (enum nc_dim dim = 0; dim < _NC_DIM_MAX; dim++) {
		nc_num any = (nc_num)mix(i * 16 + dim * 2) << 64 | mix(i * 16 + dim * 2 + 1);
		nc_num low = box->dim[dim].low, span = box->dim[dim].high - low;

		value[dim] = anywhere && dim != NC_DIM_PROTO ? any
			     : ~span			     ? low + any % (span + 1)
							     : any;
	}
}

static unsigned sample_cost(const struct nc_tuple_space *space, const struct nc_index *index)
{
	unsigned cost = 0;

	for (size_t i = 0; i < SAMPLES; i++) {
		nc_num value[_NC_DIM_MAX];
		struct nc_look look;

		draw(space, i, value);
		nc_look_up(space->image, index, space->in->family, value, &look);
		cost += nc_look_cost(&look);
	}
	return cost;
}

static struct nc_index without(const struct nc_index *index, unsigned dims)
{
	struct nc_index less = *index;

	for (enum nc_dim dim = NC_DIM_SPORT; dim < _NC_DIM_MAX; dim++) {
		if (dims >> (dim - NC_DIM_SPORT) & 1)
			less.root[dim] = 0;
	}
	return less;
}

/* Of ports and protocol those that save fewer tables than their tries cost are not looked at: bit per dimension from SPORT on. */
static unsigned choose_unworthy(const struct nc_tuple_space *space, const struct nc_index *index)
{
	unsigned best = 0, least = UINT_MAX;

	for (unsigned dims = 0; dims < 1u << (_NC_DIM_MAX - NC_DIM_SPORT); dims++) {
		struct nc_index less = without(index, dims);
		unsigned cost = sample_cost(space, &less);

		if (cost >= least)
			continue;
		least = cost;
		best = dims;
	}
	return best;
}

/*
 * The tries of dimensions from first on, but those that are not to be: bit per dimension from SPORT on. starts: where each
 * begins.
 */
static int emit_tries(struct nc_tuple_space *space, enum nc_dim first, unsigned but,
		      size_t starts[_NC_DIM_MAX], struct nc_index *ret)
{
	unsigned words = (space->tables.n + 63) / 64;
	int r = 0;

	for (enum nc_dim dim = first; dim < _NC_DIM_MAX && !r; dim++) {
		starts[dim] = space->image->index.n;
		if (dim >= NC_DIM_SPORT && but >> (dim - NC_DIM_SPORT) & 1)
			ret->root[dim] = 0;
		else
			r = emit_trie(space, dim, words, &ret->root[dim]);
	}
	return r;
}

int nc_tables_emit(struct nc_tuple_space *space, struct nc_index *ret)
{
	unsigned words = (space->tables.n + 63) / 64, but;
	size_t starts[_NC_DIM_MAX];
	enum nc_dim first;
	int r = emit_tables(space, ret);

	if (words > space->image->spec.index_words)
		space->image->spec.index_words = words;
	if (r == 0)
		r = emit_tries(space, 0, 0, starts, ret);
	if (r < 0 || !space->in->n)
		return r;
	but = choose_unworthy(space, ret);
	if (!but)
		return 0;
	/* Those behind the first that goes move up. */
	first = NC_DIM_SPORT + __builtin_ctz(but);
	space->image->index.n = starts[first];
	return emit_tries(space, first, but, starts, ret);
}
