// SPDX-License-Identifier: GPL-2.0-only
/* Matches: a field, an operator, and values in all the forms that nft has for them. */
#include "generate.h"
#include "arena.h"

#include "../../selftests/chance.h"

#include <string.h>

#define SPANS 6

static const char *one(const struct field *field)
{
	value_t value = value_new(field->type, field_pool(field), field->bits);

	if (field->type == T_IFNAME && !below(4))
		return "\"f*\"";
	return value_print(field->type, field->bits, value);
}

static bool values_of_mask(const struct field *field, const char **mask, const char **value)
{
	value_t bits = value_max(field->bits), m, v;

	v = value_new(field->type, field_pool(field), field->bits);
	m = type_has_prefix(field->type) ? bits & ~value_max(below(field->bits))
					 : chance64() & chance64() & bits;
	if (below(2))
		m |= (value_t)1 << below(field->bits);
	if (!m)
		return false;
	/* All bytes count: netctl does not read those that no bit is asked of, nor miss them in a header that is cut there. */
	for (unsigned at = 0; at + 8 <= field->bits; at += 8)
		if (!(m >> at & 0xff))
			m |= (value_t)1 << at;
	*mask = value_print(field->type, field->bits, m);
	*value = value_print(field->type, field->bits, v & m);
	if (field->type == T_TCPFLAG)
		*mask = say("(%s)", *mask);
	return true;
}

/*
 * May "!=" be said of a field of this base? Once: nft 1.0.6 merges neighbours, so that "ether saddr != A ether type != B"
 * holds where only one of the two differs.
 */
static unsigned base_of(enum header header)
{
	return header <= H_VLAN ? 1 : header <= H_DST ? 2 : 4;
}

static bool unequal(struct draft *draft, enum header header)
{
	unsigned base = base_of(header);

	if (!on(F_NEQ) || (draft->unequal & base))
		return false;
	draft->unequal |= base;
	return true;
}

static bool match_plain(struct draft *draft, const struct field *field)
{
	/* What it is merged with may be a "!=". */
	(void)unequal(draft, field->header);
	draft_add(draft, say("%s %s%s", field->text, below(4) ? "" : "== ", one(field)));
	return true;
}

static bool match_neq(struct draft *draft, const struct field *field)
{
	if (!unequal(draft, field->header))
		return false;
	draft_add(draft, say("%s != %s", field->text, one(field)));
	return true;
}

static bool match_order(struct draft *draft, const struct field *field)
{
	static const char *const operators[] = {"<", "<=", ">", ">="};

	if (!type_ordered(field->type))
		return false;
	draft_add(draft, say("%s %s %s", field->text, PICK(operators), one(field)));
	return true;
}

static bool match_range(struct draft *draft, const struct field *field)
{
	struct span spans[2];

	if (!type_ordered(field->type) ||
	    value_spans(field->type, field_pool(field), field->bits, false, spans, 2) < 2)
		return false;
	spans[0].hi = spans[1].lo;
	draft_add(draft, say("%s %s%s", field->text,
			     !below(3) && unequal(draft, field->header) ? "!= " : "",
			     span_print(field->type, field->bits, spans[0])));
	return true;
}

static bool match_prefix(struct draft *draft, const struct field *field)
{
	unsigned length = 1 + below(field->bits);
	value_t value = value_new(field->type, field_pool(field), field->bits);

	if (!type_has_prefix(field->type))
		return false;
	value &= ~value_max(field->bits - length);
	value_remember(field_pool(field), value);
	draft_add(draft, say("%s %s%s/%u", field->text,
			     !below(3) && unequal(draft, field->header) ? "!= " : "",
			     value_print(field->type, field->bits, value), length));
	return true;
}

static bool match_mask(struct draft *draft, const struct field *field)
{
	const char *mask, *value;

	if (!type_ordered(field->type) && field->type != T_TCPFLAG)
		return false;
	if (strchr(field->text, '@')) /* nft 1.0.6 cannot list it */
		return false;
	if (!values_of_mask(field, &mask, &value))
		return false;
	draft_add(draft, say("%s & %s %s %s", field->text, mask,
			     on(F_NEQ) && !below(3) ? "!=" : "==", value));
	return true;
}

