/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A packet looked up in an index on this side, as include/bpf/find.h does it, and what that takes. Called by tables.c, which
 * chooses by it, and for reports of cost. Must give the program's answers: a test compares them.
 */
#include "compile/look.h"

struct looking {
	const struct nc_image *image;
	const struct nc_index *index;
	enum nc_family family;
	uint32_t from;
	__u64 addr[4], rest;
	__u64 tables[NC_ROW_WORDS];
	struct nc_look *look;
};

static const __u64 *find_row(const struct looking *looking, __u64 root, nc_num value)
{
	__u64 entry = root;

	for (unsigned i = 0; i < NC_TRIE_LEVELS(root); i++) {
		__u64 bits = entry & NC_TRIE_LOWER ? value : value >> 64;
		uint32_t byte = entry + (bits << (entry >> 32 & 63) >> (entry >> 40 & 63));

		entry = *(const __u64 *)nc_unit_at(looking->image, byte / NC_UNIT);
	}
	return nc_unit_at(looking->image, (uint32_t)entry / NC_UNIT + NC_TRIE_LEAF_UNITS);
}

static void choose_tables(struct looking *looking, const nc_num value[_NC_DIM_MAX])
{
	unsigned words = looking->image->spec.index_words;

	memcpy(looking->tables, looking->index->all, sizeof(looking->tables));
	for (enum nc_dim dim = 0; dim < _NC_DIM_MAX && looking->family != NC_FAMILY_OTHER; dim++) {
		__u64 root = looking->index->root[dim];
		const __u64 *row = root ? find_row(looking, root, value[dim]) : NULL;

		looking->look->nodes += NC_TRIE_LEVELS(root);
		for (unsigned word = 0; row && word < words; word++)
			looking->tables[word] &= row[word];
	}
}

static bool matches(const struct looking *looking, const struct nc_index_rule *rule)
{
	const struct nc_rule4 *rule4 = (const void *)rule;
	const struct nc_rule6 *rule6 = (const void *)rule;
	__u64 rest = looking->rest, addr = looking->addr[0];

	if (looking->family == NC_FAMILY_IP6) {
		for (int i = 0; i < 4; i++) {
			if ((looking->addr[i] & rule6->mask[i]) != rule6->addr[i])
				return false;
		}
	} else if ((__u32)((addr >> 32) - rule4->saddr) > rule4->saddr_span ||
		   (__u32)(addr - rule4->daddr) > rule4->daddr_span) {
		return false;
	}
	return rule->order >= looking->from &&
	       (__u16)((rest >> 32) - rule->sport) <= rule->sport_span &&
	       (__u16)((rest >> 16) - rule->dport) <= rule->dport_span &&
	       ((__u8)rest & rule->proto_mask) == rule->proto;
}

static uint32_t probe(struct looking *looking, const struct nc_index_table *table)
{
	int words = looking->family == NC_FAMILY_IP6 ? 4 : 1;
	const struct nc_index_slot *slot;
	__u64 addr[4], hash;

	looking->look->probes++;
	if (table->shift >= 64)
		return table->slots;
	for (int i = 0; i < words; i++)
		addr[i] = looking->addr[i] & table->mask.addr[i];
	hash = nc_index_hash(addr, looking->rest & table->mask.rest, words, table->seed);
	slot = nc_unit_at(looking->image, table->slots + (hash >> table->shift));
	if (slot->rules == NC_NONE)
		return NC_NONE;
	if (slot->rules & NC_SLOT_MIXED)
		return slot->rules & ~NC_SLOT_MIXED;
	return slot->tag == (__u32)hash ? slot->rules : NC_NONE;
}

/* The first rule of a slot that matches, if it is before the one found. */
static void go_through(struct looking *looking, uint32_t at)
{
	unsigned units = looking->family == NC_FAMILY_IP6 ? NC_UNITS(struct nc_rule6)
							  : NC_UNITS(struct nc_rule4);

	for (; at != NC_NONE; at += units) {
		const struct nc_index_rule *rule = nc_unit_at(looking->image, at);

		looking->look->rules++;
		if (rule->order >= looking->look->found)
			return;
		if (matches(looking, rule)) {
			looking->look->found = rule->order;
			return;
		}
		if (rule->flags & NC_RULE_LAST)
			return;
	}
}

void nc_look_up_from(const struct nc_image *image, const struct nc_index *index,
		     enum nc_family family, const nc_num value[_NC_DIM_MAX], uint32_t from,
		     struct nc_look *ret)
{
	struct looking looking = {
		.image = image, .index = index, .family = family, .from = from, .look = ret};
	const nc_num *v = value;

	*ret = (struct nc_look){.found = NC_NONE};
	if (family == NC_FAMILY_IP6) {
		looking.addr[0] = v[NC_DIM_SADDR] >> 64;
		looking.addr[1] = v[NC_DIM_SADDR];
		looking.addr[2] = v[NC_DIM_DADDR] >> 64;
		looking.addr[3] = v[NC_DIM_DADDR];
	} else {
		looking.addr[0] =
			(__u64)(v[NC_DIM_SADDR] >> 96) << 32 | (__u32)(v[NC_DIM_DADDR] >> 96);
	}
	looking.rest = (__u64)(v[NC_DIM_SPORT] >> 112) << 32 |
		       (__u64)(v[NC_DIM_DPORT] >> 112) << 16 | (__u8)(v[NC_DIM_PROTO] >> 120);
	choose_tables(&looking, value);
	for (unsigned at = 0; at < NC_TABLES_MAX; at++) {
		const struct nc_index_table *table =
			nc_unit_at(image, index->tables + at * NC_UNITS(*table));

		if (!(looking.tables[at / 64] >> at % 64 & 1))
			continue;
		if (table->least >= ret->found)
			return;
		go_through(&looking, probe(&looking, table));
	}
}
