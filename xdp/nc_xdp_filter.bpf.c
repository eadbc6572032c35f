/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The filter: one instance per generation, bound to that generation's maps and specialised to its ruleset. It is reached by
 * the root program's tail call, never attached itself.
 */
#include "bpf/classify.h"
#include "bpf/parse.h"
#include "bpf/stats.h"

char _license[] SEC("license") = "GPL";

/* Where this device's packets begin; false: no base chain names it. Its statistics are found either way. */
static __always_inline bool nc_find_entry(__u32 ifindex, struct nc_entry *ret)
{
	struct nc_device_key key = {.ifindex = ifindex, .hook = NC_HOOK_INGRESS};
	const struct nc_device *device;
	const struct nc_entry *entry;

	if (nc_spec.single_ifindex && nc_spec.single_ifindex == ifindex) {
		ret->start = nc_spec.single.start;
		ret->stats = nc_spec.single.stats;
		return true;
	}
	entry = nc_spec.single_ifindex ? NULL : bpf_map_lookup_elem(&nc_entries, &ifindex);
	if (entry) {
		*ret = *entry;
		return true;
	}
	device = bpf_map_lookup_elem(&nc_devices, &key);
	ret->stats = device ? device->stats : NC_NONE;
	return false;
}

SEC("xdp")
int nc_xdp_filter(struct xdp_md *ctx)
{
	struct nc_frame frame = {(void *)(long)ctx->data, (void *)(long)ctx->data_end};
	struct nc_walk walk = {
		.pkt.lack = NC_REASON_POLICY,
		.verdict = NC_VERDICT_DROP,
		.reason = NC_REASON_INTERNAL,
	};
	struct nc_entry entry;

	if (nc_find_entry(ctx->ingress_ifindex, &entry)) {
		nc_parse(frame, &walk.pkt);
		nc_classify(&walk, entry.start);
	} else {
		walk.verdict = NC_VERDICT_ACCEPT;
		walk.reason = NC_REASON_NO_CHAIN;
	}
	nc_stats_add(&nc_stats, entry.stats, walk.reason, walk.verdict, ctx->data_end - ctx->data);
	return walk.verdict == NC_VERDICT_ACCEPT ? XDP_PASS : XDP_DROP;
}
