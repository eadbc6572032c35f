/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Canonical text, in the layout of "nft list": the inverse of parser and eval, byte for byte the same for the same
 * ruleset. Called by lists, by diffs, and with NC_PRINT_STORED for the text that kern/ keeps.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "lang/print.h"

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

/* --- rules ----------------------------------------------------------------------------------- */

static void print_flags_match(const struct nc_match *match, unsigned flags, FILE *out)
{
	char value[NC_VALUE_SIZE], mask[NC_VALUE_SIZE];
	const char *not = match->negated ? "!= " : "";

	nc_format_value(NC_TYPE_TCP_FLAG, match->values.v[0].interval.low, ",", flags, value);
	nc_format_value(NC_TYPE_TCP_FLAG, match->mask, ",", flags, mask);
	switch (nc_match_flags_form(match)) {
	case NC_FLAGS_NONE_OF:
		fprintf(out, " ! %s", mask);
		break;
	case NC_FLAGS_AND:
		fprintf(out, " & %s %s %s", mask, match->negated ? "!=" : "==", value);
		break;
	case NC_FLAGS_SLASH:
		fprintf(out, " %s%s / %s", not, value, mask);
		break;
	}
}

static void print_masked(const struct nc_match *match, enum nc_type type, unsigned flags, FILE *out)
{
	char value[NC_VALUE_SIZE], mask[NC_VALUE_SIZE];

	if (type == NC_TYPE_TCP_FLAG) {
		print_flags_match(match, flags, out);
		return;
	}
	nc_format_number(type, match->mask, mask);
	nc_format_number(type, match->values.v[0].interval.low, value);
	fprintf(out, " & %s %s %s", mask, match->negated ? "!=" : "==", value);
}

static void print_value(const struct nc_match *match, enum nc_type type, unsigned flags, FILE *out)
{
	char value[NC_VALUE_SIZE];

	nc_format_value(type, match->values.v[0].interval.low, match->any_bit ? "," : " | ", flags,
			value);
	if (match->negated)
		fprintf(out, " != %s", value);
	else if (type == NC_TYPE_TCP_FLAG && !match->any_bit)
		fprintf(out, " == %s", value);
	else
		fprintf(out, " %s", value);
}

static void print_interval(const struct nc_match *match, enum nc_type type, FILE *out)
{
	const struct nc_interval *interval = &match->values.v[0].interval;
	char low[NC_VALUE_SIZE], high[NC_VALUE_SIZE];

	nc_format_number(type, interval->low, low);
	nc_format_number(type, interval->high, high);
	fprintf(out, " %s%s", match->negated ? "!= " : "", low);
	if (match->written == NC_WRITTEN_PREFIX)
		fprintf(out, "/%d", nc_interval_prefix(type, interval));
	else
		fprintf(out, "-%s", high);
}

static void print_order(const struct nc_match *match, enum nc_type type, unsigned flags, FILE *out)
{
	char text[NC_VALUE_SIZE];
	nc_num value;
	const char *order = nc_match_order(match, &value);

	nc_format_value(type, value, "", flags, text);
	fprintf(out, " %s %s", order, text);
}

static void print_anonymous_set(const struct nc_match *match, enum nc_type type, unsigned flags,
				FILE *out)
{
	fprintf(out, " %s{", match->negated ? "!= " : "");
	nc_vec_foreach (element, &match->values) {
		fputs(element == match->values.v ? " " : ", ", out);
		nc_print_element(type, &element->interval, flags, out);
	}
	fputs(" }", out);
}

static void print_match(const struct nc_match *match, unsigned flags, FILE *out)
{
	const struct nc_field_info *field = nc_field_info(match->field);

	fprintf(out, "%s %s", field->header, field->name);
	if (match->masked) {
		print_masked(match, field->type, flags, out);
		return;
	}
	switch (match->written) {
	case NC_WRITTEN_VALUE:
		print_value(match, field->type, flags, out);
		break;
	case NC_WRITTEN_PREFIX:
		print_interval(match, field->type, out);
		break;
	case NC_WRITTEN_RANGE:
		if (match->order != NC_ORDER_NONE)
			print_order(match, field->type, flags, out);
		else
			print_interval(match, field->type, out);
		break;
	case NC_WRITTEN_SET:
		print_anonymous_set(match, field->type, flags, out);
		break;
	case NC_WRITTEN_SET_REF:
		fprintf(out, " %s@%s", match->negated ? "!= " : "", match->set);
		break;
	}
}

static void print_counter(const struct nc_counter *counter, unsigned flags, FILE *out)
{
	fputs("counter", out);
	if (!(flags & NC_PRINT_STATELESS))
		fprintf(out, " packets %" PRIu64 " bytes %" PRIu64, (uint64_t)counter->packets,
			(uint64_t)counter->bytes);
}

