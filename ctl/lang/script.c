/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scripts: a text as a list of commands. nc_script_parse() drives the parser from command to command; what it returns is
 * read by eval and, without the tree, by callers.
 */
#include "lang/eval.h"
#include "lang/parser.h"
#include "lang/script.h"

/* To the next line; braces that close nothing are part of what failed. */
static void skip_failed_command(struct nc_parser *parser)
{
	nc_parser_resync(parser, 0);
	while (nc_parser_accept(parser, NC_TOKEN_RBRACE))
		;
}

static int parse_commands(struct nc_parser *parser, struct nc_script *script)
{
	for (;;) {
		struct nc_ast_command *command;

		nc_parser_skip_separators(parser);
		nc_parser_stored(parser, &(uint64_t){0}, &script->stored_last);
		nc_parser_skip_separators(parser);
		if (nc_parser_at(parser, NC_TOKEN_END))
			return 0;
		if (nc_parse_common(parser))
			continue;
		command = nc_parser_alloc(parser, sizeof(*command));
		if (!command || nc_vec_push(&script->commands, command) < 0)
			return -ENOMEM;
		if (!nc_parse_command(parser, command))
			skip_failed_command(parser);
		if (parser->out_of_memory)
			return -ENOMEM;
	}
}

static bool is_before(const struct nc_loc *a, const struct nc_loc *b)
{
	if (!nc_loc_given(a) || !nc_loc_given(b) || a->source != b->source)
		return false;
	return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* By insertion: they are few, mostly in order, and equal ones must stay so. */
void nc_script_sort_messages(struct nc_diag *diag, size_t first)
{
	struct nc_message *v = diag->messages.v;

	for (size_t i = first + 1; i < diag->messages.n; i++) {
		struct nc_message message = v[i];
		size_t at = i;

		for (; at > first && is_before(&message.loc, &v[at - 1].loc); at--)
			v[at] = v[at - 1];
		v[at] = message;
	}
}

static int parse(struct nc_parser *parser, struct nc_script *script)
{
	int r;

	nc_parser_advance(parser);
	r = nc_parse_prelude(parser) ? parse_commands(parser, script) : -EINVAL;
	nc_vec_free(&parser->definitions);
	nc_arena_free(&parser->one_rule);
	return r;
}

int nc_script_read(const struct nc_source *source, bool stored, nc_include_fn *include,
		   void *context, struct nc_script **ret, struct nc_diag *diag)
{
	_cleanup_(nc_script_freep) struct nc_script *script = calloc(1, sizeof(*script));
	size_t errors = diag->n_errors, first = diag->messages.n;
	struct nc_parser parser;
	int r;

	if (!script)
		return -ENOMEM;
	if (!stored) {
		r = nc_lexer_check_text(source, diag);
		if (r < 0)
			return r;
	}
	parser = (struct nc_parser){
		.arena = &script->arena,
		.stored = stored ? &script->stored : NULL,
		.diag = diag,
		.include = include,
		.context = context,
	};
	nc_lexer_init(&parser.lexer, source, stored, diag);
	r = parse(&parser, script);
	if (r < 0)
		return r;
	if (diag->n_errors > errors) {
		/* What could be read may have wrong values as well: all errors of a text in one go. */
		if (nc_eval_check(script, diag) == -ENOMEM)
			return -ENOMEM;
		nc_script_sort_messages(diag, first);
		return -EINVAL;
	}
	*ret = TAKE_PTR(script);
	return 0;
}

int nc_script_parse(const struct nc_source *source, nc_include_fn *include, void *context,
		    struct nc_script **ret, struct nc_diag *diag)
{
	return nc_script_read(source, false, include, context, ret, diag);
}

size_t nc_script_length(const struct nc_script *script)
{
	return script->commands.n;
}

struct nc_command nc_script_command(const struct nc_script *script, size_t index)
{
	const struct nc_ast_command *command = script->commands.v[index];

	return (struct nc_command){
		.verb = command->verb,
		.object = command->object,
		.table = command->table.text,
		.chain = command->chain.text,
		.set = command->set.text,
		.name = command->name.text,
		.kind = command->kind,
		.handle = command->handle.value,
		.loc = command->loc,
	};
}

void nc_script_free(struct nc_script *script)
{
	if (!script)
		return;
	nc_vec_free(&script->commands);
	nc_vec_foreach (rule, &script->stored)
		nc_rule_free(*rule);
	nc_vec_free(&script->stored);
	nc_arena_free(&script->arena);
	free(script);
}
