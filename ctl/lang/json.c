/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ruleset as libnftables-json(5) has it, schema version 1: keys and values as "nft -j list ruleset" prints them. Called
 * by lists with -j. Builds json-c objects and prints nothing. Rules are in json_rule.c.
 */
#include "lang/json_value.h"

/* What sets and objects begin with. Chains have their table in front of their name. */
static json *new_named(const struct nc_table *table, const char *name, uint64_t handle,
		       const char *comment)
{
	json *object = json_object_new_object();

	nc_json_add_text(object, "family", "netdev");
	nc_json_add_text(object, "name", name);
	nc_json_add_text(object, "table", table->name);
	nc_json_add(object, "handle", nc_json_of_number(handle));
	nc_json_add_text(object, "comment", comment);
	return object;
}

/* --- tables and chains ---------------------------------------------------------------------------------- */

struct json_object *nc_json_metainfo(const char *version)
{
	json *object = json_object_new_object();

	nc_json_add_text(object, "version", version);
	nc_json_add_text(object, "release_name", "netctl");
	nc_json_add(object, "json_schema_version", json_object_new_int(1));
	return nc_json_wrap("metainfo", object);
}

struct json_object *nc_json_table(const struct nc_table *table)
{
	json *object = json_object_new_object();

	nc_json_add_text(object, "family", "netdev");
	nc_json_add_text(object, "name", table->name);
	nc_json_add(object, "handle", nc_json_of_number(table->handle));
	if (table->dormant)
		nc_json_add_text(object, "flags", "dormant");
	nc_json_add_text(object, "comment", table->comment);
	return nc_json_wrap("table", object);
}

static json *devices_json(const struct nc_chain *chain)
{
	json *names;

	if (chain->devices.n == 1)
		return nc_json_string(chain->devices.v[0].name);
	names = json_object_new_array();
	nc_vec_foreach (device, &chain->devices)
		json_object_array_add(names, nc_json_string(device->name));
	return names;
}

/* nft 1.0.6 leaves the devices out, later ones have them. */
static void add_base(json *object, const struct nc_chain *chain)
{
	nc_json_add(object, "dev", devices_json(chain));
	nc_json_add_text(object, "type", "filter");
	nc_json_add_text(object, "hook", chain->hook == NC_HOOK_EGRESS ? "egress" : "ingress");
	nc_json_add(object, "prio", json_object_new_int(chain->priority));
	nc_json_add_text(object, "policy", chain->policy == NC_VERDICT_DROP ? "drop" : "accept");
}

struct json_object *nc_json_chain(const struct nc_table *table, const struct nc_chain *chain)
{
	json *object = json_object_new_object();

	nc_json_add_text(object, "family", "netdev");
	nc_json_add_text(object, "table", table->name);
	nc_json_add_text(object, "name", chain->name);
	nc_json_add(object, "handle", nc_json_of_number(chain->handle));
	nc_json_add_text(object, "comment", chain->comment);
	if (chain->base)
		add_base(object, chain);
	return nc_json_wrap("chain", object);
}

/* --- counters, quotas and limits ------------------------------------------------------------------------ */

static void add_quota(json *object, const struct nc_quota *quota)
{
	nc_json_add(object, "bytes", nc_json_of_number(quota->bytes));
	nc_json_add(object, "used", nc_json_of_number(nc_quota_used(quota)));
	nc_json_add(object, "inv", json_object_new_boolean(quota->over));
}

/* Unlike in a statement, no burst is not written, and units stand behind their numbers. */
static void add_limit(json *object, const struct nc_limit *limit)
{
	const char *rate_unit = NULL, *burst_unit = NULL;
	uint64_t rate = limit->rate, burst = limit->burst;

	if (limit->bytes) {
		rate_unit = nc_byte_unit(limit->rate, &rate);
		burst_unit = nc_byte_unit(limit->burst, &burst);
	}
	nc_json_add(object, "rate", nc_json_of_number(rate));
	nc_json_add_text(object, "per", nc_unit_word(limit->unit));
	if (limit->over)
		nc_json_add(object, "inv", json_object_new_boolean(true));
	nc_json_add_text(object, "rate_unit", rate_unit);
	if (burst) {
		nc_json_add(object, "burst", nc_json_of_number(burst));
		nc_json_add_text(object, "burst_unit", burst_unit);
	}
}

struct json_object *nc_json_object(const struct nc_table *table, const struct nc_object_decl *decl)
{
	json *object = new_named(table, decl->name, decl->handle, decl->comment);

	switch (decl->kind) {
	case NC_KIND_QUOTA:
		add_quota(object, &decl->quota);
		break;
	case NC_KIND_LIMIT:
		add_limit(object, &decl->limit);
		break;
	default:
		nc_json_add(object, "packets", nc_json_of_number(decl->counter.packets));
		nc_json_add(object, "bytes", nc_json_of_number(decl->counter.bytes));
	}
	return nc_json_wrap(nc_kind_word(decl->kind), object);
}

/* --- sets ------------------------------------------------------------------------------------------------ */

/* "ipv4_addr", or the types of a concatenation. */
static json *type_json(const nc_key_type *type)
{
	json *names;

	if (type->n == 1)
		return nc_json_string(nc_type_info(type->v[0].type)->name);
	names = json_object_new_array();
	nc_vec_foreach (part, type)
		json_object_array_add(names, nc_json_string(nc_type_info(part->type)->name));
	return names;
}

