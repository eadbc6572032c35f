/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hashes as array maps that are written and read through memory. Called by set_map.c and sets.c. For a single key only the pages
 * are mapped that it may be in: to map the whole of a large hash takes longer than a command.
 */
#include "hash_map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "map.h"
#include "hash.h"
#include "util/progress.h"

static const char *const names[][NC_HASHES_DIRECT + 1] = {
	[NC_CLASS_HASH8] = {"nc_hash8_0", "nc_hash8_1", "nc_hash8_2", "nc_hash8_3", "nc_set_hash8"},
	[NC_CLASS_HASH16] = {"nc_hash16_0", "nc_hash16_1", "nc_hash16_2", "nc_hash16_3",
			     "nc_set_hash16"},
};

bool nc_class_is_hash(enum nc_set_class class)
{
	return class == NC_CLASS_HASH8 || class == NC_CLASS_HASH16;
}

int nc_class_words(enum nc_set_class class)
{
	return nc_class_key_size(class) / sizeof(__u64);
}

const char *nc_hash_name(enum nc_set_class class, __u32 place)
{
	return names[class][place];
}

/* --- memory ------------------------------------------------------------------------------------------------- */

struct mapping {
	void *memory;
	size_t length;
};

static void unmap(struct mapping *mapping)
{
	if (mapping->memory)
		munmap(mapping->memory, mapping->length);
}

/* Bytes from … to of a map's memory, and those of their pages. */
static void *map_bytes(int fd, size_t from, size_t to, int protection, struct mapping *ret)
{
	size_t page = sysconf(_SC_PAGESIZE), start = from / page * page;
	void *memory = mmap(NULL, to - start, protection, MAP_SHARED | MAP_POPULATE, fd, start);

	if (memory == MAP_FAILED)
		return NULL;
	*ret = (struct mapping){.memory = memory, .length = to - start};
	return memory + (from - start);
}

static struct nc_hash whole_hash(void *memory, int words)
{
	return (struct nc_hash){
		.header = memory,
		.buckets = memory + NC_BUCKET_BYTES(words),
		.first = 1,
		.words = words,
	};
}

/* --- making ------------------------------------------------------------------------------------------------- */

static int fill(const struct nc_hash *hash, const struct nc_set_keys *keys)
{
	size_t size = hash->words * sizeof(__u64);
	int r = 0;

	for (size_t i = 0; i < keys->n && (r == 0 || r == -EEXIST); i++) {
		r = nc_hash_add(hash, keys->keys + i * size, NULL);
		if (i % NC_MAP_BATCH == 0)
			nc_progress("filling maps", i, keys->n);
	}
	return r == -EEXIST ? 0 : r;
}

static int try_create(enum nc_set_class class, __u32 place, const struct nc_set_keys *keys,
		      const struct nc_hash_header *header)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts,
		    .map_flags = BPF_F_MMAPABLE | (place < NC_HASHES_DIRECT ? 0 : BPF_F_INNER_MAP));
	_cleanup_(unmap) struct mapping mapping = {};
	int words = nc_class_words(class), r;
	size_t n = nc_hash_entries(header->buckets);
	struct nc_hash hash;
	_cleanup_close_ int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, names[class][place],
						sizeof(__u32), NC_BUCKET_BYTES(words), n, &opts);

	if (fd < 0)
		return -errno;
	hash = whole_hash(map_bytes(fd, 0, n * NC_BUCKET_BYTES(words), PROT_READ | PROT_WRITE,
				    &mapping),
			  words);
	if (!mapping.memory)
		return -errno;
	*hash.header = *header;
	r = fill(&hash, keys);
	return r < 0 ? r : TAKE_FD(fd);
}

#define TRIES 8

/* Once in very many hashes, keys come to stand too far from their bucket: then by another seed, and in more room. */
int nc_hash_map_create(enum nc_set_class class, __u32 place, const struct nc_set_keys *keys,
		       __u32 limit, size_t room)
{
	struct nc_hash_header header = {
		.buckets = nc_hash_buckets(room),
		.limit = limit,
		.room = room < UINT32_MAX ? room : UINT32_MAX,
	};
	int r = -ENOSPC;

	for (int i = 0; i < TRIES && r == -ENOSPC; i++) {
		if (getrandom(&header.seed, sizeof(header.seed), 0) != sizeof(header.seed))
			return -EIO;
		r = try_create(class, place, keys, &header);
		header.buckets += header.buckets / 4;
	}
	return r;
}

