/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In front of what is measured: every run writes the next packet of a trace over the frame, so that no two runs in a row see the
 * same one, and frames that the kernel recycles hold nothing old. Then the subject, by a tail call that the kernel patches to a
 * jump; with no subject in the slot, a fixed action.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "netctl/bench.h"

char _license[] SEC("license") = "GPL";

const volatile __u32 nc_bench_packets = 1; /* in the trace */
const volatile __u32 nc_bench_hold = 1;	   /* runs in a row that get the same one */
const volatile __u32 nc_bench_action = XDP_DROP;

/* The packet, and how often it was used: runs are of one CPU at a time. */
__u32 nc_bench_at = 0;
__u32 nc_bench_held = 0;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct nc_bench_packet);
} nc_bench_trace SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} nc_bench_slot SEC(".maps");

static __always_inline void copy(__u64 *to, const struct nc_bench_packet *from, int first, int end)
{
#pragma unroll
	for (int i = first; i < end; i++)
		to[i] = from->word[i];
}

static __always_inline __u32 next(void)
{
	__u32 at = nc_bench_at;

	if (++nc_bench_held >= nc_bench_hold) {
		nc_bench_held = 0;
		nc_bench_at = at + 1 < nc_bench_packets ? at + 1 : 0;
	}
	return at;
}

SEC("xdp")
int nc_bench_rotate(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	const struct nc_bench_packet *packet;
	__u32 at = next();

	packet = bpf_map_lookup_elem(&nc_bench_trace, &at);
	if (!packet || data + NC_BENCH_FRAME_IP > end)
		return XDP_ABORTED;
	copy(data, packet, 0, NC_BENCH_FRAME_IP / 8);
	if (data + NC_BENCH_FRAME_IP6 <= end)
		copy(data, packet, NC_BENCH_FRAME_IP / 8, NC_BENCH_FRAME_IP6 / 8);
	bpf_tail_call(ctx, &nc_bench_slot, 0);
	return nc_bench_action;
}
