/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The root: what is attached to a device, one instance each. One tail call with a constant index, which the kernel
 * patches to a direct jump; with nothing published it falls through, and the packet passes as with an empty nft ruleset.
 */
#include "bpf/stats.h"

char _license[] SEC("license") = "GPL";

/* This device's place in nc_stats. */
const volatile __u32 nc_root_stats = 0;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} nc_slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NC_DEVICES_MAX);
	__type(key, __u32);
	__type(value, struct nc_stats);
} nc_stats SEC(".maps");

SEC("xdp")
int nc_xdp_root(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &nc_slots, 0);
	nc_stats_add(&nc_stats, nc_root_stats, NC_REASON_NO_RULESET, NC_VERDICT_ACCEPT,
		     ctx->data_end - ctx->data);
	return XDP_PASS;
}
