/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules: matches and statements up to the end of the line. Called for the lines of a chain's block and for the
 * commands on rules.
 *
 *	rule  = { stmt } [ "comment" STRING ]
 *	match = key [ relation ] value | key "vmap" map | key "set" argument
 */
#include <stdio.h>
#include <string.h>

#include "lang/parser.h"

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

/* Behind "vmap" or "map". */
static bool parse_lookup(struct nc_parser *parser, struct nc_expr *key, struct nc_ast_stmt *stmt)
{
	stmt->vmap.key = key;
	if (!nc_parser_at(parser, NC_TOKEN_LBRACE))
		return nc_parse_set_ref(parser, &stmt->vmap.map);
	if (!nc_parse_set(parser, &stmt->vmap.map))
		return false;
	if (stmt->vmap.map->items)
		return true;
	nc_diag_error(parser->diag, &stmt->vmap.map->loc, "this map has no elements");
	return false;
}

static bool parse_vmap(struct nc_parser *parser, struct nc_expr *key, struct nc_ast_stmt *stmt)
{
	stmt->kind = NC_STMT_VMAP;
	return parse_lookup(parser, key, stmt);
}

static bool parse_assign(struct nc_parser *parser, struct nc_expr *key, struct nc_ast_stmt *stmt)
{
	stmt->kind = NC_STMT_ASSIGN;
	stmt->assign.target = key;
	if (key->kind == NC_EXPR_FIELD)
		return nc_parse_argument(parser, &stmt->assign.value);
	nc_diag_error(parser->diag, &key->loc, "only a field can be set");
	return false;
}

/* Something with a field in front. */
static bool parse_match(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	struct nc_ast_match match = {};

	if (!nc_parse_key(parser, &match.key))
		return false;
	if (nc_parser_accept_word(parser, "vmap"))
		return parse_vmap(parser, match.key, stmt);
	if (nc_parser_accept_word(parser, "set"))
		return parse_assign(parser, match.key, stmt);
	match.relation_loc = parser->token.loc;
	match.relation = parse_relation(parser);
	if (nc_parser_at(parser, NC_TOKEN_ASSIGN)) {
		nc_diag_error(parser->diag, &parser->token.loc,
			      "values are compared with '==', or with nothing between");
		return false;
	}
	if (!nc_parse_value(parser, &match.value))
		return false;
	stmt->kind = NC_STMT_MATCH;
	stmt->match = match;
	return true;
}

/* "name tcp dport map @web": which object it is, a map says. */
static bool parse_objects(struct nc_parser *parser, enum nc_object_kind kind,
			  struct nc_ast_stmt *stmt)
{
	struct nc_expr *key;

	stmt->kind = NC_STMT_OBJECT;
	stmt->objects = kind;
	return nc_parse_key(parser, &key) && nc_parser_expect_word(parser, "map") &&
	       parse_lookup(parser, key, stmt);
}

/* "name web" instead of what the statement would say by itself. */
static bool parse_object_name(struct nc_parser *parser, enum nc_object_kind kind,
			      struct nc_ast_stmt *stmt)
{
	char expected[32];

	if (nc_parser_at(parser, NC_TOKEN_STRING))
		return nc_parser_take(parser, &stmt->object);
	if (nc_parser_at_field(parser))
		return parse_objects(parser, kind, stmt);
	snprintf(expected, sizeof(expected), "a %s's name", nc_kind_word(kind));
	return nc_parser_name(parser, expected, &stmt->object);
}

static bool parse_counter(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	bool given;

	stmt->kind = NC_STMT_COUNTER;
	if (nc_parser_accept_word(parser, "name"))
		return parse_object_name(parser, NC_KIND_COUNTER, stmt);
	return nc_parse_counter(parser, &stmt->counter, &given);
}

static bool parse_limit(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	stmt->kind = NC_STMT_LIMIT;
	if (nc_parser_accept_word(parser, "name"))
		return parse_object_name(parser, NC_KIND_LIMIT, stmt);
	return nc_parse_limit(parser, &stmt->limit);
}

static bool parse_quota(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	stmt->kind = NC_STMT_QUOTA;
	if (nc_parser_accept_word(parser, "name"))
		return parse_object_name(parser, NC_KIND_QUOTA, stmt);
	return nc_parse_quota(parser, &stmt->quota);
}

static bool parse_add(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	stmt->set.op = NC_SET_OP_ADD;
	return nc_parse_set_op(parser, stmt);
}

static bool parse_update(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	stmt->set.op = NC_SET_OP_UPDATE;
	return nc_parse_set_op(parser, stmt);
}

static bool parse_delete(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	stmt->set.op = NC_SET_OP_DELETE;
	return nc_parse_set_op(parser, stmt);
}

