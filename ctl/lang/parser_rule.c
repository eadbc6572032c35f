/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules: matches and statements up to the end of the line. Called for the lines of a chain's block and for the
 * commands on rules.
 *
 *	rule  = { match | "counter" [ "packets" N "bytes" N ] | "accept" | "drop" } [ "comment" STRING ]
 *	match = HEADER FIELD [ "&" mask ] [ relation ] value
 */
#include <string.h>

#include "lang/parser.h"

/* "saddr, daddr or protocol": what may follow a header's name. */
static void field_names(const char *header, char *names, size_t size)
{
	FILE *out = fmemopen(names, size, "w");
	unsigned left = 0;

	if (!out)
		return;
	for (enum nc_field field = 0; field < _NC_FIELD_MAX; field++)
		left += strcmp(nc_field_info(field)->header, header) == 0;
	for (enum nc_field field = 0; field < _NC_FIELD_MAX; field++) {
		const struct nc_field_info *info = nc_field_info(field);

		if (strcmp(info->header, header) != 0)
			continue;
		left--;
		fprintf(out, "%s%s", info->name, left > 1 ? ", " : left == 1 ? " or " : "");
	}
	fclose(out);
}

static bool parse_field(struct nc_parser *parser, enum nc_field *ret)
{
	char header[NC_KEYWORD_SIZE], name[NC_KEYWORD_SIZE], names[128] = "";

	nc_parser_keyword(parser, header);
	nc_parser_advance(parser);
	if (!nc_parser_keyword(parser, name))
		goto unexpected;
	if (nc_field_by_name(header, name, ret) == 0) {
		nc_parser_advance(parser);
		return true;
	}
	if (nc_field_unsupported(header, name)) {
		nc_diag_error(parser->diag, &parser->token.loc,
			      "'%s %s' is nft grammar that netctl does not support yet", header,
			      name);
		return false;
	}
unexpected:
	field_names(header, names, sizeof(names));
	return nc_parser_unexpected(parser, names);
}

static bool at_header(const struct nc_parser *parser)
{
	char header[NC_KEYWORD_SIZE];

	return nc_parser_keyword(parser, header) && nc_field_header_known(header);
}

static bool parse_masked_field(struct nc_parser *parser, struct nc_ast_match *match)
{
	bool parenthesised = nc_parser_accept(parser, NC_TOKEN_LPAREN);

	if (!at_header(parser))
		return nc_parser_unexpected(parser, "a header and its field, such as 'tcp flags'");
	if (!parse_field(parser, &match->field))
		return false;
	if (nc_parser_accept(parser, NC_TOKEN_AND) && !nc_parse_mask(parser, &match->mask))
		return false;
	return !parenthesised || nc_parser_expect(parser, NC_TOKEN_RPAREN, "')'");
}

static enum nc_relation parse_relation(struct nc_parser *parser)
{
	static const struct {
		enum nc_token_kind token;
		enum nc_relation relation;
	} relations[] = {
		{NC_TOKEN_EQ, NC_RELATION_EQ},	 {NC_TOKEN_NE, NC_RELATION_NE},
		{NC_TOKEN_LT, NC_RELATION_LT},	 {NC_TOKEN_LE, NC_RELATION_LE},
		{NC_TOKEN_GT, NC_RELATION_GT},	 {NC_TOKEN_GE, NC_RELATION_GE},
		{NC_TOKEN_NOT, NC_RELATION_NOT},
	};

	for (size_t i = 0; i < sizeof(relations) / sizeof(*relations); i++) {
		if (nc_parser_accept(parser, relations[i].token))
			return relations[i].relation;
	}
	return NC_RELATION_IMPLICIT;
}

static bool parse_match(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	struct nc_ast_match *match = &stmt->match;

	stmt->kind = NC_STMT_MATCH;
	if (!parse_masked_field(parser, match))
		return false;
	match->relation_loc = parser->token.loc;
	match->relation = parse_relation(parser);
	if (nc_parser_at_word(parser, "vmap") || nc_parser_at_word(parser, "map"))
		return !nc_parser_refused(parser, NC_UNSUPPORTED_STATEMENT);
	if (nc_parser_at(parser, NC_TOKEN_ASSIGN)) {
		nc_diag_error(parser->diag, &parser->token.loc,
			      "values are compared with '==', or with nothing between");
		return false;
	}
	return nc_parse_value(parser, &match->value);
}

