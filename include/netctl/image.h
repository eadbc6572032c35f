/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The image: a ruleset as the immutable maps that one generation of the filter program reads.
 *
 * Writer: ctl/compile/ builds it, ctl/kern/ puts it into maps and freezes them.
 * Reader: include/bpf/classify.h walks it, forward only.
 *
 * Chains become steps. A step does one thing (a test, a load, a statement, a verdict) and names where to go on when it hits and
 * when it misses. A rule's tests miss to the next rule; so conjunctions, negations, anonymous sets and 128-bit ranges
 * all come down to the one comparison that a step makes, and jumps to a stack of steps to come back to.
 */
#ifndef NETCTL_IMAGE_H
#define NETCTL_IMAGE_H

#include "abi.h"
#include "packet.h"
#include "reason.h"

/*
 * What a step does. Members of struct nc_step that an op does not name are zero. "acc" is the accumulator; a header that
 * cannot be loaded (base and need) is a miss for every op.
 */
enum nc_step_op {
	/* tests */
	NC_OP_RANGE, /* (slot & mask) - low <= span, unsigned */
	/*
	 * (slot & mask) << shift, as struct nc_key8, is in the hash (hash.h) number index of its class. kern/ fills in: index as
	 * its place, below NC_HASHES_DIRECT or that much more than in nc_hash8; low buckets, span seed
	 */
	NC_OP_HASH8,
	NC_OP_HASH16, /* likewise slot and the slot after it, as struct nc_key16 */
	NC_OP_LPM8,   /* as NC_OP_HASH8, a prefix in nc_lpm8[index] covers it */
	NC_OP_LPM16,  /* as NC_OP_HASH16, a prefix in nc_lpm16[index] covers it */
	NC_OP_RICH,   /* the key is in the rich set index of class width; arg: enum nc_rich_use */

	/* loads: (bytes >> shift) & (mask, low) into acc */
	NC_OP_SLOT,    /* a slot: (slot >> shift) & mask; width 16: two slots, shift 0 */
	NC_OP_CONST,   /* (mask, low) */
	NC_OP_PAYLOAD, /* width bytes that end need bytes behind base */
	NC_OP_EXTENSION, /* likewise in the IPv6 extension header numbered arg; NC_STEP_PRESENT: 1 or 0 */
	NC_OP_TCP_OPTION, /* likewise in the TCP option of kind arg */
	NC_OP_META,	  /* arg: enum nc_meta */
	NC_OP_NUMGEN, /* random, or word index counting, modulo low, plus span; NC_STEP_RANDOM */
	NC_OP_JHASH, /* of the first arg bytes of the key with seed mask: scaled to low, plus span */
	NC_OP_IP_OPTION,  /* as TCP_OPTION, of IPv4 */
	NC_OP_SCTP_CHUNK, /* likewise in the SCTP chunk of type arg */
	NC_OP_INNER,	  /* width bytes that end index bytes behind the transport header */

	/* computing */
	NC_OP_AND, /* acc & (mask, low); likewise */
	NC_OP_OR,
	NC_OP_XOR,
	NC_OP_LSHIFT, /* by shift bits */
	NC_OP_RSHIFT,
	/*
	 * ((slot >> shift) & mask) << low | span into 4 or 8 bytes at byte arg of the key; width 16: two slots & (mask,
	 * low); NC_STEP_FIRST, NC_STEP_SWAP
	 */
	NC_OP_KEY,

	/* statements: hit where the rule goes on */
	NC_OP_COUNT, /* counter index; with NC_STEP_ELEMENT of an element: class width, set arg */
	NC_OP_LIMIT, /* word index, or an element's: mask ns per unit, low rate, span depth in ns */
	NC_OP_QUOTA, /* word index, or an element's: low bytes */
	NC_OP_LOG,   /* nc_logs[index] */
	NC_OP_ELEMENT, /* add, update or delete the key in set index of class width: mask timeout in ns; arg: flags */
	NC_OP_STORE, /* acc into width bytes that end need bytes behind base: shift, mask; arg: NC_STORE_* */
	NC_OP_STORE_OPTION, /* acc into the TCP option of kind arg, width bytes that end index bytes into it */
	NC_OP_SET_META, /* acc into arg, enum nc_meta */
	NC_OP_DUP,	/* a copy to port index */
	NC_OP_FWD,	/* to port index, which ends the walk; width 4 or 6: by the neighbour acc */
	NC_OP_STRIP, /* no-ops in place of the TCP option of kind arg; one that does not fit is dropped */

	/* control */
	NC_OP_VERDICT, /* arg: enum nc_end; rule index: of the rule; NC_STEP_POLICY */
	NC_OP_JUMP,    /* to hit; a return comes back to miss */
	NC_OP_RETURN,  /* to where the last jump said, or to the policy */
	NC_OP_INDEX, /* struct nc_index at unit index: at the first rule from low on that may match, else miss; span: the first that
		      * reads the transport header */
	NC_OP_BASE, /* a base chain begins at hit; low: its policy's step; miss: the next base chain, or NC_NONE */
	NC_OP_TRACE, /* "explain": rule index has matched; NC_STEP_POLICY: a policy is asked */
	_NC_OP_MAX
};

