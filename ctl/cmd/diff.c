/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the ruleset at work and one that would replace it: of outlines of their canonical texts, without counter
 * values. Rules are compared in their order, elements and attributes without. Called by apply.c.
 */
#include "cmd/diff.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "cmd/lcs.h"
#include "cmd/session.h"
#include "util/term.h"

enum op { OP_CONTEXT, OP_REMOVE, OP_ADD, OP_CHANGE };

/* What of a block a change is about. */
enum part { PART_OPENING, PART_ATTRIBUTE, PART_RULE, PART_ELEMENT, PART_CLOSING };

struct change {
	enum op op;
	enum part part;
	const struct nc_outline_block *table, *object; /* object NULL: the table itself */
	const char *text, *was;			       /* was: of a changed attribute */
	uint64_t handle;
};

typedef NC_VEC(struct change) changes;

/* --- comparing ------------------------------------------------------------------------------------------ */

static const struct nc_outline_block *block_of(const struct change *change)
{
	return change->object ? change->object : change->table;
}

static int push_line(changes *ret, struct change like, enum part part,
		     const struct nc_outline_line *line)
{
	like.part = part;
	like.text = line->text;
	like.handle = line->handle;
	return nc_vec_push(ret, like);
}

static int push_edge(changes *ret, struct change like, enum part part)
{
	const struct nc_outline_block *block = block_of(&like);

	like.part = part;
	like.handle = block->handle;
	return nc_vec_push(ret, like);
}

/* All of a block, as added or removed. */
static int push_content(changes *ret, struct change like)
{
	const struct nc_outline_block *block = block_of(&like);
	const struct {
		const nc_outline_lines *lines;
		enum part part;
	} parts[] = {
		{&block->attributes, PART_ATTRIBUTE},
		{&block->elements, PART_ELEMENT},
		{&block->rules, PART_RULE},
	};
	int r = push_edge(ret, like, PART_OPENING);

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		for (size_t j = 0; j < parts[i].lines->n && !r; j++)
			r = push_line(ret, like, parts[i].part, &parts[i].lines->v[j]);
	}
	return r;
}

static int push_object(changes *ret, struct change like)
{
	int r = push_content(ret, like);

	return r < 0 ? r : push_edge(ret, like, PART_CLOSING);
}

static int push_table(changes *ret, enum op op, const struct nc_outline_table *table)
{
	struct change like = {.op = op, .table = &table->block};
	int r = push_content(ret, like);

	for (size_t i = 0; i < table->objects.n && !r; i++) {
		like.object = &table->objects.v[i];
		r = push_object(ret, like);
	}
	like.object = NULL;
	return r < 0 ? r : push_edge(ret, like, PART_CLOSING);
}

typedef int common_fn(const nc_outline_lines *a, const nc_outline_lines *b, bool *in_a, bool *in_b);

/* Two sequences of lines, and which lines of each are in the other. */
struct sequences {
	const nc_outline_lines *a, *b;
	bool *in_a, *in_b;
	bool moved; /* lines of b that are in a, but elsewhere */
};

static void free_sequences(struct sequences *lines)
{
	free(lines->in_a);
	free(lines->in_b);
}

static int find_moved(struct sequences *lines)
{
	_cleanup_free_ bool *in_a = calloc(lines->a->n + 1, sizeof(*in_a));
	_cleanup_free_ bool *in_b = calloc(lines->b->n + 1, sizeof(*in_b));
	int r = in_a && in_b ? nc_common_lines(lines->a, lines->b, in_a, in_b) : -ENOMEM;

	for (size_t i = 0; i < lines->b->n && !r; i++)
		lines->moved |= in_b[i] && !lines->in_b[i];
	return r;
}

/* A line that stays is shown next to a change, where only its place tells what changed. */
static bool is_context(const struct sequences *lines, size_t i, size_t j)
{
	return lines->moved && ((i && !lines->in_a[i - 1]) || (j && !lines->in_b[j - 1]) ||
				(i + 1 < lines->a->n && !lines->in_a[i + 1]) ||
				(j + 1 < lines->b->n && !lines->in_b[j + 1]));
}

