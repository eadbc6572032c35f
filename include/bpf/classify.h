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
#include "find.h"
#include "hash.h"

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
	__u32 slot = nc_opaque(step->slot);

	if ((nc_uses(NC_OP_HASH8) && step->op == NC_OP_HASH8) ||
	    (nc_uses(NC_OP_LPM8) && step->op == NC_OP_LPM8)) {
		__u64 value = nc_slot(pkt, slot) & step->mask;
		struct nc_key8 key = {.data = bpf_cpu_to_be64(value << (step->shift & 63))};
		struct nc_prefix8 prefix = {.prefixlen = 64};

		if (nc_uses(NC_OP_HASH8) && step->op == NC_OP_HASH8)
			return nc_hashes8_have(step, &key.data) < 0;
		__builtin_memcpy(prefix.data, &key, sizeof(key));
		return nc_set_has(&nc_lpm8, step->index, &prefix);
	}
	if (slot >= _NC_SLOT_MAX - 1)
		return false;
	if (nc_uses(NC_OP_HASH16) && step->op == NC_OP_HASH16)
		return nc_hashes16_have(step, &pkt->slot[slot]) < 0;
	if (nc_uses(NC_OP_LPM16) && step->op == NC_OP_LPM16) {
		struct nc_prefix16 prefix = {.prefixlen = 128};

		__builtin_memcpy(prefix.data, &pkt->slot[slot], 16);
		return nc_set_has(&nc_lpm16, step->index, &prefix);
	}
	return false;
}

/* --- control ------------------------------------------------------------------------------------------------ */

static __always_inline long nc_finish(struct nc_run *run, __u32 verdict, __u32 reason)
{
	run->walk->verdict = verdict;
	run->walk->reason = reason;
	return 1;
}

/* To where the last jump came from, or to the policy. */
static __always_inline void nc_return(struct nc_run *run)
{
	__u32 depth = nc_opaque(run->walk->depth - 1);

	if (run->walk->depth && depth < NC_JUMP_STACK) {
		run->walk->depth = depth;
		run->walk->at = run->walk->stack[depth];
	} else {
		run->walk->depth = 0;
		run->walk->at = run->walk->policy;
	}
}

static __always_inline long nc_jump(struct nc_run *run, __u32 to, __u32 back)
{
	__u32 depth = nc_opaque(run->walk->depth);

	if (depth >= NC_JUMP_STACK)
		return 1;
	run->walk->stack[depth] = back;
	run->walk->depth = depth + 1;
	run->walk->at = to;
	return 0;
}

static __always_inline long nc_accept(struct nc_run *run, bool policy)
{
	if (run->walk->next != NC_NONE) {
		run->walk->at = run->walk->next;
		return 0;
	}
	return nc_finish(run, NC_VERDICT_ACCEPT, policy ? run->walk->pkt.lack : NC_REASON_RULE);
}

static __always_inline long nc_verdict(struct nc_run *run, const struct nc_step *step)
{
	bool policy = step->flags & NC_STEP_POLICY;

	if (step->arg == NC_END_ACCEPT)
		return nc_accept(run, policy);
	return nc_finish(run, NC_VERDICT_DROP, policy ? run->walk->pkt.lack : NC_REASON_RULE);
}

/* 1: what an earlier base chain has rewritten is to be parsed first. */
static __always_inline long nc_begin(struct nc_run *run, const struct nc_step *step)
{
	run->walk->next = step->miss;
	run->walk->policy = step->low;
	run->walk->depth = 0;
	run->walk->at = step->hit;
	if (!nc_rewrites() || !run->walk->rewritten)
		return 0;
	run->walk->rewritten = 0;
	run->walk->pkt.fixed = NC_FIXED_NETWORK;
	run->walk->again = 1;
	return 1;
}

/* A verdict that a map gave. hit is what CONTINUE leads to and a jump comes back to. */
static __always_inline long nc_do(struct nc_run *run, const struct nc_step *step,
				  const struct nc_rich *element)
{
	struct nc_chain_key key = {.table = step->low, .chain = element->chain};
	const __u32 *start;

	switch (element->verdict) {
	case NC_END_ACCEPT:
		return nc_accept(run, false);
	case NC_END_DROP:
		return nc_finish(run, NC_VERDICT_DROP, NC_REASON_RULE);
	case NC_END_CONTINUE:
		run->walk->at = step->hit;
		return 0;
	case NC_END_RETURN:
		nc_return(run);
		return 0;
	}
	start = bpf_map_lookup_elem(&nc_chains, &key);
	if (!start)
		return 1;
	if (element->verdict == NC_END_JUMP)
		return nc_jump(run, *start, step->span);
	run->walk->at = *start;
	return 0;
}

