/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values: words of the text into numbers of a type. Called for every value of a match and every element of a set. No
 * name is looked up outside of the tables of types.h.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "lang/eval.h"
#include "lang/words.h"

static const char *article(const char *noun)
{
	return strchr("AEIOUaeio", *noun) ? "an" : "a";
}

static nc_num from_bytes(const unsigned char *bytes, size_t n)
{
	nc_num number = 0;

	for (size_t i = 0; i < n; i++)
		number = number << 8 | bytes[i];
	return number;
}

static bool parse_address(int family, size_t length, const char *text, nc_num *ret)
{
	unsigned char bytes[16];

	if (inet_pton(family, text, bytes) != 1)
		return false;
	*ret = from_bytes(bytes, length);
	return true;
}

/* Six groups of one or two hexadecimal digits. */
static bool parse_ether(const char *text, nc_num *ret)
{
	unsigned char bytes[6];
	int end = 0;

	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &bytes[0], &bytes[1], &bytes[2],
		   &bytes[3], &bytes[4], &bytes[5], &end) != 6 ||
	    text[end])
		return false;
	*ret = from_bytes(bytes, sizeof(bytes));
	return true;
}

static bool find_symbol(const struct nc_symbol *symbols, const char *text, nc_num *ret)
{
	for (const struct nc_symbol *symbol = symbols; symbol && symbol->name; symbol++) {
		if (nc_same_word(symbol->name, text)) {
			*ret = symbol->value;
			return true;
		}
	}
	return false;
}

/* What a value that is none looks like, for saying what to do. */
static const char *hint(enum nc_type type, const char *text)
{
	nc_num unused;

	if (type != NC_TYPE_IPV6_ADDR && parse_address(AF_INET6, 16, text, &unused))
		return ", it is an IPv6 address";
	if (type != NC_TYPE_IPV4_ADDR && parse_address(AF_INET, 4, text, &unused))
		return ", it is an IPv4 address";
	if (type != NC_TYPE_ETHER_ADDR && parse_ether(text, &unused))
		return ", it is an Ethernet address";
	if (type == NC_TYPE_IPV4_ADDR || type == NC_TYPE_IPV6_ADDR)
		return *text >= '0' && *text <= '9' ? "" : "; netctl does not resolve host names";
	if (type == NC_TYPE_TIME)
		return "; write \"2030-12-31 23:59:59\"";
	if (type == NC_TYPE_HOUR)
		return "; write \"23:59\"";
	if (type == NC_TYPE_INET_SERVICE)
		return " or the name of a service that netctl knows; write its number";
	return "";
}

static int refuse_value(const struct nc_expr *expr, struct nc_key_part part, struct nc_diag *diag)
{
	const char *noun = nc_type_info(part.type)->description;

	if (nc_word_reserved(expr->text) && !expr->quoted)
		return nc_diag_error(diag, &expr->loc, "unexpected '%s', expected %s %s",
				     expr->text, article(noun), noun);
	return nc_diag_error(diag, &expr->loc, "'%.60s' is not %s %s%s", expr->text, article(noun),
			     noun, hint(part.type, expr->text));
}

/* Digits of a base. *ret_all: nothing else stands behind them. */
static bool read_digits(const char *text, unsigned base, nc_num *ret, bool *ret_all)
{
	nc_num value = 0;
	bool fits = true;

	for (; *text; text++) {
		unsigned digit = *text >= '0' && *text <= '9'	? *text - '0'
				 : *text >= 'a' && *text <= 'f' ? *text - 'a' + 10
				 : *text >= 'A' && *text <= 'F' ? *text - 'A' + 10
								: 16;

		if (digit >= base)
			break;
		if (value > (~(nc_num)0 - digit) / base)
			fits = false;
		value = value * base + digit;
	}
	*ret_all = !*text;
	*ret = value;
	return fits;
}

