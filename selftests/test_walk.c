/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The compiler against the reference: random rulesets, made in the model, and random packets; the image is walked in
 * plain C. SEED and ROUNDS repeat a run.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <linux/if_ether.h>
#include <string.h>

#include "chance.h"
#include "elements.h"
#include "lang/lang.h"
#include "reference.h"
#include "walk.h"

static unsigned bits_of(enum nc_type type)
{
	return nc_type_info(type)->bits;
}

/* --- random values of fields -------------------------------------------------------------------------------- */

static uint16_t random_type(void)
{
	static const uint16_t types[] = {ETH_P_IP, ETH_P_IPV6, ETH_P_8021Q, ETH_P_8021AD};

	return below(4) ? PICK(types) : random_number(16);
}

static uint8_t random_protocol(void)
{
	static const uint8_t protocols[] = {6, 17, 1, 58, 132, 136, 33};

	return below(4) ? PICK(protocols) : random_number(8);
}

/* Protocols meet often enough only if rules name the usual ones. */
static nc_num random_value(enum nc_type type)
{
	if (type == NC_TYPE_ETHER_TYPE)
		return random_type();
	return type == NC_TYPE_INET_PROTO ? random_protocol() : random_number(bits_of(type));
}

/* --- random rulesets ------------------------------------------------------------------------------------------- */

static void add_set(struct nc_table *table, enum nc_type type, bool intervals)
{
	char name[32];
	struct nc_set *set;

	snprintf(name, sizeof(name), "%s-%u", nc_type_info(type)->name, intervals);
	set = nc_set_new(name);
	set->type = type;
	set->flags = intervals ? NC_SET_INTERVAL : 0;
	random_elements(type, intervals, below(12), &set->elements);
	assert_int_equal(nc_vec_push(&table->sets, set), 0);
}

static void write_prefix(struct nc_match *match, unsigned bits)
{
	unsigned host = below(bits + 1);
	nc_num mask = host == 128 ? ~(nc_num)0 : ((nc_num)1 << host) - 1,
	       low = random_number(bits) & ~mask;

	match->written = NC_WRITTEN_PREFIX;
	push_element(&match->values, low, low | mask);
}

static void write_range(struct nc_match *match, unsigned bits)
{
	nc_num a = random_number(bits), b = random_number(bits);

	match->written = NC_WRITTEN_RANGE;
	push_element(&match->values, a < b ? a : b, a < b ? b : a);
}

static void write_masked(struct nc_match *match, unsigned bits)
{
	nc_num value = random_number(bits);

	match->masked = true;
	match->mask = random_number(bits) | value;
	if (!match->mask)
		match->mask = 1;
	push_element(&match->values, value, value);
}

static void write_any_bit(struct nc_match *match, unsigned bits)
{
	match->any_bit = true;
	match->mask = random_number(bits) | 2;
	push_element(&match->values, match->mask, match->mask);
}

static void write_set_ref(struct nc_match *match, const struct nc_table *table, enum nc_type type)
{
	match->written = NC_WRITTEN_SET_REF;
	match->set = strdup(table->sets.v[type * 2 + below(2)]->name);
}

static struct nc_match random_match(const struct nc_table *table)
{
	struct nc_match match = {.field = below(_NC_FIELD_MAX), .negated = !below(3)};
	enum nc_type type = nc_field_info(match.field)->type;
	nc_num value;

	if (match.field == NC_FIELD_VLAN_ID || match.field == NC_FIELD_VLAN_TYPE)
		match.depth = below(2);
	switch (below(8)) {
	case 0:
		if (nc_type_info(type)->prefixes) {
			write_prefix(&match, bits_of(type));
			break;
		}
		__attribute__((fallthrough));
	case 1:
		write_range(&match, bits_of(type));
		break;
	case 2:
		write_set_ref(&match, table, type);
		break;
	case 3:
	case 4:
		match.written = NC_WRITTEN_SET;
		random_elements(type, below(2), below(20) + 1, &match.values);
		break;
	case 5:
		if (match.field == NC_FIELD_TCP_FLAGS && below(2))
			write_any_bit(&match, bits_of(type));
		else
			write_masked(&match, bits_of(type));
		break;
	default:
		value = random_value(type);
		push_element(&match.values, value, value);
	}
	return match;
}

static void add_statement(struct nc_rule *rule, struct nc_stmt stmt)
{
	assert_int_equal(nc_vec_push(&rule->stmts, stmt), 0);
}

static struct nc_rule *random_rule(const struct nc_table *table)
{
	struct nc_rule *rule = nc_rule_new();
	struct nc_diag diag = {};

	for (unsigned n = below(5); n; n--)
		add_statement(rule, (struct nc_stmt){.kind = NC_STMT_MATCH,
						     .match = random_match(table)});
	if (below(2))
		add_statement(rule, (struct nc_stmt){.kind = NC_STMT_COUNTER});
	if (below(4))
		add_statement(rule, (struct nc_stmt){.kind = NC_STMT_VERDICT,
						     .verdict = below(2) ? NC_VERDICT_ACCEPT
									 : NC_VERDICT_DROP});
	/* What it refuses is as good a conjunction as any. */
	if (below(2))
		nc_rule_imply(rule, &diag);
	nc_diag_free(&diag);
	return rule;
}

