/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Garbage collection: takes elements whose time has run out from the map of one set, as nft does every gc-interval. A timer of the
 * kernel's does it (Linux 5.15), so that there is no daemon: ctl/kern/gc.c starts it by running the program once, and it goes on
 * as long as nc_gc has a pin or descriptor. One instance per set; lookups ignore such elements whether or not they are there.
 *
 * Only for hash maps: a trie cannot be walked from BPF. Elements of one come from netctl alone, which collects what has timed out
 * before it adds one (nc_live_set_keys()).
 */
#include <linux/bpf.h>
#include <linux/time.h>
#include <bpf/bpf_helpers.h>

#include "netctl/image.h"

char _license[] SEC("license") = "GPL";

const volatile __u64 nc_gc_interval_ns = 1000000000;

struct nc_gc {
	struct bpf_timer timer;
};

/* The timer lives in it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct nc_gc);
} nc_gc SEC(".maps");

/* Stands for the set's map, whatever the size of its keys. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct nc_key8);
	__type(value, struct nc_rich);
} nc_gc_set SEC(".maps");

struct bpf_map;

static long nc_gc_element(struct bpf_map *map, const void *key, struct nc_rich *element, __u64 *now)
{
	if (element->expires && element->expires <= *now)
		bpf_map_delete_elem(map, key);
	return 0;
}

static int nc_gc_walk(void *map, __u32 *index, struct nc_gc *gc)
{
	__u64 now = bpf_ktime_get_ns();

	(void)map;
	(void)index;
	bpf_for_each_map_elem(&nc_gc_set, nc_gc_element, &now, 0);
	bpf_timer_start(&gc->timer, nc_gc_interval_ns, 0);
	return 0;
}

SEC("tc")
int nc_gc_start(struct __sk_buff *ctx)
{
	__u32 zero = 0;
	struct nc_gc *gc = bpf_map_lookup_elem(&nc_gc, &zero);

	(void)ctx;
	if (!gc)
		return 1;
	if (bpf_timer_init(&gc->timer, &nc_gc, CLOCK_MONOTONIC) ||
	    bpf_timer_set_callback(&gc->timer, nc_gc_walk) ||
	    bpf_timer_start(&gc->timer, nc_gc_interval_ns, 0))
		return 1;
	return 0;
}
