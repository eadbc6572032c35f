/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Expressions, by nft's precedences: "." binds least, then "|", "^", "&", shifts.
 *
 *	key     = concat                                    its primaries are fields, values and "(" concat ")"
 *	value   = list [ "/" list ] | set | "@" NAME        its primaries are values and "(" list ")"
 *	list    = concat { "," concat }
 *	concat  = range { "." range }
 *	range   = or [ "-" or | "/" or ]
 *	set     = "{" [ element { "," element } ] "}"
 *	element = ( concat | "*" ) extra [ ":" data ] | set
 *	argument = or [ "map" ( set | "@" NAME ) ]          its primaries are fields and values
 */
#include "lang/parser.h"

/* Parentheses in parentheses; operators in a row. */
#define NESTING_MAX 8
#define CHAIN_MAX   64

/* What primaries may be. */
struct grammar {
	struct nc_parser *parser;
	bool fields;
	bool values; /* a header's name may be the protocol's: "ether type set ip6" */
	bool ranges; /* else "-" and "/" end the expression */
	unsigned nesting;
};

typedef bool parse_fn(struct grammar *g, struct nc_expr **ret);

static bool parse_concat(struct grammar *g, struct nc_expr **ret);

bool nc_parser_new_expr(struct nc_parser *parser, enum nc_expr_kind kind, struct nc_loc loc,
			struct nc_expr **ret)
{
	struct nc_expr *expr = nc_parser_alloc(parser, sizeof(*expr));

	if (!expr)
		return false;
	expr->kind = kind;
	expr->loc = loc;
	*ret = expr;
	return true;
}

static bool new_pair(struct nc_parser *parser, enum nc_expr_kind kind, struct nc_expr *left,
		     struct nc_expr *right, struct nc_expr **ret)
{
	struct nc_expr *expr;

	if (!nc_parser_new_expr(parser, kind, nc_loc_join(left->loc, right->loc), &expr))
		return false;
	expr->left = left;
	expr->right = right;
	*ret = expr;
	return true;
}

static bool parse_word_expr(struct nc_parser *parser, enum nc_expr_kind kind, struct nc_loc begin,
			    struct nc_expr **ret)
{
	bool quoted = nc_parser_at(parser, NC_TOKEN_STRING);
	struct nc_word word;
	struct nc_expr *expr;

	if (!nc_parser_take(parser, &word) ||
	    !nc_parser_new_expr(parser, kind, nc_loc_join(begin, word.loc), &expr))
		return false;
	expr->text = word.text;
	expr->quoted = quoted;
	*ret = expr;
	return true;
}

/* Items with a separator between them; a single item stands for itself. */
static bool parse_items(struct grammar *g, enum nc_token_kind separator, enum nc_expr_kind kind,
			parse_fn *parse_item, struct nc_expr **ret)
{
	struct nc_expr *expr, *item;

	if (!parse_item(g, &item))
		return false;
	if (!nc_parser_at(g->parser, separator)) {
		*ret = item;
		return true;
	}
	if (!nc_parser_new_expr(g->parser, kind, item->loc, &expr))
		return false;
	expr->items = item;
	while (nc_parser_accept(g->parser, separator)) {
		if (!parse_item(g, &item->next))
			return false;
		item = item->next;
	}
	expr->loc = nc_loc_join(expr->loc, item->loc);
	*ret = expr;
	return true;
}

static bool parse_list(struct grammar *g, struct nc_expr **ret)
{
	return parse_items(g, NC_TOKEN_COMMA, NC_EXPR_LIST, parse_concat, ret);
}

static bool parse_parentheses(struct grammar *g, struct nc_expr **ret)
{
	struct nc_loc begin = g->parser->token.loc;
	struct nc_expr *expr;
	bool parsed;

	if (g->nesting == NESTING_MAX) {
		nc_diag_error(g->parser->diag, &begin, "parentheses are nested too deeply");
		return false;
	}
	nc_parser_advance(g->parser);
	g->nesting++;
	parsed = g->fields ? parse_concat(g, &expr) : parse_list(g, &expr);
	g->nesting--;
	if (!parsed || !nc_parser_expect(g->parser, NC_TOKEN_RPAREN, "')'"))
		return false;
	expr->loc = nc_loc_join(begin, g->parser->previous);
	*ret = expr;
	return true;
}

