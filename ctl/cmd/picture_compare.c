/* SPDX-License-Identifier: GPL-2.0-only */
/* What changed between two pictures of the ruleset. Called by "monitor ruleset". */
#include "cmd/picture_object.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

struct comparison {
	struct nc_picture *old, *new;
	nc_change_fn *fn;
	void *context;
};

static const struct picture_object *table_of(const struct nc_picture *picture,
					     const struct picture_object *object)
{
	return object->table == NO_OBJECT ? object : &picture->objects.v[object->table];
}

static const struct picture_object *chain_of(const struct nc_picture *picture,
					     const struct picture_object *rule)
{
	return &picture->objects.v[rule->chain];
}

static struct picture_object *twin_of(struct nc_picture *other, const struct picture_object *object)
{
	return object->twin == NO_OBJECT ? NULL : &other->objects.v[object->twin];
}

static bool same_text(const struct picture_object *a, const struct picture_object *b)
{
	return strcmp(a->text ? a->text : "", b->text ? b->text : "") == 0;
}

/* --- twins -------------------------------------------------------------------------------------------- */

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* By what makes an object the same one: its table, its handle, what and where it is. */
static int compare_identity(const struct nc_picture *p, const struct picture_object *a,
			    const struct nc_picture *q, const struct picture_object *b)
{
	const struct picture_object *s = table_of(p, a), *t = table_of(q, b);
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
		r = strcmp(chain_of(p, a)->name, chain_of(q, b)->name);
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
		const struct picture_object *twin = twin_of(old, rule);

		rule->stays = false;
		if (rule->chain == NO_OBJECT)
			continue;
		if (rule->chain != chain) {
			r = mark_staying(old, &rules);
			rules.n = 0;
			chain = rule->chain;
		}
		if (r == 0 && twin && same_text(rule, twin))
			r = nc_vec_push(&rules, rule);
	}
	if (r == 0)
		r = mark_staying(old, &rules);
	nc_vec_free(&rules);
	return r;
}

/* --- telling ------------------------------------------------------------------------------------------ */

/* With text, which is freed; NULL: memory is out. */
static int tell(const struct comparison *c, const char *verb, const char *object, char *text,
		const struct picture_object *of, struct json_object *json)
{
	const struct nc_change change = {
		.verb = verb,
		.object = object,
		.text = text,
		.json = json,
		.handle = of->handle,
	};
	int r = text ? c->fn(c->context, &change) : -ENOMEM;

	free(text);
	return r;
}

#define TEXT(...)                                                                                  \
	({                                                                                         \
		char *_text;                                                                       \
		asprintf(&_text, __VA_ARGS__) < 0 ? NULL : _text;                                  \
	})

/* A set's object without its elements, which are told one by one. */
static struct json_object *head_json(const struct picture_object *object)
{
	struct json_object *head;

	if (!object->json || !json_object_object_get(object->json, "elem"))
		return json_object_get(object->json);
	head = json_object_new_object();
	json_object_object_foreach (object->json, key, value) {
		if (strcmp(key, "elem") != 0)
			json_object_object_add(head, key, json_object_get(value));
	}
	return head;
}

/* Anything but a rule or an element; a table's name has its family in front. */
static int tell_object(const struct comparison *c, const struct nc_picture *picture,
		       const struct picture_object *object, const char *verb)
{
	const struct picture_object *table = table_of(picture, object);
	bool body = object->text && strcmp(verb, "delete") != 0;
	struct json_object *json = head_json(object);
	int r = tell(c, verb, object->kind,
		     TEXT("%s%s%s%s%s%s", table->name, object == table ? "" : " ",
			  object == table ? "" : object->name, body ? " { " : "",
			  body ? object->text : "", body ? " }" : ""),
		     object, json);

	json_object_put(json);
	return r;
}

static int tell_rule_gone(const struct comparison *c, const struct picture_object *rule)
{
	return tell(c, "delete", "rule",
		    TEXT("%s %s handle %" PRIu64, table_of(c->old, rule)->name,
			 chain_of(c->old, rule)->name, rule->handle),
		    rule, rule->json);
}

