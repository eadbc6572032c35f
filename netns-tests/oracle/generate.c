// SPDX-License-Identifier: GPL-2.0-only
/* The ruleset as a whole: chains, rules, objects, and the keys of lookups. */
#include "generate.h"
#include "arena.h"

#include "../../selftests/chance.h"

#include <string.h>

void draft_add(struct draft *draft, const char *statement)
{
	if (draft->rule->n < RULE_STATEMENTS)
		draft->rule->statement[draft->rule->n++] = statement;
}

/* Headers inside headers are many: as often as one of the others. */
static bool seldom(enum header header)
{
	return (header >= H_IPOPT_RR && header <= H_IPOPT_RA) ||
	       (header >= H_HBH && header <= H_DST) ||
	       (header >= H_OPT_MSS && header <= H_OPT_UNKNOWN) || header == H_CHUNK_DATA ||
	       header == H_CHUNK_INIT;
}

const struct field *pick_field(const struct draft *draft, bool (*good)(const struct field *))
{
	const struct field *of[64];
	enum header headers[_H_MAX];
	unsigned n = 0, count = 0;

	for (int h = 0; h < _H_MAX; h++)
		if (theme_has(draft->theme, h) && (!seldom(h) || !below(h < H_IP6 ? 12 : 4)))
			headers[n++] = h;
	/* Meta and ether are everywhere: the theme's own headers first. */
	for (int tries = 0; tries < 8; tries++) {
		enum header header = headers[below(n)];

		if (header <= H_ETHER && below(2))
			continue;
		count = 0;
		for (unsigned i = 0; i < fields_n; i++)
			if (fields[i].header == header && on(fields[i].feature) && good(&fields[i]))
				of[count++] = &fields[i];
		if (count)
			return of[below(count)];
	}
	return NULL;
}

bool good_key(const struct field *field)
{
	return field->type != T_BOOL && !(field->flags & (FIELD_NAMES | FIELD_RARE)) &&
	       (field->bits % 8 == 0 || field->bits == 12) && field->header != H_OPT_SACK &&
	       field->header != H_CHUNK_DATA && field->header != H_CHUNK_INIT;
}

bool good_map_key(const struct field *field)
{
	/* A statement cannot begin with the word of an extension header. */
	return good_key(field) && field->bits % 8 == 0 &&
	       !(field->header >= H_HBH && field->header <= H_MH);
}

/* nft 1.0.6 cannot list data by interface name. */
bool good_data_key(const struct field *field)
{
	return good_map_key(field) && field->type != T_IFNAME;
}

bool pick_key(const struct draft *draft, struct key *key, bool (*good)(const struct field *))
{
	unsigned n = on(F_CONCAT) && !below(3) ? 2 + below(KEY_PARTS - 1) : 1;
	unsigned bytes = 0;

	*key = (struct key){.text = ""};
	for (unsigned i = 0; i < n; i++) {
		const struct field *field = pick_field(draft, good);
		unsigned at = key->n;

		if (!field || bytes + field->bits / 8 > 60)
			continue;
		for (unsigned k = 0; k < key->n; k++)
			if (key->part[k] == field)
				field = NULL;
		if (n > 1 && field &&
		    (field->bits % 8 || field->type == T_TCPFLAG ||
		     (field->header == H_META && field->type == T_INT)))
			field = NULL;
		if (!field)
			continue;
		bytes += (field->bits + 31) / 32 * 4;
		while (at && key->part[at - 1]->header > field->header) {
			key->part[at] = key->part[at - 1];
			at--;
		}
		key->part[at] = field;
		key->n++;
		if (header_is_l4(field->header))
			draft->ruleset->transport = true;
	}
	for (unsigned i = 0; i < key->n; i++)
		key->text = say("%s%s%s", key->text, i ? " . " : "", key->part[i]->text);
	key->ranges = on(F_RANGE) && below(2) &&
		      (key->n > 1 ? on(F_CONCATRANGE) : key->n && type_ordered(key->part[0]->type));
	return key->n > 0;
}

unsigned key_elements(const struct key *key, const char **elements, unsigned max)
{
	struct span first[OBJECT_ELEMENTS];
	const struct field *field = key->part[0];
	unsigned n =
		value_spans(field->type, field_pool(field), field->bits, key->ranges, first, max);

	/* Disjoint in the first part: disjoint whatever the others are. */
	for (unsigned i = 0; i < n; i++) {
		elements[i] = span_print(field->type, field->bits, first[i]);
		for (unsigned k = 1; k < key->n; k++) {
			const struct field *other = key->part[k];
			struct span span;

			value_spans(other->type, field_pool(other), other->bits, key->ranges, &span,
				    1);
			elements[i] = say("%s . %s", elements[i],
					  span_print(other->type, other->bits, span));
		}
	}
	return n;
}

bool key_has_rest(const struct key *key)
{
	for (unsigned i = 0; i < key->n; i++)
		if (key->part[i]->bits % 8)
			return false;
	return on(F_CATCHALL);
}

bool key_named(const struct key *key)
{
	for (unsigned i = 0; i < key->n; i++)
		if (!type_name(key->part[i]->type))
			return false;
	return true;
}

const char *key_type(const struct key *key, const struct data_type *data)
{
	bool named = !data || data->name, expressions = on(F_TYPEOF) && (!data || data->expression);
	char *text = "";

	for (unsigned i = 0; i < key->n; i++) {
		const char *name = type_name(key->part[i]->type);

		named = named && name;
		text = say("%s%s%s", text, i ? " . " : "", name ? name : "");
	}
	if (named && (below(3) || !expressions))
		return say("type %s%s%s", text, data ? " : " : "", data ? data->name : "");
	if (!expressions)
		return NULL;
	return say("typeof %s%s%s", key->text, data ? " : " : "", data ? data->expression : "");
}