/* What stands behind the token, unless that is the last one of a variable or a file. */
static struct nc_token peek(const struct nc_parser *parser)
{
	const struct nc_reading *reading =
		&parser->readings[parser->n_readings - !!parser->n_readings];
	struct nc_diag unheard = {};
	struct nc_lexer lexer = parser->lexer;
	struct nc_token token;

	if (parser->n_readings && reading->end)
		return reading->tokens < reading->end ? *reading->tokens : reading->token;
	lexer.diag = &unheard;
	token = nc_lexer_next(&lexer);
	nc_diag_free(&unheard);
	return token;
}

/* "ip option": a header's name of two words. */
static bool is_header_part(const struct nc_parser *parser, const char *header,
			   const struct nc_token *next)
{
	size_t first = strcspn(header, " ");

	return header[first] && parser->token.length == first &&
	       strncmp(parser->token.text, header, first) == 0 &&
	       strlen(header + first + 1) == next->length &&
	       strncmp(header + first + 1, next->text, next->length) == 0;
}

/* A header's name without a field behind it. */
static bool at_protocol(const struct nc_parser *parser)
{
	static const char *const names[] = {"ip", "ip6", "arp", "vlan"};
	struct nc_token next;
	bool known = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		known |= nc_parser_at_word(parser, names[i]);
	if (!known)
		return false;
	next = peek(parser);
	if (next.kind != NC_TOKEN_WORD)
		return true;
	for (enum nc_field field = 0; field < _NC_FIELD_MAX; field++) {
		const struct nc_field_info *info = nc_field_info(field);

		if (is_header_part(parser, info->header, &next))
			return false;
		if (nc_parser_at_word(parser, info->header) &&
		    strncmp(info->name, next.text, next.length) == 0 &&
		    (!info->name[next.length] || info->name[next.length] == ' '))
			return false;
	}
	return true;
}

static bool parse_primary(struct grammar *g, struct nc_expr **ret)
{
	struct nc_parser *parser = g->parser;
	struct nc_loc begin = parser->token.loc;

	if (g->fields && nc_parser_at_field(parser) && !(g->values && at_protocol(parser)))
		return nc_parse_field(parser, ret);
	switch (parser->token.kind) {
	case NC_TOKEN_LITERAL:
	case NC_TOKEN_WORD:
	case NC_TOKEN_STRING:
		return parse_word_expr(parser, NC_EXPR_VALUE, begin, ret);
	case NC_TOKEN_LPAREN:
		return parse_parentheses(g, ret);
	default:
		return nc_parser_unexpected(parser, g->fields ? "a header and its field, such as "
								"'tcp flags'"
							      : "a value");
	}
}

/* Operators of one precedence, from left to right. */
static bool parse_chain(struct grammar *g, enum nc_token_kind first, enum nc_expr_kind first_kind,
			enum nc_token_kind second, enum nc_expr_kind second_kind, parse_fn *parse,
			struct nc_expr **ret)
{
	struct nc_expr *left, *right;
	unsigned n = 0;

	if (!parse(g, &left))
		return false;
	while (nc_parser_at(g->parser, first) || nc_parser_at(g->parser, second)) {
		enum nc_expr_kind kind = nc_parser_at(g->parser, first) ? first_kind : second_kind;

		if (++n > CHAIN_MAX) {
			nc_diag_error(g->parser->diag, &g->parser->token.loc,
				      "at most %d operators in a row are possible", CHAIN_MAX);
			return false;
		}
		nc_parser_advance(g->parser);
		if (!parse(g, &right) || !new_pair(g->parser, kind, left, right, &left))
			return false;
	}
	*ret = left;
	return true;
}

