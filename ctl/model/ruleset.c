/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects of the model: making and finding them, and small questions. free.c frees them. */
#include <string.h>

#include "model/ruleset.h"

struct nc_ruleset *nc_ruleset_new(void)
{
	return calloc(1, sizeof(struct nc_ruleset));
}

struct nc_table *nc_table_new(const char *name)
{
	_cleanup_(nc_table_freep) struct nc_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->name = strdup(name);
	return table->name ? TAKE_PTR(table) : NULL;
}

struct nc_chain *nc_chain_new(const char *name)
{
	_cleanup_(nc_chain_freep) struct nc_chain *chain = calloc(1, sizeof(*chain));

	if (!chain)
		return NULL;
	chain->name = strdup(name);
	return chain->name ? TAKE_PTR(chain) : NULL;
}

struct nc_rule *nc_rule_new(void)
{
	return calloc(1, sizeof(struct nc_rule));
}

int nc_stmt_allocate(struct nc_stmt *stmt)
{
	switch (stmt->kind) {
	case NC_STMT_SET:
		stmt->set = calloc(1, sizeof(*stmt->set));
		return stmt->set ? 0 : -ENOMEM;
	case NC_STMT_ASSIGN:
		stmt->assign = calloc(1, sizeof(*stmt->assign));
		return stmt->assign ? 0 : -ENOMEM;
	case NC_STMT_DUP:
	case NC_STMT_FWD:
		stmt->send = calloc(1, sizeof(*stmt->send));
		return stmt->send ? 0 : -ENOMEM;
	default:
		return 0;
	}
}

struct nc_set *nc_set_new(const char *name)
{
	_cleanup_(nc_set_freep) struct nc_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->live = NC_NONE;
	for (size_t i = 0; i < NC_CARRY_BITS; i++)
		set->any_id[i] = NC_NONE;
	set->name = strdup(name);
	return set->name ? TAKE_PTR(set) : NULL;
}

struct nc_object_decl *nc_object_new(enum nc_object_kind kind, const char *name)
{
	_cleanup_(nc_object_freep) struct nc_object_decl *object = calloc(1, sizeof(*object));

	if (!object)
		return NULL;
	object->kind = kind;
	object->id = NC_NONE;
	object->name = strdup(name);
	return object->name ? TAKE_PTR(object) : NULL;
}

/* --- finding ------------------------------------------------------------------------------------------ */

struct nc_table *nc_ruleset_find_table(const struct nc_ruleset *ruleset, const char *name)
{
	nc_vec_foreach (table, &ruleset->tables) {
		if (strcmp((*table)->name, name) == 0)
			return *table;
	}
	return NULL;
}

struct nc_chain *nc_table_find_chain(const struct nc_table *table, const char *name)
{
	nc_vec_foreach (chain, &table->chains) {
		if (strcmp((*chain)->name, name) == 0)
			return *chain;
	}
	return NULL;
}

struct nc_set *nc_table_find_set(const struct nc_table *table, const char *name)
{
	nc_vec_foreach (set, &table->sets) {
		if (strcmp((*set)->name, name) == 0)
			return *set;
	}
	return NULL;
}

struct nc_object_decl *nc_table_find_object(const struct nc_table *table, enum nc_object_kind kind,
					    const char *name)
{
	nc_vec_foreach (object, &table->objects) {
		if ((*object)->kind == kind && strcmp((*object)->name, name) == 0)
			return *object;
	}
	return NULL;
}

struct nc_rule *nc_chain_find_rule(const struct nc_chain *chain, uint64_t handle, size_t *ret_index)
{
	for (size_t i = 0; i < chain->rules.n; i++) {
		if (chain->rules.v[i]->handle != handle)
			continue;
		if (ret_index)
			*ret_index = i;
		return chain->rules.v[i];
	}
	return NULL;
}

