/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Elements of sets and maps. Called for named sets' declarations, for "add element" and its like, and for the anonymous
 * sets of rules. Sets may be large: nothing here is worse than sorting.
 */
#include "lang/eval.h"
#include "lang/print.h"

struct nc_element_rules nc_element_rules(const struct nc_set *set)
{
	return (struct nc_element_rules){
		.type = &set->type,
		.map = set->map,
		.data = set->data_type,
		.objects = set->objects,
		.intervals = set->flags & NC_SET_INTERVAL,
		.timeouts = set->flags & NC_SET_TIMEOUT,
		.carries = set->carries,
	};
}

static int eval_part(const struct nc_expr *expr, const struct nc_element_rules *rules, size_t part,
		     struct nc_interval *ret, enum nc_written *ret_written, struct nc_diag *diag)
{
	int r;

	if (expr->kind == NC_EXPR_LIST)
		return nc_diag_error(diag, &expr->loc, "join flags with '|' in a set");
	r = nc_eval_interval(expr, rules->type->v[part], ret, ret_written, diag);
	if (r < 0)
		return r;
	if (!rules->intervals && ret->low != ret->high)
		return nc_diag_error(diag, &expr->loc,
				     "this set holds single values: add 'flags interval' to its "
				     "declaration for prefixes and ranges");
	return 0;
}

static int eval_concat(const struct nc_expr *expr, const struct nc_element_rules *rules,
		       struct nc_set_element *element, enum nc_written *ret_written,
		       struct nc_diag *diag)
{
	const struct nc_expr *item = expr->items;
	struct nc_element_more *more = nc_element_more(element);
	size_t n = rules->type->n;
	int failed = 0;

	if (!more)
		return -ENOMEM;
	more->rest = calloc(n, sizeof(*more->rest));
	if (!more->rest)
		return -ENOMEM;
	more->n_rest = n - 1;
	for (size_t i = 0; i < n; i++, item = item->next) {
		struct nc_interval *part = i ? &more->rest[i - 1] : &element->interval;
		enum nc_written written;
		int r;

		if (!item)
			return nc_diag_error(diag, &expr->loc,
					     "this has %zu parts, and %zu are needed", i, n);
		r = eval_part(item, rules, i, part, &written, diag);
		if (r < 0)
			failed = r;
		else if (written != NC_WRITTEN_VALUE)
			*ret_written = NC_WRITTEN_RANGE;
	}
	if (item)
		return nc_diag_error(diag, &item->loc, "this is one part too many: %zu are needed",
				     n);
	return failed;
}

int nc_eval_element_key(const struct nc_expr *expr, const struct nc_element_rules *rules,
			struct nc_set_element *ret, enum nc_written *ret_written,
			struct nc_diag *diag)
{
	*ret_written = NC_WRITTEN_VALUE;
	if (expr->kind == NC_EXPR_ANY) {
		ret->catchall = true;
		return 0;
	}
	if (rules->type->n > 1) {
		if (expr->kind != NC_EXPR_CONCAT)
			return nc_diag_error(diag, &expr->loc,
					     "this has one part, and %zu are needed: write a . b",
					     rules->type->n);
		return eval_concat(expr, rules, ret, ret_written, diag);
	}
	return eval_part(expr, rules, 0, &ret->interval, ret_written, diag);
}

/* --- what stands behind an element ----------------------------------------------------------------------- */

static int eval_object(const struct nc_expr *data, enum nc_object_kind kind, struct nc_do *ret,
		       struct nc_diag *diag)
{
	char *name;

	if (data->kind != NC_EXPR_VALUE)
		return nc_diag_error(diag, &data->loc, "the name of a %s is needed here",
				     nc_kind_word(kind));
	name = strdup(data->text);
	if (!name)
		return -ENOMEM;
	*ret = (struct nc_do){
		.kind = NC_DO_OBJECT, .object = kind, .chain = name, .loc = data->loc};
	return 0;
}

static int eval_data(const struct nc_expr *data, const struct nc_element_rules *rules,
		     struct nc_element_more *more, struct nc_diag *diag)
{
	more->mapped = true;
	more->data_loc = data->loc;
	if (rules->map == NC_MAP_NONE)
		return nc_diag_error(diag, &data->loc, "this is a set: only maps have data");
	if (rules->map == NC_MAP_VERDICT) {
		if (data->kind != NC_EXPR_VERDICT)
			return nc_diag_error(
				diag, &data->loc,
				"a verdict is needed here, such as 'drop' or 'jump web'");
		return nc_eval_verdict(data->verdict, &data->loc, &more->verdict);
	}
	if (rules->map == NC_MAP_OBJECT)
		return eval_object(data, rules->objects, &more->verdict, diag);
	if (data->kind == NC_EXPR_VERDICT)
		return nc_diag_error(diag, &data->loc, "a verdict cannot stand here, only %s",
				     nc_type_info(rules->data.type)->description);
	return nc_eval_value(data, rules->data, &more->data, diag);
}

