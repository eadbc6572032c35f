/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Elements of sets. Called for named sets' declarations, for "add element" and its like, and for the anonymous sets of
 * matches. Sets may be large: nothing here is worse than sorting.
 */
#include "lang/eval.h"

static int eval_element(const struct nc_expr *item, enum nc_type type, bool intervals,
			nc_set_elements *elements, struct nc_diag *diag)
{
	struct nc_set_element element = {.loc = item->loc};
	enum nc_written written;
	int r;

	if (item->kind == NC_EXPR_LIST)
		return nc_diag_error(diag, &item->loc, "join flags with '|' in a set");
	r = nc_eval_interval(item, type, &element.interval, &written, diag);
	if (r < 0)
		return r;
	if (!intervals && element.interval.low != element.interval.high)
		return nc_diag_error(diag, &item->loc,
				     "this set holds single values: add 'flags interval' to its "
				     "declaration for prefixes and ranges");
	return nc_vec_push(elements, element);
}

int nc_eval_elements(const struct nc_expr *set, enum nc_type type, bool intervals,
		     nc_set_elements *ret, struct nc_diag *diag)
{
	nc_set_elements elements = {};
	int failed = 0;

	for (const struct nc_expr *item = set->items; item; item = item->next) {
		int r = eval_element(item, type, intervals, &elements, diag);

		if (r == -ENOMEM) {
			failed = r;
			break;
		}
		if (r < 0)
			failed = r;
	}
	if (failed) {
		nc_vec_free(&elements);
		return failed;
	}
	*ret = elements;
	return 0;
}

static int compare_elements(const void *a, const void *b)
{
	const struct nc_interval *x = &((const struct nc_set_element *)a)->interval;
	const struct nc_interval *y = &((const struct nc_set_element *)b)->interval;

	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	return x->high < y->high ? -1 : x->high > y->high;
}

static bool has_interval(const nc_set_elements *elements)
{
	for (size_t i = 0; i < elements->n; i++) {
		if (elements->v[i].interval.low != elements->v[i].interval.high)
			return true;
	}
	return false;
}

/* Are these two, in order, to become one? */
static bool joins(const struct nc_interval *a, const struct nc_interval *b, bool neighbours)
{
	return b->low <= a->high || (neighbours && b->low == a->high + 1);
}

/*
 * nft merges the elements of anonymous interval sets, neighbours too: { 1, 2-6 } is { 1-6 }. Sets of single
 * values only lose their doubles.
 */
static void merge(nc_set_elements *elements)
{
	bool neighbours = has_interval(elements);
	size_t n = 0;

	qsort(elements->v, elements->n, sizeof(*elements->v), compare_elements);
	for (size_t i = 1; i < elements->n; i++) {
		struct nc_interval *last = &elements->v[n].interval;
		const struct nc_interval *next = &elements->v[i].interval;

		if (!joins(last, next, neighbours))
			elements->v[++n] = elements->v[i];
		else if (next->high > last->high)
			last->high = next->high;
	}
	elements->n = n + 1;
}

int nc_eval_anonymous_set(const struct nc_expr *set, enum nc_type type, nc_set_elements *ret,
			  struct nc_diag *diag)
{
	int r = nc_eval_elements(set, type, true, ret, diag);

	if (r < 0)
		return r;
	merge(ret);
	return 0;
}
