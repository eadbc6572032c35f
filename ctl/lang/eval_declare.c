/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declarations: tables, chains and sets with what stands in their blocks, into the model. Called for "add" and
 * "create"; in the order in which nft takes a block apart: chains, sets, rules.
 */
#include <string.h>

#include "lang/eval.h"

static int copy_comment(const struct nc_word *comment, char **ret)
{
	if (!comment->text)
		return 0;
	*ret = strdup(comment->text);
	return *ret ? 0 : -ENOMEM;
}

static int add_devices(const struct nc_ast_chain *ast, struct nc_chain *chain)
{
	for (const struct nc_ast_device *device = ast->devices; device; device = device->next) {
		struct nc_device_name name = {.loc = device->name.loc};
		int r;

		snprintf(name.name, sizeof(name.name), "%s", device->name.text);
		r = nc_vec_push(&chain->devices, name);
		if (r < 0)
			return r;
	}
	return 0;
}

static int new_chain(const struct nc_ast_command *command, struct nc_chain **ret)
{
	const struct nc_ast_chain *ast = command->chain_body;
	_cleanup_(nc_chain_freep) struct nc_chain *chain = nc_chain_new(command->chain.text);
	int r;

	if (!chain)
		return -ENOMEM;
	chain->loc = command->chain.loc;
	chain->hook = NC_HOOK_INGRESS;
	chain->priority = ast->priority;
	chain->policy_given = nc_loc_given(&ast->policy_loc);
	chain->policy = chain->policy_given ? ast->policy : NC_VERDICT_ACCEPT;
	chain->single_device = ast->single_device;
	r = add_devices(ast, chain);
	if (r < 0)
		return r;
	r = copy_comment(&ast->comment, &chain->comment);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(chain);
	return 0;
}

/* Without a hook the chain must be there: rules are added to it, and its policy may change. */
static int reopen_chain(struct nc_eval *eval, struct nc_table *table,
			const struct nc_ast_command *command)
{
	const struct nc_ast_chain *ast = command->chain_body;
	struct nc_chain *chain = nc_table_find_chain(table, command->chain.text);

	if (!chain)
		return nc_diag_error(eval->diag, &command->chain.loc,
				     "chain '%s' has no hook; chains that others jump to are nft "
				     "grammar that netctl does not support yet",
				     command->chain.text);
	if (command->verb == NC_VERB_CREATE)
		return nc_diag_error(eval->diag, &command->chain.loc,
				     "chain '%s' exists already in table '%s'", chain->name,
				     table->name);
	if (ast && nc_loc_given(&ast->policy_loc))
		chain->policy = ast->policy;
	return 0;
}

/* A chain without its rules, which come when all sets are there. */
static int declare_chain(struct nc_eval *eval, struct nc_table *table,
			 const struct nc_ast_command *command)
{
	_cleanup_(nc_chain_freep) struct nc_chain *chain = NULL;
	struct nc_chain *added;
	int r;

	if (!command->chain_body || !nc_loc_given(&command->chain_body->hook))
		return reopen_chain(eval, table, command);
	r = new_chain(command, &chain);
	if (r < 0)
		return r;
	r = nc_edit_add_chain(table, chain, command->verb == NC_VERB_CREATE, &added, eval->diag);
	if (r < 0)
		return r;
	TAKE_PTR(chain);
	if (eval->stored)
		added->handle = command->stored_handle;
	return 0;
}

int nc_eval_add_rule(struct nc_eval *eval, struct nc_table *table, struct nc_chain *chain,
		     const struct nc_ast_rule *ast, const struct nc_place *place)
{
	_cleanup_(nc_rule_freep) struct nc_rule *rule = NULL;
	struct nc_rule *added;
	int r;

	r = nc_eval_rule(ast, &rule, eval->diag);
	if (r < 0)
		return r;
	r = nc_edit_add_rule(table, chain, rule, place, eval->diag);
	if (r < 0)
		return r;
	added = TAKE_PTR(rule);
	if (eval->stored)
		added->handle = ast->stored_handle;
	return 0;
}

/* A rule that has nowhere to go: only to report what is wrong with it. */
static int check_rule(struct nc_eval *eval, const struct nc_ast_rule *ast)
{
	_cleanup_(nc_rule_freep) struct nc_rule *rule = NULL;

	return nc_eval_rule(ast, &rule, eval->diag);
}

static int add_rules(struct nc_eval *eval, struct nc_table *table,
		     const struct nc_ast_command *command)
{
	struct nc_chain *chain = nc_table_find_chain(table, command->chain.text);
	const struct nc_place end = {.position = NC_POSITION_END};
	const struct nc_ast_rule *rule = command->chain_body ? command->chain_body->rules : NULL;
	int failed = 0;

	for (; rule; rule = rule->next) {
		int r = chain ? nc_eval_add_rule(eval, table, chain, rule, &end)
			      : check_rule(eval, rule);

		if (r == -ENOMEM)
			return r;
		if (r < 0)
			failed = r;
	}
	return failed;
}

