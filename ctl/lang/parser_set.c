/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks of sets, maps and meters, and of named counters, quotas and limits: their lines between braces, or the same on
 * one line of a command.
 */
#include <string.h>

#include "lang/parser.h"

/* --- sets and maps ---------------------------------------------------------------------------------------- */

static const struct {
	const char *word;
	unsigned flag;
} flag_words[] = {
	{"constant", NC_SET_CONSTANT},
	{"interval", NC_SET_INTERVAL},
	{"timeout", NC_SET_TIMEOUT},
	{"dynamic", NC_SET_DYNAMIC},
};

static bool parse_flag(struct nc_parser *parser, unsigned *flags)
{
	for (size_t i = 0; i < sizeof(flag_words) / sizeof(*flag_words); i++) {
		if (nc_parser_accept_word(parser, flag_words[i].word)) {
			*flags |= flag_words[i].flag;
			return true;
		}
	}
	return nc_parser_unexpected(parser, "'constant', 'interval', 'timeout' or 'dynamic'");
}

/* The words behind a set's "flags". */
static bool parse_flags(struct nc_parser *parser, struct nc_ast_set *set)
{
	set->flags_loc = parser->token.loc;
	do {
		if (!parse_flag(parser, &set->flags))
			return false;
	} while (nc_parser_accept(parser, NC_TOKEN_COMMA));
	return true;
}

/* "ipv4_addr . inet_service" */
static bool parse_type_words(struct nc_parser *parser, struct nc_expr **ret)
{
	struct nc_expr *concat, **next;

	if (!nc_parser_new_expr(parser, NC_EXPR_CONCAT, parser->token.loc, &concat))
		return false;
	next = &concat->items;
	do {
		struct nc_word word;

		if (!nc_parser_word(parser, "a data type, such as ipv4_addr", &word) ||
		    !nc_parser_new_expr(parser, NC_EXPR_VALUE, word.loc, next))
			return false;
		(*next)->text = word.text;
		concat->loc = nc_loc_join(concat->loc, word.loc);
		next = &(*next)->next;
	} while (nc_parser_accept(parser, NC_TOKEN_DOT));
	*ret = concat;
	return true;
}

static bool parse_type(struct nc_parser *parser, struct nc_ast_set *set)
{
	if (!parse_type_words(parser, &set->type))
		return false;
	if (!set->is_map)
		return true;
	return nc_parser_expect(parser, NC_TOKEN_COLON, "':' and the type of the data") &&
	       parse_type_words(parser, &set->data);
}

static bool parse_typeof(struct nc_parser *parser, struct nc_ast_set *set)
{
	if (!nc_parse_key(parser, &set->type_fields))
		return false;
	if (!set->is_map)
		return true;
	if (!nc_parser_expect(parser, NC_TOKEN_COLON, "':' and the type of the data"))
		return false;
	if (nc_parser_at_word(parser, "verdict") || nc_parser_at_word(parser, "counter") ||
	    nc_parser_at_word(parser, "quota") || nc_parser_at_word(parser, "limit"))
		return parse_type_words(parser, &set->data);
	return nc_parse_key(parser, &set->data_fields);
}

static bool parse_size(struct nc_parser *parser, struct nc_ast_set *set)
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

static bool parse_elements(struct nc_parser *parser, struct nc_ast_set *set)
{
	return nc_parser_expect(parser, NC_TOKEN_ASSIGN, "'='") &&
	       nc_parse_set(parser, &set->elements);
}

static bool parse_comment(struct nc_parser *parser, struct nc_ast_set *set)
{
	return nc_parser_comment(parser, &set->comment);
}

static bool parse_timeout(struct nc_parser *parser, struct nc_ast_set *set)
{
	return nc_parse_time(parser, &set->timeout);
}

static bool parse_gc_interval(struct nc_parser *parser, struct nc_ast_set *set)
{
	return nc_parse_time(parser, &set->gc_interval);
}

static bool parse_auto_merge(struct nc_parser *parser, struct nc_ast_set *set)
{
	(void)parser;
	set->auto_merge = true;
	return true;
}

static bool parse_policy(struct nc_parser *parser, struct nc_ast_set *set)
{
	if (nc_parser_accept_word(parser, "performance"))
		set->policy = NC_POLICY_PERFORMANCE;
	else if (nc_parser_accept_word(parser, "memory"))
		set->policy = NC_POLICY_MEMORY;
	else
		return nc_parser_unexpected(parser, "'performance' or 'memory'");
	return true;
}

static bool parse_set_counter(struct nc_parser *parser, struct nc_ast_set *set)
{
	struct nc_counter counter;
	bool given;

	set->carries |= NC_CARRY_COUNTER;
	return nc_parse_counter(parser, &counter, &given);
}

static bool parse_set_limit(struct nc_parser *parser, struct nc_ast_set *set)
{
	set->carries |= NC_CARRY_LIMIT;
	return nc_parse_limit(parser, &set->limit);
}

static bool parse_set_quota(struct nc_parser *parser, struct nc_ast_set *set)
{
	set->carries |= NC_CARRY_QUOTA;
	return nc_parse_quota(parser, &set->quota);
}

