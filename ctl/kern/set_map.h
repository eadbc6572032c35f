/* SPDX-License-Identifier: GPL-2.0-only */
/* The map of a set: a hash (netctl/hash.h), a kernel hash or a trie. */
#ifndef NETCTL_KERN_SET_MAP_H
#define NETCTL_KERN_SET_MAP_H

#include "compile/compile.h"

/*
 * Make a set map and put its keys in: a descriptor, or -errno with a message. place counts for hashes only. A declared size is
 * how many keys may be in it; otherwise there is room for some more than there are.
 */
int nc_set_map_create(const struct nc_image_set *set, __u32 place, struct nc_diag *diag);

/* 0: the map is that of a set of the class. */
int nc_set_map_check(int fd, enum nc_set_class class);

/* Append all pairs of a set map: those whose time has run out to over, if that is not NULL. 0 or -errno. */
int nc_set_map_read(int fd, enum nc_set_class class, struct nc_set_keys *ret,
		    struct nc_set_keys *over);

/* Is the pair there, and its time over? */
bool nc_set_map_is_over(int fd, enum nc_set_class class, const void *key);
/*
 * Put one pair in, with bpf_map_update_elem()'s flags. 0 or -errno; -E2BIG: there are as many as were declared, -ENOSPC: the map
 * has no more room.
 */
int nc_set_map_update(int fd, enum nc_set_class class, const void *key, const void *value,
		      __u64 flags);
int nc_set_map_delete(int fd, enum nc_set_class class, const void *key);

#endif
