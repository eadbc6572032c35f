/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a packet to the first rule of a chain that can match it, through the chain's index (netctl/index.h). Reads slots, changes
 * nothing but counters of rules that judge by themselves.
 */
#ifndef NETCTL_BPF_FIND_H
#define NETCTL_BPF_FIND_H

#include "walk.h"

/* What is looked for, and how far the search has come. */
struct nc_search {
	__u64 addr[4], rest;	    /* as struct nc_table_masks sees the packet */
	__u64 tables[NC_ROW_WORDS]; /* still to be asked */
	__u32 first_table;
	__u32 from;		/* rules before are not looked at */
	__u32 best, best_order; /* the rule found; NC_NONE */
	__u32 at;		/* the next rule of a slot; NC_NONE: none */
	__u16 avail_nh, avail_th;
	__u32 family;
};

static const __u8 nc_debruijn[64] = {
	0,  1,	2,  53, 3,  7,	54, 27, 4,  38, 41, 8,	34, 55, 48, 28, 62, 5,	39, 46, 44, 42,
	22, 9,	24, 35, 59, 56, 49, 18, 29, 11, 63, 52, 6,  26, 37, 40, 33, 47, 61, 45, 43, 21,
	23, 58, 17, 10, 51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12,
};

/* The place of a number's only bit; BPF has no instruction that counts zeros. */
static __always_inline __u32 nc_bit_place(__u64 bit)
{
	return nc_debruijn[(bit * 0x022fdd63cc95386dull) >> 58];
}

/* What is at a unit of the index. */
static __always_inline const void *nc_unit(const void *mem, __u32 unit)
{
	return mem + ((__u64)(unit & nc_spec.index_mask) * NC_UNIT);
}

/* At a byte, without the last three bits of its number. */
static __always_inline const void *nc_byte(const void *mem, __u64 byte)
{
	return mem + (byte & nc_spec.index_bytes);
}

/* By the last six bits of a number, as BPF has it and C has not. */
static __always_inline __u64 nc_shift_by(__u64 value, __u64 left, __u64 right)
{
	asm("%0 <<= %1\n\t%0 >>= %2" : "+r"(value) : "r"(left), "r"(right));
	return value;
}

/* The row for a value that stands at the left of 128 bits, or of 64 (low is the same then). */
static __always_inline const __u64 *nc_trie_find(const void *mem, __u64 root, __u64 high, __u64 low,
						 int levels)
{
	__u64 entry = root;

	for (int i = 0; i < levels; i++) {
		__u64 value = high ^ ((high ^ low) & -(entry >> 38 & 1));

		if (i >= (int)NC_TRIE_LEVELS(root))
			break;
		entry = *(const __u64 *)nc_byte(mem, entry + nc_shift_by(value, entry >> 32,
									 entry >> 40));
	}
	return nc_byte(mem, entry + NC_TRIE_LEAF_UNITS * NC_UNIT);
}

static __always_inline void nc_narrow(const void *mem, __u64 tables[NC_ROW_WORDS], __u64 root,
				      __u64 high, __u64 low, int levels)
{
	const __u64 *row;

	if (!root)
		return;
	row = nc_trie_find(mem, root, high, low, levels);
	for (__u32 word = 0; word < NC_ROW_WORDS; word++) {
		if (word < nc_spec.index_words)
			tables[word] &= row[word];
	}
}

