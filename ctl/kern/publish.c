/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Publishing: a generation goes to work by one store into the prog array. Called by cmd/ with the store's lock held.
 *
 * What a kill at each moment leaves, and who clears it up:
 *
 *	while loading		nothing: no pin yet
 *	while pinning		gen-N in part; not live		next writer removes it (store.c, nc_store_sweep)
 *	while attaching		gen-N, and roots on devices that the live generation does not name: they pass packets as
 *				before, reason no-chain		next writer removes both
 *	before the store	the record that gen-M is gen-N's past; it holds only once gen-N is live
 *								next writer removes it
 *	after the store		the new generation, complete, with gen-M to go back to; the generation before gen-M, and
 *				roots that only gen-M needed	next writer removes them
 *
 * Readers find the live generation by the published program's id, so they see the old or the new one.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "device.h"
#include "live.h"
#include "load.h"
#include "map.h"
#include "past.h"

#define COUNTERS_MIN 1024

/* What is put together before the store. */
struct publication {
	struct nc_store *store;
	const struct nc_live *live; /* or NULL */
	const struct nc_image *image;
	struct nc_diag *diag;
	uint64_t generation;
	NC_VEC(struct nc_link) links; /* by image entry */
	NC_VEC(struct nc_resolved_entry) entries;
	NC_VEC(struct nc_device_key) attached; /* by us, now: undone on failure */
	NC_VEC(int) counters; /* 0 is the one that is written to; not owned but for new_counters */
	int new_counters;     /* or -1 */
	int *kept_sets;	      /* by image set, -1 for none */
	struct nc_generation gen;
};

static void publication_clear(struct publication *p)
{
	nc_vec_free(&p->links);
	nc_vec_free(&p->entries);
	nc_vec_free(&p->attached);
	nc_vec_free(&p->counters);
	closep(&p->new_counters);
	for (size_t i = 0; p->kept_sets && i < p->image->sets.n; i++)
		closep(&p->kept_sets[i]);
	free(p->kept_sets);
	nc_generation_close(&p->gen);
}

/*
 * A device that the user's text names must exist. One that was named before, and whose place is in no text, may have gone since:
 * that must not keep the rest of the ruleset from being changed. Its link has ifindex 0.
 */
static int find_link(const struct publication *p, const struct nc_image_entry *entry,
		     struct nc_link *ret)
{
	if (entry->device.loc.source || nc_link_by_name(entry->device.name, ret) != -ENODEV)
		return nc_link_require(entry->device.name, &entry->device.loc, ret, p->diag);
	*ret = (struct nc_link){};
	return nc_diag_warning(
		p->diag, NULL,
		"interface '%s' is not there any more: the ruleset is not enforced on "
		"it; when it is back: netctl attach %s",
		entry->device.name, entry->device.name);
}

static int find_links(struct publication *p)
{
	struct nc_link link;
	int r = 0;

	nc_vec_foreach (entry, &p->image->entries) {
		int found = find_link(p, entry, &link);

		if (found == 0)
			found = nc_vec_push(&p->links, link);
		if (found < 0)
			r = found;
	}
	return r;
}

/* --- counters and sets that outlive generations ---------------------------------------------------- */

static int choose_counters(struct publication *p)
{
	uint32_t want = p->image->n_counters, room = COUNTERS_MIN;
	int r = 0;

	if (!p->live || p->live->counters_capacity < want) {
		while (room < want || (p->live && room <= p->live->counters_capacity))
			room *= 2;
		p->new_counters = nc_counters_create(room);
		if (p->new_counters < 0)
			return p->new_counters;
		r = nc_vec_push(&p->counters, p->new_counters);
	}
	for (size_t i = 0; p->live && i < p->live->counters.n && !r; i++)
		r = nc_vec_push(&p->counters, p->live->counters.v[i]);
	return r;
}

/* A counter that the live generation does not use starts from its initial value. */
static int start_counter(const struct publication *p, uint32_t id, const struct nc_counter *initial)
{
	bool first = true;
	int r;

	nc_vec_foreach (fd, &p->counters) {
		r = nc_percpu_write(*fd, id, first ? initial : NULL, sizeof(*initial));
		/* An older map may be too small to have the id. */
		if (r < 0 && (first || (r != -E2BIG && r != -ENOENT)))
			return r;
		first = false;
	}
	return 0;
}

static int start_counters(const struct publication *p)
{
	int r = 0;

	nc_vec_foreach (rule, &p->image->rules) {
		if (rule->fresh)
			r = start_counter(p, rule->record.counter, &rule->initial);
		if (r < 0)
			return r;
	}
	return 0;
}

static int open_kept_sets(struct publication *p)
{
	p->kept_sets = calloc(p->image->sets.n + 1, sizeof(*p->kept_sets));
	if (!p->kept_sets)
		return -ENOMEM;
	for (size_t i = 0; i < p->image->sets.n; i++)
		p->kept_sets[i] = -1;
	for (size_t i = 0; i < p->image->sets.n; i++) {
		const struct nc_image_set *set = &p->image->sets.v[i];

		if (!set->keep_live)
			continue;
		p->kept_sets[i] = p->live ? nc_live_set_fd(p->live, set->named->live) : -ENOENT;
		if (p->kept_sets[i] < 0)
			return p->kept_sets[i];
	}
	return 0;
}

static int prepare_state(struct publication *p)
{
	int r = choose_counters(p);

	if (r == 0)
		r = start_counters(p);
	if (r == 0)
		r = open_kept_sets(p);
	return r < 0 ? nc_diag_privilege(p->diag, r, "cannot prepare counters and sets") : 0;
}

/* --- devices ---------------------------------------------------------------------------------------- */

