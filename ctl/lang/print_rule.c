/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules as text: statements, keys and elements, in nft's canonical form. Called by print.c and wherever a rule is shown. */
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

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
		[NC_RAW_LINK] = "ll", [NC_RAW_NETWORK] = "nh", [NC_RAW_TRANSPORT] = "th"};

	fprintf(out, "@%s,%" PRIu32 ",%" PRIu32, bases[raw->base], raw->offset, raw->length);
}

static void print_field(const struct nc_selector *selector, unsigned flags, FILE *out)
{
	char name[48];

	if (selector->generator)
		print_generator(selector, flags, out);
	else if (selector->field == NC_FIELD_RAW)
		print_raw(&selector->raw, out);
	else
		fputs(nc_field_name(selector->field, name), out);
}

static void print_selector(const struct nc_selector *selector, unsigned flags, FILE *out)
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
	char text[NC_VALUE_SIZE];

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
		if (op->kind == NC_BITOP_LSHIFT || op->kind == NC_BITOP_RSHIFT)
			snprintf(text, sizeof(text), "%u", (unsigned)op->value);
		else
			nc_format_number(part, op->value, text);
		fprintf(out, " %s %s", ops[op->kind], text);
	}
}

void nc_print_key(const nc_key *key, unsigned flags, FILE *out)
{
	nc_vec_foreach (selector, key) {
		if (selector != key->v)
			fputs(" . ", out);
		print_selector(selector, flags, out);
	}
}

/* --- elements ------------------------------------------------------------------------------------------- */

static void print_limit(const struct nc_limit *limit, FILE *out)
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

static void print_quota(const struct nc_quota *quota, unsigned flags, FILE *out)
{
	uint64_t number;
	const char *unit = nc_byte_unit(quota->bytes, &number);

	fprintf(out, "%s%" PRIu64 " %s", quota->over ? "over " : "", number, unit);
	if (!quota->used || flags & NC_PRINT_STATELESS)
		return;
	unit = nc_byte_unit(quota->used, &number);
	fprintf(out, " used %" PRIu64 " %s", number, unit);
}

static void print_counter(const struct nc_counter *counter, unsigned flags, FILE *out)
{
	if (!(flags & NC_PRINT_STATELESS))
		fprintf(out, " packets %" PRIu64 " bytes %" PRIu64, (uint64_t)counter->packets,
			(uint64_t)counter->bytes);
}

void nc_print_limit(const struct nc_limit *limit, FILE *out)
{
	print_limit(limit, out);
}

void nc_print_quota(const struct nc_quota *quota, unsigned flags, FILE *out)
{
	print_quota(quota, flags, out);
}

static void print_verdict(const struct nc_do *verdict, FILE *out)
{
	fputs(nc_verdict_word(verdict->kind), out);
	if (verdict->chain)
		fprintf(out, " %s", verdict->chain);
}

static void print_time(const char *word, uint64_t ms, FILE *out)
{
	char text[NC_VALUE_SIZE];

	nc_format_time(ms, text);
	fprintf(out, " %s %s", word, text);
}

void nc_print_carried(unsigned carries, const struct nc_limit *limit, const struct nc_quota *quota,
		      unsigned flags, const char *between, FILE *out)
{
	if (carries & NC_CARRY_COUNTER)
		fprintf(out, "%scounter", between);
	if (carries & NC_CARRY_LIMIT) {
		fprintf(out, "%slimit ", between);
		print_limit(limit, out);
	}
	if (carries & NC_CARRY_QUOTA) {
		fprintf(out, "%squota ", between);
		print_quota(quota, flags, out);
	}
}

static void print_element_key(const nc_key_type *type, const struct nc_set_element *element,
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
		print_verdict(&more->verdict, out);
	}
}