/* A mask before a set or a verdict map. */
static bool match_masked_set(struct draft *draft, const struct field *field)
{
	value_t mask, values[3];
	char *text = "";

	if (field->type == T_TCPFLAG) {
		draft_add(draft, "tcp flags & (fin | syn | ack) { syn, syn | ack, 0x0 }");
		return true;
	}
	if (!type_has_prefix(field->type) || !on(F_ANONSET))
		return false;
	mask = value_max(field->bits) & ~value_max(below(field->bits));
	for (unsigned i = 0; i < 3; i++) {
		values[i] = value_new(field->type, field_pool(field), field->bits) & mask;
		text = say("%s%s%s", text, i ? ", " : "",
			   value_print(field->type, field->bits, values[i]));
	}
	draft_add(draft, say("%s & %s { %s }", field->text,
			     value_print(field->type, field->bits, mask), text));
	return true;
}

static bool match_bitwise(struct draft *draft, const struct field *field)
{
	value_t value, with;

	if (field->type != T_INT && field->type != T_MARK)
		return false;
	value = value_new(field->type, field_pool(field), field->bits);
	with = chance64() & value_max(field->bits);
	draft_add(draft, below(2) ? say("%s ^ %s %s %s", field->text,
					value_print(field->type, field->bits, with),
					on(F_NEQ) && !below(3) ? "!=" : "==",
					value_print(field->type, field->bits, value ^ with))
				  : say("%s | %s == %s", field->text,
					value_print(field->type, field->bits, with),
					value_print(field->type, field->bits, value | with)));
	return true;
}

static bool match_shift(struct draft *draft, const struct field *field)
{
	value_t value;
	unsigned by;

	if (field->type != T_INT || field->bits % 8 || field->bits > 16 ||
	    field->header == H_META || (field->flags & FIELD_RARE))
		return false;
	by = 1 + below(field->bits - 1);
	value = value_new(field->type, field_pool(field), field->bits);
	draft_add(draft, below(2) ? say("%s >> %u %s %s", field->text, by, below(3) ? "==" : "!=",
					value_print(field->type, field->bits, value >> by))
				  : say("%s << %u == %s", field->text, by,
					value_print(field->type, field->bits,
						    (value << by) & value_max(field->bits))));
	return true;
}

static bool match_flags(struct draft *draft, const struct field *field)
{
	static const char *const words[] = {"syn,ack",
					    "! syn",
					    "syn / syn,ack",
					    "!= syn / syn,ack",
					    "fin,psh,urg / fin,psh,urg",
					    "== 0x0 / fin,syn,rst,ack",
					    "{ syn, syn | ack, ack | psh }",
					    "& (fin | syn) != fin | syn"};

	if (field->type != T_TCPFLAG)
		return false;
	draft_add(draft, say("%s %s", field->text, PICK(words)));
	return true;
}

static const char *join(const char *const *elements, unsigned n)
{
	char *text = "";

	for (unsigned i = 0; i < n; i++)
		text = say("%s%s%s", text, i ? ", " : "", elements[i]);
	return text;
}

/* A lookup in an anonymous or named set, of one field or several. */
static bool match_set(struct draft *draft, struct key *key, bool named)
{
	const char *elements[OBJECT_ELEMENTS], *type, *name, *flags;
	const char *neq = !below(4) && unequal(draft, key->part[0]->header) ? "!= " : "";
	unsigned n = key_elements(key, elements, 1 + below(SPANS));

	if (!named) {
		if (key_has_rest(key) && n < OBJECT_ELEMENTS && !below(20))
			elements[n++] = "*";
		draft_add(draft, say("%s %s{ %s }", key->text, neq, join(elements, n)));
		return true;
	}
	type = key_type(key, NULL);
	if (!type)
		return false;
	if (key_has_rest(key) && n < OBJECT_ELEMENTS && !below(12))
		elements[n++] = "*";
	flags = key->ranges ? "interval" : "";
	for (unsigned i = 0; i < n && !below(12) && *elements[i] != '*'; i++) {
		if (on(F_COMMENT) && below(2)) {
			elements[i] = say("%s comment \"c\"", elements[i]);
		} else if (on(F_TIMEOUT)) {
			elements[i] = say("%s timeout 1h", elements[i]);
			flags = key->ranges ? "interval, timeout" : "timeout";
		}
	}
	if (*flags)
		flags = say("flags %s; ", flags);
	name = object_for(draft, "set", "s", say("set %s%s", type, key->ranges ? " ranges" : ""),
			  say("%s; %s%s%s", type, flags,
			      key->ranges && on(F_AUTOMERGE) && !below(4) ? "auto-merge; " : "",
			      on(F_ELEMENTSTATE) && !below(6) ? "counter; " : ""),
			  elements, below(12) ? n : 0);
	if (!name)
		return false;
	draft_add(draft, say("%s %s@%s", key->text, neq, name));
	return true;
}