bool nc_chain_has_device(const struct nc_chain *chain, const char *name)
{
	nc_vec_foreach (device, &chain->devices) {
		if (strcmp(device->name, name) == 0)
			return true;
	}
	return false;
}

struct nc_counter *nc_rule_counter(const struct nc_rule *rule)
{
	nc_vec_foreach (stmt, &rule->stmts) {
		if (stmt->kind == NC_STMT_COUNTER && !stmt->object)
			return &stmt->counter;
	}
	return NULL;
}

bool nc_set_in_text(const struct nc_set *set)
{
	return set->type.n > 1 && set->flags & NC_SET_INTERVAL;
}

const nc_set_elements *nc_set_known(const struct nc_set *set)
{
	return set->live != NC_NONE && !set->elements_loaded ? &set->noted : &set->elements;
}

const struct nc_set_element *nc_set_catchall(const struct nc_set *set)
{
	nc_vec_foreach (element, nc_set_known(set)) {
		if (element->catchall)
			return element;
	}
	return NULL;
}

const char *nc_set_word(const struct nc_set *set)
{
	return set->map == NC_MAP_NONE ? "set" : "map";
}

const char *nc_kind_word(enum nc_object_kind kind)
{
	static const char *const words[] = {
		[NC_KIND_COUNTER] = "counter",
		[NC_KIND_QUOTA] = "quota",
		[NC_KIND_LIMIT] = "limit",
	};

	return words[kind];
}

enum nc_object_kind nc_stmt_object_kind(const struct nc_stmt *stmt)
{
	switch (stmt->kind) {
	case NC_STMT_OBJECT:
		return stmt->objects.kind;
	case NC_STMT_LIMIT:
		return NC_KIND_LIMIT;
	case NC_STMT_QUOTA:
		return NC_KIND_QUOTA;
	default:
		return NC_KIND_COUNTER;
	}
}

uint64_t nc_unit_seconds(enum nc_unit unit)
{
	static const uint64_t seconds[] = {
		[NC_UNIT_SECOND] = 1,  [NC_UNIT_MINUTE] = 60,	   [NC_UNIT_HOUR] = 3600,
		[NC_UNIT_DAY] = 86400, [NC_UNIT_WEEK] = 7 * 86400,
	};

	return seconds[unit];
}

static void note_added(struct nc_table *table, const struct nc_rule *rule)
{
	nc_vec_foreach (stmt, &rule->stmts) {
		struct nc_set *set =
			stmt->kind == NC_STMT_SET ? nc_table_find_set(table, stmt->set->set) : NULL;
		unsigned added = set ? stmt->set->carries & ~set->carries : 0;

		if (!added)
			continue;
		set->added |= added;
		if (added & NC_CARRY_LIMIT)
			set->limit = stmt->set->limit;
		if (added & NC_CARRY_QUOTA)
			set->quota = stmt->set->quota;
	}
}

void nc_ruleset_note_added(struct nc_ruleset *ruleset)
{
	nc_vec_foreach (table, &ruleset->tables) {
		nc_vec_foreach (set, &(*table)->sets)
			(*set)->added = 0;
		nc_vec_foreach (chain, &(*table)->chains) {
			nc_vec_foreach (rule, &(*chain)->rules) {
				if (!(*rule)->plain)
					note_added(*table, *rule);
			}
		}
	}
}

static bool rule_has_meter(const struct nc_rule *rule, const char *name)
{
	nc_vec_foreach (stmt, &rule->stmts) {
		if (stmt->kind == NC_STMT_SET && stmt->set->meter &&
		    strcmp(stmt->set->set, name) == 0)
			return true;
	}
	return false;
}

static bool table_has_meter(const struct nc_table *table, const char *name)
{
	nc_vec_foreach (chain, &table->chains) {
		nc_vec_foreach (rule, &(*chain)->rules) {
			if (rule_has_meter(*rule, name))
				return true;
		}
	}
	return false;
}

