/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Identity across generations: which rule of a new ruleset is which rule of the live one, and which counter is whose. Called
 * by cmd/ before compiling.
 */
#include <string.h>

#include "model/ruleset.h"

/* --- rules that say the same ------------------------------------------------------------------- */

static bool same_string(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_values(const nc_set_elements *a, const nc_set_elements *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (a->v[i].interval.low != b->v[i].interval.low ||
		    a->v[i].interval.high != b->v[i].interval.high)
			return false;
	}
	return true;
}

static bool same_match(const struct nc_match *a, const struct nc_match *b)
{
	return a->field == b->field && a->depth == b->depth && a->negated == b->negated &&
	       a->masked == b->masked && a->mask == b->mask && a->any_bit == b->any_bit &&
	       a->written == b->written && a->order == b->order && same_string(a->set, b->set) &&
	       same_values(&a->values, &b->values);
}

/* Counter values are state, not text. */
static bool same_stmt(const struct nc_stmt *a, const struct nc_stmt *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == NC_STMT_MATCH)
		return same_match(&a->match, &b->match);
	return a->kind == NC_STMT_COUNTER || a->verdict == b->verdict;
}

static bool same_rule(const struct nc_rule *a, const struct nc_rule *b)
{
	if (a->stmts.n != b->stmts.n || !same_string(a->comment, b->comment))
		return false;
	for (size_t i = 0; i < a->stmts.n; i++) {
		if (!same_stmt(&a->stmts.v[i], &b->stmts.v[i]))
			return false;
	}
	return true;
}

/* FNV-1a, RFC 9923. */
static uint64_t hash_bytes(uint64_t hash, const void *data, size_t n)
{
	const unsigned char *byte = data;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ byte[i]) * 0x100000001b3;
	return hash;
}

static uint64_t hash_string(uint64_t hash, const char *string)
{
	return string ? hash_bytes(hash, string, strlen(string)) : hash;
}

/* Of what distinguishes most rules; same_rule() has the last word. */
static uint64_t hash_rule(const struct nc_rule *rule)
{
	uint64_t hash = hash_string(0xcbf29ce484222325, rule->comment);

	nc_vec_foreach (stmt, &rule->stmts) {
		hash = hash_bytes(hash, &stmt->kind, sizeof(stmt->kind));
		if (stmt->kind != NC_STMT_MATCH)
			continue;
		hash = hash_bytes(hash, &stmt->match.field, sizeof(stmt->match.field));
		hash = hash_string(hash, stmt->match.set);
		nc_vec_foreach (value, &stmt->match.values)
			hash = hash_bytes(hash, &value->interval, sizeof(value->interval));
	}
	return hash;
}

/* --- handles and counters of what stays -------------------------------------------------------- */

struct hashed {
	uint64_t hash;
	size_t index; /* in the chain */
	const struct nc_rule *rule;
	bool taken;
};

