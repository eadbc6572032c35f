/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declared things, what follows their names in nft text: a chain's block, a rule's statements, a set's or map's block and
 * elements, a counter's, quota's or limit's value. Called for the commands that declare them.
 */
#include <string.h>

#include "lang/json_input.h"

/* "{ …; comment "…"; }" around what put writes. */
static int put_comment(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_put_quoted(in, at) ?: (putc(';', in->out), 0);
}

static int put_clause(struct nc_json_input *in, const struct nc_json_at *object, const char *key,
		      const char *before, nc_json_put_fn *put)
{
	int r = nc_json_optional(in, object, key, before, put);

	if (r == 0 && nc_json_has(object, key))
		putc(';', in->out);
	return r;
}

/* One string, or an array of them with between. */
static int put_strings(struct nc_json_input *in, const struct nc_json_at *at, const char *between,
		       nc_json_put_fn *put)
{
	int r = 0;

	if (!nc_json_is_kind(at, json_type_array))
		return put(in, at);
	if (!nc_json_length(at))
		return nc_json_error(in, at, "this array is empty");
	for (size_t i = 0; i < nc_json_length(at) && r == 0; i++) {
		struct nc_json_at item = nc_json_item(at, i);

		if (i)
			fputs(between, in->out);
		r = put(in, &item);
	}
	return r;
}

/* --- tables, chains, rules ----------------------------------------------------------------------------- */

static int put_table_flag(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_put_choice(in, at, (const char *const[]){"dormant", "owner", NULL});
}

static int put_table_flags(struct nc_json_input *in, const struct nc_json_at *at)
{
	return put_strings(in, at, ",", put_table_flag);
}

int nc_json_put_table(struct nc_json_input *in, const struct nc_json_at *at)
{
	int r = nc_json_keys(in, at, "family", "name", "handle", "comment", "flags");

	if (r < 0 || (!nc_json_has(at, "comment") && !nc_json_has(at, "flags")))
		return r;
	fputs(" {", in->out);
	r = nc_json_optional(in, at, "comment", " comment ", put_comment)
		    ?: put_clause(in, at, "flags", " flags ", put_table_flags);
	fputs(" }", in->out);
	return r;
}

/* nft writes one device otherwise than a list that has one. */
static int put_devices(struct nc_json_input *in, const struct nc_json_at *at)
{
	int r;

	if (!nc_json_is_kind(at, json_type_array)) {
		fputs("device ", in->out);
		return nc_json_put_quoted(in, at);
	}
	fputs("devices = { ", in->out);
	r = put_strings(in, at, ", ", nc_json_put_quoted);
	fputs(" }", in->out);
	return r;
}

static int put_policy(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_put_choice(in, at, (const char *const[]){"accept", "drop", NULL});
}

static int put_hook(struct nc_json_input *in, const struct nc_json_at *at)
{
	if (!nc_json_has(at, "dev"))
		return nc_json_error(in, at,
				     "\"dev\" is missing, which nft 1.0.6 leaves out of its "
				     "listings: add the device's name");
	return nc_json_required(in, at, "type", " type ", nc_json_put_name)
		       ?: nc_json_required(in, at, "hook", " hook ", nc_json_put_name)
		       ?: nc_json_required(in, at, "dev", " ", put_devices)
		       ?: nc_json_required(in, at, "prio", " priority ", nc_json_put_integer)
		       ?: (putc(';', in->out), 0);
}

int nc_json_put_chain(struct nc_json_input *in, const struct nc_json_at *at)
{
	bool base = nc_json_has(at, "type") || nc_json_has(at, "hook") || nc_json_has(at, "prio") ||
		    nc_json_has(at, "dev") || nc_json_has(at, "policy");
	int r = nc_json_keys(in, at, "family", "table", "name", "handle", "type", "hook", "prio",
			     "dev", "policy", "comment");

	if (r < 0 || (!base && !nc_json_has(at, "comment")))
		return r;
	fputs(" {", in->out);
	r = base ? put_hook(in, at) : 0;
	r = r ?: put_clause(in, at, "policy", " policy ", put_policy)
		?: nc_json_optional(in, at, "comment", " comment ", put_comment);
	fputs(" }", in->out);
	return r;
}