static int refuse_range(const struct nc_expr *expr, struct nc_key_part part, struct nc_diag *diag)
{
	const char *noun = nc_type_info(part.type)->description;
	nc_num max = nc_num_max(part.bits);

	if (part.bits > 64)
		return nc_diag_error(diag, &expr->loc, "%.60s is out of range: it has %u bits",
				     expr->text, part.bits);
	return nc_diag_error(diag, &expr->loc, "%.60s is out of range: %s %s is 0 to %" PRIu64,
			     expr->text, article(noun), noun, (uint64_t)max);
}

/* Decimal or 0x…. nft reads a leading 0 as octal, which nobody means: refused. */
static int parse_number(const struct nc_expr *expr, struct nc_key_part part, nc_num *ret,
			struct nc_diag *diag)
{
	const char *text = expr->text;
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X'), all, fits;
	nc_num value;

	if (*text < '0' || *text > '9')
		return refuse_value(expr, part, diag);
	if (*text == '0' && text[1] && !hex)
		return nc_diag_error(diag, &expr->loc,
				     "'%.60s' begins with 0, which nft reads as octal; write it "
				     "decimal, or hexadecimal with 0x",
				     text);
	fits = read_digits(hex ? text + 2 : text, hex ? 16 : 10, &value, &all);
	if (!all || (hex && !text[2]))
		return refuse_value(expr, part, diag);
	if (!fits || value > nc_num_max(part.bits))
		return refuse_range(expr, part, diag);
	*ret = value;
	return 0;
}

/* "1:20": two halves of hexadecimal digits. */
static bool parse_class(const char *text, nc_num *ret)
{
	unsigned major, minor;
	int end = 0;

	if (strcmp(text, "none") == 0)
		*ret = 0;
	else if (strcmp(text, "root") == 0)
		*ret = UINT32_MAX;
	else if (sscanf(text, "%4x:%4x%n", &major, &minor, &end) == 2 && !text[end])
		*ret = major << 16 | minor;
	else
		return false;
	return true;
}

/* The bytes of a name, the first most significant. */
static nc_num from_name(const char *text, size_t length)
{
	unsigned char bytes[16] = {};

	memcpy(bytes, text, length);
	return from_bytes(bytes, sizeof(bytes));
}

static int parse_name(const struct nc_expr *expr, struct nc_key_part part, nc_num *ret,
		      struct nc_diag *diag)
{
	size_t length = strlen(expr->text);

	if (!length || length > 15 || strpbrk(expr->text, "/ \t"))
		return nc_diag_error(diag, &expr->loc,
				     "'%.60s' cannot be %s: names have 1 to 15 bytes, no blank or "
				     "'/'",
				     expr->text, "an interface");
	if (part.type == NC_TYPE_IFACE_INDEX && *expr->text >= '0' && *expr->text <= '9' &&
	    !expr->quoted)
		return nc_diag_error(diag, &expr->loc,
				     "write the interface's name: numbers change when it is made "
				     "anew");
	if (expr->text[length - 1] == '*')
		return nc_diag_error(diag, &expr->loc,
				     part.type == NC_TYPE_IFACE_INDEX
					     ? "wildcards are for iifname and oifname"
					     : "a wildcard cannot stand here, only a name");
	*ret = from_name(expr->text, length);
	return 0;
}

static int eval_text(const struct nc_expr *expr, struct nc_key_part part, nc_num *ret,
		     struct nc_diag *diag)
{
	bool parsed;

	switch (part.type) {
	case NC_TYPE_IPV4_ADDR:
		parsed = parse_address(AF_INET, 4, expr->text, ret);
		break;
	case NC_TYPE_IPV6_ADDR:
		parsed = parse_address(AF_INET6, 16, expr->text, ret);
		break;
	case NC_TYPE_ETHER_ADDR:
		parsed = parse_ether(expr->text, ret);
		break;
	case NC_TYPE_IFNAME:
	case NC_TYPE_IFACE_INDEX:
		return parse_name(expr, part, ret, diag);
	case NC_TYPE_TIME:
		if (!expr->quoted)
			return parse_number(expr, part, ret, diag) ?: (*ret *= 1000000000, 0);
		parsed = nc_read_date(expr->text, ret);
		break;
	case NC_TYPE_HOUR:
		if (!expr->quoted)
			return parse_number(expr, part, ret, diag);
		parsed = nc_read_hour(expr->text, ret);
		break;
	case NC_TYPE_CLASSID:
		if (!strchr(expr->text, ':') && *expr->text >= '0' && *expr->text <= '9')
			return parse_number(expr, part, ret, diag);
		parsed = parse_class(expr->text, ret);
		break;
	default:
		if (find_symbol(nc_type_info(part.type)->symbols, expr->text, ret))
			return 0;
		return parse_number(expr, part, ret, diag);
	}
	return parsed ? 0 : refuse_value(expr, part, diag);
}

