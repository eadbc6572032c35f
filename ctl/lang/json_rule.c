/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules as libnftables-json(5) has them: a rule is the array of its statements. Called by lists with -j. What nft implies by
 * itself is left out, as in text.
 */
#include <string.h>
#include <sys/socket.h>

#include "lang/json_value.h"

static json *key_json(const nc_key *key);

/* --- what is read from a packet ---------------------------------------------------------------------------- */

static json *numgen_json(const struct nc_generator *generator)
{
	json *object = json_object_new_object();

	nc_json_add_text(object, "mode", generator->random ? "random" : "inc");
	nc_json_add(object, "mod", nc_json_of_number(generator->modulus));
	nc_json_add(object, "offset", nc_json_of_number(generator->offset));
	return nc_json_wrap("numgen", object);
}

static json *jhash_json(const struct nc_generator *generator)
{
	json *object = json_object_new_object();

	nc_json_add(object, "mod", nc_json_of_number(generator->modulus));
	if (generator->seeded)
		nc_json_add(object, "seed", nc_json_of_number(generator->seed));
	if (generator->offset)
		nc_json_add(object, "offset", nc_json_of_number(generator->offset));
	nc_json_add(object, "expr", key_json(generator->key));
	return nc_json_wrap("jhash", object);
}

static json *raw_json(const struct nc_raw *raw)
{
	static const char *const bases[] = {
		[NC_RAW_LINK] = "ll",
		[NC_RAW_NETWORK] = "nh",
		[NC_RAW_TRANSPORT] = "th",
		[NC_RAW_INNER] = "ih",
	};
	json *object = json_object_new_object();

	nc_json_add_text(object, "base", bases[raw->base]);
	nc_json_add(object, "offset", nc_json_of_number(raw->offset));
	nc_json_add(object, "len", nc_json_of_number(raw->length));
	return nc_json_wrap("payload", object);
}

static json *meta_json(const struct nc_field_info *info)
{
	return nc_json_wrap("meta", nc_json_wrap("key", nc_json_string(info->name)));
}

static json *payload_json(const struct nc_field_info *info)
{
	json *object = json_object_new_object();

	nc_json_add_text(object, "protocol", info->header);
	nc_json_add_text(object, "field", info->name);
	return nc_json_wrap("payload", object);
}

/* "exthdr hbh" asks whether it is there: no field. */
static json *extension_json(const struct nc_field_info *info)
{
	bool exists = info->type == NC_TYPE_BOOLEAN;
	json *object = json_object_new_object();

	nc_json_add_text(object, "name", exists ? info->name : info->header);
	nc_json_add_text(object, "field", exists ? NULL : info->name);
	return nc_json_wrap("exthdr", object);
}

/* "maxseg size": the option's name and that of its field; just the name where it is asked for as such. */
static json *option_json(const struct nc_field_info *info)
{
	const char *blank = strchr(info->name, ' ');
	size_t length = blank ? (size_t)(blank - info->name) : strlen(info->name);
	json *object = json_object_new_object();

	nc_json_add(object, "name", json_object_new_string_len(info->name, length));
	nc_json_add_text(object, "field", blank ? blank + 1 : NULL);
	return nc_json_wrap(info->header, object);
}

/* An option that has no name. Whether it is there, nft says by its first byte; without bits, it is the option itself. */
static json *numbered_json(const struct nc_selector *selector, bool itself)
{
	bool raw = selector->field == NC_FIELD_TCPOPT_RAW;
	json *object = nc_json_wrap("base", nc_json_of_number(selector->raw.kind));

	nc_json_add(object, "offset", nc_json_of_number(selector->raw.offset));
	nc_json_add(object, "len", nc_json_of_number(raw ? selector->raw.length : itself ? 0 : 8));
	return nc_json_wrap("tcp option", object);
}

static json *field_json(const struct nc_selector *selector)
{
	const struct nc_field_info *info = nc_field_info(selector->field);

	switch (info->read) {
	case NC_READ_NUMGEN:
		return numgen_json(selector->generator);
	case NC_READ_JHASH:
		return jhash_json(selector->generator);
	case NC_READ_RAW:
		return raw_json(&selector->raw);
	case NC_READ_META:
		return meta_json(info);
	case NC_READ_EXTENSION:
		return extension_json(info);
	case NC_READ_TCP_OPTION:
		if (selector->field == NC_FIELD_TCPOPT_NUMBER ||
		    selector->field == NC_FIELD_TCPOPT_RAW)
			return numbered_json(selector, false);
		return option_json(info);
	case NC_READ_IP_OPTION:
	case NC_READ_SCTP_CHUNK:
		return option_json(info);
	default:
		return payload_json(info);
	}
}

