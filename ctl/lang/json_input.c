/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON values as the translation sees them: what they are, where they are, and how the simple ones are written. Called by
 * the rest of JSON input. The one place where bytes of JSON strings reach the nft text.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "lang/json_input.h"
#include "util/cleanup.h"

/* --- errors ------------------------------------------------------------------------------------------- */

const char *nc_json_show(const char *text, char shown[NC_JSON_SHOW])
{
	size_t n = 0;

	for (; n < NC_JSON_SHOW - 1 && text[n]; n++) {
		unsigned char c = text[n];

		shown[n] = c < 0x20 || c >= 0x7f ? '?' : c;
	}
	if (text[n])
		memcpy(shown + n - 3, "...", 3);
	shown[n] = 0;
	return shown;
}

static void print_path(const struct nc_json_at *at, FILE *out)
{
	char shown[NC_JSON_SHOW];

	if (!at->up)
		return;
	print_path(at->up, out);
	if (at->key)
		fprintf(out, "%s%s", at->up->up ? "." : "", nc_json_show(at->key, shown));
	else
		fprintf(out, "[%zu]", at->index);
}

static int report(struct nc_json_input *in, const struct nc_json_at *at, bool on_key,
		  const char *sentence)
{
	_cleanup_free_ char *path = NULL;
	struct nc_loc loc = {};
	size_t length;
	FILE *out;

	/* A place costs a walk over the text: only for errors that are shown. */
	if (in->diag->n_errors >= NC_DIAG_ERRORS_MAX)
		return nc_diag_error(in->diag, NULL, "%s", sentence);
	loc = nc_json_locate(in->source, at, on_key);
	out = open_memstream(&path, &length);
	if (!out)
		return -ENOMEM;
	print_path(at, out);
	if (fclose(out) == EOF)
		return -ENOMEM;
	return nc_diag_error(in->diag, &loc, "%s%s%s", path, *path ? ": " : "", sentence);
}

int nc_json_error(struct nc_json_input *in, const struct nc_json_at *at, const char *fmt, ...)
{
	_cleanup_free_ char *sentence = NULL;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vasprintf(&sentence, fmt, args);
	va_end(args);
	if (n < 0) {
		sentence = NULL;
		return -ENOMEM;
	}
	return report(in, at, false, sentence);
}

static const char *kind_name(const struct nc_json_at *at)
{
	static const char *const names[] = {
		[json_type_null] = "null",	   [json_type_boolean] = "a boolean",
		[json_type_double] = "a fraction", [json_type_int] = "a number",
		[json_type_object] = "an object",  [json_type_array] = "an array",
		[json_type_string] = "a string",
	};

	return names[json_object_get_type(at->value)];
}

static int wrong_kind(struct nc_json_input *in, const struct nc_json_at *at, const char *wanted)
{
	return nc_json_error(in, at, "this is %s, not %s", kind_name(at), wanted);
}

/* --- asking -------------------------------------------------------------------------------------------- */

struct nc_json_at nc_json_member(const struct nc_json_at *object, const char *key)
{
	struct nc_json_at at = {.up = object, .key = key, .of = object->of};

	if (nc_json_is_kind(object, json_type_object))
		at.there = json_object_object_get_ex(object->value, key, &at.value);
	return at;
}

/* What item index of a concatenation is compared with. */
static struct json_object *item_of(struct json_object *of, size_t index)
{
	struct json_object *parts = of;

	if (json_object_is_type(of, json_type_object) &&
	    !json_object_object_get_ex(of, "concat", &parts))
		return of;
	if (!json_object_is_type(parts, json_type_array))
		return of;
	return json_object_array_get_idx(parts, index);
}

struct nc_json_at nc_json_item(const struct nc_json_at *array, size_t index)
{
	bool concat = array->key && strcmp(array->key, "concat") == 0;

