/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where in the text a JSON value is. Called for errors alone: walks the text, which is known to be JSON, again along the
 * way to the value, since the library's objects do not remember places.
 */
#include <string.h>

#include "lang/json_input.h"

struct walk {
	const char *text;
	size_t length;
};

struct span {
	size_t begin, end; /* end exclusive */
};

static int byte_at(const struct walk *walk, size_t at)
{
	return at < walk->length ? (unsigned char)walk->text[at] : -1;
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_blank(const struct walk *walk, size_t at)
{
	while (is_blank(byte_at(walk, at)))
		at++;
	return at;
}

/* Behind the string that begins here. */
static size_t skip_string(const struct walk *walk, size_t at)
{
	for (at++; byte_at(walk, at) >= 0 && byte_at(walk, at) != '"'; at++) {
		if (byte_at(walk, at) == '\\')
			at++;
	}
	return at < walk->length ? at + 1 : walk->length;
}

static bool ends_scalar(int c)
{
	return c < 0 || is_blank(c) || c == ',' || c == ']' || c == '}' || c == ':';
}

/* Behind the value that begins here; as far on as it takes if it nests. */
static size_t skip_value(const struct walk *walk, size_t at)
{
	size_t depth = 0;

	do {
		int c = byte_at(walk, at);

		if (c < 0)
			return at;
		if (c == '"') {
			at = skip_string(walk, at);
		} else if (c == '{' || c == '[') {
			depth++;
			at++;
		} else if (c == '}' || c == ']') {
			depth -= depth > 0;
			at++;
		} else if (depth) {
			at++;
		} else {
			do
				at++;
			while (!ends_scalar(byte_at(walk, at)));
		}
	} while (depth);
	return at;
}

/* The last member of that key, which is the one that counts. */
static bool find_member(const struct walk *walk, size_t at, const char *key, struct span *ret_key,
			struct span *ret)
{
	size_t length = strlen(key);
	bool found = false;

	for (at = skip_blank(walk, at + 1); byte_at(walk, at) == '"'; at = skip_blank(walk, at)) {
		struct span name = {at, skip_string(walk, at)}, value;

		value.begin = skip_blank(walk, skip_blank(walk, name.end) + 1);
		value.end = at = skip_value(walk, value.begin);
		if (name.end - name.begin == length + 2 &&
		    memcmp(walk->text + name.begin + 1, key, length) == 0) {
			*ret_key = name;
			*ret = value;
			found = true;
		}
		at = skip_blank(walk, at);
		if (byte_at(walk, at) != ',')
			break;
		at++;
	}
	return found;
}

static bool find_item(const struct walk *walk, size_t at, size_t index, struct span *ret)
{
	for (at = skip_blank(walk, at + 1);; index--) {
		ret->begin = at;
		ret->end = skip_value(walk, at);
		if (index == 0)
			return ret->end > ret->begin;
		at = skip_blank(walk, ret->end);
		if (byte_at(walk, at) != ',')
			return false;
		at = skip_blank(walk, at + 1);
	}
}

/* Returns false when the way is lost: *ret and *ret_key are then what was found last. */
static bool find(const struct walk *walk, const struct nc_json_at *at, struct span *ret_key,
		 struct span *ret)
{
	if (!at->up) {
		ret->begin = skip_blank(walk, 0);
		ret->end = skip_value(walk, ret->begin);
		*ret_key = *ret;
		return true;
	}
	if (!find(walk, at->up, ret_key, ret))
		return false;
	if (at->key && byte_at(walk, ret->begin) == '{')
		return find_member(walk, ret->begin, at->key, ret_key, ret);
	if (!at->key && byte_at(walk, ret->begin) == '[' &&
	    find_item(walk, ret->begin, at->index, ret)) {
		*ret_key = *ret;
		return true;
	}
	return false;
}

struct nc_loc nc_json_locate(const struct nc_source *source, const struct nc_json_at *at,
			     bool on_key)
{
	const struct walk walk = {source->text, source->length};
	struct nc_loc loc = {.source = source, .line = 1};
	struct span key = {}, value = {}, span;
	size_t end;

	find(&walk, at, &key, &value);
	span = on_key ? key : value;
	for (size_t i = 0; i < span.begin; i++) {
		if (source->text[i] == '\n') {
			loc.line++;
			loc.line_offset = i + 1;
		}
	}
	for (end = span.begin; end < span.end && source->text[end] != '\n'; end++)
		;
	loc.column = span.begin - loc.line_offset + 1;
	loc.end_column = end > span.begin ? end - loc.line_offset : loc.column;
	return loc;
}