/* nft's older form: "set add ip saddr @seen". */
static bool parse_set_word(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	struct nc_expr *ref;

	stmt->kind = NC_STMT_SET;
	if (nc_parser_accept_word(parser, "add"))
		stmt->set.op = NC_SET_OP_ADD;
	else if (nc_parser_accept_word(parser, "update"))
		stmt->set.op = NC_SET_OP_UPDATE;
	else if (nc_parser_accept_word(parser, "delete"))
		stmt->set.op = NC_SET_OP_DELETE;
	else
		return nc_parser_unexpected(parser, "'add', 'update' or 'delete'");
	if (!nc_parse_key(parser, &stmt->set.key) || !nc_parse_extra(parser, stmt->set.key, true) ||
	    !nc_parse_set_ref(parser, &ref))
		return false;
	stmt->set.set = (struct nc_word){.text = ref->text, .loc = ref->loc};
	return true;
}

static bool parse_dup(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	stmt->kind = NC_STMT_DUP;
	return nc_parse_send(parser, stmt);
}

static bool parse_fwd(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	stmt->kind = NC_STMT_FWD;
	return nc_parse_send(parser, stmt);
}

/* "reset tcp option sack-perm" */
static bool parse_reset(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	const struct nc_field_info *info;

	stmt->kind = NC_STMT_RESET;
	if (!nc_parser_at_word(parser, "tcp"))
		return nc_parser_unexpected(parser, "'tcp option' and the option's name");
	if (!nc_parse_field(parser, &stmt->assign.target))
		return false;
	info = nc_field_info(stmt->assign.target->field->field);
	if (info->read == NC_READ_TCP_OPTION && info->type == NC_TYPE_BOOLEAN)
		return true;
	nc_diag_error(parser->diag, &stmt->assign.target->loc,
		      "an option is removed as a whole: write 'reset tcp option' and its name");
	return false;
}

static const struct {
	const char *word;
	bool (*parse)(struct nc_parser *parser, struct nc_ast_stmt *stmt);
} statements[] = {
	{"counter", parse_counter}, {"limit", parse_limit},  {"quota", parse_quota},
	{"log", nc_parse_log},	    {"add", parse_add},	     {"update", parse_update},
	{"delete", parse_delete},   {"set", parse_set_word}, {"meter", nc_parse_meter},
	{"dup", parse_dup},	    {"fwd", parse_fwd},	     {"reset", parse_reset},
};

/* What is no statement: name what it may have been meant for. false. */
static bool refuse_stmt(struct nc_parser *parser)
{
	if (nc_parser_refused(parser, NC_UNSUPPORTED_STATEMENT))
		return false;
	if (nc_parser_at_word(parser, "l4proto") || nc_parser_at_word(parser, "protocol") ||
	    nc_parser_at_word(parser, "length") || nc_parser_at_word(parser, "random")) {
		nc_diag_error(parser->diag, &parser->token.loc, "write 'meta %.*s'",
			      (int)parser->token.length, parser->token.text);
		return false;
	}
	return nc_parser_unexpected(parser, "a match, a statement such as 'counter', 'accept' or "
					    "'drop', or 'comment'");
}

static bool parse_stmt(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	if (nc_parser_at_verdict(parser)) {
		stmt->kind = NC_STMT_VERDICT;
		return nc_parse_verdict(parser, &stmt->verdict);
	}
	for (size_t i = 0; i < sizeof(statements) / sizeof(*statements); i++) {
		if (nc_parser_accept_word(parser, statements[i].word))
			return statements[i].parse(parser, stmt);
	}
	if (nc_parser_at_field(parser) || nc_parser_at(parser, NC_TOKEN_LPAREN))
		return parse_match(parser, stmt);
	return refuse_stmt(parser);
}

/* Nothing is reached behind these. */
static bool ends_rule(const struct nc_ast_stmt *stmt)
{
	return stmt->kind == NC_STMT_FWD || stmt->kind == NC_STMT_VMAP ||
	       (stmt->kind == NC_STMT_VERDICT && stmt->verdict.kind != NC_DO_CONTINUE);
}

static bool check_stmts(struct nc_parser *parser, const struct nc_ast_rule *rule)
{
	const struct nc_ast_stmt *end = NULL;

	for (const struct nc_ast_stmt *stmt = rule->stmts; stmt; stmt = stmt->next) {
		if (end && end->kind != NC_STMT_VMAP) {
			nc_diag_error(parser->diag, &stmt->loc,
				      "this has no effect: the rule ends with the verdict before "
				      "it");
			return false;
		}
		if (ends_rule(stmt))
			end = stmt;
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
		struct nc_loc begin = parser->token.loc;

		if (rule->stmts && nc_parser_accept_word(parser, "comment"))
			return nc_parser_comment(parser, &rule->comment);
		*next = nc_parser_alloc(parser, sizeof(**next));
		if (!*next || !parse_stmt(parser, *next))
			return false;
		(*next)->loc = nc_loc_join(begin, parser->previous);
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
