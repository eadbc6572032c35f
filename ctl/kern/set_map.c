/* SPDX-License-Identifier: GPL-2.0-only */
/* Set maps: making, filling, reading and changing them. Called by load.c, live.c and instance.c. */
#include "set_map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "map.h"
#include "hash_map.h"

/* By class: what the kernel shows. */
static const char *const class_names[_NC_CLASS_MAX] = {
	[NC_CLASS_LPM8] = "nc_set_lpm8",
	[NC_CLASS_LPM16] = "nc_set_lpm16",
	[NC_CLASS_RICH + NC_RICH_HASH8] = "nc_set_rich8",
	[NC_CLASS_RICH + NC_RICH_HASH16] = "nc_set_rich16",
	[NC_CLASS_RICH + NC_RICH_HASH32] = "nc_set_rich32",
	[NC_CLASS_RICH + NC_RICH_HASH64] = "nc_set_rich64",
	[NC_CLASS_RICH + NC_RICH_LPM8] = "nc_set_richlpm8",
	[NC_CLASS_RICH + NC_RICH_LPM16] = "nc_set_richlpm16",
};

#define ROOM_MIN 1024

/*
 * A declared size counts elements. An interval takes several prefixes, so a map of prefixes has room beyond it; the number of
 * elements is then held to the declared size by the edit itself.
 */
static __u32 capacity(const struct nc_image_set *set)
{
	bool several = nc_class_is_lpm(set->class) || set->tuples.n;
	__u32 n = ROOM_MIN;

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
		return nc_map_update_many(fd, set->keys.keys, nc_class_key_size(set->class),
					  set->keys.values, value_size, n);
	values = malloc(n * value_size);
	if (!values)
		return -ENOMEM;
	memcpy(values, set->keys.values, n * value_size);
	make_absolute((struct nc_rich *)values, n);
	return nc_map_update_many(fd, set->keys.keys, nc_class_key_size(set->class), values,
				  value_size, n);
}

static const char *set_name(const struct nc_image_set *set)
{
	return set->named ? set->named->name : "anonymous";
}

static const struct nc_loc *set_loc(const struct nc_image_set *set)
{
	return set->named ? &set->named->loc : NULL;
}

static int refuse_full(const struct nc_image_set *set, __u32 size, struct nc_diag *diag)
{
	return nc_diag_error(diag, set_loc(set),
			     "set %s is full: its size is %u and it would have %zu elements",
			     set_name(set), size, set->keys.n);
}

static int create_hash(const struct nc_image_set *set, __u32 place, struct nc_diag *diag)
{
	__u32 limit = set->named ? set->named->size : 0;
	size_t room = set->keys.n;
	int fd;

	if (limit && set->keys.n > limit)
		return refuse_full(set, limit, diag);
	if (set->named)
		room += room / 8 > ROOM_MIN ? room / 8 : ROOM_MIN;
	if (limit && room > limit)
		room = limit;
	fd = nc_hash_map_create(set->class, place, &set->keys, limit, room);
	if (fd < 0)
		return nc_diag_errno(diag, set_loc(set), fd,
				     "cannot make a map of %zu elements for set %s", room,
				     set_name(set));
	return fd;
}

int nc_set_map_create(const struct nc_image_set *set, __u32 place, struct nc_diag *diag)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	_cleanup_close_ int fd = -1;
	int r;

	if (nc_class_is_hash(set->class))
		return create_hash(set, place, diag);
	fd = bpf_map_create(nc_class_is_lpm(set->class) ? BPF_MAP_TYPE_LPM_TRIE : BPF_MAP_TYPE_HASH,
			    class_names[set->class], nc_class_key_size(set->class),
			    nc_class_value_size(set->class), capacity(set), &opts);
	if (fd < 0)
		return nc_diag_errno(diag, set_loc(set), fd,
				     "cannot make a map of %u elements for set %s", capacity(set),
				     set_name(set));
	r = fill_set(fd, set);
	if (r == -E2BIG)
		return refuse_full(set, capacity(set), diag);
	if (r)
		return nc_diag_errno(diag, set_loc(set), r, "cannot fill the map of set %s",
				     set_name(set));
	return TAKE_FD(fd);
}

int nc_set_map_check(int fd, enum nc_set_class class)
{
	struct bpf_map_info info = {};
	__u32 length = sizeof(info);
	bool hash = nc_class_is_hash(class);

	if (bpf_obj_get_info_by_fd(fd, &info, &length))
		return -errno;
	return info.key_size == (hash ? sizeof(__u32) : nc_class_key_size(class)) &&
			       info.value_size == (hash ? NC_BUCKET_BYTES(nc_class_words(class))
							: nc_class_value_size(class))
		       ? 0
		       : -EBADMSG;
}

/* One pair as it came from the kernel; to over, or nowhere, if its time has run out. */
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

static int read_kernel_map(int fd, enum nc_set_class class, struct nc_set_keys *ret,
			   struct nc_set_keys *over)
{
	size_t key_size = nc_class_key_size(class), value_size = nc_class_value_size(class);
	_cleanup_free_ unsigned char *values = calloc(NC_MAP_BATCH, value_size);
	_cleanup_free_ unsigned char *keys = calloc(NC_MAP_BATCH, key_size);
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	/* A hash map's cursor is a bucket number, a trie's a key: room for either. */
	unsigned char cursor[KEY_MAX];
	__u64 now = monotonic_ns();
	__u32 n;
	int r = 0;

	if (!values || !keys)
		return -ENOMEM;
	for (bool first = true; !r; first = false) {
		n = NC_MAP_BATCH;
		r = bpf_map_lookup_batch(fd, first ? NULL : cursor, cursor, keys, values, &n,
					 &opts);
		if (first && (nc_map_no_batch(r) || r == -ENOSPC))
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

int nc_set_map_read(int fd, enum nc_set_class class, struct nc_set_keys *ret,
		    struct nc_set_keys *over)
{
	return nc_class_is_hash(class) ? nc_hash_map_read(fd, class, ret)
				       : read_kernel_map(fd, class, ret, over);
}

int nc_set_map_update(int fd, enum nc_set_class class, const void *key, const void *value,
		      __u64 flags)
{
	struct nc_rich rich;

	if (nc_class_is_hash(class))
		return nc_hash_map_add(fd, class, key, flags);
	if (nc_class_is_rich(class)) {
		memcpy(&rich, value, sizeof(rich));
		make_absolute(&rich, 1);
		value = &rich;
	}
	return bpf_map_update_elem(fd, key, value, flags) ? -errno : 0;
}

int nc_set_map_delete(int fd, enum nc_set_class class, const void *key)
{
	if (nc_class_is_hash(class))
		return nc_hash_map_delete(fd, class, key);
	return bpf_map_delete_elem(fd, key) ? -errno : 0;
}

bool nc_set_map_is_over(int fd, enum nc_set_class class, const void *key)
{
	struct nc_rich rich;

	return nc_class_is_rich(class) && bpf_map_lookup_elem(fd, key, &rich) == 0 &&
	       rich.expires && rich.expires <= monotonic_ns();
}