static bool parse_shift(struct grammar *g, struct nc_expr **ret)
{
	return parse_chain(g, NC_TOKEN_LSHIFT, NC_EXPR_LSHIFT, NC_TOKEN_RSHIFT, NC_EXPR_RSHIFT,
			   parse_primary, ret);
}

static bool parse_and(struct grammar *g, struct nc_expr **ret)
{
	return parse_chain(g, NC_TOKEN_AND, NC_EXPR_AND, NC_TOKEN_AND, NC_EXPR_AND, parse_shift,
			   ret);
}

static bool parse_xor(struct grammar *g, struct nc_expr **ret)
{
	return parse_chain(g, NC_TOKEN_CARET, NC_EXPR_XOR, NC_TOKEN_CARET, NC_EXPR_XOR, parse_and,
			   ret);
}

static bool parse_or(struct grammar *g, struct nc_expr **ret)
{
	return parse_items(g, NC_TOKEN_OR, NC_EXPR_OR, parse_xor, ret);
}

/* A prefix binds to its address; behind words, "/" stands between lists of flags. */
static bool parse_range(struct grammar *g, struct nc_expr **ret)
{
	struct nc_parser *parser = g->parser;
	bool literal = nc_parser_at(parser, NC_TOKEN_LITERAL);
	struct nc_expr *left, *right;

	if (!parse_or(g, &left))
		return false;
	if (g->ranges && nc_parser_accept(parser, NC_TOKEN_DASH))
		return parse_or(g, &right) && new_pair(parser, NC_EXPR_RANGE, left, right, ret);
	if (g->ranges && literal && nc_parser_accept(parser, NC_TOKEN_SLASH))
		return parse_or(g, &right) && new_pair(parser, NC_EXPR_SLASH, left, right, ret);
	*ret = left;
	return true;
}

static bool parse_concat(struct grammar *g, struct nc_expr **ret)
{
	return parse_items(g, NC_TOKEN_DOT, NC_EXPR_CONCAT, parse_range, ret);
}

/* --- sets ------------------------------------------------------------------------------------------- */

/* Behind an element: "," or the closing brace. */
static bool parse_element_end(struct nc_parser *parser)
{
	nc_parser_skip_newlines(parser);
	if (nc_parser_at(parser, NC_TOKEN_RBRACE))
		return true;
	if (!nc_parser_expect(parser, NC_TOKEN_COMMA, "',' or '}'"))
		return false;
	nc_parser_skip_newlines(parser);
	return true;
}

/*
 * In "{ 22, 80 accept" the closing brace was forgotten: what is left of the line neither closes the set nor
 * goes on behind a comma. Then the set ends with its line, and the next line is read as what it is.
 */
static void forget_brace(struct nc_parser *parser, struct nc_loc begin, unsigned depth)
{
	if (parser->token.loc.line == begin.line && nc_lexer_line_is_over(&parser->lexer))
		parser->depth = depth;
}

static bool parse_element_value(struct nc_parser *parser, struct nc_expr **ret)
{
	struct grammar g = {.parser = parser, .ranges = true};

	if (nc_parser_at(parser, NC_TOKEN_STAR)) {
		if (!nc_parser_new_expr(parser, NC_EXPR_ANY, parser->token.loc, ret))
			return false;
		nc_parser_advance(parser);
		return true;
	}
	if (!parse_concat(&g, ret))
		return false;
	/* "syn / syn,ack" is no element, but worth a better message than "unexpected '/'". */
	if (nc_parser_at(parser, NC_TOKEN_SLASH)) {
		struct nc_expr *left = *ret, *right;

		nc_parser_advance(parser);
		return parse_or(&g, &right) && new_pair(parser, NC_EXPR_SLASH, left, right, ret);
	}
	return true;
}

