/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps of the filter programs and what is constant in one generation. Sizes are set when they are loaded. */
#ifndef NETCTL_BPF_MAPS_H
#define NETCTL_BPF_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>

#include "netctl/event.h"
#include "netctl/image.h"
#include "netctl/index.h"
#include "netctl/state.h"
#include "netctl/hash.h"

const volatile struct nc_spec nc_spec = {.n_steps = 1};

static __always_inline bool nc_uses(enum nc_step_op op)
{
	return nc_spec.uses_ops >> op & 1;
}

/* Can steps change the frame? */
static __always_inline bool nc_rewrites(void)
{
	return nc_uses(NC_OP_STORE) || nc_uses(NC_OP_STORE_OPTION) || nc_uses(NC_OP_DUP);
}

#define NC_ARRAY(name, value_type)                                                                 \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(map_flags, BPF_F_RDONLY_PROG);                                              \
		__uint(max_entries, 1);                                                            \
		__type(key, __u32);                                                                \
		__type(value, value_type);                                                         \
	} name SEC(".maps")

#define NC_HASH(name, key_type, value_type)                                                        \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_HASH);                                                   \
		__uint(map_flags, BPF_F_RDONLY_PROG);                                              \
		__uint(max_entries, 1);                                                            \
		__type(key, key_type);                                                             \
		__type(value, value_type);                                                         \
	} name SEC(".maps")

#define NC_PERCPU(name, entries, value_type)                                                       \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);                                           \
		__uint(max_entries, entries);                                                      \
		__type(key, __u32);                                                                \
		__type(value, value_type);                                                         \
	} name SEC(".maps")

NC_ARRAY(nc_steps, struct nc_step);
NC_ARRAY(nc_logs, struct nc_log_record);
NC_ARRAY(nc_port_ids, __u32);
NC_HASH(nc_entries, __u32, struct nc_entry);
NC_HASH(nc_chains, struct nc_chain_key, __u32);
NC_PERCPU(nc_counters, 1, struct nc_counter);
NC_PERCPU(nc_stats, NC_DEVICES_MAX, struct nc_stats);
NC_PERCPU(nc_lost, 1, __u64);

/* One value, whose size is set when it is loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, (NC_UNITS_SLACK + 1) * NC_UNIT);
} nc_index_mem SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NC_DEVICES_MAX);
	__type(key, struct nc_device_key);
	__type(value, struct nc_device);
} nc_devices SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, NC_WORDS_MAX);
	__type(key, __u32);
	__type(value, struct nc_word);
} nc_words SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, NC_EVENTS_BYTES);
} nc_events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct nc_trace_record);
} nc_trace SEC(".maps");

/* Room to put one event together; the last byte is never written. */
struct nc_scratch_room {
	struct nc_event event;
	__u8 frame[NC_SNAPLEN_MAX + 1];
};

NC_PERCPU(nc_scratch, 1, struct nc_scratch_room);

/* clang 14 wants sizes, not types, in an inner map's template. */
#define NC_OUTER(name, inner_type, flags, key, value)                                              \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);                                          \
		__uint(max_entries, 1);                                                            \
		__uint(key_size, sizeof(__u32));                                                   \
		__array(                                                                           \
			values, struct {                                                           \
				__uint(type, inner_type);                                          \
				__uint(map_flags, flags);                                          \
				__uint(max_entries, 1);                                            \
				__uint(key_size, key);                                             \
				__uint(value_size, value);                                         \
			});                                                                        \
	} name SEC(".maps")

#define NC_SET_MAPS(name, inner_type, key, value)                                                  \
	NC_OUTER(name, inner_type, BPF_F_NO_PREALLOC, key, sizeof(struct value))
#define NC_HASHES(name, words)                                                                     \
	NC_OUTER(name, BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE | BPF_F_INNER_MAP, sizeof(__u32),        \
		 NC_BUCKET_BYTES(words))

NC_HASHES(nc_hash8, 1);
NC_HASHES(nc_hash16, 2);
NC_SET_MAPS(nc_lpm8, BPF_MAP_TYPE_LPM_TRIE, sizeof(struct nc_prefix8), nc_element);
NC_SET_MAPS(nc_lpm16, BPF_MAP_TYPE_LPM_TRIE, sizeof(struct nc_prefix16), nc_element);
NC_SET_MAPS(nc_rich8, BPF_MAP_TYPE_HASH, 8, nc_rich);
NC_SET_MAPS(nc_rich16, BPF_MAP_TYPE_HASH, 16, nc_rich);
NC_SET_MAPS(nc_rich32, BPF_MAP_TYPE_HASH, 32, nc_rich);
NC_SET_MAPS(nc_rich64, BPF_MAP_TYPE_HASH, 64, nc_rich);
NC_SET_MAPS(nc_richlpm8, BPF_MAP_TYPE_LPM_TRIE, sizeof(struct nc_prefix8), nc_rich);
NC_SET_MAPS(nc_richlpm16, BPF_MAP_TYPE_LPM_TRIE, sizeof(struct nc_prefix16), nc_rich);

#endif