static bool parse_counter(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	struct nc_number packets, bytes;

	stmt->kind = NC_STMT_COUNTER;
	if (nc_parser_at_word(parser, "name") || nc_parser_at(parser, NC_TOKEN_STRING)) {
		nc_diag_error(parser->diag, &parser->token.loc,
			      "named counters are nft grammar that netctl does not support yet");
		return false;
	}
	if (!nc_parser_accept_word(parser, "packets"))
		return true;
	if (!nc_parser_number(parser, "a number of packets", UINT64_MAX, &packets) ||
	    !nc_parser_expect_word(parser, "bytes") ||
	    !nc_parser_number(parser, "a number of bytes", UINT64_MAX, &bytes))
		return false;
	stmt->counter = (struct nc_counter){.packets = packets.value, .bytes = bytes.value};
	return true;
}

static bool verdict(struct nc_ast_stmt *stmt, enum nc_verdict verdict)
{
	stmt->kind = NC_STMT_VERDICT;
	stmt->verdict = verdict;
	return true;
}

/* What is no statement: name what it may have been meant for. false. */
static bool refuse_stmt(struct nc_parser *parser)
{
	if (nc_parser_refused(parser, NC_UNSUPPORTED_STATEMENT))
		return false;
	if (nc_parser_at(parser, NC_TOKEN_AT)) {
		nc_diag_error(parser->diag, &parser->token.loc,
			      "raw payload expressions are nft grammar that netctl does not "
			      "support yet");
		return false;
	}
	if (nc_parser_at_word(parser, "l4proto") || nc_parser_at_word(parser, "protocol")) {
		nc_diag_error(parser->diag, &parser->token.loc, "write 'meta %.*s'",
			      (int)parser->token.length, parser->token.text);
		return false;
	}
	return nc_parser_unexpected(parser, "a match, 'counter', 'accept', 'drop' or 'comment'");
}

static bool parse_stmt(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	struct nc_loc begin = parser->token.loc;
	bool parsed;

	if (nc_parser_accept_word(parser, "counter"))
		parsed = parse_counter(parser, stmt);
	else if (nc_parser_accept_word(parser, "accept"))
		parsed = verdict(stmt, NC_VERDICT_ACCEPT);
	else if (nc_parser_accept_word(parser, "drop"))
		parsed = verdict(stmt, NC_VERDICT_DROP);
	else if (at_header(parser) || nc_parser_at(parser, NC_TOKEN_LPAREN))
		parsed = parse_match(parser, stmt);
	else
		parsed = refuse_stmt(parser);
	if (parsed)
		stmt->loc = nc_loc_join(begin, parser->previous);
	return parsed;
}

/* A rule has one counter and ends with its verdict. */
static bool check_stmts(struct nc_parser *parser, const struct nc_ast_rule *rule)
{
	const struct nc_ast_stmt *counter = NULL, *verdict = NULL;

	for (const struct nc_ast_stmt *stmt = rule->stmts; stmt; stmt = stmt->next) {
		if (verdict) {
			nc_diag_error(
				parser->diag, &stmt->loc,
				"this has no effect: the rule ends with the verdict before it");
			return false;
		}
		if (stmt->kind == NC_STMT_COUNTER && counter) {
			nc_diag_error(parser->diag, &stmt->loc,
				      "a rule has one counter, and this is the second");
			return false;
		}
		if (stmt->kind == NC_STMT_COUNTER)
			counter = stmt;
		if (stmt->kind == NC_STMT_VERDICT)
			verdict = stmt;
	}
	return true;
}

static bool at_end(const struct nc_parser *parser)
{
	switch (parser->token.kind) {
	case NC_TOKEN_NEWLINE:
	case NC_TOKEN_SEMICOLON:
	case NC_TOKEN_RBRACE:
	case NC_TOKEN_COMMENT:
	case NC_TOKEN_END:
		return true;
	default:
		return false;
	}
}

static bool parse_stmts(struct nc_parser *parser, struct nc_ast_rule *rule)
{
	struct nc_ast_stmt **next = &rule->stmts;

	while (!at_end(parser)) {
		if (rule->stmts && nc_parser_accept_word(parser, "comment"))
			return nc_parser_comment(parser, &rule->comment);
		*next = nc_parser_alloc(parser, sizeof(**next));
		if (!*next || !parse_stmt(parser, *next))
			return false;
		next = &(*next)->next;
	}
	if (!rule->stmts)
		return nc_parser_unexpected(parser, "a rule");
	return true;
}

bool nc_parse_rule(struct nc_parser *parser, struct nc_ast_rule **ret)
{
	struct nc_loc begin = parser->token.loc;
	struct nc_ast_rule *rule = nc_parser_alloc(parser, sizeof(*rule));
	uint64_t unused;

	if (!rule || !parse_stmts(parser, rule))
		return false;
	rule->loc = nc_loc_join(begin, parser->previous);
	if (!check_stmts(parser, rule))
		return false;
	nc_parser_stored(parser, &rule->stored_handle, &unused);
	*ret = rule;
	return nc_parser_end_statement(parser, "the end of the line");
}
