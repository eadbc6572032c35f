/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks: the bodies of tables, chains and sets, between their braces. An error in one line of a block costs that
 * line; the next one is read.
 */
#include <string.h>

#include "lang/parser.h"

/* One line of a block, with the separator behind it. */
typedef bool parse_line_fn(struct nc_parser *parser, struct nc_ast_command *object);

static bool parse_block(struct nc_parser *parser, parse_line_fn *parse_line,
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
		if (nc_parser_accept(parser, NC_TOKEN_RBRACE))
			return true;
		if (nc_parser_at(parser, NC_TOKEN_END))
			return nc_parser_unclosed(parser, begin);
		if (!parse_line(parser, object))
			nc_parser_resync(parser, depth);
		if (parser->out_of_memory)
			return false;
	}
}

static bool end_line(struct nc_parser *parser)
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

static bool parse_chain_line(struct nc_parser *parser, struct nc_ast_command *object)
{
	struct nc_ast_chain *chain = object->chain_body;

	if (nc_parser_accept_word(parser, "type"))
		return nc_parse_hook(parser, chain) && end_line(parser);
	if (nc_parser_accept_word(parser, "policy"))
		return parse_policy(parser, chain) && end_line(parser);
	if (nc_parser_accept_word(parser, "comment"))
		return nc_parser_comment(parser, &chain->comment) && end_line(parser);
	if (nc_parser_at_word(parser, "flags")) {
		nc_diag_error(
			parser->diag, &parser->token.loc,
			"chain flags (offload) are nft grammar that netctl does not support yet");
		return false;
	}
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
	chain->chain_body = body;
	return parse_block(parser, parse_chain_line, chain);
}

/* The words behind a set's "flags". */
static bool parse_set_flags(struct nc_parser *parser, struct nc_ast_set *set)
{
	set->flags_loc = parser->token.loc;
	do {
		if (nc_parser_accept_word(parser, "constant"))
			set->flags |= NC_SET_CONSTANT;
		else if (nc_parser_accept_word(parser, "interval"))
			set->flags |= NC_SET_INTERVAL;
		else if (nc_parser_refused(parser, NC_UNSUPPORTED_SET))
			return false;
		else
			return nc_parser_unexpected(parser, "'constant' or 'interval'");
	} while (nc_parser_accept(parser, NC_TOKEN_COMMA));
	return true;
}

static bool parse_set_type(struct nc_parser *parser, struct nc_ast_set *set)
{
	return nc_parser_word(parser, "a data type, such as ipv4_addr", &set->type);
}

static bool parse_set_size(struct nc_parser *parser, struct nc_ast_set *set)
{
	struct nc_number size;

	if (!nc_parser_number(parser, "a number of elements", UINT32_MAX, &size))
		return false;
	if (!size.value) {
		nc_diag_error(parser->diag, &size.loc, "a set of size 0 can hold nothing");
		return false;
	}
	set->size = size;
	return true;
}

static bool parse_set_elements(struct nc_parser *parser, struct nc_ast_set *set)
{
	return nc_parser_expect(parser, NC_TOKEN_ASSIGN, "'='") &&
	       nc_parse_set(parser, &set->elements);
}

static bool parse_set_comment(struct nc_parser *parser, struct nc_ast_set *set)
{
	return nc_parser_comment(parser, &set->comment);
}

static bool parse_set_line(struct nc_parser *parser, struct nc_ast_command *object)
{
	static const struct {
		const char *word;
		bool (*parse)(struct nc_parser *parser, struct nc_ast_set *set);
	} lines[] = {
		{"type", parse_set_type},	{"flags", parse_set_flags},
		{"size", parse_set_size},	{"elements", parse_set_elements},
		{"comment", parse_set_comment},
	};
	struct nc_ast_set *set = object->set_body;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (!nc_parser_accept_word(parser, lines[i].word))
			continue;
		if (set->seen & (1u << i)) {
			nc_diag_error(parser->diag, &parser->previous,
				      "'%s' stands in this set's block already", lines[i].word);
			return false;
		}
		set->seen |= 1u << i;
		return lines[i].parse(parser, set) && end_line(parser);
	}
	if (nc_parser_refused(parser, NC_UNSUPPORTED_SET))
		return false;
	return nc_parser_unexpected(parser, "'type', 'flags', 'size', 'comment' or 'elements'");
}

bool nc_parse_set_body(struct nc_parser *parser, struct nc_ast_command *set)
{
	set->set_body = nc_parser_alloc(parser, sizeof(*set->set_body));
	return set->set_body && parse_block(parser, parse_set_line, set);
}

static bool parse_table_object(struct nc_parser *parser, struct nc_ast_command *table,
			       enum nc_object kind)
{
	struct nc_ast_command *object = nc_parser_alloc(parser, sizeof(*object));
	bool chain = kind == NC_OBJECT_CHAIN;
	bool parsed;

	if (!object)
		return false;
	object->verb = NC_VERB_ADD;
	object->object = kind;
	object->loc = parser->previous;
	object->table = table->table;
	if (!nc_parser_name(parser, chain ? "a chain's name" : "a set's name",
			    chain ? &object->chain : &object->set))
		return false;
	object->loc = nc_loc_join(object->loc, parser->previous);
	parsed = chain ? nc_parse_chain_body(parser, object) : nc_parse_set_body(parser, object);
	if (!parsed)
		return false;
	*table->table_body->objects_end = object;
	table->table_body->objects_end = &object->next;
	return end_line(parser);
}

static bool parse_table_line(struct nc_parser *parser, struct nc_ast_command *table)
{
	if (nc_parser_accept_word(parser, "chain"))
		return parse_table_object(parser, table, NC_OBJECT_CHAIN);
	if (nc_parser_accept_word(parser, "set"))
		return parse_table_object(parser, table, NC_OBJECT_SET);
	if (nc_parser_accept_word(parser, "comment"))
		return nc_parser_comment(parser, &table->table_body->comment) && end_line(parser);
	if (nc_parser_refused(parser, NC_UNSUPPORTED_OBJECT))
		return false;
	return nc_parser_unexpected(parser, "'chain', 'set' or 'comment'");
}

bool nc_parse_table_body(struct nc_parser *parser, struct nc_ast_command *table)
{
	struct nc_ast_table *body = nc_parser_alloc(parser, sizeof(*body));

	if (!body)
		return false;
	body->objects_end = &body->objects;
	table->table_body = body;
	return parse_block(parser, parse_table_line, table);
}
