/* SPDX-License-Identifier: GPL-2.0-only */
/* Taking pictures: the text of a ruleset cut into objects, each joined with its JSON. Called by "monitor ruleset". */
#include "cmd/picture_object.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#define HANDLE " # handle "

struct reader {
	struct nc_picture *picture;
	size_t table, block; /* indices of what we are in, or NO_OBJECT */
	bool in_elements;
	char *line; /* without its newline, may be written to */
};

void nc_picture_free(struct nc_picture *picture)
{
	nc_vec_foreach (object, &picture->objects) {
		nc_vec_foreach (element, &object->elements)
			free(element->text);
		nc_vec_free(&object->elements);
		free(object->kind);
		free(object->name);
		free(object->text);
	}
	nc_vec_free(&picture->objects);
	json_object_put(picture->json);
	free(picture);
}

bool nc_picture_has_content(const struct nc_picture *picture)
{
	nc_vec_foreach (object, &picture->objects) {
		if (!picture_is(object, "table") && !picture_is(object, "chain") &&
		    !picture_is(object, "rule"))
			return true;
	}
	return false;
}

/* --- lines -------------------------------------------------------------------------------------------- */

/* Cut " # handle N" off the end of a line. false: there is none. */
static bool cut_handle(char *line, uint64_t *ret)
{
	char *at = NULL;
	int end = 0;

	for (char *next = strstr(line, HANDLE); next; next = strstr(next + 1, HANDLE))
		at = next;
	if (!at || sscanf(at, HANDLE "%" SCNu64 "%n", ret, &end) != 1 || at[end])
		return false;
	*at = '\0';
	return true;
}

/* Append to an object's text, as nft writes blocks in one line. */
static int append_text(struct picture_object *object, const char *line)
{
	size_t length = strlen(line);
	bool ends = length && line[length - 1] == ';';
	char *text;

	if (asprintf(&text, "%s%s%s%s", object->text ? object->text : "", object->text ? " " : "",
		     line, ends ? "" : ";") < 0)
		return -ENOMEM;
	free(object->text);
	object->text = text;
	return 0;
}

/* "KIND NAME {" or "table FAMILY NAME {": a name has no blank in it. */
static int begin_block(struct reader *reader, char *line, uint64_t handle)
{
	struct picture_object object = {.handle = handle, .table = NO_OBJECT, .chain = NO_OBJECT};
	struct nc_picture *picture = reader->picture;
	size_t length = strlen(line);
	bool table = strncmp(line, "table ", 6) == 0;
	char *name;

	line[length - 2] = '\0'; /* " {" */
	name = table ? strchr(line, ' ') : strrchr(line, ' ');
	if (!name)
		return -EBADMSG;
	*name++ = '\0';
	object.kind = strdup(line);
	object.name = strdup(name);
	object.table = reader->table;
	if (!object.kind || !object.name || nc_vec_push(&picture->objects, object) < 0) {
		free(object.kind);
		free(object.name);
		return -ENOMEM;
	}
	if (table)
		reader->table = picture->objects.n - 1;
	reader->block = picture->objects.n - 1;
	return 0;
}

static int add_rule(struct reader *reader, const char *text, uint64_t handle)
{
	struct picture_object object = {
		.handle = handle,
		.table = reader->table,
		.chain = reader->block,
		.kind = strdup("rule"),
		.name = strdup(""),
		.text = strdup(text),
	};

	if (object.kind && object.name && object.text &&
	    nc_vec_push(&reader->picture->objects, object) == 0)
		return 0;
	free(object.kind);
	free(object.name);
	free(object.text);
	return -ENOMEM;
}

/* --- elements ----------------------------------------------------------------------------------------- */

static int add_element(struct picture_object *object, const char *begin, const char *end)
{
	struct picture_element element = {.index = object->elements.n};

	while (begin < end && (*begin == ' ' || *begin == '\t'))
		begin++;
	while (end > begin && end[-1] == ' ')
		end--;
	if (begin == end)
		return 0;
	element.text = strndup(begin, end - begin);
	if (element.text && nc_vec_push(&object->elements, element) == 0)
		return 0;
	free(element.text);
	return -ENOMEM;
}

/*
 * Elements in a line, up to the brace that closes the list. nft and we break lines behind the comma between two elements.
 */
