/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The store: a directory of pins per network namespace, its lock, and the maps in it that outlive generations. Called by
 * cmd/ through kern.h, and by the rest of kern/.
 */
#include "store.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "bpffs.h"
#include "device.h"
#include "load.h"
#include "past.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

#define LOCK_SECONDS 30

static void dirp_close(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

void nc_store_path(const struct nc_store *store, const char *name, char ret[NC_PATH_MAX])
{
	snprintf(ret, NC_PATH_MAX, "%.300s/%.60s", store->dir, name);
}

void nc_store_gen_path(const struct nc_store *store, uint64_t generation, const char *name,
		       char ret[NC_PATH_MAX])
{
	snprintf(ret, NC_PATH_MAX, "%.300s/gen-%" PRIu64 "%s%.40s", store->dir, generation,
		 name ? "/" : "", name ? name : "");
}

int nc_diag_privilege(struct nc_diag *diag, int r, const char *what)
{
	if (r != -EPERM && r != -EACCES)
		return nc_diag_errno(diag, NULL, r, "%s", what);
	nc_diag_error(diag, NULL,
		      "%s: permission denied; netctl needs root, or the capabilities CAP_BPF, "
		      "CAP_NET_ADMIN and CAP_PERFMON and access to the BPF filesystem",
		      what);
	return r;
}

__u32 nc_prog_id(int fd)
{
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &length) ? 0 : info.id;
}

/* --- generations in the directory ----------------------------------------------------------------- */

__u32 nc_store_published(const struct nc_store *store, enum nc_hook hook)
{
	__u32 zero = 0, id;

	return bpf_map_lookup_elem(store->slots[hook], &zero, &id) ? 0 : id;
}

/* Calls fn for each generation until it returns a number that is not 0, and returns that. */
typedef uint64_t each_generation_fn(const struct nc_store *store, uint64_t generation,
				    void *context);

static uint64_t for_each_generation(const struct nc_store *store, each_generation_fn *fn,
				    void *context)
{
	_cleanup_(dirp_close) DIR *dir = opendir(store->dir);
	uint64_t generation, found = 0;
	struct dirent *entry;
	int end;

	while (dir && !found && (entry = readdir(dir))) {
		end = 0;
		if (sscanf(entry->d_name, "gen-%" SCNu64 "%n", &generation, &end) == 1 &&
		    !entry->d_name[end])
			found = fn(store, generation, context);
	}
	return found;
}

static uint64_t has_prog(const struct nc_store *store, uint64_t generation, void *context)
{
	_cleanup_close_ int fd = -1;
	char path[NC_PATH_MAX];

	nc_store_gen_path(store, generation, "prog", path);
	fd = bpf_obj_get(path);
	return fd >= 0 && nc_prog_id(fd) == *(__u32 *)context ? generation : 0;
}

uint64_t nc_store_find_generation(const struct nc_store *store, __u32 prog_id)
{
	return for_each_generation(store, has_prog, &prog_id);
}

static uint64_t note_last(const struct nc_store *store, uint64_t generation, void *context)
{
	uint64_t *last = context;

	(void)store;
	if (generation > *last)
		*last = generation;
	return 0;
}

uint64_t nc_store_last_generation(const struct nc_store *store)
{
	uint64_t last = 0;

	for_each_generation(store, note_last, &last);
	return last;
}

/* Remove the pins and empty directories in a directory, then the directory. */
static void remove_directory(const char *path)
{
	_cleanup_(dirp_close) DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0) < 0 && errno == EISDIR)
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	}
	rmdir(path);
}

void nc_store_remove_generation(const struct nc_store *store, uint64_t generation)
{
	char path[NC_PATH_MAX];

	nc_store_gen_path(store, generation, NULL, path);
	remove_directory(path);
}

uint64_t nc_store_live_generation(const struct nc_store *store)
{
	__u32 published = nc_store_published(store, NC_HOOK_INGRESS);

	return published ? nc_store_find_generation(store, published) : 0;
}

struct kept {
	uint64_t live, previous;
};

static uint64_t find_leftover(const struct nc_store *store, uint64_t generation, void *context)
{
	const struct kept *kept = context;

	(void)store;
	return generation != kept->live && generation != kept->previous ? generation : 0;
}