/* What goes stands in front of what comes in its place. */
static int push_lines(changes *ret, struct change like, enum part part,
		      const struct sequences *lines)
{
	size_t i = 0, j = 0;
	int r = 0;

	while (r == 0 && (i < lines->a->n || j < lines->b->n)) {
		if (i < lines->a->n && !lines->in_a[i]) {
			like.op = OP_REMOVE;
			r = push_line(ret, like, part, &lines->a->v[i++]);
		} else if (j < lines->b->n && !lines->in_b[j]) {
			like.op = OP_ADD;
			r = push_line(ret, like, part, &lines->b->v[j++]);
		} else {
			like.op = OP_CONTEXT;
			if (is_context(lines, i, j))
				r = push_line(ret, like, part, &lines->b->v[j]);
			i++;
			j++;
		}
	}
	return r;
}

static int compare_lines(changes *ret, struct change like, enum part part,
			 const nc_outline_lines *a, const nc_outline_lines *b, common_fn *common)
{
	_cleanup_(free_sequences) struct sequences lines = {
		.a = a,
		.b = b,
		.in_a = calloc(a->n + 1, sizeof(bool)),
		.in_b = calloc(b->n + 1, sizeof(bool)),
	};
	int r = lines.in_a && lines.in_b ? common(a, b, lines.in_a, lines.in_b) : -ENOMEM;

	/* Elements have no order. */
	if (r == 0 && part == PART_RULE)
		r = find_moved(&lines);
	return r < 0 ? r : push_lines(ret, like, part, &lines);
}

static bool same_first_word(const char *a, const char *b)
{
	size_t length = strcspn(a, " ");

	return strncmp(a, b, length) == 0 && (b[length] == ' ' || !b[length]);
}

/* The attribute of the same name; NULL: there is none. */
static const char *find_attribute(const nc_outline_lines *lines, const char *text)
{
	nc_vec_foreach (line, lines) {
		if (same_first_word(text, line->text))
			return line->text;
	}
	return NULL;
}

static int compare_attributes(changes *ret, struct change like, const nc_outline_lines *a,
			      const nc_outline_lines *b)
{
	int r = 0;

	for (size_t i = 0; i < a->n && !r; i++) {
		like.op = OP_REMOVE;
		if (!find_attribute(b, a->v[i].text))
			r = push_line(ret, like, PART_ATTRIBUTE, &a->v[i]);
	}
	for (size_t i = 0; i < b->n && !r; i++) {
		like.was = find_attribute(a, b->v[i].text);
		like.op = like.was ? OP_CHANGE : OP_ADD;
		if (!like.was || strcmp(like.was, b->v[i].text) != 0)
			r = push_line(ret, like, PART_ATTRIBUTE, &b->v[i]);
	}
	return r;
}

static int compare_content(changes *ret, struct change like, const struct nc_outline_block *a,
			   const struct nc_outline_block *b)
{
	int r = compare_attributes(ret, like, &a->attributes, &b->attributes);

	if (r == 0)
		r = compare_lines(ret, like, PART_ELEMENT, &a->elements, &b->elements,
				  nc_common_lines);
	if (r == 0)
		r = compare_lines(ret, like, PART_RULE, &a->rules, &b->rules, nc_lcs);
	return r;
}

/* An opening stands in front of what changes in its block, and nowhere else. */
static int close_context(changes *ret, struct change like, size_t opening)
{
	if (ret->n > opening + 1)
		return push_edge(ret, like, PART_CLOSING);
	ret->n = opening;
	return 0;
}

static int compare_objects(changes *ret, const struct nc_outline_block *table,
			   const struct nc_outline_block *a, const struct nc_outline_block *b)
{
	const struct change like = {.op = OP_CONTEXT, .table = table, .object = b};
	struct change attribute = like;
	size_t opening = ret->n;
	int r = push_edge(ret, like, PART_OPENING);

	attribute.handle = b->handle;
	if (r == 0)
		r = compare_content(ret, attribute, a, b);
	return r < 0 ? r : close_context(ret, like, opening);
}

static const struct nc_outline_block *find_object(const struct nc_outline_table *table,
						  const char *head)
{
	nc_vec_foreach (object, &table->objects) {
		if (strcmp(object->head, head) == 0)
			return object;
	}
	return NULL;
}

