/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON expressions as nft text. Called by statements and declarations. Writes what the JSON says, with the brackets that
 * text needs; whether a value fits a field is the parser's to judge.
 */
#include <string.h>

#include "lang/json_input.h"

/* How tightly an expression binds: as C's operators do. A list is written without brackets at LEVEL_LIST alone. */
enum level { LEVEL_LIST, LEVEL_OR, LEVEL_XOR, LEVEL_AND, LEVEL_SHIFT, LEVEL_PRIMARY };

static int put_at_level(struct nc_json_input *in, const struct nc_json_at *at, enum level level);

int nc_json_put_operand(struct nc_json_input *in, const struct nc_json_at *at)
{
	return put_at_level(in, at, LEVEL_PRIMARY);
}

/* --- immediates ---------------------------------------------------------------------------------------- */

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++) {
		if (strcmp(word, *list) == 0)
			return true;
	}
	return false;
}

/* Are values of this expression or type free text, quoted whatever they look like? */
static bool is_free_text(struct json_object *of)
{
	static const char *const keys[] = {"iif",	  "iifname", "oif",	    "oifname",
					   "iifkind",	  "oifkind", "ibrname",	    "obrname",
					   "ibridgename", "sdif",    "obridgename", "sdifname",
					   "time",	  "day",     "hour",	    NULL};
	static const char *const types[] = {"ifname", "iface_index", "time", "day", "hour", NULL};
	struct json_object *meta, *key;

	if (json_object_is_type(of, json_type_string))
		return is_one_of(json_object_get_string(of), types);
	if (!json_object_is_type(of, json_type_object) ||
	    !json_object_object_get_ex(of, "meta", &meta) ||
	    !json_object_object_get_ex(meta, "key", &key))
		return false;
	return json_object_is_type(key, json_type_string) &&
	       is_one_of(json_object_get_string(key), keys);
}

