/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON statements as nft text. Called for rules, and for the statements that sets and elements carry. */
#include <string.h>

#include "lang/json_input.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

/* --- verdicts and matches -------------------------------------------------------------------------------- */

static int put_verdict(struct nc_json_input *in, const struct nc_json_at *at)
{
	fputs(at->key, in->out);
	return at->value ? nc_json_error(in, at, "\"%s\" takes nothing but null", at->key) : 0;
}

static int put_jump(struct nc_json_input *in, const struct nc_json_at *at)
{
	fputs(at->key, in->out);
	return nc_json_keys(in, at, "target")
		       ?: nc_json_required(in, at, "target", " ", nc_json_put_name);
}

/* Named and anonymous sets, intervals: what is in them has nothing to do with bits. */
static bool is_contained(const struct nc_json_at *right)
{
	return nc_json_has(right, "set") || nc_json_has(right, "prefix") ||
	       nc_json_has(right, "range") ||
	       (nc_json_is_kind(right, json_type_string) &&
		*json_object_get_string(right->value) == '@');
}

/* "in" is what text says with no operator. So is "==", but between bits. */
static int put_operator(struct nc_json_input *in, const struct nc_json_at *op,
			const struct nc_json_at *left, const struct nc_json_at *right)
{
	static const char *const words[] = {"==", "!=", "<", ">", "<=", ">=", "!", "in", NULL};
	bool contained = !nc_json_is_bits(left) || is_contained(right);

	putc(' ', in->out);
	if (nc_json_is_text(op, "in") || (nc_json_is_text(op, "==") && contained))
		return 0;
	return nc_json_put_choice(in, op, words) ?: (putc(' ', in->out), 0);
}

static int put_match(struct nc_json_input *in, const struct nc_json_at *at)
{
	struct nc_json_at left, right, op;
	int r = nc_json_keys(in, at, "left", "right", "op") ?: nc_json_need(in, at, "left", &left)
		?: nc_json_need(in, at, "right", &right) ?: nc_json_need(in, at, "op", &op);

	if (r < 0)
		return r;
	if (!nc_json_is_kind(&left, json_type_object))
		return nc_json_error(in, &left, "an object that says what is matched is expected");
	return nc_json_put_expr(in, &left) ?: put_operator(in, &op, &left, &right)
		?: nc_json_put_value(in, &right, left.value);
}

static int put_vmap(struct nc_json_input *in, const struct nc_json_at *at)
{
	struct nc_json_at key, data;
	int r = nc_json_keys(in, at, "key", "data") ?: nc_json_need(in, at, "key", &key)
		?: nc_json_need(in, at, "data", &data) ?: nc_json_put_expr(in, &key);

	fputs(" vmap ", in->out);
	return r ?: nc_json_put_value(in, &data, key.value);
}

static int put_mangle(struct nc_json_input *in, const struct nc_json_at *at)
{
	struct nc_json_at key, value;
	int r = nc_json_keys(in, at, "key", "value") ?: nc_json_need(in, at, "key", &key)
		?: nc_json_need(in, at, "value", &value) ?: nc_json_put_expr(in, &key);

	fputs(" set ", in->out);
	return r ?: nc_json_put_value(in, &value, key.value);
}

/* --- stateful statements ----------------------------------------------------------------------------------- */

/* One that is declared: its name, or a map to names. */
static int put_reference(struct nc_json_input *in, const struct nc_json_at *at)
{
	fprintf(in->out, "%s name ", at->key);
	if (nc_json_is_kind(at, json_type_string))
		return nc_json_put_quoted(in, at);
	return nc_json_put_expr(in, at);
}

static bool is_reference(const struct nc_json_at *at)
{
	return nc_json_is_kind(at, json_type_string) || nc_json_has(at, "map");
}

static int put_counter(struct nc_json_input *in, const struct nc_json_at *at)
{
	if (is_reference(at))
		return put_reference(in, at);
	fputs("counter", in->out);
	if (!at->value)
		return 0;
	if (nc_json_has(at, "bytes") && !nc_json_has(at, "packets"))
		fputs(" packets 0", in->out);
	return nc_json_keys(in, at, "packets", "bytes")
		       ?: nc_json_optional(in, at, "packets", " packets ", nc_json_put_number)
		       ?: nc_json_optional(in, at, "bytes", " bytes ", nc_json_put_number)
		       ?: (nc_json_has(at, "packets") && !nc_json_has(at, "bytes")
				   ? (fputs(" bytes 0", in->out), 0)
				   : 0);
}

