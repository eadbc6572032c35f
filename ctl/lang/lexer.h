/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text into tokens, each with its place. Used by the parser alone. Tokens point into the source: nothing is copied.
 */
#ifndef NETCTL_LANG_LEXER_H
#define NETCTL_LANG_LEXER_H

#include "util/diag.h"

enum nc_token_kind {
	NC_TOKEN_END,
	NC_TOKEN_NEWLINE,
	NC_TOKEN_SEMICOLON,
	NC_TOKEN_WORD,	  /* begins with a letter: a keyword, name or symbol; "eth*" too */
	NC_TOKEN_LITERAL, /* a number or address, not yet checked; "8021q" too */
	NC_TOKEN_STRING,  /* quoted; text and length are without the quotes */
	NC_TOKEN_COMMENT, /* only from a lexer that keeps them: text behind the "#" */
	NC_TOKEN_COMMA,
	NC_TOKEN_LBRACE,
	NC_TOKEN_RBRACE,
	NC_TOKEN_LPAREN,
	NC_TOKEN_RPAREN,
	NC_TOKEN_LBRACKET,
	NC_TOKEN_RBRACKET,
	NC_TOKEN_ASSIGN,
	NC_TOKEN_EQ,
	NC_TOKEN_NE,
	NC_TOKEN_LT,
	NC_TOKEN_LE,
	NC_TOKEN_GT,
	NC_TOKEN_GE,
	NC_TOKEN_NOT,
	NC_TOKEN_AND,
	NC_TOKEN_OR,
	NC_TOKEN_SLASH,
	NC_TOKEN_DASH,
	NC_TOKEN_PLUS,
	NC_TOKEN_AT,
	NC_TOKEN_DOLLAR,
	NC_TOKEN_DOT,
	NC_TOKEN_COLON,
	NC_TOKEN_STAR,
	NC_TOKEN_CARET,
	NC_TOKEN_LSHIFT,
	NC_TOKEN_RSHIFT,
	NC_TOKEN_BAD, /* not a token; the lexer has reported it */
};

struct nc_token {
	enum nc_token_kind kind;
	const char *text; /* not NUL-terminated */
	size_t length;
	struct nc_loc loc;
};

struct nc_lexer {
	const struct nc_source *source;
	size_t at; /* offset of the next byte */
	size_t line_offset;
	unsigned line;
	bool keep_comments; /* and give no places: the text is not the user's */
	struct nc_diag *diag;
};

/* One message and -EINVAL if the source is not a text at all (NUL and other control bytes). */
int nc_lexer_check_text(const struct nc_source *source, struct nc_diag *diag);

void nc_lexer_init(struct nc_lexer *lexer, const struct nc_source *source, bool keep_comments,
		   struct nc_diag *diag);

/* The rest of the line holds no "}" and does not end with a comma. */
bool nc_lexer_line_is_over(const struct nc_lexer *lexer);

/* The next token; for ever NC_TOKEN_END behind the last one. */
struct nc_token nc_lexer_next(struct nc_lexer *lexer);

#endif
