/* SPDX-License-Identifier: GPL-2.0-only */
/* A hash's memory: looking, adding, deleting, reading. Called by set_map.c, for one writer at a time. */
#include "hash.h"

#include <errno.h>
#include <string.h>

/* A third of the places are taken when there is no room left: few keys then stand behind their bucket, and those not far. */
__u32 nc_hash_buckets(size_t room)
{
	return room < UINT32_MAX / 2 ? room + 4 : UINT32_MAX / 2;
}

size_t nc_hash_entries(__u32 buckets)
{
	return 1 + (size_t)buckets + NC_HASH_RUN - 1;
}

__u32 nc_hash_first(const struct nc_hash_header *header, const void *key, int words)
{
	__u64 copy[2];

	memcpy(copy, key, words * sizeof(*copy));
	return nc_hash_home(nc_hash_of(copy, words, header->seed), header->buckets);
}

static __u64 *bucket_at(const struct nc_hash *hash, __u32 number)
{
	return hash->buckets +
	       (size_t)(number - hash->first) * NC_BUCKET_BYTES(hash->words) / sizeof(__u64);
}

static __u64 *place_at(const struct nc_hash *hash, __u64 *bucket, int i)
{
	return bucket + hash->words * (1 + i);
}

static __u64 state_of(const __u64 *bucket)
{
	return __atomic_load_n(bucket, __ATOMIC_ACQUIRE);
}

/* All that was written before is seen before it. */
static void set_state(__u64 *bucket, __u64 state)
{
	__u32 changes = state + 1;

	__atomic_store_n(bucket, (state & ~(__u64)UINT32_MAX) | changes, __ATOMIC_RELEASE);
}

static bool equal(const struct nc_hash *hash, __u64 *bucket, int i, const void *key)
{
	return memcmp(place_at(hash, bucket, i), key, hash->words * sizeof(__u64)) == 0;
}

/* Where the key stands: its bucket or NULL. */
static __u64 *find(const struct nc_hash *hash, const void *key, int *ret_place)
{
	__u32 home = nc_hash_first(hash->header, key, hash->words);

	for (__u32 n = home; n < home + NC_HASH_RUN; n++) {
		__u64 *bucket = bucket_at(hash, n);
		__u64 state = state_of(bucket);

		for (int i = 0; i < NC_HASH_KEYS; i++) {
			if (state & NC_BUCKET_USED(i) && equal(hash, bucket, i, key)) {
				*ret_place = i;
				return bucket;
			}
		}
		if (!(state & NC_BUCKET_OVER))
			break;
	}
	return NULL;
}

bool nc_hash_has(const struct nc_hash *hash, const void *key)
{
	int place;

	return find(hash, key, &place);
}

/* Must readers of what stood there have ended before the key may stand there? */
static bool must_wait(const struct nc_hash *hash, __u64 *bucket, int i, const void *key)
{
	return hash->words > 1 && state_of(bucket) & NC_BUCKET_PAST(i) &&
	       !equal(hash, bucket, i, key);
}

/* A free place, best one that need not be waited for: -1, there is none. */
static int free_place(const struct nc_hash *hash, __u64 *bucket, const void *key)
{
	int found = -1;

	for (int i = 0; i < NC_HASH_KEYS; i++) {
		if (state_of(bucket) & NC_BUCKET_USED(i))
			continue;
		found = i;
		if (!must_wait(hash, bucket, i, key))
			break;
	}
	return found;
}

static void write_key(const struct nc_hash *hash, __u64 *bucket, int i, const void *key)
{
	__u64 *place = place_at(hash, bucket, i), copy[2];

	memcpy(copy, key, hash->words * sizeof(*copy));
	for (int word = 0; word < hash->words; word++)
		__atomic_store_n(&place[word], copy[word], __ATOMIC_RELEASE);
	set_state(bucket, state_of(bucket) | NC_BUCKET_USED(i) | NC_BUCKET_PAST(i));
}

static int add_new(const struct nc_hash *hash, const void *key, nc_hash_wait_fn *wait)
{
	__u32 home = nc_hash_first(hash->header, key, hash->words), n = home;
	int place = -1;

	for (; n < home + NC_HASH_RUN; n++) {
		place = free_place(hash, bucket_at(hash, n), key);
		if (place >= 0)
			break;
	}
	if (place < 0 || (must_wait(hash, bucket_at(hash, n), place, key) && wait() < 0))
		return -ENOSPC;
	for (__u32 full = home; full < n; full++)
		set_state(bucket_at(hash, full), state_of(bucket_at(hash, full)) | NC_BUCKET_OVER);
	write_key(hash, bucket_at(hash, n), place, key);
	hash->header->count++;
	return 0;
}

int nc_hash_add(const struct nc_hash *hash, const void *key, nc_hash_wait_fn *wait)
{
	const struct nc_hash_header *header = hash->header;

	if (nc_hash_has(hash, key))
		return -EEXIST;
	if (header->limit && header->count >= header->limit)
		return -E2BIG;
	return header->count >= header->room ? -ENOSPC : add_new(hash, key, wait);
}

int nc_hash_delete(const struct nc_hash *hash, const void *key)
{
	__u64 *bucket;
	int place;

	bucket = find(hash, key, &place);
	if (!bucket)
		return -ENOENT;
	/* Whoever is killed between leaves a count too low: what is full is found out by counting keys. */
	if (hash->header->count)
		hash->header->count--;
	set_state(bucket, state_of(bucket) & ~NC_BUCKET_USED(place));
	return 0;
}

int nc_hash_read(const struct nc_hash *hash, __u32 number, __u64 *ret_keys)
{
	__u64 *bucket = bucket_at(hash, number), before, after;
	int n;

	do {
		n = 0;
		before = state_of(bucket);
		for (int i = 0; i < NC_HASH_KEYS; i++) {
			if (before & NC_BUCKET_USED(i))
				memcpy(ret_keys + hash->words * n++, place_at(hash, bucket, i),
				       hash->words * sizeof(__u64));
		}
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		after = state_of(bucket);
	} while (before != after);
	return n;
}
