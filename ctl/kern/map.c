/* SPDX-License-Identifier: GPL-2.0-only */
/* Creating, filling and reading maps, by batch where the kernel can. Called by all of kern/. */
#include "map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "util/progress.h"

#define BATCH 8192

/* What kernels answer that lack a batch operation for a map type; 524 is their internal ENOTSUPP. */
static bool no_batch(int r)
{
	return r == -EINVAL || r == -ENOTSUP || r == -524;
}

static int update_batch(int fd, const void *keys, const void *values, __u32 n)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	__u32 done = n;

	return bpf_map_update_batch(fd, keys, values, &done, &opts);
}

static int update_singly(int fd, const void *keys, size_t key_size, const void *values,
			 size_t value_size, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && !r; i++)
		r = bpf_map_update_elem(fd, keys + i * key_size, values + i * value_size, BPF_ANY);
	return r;
}

/* n pairs by batches, or one by one where the kernel refuses the first batch. */
static int update_many(int fd, const void *keys, size_t key_size, const void *values,
		       size_t value_size, size_t n)
{
	int r = 0;

	for (size_t done = 0, some; done < n && !r; done += some) {
		some = n - done < BATCH ? n - done : BATCH;
		r = update_batch(fd, keys + done * key_size, values + done * value_size, some);
		if (!done && no_batch(r))
			return update_singly(fd, keys, key_size, values, value_size, n);
		nc_progress("filling maps", done + some, n);
	}
	return r;
}

int nc_map_fill_array(int fd, __u32 first, const void *values, size_t value_size, size_t n)
{
	_cleanup_free_ __u32 *indices = NULL;

	if (!n)
		return 0;
	indices = calloc(n, sizeof(*indices));
	if (!indices)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		indices[i] = first + i;
	return update_many(fd, indices, sizeof(*indices), values, value_size, n);
}

int nc_map_fill_shared(int fd, const void *values, size_t value_size, size_t n)
{
	void *memory;

	if (!n)
		return 0;
	memory = mmap(NULL, n * value_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
		      0);
	if (memory == MAP_FAILED)
		return -errno;
	memcpy(memory, values, n * value_size);
	return munmap(memory, n * value_size) ? -errno : 0;
}

int nc_map_make_shared(const char *name, const void *values, size_t value_size, size_t n)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	_cleanup_close_ int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(__u32), value_size,
						n ? n : 1, &opts);
	int r = fd < 0 ? fd : nc_map_fill_shared(fd, values, value_size, n);

	return r < 0 ? r : TAKE_FD(fd);
}

/* Maps that earlier versions made are not to be had so. */
static bool read_shared(int fd, void *values, size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);

	if (memory == MAP_FAILED)
		return false;
	memcpy(values, memory, size);
	munmap(memory, size);
	return true;
}

/* The kernel's cursor of an array is the last index that it gave. */
static int read_batches(int fd, void *values, size_t value_size, __u32 n)
{
	_cleanup_free_ __u32 *indices = calloc(n < BATCH ? n : BATCH, sizeof(*indices));
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	__u32 cursor, some;
	int r = 0;

	if (!indices)
		return -ENOMEM;
	for (__u32 done = 0; done < n && !r; done += some) {
		some = n - done < BATCH ? n - done : BATCH;
		r = bpf_map_lookup_batch(fd, done ? &cursor : NULL, &cursor, indices,
					 (char *)values + done * value_size, &some, &opts);
		/* The last ones of the array. */
		if (r == -ENOENT && done + some == n)
			r = 0;
	}
	return r;
}

int nc_map_read_array(int fd, void *values, size_t value_size, __u32 n)
{
	int r;

	if (!n || read_shared(fd, values, n * value_size))
		return 0;
	r = read_batches(fd, values, value_size, n);
	if (!no_batch(r))
		return r;
	r = 0;
	for (__u32 i = 0; i < n && !r; i++)
		r = bpf_map_lookup_elem(fd, &i, (char *)values + i * value_size) ? -errno : 0;
	return r;
}

