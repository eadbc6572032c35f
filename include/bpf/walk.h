/* SPDX-License-Identifier: GPL-2.0-only */
/* A packet's way through the steps, and the accumulator and key that steps work on. */
#ifndef NETCTL_BPF_WALK_H
#define NETCTL_BPF_WALK_H

#include "maps.h"
#include "packet.h"

struct nc_walk {
	struct nc_pkt pkt;
	__u32 at;     /* index of the next step */
	__u32 next;   /* BASE step of the device's next base chain, NC_NONE: none */
	__u32 policy; /* step of this chain's policy */
	__u32 port;   /* REDIRECT: index in nc_ports; NC_NONE: to the neighbour */
	__u32 ifindex;
	__u16 traced;	/* records in nc_trace */
	__u8 depth;	/* of stack */
	__u8 verdict;	/* enum nc_verdict */
	__u8 reason;	/* enum nc_reason */
	__u8 again;	/* 1: parse headers anew, but for what pkt.fixed says, and go on */
	__u8 family;	/* REDIRECT to a neighbour: 4 or 6; its address is in the accumulator */
	__u8 rewritten; /* 1: headers were, in this base chain */
	__u8 search;	/* 1: at is an INDEX step that is still to be made */
	__u32 stack[NC_JUMP_STACK];
};

/*
 * Walks are in maps, not on the stack, of which they would take the greater part. A packet's program runs to its end on one
 * CPU; another packet comes between only where a copy is sent on at tc ("dup"), and meets this program again. Each has its own
 * room then; nested deeper than this, it finds none.
 */
#define NC_WALKS 4

NC_PERCPU(nc_walks, NC_WALKS, struct nc_walk);
NC_PERCPU(nc_nested, 1, __u32);

static __always_inline bool nc_may_nest(void)
{
	return NC_LAYER_HOOK != NC_HOOK_INGRESS && nc_uses(NC_OP_DUP);
}

/* A walk for this packet, for which nothing is known yet; NULL: there is no room. */
static __always_inline struct nc_walk *nc_walk_begin(void)
{
	__u32 at = 0, *nested;
	struct nc_walk *walk;

	if (nc_may_nest()) {
		nested = bpf_map_lookup_elem(&nc_nested, &at);
		if (!nested || *nested >= NC_WALKS)
			return NULL;
		at = (*nested)++;
	}
	walk = bpf_map_lookup_elem(&nc_walks, &at);
	if (!walk)
		return NULL;
	walk->pkt.lack = NC_REASON_POLICY;
	walk->pkt.fixed = NC_FIXED_NOTHING;
	walk->traced = 0;
	walk->depth = 0;
	walk->verdict = NC_VERDICT_DROP;
	walk->reason = NC_REASON_INTERNAL;
	walk->again = 0;
	walk->rewritten = 0;
	walk->search = 0;
	return walk;
}

static __always_inline void nc_walk_end(void)
{
	__u32 zero = 0, *nested;

	if (!nc_may_nest())
		return;
	nested = bpf_map_lookup_elem(&nc_nested, &zero);
	if (nested)
		(*nested)--;
}

/* What steps are given: a walk is plain memory to the verifier, which would forget that there is a context in it. */
struct nc_run {
	nc_ctx *ctx;
	struct nc_walk *walk;
};

static __always_inline __u64 nc_slot(const struct nc_pkt *pkt, __u32 slot)
{
	slot = nc_opaque(slot);
	return slot < _NC_SLOT_MAX ? bpf_be64_to_cpu(pkt->slot[slot]) : 0;
}

static __always_inline __u64 nc_acc_high(const struct nc_pkt *pkt)
{
	return bpf_be64_to_cpu(pkt->slot[NC_SLOT_ACC]);
}

static __always_inline __u64 nc_acc_low(const struct nc_pkt *pkt)
{
	return bpf_be64_to_cpu(pkt->slot[NC_SLOT_ACC_LOW]);
}

static __always_inline void nc_set_acc(struct nc_pkt *pkt, __u64 high, __u64 low)
{
	pkt->slot[NC_SLOT_ACC] = bpf_cpu_to_be64(high);
	pkt->slot[NC_SLOT_ACC_LOW] = bpf_cpu_to_be64(low);
}

#endif
