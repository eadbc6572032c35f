/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Elements of sets: sorted, checked for overlap, merged. Called by edit.c and by lang/ when it evaluates a set.
 *
 * Elements are in the order of their parts' low ends. Those of one part are disjoint, so a binary search finds what overlaps;
 * concatenations of intervals are disjoint boxes, and a box is compared with all whose first part may reach it.
 */
#include "model/elements.h"

static int compare_intervals(const struct nc_interval *x, const struct nc_interval *y)
{
	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	return x->high < y->high ? -1 : x->high > y->high;
}

static unsigned n_rest(const struct nc_set_element *element)
{
	return element->more ? element->more->n_rest : 0;
}

static int compare(const void *a, const void *b)
{
	const struct nc_set_element *x = a, *y = b;
	int order = (int)x->catchall - (int)y->catchall;

	if (!order)
		order = compare_intervals(&x->interval, &y->interval);
	for (unsigned i = 0; !order && i < n_rest(x) && i < n_rest(y); i++)
		order = compare_intervals(&x->more->rest[i], &y->more->rest[i]);
	return order;
}

static bool same(const struct nc_set_element *a, const struct nc_set_element *b)
{
	return compare(a, b) == 0;
}

static bool intervals_meet(const struct nc_interval *a, const struct nc_interval *b)
{
	return a->low <= b->high && b->low <= a->high;
}

/* Is there a key that both hold? */
static bool overlap(const struct nc_set_element *a, const struct nc_set_element *b)
{
	if (a->catchall || b->catchall)
		return a->catchall && b->catchall;
	if (!intervals_meet(&a->interval, &b->interval))
		return false;
	for (unsigned i = 0; i < n_rest(a) && i < n_rest(b); i++) {
		if (!intervals_meet(&a->more->rest[i], &b->more->rest[i]))
			return false;
	}
	return true;
}

/* Which of two elements came later in the text: its place is the one to blame. */
static const struct nc_set_element *later(const struct nc_set_element *a,
					  const struct nc_set_element *b)
{
	if (a->loc.line != b->loc.line)
		return a->loc.line > b->loc.line ? a : b;
	return a->loc.column > b->loc.column ? a : b;
}

static int refuse_overlap(const struct nc_set_element *a, const struct nc_set_element *b,
			  struct nc_diag *diag)
{
	return nc_diag_error(diag, &later(a, b)->loc,
			     "conflicting intervals specified: this one overlaps with "
			     "another one of the list; join the two by hand");
}

static bool has_interval(const nc_set_elements *elements)
{
	nc_vec_foreach (element, elements) {
		for (unsigned i = 0; i <= n_rest(element); i++) {
			if (nc_element_part(element, i)->low != nc_element_part(element, i)->high)
				return true;
		}
	}
	return false;
}

/*
 * A sweep over the first parts: what was seen and still reaches the next element is compared with it. Elements of one part
 * that do not overlap never stay open.
 */
static int check_overlaps(const nc_set_elements *elements, struct nc_diag *diag)
{
	NC_VEC(size_t) open = {};
	int r = 0;

	if (!has_interval(elements))
		return 0;
	for (size_t i = 0; i < elements->n; i++) {
		const struct nc_set_element *next = &elements->v[i];
		size_t kept = 0;
		bool reported = false;

		for (size_t j = 0; j < open.n; j++) {
			const struct nc_set_element *other = &elements->v[open.v[j]];

			if (other->interval.high < next->interval.low)
				continue;
			open.v[kept++] = open.v[j];
			if (!reported && overlap(other, next)) {
				r = refuse_overlap(other, next, diag);
				reported = true;
			}
		}
		open.n = kept;
		if (nc_vec_push(&open, i) < 0) {
			r = -ENOMEM;
			break;
		}
	}
	nc_vec_free(&open);
	return r;
}