/* By class: what the kernel shows. */
static const char *const class_names[_NC_CLASS_MAX] = {
	[NC_CLASS_HASH8] = "nc_set_hash8",
	[NC_CLASS_HASH16] = "nc_set_hash16",
	[NC_CLASS_LPM8] = "nc_set_lpm8",
	[NC_CLASS_LPM16] = "nc_set_lpm16",
	[NC_CLASS_RICH + NC_RICH_HASH8] = "nc_set_rich8",
	[NC_CLASS_RICH + NC_RICH_HASH16] = "nc_set_rich16",
	[NC_CLASS_RICH + NC_RICH_HASH32] = "nc_set_rich32",
	[NC_CLASS_RICH + NC_RICH_HASH64] = "nc_set_rich64",
	[NC_CLASS_RICH + NC_RICH_LPM8] = "nc_set_richlpm8",
	[NC_CLASS_RICH + NC_RICH_LPM16] = "nc_set_richlpm16",
};

#define SET_CAPACITY_MIN 1024

/*
 * A declared size counts elements. An interval takes several prefixes, so a map of prefixes has room beyond it; the number of
 * elements is then held to the declared size by the edit itself.
 */
static __u32 capacity(const struct nc_image_set *set)
{
	bool several = nc_class_is_lpm(set->class) || set->tuples.n;
	__u32 n = SET_CAPACITY_MIN;

	if (!set->named)
		return set->keys.n ? set->keys.n : 1;
	if (set->named->size && !several)
		return set->named->size;
	while (n < set->keys.n * 2 && n < 1u << 31)
		n *= 2;
	return n;
}

static __u64 monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

/* Times run from now on. */
static void make_absolute(struct nc_rich *values, size_t n)
{
	__u64 now = monotonic_ns();

	for (size_t i = 0; i < n; i++)
		values[i].expires += values[i].expires ? now : 0;
}

/* Times that are left. An element whose time has run out is not there: false. */
static bool make_relative(struct nc_rich *value, __u64 now)
{
	if (!value->expires)
		return true;
	if (value->expires <= now)
		return false;
	value->expires -= now;
	return true;
}

static int fill_set(int fd, const struct nc_image_set *set)
{
	size_t value_size = nc_class_value_size(set->class), n = set->keys.n;
	_cleanup_free_ uint8_t *values = NULL;

	if (!n)
		return 0;
	if (!nc_class_is_rich(set->class))
		return update_many(fd, set->keys.keys, nc_class_key_size(set->class),
				   set->keys.values, value_size, n);
	values = malloc(n * value_size);
	if (!values)
		return -ENOMEM;
	memcpy(values, set->keys.values, n * value_size);
	make_absolute((struct nc_rich *)values, n);
	return update_many(fd, set->keys.keys, nc_class_key_size(set->class), values, value_size,
			   n);
}

int nc_set_map_create(const struct nc_image_set *set, struct nc_diag *diag)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	const char *name = set->named ? set->named->name : "anonymous";
	const struct nc_loc *loc = set->named ? &set->named->loc : NULL;
	_cleanup_close_ int fd = -1;
	int r;

	fd = bpf_map_create(nc_class_is_lpm(set->class) ? BPF_MAP_TYPE_LPM_TRIE : BPF_MAP_TYPE_HASH,
			    class_names[set->class], nc_class_key_size(set->class),
			    nc_class_value_size(set->class), capacity(set), &opts);
	if (fd < 0)
		return nc_diag_errno(diag, loc, fd, "cannot make a map of %u elements for set %s",
				     capacity(set), name);
	r = fill_set(fd, set);
	if (r == -E2BIG)
		return nc_diag_error(
			diag, loc, "set %s is full: its size is %u and it would have %zu elements",
			name, capacity(set), set->keys.n);
	if (r)
		return nc_diag_errno(diag, loc, r, "cannot fill the map of set %s", name);
	return TAKE_FD(fd);
}

/* One pair as it came from the kernel, to over, or nowhere, if its time has run out. */
static int append(enum nc_set_class class, const void *key, const void *value, __u64 now,
		  struct nc_set_keys *ret, struct nc_set_keys *over)
{
	struct nc_rich rich;

	if (!nc_class_is_rich(class))
		return nc_set_keys_push(ret, class, key, value);
	memcpy(&rich, value, sizeof(rich));
	if (!make_relative(&rich, now))
		ret = over;
	return ret ? nc_set_keys_push(ret, class, key, &rich) : 0;
}

