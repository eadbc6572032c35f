/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The image: a ruleset as the immutable maps that one generation of the filter program reads.
 *
 * Writer: ctl/compile/ builds it, ctl/kern/ puts it into maps and freezes them.
 * Reader: include/bpf/classify.h walks it, forward only.
 *
 * A base chain becomes steps and clauses. A step tests one slot of the packet and names where to go on
 * when it hits and when it misses; a clause is what a matching rule (or the policy) does. Since
 * hit and miss are free, conjunctions, negations, anonymous sets and 128-bit ranges all come
 * down to the one comparison that a step makes.
 */
#ifndef NETCTL_IMAGE_H
#define NETCTL_IMAGE_H

#include "abi.h"
#include "packet.h"
#include "reason.h"

/*
 * A target is the index of a step, or, with NC_TARGET_CLAUSE set, of a clause.
 * Step targets are greater than the index of the step that names them, so that every walk ends.
 */
#define NC_TARGET_CLAUSE 0x80000000u

enum nc_step_op {
	NC_OP_RANGE, /* (slot & mask) - low <= span, unsigned */
	NC_OP_HASH8, /* (slot & mask) << shift, as struct nc_key8, is a key of nc_hash8[set] */
	NC_OP_HASH16, /* slot and the slot after it, as struct nc_key16, are a key of nc_hash16[set] */
	NC_OP_LPM8,  /* as NC_OP_HASH8, a prefix in nc_lpm8[set] covers it */
	NC_OP_LPM16, /* as NC_OP_HASH16, a prefix in nc_lpm16[set] covers it */
	_NC_OP_MAX
};

#define NC_STEP_INVERT 0x01 /* hit where the comparison fails; a missing header still misses */

struct nc_step {
	__u8 op;    /* enum nc_step_op */
	__u8 flags; /* NC_STEP_* */
	__u8 slot;  /* enum nc_slot; for the 16-byte ops the first of two */
	__u8 shift; /* bits, 0-63; the 8-byte set ops */
	__u8 base;  /* enum nc_base */
	__u8 pad;   /* zero */
	__u16 need; /* bytes that must be available from base, in the units of enum nc_base */
	__u32 set;  /* index into the outer map of the op; NC_NONE for NC_OP_RANGE */
	__u32 hit;  /* target */
	__u32 miss; /* target */
	__u32 pad2; /* zero */
	__u64 mask; /* host order, as are low and span: of the slot read as a big-endian number */
	__u64 low;  /* masked */
	__u64 span; /* high - low; 0 for equality */
};

struct nc_clause {
	__u32 rule;    /* index into nc_rules; NC_NONE for a policy */
	__u32 counter; /* counter id; NC_NONE for none */
	__u32 next;    /* target where the walk goes on; NC_NONE: verdict and reason end it */
	__u8 verdict;  /* enum nc_verdict; meaningless unless next is NC_NONE */
	__u8 reason;   /* NC_REASON_RULE or NC_REASON_POLICY */
	__u16 pad;     /* zero */
};

/* Set keys: the field's bytes in network order, left-justified, the rest zero. */
struct nc_key8 {
	__be64 data;
};

struct nc_key16 {
	__be64 data[2];
};

/* LPM keys, as BPF_MAP_TYPE_LPM_TRIE wants them: prefixlen in bits, from the left of data. */
struct nc_prefix8 {
	__u32 prefixlen;
	__u8 data[8];
};

struct nc_prefix16 {
	__u32 prefixlen;
	__u8 data[16];
};

/*
 * The value of every set element. An interval is stored as the prefixes that cover it, in address
 * order; FIRST and LAST mark where it begins and ends, so that it can be listed as it was given.
 */
#define NC_ELEMENT_FIRST 0x01
#define NC_ELEMENT_LAST	 0x02

struct nc_element {
	__u32 flags; /* NC_ELEMENT_*; both for an element that is one key */
};

/* Where the walk begins for the packets of one device. Key: ifindex, __u32. */
struct nc_entry {
	__u32 start; /* target of the first base chain in priority order */
	__u32 stats; /* stats slot, below NC_DEVICES_MAX */
};

/*
 * What is known when the filter program is loaded: its .rodata, from which the verifier removes what the
 * ruleset does not use.
 */
struct nc_spec {
	__u32 n_steps;	/* iterations that every walk ends within: steps plus clauses, at least 1 */
	__u32 uses_ip;	/* 1: some step needs NC_BASE_IP, or NC_BASE_TH for IPv4 */
	__u32 uses_ip6; /* 1: the same for IPv6 */
	__u32 uses_th;	/* 1: some step needs NC_BASE_TH */
	__u32 uses_hash8; /* 1: some step has the op; likewise below */
	__u32 uses_hash16;
	__u32 uses_lpm8;
	__u32 uses_lpm16;
	__u32 single_ifindex; /* the only device with a base chain, 0: look in nc_entries */
	struct nc_entry single;
	__u32 pad;
};

_Static_assert(sizeof(struct nc_step) == 48, "struct nc_step is part of the ABI");
_Static_assert(sizeof(struct nc_clause) == 16, "struct nc_clause is part of the ABI");
_Static_assert(sizeof(struct nc_prefix8) == 12, "LPM keys have no padding");
_Static_assert(sizeof(struct nc_prefix16) == 20, "LPM keys have no padding");
_Static_assert(sizeof(struct nc_spec) == 48, "struct nc_spec is part of the ABI");

#endif