int nc_json_put_rule(struct nc_json_input *in, const struct nc_json_at *at)
{
	struct nc_json_at expr;
	int r = nc_json_keys(in, at, "family", "table", "chain", "handle", "index", "comment",
			     "expr")
			?: nc_json_need(in, at, "expr", &expr);

	if (r < 0)
		return r;
	if (!nc_json_is_kind(&expr, json_type_array) || !nc_json_length(&expr))
		return nc_json_error(in, &expr, "an array with at least one statement is expected");
	putc(' ', in->out);
	return nc_json_put_stmts(in, &expr)
		       ?: nc_json_optional(in, at, "comment", " comment ", nc_json_put_quoted);
}

/* --- sets and maps ------------------------------------------------------------------------------------- */

static int put_type_name(struct nc_json_input *in, const struct nc_json_at *at)
{
	return put_strings(in, at, " . ", nc_json_put_name);
}

static bool is_typeof(const struct nc_json_at *type)
{
	return nc_json_has(type, "typeof");
}

static int put_typeof(struct nc_json_input *in, const struct nc_json_at *at)
{
	struct nc_json_at expr;

	return nc_json_keys(in, at, "typeof") ?: nc_json_need(in, at, "typeof", &expr)
		?: nc_json_put_expr(in, &expr);
}

/* What a map leads to, behind its key's type: named types and expressions do not mix. */
static int put_map_type(struct nc_json_input *in, const struct nc_json_at *key,
			const struct nc_json_at *map)
{
	static const char *const anywhere[] = {"verdict", "counter", "quota", "limit"};

	fputs(" : ", in->out);
	if (is_typeof(key) && is_typeof(map))
		return put_typeof(in, map);
	for (size_t i = 0; i < sizeof(anywhere) / sizeof(*anywhere); i++) {
		if (nc_json_is_text(map, anywhere[i]))
			return nc_json_put_name(in, map);
	}
	if (is_typeof(key) || is_typeof(map))
		return nc_json_error(in, map,
				     "\"typeof\" is said of both \"type\" and \"map\", or of "
				     "none");
	return put_type_name(in, map);
}

static int put_types(struct nc_json_input *in, const struct nc_json_at *at, bool is_map)
{
	struct nc_json_at type, map = {};
	int r = nc_json_need(in, at, "type", &type);

	if (r == 0 && is_map)
		r = nc_json_need(in, at, "map", &map);
	if (r < 0)
		return r;
	fputs(is_typeof(&type) ? " typeof " : " type ", in->out);
	r = is_typeof(&type) ? put_typeof(in, &type) : put_type_name(in, &type);
	if (r == 0 && is_map)
		r = put_map_type(in, &type, &map);
	putc(';', in->out);
	return r;
}

static int put_set_flag(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_put_choice(
		in, at, (const char *const[]){"constant", "interval", "timeout", "dynamic", NULL});
}

static int put_set_flags(struct nc_json_input *in, const struct nc_json_at *at)
{
	return put_strings(in, at, ",", put_set_flag);
}

static int put_set_policy(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_put_choice(in, at, (const char *const[]){"performance", "memory", NULL});
}

/* Elements, knowing the type: which says what is quoted. */
static int put_set_elements(struct nc_json_input *in, const struct nc_json_at *at)
{
	struct nc_json_at elem = nc_json_member(at, "elem"), type = nc_json_member(at, "type");
	struct nc_json_at expr = nc_json_member(&type, "typeof");

	if (!elem.there || (nc_json_is_kind(&elem, json_type_array) && !nc_json_length(&elem)))
		return 0;
	elem.of = expr.there ? expr.value : type.value;
	fputs(" elements = ", in->out);
	return nc_json_put_elements(in, &elem) ?: (putc(';', in->out), 0);
}

static int put_auto_merge(struct nc_json_input *in, const struct nc_json_at *at)
{
	bool merges;
	int r = nc_json_flag(in, at, "auto-merge", &merges);

	if (merges)
		fputs(" auto-merge;", in->out);
	return r;
}