static int put_period(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_put_choice(
		in, at, (const char *const[]){"second", "minute", "hour", "day", "week", NULL});
}

static int put_byte_unit(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_put_choice(in, at, (const char *const[]){"bytes", "kbytes", "mbytes", NULL});
}

static int put_over(struct nc_json_input *in, const struct nc_json_at *at)
{
	bool inverted;
	int r = nc_json_flag(in, at, "inv", &inverted);

	if (inverted)
		fputs("over ", in->out);
	return r;
}

/* In text a unit can be left out of nothing but packets; in JSON it defaults to bytes. */
static int put_bytes(struct nc_json_input *in, const struct nc_json_at *at, const char *number,
		     const char *unit)
{
	int r = nc_json_required(in, at, number, "", nc_json_put_number);

	if (r == 0 && !nc_json_has(at, unit))
		fputs(" bytes", in->out);
	return r ?: nc_json_optional(in, at, unit, " ", put_byte_unit);
}

/* No burst, in JSON, is 0: which means nft's own default for packets, and nothing for bytes. */
static int put_burst(struct nc_json_input *in, const struct nc_json_at *at, bool packets)
{
	struct nc_json_at burst = nc_json_member(at, "burst");
	uint64_t number = 0;
	int r = burst.there ? nc_json_number(in, &burst, &number) : 0;

	if (r < 0 || number == 0)
		return r;
	fputs(" burst ", in->out);
	if (!packets)
		return put_bytes(in, at, "burst", "burst_unit");
	return nc_json_put_number(in, &burst) ?: (fputs(" packets", in->out), 0);
}

int nc_json_put_rate(struct nc_json_input *in, const struct nc_json_at *at)
{
	struct nc_json_at unit = nc_json_member(at, "rate_unit");
	bool packets = !unit.there || nc_json_is_text(&unit, "packets");
	int r;

	fputs("rate ", in->out);
	r = put_over(in, at);
	if (r == 0 && packets)
		r = nc_json_required(in, at, "rate", "", nc_json_put_number);
	else if (r == 0)
		r = put_bytes(in, at, "rate", "rate_unit");
	if (!nc_json_has(at, "per"))
		fputs("/second", in->out);
	return r ?: nc_json_optional(in, at, "per", "/", put_period) ?: put_burst(in, at, packets);
}

static int put_limit(struct nc_json_input *in, const struct nc_json_at *at)
{
	if (is_reference(at))
		return put_reference(in, at);
	fputs("limit ", in->out);
	return nc_json_keys(in, at, "rate", "rate_unit", "per", "burst", "burst_unit", "inv")
		       ?: nc_json_put_rate(in, at);
}

static int put_quota(struct nc_json_input *in, const struct nc_json_at *at)
{
	int r;

	if (is_reference(at))
		return put_reference(in, at);
	fputs("quota ", in->out);
	r = nc_json_keys(in, at, "val", "val_unit", "used", "used_unit", "inv") ?: put_over(in, at)
		?: put_bytes(in, at, "val", "val_unit");
	if (r < 0 || !nc_json_has(at, "used"))
		return r;
	fputs(" used ", in->out);
	return put_bytes(in, at, "used", "used_unit");
}

static int put_ct_count(struct nc_json_input *in, const struct nc_json_at *at)
{
	fputs("ct count ", in->out);
	return nc_json_keys(in, at, "val", "inv") ?: put_over(in, at)
		?: nc_json_required(in, at, "val", "", nc_json_put_number);
}

static int put_last(struct nc_json_input *in, const struct nc_json_at *at)
{
	fputs("last", in->out);
	return at->value ? nc_json_keys(in, at, "used") : 0;
}

int nc_json_put_stmts(struct nc_json_input *in, const struct nc_json_at *at)
{
	int r = 0;

	if (!nc_json_is_kind(at, json_type_array))
		return nc_json_put_stmt(in, at);
	for (size_t i = 0; i < nc_json_length(at) && r == 0; i++) {
		struct nc_json_at item = nc_json_item(at, i);

		if (i)
			putc(' ', in->out);
		r = nc_json_put_stmt(in, &item);
	}
	return r;
}

/* --- sets and meters ------------------------------------------------------------------------------------- */

static int put_set_name(struct nc_json_input *in, const struct nc_json_at *at)
{
	if (nc_json_is_kind(at, json_type_string) && *json_object_get_string(at->value) == '@')
		return nc_json_put_expr(in, at);
	return nc_json_error(in, at, "a set's name with \"@\" before it is expected");
}

