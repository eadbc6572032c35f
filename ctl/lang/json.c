/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ruleset as libnftables-json(5) has it, schema version 1: keys and values as "nft -j list ruleset" prints them. Called
 * by lists with -j. Builds json-c objects and prints nothing.
 */
#include <json-c/json.h>
#include <string.h>

#include "lang/print.h"

typedef struct json_object json;

static json *string(const char *text)
{
	return json_object_new_string(text);
}

static void add(json *object, const char *key, json *value)
{
	json_object_object_add(object, key, value);
}

/* { key: value } */
static json *wrap(const char *key, json *value)
{
	json *object = json_object_new_object();

	add(object, key, value);
	return object;
}

static json *pair(json *first, json *second)
{
	json *array = json_object_new_array_ext(2);

	json_object_array_add(array, first);
	json_object_array_add(array, second);
	return array;
}

static bool is_number(enum nc_type type)
{
	return type != NC_TYPE_IPV4_ADDR && type != NC_TYPE_IPV6_ADDR && type != NC_TYPE_ETHER_ADDR;
}

/* --- values ---------------------------------------------------------------------------------- */

/* "syn", or ["syn", "ack"]. */
static json *flag_names(nc_num bits)
{
	json *names = json_object_new_array();
	json *only;

	for (nc_num bit = 1; bit <= bits; bit <<= 1) {
		if (bits & bit)
			json_object_array_add(names,
					      string(nc_value_symbol(NC_TYPE_TCP_FLAG, bit)));
	}
	if (json_object_array_length(names) != 1)
		return names;
	only = json_object_get(json_object_array_get_idx(names, 0));
	json_object_put(names);
	return only;
}

/* {"|": [{"|": ["fin", "syn"]}, "ack"]}: the bits, two operands at a time. */
static json *flag_union(nc_num bits)
{
	json *joined = NULL;

	for (nc_num bit = 1; bit <= bits; bit <<= 1) {
		json *name;

		if (!(bits & bit))
			continue;
		name = string(nc_value_symbol(NC_TYPE_TCP_FLAG, bit));
		joined = joined ? wrap("|", pair(joined, name)) : name;
	}
	return joined;
}

/* An exact value: a symbol, number or address; several flags as a union. */
static json *value_json(enum nc_type type, nc_num value)
{
	const char *symbol = nc_value_symbol(type, value);
	char text[NC_VALUE_SIZE];

	if (symbol)
		return string(symbol);
	if (type == NC_TYPE_TCP_FLAG && value)
		return flag_union(value);
	if (is_number(type))
		return json_object_new_int64(value);
	nc_format_number(type, value, text);
	return string(text);
}

static json *prefix_json(enum nc_type type, const struct nc_interval *interval)
{
	json *prefix = json_object_new_object();

	add(prefix, "addr", value_json(type, interval->low));
	add(prefix, "len", json_object_new_int(nc_interval_prefix(type, interval)));
	return wrap("prefix", prefix);
}

static json *range_json(enum nc_type type, const struct nc_interval *interval)
{
	return wrap("range",
		    pair(value_json(type, interval->low), value_json(type, interval->high)));
}

static json *element_json(enum nc_type type, const struct nc_interval *interval)
{
	if (interval->low == interval->high)
		return value_json(type, interval->low);
	if (nc_interval_prefix(type, interval) >= 0)
		return prefix_json(type, interval);
	return range_json(type, interval);
}

static json *elements_json(enum nc_type type, const nc_set_elements *elements)
{
	json *array = json_object_new_array();

	nc_vec_foreach (element, elements)
		json_object_array_add(array, element_json(type, &element->interval));
	return array;
}

static json *set_ref_json(const char *set)
{
	char name[NC_NAME_MAX + 2];

	snprintf(name, sizeof(name), "@%s", set);
	return string(name);
}

/* --- rules ----------------------------------------------------------------------------------- */

static json *field_json(enum nc_field field)
{
	const struct nc_field_info *info = nc_field_info(field);
	json *object = json_object_new_object();

	if (strcmp(info->header, "meta") == 0) {
		add(object, "key", string(info->name));
		return wrap("meta", object);
	}
	add(object, "protocol", string(info->header));
	add(object, "field", string(info->name));
	return wrap("payload", object);
}

static json *match_json(const char *op, json *left, json *right)
{
	json *match = json_object_new_object();

	add(match, "op", string(op));
	add(match, "left", left);
	add(match, "right", right);
	return wrap("match", match);
}

/* A mask, and what is compared with it: flags by name. */
static json *bits_json(enum nc_type type, nc_num bits)
{
	return type == NC_TYPE_TCP_FLAG ? flag_names(bits) : value_json(type, bits);
}

static json *masked_json(const struct nc_match *match, enum nc_type type)
{
	nc_num value = match->values.v[0].interval.low;
	json *field = field_json(match->field);

	if (type == NC_TYPE_TCP_FLAG && nc_match_flags_form(match) == NC_FLAGS_NONE_OF)
		return match_json("!", field, flag_names(match->mask));
	return match_json(
		match->negated ? "!=" : "==", wrap("&", pair(field, bits_json(type, match->mask))),
		bits_json(type, value));
}

