/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys, elements and what these carry as text, in nft's canonical form. Called by print.c and print_rule.c. */
#include <inttypes.h>
#include <string.h>

#include "lang/print_rule.h"

/* --- keys --------------------------------------------------------------------------------------------- */

static void print_generator(const struct nc_selector *selector, unsigned flags, FILE *out)
{
	const struct nc_generator *generator = selector->generator;

	if (selector->field == NC_FIELD_NUMGEN) {
		fprintf(out, "numgen %s", generator->random ? "random" : "inc");
	} else {
		fputs("jhash ", out);
		nc_print_key(generator->key, flags, out);
	}
	fprintf(out, " mod %" PRIu32, generator->modulus);
	if (generator->seeded)
		fprintf(out, " seed 0x%" PRIx32, generator->seed);
	if (generator->offset)
		fprintf(out, " offset %" PRIu32, generator->offset);
}

static void print_raw(const struct nc_raw *raw, FILE *out)
{
	static const char *const bases[] = {
		[NC_RAW_LINK] = "ll",
		[NC_RAW_NETWORK] = "nh",
		[NC_RAW_TRANSPORT] = "th",
		[NC_RAW_INNER] = "ih",
	};

	fprintf(out, "@%s,%" PRIu32 ",%" PRIu32, bases[raw->base], raw->offset, raw->length);
}

static void print_field(const struct nc_selector *selector, unsigned flags, FILE *out)
{
	char name[48];

	if (selector->generator)
		print_generator(selector, flags, out);
	else if (selector->field == NC_FIELD_RAW)
		print_raw(&selector->raw, out);
	else if (selector->field == NC_FIELD_TCPOPT_NUMBER)
		fprintf(out, "tcp option %" PRIu32, selector->raw.kind);
	else if (selector->field == NC_FIELD_TCPOPT_RAW)
		fprintf(out, "tcp option @%" PRIu32 ",%" PRIu32 ",%" PRIu32, selector->raw.kind,
			selector->raw.offset, selector->raw.length);
	else
		fputs(nc_field_name(selector->field, name), out);
}

/* Operands of flags go by name, "(syn | ack)", except in a concatenation, where nft has a number for several. */
static void print_operand(const struct nc_bitop *op, struct nc_key_part part, bool alone,
			  unsigned flags, FILE *out)
{
	bool several = op->value & (op->value - 1);
	char text[NC_VALUE_SIZE];

	if (op->kind == NC_BITOP_LSHIFT || op->kind == NC_BITOP_RSHIFT) {
		fprintf(out, "%u", (unsigned)op->value);
		return;
	}
	if (part.type == NC_TYPE_TCP_FLAG && (alone || !several))
		nc_format_value(part, op->value, " | ", flags, text);
	else
		nc_format_number(part, op->value, text);
	fprintf(out, strchr(text, ' ') ? "(%s)" : "%s", text);
}

void nc_print_selector(const struct nc_selector *selector, bool alone, unsigned flags, FILE *out)
{
	static const char *const ops[] = {
		[NC_BITOP_AND] = "&",	  [NC_BITOP_OR] = "|",	    [NC_BITOP_XOR] = "^",
		[NC_BITOP_LSHIFT] = "<<", [NC_BITOP_RSHIFT] = ">>",
	};
	static const unsigned binding[] = {
		[NC_BITOP_OR] = 0,     [NC_BITOP_XOR] = 1,    [NC_BITOP_AND] = 2,
		[NC_BITOP_LSHIFT] = 3, [NC_BITOP_RSHIFT] = 3,
	};
	struct nc_key_part part = nc_selector_part(selector);

	/* An operation that binds tighter than one before it needs that one in parentheses. */
	for (size_t i = 0; i < selector->ops.n; i++) {
		if (i && binding[selector->ops.v[i].kind] > binding[selector->ops.v[i - 1].kind])
			fputc('(', out);
	}
	print_field(selector, flags, out);
	for (size_t i = 0; i < selector->ops.n; i++) {
		const struct nc_bitop *op = &selector->ops.v[i];

		if (i && binding[op->kind] > binding[selector->ops.v[i - 1].kind])
			fputc(')', out);
		fprintf(out, " %s ", ops[op->kind]);
		print_operand(op, part, alone, flags, out);
	}
}

void nc_print_key(const nc_key *key, unsigned flags, FILE *out)
{
	nc_vec_foreach (selector, key) {
		if (selector != key->v)
			fputs(" . ", out);
		nc_print_selector(selector, key->n == 1, flags, out);
	}
}

/* --- elements ------------------------------------------------------------------------------------------- */

void nc_print_limit(const struct nc_limit *limit, FILE *out)
{
	uint64_t number;
	const char *unit;

	fprintf(out, "rate %s", limit->over ? "over " : "");
	if (!limit->bytes) {
		fprintf(out, "%" PRIu64 "/%s", limit->rate, nc_unit_word(limit->unit));
		if (limit->burst != 5)
			fprintf(out, " burst %" PRIu64 " packets", limit->burst);
		return;
	}
	unit = nc_byte_unit(limit->rate, &number);
	fprintf(out, "%" PRIu64 " %s/%s", number, unit, nc_unit_word(limit->unit));
	if (!limit->burst)
		return;
	unit = nc_byte_unit(limit->burst, &number);
	fprintf(out, " burst %" PRIu64 " %s", number, unit);
}