/* The same value with another verdict or other data is a contradiction. */
static bool same_data(const struct nc_set_element *a, const struct nc_set_element *b)
{
	const struct nc_element_more *x = a->more, *y = b->more;

	if (!x || !y || !x->mapped || !y->mapped)
		return true;
	if (x->verdict.kind != y->verdict.kind || x->data != y->data)
		return false;
	if (!x->verdict.chain || !y->verdict.chain)
		return x->verdict.chain == y->verdict.chain;
	return strcmp(x->verdict.chain, y->verdict.chain) == 0;
}

int nc_elements_normalize(nc_set_elements *elements, struct nc_diag *diag)
{
	size_t kept = 0;
	int r = 0;

	if (!elements->n)
		return 0;
	qsort(elements->v, elements->n, sizeof(*elements->v), compare);
	for (size_t i = 1; i < elements->n; i++) {
		struct nc_set_element *last = &elements->v[kept], *next = &elements->v[i];

		if (!same(last, next)) {
			elements->v[++kept] = *next;
			continue;
		}
		if (!same_data(last, next))
			r = nc_diag_error(diag, &later(last, next)->loc,
					  "conflicting data: another element of the list maps the "
					  "same value to something else");
		nc_element_clear(next);
	}
	elements->n = kept + 1;
	return check_overlaps(elements, diag) ?: r;
}

/* Do two become one? a is not behind b. */
static bool touch(const struct nc_set_element *a, const struct nc_set_element *b)
{
	if (a->catchall || b->catchall)
		return a->catchall && b->catchall;
	return b->interval.low <= a->interval.high || b->interval.low == a->interval.high + 1;
}

/* Two that touch become one. What else the first one has stays, unless the second one is taken and reaches further. */
static void join(struct nc_set_element *first, struct nc_set_element *second, bool take)
{
	if (second->catchall || second->interval.high <= first->interval.high) {
		nc_element_clear(second);
	} else if (take) {
		second->interval.low = first->interval.low;
		nc_element_clear(first);
		*first = *second;
	} else {
		first->interval.high = second->interval.high;
		nc_element_clear(second);
	}
}

void nc_elements_merge(nc_set_elements *elements)
{
	size_t kept = 0;

	if (!elements->n)
		return;
	qsort(elements->v, elements->n, sizeof(*elements->v), compare);
	for (size_t i = 1; i < elements->n; i++) {
		if (touch(&elements->v[kept], &elements->v[i]))
			join(&elements->v[kept], &elements->v[i], false);
		else
			elements->v[++kept] = elements->v[i];
	}
	elements->n = kept + 1;
}

/* The index of the first element that is not before this one in the order. */
static size_t lower_bound(const nc_set_elements *elements, const struct nc_set_element *element)
{
	size_t low = 0, high = elements->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&elements->v[middle], element) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct nc_set_element *nc_elements_find(const nc_set_elements *elements,
					const struct nc_set_element *element)
{
	size_t at = lower_bound(elements, element);

	return at < elements->n && same(&elements->v[at], element) ? &elements->v[at] : NULL;
}

struct nc_set_element *nc_elements_covering(const nc_set_elements *elements,
					    const struct nc_set_element *element)
{
	nc_vec_foreach (other, elements) {
		if (overlap(other, element))
			return other;
	}
	return NULL;
}

/* An element that shares a key with this one and is not the same, or NULL. */
static const struct nc_set_element *find_overlap(const nc_set_elements *elements,
						 const struct nc_set_element *element)
{
	size_t at = lower_bound(elements, element);

	if (!n_rest(element)) {
		if (at < elements->n && overlap(&elements->v[at], element))
			return &elements->v[at];
		return at && overlap(&elements->v[at - 1], element) ? &elements->v[at - 1] : NULL;
	}
	nc_vec_foreach (other, elements) {
		if (overlap(other, element))
			return other;
	}
	return NULL;
}