/* before: the rule in front of it, or NULL; last: no rule that stays follows */
static int tell_rule(const struct comparison *c, const struct picture_object *rule,
		     const struct picture_object *before, bool last)
{
	char after[40] = "";

	if (before && !last)
		snprintf(after, sizeof(after), "handle %" PRIu64 " ", before->handle);
	return tell(c, before || last ? "add" : "insert", "rule",
		    TEXT("%s %s %s%s", table_of(c->new, rule)->name, chain_of(c->new, rule)->name,
			 after, rule->text),
		    rule, rule->json);
}

static struct json_object *element_json(const struct nc_picture *picture,
					const struct picture_object *set,
					const struct picture_element *element)
{
	struct json_object *elements = json_object_object_get(set->json, "elem"), *value;
	struct json_object *object, *inner, *list;
	const char *table = table_of(picture, set)->name, *blank = strchr(table, ' ');

	if (!set->json || !blank)
		return NULL;
	value = elements ? json_object_array_get_idx(elements, element->index) : NULL;
	list = json_object_new_array();
	json_object_array_add(list, value ? json_object_get(value)
					  : json_object_new_string(element->text));
	inner = json_object_new_object();
	json_object_object_add(inner, "set", list);
	object = json_object_new_object();
	json_object_object_add(object, "family",
			       json_object_new_string_len(table, (int)(blank - table)));
	json_object_object_add(object, "table", json_object_new_string(blank + 1));
	json_object_object_add(object, "name", json_object_new_string(set->name));
	json_object_object_add(object, "elem", inner);
	return object;
}

static int tell_element(const struct comparison *c, const struct nc_picture *picture,
			const struct picture_object *set, const struct picture_element *element,
			const char *verb)
{
	const struct picture_object none = {};
	struct json_object *json = element_json(picture, set, element);
	int r = tell(c, verb, "element",
		     TEXT("%s %s { %s }", table_of(picture, set)->name, set->name, element->text),
		     &none, json);

	json_object_put(json);
	return r;
}

/* --- elements ----------------------------------------------------------------------------------------- */

static int compare_elements(const void *a, const void *b)
{
	const struct picture_element *const *x = a, *const *y = b;

	return strcmp((*x)->text, (*y)->text);
}

/* Pointers to an object's elements, sorted by text. */
static const struct picture_element **sort_elements(const struct picture_object *object)
{
	const struct picture_element **sorted = calloc(object->elements.n + 1, sizeof(*sorted));

	for (size_t i = 0; sorted && i < object->elements.n; i++)
		sorted[i] = &object->elements.v[i];
	if (sorted)
		qsort(sorted, object->elements.n, sizeof(*sorted), compare_elements);
	return sorted;
}

/* Tell those elements of set that other (NULL: nothing) does not have. */
static int tell_elements(const struct comparison *c, const struct nc_picture *picture,
			 const struct picture_object *set, const struct picture_object *other,
			 const char *verb)
{
	const struct picture_object none = {};
	_cleanup_free_ const struct picture_element **ours = sort_elements(set);
	_cleanup_free_ const struct picture_element **theirs = NULL;
	size_t n = (other ? other : &none)->elements.n, j = 0;
	int r = 0;

	theirs = sort_elements(other ? other : &none);
	if (!ours || !theirs)
		return -ENOMEM;
	for (size_t i = 0; i < set->elements.n && r == 0; i++) {
		int order = 1;

		while (j < n && (order = strcmp(theirs[j]->text, ours[i]->text)) < 0)
			j++;
		if (j == n || order)
			r = tell_element(c, picture, set, ours[i], verb);
	}
	return r;
}

/* --- what goes, what comes ---------------------------------------------------------------------------- */

static bool is_plain(const struct picture_object *object)
{
	return !picture_is(object, "table") && !picture_is(object, "chain") &&
	       !picture_is(object, "rule");
}

static bool is_chain(const struct picture_object *object)
{
	return picture_is(object, "chain");
}

static bool is_table(const struct picture_object *object)
{
	return picture_is(object, "table");
}

