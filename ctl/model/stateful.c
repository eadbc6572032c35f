/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State that outlives generations: who has some, and under which ids. Called by cmd/ before compiling and by compile/ for
 * the records that kern/ keeps.
 */
#include <string.h>

#include "model/ruleset.h"

/* Where in a rule we are. */
struct visit {
	nc_stateful_fn *fn;
	void *context;
	uint64_t handle;
	unsigned ordinal;
	bool no_keys; /* there is no state in them */
};

static int visit(struct visit *v, struct nc_stateful stateful)
{
	stateful.handle = v->handle;
	stateful.ordinal = v->ordinal++;
	return v->fn(&stateful, v->context);
}

static int visit_key(struct visit *v, nc_key *key)
{
	int r = 0;

	if (v->no_keys)
		return 0;
	nc_vec_foreach (selector, key) {
		struct nc_generator *generator = selector->generator;

		if (generator && generator->key)
			r = r ?: visit_key(v, generator->key);
		if (!generator || selector->field != NC_FIELD_NUMGEN || generator->random)
			continue;
		r = r
			    ?: visit(v, (struct nc_stateful){.space = NC_IDS_WORDS,
							     .id = &generator->id,
							     .fresh = &generator->id_fresh});
	}
	return r;
}

static int visit_value(struct visit *v, struct nc_value *value)
{
	if (value->kind == NC_VALUE_NUM)
		return 0;
	return visit_key(v, value->kind == NC_VALUE_MAP ? &value->lookup->key : &value->selector);
}

static int visit_stmt(struct visit *v, struct nc_stmt *stmt)
{
	struct nc_stateful own = {
		.space = stmt->kind == NC_STMT_COUNTER ? NC_IDS_COUNTERS : NC_IDS_WORDS,
		.id = &stmt->id,
		.fresh = &stmt->id_fresh,
	};
	int r;

	switch (stmt->kind) {
	case NC_STMT_MATCH:
		return visit_key(v, &stmt->match.key);
	case NC_STMT_VMAP:
		return visit_key(v, &stmt->vmap.key);
	case NC_STMT_OBJECT:
		return visit_key(v, &stmt->objects.lookup.key);
	case NC_STMT_SET:
		r = visit_key(v, &stmt->set->key);
		return r ?: visit_value(v, &stmt->set->data);
	case NC_STMT_ASSIGN:
		return visit_value(v, &stmt->assign->value);
	case NC_STMT_COUNTER:
		own.counter = &stmt->counter;
		return stmt->object ? 0 : visit(v, own);
	case NC_STMT_QUOTA:
		own.quota = &stmt->quota;
		return stmt->object ? 0 : visit(v, own);
	case NC_STMT_LIMIT:
		return stmt->object ? 0 : visit(v, own);
	default:
		return 0;
	}
}

static int visit_object(struct visit *v, struct nc_object_decl *object)
{
	struct nc_stateful own = {
		.space = object->kind == NC_KIND_COUNTER ? NC_IDS_COUNTERS : NC_IDS_WORDS,
		.id = &object->id,
		.fresh = &object->id_fresh,
		.counter = object->kind == NC_KIND_COUNTER ? &object->counter : NULL,
		.quota = object->kind == NC_KIND_QUOTA ? &object->quota : NULL,
	};

	v->handle = object->handle;
	v->ordinal = 0;
	return visit(v, own);
}

/* "*" has what every element of the set carries. */
static int visit_set(struct visit *v, struct nc_set *set)
{
	struct nc_set_element *any = (struct nc_set_element *)nc_set_catchall(set);
	int r = 0;

	if (!any || !set->carries)
		return 0;
	if (!nc_element_more(any))
		return -ENOMEM;
	any->more->quota.bytes = set->quota.bytes;
	v->handle = set->handle;
	v->ordinal = 0;
	for (unsigned i = 0; i < NC_CARRY_BITS && !r; i++) {
		unsigned bit = 1u << i;
		struct nc_stateful own = {
			.space = bit == NC_CARRY_COUNTER ? NC_IDS_COUNTERS : NC_IDS_WORDS,
			.id = &set->any_id[i],
			.fresh = &set->any_fresh[i],
			.counter = bit == NC_CARRY_COUNTER ? &any->more->counter : NULL,
			.quota = bit == NC_CARRY_QUOTA ? &any->more->quota : NULL,
		};

		if (set->carries & bit)
			r = visit(v, own);
	}
	return r;
}