const char *object_for(struct draft *draft, const char *kind, const char *prefix,
		       const char *purpose, const char *body, const char **elements, unsigned n)
{
	struct ruleset *ruleset = draft->ruleset;
	struct object *object;

	for (unsigned i = 0; i < ruleset->objects; i++)
		if (!strcmp(ruleset->object[i].purpose, purpose) && below(3))
			return ruleset->object[i].name;
	if (ruleset->objects == RULESET_OBJECTS)
		return NULL;
	object = &ruleset->object[ruleset->objects];
	*object = (struct object){.kind = kind, .body = body, .purpose = purpose};
	object->name = say("%s%u", prefix, ruleset->objects++);
	for (unsigned i = 0; i < n && i < OBJECT_ELEMENTS; i++)
		object->element[object->n++] = elements[i];
	return object->name;
}

static bool asks_for_tag(const struct rule *rule)
{
	for (unsigned i = 0; i < rule->n; i++)
		if (!strncmp(rule->statement[i], "vlan ", 5))
			return true;
	return false;
}

static void generate_rule(struct draft *draft)
{
	draft->rule = &draft->chain->rule[draft->chain->n++];
	draft->theme = theme_random();
	draft->unequal = 0;
	if (draft->ruleset->themes < RULESET_THEMES)
		draft->ruleset->theme[draft->ruleset->themes++] = draft->theme;
	generate_matches(draft);
	/* What stands behind the network header cannot ask for the tag any more. */
	draft->theme.vlan = draft->theme.vlan && (!draft->rule->n || asks_for_tag(draft->rule));
	/* nft 1.0.6 merges a link-layer match with the EtherType that a later field implies, across the counter. */
	if (below(8) && !(draft->unequal & 1))
		draft_add(draft, "counter");
	generate_statements(draft);
	generate_end(draft);
	if (!draft->rule->n)
		draft_add(draft, "counter");
	if (on(F_COMMENT) && !below(10))
		draft_add(draft, "comment \"a comment\"");
}

/* Many rules of addresses and ports: what an index is made for. */
static void generate_many(struct draft *draft)
{
	static const char *const ip[] = {"ip saddr", "ip daddr", "ip saddr", "ip daddr"};
	static const char *const ip6[] = {"ip6 saddr", "ip6 daddr", "ip6 saddr", "ip6 daddr"};
	static const char *const tcp[] = {"tcp dport", "tcp sport", "tcp dport", "tcp flags"};
	static const char *const udp[] = {"udp dport", "udp sport", "udp dport", "udp dport"};

	for (unsigned n = 30 + below(200); n && draft->chain->n < CHAIN_RULES; n--) {
		bool six = !on(F_IP) || (on(F_IP6) && !below(3)), datagrams = below(2);

		draft->rule = &draft->chain->rule[draft->chain->n++];
		draft->theme =
			(struct theme){.l3 = six ? H_IP6 : H_IP, .l4 = datagrams ? H_UDP : H_TCP};
		draft->unequal = 0;
		if (below(4))
			generate_match(draft, field_named(six ? PICK(ip6) : PICK(ip)));
		if (below(4))
			generate_match(draft, field_named(six ? PICK(ip6) : PICK(ip)));
		if (below(4) && on(datagrams ? F_UDP : F_TCP)) {
			generate_match(draft, field_named(datagrams ? PICK(udp) : PICK(tcp)));
			draft->ruleset->transport = true;
		}
		draft_add(draft, "counter");
		if (draft->rule->n > 2 && !below(6))
			draft_add(draft, below(2) ? "accept" : "drop");
		if (draft->ruleset->themes < RULESET_THEMES)
			draft->ruleset->theme[draft->ruleset->themes++] = draft->theme;
	}
}

static const char *base_chain(bool egress)
{
	const char *device = egress			  ? "device \"o0\""
			     : !on(F_DEVICES) || below(2) ? "device \"f0\""
			     : below(3)			  ? "devices = { \"f0\", \"f1\" }"
							  : "device \"f1\"";
	const char *priority = below(2)	  ? "filter"
			       : below(2) ? say("%d", (int)below(20) - 10)
					  : say("filter %c %u", below(2) ? '+' : '-', below(10));

	return say("type filter hook %s %s priority %s; policy %s;", egress ? "egress" : "ingress",
		   device, priority, below(5) ? "accept" : "drop");
}

void generate(struct ruleset *ruleset)
{
	struct draft draft = {.ruleset = ruleset};
	unsigned bases = on(F_CHAINS) ? 1 + below(6) / 3 + below(4) / 3 : 1;
	unsigned regular = on(F_JUMP) ? below(4) : 0;

	values_forget();
	memset(ruleset, 0, sizeof(*ruleset));
	ruleset->chains = bases + regular;
	for (unsigned i = 0; i < ruleset->chains; i++) {
		struct chain *chain = &ruleset->chain[i];

		chain->name = say("%s%u", i < bases ? "base" : "sub", i);
		if (i < bases)
			chain->head = base_chain(on(F_EGRESS) && !below(3));
	}
	for (unsigned i = 0; i < ruleset->chains; i++) {
		draft.chain = &ruleset->chain[i];
		draft.chain_index = i;
		for (unsigned rules = 1 + below(i < bases ? 14 : 5); rules; rules--)
			generate_rule(&draft);
		if (!i && on(F_MANYRULES) && (on(F_IP) || on(F_IP6)) && !below(12))
			generate_many(&draft);
	}
}
