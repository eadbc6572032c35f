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
			r = nc_diag_error(diag, &later(last, next)->loc,
					  "conflicting intervals specified: this one overlaps with "
					  "another one of the list; join the two by hand");
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

bool nc_elements_hold(const nc_set_elements *elements, const struct nc_set_element *element)
{
	size_t at = nc_elements_search(elements, element->interval.low);

	return at < elements->n && same(&elements->v[at], element);
}

int nc_elements_check(const nc_set_elements *elements, const nc_set_elements *more,
		      size_t *ret_fresh, struct nc_diag *diag)
{
	size_t fresh = 0;
	int r = 0;

	nc_vec_foreach (element, more) {
		size_t at = nc_elements_search(elements, element->interval.low);

		if (at < elements->n && same(&elements->v[at], element))
			continue;
		if (at < elements->n && elements->v[at].interval.low <= element->interval.high)
			r = nc_diag_error(diag, &element->loc,
					  "interval overlaps with an existing one; delete that "
					  "first, or join the two by hand");
		fresh++;
	}
	if (r == 0)
		*ret_fresh = fresh;
	return r;
}

/* Move the elements from … to - 1 so that they end in front of end. Returns where they begin then. */
static size_t move_up(nc_set_elements *elements, size_t from, size_t to, size_t end)
{
	size_t begin = end - (to - from);

	memmove(&elements->v[begin], &elements->v[from], (to - from) * sizeof(*elements->v));
	return begin;
}

int nc_elements_insert(nc_set_elements *elements, const nc_set_elements *more, size_t fresh)
{
	nc_set_elements rest; /* those that have not been moved yet */
	size_t gap;	      /* behind them: where what has been placed begins */
	int r;

	while (elements->cap < elements->n + fresh) {
		r = nc_vec_reserve_((void **)&elements->v, elements->cap, &elements->cap,
				    sizeof(*elements->v));
		if (r < 0)
			return r;
	}
	rest = *elements;
	gap = elements->n += fresh;
	for (size_t i = more->n; i-- && rest.n < gap;) {
		size_t at = nc_elements_search(&rest, more->v[i].interval.low);

		if (at < rest.n && same(&rest.v[at], &more->v[i]))
			continue;
		gap = move_up(elements, at, rest.n, gap);
		elements->v[--gap] = more->v[i];
		rest.n = at;
	}
	return 0;
}

void nc_elements_remove(nc_set_elements *elements, const nc_set_elements *less)
{
	size_t kept = 0, next = 0;

	if (!elements->n)
		return;
	for (size_t i = 0; i <= less->n; i++) {
		size_t at = i < less->n ? nc_elements_search(elements, less->v[i].interval.low)
					: elements->n;

		if (i < less->n && (at == elements->n || !same(&elements->v[at], &less->v[i])))
			continue;
		memmove(&elements->v[kept], &elements->v[next], (at - next) * sizeof(*elements->v));
		kept += at - next;
		next = at + 1;
	}
	elements->n = kept;
}