static __always_inline long nc_rich_step(struct nc_run *run, const struct nc_step *step)
{
	struct nc_rich *element = nc_rich_get(&run->walk->pkt, step->width, step->index);
	bool found = element != NULL;

	run->walk->at = found != !!(step->flags & NC_STEP_INVERT) ? step->hit : step->miss;
	if (!element)
		return 0;
	if (step->arg == NC_RICH_DATA)
		nc_set_acc(&run->walk->pkt, element->data[0], element->data[1]);
	else if (step->arg != NC_RICH_TEST)
		return nc_do(run, step, element);
	return 0;
}

static __always_inline void nc_trace_rule(struct nc_run *run, const struct nc_step *step)
{
	struct nc_trace_record *record;
	__u32 at = run->walk->traced + 1, zero = 0;

	record = bpf_map_lookup_elem(&nc_trace, &at);
	if (record) {
		record->rule = step->index;
		run->walk->traced = at;
	}
	record = bpf_map_lookup_elem(&nc_trace, &zero);
	if (record)
		record->rule = run->walk->traced;
}

static __always_inline long nc_forward(struct nc_run *run, const struct nc_step *step)
{
	if (step->width && !nc_decrease_hops(run, step->width))
		return nc_finish(run, NC_VERDICT_DROP, NC_REASON_RULE);
	run->walk->port = step->index;
	run->walk->family = step->width;
	return nc_finish(run, NC_VERDICT_REDIRECT, NC_REASON_RULE);
}

static __always_inline void nc_duplicate(struct nc_run *run, const struct nc_step *step)
{
	const __u32 *ifindex = bpf_map_lookup_elem(&nc_port_ids, &step->index);

	if (ifindex)
		nc_hook_dup(run->ctx, *ifindex);
	run->walk->again = 1;
}

/* --- one step ------------------------------------------------------------------------------------------------- */

