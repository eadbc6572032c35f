/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON expressions that name what is read: fields of headers, what comes with the packet, numbers made from it. Called by
 * json_expr.c. Names are passed on as they are: the parser knows them.
 */
#include <string.h>

#include "lang/json_input.h"

static int put_base(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_put_choice(in, at, (const char *const[]){"ll", "nh", "th", "ih", NULL});
}

static int put_payload(struct nc_json_input *in, const struct nc_json_at *at)
{
	if (nc_json_has(at, "base"))
		return nc_json_keys(in, at, "base", "offset", "len")
			       ?: nc_json_required(in, at, "base", "@", put_base)
			       ?: nc_json_required(in, at, "offset", ",", nc_json_put_number)
			       ?: nc_json_required(in, at, "len", ",", nc_json_put_number);
	return nc_json_keys(in, at, "protocol", "field")
		       ?: nc_json_required(in, at, "protocol", "", nc_json_put_name)
		       ?: nc_json_required(in, at, "field", " ", nc_json_put_words);
}

/* A header with no field named is asked about its existence. */
static int put_exthdr(struct nc_json_input *in, const struct nc_json_at *at)
{
	const char *before = nc_json_has(at, "field") ? "" : "exthdr ";
	int r = nc_json_keys(in, at, "name", "field", "offset")
		?: nc_json_required(in, at, "name", before, nc_json_put_name)
		?: nc_json_optional(in, at, "field", " ", nc_json_put_words)
		?: nc_json_optional(in, at, "offset", "[", nc_json_put_number);

	if (nc_json_has(at, "offset"))
		putc(']', in->out);
	return r;
}

/* The first byte of an option, or nothing of it, stands for the option itself. */
static bool is_whole_option(struct nc_json_input *in, const struct nc_json_at *at)
{
	struct nc_json_at offset = nc_json_member(at, "offset"), length = nc_json_member(at, "len");
	uint64_t first = 1, bits = 1;

	return offset.there && length.there && nc_json_number(in, &offset, &first) == 0 &&
	       nc_json_number(in, &length, &bits) == 0 && !first && (!bits || bits == 8);
}

static int put_tcp_option(struct nc_json_input *in, const struct nc_json_at *at)
{
	if (nc_json_has(at, "base") && is_whole_option(in, at))
		return nc_json_keys(in, at, "base", "offset", "len")
			       ?: nc_json_required(in, at, "base", "tcp option ",
						   nc_json_put_number);
	if (nc_json_has(at, "base"))
		return nc_json_keys(in, at, "base", "offset", "len")
			       ?: nc_json_required(in, at, "base", "tcp option @",
						   nc_json_put_number)
			       ?: nc_json_required(in, at, "offset", ",", nc_json_put_number)
			       ?: nc_json_required(in, at, "len", ",", nc_json_put_number);
	return nc_json_keys(in, at, "name", "field")
		       ?: nc_json_required(in, at, "name", "tcp option ", nc_json_put_name)
		       ?: nc_json_optional(in, at, "field", " ", nc_json_put_words);
}

static int put_ip_option(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_keys(in, at, "name", "field")
		       ?: nc_json_required(in, at, "name", "ip option ", nc_json_put_name)
		       ?: nc_json_optional(in, at, "field", " ", nc_json_put_words);
}

static int put_sctp_chunk(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_keys(in, at, "name", "field")
		       ?: nc_json_required(in, at, "name", "sctp chunk ", nc_json_put_name)
		       ?: nc_json_optional(in, at, "field", " ", nc_json_put_words);
}

static int put_meta(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_keys(in, at, "key")
		       ?: nc_json_required(in, at, "key", "meta ", nc_json_put_name);
}

static int put_rt(struct nc_json_input *in, const struct nc_json_at *at)
{
	fputs("rt", in->out);
	return nc_json_keys(in, at, "key", "family")
		       ?: nc_json_optional(in, at, "family", " ", nc_json_put_name)
		       ?: nc_json_required(in, at, "key", " ", nc_json_put_name);
}

static int put_ct(struct nc_json_input *in, const struct nc_json_at *at)
{
	fputs("ct", in->out);
	return nc_json_keys(in, at, "key", "family", "dir")
		       ?: nc_json_optional(in, at, "dir", " ", nc_json_put_name)
		       ?: nc_json_optional(in, at, "family", " ", nc_json_put_name)
		       ?: nc_json_required(in, at, "key", " ", nc_json_put_words);
}