static void add_device(struct nc_chain *chain, const char *name)
{
	struct nc_device_name device = {};

	snprintf(device.name, sizeof(device.name), "%s", name);
	assert_int_equal(nc_vec_push(&chain->devices, device), 0);
}

static void add_chain(struct nc_table *table)
{
	struct nc_chain *chain = nc_chain_new("c");

	chain->priority = below(3);
	chain->policy = below(2) ? NC_VERDICT_ACCEPT : NC_VERDICT_DROP;
	add_device(chain, "b");
	if (below(3))
		add_device(chain, "a");
	for (unsigned n = below(8); n; n--)
		assert_int_equal(nc_vec_push(&chain->rules, random_rule(table)), 0);
	assert_int_equal(nc_vec_push(&table->chains, chain), 0);
}

static struct nc_ruleset *random_ruleset(void)
{
	struct nc_ruleset *ruleset = nc_ruleset_new();

	for (unsigned n = below(2) + 1; n; n--) {
		struct nc_table *table = nc_table_new("t");

		for (unsigned type = 0; type < _NC_TYPE_MAX; type++) {
			add_set(table, type, false);
			add_set(table, type, true);
		}
		for (unsigned chains = below(3) + 1; chains; chains--)
			add_chain(table);
		assert_int_equal(nc_vec_push(&ruleset->tables, table), 0);
	}
	assert_int_not_equal(nc_ruleset_assign_counters(ruleset, NULL, 0), NC_NONE);
	return ruleset;
}

/* --- random packets -------------------------------------------------------------------------------------------- */

static void put(struct walk_packet *packet, enum nc_slot slot, size_t byte, nc_num value, size_t n)
{
	while (n--) {
		packet->byte[slot * 8 + byte + n] = value;
		value >>= 8;
	}
}

/* All of it, or cut somewhere. */
static uint32_t random_length(uint32_t whole)
{
	return below(3) ? whole : below(whole + 1);
}

static struct walk_packet random_packet(void)
{
	struct walk_packet packet = {.avail = {[NC_BASE_ALWAYS] = 1}};
	uint16_t protocol = random_type();
	size_t address = protocol == ETH_P_IP ? 4 : 16;

	put(&packet, NC_SLOT_ETHER_DADDR, 0, random_number(48), 6);
	put(&packet, NC_SLOT_ETHER_SADDR, 0, random_number(48), 6);
	put(&packet, NC_SLOT_ETHER_SADDR, 6, random_type(), 2);
	for (size_t tag = 0; tag < 2; tag++) {
		put(&packet, NC_SLOT_VLAN, tag * 4, below(16) << 12 | random_number(12), 2);
		put(&packet, NC_SLOT_VLAN, tag * 4 + 2, random_type(), 2);
	}
	put(&packet, NC_SLOT_L3, 0, protocol, 2);
	put(&packet, NC_SLOT_L3, 2, random_protocol(), 1);
	put(&packet, NC_SLOT_SADDR, 0, random_number(address * 8), address);
	put(&packet, NC_SLOT_DADDR, 0, random_number(address * 8), address);
	put(&packet, NC_SLOT_L4, 0, random_protocol(), 1);
	put(&packet, NC_SLOT_L4, 1, random_number(8), 1);
	put(&packet, NC_SLOT_L4, 2, random_number(16), 2);
	put(&packet, NC_SLOT_L4, 4, random_number(16), 2);
	packet.avail[NC_BASE_LINK] = random_length(22);
	if (protocol == ETH_P_IP)
		packet.avail[NC_BASE_IP] = random_length(20);
	if (protocol == ETH_P_IPV6)
		packet.avail[NC_BASE_IP6] = random_length(40);
	if (protocol == ETH_P_IP || protocol == ETH_P_IPV6)
		packet.avail[NC_BASE_TH] = random_length(15);
	return packet;
}

/* --- walk and reference ------------------------------------------------------------------------------------------ */

static const struct nc_rule *rule_at(const struct nc_ruleset *ruleset, uint32_t index)
{
	nc_vec_foreach (table, &ruleset->tables) {
		nc_vec_foreach (chain, &(*table)->chains) {
			if (index < (*chain)->rules.n)
				return (*chain)->rules.v[index];
			index -= (*chain)->rules.n;
		}
	}
	return NULL;
}

static const struct nc_image_entry *find_entry(const struct nc_image *image, const char *device)
{
	nc_vec_foreach (entry, &image->entries) {
		if (strcmp(entry->device.name, device) == 0)
			return entry;
	}
	return NULL;
}

