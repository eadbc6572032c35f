/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parser's ground: one token at a time, places, words and numbers, and going on after an error. The grammar is in
 * the other parser_*.c; nc_script_parse() is in script.c.
 */
#include <inttypes.h>
#include <string.h>

#include "lang/parser.h"
#include "util/progress.h"

/* Of a token, in messages. */
#define SHOWN_MAX 40

/* The next token of what is read, before variables are put in. */
static struct nc_token next_token(struct nc_parser *parser)
{
	struct nc_reading *reading;
	struct nc_token token;

	if (!parser->n_readings)
		return nc_lexer_next(&parser->lexer);
	reading = &parser->readings[parser->n_readings - 1];
	if (reading->end) {
		if (reading->tokens < reading->end)
			return *reading->tokens++;
		token = reading->token;
		parser->n_readings--;
		return token;
	}
	token = nc_lexer_next(&parser->lexer);
	if (token.kind != NC_TOKEN_END)
		return token;
	parser->lexer = reading->lexer;
	token = reading->token;
	parser->n_readings--;
	return token;
}

static const struct nc_definition *find_definition(const struct nc_parser *parser,
						   const struct nc_token *name)
{
	for (size_t i = parser->definitions.n; i--;) {
		const struct nc_definition *definition = &parser->definitions.v[i];

		if (name->kind == NC_TOKEN_WORD && strlen(definition->name) == name->length &&
		    memcmp(definition->name, name->text, name->length) == 0)
			return definition;
	}
	return NULL;
}

/* Behind a "$": the variable's tokens come next, then what follows its name. The token that takes the "$"'s place. */
static struct nc_token expand(struct nc_parser *parser)
{
	static const struct nc_token nothing;
	struct nc_token dollar = parser->token, name = next_token(parser), follows;
	const struct nc_definition *definition = find_definition(parser, &name);
	struct nc_reading *reading;

	dollar.kind = NC_TOKEN_BAD;
	dollar.loc = nc_loc_join(dollar.loc, name.loc);
	if (!definition)
		nc_diag_error(parser->diag, &dollar.loc, "unknown identifier '%.*s'",
			      (int)name.length, name.text);
	follows = name.kind == NC_TOKEN_END || name.kind == NC_TOKEN_NEWLINE ? name
									     : next_token(parser);
	if (parser->n_readings == NC_READINGS_MAX) {
		nc_diag_error(parser->diag, &dollar.loc,
			      "files and variables are nested too deeply");
		return dollar;
	}
	reading = &parser->readings[parser->n_readings++];
	*reading = (struct nc_reading){
		.token = follows,
		.tokens = definition ? definition->tokens : &nothing,
		.end = definition ? definition->tokens + definition->n : &nothing,
	};
	return definition ? next_token(parser) : dollar;
}

#define REPORT_BYTES (1u << 18)

static void report(struct nc_parser *parser)
{
	parser->reported = parser->lexer.at / REPORT_BYTES;
	nc_progress("reading", parser->lexer.at, parser->lexer.source->length);
}

void nc_parser_advance(struct nc_parser *parser)
{
	if (parser->lexer.at / REPORT_BYTES != parser->reported)
		report(parser);
	if (parser->token.kind == NC_TOKEN_LBRACE)
		parser->depth++;
	else if (parser->token.kind == NC_TOKEN_RBRACE && parser->depth)
		parser->depth--;
	parser->previous = parser->token.loc;
	parser->token = next_token(parser);
	while (parser->token.kind == NC_TOKEN_DOLLAR)
		parser->token = expand(parser);
}

bool nc_parser_expect(struct nc_parser *parser, enum nc_token_kind kind, const char *expected)
{
	return nc_parser_accept(parser, kind) || nc_parser_unexpected(parser, expected);
}

