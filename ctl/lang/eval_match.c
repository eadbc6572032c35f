/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Matches: what a key is compared with, into the one form that the model has for each meaning. "tcp flags & (syn |
 * ack) != 0", "tcp flags syn,ack" and "tcp flags syn | ack" are the same match afterwards, and print the same.
 */
#include <string.h>

#include "lang/eval.h"
#include "lang/print.h"

/* A match that is being put together; part: of its only selector. */
struct matching {
	const struct nc_ast_match *ast;
	struct nc_match *match;
	struct nc_key_part part;
	struct nc_diag *diag;
};

static bool is_flags(const struct matching *m)
{
	return m->part.type == NC_TYPE_TCP_FLAG;
}

static int push_value(struct nc_match *match, nc_num low, nc_num high)
{
	return nc_vec_push(&match->values,
			   {.interval = {.low = low, .high = high}, .loc = match->rhs_loc});
}

static int set_value(struct nc_match *match, nc_num value)
{
	match->written = NC_WRITTEN_VALUE;
	return push_value(match, value, value);
}

/* At least one of these bits. */
static int set_any_bit(struct nc_match *match, nc_num mask)
{
	match->any_bit = true;
	match->mask = mask;
	return set_value(match, mask);
}

/* (field & mask) == value. */
static int set_masked(const struct matching *m, nc_num mask, nc_num value)
{
	struct nc_match *match = m->match;
	nc_num host = nc_num_max(m->part.bits) & ~mask;

	if (mask == nc_num_max(m->part.bits))
		return set_value(match, value);
	/* A prefix of an address is one, however it is written. */
	if (nc_type_info(m->part.type)->prefixes && !(host & (host + 1))) {
		match->written = NC_WRITTEN_PREFIX;
		return push_value(match, value, value | host);
	}
	match->masked = true;
	match->mask = mask;
	return set_value(match, value);
}

/* A comparison with a mask: flags with "/" or any field with "&". */
static int compare_bits(const struct matching *m, nc_num mask, const struct nc_loc *mask_loc,
			nc_num value, const struct nc_loc *value_loc)
{
	if (!mask)
		return nc_diag_error(m->diag, mask_loc, "this mask leaves no bit to compare");
	if (value & ~mask)
		return nc_diag_error(m->diag, value_loc,
				     "this value has bits that the mask removes: it can never be "
				     "equal");
	if (is_flags(m) && m->match->negated && value == 0) {
		m->match->negated = false;
		return set_any_bit(m->match, mask);
	}
	return set_masked(m, mask, value);
}

static int compare_masked(const struct matching *m, nc_num mask, const struct nc_loc *mask_loc,
			  const struct nc_expr *value_expr)
{
	nc_num value = 0;
	int r = 0;

	/* "tcp flags & syn == 0": a number even for addresses. */
	if (value_expr->kind != NC_EXPR_VALUE || strcmp(value_expr->text, "0") != 0)
		r = nc_eval_operand(value_expr, m->part, &value, m->diag);
	return r < 0 ? r : compare_bits(m, mask, mask_loc, value, &value_expr->loc);
}

/* "tcp flags syn / syn,ack" */
static int eval_slash(const struct matching *m, const struct nc_expr *value)
{
	nc_num mask;
	int r = nc_eval_value(value->right, m->part, &mask, m->diag);

	return r < 0 ? r : compare_masked(m, mask, &value->right->loc, value->left);
}

static const struct nc_expr *find_slash(const struct nc_expr *list)
{
	const struct nc_expr *item = list->kind == NC_EXPR_LIST ? list->items : NULL;

	while (item && item->kind != NC_EXPR_SLASH)
		item = item->next;
	return item;
}

static int add_bits(const struct matching *m, const struct nc_expr *expr, nc_num *bits)
{
	nc_num value;
	int r = nc_eval_value(expr, m->part, &value, m->diag);

	if (r == 0)
		*bits |= value;
	return r;
}

/* "tcp flags 0x2,0x10 / 0x1,0x2,0x10": between numbers, "/" has joined the two next to it. */
static int eval_slash_in_list(const struct matching *m, const struct nc_expr *list,
			      const struct nc_expr *slash)
{
	nc_num sides[2] = {};
	int side = 0, r = 0;

	for (const struct nc_expr *item = list->items; item && r == 0; item = item->next) {
		if (item != slash) {
			r = add_bits(m, item, &sides[side]);
			continue;
		}
		r = add_bits(m, slash->left, &sides[side++]);
		if (r == 0)
			r = add_bits(m, slash->right, &sides[side]);
	}
	return r < 0 ? r : compare_bits(m, sides[1], &list->loc, sides[0], &list->loc);
}