void nc_print_set_element(const struct nc_set *set, const struct nc_set_element *element,
			  unsigned flags, FILE *out)
{
	const struct nc_element_more *more = element->more;

	print_element_key(&set->type, element, flags, out);
	if (!more)
		return;
	if (set->carries & NC_CARRY_COUNTER || more->counted) {
		fputs(" counter", out);
		print_counter(&more->counter, flags, out);
	}
	if (set->carries & NC_CARRY_LIMIT) {
		fputs(" limit ", out);
		print_limit(&set->limit, out);
	}
	if (set->carries & NC_CARRY_QUOTA) {
		struct nc_quota quota = set->quota;

		quota.used = more->quota.used;
		fputs(" quota ", out);
		print_quota(&quota, flags, out);
	}
	if (more->timeout_given)
		print_time("timeout", more->timeout, out);
	if (more->expires_given && !(flags & NC_PRINT_STATELESS))
		print_time("expires", more->expires, out);
	if (more->comment)
		fprintf(out, " comment \"%s\"", more->comment);
	if (more->mapped)
		print_element_data(
			more, set->map == NC_MAP_VALUE ? set->data_type : (struct nc_key_part){},
			flags, out);
}

static void print_anonymous(const nc_key *key, const nc_set_elements *elements,
			    struct nc_key_part data, unsigned flags, FILE *out)
{
	nc_key_type type = {};

	if (nc_key_type_of(key, &type) < 0)
		return;
	fputc('{', out);
	nc_vec_foreach (element, elements) {
		fputs(element == elements->v ? " " : ", ", out);
		print_element_key(&type, element, flags, out);
		if (element->more && element->more->comment)
			fprintf(out, " comment \"%s\"", element->more->comment);
		if (element->more && element->more->mapped)
			print_element_data(element->more, data, flags, out);
	}
	fputs(" }", out);
	nc_vec_free(&type);
}

/* --- matches ---------------------------------------------------------------------------------------------- */

