/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The filter: one instance per generation, bound to that generation's maps and specialised to its ruleset. It is reached by
 * the root program's tail call, never attached itself.
 */
#define NC_LAYER_HOOK NC_HOOK_INGRESS

#include "bpf/hook_xdp.h"
#include "bpf/filter.h"

char _license[] SEC("license") = "GPL";

_Static_assert(XDP_PASS - NC_VERDICT_ACCEPT == XDP_PASS, "accepted frames pass");
_Static_assert(XDP_PASS - NC_VERDICT_DROP == XDP_DROP, "dropped frames do not");

SEC("xdp")
int nc_xdp_filter(struct xdp_md *ctx)
{
	struct nc_walk *walk = nc_walk_begin();

	if (!walk)
		return XDP_DROP;
	nc_filter(ctx, walk);
	nc_walk_end();
	if (nc_uses(NC_OP_FWD) && walk->verdict == NC_VERDICT_REDIRECT)
		return bpf_redirect_map(&nc_ports, walk->port, XDP_DROP);
	/* ACCEPT passes, DROP drops: a difference, not a branch that nobody could foretell. */
	return XDP_PASS - walk->verdict;
}
