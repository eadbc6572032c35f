/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The index of a chain: from a packet to the first of the chain's rules that can match it, at a cost that does not grow with
 * the rules.
 *
 * Writer: ctl/compile/ builds it, ctl/kern/ puts it into maps and freezes them. Reader: include/bpf/find.h.
 *
 * Rules are sorted into tables: rules of one table test the same bits of the packet's addresses, ports and protocol (their
 * masks; wider tests fall under narrower masks). So a packet's masked bits are the key of a hash, and one probe finds the
 * table's rules for it. To know which tables are worth a probe, each dimension has a trie over the rules' intervals, whose
 * leaves name a row of bits, one for each table that has a rule there: the rows' AND is what is left. A table of one key is not
 * hashed: small chains have a table for each rule, and the AND is the answer.
 *
 * Each chain that is indexed has one index for each family of packets. All indexes of an image are one piece of memory, the value
 * of the array nc_index_mem, in units of eight bytes; they refer to each other by unit. Numbers are in host order.
 */
#ifndef NETCTL_INDEX_H
#define NETCTL_INDEX_H

#include "abi.h"

/* What packets are told apart by before anything else. */
enum nc_family {
	NC_FAMILY_IP,
	NC_FAMILY_IP6,
	NC_FAMILY_OTHER, /* neither: no dimension is looked at */
	_NC_FAMILY_MAX
};

/* Values are left-justified in 128 bits. */
enum nc_dim {
	NC_DIM_SADDR, /* 32 or 128 bits */
	NC_DIM_DADDR,
	NC_DIM_SPORT, /* transport header bytes 0-1: ICMP's type and code too */
	NC_DIM_DPORT, /* transport header bytes 2-3 */
	NC_DIM_PROTO, /* IPv4: the header's protocol field unless there are STORE steps; else the transport protocol */
	_NC_DIM_MAX
};

#define NC_UNIT	       8
#define NC_UNITS(type) (sizeof(type) / NC_UNIT)
#define NC_UNITS_LINE  8  /* tables and rules begin at a multiple of it */
#define NC_UNITS_SLACK 16 /* behind the last: what begins at any unit may be read */
/* 512 MiB: the verifier lets no offset into a value reach BPF_MAX_VAR_OFF, 2^29 (Linux, include/linux/bpf_verifier.h). */
#define NC_UNITS_MAX (1u << 26)

/*
 * An entry of a trie: at which byte of the index the node below begins (bits 0-31), and which bits of the value choose among its
 * entries: those from the left that a shift to the left by bits 32-37, of the value's upper half or, with bit 38, its lower one, and
 * then one to the right by bits 40-45 leave, as an offset in bytes whose last three bits do not count. A leaf leads to itself, by
 * two entries, so that all ways may be gone for as long as the longest and a lookup has no branch that depends on the packet;
 * behind it stands its row. Of a root, bits 48-51 are the levels below it.
 *
 * Bits of the value may be passed over, and what the last level does not tell apart has one leaf: a row may name a table too
 * many, which costs a probe, and never one too few.
 */
#define NC_TRIE_LOWER (1ull << 38)
#define NC_TRIE_ENTRY(unit, pos, stride)                                                           \
	((__u64)(unit)*NC_UNIT | (__u64)((pos) % 64) << 32 | ((pos) < 64 ? 0 : NC_TRIE_LOWER) |    \
	 (__u64)(61 - (stride)) << 40)
#define NC_TRIE_LEAF_UNITS   2 /* before its row */
#define NC_TRIE_LEVELS(root) ((root) >> 48)
#define NC_TRIE_LEVEL	     (1ull << 48)

/* Levels at most. */
#define NC_TRIE_LEVELS_IP    4
#define NC_TRIE_LEVELS_IP6   4
#define NC_TRIE_LEVELS_PORT  2
#define NC_TRIE_LEVELS_PROTO 1

/* A row: bit per table of an index, in the order of the tables; as many words as the index has. */
#define NC_ROW_WORDS  4
#define NC_TABLES_MAX (NC_ROW_WORDS * 64)