/* The tables that may have a rule for the packet. */
static __always_inline void nc_choose_tables(const void *mem, struct nc_search *search,
					     const struct nc_index *index, const struct nc_pkt *pkt)
{
	__u64 l4 = nc_slot(pkt, NC_SLOT_L4), proto = l4;

	for (int word = 0; word < NC_ROW_WORDS; word++)
		search->tables[word] = pkt->deep ? index->shallow[word] : index->all[word];
	if (search->family == NC_FAMILY_IP) {
		__u64 saddr = nc_slot(pkt, NC_SLOT_SADDR), daddr = nc_slot(pkt, NC_SLOT_DADDR);

		if (!nc_uses(NC_OP_STORE))
			proto = nc_slot(pkt, NC_SLOT_L3) << 16;
		search->addr[0] = saddr | daddr >> 32;
		nc_narrow(mem, search->tables, index->root[NC_DIM_SADDR], saddr, saddr,
			  NC_TRIE_LEVELS_IP);
		nc_narrow(mem, search->tables, index->root[NC_DIM_DADDR], daddr, daddr,
			  NC_TRIE_LEVELS_IP);
	} else if (search->family == NC_FAMILY_IP6) {
		search->addr[0] = nc_slot(pkt, NC_SLOT_SADDR);
		search->addr[1] = nc_slot(pkt, NC_SLOT_SADDR_LOW);
		search->addr[2] = nc_slot(pkt, NC_SLOT_DADDR);
		search->addr[3] = nc_slot(pkt, NC_SLOT_DADDR_LOW);
		nc_narrow(mem, search->tables, index->root[NC_DIM_SADDR], search->addr[0],
			  search->addr[1], NC_TRIE_LEVELS_IP6);
		nc_narrow(mem, search->tables, index->root[NC_DIM_DADDR], search->addr[2],
			  search->addr[3], NC_TRIE_LEVELS_IP6);
	} else {
		return;
	}
	search->rest = (l4 & 0x0000ffffffff0000ull) | proto >> 56;
	/* What is not known is not in the way of rules that do not ask. */
	if (pkt->deep)
		return;
	nc_narrow(mem, search->tables, index->root[NC_DIM_SPORT], l4 << 16, l4 << 16,
		  NC_TRIE_LEVELS_PORT);
	nc_narrow(mem, search->tables, index->root[NC_DIM_DPORT], l4 << 32, l4 << 32,
		  NC_TRIE_LEVELS_PORT);
	nc_narrow(mem, search->tables, index->root[NC_DIM_PROTO], proto, proto,
		  NC_TRIE_LEVELS_PROTO);
}

/*
 * How a packet differs from a rule: a number whose sign bit is set if it does. Differences are added up in that bit, instead of
 * a branch for each that nobody could foretell.
 */
static __always_inline __s64 nc_outside(__u64 value, __u64 span)
{
	return (__s64)span - (__s64)value;
}

static __always_inline __s64 nc_unequal(__u64 difference)
{
	return difference | -difference;
}

static __always_inline __s64 nc_differs(const struct nc_search *search,
					const struct nc_index_rule *rule)
{
	__u64 rest = search->rest;

	return nc_outside((__u16)((rest >> 32) - rule->sport), rule->sport_span) |
	       nc_outside((__u16)((rest >> 16) - rule->dport), rule->dport_span) |
	       nc_unequal(((__u8)rest & rule->proto_mask) ^ rule->proto) |
	       nc_outside(rule->need_nh, search->avail_nh) |
	       nc_outside(rule->need_th, search->avail_th) | nc_outside(search->from, rule->order);
}

/* The rule at a unit, of the packet's family; *ret_differs: as nc_differs(). */
static __always_inline const struct nc_index_rule *
nc_try_rule(const void *mem, const struct nc_search *search, __u32 at, __s64 *ret_differs)
{
	if (nc_spec.uses_ip6 && search->family == NC_FAMILY_IP6) {
		const struct nc_rule6 *rule = nc_unit(mem, at);

		*ret_differs = nc_unequal(((search->addr[0] & rule->mask[0]) ^ rule->addr[0]) |
					  ((search->addr[1] & rule->mask[1]) ^ rule->addr[1]) |
					  ((search->addr[2] & rule->mask[2]) ^ rule->addr[2]) |
					  ((search->addr[3] & rule->mask[3]) ^ rule->addr[3])) |
			       nc_differs(search, &rule->rule);
		return &rule->rule;
	} else {
		const struct nc_rule4 *rule = nc_unit(mem, at);
		__u64 addr = search->addr[0];

		*ret_differs = nc_outside((__u32)((addr >> 32) - rule->saddr), rule->saddr_span) |
			       nc_outside((__u32)(addr - rule->daddr), rule->daddr_span) |
			       nc_differs(search, &rule->rule);
		return &rule->rule;
	}
}

