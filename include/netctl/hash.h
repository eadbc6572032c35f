/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hash: a hash of plain keys in an array map, whose lookups the kernel compiles into the program. A plain set of the
 * classes hash8 and hash16 is one.
 *
 * Writer: ctl/kern/hash.c, through memory, also while packets look. Reader: include/bpf/hash.h.
 *
 * A bucket has room for three keys and takes half a cache line or a whole one. A key whose bucket is full stands in one of the
 * NC_HASH_RUN - 1 buckets behind; those that it had to pass say so. Buckets behind the last are there for that: nothing wraps.
 *
 * An element comes or goes with one store of its bucket's state. Who adds writes the key first; who deletes leaves it where it is.
 * A reader that was late may so see a key that has come since as one that is there, which is true; of keys of 16 bytes it could
 * see one half and another: a place is given to another one of these only when all readers of the old one have ended.
 */
#ifndef NETCTL_HASH_H
#define NETCTL_HASH_H

#include "abi.h"

#define NC_HASH_KEYS 3
#define NC_HASH_RUN  10

/*
 * Hashes that programs know by name, of each class: lookups in them make no call. Such a hash is in its place for as long as
 * it lives; all others are in an outer map.
 */
#define NC_HASHES_DIRECT 4

/* State. Bits 0-31 count its changes. */
#define NC_BUCKET_USED(i) (1ull << (63 - (i)))
#define NC_BUCKET_OVER	  (1ull << 60)	       /* keys of this bucket stand in those behind */
#define NC_BUCKET_PAST(i) (1ull << (59 - (i))) /* there was a key once */

/*
 * Keys are the bytes of struct nc_key8 and struct nc_key16: one word or two. A bucket is four times that: its state, and key i at
 * word words * (1 + i).
 */
#define NC_BUCKET_BYTES(words) ((words) * (NC_HASH_KEYS + 1) * sizeof(__u64))

/* Where bucket 0 would be: buckets are numbered from 1. For the user side; packets find seed and buckets in their step. */
struct nc_hash_header {
	__u64 seed; /* from the kernel's random numbers: who chooses keys cannot choose buckets */
	__u32 buckets; /* that keys are meant for: NC_HASH_RUN - 1 more are behind */
	__u32 count;   /* keys; a writer that was killed may have left one too few */
	__u32 limit;   /* keys that were declared to be the most; 0: none were */
	__u32 room;    /* keys that are let in */
	__u64 pad;     /* zero */
};

/* The bucket that a key is meant for. */
static inline __u32 nc_hash_home(__u64 hash, __u32 buckets)
{
	return 1 + (__u32)((hash >> 32) * buckets >> 32);
}

/* A product's upper bits know all that stood below: the ends of addresses, which differ, are put there. */
static inline __u64 nc_hash_mix(__u64 word, __u64 seed, __u64 factor)
{
	__u64 product = (word ^ seed) * factor;

	return product ^ product >> 32;
}

/* The last factor is as secret as the seed. Both words at once: one behind the other takes longer. */
static inline __u64 nc_hash_of(const __u64 *key, int words, __u64 seed)
{
	__u64 hash = words == 1
			     ? nc_hash_mix(key[0], seed, 0x9e3779b97f4a7c15ull)
			     : nc_hash_mix(__builtin_bswap64(key[0]), seed, 0x9e3779b97f4a7c15ull) +
				       nc_hash_mix(__builtin_bswap64(key[1]), seed,
						   0xbf58476d1ce4e5b9ull);

	return hash * (seed | 1);
}

_Static_assert(sizeof(struct nc_hash_header) == NC_BUCKET_BYTES(1),
	       "the header is as large as a bucket");

#endif