int nc_elements_check(const nc_set_elements *elements, const nc_set_elements *more,
		      size_t *ret_fresh, struct nc_diag *diag)
{
	size_t fresh = 0;
	int r = 0;

	nc_vec_foreach (element, more) {
		const struct nc_set_element *there = nc_elements_find(elements, element);

		if (there && same_data(there, element))
			continue;
		if (there)
			r = nc_diag_error(diag, &element->loc,
					  "File exists: the map has this element with other data; "
					  "delete it first");
		else if (find_overlap(elements, element))
			r = nc_diag_error(diag, &element->loc,
					  "interval overlaps with an existing one; delete that "
					  "first, or join the two by hand");
		fresh++;
	}
	if (r == 0)
		*ret_fresh = fresh;
	return r;
}

static int copy_all(const nc_set_elements *elements, nc_set_elements *ret)
{
	nc_set_elements copy = {.v = calloc(elements->n ?: 1, sizeof(*elements->v)),
				.cap = elements->n ?: 1};

	if (!copy.v)
		return -ENOMEM;
	nc_vec_foreach (element, elements) {
		if (nc_element_copy(element, &copy.v[copy.n]) < 0) {
			nc_elements_clear(&copy);
			return -ENOMEM;
		}
		copy.n++;
	}
	*ret = copy;
	return 0;
}

int nc_elements_insert(nc_set_elements *elements, const nc_set_elements *more)
{
	nc_set_elements merged = {.cap = elements->n + more->n}, copy;
	size_t i = 0, j = 0;

	if (!more->n)
		return 0;
	if (copy_all(more, &copy) < 0)
		return -ENOMEM;
	merged.v = calloc(merged.cap, sizeof(*merged.v));
	if (!merged.v) {
		nc_elements_clear(&copy);
		return -ENOMEM;
	}
	while (i < elements->n || j < copy.n) {
		int order = i == elements->n ? 1
			    : j == copy.n    ? -1
					     : compare(&elements->v[i], &copy.v[j]);

		if (order < 0)
			merged.v[merged.n++] = elements->v[i++];
		else if (order > 0)
			merged.v[merged.n++] = copy.v[j++];
		else
			nc_element_clear(&copy.v[j++]);
	}
	nc_vec_free(&copy);
	nc_vec_free(elements);
	elements->v = merged.v;
	elements->n = merged.n;
	elements->cap = merged.cap;
	return 0;
}

static bool begins_first(const struct nc_set_element *a, const struct nc_set_element *b)
{
	if (a->catchall || b->catchall)
		return b->catchall;
	return a->interval.low < b->interval.low;
}

int nc_elements_merge_into(nc_set_elements *elements, const nc_set_elements *more)
{
	nc_set_elements merged = {.cap = elements->n + more->n}, copy;
	bool fresh = false; /* the last one of merged is not as it was */
	size_t i = 0, j = 0;

	if (!more->n)
		return 0;
	if (copy_all(more, &copy) < 0)
		return -ENOMEM;
	merged.v = calloc(merged.cap, sizeof(*merged.v));
	if (!merged.v) {
		nc_elements_clear(&copy);
		return -ENOMEM;
	}
	while (i < elements->n || j < copy.n) {
		bool old = j == copy.n ||
			   (i < elements->n && begins_first(&elements->v[i], &copy.v[j]));
		struct nc_set_element *next = old ? &elements->v[i++] : &copy.v[j++];
		struct nc_set_element *last = merged.n ? &merged.v[merged.n - 1] : NULL;
		nc_num high = last ? last->interval.high : 0;

		if (!last || !touch(last, next)) {
			merged.v[merged.n++] = *next;
			fresh = !old;
			continue;
		}
		join(last, next, !old && !fresh);
		fresh |= last->interval.high != high;
	}
	nc_vec_free(&copy);
	nc_vec_free(elements);
	*elements = merged;
	return 0;
}

void nc_elements_remove(nc_set_elements *elements, const nc_set_elements *less)
{
	size_t kept = 0, j = 0;

	for (size_t i = 0; i < elements->n; i++) {
		while (j < less->n && compare(&less->v[j], &elements->v[i]) < 0)
			j++;
		if (j < less->n && same(&less->v[j], &elements->v[i]))
			nc_element_clear(&elements->v[i]);
		else
			elements->v[kept++] = elements->v[i];
	}
	elements->n = kept;
}
