/* SPDX-License-Identifier: GPL-2.0-only */
/* Hashes (netctl/hash.h) as memory: one writer, and readers at any time. Makes no maps and maps no memory: set_map.c does. */
#ifndef NETCTL_KERN_HASH_H
#define NETCTL_KERN_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netctl/hash.h"

/* A hash, or the part of it that a key may be in. words: 1 or 2, of a key. */
struct nc_hash {
	struct nc_hash_header *header;
	__u64 *buckets; /* of which the first is number */
	__u32 first;
	int words;
};

/* How many buckets a hash for so many keys should have, and how many there are with header and overflow. */
__u32 nc_hash_buckets(size_t room);
size_t nc_hash_entries(__u32 buckets);

/* The only part of the hash that the key may be in: NC_HASH_RUN buckets from here on. */
__u32 nc_hash_first(const struct nc_hash_header *header, const void *key, int words);

/* Waits until all readers have ended that were at work. 0 or -errno. */
typedef int nc_hash_wait_fn(void);

/*
 * 0; -EEXIST; -E2BIG: there are as many as were declared; -ENOSPC: it is in need of a larger hash, or wait failed. The last
 * two have changed nothing.
 */
int nc_hash_add(const struct nc_hash *hash, const void *key, nc_hash_wait_fn *wait);
/* 0 or -ENOENT. */
int nc_hash_delete(const struct nc_hash *hash, const void *key);
bool nc_hash_has(const struct nc_hash *hash, const void *key);

/*
 * The keys of a bucket as they were at one moment, one behind the other: how many. The room is for NC_HASH_KEYS of two words.
 */
int nc_hash_read(const struct nc_hash *hash, __u32 bucket, __u64 *ret_keys);

#endif
