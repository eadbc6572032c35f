/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The root at tc: as nc_xdp_root, for the egress of one device. TC_ACT_UNSPEC lets the programs and filters behind it
 * speak; a published program may drop.
 */
#include <linux/pkt_cls.h>

#include "bpf/stats.h"

char _license[] SEC("license") = "GPL";

/* This device's place in nc_stats. */
const volatile __u32 nc_root_stats = 0;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} nc_slots_tc SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NC_DEVICES_MAX);
	__type(key, __u32);
	__type(value, struct nc_stats);
} nc_stats SEC(".maps");

SEC("tc")
int nc_tc_root(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &nc_slots_tc, 0);
	nc_stats_add(&nc_stats, nc_root_stats, NC_REASON_NO_RULESET, NC_VERDICT_ACCEPT, skb->len);
	return TC_ACT_UNSPEC;
}