/* Ops that hit or miss: whether it holds. */
static __always_inline bool nc_perform(struct nc_run *run, const struct nc_step *step)
{
	__u32 op = step->op;

#define NC_CASE(OP, ...)                                                                           \
	if (nc_uses(NC_OP_##OP) && op == NC_OP_##OP) {                                             \
		__VA_ARGS__;                                                                       \
	}
	NC_CASE(COUNT, return nc_count(run, step))
	NC_CASE(PAYLOAD, return nc_load_payload(run, step))
	NC_CASE(SLOT, nc_load_slot(&run->walk->pkt, step); return true)
	NC_CASE(CONST, nc_set_acc(&run->walk->pkt, step->mask, step->low); return true)
	NC_CASE(KEY, nc_put_key(&run->walk->pkt, step); return true)
	if ((nc_uses(NC_OP_AND) && op == NC_OP_AND) || (nc_uses(NC_OP_OR) && op == NC_OP_OR) ||
	    (nc_uses(NC_OP_XOR) && op == NC_OP_XOR) ||
	    (nc_uses(NC_OP_LSHIFT) && op == NC_OP_LSHIFT) ||
	    (nc_uses(NC_OP_RSHIFT) && op == NC_OP_RSHIFT)) {
		nc_compute(&run->walk->pkt, step);
		return true;
	}
	NC_CASE(EXTENSION, return nc_load_extension(run, step))
	NC_CASE(TCP_OPTION, return nc_load_option(run, step))
	NC_CASE(IP_OPTION, return nc_load_ip_option(run, step))
	NC_CASE(SCTP_CHUNK, return nc_load_chunk(run, step))
	NC_CASE(INNER, return nc_load_inner(run, step))
	NC_CASE(META, return nc_load_meta(run, step))
	NC_CASE(NUMGEN, return nc_load_numgen(run, step))
	NC_CASE(JHASH, return nc_load_jhash(run, step))
	NC_CASE(LIMIT, return nc_limit(run, step))
	NC_CASE(QUOTA, return nc_quota(run, step))
	NC_CASE(LOG, return nc_log(run, step))
	NC_CASE(ELEMENT, return nc_element(run, step))
	NC_CASE(STORE, return nc_store(run, step))
	NC_CASE(STORE_OPTION, return nc_store_option(run, step))
	NC_CASE(SET_META, return nc_hook_set_meta(run->ctx, step->arg, nc_acc_low(&run->walk->pkt)))
	NC_CASE(DUP, nc_duplicate(run, step); return true)
	NC_CASE(TRACE, nc_trace_rule(run, step); return true)
#undef NC_CASE
	return false;
}

/* Ops that say themselves where to go. 1: the packet ends the walk. */
static __always_inline long nc_control(struct nc_run *run, const struct nc_step *step)
{
	if (step->op == NC_OP_VERDICT)
		return nc_verdict(run, step);
	if (step->op == NC_OP_BASE)
		return nc_begin(run, step);
	if (nc_uses(NC_OP_JUMP) && step->op == NC_OP_JUMP)
		return nc_jump(run, step->hit, step->miss);
	if (nc_uses(NC_OP_RETURN) && step->op == NC_OP_RETURN) {
		nc_return(run);
		return 0;
	}
	if (nc_uses(NC_OP_FWD) && step->op == NC_OP_FWD)
		return nc_forward(run, step);
	if (nc_uses(NC_OP_INDEX) && step->op == NC_OP_INDEX)
		run->walk->search = 1;
	if (nc_uses(NC_OP_STRIP) && step->op == NC_OP_STRIP)
		return nc_strip(run, step) ? nc_finish(run, NC_VERDICT_DROP, NC_REASON_RULE) : 0;
	return 1;
}

/* Does the step need to know what is behind the extension headers? */
static __always_inline bool nc_reads_transport(const struct nc_step *step)
{
	if (step->base == NC_BASE_TH || (nc_uses(NC_OP_TCP_OPTION) && step->op == NC_OP_TCP_OPTION))
		return true;
	if (nc_uses(NC_OP_STORE_OPTION) && step->op == NC_OP_STORE_OPTION)
		return true;
	if ((nc_uses(NC_OP_SCTP_CHUNK) && step->op == NC_OP_SCTP_CHUNK) ||
	    (nc_uses(NC_OP_INNER) && step->op == NC_OP_INNER) ||
	    (nc_uses(NC_OP_STRIP) && step->op == NC_OP_STRIP))
		return true;
	return nc_uses(NC_OP_STORE) && step->op == NC_OP_STORE && step->arg & NC_STORE_PSEUDO;
}

/* Go to the step's target. 1: the walk stops. */
static __always_inline long nc_step(const struct nc_step *step, struct nc_run *run)
{
	const struct nc_pkt *pkt = &run->walk->pkt;
	__u32 base = nc_opaque(step->base);
	bool holds;

	if (base >= _NC_BASE_MAX)
		return 1;
	if (nc_spec.uses_ip6 && nc_spec.uses_th && pkt->deep && nc_reads_transport(step))
		return nc_finish(run, NC_VERDICT_DROP, NC_REASON_TOO_DEEP);
	if (pkt->avail[base] < step->need) {
		run->walk->at = step->miss;
		return 0;
	}
	if (step->op == NC_OP_RANGE)
		holds = ((nc_slot(pkt, step->slot) & step->mask) - step->low <= step->span) !=
			(step->flags & NC_STEP_INVERT);
	else if (nc_is_set_op(step->op))
		holds = nc_plain_has(step, pkt) != (step->flags & NC_STEP_INVERT);
	else if (step->op >= NC_OP_FWD && step->op != NC_OP_TRACE)
		return nc_control(run, step);
	else if (nc_uses(NC_OP_RICH) && step->op == NC_OP_RICH)
		return nc_rich_step(run, step);
	else
		holds = nc_perform(run, step);
	run->walk->at = holds ? step->hit : step->miss;
	return nc_rewrites() && run->walk->again;
}

/* What is to be parsed is nothing yet. Addresses and the like are not looked at where they are not there. */
static __always_inline void nc_forget(struct nc_pkt *pkt)
{
	__be16 protocol = pkt->half[NC_SLOT_L3 * 4];
	__u8 l4proto = pkt->byte[NC_SLOT_L4 * 8];

	pkt->slot[NC_SLOT_L3] = 0;
	pkt->slot[NC_SLOT_L4] = 0;
	if (nc_is_fixed(pkt, NC_FIXED_TRANSPORT)) {
		pkt->half[NC_SLOT_L3 * 4] = protocol;
		pkt->byte[NC_SLOT_L4 * 8] = l4proto;
		return;
	}
	if (nc_is_fixed(pkt, NC_FIXED_NETWORK)) {
		pkt->half[NC_SLOT_L3 * 4] = protocol;
		pkt->avail[NC_BASE_TH] = 0;
	} else {
		__builtin_memset(pkt->avail, 0, sizeof(pkt->avail));
		pkt->nh = 0;
	}
	pkt->th = 0;
	pkt->deep = 0;
}

/* Parse the frame, for the first time or after it has changed: the accumulator stays. */
static __always_inline void nc_read_frame(nc_ctx *ctx, struct nc_walk *walk)
{
	nc_forget(&walk->pkt);
	nc_parse(nc_hook_frame(ctx), &walk->pkt);
	/* What was parsed is read from memory: else the verifier follows each way through the parser to the end. */
	barrier();
}

__noinline int nc_read(nc_ctx *ctx, struct nc_walk *walk)
{
	if (walk)
		nc_read_frame(ctx, walk);
	return 0;
}

/*
 * A call of the callback costs about as much as a step: several at once. Not where a ruleset uses much of the language: "The
 * sequence of 8193 jumps is too complex".
 */
#define NC_STEPS_A_CALL 4

#define NC_BIT(OP) (1ull << NC_OP_##OP)
#define NC_SIMPLE                                                                                  \
	(NC_BIT(RANGE) | NC_BIT(HASH8) | NC_BIT(HASH16) | NC_BIT(LPM8) | NC_BIT(LPM16) |           \
	 NC_BIT(COUNT) | NC_BIT(VERDICT) | NC_BIT(JUMP) | NC_BIT(RETURN) | NC_BIT(INDEX) |         \
	 NC_BIT(BASE))

static __always_inline bool nc_is_simple(void)
{
	return !(nc_spec.uses_ops & ~NC_SIMPLE);
}

static long nc_walk_on(__u32 i __attribute__((unused)), struct nc_run *run)
{
	const struct nc_step *step;

	/* Half a stack slot tells the verifier no number: "infinite loop detected". */
#pragma clang loop unroll(disable)
	for (__u64 n = 0; n < NC_STEPS_A_CALL; n++) {
		__u32 at = run->walk->at;

		step = bpf_map_lookup_elem(&nc_steps, &at);
		if (!step || nc_step(step, run))
			return 1;
		if (!nc_is_simple())
			break;
	}
	return 0;
}

/* --- the index ------------------------------------------------------------------------------------------------ */

static __always_inline enum nc_family nc_family_of(const struct nc_pkt *pkt)
{
	if (pkt->half[NC_SLOT_L3 * 4] == bpf_htons(NC_ETH_IP))
		return NC_FAMILY_IP;
	return pkt->half[NC_SLOT_L3 * 4] == bpf_htons(NC_ETH_IP6) ? NC_FAMILY_IP6 : NC_FAMILY_OTHER;
}

/* A rule that the index has found. 1: the packet is judged. */
static __always_inline long nc_found(struct nc_run *run, const struct nc_index_rule *rule)
{
	struct nc_counter *counter;

	if (!(rule->flags & NC_RULE_JUDGES)) {
		run->walk->at = rule->at;
		return 0;
	}
	if (rule->counter != NC_NONE) {
		counter = bpf_map_lookup_elem(&nc_counters, &rule->counter);
		if (counter) {
			counter->packets++;
			counter->bytes += run->walk->pkt.counted;
		}
	}
	/* The verdict's number is copied: half the rules accept, and nobody could foretell a branch. */
	if (run->walk->next == NC_NONE)
		return nc_finish(run, rule->end, NC_REASON_RULE);
	if (rule->end == NC_END_ACCEPT)
		return nc_accept(run, false);
	return nc_finish(run, NC_VERDICT_DROP, NC_REASON_RULE);
}

_Static_assert((int)NC_END_ACCEPT == (int)NC_VERDICT_ACCEPT, "rules that judge hold verdicts");
_Static_assert((int)NC_END_DROP == (int)NC_VERDICT_DROP, "rules that judge hold verdicts");

/* Make an INDEX step. 1: the packet is judged. */
static __always_inline int nc_find_rule(struct nc_walk *walk, const struct nc_step *step,
					struct nc_search *search)
{
	struct nc_run run = {.walk = walk};
	const struct nc_index *index;
	const void *mem;
	__u32 zero = 0;

	mem = bpf_map_lookup_elem(&nc_index_mem, &zero);
	if (!mem)
		return 1;
	search->best = search->best_order = search->at = NC_NONE;
	search->family = nc_family_of(&walk->pkt);
	index = nc_unit(mem, step->index + search->family * NC_UNITS(*index));
	search->from = step->low;
	search->first_table = index->tables;
	search->avail_nh =
		walk->pkt.avail[search->family == NC_FAMILY_IP ? NC_BASE_IP : NC_BASE_IP6];
	search->avail_th = walk->pkt.avail[NC_BASE_TH];
	nc_choose_tables(mem, search, index, &walk->pkt);
	nc_search(mem, search);
	if (walk->pkt.deep && (__u32)step->span <= search->best_order && step->span != NC_NONE)
		return nc_finish(&run, NC_VERDICT_DROP, NC_REASON_TOO_DEEP);
	if (search->best != NC_NONE)
		return nc_found(&run, nc_unit(mem, search->best));
	walk->at = step->miss;
	if (index->verdict == NC_END_ACCEPT)
		return nc_accept(&run, true);
	if (index->verdict == NC_END_DROP)
		return nc_finish(&run, NC_VERDICT_DROP, walk->pkt.lack);
	return 0;
}

/* The INDEX step that the walk has come to. */
__noinline int nc_find(struct nc_walk *walk)
{
	const struct nc_step *step;
	struct nc_search *search;
	__u32 at, zero = 0;

	if (!walk)
		return 1;
	walk->search = 0;
	at = walk->at;
	step = bpf_map_lookup_elem(&nc_steps, &at);
	search = bpf_map_lookup_elem(&nc_searches, &zero);
	return step && search ? nc_find_rule(walk, step, search) : 1;
}

/* --- the walk ------------------------------------------------------------------------------------------------- */

/* A lookup, or what headers are after they were rewritten; and on. */
static long nc_round(__u32 i __attribute__((unused)), struct nc_run *run)
{
	if (nc_rewrites() && run->walk->again) {
		run->walk->again = 0;
		nc_read(run->ctx, run->walk);
		run->walk->pkt.fixed = NC_FIXED_TRANSPORT;
	}
	if (nc_uses(NC_OP_INDEX) && run->walk->search && nc_find(run->walk))
		return 1;
	bpf_loop(nc_spec.n_steps, nc_walk_on, run, 0);
	return !(nc_rewrites() && run->walk->again) && !(nc_uses(NC_OP_INDEX) && run->walk->search);
}

/*
 * The whole walk from walk->at on. Unless a step decides, the verdict is the one that walk came with: drop. A global function:
 * it is verified once, for any walk.
 */
__noinline int nc_walk_all(nc_ctx *ctx, struct nc_walk *walk)
{
	struct nc_run all = {.ctx = ctx, .walk = walk}, *run = &all;

	if (!walk)
		return 0;
	if (!nc_rewrites() && !nc_uses(NC_OP_INDEX)) {
		bpf_loop(nc_spec.n_steps, nc_walk_on, run, 0);
		return 0;
	}
	bpf_loop(NC_STORES_MAX + (nc_uses(NC_OP_INDEX) ? nc_spec.n_steps : 0), nc_round, run, 0);
	if (walk->again)
		nc_finish(run, NC_VERDICT_DROP, NC_REASON_INTERNAL);
	return 0;
}

/* Steps that are made before the walk is begun for which there is a call. */
#define NC_STEPS_AT_ONCE 6

/* The first steps: a base chain begins, and with a lookup if it has an index. 1: the packet is judged. */
static __always_inline long nc_start(struct nc_run *run)
{
	__u32 at = run->walk->at;
	const struct nc_step *step = bpf_map_lookup_elem(&nc_steps, &at);
	struct nc_search *search;
	__u32 zero = 0;

	if (!step || step->op != NC_OP_BASE)
		return 1;
	nc_begin(run, step);
	at = run->walk->at;
	step = bpf_map_lookup_elem(&nc_steps, &at);
	if (nc_uses(NC_OP_INDEX) && step && step->op == NC_OP_INDEX) {
		search = bpf_map_lookup_elem(&nc_searches, &zero);
		if (!search || nc_find_rule(run->walk, step, search))
			return 1;
		at = run->walk->at;
		step = bpf_map_lookup_elem(&nc_steps, &at);
	}
	if (!nc_is_simple())
		return 0;
#pragma clang loop unroll(disable)
	for (__u64 n = 0; n < NC_STEPS_AT_ONCE; n++) {
		if (!step || nc_step(step, run))
			return !(nc_uses(NC_OP_INDEX) && run->walk->search);
		at = run->walk->at;
		step = bpf_map_lookup_elem(&nc_steps, &at);
	}
	return 0;
}

/* Walk from walk->at, a BASE step. Calls and returns are what costs most: packets that need few steps get on without. */
static __always_inline void nc_classify(nc_ctx *ctx, struct nc_walk *walk)
{
	struct nc_run run = {.ctx = ctx, .walk = walk};

	walk->pkt.fixed = NC_FIXED_TRANSPORT;
	if (!nc_start(&run))
		nc_walk_all(ctx, walk);
}

#endif
