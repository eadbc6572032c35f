/* SPDX-License-Identifier: GPL-2.0-only */
/* Statements: counting, limits, quotas, logging and header rewriting. false: the rule ends here. */
#ifndef NETCTL_BPF_ACT_H
#define NETCTL_BPF_ACT_H

#include "load.h"
#include "rich.h"

/* --- state -------------------------------------------------------------------------------------------------- */

static __always_inline bool nc_count(struct nc_walk *walk, const struct nc_step *step)
{
	struct nc_counter *counter;
	struct nc_rich *element;

	if (step->flags & NC_STEP_ELEMENT) {
		if (!nc_spec.uses_rich)
			return true;
		element = nc_rich_find(&walk->pkt, step->width, step->arg);
		if (element) {
			__sync_fetch_and_add(&element->packets, 1);
			__sync_fetch_and_add(&element->bytes, walk->pkt.counted);
		}
		return true;
	}
	counter = bpf_map_lookup_elem(&nc_counters, &step->index);
	if (counter) {
		counter->packets++;
		counter->bytes += walk->pkt.counted;
	}
	return true;
}

/* The word of a limit or quota: the element's or one of its own. */
static __always_inline __u64 *nc_word_of(struct nc_walk *walk, const struct nc_step *step)
{
	struct nc_rich *element;
	struct nc_word *word;

	if (step->flags & NC_STEP_ELEMENT) {
		if (!nc_spec.uses_rich)
			return NULL;
		element = nc_rich_find(&walk->pkt, step->width, step->arg);
		if (!element)
			return NULL;
		return step->op == NC_OP_LIMIT ? &element->limit : &element->quota;
	}
	word = bpf_map_lookup_elem(&nc_words, &step->index);
	return word ? &word->value : NULL;
}

#define NC_LIMIT_TRIES 8

/*
 * nft_limit.c's token bucket with one word of state: when the bucket was last empty. Tokens are the time since then, at
 * most the depth; a packet that finds its price moves the moment on by it.
 */
static __noinline bool nc_limit(struct nc_walk *walk, const struct nc_step *step)
{
	bool over = step->flags & NC_STEP_INVERT;
	__u64 *word = nc_word_of(walk, step), price, now, empty, seen;

	if (!word || !step->low)
		return false;
	price = step->flags & NC_STEP_BYTES ? step->mask * walk->pkt.counted / step->low
					    : step->mask / step->low;
	now = bpf_ktime_get_ns();
	for (int i = 0; i < NC_LIMIT_TRIES; i++) {
		seen = *(volatile __u64 *)word;
		empty = now - seen > step->span || seen > now ? now - step->span : seen;
		if (seen > now)
			empty = seen;
		if (empty + price > now)
			return over;
		if (__sync_val_compare_and_swap(word, seen, empty + price) == seen)
			return !over;
	}
	return over;
}

static __always_inline bool nc_quota(struct nc_walk *walk, const struct nc_step *step)
{
	__u64 *word = nc_word_of(walk, step), used;
	__u32 bytes = walk->pkt.counted;

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

static __noinline bool nc_log(struct nc_walk *walk, const struct nc_step *step)
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
		.ifindex = walk->ifindex,
		.length = walk->pkt.length,
		.group = log->group,
		.level = log->level,
		.verdict = log->verdict,
		.hook = NC_LAYER_HOOK,
	};
	__builtin_memcpy(room->event.prefix, log->prefix, sizeof(log->prefix));
	bytes = walk->pkt.length < log->snaplen ? walk->pkt.length : log->snaplen;
	bytes &= 2 * NC_SNAPLEN_MAX - 1;
	if (bytes > NC_SNAPLEN_MAX)
		bytes = NC_SNAPLEN_MAX;
	if (bytes > 0 && nc_hook_load(walk->ctx, 0, room->frame, bytes))
		bytes = 0;
	room->event.captured = bytes;
	if (bpf_ringbuf_output(&nc_events, room, sizeof(room->event) + bytes, 0))
		nc_lose();
	return true;
}

/* --- rewriting ------------------------------------------------------------------------------------------------ */

/* Ones' complement sum of an even number of bytes, up to 20. */
static __always_inline __u32 nc_sum(const __be16 *bytes, __u32 n)
{
	__u32 sum = 0;

	for (__u32 i = 0; i < 10; i++)
		sum += i * 2 < n ? bytes[i] : 0;
	return sum;
}

/* RFC 1624, eqn. 3; 0 is written as 0xffff, as nft_payload.c does. */
static __always_inline __be16 nc_sum_replace(__be16 sum, __u32 from, __u32 to)
{
	__u32 value = (__u16)~sum;

	for (int i = 0; i < 2; i++)
		from = (from & 0xffff) + (from >> 16);
	value += (__u16)~from;
	value += to;
	for (int i = 0; i < 3; i++)
		value = (value & 0xffff) + (value >> 16);
	value = (__u16)~value;
	return value ?: 0xffff;
}

