/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the parser: its state, and what its files need of each other. A function that parses returns whether it could;
 * if not it has appended one message, and its caller's caller skips to where something new begins
 * (nc_parser_resync()), so that one reading finds all errors.
 */
#ifndef NETCTL_LANG_PARSER_H
#define NETCTL_LANG_PARSER_H

#include <string.h>

#include "lang/ast.h"
#include "lang/lexer.h"
#include "lang/words.h"

/* "define name = tokens" */
struct nc_definition {
	const char *name;
	const struct nc_token *tokens;
	size_t n;
	unsigned depth; /* of the block that it was made in */
};

/* Where reading goes on when an included file or a variable's tokens are over. */
struct nc_reading {
	struct nc_lexer lexer;
	struct nc_token token;		     /* files: the one behind the "include" */
	const struct nc_token *tokens, *end; /* variables: those that are still to come */
};

#define NC_READINGS_MAX 16

struct nc_parser {
	struct nc_lexer lexer;
	struct nc_token token;	/* the one to be looked at */
	struct nc_loc previous; /* of the token before it */
	struct nc_arena *arena;
	struct nc_arena one_rule; /* of a stored text: the tree of the rule that is read */
	nc_rules *stored;	  /* of a stored text: where its rules go; else NULL */
	struct nc_diag *diag;
	unsigned depth; /* braces open before token */
	bool end_reported;
	bool out_of_memory;
	size_t reported; /* of the source, as progress */
	NC_VEC(struct nc_definition) definitions;
	struct nc_reading readings[NC_READINGS_MAX];
	unsigned n_readings;
	nc_include_fn *include;
	void *context; /* of include */
};

/* parser.c: tokens */
void nc_parser_advance(struct nc_parser *parser);
/* Asked dozens of times for each token, and mostly answered by the first letter: inline. */
static inline bool nc_parser_at(const struct nc_parser *parser, enum nc_token_kind kind)
{
	return parser->token.kind == kind;
}

static inline bool nc_parser_at_word(const struct nc_parser *parser, const char *word)
{
	const struct nc_token *token = &parser->token;

	return token->kind == NC_TOKEN_WORD && *token->text == *word &&
	       token->length == strlen(word) && memcmp(token->text, word, token->length) == 0;
}

/* Step over the token if it is this one. */
static inline bool nc_parser_accept(struct nc_parser *parser, enum nc_token_kind kind)
{
	if (!nc_parser_at(parser, kind))
		return false;
	nc_parser_advance(parser);
	return true;
}

static inline bool nc_parser_accept_word(struct nc_parser *parser, const char *word)
{
	if (!nc_parser_at_word(parser, word))
		return false;
	nc_parser_advance(parser);
	return true;
}

/* The same, or "unexpected …, expected …". */
bool nc_parser_expect(struct nc_parser *parser, enum nc_token_kind kind, const char *expected);
bool nc_parser_expect_word(struct nc_parser *parser, const char *word);
/* Report the token. false. */
bool nc_parser_unexpected(struct nc_parser *parser, const char *expected);
/* Report, once, that the text ended before this brace was closed. false. */
bool nc_parser_unclosed(struct nc_parser *parser, struct nc_loc brace);
/* A copy of the token if it is a word no longer than nft's keywords. */
#define NC_KEYWORD_SIZE 32
bool nc_parser_keyword(const struct nc_parser *parser, char word[NC_KEYWORD_SIZE]);
/* The token is a word that nft knows there and netctl does not: reported. Else nothing happens. */
bool nc_parser_refused(struct nc_parser *parser, enum nc_unsupported where);
/* The token is the end of a statement: newline, ";", "}" or the end. Separators are stepped over. */
bool nc_parser_end_statement(struct nc_parser *parser, const char *expected);
void nc_parser_skip_newlines(struct nc_parser *parser);
void nc_parser_skip_separators(struct nc_parser *parser);
/* Skip to the end of the statement that began with so many braces open. */
void nc_parser_resync(struct nc_parser *parser, unsigned depth);

/* parser.c: words, numbers, memory */
void *nc_parser_alloc(struct nc_parser *parser, size_t size);
bool nc_parser_take(struct nc_parser *parser, struct nc_word *ret);
bool nc_parser_word(struct nc_parser *parser, const char *expected, struct nc_word *ret);
/* A word that may name a table, chain or set. expected: "a table's name". */
bool nc_parser_name(struct nc_parser *parser, const char *expected, struct nc_word *ret);
bool nc_parser_number(struct nc_parser *parser, const char *expected, uint64_t max,
		      struct nc_number *ret);