static int compare_tables(changes *ret, const struct nc_outline_table *a,
			  const struct nc_outline_table *b)
{
	struct change like = {.op = OP_CONTEXT, .table = &b->block};
	size_t opening = ret->n;
	int r = push_edge(ret, like, PART_OPENING);

	if (r == 0)
		r = compare_content(ret, like, &a->block, &b->block);
	for (size_t i = 0; i < a->objects.n && !r; i++) {
		like = (struct change){OP_REMOVE, .table = &b->block, .object = &a->objects.v[i]};
		if (!find_object(b, like.object->head))
			r = push_object(ret, like);
	}
	for (size_t i = 0; i < b->objects.n && !r; i++) {
		const struct nc_outline_block *object = &b->objects.v[i];
		const struct nc_outline_block *old = find_object(a, object->head);

		like = (struct change){OP_ADD, .table = &b->block, .object = object};
		r = old ? compare_objects(ret, &b->block, old, object) : push_object(ret, like);
	}
	like = (struct change){.op = OP_CONTEXT, .table = &b->block};
	return r < 0 ? r : close_context(ret, like, opening);
}

static const struct nc_outline_table *find_table(const struct nc_outline *outline, const char *head)
{
	nc_vec_foreach (table, &outline->tables) {
		if (strcmp(table->block.head, head) == 0)
			return table;
	}
	return NULL;
}

static int compare(changes *ret, const struct nc_outline *a, const struct nc_outline *b)
{
	int r = 0;

	for (size_t i = 0; i < a->tables.n && !r; i++) {
		if (!find_table(b, a->tables.v[i].block.head))
			r = push_table(ret, OP_REMOVE, &a->tables.v[i]);
	}
	for (size_t i = 0; i < b->tables.n && !r; i++) {
		const struct nc_outline_table *old = find_table(a, b->tables.v[i].block.head);

		r = old ? compare_tables(ret, old, &b->tables.v[i])
			: push_table(ret, OP_ADD, &b->tables.v[i]);
	}
	return r;
}

/* --- text ------------------------------------------------------------------------------------------------- */

#define COLUMNS 90

static void print_line(const struct nc_run *run, enum op op, unsigned depth, const char *text,
		       uint64_t handle)
{
	static const enum nc_colour colours[] = {[OP_REMOVE] = NC_COLOUR_RED,
						 [OP_ADD] = NC_COLOUR_GREEN,
						 [OP_CHANGE] = NC_COLOUR_NONE};
	static const char marks[] = {[OP_CONTEXT] = ' ', [OP_REMOVE] = '-', [OP_ADD] = '+'};
	static const char tabs[] = "\t\t";
	char number[48] = "";
	char *line = NULL;

	if (handle && run->options.handle)
		snprintf(number, sizeof(number), " # handle %" PRIu64, handle);
	if (asprintf(&line, "%c%s%s%s\n", marks[op], tabs + 2 - depth, text, number) < 0)
		return;
	nc_term_print(stdout, nc_term_colour(stdout), colours[op], line);
	free(line);
}

/* As many elements on a line as fit: those in a row that come, or that go. Returns how many. */
static size_t print_elements(const struct nc_run *run, const struct change *change, size_t n)
{
	_cleanup_free_ char *line = NULL;
	size_t length, done = 0, column = 0;
	FILE *out = open_memstream(&line, &length);

	if (!out)
		return n;
	do {
		fprintf(out, "%s%s", done ? ", " : "elements = { ", change[done].text);
		column += strlen(change[done].text) + 2;
		done++;
	} while (done < n && change[done].part == PART_ELEMENT && change[done].op == change->op &&
		 change[done].object == change->object &&
		 column + strlen(change[done].text) < COLUMNS);
	fputs(" }", out);
	fclose(out);
	print_line(run, change->op, 2, line, 0);
	return done;
}

static void print_edge(const struct nc_run *run, const struct change *change)
{
	_cleanup_free_ char *text = NULL;
	unsigned depth = change->object ? 1 : 0;

	if (change->part == PART_CLOSING)
		print_line(run, change->op, depth, "}", 0);
	else if (asprintf(&text, "%s {", block_of(change)->head) >= 0)
		print_line(run, change->op, depth, text, change->handle);
}

static void print_statement(const struct nc_run *run, const struct change *change)
{
	unsigned depth = change->object ? 2 : 1;

	if (change->op == OP_CHANGE)
		print_line(run, OP_REMOVE, depth, change->was, 0);
	print_line(run, change->op == OP_CHANGE ? OP_ADD : change->op, depth, change->text,
		   change->handle);
}