/* The pin of a hook's program, and of its entries, in a generation's directory. */
static const char *const prog_pins[_NC_HOOK_MAX] = {
	[NC_HOOK_INGRESS] = "prog",
	[NC_HOOK_EGRESS] = "prog-egress",
	[NC_HOOK_INGRESS_TC] = "prog-tc",
};

static const char *const entries_pins[_NC_HOOK_MAX] = {
	[NC_HOOK_INGRESS] = "entries",
	[NC_HOOK_EGRESS] = "entries-egress",
	[NC_HOOK_INGRESS_TC] = "entries-tc",
};

const char *nc_prog_pin(enum nc_hook hook)
{
	return prog_pins[hook];
}

const char *nc_entries_pin(enum nc_hook hook)
{
	return entries_pins[hook];
}

/* One hook's program of a generation into its slot, or nothing if it has none. */
static int publish_hook(const struct nc_store *store, uint64_t generation, enum nc_hook hook)
{
	_cleanup_close_ int fd = -1;
	char path[NC_PATH_MAX];
	__u32 slot = 0;

	if (generation) {
		nc_store_gen_path(store, generation, prog_pins[hook], path);
		fd = bpf_obj_get(path);
		if (fd < 0 && (errno != ENOENT || hook == NC_HOOK_INGRESS))
			return -errno;
	}
	if (fd >= 0 && nc_store_published(store, hook) == nc_prog_id(fd))
		return 0;
	if (fd >= 0)
		return bpf_map_update_elem(store->slots[hook], &slot, &fd, BPF_ANY) ? -errno : 0;
	return bpf_map_delete_elem(store->slots[hook], &slot) && errno != ENOENT ? -errno : 0;
}

int nc_store_publish(const struct nc_store *store, uint64_t generation)
{
	int r = publish_hook(store, generation, NC_HOOK_INGRESS_TC);

	r = r ?: publish_hook(store, generation, NC_HOOK_EGRESS);
	/* This one decides which generation is live. */
	return r ?: publish_hook(store, generation, NC_HOOK_INGRESS);
}

void nc_store_sweep(struct nc_store *store)
{
	struct kept kept = {.live = nc_store_live_generation(store)};
	uint64_t leftover;

	/* A published program without its generation: better too many pins than too few. */
	if (!kept.live && nc_store_published(store, NC_HOOK_INGRESS))
		return;
	/* A writer that was interrupted between the hooks' stores. */
	nc_store_publish(store, kept.live);
	kept.previous = nc_past_previous(store, kept.live);
	while ((leftover = for_each_generation(store, find_leftover, &kept)))
		nc_store_remove_generation(store, leftover);
	nc_past_sweep(store, kept.live);
	nc_devices_detach_unused(store, kept.live);
}

/* --- opening ---------------------------------------------------------------------------------------- */

static int namespace_cookie(uint64_t *ret)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t length = sizeof(*ret);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, ret, &length) < 0)
		return -errno;
	return 0;
}

/* A directory of this namespace under another ABI version: pins that we must not touch. */
static int check_versions(const char *top, uint64_t cookie, struct nc_diag *diag)
{
	_cleanup_(dirp_close) DIR *dir = opendir(top);
	struct dirent *entry;
	unsigned version;
	char path[NC_PATH_MAX];
	int end;

	while (dir && (entry = readdir(dir))) {
		end = 0;
		if (sscanf(entry->d_name, "v%u%n", &version, &end) != 1 || entry->d_name[end] ||
		    version == NC_ABI_VERSION)
			continue;
		snprintf(path, sizeof(path), "%.256s/v%u/net-%" PRIu64, top, version, cookie);
		if (access(path, F_OK) < 0)
			continue;
		nc_diag_error(
			diag, NULL,
			"%s belongs to a netctl of ABI version %u, this one has version %d; with "
			"the other netctl: netctl list ruleset > FILE; netctl flush ruleset; "
			"netctl detach --all; then load FILE with this one",
			path, version, NC_ABI_VERSION);
		return -EEXIST;
	}
	return 0;
}

