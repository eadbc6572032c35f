/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Foresight: the live program's constants and sizes again, with maps of its own. Called by live.c, which begins, and load.c, which
 * takes. What was foreseen is used only if it equals what is wanted in every constant, size and map: a wrong guess costs time
 * of another CPU and nothing else.
 */
#include "foresight.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "store.h"

#define MAPS_MAX 64

struct nc_foresight {
	struct nc_layer layer;
	int prog;
	pthread_t thread;
	bool running;
	int result;
};

static int map_info(int fd, struct bpf_map_info *ret)
{
	__u32 length = sizeof(*ret);

	*ret = (struct bpf_map_info){};
	return bpf_obj_get_info_by_fd(fd, ret, &length) ? -errno : 0;
}

static bool is_common(const char *name)
{
	for (enum nc_common i = 0; i < _NC_COMMON_MAX; i++) {
		if (strcmp(nc_common_names[i], name) == 0)
			return true;
	}
	return false;
}

/* The constants of the live program. Those of another netctl may be laid out otherwise: they will not be equal to ours. */
static int copy_constants(struct nc_layer *layer, int fd, const struct bpf_map_info *info,
			  struct bpf_map *map)
{
	size_t size;
	char *ours = (char *)bpf_map__initial_value(map, &size);
	_cleanup_free_ char *theirs = malloc(info->value_size);
	ptrdiff_t at = (char *)layer->spec - ours;
	__u32 zero = 0;

	if (!theirs)
		return -ENOMEM;
	if (!ours || size != info->value_size)
		return -EBADMSG;
	if (bpf_map_lookup_elem(fd, &zero, theirs))
		return -errno;
	memcpy(layer->spec, theirs + at, sizeof(*layer->spec));
	return 0;
}

/* One that has a place of its own: as long as its set is the same, it is. */
static bool is_hash(const char *name)
{
	for (__u32 place = 0; place < NC_HASHES_DIRECT; place++) {
		if (strcmp(name, nc_hash_name(NC_CLASS_HASH8, place)) == 0 ||
		    strcmp(name, nc_hash_name(NC_CLASS_HASH16, place)) == 0)
			return true;
	}
	return false;
}

static bool is_constants(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot && strcmp(dot, ".rodata") == 0;
}

static int follow_map(struct nc_layer *layer, int fd)
{
	struct bpf_map_info info;
	struct bpf_map *map;
	int r = map_info(fd, &info);

	if (r < 0)
		return r;
	map = bpf_object__find_map_by_name(layer->object, info.name);
	if (!map)
		return 0;
	if (is_constants(info.name))
		return copy_constants(layer, fd, &info, map);
	if (is_common(info.name) || is_hash(info.name))
		return bpf_map__reuse_fd(map, fd);
	if (bpf_map__is_internal(map))
		return 0;
	/* One value, of any size. */
	if (strcmp(info.name, "nc_index_mem") == 0)
		return bpf_map__set_value_size(map, info.value_size);
	return bpf_map__set_max_entries(map, info.max_entries);
}

/* What the live program was loaded with. */
static int follow(struct nc_layer *layer, int prog)
{
	__u32 ids[MAPS_MAX];
	struct bpf_prog_info info = {.nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)ids};
	__u32 length = sizeof(info);
	int r = bpf_obj_get_info_by_fd(prog, &info, &length) ? -errno : 0;

	if (r == 0 && info.nr_map_ids > MAPS_MAX)
		r = -E2BIG;
	for (__u32 i = 0; i < info.nr_map_ids && !r; i++) {
		_cleanup_close_ int fd = bpf_map_get_fd_by_id(ids[i]);

		r = fd < 0 ? -errno : follow_map(layer, fd);
	}
	return r;
}

static void *load(void *context)
{
	struct nc_foresight *foresight = context;
	struct nc_layer *layer = &foresight->layer;
	int r = nc_layer_open(layer);

	if (r == 0)
		r = follow(layer, foresight->prog);
	if (r == 0)
		r = nc_layer_load(layer);
	foresight->result = r;
	return NULL;
}

static void finish(struct nc_foresight *foresight)
{
	if (foresight->running)
		pthread_join(foresight->thread, NULL);
	foresight->running = false;
}

struct nc_foresight *nc_foresight_begin(__u32 prog_id)
{
	struct nc_foresight *foresight = calloc(1, sizeof(*foresight));

	if (!foresight)
		return NULL;
	nc_libbpf_silence();
	foresight->layer.hook = NC_HOOK_INGRESS;
	/* Without CAP_SYS_ADMIN nothing is foreseen. */
	foresight->prog = bpf_prog_get_fd_by_id(prog_id);
	foresight->running = foresight->prog >= 0 &&
			     pthread_create(&foresight->thread, NULL, load, foresight) == 0;
	if (foresight->running)
		return foresight;
	nc_foresight_free(foresight);
	return NULL;
}

/* A map that is wanted, and the one that there is. One that is there already must be the same one. */
static bool is_same_map(const struct bpf_map *wanted, const struct bpf_map *loaded)
{
	struct bpf_map_info a, b;

	if (bpf_map__fd(wanted) >= 0)
		return map_info(bpf_map__fd(wanted), &a) == 0 &&
		       map_info(bpf_map__fd(loaded), &b) == 0 && a.id == b.id;
	return bpf_map__max_entries(wanted) == bpf_map__max_entries(loaded) &&
	       bpf_map__value_size(wanted) == bpf_map__value_size(loaded) &&
	       bpf_map__map_flags(wanted) == bpf_map__map_flags(loaded);
}

static bool is_same(const struct nc_layer *wanted, const struct nc_layer *loaded)
{
	const struct bpf_map *map;

	if (wanted->hook != loaded->hook ||
	    memcmp(wanted->spec, loaded->spec, sizeof(*wanted->spec)) != 0)
		return false;
	bpf_object__for_each_map (map, wanted->object) {
		const char *name = bpf_map__name(map);

		if (!is_same_map(map, bpf_object__find_map_by_name(loaded->object, name)))
			return false;
	}
	return true;
}

bool nc_foresight_take(struct nc_foresight *foresight, struct nc_layer *layer)
{
	const struct nc_layer none = {.hook = layer->hook};

	if (!foresight || layer->hook != foresight->layer.hook)
		return false;
	finish(foresight);
	if (foresight->result < 0 || !foresight->layer.object || !is_same(layer, &foresight->layer))
		return false;
	nc_layer_close(layer);
	*layer = foresight->layer;
	foresight->layer = none;
	return true;
}

void nc_foresight_free(struct nc_foresight *foresight)
{
	if (!foresight)
		return;
	finish(foresight);
	nc_layer_close(&foresight->layer);
	closep(&foresight->prog);
	free(foresight);
}
