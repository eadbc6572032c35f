/* SPDX-License-Identifier: GPL-2.0-only */
/* Rich sets: looking elements up, adding and deleting them from the packet path. */
#ifndef NETCTL_BPF_RICH_H
#define NETCTL_BPF_RICH_H

#include "walk.h"

static __always_inline bool nc_uses_rich(enum nc_rich_class class)
{
	return nc_spec.uses_rich >> class & 1;
}

/* The outer lookup fails only where the image contradicts itself. */
static __always_inline struct nc_rich *nc_find_in(void *outer, __u32 set, const void *key)
{
	void *inner = bpf_map_lookup_elem(outer, &set);

	return inner ? bpf_map_lookup_elem(inner, key) : NULL;
}

/* The element that holds the key, timed out or not. */
static __noinline struct nc_rich *nc_rich_find(struct nc_pkt *pkt, __u32 class, __u32 set)
{
	const void *key = &pkt->slot[NC_SLOT_KEY];

	if (nc_uses_rich(NC_RICH_HASH8) && class == NC_RICH_HASH8)
		return nc_find_in(&nc_rich8, set, key);
	if (nc_uses_rich(NC_RICH_HASH16) && class == NC_RICH_HASH16)
		return nc_find_in(&nc_rich16, set, key);
	if (nc_uses_rich(NC_RICH_HASH32) && class == NC_RICH_HASH32)
		return nc_find_in(&nc_rich32, set, key);
	if (nc_uses_rich(NC_RICH_HASH64) && class == NC_RICH_HASH64)
		return nc_find_in(&nc_rich64, set, key);
	if (nc_uses_rich(NC_RICH_LPM8) && class == NC_RICH_LPM8) {
		struct nc_prefix8 prefix = {.prefixlen = 64};

		__builtin_memcpy(prefix.data, key, sizeof(prefix.data));
		return nc_find_in(&nc_richlpm8, set, &prefix);
	}
	if (nc_uses_rich(NC_RICH_LPM16) && class == NC_RICH_LPM16) {
		struct nc_prefix16 prefix = {.prefixlen = 128};

		__builtin_memcpy(prefix.data, key, sizeof(prefix.data));
		return nc_find_in(&nc_richlpm16, set, &prefix);
	}
	return NULL;
}

static __always_inline bool nc_expired(const struct nc_rich *element, __u64 now)
{
	return element->expires && element->expires <= now;
}

/* The same, if its time has not run out. */
static __always_inline struct nc_rich *nc_rich_get(struct nc_pkt *pkt, __u32 class, __u32 set)
{
	struct nc_rich *element = nc_rich_find(pkt, class, set);

	if (element && element->expires && nc_expired(element, bpf_ktime_get_ns()))
		return NULL;
	return element;
}

/*
 * The same, timed out or not, where it counts and limits. Where that is at another key, this key takes the place of what was
 * looked up: it has the same verdict and data.
 */
static __noinline struct nc_rich *nc_rich_state(struct nc_pkt *pkt, __u32 class, __u32 set)
{
	struct nc_rich *element = nc_rich_find(pkt, class, set);
	__u64 *key = &pkt->slot[NC_SLOT_KEY];

	if (!element || !(element->flags & NC_ELEMENT_SHARES))
		return element;
	__builtin_memset(key, 0, NC_KEY_BYTES);
	__builtin_memcpy(key, element->state, sizeof(element->state));
	return nc_rich_find(pkt, class, set);
}

static __always_inline long nc_rich_add(struct nc_pkt *pkt, __u32 class, __u32 set,
					const struct nc_rich *value)
{
	const void *key = &pkt->slot[NC_SLOT_KEY];
	void *map;

#define NC_ADD(CLASS, outer)                                                                       \
	if (nc_uses_rich(CLASS) && class == CLASS) {                                               \
		map = bpf_map_lookup_elem(outer, &set);                                            \
		return map ? bpf_map_update_elem(map, key, value, BPF_NOEXIST) : -1;               \
	}
	NC_ADD(NC_RICH_HASH8, &nc_rich8)
	NC_ADD(NC_RICH_HASH16, &nc_rich16)
	NC_ADD(NC_RICH_HASH32, &nc_rich32)
	NC_ADD(NC_RICH_HASH64, &nc_rich64)
#undef NC_ADD
	return -1;
}

static __always_inline void nc_rich_delete(struct nc_pkt *pkt, __u32 class, __u32 set)
{
	const void *key = &pkt->slot[NC_SLOT_KEY];
	void *map;

#define NC_DELETE(CLASS, outer)                                                                    \
	if (nc_uses_rich(CLASS) && class == CLASS) {                                               \
		map = bpf_map_lookup_elem(outer, &set);                                            \
		if (map)                                                                           \
			bpf_map_delete_elem(map, key);                                             \
		return;                                                                            \
	}
	NC_DELETE(NC_RICH_HASH8, &nc_rich8)
	NC_DELETE(NC_RICH_HASH16, &nc_rich16)
	NC_DELETE(NC_RICH_HASH32, &nc_rich32)
	NC_DELETE(NC_RICH_HASH64, &nc_rich64)
#undef NC_DELETE
}

/*
 * nft's nft_dynset_eval(): false ends the rule. An element whose time has run out and that nobody has collected yet is as
 * good as a new one: it begins anew.
 */
static __noinline bool nc_element(struct nc_run *run, const struct nc_step *step)
{
	struct nc_pkt *pkt = &run->walk->pkt;
	struct nc_rich *element = nc_rich_find(pkt, step->width, step->index), fresh = {};
	__u64 now = step->mask || (element && element->expires) ? bpf_ktime_get_ns() : 0;
	bool expired = element && nc_expired(element, now);

	if (step->arg & NC_ELEMENT_DELETE) {
		nc_rich_delete(pkt, step->width, step->index);
		return true;
	}
	if (element && !expired) {
		if (step->arg & NC_ELEMENT_UPDATE && step->mask)
			element->expires = now + step->mask;
		return true;
	}
	fresh.expires = step->mask ? now + step->mask : 0;
	fresh.timeout = step->mask;
	if (step->arg & NC_ELEMENT_MAPPED) {
		fresh.data[0] = nc_acc_high(pkt);
		fresh.data[1] = nc_acc_low(pkt);
	}
	if (expired) {
		*element = fresh;
		return true;
	}
	/* Another CPU may have been faster: then it is there. */
	return nc_rich_add(pkt, step->width, step->index, &fresh) == 0 ||
	       nc_rich_find(pkt, step->width, step->index);
}

#endif
