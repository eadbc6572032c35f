/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Canonical text, in the layout of "nft list": the inverse of parser and eval, byte for byte the same for the same
 * ruleset. Called by lists, by diffs, and with NC_PRINT_STORED for the text that kern/ keeps.
 */
#include <inttypes.h>
#include <string.h>

#include "lang/print_rule.h"

/* Elements go on to a new line behind this column; nft's indentation of such lines. */
#define ELEMENTS_COLUMN 80
#define ELEMENTS_INDENT "\t\t\t     "
#define ELEMENTS_BEGIN	29

static unsigned expand_flags(unsigned flags)
{
	if (flags & NC_PRINT_STORED)
		flags |= NC_PRINT_HANDLES | NC_PRINT_STATELESS | NC_PRINT_NO_ELEMENTS;
	return flags;
}

static void print_handle(uint64_t handle, unsigned flags, FILE *out)
{
	if (flags & NC_PRINT_HANDLES)
		fprintf(out, " # handle %" PRIu64, handle);
}

/* --- chains ---------------------------------------------------------------------------------- */

static void print_devices(const struct nc_chain *chain, FILE *out)
{
	if (chain->single_device) {
		fprintf(out, " device \"%s\"", chain->devices.v[0].name);
		return;
	}
	fputs(" devices = {", out);
	nc_vec_foreach (device, &chain->devices)
		fprintf(out, "%s\"%s\"", device == chain->devices.v ? " " : ", ", device->name);
	fputs(" }", out);
}

/* As nft: by name where the name is near. */
static void print_priority(int priority, unsigned flags, FILE *out)
{
	if (flags & (NC_PRINT_NUMERIC | NC_PRINT_PRIORITIES) || priority < -10 || priority > 10)
		fprintf(out, " priority %d", priority);
	else if (priority == 0)
		fputs(" priority filter", out);
	else
		fprintf(out, " priority filter %c %d", priority < 0 ? '-' : '+', abs(priority));
}

static void print_base(const struct nc_chain *chain, unsigned flags, FILE *out)
{
	fprintf(out, "\t\ttype filter hook %s",
		chain->hook == NC_HOOK_EGRESS ? "egress" : "ingress");
	print_devices(chain, out);
	print_priority(chain->priority, flags, out);
	fprintf(out, "; policy %s;\n", chain->policy == NC_VERDICT_DROP ? "drop" : "accept");
}

static void print_chain(const struct nc_chain *chain, unsigned flags, FILE *out)
{
	fprintf(out, "\tchain %s {", chain->name);
	print_handle(chain->handle, flags, out);
	fputc('\n', out);
	if (chain->comment)
		fprintf(out, "\t\tcomment \"%s\"\n", chain->comment);
	if (chain->base)
		print_base(chain, flags, out);
	nc_vec_foreach (rule, &chain->rules) {
		fputs("\t\t", out);
		nc_print_rule(*rule, flags, out);
		print_handle((*rule)->handle, flags, out);
		fputc('\n', out);
	}
	fputs("\t}\n", out);
}

/* --- counters, quotas and limits ------------------------------------------------------------- */

static void print_object(const struct nc_object_decl *object, unsigned flags, FILE *out)
{
	fprintf(out, "\t%s %s {", nc_kind_word(object->kind), object->name);
	print_handle(object->handle, flags, out);
	fputc('\n', out);
	if (object->comment)
		fprintf(out, "\t\tcomment \"%s\"\n", object->comment);
	switch (object->kind) {
	case NC_KIND_QUOTA:
		fputs("\t\t", out);
		nc_print_quota(&object->quota, flags, out);
		fputc('\n', out);
		break;
	case NC_KIND_LIMIT:
		fputs("\t\t", out);
		nc_print_limit(&object->limit, out);
		fputc('\n', out);
		break;
	default:
		if (!(flags & NC_PRINT_STATELESS))
			fprintf(out, "\t\tpackets %" PRIu64 " bytes %" PRIu64 "\n",
				(uint64_t)object->counter.packets, (uint64_t)object->counter.bytes);
	}
	fputs("\t}\n", out);
}

/* --- sets ------------------------------------------------------------------------------------ */

void nc_print_element(const struct nc_set *set, const struct nc_set_element *element,
		      unsigned flags, FILE *out)
{
	nc_print_set_element(set, element, flags, out);
}

