/* SPDX-License-Identifier: GPL-2.0-only */
/* Statements: counting, limits, quotas, logging and header rewriting. false: the rule ends here. */
#ifndef NETCTL_BPF_ACT_H
#define NETCTL_BPF_ACT_H

#include "item.h"
#include "rich.h"

/* --- state -------------------------------------------------------------------------------------------------- */

static __always_inline bool nc_count(struct nc_run *run, const struct nc_step *step)
{
	struct nc_counter *counter;
	struct nc_rich *element;

	if (step->flags & NC_STEP_ELEMENT) {
		if (!nc_spec.uses_rich)
			return true;
		element = nc_rich_state(&run->walk->pkt, step->width, step->arg);
		if (element) {
			__sync_fetch_and_add(&element->packets, 1);
			__sync_fetch_and_add(&element->bytes, run->walk->pkt.counted);
		}
		return true;
	}
	counter = bpf_map_lookup_elem(&nc_counters, &step->index);
	if (counter) {
		counter->packets++;
		counter->bytes += run->walk->pkt.counted;
	}
	return true;
}

/* The word of a limit or quota: the element's or one of its own. */
static __always_inline __u64 *nc_word_of(struct nc_run *run, const struct nc_step *step)
{
	struct nc_rich *element;
	struct nc_word *word;

	if (step->flags & NC_STEP_ELEMENT) {
		if (!nc_spec.uses_rich)
			return NULL;
		element = nc_rich_state(&run->walk->pkt, step->width, step->arg);
		if (!element)
			return NULL;
		return step->op == NC_OP_LIMIT ? &element->limit : &element->quota;
	}
	word = bpf_map_lookup_elem(&nc_words, &step->index);
	return word ? &word->value : NULL;
}

#define NC_LIMIT_TRIES 8

/*
 * nft_limit.c's token bucket with one word of state: when the bucket was last empty; 0: never, it is full. Tokens are the time
 * since then, at most the depth; a packet that finds its price moves the moment on by it.
 */
static __noinline bool nc_limit(struct nc_run *run, const struct nc_step *step)
{
	bool over = step->flags & NC_STEP_INVERT;
	__u64 *word = nc_word_of(run, step), price, now, seen;
	__s64 tokens;

	if (!word || !step->low)
		return false;
	price = step->flags & NC_STEP_BYTES ? step->mask * run->walk->pkt.counted / step->low
					    : step->mask / step->low;
	now = bpf_ktime_get_ns();
	for (int i = 0; i < NC_LIMIT_TRIES; i++) {
		seen = *(volatile __u64 *)word;
		/* May be below zero: the clock of another CPU was later. */
		tokens = now - seen;
		if (!seen || tokens > (__s64)step->span)
			tokens = step->span;
		if (tokens < (__s64)price)
			return over;
		if (__sync_val_compare_and_swap(word, seen, (now - tokens + price) ?: 1) == seen)
			return !over;
	}
	return over;
}

static __always_inline bool nc_quota(struct nc_run *run, const struct nc_step *step)
{
	__u64 *word = nc_word_of(run, step), used;
	__u32 bytes = run->walk->pkt.counted;

	if (!word)
		return false;
	used = __sync_fetch_and_add(word, bytes) + bytes;
	return (used > step->low) == !!(step->flags & NC_STEP_INVERT);
}

/* --- events -------------------------------------------------------------------------------------------------- */

static __always_inline void nc_lose(void)
{
	__u32 zero = 0;
	__u64 *lost = bpf_map_lookup_elem(&nc_lost, &zero);

	if (lost)
		(*lost)++;
}

static __noinline bool nc_log(struct nc_run *run, const struct nc_step *step)
{
	const struct nc_log_record *log = bpf_map_lookup_elem(&nc_logs, &step->index);
	struct nc_scratch_room *room;
	__u32 zero = 0, bytes;

	room = bpf_map_lookup_elem(&nc_scratch, &zero);
	if (!log || !room)
		return true;
	room->event = (struct nc_event){
		.time_ns = bpf_ktime_get_boot_ns(),
		.table_handle = log->table_handle,
		.rule_handle = log->rule_handle,
		.ifindex = run->walk->ifindex,
		.length = run->walk->pkt.length,
		.group = log->group,
		.level = log->level,
		.verdict = log->verdict,
		.hook = NC_LAYER_HOOK,
	};
	__builtin_memcpy(room->event.prefix, log->prefix, sizeof(log->prefix));
	bytes = run->walk->pkt.length < log->snaplen ? run->walk->pkt.length : log->snaplen;
	bytes &= 2 * NC_SNAPLEN_MAX - 1;
	if (bytes > NC_SNAPLEN_MAX)
		bytes = NC_SNAPLEN_MAX;
	if (bytes > 0 && nc_hook_load(run->ctx, 0, room->frame, bytes))
		bytes = 0;
	room->event.captured = bytes;
	if (bpf_ringbuf_output(&nc_events, room, sizeof(room->event) + bytes, 0))
		nc_lose();
	return true;
}

