/* SPDX-License-Identifier: GPL-2.0-only */
/* An image loaded for BPF_PROG_TEST_RUN: no pins, no devices, nothing published. Called by tests and measurements. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>

#include "kern.h"
#include "load.h"
#include "map.h"

#define LO_IFINDEX 1 /* what BPF_PROG_TEST_RUN shows as ingress unless told otherwise */

struct nc_instance {
	struct nc_generation generation;
	int counters, stats, devices;
};

void nc_instance_free(struct nc_instance *instance)
{
	nc_generation_close(&instance->generation);
	closep(&instance->counters);
	closep(&instance->stats);
	closep(&instance->devices);
	free(instance);
}

int nc_instance_load(const struct nc_image *image, size_t entry, struct nc_instance **ret,
		     struct nc_diag *diag)
{
	_cleanup_(nc_instance_freep) struct nc_instance *instance = calloc(1, sizeof(*instance));
	struct nc_resolved_entry resolved = {.ifindex = LO_IFINDEX};
	struct nc_externals externals = {.entries = &resolved, .generation = 1};

	if (!instance)
		return -ENOMEM;
	instance->generation = NC_GENERATION_NONE;
	instance->counters = nc_counters_create(image->n_counters ? image->n_counters : 1);
	instance->stats = nc_stats_create();
	instance->devices = nc_devices_create();
	if (instance->counters < 0 || instance->stats < 0 || instance->devices < 0)
		return nc_diag_errno(diag, NULL, -errno, "cannot make maps");
	if (entry < image->entries.n) {
		resolved.entry.start = image->entries.v[entry].start;
		externals.n_entries = 1;
	}
	externals.counters = instance->counters;
	externals.stats = instance->stats;
	externals.devices = instance->devices;
	if (nc_generation_load(image, &externals, &instance->generation, diag) < 0)
		return -EINVAL;
	*ret = TAKE_PTR(instance);
	return 0;
}

int nc_instance_prog_fd(const struct nc_instance *instance)
{
	return instance->generation.prog;
}

int nc_instance_stats(const struct nc_instance *instance, struct nc_stats *ret)
{
	*ret = (struct nc_stats){0};
	return nc_stats_read(instance->stats, 0, ret);
}

int nc_instance_counter(const struct nc_instance *instance, uint32_t counter_id,
			struct nc_counter *ret)
{
	*ret = (struct nc_counter){0};
	return nc_counter_read(instance->counters, counter_id, ret);
}