/* "syn | ack": all of the items' bits. */
static int eval_union(const struct nc_expr *expr, struct nc_key_part part, nc_num *ret,
		      struct nc_diag *diag)
{
	nc_num bits = 0;

	if (part.type == NC_TYPE_IPV4_ADDR || part.type == NC_TYPE_IPV6_ADDR ||
	    part.type == NC_TYPE_INET_SERVICE || part.type == NC_TYPE_INET_PROTO)
		return nc_diag_error(diag, &expr->loc, "only flags can be joined with '|', not %ss",
				     nc_type_info(part.type)->description);
	for (const struct nc_expr *item = expr->items; item; item = item->next) {
		nc_num value;
		int r = nc_eval_value(item, part, &value, diag);

		if (r < 0)
			return r;
		bits |= value;
	}
	*ret = bits;
	return 0;
}

/* Constants computed at once. */
static int eval_pair(const struct nc_expr *expr, struct nc_key_part part, nc_num *ret,
		     struct nc_diag *diag)
{
	const struct nc_key_part count = {.type = NC_TYPE_INTEGER, .bits = 8};
	bool shift = expr->kind == NC_EXPR_LSHIFT || expr->kind == NC_EXPR_RSHIFT;
	nc_num left, right;
	int r = nc_eval_value(expr->left, part, &left, diag);

	if (r == 0)
		r = nc_eval_value(expr->right, shift ? count : part, &right, diag);
	if (r < 0)
		return r;
	switch (expr->kind) {
	case NC_EXPR_AND:
		*ret = left & right;
		break;
	case NC_EXPR_XOR:
		*ret = left ^ right;
		break;
	case NC_EXPR_LSHIFT:
		*ret = right < part.bits ? (left << right) & nc_num_max(part.bits) : 0;
		break;
	default:
		*ret = right < part.bits ? left >> right : 0;
	}
	return 0;
}

/* Several values where one is needed. */
static int refuse_list(const struct nc_expr *expr, struct nc_diag *diag)
{
	return nc_diag_error(diag, &expr->loc,
			     "several values need braces: { a, b } matches any of them");
}

int nc_eval_value(const struct nc_expr *expr, struct nc_key_part part, nc_num *ret,
		  struct nc_diag *diag)
{
	switch (expr->kind) {
	case NC_EXPR_VALUE:
		return eval_text(expr, part, ret, diag);
	case NC_EXPR_OR:
		return eval_union(expr, part, ret, diag);
	case NC_EXPR_AND:
	case NC_EXPR_XOR:
	case NC_EXPR_LSHIFT:
	case NC_EXPR_RSHIFT:
		return eval_pair(expr, part, ret, diag);
	case NC_EXPR_LIST:
		if (part.type == NC_TYPE_TCP_FLAG)
			return eval_union(expr, part, ret, diag);
		return refuse_list(expr, diag);
	case NC_EXPR_RANGE:
		return nc_diag_error(diag, &expr->loc, "a range cannot stand here, only a value");
	case NC_EXPR_SLASH:
		return nc_diag_error(diag, &expr->loc, "a prefix cannot stand here, only a value");
	case NC_EXPR_CONCAT:
		return nc_diag_error(diag, &expr->loc,
				     "a concatenation cannot stand here, only a value");
	case NC_EXPR_FIELD:
		return nc_diag_error(diag, &expr->loc,
				     "a field cannot stand here: what packets are compared with "
				     "must be constant");
	case NC_EXPR_ANY:
		return nc_diag_error(diag, &expr->loc, "'*' cannot stand here, only a value");
	default:
		return nc_diag_error(diag, &expr->loc, "a set cannot stand here, only a value");
	}
}

