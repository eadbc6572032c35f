/* SPDX-License-Identifier: GPL-2.0-only */
/* Which objects of two pictures are the same ones, and which rules stayed where they were. */
#include "cmd/picture_object.h"

#include <errno.h>
#include <stdlib.h>

/* --- twins -------------------------------------------------------------------------------------------- */

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* By what makes an object the same one: its table, its handle, what and where it is. */
static int compare_identity(const struct nc_picture *p, const struct picture_object *a,
			    const struct nc_picture *q, const struct picture_object *b)
{
	const struct picture_object *s = picture_table_of(p, a), *t = picture_table_of(q, b);
	int r = compare_numbers(s->handle, t->handle);

	if (!r)
		r = compare_numbers(a->handle, b->handle);
	if (!r)
		r = strcmp(s->name, t->name);
	if (!r)
		r = strcmp(a->kind, b->kind);
	if (!r)
		r = strcmp(a->name, b->name);
	if (!r && a->chain != NO_OBJECT && b->chain != NO_OBJECT)
		r = strcmp(picture_chain_of(p, a)->name, picture_chain_of(q, b)->name);
	return r;
}

static int compare_places(const void *a, const void *b, void *context)
{
	const struct nc_picture *picture = context;
	const size_t *i = a, *j = b;

	return compare_identity(picture, &picture->objects.v[*i], picture, &picture->objects.v[*j]);
}

/* Indices of all objects, sorted by identity. */
static size_t *sort_objects(struct nc_picture *picture)
{
	size_t *order = calloc(picture->objects.n + 1, sizeof(*order));

	if (!order)
		return NULL;
	for (size_t i = 0; i < picture->objects.n; i++)
		order[i] = i;
	qsort_r(order, picture->objects.n, sizeof(*order), compare_places, picture);
	return order;
}

static int find_twins(struct nc_picture *old, struct nc_picture *new)
{
	_cleanup_free_ size_t *olds = sort_objects(old), *news = sort_objects(new);
	size_t i = 0, j = 0;

	if (!olds || !news)
		return -ENOMEM;
	nc_vec_foreach (object, &old->objects)
		object->twin = NO_OBJECT;
	nc_vec_foreach (object, &new->objects)
		object->twin = NO_OBJECT;
	while (i < old->objects.n && j < new->objects.n) {
		struct picture_object *a = &old->objects.v[olds[i]], *b = &new->objects.v[news[j]];
		int r = compare_identity(old, a, new, b);

		if (r == 0) {
			a->twin = news[j];
			b->twin = olds[i];
		}
		i += r <= 0;
		j += r >= 0;
	}
	return 0;
}

/* --- rules that stay ---------------------------------------------------------------------------------- */

/* Rules of a chain in their new order, those that say what they said; twin is their old place. */
typedef NC_VEC(struct picture_object *) rule_list;

/* The end of the longest rising run that the place at makes one longer: tails[length] has the lowest end for that length. */
static size_t find_run(const rule_list *rules, const size_t *tails, size_t n, size_t at)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = (low + n) / 2;

		if (rules->v[tails[middle]]->twin < at)
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}

/* Mark the longest subsequence of rules whose order did not change: those stay, the others moved. */
static int mark_staying(struct nc_picture *old, const rule_list *rules)
{
	_cleanup_free_ size_t *tails = calloc(rules->n + 1, sizeof(*tails));
	_cleanup_free_ size_t *before = calloc(rules->n + 1, sizeof(*before));
	size_t n = 0;

	if (!tails || !before)
		return -ENOMEM;
	for (size_t i = 0; i < rules->n; i++) {
		size_t length = find_run(rules, tails, n, rules->v[i]->twin);

		before[i] = length ? tails[length - 1] : NO_OBJECT;
		tails[length] = i;
		if (length == n)
			n++;
	}
	for (size_t i = n ? tails[n - 1] : NO_OBJECT; i != NO_OBJECT; i = before[i]) {
		rules->v[i]->stays = true;
		old->objects.v[rules->v[i]->twin].stays = true;
	}
	return 0;
}

static int find_staying(struct nc_picture *old, struct nc_picture *new)
{
	size_t chain = NO_OBJECT;
	rule_list rules = {};
	int r = 0;

	nc_vec_foreach (object, &old->objects)
		object->stays = false;
	for (size_t i = 0; i < new->objects.n &&r == 0; i++) {
		struct picture_object *rule = &new->objects.v[i];
		const struct picture_object *twin = picture_twin_of(old, rule);

		rule->stays = false;
		if (rule->chain == NO_OBJECT)
			continue;
		if (rule->chain != chain) {
			r = mark_staying(old, &rules);
			rules.n = 0;
			chain = rule->chain;
		}
		if (r == 0 && twin && picture_same_text(rule, twin))
			r = nc_vec_push(&rules, rule);
	}
	if (r == 0)
		r = mark_staying(old, &rules);
	nc_vec_free(&rules);
	return r;
}

int picture_match(struct nc_picture *old, struct nc_picture *new)
{
	int r = find_twins(old, new);

	return r < 0 ? r : find_staying(old, new);
}