/* What follows the word "comment". */
bool nc_parser_comment(struct nc_parser *parser, struct nc_word *ret);
/* "# handle 4" or "# handle 4 last 9" of a stored text, if there is one. */
void nc_parser_stored(struct nc_parser *parser, uint64_t *handle, uint64_t *last);

/* parser_define.c: "define", "redefine", "undefine" and "include", with what ends them. Is it one? Errors are reported. */
bool nc_parse_common(struct nc_parser *parser);
/* Read on in the tokens of the variable behind the "$" that is looked at. */
bool nc_parser_expand(struct nc_parser *parser);
/* A block has ended: what was defined in it is forgotten. */
void nc_parser_forget(struct nc_parser *parser);

/* parser_command.c: one command and the separator behind it */
bool nc_parse_command(struct nc_parser *parser, struct nc_ast_command *command);

/* parser_block.c: bodies of tables and chains, with their braces */
bool nc_parse_table_body(struct nc_parser *parser, struct nc_ast_command *table);
bool nc_parse_chain_body(struct nc_parser *parser, struct nc_ast_command *chain);
/* One line of a block, with the separator behind it. */
typedef bool nc_parse_line_fn(struct nc_parser *parser, struct nc_ast_command *object);
bool nc_parse_block(struct nc_parser *parser, nc_parse_line_fn *parse_line,
		    struct nc_ast_command *object);
bool nc_parser_end_line(struct nc_parser *parser);

/* parser_set.c: bodies of sets, maps and objects of state, with their braces */
bool nc_parse_set_body(struct nc_parser *parser, struct nc_ast_command *set);
bool nc_parse_object_body(struct nc_parser *parser, struct nc_ast_command *object);

/* parser_chain.c: "type filter hook ingress … priority N" */
bool nc_parse_hook(struct nc_parser *parser, struct nc_ast_chain *chain);

/* parser_rule.c: a rule, up to the separator behind it */
bool nc_parse_rule(struct nc_parser *parser, struct nc_ast_rule **ret);

/* parser_stmt.c: statements that are no matches; the word has been stepped over */
bool nc_parse_limit(struct nc_parser *parser, struct nc_limit *ret);
bool nc_parse_quota(struct nc_parser *parser, struct nc_quota *ret);
/* "packets N bytes N", if that follows. */
bool nc_parse_counter(struct nc_parser *parser, struct nc_counter *ret, bool *ret_given);
bool nc_parse_log(struct nc_parser *parser, struct nc_ast_stmt *stmt);
bool nc_parse_send(struct nc_parser *parser, struct nc_ast_stmt *stmt);
/* "@set { key … }" behind add, update or delete; "name { key … }" behind meter */
bool nc_parse_set_op(struct nc_parser *parser, struct nc_ast_stmt *stmt);
bool nc_parse_meter(struct nc_parser *parser, struct nc_ast_stmt *stmt);
/* "1d2h3m4s5ms", or a number of seconds */
bool nc_parse_time(struct nc_parser *parser, struct nc_ast_time *ret);
/* "accept" … "goto web", if one is there: then its word has been stepped over. */
bool nc_parser_at_verdict(const struct nc_parser *parser);
bool nc_parse_verdict(struct nc_parser *parser, struct nc_ast_verdict *ret);

/* parser_field.c: "ip saddr", "@th,16,16", "numgen …" */
bool nc_parser_at_field(const struct nc_parser *parser);
bool nc_parse_field(struct nc_parser *parser, struct nc_expr **ret);

/* parser_expr.c */
bool nc_parser_new_expr(struct nc_parser *parser, enum nc_expr_kind kind, struct nc_loc loc,
			struct nc_expr **ret);
bool nc_parse_set(struct nc_parser *parser, struct nc_expr **ret);
bool nc_parse_set_ref(struct nc_parser *parser, struct nc_expr **ret);
/* What stands in front of a relation: fields, operations on them, concatenated. */
bool nc_parse_key(struct nc_parser *parser, struct nc_expr **ret);
/* What a field is compared with. */
bool nc_parse_value(struct nc_parser *parser, struct nc_expr **ret);
/* What a statement takes: a value, a field or a map. */
bool nc_parse_argument(struct nc_parser *parser, struct nc_expr **ret);
/* What may stand behind the value of an element. */
bool nc_parse_extra(struct nc_parser *parser, struct nc_expr *element, bool data);

/* parser_define.c: what is read before the text, such as the definitions of the command line. */
bool nc_parse_prelude(struct nc_parser *parser);

#endif
