// SPDX-License-Identifier: GPL-2.0-only
/* Statements and verdicts. */
#include "generate.h"
#include "arena.h"

#include "../../selftests/chance.h"

#include <string.h>

#define MAP_ELEMENTS 5

static const char *object_name(struct draft *draft, const char *kind, const char *prefix,
			       const char *body)
{
	return object_for(draft, kind, prefix, kind, body, NULL, 0);
}

static const char *limit_text(void)
{
	/* Rates so low that time does not matter: the burst does. */
	const char *over = below(3) ? "" : "over ";

	if (below(2))
		return say("rate %s1/day burst %u packets", over, 1 + below(30));
	return say("rate %s1 bytes/day burst %u bytes", over, 40 + below(4000));
}

static const char *quota_text(void)
{
	static const char *const modes[] = {"", "over ", "until "};

	return say("%s%u bytes", PICK(modes), below(6000));
}

static bool named_counter(struct draft *draft)
{
	const char *name = object_name(draft, "counter", "c", "");

	if (name)
		draft_add(draft, say("counter name \"%s\"", name));
	return name;
}

static bool limit(struct draft *draft)
{
	draft_add(draft, say("limit %s", limit_text()));
	draft_add(draft, "counter");
	return true;
}

static bool named_limit(struct draft *draft)
{
	const char *name = object_name(draft, "limit", "l", limit_text());

	if (name)
		draft_add(draft, say("limit name \"%s\" counter", name));
	return name;
}

static bool quota(struct draft *draft)
{
	draft_add(draft, say("quota %s", quota_text()));
	draft_add(draft, "counter");
	return true;
}

static bool named_quota(struct draft *draft)
{
	const char *name = object_name(draft, "quota", "q", quota_text());

	if (name)
		draft_add(draft, say("quota name \"%s\" counter", name));
	return name;
}

static const char *verdict(struct draft *draft, const void *of);

/* "KEY map { … : DATA }" or "KEY map @name"; data() gives one value. */
static const char *map_text(struct draft *draft, const char *word, struct data_type data_type,
			    const char *(*data)(struct draft *draft, const void *of),
			    const void *of)
{
	const char *elements[OBJECT_ELEMENTS], *type, *name;
	struct key key;
	char *text = "";
	unsigned n;

	if (!pick_key(draft, &key, data == verdict ? good_map_key : good_data_key))
		return NULL;
	/* nft 1.0.6 makes mistakes, or dies when it lists, where plain integers are concatenated in anonymous maps. */
	if (key.n > 1 && !key_named(&key))
		return NULL;
	/* It knows no length of plain integers in them either. */
	if (!data_type.name)
		key.ranges = false;
	n = key_elements(&key, elements, 1 + below(MAP_ELEMENTS));
	if (key_has_rest(&key) && n < OBJECT_ELEMENTS && !below(8))
		elements[n++] = "*";
	for (unsigned i = 0; i < n; i++)
		elements[i] = say("%s : %s", elements[i], data(draft, of));
	if (on(F_NAMEDSET) && below(2)) {
		type = key_type(&key, &data_type);
		if (!type)
			return NULL;
		/* Verdicts name chains that only this chain may jump to: no sharing. */
		name = object_for(
			draft, "map", "m",
			say("map %u", draft->ruleset->objects + 1000 * draft->chain_index),
			say("%s; %s", type, key.ranges ? "flags interval; " : ""), elements, n);
		return name ? say("%s %s @%s", key.text, word, name) : NULL;
	}
	for (unsigned i = 0; i < n; i++)
		text = say("%s%s%s", text, i ? ", " : "", elements[i]);
	return say("%s %s { %s }", key.text, word, text);
}

static const char *object_data(struct draft *draft, const void *of)
{
	const char *kind = of, *name;

	if (!strcmp(kind, "counter"))
		name = object_name(draft, kind, "c", "");
	else if (!strcmp(kind, "limit"))
		name = object_name(draft, kind, "l", limit_text());
	else
		name = object_name(draft, kind, "q", quota_text());
	return say("\"%s\"", name ?: "c0");
}

static bool object_map(struct draft *draft)
{
	static const char *const kinds[] = {"counter", "counter", "limit", "quota"};
	const char *kind = PICK(kinds), *text;

	if (!on(F_NAMEDCOUNTER) || (!on(F_LIMIT) && *kind == 'l') || (!on(F_QUOTA) && *kind == 'q'))
		return false;
	text = map_text(draft, "map", (struct data_type){kind, NULL}, object_data, kind);
	if (text)
		draft_add(draft, say("%s name %s counter", kind, text));
	return text;
}

static bool log_it(struct draft *draft)
{
	static const char *const words[] = {"log",	     "log prefix \"oracle \"",
					    "log group 7",   "log level debug",
					    "log flags all", "meta nftrace set 1"};

	draft_add(draft, PICK(words));
	return true;
}