bool nc_parser_expect_word(struct nc_parser *parser, const char *word)
{
	char expected[SHOWN_MAX];

	if (nc_parser_accept_word(parser, word))
		return true;
	snprintf(expected, sizeof(expected), "'%s'", word);
	return nc_parser_unexpected(parser, expected);
}

bool nc_parser_unexpected(struct nc_parser *parser, const char *expected)
{
	const struct nc_token *token = &parser->token;
	int length = token->length < SHOWN_MAX ? (int)token->length : SHOWN_MAX;
	const char *cut = token->length > SHOWN_MAX ? "…" : "";

	if (token->kind == NC_TOKEN_BAD || (token->kind == NC_TOKEN_END && parser->end_reported))
		return false;
	if (token->kind == NC_TOKEN_END)
		nc_diag_error(parser->diag, &token->loc, "unexpected end of the text, expected %s",
			      expected);
	else if (token->kind == NC_TOKEN_NEWLINE)
		nc_diag_error(parser->diag, &token->loc, "unexpected end of the line, expected %s",
			      expected);
	else
		nc_diag_error(parser->diag, &token->loc, "unexpected '%.*s%s', expected %s", length,
			      token->text, cut, expected);
	parser->end_reported |= token->kind == NC_TOKEN_END;
	return false;
}

bool nc_parser_unclosed(struct nc_parser *parser, struct nc_loc brace)
{
	if (!parser->end_reported)
		nc_diag_error(parser->diag, &brace, "this '{' is not closed");
	parser->end_reported = true;
	return false;
}

bool nc_parser_keyword(const struct nc_parser *parser, char word[NC_KEYWORD_SIZE])
{
	const struct nc_token *token = &parser->token;

	if (token->kind != NC_TOKEN_WORD || token->length >= NC_KEYWORD_SIZE)
		return false;
	memcpy(word, token->text, token->length);
	word[token->length] = '\0';
	return true;
}

bool nc_parser_refused(struct nc_parser *parser, enum nc_unsupported where)
{
	char word[NC_KEYWORD_SIZE];
	const char *advice;

	if (!nc_parser_keyword(parser, word) || !nc_word_unsupported(where, word, &advice))
		return false;
	nc_diag_error(parser->diag, &parser->token.loc,
		      "'%s' is nft grammar that netctl does not support: %s", word, advice);
	return true;
}

bool nc_parser_end_statement(struct nc_parser *parser, const char *expected)
{
	if (nc_parser_at(parser, NC_TOKEN_RBRACE) || nc_parser_at(parser, NC_TOKEN_END))
		return true;
	return nc_parser_accept(parser, NC_TOKEN_NEWLINE) ||
	       nc_parser_expect(parser, NC_TOKEN_SEMICOLON, expected);
}

void nc_parser_skip_newlines(struct nc_parser *parser)
{
	while (nc_parser_accept(parser, NC_TOKEN_NEWLINE))
		;
}

void nc_parser_skip_separators(struct nc_parser *parser)
{
	while (nc_parser_accept(parser, NC_TOKEN_NEWLINE) ||
	       nc_parser_accept(parser, NC_TOKEN_SEMICOLON))
		;
}

void nc_parser_resync(struct nc_parser *parser, unsigned depth)
{
	for (;; nc_parser_advance(parser)) {
		switch (parser->token.kind) {
		case NC_TOKEN_END:
			return;
		case NC_TOKEN_NEWLINE:
		case NC_TOKEN_SEMICOLON:
		case NC_TOKEN_RBRACE:
			if (parser->depth <= depth)
				return;
			break;
		default:
			break;
		}
	}
}

void *nc_parser_alloc(struct nc_parser *parser, size_t size)
{
	void *p = nc_arena_alloc(parser->arena, size);

	if (!p)
		parser->out_of_memory = true;
	return p;
}