/* --- reading ------------------------------------------------------------------------------------------------ */

static int read_header(int fd, int words, struct nc_hash_header *ret)
{
	char bucket[NC_BUCKET_BYTES(2)];
	__u32 zero = 0;

	if (bpf_map_lookup_elem(fd, &zero, bucket))
		return -errno;
	memcpy(ret, bucket, sizeof(*ret));
	return ret->buckets && words ? 0 : -EBADMSG;
}

int nc_hash_map_place(int fd, enum nc_set_class class, struct nc_hash_place *ret)
{
	struct bpf_map_info info = {};
	__u32 length = sizeof(info), place = 0;
	struct nc_hash_header header;
	int r;

	if (bpf_obj_get_info_by_fd(fd, &info, &length))
		return -errno;
	r = read_header(fd, nc_class_words(class), &header);
	if (r < 0)
		return r;
	while (place < NC_HASHES_DIRECT && strcmp(info.name, names[class][place]) != 0)
		place++;
	*ret = (struct nc_hash_place){
		.place = place, .buckets = header.buckets, .seed = header.seed};
	return 0;
}

static int append(const struct nc_hash *hash, __u32 bucket, enum nc_set_class class,
		  struct nc_set_keys *ret)
{
	const struct nc_element element = {.flags = NC_ELEMENT_FIRST | NC_ELEMENT_LAST};
	__u64 keys[NC_HASH_KEYS * 2];
	int n = nc_hash_read(hash, bucket, keys), r = 0;

	for (int i = 0; i < n && !r; i++)
		r = nc_set_keys_push(ret, class, keys + i * hash->words, &element);
	return r;
}

int nc_hash_map_read(int fd, enum nc_set_class class, struct nc_set_keys *ret)
{
	_cleanup_(unmap) struct mapping mapping = {};
	int words = nc_class_words(class), r;
	struct nc_hash_header header;
	struct nc_hash hash;
	size_t n;

	r = read_header(fd, words, &header);
	if (r < 0)
		return r;
	n = nc_hash_entries(header.buckets);
	hash = whole_hash(map_bytes(fd, 0, n * NC_BUCKET_BYTES(words), PROT_READ, &mapping), words);
	if (!mapping.memory)
		return -errno;
	for (__u32 i = 1; i < n && !r; i++)
		r = append(&hash, i, class, ret);
	return r;
}

/* --- changing ----------------------------------------------------------------------------------------------- */

/* Packets are looked at in RCU's read-side sections, for whose end this system call waits. */
static int wait_for_readers(void)
{
	return syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) < 0 ? -errno : 0;
}

struct window {
	struct mapping header, buckets;
};

static void close_window(struct window *window)
{
	unmap(&window->header);
	unmap(&window->buckets);
}

/* The part of the hash that the key may be in. */
static int open_window(int fd, int words, const void *key, struct window *window,
		       struct nc_hash *ret)
{
	const size_t size = NC_BUCKET_BYTES(words);
	const int protection = PROT_READ | PROT_WRITE;

	ret->words = words;
	ret->header = map_bytes(fd, 0, sizeof(*ret->header), protection, &window->header);
	if (!ret->header)
		return -errno;
	ret->first = nc_hash_first(ret->header, key, words);
	ret->buckets = map_bytes(fd, ret->first * size, (ret->first + NC_HASH_RUN) * size,
				 protection, &window->buckets);
	return ret->buckets ? 0 : -errno;
}

int nc_hash_map_add(int fd, enum nc_set_class class, const void *key, __u64 flags)
{
	_cleanup_(close_window) struct window window = {};
	struct nc_hash hash;
	int r = open_window(fd, nc_class_words(class), key, &window, &hash);

	if (r < 0)
		return r;
	if (flags == BPF_EXIST)
		return nc_hash_has(&hash, key) ? 0 : -ENOENT;
	r = nc_hash_add(&hash, key, wait_for_readers);
	return r == -EEXIST && flags == BPF_ANY ? 0 : r;
}

int nc_hash_map_delete(int fd, enum nc_set_class class, const void *key)
{
	_cleanup_(close_window) struct window window = {};
	struct nc_hash hash;
	int r = open_window(fd, nc_class_words(class), key, &window, &hash);

	return r < 0 ? r : nc_hash_delete(&hash, key);
}