static bool match_one_in_set(struct draft *draft, const struct field *field, bool named)
{
	struct key key = {.part = {field}, .n = 1, .text = field->text};

	key.ranges = on(F_RANGE) && type_ordered(field->type) && below(2);
	return match_set(draft, &key, named);
}

static bool match_names(struct draft *draft, const struct field *field)
{
	static const char *const sets[] = {"{ \"f*\", \"lo\" }", "{ \"f1*\", \"f0\" }",
					   "!= { \"w*\", \"f0\" }"};

	if (field->type != T_IFNAME)
		return false;
	draft_add(draft, say("%s %s", field->text, PICK(sets)));
	return true;
}

static bool match_anonymous(struct draft *draft, const struct field *field)
{
	return match_one_in_set(draft, field, false);
}

static bool match_named(struct draft *draft, const struct field *field)
{
	return match_one_in_set(draft, field, true);
}

static const struct {
	bool (*write)(struct draft *draft, const struct field *field);
	enum feature feature; /* _F_MAX: always */
	unsigned weight;
} forms[] = {
	{match_plain, _F_MAX, 6},      {match_neq, F_NEQ, 2},		{match_order, F_ORDER, 2},
	{match_range, F_RANGE, 2},     {match_prefix, F_PREFIX, 4},	{match_mask, F_MASK, 2},
	{match_masked_set, F_MASK, 1}, {match_bitwise, F_BITWISE, 1},	{match_shift, F_SHIFT, 1},
	{match_flags, F_MASK, 6},      {match_anonymous, F_ANONSET, 3}, {match_names, F_ANONSET, 3},
	{match_named, F_NAMEDSET, 3},
};

void generate_match(struct draft *draft, const struct field *field)
{
	unsigned sum = 0, chance;

	if (field->type == T_BOOL) {
		match_plain(draft, field);
		return;
	}
	for (unsigned i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		sum += forms[i].weight;
	for (;;) {
		unsigned i = 0;

		for (chance = below(sum); chance >= forms[i].weight; i++)
			chance -= forms[i].weight;
		if ((forms[i].feature == _F_MAX || on(forms[i].feature)) &&
		    forms[i].write(draft, field))
			return;
	}
}

static void match_raw(struct draft *draft)
{
	static const char bases[] = "lntt";
	static const char *const names[] = {"ll", "nh", "th", "ih"};
	static const char *const operators[] = {"", "", "< ", ">= ", "!= "};
	unsigned base = below(13) * 3 / 12 % 4, bytes = 1 + below(8);
	unsigned at = 8 * below(base == 1 ? 40 : 16);
	unsigned bits = below(4) ? bytes * 8 : 1 + below(32);
	unsigned long long value = below(2) ? chance64() : below(300), mask;
	const char *text;

	if (bits % 8)
		at += below(8);
	value &= value_max(bits);
	mask = chance64() & value_max(bits);
	text = say("@%s,%u,%u", names[base], at, bits);
	if (!below(6) && on(F_ANONSET))
		text = say("%s { %llu, %llu }", text, value, value ^ 1);
	else if (!below(6) && on(F_RANGE) && value)
		text = say("%s %llu-%llu", text, value / 2, value);
	else if (!below(6) && on(F_MASK) && mask && bits % 8 == 0)
		text = say("%s & %llu == %llu", text, mask, value & mask);
	else
		text = say("%s %s%llu", text,
			   operators[below(unequal(draft, base == 0   ? H_ETHER
							  : base == 1 ? H_IP
								      : H_TCP)
						   ? 5
						   : 4)],
			   value);
	draft_add(draft, text);
	if (base >= 2)
		draft->ruleset->transport = true;
	if (draft->ruleset->pokes < RULESET_POKES)
		draft->ruleset->poke[draft->ruleset->pokes++] =
			(struct poke){bases[base], at, bits, value};
}

/* Numbers that are not in the packet, yet the same for everybody. */
static void match_generated(struct draft *draft)
{
	unsigned modulus = 2 + below(6);
	struct key key;
	const char *text = NULL;

	if (on(F_NUMGEN) && below(2))
		text = say("numgen inc mod %u", modulus);
	else if (on(F_HASH) && pick_key(draft, &key, good_key))
		text = say("jhash %s mod %u seed 0x%x", key.text, modulus, 1 + below(1000));
	if (!text)
		return;
	draft_add(draft, below(2) || !on(F_ANONSET)
				 ? say("%s %u", text, below(modulus))
				 : say("%s { 0, %u }", text, 1 + below(modulus - 1)));
	draft_add(draft, "counter");
}

/* The second of two tags, behind the first. */
static void match_two_tags(struct draft *draft)
{
	unsigned pool = field_pool(field_named("vlan id"));

	draft_add(draft, say("ether type %s vlan id %u vlan type %s vlan id %u",
			     below(2) ? "8021ad" : "vlan", (unsigned)value_new(T_INT, pool, 12),
			     below(4) ? "8021q" : "8021ad", (unsigned)value_new(T_INT, pool, 12)));
}

static bool good_match(const struct field *field)
{
	return !(field->flags & FIELD_RARE) || !below(4);
}

/* What the rest of the rule implies anyway, said first and in many ways. */
static void match_protocol(struct draft *draft)
{
	static const struct {
		enum header header;
		const char *ether, *name, *set;
	} names[] = {
		{H_IP, "ip", NULL, NULL},
		{H_IP6, "ip6", NULL, NULL},
		{H_ARP, "arp", NULL, NULL},
		{H_TCP, NULL, "tcp", "{ udp, tcp }"},
		{H_UDP, NULL, "udp", "{ icmp, tcp, udp }"},
		{H_SCTP, NULL, "sctp", NULL},
		{H_ICMP, NULL, "icmp", NULL},
		{H_ICMPV6, NULL, "icmpv6", NULL},
		{H_ESP, NULL, "esp", "50-51"},
	};
	struct theme theme = draft->theme;

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (names[i].ether && names[i].header == theme.l3 && below(2)) {
			if (theme.vlan && on(F_VLAN))
				draft_add(draft, say("vlan type %s", names[i].ether));
			else if (!theme.vlan && on(F_META) && below(2))
				draft_add(draft, say("meta protocol %s", names[i].ether));
			else if (!theme.vlan && on(F_ETHER))
				draft_add(draft, say("ether type %s", names[i].ether));
		}
		if (!names[i].name || names[i].header != theme.l4 || theme.l3 == H_META)
			continue;
		if (theme.l3 == H_IP && !theme.vlan && on(F_IP) && !below(3))
			draft_add(draft, say("ip protocol %s", names[i].name));
		else if (theme.l3 == H_IP6 && !theme.vlan && on(F_IP6) && !below(3))
			draft_add(draft, say("ip6 nexthdr %s", names[i].name));
		else if (on(F_META) && names[i].set && on(F_ANONSET) && on(F_TH) && below(2)) {
			/* Behind several protocols only ports in general. */
			draft_add(draft, say("meta l4proto %s", names[i].set));
			draft->theme.l4 = H_TH;
		} else if (on(F_META))
			draft_add(draft, say("meta l4proto %s", names[i].name));
	}
}