static const struct set_line {
	const char *word;
	bool (*parse)(struct nc_parser *parser, struct nc_ast_set *set);
	bool carried; /* another such may follow on the line */
} set_lines[] = {
	{"type", parse_type, false},
	{"typeof", parse_typeof, false},
	{"flags", parse_flags, false},
	{"size", parse_size, false},
	{"elements", parse_elements, false},
	{"comment", parse_comment, false},
	{"timeout", parse_timeout, false},
	{"gc-interval", parse_gc_interval, false},
	{"auto-merge", parse_auto_merge, false},
	{"policy", parse_policy, false},
	{"counter", parse_set_counter, true},
	{"limit", parse_set_limit, true},
	{"quota", parse_set_quota, true},
};

static const struct set_line *accept_set_line(struct nc_parser *parser, bool carried)
{
	for (size_t i = 0; i < sizeof(set_lines) / sizeof(*set_lines); i++) {
		if ((!carried || set_lines[i].carried) &&
		    nc_parser_accept_word(parser, set_lines[i].word))
			return &set_lines[i];
	}
	return NULL;
}

static bool parse_set_words(struct nc_parser *parser, struct nc_ast_set *set,
			    const struct set_line *line)
{
	unsigned bit = 1u << (line - set_lines);

	if (set->seen & bit) {
		nc_diag_error(parser->diag, &parser->previous,
			      "'%s' stands in this set's block already", line->word);
		return false;
	}
	set->seen |= bit;
	return line->parse(parser, set);
}

static bool parse_set_line(struct nc_parser *parser, struct nc_ast_command *object)
{
	const struct set_line *line = accept_set_line(parser, false);

	while (line) {
		if (!parse_set_words(parser, object->set_body, line))
			return false;
		line = line->carried ? accept_set_line(parser, true) : NULL;
		if (!line)
			return nc_parser_end_line(parser);
	}
	if (nc_parser_refused(parser, NC_UNSUPPORTED_SET))
		return false;
	return nc_parser_unexpected(parser, "'type', 'typeof', 'flags', 'timeout', 'gc-interval', "
					    "'size', 'policy', 'auto-merge', 'counter', 'limit', "
					    "'quota', 'comment' or 'elements'");
}

bool nc_parse_set_body(struct nc_parser *parser, struct nc_ast_command *set)
{
	set->set_body = nc_parser_alloc(parser, sizeof(*set->set_body));
	if (!set->set_body)
		return false;
	set->set_body->is_map = set->object == NC_OBJECT_MAP;
	set->set_body->meter = set->object == NC_OBJECT_METER;
	if (set->set_body->meter)
		set->object = NC_OBJECT_SET;
	return nc_parse_block(parser, parse_set_line, set);
}

/* --- named counters, quotas and limits ----------------------------------------------------------------------- */

static bool parse_state(struct nc_parser *parser, struct nc_ast_object *object)
{
	bool given;

	switch (object->kind) {
	case NC_KIND_COUNTER:
		if (!nc_parser_at_word(parser, "packets"))
			return nc_parser_unexpected(parser, "'packets' or 'comment'");
		return nc_parse_counter(parser, &object->counter, &given);
	case NC_KIND_QUOTA:
		return nc_parse_quota(parser, &object->quota);
	default:
		return nc_parse_limit(parser, &object->limit);
	}
}

static bool parse_object_line(struct nc_parser *parser, struct nc_ast_command *command)
{
	struct nc_ast_object *object = command->object_body;

	if (nc_parser_accept_word(parser, "comment"))
		return nc_parser_comment(parser, &object->comment) && nc_parser_end_line(parser);
	if (object->given) {
		nc_diag_error(parser->diag, &parser->token.loc,
			      "what this %s is stands here already", nc_kind_word(object->kind));
		return false;
	}
	object->given = true;
	return parse_state(parser, object) && nc_parser_end_line(parser);
}

/* "add quota netdev t q over 10 mbytes" has no block. */
static bool at_end(const struct nc_parser *parser)
{
	return nc_parser_at(parser, NC_TOKEN_NEWLINE) || nc_parser_at(parser, NC_TOKEN_SEMICOLON) ||
	       nc_parser_at(parser, NC_TOKEN_END) || nc_parser_at(parser, NC_TOKEN_RBRACE);
}

bool nc_parse_object_body(struct nc_parser *parser, struct nc_ast_command *object)
{
	struct nc_ast_object *body = nc_parser_alloc(parser, sizeof(*body));
	bool parsed = true;

	if (!body)
		return false;
	body->kind = object->kind;
	object->object_body = body;
	if (nc_parser_at(parser, NC_TOKEN_LBRACE))
		parsed = nc_parse_block(parser, parse_object_line, object);
	else if (!at_end(parser)) {
		body->given = true;
		parsed = parse_state(parser, body);
	}
	if (!parsed || body->given || body->kind == NC_KIND_COUNTER)
		return parsed;
	nc_diag_error(parser->diag, &object->name.loc, "%s '%s' needs %s", nc_kind_word(body->kind),
		      object->name.text,
		      body->kind == NC_KIND_LIMIT ? "a rate, such as 'rate 10/second'"
						  : "a size, such as 'over 10 mbytes'");
	return false;
}