static int put_socket(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_keys(in, at, "key", "level")
		       ?: nc_json_required(in, at, "key", "socket ", nc_json_put_name)
		       ?: nc_json_optional(in, at, "level", " level ", nc_json_put_number);
}

static int put_osf(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_keys(in, at, "key", "ttl")
		       ?: nc_json_optional(in, at, "ttl", "osf ttl ", nc_json_put_name)
		       ?: nc_json_required(in, at, "key", nc_json_has(at, "ttl") ? " " : "osf ",
					   nc_json_put_name);
}

static int put_ipsec(struct nc_json_input *in, const struct nc_json_at *at)
{
	fputs("ipsec", in->out);
	return nc_json_keys(in, at, "key", "family", "dir", "spnum")
		       ?: nc_json_required(in, at, "dir", " ", nc_json_put_name)
		       ?: nc_json_optional(in, at, "spnum", " spnum ", nc_json_put_number)
		       ?: nc_json_optional(in, at, "family", " ", nc_json_put_name)
		       ?: nc_json_required(in, at, "key", " ", nc_json_put_name);
}

/* Flags are one or an array: "saddr . iif". */
static int put_fib_flags(struct nc_json_input *in, const struct nc_json_at *at)
{
	int r = 0;

	if (!nc_json_is_kind(at, json_type_array))
		return nc_json_put_name(in, at);
	for (size_t i = 0; i < nc_json_length(at) && r == 0; i++) {
		struct nc_json_at item = nc_json_item(at, i);

		if (i)
			fputs(" . ", in->out);
		r = nc_json_put_name(in, &item);
	}
	return r;
}

static int put_fib(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_keys(in, at, "result", "flags")
		       ?: nc_json_required(in, at, "flags", "fib ", put_fib_flags)
		       ?: nc_json_required(in, at, "result", " ", nc_json_put_name);
}

static int put_numgen(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_keys(in, at, "mode", "mod", "offset")
		       ?: nc_json_required(in, at, "mode", "numgen ", nc_json_put_name)
		       ?: nc_json_required(in, at, "mod", " mod ", nc_json_put_number)
		       ?: nc_json_optional(in, at, "offset", " offset ", nc_json_put_number);
}

static int put_jhash(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_keys(in, at, "mod", "offset", "expr", "seed")
		       ?: nc_json_required(in, at, "expr", "jhash ", nc_json_put_operand)
		       ?: nc_json_required(in, at, "mod", " mod ", nc_json_put_number)
		       ?: nc_json_optional(in, at, "seed", " seed ", nc_json_put_number)
		       ?: nc_json_optional(in, at, "offset", " offset ", nc_json_put_number);
}

static int put_symhash(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_keys(in, at, "mod", "offset")
		       ?: nc_json_required(in, at, "mod", "symhash mod ", nc_json_put_number)
		       ?: nc_json_optional(in, at, "offset", " offset ", nc_json_put_number);
}

static const struct {
	const char *key;
	nc_json_put_fn *put;
} fields[] = {
	{"payload", put_payload},
	{"exthdr", put_exthdr},
	{"tcp option", put_tcp_option},
	{"ip option", put_ip_option},
	{"sctp chunk", put_sctp_chunk},
	{"meta", put_meta},
	{"rt", put_rt},
	{"ct", put_ct},
	{"socket", put_socket},
	{"osf", put_osf},
	{"ipsec", put_ipsec},
	{"fib", put_fib},
	{"numgen", put_numgen},
	{"jhash", put_jhash},
	{"symhash", put_symhash},
};

int nc_json_put_field(struct nc_json_input *in, const struct nc_json_at *at)
{
	char shown[NC_JSON_SHOW];

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (strcmp(fields[i].key, at->key) == 0)
			return fields[i].put(in, at);
	}
	return nc_json_error(in, at, "\"%s\" is not an expression", nc_json_show(at->key, shown));
}

bool nc_json_is_bits(const struct nc_json_at *expr)
{
	struct nc_json_at payload = nc_json_member(expr, "payload");
	struct nc_json_at field = nc_json_member(&payload, "field");

	return nc_json_has(expr, "&") || nc_json_has(expr, "|") || nc_json_has(expr, "^") ||
	       nc_json_has(expr, "<<") || nc_json_has(expr, ">>") ||
	       nc_json_is_text(&field, "flags") || nc_json_has(expr, "ct");
}
