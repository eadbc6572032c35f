/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter at tc, for both directions: what xdp/nc_xdp_filter.bpf.c is at XDP. */
#ifndef NETCTL_TC_FILTER_H
#define NETCTL_TC_FILTER_H

#include "bpf/hook_tc.h"
#include "bpf/filter.h"

/*
 * Where a redirected frame goes; "fwd ip to ADDRESS device NAME": the neighbour's address is in the accumulator. A global
 * function, so that its stack is not there while the walk goes on.
 */
__noinline int nc_redirect(struct nc_walk *walk)
{
	struct bpf_redir_neigh neighbour = {};
	const __u32 *ifindex;
	__u32 port;

	if (!walk)
		return TC_ACT_SHOT;
	port = walk->port;
	ifindex = bpf_map_lookup_elem(&nc_port_ids, &port);
	if (!ifindex)
		return TC_ACT_SHOT;
	if (!walk->family)
		return bpf_redirect(*ifindex, 0);
	if (walk->family == 4) {
		neighbour.nh_family = 2; /* AF_INET */
		neighbour.ipv4_nh = bpf_htonl(nc_acc_low(&walk->pkt));
	} else {
		neighbour.nh_family = 10; /* AF_INET6 */
		__builtin_memcpy(neighbour.ipv6_nh, &walk->pkt.slot[NC_SLOT_ACC], 16);
	}
	return bpf_redirect_neigh(*ifindex, &neighbour, sizeof(neighbour), 0);
}

/* What is accepted goes on to the programs and filters behind. */
static __always_inline int nc_tc_filter(struct __sk_buff *skb)
{
	struct nc_walk *walk = nc_walk_begin();

	if (!walk)
		return TC_ACT_SHOT;
	nc_filter(skb, walk);
	nc_walk_end();
	if (nc_uses(NC_OP_FWD) && walk->verdict == NC_VERDICT_REDIRECT)
		return nc_redirect(walk);
	return walk->verdict == NC_VERDICT_ACCEPT ? TC_ACT_UNSPEC : TC_ACT_SHOT;
}

#endif
