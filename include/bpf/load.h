/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loads: something of the packet, or known beside it, into the accumulator; and computing on it. A load that finds nothing
 * says false: the rule does not match.
 */
#ifndef NETCTL_BPF_LOAD_H
#define NETCTL_BPF_LOAD_H

#include "parse.h"
#include "walk.h"

/* Where base is in the frame, on the wire. */
static __always_inline __u32 nc_base_offset(const struct nc_pkt *pkt, __u32 base)
{
	switch (base) {
	case NC_BASE_NH:
	case NC_BASE_IP:
	case NC_BASE_IP6:
		return pkt->nh;
	case NC_BASE_TH:
		return pkt->th;
	default:
		return 0;
	}
}

static __always_inline void nc_shift_right(__u64 *high, __u64 *low, __u32 n)
{
	n &= 127;
	if (n >= 64) {
		*low = *high >> (n - 64);
		*high = 0;
	} else if (n) {
		*low = *low >> n | *high << (64 - n);
		*high >>= n;
	}
}

static __always_inline void nc_shift_left(__u64 *high, __u64 *low, __u32 n)
{
	n &= 127;
	if (n >= 64) {
		*high = *low << (n - 64);
		*low = 0;
	} else if (n) {
		*high = *high << n | *low >> (64 - n);
		*low <<= n;
	}
}

/* width bytes at an offset as a number, cut as the step says. */
static __noinline bool nc_load_bytes(struct nc_run *run, const struct nc_step *step, __u32 offset)
{
	__be64 bytes[2] = {};
	__u32 width = nc_opaque(step->width);
	__u64 high, low;

	if (width < 1 || width > 16)
		return false;
	if (offset + width > run->walk->pkt.length)
		return false;
	if (nc_hook_load(run->ctx, offset, bytes, width))
		return false;
	high = bpf_be64_to_cpu(bytes[0]);
	low = bpf_be64_to_cpu(bytes[1]);
	nc_shift_right(&high, &low, (16 - width) * 8 + step->shift);
	nc_set_acc(&run->walk->pkt, high & step->mask, low & step->low);
	return true;
}

static __always_inline bool nc_load_payload(struct nc_run *run, const struct nc_step *step)
{
	/* need counts one more at the transport header (netctl/packet.h). */
	__u32 end = step->base == NC_BASE_TH ? step->need - 1 : step->need;

	return nc_load_bytes(run, step,
			     nc_base_offset(&run->walk->pkt, step->base) + end - step->width);
}

/* More than these fit into no frame of 9,000 bytes. */
#define NC_EXTENSIONS_SEARCHED 1125

/* A search for an IPv6 extension header, as the kernel's ipv6_find_hdr() makes it. */
struct nc_extension {
	nc_ctx *ctx;
	__u32 offset, length;
	__u8 next, wanted, found, pad;
};

static long nc_next_extension(__u32 i __attribute__((unused)), struct nc_extension *x)
{
	bool found = x->next == x->wanted;
	__u8 head[4] = {};

	if (!nc_is_extension(x->next)) {
		x->found = found;
		return 1;
	}
	if (x->offset + 2 > x->length || nc_hook_load_plain(x->ctx, x->offset, head, 2))
		return 1;
	if (x->next == NC_NEXTHDR_ROUTING && x->offset + 4 > x->length)
		return 1;
	if (x->next == NC_NEXTHDR_FRAGMENT) {
		if (x->offset + 4 > x->length || nc_hook_load_plain(x->ctx, x->offset, head, 4))
			return 1;
		if ((head[2] << 8 | head[3]) & 0xfff8) {
			x->found = found;
			return 1;
		}
	}
	if (found) {
		x->found = 1;
		return 1;
	}
	x->offset += x->next == NC_NEXTHDR_FRAGMENT ? 8
		     : x->next == NC_NEXTHDR_AUTH   ? (head[1] + 2) * 4
						    : (head[1] + 1) * 8;
	x->next = head[0];
	return 0;
}

static __always_inline bool nc_load_extension(struct nc_run *run, const struct nc_step *step)
{
	struct nc_pkt *pkt = &run->walk->pkt;
	struct nc_extension x = {
		.ctx = run->ctx,
		.offset = pkt->nh + NC_IP6_HLEN,
		.length = pkt->length,
		.wanted = step->arg,
	};

	if (pkt->half[NC_SLOT_L3 * 4] != bpf_htons(NC_ETH_IP6))
		return false;
	x.next = pkt->byte[NC_SLOT_L3 * 8 + 2];
	/* What its next header is, the kernel reads from an IPv6 header that was cut, too. */
	if (pkt->avail[NC_BASE_IP6] >= 7)
		bpf_loop(NC_EXTENSIONS_SEARCHED, nc_next_extension, &x, 0);
	if (step->flags & NC_STEP_PRESENT) {
		nc_set_acc(pkt, 0, x.found);
		return true;
	}
	return x.found && nc_load_bytes(run, step, x.offset + step->index - step->width);
}

