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
	case NC_VERB_LIST:
		return 0;
	}
	return r;
}

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
	r = nc_ruleset_validate(eval->ruleset, eval->diag);
	return failed ?: r;
}

int nc_script_run(const struct nc_script *script, struct nc_ruleset *ruleset,
		  nc_load_elements_fn *load, void *context, struct nc_diag *diag)
{
	struct nc_eval eval = {.ruleset = ruleset, .load = load, .context = context, .diag = diag};

	return run(&eval, script);
}

int nc_script_elements(const struct nc_script *script, size_t index, const struct nc_set *set,
		       nc_set_elements *ret, struct nc_diag *diag)
{
	nc_set_elements elements = {};
	int r = nc_eval_elements(script->commands.v[index]->elements, set->type,
				 set->flags & NC_SET_INTERVAL, &elements, diag);

	if (r < 0)
		return r;
	r = nc_elements_normalize(&elements, diag);
	if (r < 0) {
		nc_vec_free(&elements);
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
	struct nc_eval eval = {.ruleset = ruleset, .diag = diag, .stored = true};
	int r;

	if (!ruleset)
		return -ENOMEM;
	r = nc_script_read(&source, true, &script, diag);
	if (r < 0)
		return r;
	r = run(&eval, script);
	if (r < 0)
		return r;
	ruleset->last_handle = script->stored_last;
	*ret = TAKE_PTR(ruleset);
	return 0;
}