	return (struct nc_json_at){
		.up = array,
		.index = index,
		.there = true,
		.value = json_object_array_get_idx(array->value, index),
		.of = concat ? item_of(array->of, index) : array->of,
	};
}

bool nc_json_is_kind(const struct nc_json_at *at, enum json_type type)
{
	return at->there && json_object_get_type(at->value) == type;
}

bool nc_json_has(const struct nc_json_at *object, const char *key)
{
	return nc_json_member(object, key).there;
}

bool nc_json_is_text(const struct nc_json_at *at, const char *text)
{
	return nc_json_is_kind(at, json_type_string) &&
	       strlen(text) == (size_t)json_object_get_string_len(at->value) &&
	       memcmp(text, json_object_get_string(at->value), strlen(text)) == 0;
}

size_t nc_json_length(const struct nc_json_at *at)
{
	return nc_json_is_kind(at, json_type_array) ? json_object_array_length(at->value) : 0;
}

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++) {
		if (strcmp(word, *list) == 0)
			return true;
	}
	return false;
}

int nc_json_check_keys(struct nc_json_input *in, const struct nc_json_at *at,
		       const char *const *known)
{
	int r = 0;

	if (!nc_json_is_kind(at, json_type_object))
		return wrong_kind(in, at, "an object");
	json_object_object_foreach (at->value, key, value) {
		struct nc_json_at member = {.up = at, .key = key, .value = value};

		if (!is_one_of(key, known))
			r = report(in, &member, true, "this key is not known here");
	}
	return r;
}

int nc_json_only(struct nc_json_input *in, const struct nc_json_at *at, struct nc_json_at *ret)
{
	if (!nc_json_is_kind(at, json_type_object))
		return wrong_kind(in, at, "an object");
	if (json_object_object_length(at->value) != 1)
		return nc_json_error(in, at, "an object with one key is expected here, not %d",
				     json_object_object_length(at->value));
	json_object_object_foreach (at->value, key, value) {
		*ret = (struct nc_json_at){
			.up = at, .key = key, .there = true, .value = value, .of = at->of};
	}
	return 0;
}

int nc_json_need(struct nc_json_input *in, const struct nc_json_at *object, const char *key,
		 struct nc_json_at *ret)
{
	if (!nc_json_is_kind(object, json_type_object))
		return wrong_kind(in, object, "an object");
	*ret = nc_json_member(object, key);
	return ret->there ? 0 : nc_json_error(in, object, "\"%s\" is missing", key);
}

int nc_json_text(struct nc_json_input *in, const struct nc_json_at *at, const char **ret)
{
	if (!nc_json_is_kind(at, json_type_string))
		return wrong_kind(in, at, "a string");
	*ret = json_object_get_string(at->value);
	if (strlen(*ret) != (size_t)json_object_get_string_len(at->value))
		return nc_json_error(in, at, "this string has a NUL byte");
	return 0;
}

int nc_json_number(struct nc_json_input *in, const struct nc_json_at *at, uint64_t *ret)
{
	if (!nc_json_is_kind(at, json_type_int))
		return wrong_kind(in, at, "a whole number");
	if (json_object_get_int64(at->value) < 0)
		return nc_json_error(in, at, "this number is negative");
	*ret = json_object_get_uint64(at->value);
	return 0;
}

int nc_json_flag(struct nc_json_input *in, const struct nc_json_at *object, const char *key,
		 bool *ret)
{
	struct nc_json_at at = nc_json_member(object, key);

	*ret = at.there && json_object_get_boolean(at.value);
	if (at.there && !nc_json_is_kind(&at, json_type_boolean))
		return wrong_kind(in, &at, "true or false");
	return 0;
}