static char *element_text(const struct nc_set *set, const struct nc_set_element *element,
			  unsigned flags)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	nc_print_set_element(set, element, flags, out);
	fclose(out);
	return text;
}

/* Plain elements without a stream of their own: there may be a million. */
static const char *plain_text(const struct nc_set *set, const struct nc_set_element *element,
			      unsigned flags, char text[NC_VALUE_SIZE])
{
	if (element->more || element->catchall || nc_set_carried(set) || set->type.n != 1)
		return NULL;
	nc_format_interval(set->type.v[0], &element->interval, flags, text);
	return text;
}

static void print_elements(const struct nc_set *set, const nc_set_elements *elements,
			   unsigned flags, FILE *out)
{
	size_t column = ELEMENTS_BEGIN;

	fputs("\t\telements = { ", out);
	nc_vec_foreach (element, elements) {
		char plain[NC_VALUE_SIZE];
		const char *text = plain_text(set, element, flags, plain);
		_cleanup_free_ char *allocated = text ? NULL : element_text(set, element, flags);

		text = text ?: allocated ?: "";
		if (element != elements->v) {
			bool wrap = column + strlen(text) > ELEMENTS_COLUMN;

			fputs(wrap ? ",\n" ELEMENTS_INDENT : ", ", out);
			column = wrap ? ELEMENTS_BEGIN : column;
		}
		column += strlen(text) + 2;
		fputs(text, out);
	}
	fputs(" }\n", out);
}

/* Of its elements, what a stored text has: those that have comments, "*", or all. */
static bool is_noted(const struct nc_set *set, const struct nc_set_element *element)
{
	return nc_set_in_text(set) || element->catchall ||
	       (element->more && element->more->comment);
}

/* Of one whose map has the rest, no more than the comment. */
static int note_element(const struct nc_set *set, const struct nc_set_element *element,
			nc_set_elements *noted)
{
	struct nc_set_element copy = {};

	if (nc_element_copy(element, &copy) < 0 || nc_vec_push(noted, copy) < 0)
		return -ENOMEM;
	if (!copy.more)
		return 0;
	copy.more->counted = copy.more->expires_given = false;
	if (nc_set_in_text(set) || copy.catchall)
		return 0;
	copy.more->timeout_given = copy.more->mapped = false;
	return 0;
}

static void print_noted(const struct nc_set *set, unsigned flags, FILE *out)
{
	nc_set_elements noted = {};

	nc_vec_foreach (element, nc_set_known(set)) {
		if (is_noted(set, element) && note_element(set, element, &noted) < 0)
			break;
	}
	if (noted.n) {
		struct nc_set bare = *set;

		bare.carries = bare.added = 0;
		print_elements(&bare, &noted, flags, out);
	}
	nc_elements_clear(&noted);
}

static void print_set_flags(unsigned set_flags, FILE *out)
{
	static const struct {
		unsigned flag;
		const char *word;
	} words[] = {
		{NC_SET_CONSTANT, "constant"},
		{NC_SET_DYNAMIC, "dynamic"},
		{NC_SET_INTERVAL, "interval"},
		{NC_SET_TIMEOUT, "timeout"},
	};
	const char *before = "\t\tflags ";

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!(set_flags & words[i].flag))
			continue;
		fprintf(out, "%s%s", before, words[i].word);
		before = ",";
	}
	if (set_flags)
		fputc('\n', out);
}

static void print_type_words(const nc_key_type *type, FILE *out)
{
	nc_vec_foreach (part, type)
		fprintf(out, "%s%s", part == type->v ? "" : " . ", nc_type_info(part->type)->name);
}

/* A meter has no declaration: its rule's fields give the type, and every type has a name here. */
static void print_set_type(const struct nc_set *set, unsigned flags, FILE *out)
{
	bool fields = set->typeof_key.n;

	fprintf(out, "\t\t%s ", fields ? "typeof" : "type");
	if (fields)
		nc_print_key(&set->typeof_key, flags, out);
	else
		print_type_words(&set->type, out);
	if (set->map == NC_MAP_VERDICT)
		fputs(" : verdict", out);
	else if (set->map == NC_MAP_VALUE && set->typeof_data.n) {
		fputs(" : ", out);
		nc_print_key(&set->typeof_data, flags, out);
	} else if (set->map == NC_MAP_VALUE) {
		fprintf(out, " : %s", nc_type_info(set->data_type.type)->name);
	} else if (set->map == NC_MAP_OBJECT) {
		fprintf(out, " : %s", nc_kind_word(set->objects));
	}
	fputc('\n', out);
}