/* --- beside the packet ------------------------------------------------------------------------------------ */

/* A packet has one device at this hook, as nft has it: the other one has no name, and neither type nor group. */
static __always_inline bool nc_load_device(struct nc_run *run, __u32 key)
{
	bool out = key >= NC_META_OIFNAME, there = out == (NC_LAYER_HOOK == NC_HOOK_EGRESS);
	const struct nc_entry *entry;

	if (out)
		key -= NC_META_OIFNAME - NC_META_IFNAME;
	if (!there) {
		nc_set_acc(&run->walk->pkt, 0, 0);
		return key == NC_META_IFNAME || key == NC_META_IFINDEX;
	}
	if (key == NC_META_IFINDEX) {
		nc_set_acc(&run->walk->pkt, 0, run->walk->ifindex);
		return true;
	}
	entry = bpf_map_lookup_elem(&nc_entries, &run->walk->ifindex);
	if (!entry)
		return false;
	__builtin_memcpy(&run->walk->pkt.slot[NC_SLOT_ACC], entry->name, sizeof(entry->name));
	if (key != NC_META_IFNAME)
		nc_set_acc(&run->walk->pkt, 0,
			   key == NC_META_IFTYPE ? entry->iftype : entry->ifgroup);
	return true;
}

/* CLOCK_REALTIME: CLOCK_TAI is the one that BPF can read, and follows all settings of the clock. */
static __always_inline __u64 nc_realtime(void)
{
	return bpf_ktime_get_tai_ns() - nc_spec.tai_offset;
}

#define NC_SECOND 1000000000ull
#define NC_DAY	  86400

static __noinline bool nc_load_meta(struct nc_run *run, const struct nc_step *step)
{
	struct nc_pkt *pkt = &run->walk->pkt;
	__u64 value = 0;

	switch (step->arg) {
	case NC_META_LENGTH:
		value = pkt->counted;
		break;
	case NC_META_IFNAME:
	case NC_META_IFTYPE:
	case NC_META_IFGROUP:
	case NC_META_IFINDEX:
	case NC_META_OIFNAME:
	case NC_META_OIFTYPE:
	case NC_META_OIFGROUP:
	case NC_META_OIFINDEX:
		return nc_load_device(run, step->arg);
	case NC_META_CPU:
		value = bpf_get_smp_processor_id();
		break;
	case NC_META_RANDOM:
		value = bpf_get_prandom_u32();
		break;
	case NC_META_TIME:
		value = nc_realtime();
		break;
	case NC_META_DAY:
		value = ((nc_realtime() + nc_spec.day_offset) / NC_SECOND / NC_DAY + 4) % 7;
		break;
	case NC_META_HOUR:
		value = nc_realtime() / NC_SECOND % NC_DAY;
		break;
	default:
		if (!nc_hook_meta(run->ctx, step->arg, &value))
			return false;
	}
	nc_set_acc(pkt, 0, value);
	return true;
}

static __always_inline bool nc_load_numgen(struct nc_run *run, const struct nc_step *step)
{
	struct nc_word *word;
	__u64 number;

	if (!step->low)
		return false;
	if (step->flags & NC_STEP_RANDOM) {
		/* As the kernel's reciprocal_scale(). */
		number = (__u64)bpf_get_prandom_u32() * (__u32)step->low >> 32;
	} else {
		word = bpf_map_lookup_elem(&nc_words, &step->index);
		if (!word)
			return false;
		number = __sync_fetch_and_add(&word->value, 1) % step->low;
	}
	nc_set_acc(&run->walk->pkt, 0, number + step->span);
	return true;
}

/* Bob Jenkins' hash, as the kernel's jhash() computes it. */
static __always_inline __u32 nc_rotate(__u32 word, __u32 n)
{
	return word << n | word >> (32 - n);
}

#define NC_JHASH_MIX(a, b, c)                                                                      \
	do {                                                                                       \
		a -= c;                                                                            \
		a ^= nc_rotate(c, 4);                                                              \
		c += b;                                                                            \
		b -= a;                                                                            \
		b ^= nc_rotate(a, 6);                                                              \
		a += c;                                                                            \
		c -= b;                                                                            \
		c ^= nc_rotate(b, 8);                                                              \
		b += a;                                                                            \
		a -= c;                                                                            \
		a ^= nc_rotate(c, 16);                                                             \
		c += b;                                                                            \
		b -= a;                                                                            \
		b ^= nc_rotate(a, 19);                                                             \
		a += c;                                                                            \
		c -= b;                                                                            \
		c ^= nc_rotate(b, 4);                                                              \
		b += a;                                                                            \
	} while (0)

