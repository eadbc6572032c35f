/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside compile: what a lookup in an index finds and costs. */
#ifndef NETCTL_COMPILE_LOOK_H
#define NETCTL_COMPILE_LOOK_H

#include "compile/index.h"

struct nc_look {
	uint32_t found;	 /* order of the rule; NC_NONE */
	unsigned nodes;	 /* of tries that were passed */
	unsigned probes; /* tables that were asked */
	unsigned rules;	 /* that were compared */
};

/* What one of each costs beside the others, as measured: in ns on the machine of docs/performance.md, but only the proportion counts. */
#define NC_COST_NODE  2
#define NC_COST_PROBE 9
#define NC_COST_RULE  4

static inline unsigned nc_look_cost(const struct nc_look *look)
{
	return look->nodes * NC_COST_NODE + look->probes * NC_COST_PROBE +
	       look->rules * NC_COST_RULE;
}

/* Look a packet up from a rule on: its values left-justified in 128 bits. */
void nc_look_up_from(const struct nc_image *image, const struct nc_index *index,
		     enum nc_family family, const nc_num value[_NC_DIM_MAX], uint32_t from,
		     struct nc_look *ret);

static inline void nc_look_up(const struct nc_image *image, const struct nc_index *index,
			      enum nc_family family, const nc_num value[_NC_DIM_MAX],
			      struct nc_look *ret)
{
	nc_look_up_from(image, index, family, value, 0, ret);
}

#endif
