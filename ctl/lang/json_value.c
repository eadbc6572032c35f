/* SPDX-License-Identifier: GPL-2.0-only */
/* Values, verdicts and what elements carry, as libnftables-json(5) has them. Called by json.c and json_rule.c. */
#include <inttypes.h>
#include <string.h>

#include "lang/json_value.h"

json *nc_json_string(const char *text)
{
	return json_object_new_string(text);
}

json *nc_json_of_number(uint64_t number)
{
	return json_object_new_uint64(number);
}

void nc_json_add(json *object, const char *key, json *value)
{
	json_object_object_add(object, key, value);
}

void nc_json_add_text(json *object, const char *key, const char *text)
{
	if (text)
		nc_json_add(object, key, nc_json_string(text));
}

json *nc_json_wrap(const char *key, json *value)
{
	json *object = json_object_new_object();

	nc_json_add(object, key, value);
	return object;
}

json *nc_json_pair(json *first, json *second)
{
	json *array = json_object_new_array_ext(2);

	json_object_array_add(array, first);
	json_object_array_add(array, second);
	return array;
}

json *nc_json_alone(json *array)
{
	json *only;

	if (json_object_array_length(array) != 1)
		return array;
	only = json_object_get(json_object_array_get_idx(array, 0));
	json_object_put(array);
	return only;
}

/* --- values ------------------------------------------------------------------------------------------- */

json *nc_json_flags(nc_num bits)
{
	json *names = json_object_new_array();

	for (nc_num bit = 1; bit <= bits; bit <<= 1) {
		if (bits & bit)
			json_object_array_add(
				names, nc_json_string(nc_value_symbol(NC_TYPE_TCP_FLAG, bit)));
	}
	return nc_json_alone(names);
}

/* {"|": [{"|": ["fin", "syn"]}, "ack"]}: the bits, two operands at a time. */
static json *flag_union(nc_num bits)
{
	json *joined = NULL;

	for (nc_num bit = 1; bit <= bits; bit <<= 1) {
		json *name;

		if (!(bits & bit))
			continue;
		name = nc_json_string(nc_value_symbol(NC_TYPE_TCP_FLAG, bit));
		joined = joined ? nc_json_wrap("|", nc_json_pair(joined, name)) : name;
	}
	return joined;
}

/* As text has it, without its quotes. */
static json *text_value(struct nc_key_part part, nc_num value)
{
	char text[NC_VALUE_SIZE];
	size_t length;

	nc_format_value(part, value, "", 0, text);
	length = strlen(text);
	if (*text != '"' || length < 2)
		return nc_json_string(text);
	return json_object_new_string_len(text + 1, length - 2);
}

static json *wide_number(nc_num value)
{
	char text[NC_VALUE_SIZE];

	if (value <= UINT64_MAX)
		return nc_json_of_number(value);
	snprintf(text, sizeof(text), "0x%" PRIx64 "%016" PRIx64, (uint64_t)(value >> 64),
		 (uint64_t)value);
	return nc_json_string(text);
}

json *nc_json_value(struct nc_key_part part, nc_num value)
{
	const char *symbol = nc_value_symbol(part.type, value);

	switch (part.type) {
	case NC_TYPE_BOOLEAN:
		return json_object_new_boolean(value != 0);
	case NC_TYPE_IPV4_ADDR:
	case NC_TYPE_IPV6_ADDR:
	case NC_TYPE_ETHER_ADDR:
	case NC_TYPE_CLASSID:
	case NC_TYPE_IFACE_INDEX:
	case NC_TYPE_IFNAME:
	case NC_TYPE_TIME:
	case NC_TYPE_HOUR:
		return text_value(part, value);
	default:
		if (symbol)
			return nc_json_string(symbol);
		if (part.type == NC_TYPE_TCP_FLAG && value)
			return flag_union(value);
		return wide_number(value);
	}
}

json *nc_json_opaque(struct nc_key_part part, nc_num value)
{
	bool several = value & (value - 1);

	if (part.type == NC_TYPE_TCP_FLAG && several)
		return wide_number(value);
	return nc_json_value(part, value);
}

json *nc_json_prefix(struct nc_key_part part, const struct nc_interval *interval)
{
	json *prefix = json_object_new_object();

	nc_json_add(prefix, "addr", nc_json_value(part, interval->low));
	nc_json_add(prefix, "len", json_object_new_int(nc_interval_prefix(part, interval)));
	return nc_json_wrap("prefix", prefix);
}

