/* SPDX-License-Identifier: GPL-2.0-only */
/* Outlining. Called by diff.c. */
#include "cmd/outline.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lang/lang.h"

#define ELEMENTS "elements = {"

/* Where the next line begins, and what is open. */
struct reader {
	char *next;
	struct nc_outline *outline;
	bool in_object;
};

/* --- lines ---------------------------------------------------------------------------------------------- */

/* Behind the statement that begins here: at the end of its line, or of the line that closes its last brace. */
static char *statement_end(char *at)
{
	int depth = 0;
	bool quoted = false;

	for (; *at; at++) {
		if (*at == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		if (*at == '\n' && depth <= 0)
			break;
		depth += (*at == '{') - (*at == '}');
	}
	return at;
}

static char *line_end(char *at)
{
	char *end = strchr(at, '\n');

	return end ? end : at + strlen(at);
}

/* Cut " # handle 7" off. */
static uint64_t take_handle(char *line)
{
	static const char mark[] = " # handle ";
	char *at = NULL, *found = line;

	while ((found = strstr(found, mark))) {
		at = found;
		found += sizeof(mark) - 1;
	}
	/* In a comment it would have a quote behind it. */
	if (!at || !at[sizeof(mark) - 1] ||
	    at[sizeof(mark) - 1 + strspn(at + sizeof(mark) - 1, "0123456789")])
		return 0;
	*at = '\0';
	return strtoull(at + sizeof(mark) - 1, NULL, 10);
}

static char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t\n");
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

/* --- blocks --------------------------------------------------------------------------------------------- */

static bool opens_block(const char *line)
{
	size_t length = strlen(line);

	return length && line[length - 1] == '{';
}

static char *copy(struct nc_outline *outline, const char *text)
{
	char *new = strdup(text);

	if (new &&nc_vec_push(&outline->heads, new) < 0) {
		free(new);
		return NULL;
	}
	return new;
}

/* "table netdev f {", "set v4 {". */
static int make_block(struct nc_outline *outline, char *line, uint64_t handle, bool table,
		      struct nc_outline_block *ret)
{
	struct nc_outline_block block = {.handle = handle};
	char *words = line;

	line[strlen(line) - 1] = '\0';
	block.head = copy(outline, trim(line));
	block.kind = strsep(&words, " ");
	if (table && words)
		block.family = strsep(&words, " ");
	block.name = words ? trim(words) : block.kind;
	*ret = block;
	return block.head ? 0 : -ENOMEM;
}

static struct nc_outline_table *last_table(const struct reader *reader)
{
	return &reader->outline->tables.v[reader->outline->tables.n - 1];
}

static struct nc_outline_block *open_block(const struct reader *reader)
{
	struct nc_outline_table *table = last_table(reader);

	return reader->in_object ? &table->objects.v[table->objects.n - 1] : &table->block;
}

static int add_block(struct reader *reader, char *line, uint64_t handle, bool table)
{
	struct nc_outline_block block;
	int r = make_block(reader->outline, line, handle, table, &block);

	if (r < 0)
		return r;
	reader->in_object = !table;
	return table ? nc_vec_push(&reader->outline->tables, {.block = block})
		     : nc_vec_push(&last_table(reader)->objects, block);
}

/* --- statements ----------------------------------------------------------------------------------------- */

/* Elements are between commas that are in no quotes and no braces. */
static int add_elements(struct nc_outline_block *block, char *text)
{
	int depth = 0, r = 0;
	bool quoted = false, end = false;
	char *begin = text;

	for (char *at = text; !end && !r; at++) {
		quoted ^= *at == '"';
		depth += quoted ? 0 : (*at == '{') - (*at == '}');
		end = !*at || depth < 0;
		if (!end && (*at != ',' || quoted || depth))
			continue;
		*at = '\0';
		begin = trim(begin);
		if (*begin)
			r = nc_vec_push(&block->elements, {.text = begin});
		begin = at + 1;
	}
	return r;
}

/* One line instead of several. */
static void join_lines(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (*from == '\n') {
			from += strspn(from, "\n\t ") - 1;
			*to++ = ' ';
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
}

static int add_statement(struct nc_outline_block *block, char *text, uint64_t handle)
{
	if (strncmp(text, ELEMENTS, strlen(ELEMENTS)) == 0)
		return add_elements(block, text + strlen(ELEMENTS));
	join_lines(text);
	return nc_vec_push(handle ? &block->rules : &block->attributes,
			   {.text = text, .handle = handle});
}

static int read_statement(struct reader *reader, char *line)
{
	char *end = statement_end(line);
	uint64_t handle;

	reader->next = *end ? end + 1 : end;
	*end = '\0';
	handle = take_handle(line);
	return add_statement(open_block(reader), trim(line), handle);
}

/* A block's first line, or NULL: handle and newline cut off then. */
static char *read_opening(struct reader *reader, char *line, uint64_t *ret_handle)
{
	char *end = line_end(line), *cut = end, kept = *end;

	*end = '\0';
	*ret_handle = 0;
	if (strstr(line, "{ # handle ")) {
		*ret_handle = take_handle(line);
		cut = line + strlen(line);
	}
	if (opens_block(line)) {
		reader->next = kept ? end + 1 : end;
		return trim(line);
	}
	if (cut != end)
		*cut = ' ';
	*end = kept;
	return NULL;
}

static int read_line(struct reader *reader)
{
	char *line = reader->next + strspn(reader->next, "\t \n"), *opening = NULL;
	bool top = !reader->outline->tables.n || !last_table(reader)->block.head;
	uint64_t handle;

	reader->next = line;
	if (!*line)
		return 0;
	if (*line == '}' || *line == '#') {
		char *end = line_end(line);

		reader->in_object = false;
		reader->next = *end ? end + 1 : end;
		return 0;
	}
	if (!reader->in_object)
		opening = read_opening(reader, line, &handle);
	if (opening)
		return add_block(reader, opening, handle, strncmp(opening, "table ", 6) == 0);
	return top ? -EINVAL : read_statement(reader, line);
}

static int print(const struct nc_ruleset *ruleset, unsigned flags, char **ret)
{
	size_t length;
	FILE *out = open_memstream(ret, &length);

	if (!out)
		return -ENOMEM;
	nc_print_ruleset(ruleset, flags | NC_PRINT_HANDLES | NC_PRINT_STATELESS, out);
	return fclose(out) == EOF ? -ENOMEM : 0;
}

int nc_outline_make(const struct nc_ruleset *ruleset, unsigned print_flags, struct nc_outline *ret)
{
	struct nc_outline outline = {};
	struct reader reader = {.outline = &outline};
	int r = print(ruleset, print_flags & ~NC_PRINT_NO_ELEMENTS, &outline.text);

	reader.next = outline.text;
	while (r == 0 && *reader.next)
		r = read_line(&reader);
	if (r < 0)
		nc_outline_clear(&outline);
	else
		*ret = outline;
	return r;
}

static void clear_block(struct nc_outline_block *block)
{
	nc_vec_free(&block->attributes);
	nc_vec_free(&block->rules);
	nc_vec_free(&block->elements);
}

void nc_outline_clear(struct nc_outline *outline)
{
	nc_vec_foreach (table, &outline->tables) {
		clear_block(&table->block);
		nc_vec_foreach (object, &table->objects)
			clear_block(object);
		nc_vec_free(&table->objects);
	}
	nc_vec_free(&outline->tables);
	nc_vec_foreach (head, &outline->heads)
		free(*head);
	nc_vec_free(&outline->heads);
	free(outline->text);
	outline->text = NULL;
}