static int put_set_verb(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_put_choice(in, at, (const char *const[]){"add", "update", "delete", NULL});
}

static int put_set_change(struct nc_json_input *in, const struct nc_json_at *at)
{
	const char *set = strcmp(at->key, "map") == 0 ? "map" : "set";
	int r = nc_json_keys(in, at, "op", "elem", "stmt", set, *set == 'm' ? "data" : set)
		?: nc_json_required(in, at, "op", "", put_set_verb)
		?: nc_json_required(in, at, set, " ", put_set_name)
		?: nc_json_required(in, at, "elem", " { ", nc_json_put_expr)
		?: nc_json_optional(in, at, "stmt", " ", nc_json_put_stmts);

	if (r == 0 && *set == 'm')
		r = nc_json_required(in, at, "data", " : ", nc_json_put_expr);
	fputs(" }", in->out);
	return r;
}

static int put_meter(struct nc_json_input *in, const struct nc_json_at *at)
{
	int r = nc_json_keys(in, at, "name", "key", "stmt", "size")
		?: nc_json_required(in, at, "name", "meter ", nc_json_put_name)
		?: nc_json_optional(in, at, "size", " size ", nc_json_put_number)
		?: nc_json_required(in, at, "key", " { ", nc_json_put_expr)
		?: nc_json_required(in, at, "stmt", " ", nc_json_put_stmt);

	fputs(" }", in->out);
	return r;
}

/* --- log, and where packets go ------------------------------------------------------------------------------ */

static int put_log_flag(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_put_choice(in, at,
				  (const char *const[]){"tcp sequence", "tcp options", "ip options",
							"skuid", "ether", "all", NULL});
}

static int put_log_flags(struct nc_json_input *in, const struct nc_json_at *at)
{
	int r = 0;

	if (!nc_json_is_kind(at, json_type_array))
		return put_log_flag(in, at);
	for (size_t i = 0; i < nc_json_length(at) && r == 0; i++) {
		struct nc_json_at item = nc_json_item(at, i);
		struct nc_json_at before = i ? nc_json_item(at, i - 1) : item;

		/* The flags of TCP are one word's list in nft's own listing. */
		if (i && nc_json_is_text(&before, "tcp sequence") &&
		    nc_json_is_text(&item, "tcp options")) {
			fputs(",options", in->out);
			continue;
		}
		if (i)
			fputs(" flags ", in->out);
		r = put_log_flag(in, &item);
	}
	return r;
}

static int put_log_level(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_put_choice(in, at,
				  (const char *const[]){"emerg", "alert", "crit", "err", "warn",
							"notice", "info", "debug", "audit", NULL});
}

static int put_log(struct nc_json_input *in, const struct nc_json_at *at)
{
	fputs("log", in->out);
	if (!at->value)
		return 0;
	return nc_json_keys(in, at, "prefix", "group", "snaplen", "queue-threshold", "level",
			    "flags")
		       ?: nc_json_optional(in, at, "prefix", " prefix ", nc_json_put_quoted)
		       ?: nc_json_optional(in, at, "group", " group ", nc_json_put_number)
		       ?: nc_json_optional(in, at, "snaplen", " snaplen ", nc_json_put_number)
		       ?: nc_json_optional(in, at, "queue-threshold", " queue-threshold ",
					   nc_json_put_number)
		       ?: nc_json_optional(in, at, "level", " level ", put_log_level)
		       ?: nc_json_optional(in, at, "flags", " flags ", put_log_flags);
}

/* A device by its name, or what tells it. */
static int put_device(struct nc_json_input *in, const struct nc_json_at *at)
{
	if (nc_json_is_kind(at, json_type_string))
		return nc_json_put_quoted(in, at);
	return nc_json_put_expr(in, at);
}

static int put_family(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_put_choice(in, at, (const char *const[]){"ip", "ip6", NULL});
}

static int put_fwd(struct nc_json_input *in, const struct nc_json_at *at)
{
	int r = nc_json_keys(in, at, "dev", "family", "addr");

	if (r < 0 || (!nc_json_has(at, "addr") && !nc_json_has(at, "family")))
		return r ?: nc_json_required(in, at, "dev", "fwd to ", put_device);
	return nc_json_required(in, at, "family", "fwd ", put_family)
		       ?: nc_json_required(in, at, "addr", " to ", nc_json_put_expr)
		       ?: nc_json_required(in, at, "dev", " device ", put_device);
}