/* Protocols are numbers in ranges, other symbols stay. */
json *nc_json_range(struct nc_key_part part, const struct nc_interval *interval)
{
	if (part.type == NC_TYPE_INET_PROTO)
		part.type = NC_TYPE_INTEGER;
	return nc_json_wrap("range", nc_json_pair(nc_json_value(part, interval->low),
						  nc_json_value(part, interval->high)));
}

json *nc_json_interval(struct nc_key_part part, const struct nc_interval *interval)
{
	char name[17], text[20];

	if (interval->low == interval->high)
		return nc_json_value(part, interval->low);
	if (part.type == NC_TYPE_IFNAME) {
		nc_format_name(interval->low, name);
		snprintf(text, sizeof(text), "%s*", name);
		return nc_json_string(text);
	}
	if (nc_interval_prefix(part, interval) >= 0)
		return nc_json_prefix(part, interval);
	return nc_json_range(part, interval);
}

json *nc_json_reference(const char *set)
{
	char name[NC_NAME_MAX + 2];

	snprintf(name, sizeof(name), "@%s", set);
	return nc_json_string(name);
}

json *nc_json_verdict(const struct nc_do *verdict)
{
	json *chain = NULL;

	if (verdict->kind == NC_DO_OBJECT)
		return nc_json_string(verdict->chain);
	if (verdict->chain)
		chain = nc_json_wrap("target", nc_json_string(verdict->chain));
	return nc_json_wrap(nc_verdict_word(verdict->kind), chain);
}

json *nc_json_element_key(const nc_key_type *type, const struct nc_set_element *element)
{
	json *parts;

	if (element->catchall)
		return nc_json_string("*");
	if (type->n == 1)
		return nc_json_interval(type->v[0], &element->interval);
	parts = json_object_new_array();
	for (size_t i = 0; i < type->n; i++)
		json_object_array_add(parts,
				      nc_json_interval(type->v[i], nc_element_part(element, i)));
	return nc_json_wrap("concat", parts);
}

json *nc_json_mapping(json *key, const struct nc_element_more *more, struct nc_key_part data)
{
	return nc_json_pair(key, data.bits ? nc_json_opaque(data, more->data)
					   : nc_json_verdict(&more->verdict));
}

/* --- statements that rules and elements have ------------------------------------------------------------ */

json *nc_json_limit(const struct nc_limit *limit)
{
	const char *rate_unit = NULL, *burst_unit = NULL;
	uint64_t rate = limit->rate, burst = limit->burst;
	json *object = json_object_new_object();

	if (limit->bytes) {
		rate_unit = nc_byte_unit(limit->rate, &rate);
		burst_unit = nc_byte_unit(limit->burst, &burst);
	}
	nc_json_add(object, "rate", nc_json_of_number(rate));
	nc_json_add(object, "burst", nc_json_of_number(burst));
	nc_json_add_text(object, "per", nc_unit_word(limit->unit));
	if (limit->over)
		nc_json_add(object, "inv", json_object_new_boolean(true));
	nc_json_add_text(object, "rate_unit", rate_unit);
	nc_json_add_text(object, "burst_unit", burst_unit);
	return nc_json_wrap("limit", object);
}

json *nc_json_quota(const struct nc_quota *quota)
{
	json *object = json_object_new_object();
	uint64_t number;
	const char *unit = nc_byte_unit(quota->bytes, &number);

	nc_json_add(object, "val", nc_json_of_number(number));
	nc_json_add_text(object, "val_unit", unit);
	if (quota->over)
		nc_json_add(object, "inv", json_object_new_boolean(true));
	if (quota->used) {
		unit = nc_byte_unit(nc_quota_used(quota), &number);
		nc_json_add(object, "used", nc_json_of_number(number));
		nc_json_add_text(object, "used_unit", unit);
	}
	return nc_json_wrap("quota", object);
}

json *nc_json_counter(const struct nc_counter *counter)
{
	json *object = json_object_new_object();

	nc_json_add(object, "packets", nc_json_of_number(counter->packets));
	nc_json_add(object, "bytes", nc_json_of_number(counter->bytes));
	return nc_json_wrap("counter", object);
}

json *nc_json_carried(unsigned carries, const struct nc_limit *limit, const struct nc_quota *quota)
{
	json *stmts = json_object_new_array();
	struct nc_quota unused = *quota;

	unused.used = 0;
	if (carries & NC_CARRY_COUNTER)
		json_object_array_add(stmts, nc_json_wrap("counter", NULL));
	if (carries & NC_CARRY_LIMIT)
		json_object_array_add(stmts, nc_json_limit(limit));
	if (carries & NC_CARRY_QUOTA)
		json_object_array_add(stmts, nc_json_quota(&unused));
	return stmts;
}