#define NC_STEP_INVERT                                                                             \
	0x01 /* hit where the test fails; a missing header still misses. LIMIT: over; QUOTA: over */
#define NC_STEP_PRESENT 0x02
#define NC_STEP_RANDOM	0x04
#define NC_STEP_FIRST	0x08 /* the key is cleared before */
#define NC_STEP_ELEMENT 0x10
#define NC_STEP_BYTES	0x20 /* LIMIT counts bytes */
#define NC_STEP_POLICY	0x40
#define NC_STEP_SWAP	0x80 /* KEY: the bytes of a number of 4 or 8, last first */

/* NC_OP_RICH: what a match does. */
enum nc_rich_use {
	NC_RICH_TEST,
	NC_RICH_DATA,	 /* the element's data into acc */
	NC_RICH_VERDICT, /* the element's verdict; CONTINUE hits. low: the table's handle, for jumps */
	NC_RICH_OBJECT, /* the same: the element jumps to what runs an object, and back to span */
};

/* NC_OP_ELEMENT */
#define NC_ELEMENT_UPDATE 0x01 /* also where it is there: its time starts anew */
#define NC_ELEMENT_DELETE 0x02
#define NC_ELEMENT_MAPPED 0x04 /* acc is its data */

/* NC_OP_STORE */
#define NC_STORE_CHECKSUM 0x01 /* keep the checksums that cover the bytes right */
#define NC_STORE_PSEUDO	  0x02 /* they are part of the pseudo header */
#define NC_STORE_ODD	  0x04 /* they begin in the lower half of a word that is summed */

/* How a VERDICT step, or an element of a verdict map, ends or goes on. */
enum nc_end {
	NC_END_ACCEPT, /* the next base chain of the device has the word */
	NC_END_DROP,
	NC_END_CONTINUE,
	NC_END_RETURN,
	NC_END_JUMP,
	NC_END_GOTO,
	_NC_END_MAX
};

enum nc_meta {
	NC_META_LENGTH, /* as counters count bytes */
	NC_META_IFNAME, /* where it came in: nothing at egress */
	NC_META_IFTYPE,
	NC_META_IFGROUP,
	NC_META_IFINDEX,
	NC_META_OIFNAME, /* where it goes out: nothing at ingress */
	NC_META_OIFTYPE,
	NC_META_OIFGROUP,
	NC_META_OIFINDEX,
	NC_META_CPU,
	NC_META_RANDOM,
	NC_META_TIME, /* ns since 1970 */
	NC_META_DAY,
	NC_META_HOUR,
	NC_META_MARK, /* this one and those behind it: at tc only */
	NC_META_PRIORITY,
	NC_META_PKTTYPE,
	_NC_META_MAX
};

/* Step targets within a chain are greater than the index of the step that names them; chains call each other without loops. */
struct nc_step {
	__u8 op;    /* enum nc_step_op */
	__u8 flags; /* NC_STEP_* */
	__u8 slot;  /* enum nc_slot; for 16 bytes the first of two */
	__u8 shift; /* bits */
	__u8 base;  /* enum nc_base */
	__u8 width; /* bytes, or enum nc_rich_class */
	__u16 need; /* bytes that must be available from base, in the units of enum nc_base */
	__u32 index;
	__u32 arg;
	__u32 hit;  /* index of a step */
	__u32 miss; /* index of a step */
	__u64 mask; /* host order, as are low and span */
	__u64 low;
	__u64 span;
};

#define NC_JUMP_STACK 17 /* as NFT_JUMP_STACK_SIZE, and one for an object that a map names */
#define NC_STORES_MAX 64 /* header rewrites of one packet; more is dropped as "internal" */

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
 * The value of every element of a plain set. An interval is stored as the prefixes that cover it, in address
 * order; FIRST and LAST mark where it begins and ends, so that it can be listed as it was given.
 */
#define NC_ELEMENT_FIRST 0x01
#define NC_ELEMENT_LAST	 0x02

struct nc_element {
	__u32 flags; /* NC_ELEMENT_*; both for an element that is one key */
};

/* Rich sets: maps, and sets whose elements have state or are added by packets. Their keys are NC_SLOT_KEY's first bytes. */
enum nc_rich_class {
	NC_RICH_HASH8,
	NC_RICH_HASH16,
	NC_RICH_HASH32,
	NC_RICH_HASH64,
	NC_RICH_LPM8,
	NC_RICH_LPM16,
	_NC_RICH_MAX
};

