/* SPDX-License-Identifier: GPL-2.0-only */
/* What every measurement is a ratio to: a program that only drops. Also the other end of that scale, one that only passes. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

SEC("xdp")
int nc_bench_bare(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_DROP;
}

SEC("xdp")
int nc_bench_pass(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_PASS;
}
