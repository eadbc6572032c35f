/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks: the bodies of tables and chains, between their braces. An error in one line of a block costs that
 * line; the next one is read.
 */
#include <string.h>

#include "lang/eval.h"
#include "lang/parser.h"

bool nc_parse_block(struct nc_parser *parser, nc_parse_line_fn *parse_line,
		    struct nc_ast_command *object)
{
	struct nc_loc begin = parser->token.loc;
	unsigned depth;

	if (!nc_parser_expect(parser, NC_TOKEN_LBRACE, "'{'"))
		return false;
	nc_parser_stored(parser, &object->stored_handle, &object->stored_last);
	depth = parser->depth;
	for (;;) {
		nc_parser_skip_separators(parser);
		if (nc_parser_accept(parser, NC_TOKEN_RBRACE)) {
			nc_parser_forget(parser);
			return true;
		}
		if (nc_parser_at(parser, NC_TOKEN_END))
			return nc_parser_unclosed(parser, begin);
		if (nc_parse_common(parser))
			continue;
		if (!parse_line(parser, object))
			nc_parser_resync(parser, depth);
		if (parser->out_of_memory)
			return false;
	}
}

bool nc_parser_end_line(struct nc_parser *parser)
{
	return nc_parser_end_statement(parser, "the end of the line or ';'");
}

static bool parse_policy(struct nc_parser *parser, struct nc_ast_chain *chain)
{
	struct nc_loc loc = parser->token.loc;

	if (nc_loc_given(&chain->policy_loc)) {
		nc_diag_error(parser->diag, &parser->previous,
			      "this chain has a policy already, on line %u",
			      chain->policy_loc.line);
		return false;
	}
	if (nc_parser_accept_word(parser, "accept"))
		chain->policy = NC_VERDICT_ACCEPT;
	else if (nc_parser_accept_word(parser, "drop"))
		chain->policy = NC_VERDICT_DROP;
	else
		return nc_parser_unexpected(parser, "'accept' or 'drop'");
	chain->policy_loc = loc;
	return true;
}

/* Into the model at once; the tree is forgotten. */
static bool parse_stored_rule(struct nc_parser *parser, struct nc_ast_chain *chain)
{
	_cleanup_(nc_rule_freep) struct nc_rule *rule = NULL;
	struct nc_arena *arena = parser->arena;
	struct nc_ast_rule *ast;
	int r = -EINVAL;

	parser->arena = &parser->one_rule;
	if (nc_parse_rule(parser, &ast))
		r = nc_eval_rule(ast, &rule, parser->diag);
	parser->arena = arena;
	if (r == 0) {
		rule->handle = ast->stored_handle;
		r = nc_vec_push(parser->stored, rule);
	}
	nc_arena_reset(&parser->one_rule);
	parser->out_of_memory |= r == -ENOMEM;
	if (r < 0)
		return false;
	TAKE_PTR(rule);
	chain->n_stored++;
	return true;
}

static bool parse_chain_line(struct nc_parser *parser, struct nc_ast_command *object)
{
	struct nc_ast_chain *chain = object->chain_body;

	if (nc_parser_accept_word(parser, "type"))
		return nc_parse_hook(parser, chain) && nc_parser_end_line(parser);
	if (nc_parser_accept_word(parser, "policy"))
		return parse_policy(parser, chain) && nc_parser_end_line(parser);
	if (nc_parser_accept_word(parser, "comment"))
		return nc_parser_comment(parser, &chain->comment) && nc_parser_end_line(parser);
	if (nc_parser_at_word(parser, "flags")) {
		nc_diag_error(parser->diag, &parser->token.loc,
			      "chain flags (offload) are for NICs that filter by themselves, which "
			      "netctl does "
			      "not drive");
		return false;
	}
	if (parser->stored)
		return parse_stored_rule(parser, chain);
	if (!nc_parse_rule(parser, chain->rules_end))
		return false;
	chain->rules_end = &(*chain->rules_end)->next;
	return true;
}

