/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of the model as nft writes them. Called by the printer and by JSON; the inverse of eval_value.c. */
#include <arpa/inet.h>
#include <string.h>

#include "lang/print.h"

const char *nc_value_symbol(enum nc_type type, nc_num value)
{
	const struct nc_type_info *info = nc_type_info(type);

	if (info->numeric)
		return NULL;
	for (const struct nc_symbol *symbol = info->symbols; symbol && symbol->name; symbol++) {
		if (symbol->value == value)
			return symbol->name;
	}
	return NULL;
}

static void to_bytes(nc_num number, unsigned char *bytes, size_t n)
{
	for (; n; number >>= 8)
		bytes[--n] = number;
}

void nc_format_number(enum nc_type type, nc_num value, char text[NC_VALUE_SIZE])
{
	unsigned char bytes[16];

	switch (type) {
	case NC_TYPE_IPV4_ADDR:
		to_bytes(value, bytes, 4);
		inet_ntop(AF_INET, bytes, text, NC_VALUE_SIZE);
		break;
	case NC_TYPE_IPV6_ADDR:
		to_bytes(value, bytes, 16);
		inet_ntop(AF_INET6, bytes, text, NC_VALUE_SIZE);
		break;
	case NC_TYPE_ETHER_ADDR:
		to_bytes(value, bytes, 6);
		snprintf(text, NC_VALUE_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1],
			 bytes[2], bytes[3], bytes[4], bytes[5]);
		break;
	case NC_TYPE_ETHER_TYPE:
		snprintf(text, NC_VALUE_SIZE, "0x%04x", (unsigned)value);
		break;
	case NC_TYPE_TCP_FLAG:
		snprintf(text, NC_VALUE_SIZE, "0x%x", (unsigned)value);
		break;
	default:
		snprintf(text, NC_VALUE_SIZE, "%u", (unsigned)value);
	}
}

/* Every bit of a flags byte has a name. */
static void format_flags(nc_num value, const char *separator, char text[NC_VALUE_SIZE])
{
	size_t n = 0;

	for (nc_num bit = 1; bit <= value; bit <<= 1) {
		if (value & bit)
			n += snprintf(text + n, NC_VALUE_SIZE - n, "%s%s", n ? separator : "",
				      nc_value_symbol(NC_TYPE_TCP_FLAG, bit));
	}
}

void nc_format_value(enum nc_type type, nc_num value, const char *separator, unsigned flags,
		     char text[NC_VALUE_SIZE])
{
	const char *symbol = nc_value_symbol(type, value);

	if (flags & NC_PRINT_NUMERIC)
		nc_format_number(type, value, text);
	else if (type == NC_TYPE_TCP_FLAG && value)
		format_flags(value, separator, text);
	else if (symbol)
		snprintf(text, NC_VALUE_SIZE, "%s", symbol);
	else
		nc_format_number(type, value, text);
}

int nc_interval_prefix(enum nc_type type, const struct nc_interval *interval)
{
	nc_num span = interval->high - interval->low;
	int length = nc_type_info(type)->bits;

	if (!nc_type_info(type)->prefixes || !span || (span & (span + 1)) || (interval->low & span))
		return -1;
	for (; span; span >>= 1)
		length--;
	return length;
}

/* Symbols cannot stand in ranges: nft would read "echo-reply-echo-request" as one word. */
static void format_range(enum nc_type type, const struct nc_interval *interval,
			 char text[NC_VALUE_SIZE])
{
	char low[NC_VALUE_SIZE], high[NC_VALUE_SIZE];

	nc_format_number(type, interval->low, low);
	nc_format_number(type, interval->high, high);
	snprintf(text, NC_VALUE_SIZE, "%.60s-%.60s", low, high);
}

void nc_format_interval(enum nc_type type, const struct nc_interval *interval, unsigned flags,
			char text[NC_VALUE_SIZE])
{
	int prefix = nc_interval_prefix(type, interval);

	if (interval->low == interval->high) {
		nc_format_value(type, interval->low, " | ", flags, text);
	} else if (prefix < 0) {
		format_range(type, interval, text);
	} else {
		nc_format_number(type, interval->low, text);
		snprintf(text + strlen(text), NC_VALUE_SIZE - strlen(text), "/%d", prefix);
	}
}

const char *nc_match_order(const struct nc_match *match, nc_num *ret_value)
{
	const struct nc_interval *range = &match->values.v[0].interval;

	switch (match->order) {
	case NC_ORDER_LT:
		*ret_value = range->high + 1;
		return "<";
	case NC_ORDER_LE:
		*ret_value = range->high;
		return "<=";
	case NC_ORDER_GT:
		*ret_value = range->low - 1;
		return ">";
	default:
		*ret_value = range->low;
		return ">=";
	}
}

enum nc_flags_form nc_match_flags_form(const struct nc_match *match)
{
	if (!match->values.v[0].interval.low)
		return NC_FLAGS_NONE_OF;
	return match->mask & (match->mask - 1) ? NC_FLAGS_SLASH : NC_FLAGS_AND;
}
