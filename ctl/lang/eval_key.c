/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys: what is read from a packet, operations on it, concatenations; lookups in maps by them; and what statements take.
 * Called for the left side of matches and for the operands of statements.
 */
#include <string.h>

#include "lang/eval.h"
#include "lang/print.h"

struct nc_key_part nc_selector_part(const struct nc_selector *selector)
{
	return (struct nc_key_part){.type = nc_selector_type(selector),
				    .bits = nc_selector_bits(selector),
				    .hex = selector->field == NC_FIELD_RAW};
}

static int eval_generator(const struct nc_ast_field *ast, struct nc_selector *selector,
			  struct nc_diag *diag)
{
	struct nc_generator *generator = malloc(sizeof(*generator));

	if (!generator)
		return -ENOMEM;
	*generator = ast->generator;
	generator->id = NC_NONE;
	selector->generator = generator;
	if (!ast->key)
		return 0;
	generator->key = calloc(1, sizeof(*generator->key));
	if (!generator->key)
		return -ENOMEM;
	return nc_eval_key(ast->key, generator->key, diag);
}

/* nft knows the beginning of the transport header by another name. */
static void simplify_raw(struct nc_selector *selector)
{
	const struct nc_raw *raw = &selector->raw;

	if (raw->base != NC_RAW_TRANSPORT || raw->length != 16)
		return;
	if (raw->offset == 0)
		selector->field = NC_FIELD_TH_SPORT;
	else if (raw->offset == 16)
		selector->field = NC_FIELD_TH_DPORT;
}

static int eval_field(const struct nc_expr *expr, struct nc_selector *ret, struct nc_diag *diag)
{
	*ret = (struct nc_selector){
		.field = expr->field->field, .raw = expr->field->raw, .loc = expr->loc};
	if (ret->field == NC_FIELD_RAW)
		simplify_raw(ret);
	if (ret->field == NC_FIELD_NUMGEN || ret->field == NC_FIELD_JHASH)
		return eval_generator(expr->field, ret, diag);
	return 0;
}

static int push_op(struct nc_selector *selector, enum nc_bitop_kind kind,
		   const struct nc_expr *value, struct nc_diag *diag)
{
	bool shift = kind == NC_BITOP_LSHIFT || kind == NC_BITOP_RSHIFT;
	struct nc_key_part part = nc_selector_part(selector);
	struct nc_bitop op = {.kind = kind};
	int r;

	if (part.type == NC_TYPE_IFNAME || part.type == NC_TYPE_IFACE_INDEX ||
	    part.type == NC_TYPE_BOOLEAN)
		return nc_diag_error(diag, &value->loc, "nothing can be computed on %s %s",
				     part.type == NC_TYPE_BOOLEAN ? "a" : "an",
				     nc_type_info(part.type)->description);
	if (shift)
		part = (struct nc_key_part){.type = NC_TYPE_INTEGER, .bits = 8};
	r = nc_eval_operand(value, part, &op.value, diag);
	if (r < 0)
		return r;
	if (shift && op.value >= nc_selector_bits(selector))
		return nc_diag_error(diag, &value->loc, "this shifts all %u bits out",
				     nc_selector_bits(selector));
	return nc_vec_push(&selector->ops, op);
}

/* A field with operations to its right. */
static int eval_selector(const struct nc_expr *expr, struct nc_selector *ret, struct nc_diag *diag)
{
	static const enum nc_bitop_kind kinds[] = {
		[NC_EXPR_AND] = NC_BITOP_AND,
		[NC_EXPR_XOR] = NC_BITOP_XOR,
		[NC_EXPR_LSHIFT] = NC_BITOP_LSHIFT,
		[NC_EXPR_RSHIFT] = NC_BITOP_RSHIFT,
	};
	int r;

	switch (expr->kind) {
	case NC_EXPR_FIELD:
		return eval_field(expr, ret, diag);
	case NC_EXPR_AND:
	case NC_EXPR_XOR:
	case NC_EXPR_LSHIFT:
	case NC_EXPR_RSHIFT:
		r = eval_selector(expr->left, ret, diag);
		return r < 0 ? r : push_op(ret, kinds[expr->kind], expr->right, diag);
	case NC_EXPR_OR:
		r = eval_selector(expr->items, ret, diag);
		for (const struct nc_expr *item = expr->items->next; item && !r; item = item->next)
			r = push_op(ret, NC_BITOP_OR, item, diag);
		return r;
	default:
		*ret = (struct nc_selector){};
		return nc_diag_error(diag, &expr->loc,
				     "a header and its field are needed here, such as 'ip saddr'");
	}
}

static int push_selector(const struct nc_expr *expr, nc_key *key, struct nc_diag *diag)
{
	struct nc_selector selector = {};
	int r = eval_selector(expr, &selector, diag);

	if (r == 0) {
		selector.loc = expr->loc;
		r = nc_vec_push(key, selector);
	}
	if (r < 0)
		nc_selector_clear(&selector);
	return r;
}