static int make_directories(const char *top, const char *version, const char *dir)
{
	const char *const paths[] = {top, version, dir};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		if (mkdir(paths[i], 0700) < 0 && errno != EEXIST)
			return -errno;
	}
	return 0;
}

/* Is what we have locked still what the path names? A writer before us may have removed it. */
static bool still_there(int fd, const char *path)
{
	struct stat ours, now;

	return fstat(fd, &ours) == 0 && stat(path, &now) == 0 && ours.st_ino == now.st_ino;
}

static int wait_for_lock(int fd)
{
	const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};

	for (int tries = 0; tries < LOCK_SECONDS * 100; tries++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return -ETIMEDOUT;
}

static int lock_directory(struct nc_store *store, const char *top, const char *version)
{
	int r = 0;

	for (int tries = 0; tries < 100; tries++) {
		r = make_directories(top, version, store->dir);
		if (r < 0)
			return r;
		store->lock = open(store->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (store->lock < 0 && errno == ENOENT)
			continue;
		if (store->lock < 0)
			return -errno;
		r = wait_for_lock(store->lock);
		if (r < 0 || still_there(store->lock, store->dir))
			return r;
		close(TAKE_FD(store->lock));
	}
	return -EAGAIN;
}

/* A map of the store, and what this ABI expects it to be. */
struct kept_map {
	const char *pin;
	__u32 type, key_size, value_size;
	int *fd;
};

static int check_map(const struct kept_map *map)
{
	struct bpf_map_info info = {};
	__u32 length = sizeof(info);

	if (bpf_obj_get_info_by_fd(*map->fd, &info, &length))
		return -errno;
	return info.type == map->type && info.key_size == map->key_size &&
			       info.value_size == map->value_size
		       ? 0
		       : -EBADMSG;
}

static int create_map(const struct nc_store *store, const struct kept_map *map)
{
	for (enum nc_hook hook = 0; hook < _NC_HOOK_MAX; hook++) {
		if (map->fd == &store->slots[hook])
			return nc_slots_create(hook);
	}
	if (map->fd == &store->words)
		return nc_words_create();
	if (map->fd == &store->past)
		return nc_past_create();
	return map->fd == &store->stats ? nc_stats_create() : nc_devices_create();
}

/* Open a pinned map; a writer makes it if it is not there. -ENOENT: not there. */
static int open_map(const struct nc_store *store, const struct kept_map *map, struct nc_diag *diag)
{
	char path[NC_PATH_MAX];
	int r;

	nc_store_path(store, map->pin, path);
	*map->fd = bpf_obj_get(path);
	if (*map->fd < 0 && errno == ENOENT) {
		if (store->access == NC_STORE_READ)
			return -ENOENT;
		*map->fd = create_map(store, map);
		if (*map->fd < 0)
			return nc_diag_privilege(diag, *map->fd, "cannot create a BPF map");
		if (bpf_obj_pin(*map->fd, path))
			return nc_diag_errno(diag, NULL, -errno, "cannot pin %s", path);
		return 0;
	}
	if (*map->fd < 0)
		return nc_diag_privilege(diag, -errno, "cannot open netctl's pinned maps");
	r = check_map(map);
	if (r < 0)
		nc_diag_error(
			diag, NULL,
			"%s is not a map that this netctl made; remove %s to begin anew (what is "
			"attached stays until then)",
			path, store->dir);
	return r;
}

static int open_maps(struct nc_store *store, struct nc_diag *diag)
{
	const struct kept_map past = {"past", BPF_MAP_TYPE_HASH, sizeof(__u64),
				      sizeof(struct nc_past), &store->past};
	const struct kept_map maps[] = {
		{"stats", BPF_MAP_TYPE_PERCPU_ARRAY, 4, sizeof(struct nc_stats), &store->stats},
		{"devices", BPF_MAP_TYPE_HASH, sizeof(struct nc_device_key),
		 sizeof(struct nc_device), &store->devices},
		{"words", BPF_MAP_TYPE_HASH, 4, sizeof(struct nc_word), &store->words},
		{"slots-tc", BPF_MAP_TYPE_PROG_ARRAY, 4, 4, &store->slots[NC_HOOK_INGRESS_TC]},
		{"slots-tc-egress", BPF_MAP_TYPE_PROG_ARRAY, 4, 4, &store->slots[NC_HOOK_EGRESS]},
		{"slots", BPF_MAP_TYPE_PROG_ARRAY, 4, 4, &store->slots[NC_HOOK_INGRESS]},
	};
	int r = open_map(store, &past, diag);

	/* A netctl that kept no past made the store: readers do without. */
	if (r == -ENOENT)
		r = 0;
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps) && !r; i++)
		r = open_map(store, &maps[i], diag);
	return r;
}