/* Does this rule's rest need a protocol that this field, free to have any value, could contradict? */
static bool contradicts(const struct draft *draft, const struct field *field)
{
	return (field->flags & FIELD_NAMES) &&
	       (draft->theme.l3 != H_META || draft->theme.l4 != H_META || draft->theme.vlan);
}

void generate_matches(struct draft *draft)
{
	const struct field *chosen[4];
	unsigned n = below(8) ? 1 + below(3) : 0, kept = 0;
	struct key key;

	if (on(F_RAW) && !below(12))
		match_raw(draft);
	if (!below(30))
		match_generated(draft);
	if (!below(4))
		match_protocol(draft);
	if (on(F_VLAN) && on(F_TAGGED) && !below(40)) {
		match_two_tags(draft);
		return;
	}
	if (on(F_CONCAT) && !below(7) && pick_key(draft, &key, good_key) && key.n > 1) {
		match_set(draft, &key, on(F_NAMEDSET) && below(2));
		return;
	}
	while (n--) {
		const struct field *field = pick_field(draft, good_match);
		unsigned at = kept;

		if (!field || contradicts(draft, field))
			continue;
		while (at && chosen[at - 1]->header > field->header) {
			chosen[at] = chosen[at - 1];
			at--;
		}
		chosen[at] = field;
		kept++;
	}
	for (unsigned i = 0; i < kept; i++) {
		if (header_is_l4(chosen[i]->header))
			draft->ruleset->transport = true;
		generate_match(draft, chosen[i]);
		/* nft 1.0.6 merges neighbouring fields across other statements, the EtherType that it implies too. */
		if (on(F_EARLYCOUNTER) && !below(3) && i + 1 < kept &&
		    base_of(chosen[i]->header) > 1 &&
		    base_of(chosen[i]->header) < base_of(chosen[i + 1]->header))
			draft_add(draft, "counter");
	}
}