static void print_set_time(const char *word, uint64_t ms, FILE *out)
{
	char text[NC_VALUE_SIZE];

	if (!ms)
		return;
	nc_format_time(ms, text);
	fprintf(out, "\t\t%s %s\n", word, text);
}

static void print_set(const struct nc_set *set, unsigned flags, FILE *out)
{
	fprintf(out, "\t%s %s {", set->meter ? "meter" : nc_set_word(set), set->name);
	print_handle(set->handle, flags, out);
	fputc('\n', out);
	print_set_type(set, flags, out);
	if (set->policy == NC_POLICY_MEMORY)
		fputs("\t\tpolicy memory\n", out);
	if (set->size)
		fprintf(out, "\t\tsize %" PRIu32 "\n", set->size);
	print_set_flags(set->flags, out);
	if (set->carries) {
		fputs("\t\t", out);
		nc_print_carried(set->carries, &set->limit, &set->quota, flags, out);
		fputc('\n', out);
	}
	if (set->auto_merge)
		fputs("\t\tauto-merge\n", out);
	print_set_time("timeout", set->timeout, out);
	print_set_time("gc-interval", set->gc_interval, out);
	if (set->comment)
		fprintf(out, "\t\tcomment \"%s\"\n", set->comment);
	if (flags & NC_PRINT_STORED)
		print_noted(set, flags, out);
	else if (set->elements.n && !(flags & NC_PRINT_NO_ELEMENTS))
		print_elements(set, &set->elements, flags, out);
	fputs("\t}\n", out);
}

/* --- tables ---------------------------------------------------------------------------------- */

static void begin_table(const struct nc_table *table, unsigned flags, FILE *out)
{
	fprintf(out, "table netdev %s {", table->name);
	print_handle(table->handle, flags, out);
	if (flags & NC_PRINT_STORED)
		fprintf(out, " last %" PRIu64, table->last_handle);
	fputc('\n', out);
}

void nc_print_table(const struct nc_table *table, unsigned flags, FILE *out)
{
	const char *blank = "";

	flags = expand_flags(flags);
	begin_table(table, flags, out);
	if (table->comment) {
		fprintf(out, "\tcomment \"%s\"\n", table->comment);
		blank = "\n";
	}
	if (table->dormant) {
		fputs("\tflags dormant\n", out);
		blank = "\n";
	}
	nc_vec_foreach (object, &table->objects) {
		fputs(blank, out);
		print_object(*object, flags, out);
		blank = "\n";
	}
	nc_vec_foreach (set, &table->sets) {
		if ((*set)->meter && !(flags & NC_PRINT_STORED))
			continue;
		fputs(blank, out);
		print_set(*set, flags, out);
		blank = "\n";
	}
	nc_vec_foreach (chain, &table->chains) {
		fputs(blank, out);
		print_chain(*chain, flags, out);
		blank = "\n";
	}
	fputs("}\n", out);
}

void nc_print_chain(const struct nc_table *table, const struct nc_chain *chain, unsigned flags,
		    FILE *out)
{
	flags = expand_flags(flags);
	begin_table(table, flags, out);
	print_chain(chain, flags, out);
	fputs("}\n", out);
}

void nc_print_set(const struct nc_table *table, const struct nc_set *set, unsigned flags, FILE *out)
{
	flags = expand_flags(flags);
	begin_table(table, flags, out);
	print_set(set, flags, out);
	fputs("}\n", out);
}

void nc_print_object(const struct nc_table *table, const struct nc_object_decl *object,
		     unsigned flags, FILE *out)
{
	flags = expand_flags(flags);
	begin_table(table, flags, out);
	print_object(object, flags, out);
	fputs("}\n", out);
}

void nc_print_ruleset(const struct nc_ruleset *ruleset, unsigned flags, FILE *out)
{
	if (flags & NC_PRINT_STORED)
		fprintf(out, "# last %" PRIu64 "\n", ruleset->last_handle);
	nc_vec_foreach (table, &ruleset->tables)
		nc_print_table(*table, flags, out);
}