/* One chain and family: at step.index, those of the families one behind the other. */
struct nc_index {
	__u64 root[_NC_DIM_MAX];     /* entries of tries; 0: the dimension is not looked at */
	__u64 all[NC_ROW_WORDS];     /* the tables there are */
	__u64 shallow[NC_ROW_WORDS]; /* those whose rules read no transport header */
	__u32 tables;		     /* the first, in ascending order of their least rule */
	__u32 verdict; /* enum nc_end ACCEPT or DROP: the policy, where no rule matches; _NC_END_MAX: go on at the step's miss */
};

/* Rules that share masks. The key: packet & mask. */
struct nc_table_masks {
	__u64 addr
		[4]; /* IPv4: [0] source << 32 | destination; IPv6: source, destination, upper halves first */
	__u64 rest; /* source port << 32 | destination port << 16 | protocol */
};

struct nc_index_table {
	struct nc_table_masks mask;
	__u32 least; /* order of its first rule */
	__u32 slots; /* shift below 64: its first slot; 64: its rules */
	__u32 shift; /* of the hash, which leaves the slot; 64: the table has one key */
	__u32 pad;   /* zero */
	__u64 seed;
};

/* A slot of a table: the rules of the keys that fall there lie one behind the other, in order. */
struct nc_index_slot {
	__u32 tag;   /* lower half of the key's hash */
	__u32 rules; /* struct nc_rule4 or nc_rule6; NC_NONE: there is no key. NC_SLOT_MIXED: of several keys, tag says nothing */
};

#define NC_SLOT_MIXED 0x80000000u

#define NC_RULE_LAST 0x01 /* of its slot */
#define NC_RULE_JUDGES                                                                             \
	0x02 /* it counts, if it has a counter, and that is its verdict: no step need be made */

/* What rules of both families have in common. A packet matches if it also has the bytes that the rule reads. */
struct nc_index_rule {
	__u32 order;		 /* place in the chain */
	__u32 at;		 /* step to go on at: what is left to test, or the statements */
	__u32 counter;		 /* JUDGES: counter id or NC_NONE */
	__u16 need_nh;		 /* bytes from the IP header on */
	__u16 need_th;		 /* as avail[NC_BASE_TH] counts them */
	__u16 sport, sport_span; /* value - sport <= span, modulo 2^16 */
	__u16 dport, dport_span;
	__u8 proto, proto_mask;
	__u8 flags; /* NC_RULE_* */
	__u8 end;   /* JUDGES: enum nc_end ACCEPT or DROP */
	__u32 pad;  /* zero */
};

struct nc_rule4 {
	struct nc_index_rule rule;
	__u32 saddr, saddr_span; /* as ports are compared */
	__u32 daddr, daddr_span;
	__u32 pad[4]; /* zero: to the end of the cache line */
};

struct nc_rule6 {
	struct nc_index_rule rule;
	__u64 addr[4]; /* source, destination; upper halves first; under mask */
	__u64 mask[4];
	__u64 pad[4]; /* zero */
};

/* The hash of masked bits. Multiplicative; the seed is the table's. */
static inline __u64 nc_index_hash(const __u64 addr[4], __u64 rest, int words, __u64 seed)
{
	__u64 hash = (addr[0] ^ seed) * 0x9e3779b97f4a7c15ull;

	if (words == 4) {
		hash = ((hash ^ hash >> 32) + addr[1]) * 0xbf58476d1ce4e5b9ull;
		hash = ((hash ^ hash >> 29) + addr[2]) * 0x94d049bb133111ebull;
		hash = ((hash ^ hash >> 32) + addr[3]) * 0x9e3779b97f4a7c15ull;
	}
	hash = ((hash ^ hash >> 29) + rest) * 0xbf58476d1ce4e5b9ull;
	return (hash ^ hash >> 32) * 0x94d049bb133111ebull;
}

_Static_assert(sizeof(struct nc_index) == 112, "struct nc_index is part of the ABI");
_Static_assert(sizeof(struct nc_index_slot) == NC_UNIT, "struct nc_index_slot is part of the ABI");
_Static_assert(sizeof(struct nc_index_table) == 64, "struct nc_index_table is part of the ABI");
_Static_assert(sizeof(struct nc_rule4) == 64, "struct nc_rule4 is part of the ABI");
_Static_assert(sizeof(struct nc_rule6) == 128, "struct nc_rule6 is part of the ABI");

#endif
