/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scripts performed on a ruleset, command by command. What goes wrong is reported and the next command is
 * tried; at the end the ruleset is validated as a whole.
 */
#include "lang/eval.h"
#include "lang/script.h"

static int add_any(struct nc_eval *eval, const struct nc_ast_command *command)
{
	switch (command->object) {
	case NC_OBJECT_TABLE:
		return nc_eval_add_table(eval, command);
	case NC_OBJECT_RULE:
		return nc_eval_place_rule(eval, command);
	case NC_OBJECT_ELEMENT:
		return nc_eval_change_elements(eval, command);
	default:
		return nc_eval_add_object(eval, command);
	}
}

static int run_command(struct nc_eval *eval, const struct nc_ast_command *command)
{
	int r = 0;

	switch (command->verb) {
	case NC_VERB_ADD:
	case NC_VERB_CREATE:
		r = add_any(eval, command);
		eval->declaration_failed |= r < 0 && command->object != NC_OBJECT_RULE &&
					    command->object != NC_OBJECT_TABLE;
		return r;
	case NC_VERB_INSERT:
		return nc_eval_place_rule(eval, command);
	case NC_VERB_REPLACE:
		return nc_eval_replace_rule(eval, command);
	case NC_VERB_DELETE:
	case NC_VERB_DESTROY:
		return nc_eval_delete(eval, command);
	case NC_VERB_FLUSH:
		return nc_eval_flush(eval, command);
	case NC_VERB_RENAME:
		return nc_eval_rename(eval, command);
	case NC_VERB_LIST:
	case NC_VERB_GET:
	case NC_VERB_RESET:
		return 0;
	}
	return r;
}

/* All commands. What a stored text says was validated before it was stored. */
static int run(struct nc_eval *eval, const struct nc_script *script)
{
	int failed = 0, r;

	for (size_t i = 0; i < script->commands.n; i++) {
		r = run_command(eval, script->commands.v[i]);
		if (r == -ENOMEM)
			return r;
		if (r < 0 && !failed)
			failed = r;
	}
	if (eval->declaration_failed)
		return failed;
	nc_ruleset_drop_meters(eval->ruleset);
	nc_ruleset_note_added(eval->ruleset);
	r = eval->stored ? 0 : nc_ruleset_validate(eval->ruleset, eval->diag);
	return failed ?: r;
}

static int check_rules(const struct nc_ast_rule *rules, struct nc_diag *diag)
{
	for (const struct nc_ast_rule *ast = rules; ast; ast = ast->next) {
		_cleanup_(nc_rule_freep) struct nc_rule *rule = NULL;

		if (nc_eval_rule(ast, &rule, diag) == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}

static int check_elements(const struct nc_ast_set *ast, struct nc_diag *diag)
{
	_cleanup_(nc_set_freep) struct nc_set *set = nc_set_new("");
	struct nc_element_rules rules;
	nc_set_elements elements = {};
	enum nc_type type;
	int r;

	if (!set)
		return -ENOMEM;
	/* Only what can be known without the rest of the declaration. */
	if (!ast->elements || !ast->type || ast->type->items->next || ast->is_map ||
	    nc_type_by_name(ast->type->items->text, &type) < 0)
		return 0;
	r = nc_vec_push(&set->type, {.type = type, .bits = nc_type_info(type)->bits});
	if (r < 0)
		return r;
	set->flags = ast->flags | NC_SET_TIMEOUT;
	set->carries = ast->carries;
	rules = nc_element_rules(set);
	r = nc_eval_elements(ast->elements, &rules, &elements, diag);
	nc_elements_clear(&elements);
	return r;
}

static int check_command(const struct nc_ast_command *command, struct nc_diag *diag)
{
	const struct nc_ast_table *table = command->table_body;
	const struct nc_ast_command *object = table ? table->objects : NULL;
	int r = check_rules(command->rule, diag);

	if (r != -ENOMEM && command->chain_body)
		r = check_rules(command->chain_body->rules, diag);
	if (r != -ENOMEM && command->set_body)
		r = check_elements(command->set_body, diag);
	/* Objects of a table have none in turn. */
	for (; object && r != -ENOMEM; object = object->next)
		r = check_command(object, diag);
	return r;
}

int nc_eval_check(const struct nc_script *script, struct nc_diag *diag)
{
	int r = 0;

	for (size_t i = 0; i < script->commands.n && r != -ENOMEM; i++)
		r = check_command(script->commands.v[i], diag);
	return r;
}

int nc_script_run(const struct nc_script *script, struct nc_ruleset *ruleset,
		  nc_load_elements_fn *load, void *context, struct nc_diag *diag)
{
	struct nc_eval eval = {.ruleset = ruleset, .load = load, .context = context, .diag = diag};
	size_t first = diag->messages.n;
	int r = run(&eval, script);

	nc_script_sort_messages(diag, first);
	return r;
}

int nc_script_elements(const struct nc_script *script, size_t index, const struct nc_set *set,
		       nc_set_elements *ret, struct nc_diag *diag)
{
	const struct nc_ast_command *command = script->commands.v[index];
	const struct nc_element_rules rules = nc_element_rules(set);
	nc_set_elements elements = {};
	int r = nc_eval_elements(command->elements, &rules, &elements, diag);

	if (r < 0)
		return r;
	r = nc_elements_normalize(&elements, diag);
	if (r == 0 && (command->verb == NC_VERB_ADD || command->verb == NC_VERB_CREATE))
		r = nc_eval_need_data(set, &elements, diag);
	if (r < 0) {
		nc_elements_clear(&elements);
		return r;
	}
	*ret = elements;
	return 0;
}

int nc_stored_read(const char *text, size_t length, struct nc_ruleset **ret, struct nc_diag *diag)
{
	const struct nc_source source = {
		.name = "the stored ruleset", .text = text, .length = length};
	_cleanup_(nc_ruleset_freep) struct nc_ruleset *ruleset = nc_ruleset_new();
	_cleanup_(nc_script_freep) struct nc_script *script = NULL;
	struct nc_eval eval = {.ruleset = ruleset, .diag = diag};
	int r;

	if (!ruleset)
		return -ENOMEM;
	r = nc_script_read(&source, true, NULL, NULL, &script, diag);
	if (r < 0)
		return r;
	eval.stored = &script->stored;
	r = run(&eval, script);
	if (r < 0)
		return r;
	ruleset->last_handle = script->stored_last;
	*ret = TAKE_PTR(ruleset);
	return 0;
}