static int check_size(const nc_key *key, const struct nc_loc *loc, struct nc_diag *diag)
{
	unsigned bytes = 0;

	nc_vec_foreach (selector, key)
		bytes += (nc_selector_bits(selector) + 31) / 32 * 4;
	if (key->n <= 1 || bytes <= NC_CONCAT_BYTES)
		return 0;
	return nc_diag_error(diag, loc, "concatenation is too big: %u bytes, %d are possible",
			     bytes, NC_CONCAT_BYTES);
}

int nc_eval_key(const struct nc_expr *expr, nc_key *ret, struct nc_diag *diag)
{
	bool concat = expr->kind == NC_EXPR_CONCAT;
	nc_key key = {};
	int failed = 0;

	for (const struct nc_expr *item = concat ? expr->items : expr; item;
	     item = concat ? item->next : NULL) {
		int r = push_selector(item, &key, diag);

		if (r < 0)
			failed = r;
	}
	if (!failed)
		failed = check_size(&key, &expr->loc, diag);
	if (failed) {
		nc_key_clear(&key);
		return failed;
	}
	*ret = key;
	return 0;
}

int nc_eval_verdict(const struct nc_ast_verdict *ast, const struct nc_loc *loc, struct nc_do *ret)
{
	struct nc_do verdict = {.kind = ast->kind, .loc = *loc};

	if (ast->chain.text) {
		verdict.loc = ast->chain.loc;
		verdict.chain = strdup(ast->chain.text);
		if (!verdict.chain)
			return -ENOMEM;
	}
	*ret = verdict;
	return 0;
}

int nc_eval_lookup(const struct nc_expr *key, const struct nc_expr *map,
		   struct nc_element_rules leads_to, struct nc_lookup *ret, struct nc_diag *diag)
{
	struct nc_lookup lookup = {.loc = map->loc};
	nc_key_type type = {};
	int r = nc_eval_key(key, &lookup.key, diag);

	if (r == 0)
		r = nc_key_type_of(&lookup.key, &type);
	leads_to.type = &type;
	leads_to.intervals = true;
	if (r == 0 && map->kind == NC_EXPR_SET_REF)
		r = (lookup.map = strdup(map->text)) ? 0 : -ENOMEM;
	else if (r == 0)
		r = nc_eval_anonymous(map, &leads_to, &lookup.elements, diag);
	nc_vec_free(&type);
	if (r < 0) {
		nc_lookup_clear(&lookup);
		return r;
	}
	*ret = lookup;
	return 0;
}

/* May what a selector reads be put there? */
static bool fits(const struct nc_selector *selector, struct nc_key_part part)
{
	enum nc_type type = nc_selector_type(selector);

	if (type == part.type)
		return nc_selector_bits(selector) <= part.bits;
	return (type == NC_TYPE_INTEGER || part.type == NC_TYPE_INTEGER) &&
	       nc_selector_bits(selector) <= part.bits;
}

static int eval_read(const struct nc_expr *expr, struct nc_key_part part, struct nc_value *value,
		     struct nc_diag *diag)
{
	int r = nc_eval_key(expr, &value->selector, diag);

	if (r < 0)
		return r;
	value->kind = NC_VALUE_SELECTOR;
	if (value->selector.n == 1 && fits(&value->selector.v[0], part))
		return 0;
	return nc_diag_error(
		diag, &expr->loc, "datatype mismatch: expected %s, expression has type %s",
		nc_type_info(part.type)->description,
		value->selector.n == 1
			? nc_type_info(nc_selector_type(&value->selector.v[0]))->description
			: "concatenation");
}

/* Does a field stand leftmost? */
static bool reads_packet(const struct nc_expr *expr)
{
	for (;;) {
		switch (expr->kind) {
		case NC_EXPR_FIELD:
			return true;
		case NC_EXPR_AND:
		case NC_EXPR_XOR:
		case NC_EXPR_LSHIFT:
		case NC_EXPR_RSHIFT:
			expr = expr->left;
			break;
		case NC_EXPR_OR:
		case NC_EXPR_CONCAT:
			expr = expr->items;
			break;
		default:
			return false;
		}
	}
}

int nc_eval_argument(const struct nc_expr *expr, struct nc_key_part part, struct nc_value *ret,
		     struct nc_diag *diag)
{
	const struct nc_element_rules data = {.map = NC_MAP_VALUE, .data = part};
	struct nc_value value = {.loc = expr->loc};
	int r;

	if (expr->kind == NC_EXPR_MAP) {
		value.kind = NC_VALUE_MAP;
		value.lookup = calloc(1, sizeof(*value.lookup));
		r = value.lookup ? nc_eval_lookup(expr->left, expr->right, data, value.lookup, diag)
				 : -ENOMEM;
	} else if (reads_packet(expr)) {
		r = eval_read(expr, part, &value, diag);
	} else {
		value.kind = NC_VALUE_NUM;
		r = nc_eval_value(expr, part, &value.num, diag);
	}
	if (r < 0) {
		nc_value_clear(&value);
		return r;
	}
	*ret = value;
	return 0;
}
