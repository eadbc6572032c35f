/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Longest common subsequences, as Hunt and Szymanski find them ("A fast algorithm for computing longest common subsequences",
 * 1977): over the pairs of equal lines, in (n + pairs) log n. Rules that are the same are few in a ruleset. A line that is
 * there more often than PAIRS_MAX times is paired first with first, second with second, as identities are.
 */
#include "cmd/lcs.h"

#include <string.h>

#define PAIRS_MAX 16

struct place {
	const char *text;
	size_t index;
};

/* An end of a common subsequence: the pair and what is in front of it. */
struct pair {
	size_t a, b;
	const struct pair *before;
};

struct search {
	const nc_outline_lines *a, *b;
	size_t begin, end_a, end_b; /* without what both begin and end with */
	struct place *places;	    /* b's lines, sorted */
	size_t n_places;
	size_t *seen;		  /* by the first place of a text: how often it was in a */
	const struct pair **tops; /* by length - 1: the pair that ends earliest in b */
	size_t longest;
	NC_VEC(struct pair *) pairs;
};

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	if (order)
		return order;
	return x->index < y->index ? -1 : x->index > y->index;
}

static struct place *sort_lines(const nc_outline_lines *lines, size_t begin, size_t end)
{
	struct place *places = calloc(end - begin + 1, sizeof(*places));

	for (size_t i = begin; places && i < end; i++)
		places[i - begin] = (struct place){.text = lines->v[i].text, .index = i};
	if (places)
		qsort(places, end - begin, sizeof(*places), compare_places);
	return places;
}

/* How many places have a text before this one; or this one too. */
static size_t count_places(const struct search *search, const char *text, bool this_too)
{
	size_t low = 0, high = search->n_places;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(search->places[middle].text, text) < (this_too ? 1 : 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How many of the subsequences' ends lie in front of b. */
static size_t count_before(const struct search *search, size_t b)
{
	size_t low = 0, high = search->longest;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (search->tops[middle]->b < b)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int add_pair(struct search *search, size_t a, size_t b)
{
	size_t length = count_before(search, b);
	struct pair *pair;

	if (length < search->longest && search->tops[length]->b == b)
		return 0;
	pair = malloc(sizeof(*pair));
	if (!pair || nc_vec_push(&search->pairs, pair) < 0) {
		free(pair);
		return -ENOMEM;
	}
	*pair = (struct pair){a, b, length ? search->tops[length - 1] : NULL};
	search->tops[length] = pair;
	if (length == search->longest)
		search->longest++;
	return 0;
}

/* Backwards, so that no pair of this line follows another one of it. */
static int add_line(struct search *search, size_t a)
{
	size_t first = count_places(search, search->a->v[a].text, false);
	size_t end = count_places(search, search->a->v[a].text, true), nth;
	int r = 0;

	if (first == end)
		return 0;
	nth = search->seen[first]++;
	if (end - first > PAIRS_MAX)
		return nth < end - first ? add_pair(search, a, search->places[first + nth].index)
					 : 0;
	for (size_t i = end; i > first && !r; i--)
		r = add_pair(search, a, search->places[i - 1].index);
	return r;
}

static int run(struct search *search)
{
	int r = 0;

	search->n_places = search->end_b - search->begin;
	search->places = sort_lines(search->b, search->begin, search->end_b);
	search->seen = calloc(search->n_places + 1, sizeof(*search->seen));
	search->tops = calloc(search->n_places + 1, sizeof(*search->tops));
	if (!search->places || !search->seen || !search->tops)
		return -ENOMEM;
	for (size_t i = search->begin; i < search->end_a && !r; i++)
		r = add_line(search, i);
	return r;
}

static void clear(struct search *search)
{
	nc_vec_foreach (pair, &search->pairs)
		free(*pair);
	nc_vec_free(&search->pairs);
	free(search->places);
	free(search->seen);
	free(search->tops);
}

static bool same(const struct search *search, size_t a, size_t b)
{
	return strcmp(search->a->v[a].text, search->b->v[b].text) == 0;
}

/* What both begin and end with is common, and most of it in most rulesets. */
static void trim(struct search *search, bool *in_a, bool *in_b)
{
	while (search->begin < search->end_a && search->begin < search->end_b &&
	       same(search, search->begin, search->begin)) {
		in_a[search->begin] = in_b[search->begin] = true;
		search->begin++;
	}
	while (search->end_a > search->begin && search->end_b > search->begin &&
	       same(search, search->end_a - 1, search->end_b - 1))
		in_a[--search->end_a] = in_b[--search->end_b] = true;
}

int nc_lcs(const nc_outline_lines *a, const nc_outline_lines *b, bool *in_a, bool *in_b)
{
	_cleanup_(clear) struct search search = {.a = a, .b = b, .end_a = a->n, .end_b = b->n};
	int r;

	trim(&search, in_a, in_b);
	r = run(&search);
	if (r < 0 || !search.longest)
		return r;
	for (const struct pair *pair = search.tops[search.longest - 1]; pair; pair = pair->before)
		in_a[pair->a] = in_b[pair->b] = true;
	return 0;
}

int nc_common_lines(const nc_outline_lines *a, const nc_outline_lines *b, bool *in_a, bool *in_b)
{
	_cleanup_free_ struct place *in_order_a = sort_lines(a, 0, a->n);
	_cleanup_free_ struct place *in_order_b = sort_lines(b, 0, b->n);
	size_t i = 0, j = 0;

	if (!in_order_a || !in_order_b)
		return -ENOMEM;
	while (i < a->n && j < b->n) {
		int order = strcmp(in_order_a[i].text, in_order_b[j].text);

		if (!order)
			in_a[in_order_a[i].index] = in_b[in_order_b[j].index] = true;
		i += order <= 0;
		j += order >= 0;
	}
	return 0;
}
