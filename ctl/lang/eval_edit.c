/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Edits of what is there: elements, rules by handle, deleting and flushing. Called for commands; what each does to
 * the model, model/edit.h says.
 */
#include <inttypes.h>
#include <string.h>

#include "lang/eval.h"

int nc_eval_get_table(struct nc_eval *eval, const struct nc_ast_command *command,
		      struct nc_table **ret)
{
	return nc_edit_get_table(eval->ruleset, command->table.text, &command->table.loc, ret,
				 eval->diag);
}

static int get_chain(struct nc_eval *eval, const struct nc_ast_command *command,
		     struct nc_table **ret_table, struct nc_chain **ret)
{
	int r = nc_eval_get_table(eval, command, ret_table);

	if (r < 0)
		return r;
	return nc_edit_get_chain(*ret_table, command->chain.text, &command->chain.loc, ret,
				 eval->diag);
}

static int get_set(struct nc_eval *eval, const struct nc_ast_command *command,
		   struct nc_table **ret_table, struct nc_set **ret)
{
	int r = nc_eval_get_table(eval, command, ret_table);

	if (r < 0)
		return r;
	return nc_edit_get_set(*ret_table, command->set.text, &command->set.loc, ret, eval->diag);
}

int nc_eval_load_elements(struct nc_eval *eval, const struct nc_table *table, struct nc_set *set)
{
	if (set->live == NC_NONE || set->elements_loaded || !eval->load)
		return 0;
	return eval->load(eval->context, table, set, eval->diag);
}

int nc_eval_change_elements(struct nc_eval *eval, const struct nc_ast_command *command)
{
	struct nc_element_rules rules;
	nc_set_elements elements = {};
	struct nc_table *table;
	struct nc_set *set;
	int r;

	r = get_set(eval, command, &table, &set);
	if (r < 0)
		return r;
	rules = nc_element_rules(set);
	r = nc_eval_elements(command->elements, &rules, &elements, eval->diag);
	if (r < 0)
		return r;
	if (command->verb == NC_VERB_ADD || command->verb == NC_VERB_CREATE)
		r = nc_eval_need_data(set, &elements, eval->diag);
	if (r == 0 && set->auto_merge)
		nc_elements_merge(&elements);
	r = r ?: nc_elements_normalize(&elements, eval->diag);
	if (r == 0)
		r = nc_eval_load_elements(eval, table, set);
	if (r == 0 && (command->verb == NC_VERB_ADD || command->verb == NC_VERB_CREATE))
		r = nc_edit_add_elements(set, &elements, command->verb == NC_VERB_CREATE,
					 eval->diag);
	else if (r == 0)
		r = nc_edit_delete_elements(set, &elements, command->verb == NC_VERB_DESTROY,
					    eval->diag);
	nc_elements_clear(&elements);
	return r;
}

int nc_eval_need_data(const struct nc_set *set, const nc_set_elements *elements,
		      struct nc_diag *diag)
{
	int r = 0;

	if (set->map == NC_MAP_NONE)
		return 0;
	nc_vec_foreach (element, elements) {
		if (!element->more || !element->more->mapped)
			r = nc_diag_error(diag, &element->loc,
					  "an element of a map needs data behind a ':'");
	}
	return r;
}

int nc_eval_place_rule(struct nc_eval *eval, const struct nc_ast_command *command)
{
	struct nc_table *table;
	struct nc_chain *chain;
	int r;

	r = get_chain(eval, command, &table, &chain);
	if (r < 0)
		return r;
	return nc_eval_add_rule(eval, table, chain, command->rule, &command->place);
}

int nc_eval_replace_rule(struct nc_eval *eval, const struct nc_ast_command *command)
{
	_cleanup_(nc_rule_freep) struct nc_rule *rule = NULL;
	struct nc_table *table;
	struct nc_chain *chain;
	int r;

	r = get_chain(eval, command, &table, &chain);
	if (r < 0)
		return r;
	r = nc_eval_rule(command->rule, &rule, eval->diag);
	if (r == 0)
		r = nc_eval_add_meters(eval, table, command->rule, rule);
	if (r < 0)
		return r;
	r = nc_edit_replace_rule(chain, command->handle.value, &command->handle.loc, rule,
				 eval->diag);
	if (r == 0)
		TAKE_PTR(rule);
	return r;
}

