/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the parser: its state, and what its files need of each other. A function that parses returns whether it could;
 * if not it has appended one message, and its caller's caller skips to where something new begins
 * (nc_parser_resync()), so that one reading finds all errors.
 */
#ifndef NETCTL_LANG_PARSER_H
#define NETCTL_LANG_PARSER_H

#include "lang/ast.h"
#include "lang/lexer.h"
#include "lang/words.h"

struct nc_parser {
	struct nc_lexer lexer;
	struct nc_token token;	/* the one to be looked at */
	struct nc_loc previous; /* of the token before it */
	struct nc_arena *arena;
	struct nc_diag *diag;
	unsigned depth; /* braces open before token */
	bool end_reported;
	bool out_of_memory;
};

/* parser.c: tokens */
void nc_parser_advance(struct nc_parser *parser);
bool nc_parser_at(const struct nc_parser *parser, enum nc_token_kind kind);
bool nc_parser_at_word(const struct nc_parser *parser, const char *word);
/* Step over the token if it is this one. */
bool nc_parser_accept(struct nc_parser *parser, enum nc_token_kind kind);
bool nc_parser_accept_word(struct nc_parser *parser, const char *word);
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

/* parser_command.c: one command and the separator behind it */
bool nc_parse_command(struct nc_parser *parser, struct nc_ast_command *command);

/* parser_block.c: bodies of tables, chains and sets, with their braces */
bool nc_parse_table_body(struct nc_parser *parser, struct nc_ast_command *table);
bool nc_parse_chain_body(struct nc_parser *parser, struct nc_ast_command *chain);
bool nc_parse_set_body(struct nc_parser *parser, struct nc_ast_command *set);

/* parser_chain.c: "type filter hook ingress … priority N" */
bool nc_parse_hook(struct nc_parser *parser, struct nc_ast_chain *chain);

/* parser_rule.c: a rule, up to the separator behind it */
bool nc_parse_rule(struct nc_parser *parser, struct nc_ast_rule **ret);

/* parser_expr.c */
bool nc_parse_set(struct nc_parser *parser, struct nc_expr **ret);
/* What a field is compared with. */
bool nc_parse_value(struct nc_parser *parser, struct nc_expr **ret);
/* The mask behind "field &". */
bool nc_parse_mask(struct nc_parser *parser, struct nc_expr **ret);

#endif
