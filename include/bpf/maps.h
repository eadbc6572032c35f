/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps of the filter program and what is constant in one generation. Sizes are set when it is loaded. */
#ifndef NETCTL_BPF_MAPS_H
#define NETCTL_BPF_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "netctl/image.h"
#include "netctl/state.h"

const volatile struct nc_spec nc_spec = {.n_steps = 1};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct nc_step);
} nc_steps SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct nc_clause);
} nc_clauses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__uint(max_entries, NC_DEVICES_MAX);
	__type(key, __u32);
	__type(value, struct nc_entry);
} nc_entries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct nc_counter);
} nc_counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NC_DEVICES_MAX);
	__type(key, __u32);
	__type(value, struct nc_stats);
} nc_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NC_DEVICES_MAX);
	__type(key, struct nc_device_key);
	__type(value, struct nc_device);
} nc_devices SEC(".maps");

/* clang 14 wants sizes, not types, in an inner map's template. */
#define NC_SET_MAPS(name, inner_type, key)                                                         \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);                                          \
		__uint(max_entries, 1);                                                            \
		__uint(key_size, sizeof(__u32));                                                   \
		__array(                                                                           \
			values, struct {                                                           \
				__uint(type, inner_type);                                          \
				__uint(map_flags, BPF_F_NO_PREALLOC);                              \
				__uint(max_entries, 1);                                            \
				__uint(key_size, sizeof(key));                                     \
				__uint(value_size, sizeof(struct nc_element));                     \
			});                                                                        \
	} name SEC(".maps")

NC_SET_MAPS(nc_hash8, BPF_MAP_TYPE_HASH, struct nc_key8);
NC_SET_MAPS(nc_hash16, BPF_MAP_TYPE_HASH, struct nc_key16);
NC_SET_MAPS(nc_lpm8, BPF_MAP_TYPE_LPM_TRIE, struct nc_prefix8);
NC_SET_MAPS(nc_lpm16, BPF_MAP_TYPE_LPM_TRIE, struct nc_prefix16);

#endif