int nc_eval_operand(const struct nc_expr *expr, struct nc_key_part part, nc_num *ret,
		    struct nc_diag *diag)
{
	if (part.type == NC_TYPE_IPV4_ADDR && expr->kind == NC_EXPR_VALUE && *expr->text >= '0' &&
	    *expr->text <= '9' && !strchr(expr->text, '.'))
		part.type = NC_TYPE_INTEGER;
	return nc_eval_value(expr, part, ret, diag);
}

static int eval_range(const struct nc_expr *expr, struct nc_key_part part, struct nc_interval *ret,
		      struct nc_diag *diag)
{
	struct nc_interval range;
	int low = nc_eval_value(expr->left, part, &range.low, diag);
	int high = nc_eval_value(expr->right, part, &range.high, diag);

	if (low < 0 || high < 0)
		return low < 0 ? low : high;
	if (range.low > range.high)
		return nc_diag_error(diag, &expr->loc,
				     "this range is empty: its end is below its beginning");
	*ret = range;
	return 0;
}

static int eval_prefix_length(const struct nc_expr *expr, unsigned bits, unsigned *ret,
			      struct nc_diag *diag)
{
	unsigned length;
	int end = 0;

	if (expr->kind != NC_EXPR_VALUE || sscanf(expr->text, "%3u%n", &length, &end) != 1 ||
	    expr->text[end] || length > bits)
		return nc_diag_error(diag, &expr->loc,
				     "this is not a prefix length: 0 to %u bits are possible",
				     bits);
	*ret = length;
	return 0;
}

/* Host bits are masked off, as nft does. */
static int eval_prefix(const struct nc_expr *expr, struct nc_key_part part, struct nc_interval *ret,
		       enum nc_written *ret_written, struct nc_diag *diag)
{
	const struct nc_type_info *info = nc_type_info(part.type);
	nc_num address, host;
	unsigned length = 0;
	int r;

	if (!info->prefixes)
		return nc_diag_error(diag, &expr->loc,
				     "only addresses have prefixes, and %s %s is none",
				     article(info->description), info->description);
	r = nc_eval_value(expr->left, part, &address, diag);
	if (r < 0)
		return r;
	r = eval_prefix_length(expr->right, part.bits, &length, diag);
	if (r < 0)
		return r;
	host = length < part.bits ? nc_num_max(part.bits) >> length : 0;
	*ret = (struct nc_interval){.low = address & ~host, .high = address | host};
	*ret_written = host ? NC_WRITTEN_PREFIX : NC_WRITTEN_VALUE;
	return 0;
}

/* "eth*": every name that begins so. */
static bool eval_wildcard(const struct nc_expr *expr, struct nc_key_part part,
			  struct nc_interval *ret)
{
	size_t length;

	if (expr->kind != NC_EXPR_VALUE || part.type != NC_TYPE_IFNAME)
		return false;
	length = strlen(expr->text);
	if (!length || length > 15 || expr->text[length - 1] != '*')
		return false;
	ret->low = from_name(expr->text, length - 1);
	ret->high = ret->low | ~(nc_num)0 >> (length - 1) * 8;
	return true;
}

int nc_eval_interval(const struct nc_expr *expr, struct nc_key_part part, struct nc_interval *ret,
		     enum nc_written *ret_written, struct nc_diag *diag)
{
	nc_num value;
	int r;

	if (eval_wildcard(expr, part, ret)) {
		*ret_written = NC_WRITTEN_PREFIX;
		return 0;
	}
	switch (expr->kind) {
	case NC_EXPR_RANGE:
		*ret_written = NC_WRITTEN_RANGE;
		return eval_range(expr, part, ret, diag);
	case NC_EXPR_SLASH:
		return eval_prefix(expr, part, ret, ret_written, diag);
	default:
		r = nc_eval_value(expr, part, &value, diag);
		if (r < 0)
			return r;
		*ret = (struct nc_interval){.low = value, .high = value};
		*ret_written = NC_WRITTEN_VALUE;
		return 0;
	}
}