static json *order_json(const struct nc_match *match, enum nc_type type)
{
	nc_num value;
	const char *order = nc_match_order(match, &value);

	return match_json(order, field_json(match->field), value_json(type, value));
}

static json *right_json(const struct nc_match *match, enum nc_type type)
{
	const struct nc_interval *interval;

	if (match->written == NC_WRITTEN_SET_REF)
		return set_ref_json(match->set);
	interval = &match->values.v[0].interval;
	switch (match->written) {
	case NC_WRITTEN_SET:
		return wrap("set", elements_json(type, &match->values));
	case NC_WRITTEN_PREFIX:
		return prefix_json(type, interval);
	case NC_WRITTEN_RANGE:
		return range_json(type, interval);
	default:
		return value_json(type, interval->low);
	}
}

static json *any_match_json(const struct nc_match *match)
{
	enum nc_type type = nc_field_info(match->field)->type;

	if (match->any_bit)
		return match_json("in", field_json(match->field), flag_names(match->mask));
	if (match->masked)
		return masked_json(match, type);
	if (match->order != NC_ORDER_NONE)
		return order_json(match, type);
	return match_json(match->negated ? "!=" : "==", field_json(match->field),
			  right_json(match, type));
}

static json *counter_json(const struct nc_counter *counter)
{
	json *object = json_object_new_object();

	add(object, "packets", json_object_new_uint64(counter->packets));
	add(object, "bytes", json_object_new_uint64(counter->bytes));
	return wrap("counter", object);
}

static json *stmt_json(const struct nc_stmt *stmt)
{
	switch (stmt->kind) {
	case NC_STMT_MATCH:
		return any_match_json(&stmt->match);
	case NC_STMT_COUNTER:
		return counter_json(&stmt->counter);
	case NC_STMT_VERDICT:
		return wrap(stmt->verdict == NC_VERDICT_DROP ? "drop" : "accept", NULL);
	}
	return NULL;
}

/* --- objects --------------------------------------------------------------------------------- */

static json *new_object(const struct nc_table *table)
{
	json *object = json_object_new_object();

	add(object, "family", string("netdev"));
	if (table)
		add(object, "table", string(table->name));
	return object;
}

static void add_comment(json *object, const char *comment)
{
	if (comment)
		add(object, "comment", string(comment));
}

struct json_object *nc_json_rule(const struct nc_table *table, const struct nc_chain *chain,
				 const struct nc_rule *rule)
{
	json *object = new_object(table);
	json *expr = json_object_new_array();

	add(object, "chain", string(chain->name));
	add(object, "handle", json_object_new_uint64(rule->handle));
	add_comment(object, rule->comment);
	nc_vec_foreach (stmt, &rule->stmts) {
		if (stmt->kind != NC_STMT_MATCH || !stmt->match.implied)
			json_object_array_add(expr, stmt_json(stmt));
	}
	add(object, "expr", expr);
	return wrap("rule", object);
}

static json *devices_json(const struct nc_chain *chain)
{
	json *names;

	if (chain->single_device)
		return string(chain->devices.v[0].name);
	names = json_object_new_array();
	nc_vec_foreach (device, &chain->devices)
		json_object_array_add(names, string(device->name));
	return names;
}

struct json_object *nc_json_chain(const struct nc_table *table, const struct nc_chain *chain)
{
	json *object = new_object(table);

	add(object, "name", string(chain->name));
	add(object, "handle", json_object_new_uint64(chain->handle));
	add_comment(object, chain->comment);
	add(object, "dev", devices_json(chain));
	add(object, "type", string("filter"));
	add(object, "hook", string("ingress"));
	add(object, "prio", json_object_new_int(chain->priority));
	add(object, "policy", string(chain->policy == NC_VERDICT_DROP ? "drop" : "accept"));
	return wrap("chain", object);
}

static json *set_flags_json(unsigned flags)
{
	json *names = json_object_new_array();

	if (flags & NC_SET_CONSTANT)
		json_object_array_add(names, string("constant"));
	if (flags & NC_SET_INTERVAL)
		json_object_array_add(names, string("interval"));
	return names;
}

struct json_object *nc_json_set(const struct nc_table *table, const struct nc_set *set)
{
	json *object = json_object_new_object();

	add(object, "family", string("netdev"));
	add(object, "name", string(set->name));
	add(object, "table", string(table->name));
	add(object, "type", string(nc_type_info(set->type)->name));
	add(object, "handle", json_object_new_uint64(set->handle));
	add_comment(object, set->comment);
	if (set->size)
		add(object, "size", json_object_new_int64(set->size));
	if (set->flags)
		add(object, "flags", set_flags_json(set->flags));
	if (set->elements.n)
		add(object, "elem", elements_json(set->type, &set->elements));
	return wrap("set", object);
}

struct json_object *nc_json_table(const struct nc_table *table)
{
	json *object = new_object(NULL);

	add(object, "name", string(table->name));
	add(object, "handle", json_object_new_uint64(table->handle));
	add_comment(object, table->comment);
	return wrap("table", object);
}

struct json_object *nc_json_metainfo(const char *version)
{
	json *object = json_object_new_object();

	add(object, "version", string(version));
	add(object, "release_name", string("netctl"));
	add(object, "json_schema_version", json_object_new_int(1));
	return wrap("metainfo", object);
}