static int set_type(struct nc_eval *eval, const struct nc_ast_command *command, enum nc_type *ret)
{
	const struct nc_word *type = &command->set_body->type;

	if (!type->text)
		return nc_diag_error(eval->diag, &command->set.loc,
				     "set '%s' has no type; write for example 'type ipv4_addr'",
				     command->set.text);
	if (nc_type_by_name(type->text, ret) < 0 || !nc_type_info(*ret)->settable)
		return nc_diag_error(
			eval->diag, &type->loc,
			"'%s' is not a type of sets that netctl knows; there are "
			"ipv4_addr, ipv6_addr, ether_addr, ether_type, inet_proto, "
			"inet_service, tcp_flag, icmp_type, icmp_code, icmpv6_type and "
			"icmpv6_code",
			type->text);
	return 0;
}

static int new_set(struct nc_eval *eval, const struct nc_ast_command *command, struct nc_set **ret)
{
	const struct nc_ast_set *ast = command->set_body;
	_cleanup_(nc_set_freep) struct nc_set *set = nc_set_new(command->set.text);
	int r;

	if (!set)
		return -ENOMEM;
	r = set_type(eval, command, &set->type);
	if (r < 0)
		return r;
	set->loc = command->set.loc;
	set->flags = ast->flags;
	set->size = ast->size.value;
	r = copy_comment(&ast->comment, &set->comment);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(set);
	return 0;
}

static int eval_set_elements(struct nc_eval *eval, const struct nc_ast_command *command,
			     struct nc_set *set)
{
	const struct nc_expr *elements = command->set_body->elements;
	int r;

	if (!elements)
		return 0;
	r = nc_eval_elements(elements, set->type, set->flags & NC_SET_INTERVAL, &set->elements,
			     eval->diag);
	return r < 0 ? r : nc_elements_normalize(&set->elements, eval->diag);
}

static int declare_set(struct nc_eval *eval, struct nc_table *table,
		       const struct nc_ast_command *command)
{
	_cleanup_(nc_set_freep) struct nc_set *set = NULL;
	struct nc_set *added = nc_table_find_set(table, command->set.text);
	int r;

	r = new_set(eval, command, &set);
	if (r < 0)
		return r;
	r = eval_set_elements(eval, command, set);
	if (r < 0)
		return r;
	if (added && set->elements.n) {
		r = nc_eval_load_elements(eval, table, added);
		if (r < 0)
			return r;
	}
	r = nc_edit_add_set(table, set, command->verb == NC_VERB_CREATE, &added, eval->diag);
	if (r < 0)
		return r;
	TAKE_PTR(set);
	if (eval->stored) {
		added->handle = command->stored_handle;
		added->live = eval->n_live++;
		added->elements_loaded = false;
	}
	return 0;
}

typedef int each_object_fn(struct nc_eval *eval, struct nc_table *table,
			   const struct nc_ast_command *command);

static int for_each_object(struct nc_eval *eval, struct nc_table *table,
			   const struct nc_ast_table *body, enum nc_object kind, each_object_fn *fn)
{
	int failed = 0;

	for (const struct nc_ast_command *object = body->objects; object; object = object->next) {
		int r = object->object == kind ? fn(eval, table, object) : 0;

		if (r == -ENOMEM)
			return r;
		if (r < 0)
			failed = r;
	}
	return failed;
}

/* Chains, then sets, then rules, as nft expands a table's block. */
static int fill_table(struct nc_eval *eval, struct nc_table *table, const struct nc_ast_table *body)
{
	int chains, sets, rules;

	chains = for_each_object(eval, table, body, NC_OBJECT_CHAIN, declare_chain);
	if (chains == -ENOMEM)
		return chains;
	sets = for_each_object(eval, table, body, NC_OBJECT_SET, declare_set);
	if (sets == -ENOMEM)
		return sets;
	eval->declaration_failed |= chains < 0 || sets < 0;
	rules = for_each_object(eval, table, body, NC_OBJECT_CHAIN, add_rules);
	return chains < 0 ? chains : sets < 0 ? sets : rules;
}

int nc_eval_add_table(struct nc_eval *eval, const struct nc_ast_command *command)
{
	const struct nc_ast_table *body = command->table_body;
	struct nc_table *table;
	int r;

	r = nc_edit_add_table(eval->ruleset, command->table.text, body ? body->comment.text : NULL,
			      command->verb == NC_VERB_CREATE, &command->table.loc, &table,
			      eval->diag);
	if (r < 0)
		return r;
	if (body)
		r = fill_table(eval, table, body);
	if (eval->stored) {
		table->handle = command->stored_handle;
		table->last_handle = command->stored_last;
	}
	return r;
}

int nc_eval_add_object(struct nc_eval *eval, const struct nc_ast_command *command)
{
	struct nc_table *table;
	int r;

	r = nc_eval_get_table(eval, command, &table);
	if (r < 0)
		return r;
	if (command->object == NC_OBJECT_SET)
		return declare_set(eval, table, command);
	r = declare_chain(eval, table, command);
	return r < 0 ? r : add_rules(eval, table, command);
}