static int visit_rule(struct visit *v, struct nc_rule *rule)
{
	int r = 0;

	v->handle = rule->handle;
	v->ordinal = 0;
	v->no_keys = !rule->generates;
	for (size_t i = 0; i < rule->stmts.n && !r; i++)
		r = visit_stmt(v, &rule->stmts.v[i]);
	return r;
}

int nc_ruleset_each_stateful(struct nc_ruleset *ruleset, nc_stateful_fn *fn, void *context)
{
	struct visit v = {.fn = fn, .context = context};
	int r = 0;

	nc_vec_foreach (table, &ruleset->tables) {
		nc_vec_foreach (object, &(*table)->objects)
			r = r ?: visit_object(&v, *object);
		nc_vec_foreach (set, &(*table)->sets)
			r = r ?: visit_set(&v, *set);
		nc_vec_foreach (chain, &(*table)->chains) {
			nc_vec_foreach (rule, &(*chain)->rules)
				r = r ?: visit_rule(&v, *rule);
		}
	}
	return r;
}

/* --- inheriting --------------------------------------------------------------------------------------------- */

struct generator_ids {
	uint32_t ids[16];
	size_t n, next;
};

static int note_id(const struct nc_stateful *stateful, void *context)
{
	struct generator_ids *ids = context;

	if (!stateful->counter && !stateful->quota && ids->n < 16)
		ids->ids[ids->n++] = *stateful->id;
	return 0;
}

static int take_id(const struct nc_stateful *stateful, void *context)
{
	struct generator_ids *ids = context;

	if (!stateful->counter && !stateful->quota && ids->next < ids->n)
		*stateful->id = ids->ids[ids->next++];
	return 0;
}

void nc_stmt_inherit_generators(struct nc_stmt *stmt, const struct nc_stmt *old)
{
	struct generator_ids ids = {};
	struct visit v = {.fn = note_id, .context = &ids};

	if (stmt->kind == NC_STMT_LIMIT)
		return;
	/* Visiting changes nothing but what take_id() does. */
	visit_stmt(&v, (struct nc_stmt *)old);
	v.fn = take_id;
	visit_stmt(&v, stmt);
}

/* --- ids --------------------------------------------------------------------------------------------------------- */

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

static int note_used(const struct nc_stateful *stateful, void *context)
{
	struct ids *ids = (struct ids *)context + stateful->space;
	uint32_t id = *stateful->id;

	if (id == NC_NONE)
		return 0;
	if (id >= ids->end)
		ids->end = id + 1;
	return set_id(ids, id);
}

static int assign_free(const struct nc_stateful *stateful, void *context)
{
	struct ids *ids = (struct ids *)context + stateful->space;

	if (*stateful->id != NC_NONE)
		return 0;
	while (test_id(ids, ids->next))
		ids->next++;
	*stateful->id = ids->next++;
	*stateful->fresh = true;
	if (*stateful->id >= ids->end)
		ids->end = *stateful->id + 1;
	return 0;
}

int nc_ruleset_assign_ids(struct nc_ruleset *ruleset, const struct nc_busy busy[_NC_IDS_MAX],
			  uint32_t ret_end[_NC_IDS_MAX])
{
	struct ids ids[_NC_IDS_MAX] = {};
	int r = 0;

	for (size_t space = 0; space < _NC_IDS_MAX; space++) {
		for (uint32_t i = 0; i < busy[space].n_bits && !r; i++) {
			if (busy[space].words[i / 64] >> i % 64 & 1)
				r = set_id(&ids[space], i);
		}
	}
	r = r ?: nc_ruleset_each_stateful(ruleset, note_used, ids);
	r = r ?: nc_ruleset_each_stateful(ruleset, assign_free, ids);
	for (size_t space = 0; space < _NC_IDS_MAX; space++) {
		ret_end[space] = ids[space].end;
		nc_vec_free(&ids[space].words);
	}
	return r;
}
