/* SPDX-License-Identifier: GPL-2.0-only */
/* Creating and filling maps, one way for all of kern/. */
#ifndef NETCTL_KERN_MAP_H
#define NETCTL_KERN_MAP_H

#include <stddef.h>

#include "compile/compile.h"

/*
 * Write n values of value_size bytes at indices first, first + 1 … of an array map (or map of maps: values are
 * descriptors). By batch where the kernel has it: one RCU wait for all in a map of maps. 0 or -errno.
 */
int nc_map_fill_array(int fd, __u32 first, const void *values, size_t value_size, size_t n);

/*
 * The same for an array with BPF_F_MMAPABLE: through memory, which takes a tenth of the time. value_size is a multiple of 8.
 */
/* The memory of such an array, to be unmapped; NULL: see errno. */
void *nc_map_share(int fd, size_t size);
int nc_map_fill_shared(int fd, const void *values, size_t value_size, size_t n);
/* Make one, with n values in it: a descriptor or -errno. */
int nc_map_make_shared(const char *name, const void *values, size_t value_size, size_t n);

/* The first n values of an array map. value_size is a multiple of 8. */
int nc_map_read_array(int fd, void *values, size_t value_size, __u32 n);

/* Pairs that one batch operation takes. */
#define NC_MAP_BATCH 8192
/* Does the kernel lack a batch operation for the map's type, as it answered? 524 is its internal ENOTSUPP. */
bool nc_map_no_batch(int r);
/* n pairs by batches, or one by one where the kernel refuses the first batch. */
int nc_map_update_many(int fd, const void *keys, size_t key_size, const void *values,
		       size_t value_size, size_t n);

/* Add a per-CPU value's sum over all CPUs to *sum: a counter of nc_counters, a slot of nc_stats. 0 or -errno. */
int nc_counter_read(int fd, __u32 counter_id, struct nc_counter *sum);
int nc_stats_read(int fd, __u32 slot, struct nc_stats *sum);

/* Set a per-CPU value: *value on CPU 0, zero elsewhere; NULL: zero everywhere. 0 or -errno. */
int nc_percpu_write(int fd, __u32 index, const void *value, size_t size);

#endif