static void print_stmt(const struct nc_stmt *stmt, unsigned flags, FILE *out)
{
	switch (stmt->kind) {
	case NC_STMT_MATCH:
		print_match(&stmt->match, flags, out);
		break;
	case NC_STMT_COUNTER:
		print_counter(&stmt->counter, flags, out);
		break;
	case NC_STMT_VERDICT:
		fputs(stmt->verdict == NC_VERDICT_DROP ? "drop" : "accept", out);
		break;
	}
}

void nc_print_rule(const struct nc_rule *rule, unsigned flags, FILE *out)
{
	const char *blank = "";

	flags = expand_flags(flags);
	nc_vec_foreach (stmt, &rule->stmts) {
		if (stmt->kind == NC_STMT_MATCH && stmt->match.implied)
			continue;
		fputs(blank, out);
		print_stmt(stmt, flags, out);
		blank = " ";
	}
	if (rule->comment)
		fprintf(out, " comment \"%s\"", rule->comment);
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
	if (flags & NC_PRINT_NUMERIC || priority < -10 || priority > 10)
		fprintf(out, " priority %d", priority);
	else if (priority == 0)
		fputs(" priority filter", out);
	else
		fprintf(out, " priority filter %c %d", priority < 0 ? '-' : '+', abs(priority));
}

static void print_chain(const struct nc_chain *chain, unsigned flags, FILE *out)
{
	fprintf(out, "\tchain %s {", chain->name);
	print_handle(chain->handle, flags, out);
	fputc('\n', out);
	if (chain->comment)
		fprintf(out, "\t\tcomment \"%s\"\n", chain->comment);
	fputs("\t\ttype filter hook ingress", out);
	print_devices(chain, out);
	print_priority(chain->priority, flags, out);
	fprintf(out, "; policy %s;\n", chain->policy == NC_VERDICT_DROP ? "drop" : "accept");
	nc_vec_foreach (rule, &chain->rules) {
		fputs("\t\t", out);
		nc_print_rule(*rule, flags, out);
		print_handle((*rule)->handle, flags, out);
		fputc('\n', out);
	}
	fputs("\t}\n", out);
}

/* --- sets ------------------------------------------------------------------------------------ */

void nc_print_element(enum nc_type type, const struct nc_interval *interval, unsigned flags,
		      FILE *out)
{
	char text[NC_VALUE_SIZE];

	nc_format_interval(type, interval, flags, text);
	fputs(text, out);
}

static void print_elements(const struct nc_set *set, unsigned flags, FILE *out)
{
	size_t column = ELEMENTS_BEGIN;
	char text[NC_VALUE_SIZE];

	fputs("\t\telements = { ", out);
	nc_vec_foreach (element, &set->elements) {
		nc_format_interval(set->type, &element->interval, flags, text);
		if (element != set->elements.v) {
			bool wrap = column + strlen(text) > ELEMENTS_COLUMN;

			fputs(wrap ? ",\n" ELEMENTS_INDENT : ", ", out);
			column = wrap ? ELEMENTS_BEGIN : column;
		}
		column += strlen(text) + 2;
		fputs(text, out);
	}
	fputs(" }\n", out);
}

static void print_set_flags(unsigned set_flags, FILE *out)
{
	if (!set_flags)
		return;
	fprintf(out, "\t\tflags %s%s%s\n", set_flags & NC_SET_CONSTANT ? "constant" : "",
		set_flags == (NC_SET_CONSTANT | NC_SET_INTERVAL) ? "," : "",
		set_flags & NC_SET_INTERVAL ? "interval" : "");
}

static void print_set(const struct nc_set *set, unsigned flags, FILE *out)
{
	fprintf(out, "\tset %s {", set->name);
	print_handle(set->handle, flags, out);
	fprintf(out, "\n\t\ttype %s\n", nc_type_info(set->type)->name);
	if (set->size)
		fprintf(out, "\t\tsize %" PRIu32 "\n", set->size);
	print_set_flags(set->flags, out);
	if (set->comment)
		fprintf(out, "\t\tcomment \"%s\"\n", set->comment);
	if (set->elements.n && !(flags & NC_PRINT_NO_ELEMENTS))
		print_elements(set, flags, out);
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
	nc_vec_foreach (set, &table->sets) {
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

void nc_print_ruleset(const struct nc_ruleset *ruleset, unsigned flags, FILE *out)
{
	if (flags & NC_PRINT_STORED)
		fprintf(out, "# last %" PRIu64 "\n", ruleset->last_handle);
	nc_vec_foreach (table, &ruleset->tables)
		nc_print_table(*table, flags, out);
}
