/* SPDX-License-Identifier: GPL-2.0-only */
/* One packet, one cell: the only thing that a program writes for every packet. It never changes a verdict. */
#ifndef NETCTL_BPF_STATS_H
#define NETCTL_BPF_STATS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "netctl/state.h"
#include "opaque.h"

static __always_inline void nc_stats_add(void *stats_map, __u32 slot, __u32 reason, __u32 verdict,
					 __u32 bytes)
{
	struct nc_stats *stats = bpf_map_lookup_elem(stats_map, &slot);
	struct nc_cell *cell;

	reason = nc_opaque(reason);
	verdict = nc_opaque(verdict);
	if (!stats || reason >= _NC_REASON_MAX || verdict >= _NC_VERDICT_MAX)
		return;
	cell = &stats->cell[reason][verdict];
	cell->packets++;
	cell->bytes += bytes;
}

#endif