/* The name of what has this handle, or NULL after a message (destroy: without). */
static const char *name_by_handle(struct nc_eval *eval, const struct nc_ast_command *command,
				  const struct nc_table *table)
{
	uint64_t handle = command->handle.value;

	switch (command->object) {
	case NC_OBJECT_TABLE:
		for (size_t i = 0; i < eval->ruleset->tables.n; i++) {
			if (eval->ruleset->tables.v[i]->handle == handle)
				return eval->ruleset->tables.v[i]->name;
		}
		break;
	case NC_OBJECT_CHAIN:
		for (size_t i = 0; i < table->chains.n; i++) {
			if (table->chains.v[i]->handle == handle)
				return table->chains.v[i]->name;
		}
		break;
	case NC_OBJECT_STATE:
		for (size_t i = 0; i < table->objects.n; i++) {
			if (table->objects.v[i]->handle == handle &&
			    table->objects.v[i]->kind == command->kind)
				return table->objects.v[i]->name;
		}
		break;
	default:
		for (size_t i = 0; i < table->sets.n; i++) {
			if (table->sets.v[i]->handle == handle)
				return table->sets.v[i]->name;
		}
	}
	if (command->verb != NC_VERB_DESTROY)
		nc_diag_error(eval->diag, &command->handle.loc,
			      "nothing of this kind has handle %" PRIu64
			      "; 'list -a' shows handles",
			      handle);
	return NULL;
}

/* A table, chain, set or object by name or handle. */
static int delete_named(struct nc_eval *eval, const struct nc_ast_command *command)
{
	bool missing_ok = command->verb == NC_VERB_DESTROY;
	struct nc_word name = command->object == NC_OBJECT_TABLE   ? command->table
			      : command->object == NC_OBJECT_CHAIN ? command->chain
			      : command->object == NC_OBJECT_STATE ? command->name
								   : command->set;
	struct nc_table *table = NULL;
	_cleanup_free_ char *copy = NULL;
	int r;

	if (command->object != NC_OBJECT_TABLE) {
		if (missing_ok && !nc_ruleset_find_table(eval->ruleset, command->table.text))
			return 0;
		r = nc_eval_get_table(eval, command, &table);
		if (r < 0)
			return r;
	}
	if (!name.text) {
		name.loc = command->handle.loc;
		name.text = name_by_handle(eval, command, table);
		if (!name.text)
			return missing_ok ? 0 : -EINVAL;
	}
	/* It may be the name of what is deleted. */
	copy = strdup(name.text);
	if (!copy)
		return -ENOMEM;
	switch (command->object) {
	case NC_OBJECT_TABLE:
		return nc_edit_delete_table(eval->ruleset, copy, missing_ok, &name.loc, eval->diag);
	case NC_OBJECT_CHAIN:
		return nc_edit_delete_chain(table, copy, missing_ok, &name.loc, eval->diag);
	case NC_OBJECT_STATE:
		return nc_edit_delete_object(table, command->kind, copy, missing_ok, &name.loc,
					     eval->diag);
	default:
		return nc_edit_delete_set(table, copy, missing_ok, &name.loc, eval->diag);
	}
}

static int delete_rule(struct nc_eval *eval, const struct nc_ast_command *command)
{
	bool missing_ok = command->verb == NC_VERB_DESTROY;
	struct nc_table *table = nc_ruleset_find_table(eval->ruleset, command->table.text);
	struct nc_chain *chain = table ? nc_table_find_chain(table, command->chain.text) : NULL;
	int r;

	if (!chain) {
		if (missing_ok)
			return 0;
		r = get_chain(eval, command, &table, &chain);
		if (r < 0)
			return r;
	}
	return nc_edit_delete_rule(chain, command->handle.value, missing_ok, &command->handle.loc,
				   eval->diag);
}

int nc_eval_delete(struct nc_eval *eval, const struct nc_ast_command *command)
{
	switch (command->object) {
	case NC_OBJECT_RULE:
		return delete_rule(eval, command);
	case NC_OBJECT_ELEMENT:
		return nc_eval_change_elements(eval, command);
	default:
		return delete_named(eval, command);
	}
}

int nc_eval_flush(struct nc_eval *eval, const struct nc_ast_command *command)
{
	struct nc_table *table;
	struct nc_chain *chain;
	struct nc_set *set;
	int r;

	switch (command->object) {
	case NC_OBJECT_RULESET:
		nc_edit_flush_ruleset(eval->ruleset);
		return 0;
	case NC_OBJECT_TABLE:
		r = nc_eval_get_table(eval, command, &table);
		if (r == 0)
			nc_edit_flush_table(table);
		return r;
	case NC_OBJECT_CHAIN:
		r = get_chain(eval, command, &table, &chain);
		if (r == 0)
			nc_edit_flush_chain(chain);
		return r;
	default:
		r = get_set(eval, command, &table, &set);
		return r < 0 ? r : nc_edit_flush_set(set, &command->set.loc, eval->diag);
	}
}

int nc_eval_rename(struct nc_eval *eval, const struct nc_ast_command *command)
{
	struct nc_table *table;
	int r = nc_eval_get_table(eval, command, &table);

	if (r < 0)
		return r;
	return nc_edit_rename_chain(table, command->chain.text, command->rename.text,
				    &command->chain.loc, &command->rename.loc, eval->diag);
}
