/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walk: from a chain's first step to the clause that decides (netctl/image.h).
 *
 * One bpf_loop() whose callback makes one step or performs one clause: two nested bounded loops over thousands of
 * steps would exhaust the verifier's million instructions, a callback is verified once.
 */
#ifndef NETCTL_BPF_CLASSIFY_H
#define NETCTL_BPF_CLASSIFY_H

#include "maps.h"
#include "packet.h"

struct nc_walk {
	struct nc_pkt pkt;
	__u32 at;      /* target */
	__u32 verdict; /* enum nc_verdict */
	__u32 reason;  /* enum nc_reason */
	__u32 pad;
};

/* Is the element there? The outer lookup is inlined; both fail only where the image contradicts itself. */
static __always_inline bool nc_set_has(void *outer, __u32 set, const void *key)
{
	void *inner = bpf_map_lookup_elem(outer, &set);

	return inner && bpf_map_lookup_elem(inner, key);
}

/* Does the step's comparison hold? */
static __always_inline bool nc_step_test(const struct nc_step *step, const struct nc_pkt *pkt)
{
	__u32 slot = step->slot;
	__u64 value;

	if (slot >= _NC_SLOT_MAX)
		return false;
	value = bpf_be64_to_cpu(pkt->slot[slot]) & step->mask;
	if (step->op == NC_OP_RANGE)
		return value - step->low <= step->span;

	if ((nc_spec.uses_hash8 && step->op == NC_OP_HASH8) ||
	    (nc_spec.uses_lpm8 && step->op == NC_OP_LPM8)) {
		struct nc_key8 key = {.data = bpf_cpu_to_be64(value << (step->shift & 63))};
		struct nc_prefix8 prefix = {.prefixlen = 64};

		if (nc_spec.uses_hash8 && step->op == NC_OP_HASH8)
			return nc_set_has(&nc_hash8, step->set, &key);
		__builtin_memcpy(prefix.data, &key, sizeof(key));
		return nc_set_has(&nc_lpm8, step->set, &prefix);
	}
	if (slot >= _NC_SLOT_MAX - 1)
		return false;
	if (nc_spec.uses_hash16 && step->op == NC_OP_HASH16)
		return nc_set_has(&nc_hash16, step->set, &pkt->slot[slot]);
	if (nc_spec.uses_lpm16 && step->op == NC_OP_LPM16) {
		struct nc_prefix16 prefix = {.prefixlen = 128};

		__builtin_memcpy(prefix.data, &pkt->slot[slot], 16);
		return nc_set_has(&nc_lpm16, step->set, &prefix);
	}
	return false;
}

/* Go to the step's target. 1: the packet ends the walk. */
static __always_inline long nc_step(const struct nc_step *step, struct nc_walk *walk)
{
	const struct nc_pkt *pkt = &walk->pkt;
	__u32 base = step->base;

	if (base >= _NC_BASE_MAX)
		return 1;
	if (nc_spec.uses_ip6 && nc_spec.uses_th && base == NC_BASE_TH && pkt->deep) {
		walk->reason = NC_REASON_TOO_DEEP;
		return 1;
	}
	if (pkt->avail[base] < step->need)
		walk->at = step->miss;
	else if (nc_step_test(step, pkt) != (step->flags & NC_STEP_INVERT))
		walk->at = step->hit;
	else
		walk->at = step->miss;
	return 0;
}

/* Count, then go on or decide. */
static __always_inline long nc_clause(const struct nc_clause *clause, struct nc_walk *walk)
{
	struct nc_counter *counter;

	if (clause->counter != NC_NONE) {
		counter = bpf_map_lookup_elem(&nc_counters, &clause->counter);
		if (counter) {
			counter->packets++;
			counter->bytes += walk->pkt.length - walk->pkt.nh;
		}
	}
	walk->at = clause->next;
	if (clause->next != NC_NONE)
		return 0;
	walk->verdict = clause->verdict;
	walk->reason = clause->reason == NC_REASON_POLICY ? walk->pkt.lack : clause->reason;
	return 1;
}

/* One step or clause. 1: the walk is over. */
static __always_inline long nc_walk_one(struct nc_walk *walk)
{
	const struct nc_clause *clause;
	const struct nc_step *step;
	__u32 at = walk->at;

	if (at & NC_TARGET_CLAUSE) {
		at &= ~NC_TARGET_CLAUSE;
		clause = bpf_map_lookup_elem(&nc_clauses, &at);
		return clause ? nc_clause(clause, walk) : 1;
	}
	step = bpf_map_lookup_elem(&nc_steps, &at);
	return step ? nc_step(step, walk) : 1;
}

/* A call of the callback costs about as much as a step: several at once. */
#define NC_STEPS_A_CALL 4

static long nc_walk_on(__u32 i __attribute__((unused)), struct nc_walk *walk)
{
#pragma unroll
	for (int n = 0; n < NC_STEPS_A_CALL; n++) {
		if (nc_walk_one(walk))
			return 1;
	}
	return 0;
}

/* Walk from a target. Unless a clause decides, the verdict is the one that walk came with: drop. */
static __always_inline void nc_classify(struct nc_walk *walk, __u32 start)
{
	walk->at = start;
	bpf_loop(nc_spec.n_steps, nc_walk_on, walk, 0);
}

#endif