static int eval_times(const struct nc_ast_extra *extra, const struct nc_element_rules *rules,
		      struct nc_element_more *more, struct nc_diag *diag)
{
	more->timeout_given = nc_loc_given(&extra->timeout.loc);
	more->expires_given = nc_loc_given(&extra->expires.loc);
	more->timeout = extra->timeout.ms;
	more->expires = extra->expires.ms;
	if (rules->timeouts || (!more->timeout_given && !more->expires_given))
		return 0;
	return nc_diag_error(diag, more->timeout_given ? &extra->timeout.loc : &extra->expires.loc,
			     "elements of this set do not time out: add 'flags timeout' to its "
			     "declaration");
}

static int eval_extra(const struct nc_ast_extra *extra, const struct nc_element_rules *rules,
		      struct nc_set_element *element, struct nc_diag *diag)
{
	struct nc_element_more *more = nc_element_more(element);
	int r;

	if (!more)
		return -ENOMEM;
	if (extra->comment.text && !(more->comment = strdup(extra->comment.text)))
		return -ENOMEM;
	if (extra->carries & ~rules->carries)
		return nc_diag_error(diag, &extra->carries_loc,
				     "elements of this set carry no such statement: add it to the "
				     "set's declaration");
	more->counted = extra->counter_given;
	more->counter = extra->counter;
	more->quota_given = extra->carries & NC_CARRY_QUOTA;
	more->quota = extra->quota;
	r = eval_times(extra, rules, more, diag);
	if (r < 0)
		return r;
	return extra->data ? eval_data(extra->data, rules, more, diag) : 0;
}

static int eval_element(const struct nc_expr *item, const struct nc_element_rules *rules,
			bool need_data, nc_set_elements *elements, struct nc_diag *diag)
{
	struct nc_set_element element = {.loc = item->loc};
	enum nc_written written;
	int r, extra = 0;

	r = nc_eval_element_key(item, rules, &element, &written, diag);
	if (item->extra)
		extra = eval_extra(item->extra, rules, &element, diag);
	r = r ?: extra;
	if (r == 0 && need_data && (!element.more || !element.more->mapped))
		r = nc_diag_error(diag, &item->loc,
				  rules->map == NC_MAP_VERDICT
					  ? "an element of this map needs a verdict: write ': drop'"
					  : "an element of this map needs data behind a ':'");
	if (r == 0)
		r = nc_vec_push(elements, element);
	if (r < 0)
		nc_element_clear(&element);
	return r;
}

static int eval_elements(const struct nc_expr *set, const struct nc_element_rules *rules,
			 bool need_data, nc_set_elements *ret, struct nc_diag *diag)
{
	nc_set_elements elements = {};
	int failed = 0;

	for (const struct nc_expr *item = set->items; item; item = item->next) {
		int r = eval_element(item, rules, need_data, &elements, diag);

		if (r < 0)
			failed = r;
		if (r == -ENOMEM)
			break;
	}
	if (failed) {
		nc_elements_clear(&elements);
		return failed;
	}
	*ret = elements;
	return 0;
}

int nc_eval_elements(const struct nc_expr *set, const struct nc_element_rules *rules,
		     nc_set_elements *ret, struct nc_diag *diag)
{
	return eval_elements(set, rules, false, ret, diag);
}

static bool has_interval(const nc_set_elements *elements)
{
	nc_vec_foreach (element, elements) {
		if (element->interval.low != element->interval.high)
			return true;
	}
	return false;
}

/*
 * nft merges the elements of anonymous interval sets, neighbours too: { 1, 2-6 } is { 1-6 }. Sets of single
 * values only lose their doubles.
 */
int nc_eval_anonymous(const struct nc_expr *set, const struct nc_element_rules *rules,
		      nc_set_elements *ret, struct nc_diag *diag)
{
	nc_set_elements elements = {};
	int r = eval_elements(set, rules, rules->map != NC_MAP_NONE, &elements, diag);

	if (r < 0)
		return r;
	if (rules->map == NC_MAP_NONE && rules->type->n == 1 && has_interval(&elements))
		nc_elements_merge(&elements);
	r = nc_elements_normalize(&elements, diag);
	if (r < 0) {
		nc_elements_clear(&elements);
		return r;
	}
	*ret = elements;
	return 0;
}
