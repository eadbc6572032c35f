/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walk: from a device's first base chain to the step that decides (netctl/image.h).
 *
 * One bpf_loop() whose callback makes a few steps: two nested bounded loops over thousands of
 * steps would exhaust the verifier's million instructions, a callback is verified once.
 */
#ifndef NETCTL_BPF_CLASSIFY_H
#define NETCTL_BPF_CLASSIFY_H

#include "act.h"

/* Is the element there? The outer lookup is inlined; both fail only where the image contradicts itself. */
static __always_inline bool nc_set_has(void *outer, __u32 set, const void *key)
{
	void *inner = bpf_map_lookup_elem(outer, &set);

	return inner && bpf_map_lookup_elem(inner, key);
}

static __always_inline bool nc_is_set_op(enum nc_step_op op)
{
	return op == NC_OP_HASH8 || op == NC_OP_HASH16 || op == NC_OP_LPM8 || op == NC_OP_LPM16;
}

/* Is the field an element of a plain set? */
static __always_inline bool nc_plain_has(const struct nc_step *step, const struct nc_pkt *pkt)
{
	__u32 slot = step->slot;

	if ((nc_uses(NC_OP_HASH8) && step->op == NC_OP_HASH8) ||
	    (nc_uses(NC_OP_LPM8) && step->op == NC_OP_LPM8)) {
		__u64 value = nc_slot(pkt, slot) & step->mask;
		struct nc_key8 key = {.data = bpf_cpu_to_be64(value << (step->shift & 63))};
		struct nc_prefix8 prefix = {.prefixlen = 64};

		if (nc_uses(NC_OP_HASH8) && step->op == NC_OP_HASH8)
			return nc_set_has(&nc_hash8, step->index, &key);
		__builtin_memcpy(prefix.data, &key, sizeof(key));
		return nc_set_has(&nc_lpm8, step->index, &prefix);
	}
	if (slot >= _NC_SLOT_MAX - 1)
		return false;
	if (nc_uses(NC_OP_HASH16) && step->op == NC_OP_HASH16)
		return nc_set_has(&nc_hash16, step->index, &pkt->slot[slot]);
	if (nc_uses(NC_OP_LPM16) && step->op == NC_OP_LPM16) {
		struct nc_prefix16 prefix = {.prefixlen = 128};

		__builtin_memcpy(prefix.data, &pkt->slot[slot], 16);
		return nc_set_has(&nc_lpm16, step->index, &prefix);
	}
	return false;
}

/* --- control ------------------------------------------------------------------------------------------------ */

static __always_inline long nc_finish(struct nc_walk *walk, __u32 verdict, __u32 reason)
{
	walk->verdict = verdict;
	walk->reason = reason;
	return 1;
}

/* To where the last jump came from, or to the policy. */
static __always_inline void nc_return(struct nc_walk *walk)
{
	__u32 depth = walk->depth - 1;

	if (walk->depth && depth < NC_JUMP_STACK) {
		walk->depth = depth;
		walk->at = walk->stack[depth];
	} else {
		walk->depth = 0;
		walk->at = walk->policy;
	}
}

static __always_inline long nc_jump(struct nc_walk *walk, __u32 to, __u32 back)
{
	__u32 depth = walk->depth;

	if (depth >= NC_JUMP_STACK)
		return 1;
	walk->stack[depth] = back;
	walk->depth = depth + 1;
	walk->at = to;
	return 0;
}

static __always_inline long nc_accept(struct nc_walk *walk, bool policy)
{
	if (walk->next != NC_NONE) {
		walk->at = walk->next;
		return 0;
	}
	return nc_finish(walk, NC_VERDICT_ACCEPT, policy ? walk->pkt.lack : NC_REASON_RULE);
}

static __always_inline long nc_verdict(struct nc_walk *walk, const struct nc_step *step)
{
	bool policy = step->flags & NC_STEP_POLICY;

	if (step->arg == NC_END_ACCEPT)
		return nc_accept(walk, policy);
	return nc_finish(walk, NC_VERDICT_DROP, policy ? walk->pkt.lack : NC_REASON_RULE);
}

static __always_inline void nc_begin(struct nc_walk *walk, const struct nc_step *step)
{
	walk->next = step->miss;
	walk->policy = step->low;
	walk->depth = 0;
	walk->at = step->hit;
}

