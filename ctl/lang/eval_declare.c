/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declarations: tables, chains, sets and objects with what stands in their blocks, into the model. Called for "add" and
 * "create"; in the order in which nft takes a block apart: chains, objects, sets, rules.
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
	static const struct nc_ast_chain none;
	const struct nc_ast_chain *ast = command->chain_body ?: &none;
	_cleanup_(nc_chain_freep) struct nc_chain *chain = nc_chain_new(command->chain.text);
	int r;

	if (!chain)
		return -ENOMEM;
	chain->loc = command->chain.loc;
	chain->base = nc_loc_given(&ast->hook);
	chain->hook = ast->hook_number;
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

/* A policy is for base chains; one that is there may be named without its hook. */
static int check_policy(struct nc_eval *eval, struct nc_table *table,
			const struct nc_ast_command *command)
{
	const struct nc_ast_chain *ast = command->chain_body;
	struct nc_chain *chain = nc_table_find_chain(table, command->chain.text);

	if (!ast || !nc_loc_given(&ast->policy_loc) || nc_loc_given(&ast->hook))
		return 0;
	if (!chain || !chain->base)
		return nc_diag_error(eval->diag, &ast->policy_loc,
				     "a policy needs a hook: chain '%s' is one that others jump to",
				     command->chain.text);
	if (command->verb != NC_VERB_CREATE)
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

	r = check_policy(eval, table, command);
	if (r == 0)
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

/* What a meter's set is declared as. */
static int new_meter(const struct nc_ast_set_stmt *ast, const struct nc_set_stmt *stmt,
		     struct nc_set **ret, struct nc_diag *diag)
{
	_cleanup_(nc_set_freep) struct nc_set *set = nc_set_new(stmt->set);
	int r;

	if (!set)
		return -ENOMEM;
	r = nc_eval_key(ast->key, &set->typeof_key, diag);
	if (r == 0)
		r = nc_key_type_of(&set->typeof_key, &set->type);
	if (r < 0)
		return r;
	set->carries = stmt->carries;
	set->limit = stmt->limit;
	set->quota = stmt->quota;
	set->meter = true;
	set->loc = ast->set.loc;
	set->flags = NC_SET_DYNAMIC | (stmt->timeout ? NC_SET_TIMEOUT : 0);
	set->size = stmt->size;
	*ret = TAKE_PTR(set);
	return 0;
}

int nc_eval_add_meters(struct nc_eval *eval, struct nc_table *table, const struct nc_ast_rule *ast,
		       const struct nc_rule *rule)
{
	const struct nc_ast_stmt *ast_stmt = ast->stmts;

	nc_vec_foreach (stmt, &rule->stmts) {
		_cleanup_(nc_set_freep) struct nc_set *set = NULL;
		struct nc_set *added;
		int r;

		if (stmt->kind == NC_STMT_MATCH && stmt->match.implied)
			continue;
		if (stmt->kind == NC_STMT_SET && stmt->set->meter &&
		    !nc_table_find_set(table, stmt->set->set)) {
			r = new_meter(&ast_stmt->set, stmt->set, &set, eval->diag);
			if (r == 0)
				r = nc_edit_add_set(table, set, false, &added, eval->diag);
			if (r < 0)
				return r;
			TAKE_PTR(set);
		}
		ast_stmt = ast_stmt->next;
	}
	return 0;
}

int nc_eval_add_rule(struct nc_eval *eval, struct nc_table *table, struct nc_chain *chain,
		     const struct nc_ast_rule *ast, const struct nc_place *place)
{
	_cleanup_(nc_rule_freep) struct nc_rule *rule = NULL;
	int r;

	r = nc_eval_rule(ast, &rule, eval->diag);
	if (r < 0)
		return r;
	r = nc_eval_add_meters(eval, table, ast, rule);
	if (r == 0)
		r = nc_edit_add_rule(table, chain, rule, place, eval->diag);
	if (r == 0)
		TAKE_PTR(rule);
	return r;
}

/* A rule that has nowhere to go: only to report what is wrong with it. */
static int check_rule(struct nc_eval *eval, const struct nc_ast_rule *ast)
{
	_cleanup_(nc_rule_freep) struct nc_rule *rule = NULL;

	return nc_eval_rule(ast, &rule, eval->diag);
}

/* Those that the parser has put into the model. */
static int take_stored_rules(struct nc_eval *eval, struct nc_table *table, struct nc_chain *chain,
			     const struct nc_ast_chain *ast)
{
	const struct nc_place end = {.position = NC_POSITION_END};
	int r = 0;

	for (size_t i = 0; i < ast->n_stored && !r; i++) {
		struct nc_rule **rule = &eval->stored->v[ast->first_stored + i];
		uint64_t handle = (*rule)->handle;

		r = nc_edit_add_rule(table, chain, *rule, &end, eval->diag);
		if (r == 0)
			TAKE_PTR(*rule)->handle = handle;
	}
	return r;
}

static int add_rules(struct nc_eval *eval, struct nc_table *table,
		     const struct nc_ast_command *command)
{
	struct nc_chain *chain = nc_table_find_chain(table, command->chain.text);
	const struct nc_place end = {.position = NC_POSITION_END};
	const struct nc_ast_rule *rule = command->chain_body ? command->chain_body->rules : NULL;
	int failed = 0;

	if (eval->stored && chain && command->chain_body)
		return take_stored_rules(eval, table, chain, command->chain_body);
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

/* --- sets and maps -------------------------------------------------------------------------------------- */

static int refuse_type(const struct nc_expr *word, struct nc_diag *diag)
{
	return nc_diag_error(diag, &word->loc,
			     "'%s' is not a type of sets that netctl knows; there are ipv4_addr, "
			     "ipv6_addr, ether_addr, ether_type, inet_proto, inet_service, mark, "
			     "ifname and the others of nft(8); 'typeof' takes any field",
			     word->text);
}

static int eval_type_words(const struct nc_expr *words, nc_key_type *ret, struct nc_diag *diag)
{
	for (const struct nc_expr *word = words->items; word; word = word->next) {
		struct nc_key_part part = {};

		if (nc_type_by_name(word->text, &part.type) < 0 ||
		    !nc_type_info(part.type)->settable)
			return refuse_type(word, diag);
		part.bits = nc_type_info(part.type)->bits;
		if (nc_vec_push(ret, part) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int eval_set_type(struct nc_eval *eval, const struct nc_ast_command *command,
			 struct nc_set *set)
{
	const struct nc_ast_set *ast = command->set_body;
	int r;

	if (ast->type && ast->type_fields)
		return nc_diag_error(eval->diag, &ast->type_fields->loc,
				     "'type' and 'typeof' say the same: write one of them");
	if (ast->type)
		return eval_type_words(ast->type, &set->type, eval->diag);
	if (!ast->type_fields)
		return nc_diag_error(eval->diag, &command->set.loc,
				     "%s '%s' has no type; write for example 'type ipv4_addr%s'",
				     ast->is_map ? "map" : "set", command->set.text,
				     ast->is_map ? " : verdict" : "");
	r = nc_eval_key(ast->type_fields, &set->typeof_key, eval->diag);
	return r < 0 ? r : nc_key_type_of(&set->typeof_key, &set->type);
}

/* "counter", "quota" or "limit" */
static bool find_kind(const char *word, enum nc_object_kind *ret)
{
	for (enum nc_object_kind kind = 0; kind < _NC_KIND_MAX; kind++) {
		if (strcmp(word, nc_kind_word(kind)) == 0) {
			*ret = kind;
			return true;
		}
	}
	return false;
}

static int eval_data_type(struct nc_eval *eval, const struct nc_ast_command *command,
			  struct nc_set *set)
{
	const struct nc_ast_set *ast = command->set_body;
	nc_key_type type = {};
	int r;

	if (!ast->is_map)
		return 0;
	if (ast->data && !ast->data->items->next &&
	    strcmp(ast->data->items->text, "verdict") == 0) {
		set->map = NC_MAP_VERDICT;
		return 0;
	}
	if (ast->data && !ast->data->items->next &&
	    find_kind(ast->data->items->text, &set->objects)) {
		set->map = NC_MAP_OBJECT;
		return 0;
	}
	set->map = NC_MAP_VALUE;
	if (ast->data) {
		r = eval_type_words(ast->data, &type, eval->diag);
	} else {
		r = nc_eval_key(ast->data_fields, &set->typeof_data, eval->diag);
		if (r == 0)
			r = nc_key_type_of(&set->typeof_data, &type);
	}
	if (r == 0 && type.n != 1)
		r = nc_diag_error(eval->diag, ast->data ? &ast->data->loc : &ast->data_fields->loc,
				  "data of several parts has no use at this hook");
	if (r == 0)
		set->data_type = type.v[0];
	nc_vec_free(&type);
	return r;
}

static int eval_set_lines(struct nc_eval *eval, const struct nc_ast_command *command,
			  struct nc_set *set)
{
	const struct nc_ast_set *ast = command->set_body;

	set->loc = command->set.loc;
	set->flags = ast->flags | (ast->timeout.ms ? NC_SET_TIMEOUT : 0);
	set->size_given = ast->size.value;
	set->size = ast->size.value;
	if (!set->size && set->flags & NC_SET_DYNAMIC)
		set->size = NC_DYNAMIC_SIZE;
	set->timeout = ast->timeout.ms;
	set->gc_interval = ast->gc_interval.ms;
	set->auto_merge = ast->auto_merge;
	set->policy = ast->policy;
	set->carries = ast->carries;
	set->limit = ast->limit;
	set->quota = ast->quota;
	set->meter = ast->meter;
	if (set->flags & NC_SET_CONSTANT && set->flags & (NC_SET_DYNAMIC | NC_SET_TIMEOUT))
		return nc_diag_error(eval->diag, &ast->flags_loc,
				     "a constant set cannot change: leave 'dynamic' and 'timeout' "
				     "out");
	if (set->flags & NC_SET_INTERVAL && set->flags & NC_SET_DYNAMIC)
		return nc_diag_error(eval->diag, &ast->flags_loc,
				     "packets add single values: a dynamic set cannot be one of "
				     "intervals");
	if (set->map == NC_MAP_OBJECT && set->flags & NC_SET_DYNAMIC)
		return nc_diag_error(eval->diag, &ast->flags_loc,
				     "packets cannot add what names a %s: leave 'dynamic' out",
				     nc_kind_word(set->objects));
	if (set->auto_merge && !(set->flags & NC_SET_INTERVAL))
		return nc_diag_error(eval->diag, &command->set.loc,
				     "auto-merge joins intervals: add 'flags interval'");
	return copy_comment(&ast->comment, &set->comment);
}

static int new_set(struct nc_eval *eval, const struct nc_ast_command *command, struct nc_set **ret)
{
	_cleanup_(nc_set_freep) struct nc_set *set = nc_set_new(command->set.text);
	int r;

	if (!set)
		return -ENOMEM;
	r = eval_set_type(eval, command, set);
	if (r == 0)
		r = eval_data_type(eval, command, set);
	if (r == 0)
		r = eval_set_lines(eval, command, set);
	if (r == 0 && set->type.n > 1 && nc_key_type_bytes(&set->type) > NC_CONCAT_BYTES)
		r = nc_diag_error(eval->diag, &command->set.loc,
				  "concatenation is too big: %u bytes, %d are possible",
				  nc_key_type_bytes(&set->type), NC_CONCAT_BYTES);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(set);
	return 0;
}

static int eval_set_elements(struct nc_eval *eval, const struct nc_ast_command *command,
			     struct nc_set *set)
{
	const struct nc_expr *elements = command->set_body->elements;
	const struct nc_element_rules rules = nc_element_rules(set);
	int r;

	if (!elements)
		return 0;
	r = nc_eval_elements(elements, &rules, &set->elements, eval->diag);
	if (r < 0)
		return r;
	if (set->auto_merge)
		nc_elements_merge(&set->elements);
	r = nc_elements_normalize(&set->elements, eval->diag);
	return r < 0 || eval->stored ? r : nc_eval_need_data(set, &set->elements, eval->diag);
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
		/* A stored text has those elements that the kernel cannot keep all of. */
		added->noted = added->elements;
		added->elements = (nc_set_elements){};
	}
	return 0;
}

/* --- counters, quotas and limits -------------------------------------------------------------------------- */

static int declare_object(struct nc_eval *eval, struct nc_table *table,
			  const struct nc_ast_command *command)
{
	const struct nc_ast_object *ast = command->object_body;
	_cleanup_(nc_object_freep) struct nc_object_decl *object = NULL;
	struct nc_object_decl *added;
	int r;

	object = nc_object_new(command->kind, command->name.text);
	if (!object)
		return -ENOMEM;
	object->loc = command->name.loc;
	object->counter = ast->counter;
	object->quota = ast->quota;
	object->limit = ast->limit;
	r = copy_comment(&ast->comment, &object->comment);
	if (r == 0)
		r = nc_edit_add_object(table, object, command->verb == NC_VERB_CREATE, &added,
				       eval->diag);
	if (r < 0)
		return r;
	TAKE_PTR(object);
	if (eval->stored)
		added->handle = command->stored_handle;
	return 0;
}

typedef int each_object_fn(struct nc_eval *eval, struct nc_table *table,
			   const struct nc_ast_command *command);

static bool is_kind(const struct nc_ast_command *object, enum nc_object kind)
{
	return object->object == kind || (kind == NC_OBJECT_SET && object->object == NC_OBJECT_MAP);
}

static int for_each_object(struct nc_eval *eval, struct nc_table *table,
			   const struct nc_ast_table *body, enum nc_object kind, each_object_fn *fn)
{
	int failed = 0;

	for (const struct nc_ast_command *object = body->objects; object; object = object->next) {
		int r = is_kind(object, kind) ? fn(eval, table, object) : 0;

		if (r == -ENOMEM)
			return r;
		if (r < 0)
			failed = r;
	}
	return failed;
}

/* Chains, then objects of state, sets and rules, as nft expands a table's block. */
static int fill_table(struct nc_eval *eval, struct nc_table *table, const struct nc_ast_table *body)
{
	static const struct {
		enum nc_object kind;
		each_object_fn *fn;
	} passes[] = {
		{NC_OBJECT_CHAIN, declare_chain},
		{NC_OBJECT_STATE, declare_object},
		{NC_OBJECT_SET, declare_set},
		{NC_OBJECT_CHAIN, add_rules},
	};
	int failed = 0;

	for (size_t i = 0; i < sizeof(passes) / sizeof(*passes); i++) {
		int r = for_each_object(eval, table, body, passes[i].kind, passes[i].fn);

		if (r == -ENOMEM)
			return r;
		if (r < 0)
			failed = r;
		if (passes[i].fn != add_rules)
			eval->declaration_failed |= r < 0;
	}
	return failed;
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
	if (body) {
		nc_edit_set_dormant(table, body->dormant);
		r = fill_table(eval, table, body);
	}
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
	if (command->object == NC_OBJECT_SET || command->object == NC_OBJECT_MAP)
		return declare_set(eval, table, command);
	if (command->object == NC_OBJECT_STATE)
		return declare_object(eval, table, command);
	r = declare_chain(eval, table, command);
	return r < 0 ? r : add_rules(eval, table, command);
}