void nc_print_quota(const struct nc_quota *quota, unsigned flags, FILE *out)
{
	uint64_t number;
	const char *unit = nc_byte_unit(quota->bytes, &number);
	uint64_t used = nc_quota_used(quota);

	fprintf(out, "%s%" PRIu64 " %s", quota->over ? "over " : "", number, unit);
	if (!quota->used || flags & NC_PRINT_STATELESS)
		return;
	unit = nc_byte_unit(used, &number);
	fprintf(out, " used %" PRIu64 " %s", number, unit);
}

void nc_print_counter(const struct nc_counter *counter, unsigned flags, FILE *out)
{
	if (!(flags & NC_PRINT_STATELESS))
		fprintf(out, " packets %" PRIu64 " bytes %" PRIu64, (uint64_t)counter->packets,
			(uint64_t)counter->bytes);
}

void nc_print_verdict(const struct nc_do *verdict, FILE *out)
{
	if (verdict->kind == NC_DO_OBJECT) {
		fprintf(out, "\"%s\"", verdict->chain);
		return;
	}
	fputs(nc_verdict_word(verdict->kind), out);
	if (verdict->chain)
		fprintf(out, " %s", verdict->chain);
}

void nc_print_time(const char *word, uint64_t ms, FILE *out)
{
	char text[NC_VALUE_SIZE];

	nc_format_time(ms, text);
	fprintf(out, " %s %s", word, text);
}

void nc_print_carried(unsigned carries, const struct nc_limit *limit, const struct nc_quota *quota,
		      unsigned flags, FILE *out)
{
	const char *blank = "";

	if (carries & NC_CARRY_COUNTER) {
		fputs("counter", out);
		blank = " ";
	}
	if (carries & NC_CARRY_LIMIT) {
		fprintf(out, "%slimit ", blank);
		nc_print_limit(limit, out);
		blank = " ";
	}
	if (carries & NC_CARRY_QUOTA) {
		fprintf(out, "%squota ", blank);
		nc_print_quota(quota, flags, out);
	}
}

void nc_print_element_key(const nc_key_type *type, const struct nc_set_element *element,
			  unsigned flags, FILE *out)
{
	char text[NC_VALUE_SIZE];

	if (element->catchall) {
		fputc('*', out);
		return;
	}
	for (size_t i = 0; i < type->n; i++) {
		nc_format_interval(type->v[i], nc_element_part(element, i), flags, text);
		fprintf(out, "%s%s", i ? " . " : "", text);
	}
}

static void print_element_data(const struct nc_element_more *more, struct nc_key_part data,
			       unsigned flags, FILE *out)
{
	char text[NC_VALUE_SIZE];

	fputs(" : ", out);
	if (data.bits) {
		nc_format_value(data, more->data, " | ", flags, text);
		fputs(text, out);
	} else {
		nc_print_verdict(&more->verdict, out);
	}
}

/*
 * Every element has what the set's declaration says. nft prints that and cannot read quotas of elements again: those that
 * have nothing used yet are left out, with all that stands beside them.
 */
static bool shows_carried(unsigned carried, const struct nc_element_more *more)
{
	bool used = more && (more->counted || more->quota.used);

	return carried & NC_CARRY_QUOTA ? used : carried || used;
}

static void print_element_carried(const struct nc_set *set, const struct nc_set_element *element,
				  unsigned flags, FILE *out)
{
	const struct nc_element_more *more = element->more;
	unsigned carried = nc_element_carried(set, element);
	struct nc_quota quota = set->quota;

	if (!shows_carried(carried, more))
		return;
	if (carried & NC_CARRY_COUNTER || (more && more->counted)) {
		fputs(" counter", out);
		nc_print_counter(more ? &more->counter : &(struct nc_counter){}, flags, out);
	}
	if (carried & NC_CARRY_LIMIT) {
		fputs(" limit ", out);
		nc_print_limit(&set->limit, out);
	}
	if (carried & NC_CARRY_QUOTA) {
		quota.used = more ? more->quota.used : 0;
		fputs(" quota ", out);
		nc_print_quota(&quota, flags, out);
	}
}

void nc_print_set_element(const struct nc_set *set, const struct nc_set_element *element,
			  unsigned flags, FILE *out)
{
	const struct nc_key_part verdict = {};
	const struct nc_element_more *more = element->more;

	nc_print_element_key(&set->type, element, flags, out);
	print_element_carried(set, element, flags, out);
	if (!more)
		return;
	if (more->timeout_given)
		nc_print_time("timeout", more->timeout, out);
	if (more->expires_given && !(flags & NC_PRINT_STATELESS))
		nc_print_time("expires", more->expires, out);
	if (more->comment)
		fprintf(out, " comment \"%s\"", more->comment);
	if (more->mapped)
		print_element_data(more, set->map == NC_MAP_VALUE ? set->data_type : verdict, flags,
				   out);
}

void nc_print_anonymous(const nc_key *key, const nc_set_elements *elements, struct nc_key_part data,
			unsigned flags, FILE *out)
{
	nc_key_type type = {};

	if (nc_key_type_of(key, &type) < 0)
		return;
	fputc('{', out);
	nc_vec_foreach (element, elements) {
		fputs(element == elements->v ? " " : ", ", out);
		nc_print_element_key(&type, element, flags, out);
		if (element->more && element->more->comment)
			fprintf(out, " comment \"%s\"", element->more->comment);
		if (element->more && element->more->mapped)
			print_element_data(element->more, data, flags, out);
	}
	fputs(" }", out);
	nc_vec_free(&type);
}
