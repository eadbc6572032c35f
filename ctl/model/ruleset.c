/* SPDX-License-Identifier: GPL-2.0-only */
/* The ruleset's objects: made, found and freed. Called by everything that holds a ruleset. */
#include "model/ruleset.h"

#include <string.h>

struct nc_ruleset *nc_ruleset_new(void)
{
	return calloc(1, sizeof(struct nc_ruleset));
}

/* An object of a size whose name is the string pointer at an offset. */
static void *new_named(size_t size, size_t name_offset, const char *name)
{
	_cleanup_free_ char *copy = strdup(name);
	char *object = copy ? calloc(1, size) : NULL;

	if (!object)
		return NULL;
	*(char **)(object + name_offset) = TAKE_PTR(copy);
	return object;
}

struct nc_table *nc_table_new(const char *name)
{
	return new_named(sizeof(struct nc_table), offsetof(struct nc_table, name), name);
}

struct nc_chain *nc_chain_new(const char *name)
{
	return new_named(sizeof(struct nc_chain), offsetof(struct nc_chain, name), name);
}

struct nc_set *nc_set_new(const char *name)
{
	struct nc_set *set = new_named(sizeof(*set), offsetof(struct nc_set, name), name);

	if (set)
		set->live = NC_NONE;
	return set;
}

struct nc_rule *nc_rule_new(void)
{
	struct nc_rule *rule = calloc(1, sizeof(*rule));

	if (rule)
		rule->counter_id = NC_NONE;
	return rule;
}

void nc_match_clear(struct nc_match *match)
{
	nc_vec_free(&match->values);
	free(match->set);
	match->set = NULL;
}

void nc_rule_free(struct nc_rule *rule)
{
	if (!rule)
		return;
	nc_vec_foreach (stmt, &rule->stmts) {
		if (stmt->kind == NC_STMT_MATCH)
			nc_match_clear(&stmt->match);
	}
	nc_vec_free(&rule->stmts);
	free(rule->comment);
	free(rule);
}

void nc_set_free(struct nc_set *set)
{
	if (!set)
		return;
	nc_vec_free(&set->elements);
	free(set->comment);
	free(set->name);
	free(set);
}

void nc_chain_free(struct nc_chain *chain)
{
	if (!chain)
		return;
	nc_vec_foreach (rule, &chain->rules)
		nc_rule_free(*rule);
	nc_vec_free(&chain->rules);
	nc_vec_free(&chain->devices);
	free(chain->comment);
	free(chain->name);
	free(chain);
}

void nc_table_free(struct nc_table *table)
{
	if (!table)
		return;
	nc_vec_foreach (chain, &table->chains)
		nc_chain_free(*chain);
	nc_vec_free(&table->chains);
	nc_vec_foreach (set, &table->sets)
		nc_set_free(*set);
	nc_vec_free(&table->sets);
	free(table->comment);
	free(table->name);
	free(table);
}

void nc_ruleset_free(struct nc_ruleset *ruleset)
{
	if (!ruleset)
		return;
	nc_vec_foreach (table, &ruleset->tables)
		nc_table_free(*table);
	nc_vec_free(&ruleset->tables);
	free(ruleset);
}

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

struct nc_rule *nc_chain_find_rule(const struct nc_chain *chain, uint64_t handle, size_t *ret_index)
{
	nc_vec_foreach (rule, &chain->rules) {
		if ((*rule)->handle != handle)
			continue;
		if (ret_index)
			*ret_index = rule - chain->rules.v;
		return *rule;
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
		if (stmt->kind == NC_STMT_COUNTER)
			return &stmt->counter;
	}
	return NULL;
}