static void undo_attached(struct publication *p)
{
	nc_vec_foreach (key, &p->attached)
		nc_device_drop(p->store, key);
	p->attached.n = 0;
}

/* Roots on all devices; what is attached already stays as it is. */
static int attach_devices(struct publication *p)
{
	const struct nc_attach_options options = {.hook = NC_HOOK_INGRESS, .mode = NC_MODE_AUTO};

	for (size_t i = 0; i < p->links.n; i++) {
		const struct nc_image_entry *entry = &p->image->entries.v[i];
		const struct nc_link *link = &p->links.v[i];
		struct nc_resolved_entry resolved = {.ifindex = link->ifindex};
		struct nc_device device;
		bool new;
		int r;

		if (!link->ifindex)
			continue;
		r = nc_device_ensure(p->store, link, &options, &entry->device.loc, false, &device,
				     &new, p->diag);

		if (r == 0 && new)
			r = nc_vec_push(&p->attached,
					{.ifindex = link->ifindex, .hook = options.hook});
		if (r < 0)
			return r;
		resolved.entry.start = entry->start;
		resolved.entry.stats = device.stats;
		if (nc_vec_push(&p->entries, resolved) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* --- loading and pinning ----------------------------------------------------------------------------- */

static int load(struct publication *p)
{
	const struct nc_externals externals = {
		.counters = p->counters.v[0],
		.stats = p->store->stats,
		.devices = p->store->devices,
		.kept_sets = p->kept_sets,
		.entries = p->entries.v,
		.n_entries = p->entries.n,
		.generation = p->generation,
	};

	return nc_generation_load(p->image, &externals, &p->gen, p->diag);
}

static int pin(const struct publication *p, int fd, const char *name)
{
	char path[NC_PATH_MAX];

	nc_store_gen_path(p->store, p->generation, name, path);
	return bpf_obj_pin(fd, path) ? -errno : 0;
}

static int pin_numbered(const struct publication *p, int fd, const char *prefix, size_t number)
{
	char name[32];

	snprintf(name, sizeof(name), "%s-%zu", prefix, number);
	return pin(p, fd, name);
}

static int pin_objects(const struct publication *p)
{
	const struct {
		int fd;
		const char *name;
	} pins[] = {
		{p->gen.steps, "steps"},
		{p->gen.clauses, "clauses"},
		{p->gen.entries, "entries"},
		{p->gen.rules, "rules"},
		{p->gen.text, "text"},
		{p->gen.outer[NC_CLASS_HASH8], "hash8"},
		{p->gen.outer[NC_CLASS_HASH16], "hash16"},
		{p->gen.outer[NC_CLASS_LPM8], "lpm8"},
		{p->gen.outer[NC_CLASS_LPM16], "lpm16"},
		{p->gen.prog, "prog"},
	};
	int r = 0;

	for (size_t i = 0; i < p->gen.n_sets && !r; i++)
		r = pin_numbered(p, p->gen.sets[i], "set", i);
	for (size_t i = 0; i < p->counters.n && !r; i++)
		r = pin_numbered(p, p->counters.v[i], "counters", i);
	for (size_t i = 0; i < sizeof(pins) / sizeof(*pins) && !r; i++)
		r = pin(p, pins[i].fd, pins[i].name);
	return r;
}

static int pin_generation(const struct publication *p)
{
	char path[NC_PATH_MAX];
	int r;

	nc_store_gen_path(p->store, p->generation, NULL, path);
	r = mkdir(path, 0700) < 0 ? -errno : 0;
	if (r == 0)
		r = pin_objects(p);
	return r < 0 ? nc_diag_errno(p->diag, NULL, r, "cannot pin the new generation below %s",
				     path)
		     : 0;
}

/* --- the store ---------------------------------------------------------------------------------------- */

static int put_to_work(const struct publication *p)
{
	__u32 slot = 0;

	if (!bpf_map_update_elem(p->store->slots[NC_HOOK_INGRESS], &slot, &p->gen.prog, BPF_ANY))
		return 0;
	return nc_diag_errno(p->diag, NULL, -errno, "cannot publish the new generation");
}

static int prepare_and_store(struct publication *p)
{
	int r = find_links(p);

	if (r == 0)
		r = prepare_state(p);
	if (r == 0)
		r = attach_devices(p);
	if (r == 0)
		r = load(p);
	if (r == 0)
		r = pin_generation(p);
	if (r == 0)
		r = nc_past_note(p->store, p->generation, p->live ? p->live->header.generation : 0,
				 p->diag);
	return r < 0 ? r : put_to_work(p);
}

int nc_publish(struct nc_store *store, const struct nc_live *live, const struct nc_image *image,
	       struct nc_diag *diag)
{
	_cleanup_(publication_clear) struct publication p = {
		.store = store,
		.live = live,
		.image = image,
		.diag = diag,
		.generation = nc_store_last_generation(store) + 1,
		.new_counters = -1,
		.gen = NC_GENERATION_NONE,
	};
	int r = prepare_and_store(&p);

	if (r < 0) {
		undo_attached(&p);
		nc_store_remove_generation(store, p.generation);
		nc_past_forget(store, p.generation);
		return r;
	}
	nc_store_sweep(store);
	return 0;
}

int nc_unpublish(struct nc_store *store, struct nc_diag *diag)
{
	uint64_t live = nc_store_live_generation(store);
	__u32 slot = 0;
	int r = nc_past_note(store, 0, live, diag);

	if (r < 0)
		return r;
	if (bpf_map_delete_elem(store->slots[NC_HOOK_INGRESS], &slot) && errno != ENOENT)
		return nc_diag_errno(diag, NULL, -errno, "cannot take the ruleset out of work");
	nc_store_sweep(store);
	return 0;
}
