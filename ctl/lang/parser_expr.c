/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values: what stands behind a field, and the elements of sets. Called by the rule and set parsers. Nothing here
 * knows types; eval does. Nesting is bounded, lists of any length are iterated.
 *
 *	value   = list [ "/" list ]
 *	list    = union { "," union }
 *	union   = range { "|" range }
 *	range   = primary [ "-" primary ]
 *	primary = NUMBER | ADDRESS | SYMBOL | "(" list ")" | set | "@" NAME
 *	set     = "{" element { "," element } "}"       element = union [ "/" primary ]
 */
#include "lang/parser.h"

/* Parentheses in parentheses. */
#define NESTING_MAX 8

static bool parse_union(struct nc_parser *parser, unsigned nesting, struct nc_expr **ret);
static bool parse_list(struct nc_parser *parser, unsigned nesting, struct nc_expr **ret);

static bool new_expr(struct nc_parser *parser, enum nc_expr_kind kind, struct nc_loc loc,
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

	if (!new_expr(parser, kind, nc_loc_join(left->loc, right->loc), &expr))
		return false;
	expr->left = left;
	expr->right = right;
	*ret = expr;
	return true;
}

static bool parse_word_expr(struct nc_parser *parser, enum nc_expr_kind kind, struct nc_loc begin,
			    struct nc_expr **ret)
{
	struct nc_word word;
	struct nc_expr *expr;

	if (!nc_parser_take(parser, &word) ||
	    !new_expr(parser, kind, nc_loc_join(begin, word.loc), &expr))
		return false;
	expr->text = word.text;
	*ret = expr;
	return true;
}

static bool parse_parentheses(struct nc_parser *parser, unsigned nesting, struct nc_expr **ret)
{
	struct nc_loc begin = parser->token.loc;
	struct nc_expr *expr;

	if (nesting == NESTING_MAX) {
		nc_diag_error(parser->diag, &begin, "parentheses are nested too deeply");
		return false;
	}
	nc_parser_advance(parser);
	if (!parse_list(parser, nesting + 1, &expr) ||
	    !nc_parser_expect(parser, NC_TOKEN_RPAREN, "')'"))
		return false;
	expr->loc = nc_loc_join(begin, parser->previous);
	*ret = expr;
	return true;
}

static bool parse_primary(struct nc_parser *parser, unsigned nesting, struct nc_expr **ret)
{
	struct nc_loc begin = parser->token.loc;

	switch (parser->token.kind) {
	case NC_TOKEN_LITERAL:
	case NC_TOKEN_WORD:
		return parse_word_expr(parser, NC_EXPR_VALUE, begin, ret);
	case NC_TOKEN_LPAREN:
		return parse_parentheses(parser, nesting, ret);
	default:
		return nc_parser_unexpected(parser, "a value");
	}
}

static bool parse_range(struct nc_parser *parser, unsigned nesting, struct nc_expr **ret)
{
	struct nc_expr *left, *right;

	if (!parse_primary(parser, nesting, &left))
		return false;
	if (!nc_parser_accept(parser, NC_TOKEN_DASH)) {
		*ret = left;
		return true;
	}
	return parse_primary(parser, nesting, &right) &&
	       new_pair(parser, NC_EXPR_RANGE, left, right, ret);
}

typedef bool parse_item_fn(struct nc_parser *parser, unsigned nesting, struct nc_expr **ret);

/* Items with a separator between them; a single item stands for itself. */
static bool parse_items(struct nc_parser *parser, unsigned nesting, enum nc_token_kind separator,
			enum nc_expr_kind kind, parse_item_fn *parse_item, struct nc_expr **ret)
{
	struct nc_expr *expr, *item;

	if (!parse_item(parser, nesting, &item))
		return false;
	if (!nc_parser_at(parser, separator)) {
		*ret = item;
		return true;
	}
	if (!new_expr(parser, kind, item->loc, &expr))
		return false;
	expr->items = item;
	while (nc_parser_accept(parser, separator)) {
		if (!parse_item(parser, nesting, &item->next))
			return false;
		item = item->next;
	}
	expr->loc = nc_loc_join(expr->loc, item->loc);
	*ret = expr;
	return true;
}