/* "tcp flags syn,ack": nft looks whether any of them is there, unless an operator asks for equality. */
static int eval_flags(const struct matching *m, const struct nc_expr *value)
{
	nc_num bits;
	int r = nc_eval_value(value, m->part, &bits, m->diag);

	if (r < 0)
		return r;
	if (m->ast->relation == NC_RELATION_IMPLICIT && bits)
		return set_any_bit(m->match, bits);
	return set_value(m->match, bits);
}

static int eval_no_flags(const struct matching *m)
{
	nc_num bits;
	int r;

	if (!is_flags(m))
		return nc_diag_error(m->diag, &m->ast->relation_loc,
				     "'!' is for flags; write '!=' for \"not equal\"");
	r = nc_eval_value(m->ast->value, m->part, &bits, m->diag);
	if (r < 0)
		return r;
	if (!bits)
		return nc_diag_error(m->diag, &m->ast->value->loc, "'!' needs at least one flag");
	return set_masked(m, bits, 0);
}

static int eval_comparison(const struct matching *m)
{
	const struct nc_ast_match *ast = m->ast;
	struct nc_match *match = m->match;
	const nc_num max = nc_num_max(m->part.bits);
	nc_num value;
	int r;

	if (is_flags(m))
		return nc_diag_error(m->diag, &ast->relation_loc, "flags have no order");
	if (m->part.type == NC_TYPE_IFNAME || m->part.type == NC_TYPE_IFACE_INDEX ||
	    m->part.type == NC_TYPE_BOOLEAN)
		return nc_diag_error(m->diag, &ast->relation_loc, "%ss have no order",
				     nc_type_info(m->part.type)->description);
	r = match->key.v[0].ops.n ? nc_eval_operand(ast->value, m->part, &value, m->diag)
				  : nc_eval_value(ast->value, m->part, &value, m->diag);
	if (r < 0)
		return r;
	if ((ast->relation == NC_RELATION_LT && value == 0) ||
	    (ast->relation == NC_RELATION_GT && value == max))
		return nc_diag_error(m->diag, &match->rhs_loc, "no value is %s than this one",
				     ast->relation == NC_RELATION_LT ? "less" : "greater");
	match->written = NC_WRITTEN_RANGE;
	switch (ast->relation) {
	case NC_RELATION_LT:
		match->order = NC_ORDER_LT;
		return push_value(match, 0, value - 1);
	case NC_RELATION_LE:
		match->order = NC_ORDER_LE;
		return push_value(match, 0, value);
	case NC_RELATION_GT:
		match->order = NC_ORDER_GT;
		return push_value(match, value + 1, max);
	default:
		match->order = NC_ORDER_GE;
		return push_value(match, value, max);
	}
}

/* --- sets ------------------------------------------------------------------------------------------------ */

static bool is_prefix(const struct nc_interval *interval)
{
	nc_num span = interval->high - interval->low;

	return (span & (span + 1)) == 0 && (interval->low & span) == 0;
}

/* A set whose elements became one is written as that one. */
static enum nc_written written_alone(struct nc_key_part part, const struct nc_interval *interval)
{
	if (interval->low == interval->high)
		return NC_WRITTEN_VALUE;
	if ((nc_type_info(part.type)->prefixes || part.type == NC_TYPE_IFNAME) &&
	    is_prefix(interval))
		return NC_WRITTEN_PREFIX;
	return NC_WRITTEN_RANGE;
}

static int eval_set(const struct matching *m, const struct nc_expr *set)
{
	struct nc_match *match = m->match;
	nc_key_type type = {};
	struct nc_element_rules rules = {.type = &type, .intervals = true};
	int r = nc_key_type_of(&match->key, &type);

	if (r == 0)
		r = nc_eval_anonymous(set, &rules, &match->values, m->diag);
	nc_vec_free(&type);
	if (r < 0)
		return r;
	match->written = NC_WRITTEN_SET;
	if (match->values.n == 1 && match->values.v[0].catchall)
		return nc_diag_error(m->diag, &match->rhs_loc,
				     "a set of '*' alone holds everything: leave the match out");
	if (match->values.n == 1 && match->key.n == 1) {
		match->values.v[0].loc = match->rhs_loc;
		match->written = written_alone(m->part, &match->values.v[0].interval);
	}
	return 0;
}

/* One value of a concatenation: nft knows it as a set of one. */
static int eval_concat(const struct matching *m, const struct nc_expr *value)
{
	struct nc_match *match = m->match;
	struct nc_set_element element = {.loc = match->rhs_loc};
	nc_key_type type = {};
	struct nc_element_rules rules = {.type = &type, .intervals = true};
	enum nc_written written;
	int r = nc_key_type_of(&match->key, &type);

	if (r == 0)
		r = nc_eval_element_key(value, &rules, &element, &written, m->diag);
	nc_vec_free(&type);
	match->written = NC_WRITTEN_SET;
	if (r == 0)
		r = nc_vec_push(&match->values, element);
	if (r < 0)
		nc_element_clear(&element);
	return r;
}

