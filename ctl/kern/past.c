/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What came before the live generation, and whether the change to it still waits for a confirmation. The records are in the
 * map "past" (netctl/pending.h); an entry is written before its generation goes live and counts from that store on, so a
 * kill at any moment leaves the old ruleset with its past or the new one with its own.
 *
 * Deadlines are CLOCK_BOOTTIME: a host that slept past one wakes to a change that is over.
 */
#include "past.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <string.h>
#include <time.h>

#include "bpffs.h"

#define NSEC_PER_SEC UINT64_C(1000000000)

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

/* --- records ------------------------------------------------------------------------------------------ */

int nc_past_create(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "nc_past", sizeof(__u64), sizeof(struct nc_past),
				NC_PAST_MAX, &opts);

	return fd < 0 ? -errno : fd;
}

int nc_past_read(const struct nc_store *store, uint64_t generation, struct nc_past *ret)
{
	struct nc_past past;

	if (store->past < 0 || bpf_map_lookup_elem(store->past, &generation, &past))
		return -ENOENT;
	*ret = past;
	return 0;
}

int nc_past_write(const struct nc_store *store, uint64_t generation, const struct nc_past *past)
{
	return bpf_map_update_elem(store->past, &generation, past, BPF_ANY) ? -errno : 0;
}

void nc_past_forget(const struct nc_store *store, uint64_t generation)
{
	bpf_map_delete_elem(store->past, &generation);
}

void nc_past_sweep(const struct nc_store *store, uint64_t live)
{
	uint64_t keys[NC_PAST_MAX], *previous = NULL;
	size_t n = 0;

	while (n < NC_PAST_MAX && !bpf_map_get_next_key(store->past, previous, &keys[n]))
		previous = &keys[n++];
	while (n--) {
		if (keys[n] != live)
			nc_past_forget(store, keys[n]);
	}
}

int nc_past_note(const struct nc_store *store, uint64_t next, uint64_t live, struct nc_diag *diag)
{
	struct nc_past past = {.previous = live, .flags = NC_PAST_PREVIOUS};
	int r = 0;

	if (store->confirm_ns) {
		past.deadline_ns = now_ns() + store->confirm_ns;
		past.helper = store->helper;
	}
	/* The same ruleset again, for another device: its past is the same too. Nothing after nothing has none. */
	if ((store->keep_past && nc_past_read(store, live, &past) < 0) ||
	    (!next && !live && !past.deadline_ns))
		nc_past_forget(store, next);
	else
		r = nc_past_write(store, next, &past);
	return r < 0 ? nc_diag_errno(diag, NULL, r, "cannot record what the change replaces") : 0;
}

uint64_t nc_past_previous(const struct nc_store *store, uint64_t live)
{
	struct nc_past past;

	if (nc_past_read(store, live, &past) < 0 || !(past.flags & NC_PAST_PREVIOUS))
		return 0;
	return past.previous;
}

bool nc_past_remains(const struct nc_store *store)
{
	struct nc_past past;

	return nc_past_read(store, 0, &past) == 0 && (past.deadline_ns || past.previous);
}

/* --- statistics slots --------------------------------------------------------------------------------- */

static void reserve_slots(const struct nc_store *store, uint64_t generation, enum nc_hook hook,
			  const struct nc_device_key *own, bool reserved[NC_DEVICES_MAX],
			  __u32 *ret_own)
{
	_cleanup_close_ int fd = -1;
	__u32 key, *previous = NULL;
	char path[NC_PATH_MAX];
	struct nc_entry entry;

	if (!generation)
		return;
	nc_store_gen_path(store, generation, nc_entries_pin(hook), path);
	fd = bpf_obj_get(path);
	while (fd >= 0 && !bpf_map_get_next_key(fd, previous, &key)) {
		previous = &key;
		if (bpf_map_lookup_elem(fd, &key, &entry) || entry.stats >= NC_DEVICES_MAX)
			continue;
		reserved[entry.stats] = true;
		if (key == own->ifindex && hook == own->hook)
			*ret_own = entry.stats;
	}
}

void nc_past_stats_slots(const struct nc_store *store, const struct nc_device_key *key,
			 bool reserved[NC_DEVICES_MAX], __u32 *ret_own)
{
	uint64_t live = nc_store_live_generation(store);
	uint64_t previous = nc_past_previous(store, live);

	for (enum nc_hook hook = 0; hook < _NC_HOOK_MAX; hook++) {
		reserve_slots(store, previous, hook, key, reserved, ret_own);
		reserve_slots(store, live, hook, key, reserved, ret_own);
	}
}