static bool parse_union(struct nc_parser *parser, unsigned nesting, struct nc_expr **ret)
{
	return parse_items(parser, nesting, NC_TOKEN_OR, NC_EXPR_OR, parse_range, ret);
}

static bool parse_list(struct nc_parser *parser, unsigned nesting, struct nc_expr **ret)
{
	return parse_items(parser, nesting, NC_TOKEN_COMMA, NC_EXPR_LIST, parse_union, ret);
}

static bool parse_slash(struct nc_parser *parser, parse_item_fn *parse_side, struct nc_expr **ret)
{
	struct nc_expr *left, *right;

	if (!parse_side(parser, 0, &left))
		return false;
	if (!nc_parser_accept(parser, NC_TOKEN_SLASH)) {
		*ret = left;
		return true;
	}
	return parse_side(parser, 0, &right) && new_pair(parser, NC_EXPR_SLASH, left, right, ret);
}

/* Behind an element: "," or the closing brace. */
static bool parse_element_end(struct nc_parser *parser)
{
	nc_parser_skip_newlines(parser);
	if (nc_parser_at(parser, NC_TOKEN_RBRACE))
		return true;
	if (nc_parser_refused(parser, NC_UNSUPPORTED_ELEMENT))
		return false;
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

bool nc_parse_set(struct nc_parser *parser, struct nc_expr **ret)
{
	struct nc_loc begin = parser->token.loc;
	unsigned depth = parser->depth;
	struct nc_expr **next, *set;

	if (!nc_parser_expect(parser, NC_TOKEN_LBRACE, "'{'") ||
	    !new_expr(parser, NC_EXPR_SET, begin, &set))
		return false;
	nc_parser_skip_newlines(parser);
	for (next = &set->items; !nc_parser_at(parser, NC_TOKEN_RBRACE); next = &(*next)->next) {
		if (nc_parser_at(parser, NC_TOKEN_END))
			return nc_parser_unclosed(parser, begin);
		if (!parse_slash(parser, parse_union, next) || !parse_element_end(parser)) {
			forget_brace(parser, begin, depth);
			return false;
		}
	}
	nc_parser_advance(parser);
	if (begin.line == parser->previous.line)
		set->loc = nc_loc_join(begin, parser->previous);
	if (!set->items) {
		nc_diag_error(parser->diag, &set->loc, "this set has no elements");
		return false;
	}
	*ret = set;
	return true;
}

static bool parse_set_ref(struct nc_parser *parser, struct nc_expr **ret)
{
	struct nc_loc begin = parser->token.loc;
	struct nc_expr *expr;
	struct nc_word name;

	nc_parser_advance(parser);
	if (!nc_parser_name(parser, "a set's name", &name) ||
	    !new_expr(parser, NC_EXPR_SET_REF, nc_loc_join(begin, name.loc), &expr))
		return false;
	expr->text = name.text;
	*ret = expr;
	return true;
}

bool nc_parse_value(struct nc_parser *parser, struct nc_expr **ret)
{
	if (nc_parser_at(parser, NC_TOKEN_LBRACE))
		return nc_parse_set(parser, ret);
	if (nc_parser_at(parser, NC_TOKEN_AT))
		return parse_set_ref(parser, ret);
	return parse_slash(parser, parse_list, ret);
}

bool nc_parse_mask(struct nc_parser *parser, struct nc_expr **ret)
{
	if (!parse_primary(parser, 0, ret))
		return false;
	if (nc_parser_at(parser, NC_TOKEN_OR) || nc_parser_at(parser, NC_TOKEN_AND)) {
		nc_diag_error(parser->diag, &parser->token.loc,
			      "put a mask of several values in parentheses: & (a | b)");
		return false;
	}
	return true;
}
