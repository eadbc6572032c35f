/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter at tc, ingress: one instance per generation, reached by the root's tail call. */
#define NC_LAYER_HOOK NC_HOOK_INGRESS_TC

#include "nc_tc_filter.h"

char _license[] SEC("license") = "GPL";

SEC("tc")
int nc_tc_ingress(struct __sk_buff *skb)
{
	return nc_tc_filter(skb);
}