static int read_elements(struct reader *reader, const char *at)
{
	struct picture_object *object = &reader->picture->objects.v[reader->block];
	const char *begin = at;
	bool quoted = false;
	int depth = 0, r = 0;

	for (; *at && r == 0; at++) {
		if (*at == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		if (*at == '{')
			depth++;
		if (*at == '}' && depth-- == 0)
			break;
		if (*at == ',' && !depth) {
			r = add_element(object, begin, at);
			begin = at + 1;
		}
	}
	if (r == 0)
		r = add_element(object, begin, at);
	reader->in_elements = *at != '}';
	return r;
}

/* --- the text ----------------------------------------------------------------------------------------- */

static int read_in_block(struct reader *reader, char *line)
{
	struct picture_object *object = &reader->picture->objects.v[reader->block];
	static const char elements[] = "elements = {";
	uint64_t handle;

	if (picture_is(object, "chain") && cut_handle(line, &handle))
		return add_rule(reader, line, handle);
	if (strncmp(line, elements, strlen(elements)) == 0)
		return read_elements(reader, line + strlen(elements));
	return append_text(object, line);
}

static int read_line(struct reader *reader, char *line)
{
	uint64_t handle = 0;
	char *text = line + strspn(line, "\t");
	bool has_handle;
	size_t length;

	if (!*text)
		return 0;
	if (reader->in_elements)
		return read_elements(reader, text);
	if (strcmp(text, "}") == 0) {
		reader->block = reader->block == reader->table ? NO_OBJECT : reader->table;
		if (reader->block == NO_OBJECT)
			reader->table = NO_OBJECT;
		return 0;
	}
	/* In a block of a table: a line of it, whatever it ends with. */
	if (reader->block != reader->table)
		return read_in_block(reader, text);
	has_handle = cut_handle(text, &handle);
	length = strlen(text);
	if (has_handle && length > 2 && strcmp(text + length - 2, " {") == 0)
		return begin_block(reader, text, handle);
	if (reader->table == NO_OBJECT)
		return -EBADMSG;
	return append_text(&reader->picture->objects.v[reader->table], text);
}

static int read_text(struct reader *reader, const char *text)
{
	int r = 0;

	while (*text && r == 0) {
		size_t length = strcspn(text, "\n");
		_cleanup_free_ char *line = strndup(text, length);

		r = line ? read_line(reader, line) : -ENOMEM;
		text += length + (text[length] == '\n');
	}
	return r == 0 && reader->table != NO_OBJECT ? -EBADMSG : r;
}

/* --- JSON --------------------------------------------------------------------------------------------- */

static const char *string_of(struct json_object *object, const char *key)
{
	const char *text = json_object_get_string(json_object_object_get(object, key));

	return text ? text : "";
}

/* "rule netdev t 5": objects are found by kind, table and handle. */
static char *json_key(const char *kind, const char *table, uint64_t handle)
{
	char *key;

	return asprintf(&key, "%s %s %" PRIu64, kind, table, handle) < 0 ? NULL : key;
}

/* A dictionary of all objects of {"nftables":[{"rule":{…}}, …]}. */
static struct json_object *index_json(struct json_object *json)
{
	struct json_object *array = json_object_object_get(json, "nftables");
	struct json_object *index = json_object_new_object();

	for (size_t i = 0; array && i < json_object_array_length(array); i++) {
		struct json_object *wrapped = json_object_array_get_idx(array, i);

		json_object_object_foreach (wrapped, kind, object) {
			bool table = strcmp(kind, "table") == 0;
			_cleanup_free_ char *name = NULL, *key = NULL;

			if (asprintf(&name, "%s %s", string_of(object, "family"),
				     string_of(object, table ? "name" : "table")) < 0)
				name = NULL;
			key = name ? json_key(kind, name,
					      json_object_get_uint64(
						      json_object_object_get(object, "handle")))
				   : NULL;
			if (key)
				json_object_object_add(index, key, json_object_get(object));
		}
	}
	return index;
}

static void join_json(struct nc_picture *picture)
{
	struct json_object *index = index_json(picture->json);

	nc_vec_foreach (object, &picture->objects) {
		const struct picture_object *table =
			object->table == NO_OBJECT ? object : &picture->objects.v[object->table];
		_cleanup_free_ char *key = json_key(object->kind, table->name, object->handle);

		object->json = key ? json_object_object_get(index, key) : NULL;
	}
	json_object_put(index);
}

int nc_picture_take(const char *text, struct json_object *json, struct nc_picture **ret)
{
	_cleanup_(nc_picture_freep) struct nc_picture *picture = calloc(1, sizeof(*picture));
	struct reader reader = {.picture = picture, .table = NO_OBJECT, .block = NO_OBJECT};
	int r;

	if (!picture)
		return -ENOMEM;
	r = read_text(&reader, text);
	if (r < 0)
		return r;
	if (json) {
		picture->json = json_object_get(json);
		join_json(picture);
	}
	*ret = TAKE_PTR(picture);
	return 0;
}