/* In family netdev the address of dup is a device. */
static int put_dup(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_keys(in, at, "addr", "dev")
		       ?: nc_json_required(in, at, "addr", "dup to ", put_device)
		       ?: nc_json_optional(in, at, "dev", " device ", put_device);
}

static int put_reject_type(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_put_choice(
		in, at, (const char *const[]){"tcp reset", "icmpx", "icmp", "icmpv6", NULL});
}

static int put_reject(struct nc_json_input *in, const struct nc_json_at *at)
{
	fputs("reject", in->out);
	if (!at->value)
		return 0;
	return nc_json_keys(in, at, "type", "expr")
		       ?: nc_json_optional(in, at, "type", " with ", put_reject_type)
		       ?: nc_json_optional(in, at, "expr", " ", nc_json_put_expr);
}

/* A TCP option stripped off. */
static int put_reset(struct nc_json_input *in, const struct nc_json_at *at)
{
	fputs("reset ", in->out);
	if (!nc_json_has(at, "tcp option"))
		return nc_json_error(in, at, "a TCP option is expected here");
	return nc_json_put_expr(in, at);
}

/* --- choosing ------------------------------------------------------------------------------------------ */

static const struct {
	const char *key;
	nc_json_put_fn *put;
	bool stateful;
} stmts[] = {
	{"accept", put_verdict, false},	  {"drop", put_verdict, false},
	{"continue", put_verdict, false}, {"return", put_verdict, false},
	{"jump", put_jump, false},	  {"goto", put_jump, false},
	{"match", put_match, false},	  {"counter", put_counter, true},
	{"mangle", put_mangle, false},	  {"quota", put_quota, true},
	{"limit", put_limit, true},	  {"fwd", put_fwd, false},
	{"dup", put_dup, false},	  {"log", put_log, false},
	{"set", put_set_change, false},	  {"map", put_set_change, false},
	{"vmap", put_vmap, false},	  {"meter", put_meter, false},
	{"notrack", put_verdict, false},  {"reject", put_reject, false},
	{"reset", put_reset, false},	  {"ct count", put_ct_count, true},
	{"last", put_last, true},
};

/* Statements of the schema that have no place in family netdev, or that nft itself cannot read back. */
static const struct {
	const char *key, *why;
} refused[] = {
	{"snat", "addresses are not translated in family netdev"},
	{"dnat", "addresses are not translated in family netdev"},
	{"masquerade", "addresses are not translated in family netdev"},
	{"redirect", "addresses are not translated in family netdev"},
	{"tproxy", "there are no sockets yet in family netdev"},
	{"queue", "packets are not queued in family netdev"},
	{"synproxy", "there is no connection tracking in family netdev"},
	{"ct helper", "there is no connection tracking in family netdev"},
	{"ct timeout", "there is no connection tracking in family netdev"},
	{"ct expectation", "there is no connection tracking in family netdev"},
	{"flow", "there are no flowtables in family netdev"},
	{"secmark", "there are no security marks in family netdev"},
	{"xt", "a statement of iptables-nft: nft cannot read it either"},
};

int nc_json_put_stmt(struct nc_json_input *in, const struct nc_json_at *at)
{
	struct nc_json_at body;
	char shown[NC_JSON_SHOW];
	int r;

	if (nc_json_is_kind(at, json_type_string))
		return nc_json_error(in, at,
				     "a statement that nft listed as text, having no JSON for it");
	r = nc_json_only(in, at, &body);
	if (r < 0)
		return r;
	for (size_t i = 0; i < N(stmts); i++) {
		if (strcmp(stmts[i].key, body.key) == 0)
			return stmts[i].put(in, &body);
	}
	for (size_t i = 0; i < N(refused); i++) {
		if (strcmp(refused[i].key, body.key) == 0)
			return nc_json_error(in, &body, "%s", refused[i].why);
	}
	return nc_json_error(in, &body, "\"%s\" is not a statement", nc_json_show(body.key, shown));
}

int nc_json_put_stateful(struct nc_json_input *in, const struct nc_json_at *at)
{
	for (size_t i = 0; i < N(stmts); i++) {
		if (stmts[i].stateful && strcmp(stmts[i].key, at->key) == 0)
			return stmts[i].put(in, at);
	}
	return nc_json_error(in, at, "this is no statement with a state");
}