/* Kernels before 5.11 account maps to RLIMIT_MEMLOCK; on others this changes nothing. */
static void raise_memlock(void)
{
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};

	setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

static int open_write(struct nc_store *store, const char *top, const char *version, uint64_t cookie,
		      struct nc_diag *diag)
{
	int r;

	raise_memlock();
	r = check_versions(top, cookie, diag);
	if (r < 0)
		return r;
	r = lock_directory(store, top, version);
	if (r == -ETIMEDOUT) {
		nc_diag_error(
			diag, NULL,
			"another netctl has been changing the ruleset for more than %d seconds; "
			"see: fuser -v %s",
			LOCK_SECONDS, store->dir);
		return r;
	}
	if (r < 0)
		return nc_diag_privilege(diag, r, "cannot make or lock netctl's directory of pins");
	r = open_maps(store, diag);
	if (r == 0)
		r = nc_past_expire(store, diag);
	if (r == 0)
		nc_store_sweep(store);
	return r;
}

int nc_store_open(enum nc_store_access access, struct nc_store **ret, struct nc_diag *diag)
{
	_cleanup_(nc_store_closep) struct nc_store *store = calloc(1, sizeof(*store));
	char top[NC_PATH_MAX], version[NC_PATH_MAX];
	uint64_t cookie;
	int r;

	if (!store)
		return -ENOMEM;
	store->access = access;
	store->lock = store->stats = store->devices = store->past = store->words = -1;
	for (enum nc_hook hook = 0; hook < _NC_HOOK_MAX; hook++)
		store->slots[hook] = -1;
	nc_libbpf_silence();
	r = nc_bpffs_find(access == NC_STORE_WRITE, store->bpffs, diag);
	if (r < 0)
		return r;
	r = namespace_cookie(&cookie);
	if (r < 0)
		return nc_diag_errno(diag, NULL, r, "cannot identify this network namespace");
	snprintf(top, sizeof(top), "%s/netctl", store->bpffs);
	snprintf(version, sizeof(version), "%s/netctl/v%d", store->bpffs, NC_ABI_VERSION);
	snprintf(store->dir, sizeof(store->dir), "%s/netctl/v%d/net-%" PRIu64, store->bpffs,
		 NC_ABI_VERSION, cookie);
	r = access == NC_STORE_WRITE ? open_write(store, top, version, cookie, diag)
				     : open_maps(store, diag);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(store);
	return 0;
}

/* --- closing ---------------------------------------------------------------------------------------- */

static bool is_empty(const struct nc_store *store)
{
	struct nc_device_key key;

	return !nc_store_published(store, NC_HOOK_INGRESS) &&
	       bpf_map_get_next_key(store->devices, NULL, &key) != 0 && !nc_past_remains(store);
}

static void remove_store(const struct nc_store *store)
{
	char path[NC_PATH_MAX];

	remove_directory(store->dir);
	snprintf(path, sizeof(path), "%s/netctl/v%d", store->bpffs, NC_ABI_VERSION);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/netctl", store->bpffs);
	rmdir(path);
	/* libxdp makes this one and leaves it; it stays if anything is in it. */
	snprintf(path, sizeof(path), "%s/xdp", store->bpffs);
	rmdir(path);
}

void nc_store_close(struct nc_store *store)
{
	if (store->access == NC_STORE_WRITE && store->slots[NC_HOOK_INGRESS] >= 0 &&
	    is_empty(store))
		remove_store(store);
	closep(&store->stats);
	closep(&store->devices);
	closep(&store->past);
	closep(&store->words);
	for (enum nc_hook hook = 0; hook < _NC_HOOK_MAX; hook++)
		closep(&store->slots[hook]);
	closep(&store->lock);
	free(store);
}