/* Objects of the old picture without a twin, of this sort. */
static int tell_gone(const struct comparison *c, bool (*sort)(const struct picture_object *))
{
	int r = 0;

	for (size_t i = 0; i < c->old->objects.n && r == 0; i++) {
		const struct picture_object *object = &c->old->objects.v[i];

		if (sort(object) && object->twin == NO_OBJECT)
			r = tell_object(c, c->old, object, "delete");
	}
	return r;
}

/* Objects of the new picture without a twin, or with one whose block is another, of this sort. */
static int tell_come(const struct comparison *c, bool (*sort)(const struct picture_object *))
{
	int r = 0;

	for (size_t i = 0; i < c->new->objects.n &&r == 0; i++) {
		const struct picture_object *object = &c->new->objects.v[i];
		const struct picture_object *twin = twin_of(c->old, object);

		if (sort(object) && (!twin || !same_text(object, twin)))
			r = tell_object(c, c->new, object, "add");
	}
	return r;
}

static int tell_rules_gone(const struct comparison *c)
{
	int r = 0;

	for (size_t i = 0; i < c->old->objects.n && r == 0; i++) {
		const struct picture_object *object = &c->old->objects.v[i];

		if (picture_is(object, "rule") && !object->stays)
			r = tell_rule_gone(c, object);
	}
	return r;
}

/* Is there a rule behind index i of its chain that stays? */
static bool one_stays_behind(const struct nc_picture *picture, size_t i)
{
	size_t chain = picture->objects.v[i].chain;

	while (++i < picture->objects.n && picture->objects.v[i].chain == chain) {
		if (picture->objects.v[i].stays)
			return true;
	}
	return false;
}

static int tell_rules_come(const struct comparison *c)
{
	bool known = false, last = false;
	int r = 0;

	for (size_t i = 0; i < c->new->objects.n &&r == 0; i++) {
		const struct picture_object *object = &c->new->objects.v[i], *before = object - 1;

		if (!picture_is(object, "rule") || object->stays) {
			known = false;
			continue;
		}
		if (before->chain != object->chain)
			before = NULL;
		/* Neighbours have the same answer, which is asked for once. */
		last = known && before ? last : !one_stays_behind(c->new, i);
		known = true;
		r = tell_rule(c, object, before, last);
	}
	return r;
}

/* Elements of an object that is gone as a whole go without a word, as with nft. */
static int tell_elements_gone(const struct comparison *c)
{
	int r = 0;

	for (size_t i = 0; i < c->old->objects.n && r == 0; i++) {
		const struct picture_object *object = &c->old->objects.v[i];

		if (object->elements.n && object->twin != NO_OBJECT)
			r = tell_elements(c, c->old, object, twin_of(c->new, object), "delete");
	}
	return r;
}

static int tell_elements_come(const struct comparison *c)
{
	int r = 0;

	for (size_t i = 0; i < c->new->objects.n &&r == 0; i++) {
		const struct picture_object *object = &c->new->objects.v[i];

		if (object->elements.n)
			r = tell_elements(c, c->new, object, twin_of(c->old, object), "add");
	}
	return r;
}

int nc_picture_compare(struct nc_picture *old, struct nc_picture *new, nc_change_fn *fn,
		       void *context)
{
	const struct comparison c = {old, new, fn, context};
	int r = find_twins(old, new);

	if (r == 0)
		r = find_staying(old, new);
	if (r == 0)
		r = tell_rules_gone(&c);
	if (r == 0)
		r = tell_elements_gone(&c);
	if (r == 0)
		r = tell_gone(&c, is_plain);
	if (r == 0)
		r = tell_gone(&c, is_chain);
	if (r == 0)
		r = tell_gone(&c, is_table);
	if (r == 0)
		r = tell_come(&c, is_table);
	if (r == 0)
		r = tell_come(&c, is_plain);
	if (r == 0)
		r = tell_come(&c, is_chain);
	if (r == 0)
		r = tell_elements_come(&c);
	return r == 0 ? tell_rules_come(&c) : r;
}