/* A verdict that a map gave. hit is what CONTINUE leads to and a jump comes back to. */
static __always_inline long nc_do(struct nc_walk *walk, const struct nc_step *step,
				  const struct nc_rich *element)
{
	struct nc_chain_key key = {.table = step->low, .chain = element->chain};
	const __u32 *start;

	switch (element->verdict) {
	case NC_END_ACCEPT:
		return nc_accept(walk, false);
	case NC_END_DROP:
		return nc_finish(walk, NC_VERDICT_DROP, NC_REASON_RULE);
	case NC_END_CONTINUE:
		walk->at = step->hit;
		return 0;
	case NC_END_RETURN:
		nc_return(walk);
		return 0;
	}
	start = bpf_map_lookup_elem(&nc_chains, &key);
	if (!start)
		return 1;
	if (element->verdict == NC_END_JUMP)
		return nc_jump(walk, *start, step->span);
	walk->at = *start;
	return 0;
}

static __always_inline long nc_rich_step(struct nc_walk *walk, const struct nc_step *step)
{
	struct nc_rich *element = nc_rich_get(&walk->pkt, step->width, step->index);
	bool found = element != NULL;

	walk->at = found != !!(step->flags & NC_STEP_INVERT) ? step->hit : step->miss;
	if (!element)
		return 0;
	if (step->arg == NC_RICH_DATA)
		nc_set_acc(&walk->pkt, element->data[0], element->data[1]);
	else if (step->arg == NC_RICH_VERDICT)
		return nc_do(walk, step, element);
	return 0;
}

static __always_inline void nc_trace_rule(struct nc_walk *walk, const struct nc_step *step)
{
	struct nc_trace_record *record;
	__u32 at = walk->traced + 1, zero = 0;

	record = bpf_map_lookup_elem(&nc_trace, &at);
	if (record) {
		record->rule = step->index;
		walk->traced = at;
	}
	record = bpf_map_lookup_elem(&nc_trace, &zero);
	if (record)
		record->rule = walk->traced;
}

static __always_inline long nc_forward(struct nc_walk *walk, const struct nc_step *step)
{
	walk->port = step->index;
	walk->family = step->width;
	return nc_finish(walk, NC_VERDICT_REDIRECT, NC_REASON_RULE);
}

static __always_inline void nc_duplicate(struct nc_walk *walk, const struct nc_step *step)
{
	const __u32 *ifindex = bpf_map_lookup_elem(&nc_port_ids, &step->index);

	if (ifindex)
		nc_hook_dup(walk->ctx, *ifindex);
	walk->again = 1;
}

/* --- one step ------------------------------------------------------------------------------------------------- */

