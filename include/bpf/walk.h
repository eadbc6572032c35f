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
	__u32 stack[NC_JUMP_STACK];
};

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