static __always_inline bool nc_patch_sum(struct nc_walk *walk, __u32 offset, __u32 from, __u32 to,
					 bool zero_is_none)
{
	__be16 sum;

	if (offset + 2 > walk->pkt.length || nc_hook_load(walk->ctx, offset, &sum, 2))
		return false;
	if (zero_is_none && !sum)
		return true;
	sum = nc_sum_replace(sum, from, to);
	return nc_hook_store(walk->ctx, offset, &sum, 2) == 0;
}

/* Where a transport protocol has its checksum; 0: it has none that covers the pseudo header or its ports. */
static __always_inline __u32 nc_sum_offset(__u8 protocol, bool pseudo)
{
	switch (protocol) {
	case 6: /* TCP */
		return 16;
	case 17:  /* UDP */
	case 136: /* UDP-Lite */
	case 33:  /* DCCP */
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

/* Keep right what covers bytes that changed from one sum to another. */
static __always_inline bool nc_patch_sums(struct nc_walk *walk, const struct nc_step *step,
					  __u32 from, __u32 to)
{
	struct nc_pkt *pkt = &walk->pkt;
	__u8 protocol = pkt->byte[NC_SLOT_L4 * 8];
	bool network = step->base != NC_BASE_TH;
	__u32 at = nc_sum_offset(protocol, network);

	if (!(step->arg & NC_STORE_CHECKSUM))
		return true;
	if (network && pkt->half[NC_SLOT_L3 * 4] == bpf_htons(NC_ETH_IP) &&
	    !nc_patch_sum(walk, pkt->nh + 10, from, to, false))
		return false;
	if (network && !(step->arg & NC_STORE_PSEUDO))
		return true;
	/* A later fragment has no transport header, and one that was cut has no checksum to mend. */
	if (!at || pkt->avail[NC_BASE_TH] < 1 + at + 2)
		return !network ? at == 0 : true;
	return nc_patch_sum(walk, pkt->th + at, from, to, protocol == 17);
}

/* width bytes, even and at an even offset, are read, changed and written back. */
static __noinline bool nc_store_at(struct nc_walk *walk, const struct nc_step *step, __u32 offset)
{
	__u64 high = nc_acc_high(&walk->pkt), low = nc_acc_low(&walk->pkt), old_high, old_low;
	__u32 width = step->width, from, to;
	union {
		__be64 number[3];
		__be16 half[12];
	} old = {}, new = {};

	if (width < 1 || width > 16 || offset + width > walk->pkt.length)
		return false;
	if (nc_hook_load(walk->ctx, offset, &old, width))
		return false;
	old_high = bpf_be64_to_cpu(old.number[0]);
	old_low = bpf_be64_to_cpu(old.number[1]);
	/* Left-justified bytes; the value goes to its place among them. */
	nc_shift_left(&high, &low, (16 - width) * 8 + step->shift);
	new.number[0] = bpf_cpu_to_be64((old_high & ~step->mask) | (high & step->mask));
	new.number[1] = bpf_cpu_to_be64((old_low & ~step->low) | (low & step->low));
	from = nc_sum(old.half, width);
	to = nc_sum(new.half, width);
	if (nc_hook_store(walk->ctx, offset, &new, width))
		return false;
	return nc_patch_sums(walk, step, from, to);
}

static __always_inline bool nc_store(struct nc_walk *walk, const struct nc_step *step)
{
	__u32 end = step->base == NC_BASE_TH ? step->need - 1 : step->need;

	walk->again = 1;
	return nc_store_at(walk, step, nc_base_offset(&walk->pkt, step->base) + end - step->width);
}

/* Options may stand at odd offsets: then the sums of their bytes are swapped, RFC 1071. */
static __noinline bool nc_store_option(struct nc_walk *walk, const struct nc_step *step)
{
	bool header;
	__u32 offset = nc_find_option(walk, step->arg, step->need, &header), from, to;
	__u32 width = step->width;
	__u32 value = nc_acc_low(&walk->pkt);
	__u8 old[4] = {}, new[4];

	if (!offset || (width != 1 && width != 2 && width != 4))
		return false;
	offset += step->need - width;
	if (nc_hook_load(walk->ctx, offset, old, width))
		return false;
	for (__u32 i = 0; i < 4; i++)
		new[i] = i < width ? value >> ((width - 1 - i) * 8 & 31) : 0;
	if (nc_hook_store(walk->ctx, offset, new, width))
		return false;
	/* The words that the bytes fall into, byte by byte. */
	from = to = 0;
	for (__u32 i = 0; i < 4; i++) {
		bool high = !((offset - walk->pkt.th + i) & 1);

		from += bpf_htons(high ? old[i] << 8 : old[i]);
		to += bpf_htons(high ? new[i] << 8 : new[i]);
	}
	walk->again = 1;
	return nc_patch_sum(walk, walk->pkt.th + 16, from, to, false);
}

#endif