/* --- writing ------------------------------------------------------------------------------------------- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool in_name(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '/';
}

static size_t name_length(const char *text)
{
	size_t n = 0;

	if (is_letter(*text)) {
		while (in_name(text[n]))
			n++;
	}
	return n;
}

int nc_json_put_name(struct nc_json_input *in, const struct nc_json_at *at)
{
	const char *text;
	char shown[NC_JSON_SHOW];
	int r = nc_json_text(in, at, &text);

	if (r < 0)
		return r;
	if (!*text || text[name_length(text)])
		return nc_json_error(in, at, "\"%s\" is not a name", nc_json_show(text, shown));
	fputs(text, in->out);
	return 0;
}

int nc_json_put_words(struct nc_json_input *in, const struct nc_json_at *at)
{
	const char *text, *rest;
	char shown[NC_JSON_SHOW];
	int r = nc_json_text(in, at, &text);

	if (r < 0)
		return r;
	for (rest = text; name_length(rest); rest++) {
		rest += name_length(rest);
		if (*rest != ' ')
			break;
	}
	/* "sid[1]" */
	if (rest != text && *rest == '[' && rest[1] >= '0' && rest[1] <= '9' && rest[2] == ']')
		rest += 3;
	if (rest == text || *rest)
		return nc_json_error(in, at, "\"%s\" is not a name", nc_json_show(text, shown));
	fputs(text, in->out);
	return 0;
}

int nc_json_put_quoted(struct nc_json_input *in, const struct nc_json_at *at)
{
	const char *text;
	int r = nc_json_text(in, at, &text);

	if (r < 0)
		return r;
	for (const char *c = text; *c; c++) {
		if (*c == '"' || (unsigned char)*c < 0x20 || *c == 0x7f)
			return nc_json_error(in, at,
					     "a string cannot have a '\"' or a control character");
	}
	fprintf(in->out, "\"%s\"", text);
	return 0;
}

int nc_json_put_number(struct nc_json_input *in, const struct nc_json_at *at)
{
	uint64_t number = 0;
	int r = nc_json_number(in, at, &number);

	if (r == 0)
		fprintf(in->out, "%ju", (uintmax_t)number);
	return r;
}

int nc_json_put_integer(struct nc_json_input *in, const struct nc_json_at *at)
{
	if (!nc_json_is_kind(at, json_type_int))
		return wrong_kind(in, at, "a whole number");
	fprintf(in->out, "%jd", (intmax_t)json_object_get_int64(at->value));
	return 0;
}

int nc_json_put_seconds(struct nc_json_input *in, const struct nc_json_at *at)
{
	int r = nc_json_put_number(in, at);

	if (r == 0)
		putc('s', in->out);
	return r;
}

int nc_json_optional(struct nc_json_input *in, const struct nc_json_at *object, const char *key,
		     const char *before, nc_json_put_fn *put)
{
	struct nc_json_at at = nc_json_member(object, key);

	if (!at.there)
		return 0;
	fputs(before, in->out);
	return put(in, &at);
}

int nc_json_required(struct nc_json_input *in, const struct nc_json_at *object, const char *key,
		     const char *before, nc_json_put_fn *put)
{
	struct nc_json_at at;
	int r = nc_json_need(in, object, key, &at);

	return r < 0 ? r : nc_json_optional(in, object, key, before, put);
}

int nc_json_put_choice(struct nc_json_input *in, const struct nc_json_at *at,
		       const char *const *choices)
{
	_cleanup_free_ char *list = NULL;
	char shown[NC_JSON_SHOW];
	const char *text;
	size_t length;
	FILE *out;
	int r = nc_json_text(in, at, &text);

	if (r < 0)
		return r;
	if (is_one_of(text, choices)) {
		fputs(text, in->out);
		return 0;
	}
	out = open_memstream(&list, &length);
	if (!out)
		return -ENOMEM;
	for (const char *const *choice = choices; *choice; choice++)
		fprintf(out, "%s%s", choice == choices ? "" : ", ", *choice);
	if (fclose(out) == EOF)
		return -ENOMEM;
	return nc_json_error(in, at, "\"%s\" is not one of: %s", nc_json_show(text, shown), list);
}