static bool dynamic_set(struct draft *draft)
{
	const char *type, *name, *state = "";
	const char *time = on(F_TIMEOUT) && !below(3) ? "timeout 1h; " : "";
	struct key key;

	if (!pick_key(draft, &key, good_key))
		return false;
	type = key_type(&key, NULL);
	if (!type)
		return false;
	/* netctl's elements all have what one of them has; nft's have what their own rule gave them. */
	if (on(F_ELEMENTSTATE) && !below(3))
		state = below(2)   ? " counter"
			: below(2) ? say(" limit %s", limit_text())
				   : say(" quota %s", quota_text());
	name = object_for(draft, "set", "d", say("dynamic %s %s%s", type, time, state),
			  say("%s; size %u; flags dynamic%s; %s", type,
			      below(2) ? 65535 : 1 + below(8), *time ? ", timeout" : "", time),
			  NULL, 0);
	if (!name)
		return false;
	draft_add(draft, say("%s @%s { %s%s%s }",
			     !below(8) && !*state ? "delete"
			     : below(2)		  ? "add"
						  : "update",
			     name, key.text, *time && !below(3) ? " timeout 2h" : "", state));
	draft_add(draft, "counter");
	if (!below(4))
		draft_add(draft, say("%s @%s counter", key.text, name));
	return true;
}

/* A map that packets write and read. */
static bool dynamic_map(struct draft *draft)
{
	const struct field *data = pick_field(draft, good_data_key);
	struct data_type of;
	const char *type, *name;
	unsigned bits = 0;
	struct key key;

	if (!data || !pick_key(draft, &key, good_data_key))
		return false;
	/* nft 1.0.6 dies of longer ones. */
	for (unsigned i = 0; i < key.n; i++)
		bits += (key.part[i]->bits + 31) / 32 * 32;
	if (bits > 128)
		return false;
	of = (struct data_type){type_name(data->type), data->text};
	type = key_type(&key, &of);
	if (!type)
		return false;
	name = object_for(draft, "map", "d", say("dynamic map %s", type),
			  say("%s; size %u; flags dynamic;", type, below(2) ? 65535 : 1 + below(8)),
			  NULL, 0);
	if (!name)
		return false;
	if (header_is_l4(data->header))
		draft->ruleset->transport = true;
	draft_add(draft, say("%s @%s { %s : %s } counter", below(2) ? "add" : "update", name,
			     key.text, data->text));
	if (data->type == T_MARK && below(2))
		draft_add(draft, say("meta mark set %s map @%s counter", key.text, name));
	return true;
}

static const char *field_data(struct draft *draft, const void *of)
{
	const struct field *field = of;

	(void)draft;
	return value_print(field->type, field->bits,
			   value_new(field->type, field_pool(field), field->bits));
}

static bool good_meta_set(const struct field *field)
{
	return field->header == H_META && (field->flags & FIELD_SET);
}

static bool good_mangle(const struct field *field)
{
	/* nft mends the checksum of a UDP packet that has none: it has a wrong one then. */
	return field->header != H_META && field->header != H_VLAN && field->header != H_UDP &&
	       (field->flags & FIELD_SET);
}

static bool good_vlan(const struct field *field)
{
	/* nft takes the others and then cannot set them in a tag that was taken out of the frame. */
	return field->header == H_VLAN && strcmp(field->text, "vlan id") == 0;
}

static bool assign(struct draft *draft, bool (*good)(const struct field *))
{
	const struct field *field = NULL;
	const char *data = NULL;

	for (int i = 0; i < 8 && !field; i++)
		field = pick_field(draft, good);
	if (!field)
		return false;
	if (on(F_MAP) && !below(3) && field->bits % 16 == 0)
		data = map_text(draft, "map",
				(struct data_type){type_name(field->type), field->text}, field_data,
				field);
	if (!data)
		data = field_data(draft, field);
	if (header_is_l4(field->header) || good_mangle(field))
		draft->ruleset->transport = true;
	draft_add(draft, say("%s set %s", field->text, data));
	if (below(2))
		draft_add(draft, "counter");
	return true;
}

static bool meta_set(struct draft *draft)
{
	return assign(draft, good_meta_set);
}

static bool mangle(struct draft *draft)
{
	if (draft->theme.l4 == H_TCP && on(F_TCPOPT) && !below(4)) {
		draft->ruleset->transport = true;
		draft_add(draft, say("tcp option maxseg size set %u counter",
				     below(3) ? below(8) : below(65536)));
		return true;
	}
	return assign(draft, good_mangle);
}

static bool mangle_vlan(struct draft *draft)
{
	return assign(draft, good_vlan);
}

static bool dup_to(struct draft *draft)
{
	draft_add(draft, "dup to \"w0\" counter");
	return true;
}

/* One field from another of the same kind. */
static bool copy(struct draft *draft)
{
	static const struct {
		enum header header;
		const char *text;
	} copies[] = {
		{H_ETHER, "ether saddr set ether daddr"}, {H_IP, "ip saddr set ip daddr"},
		{H_IP6, "ip6 daddr set ip6 saddr"},	  {H_TCP, "tcp dport set tcp sport"},
		{H_ARP, "arp daddr ip set arp saddr ip"},
	};

	for (int tries = 0; tries < 8; tries++) {
		unsigned i = below(sizeof(copies) / sizeof(*copies));

		if (!theme_has(draft->theme, copies[i].header))
			continue;
		draft->ruleset->transport = true;
		draft_add(draft, say("%s counter", copies[i].text));
		return true;
	}
	return false;
}

