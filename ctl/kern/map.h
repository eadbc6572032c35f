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
int nc_map_fill_shared(int fd, const void *values, size_t value_size, size_t n);
/* Make one, with n values in it: a descriptor or -errno. */
int nc_map_make_shared(const char *name, const void *values, size_t value_size, size_t n);

/* The first n values of an array map. value_size is a multiple of 8. */
int nc_map_read_array(int fd, void *values, size_t value_size, __u32 n);

/*
 * Make a set map and put its keys in: a descriptor, or -errno with a message. Room: the declared size; else twice the
 * keys, at least 1024.
 */
int nc_set_map_create(const struct nc_image_set *set, struct nc_diag *diag);

/* Append all pairs of a set map: those whose time has run out to over, if that is not NULL. 0 or -errno. */
int nc_set_map_read(int fd, enum nc_set_class class, struct nc_set_keys *ret,
		    struct nc_set_keys *over);

/* Is the pair there, and its time over? */
bool nc_set_map_is_over(int fd, enum nc_set_class class, const void *key);
/* Put one pair in, with bpf_map_update_elem()'s flags. 0 or -errno. */
int nc_set_map_update(int fd, enum nc_set_class class, const void *key, const void *value,
		      __u64 flags);

/* Add a per-CPU value's sum over all CPUs to *sum: a counter of nc_counters, a slot of nc_stats. 0 or -errno. */
int nc_counter_read(int fd, __u32 counter_id, struct nc_counter *sum);
int nc_stats_read(int fd, __u32 slot, struct nc_stats *sum);

/* Set a per-CPU value: *value on CPU 0, zero elsewhere; NULL: zero everywhere. 0 or -errno. */
int nc_percpu_write(int fd, __u32 index, const void *value, size_t size);

#endif