/* Ops that hit or miss: whether it holds. */
static __noinline bool nc_perform(struct nc_walk *walk, const struct nc_step *step)
{
	__u32 op = step->op;

#define NC_CASE(OP, ...)                                                                           \
	if (nc_uses(NC_OP_##OP) && op == NC_OP_##OP) {                                             \
		__VA_ARGS__;                                                                       \
	}
	NC_CASE(COUNT, return nc_count(walk, step))
	NC_CASE(PAYLOAD, return nc_load_payload(walk, step))
	NC_CASE(SLOT, nc_load_slot(&walk->pkt, step); return true)
	NC_CASE(CONST, nc_set_acc(&walk->pkt, step->mask, step->low); return true)
	NC_CASE(KEY, nc_put_key(&walk->pkt, step); return true)
	if ((nc_uses(NC_OP_AND) && op == NC_OP_AND) || (nc_uses(NC_OP_OR) && op == NC_OP_OR) ||
	    (nc_uses(NC_OP_XOR) && op == NC_OP_XOR) ||
	    (nc_uses(NC_OP_LSHIFT) && op == NC_OP_LSHIFT) ||
	    (nc_uses(NC_OP_RSHIFT) && op == NC_OP_RSHIFT)) {
		nc_compute(&walk->pkt, step);
		return true;
	}
	NC_CASE(EXTENSION, return nc_load_extension(walk, step))
	NC_CASE(TCP_OPTION, return nc_load_option(walk, step))
	NC_CASE(META, return nc_load_meta(walk, step))
	NC_CASE(NUMGEN, return nc_load_numgen(walk, step))
	NC_CASE(JHASH, return nc_load_jhash(walk, step))
	NC_CASE(LIMIT, return nc_limit(walk, step))
	NC_CASE(QUOTA, return nc_quota(walk, step))
	NC_CASE(LOG, return nc_log(walk, step))
	NC_CASE(ELEMENT, return nc_element(walk, step))
	NC_CASE(STORE, return nc_store(walk, step))
	NC_CASE(STORE_OPTION, return nc_store_option(walk, step))
	NC_CASE(SET_META, return nc_hook_set_meta(walk->ctx, step->arg, nc_acc_low(&walk->pkt)))
	NC_CASE(DUP, nc_duplicate(walk, step); return true)
	NC_CASE(TRACE, nc_trace_rule(walk, step); return true)
#undef NC_CASE
	return false;
}

/* Ops that say themselves where to go. 1: the packet ends the walk. */
static __always_inline long nc_control(struct nc_walk *walk, const struct nc_step *step)
{
	if (step->op == NC_OP_VERDICT)
		return nc_verdict(walk, step);
	if (step->op == NC_OP_BASE) {
		nc_begin(walk, step);
		return 0;
	}
	if (nc_uses(NC_OP_JUMP) && step->op == NC_OP_JUMP)
		return nc_jump(walk, step->hit, step->miss);
	if (nc_uses(NC_OP_RETURN) && step->op == NC_OP_RETURN) {
		nc_return(walk);
		return 0;
	}
	if (nc_uses(NC_OP_FWD) && step->op == NC_OP_FWD)
		return nc_forward(walk, step);
	return 1;
}

/* Go to the step's target. 1: the walk stops. */
static __always_inline long nc_step(const struct nc_step *step, struct nc_walk *walk)
{
	const struct nc_pkt *pkt = &walk->pkt;
	__u32 base = step->base;
	bool holds;

	if (base >= _NC_BASE_MAX)
		return 1;
	if (nc_spec.uses_ip6 && nc_spec.uses_th && base == NC_BASE_TH && pkt->deep)
		return nc_finish(walk, NC_VERDICT_DROP, NC_REASON_TOO_DEEP);
	if (pkt->avail[base] < step->need) {
		walk->at = step->miss;
		return 0;
	}
	if (step->op == NC_OP_RANGE)
		holds = ((nc_slot(pkt, step->slot) & step->mask) - step->low <= step->span) !=
			(step->flags & NC_STEP_INVERT);
	else if (nc_is_set_op(step->op))
		holds = nc_plain_has(step, pkt) != (step->flags & NC_STEP_INVERT);
	else if (step->op >= NC_OP_FWD && step->op != NC_OP_TRACE)
		return nc_control(walk, step);
	else if (nc_uses(NC_OP_RICH) && step->op == NC_OP_RICH)
		return nc_rich_step(walk, step);
	else
		holds = nc_perform(walk, step);
	walk->at = holds ? step->hit : step->miss;
	return (nc_uses(NC_OP_STORE) || nc_uses(NC_OP_STORE_OPTION) || nc_uses(NC_OP_DUP)) &&
	       walk->again;
}

/* A call of the callback costs about as much as a step: several at once. */
#define NC_STEPS_A_CALL 4

static long nc_walk_on(__u32 i __attribute__((unused)), struct nc_walk *walk)
{
	const struct nc_step *step;

#pragma unroll
	for (int n = 0; n < NC_STEPS_A_CALL; n++) {
		__u32 at = walk->at;

		step = bpf_map_lookup_elem(&nc_steps, &at);
		if (!step || nc_step(step, walk))
			return 1;
	}
	return 0;
}

/* After headers were rewritten: what they are now, and on. */
static long nc_walk_again(__u32 i __attribute__((unused)), struct nc_walk *walk)
{
	__u64 high = walk->pkt.slot[NC_SLOT_ACC], low = walk->pkt.slot[NC_SLOT_ACC_LOW];

	if (!walk->again)
		return 1;
	walk->again = 0;
	for (int slot = 0; slot < NC_SLOT_ACC; slot++)
		walk->pkt.slot[slot] = 0;
	for (int base = 0; base < _NC_BASE_MAX; base++)
		walk->pkt.avail[base] = 0;
	walk->pkt.deep = 0;
	nc_parse(nc_hook_frame(walk->ctx), &walk->pkt);
	walk->pkt.slot[NC_SLOT_ACC] = high;
	walk->pkt.slot[NC_SLOT_ACC_LOW] = low;
	bpf_loop(nc_spec.n_steps, nc_walk_on, walk, 0);
	return 0;
}

/* Walk from a BASE step. Unless a step decides, the verdict is the one that walk came with: drop. */
static __always_inline void nc_classify(struct nc_walk *walk, __u32 start)
{
	walk->at = start;
	bpf_loop(nc_spec.n_steps, nc_walk_on, walk, 0);
	if (nc_uses(NC_OP_STORE) || nc_uses(NC_OP_STORE_OPTION) || nc_uses(NC_OP_DUP)) {
		bpf_loop(NC_STORES_MAX, nc_walk_again, walk, 0);
		if (walk->again)
			nc_finish(walk, NC_VERDICT_DROP, NC_REASON_INTERNAL);
	}
}

#endif