/* A mask and what is compared with it: flags by name. */
static json *bits_json(struct nc_key_part part, nc_num bits)
{
	if (part.type == NC_TYPE_TCP_FLAG && bits)
		return nc_json_flags(bits);
	return nc_json_value(part, bits);
}

static json *operand_json(const struct nc_bitop *op, struct nc_key_part part, bool alone)
{
	if (op->kind == NC_BITOP_LSHIFT || op->kind == NC_BITOP_RSHIFT)
		return nc_json_of_number(op->value);
	return alone ? nc_json_value(part, op->value) : nc_json_opaque(part, op->value);
}

/* {"|": [{"&": [field, 240]}, 1]}; alone: not in a concatenation. */
static json *selector_json(const struct nc_selector *selector, bool alone)
{
	static const char *const words[] = {
		[NC_BITOP_AND] = "&",	  [NC_BITOP_OR] = "|",	    [NC_BITOP_XOR] = "^",
		[NC_BITOP_LSHIFT] = "<<", [NC_BITOP_RSHIFT] = ">>",
	};
	struct nc_key_part part = nc_selector_part(selector);
	json *left = field_json(selector);

	nc_vec_foreach (op, &selector->ops) {
		left = nc_json_wrap(words[op->kind],
				    nc_json_pair(left, operand_json(op, part, alone)));
	}
	return left;
}

static json *key_json(const nc_key *key)
{
	json *parts;

	if (key->n == 1)
		return selector_json(&key->v[0], true);
	parts = json_object_new_array();
	nc_vec_foreach (selector, key)
		json_object_array_add(parts, selector_json(selector, false));
	return nc_json_wrap("concat", parts);
}

/* --- matches ------------------------------------------------------------------------------------------------- */

static json *match_object(const char *op, json *left, json *right)
{
	json *match = json_object_new_object();

	nc_json_add_text(match, "op", op);
	nc_json_add(match, "left", left);
	nc_json_add(match, "right", right);
	return nc_json_wrap("match", match);
}

static json *masked_json(const struct nc_match *match, struct nc_key_part part)
{
	nc_num value = match->values.v[0].interval.low;
	json *field = key_json(&match->key);

	if (part.type == NC_TYPE_TCP_FLAG && nc_match_flags_form(match) == NC_FLAGS_NONE_OF)
		return match_object("!", field, nc_json_flags(match->mask));
	return match_object(match->negated ? "!=" : "==",
			    nc_json_wrap("&", nc_json_pair(field, bits_json(part, match->mask))),
			    bits_json(part, value));
}

static json *order_json(const struct nc_match *match, struct nc_key_part part)
{
	nc_num value;
	const char *order = nc_match_order(match, &value);

	return match_object(order, key_json(&match->key), nc_json_value(part, value));
}

/* Of one selector. */
static json *value_json(const struct nc_match *match, struct nc_key_part part)
{
	const struct nc_interval *interval = &match->values.v[0].interval;

	if (match->written == NC_WRITTEN_PREFIX)
		return nc_json_interval(part, interval);
	if (match->written == NC_WRITTEN_RANGE)
		return nc_json_range(part, interval);
	return nc_json_opaque(part, interval->low);
}

/* {"set": […]}: with data of maps where data has bits, with verdicts where elements are mapped. */
static json *anonymous_json(const nc_key_type *type, const nc_set_elements *elements,
			    struct nc_key_part data)
{
	json *array = json_object_new_array();

	nc_vec_foreach (element, elements) {
		const struct nc_element_more *more = element->more;
		json *key = nc_json_element_key(type, element);

		if (more && more->comment) {
			key = nc_json_wrap("val", key);
			nc_json_add_text(key, "comment", more->comment);
			key = nc_json_wrap("elem", key);
		}
		if (more && more->mapped)
			key = nc_json_mapping(key, more, data);
		json_object_array_add(array, key);
	}
	return nc_json_wrap("set", array);
}

static json *right_json(const struct nc_match *match, struct nc_key_part part)
{
	const struct nc_key_part none = {};
	nc_key_type type = {};
	json *right = NULL;

	if (match->written == NC_WRITTEN_SET_REF)
		return nc_json_reference(match->set);
	if (match->written != NC_WRITTEN_SET && match->key.n == 1)
		return value_json(match, part);
	if (nc_key_type_of(&match->key, &type) < 0)
		return NULL;
	right = anonymous_json(&type, &match->values, none);
	nc_vec_free(&type);
	return right;
}

