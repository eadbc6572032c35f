// SPDX-License-Identifier: GPL-2.0-only
/* From JSON to lines that can be compared. */
#include "answer.h"
#include "arena.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

void answer_add(struct answer *answer, const char *key, const char *value)
{
	if (answer->n == answer->room) {
		struct line *old = answer->line;

		answer->room = answer->room ? 2 * answer->room : 256;
		answer->line = arena_new(answer->room * sizeof(*answer->line));
		if (old)
			memcpy(answer->line, old, answer->n * sizeof(*old));
	}
	answer->line[answer->n++] = (struct line){key, value};
}

static const char *text(struct json_object *object, const char *key)
{
	struct json_object *value = json_object_object_get(object, key);

	return value ? say("%s", json_object_get_string(value)) : "";
}

static void count(struct answer *answer, struct json_object *counter)
{
	answer->counters++;
	answer->counted += json_object_get_int64(json_object_object_get(counter, "packets")) != 0;
}

/* A quota's use in bytes, whatever unit it is printed in. */
static const char *used(struct json_object *quota)
{
	static const char *const units[] = {"bytes", "kbytes", "mbytes"};
	const char *unit = text(quota, "used_unit");
	long long bytes = json_object_get_int64(json_object_object_get(quota, "used"));

	for (int i = 0; i < 3; i++)
		if (!strcmp(unit, units[i]))
			bytes <<= 10 * i;
	return say("used %lld bytes", bytes);
}

/* Every counter and quota inside a rule, in order. */
static void read_state(struct answer *answer, struct json_object *at, const char *where,
		       unsigned *n)
{
	struct json_object *counter, *quota;

	if (json_object_is_type(at, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(at); i++)
			read_state(answer, json_object_array_get_idx(at, i), where, n);
		return;
	}
	if (!json_object_is_type(at, json_type_object))
		return;
	counter = json_object_object_get(at, "counter");
	quota = json_object_object_get(at, "quota");
	if (counter && json_object_object_get(counter, "packets")) {
		answer_add(answer, say("%s counter %u", where, ++*n),
			   say("packets %s bytes %s", text(counter, "packets"),
			       text(counter, "bytes")));
		count(answer, counter);
	}
	if (json_object_is_type(quota, json_type_object))
		answer_add(answer, say("%s quota %u", where, ++*n), used(quota));
}

/* The time that is left is no part of an element. */
static void forget_time(struct json_object *at)
{
	if (json_object_is_type(at, json_type_array))
		for (size_t i = 0; i < json_object_array_length(at); i++)
			forget_time(json_object_array_get_idx(at, i));
	if (!json_object_is_type(at, json_type_object))
		return;
	json_object_object_del(at, "expires");
	json_object_object_foreach (at, key, value) {
		(void)key;
		forget_time(value);
	}
}

/*
 * Elements of sets that packets add to (by their names, which the generator chose: dN, eN) are compared as they are printed.
 * How others are printed is not this program's subject: their number and their counters are.
 */
static void read_elements(struct answer *answer, struct json_object *set)
{
	struct json_object *elements = json_object_object_get(set, "elem");
	const char *name = text(set, "name");
	bool dynamic = *name == 'd' || *name == 'e';
	unsigned i, n = elements ? json_object_array_length(elements) : 0;

	if (!dynamic)
		answer_add(answer, say("set %s", name), say("%u elements", n));
	for (i = 0; i < n; i++) {
		struct json_object *element = json_object_array_get_idx(elements, i);
		unsigned counters = 0;

		forget_time(element);
		if (dynamic)
			answer_add(answer,
				   say("set %s element %s", name,
				       json_object_to_json_string_ext(element,
								      JSON_C_TO_STRING_PLAIN)),
				   "there");
		else
			read_state(answer, element, say("set %s some element", name), &counters);
	}
}

int answer_read(struct answer *answer, const char *json)
{
	struct json_object *root = json_tokener_parse(json), *list;
	unsigned index = 0;
	const char *chain = "";

	if (!root || !json_object_object_get_ex(root, "nftables", &list)) {
		json_object_put(root);
		return -1;
	}
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *entry = json_object_array_get_idx(list, i), *of;

		if (json_object_object_get_ex(entry, "rule", &of)) {
			unsigned n = 0;

			index = strcmp(chain, text(of, "chain")) ? 1 : index + 1;
			chain = text(of, "chain");
			read_state(answer, json_object_object_get(of, "expr"),
				   say("chain %s rule %u", chain, index), &n);
		} else if (json_object_object_get_ex(entry, "set", &of) ||
			   json_object_object_get_ex(entry, "map", &of)) {
			read_elements(answer, of);
		} else if (json_object_object_get_ex(entry, "counter", &of)) {
			answer_add(answer, say("counter %s", text(of, "name")),
				   say("packets %s bytes %s", text(of, "packets"),
				       text(of, "bytes")));
			count(answer, of);
		} else if (json_object_object_get_ex(entry, "quota", &of)) {
			answer_add(answer, say("quota %s", text(of, "name")), used(of));
		}
	}
	json_object_put(root);
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = strverscmp(x->key, y->key);

	return order ? order : strcmp(x->value, y->value);
}

void answer_sort(struct answer *answer)
{
	if (answer->n)
		qsort(answer->line, answer->n, sizeof(*answer->line), by_key);
}

bool answer_same(const struct answer *nft, const struct answer *netctl, FILE *to)
{
	bool same = true;

	for (unsigned a = 0, b = 0; a < nft->n || b < netctl->n;) {
		int order = a == nft->n	     ? 1
			    : b == netctl->n ? -1
					     : strverscmp(nft->line[a].key, netctl->line[b].key);
		const char *key = order <= 0 ? nft->line[a].key : netctl->line[b].key;
		const char *theirs = order <= 0 ? nft->line[a++].value : "nothing";
		const char *ours = order >= 0 ? netctl->line[b++].value : "nothing";

		if (!strcmp(theirs, ours))
			continue;
		same = false;
		if (to)
			fprintf(to, "  %s: nft %s, netctl %s\n", key, theirs, ours);
	}
	return same;
}