bool nc_parse_chain_body(struct nc_parser *parser, struct nc_ast_command *chain)
{
	struct nc_ast_chain *body = nc_parser_alloc(parser, sizeof(*body));

	if (!body)
		return false;
	body->rules_end = &body->rules;
	body->first_stored = parser->stored ? parser->stored->n : 0;
	chain->chain_body = body;
	return nc_parse_block(parser, parse_chain_line, chain);
}

static struct nc_word *object_name(struct nc_ast_command *object)
{
	switch (object->object) {
	case NC_OBJECT_CHAIN:
		return &object->chain;
	case NC_OBJECT_STATE:
		return &object->name;
	default:
		return &object->set;
	}
}

static bool parse_object_body(struct nc_parser *parser, struct nc_ast_command *object)
{
	switch (object->object) {
	case NC_OBJECT_CHAIN:
		return nc_parse_chain_body(parser, object);
	case NC_OBJECT_STATE:
		return nc_parse_object_body(parser, object);
	default:
		return nc_parse_set_body(parser, object);
	}
}

static const struct table_object {
	const char *word, *name;
	enum nc_object object;
	enum nc_object_kind kind;
} table_objects[] = {
	{"chain", "a chain's name", NC_OBJECT_CHAIN, 0},
	{"set", "a set's name", NC_OBJECT_SET, 0},
	{"map", "a map's name", NC_OBJECT_MAP, 0},
	{"meter", "a meter's name", NC_OBJECT_METER, 0},
	{"counter", "a counter's name", NC_OBJECT_STATE, NC_KIND_COUNTER},
	{"quota", "a quota's name", NC_OBJECT_STATE, NC_KIND_QUOTA},
	{"limit", "a limit's name", NC_OBJECT_STATE, NC_KIND_LIMIT},
};

static bool parse_table_object(struct nc_parser *parser, struct nc_ast_command *table,
			       const struct table_object *kind)
{
	struct nc_ast_command *object = nc_parser_alloc(parser, sizeof(*object));

	if (!object)
		return false;
	object->verb = NC_VERB_ADD;
	object->object = kind->object;
	object->kind = kind->kind;
	object->loc = parser->previous;
	object->table = table->table;
	if (!nc_parser_name(parser, kind->name, object_name(object)))
		return false;
	object->loc = nc_loc_join(object->loc, parser->previous);
	if (!parse_object_body(parser, object))
		return false;
	*table->table_body->objects_end = object;
	table->table_body->objects_end = &object->next;
	return nc_parser_end_line(parser);
}

static bool parse_table_flags(struct nc_parser *parser, struct nc_ast_table *table)
{
	if (nc_parser_at_word(parser, "owner")) {
		nc_diag_error(parser->diag, &parser->token.loc,
			      "'flags owner' is nft grammar that netctl does not support: tables "
			      "outlive the process that makes them");
		return false;
	}
	if (!nc_parser_expect_word(parser, "dormant"))
		return false;
	table->dormant = true;
	return true;
}

static bool parse_table_line(struct nc_parser *parser, struct nc_ast_command *table)
{
	for (size_t i = 0; i < sizeof(table_objects) / sizeof(*table_objects); i++) {
		if (nc_parser_accept_word(parser, table_objects[i].word))
			return parse_table_object(parser, table, &table_objects[i]);
	}
	if (nc_parser_accept_word(parser, "comment"))
		return nc_parser_comment(parser, &table->table_body->comment) &&
		       nc_parser_end_line(parser);
	if (nc_parser_accept_word(parser, "flags"))
		return parse_table_flags(parser, table->table_body) && nc_parser_end_line(parser);
	if (nc_parser_refused(parser, NC_UNSUPPORTED_OBJECT))
		return false;
	return nc_parser_unexpected(parser, "'chain', 'set', 'map', 'counter', 'quota', 'limit', "
					    "'flags' or 'comment'");
}

bool nc_parse_table_body(struct nc_parser *parser, struct nc_ast_command *table)
{
	struct nc_ast_table *body = nc_parser_alloc(parser, sizeof(*body));

	if (!body)
		return false;
	body->objects_end = &body->objects;
	table->table_body = body;
	return nc_parse_block(parser, parse_table_line, table);
}