static bool reset_option(struct draft *draft)
{
	static const char *const options[] = {"maxseg", "window", "sack-perm", "timestamp", "77"};

	if (!theme_has(draft->theme, H_TCP) || !on(F_TCPOPT))
		return false;
	draft->ruleset->transport = true;
	draft_add(draft, say("reset tcp option %s counter", PICK(options)));
	return true;
}

/* The mark from itself, from a counter or a hash. */
static bool mark_from(struct draft *draft)
{
	unsigned long long a = chance64() & 0xffffffff, b = below(64);
	struct key key;

	if (on(F_NUMGEN) && !below(4))
		draft_add(draft,
			  say("meta mark set numgen inc mod %u offset %u", 2 + below(8), below(3)));
	else if (on(F_HASH) && !below(3) && pick_key(draft, &key, good_data_key))
		draft_add(draft, say("meta mark set jhash %s mod %u seed 0x%x", key.text,
				     2 + below(200), 1 + below(99)));
	else if (!on(F_BITWISE))
		return false;
	else if (below(2))
		draft_add(draft, say("meta mark set meta mark & 0x%llx ^ 0x%llx", a, b));
	else
		draft_add(draft, say("meta mark set meta mark | 0x%llx", b));
	if (below(2))
		draft_add(draft, say("meta mark & 0x%x == 0x%x counter", 1 + below(7), below(4)));
	return true;
}

static bool meter(struct draft *draft)
{
	struct key key;

	if (!pick_key(draft, &key, good_data_key) || !key_named(&key))
		return false;
	draft_add(draft, say("meter e%u size 65535 { %s limit %s } counter", below(100000),
			     key.text, limit_text()));
	return true;
}

static const struct {
	bool (*write)(struct draft *draft);
	enum feature feature;
	unsigned weight;
} statements[] = {
	{named_counter, F_NAMEDCOUNTER, 3},
	{limit, F_LIMIT, 2},
	{named_limit, F_LIMIT, 1},
	{quota, F_QUOTA, 2},
	{named_quota, F_QUOTA, 1},
	{object_map, F_OBJECTMAP, 2},
	{log_it, F_LOG, 1},
	{dynamic_set, F_DYNSET, 3},
	{dynamic_map, F_DYNMAP, 1},
	{meta_set, F_METASET, 3},
	{mangle, F_MANGLE, 4},
	{mangle_vlan, F_MANGLEVLAN, 4},
	{dup_to, F_DUP, 1},
	{copy, F_COPY, 1},
	{reset_option, F_MANGLE, 1},
	{mark_from, F_METASET, 1},
	{meter, F_METER, 1},
};

void generate_statements(struct draft *draft)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < sizeof(statements) / sizeof(*statements); i++)
		sum += statements[i].weight;
	for (unsigned n = below(2) ? 0 : 1 + below(2); n; n--) {
		unsigned i = 0, chance = below(sum);

		for (; chance >= statements[i].weight; i++)
			chance -= statements[i].weight;
		if (on(statements[i].feature))
			statements[i].write(draft);
	}
}

static const char *target(struct draft *draft)
{
	const struct ruleset *ruleset = draft->ruleset;
	unsigned first = draft->chain_index + 1;

	/* Chains refer to later regular ones only, so that there are no loops. */
	while (first < ruleset->chains && ruleset->chain[first].head)
		first++;
	if (first >= ruleset->chains)
		return NULL;
	return ruleset->chain[first + below(ruleset->chains - first)].name;
}

static const char *verdict(struct draft *draft, const void *of)
{
	static const char *const words[] = {"accept", "accept", "drop", "continue", "return"};
	const char *to = target(draft);

	(void)of;
	if (to && !below(3))
		return say("%s %s", below(3) ? "jump" : "goto", to);
	return PICK(words);
}

void generate_end(struct draft *draft)
{
	const char *text;

	switch (below(10)) {
	case 0:
	case 1:
		draft_add(draft, verdict(draft, NULL));
		break;
	case 2:
		text = target(draft);
		if (text)
			draft_add(draft, say("%s %s", below(4) ? "jump" : "goto", text));
		break;
	case 3:
		text = on(F_VMAP)
			       ? map_text(draft, "vmap", (struct data_type){"verdict", "verdict"},
					  verdict, NULL)
			       : NULL;
		if (text)
			draft_add(draft, text);
		break;
	case 4:
		if (on(F_FWD) && !below(3))
			draft_add(draft,
				  on(F_MAP) && !below(8)
					  ? "fwd to meta mark map { 0x0 : \"w0\", 0x1 : \"w0\" }"
					  : "fwd to \"w0\"");
		break;
	}
}