#define NC_JHASH_FINAL(a, b, c)                                                                    \
	do {                                                                                       \
		c ^= b;                                                                            \
		c -= nc_rotate(b, 14);                                                             \
		a ^= c;                                                                            \
		a -= nc_rotate(c, 11);                                                             \
		b ^= a;                                                                            \
		b -= nc_rotate(a, 25);                                                             \
		c ^= b;                                                                            \
		c -= nc_rotate(b, 16);                                                             \
		a ^= c;                                                                            \
		a -= nc_rotate(c, 4);                                                              \
		b ^= a;                                                                            \
		b -= nc_rotate(a, 14);                                                             \
		c ^= b;                                                                            \
		c -= nc_rotate(b, 24);                                                             \
	} while (0)

/* Keys are zero behind their end, so that whole words can be read: what jhash() would leave out is zero. */
static __noinline bool nc_load_jhash(struct nc_run *run, const struct nc_step *step)
{
	const __u32 *k = (const __u32 *)&run->walk->pkt.slot[NC_SLOT_KEY];
	__u32 length = step->arg, a, b, c;
	int i = 0;

	a = b = c = 0xdeadbeef + length + (__u32)step->mask;
	for (; i < 5 && length > 12; i++, length -= 12) {
		a += k[i * 3];
		b += k[i * 3 + 1];
		c += k[i * 3 + 2];
		NC_JHASH_MIX(a, b, c);
	}
	if (length) {
		a += k[i * 3];
		if (length > 4 && i * 3 + 1 < 16)
			b += k[i * 3 + 1];
		if (length > 8 && i * 3 + 2 < 16)
			c += k[i * 3 + 2];
		NC_JHASH_FINAL(a, b, c);
	}
	nc_set_acc(&run->walk->pkt, 0, ((__u64)c * (__u32)step->low >> 32) + step->span);
	return true;
}

/* --- computing --------------------------------------------------------------------------------------------- */

static __always_inline void nc_compute(struct nc_pkt *pkt, const struct nc_step *step)
{
	__u64 high = nc_acc_high(pkt), low = nc_acc_low(pkt);

	switch (step->op) {
	case NC_OP_AND:
		high &= step->mask;
		low &= step->low;
		break;
	case NC_OP_OR:
		high |= step->mask;
		low |= step->low;
		break;
	case NC_OP_XOR:
		high ^= step->mask;
		low ^= step->low;
		break;
	case NC_OP_LSHIFT:
		nc_shift_left(&high, &low, step->shift);
		break;
	default:
		nc_shift_right(&high, &low, step->shift);
	}
	nc_set_acc(pkt, high, low);
}

static __always_inline void nc_load_slot(struct nc_pkt *pkt, const struct nc_step *step)
{
	__u32 slot = nc_opaque(step->slot);

	if (step->width == 16 && slot < _NC_SLOT_MAX - 1) {
		__be64 high = pkt->slot[slot], low = pkt->slot[slot + 1];

		pkt->slot[NC_SLOT_ACC] = high;
		pkt->slot[NC_SLOT_ACC_LOW] = low;
		return;
	}
	nc_set_acc(pkt, 0, nc_slot(pkt, slot) >> (step->shift & 63) & step->mask);
}

/* A part of the key: 4, 8 or 16 bytes. */
static __always_inline void nc_put_key(struct nc_pkt *pkt, const struct nc_step *step)
{
	__u32 at = nc_opaque(step->arg / 4), slot = nc_opaque(step->slot);
	__be32 *key = &pkt->word[NC_SLOT_KEY * 2];
	__u64 value;

	if (step->flags & NC_STEP_FIRST) {
		for (int i = 0; i < 8; i++)
			pkt->slot[NC_SLOT_KEY + i] = 0;
	}
	if (step->width == 16) {
		if (at > 12 || slot >= _NC_SLOT_MAX - 1)
			return;
		value = nc_slot(pkt, slot) & step->mask;
		key[at] = bpf_htonl(value >> 32);
		key[at + 1] = bpf_htonl(value);
		value = nc_slot(pkt, slot + 1) & step->low;
		key[at + 2] = bpf_htonl(value >> 32);
		key[at + 3] = bpf_htonl(value);
		return;
	}
	value = (nc_slot(pkt, slot) >> (step->shift & 63) & step->mask) << (step->low & 63);
	value |= step->span;
	if (step->flags & NC_STEP_SWAP)
		value = step->width == 4 ? __builtin_bswap32(value) : __builtin_bswap64(value);
	if (step->width == 4) {
		if (at < 16)
			key[at] = bpf_htonl(value);
	} else if (at < 15) {
		key[at] = bpf_htonl(value >> 32);
		key[at + 1] = bpf_htonl(value);
	}
}

#endif
