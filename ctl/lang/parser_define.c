/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Variables and includes. A variable is the tokens of its definition, put in where "$name" stands; those of a block are
 * forgotten where it ends. Included files are read by whoever called nc_script_parse(): there is no I/O here.
 *
 *	common = ( "define" | "redefine" ) NAME "=" tokens | "undefine" NAME | "include" STRING
 */
#include <string.h>

#include "lang/parser.h"

/* Of one variable, with the variables in it put in. */
#define TOKENS_MAX (1u << 20)

static bool at_end(const struct nc_parser *parser, unsigned depth)
{
	switch (parser->token.kind) {
	case NC_TOKEN_END:
		return true;
	case NC_TOKEN_NEWLINE:
	case NC_TOKEN_SEMICOLON:
	case NC_TOKEN_RBRACE:
		return parser->depth <= depth;
	default:
		return false;
	}
}

static bool take_tokens(struct nc_parser *parser, struct nc_definition *definition)
{
	NC_VEC(struct nc_token) tokens = {};
	struct nc_loc begin = parser->token.loc;
	unsigned depth = parser->depth;
	struct nc_token *copy;
	bool taken = true;

	while (taken && !at_end(parser, depth)) {
		taken = parser->token.kind != NC_TOKEN_BAD && tokens.n < TOKENS_MAX;
		if (tokens.n == TOKENS_MAX)
			nc_diag_error(parser->diag, &begin, "this definition is too long");
		if (nc_vec_push(&tokens, parser->token) < 0) {
			parser->out_of_memory = true;
			taken = false;
		}
		nc_parser_advance(parser);
	}
	if (taken && !tokens.n)
		taken = nc_parser_unexpected(parser, "what the variable stands for");
	copy = taken ? nc_parser_alloc(parser, tokens.n * sizeof(*copy)) : NULL;
	if (copy)
		memcpy(copy, tokens.v, tokens.n * sizeof(*copy));
	definition->tokens = copy;
	definition->n = tokens.n;
	nc_vec_free(&tokens);
	return copy;
}

static struct nc_definition *find(const struct nc_parser *parser, const char *name)
{
	for (size_t i = parser->definitions.n; i--;) {
		if (strcmp(parser->definitions.v[i].name, name) == 0)
			return &parser->definitions.v[i];
	}
	return NULL;
}

static bool parse_define(struct nc_parser *parser, bool again)
{
	struct nc_definition definition = {.depth = parser->depth}, *old;
	struct nc_word name;

	if (!nc_parser_word(parser, "a variable's name", &name) ||
	    !nc_parser_expect(parser, NC_TOKEN_ASSIGN, "'='"))
		return false;
	old = find(parser, name.text);
	if (old && old->depth == parser->depth && !again) {
		nc_diag_error(parser->diag, &name.loc, "redefinition of symbol '%s'", name.text);
		return false;
	}
	definition.name = name.text;
	if (!take_tokens(parser, &definition))
		return false;
	if (old && again) {
		definition.depth = old->depth;
		*old = definition;
		return true;
	}
	if (nc_vec_push(&parser->definitions, definition) < 0)
		parser->out_of_memory = true;
	return !parser->out_of_memory;
}

static bool parse_undefine(struct nc_parser *parser)
{
	struct nc_definition *definition;
	struct nc_word name;

	if (!nc_parser_word(parser, "a variable's name", &name))
		return false;
	definition = find(parser, name.text);
	if (!definition) {
		nc_diag_error(parser->diag, &name.loc, "undefined symbol '%s'", name.text);
		return false;
	}
	nc_vec_remove(&parser->definitions, definition - parser->definitions.v);
	return true;
}

/* The file is read before the token that is looked at now. */
static bool enter_source(struct nc_parser *parser, const struct nc_source *source,
			 const struct nc_loc *loc)
{
	struct nc_reading *reading;

	if (parser->n_readings == NC_READINGS_MAX) {
		nc_diag_error(parser->diag, loc, "files and variables are nested too deeply");
		return false;
	}
	if (nc_lexer_check_text(source, parser->diag) < 0)
		return false;
	reading = &parser->readings[parser->n_readings++];
	*reading = (struct nc_reading){.lexer = parser->lexer, .token = parser->token};
	nc_lexer_init(&parser->lexer, source, false, parser->diag);
	/* Files begin a line of their own. */
	parser->token.kind = NC_TOKEN_NEWLINE;
	return true;
}

/* Files are entered last one first: the one that is read first comes last. */
static bool enter_sources(struct nc_parser *parser, const char *pattern, const struct nc_loc *loc)
{
	nc_sources sources = {};
	bool parsed = parser->include(parser->context, pattern, loc, &sources, parser->diag) >= 0;

	for (size_t i = sources.n; i-- && parsed;)
		parsed = enter_source(parser, sources.v[i], loc);
	nc_vec_free(&sources);
	return parsed;
}

bool nc_parse_prelude(struct nc_parser *parser)
{
	return !parser->include || enter_sources(parser, NULL, &parser->token.loc);
}

static bool parse_include(struct nc_parser *parser)
{
	struct nc_word pattern;

	if (!nc_parser_at(parser, NC_TOKEN_STRING))
		return nc_parser_unexpected(parser, "a file's name, in quotes");
	if (!nc_parser_take(parser, &pattern))
		return false;
	if (!parser->include) {
		nc_diag_error(parser->diag, &pattern.loc, "files cannot be included here");
		return false;
	}
	return enter_sources(parser, pattern.text, &pattern.loc);
}

static bool parse_one(struct nc_parser *parser, bool *ret)
{
	*ret = true;
	if (nc_parser_accept_word(parser, "define"))
		return parse_define(parser, false);
	if (nc_parser_accept_word(parser, "redefine"))
		return parse_define(parser, true);
	if (nc_parser_accept_word(parser, "undefine"))
		return parse_undefine(parser);
	if (nc_parser_accept_word(parser, "include"))
		return parse_include(parser);
	*ret = false;
	return true;
}

bool nc_parse_common(struct nc_parser *parser)
{
	unsigned depth = parser->depth;
	bool found;

	if (!parse_one(parser, &found) ||
	    (found && !nc_parser_end_statement(parser, "the end of the line or ';'")))
		nc_parser_resync(parser, depth);
	return found;
}

void nc_parser_forget(struct nc_parser *parser)
{
	while (parser->definitions.n &&
	       parser->definitions.v[parser->definitions.n - 1].depth > parser->depth)
		parser->definitions.n--;
}