static int put_set_block(struct nc_json_input *in, const struct nc_json_at *at, bool is_map)
{
	int r;

	fputs(" {", in->out);
	r = put_types(in, at, is_map)
		?: put_clause(in, at, "policy", " policy ", put_set_policy)
		?: put_clause(in, at, "size", " size ", nc_json_put_number)
		?: put_clause(in, at, "flags", " flags ", put_set_flags)
		?: put_auto_merge(in, at)
		?: put_clause(in, at, "timeout", " timeout ", nc_json_put_seconds)
		?: put_clause(in, at, "gc-interval", " gc-interval ", nc_json_put_seconds)
		?: put_clause(in, at, "stmt", " ", nc_json_put_stmts)
		?: nc_json_optional(in, at, "comment", " comment ", put_comment)
		?: put_set_elements(in, at);
	fputs(" }", in->out);
	return r;
}

int nc_json_put_set(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_keys(in, at, "family", "table", "name", "handle", "type", "policy", "flags",
			    "elem", "timeout", "gc-interval", "size", "auto-merge", "comment",
			    "stmt")
		       ?: put_set_block(in, at, false);
}

int nc_json_put_map(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_keys(in, at, "family", "table", "name", "handle", "type", "map", "policy",
			    "flags", "elem", "timeout", "gc-interval", "size", "auto-merge",
			    "comment", "stmt")
		       ?: put_set_block(in, at, true);
}

int nc_json_put_element(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_keys(in, at, "family", "table", "name", "elem")
		       ?: nc_json_required(in, at, "elem", " ", nc_json_put_elements);
}

/* --- what has a state ---------------------------------------------------------------------------------- */

int nc_json_put_counter(struct nc_json_input *in, const struct nc_json_at *at)
{
	bool counted = nc_json_has(at, "packets") || nc_json_has(at, "bytes");
	int r = nc_json_keys(in, at, "family", "table", "name", "handle", "packets", "bytes",
			     "comment");

	if (r < 0 || (!counted && !nc_json_has(at, "comment")))
		return r;
	fputs(" {", in->out);
	if (counted) {
		r = nc_json_optional(in, at, "packets", " packets ", nc_json_put_number);
		fputs(nc_json_has(at, "packets") ? "" : " packets 0", in->out);
		r = r ?: nc_json_optional(in, at, "bytes", " bytes ", nc_json_put_number);
		fputs(nc_json_has(at, "bytes") ? ";" : " bytes 0;", in->out);
	}
	r = r ?: nc_json_optional(in, at, "comment", " comment ", put_comment);
	fputs(" }", in->out);
	return r;
}

/* Bytes are what JSON counts in, here; a quota not used at all is not said to be. */
static int put_used(struct nc_json_input *in, const struct nc_json_at *at)
{
	struct nc_json_at used = nc_json_member(at, "used");
	uint64_t bytes = 0;
	int r = used.there ? nc_json_number(in, &used, &bytes) : 0;

	if (r == 0 && bytes)
		fprintf(in->out, " used %ju bytes", (uintmax_t)bytes);
	return r;
}

int nc_json_put_quota(struct nc_json_input *in, const struct nc_json_at *at)
{
	bool inverted = false;
	int r = nc_json_keys(in, at, "family", "table", "name", "handle", "bytes", "used", "inv",
			     "comment")
		?: nc_json_flag(in, at, "inv", &inverted)
		?: nc_json_required(in, at, "bytes", inverted ? " { over " : " { ",
				    nc_json_put_number);

	fputs(" bytes", in->out);
	r = r ?: put_used(in, at);
	putc(';', in->out);
	r = r ?: nc_json_optional(in, at, "comment", " comment ", put_comment);
	fputs(" }", in->out);
	return r;
}

int nc_json_put_limit(struct nc_json_input *in, const struct nc_json_at *at)
{
	int r = nc_json_keys(in, at, "family", "table", "name", "handle", "rate", "rate_unit",
			     "per", "burst", "burst_unit", "inv", "comment");

	if (r < 0)
		return r;
	fputs(" { ", in->out);
	r = nc_json_put_rate(in, at);
	putc(';', in->out);
	r = r ?: nc_json_optional(in, at, "comment", " comment ", put_comment);
	fputs(" }", in->out);
	return r;
}