static json *match_json(const struct nc_match *match)
{
	struct nc_key_part part = nc_selector_part(&match->key.v[0]);

	if (match->any_bit)
		return match_object("in", key_json(&match->key), nc_json_flags(match->mask));
	if (match->masked)
		return masked_json(match, part);
	if (match->order != NC_ORDER_NONE)
		return order_json(match, part);
	return match_object(match->negated ? "!=" : "==", key_json(&match->key),
			    right_json(match, part));
}

/* --- other statements ------------------------------------------------------------------------------------------ */

static json *lookup_json(const struct nc_lookup *lookup, const char *word, struct nc_key_part data)
{
	json *object = nc_json_wrap("key", key_json(&lookup->key)), *map = NULL;
	nc_key_type type = {};

	if (lookup->map)
		map = nc_json_reference(lookup->map);
	else if (nc_key_type_of(&lookup->key, &type) == 0)
		map = anonymous_json(&type, &lookup->elements, data);
	nc_vec_free(&type);
	nc_json_add(object, "data", map);
	return nc_json_wrap(word, object);
}

static json *argument_json(const struct nc_value *value, struct nc_key_part part)
{
	switch (value->kind) {
	case NC_VALUE_SELECTOR:
		return key_json(&value->selector);
	case NC_VALUE_MAP:
		return lookup_json(value->lookup, "map", part);
	default:
		return nc_json_value(part, value->num);
	}
}

static json *log_flags_json(unsigned flags)
{
	static const struct {
		unsigned flag;
		const char *word;
	} words[] = {
		{NC_LOG_TCP_SEQUENCE, "tcp sequence"},
		{NC_LOG_TCP_OPTIONS, "tcp options"},
		{NC_LOG_IP_OPTIONS, "ip options"},
		{NC_LOG_SKUID, "skuid"},
		{NC_LOG_ETHER, "ether"},
	};
	json *names;

	if (flags == NC_LOG_ALL)
		return nc_json_string("all");
	names = json_object_new_array();
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (flags & words[i].flag)
			json_object_array_add(names, nc_json_string(words[i].word));
	}
	return nc_json_alone(names);
}

static json *log_json(const struct nc_log *log)
{
	json *object = json_object_new_object();

	nc_json_add_text(object, "prefix", log->prefix);
	if (log->group_given)
		nc_json_add(object, "group", nc_json_of_number(log->group));
	if (log->snaplen_given)
		nc_json_add(object, "snaplen", nc_json_of_number(log->snaplen));
	if (log->threshold_given)
		nc_json_add(object, "queue-threshold", nc_json_of_number(log->threshold));
	if (log->level != 4)
		nc_json_add_text(object, "level", nc_level_word(log->level));
	if (log->flags)
		nc_json_add(object, "flags", log_flags_json(log->flags));
	if (json_object_object_length(object))
		return nc_json_wrap("log", object);
	json_object_put(object);
	return nc_json_wrap("log", NULL);
}

/* The key of an element that a rule adds, with its timeout. */
static json *added_json(const struct nc_set_stmt *set)
{
	json *key = key_json(&set->key);

	if (!set->timeout)
		return key;
	key = nc_json_wrap("val", key);
	nc_json_add(key, "timeout", nc_json_of_number(set->timeout / 1000));
	return nc_json_wrap("elem", key);
}

/* Meters have one statement. */
static json *meter_json(const struct nc_set_stmt *stmt)
{
	json *carried = nc_json_carried(stmt->carries, &stmt->limit, &stmt->quota);
	json *object = nc_json_wrap("key", added_json(stmt));

	nc_json_add(object, "stmt", json_object_get(json_object_array_get_idx(carried, 0)));
	json_object_put(carried);
	nc_json_add(object, "size", nc_json_of_number(stmt->size));
	nc_json_add_text(object, "name", stmt->set);
	return nc_json_wrap("meter", object);
}

static struct nc_key_part data_part(const struct nc_table *table, const struct nc_set_stmt *stmt)
{
	const struct nc_set *map = nc_table_find_set(table, stmt->set);

	return map ? map->data_type : (struct nc_key_part){};
}

