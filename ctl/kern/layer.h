/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter program of a layer as libbpf has it: opened, then sized and specialised by load.c, then loaded. */
#ifndef NETCTL_KERN_LAYER_H
#define NETCTL_KERN_LAYER_H

#include "netctl/image.h"
#include "netctl/state.h"

struct bpf_object;

/* Maps that all generations have in common. */
enum nc_common {
	NC_COMMON_COUNTERS,
	NC_COMMON_STATS,
	NC_COMMON_DEVICES,
	NC_COMMON_WORDS,
	NC_COMMON_EVENTS,
	NC_COMMON_LOST,
	_NC_COMMON_MAX
};

extern const char *const nc_common_names[_NC_COMMON_MAX];

/* hook tells which of the skeletons it is. Initialised with the hook it is closed. */
struct nc_layer {
	enum nc_hook hook;
	struct nc_xdp_filter *xdp;
	struct nc_tc_ingress *ingress;
	struct nc_tc_egress *egress;
	struct bpf_object *object;
	struct nc_spec *spec;
	const char *program;
};

int nc_layer_open(struct nc_layer *layer);
int nc_layer_load(struct nc_layer *layer);
void nc_layer_close(struct nc_layer *layer);

#endif
