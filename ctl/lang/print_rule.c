/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules as text: matches and other statements, in nft's canonical form. Called by print.c and wherever a rule is shown. */
#include <inttypes.h>
#include <sys/socket.h>

#include "lang/print_rule.h"

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
		fputs(" != ", out);
	else if ((part.type == NC_TYPE_TCP_FLAG && !match->any_bit) || computed)
		fputs(" == ", out);
	else
		fputc(' ', out);
	fputs(value, out);
}

static void print_interval(const struct nc_match *match, struct nc_key_part part, unsigned flags,
			   FILE *out)
{
	char text[NC_VALUE_SIZE];

	nc_format_interval(part, &match->values.v[0].interval, flags, text);
	fprintf(out, " %s%s", match->negated ? "!= " : "", text);
}

/* A range is one, even where a prefix or a value would say the same. */
static void print_range(const struct nc_match *match, struct nc_key_part part, unsigned flags,
			FILE *out)
{
	const struct nc_interval *interval = &match->values.v[0].interval;
	char low[NC_VALUE_SIZE], high[NC_VALUE_SIZE];

	nc_format_bound(part, interval->low, flags, low);
	nc_format_bound(part, interval->high, flags, high);
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

/* nft takes concatenations in sets only. */
static void print_concat(const struct nc_match *match, unsigned flags, FILE *out)
{
	nc_key_type type = {};

	if (nc_key_type_of(&match->key, &type) < 0)
		return;
	fputs(match->negated ? " != { " : " { ", out);
	nc_print_element_key(&type, match->values.v, flags, out);
	fputs(" }", out);
	nc_vec_free(&type);
}

static const char *set_relation(const struct nc_match *match)
{
	if (match->negated)
		return "!= ";
	return match->key.n == 1 && match->key.v[0].ops.n ? "== " : "";
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
		fprintf(out, " %s", set_relation(match));
		nc_print_anonymous(&match->key, &match->values, (struct nc_key_part){}, flags, out);
		return;
	case NC_WRITTEN_SET_REF:
		fprintf(out, " %s@%s", set_relation(match), match->set);
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
		nc_print_anonymous(&lookup->key, &lookup->elements, data, flags, out);
}

static void print_argument(const struct nc_value *value, struct nc_key_part part, unsigned flags,
			   FILE *out)
{
	char text[NC_VALUE_SIZE];

	switch (value->kind) {
	case NC_VALUE_NUM:
		nc_format_value(part, value->num, " | ", flags, text);
		fputs(text, out);
		break;
	case NC_VALUE_SELECTOR:
		nc_print_key(&value->selector, flags, out);
		break;
	case NC_VALUE_MAP:
		print_lookup(value->lookup, "map", part, flags, out);
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
		nc_print_time("timeout", set->timeout, out);
	if (set->carries)
		fputc(' ', out);
	nc_print_carried(set->carries, &set->limit, &set->quota, flags, out);
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
		nc_print_verdict(&stmt->verdict, out);
		break;
	case NC_STMT_VMAP:
		print_lookup(&stmt->vmap, "vmap", (struct nc_key_part){}, flags, out);
		break;
	case NC_STMT_RESET:
		fputs("reset ", out);
		nc_print_selector(&stmt->reset, true, flags, out);
		break;
	case NC_STMT_OBJECT:
		fprintf(out, "%s name ", nc_kind_word(stmt->objects.kind));
		print_lookup(&stmt->objects.lookup, "map", (struct nc_key_part){}, flags, out);
		break;
	case NC_STMT_COUNTER:
		fputs("counter", out);
		nc_print_counter(&stmt->counter, flags, out);
		break;
	case NC_STMT_LIMIT:
		fputs("limit ", out);
		nc_print_limit(&stmt->limit, out);
		break;
	case NC_STMT_QUOTA:
		fputs("quota ", out);
		nc_print_quota(&stmt->quota, flags, out);
		break;
	case NC_STMT_LOG:
		print_log(&stmt->log, out);
		break;
	case NC_STMT_SET:
		print_set_stmt(stmt->set, flags, out);
		break;
	case NC_STMT_ASSIGN:
		nc_print_selector(&stmt->assign->target, true, flags, out);
		fputs(" set ", out);
		print_argument(&stmt->assign->value, nc_selector_part(&stmt->assign->target), flags,
			       out);
		break;
	case NC_STMT_DUP:
		print_send("dup", stmt->send, flags, out);
		break;
	default:
		print_send("fwd", stmt->send, flags, out);
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

char *nc_rule_text(const struct nc_rule *rule)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	nc_print_rule(rule, NC_PRINT_STORED, out);
	if (fclose(out) == EOF) {
		free(text);
		return NULL;
	}
	return text;
}