static void print_text(const struct nc_run *run, const changes *changes)
{
	for (size_t i = 0, n; i < changes->n; i += n) {
		const struct change *change = &changes->v[i];

		n = 1;
		if (change->part == PART_OPENING || change->part == PART_CLOSING)
			print_edge(run, change);
		else if (change->part == PART_ELEMENT)
			n = print_elements(run, change, changes->n - i);
		else
			print_statement(run, change);
	}
}

/* --- JSON ------------------------------------------------------------------------------------------------- */

static void add_string(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}

/* "set v4 { type ipv4_addr; size 4; }" */
static void add_opening(struct json_object *object, const struct nc_outline_block *block)
{
	_cleanup_free_ char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return;
	fputs(block->head, out);
	nc_vec_foreach (line, &block->attributes) {
		size_t end = strlen(line->text);

		fprintf(out, "%s%s%s", line == block->attributes.v ? " { " : " ", line->text,
			end && line->text[end - 1] == ';' ? "" : ";");
	}
	fputs(block->attributes.n ? " }" : "", out);
	if (fclose(out) == 0)
		add_string(object, "text", text);
}

static struct json_object *change_json(const struct change *change)
{
	static const char *const names[] = {
		[OP_REMOVE] = "remove", [OP_ADD] = "add", [OP_CHANGE] = "change"};
	struct json_object *object = json_object_new_object();

	add_string(object, "op", names[change->op]);
	add_string(object, "family", change->table->family);
	add_string(object, "table", change->table->name);
	if (change->object)
		add_string(object, change->object->kind, change->object->name);
	if (change->handle || change->part == PART_ATTRIBUTE)
		json_object_object_add(object, "handle",
				       json_object_new_uint64(change->handle
								      ? change->handle
								      : block_of(change)->handle));
	if (change->part == PART_OPENING)
		add_opening(object, block_of(change));
	else
		add_string(object, "text", change->text);
	if (change->was && change->op == OP_CHANGE)
		add_string(object, "was", change->was);
	return object;
}

/* Attributes of what comes or goes as a whole are in the text of its opening. */
static bool is_own(const struct change *change, const struct change *opening)
{
	if (change->op == OP_CONTEXT || change->part == PART_CLOSING)
		return false;
	return change->part != PART_ATTRIBUTE || !opening || opening->op == OP_CONTEXT;
}

static void print_json(const changes *changes)
{
	struct json_object *whole = json_object_new_object(), *array = json_object_new_array();
	const struct change *opening = NULL;

	nc_vec_foreach (change, changes) {
		if (change->part == PART_OPENING)
			opening = change;
		if (is_own(change, opening))
			json_object_array_add(array, change_json(change));
	}
	json_object_object_add(whole, "diff", array);
	nc_print_json(whole);
}

/* --- both rulesets ------------------------------------------------------------------------------------------ */

static int show(const struct nc_run *run, const struct nc_outline *live,
		const struct nc_outline *next)
{
	changes changes = {};
	int r = compare(&changes, live, next);

	if (r == 0 && run->options.json)
		print_json(&changes);
	else if (r == 0)
		print_text(run, &changes);
	if (r == 0)
		r = changes.n ? 1 : 0;
	nc_vec_free(&changes);
	return r;
}

int nc_diff(struct nc_run *run, struct nc_ruleset *next, struct nc_diag *diag)
{
	_cleanup_(nc_outline_clear) struct nc_outline before = {}, after = {};
	_cleanup_(nc_session_close) struct nc_session session = {};
	int r = nc_session_open(&session, NC_STORE_READ, diag);

	if (r == 0)
		r = nc_session_read_state(&session, true);
	if (r == 0)
		r = nc_ruleset_inherit(next, session.ruleset, nc_rule_text);
	if (r == 0)
		r = nc_outline_make(session.ruleset, run->print_flags, &before);
	if (r == 0)
		r = nc_outline_make(next, run->print_flags, &after);
	if (r < 0 && !diag->n_errors)
		nc_diag_errno(diag, NULL, r, "cannot compare the rulesets");
	return r < 0 ? r : show(run, &before, &after);
}
