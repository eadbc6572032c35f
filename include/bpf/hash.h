/* SPDX-License-Identifier: GPL-2.0-only */
/* Is a key in a hash (netctl/hash.h)? Reads only. */
#ifndef NETCTL_BPF_HASH_H
#define NETCTL_BPF_HASH_H

#include "find.h"
#include "netctl/hash.h"

/* Where something is that must be read after seen was. Not even a CPU that reorders reads what it has no address for yet. */
static __always_inline const void *nc_after(__u64 seen, const void *at)
{
	asm volatile("%1 &= 0\n\t%0 += %1" : "+r"(at), "+r"(seen));
	return at;
}

/* How a place's key differs: a number whose sign bit says that it does, as in nc_differs(). */
static __always_inline __s64 nc_key_differs(const __u64 *place, const __u64 *key, int words)
{
	return nc_unequal((place[0] ^ key[0]) | (words == 2 ? place[1] ^ key[1] : 0));
}

/* Its sign bit says yes. One branch for each bucket: nearly always it is the first that says yes or no. */
static __always_inline __s64 nc_hash_has(void *hash, __u32 at, const __u64 *key, int words)
{
	const __u64 *bucket;
	__u64 state, over;
	__s64 has;

#pragma clang loop unroll(disable)
	for (__u64 i = 0; i < NC_HASH_RUN; i++) {
		bucket = bpf_map_lookup_elem(hash, &at);
		if (!bucket)
			break;
		state = *(const volatile __u64 *)bucket;
		bucket = nc_after(state, bucket);
		has = (~nc_key_differs(bucket + words, key, words) & state) |
		      (~nc_key_differs(bucket + 2 * words, key, words) & state << 1) |
		      (~nc_key_differs(bucket + 3 * words, key, words) & state << 2);
		over = state << 3;
		if ((__s64)(has | ~over) < 0)
			return has;
		at++;
	}
	return 0;
}

#define NC_HASH_HERE(name, words)                                                                  \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__uint(max_entries, 1);                                                            \
		__uint(key_size, sizeof(__u32));                                                   \
		__uint(value_size, NC_BUCKET_BYTES(words));                                        \
	} name SEC(".maps")

/* Named as the kernel shows them: so a hash tells its place (kern/sets.c). */
NC_HASH_HERE(nc_hash8_0, 1);
NC_HASH_HERE(nc_hash8_1, 1);
NC_HASH_HERE(nc_hash8_2, 1);
NC_HASH_HERE(nc_hash8_3, 1);
NC_HASH_HERE(nc_hash16_0, 2);
NC_HASH_HERE(nc_hash16_1, 2);
NC_HASH_HERE(nc_hash16_2, 2);
NC_HASH_HERE(nc_hash16_3, 2);

/*
 * Is the key in the hash that the step names? Its sign bit says yes. Each place has a lookup of its own, which is what makes
 * it one without a call.
 */
#define NC_PLACE(class, n)                                                                         \
	if (nc_spec.uses_hashes##class & 1u << (n) && index == (n))                                \
		return nc_hash_has(&nc_hash##class##_##n, at, key, (class) / 8);
#define NC_HASHES_HAVE(class)                                                                      \
	static __always_inline __s64 nc_hashes##class##_have(const struct nc_step *step,           \
							     const __u64 *key)                     \
	{                                                                                          \
		__u64 value = nc_hash_of(key, (class) / 8, step->span);                            \
		__u32 at = nc_hash_home(value, step->low), index = step->index;                    \
		void *hash;                                                                        \
                                                                                                   \
		NC_PLACE(class, 0)                                                                 \
		NC_PLACE(class, 1)                                                                 \
		NC_PLACE(class, 2)                                                                 \
		NC_PLACE(class, 3)                                                                 \
		if (!(nc_spec.uses_hashes##class >> NC_HASHES_DIRECT))                             \
			return 0;                                                                  \
		index -= NC_HASHES_DIRECT;                                                         \
		hash = bpf_map_lookup_elem(&nc_hash##class, &index);                               \
		return hash ? nc_hash_has(hash, at, key, (class) / 8) : 0;                         \
	}

NC_HASHES_HAVE(8)
NC_HASHES_HAVE(16)
#undef NC_PLACE
#undef NC_HASHES_HAVE

_Static_assert(NC_HASHES_DIRECT == 4, "each place has its map and its lookup");

#endif