/* A word, number or address that reads as itself. */
static bool is_bare(const char *text)
{
	static const char bytes[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_.:/-";

	return *text && *text != '-' && *text != '/' && !text[strspn(text, bytes)] &&
	       strcmp(text, ".") != 0;
}

static int put_string(struct nc_json_input *in, const struct nc_json_at *at)
{
	const char *text;
	int r = nc_json_text(in, at, &text);

	if (r < 0)
		return r;
	if (strcmp(text, "*") == 0) {
		putc('*', in->out);
		return 0;
	}
	if (*text == '@') {
		struct nc_json_at name = *at;

		putc('@', in->out);
		name.value = json_object_new_string(text + 1);
		r = nc_json_put_name(in, &name);
		json_object_put(name.value);
		return r;
	}
	if (is_free_text(at->of) || !is_bare(text))
		return nc_json_put_quoted(in, at);
	fputs(text, in->out);
	return 0;
}

/* --- composed values ----------------------------------------------------------------------------------- */

static int put_joined(struct nc_json_input *in, const struct nc_json_at *at, const char *between,
		      enum level level)
{
	int r = 0;

	for (size_t i = 0; i < nc_json_length(at) && r == 0; i++) {
		struct nc_json_at item = nc_json_item(at, i);

		if (i)
			fputs(between, in->out);
		r = put_at_level(in, &item, level);
	}
	return r;
}

static int check_array(struct nc_json_input *in, const struct nc_json_at *at, size_t least)
{
	if (!nc_json_is_kind(at, json_type_array))
		return nc_json_error(in, at, "an array is expected here");
	if (!nc_json_length(at))
		return nc_json_error(in, at, "this array is empty");
	if (nc_json_length(at) < least)
		return nc_json_error(in, at, "%zu values are expected here, not %zu", least,
				     nc_json_length(at));
	return 0;
}

static int put_concat(struct nc_json_input *in, const struct nc_json_at *at)
{
	return check_array(in, at, 2) ?: put_joined(in, at, " . ", LEVEL_PRIMARY);
}

/* nft: bits, "syn,ack" on a match's right side; within an operation all of them, ored. */
static int put_list(struct nc_json_input *in, const struct nc_json_at *at, enum level level)
{
	int r = check_array(in, at, 1);

	if (r < 0)
		return r;
	if (level == LEVEL_LIST)
		return put_joined(in, at, ",", LEVEL_OR);
	if (nc_json_length(at) > 1 && level > LEVEL_OR)
		putc('(', in->out);
	r = put_joined(in, at, " | ", LEVEL_XOR);
	if (nc_json_length(at) > 1 && level > LEVEL_OR)
		putc(')', in->out);
	return r;
}

static int put_prefix(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_keys(in, at, "addr", "len")
		       ?: nc_json_required(in, at, "addr", "", nc_json_put_operand)
		       ?: nc_json_required(in, at, "len", "/", nc_json_put_number);
}

/* Words with a '-' between them would be one word. */
static bool is_word(const struct nc_json_at *at)
{
	const char *text;

	if (!nc_json_is_kind(at, json_type_string) || is_free_text(at->of))
		return false;
	text = json_object_get_string(at->value);
	return !strpbrk(text, ":.") && (*text < '0' || *text > '9');
}

static int put_range(struct nc_json_input *in, const struct nc_json_at *at)
{
	struct nc_json_at low, high;
	int r = check_array(in, at, 2);

	if (r < 0)
		return r;
	if (nc_json_length(at) != 2)
		return nc_json_error(in, at, "a range has two ends, not %zu", nc_json_length(at));
	low = nc_json_item(at, 0);
	high = nc_json_item(at, 1);
	r = nc_json_put_operand(in, &low);
	fputs(is_word(&low) || is_word(&high) ? " - " : "-", in->out);
	return r ?: nc_json_put_operand(in, &high);
}

/* [key, value] of a map, or one element. */
static int put_element(struct nc_json_input *in, const struct nc_json_at *at)
{
	struct nc_json_at key, value;
	int r;

	if (!nc_json_is_kind(at, json_type_array))
		return put_at_level(in, at, LEVEL_OR);
	if (nc_json_length(at) != 2)
		return nc_json_error(in, at, "an element is a value or [key, value]");
	key = nc_json_item(at, 0);
	value = nc_json_item(at, 1);
	value.of = NULL;
	r = put_at_level(in, &key, LEVEL_OR);
	fputs(" : ", in->out);
	return r ?: put_at_level(in, &value, LEVEL_OR);
}

int nc_json_put_elements(struct nc_json_input *in, const struct nc_json_at *at)
{
	int r = 0;

	if (nc_json_is_kind(at, json_type_array) && !nc_json_length(at))
		return nc_json_error(in, at, "this array is empty");
	fputs("{ ", in->out);
	if (!nc_json_is_kind(at, json_type_array))
		r = put_element(in, at);
	for (size_t i = 0; i < nc_json_length(at) && r == 0; i++) {
		struct nc_json_at item = nc_json_item(at, i);

		if (i)
			fputs(", ", in->out);
		r = put_element(in, &item);
	}
	fputs(" }", in->out);
	return r;
}

/* A set in place; {"set": "@name"} is the named one. */
static int put_set(struct nc_json_input *in, const struct nc_json_at *at)
{
	if (nc_json_is_kind(at, json_type_string) && *json_object_get_string(at->value) == '@')
		return put_string(in, at);
	return nc_json_put_elements(in, at);
}

static int put_map(struct nc_json_input *in, const struct nc_json_at *at)
{
	struct nc_json_at key, data;
	int r = nc_json_keys(in, at, "key", "data") ?: nc_json_need(in, at, "key", &key)
		?: nc_json_need(in, at, "data", &data);

	if (r < 0)
		return r;
	r = nc_json_put_operand(in, &key);
	fputs(" map ", in->out);
	return r ?: nc_json_put_value(in, &data, key.value);
}

static int put_elem(struct nc_json_input *in, const struct nc_json_at *at)
{
	static const char *const stateful[] = {"counter", "limit", "quota", "ct count", "last"};
	int r = nc_json_keys(in, at, "val", "timeout", "expires", "comment", "counter", "limit",
			     "quota", "ct count", "last")
			?: nc_json_required(in, at, "val", "", nc_json_put_expr);

	for (size_t i = 0; i < sizeof(stateful) / sizeof(*stateful) && r == 0; i++)
		r = nc_json_optional(in, at, stateful[i], " ", nc_json_put_stateful);
	return r ?: nc_json_optional(in, at, "timeout", " timeout ", nc_json_put_seconds)
		?: nc_json_optional(in, at, "expires", " expires ", nc_json_put_seconds)
		?: nc_json_optional(in, at, "comment", " comment ", nc_json_put_quoted);
}

/* --- choosing ------------------------------------------------------------------------------------------ */

static const struct {
	const char *key;
	nc_json_put_fn *put;
} exprs[] = {
	{"concat", put_concat}, {"set", put_set},     {"map", put_map},
	{"prefix", put_prefix}, {"range", put_range}, {"elem", put_elem},
};

static const struct {
	const char *word;
	enum level level;
} operators[] = {
	{"|", LEVEL_OR},     {"^", LEVEL_XOR},	  {"&", LEVEL_AND},
	{"<<", LEVEL_SHIFT}, {">>", LEVEL_SHIFT},
};

#define N(array) (sizeof(array) / sizeof(*(array)))

/* An operator's level; LEVEL_LIST if the key is none. */
static enum level operator_level(const char *key)
{
	for (size_t i = 0; i < N(operators); i++) {
		if (strcmp(operators[i].word, key) == 0)
			return operators[i].level;
	}
	return LEVEL_LIST;
}

/* Operands from left to right; the first may bind as loosely as the operation itself. */
static int put_operation(struct nc_json_input *in, const struct nc_json_at *at, enum level around)
{
	enum level level = operator_level(at->key);
	int r = check_array(in, at, 2);

	if (r < 0)
		return r;
	if (level < around)
		putc('(', in->out);
	for (size_t i = 0; i < nc_json_length(at) && r == 0; i++) {
		struct nc_json_at item = nc_json_item(at, i);

		if (i)
			fprintf(in->out, " %s ", at->key);
		r = put_at_level(in, &item, i ? level + 1 : level);
	}
	if (level < around)
		putc(')', in->out);
	return r;
}

static bool is_verdict(const char *key)
{
	return is_one_of(key, (const char *const[]){"accept", "drop", "continue", "return", "jump",
						    "goto", NULL});
}

static int put_object(struct nc_json_input *in, const struct nc_json_at *at, enum level level)
{
	struct nc_json_at body;
	int r = nc_json_only(in, at, &body);

	if (r < 0)
		return r;
	if (operator_level(body.key))
		return put_operation(in, &body, level);
	if (is_verdict(body.key))
		return nc_json_put_stmt(in, at);
	for (size_t i = 0; i < N(exprs); i++) {
		if (strcmp(exprs[i].key, body.key) == 0)
			return exprs[i].put(in, &body);
	}
	return nc_json_put_field(in, &body);
}

static int put_at_level(struct nc_json_input *in, const struct nc_json_at *at, enum level level)
{
	switch (json_object_get_type(at->value)) {
	case json_type_array:
		return put_list(in, at, level);
	case json_type_string:
		return put_string(in, at);
	case json_type_int:
		return nc_json_put_number(in, at);
	case json_type_boolean:
		fputs(json_object_get_boolean(at->value) ? "exists" : "missing", in->out);
		return 0;
	case json_type_object:
		return put_object(in, at, level);
	default:
		return nc_json_error(in, at, "this is not an expression");
	}
}

int nc_json_put_expr(struct nc_json_input *in, const struct nc_json_at *at)
{
	return put_at_level(in, at, LEVEL_LIST);
}

int nc_json_put_value(struct nc_json_input *in, const struct nc_json_at *at, struct json_object *of)
{
	struct nc_json_at value = *at;

	value.of = of;
	return put_at_level(in, &value, LEVEL_LIST);
}