/* --- pending changes ---------------------------------------------------------------------------------- */

/* When a process started; 0: there is none. */
static uint64_t start_of(uint32_t pid)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[32], line[1024], *rest;
	unsigned long long start;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/stat", pid);
	file = fopen(path, "re");
	if (!file || !fgets(line, sizeof(line), file))
		return 0;
	/* The name, field 2, is in parentheses and may have any of them in it. A zombie runs no more. */
	rest = strrchr(line, ')');
	if (!rest || rest[1] != ' ' || rest[2] == 'Z' || rest[2] == 'X')
		return 0;
	return sscanf(rest + 2,
		      "%*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
		      "%*s %llu",
		      &start) == 1
		       ? start
		       : 0;
}

struct nc_helper nc_helper_self(void)
{
	return (struct nc_helper){.pid = getpid(), .start = start_of(getpid())};
}

bool nc_helper_alive(const struct nc_helper *helper)
{
	return helper->pid && start_of(helper->pid) == helper->start;
}

int nc_helper_hold(struct nc_diag *diag)
{
	char path[NC_BPFFS_MAX];
	int fd, r = nc_bpffs_find(true, path, diag);

	if (r < 0)
		return r;
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? nc_diag_errno(diag, NULL, -errno, "cannot open %s", path) : fd;
}

void nc_pending_arm(struct nc_store *store, uint32_t seconds, const struct nc_helper *helper)
{
	store->confirm_ns = seconds * NSEC_PER_SEC;
	store->helper = *helper;
}

void nc_keep_past(struct nc_store *store)
{
	store->keep_past = true;
}

/* The live generation's record, if it is pending. */
static int read_pending(const struct nc_store *store, uint64_t *ret_live, struct nc_past *ret)
{
	uint64_t live = nc_store_live_generation(store);
	struct nc_past past;

	if (nc_past_read(store, live, &past) < 0 || !past.deadline_ns)
		return -ENOENT;
	*ret_live = live;
	*ret = past;
	return 0;
}

int nc_pending_read(const struct nc_store *store, struct nc_pending *ret)
{
	struct nc_past past;
	uint64_t live;

	if (read_pending(store, &live, &past) < 0)
		return -ENOENT;
	*ret = (struct nc_pending){
		.previous = past.previous,
		.remaining_ns = (int64_t)(past.deadline_ns - now_ns()),
		.helper = past.helper,
	};
	return 0;
}

int nc_pending_confirm(struct nc_store *store, struct nc_diag *diag)
{
	struct nc_past past;
	uint64_t live;
	int r = read_pending(store, &live, &past);

	if (r == 0) {
		past.deadline_ns = 0;
		past.helper = (struct nc_helper){};
		r = nc_past_write(store, live, &past);
		return r < 0 ? nc_diag_errno(diag, NULL, r, "cannot record the confirmation") : 0;
	}
	if (nc_past_read(store, nc_store_live_generation(store), &past) == 0 &&
	    past.flags & NC_PAST_ROLLED_BACK)
		nc_diag_error(diag, NULL,
			      "nothing is pending: the last change was not confirmed and has been "
			      "rolled back");
	else
		nc_diag_error(diag, NULL, "nothing is pending: no change waits for a confirmation");
	return -ENOENT;
}

int nc_past_expire(struct nc_store *store, struct nc_diag *diag)
{
	struct nc_diag reasons = {};
	struct nc_pending pending;
	struct nc_past past;
	uint64_t live;
	int r;

	if (nc_pending_read(store, &pending) < 0 || pending.remaining_ns > 0)
		return 0;
	r = nc_rollback(store, &live, &reasons);
	if (r == 0)
		nc_diag_warning(
			diag, NULL,
			"the last change was not confirmed in time: it has been rolled back");
	nc_vec_foreach (message, &reasons.messages)
		nc_diag_warning(diag, NULL, "%s", message->text);
	nc_diag_free(&reasons);
	/* What cannot come back must not keep the store closed. */
	if (r == -ENOENT && read_pending(store, &live, &past) == 0) {
		past.deadline_ns = 0;
		past.flags = 0;
		r = nc_past_write(store, live, &past);
	}
	return r < 0 ? nc_diag_errno(diag, NULL, r, "cannot roll back the unconfirmed change") : 0;
}
