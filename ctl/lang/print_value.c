/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of the model as nft writes them. Called by the printer and by JSON; the inverse of eval_value.c. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "lang/print.h"

static const char *find_symbol(const struct nc_type_info *info, nc_num value)
{
	for (const struct nc_symbol *symbol = info->symbols; symbol && symbol->name; symbol++) {
		if (symbol->value == value)
			return symbol->name;
	}
	return NULL;
}

const char *nc_value_symbol(enum nc_type type, nc_num value)
{
	const struct nc_type_info *info = nc_type_info(type);

	return info->numeric ? NULL : find_symbol(info, value);
}

/* The name of a port, where it is asked for and has one. */
static const char *service_name(enum nc_type type, nc_num value, unsigned flags)
{
	if (type != NC_TYPE_INET_SERVICE || !(flags & NC_PRINT_SERVICES))
		return NULL;
	return find_symbol(nc_type_info(type), value);
}

static void to_bytes(nc_num number, unsigned char *bytes, size_t n)
{
	for (; n; number >>= 8)
		bytes[--n] = number;
}

void nc_format_name(nc_num value, char text[17])
{
	to_bytes(value, (unsigned char *)text, 16);
	text[16] = '\0';
}

static void format_hex(nc_num value, unsigned digits, char text[NC_VALUE_SIZE])
{
	uint64_t high = value >> 64, low = value;

	if (high)
		snprintf(text, NC_VALUE_SIZE, "0x%" PRIx64 "%016" PRIx64, high, low);
	else
		snprintf(text, NC_VALUE_SIZE, "0x%0*" PRIx64, (int)digits, low);
}

static void format_decimal(nc_num value, char text[NC_VALUE_SIZE])
{
	char digits[40];
	size_t n = sizeof(digits);

	digits[--n] = '\0';
	do {
		digits[--n] = '0' + value % 10;
		value /= 10;
	} while (value);
	memcpy(text, digits + n, sizeof(digits) - n);
}

/* Not by inet_ntop(), which is several times as slow: of ten thousand rules most have one. */
static void format_ipv4(uint32_t address, char text[NC_VALUE_SIZE])
{
	for (int shift = 24; shift >= 0; shift -= 8) {
		format_decimal(address >> shift & 0xff, text);
		text += strlen(text);
		*text++ = shift ? '.' : '\0';
	}
}

static void format_quoted(nc_num value, char text[NC_VALUE_SIZE])
{
	char name[17];

	nc_format_name(value, name);
	snprintf(text, NC_VALUE_SIZE, "\"%s\"", name);
}

static void format_class(nc_num value, char text[NC_VALUE_SIZE])
{
	snprintf(text, NC_VALUE_SIZE, "%x:%x", (unsigned)(value >> 16), (unsigned)(value & 0xffff));
}

void nc_format_number(struct nc_key_part part, nc_num value, char text[NC_VALUE_SIZE])
{
	unsigned char bytes[16];

	switch (part.type) {
	case NC_TYPE_IPV4_ADDR:
		format_ipv4(value, text);
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
	case NC_TYPE_IFNAME:
	case NC_TYPE_IFACE_INDEX:
		format_quoted(value, text);
		break;
	case NC_TYPE_CLASSID:
		format_class(value, text);
		break;
	case NC_TYPE_TIME:
		format_decimal(value / 1000000000, text);
		break;
	default:
		if (part.hex || nc_type_info(part.type)->hex_digits)
			format_hex(value, nc_type_info(part.type)->hex_digits ?: 1, text);
		else
			format_decimal(value, text);
	}
}

/* Every bit of a flags byte has a name. */
static void format_flags(nc_num value, const char *separator, bool numeric,
			 char text[NC_VALUE_SIZE])
{
	size_t n = 0;

	for (nc_num bit = 1; bit <= value; bit <<= 1) {
		if (!(value & bit))
			continue;
		n += snprintf(text + n, NC_VALUE_SIZE - n, "%s", n ? separator : "");
		if (numeric)
			n += snprintf(text + n, NC_VALUE_SIZE - n, "0x%x", (unsigned)bit);
		else
			n += snprintf(text + n, NC_VALUE_SIZE - n, "%s",
				      nc_value_symbol(NC_TYPE_TCP_FLAG, bit));
	}
}

static bool is_numeric(enum nc_type type, unsigned flags)
{
	unsigned asked = NC_PRINT_STORED;

	/* As nft: hours are always shown as such. */
	if (type != NC_TYPE_HOUR)
		asked |= NC_PRINT_NUMERIC;

	if (type == NC_TYPE_INET_PROTO)
		asked |= NC_PRINT_PROTOCOLS;
	if (type == NC_TYPE_TIME || type == NC_TYPE_DAY)
		asked |= NC_PRINT_TIMES;
	return flags & asked;
}