/* --- rewriting ------------------------------------------------------------------------------------------------ */

/* A checksum after a change of what it covers (bpf_csum_diff()); 0 is written as 0xffff, as nft_payload.c does. */
static __always_inline __be16 nc_sum_replace(__be16 sum, __u32 change)
{
	__u32 value = (__u16)~sum;

	value += (change & 0xffff) + (change >> 16);
	value = (value & 0xffff) + (value >> 16);
	value = (__u16) ~((value & 0xffff) + (value >> 16));
	return value ?: 0xffff;
}

static __always_inline bool nc_patch_sum(struct nc_run *run, __u32 offset, __u32 change,
					 bool zero_is_none)
{
	__be16 sum;

	if (offset + 2 > run->walk->pkt.length || nc_hook_load_plain(run->ctx, offset, &sum, 2))
		return false;
	if (zero_is_none && !sum)
		return true;
	sum = nc_sum_replace(sum, change);
	return nc_hook_store(run->ctx, offset, &sum, 2) == 0;
}

/* Where a transport protocol has its checksum, of those that nft_payload.c keeps right; 0: it has none. */
static __always_inline __u32 nc_sum_offset(__u8 protocol, bool pseudo)
{
	switch (protocol) {
	case 6: /* TCP */
		return 16;
	case 17:  /* UDP */
	case 136: /* UDP-Lite */
		return 6;
	case 58: /* ICMPv6 */
		return 2;
	case 1: /* ICMP */
	case 2: /* IGMP */
		return pseudo ? 0 : 2;
	default:
		return 0;
	}
}

/* Checksums that cover the bytes must be in the frame: a rewrite is done as a whole or not at all. */
static __always_inline bool nc_sums_there(const struct nc_pkt *pkt, const struct nc_step *step)
{
	bool network = step->base != NC_BASE_TH;
	__u32 at = nc_sum_offset(pkt->byte[NC_SLOT_L4 * 8], network);

	if (!(step->arg & NC_STORE_CHECKSUM))
		return true;
	if (step->base == NC_BASE_IP && pkt->avail[NC_BASE_IP] < 10 + 2)
		return false;
	if (network && !(step->arg & NC_STORE_PSEUDO))
		return true;
	if (!at || !pkt->th || pkt->avail[NC_BASE_TH] >= 1 + at + 2)
		return true;
	/* A UDP header that was cut counts as one without a checksum, as in nft_payload.c. */
	return network && pkt->byte[NC_SLOT_L4 * 8] == 17;
}

/* Keep right what covers bytes that have changed. */
static __always_inline bool nc_patch_sums(struct nc_run *run, const struct nc_step *step,
					  __u32 change)
{
	struct nc_pkt *pkt = &run->walk->pkt;
	__u8 protocol = pkt->byte[NC_SLOT_L4 * 8];
	bool network = step->base != NC_BASE_TH;
	__u32 at = nc_sum_offset(protocol, network);

	if (!(step->arg & NC_STORE_CHECKSUM))
		return true;
	if (step->base == NC_BASE_IP && !nc_patch_sum(run, pkt->nh + 10, change, false))
		return false;
	/* A later fragment has no transport header. */
	if ((network && !(step->arg & NC_STORE_PSEUDO)) || !at || !pkt->th ||
	    pkt->avail[NC_BASE_TH] < 1 + at + 2)
		return true;
	return nc_patch_sum(run, pkt->th + at, change, protocol == 17);
}

static __always_inline void nc_rewritten(struct nc_run *run)
{
	run->walk->rewritten = 1;
	run->walk->again = 1;
}

/* bpf_csum_diff() of bytes that begin in the lower half of a 16-bit word: sums are the same in either byte order, RFC 1071. */
static __always_inline __u32 nc_swap_change(__u32 change)
{
	change = (change & 0xffff) + (change >> 16);
	change = (change & 0xffff) + (change >> 16);
	return __builtin_bswap16(change);
}

/*
 * width bytes are read, changed and written back; last, as they may be those of a checksum. One buffer: "combined stack size of
 * 4 calls is 528. Too large".
 */
static __noinline bool nc_store_at(struct nc_run *run, const struct nc_step *step, __u32 offset)
{
	__u64 high = nc_acc_high(&run->walk->pkt), low = nc_acc_low(&run->walk->pkt);
	__u32 width = nc_opaque(step->width), change;
	__be64 bytes[2] = {};

	if (width < 1 || width > 16 || offset + width > run->walk->pkt.length)
		return false;
	if (!nc_sums_there(&run->walk->pkt, step) ||
	    nc_hook_load_plain(run->ctx, offset, bytes, width))
		return false;
	change = bpf_csum_diff((__be32 *)bytes, sizeof(bytes), NULL, 0, 0);
	/* Left-justified bytes; the value goes to its place among them. */
	nc_shift_left(&high, &low, (16 - width) * 8 + step->shift);
	high = (bpf_be64_to_cpu(bytes[0]) & ~step->mask) | (high & step->mask);
	low = (bpf_be64_to_cpu(bytes[1]) & ~step->low) | (low & step->low);
	bytes[0] = bpf_cpu_to_be64(high);
	bytes[1] = bpf_cpu_to_be64(low);
	change = bpf_csum_diff(NULL, 0, (__be32 *)bytes, sizeof(bytes), change);
	if (step->arg & NC_STORE_ODD)
		change = nc_swap_change(change);
	nc_rewritten(run);
	return nc_patch_sums(run, step, change) &&
	       nc_hook_store(run->ctx, offset, bytes, width) == 0;
}