bool nc_parser_take(struct nc_parser *parser, struct nc_word *ret)
{
	const struct nc_token *token = &parser->token;
	const char *text = nc_arena_string(parser->arena, token->text, token->length);

	if (!text) {
		parser->out_of_memory = true;
		return false;
	}
	*ret = (struct nc_word){.text = text, .loc = token->loc};
	nc_parser_advance(parser);
	return true;
}

bool nc_parser_word(struct nc_parser *parser, const char *expected, struct nc_word *ret)
{
	if (!nc_parser_at(parser, NC_TOKEN_WORD))
		return nc_parser_unexpected(parser, expected);
	return nc_parser_take(parser, ret);
}

bool nc_parser_name(struct nc_parser *parser, const char *expected, struct nc_word *ret)
{
	struct nc_word word;

	if (!nc_parser_word(parser, expected, &word))
		return false;
	if (nc_word_reserved(word.text)) {
		nc_diag_error(parser->diag, &word.loc, "'%s' is a keyword of nft and cannot be %s",
			      word.text, expected);
		return false;
	}
	if (strlen(word.text) > NC_NAME_MAX) {
		nc_diag_error(parser->diag, &word.loc, "this name is longer than %d bytes",
			      NC_NAME_MAX);
		return false;
	}
	*ret = word;
	return true;
}

/* The digit's value; base or more when it is none. */
static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

bool nc_parser_number(struct nc_parser *parser, const char *expected, uint64_t max,
		      struct nc_number *ret)
{
	const struct nc_token *token = &parser->token;
	bool hex = token->length > 2 && token->text[0] == '0' && (token->text[1] | 0x20) == 'x';
	unsigned base = hex ? 16 : 10;
	uint64_t value = 0;

	if (!nc_parser_at(parser, NC_TOKEN_LITERAL))
		return nc_parser_unexpected(parser, expected);
	for (size_t i = hex ? 2 : 0; i < token->length; i++) {
		unsigned digit = digit_value(token->text[i]);

		if (digit >= base)
			return nc_parser_unexpected(parser, expected);
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value) || value > max) {
			nc_diag_error(parser->diag, &token->loc,
				      "this number is too large: at most %" PRIu64 " is possible",
				      max);
			return false;
		}
	}
	*ret = (struct nc_number){.value = value, .loc = token->loc};
	nc_parser_advance(parser);
	return true;
}

bool nc_parser_comment(struct nc_parser *parser, struct nc_word *ret)
{
	if (ret->text) {
		nc_diag_error(parser->diag, &parser->previous,
			      "there is a comment already, on line %u", ret->loc.line);
		return false;
	}
	if (!nc_parser_at(parser, NC_TOKEN_STRING) && !nc_parser_at(parser, NC_TOKEN_WORD))
		return nc_parser_unexpected(parser, "the comment, in quotes");
	if (parser->token.length > NC_COMMENT_MAX) {
		nc_diag_error(parser->diag, &parser->token.loc,
			      "this comment is longer than %d bytes", NC_COMMENT_MAX);
		return false;
	}
	return nc_parser_take(parser, ret);
}

/* The number behind a word in a comment, if the word comes next. Every rule of a stored text has one: no sscanf(). */
static void take_stored(const char **at, const char *end, const char *word, uint64_t *ret)
{
	size_t length = strlen(word);
	uint64_t number = 0;
	const char *digits;

	if ((size_t)(end - *at) <= length || memcmp(*at, word, length) != 0)
		return;
	for (digits = *at += length; *at < end && **at >= '0' && **at <= '9'; ++*at)
		number = number * 10 + (**at - '0');
	if (*at > digits)
		*ret = number;
}

void nc_parser_stored(struct nc_parser *parser, uint64_t *handle, uint64_t *last)
{
	const char *at = parser->token.text, *end = at + parser->token.length;

	if (!nc_parser_at(parser, NC_TOKEN_COMMENT))
		return;
	take_stored(&at, end, " handle ", handle);
	take_stored(&at, end, " last ", last);
	nc_parser_advance(parser);
}