void nc_ruleset_drop_meters(struct nc_ruleset *ruleset)
{
	nc_vec_foreach (table, &ruleset->tables) {
		for (size_t i = (*table)->sets.n; i--;) {
			struct nc_set *set = (*table)->sets.v[i];

			if (!set->meter || table_has_meter(*table, set->name))
				continue;
			nc_set_free(set);
			nc_vec_remove(&(*table)->sets, i);
		}
	}
}

/* --- keys --------------------------------------------------------------------------------------------- */

unsigned nc_selector_bits(const struct nc_selector *selector)
{
	bool raw = selector->field == NC_FIELD_RAW || selector->field == NC_FIELD_TCPOPT_RAW;

	return raw ? selector->raw.length : nc_field_bits(selector->field);
}

unsigned nc_selector_offset(const struct nc_selector *selector)
{
	bool raw = selector->field == NC_FIELD_RAW || selector->field == NC_FIELD_TCPOPT_RAW;

	return raw ? selector->raw.offset : nc_field_info(selector->field)->offset;
}

unsigned nc_selector_kind(const struct nc_selector *selector)
{
	bool numbered =
		selector->field == NC_FIELD_TCPOPT_RAW || selector->field == NC_FIELD_TCPOPT_NUMBER;

	return numbered ? selector->raw.kind : nc_field_info(selector->field)->protocol;
}

enum nc_type nc_selector_type(const struct nc_selector *selector)
{
	return nc_field_info(selector->field)->type;
}

unsigned nc_key_type_bytes(const nc_key_type *type)
{
	unsigned bytes = 0;

	nc_vec_foreach (part, type)
		bytes += (part->bits + 31) / 32 * 4;
	return bytes;
}

bool nc_key_type_same(const nc_key_type *a, const nc_key_type *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (a->v[i].type != b->v[i].type || a->v[i].bits != b->v[i].bits)
			return false;
	}
	return true;
}

int nc_key_type_of(const nc_key *key, nc_key_type *ret)
{
	nc_key_type type = {};

	nc_vec_foreach (selector, key) {
		struct nc_key_part part = {.type = nc_selector_type(selector),
					   .bits = nc_selector_bits(selector),
					   .hex = selector->field == NC_FIELD_RAW};

		if (nc_vec_push(&type, part) < 0) {
			nc_vec_free(&type);
			return -ENOMEM;
		}
	}
	*ret = type;
	return 0;
}

/* --- elements ------------------------------------------------------------------------------------------ */

struct nc_element_more *nc_element_more(struct nc_set_element *element)
{
	if (!element->more)
		element->more = calloc(1, sizeof(*element->more));
	return element->more;
}

const struct nc_interval *nc_element_part(const struct nc_set_element *element, unsigned part)
{
	return part ? &element->more->rest[part - 1] : &element->interval;
}

static int copy_string(char **string)
{
	if (!*string)
		return 0;
	*string = strdup(*string);
	return *string ? 0 : -ENOMEM;
}

int nc_element_copy(const struct nc_set_element *element, struct nc_set_element *ret)
{
	struct nc_set_element copy = *element;
	struct nc_element_more *more;

	if (!element->more) {
		*ret = copy;
		return 0;
	}
	more = malloc(sizeof(*more));
	if (!more)
		return -ENOMEM;
	*more = *element->more;
	more->rest = NULL;
	copy.more = more;
	if (copy_string(&more->comment) < 0) {
		more->verdict.chain = NULL;
		goto failed;
	}
	if (copy_string(&more->verdict.chain) < 0)
		goto failed;
	if (more->n_rest) {
		more->rest = calloc(more->n_rest, sizeof(*more->rest));
		if (!more->rest)
			goto failed;
		memcpy(more->rest, element->more->rest, more->n_rest * sizeof(*more->rest));
	}
	*ret = copy;
	return 0;
failed:
	nc_element_clear(&copy);
	return -ENOMEM;
}