static __always_inline bool nc_store(struct nc_run *run, const struct nc_step *step)
{
	__u32 end = step->base == NC_BASE_TH ? step->need - 1 : step->need;

	return nc_store_at(run, step,
			   nc_base_offset(&run->walk->pkt, step->base) + end - step->width);
}

#define NC_TCP_MSS 2 /* the option's kind, RFC 9293 */

/*
 * nft_exthdr_tcp_set_eval(): an option that is missing is left alone, and so is an MSS that is smaller; the rule goes on.
 * Options may stand at odd offsets: their bytes are summed where they are in their words.
 */
static __noinline bool nc_store_option(struct nc_run *run, const struct nc_step *step)
{
	__u32 offset, width = nc_opaque(step->width), value = nc_acc_low(&run->walk->pkt), change;
	__be64 old = 0, new;
	bool missing;

	offset = nc_find_option(run, step->arg, step->index, &missing);
	if (!offset || width < 1 || width > 4)
		return missing;
	offset += step->index - width;
	if (nc_hook_load_plain(run->ctx, offset, &old, width))
		return false;
	new = bpf_cpu_to_be64((__u64)value << (64 - width * 8));
	if (old == new || (step->arg == NC_TCP_MSS && bpf_be64_to_cpu(old) <= bpf_be64_to_cpu(new)))
		return true;
	if (nc_hook_store(run->ctx, offset, &new, width))
		return false;
	nc_rewritten(run);
	change = bpf_csum_diff((__be32 *)&old, 8, (__be32 *)&new, 8, 0);
	if ((offset - run->walk->pkt.th) & 1)
		change = nc_swap_change(change);
	return nc_patch_sum(run, run->walk->pkt.th + 16, change, false);
}

/*
 * nft_fwd_neigh_eval(): a packet that goes on to a neighbour has one hop less, as ip_decrease_ttl() counts it. false: it has none
 * left, or its header is not there as a whole.
 */
static __noinline bool nc_decrease_hops(struct nc_run *run, __u32 family)
{
	struct nc_pkt *pkt = &run->walk->pkt;
	__u32 hops = pkt->nh + (family == 4 ? 8 : 7), sum;
	__be16 check;
	__u8 byte;

	if (pkt->length < pkt->nh + (family == 4 ? NC_IP_HLEN : NC_IP6_HLEN) ||
	    nc_hook_load_plain(run->ctx, hops, &byte, 1) || byte <= 1)
		return false;
	byte--;
	if (nc_hook_store(run->ctx, hops, &byte, 1))
		return false;
	if (family == 6)
		return true;
	if (nc_hook_load_plain(run->ctx, pkt->nh + 10, &check, 2))
		return false;
	sum = bpf_ntohs(check) + 0x100;
	check = bpf_htons(sum + (sum >= 0xffff));
	return nc_hook_store(run->ctx, pkt->nh + 10, &check, 2) == 0;
}

#define NC_OPTIONS_BYTES 40

/*
 * nft_exthdr_tcp_strip_eval(): no-ops in place of the option. 1: it is longer than the options, and the packet is dropped.
 */
static __noinline int nc_strip(struct nc_run *run, const struct nc_step *step)
{
	__u8 bytes[NC_OPTIONS_BYTES] = {};
	struct nc_options o;
	__u32 n, change;

	run->walk->at = step->miss;
	if (!nc_begin_options(run, step->arg, &o))
		return 0;
	run->walk->at = step->hit;
	bpf_loop(40, nc_next_option, &o, 0);
	if (!o.found)
		return 0;
	n = nc_opaque(o.length);
	if (o.at + n > o.end || n < 1 || n > NC_OPTIONS_BYTES)
		return 1;
	if (nc_hook_load_plain(run->ctx, o.at, bytes, n))
		return 1;
	change = bpf_csum_diff((__be32 *)bytes, sizeof(bytes), NULL, 0, 0);
	for (__u32 i = 0; i < NC_OPTIONS_BYTES && i < n; i++) {
		bytes[i] = 1;
		/* "A call to built-in function 'memset' is not supported." */
		asm volatile("" : : : "memory");
	}
	if (nc_hook_store(run->ctx, o.at, bytes, n))
		return 1;
	change = bpf_csum_diff(NULL, 0, (__be32 *)bytes, sizeof(bytes), change);
	if ((o.at - run->walk->pkt.th) & 1)
		change = nc_swap_change(change);
	nc_patch_sum(run, run->walk->pkt.th + 16, change, false);
	return 0;
}

#endif
