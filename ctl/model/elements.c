/* SPDX-License-Identifier: GPL-2.0-only */
/* Elements of sets: sorted, checked for overlap, merged. Called by edit.c and by lang/ when it evaluates a set. */
#include "model/elements.h"

static int compare(const void *a, const void *b)
{
	const struct nc_interval *x = &((const struct nc_set_element *)a)->interval;
	const struct nc_interval *y = &((const struct nc_set_element *)b)->interval;

	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	return x->high < y->high ? -1 : x->high > y->high;
}

static bool same(const struct nc_set_element *a, const struct nc_set_element *b)
{
	return a->interval.low == b->interval.low && a->interval.high == b->interval.high;
}

static int refuse_overlap(const struct nc_set_element *element, struct nc_diag *diag)
{
	return nc_diag_error(diag, &element->loc,
			     "interval overlaps with an existing one; delete that first, or join "
			     "the two by hand");
}

/* Which of two elements came later in the text: its place is the one to blame. */
static const struct nc_set_element *later(const struct nc_set_element *a,
					  const struct nc_set_element *b)
{
	if (a->loc.line != b->loc.line)
		return a->loc.line > b->loc.line ? a : b;
	return a->loc.column > b->loc.column ? a : b;
}

int nc_elements_normalize(nc_set_elements *elements, struct nc_diag *diag)
{
	size_t kept = 0;
	int r = 0;

	if (!elements->n)
		return 0;
	qsort(elements->v, elements->n, sizeof(*elements->v), compare);
	for (size_t i = 1; i < elements->n; i++) {
		const struct nc_set_element *last = &elements->v[kept], *next = &elements->v[i];

		if (same(last, next))
			continue;
		if (next->interval.low <= last->interval.high)
			r = refuse_overlap(later(last, next), diag);
		elements->v[++kept] = *next;
	}
	elements->n = kept + 1;
	return r;
}

size_t nc_elements_search(const nc_set_elements *elements, nc_num number)
{
	size_t low = 0, high = elements->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (elements->v[middle].interval.high < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int nc_elements_union(const nc_set_elements *a, const nc_set_elements *b, nc_set_elements *ret,
		      struct nc_diag *diag)
{
	nc_set_elements all = {};
	size_t i = 0, j = 0;
	int r = 0;

	while (i < a->n || j < b->n) {
		const struct nc_set_element *x = i < a->n ? &a->v[i] : NULL;
		const struct nc_set_element *y = j < b->n ? &b->v[j] : NULL;
		const struct nc_set_element *next = x;

		if (x && y && same(x, y))
			j++;
		else if (x && y && x->interval.low <= y->interval.high &&
			 y->interval.low <= x->interval.high)
			r = refuse_overlap(y, diag);
		if (!x || (y && !same(x, y) && compare(y, x) < 0)) {
			next = y;
			j++;
		} else {
			i++;
		}
		if (nc_vec_push(&all, *next) < 0)
			r = -ENOMEM;
		if (r == -ENOMEM)
			break;
	}
	if (r < 0) {
		nc_vec_free(&all);
		return r;
	}
	*ret = all;
	return 0;
}