/* The packet's rules in a table: where they begin. */
static __always_inline __u32 nc_probe(const void *mem, const struct nc_search *search,
				      const struct nc_index_table *table)
{
	const struct nc_index_slot *slot;
	__u64 addr[4], hash;

	if (table->shift >= 64)
		return table->slots;
	if (nc_spec.uses_ip6 && search->family == NC_FAMILY_IP6) {
		for (int i = 0; i < 4; i++)
			addr[i] = search->addr[i] & table->mask.addr[i];
		hash = nc_index_hash(addr, search->rest & table->mask.rest, 4, table->seed);
	} else {
		addr[0] = search->addr[0] & table->mask.addr[0];
		hash = nc_index_hash(addr, search->rest & table->mask.rest, 1, table->seed);
	}
	slot = nc_unit(mem, table->slots + (__u32)(hash >> (table->shift & 63)));
	if (slot->rules == NC_NONE)
		return NC_NONE;
	if (slot->rules & NC_SLOT_MIXED)
		return slot->rules & ~NC_SLOT_MIXED;
	return slot->tag == (__u32)hash ? slot->rules : NC_NONE;
}

/* Take the next table that is left. false: none is, or all have later rules than the one found. */
static __always_inline bool nc_next_table(const void *mem, struct nc_search *search)
{
	const struct nc_index_table *table;
	__u64 bit;

	for (__u32 word = 0; word < NC_ROW_WORDS; word++) {
		if (word >= nc_spec.index_words)
			break;
		if (!search->tables[word])
			continue;
		bit = search->tables[word] & -search->tables[word];
		search->tables[word] ^= bit;
		table = nc_unit(mem, search->first_table +
					     (word * 64 + nc_bit_place(bit)) * NC_UNITS(*table));
		if (table->least >= search->best_order)
			return false;
		search->at = nc_probe(mem, search, table);
		return true;
	}
	return false;
}

static __always_inline __u32 nc_rule_units(const struct nc_search *search)
{
	return nc_spec.uses_ip6 && search->family == NC_FAMILY_IP6 ? NC_UNITS(struct nc_rule6)
								   : NC_UNITS(struct nc_rule4);
}

/* One table, or one rule of a table, further. false: the search is over. */
static __always_inline bool nc_search_step(const void *mem, struct nc_search *search)
{
	const struct nc_index_rule *rule;
	__u32 at;
	__s64 differs;

	if (search->at == NC_NONE && !nc_next_table(mem, search))
		return false;
	at = search->at;
	if (at == NC_NONE)
		return true;
	rule = nc_try_rule(mem, search, at, &differs);
	if (rule->order >= search->best_order) {
		search->at = NC_NONE;
	} else if (differs >= 0) {
		search->best = at;
		search->best_order = rule->order;
		search->at = NC_NONE;
	} else {
		search->at = rule->flags & NC_RULE_LAST ? NC_NONE : at + nc_rule_units(search);
	}
	return true;
}

/* Room for a search off the stack, of which there is little. Nothing comes between while one is made. */
NC_PERCPU(nc_searches, 1, struct nc_search);

struct nc_searching {
	const void *mem;
	struct nc_search *search;
};

static long nc_search_on(__u32 i __attribute__((unused)), struct nc_searching *searching)
{
	return !nc_search_step(searching->mem, searching->search);
}

/* More tables and rules than nearly any packet needs are looked at without a call for each: calls are what is dear. */
#define NC_SEARCH_AT_ONCE 4

/* The first rule from search->from on that matches. */
static __always_inline void nc_search(const void *mem, struct nc_search *search)
{
	struct nc_searching searching = {.mem = mem, .search = search};

#pragma clang loop unroll(disable)
	for (int i = 0; i < NC_SEARCH_AT_ONCE; i++) {
		if (!nc_search_step(mem, search))
			return;
	}
	bpf_loop(NC_STEPS_MAX, nc_search_on, &searching, 0);
}

#endif
