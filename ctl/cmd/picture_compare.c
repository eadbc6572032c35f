/* SPDX-License-Identifier: GPL-2.0-only */
/* What changed between two pictures of the ruleset. Called by "monitor ruleset" and for -e. */
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
	const struct picture_object *table = picture_table_of(picture, object);
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
		    TEXT("%s %s handle %" PRIu64, picture_table_of(c->old, rule)->name,
			 picture_chain_of(c->old, rule)->name, rule->handle),
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
		    TEXT("%s %s %s%s", picture_table_of(c->new, rule)->name,
			 picture_chain_of(c->new, rule)->name, after, rule->text),
		    rule, rule->json);
}

static struct json_object *element_json(const struct nc_picture *picture,
					const struct picture_object *set,
					const struct picture_element *element)
{
	struct json_object *elements = json_object_object_get(set->json, "elem"), *value;
	struct json_object *object, *inner, *list;
	const char *table = picture_table_of(picture, set)->name, *blank = strchr(table, ' ');

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
		     TEXT("%s %s { %s }", picture_table_of(picture, set)->name, set->name,
			  element->text),
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
		const struct picture_object *twin = picture_twin_of(c->old, object);

		if (sort(object) && (!twin || !picture_same_text(object, twin)))
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
			r = tell_elements(c, c->old, object, picture_twin_of(c->new, object),
					  "delete");
	}
	return r;
}

static int tell_elements_come(const struct comparison *c)
{
	int r = 0;

	for (size_t i = 0; i < c->new->objects.n &&r == 0; i++) {
		const struct picture_object *object = &c->new->objects.v[i];

		if (object->elements.n)
			r = tell_elements(c, c->new, object, picture_twin_of(c->old, object),
					  "add");
	}
	return r;
}

int nc_picture_compare(struct nc_picture *old, struct nc_picture *new, nc_change_fn *fn,
		       void *context)
{
	const struct comparison c = {old, new, fn, context};
	int r = picture_match(old, new);

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