/* nft takes a set of one item for the item: "tcp flags { syn }" is "tcp flags syn". */
static const struct nc_expr *without_braces(const struct nc_expr *value)
{
	bool alone = value->kind == NC_EXPR_SET && !value->items->next && !value->items->extra &&
		     value->items->kind != NC_EXPR_SLASH && value->items->kind != NC_EXPR_ANY;

	return alone ? value->items : value;
}

/* "23:00"-"01:00" passes midnight: two ranges. */
static bool is_wrapped_hour(const struct matching *m, const struct nc_expr *value,
			    struct nc_interval *ret)
{
	if (m->part.type != NC_TYPE_HOUR || value->kind != NC_EXPR_RANGE)
		return false;
	return nc_eval_value(value->left, m->part, &ret->low, m->diag) == 0 &&
	       nc_eval_value(value->right, m->part, &ret->high, m->diag) == 0 &&
	       ret->low > ret->high;
}

static int eval_plain(const struct matching *m)
{
	struct nc_match *match = m->match;
	const struct nc_expr *value =
		match->key.n > 1 ? m->ast->value : without_braces(m->ast->value);
	struct nc_interval interval;
	int r;

	if (value->kind == NC_EXPR_SET)
		return eval_set(m, value);
	if (value->kind == NC_EXPR_SET_REF) {
		match->written = NC_WRITTEN_SET_REF;
		match->set = strdup(value->text);
		return match->set ? 0 : -ENOMEM;
	}
	if (match->key.n > 1)
		return eval_concat(m, value);
	if (is_flags(m) && value->kind == NC_EXPR_SLASH)
		return eval_slash(m, value);
	if (is_flags(m) && find_slash(value))
		return eval_slash_in_list(m, value, find_slash(value));
	if (is_flags(m) && value->kind != NC_EXPR_RANGE)
		return eval_flags(m, value);
	if (is_wrapped_hour(m, value, &interval)) {
		match->written = NC_WRITTEN_SET;
		r = push_value(match, 0, interval.high);
		return r ?: push_value(match, interval.low, 86399);
	}
	if (match->key.v[0].ops.n && value->kind == NC_EXPR_VALUE) {
		r = nc_eval_operand(value, m->part, &interval.low, m->diag);
		return r < 0 ? r : set_value(match, interval.low);
	}
	r = nc_eval_interval(value, m->part, &interval, &match->written, m->diag);
	return r < 0 ? r : push_value(match, interval.low, interval.high);
}

/* "field & mask" with one value to compare: a form of its own. 1: it was none. */
static int eval_and(const struct matching *m)
{
	struct nc_selector *selector = &m->match->key.v[0];
	const struct nc_expr *value = m->ast->value;
	bool equal = m->ast->relation == NC_RELATION_EQ || m->ast->relation == NC_RELATION_NE ||
		     m->ast->relation == NC_RELATION_IMPLICIT;
	nc_num mask;

	if (m->match->key.n != 1 || selector->ops.n != 1 ||
	    selector->ops.v[0].kind != NC_BITOP_AND || !equal || value->kind == NC_EXPR_SET ||
	    value->kind == NC_EXPR_SET_REF || value->kind == NC_EXPR_RANGE ||
	    value->kind == NC_EXPR_SLASH)
		return 1;
	if (m->ast->relation == NC_RELATION_IMPLICIT)
		return nc_diag_error(m->diag, &m->match->rhs_loc,
				     "write '==' or '!=' behind a mask");
	mask = selector->ops.v[0].value;
	nc_vec_free(&selector->ops);
	return compare_masked(m, mask, &selector->loc, value);
}

static int eval_relation(const struct matching *m)
{
	int r = eval_and(m);

	if (r <= 0)
		return r;
	switch (m->ast->relation) {
	case NC_RELATION_LT:
	case NC_RELATION_LE:
	case NC_RELATION_GT:
	case NC_RELATION_GE:
		if (m->match->key.n > 1)
			return nc_diag_error(m->diag, &m->ast->relation_loc,
					     "concatenations have no order");
		return eval_comparison(m);
	case NC_RELATION_NOT:
		return eval_no_flags(m);
	default:
		return eval_plain(m);
	}
}

int nc_eval_match(const struct nc_ast_match *ast, const struct nc_loc *loc, struct nc_match *ret,
		  struct nc_diag *diag)
{
	struct nc_match match = {
		.negated = ast->relation == NC_RELATION_NE,
		.loc = *loc,
		.rhs_loc = ast->value->loc,
	};
	struct matching m = {.ast = ast, .match = &match, .diag = diag};
	int r = nc_eval_key(ast->key, &match.key, diag);

	if (r < 0)
		return r;
	m.part = nc_selector_part(&match.key.v[0]);
	r = eval_relation(&m);
	if (r < 0) {
		nc_match_clear(&match);
		return r;
	}
	*ret = match;
	return 0;
}