static int compare_hashed(const void *a, const void *b)
{
	const struct hashed *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static size_t first_with_hash(const struct hashed *table, size_t n, uint64_t hash)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first rule of the table that says the same and is not taken. */
static const struct nc_rule *take_same(struct hashed *table, size_t n, const struct nc_rule *rule)
{
	uint64_t hash = hash_rule(rule);

	for (size_t i = first_with_hash(table, n, hash); i < n && table[i].hash == hash; i++) {
		if (table[i].taken || !same_rule(table[i].rule, rule))
			continue;
		table[i].taken = true;
		return table[i].rule;
	}
	return NULL;
}

/* A counter written with values starts from those: it is a new counter. */
static void inherit_rule(struct nc_rule *rule, const struct nc_rule *live)
{
	const struct nc_counter *counter = nc_rule_counter(rule);

	rule->handle = live->handle;
	if (counter && !counter->packets && !counter->bytes)
		rule->counter_id = live->counter_id;
}

static int inherit_rules(struct nc_chain *chain, const struct nc_chain *live)
{
	size_t n = live ? live->rules.n : 0;
	_cleanup_free_ struct hashed *table = calloc(n ? n : 1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct nc_rule *rule = live->rules.v[i];

		table[i] = (struct hashed){.hash = hash_rule(rule), .index = i, .rule = rule};
	}
	qsort(table, n, sizeof(*table), compare_hashed);
	nc_vec_foreach (rule, &chain->rules) {
		const struct nc_rule *same = take_same(table, n, *rule);

		(*rule)->handle = 0;
		if (same)
			inherit_rule(*rule, same);
	}
	return 0;
}

static int inherit_table(struct nc_table *table, const struct nc_table *live)
{
	table->handle = live->handle;
	table->last_handle = live->last_handle;
	nc_vec_foreach (set, &table->sets) {
		const struct nc_set *old = nc_table_find_set(live, (*set)->name);

		(*set)->handle = old ? old->handle : ++table->last_handle;
	}
	nc_vec_foreach (chain, &table->chains) {
		const struct nc_chain *old = nc_table_find_chain(live, (*chain)->name);

		if (inherit_rules(*chain, old) < 0)
			return -ENOMEM;
		(*chain)->handle = old ? old->handle : ++table->last_handle;
		nc_vec_foreach (rule, &(*chain)->rules) {
			if (!(*rule)->handle)
				(*rule)->handle = ++table->last_handle;
		}
	}
	return 0;
}

int nc_ruleset_inherit(struct nc_ruleset *next, const struct nc_ruleset *live)
{
	next->last_handle = live->last_handle;
	nc_vec_foreach (table, &next->tables) {
		const struct nc_table *old = nc_ruleset_find_table(live, (*table)->name);

		if (!old)
			(*table)->handle = ++next->last_handle;
		else if (inherit_table(*table, old) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* --- counter ids -------------------------------------------------------------------------------- */

typedef int each_rule_fn(struct nc_rule *rule, void *context);

static int for_each_rule(struct nc_ruleset *ruleset, each_rule_fn *fn, void *context)
{
	int r = 0;

	nc_vec_foreach (table, &ruleset->tables) {
		nc_vec_foreach (chain, &(*table)->chains) {
			nc_vec_foreach (rule, &(*chain)->rules) {
				r = fn(*rule, context);
				if (r < 0)
					return r;
			}
		}
	}
	return r;
}

/* Ids in use: a bitmap, and where the search for the next free one goes on. */
struct ids {
	NC_VEC(uint64_t) words;
	uint32_t next, end; /* end: highest id in use, plus one */
};

static bool test_id(const struct ids *ids, uint32_t id)
{
	return id / 64 < ids->words.n && ids->words.v[id / 64] >> id % 64 & 1;
}

static int set_id(struct ids *ids, uint32_t id)
{
	while (ids->words.n <= id / 64) {
		if (nc_vec_push(&ids->words, 0) < 0)
			return -ENOMEM;
	}
	ids->words.v[id / 64] |= UINT64_C(1) << id % 64;
	return 0;
}

static int note_used(struct nc_rule *rule, void *context)
{
	struct ids *ids = context;

	if (!nc_rule_counter(rule))
		rule->counter_id = NC_NONE;
	if (rule->counter_id == NC_NONE)
		return 0;
	if (rule->counter_id >= ids->end)
		ids->end = rule->counter_id + 1;
	return set_id(ids, rule->counter_id);
}

static int assign_free(struct nc_rule *rule, void *context)
{
	struct ids *ids = context;

	if (!nc_rule_counter(rule) || rule->counter_id != NC_NONE)
		return 0;
	while (test_id(ids, ids->next))
		ids->next++;
	rule->counter_id = ids->next++;
	rule->counter_fresh = true;
	if (rule->counter_id >= ids->end)
		ids->end = rule->counter_id + 1;
	return 0;
}

uint32_t nc_ruleset_assign_counters(struct nc_ruleset *ruleset, const uint64_t *busy,
				    uint32_t n_busy)
{
	struct ids ids = {};
	int r = 0;

	for (uint32_t i = 0; i < n_busy && !r; i++) {
		if (busy[i / 64] >> i % 64 & 1)
			r = set_id(&ids, i);
	}
	if (!r)
		r = for_each_rule(ruleset, note_used, &ids);
	if (!r)
		r = for_each_rule(ruleset, assign_free, &ids);
	nc_vec_free(&ids.words);
	return r < 0 ? NC_NONE : ids.end;
}
