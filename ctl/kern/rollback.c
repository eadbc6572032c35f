/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rolling back: the previous generation, which is still loaded and pinned, goes to work again by one store into the prog
 * array of each hook. Called with the store's lock held, by cmd/ and by past.c.
 *
 * What a kill at each moment leaves, and who clears it up:
 *
 *	before the store	the newer generation at work, its past unchanged; perhaps roots on devices that only
 *				the older one names		next writer removes them
 *	after the store		the older generation at work, complete, with the past that was written for it; roots
 *				that only the newer one needed	next writer removes them
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>

#include "device.h"
#include "past.h"

static int open_numbered(const struct nc_store *store, uint64_t generation, unsigned number)
{
	char name[32], path[NC_PATH_MAX];

	snprintf(name, sizeof(name), "counters-%u", number);
	nc_store_gen_path(store, generation, name, path);
	return bpf_obj_get(path);
}

/* Does the generation sum this counters map? *ret_n is how many it has. */
static bool has_counters(const struct nc_store *store, uint64_t generation, __u32 id,
			 unsigned *ret_n)
{
	bool found = false;

	for (unsigned i = 0;; i++) {
		_cleanup_close_ int fd = open_numbered(store, generation, i);

		if (fd < 0) {
			*ret_n = i;
			return found;
		}
		found |= nc_prog_id(fd) == id;
	}
}

/* Counters maps that were made since: what rules of both generations counted in them is theirs still. */
static int carry_counters(const struct nc_store *store, uint64_t from, uint64_t to)
{
	char name[32], path[NC_PATH_MAX];
	unsigned n;

	for (unsigned i = 0;; i++) {
		_cleanup_close_ int fd = open_numbered(store, from, i);

		if (fd < 0)
			return 0;
		if (has_counters(store, to, nc_prog_id(fd), &n))
			continue;
		snprintf(name, sizeof(name), "counters-%u", n);
		nc_store_gen_path(store, to, name, path);
		if (bpf_obj_pin(fd, path))
			return -errno;
	}
}

/* A device that cannot be had must not keep the ruleset from coming back: a warning, with the reasons. */
static void attach(const struct nc_store *store, __u32 ifindex, enum nc_hook hook,
		   struct nc_diag *diag)
{
	const struct nc_attach_options options = {.hook = hook, .mode = NC_MODE_AUTO};
	struct nc_diag reasons = {};
	struct nc_device device;
	struct nc_link link;

	if (nc_link_by_index(ifindex, &link) < 0) {
		nc_diag_warning(diag, NULL,
				"interface number %" PRIu32 " is not there any more: the ruleset "
				"is not enforced on it; where it was made anew: netctl attach "
				"DEVICE",
				ifindex);
		return;
	}
	if (nc_device_ensure(store, &link, &options, NULL, false, &device, NULL, &reasons) < 0)
		nc_diag_warning(diag, NULL, "the ruleset is not enforced on %s: cannot attach",
				link.name);
	nc_vec_foreach (message, &reasons.messages)
		nc_diag_warning(diag, NULL, "%s", message->text);
	nc_diag_free(&reasons);
}

static void attach_hook(const struct nc_store *store, uint64_t generation, enum nc_hook hook,
			struct nc_diag *diag)
{
	_cleanup_close_ int fd = -1;
	__u32 ifindex, *previous = NULL;
	char path[NC_PATH_MAX];

	nc_store_gen_path(store, generation, nc_entries_pin(hook), path);
	fd = bpf_obj_get(path);
	while (fd >= 0 && !bpf_map_get_next_key(fd, previous, &ifindex)) {
		previous = &ifindex;
		attach(store, ifindex, hook, diag);
	}
}

static void attach_all(const struct nc_store *store, uint64_t generation, struct nc_diag *diag)
{
	for (enum nc_hook hook = 0; hook < _NC_HOOK_MAX; hook++)
		attach_hook(store, generation, hook, diag);
}

static bool is_complete(const struct nc_store *store, uint64_t generation)
{
	char path[NC_PATH_MAX];

	nc_store_gen_path(store, generation, "prog", path);
	return !generation || access(path, F_OK) == 0;
}

static int find_past(const struct nc_store *store, uint64_t live, struct nc_past *ret,
		     struct nc_diag *diag)
{
	struct nc_past past = {};

	nc_past_read(store, live, &past);
	if (past.flags & NC_PAST_ROLLED_BACK)
		nc_diag_error(diag, NULL,
			      "nothing to roll back to: the last change was not confirmed and has "
			      "been rolled back already");
	else if (!(past.flags & NC_PAST_PREVIOUS))
		nc_diag_error(diag, NULL, "nothing to roll back to: no earlier ruleset is kept");
	else if (!is_complete(store, past.previous))
		nc_diag_error(diag, NULL,
			      "nothing to roll back to: pins of the earlier ruleset below %s are "
			      "missing",
			      store->dir);
	else {
		*ret = past;
		return 0;
	}
	return -ENOENT;
}

/* A change that was never confirmed is forgotten; one that was in force can be gone forth to again. */
static struct nc_past past_of(const struct nc_past *undone, uint64_t live)
{
	if (undone->deadline_ns)
		return (struct nc_past){.flags = NC_PAST_ROLLED_BACK};
	return (struct nc_past){.previous = live, .flags = NC_PAST_PREVIOUS};
}

int nc_rollback(struct nc_store *store, uint64_t *ret, struct nc_diag *diag)
{
	uint64_t live = nc_store_live_generation(store);
	struct nc_past undone = {}, past;
	int r = find_past(store, live, &undone, diag);

	if (r < 0)
		return r;
	past = past_of(&undone, live);
	if (undone.previous) {
		attach_all(store, undone.previous, diag);
		r = live ? carry_counters(store, live, undone.previous) : 0;
	}
	if (r == 0)
		r = nc_past_write(store, undone.previous, &past);
	if (r == 0)
		r = nc_store_publish(store, undone.previous);
	nc_store_sweep(store);
	if (r < 0)
		return nc_diag_errno(diag, NULL, r, "cannot roll back");
	*ret = undone.previous;
	return 0;
}