/* A set in a set, from a variable: its elements. next: where the last element's successor goes. */
static bool parse_element(struct nc_parser *parser, struct nc_expr ***next)
{
	struct nc_expr *element;

	if (nc_parser_at(parser, NC_TOKEN_LBRACE)) {
		if (!nc_parse_set(parser, &element))
			return false;
		**next = element->items;
		while (**next)
			*next = &(**next)->next;
		return true;
	}
	if (!parse_element_value(parser, *next) || !nc_parse_extra(parser, **next, true))
		return false;
	*next = &(**next)->next;
	return true;
}

bool nc_parse_set(struct nc_parser *parser, struct nc_expr **ret)
{
	struct nc_loc begin = parser->token.loc;
	unsigned depth = parser->depth;
	struct nc_expr **next, *set;

	if (parser->depth > NESTING_MAX + 4) {
		nc_diag_error(parser->diag, &begin, "sets are nested too deeply");
		return false;
	}
	if (!nc_parser_expect(parser, NC_TOKEN_LBRACE, "'{'") ||
	    !nc_parser_new_expr(parser, NC_EXPR_SET, begin, &set))
		return false;
	nc_parser_skip_newlines(parser);
	for (next = &set->items; !nc_parser_at(parser, NC_TOKEN_RBRACE);) {
		if (nc_parser_at(parser, NC_TOKEN_END))
			return nc_parser_unclosed(parser, begin);
		if (!parse_element(parser, &next) || !parse_element_end(parser)) {
			forget_brace(parser, begin, depth);
			return false;
		}
	}
	nc_parser_advance(parser);
	if (begin.line == parser->previous.line)
		set->loc = nc_loc_join(begin, parser->previous);
	*ret = set;
	return true;
}

bool nc_parse_set_ref(struct nc_parser *parser, struct nc_expr **ret)
{
	struct nc_loc begin = parser->token.loc;
	struct nc_expr *expr;
	struct nc_word name;

	if (!nc_parser_expect(parser, NC_TOKEN_AT, "'@' and a set's name") ||
	    !nc_parser_name(parser, "a set's name", &name) ||
	    !nc_parser_new_expr(parser, NC_EXPR_SET_REF, nc_loc_join(begin, name.loc), &expr))
		return false;
	expr->text = name.text;
	*ret = expr;
	return true;
}

/* --- what others ask for ------------------------------------------------------------------------------ */

static bool refuse_empty(struct nc_parser *parser, const struct nc_expr *set)
{
	if (set->items)
		return true;
	nc_diag_error(parser->diag, &set->loc, "this set has no elements");
	return false;
}

bool nc_parse_value(struct nc_parser *parser, struct nc_expr **ret)
{
	struct grammar g = {.parser = parser, .ranges = true};
	struct nc_expr *left, *right;

	if (nc_parser_at(parser, NC_TOKEN_LBRACE))
		return nc_parse_set(parser, ret) && refuse_empty(parser, *ret);
	if (nc_parser_at(parser, NC_TOKEN_AT))
		return nc_parse_set_ref(parser, ret);
	if (!parse_list(&g, &left))
		return false;
	if (!nc_parser_accept(parser, NC_TOKEN_SLASH)) {
		*ret = left;
		return true;
	}
	return parse_list(&g, &right) && new_pair(parser, NC_EXPR_SLASH, left, right, ret);
}

bool nc_parse_key(struct nc_parser *parser, struct nc_expr **ret)
{
	struct grammar g = {.parser = parser, .fields = true};

	return parse_concat(&g, ret);
}

bool nc_parse_argument(struct nc_parser *parser, struct nc_expr **ret)
{
	struct grammar g = {.parser = parser, .fields = true, .values = true};
	struct nc_expr *left, *right;

	if (!parse_concat(&g, &left))
		return false;
	if (!nc_parser_accept_word(parser, "map")) {
		*ret = left;
		return true;
	}
	if (nc_parser_at(parser, NC_TOKEN_LBRACE)
		    ? !nc_parse_set(parser, &right) || !refuse_empty(parser, right)
		    : !nc_parse_set_ref(parser, &right))
		return false;
	return new_pair(parser, NC_EXPR_MAP, left, right, ret);
}
