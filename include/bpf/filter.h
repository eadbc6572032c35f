/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A packet's path through a filter program, the same at every hook: find the device's entry, parse, classify, count. The
 * program includes its hook's header before this one.
 */
#ifndef NETCTL_BPF_FILTER_H
#define NETCTL_BPF_FILTER_H

#include "classify.h"
#include "stats.h"

/* Where this device's packets begin; false: no base chain names it. Its statistics are found either way. */
static __always_inline bool nc_find_entry(__u32 ifindex, __u32 *ret_start, __u32 *ret_stats)
{
	struct nc_device_key key = {.ifindex = ifindex, .hook = NC_LAYER_HOOK};
	const struct nc_device *device;
	const struct nc_entry *entry;

	if (nc_spec.single_ifindex && nc_spec.single_ifindex == ifindex) {
		*ret_start = nc_spec.single.start;
		*ret_stats = nc_spec.single.stats;
		return true;
	}
	entry = nc_spec.single_ifindex ? NULL : bpf_map_lookup_elem(&nc_entries, &ifindex);
	if (entry) {
		*ret_start = entry->start;
		*ret_stats = entry->stats;
		return true;
	}
	device = bpf_map_lookup_elem(&nc_devices, &key);
	*ret_stats = device ? device->stats : NC_NONE;
	return false;
}

/* Judge the packet: verdict, reason and port are in walk afterwards. */
static __always_inline void nc_filter(nc_ctx *ctx, struct nc_walk *walk)
{
	__u32 stats;

	walk->ifindex = nc_hook_ifindex(ctx);
	if (nc_find_entry(walk->ifindex, &walk->at, &stats)) {
		nc_read_frame(ctx, walk);
		nc_classify(ctx, walk);
	} else {
		walk->pkt.length = nc_hook_length(ctx);
		walk->verdict = NC_VERDICT_ACCEPT;
		walk->reason = NC_REASON_NO_CHAIN;
	}
	nc_stats_add(&nc_stats, stats, walk->reason, walk->verdict, walk->pkt.length);
}

#endif