static json *set_json(const struct nc_table *table, const struct nc_set_stmt *stmt)
{
	static const char *const words[] = {[NC_SET_OP_ADD] = "add",
					    [NC_SET_OP_UPDATE] = "update",
					    [NC_SET_OP_DELETE] = "delete"};
	const char *word = stmt->mapped ? "map" : "set";
	json *object = json_object_new_object();

	nc_json_add_text(object, "op", words[stmt->op]);
	nc_json_add(object, "elem", added_json(stmt));
	if (stmt->mapped)
		nc_json_add(object, "data", argument_json(&stmt->data, data_part(table, stmt)));
	nc_json_add(object, word, nc_json_reference(stmt->set));
	if (stmt->carries)
		nc_json_add(object, "stmt",
			    nc_json_carried(stmt->carries, &stmt->limit, &stmt->quota));
	return nc_json_wrap(word, object);
}

/* "ip ttl set 5" */
static json *mangle_json(const struct nc_selector *target, const struct nc_value *value)
{
	json *object = nc_json_wrap("key", selector_json(target, true));

	nc_json_add(object, "value", argument_json(value, nc_selector_part(target)));
	return nc_json_wrap("mangle", object);
}

static json *device_json(const struct nc_send *send)
{
	const struct nc_key_part part = {.type = NC_TYPE_IFACE_INDEX, .bits = 128};

	return argument_json(&send->device, part);
}

static json *fwd_json(const struct nc_send *send)
{
	const struct nc_key_part ip = {.type = NC_TYPE_IPV4_ADDR, .bits = 32};
	const struct nc_key_part ip6 = {.type = NC_TYPE_IPV6_ADDR, .bits = 128};
	json *object = nc_json_wrap("dev", device_json(send));

	if (send->family) {
		nc_json_add_text(object, "family", send->family == AF_INET ? "ip" : "ip6");
		nc_json_add(object, "addr",
			    argument_json(&send->address, send->family == AF_INET ? ip : ip6));
	}
	return nc_json_wrap("fwd", object);
}

static json *stmt_json(const struct nc_table *table, const struct nc_stmt *stmt)
{
	const struct nc_key_part verdicts = {};

	switch (stmt->kind) {
	case NC_STMT_MATCH:
		return match_json(&stmt->match);
	case NC_STMT_VERDICT:
		return nc_json_verdict(&stmt->verdict);
	case NC_STMT_VMAP:
		return lookup_json(&stmt->vmap, "vmap", verdicts);
	case NC_STMT_RESET:
		return nc_json_wrap("reset", stmt->reset.field == NC_FIELD_TCPOPT_NUMBER
						     ? numbered_json(&stmt->reset, true)
						     : field_json(&stmt->reset));
	case NC_STMT_OBJECT:
		return nc_json_wrap(nc_kind_word(stmt->objects.kind),
				    lookup_json(&stmt->objects.lookup, "map", verdicts));
	case NC_STMT_COUNTER:
		return nc_json_counter(&stmt->counter);
	case NC_STMT_LIMIT:
		return nc_json_limit(&stmt->limit);
	case NC_STMT_QUOTA:
		return nc_json_quota(&stmt->quota);
	case NC_STMT_LOG:
		return log_json(&stmt->log);
	case NC_STMT_SET:
		return stmt->set->meter ? meter_json(stmt->set) : set_json(table, stmt->set);
	case NC_STMT_ASSIGN:
		return mangle_json(&stmt->assign->target, &stmt->assign->value);
	case NC_STMT_DUP:
		return nc_json_wrap("dup", nc_json_wrap("addr", device_json(stmt->send)));
	default:
		return fwd_json(stmt->send);
	}
}

struct json_object *nc_json_rule(const struct nc_table *table, const struct nc_chain *chain,
				 const struct nc_rule *rule)
{
	json *object = json_object_new_object(), *expr = json_object_new_array();

	nc_json_add_text(object, "family", "netdev");
	nc_json_add_text(object, "table", table->name);
	nc_json_add_text(object, "chain", chain->name);
	nc_json_add(object, "handle", nc_json_of_number(rule->handle));
	nc_json_add_text(object, "comment", rule->comment);
	nc_vec_foreach (stmt, &rule->stmts) {
		if (stmt->kind == NC_STMT_MATCH && stmt->match.implied)
			continue;
		json_object_array_add(
			expr, stmt->object ? nc_json_wrap(nc_kind_word(nc_stmt_object_kind(stmt)),
							  nc_json_string(stmt->object))
					   : stmt_json(table, stmt));
	}
	nc_json_add(object, "expr", expr);
	return nc_json_wrap("rule", object);
}