static void print_flags_match(const struct nc_match *match, struct nc_key_part part, unsigned flags,
			      FILE *out)
{
	char value[NC_VALUE_SIZE], mask[NC_VALUE_SIZE];
	const char *not = match->negated ? "!= " : "";

	nc_format_value(part, match->values.v[0].interval.low, ",", flags, value);
	nc_format_value(part, match->mask, ",", flags, mask);
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

static void print_masked(const struct nc_match *match, struct nc_key_part part, unsigned flags,
			 FILE *out)
{
	char value[NC_VALUE_SIZE], mask[NC_VALUE_SIZE];

	if (part.type == NC_TYPE_TCP_FLAG) {
		print_flags_match(match, part, flags, out);
		return;
	}
	nc_format_number(part, match->mask, mask);
	nc_format_number(part, match->values.v[0].interval.low, value);
	fprintf(out, " & %s %s %s", mask, match->negated ? "!=" : "==", value);
}

static void print_value(const struct nc_match *match, struct nc_key_part part, unsigned flags,
			FILE *out)
{
	bool computed = match->key.v[0].ops.n;
	char value[NC_VALUE_SIZE];

	nc_format_value(part, match->values.v[0].interval.low, match->any_bit ? "," : " | ", flags,
			value);
	if (match->negated)
		fprintf(out, " != %s", value);
	else if ((part.type == NC_TYPE_TCP_FLAG && !match->any_bit) || computed)
		fprintf(out, " == %s", value);
	else
		fprintf(out, " %s", value);
}

static void print_interval(const struct nc_match *match, struct nc_key_part part, unsigned flags,
			   FILE *out)
{
	char text[NC_VALUE_SIZE];

	nc_format_interval(part, &match->values.v[0].interval, flags, text);
	fprintf(out, " %s%s", match->negated ? "!= " : "", text);
}

/* A range is one, even where a prefix would say the same. */
static void print_range(const struct nc_match *match, struct nc_key_part part, unsigned flags,
			FILE *out)
{
	const struct nc_interval *interval = &match->values.v[0].interval;
	char low[NC_VALUE_SIZE], high[NC_VALUE_SIZE];

	if (nc_interval_prefix(part, interval) < 0) {
		print_interval(match, part, flags, out);
		return;
	}
	nc_format_number(part, interval->low, low);
	nc_format_number(part, interval->high, high);
	fprintf(out, " %s%s-%s", match->negated ? "!= " : "", low, high);
}

static void print_order(const struct nc_match *match, struct nc_key_part part, unsigned flags,
			FILE *out)
{
	char text[NC_VALUE_SIZE];
	nc_num value;
	const char *order = nc_match_order(match, &value);

	nc_format_value(part, value, "", flags, text);
	fprintf(out, " %s %s", order, text);
}

static void print_concat(const struct nc_match *match, unsigned flags, FILE *out)
{
	nc_key_type type = {};

	if (nc_key_type_of(&match->key, &type) < 0)
		return;
	fputs(match->negated ? " != " : " ", out);
	print_element_key(&type, match->values.v, flags, out);
	nc_vec_free(&type);
}

static void print_match(const struct nc_match *match, unsigned flags, FILE *out)
{
	struct nc_key_part part = nc_selector_part(&match->key.v[0]);

	nc_print_key(&match->key, flags, out);
	if (match->masked) {
		print_masked(match, part, flags, out);
		return;
	}
	switch (match->written) {
	case NC_WRITTEN_SET:
		fprintf(out, " %s", match->negated ? "!= " : "");
		print_anonymous(&match->key, &match->values, (struct nc_key_part){}, flags, out);
		return;
	case NC_WRITTEN_SET_REF:
		fprintf(out, " %s@%s", match->negated ? "!= " : "", match->set);
		return;
	default:
		break;
	}
	if (match->key.n > 1)
		print_concat(match, flags, out);
	else if (match->written == NC_WRITTEN_VALUE)
		print_value(match, part, flags, out);
	else if (match->written == NC_WRITTEN_PREFIX)
		print_interval(match, part, flags, out);
	else if (match->order != NC_ORDER_NONE)
		print_order(match, part, flags, out);
	else
		print_range(match, part, flags, out);
}

/* --- other statements ---------------------------------------------------------------------------------------- */

static void print_lookup(const struct nc_lookup *lookup, const char *word, struct nc_key_part data,
			 unsigned flags, FILE *out)
{
	nc_print_key(&lookup->key, flags, out);
	fprintf(out, " %s ", word);
	if (lookup->map)
		fprintf(out, "@%s", lookup->map);
	else
		print_anonymous(&lookup->key, &lookup->elements, data, flags, out);
}

static void print_argument(const struct nc_value *value, struct nc_key_part part, unsigned flags,
			   FILE *out)
{
	char text[NC_VALUE_SIZE];

	switch (value->kind) {
	case NC_VALUE_NUM:
		nc_format_value(part, value->num, ",", flags, text);
		fputs(text, out);
		break;
	case NC_VALUE_SELECTOR:
		nc_print_key(&value->selector, flags, out);
		break;
	case NC_VALUE_MAP:
		print_lookup(&value->lookup, "map", part, flags, out);
		break;
	}
}

static void print_log_flags(unsigned log_flags, FILE *out)
{
	const char *between = "";

	if (log_flags == NC_LOG_ALL) {
		fputs(" flags all", out);
		return;
	}
	if (log_flags & (NC_LOG_TCP_SEQUENCE | NC_LOG_TCP_OPTIONS)) {
		fputs(" flags tcp ", out);
		if (log_flags & NC_LOG_TCP_SEQUENCE) {
			fputs("sequence", out);
			between = ",";
		}
		if (log_flags & NC_LOG_TCP_OPTIONS)
			fprintf(out, "%soptions", between);
	}
	if (log_flags & NC_LOG_IP_OPTIONS)
		fputs(" flags ip options", out);
	if (log_flags & NC_LOG_SKUID)
		fputs(" flags skuid", out);
	if (log_flags & NC_LOG_ETHER)
		fputs(" flags ether", out);
}

static void print_log(const struct nc_log *log, FILE *out)
{
	fputs("log", out);
	if (log->prefix)
		fprintf(out, " prefix \"%s\"", log->prefix);
	if (log->group_given)
		fprintf(out, " group %u", log->group);
	if (log->snaplen_given)
		fprintf(out, " snaplen %" PRIu32, log->snaplen);
	if (log->threshold_given)
		fprintf(out, " queue-threshold %u", log->threshold);
	if (log->level != 4)
		fprintf(out, " level %s", nc_level_word(log->level));
	print_log_flags(log->flags, out);
}

static void print_set_stmt(const struct nc_set_stmt *set, unsigned flags, FILE *out)
{
	static const char *const words[] = {[NC_SET_OP_ADD] = "add",
					    [NC_SET_OP_UPDATE] = "update",
					    [NC_SET_OP_DELETE] = "delete"};

	if (set->meter)
		fprintf(out, "meter %s size %" PRIu32 " { ", set->set, set->size);
	else
		fprintf(out, "%s @%s { ", words[set->op], set->set);
	nc_print_key(&set->key, flags, out);
	if (set->timeout)
		print_time("timeout", set->timeout, out);
	nc_print_carried(set->carries, &set->limit, &set->quota, flags, " ", out);
	if (set->mapped) {
		fputs(" : ", out);
		nc_print_key(&set->data.selector, flags, out);
	}
	fputs(" }", out);
}

static void print_send(const char *word, const struct nc_send *send, unsigned flags, FILE *out)
{
	const struct nc_key_part device = {.type = NC_TYPE_IFACE_INDEX, .bits = 128};
	const struct nc_key_part ip = {.type = NC_TYPE_IPV4_ADDR, .bits = 32};
	const struct nc_key_part ip6 = {.type = NC_TYPE_IPV6_ADDR, .bits = 128};

	fputs(word, out);
	if (send->family) {
		fputs(send->family == AF_INET ? " ip to " : " ip6 to ", out);
		print_argument(&send->address, send->family == AF_INET ? ip : ip6, flags, out);
		fputs(" device ", out);
	} else {
		fputs(" to ", out);
	}
	print_argument(&send->device, device, flags, out);
}

static void print_stmt(const struct nc_stmt *stmt, unsigned flags, FILE *out)
{
	switch (stmt->kind) {
	case NC_STMT_MATCH:
		print_match(&stmt->match, flags, out);
		break;
	case NC_STMT_VERDICT:
		print_verdict(&stmt->verdict, out);
		break;
	case NC_STMT_VMAP:
		print_lookup(&stmt->vmap, "vmap", (struct nc_key_part){}, flags, out);
		break;
	case NC_STMT_COUNTER:
		fputs("counter", out);
		print_counter(&stmt->counter, flags, out);
		break;
	case NC_STMT_LIMIT:
		fputs("limit ", out);
		print_limit(&stmt->limit, out);
		break;
	case NC_STMT_QUOTA:
		fputs("quota ", out);
		print_quota(&stmt->quota, flags, out);
		break;
	case NC_STMT_LOG:
		print_log(&stmt->log, out);
		break;
	case NC_STMT_SET:
		print_set_stmt(&stmt->set, flags, out);
		break;
	case NC_STMT_ASSIGN:
		print_selector(&stmt->assign.target, flags, out);
		fputs(" set ", out);
		print_argument(&stmt->assign.value, nc_selector_part(&stmt->assign.target), flags,
			       out);
		break;
	case NC_STMT_DUP:
		print_send("dup", &stmt->send, flags, out);
		break;
	default:
		print_send("fwd", &stmt->send, flags, out);
	}
}

void nc_print_rule(const struct nc_rule *rule, unsigned flags, FILE *out)
{
	const char *blank = "";

	if (flags & NC_PRINT_STORED)
		flags |= NC_PRINT_STATELESS;
	nc_vec_foreach (stmt, &rule->stmts) {
		if (stmt->kind == NC_STMT_MATCH && stmt->match.implied)
			continue;
		fputs(blank, out);
		if (stmt->object)
			fprintf(out, "%s name \"%s\"", nc_kind_word(nc_stmt_object_kind(stmt)),
				stmt->object);
		else
			print_stmt(stmt, flags, out);
		blank = " ";
	}
	if (rule->comment)
		fprintf(out, " comment \"%s\"", rule->comment);
}