static void complain(const struct nc_ruleset *ruleset, const struct nc_image *image,
		     const struct walk_packet *packet)
{
	nc_print_ruleset(ruleset, NC_PRINT_NUMERIC, stderr);
	nc_image_dump(image, stderr);
	for (size_t i = 0; i < sizeof(packet->byte); i++)
		fprintf(stderr, "%s%02x", i % 8 ? "" : "\n", packet->byte[i]);
	fprintf(stderr, "\navail");
	for (int i = 0; i < _NC_BASE_MAX; i++)
		fprintf(stderr, " %u", packet->avail[i]);
	fprintf(stderr, "\n");
	fail();
}

static void compare_packet(const struct nc_ruleset *ruleset, const struct nc_image *image,
			   uint64_t *counts)
{
	const char *device = below(2) ? "a" : "b";
	const struct nc_image_entry *entry = find_entry(image, device);
	const struct walk_packet packet = random_packet();
	struct judgement judgement;
	struct walk_end end;

	if (!entry)
		return;
	end = walk_image(image, entry->start, &packet, counts);
	judgement = reference_judge_by(ruleset, device, walk_load, &packet, 1);
	if (end.broken || end.verdict != judgement.verdict ||
	    end.reason != (judgement.rule ? NC_REASON_RULE : NC_REASON_POLICY) ||
	    rule_at(ruleset, end.rule) != judgement.rule) {
		fprintf(stderr, "walk: %s verdict %d rule %u; reference: verdict %d\n",
			end.broken ?: "", end.verdict, end.rule, judgement.verdict);
		complain(ruleset, image, &packet);
	}
}

static void compare_counters(const struct nc_ruleset *ruleset, const struct nc_image *image,
			     const uint64_t *counts)
{
	const struct nc_rule *rule;

	for (uint32_t i = 0; (rule = rule_at(ruleset, i)); i++) {
		const struct nc_counter *counter = nc_rule_counter(rule);

		assert_int_equal(image->rules.v[i].record.counter,
				 counter ? rule->counter_id : NC_NONE);
		if (counter)
			assert_int_equal(counts[rule->counter_id], counter->packets);
	}
}

/* The spec says what the steps use, no more and no less. */
static void check_spec(const struct nc_image *image)
{
	struct nc_spec spec = {.n_steps = image->spec.n_steps};

	nc_vec_foreach (step, &image->steps) {
		spec.uses_hash8 |= step->op == NC_OP_HASH8;
		spec.uses_hash16 |= step->op == NC_OP_HASH16;
		spec.uses_lpm8 |= step->op == NC_OP_LPM8;
		spec.uses_lpm16 |= step->op == NC_OP_LPM16;
		spec.uses_th |= step->base == NC_BASE_TH;
		spec.uses_ip |= step->base == NC_BASE_IP || step->base == NC_BASE_TH;
		spec.uses_ip6 |= step->base == NC_BASE_IP6 || step->base == NC_BASE_TH;
	}
	assert_memory_equal(&spec, &image->spec, sizeof(spec));
	assert_true(spec.n_steps >= image->steps.n + image->clauses.n);
}

static void compile(const struct nc_ruleset *ruleset, struct nc_image *ret)
{
	struct nc_diag diag = {};

	assert_int_equal(nc_compile(ruleset, ret, &diag), 0);
	assert_int_equal(diag.messages.n, 0);
}

static bool same_images(const struct nc_image *a, const struct nc_image *b)
{
	return a->steps.n == b->steps.n && a->clauses.n == b->clauses.n && a->sets.n == b->sets.n &&
	       (!a->steps.n ||
		memcmp(a->steps.v, b->steps.v, a->steps.n * sizeof(*a->steps.v)) == 0) &&
	       (!a->clauses.n ||
		memcmp(a->clauses.v, b->clauses.v, a->clauses.n * sizeof(*a->clauses.v)) == 0) &&
	       memcmp(&a->spec, &b->spec, sizeof(a->spec)) == 0;
}

static void walk_agrees_with_reference(void **state)
{
	const unsigned packets = 200, rounds = chance_rounds(1500);

	(void)state;
	chance_begin();
	for (unsigned i = 0; i < rounds; i++) {
		struct nc_ruleset *ruleset = random_ruleset();
		struct nc_image image = {}, again = {};
		const char *broken;
		uint64_t *counts;

		compile(ruleset, &image);
		compile(ruleset, &again);
		assert_true(same_images(&image, &again));
		check_spec(&image);
		broken = walk_check(&image);
		if (broken) {
			nc_image_dump(&image, stderr);
			fail_msg("%s", broken);
		}
		counts = calloc(image.n_counters + 1, sizeof(*counts));
		for (unsigned n = 0; n < packets; n++)
			compare_packet(ruleset, &image, counts);
		compare_counters(ruleset, &image, counts);
		free(counts);
		nc_image_clear(&image);
		nc_image_clear(&again);
		nc_ruleset_free(ruleset);
	}
	printf("# %u rulesets, %u packets\n", rounds, rounds * packets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walk_agrees_with_reference),
	};

	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
