/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Identity across generations: which rule of a new ruleset is which rule of the live one. Called
 * by cmd/ before compiling.
 */
#include <string.h>

#include "model/ruleset.h"

#define FNV_BASIS UINT64_C(0xcbf29ce484222325)

/* --- rules that say the same ------------------------------------------------------------------- */

/* FNV-1a, RFC 9923. */
static uint64_t hash_bytes(uint64_t hash, const void *data, size_t n)
{
	const unsigned char *byte = data;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ byte[i]) * 0x100000001b3;
	return hash;
}

/* --- handles and counters of what stays -------------------------------------------------------- */

struct hashed {
	uint64_t hash;
	size_t index; /* in the chain */
	struct nc_rule *rule;
	char *text; /* owned */
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
static struct nc_rule *take_same(struct hashed *table, size_t n, const char *text)
{
	uint64_t hash = hash_bytes(FNV_BASIS, text, strlen(text));

	for (size_t i = first_with_hash(table, n, hash); i < n && table[i].hash == hash; i++) {
		if (table[i].taken || strcmp(table[i].text, text) != 0)
			continue;
		table[i].taken = true;
		return table[i].rule;
	}
	return NULL;
}

/* State that is written with values starts from those: it is new. */
static bool has_values(const struct nc_stmt *stmt)
{
	if (stmt->kind == NC_STMT_COUNTER)
		return stmt->counter.packets || stmt->counter.bytes;
	return stmt->kind == NC_STMT_QUOTA && stmt->quota.used;
}

/* Rules that say the same have the same statements in the same order, implied ones too. */
static void inherit_rule(struct nc_rule *rule, const struct nc_rule *live)
{
	rule->handle = live->handle;
	for (size_t i = 0; i < rule->stmts.n && i < live->stmts.n; i++) {
		struct nc_stmt *stmt = &rule->stmts.v[i];
		const struct nc_stmt *old = &live->stmts.v[i];

		if (stmt->kind != old->kind)
			return;
		if (!has_values(stmt))
			stmt->id = old->id;
		nc_stmt_inherit_generators(stmt, old);
	}
}

static void free_hashed(struct hashed *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(table[i].text);
	free(table);
}

static int hash_rules(const struct nc_chain *live, nc_rule_text_fn *text, struct hashed *table)
{
	for (size_t i = 0; live && i < live->rules.n; i++) {
		table[i] = (struct hashed){.index = i, .rule = live->rules.v[i]};
		table[i].text = text(live->rules.v[i]);
		if (!table[i].text)
			return -ENOMEM;
		table[i].hash = hash_bytes(FNV_BASIS, table[i].text, strlen(table[i].text));
	}
	return 0;
}

static int inherit_rules(struct nc_chain *chain, const struct nc_chain *live, nc_rule_text_fn *text)
{
	size_t n = live ? live->rules.n : 0;
	struct hashed *table = calloc(n ? n : 1, sizeof(*table));
	int r = table ? hash_rules(live, text, table) : -ENOMEM;

	if (r == 0)
		qsort(table, n, sizeof(*table), compare_hashed);
	for (size_t i = 0; i < chain->rules.n && !r; i++) {
		_cleanup_free_ char *own = text(chain->rules.v[i]);
		const struct nc_rule *same = own ? take_same(table, n, own) : NULL;

		chain->rules.v[i]->handle = 0;
		r = own ? 0 : -ENOMEM;
		if (same)
			inherit_rule(chain->rules.v[i], same);
	}
	free_hashed(table, table ? n : 0);
	return r;
}

static void inherit_object(struct nc_object_decl *object, const struct nc_object_decl *old)
{
	object->handle = old->handle;
	if (!object->counter.packets && !object->counter.bytes && !object->quota.used)
		object->id = old->id;
}

/* "*" counts on where it was; other elements are written anew. */
static void inherit_set(struct nc_set *set, const struct nc_set *old)
{
	const struct nc_set_element *any = nc_set_catchall(set);

	set->handle = old->handle;
	if (any && any->more && (any->more->counted || any->more->quota.used))
		return;
	if (any && nc_set_catchall(old) && set->carries == old->carries)
		memcpy(set->any_id, old->any_id, sizeof(set->any_id));
}

static int inherit_table(struct nc_table *table, const struct nc_table *live, nc_rule_text_fn *text)
{
	table->handle = live->handle;
	table->last_handle = live->last_handle;
	nc_vec_foreach (object, &table->objects) {
		const struct nc_object_decl *old =
			nc_table_find_object(live, (*object)->kind, (*object)->name);

		if (old)
			inherit_object(*object, old);
		else
			(*object)->handle = ++table->last_handle;
	}
	nc_vec_foreach (set, &table->sets) {
		const struct nc_set *old = nc_table_find_set(live, (*set)->name);

		if (old)
			inherit_set(*set, old);
		else
			(*set)->handle = ++table->last_handle;
	}
	nc_vec_foreach (chain, &table->chains) {
		const struct nc_chain *old = nc_table_find_chain(live, (*chain)->name);

		if (inherit_rules(*chain, old, text) < 0)
			return -ENOMEM;
		(*chain)->handle = old ? old->handle : ++table->last_handle;
		nc_vec_foreach (rule, &(*chain)->rules) {
			if (!(*rule)->handle)
				(*rule)->handle = ++table->last_handle;
		}
	}
	return 0;
}

int nc_ruleset_inherit(struct nc_ruleset *next, const struct nc_ruleset *live,
		       nc_rule_text_fn *text)
{
	next->last_handle = live->last_handle;
	nc_vec_foreach (table, &next->tables) {
		const struct nc_table *old = nc_ruleset_find_table(live, (*table)->name);

		if (!old)
			(*table)->handle = ++next->last_handle;
		else if (inherit_table(*table, old, text) < 0)
			return -ENOMEM;
	}
	return 0;
}