/*
 * An element that takes several keys counts and limits in one place: at the first prefix of an interval, or, of a
 * concatenation, at a key that no packet has, NC_TUPLE_STATE and the element's number, both __be32. The others say where.
 */
#define NC_ELEMENT_SHARES 0x04
#define NC_TUPLE_STATE	  0xffffffffu

/* Writers: netctl, and BPF for all but flags, verdict, chain, data and state. */
struct nc_rich {
	__u16 flags;   /* NC_ELEMENT_* */
	__u8 verdict;  /* enum nc_end */
	__u8 pad;      /* zero */
	__u32 chain;   /* handle of the chain that verdict goes to */
	__u64 expires; /* CLOCK_MONOTONIC in ns, 0: never */
	__u64 timeout; /* ns; 0: the set's, or none */
	union {
		struct {
			__u64 packets;
			__u64 bytes;
		};
		__u8 state
			[16]; /* SHARES: the first bytes of the key that has the state; the others are zero */
	};
	__u64 limit;   /* struct nc_word's */
	__u64 quota;   /* struct nc_word's */
	__u64 data[2]; /* a number of 128 bits, host order, upper half first */
};

/*
 * State of one limit (ns of CLOCK_MONOTONIC, modulo 2^64, at which its bucket was last empty: now minus that is how full it
 * is, up to its depth; 0: it is full), quota (bytes used) or numgen (numbers given). Writers: BPF; netctl for new ones and on reset.
 */
struct nc_word {
	__u64 value;
};

/* Where jumps through verdict maps go. */
struct nc_chain_key {
	__u32 table; /* handle */
	__u32 chain; /* handle */
};

/* What a "log" statement says. nc_logs, one generation, frozen. */
struct nc_log_record {
	__u64 table_handle;
	__u64 rule_handle;
	__u32 snaplen; /* bytes of the frame that are copied, at most NC_SNAPLEN_MAX */
	__u16 group;   /* NC_LOG_NO_GROUP: none */
	__u8 level;
	__u8 verdict; /* enum nc_verdict, NC_LOG_NO_VERDICT */
	char prefix[128];
};

/* A matched rule, or a base chain whose policy was asked, for "explain". nc_trace[0].rule is how many follow. */
struct nc_trace_record {
	__u32 rule; /* or NC_TRACE_POLICY | base chain, in the order of the text */
};

#define NC_TRACE_POLICY 0x80000000u

#define NC_TRACE_MAX 16384

/* Where the walk begins for the packets of one device. Key: ifindex, __u32. One map for each layer. */
struct nc_entry {
	__u32 start; /* a BASE step */
	__u32 stats; /* stats slot, below NC_DEVICES_MAX */
	__u32 ifindex;
	__u16 iftype; /* ARPHRD_* */
	__u16 pad;    /* zero */
	__u32 ifgroup;
	__u32 pad2;    /* zero */
	char name[16]; /* NUL-padded */
};

/*
 * What is known when the filter program is loaded: its .rodata, from which the verifier removes what the
 * ruleset does not use.
 */
struct nc_spec {
	__u32 n_steps;	   /* iterations that every walk ends within, at least 1 */
	__u32 uses_ip;	   /* 1: some step needs NC_BASE_IP, or NC_BASE_TH for IPv4 */
	__u32 uses_ip6;	   /* 1: the same for IPv6 */
	__u32 uses_th;	   /* 1: some step needs NC_BASE_TH */
	__u64 uses_ops;	   /* bit per enum nc_step_op */
	__u32 uses_rich;   /* bit per enum nc_rich_class */
	__u32 index_words; /* of rows that are in use; 0: no chain has an index */
	__u32 index_mask;  /* any unit of the index is at most this: one less than a power of two */
	__u32 index_bytes; /* the same for bytes: a multiple of NC_UNIT */
	__u32 uses_slots;  /* bit per enum nc_slot that some step reads */
	__u32 uses_hashes8; /* bit per place of a hash; bit NC_HASHES_DIRECT: any in the outer map */
	__u32 uses_hashes16;  /* likewise */
	__u32 single_ifindex; /* the only device with a base chain, 0: look in nc_entries */
	struct nc_entry single;
	__s64 tai_offset; /* ns that CLOCK_TAI is ahead of CLOCK_REALTIME */
	__s64 day_offset; /* ns that the kernel's time zone is ahead of UTC, for days */
};

_Static_assert(sizeof(struct nc_step) == 48, "struct nc_step is part of the ABI");
_Static_assert(sizeof(struct nc_rich) == 72, "struct nc_rich is part of the ABI");
_Static_assert(sizeof(struct nc_entry) == 40, "struct nc_entry is part of the ABI");
_Static_assert(sizeof(struct nc_prefix8) == 12, "LPM keys have no padding");
_Static_assert(sizeof(struct nc_prefix16) == 20, "LPM keys have no padding");
_Static_assert(sizeof(struct nc_spec) == 112, "struct nc_spec is part of the ABI");

#endif