void nc_format_value(struct nc_key_part part, nc_num value, const char *separator, unsigned flags,
		     char text[NC_VALUE_SIZE])
{
	const char *service = service_name(part.type, value, flags);
	const char *symbol = nc_value_symbol(part.type, value);
	bool numeric = is_numeric(part.type, flags);

	/* Lists of flags stay lists: nft takes "0x2 / 0x12" for a prefix. */
	if (part.type == NC_TYPE_TCP_FLAG && value && (!numeric || *separator == ','))
		format_flags(value, separator, numeric, text);
	else if (service)
		snprintf(text, NC_VALUE_SIZE, "\"%s\"", service);
	else if (numeric && part.type != NC_TYPE_BOOLEAN)
		nc_format_number(part, value, text);
	else if (part.type == NC_TYPE_CLASSID && (value == 0 || value == UINT32_MAX))
		snprintf(text, NC_VALUE_SIZE, value ? "root" : "none");
	else if (part.type == NC_TYPE_TIME)
		nc_format_date(value, text);
	else if (part.type == NC_TYPE_HOUR)
		nc_format_hour(value, text);
	else if (symbol && part.type == NC_TYPE_DAY)
		snprintf(text, NC_VALUE_SIZE, "\"%s\"", symbol);
	else if (symbol && part.type == NC_TYPE_DEVGROUP)
		snprintf(text, NC_VALUE_SIZE, "\"%s\"", symbol);
	else if (symbol)
		snprintf(text, NC_VALUE_SIZE, "%s", symbol);
	else
		nc_format_number(part, value, text);
}

int nc_interval_prefix(struct nc_key_part part, const struct nc_interval *interval)
{
	nc_num span = interval->high - interval->low;
	int length = part.bits;

	if (!nc_type_info(part.type)->prefixes || !span || (span & (span + 1)) ||
	    (interval->low & span))
		return -1;
	for (; span; span >>= 1)
		length--;
	return length;
}

/*
 * Symbols cannot stand in ranges: nft would read "echo-reply-echo-request" as one word. Hours and dates are in quotes and
 * can.
 */
void nc_format_bound(struct nc_key_part part, nc_num value, unsigned flags,
		     char text[NC_VALUE_SIZE])
{
	if (part.type == NC_TYPE_HOUR || part.type == NC_TYPE_TIME)
		nc_format_value(part, value, "", flags, text);
	else
		nc_format_number(part, value, text);
}

static void format_range(struct nc_key_part part, const struct nc_interval *interval,
			 unsigned flags, char text[NC_VALUE_SIZE])
{
	char low[NC_VALUE_SIZE], high[NC_VALUE_SIZE];

	nc_format_bound(part, interval->low, flags, low);
	nc_format_bound(part, interval->high, flags, high);
	snprintf(text, NC_VALUE_SIZE, "%.60s-%.60s", low, high);
}

/* "eth*" in quotes. */
static void format_wildcard(const struct nc_interval *interval, char text[NC_VALUE_SIZE])
{
	char name[17];

	nc_format_name(interval->low, name);
	snprintf(text, NC_VALUE_SIZE, "\"%s*\"", name);
}

void nc_format_interval(struct nc_key_part part, const struct nc_interval *interval, unsigned flags,
			char text[NC_VALUE_SIZE])
{
	int prefix = nc_interval_prefix(part, interval);

	if (interval->low == interval->high) {
		nc_format_value(part, interval->low, " | ", flags, text);
	} else if (part.type == NC_TYPE_IFNAME) {
		format_wildcard(interval, text);
	} else if (prefix < 0) {
		format_range(part, interval, flags, text);
	} else {
		nc_format_number(part, interval->low, text);
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

/* --- numbers with units ----------------------------------------------------------------------------------- */

const char *nc_byte_unit(uint64_t bytes, uint64_t *ret_number)
{
	static const char *const units[] = {"bytes", "kbytes", "mbytes"};
	unsigned unit = 0;

	for (; unit < 2 && bytes && bytes % 1024 == 0; unit++)
		bytes /= 1024;
	*ret_number = bytes;
	return units[unit];
}

void nc_format_time(uint64_t ms, char text[NC_VALUE_SIZE])
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} parts[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
	size_t n = 0;

	*text = '\0';
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (ms / parts[i].ms)
			n += snprintf(text + n, NC_VALUE_SIZE - n, "%" PRIu64 "%s",
				      ms / parts[i].ms, parts[i].unit);
		ms %= parts[i].ms;
	}
	if (!n)
		snprintf(text, NC_VALUE_SIZE, "0s");
}

const char *nc_unit_word(enum nc_unit unit)
{
	static const char *const words[] = {
		[NC_UNIT_SECOND] = "second", [NC_UNIT_MINUTE] = "minute", [NC_UNIT_HOUR] = "hour",
		[NC_UNIT_DAY] = "day",	     [NC_UNIT_WEEK] = "week",
	};

	return words[unit];
}

const char *nc_verdict_word(enum nc_verdict_kind kind)
{
	static const char *const words[] = {
		[NC_DO_ACCEPT] = "accept", [NC_DO_DROP] = "drop", [NC_DO_CONTINUE] = "continue",
		[NC_DO_RETURN] = "return", [NC_DO_JUMP] = "jump", [NC_DO_GOTO] = "goto",
	};

	return words[kind];
}

const char *nc_level_word(int level)
{
	static const char *const words[] = {"emerg", "alert",  "crit", "err",
					    "warn",  "notice", "info", "debug"};

	return words[level];
}
