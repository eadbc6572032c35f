/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Matches: what a field is compared with, into the one form that the model has for each meaning. "tcp flags & (syn |
 * ack) != 0", "tcp flags syn,ack" and "tcp flags syn | ack" are the same match afterwards, and print the same.
 */
#include <string.h>

#include "lang/eval.h"

static const char *field_name(enum nc_field field, char name[32])
{
	const struct nc_field_info *info = nc_field_info(field);

	snprintf(name, 32, "%s %s", info->header, info->name);
	return name;
}

static bool is_flags(enum nc_field field)
{
	return nc_field_info(field)->type == NC_TYPE_TCP_FLAG;
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
static int set_masked(struct nc_match *match, nc_num mask, nc_num value)
{
	if (mask == nc_type_max(nc_field_info(match->field)->type))
		return set_value(match, value);
	match->masked = true;
	match->mask = mask;
	return set_value(match, value);
}

/* A comparison with a mask: flags with "/" or any field with "&". */
static int eval_masked(const struct nc_expr *mask_expr, const struct nc_expr *value_expr,
		       struct nc_match *match, struct nc_diag *diag)
{
	enum nc_type type = nc_field_info(match->field)->type;
	nc_num mask, value;
	int r;

	r = nc_eval_value(mask_expr, type, &mask, diag);
	if (r < 0)
		return r;
	/* "tcp flags & syn == 0": a number even for addresses. */
	if (value_expr->kind == NC_EXPR_VALUE && strcmp(value_expr->text, "0") == 0)
		value = 0;
	else
		r = nc_eval_value(value_expr, type, &value, diag);
	if (r < 0)
		return r;
	if (!mask)
		return nc_diag_error(diag, &mask_expr->loc, "this mask leaves no bit to compare");
	if (value & ~mask)
		return nc_diag_error(diag, &value_expr->loc,
				     "this value has bits that the mask removes: it can never be "
				     "equal");
	if (is_flags(match->field) && match->negated && value == 0) {
		match->negated = false;
		return set_any_bit(match, mask);
	}
	return set_masked(match, mask, value);
}

/* "tcp flags syn,ack": nft looks whether any of them is there, unless an operator asks for equality. */
static int eval_flags(const struct nc_expr *value, bool implicit, struct nc_match *match,
		      struct nc_diag *diag)
{
	nc_num bits;
	int r = nc_eval_value(value, NC_TYPE_TCP_FLAG, &bits, diag);

	if (r < 0)
		return r;
	if (implicit && bits)
		return set_any_bit(match, bits);
	return set_value(match, bits);
}

static int eval_no_flags(const struct nc_ast_match *ast, struct nc_match *match,
			 struct nc_diag *diag)
{
	nc_num bits;
	int r;

	if (!is_flags(match->field))
		return nc_diag_error(diag, &ast->relation_loc,
				     "'!' is for flags; write '!=' for \"not equal\"");
	r = nc_eval_value(ast->value, NC_TYPE_TCP_FLAG, &bits, diag);
	if (r < 0)
		return r;
	if (!bits)
		return nc_diag_error(diag, &ast->value->loc, "'!' needs at least one flag");
	return set_masked(match, bits, 0);
}

static int eval_comparison(const struct nc_ast_match *ast, struct nc_match *match,
			   struct nc_diag *diag)
{
	enum nc_type type = nc_field_info(match->field)->type;
	struct nc_interval range = {.low = 0, .high = nc_type_max(type)};
	nc_num value;
	int r;

	if (is_flags(match->field))
		return nc_diag_error(diag, &ast->relation_loc, "flags have no order");
	r = nc_eval_value(ast->value, type, &value, diag);
	if (r < 0)
		return r;
	if ((ast->relation == NC_RELATION_LT && value == range.low) ||
	    (ast->relation == NC_RELATION_GT && value == range.high))
		return nc_diag_error(diag, &match->rhs_loc, "no value is %s than this one",
				     ast->relation == NC_RELATION_LT ? "less" : "greater");
	match->written = NC_WRITTEN_RANGE;
	switch (ast->relation) {
	case NC_RELATION_LT:
		match->order = NC_ORDER_LT;
		return push_value(match, range.low, value - 1);
	case NC_RELATION_LE:
		match->order = NC_ORDER_LE;
		return push_value(match, range.low, value);
	case NC_RELATION_GT:
		match->order = NC_ORDER_GT;
		return push_value(match, value + 1, range.high);
	default:
		match->order = NC_ORDER_GE;
		return push_value(match, value, range.high);
	}
}

static bool is_prefix(const struct nc_interval *interval)
{
	nc_num span = interval->high - interval->low;

	return (span & (span + 1)) == 0 && (interval->low & span) == 0;
}

/* A set whose elements became one is written as that one. */
static enum nc_written written_alone(enum nc_type type, const struct nc_interval *interval)
{
	if (interval->low == interval->high)
		return NC_WRITTEN_VALUE;
	if (nc_type_info(type)->prefixes && is_prefix(interval))
		return NC_WRITTEN_PREFIX;
	return NC_WRITTEN_RANGE;
}

static int eval_set(const struct nc_expr *set, struct nc_match *match, struct nc_diag *diag)
{
	enum nc_type type = nc_field_info(match->field)->type;
	int r = nc_eval_anonymous_set(set, type, &match->values, diag);

	if (r < 0)
		return r;
	match->written = NC_WRITTEN_SET;
	if (match->values.n == 1) {
		match->values.v[0].loc = match->rhs_loc;
		match->written = written_alone(type, &match->values.v[0].interval);
	}
	return 0;
}

static int eval_set_ref(const struct nc_expr *ref, struct nc_match *match, struct nc_diag *diag)
{
	char name[32];

	if (!nc_type_info(nc_field_info(match->field)->type)->settable)
		return nc_diag_error(
			diag, &match->rhs_loc,
			"%s cannot be looked up in a named set, because no type of set "
			"fits it; write { … }",
			field_name(match->field, name));
	match->written = NC_WRITTEN_SET_REF;
	match->set = strdup(ref->text);
	return match->set ? 0 : -ENOMEM;
}

/* nft takes a set of one item for the item: "tcp flags { syn }" is "tcp flags syn". */
static const struct nc_expr *without_braces(const struct nc_expr *value)
{
	bool alone = value->kind == NC_EXPR_SET && !value->items->next &&
		     value->items->kind != NC_EXPR_SLASH;

	return alone ? value->items : value;
}

static int eval_plain(const struct nc_ast_match *ast, struct nc_match *match, struct nc_diag *diag)
{
	enum nc_type type = nc_field_info(match->field)->type;
	const struct nc_expr *value = without_braces(ast->value);
	struct nc_interval interval;
	int r;

	if (value->kind == NC_EXPR_SET)
		return eval_set(value, match, diag);
	if (value->kind == NC_EXPR_SET_REF)
		return eval_set_ref(value, match, diag);
	if (is_flags(match->field) && value->kind == NC_EXPR_SLASH)
		return eval_masked(value->right, value->left, match, diag);
	if (is_flags(match->field) && value->kind != NC_EXPR_RANGE)
		return eval_flags(value, ast->relation == NC_RELATION_IMPLICIT, match, diag);
	r = nc_eval_interval(value, type, &interval, &match->written, diag);
	return r < 0 ? r : push_value(match, interval.low, interval.high);
}

/* "field & mask": with "==" or "!=" and a value. */
static int eval_and(const struct nc_ast_match *ast, struct nc_match *match, struct nc_diag *diag)
{
	if (ast->relation == NC_RELATION_IMPLICIT)
		return nc_diag_error(diag, &match->rhs_loc, "write '==' or '!=' behind a mask");
	if (ast->relation != NC_RELATION_EQ && ast->relation != NC_RELATION_NE)
		return nc_diag_error(diag, &ast->relation_loc,
				     "a masked field is compared with '==' or '!=' only");
	if (ast->value->kind == NC_EXPR_SET || ast->value->kind == NC_EXPR_SET_REF)
		return nc_diag_error(diag, &match->rhs_loc,
				     "a masked field in a set is nft grammar that netctl does not "
				     "support yet");
	return eval_masked(ast->mask, ast->value, match, diag);
}

static int eval_relation(const struct nc_ast_match *ast, struct nc_match *match,
			 struct nc_diag *diag)
{
	if (ast->mask)
		return eval_and(ast, match, diag);
	switch (ast->relation) {
	case NC_RELATION_LT:
	case NC_RELATION_LE:
	case NC_RELATION_GT:
	case NC_RELATION_GE:
		return eval_comparison(ast, match, diag);
	case NC_RELATION_NOT:
		return eval_no_flags(ast, match, diag);
	default:
		return eval_plain(ast, match, diag);
	}
}

int nc_eval_match(const struct nc_ast_match *ast, const struct nc_loc *loc, struct nc_match *ret,
		  struct nc_diag *diag)
{
	struct nc_match match = {
		.field = ast->field,
		.negated = ast->relation == NC_RELATION_NE,
		.loc = *loc,
		.rhs_loc = ast->value->loc,
	};
	int r = eval_relation(ast, &match, diag);

	if (r < 0) {
		nc_match_clear(&match);
		return r;
	}
	*ret = match;
	return 0;
}
