/* SPDX-License-Identifier: GPL-2.0-only */
/* Which skeleton is whose. Called by load.c and foresight.c. */
#include "layer.h"

#include <errno.h>

#include "nc_tc_egress.skel.h"
#include "nc_tc_ingress.skel.h"
#include "nc_xdp_filter.skel.h"

const char *const nc_common_names[_NC_COMMON_MAX] = {
	[NC_COMMON_COUNTERS] = "nc_counters", [NC_COMMON_STATS] = "nc_stats",
	[NC_COMMON_DEVICES] = "nc_devices",   [NC_COMMON_WORDS] = "nc_words",
	[NC_COMMON_EVENTS] = "nc_events",     [NC_COMMON_LOST] = "nc_lost",
};

void nc_layer_close(struct nc_layer *layer)
{
	nc_xdp_filter__destroy(layer->xdp);
	nc_tc_ingress__destroy(layer->ingress);
	nc_tc_egress__destroy(layer->egress);
}

static int open_skeleton(struct nc_layer *layer)
{
	switch (layer->hook) {
	case NC_HOOK_INGRESS:
		layer->xdp = nc_xdp_filter__open();
		if (!layer->xdp)
			return -errno;
		layer->object = layer->xdp->obj;
		layer->spec = &layer->xdp->rodata->nc_spec;
		layer->program = "nc_xdp_filter";
		return 0;
	case NC_HOOK_EGRESS:
		layer->egress = nc_tc_egress__open();
		if (!layer->egress)
			return -errno;
		layer->object = layer->egress->obj;
		layer->spec = &layer->egress->rodata->nc_spec;
		layer->program = "nc_tc_egress";
		return 0;
	default:
		layer->ingress = nc_tc_ingress__open();
		if (!layer->ingress)
			return -errno;
		layer->object = layer->ingress->obj;
		layer->spec = &layer->ingress->rodata->nc_spec;
		layer->program = "nc_tc_ingress";
		return 0;
	}
}

/* To be written through memory: nobody may do that to a map that is BPF_F_RDONLY_PROG. It is frozen when it is full. */
static int share_memory(const struct nc_layer *layer, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(layer->object, name);

	return bpf_map__set_map_flags(map, BPF_F_MMAPABLE);
}

int nc_layer_open(struct nc_layer *layer)
{
	int r = open_skeleton(layer);

	return r < 0 ? r : share_memory(layer, "nc_steps");
}

int nc_layer_load(struct nc_layer *layer)
{
	switch (layer->hook) {
	case NC_HOOK_INGRESS:
		return nc_xdp_filter__load(layer->xdp);
	case NC_HOOK_EGRESS:
		return nc_tc_egress__load(layer->egress);
	default:
		return nc_tc_ingress__load(layer->ingress);
	}
}
