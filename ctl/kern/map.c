/* SPDX-License-Identifier: GPL-2.0-only */
/* Creating, filling and reading maps, by batch where the kernel can. Called by all of kern/. */
#include "map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "util/progress.h"

bool nc_map_no_batch(int r)
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

int nc_map_update_many(int fd, const void *keys, size_t key_size, const void *values,
		       size_t value_size, size_t n)
{
	int r = 0;

	for (size_t done = 0, some; done < n && !r; done += some) {
		some = n - done < NC_MAP_BATCH ? n - done : NC_MAP_BATCH;
		r = update_batch(fd, keys + done * key_size, values + done * value_size, some);
		if (!done && nc_map_no_batch(r))
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
	return nc_map_update_many(fd, indices, sizeof(*indices), values, value_size, n);
}

void *nc_map_share(int fd, size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

int nc_map_fill_shared(int fd, const void *values, size_t value_size, size_t n)
{
	void *memory;

	if (!n)
		return 0;
	memory = nc_map_share(fd, n * value_size);
	if (!memory)
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
	_cleanup_free_ __u32 *indices =
		calloc(n < NC_MAP_BATCH ? n : NC_MAP_BATCH, sizeof(*indices));
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	__u32 cursor, some;
	int r = 0;

	if (!indices)
		return -ENOMEM;
	for (__u32 done = 0; done < n && !r; done += some) {
		some = n - done < NC_MAP_BATCH ? n - done : NC_MAP_BATCH;
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
	if (!nc_map_no_batch(r))
		return r;
	r = 0;
	for (__u32 i = 0; i < n && !r; i++)
		r = bpf_map_lookup_elem(fd, &i, (char *)values + i * value_size) ? -errno : 0;
	return r;
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
