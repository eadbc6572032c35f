/* SPDX-License-Identifier: GPL-2.0-only */
/* Hashes (hash.h) as maps. */
#ifndef NETCTL_KERN_HASH_MAP_H
#define NETCTL_KERN_HASH_MAP_H

#include "compile/compile.h"
#include "netctl/hash.h"

/* Is a set of this class a hash? And the words of its keys. */
bool nc_class_is_hash(enum nc_set_class class);
int nc_class_words(enum nc_set_class class);

/* What programs must know of a hash. */
struct nc_hash_place {
	__u32 place; /* below NC_HASHES_DIRECT: there; NC_HASHES_DIRECT: in the outer map */
	__u32 buckets;
	__u64 seed;
};

/* The name of the map in a place of its own. */
const char *nc_hash_name(enum nc_set_class class, __u32 place);
/* By a hash's map. 0 or -errno. */
int nc_hash_map_place(int fd, enum nc_set_class class, struct nc_hash_place *ret);

/* A hash for room keys with those in it: a descriptor or -errno. limit: 0 or how many there may be. */
int nc_hash_map_create(enum nc_set_class class, __u32 place, const struct nc_set_keys *keys,
		       __u32 limit, size_t room);
/* Append all keys, each as it was at some moment. */
int nc_hash_map_read(int fd, enum nc_set_class class, struct nc_set_keys *ret);
/* As nc_hash_add(); flags of bpf_map_update_elem(). */
int nc_hash_map_add(int fd, enum nc_set_class class, const void *key, __u64 flags);
int nc_hash_map_delete(int fd, enum nc_set_class class, const void *key);

#endif