#define KEY_MAX 64

static int read_single(int fd, enum nc_set_class class, __u64 now, struct nc_set_keys *ret,
		       struct nc_set_keys *over)
{
	unsigned char key[KEY_MAX], *previous = NULL;
	union {
		struct nc_element plain;
		struct nc_rich rich;
	} value;
	int r;

	while (!(r = bpf_map_get_next_key(fd, previous, key))) {
		previous = key;
		if (bpf_map_lookup_elem(fd, key, &value))
			continue;
		r = append(class, key, &value, now, ret, over);
		if (r)
			return r;
	}
	return r == -ENOENT ? 0 : r;
}

int nc_set_map_read(int fd, enum nc_set_class class, struct nc_set_keys *ret,
		    struct nc_set_keys *over)
{
	size_t key_size = nc_class_key_size(class), value_size = nc_class_value_size(class);
	_cleanup_free_ unsigned char *values = calloc(BATCH, value_size);
	_cleanup_free_ unsigned char *keys = calloc(BATCH, key_size);
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	/* A hash map's cursor is a bucket number, a trie's a key: room for either. */
	unsigned char cursor[KEY_MAX];
	__u64 now = monotonic_ns();
	__u32 n;
	int r = 0;

	if (!values || !keys)
		return -ENOMEM;
	for (bool first = true; !r; first = false) {
		n = BATCH;
		r = bpf_map_lookup_batch(fd, first ? NULL : cursor, cursor, keys, values, &n,
					 &opts);
		if (first && (no_batch(r) || r == -ENOSPC))
			return read_single(fd, class, now, ret, over);
		if (r && r != -ENOENT)
			return r;
		for (__u32 i = 0; i < n; i++) {
			int pushed = append(class, keys + i * key_size, values + i * value_size,
					    now, ret, over);

			if (pushed)
				return pushed;
		}
	}
	return r == -ENOENT ? 0 : r;
}

int nc_set_map_update(int fd, enum nc_set_class class, const void *key, const void *value,
		      __u64 flags)
{
	struct nc_rich rich;

	if (nc_class_is_rich(class)) {
		memcpy(&rich, value, sizeof(rich));
		make_absolute(&rich, 1);
		value = &rich;
	}
	return bpf_map_update_elem(fd, key, value, flags) ? -errno : 0;
}

bool nc_set_map_is_over(int fd, enum nc_set_class class, const void *key)
{
	struct nc_rich rich;

	return nc_class_is_rich(class) && bpf_map_lookup_elem(fd, key, &rich) == 0 &&
	       rich.expires && rich.expires <= monotonic_ns();
}

/*
 * Add up the values of all CPUs, seen as n numbers of 64 bits each. sum starts as it is given. The kernel pads per-CPU
 * values to eight bytes, and ours are multiples of that.
 */
static int sum_percpu(int fd, __u32 index, __u64 *sum, size_t n)
{
	int cpus = libbpf_num_possible_cpus();
	_cleanup_free_ __u64 *values = NULL;

	if (cpus < 0)
		return cpus;
	values = calloc((size_t)cpus * n, sizeof(*values));
	if (!values)
		return -ENOMEM;
	if (bpf_map_lookup_elem(fd, &index, values))
		return -errno;
	for (size_t i = 0; i < (size_t)cpus * n; i++)
		sum[i % n] += values[i];
	return 0;
}

int nc_counter_read(int fd, __u32 counter_id, struct nc_counter *sum)
{
	return sum_percpu(fd, counter_id, (__u64 *)sum, sizeof(*sum) / sizeof(__u64));
}

int nc_stats_read(int fd, __u32 slot, struct nc_stats *sum)
{
	return sum_percpu(fd, slot, (__u64 *)sum, sizeof(*sum) / sizeof(__u64));
}

int nc_percpu_write(int fd, __u32 index, const void *value, size_t size)
{
	int cpus = libbpf_num_possible_cpus();
	_cleanup_free_ unsigned char *values = NULL;

	if (cpus < 0)
		return cpus;
	values = calloc(cpus, size);
	if (!values)
		return -ENOMEM;
	if (value)
		memcpy(values, value, size);
	return bpf_map_update_elem(fd, &index, values, BPF_ANY) ? -errno : 0;
}
