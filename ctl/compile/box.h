/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside compile: what a rule tests of addresses, ports and protocol, as boxes that the index can look up. */
#ifndef NETCTL_COMPILE_BOX_H
#define NETCTL_COMPILE_BOX_H

#include "compile/build.h"
#include "netctl/index.h"

/* Bits of the values of a dimension. */
static inline unsigned nc_dim_bits(enum nc_dim dim, enum nc_family family)
{
	if (dim == NC_DIM_PROTO)
		return 8;
	if (dim >= NC_DIM_SPORT)
		return 16;
	return family == NC_FAMILY_IP ? 32 : 128;
}

/* Packets that a rule can match: an interval in each dimension, left-justified in 128 bits. A rule may have several. */
struct nc_box {
	struct nc_interval dim[_NC_DIM_MAX];
	uint32_t rule; /* its place in the chain */
};

/* What is known of a rule's leading tests. */
struct nc_boxed {
	uint8_t families; /* bit per enum nc_family that it can match */
	uint8_t proto, proto_mask;
	bool bounded;	/* some dimension or family is less than all */
	bool selective; /* an address or a port is */
	bool reads_th;	/* some step of the rule reads the transport header */
	uint16_t need_nh, need_th;
	uint32_t covered; /* its first steps, which the boxes say as well */
	size_t first_box, n_boxes;
};

typedef NC_VEC(struct nc_box) nc_boxes;

/* The boxes of the rule whose steps are first … end - 1, appended. 0 or -ENOMEM. */
int nc_box_rule(const struct nc_build *build, uint32_t first, uint32_t end, uint32_t rule,
		nc_boxes *boxes, struct nc_boxed *ret);

/* Does the step need to know what is behind the extension headers? */
bool nc_step_reads_th(const struct nc_step *step);

#endif