/* nft 1.0.6 refuses to read "dynamic" here and does not write it. */
static json *flags_json(unsigned flags)
{
	static const struct {
		unsigned flag;
		const char *word;
	} words[] = {
		{NC_SET_CONSTANT, "constant"},
		{NC_SET_INTERVAL, "interval"},
		{NC_SET_TIMEOUT, "timeout"},
	};
	json *names = json_object_new_array();

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (flags & words[i].flag)
			json_object_array_add(names, nc_json_string(words[i].word));
	}
	return names;
}

/* The first of the statements that an element has, as nft; NULL for none. */
static json *carried_json(const struct nc_set *set, const struct nc_set_element *element)
{
	const struct nc_element_more *more = element->more;
	unsigned carried = nc_element_carried(set, element);
	struct nc_quota quota = set->quota;

	if (carried & NC_CARRY_COUNTER || (more && more->counted))
		return nc_json_counter(more ? &more->counter : &(struct nc_counter){});
	if (carried & NC_CARRY_LIMIT)
		return nc_json_limit(&set->limit);
	if (!(carried & NC_CARRY_QUOTA))
		return NULL;
	quota.used = more ? more->quota.used : 0;
	return nc_json_quota(&quota);
}

/* Takes the keys of what is put in. */
static void move_keys(json *object, json *from)
{
	json_object_object_foreach (from, key, value)
		nc_json_add(object, key, json_object_get(value));
	json_object_put(from);
}

/* {"elem": {"val": key, …}} for a key with something behind it. */
static json *element_with_more(const struct nc_set *set, const struct nc_set_element *element)
{
	json *key = nc_json_element_key(&set->type, element);
	json *carried = carried_json(set, element), *object;
	const struct nc_element_more *more = element->more;

	if (!carried && !(more && (more->timeout_given || more->expires_given || more->comment)))
		return key;
	object = nc_json_wrap("val", key);
	if (more && more->timeout_given)
		nc_json_add(object, "timeout", nc_json_of_number(more->timeout / 1000));
	if (more && more->expires_given)
		nc_json_add(object, "expires", nc_json_of_number(more->expires / 1000));
	if (more)
		nc_json_add_text(object, "comment", more->comment);
	if (carried)
		move_keys(object, carried);
	return nc_json_wrap("elem", object);
}

static json *element_json(const struct nc_set *set, const struct nc_set_element *element)
{
	const struct nc_key_part verdict = {};
	const struct nc_element_more *more = element->more;
	json *key = element_with_more(set, element);

	if (set->map == NC_MAP_NONE || !more || !more->mapped)
		return key;
	return nc_json_mapping(key, more, set->map == NC_MAP_VALUE ? set->data_type : verdict);
}

static json *elements_json(const struct nc_set *set)
{
	json *array = json_object_new_array();

	nc_vec_foreach (element, &set->elements)
		json_object_array_add(array, element_json(set, element));
	return array;
}

static void add_sizes(json *object, const struct nc_set *set)
{
	if (set->policy == NC_POLICY_MEMORY)
		nc_json_add_text(object, "policy", "memory");
	if (set->size)
		nc_json_add(object, "size", nc_json_of_number(set->size));
	if (set->flags & ~NC_SET_DYNAMIC)
		nc_json_add(object, "flags", flags_json(set->flags));
	if (set->timeout)
		nc_json_add(object, "timeout", nc_json_of_number(set->timeout / 1000));
	if (set->gc_interval)
		nc_json_add(object, "gc-interval", nc_json_of_number(set->gc_interval / 1000));
	if (set->auto_merge)
		nc_json_add(object, "auto-merge", json_object_new_boolean(true));
}

struct json_object *nc_json_set(const struct nc_table *table, const struct nc_set *set)
{
	json *object = json_object_new_object();

	nc_json_add_text(object, "family", "netdev");
	nc_json_add_text(object, "name", set->name);
	nc_json_add_text(object, "table", table->name);
	nc_json_add(object, "type", type_json(&set->type));
	nc_json_add(object, "handle", nc_json_of_number(set->handle));
	nc_json_add_text(object, "comment", set->comment);
	if (set->map != NC_MAP_NONE)
		nc_json_add_text(object, "map",
				 set->map == NC_MAP_VERDICT ? "verdict"
				 : set->map == NC_MAP_OBJECT
					 ? nc_kind_word(set->objects)
					 : nc_type_info(set->data_type.type)->name);
	add_sizes(object, set);
	if (set->elements.n)
		nc_json_add(object, "elem", elements_json(set));
	if (set->carries)
		nc_json_add(object, "stmt",
			    nc_json_carried(set->carries, &set->limit, &set->quota));
	return nc_json_wrap(set->meter ? "meter" : nc_set_word(set), object);
}

struct json_object *nc_json_element(const struct nc_table *table, const struct nc_set *set,
				    const struct nc_set_element *element)
{
	json *object = json_object_new_object(), *elements = json_object_new_array();

	json_object_array_add(elements, element_json(set, element));
	nc_json_add_text(object, "family", "netdev");
	nc_json_add_text(object, "table", table->name);
	nc_json_add_text(object, "name", set->name);
	nc_json_add(object, "elem", elements);
	return nc_json_wrap("element", object);
}
