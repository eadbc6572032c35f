/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Publishing: a generation goes to work by one store into the prog array of each hook, tc's before XDP's. Called by cmd/ with the store's lock held.
 *
 * What a kill at each moment leaves, and who clears it up:
 *
 *	while loading		nothing: no pin yet
 *	while pinning		gen-N in part; not live		next writer removes it (store.c, nc_store_sweep)
 *	while attaching		gen-N, and roots on devices that the live generation does not name: they pass packets as
 *				before, reason no-chain		next writer removes both
 *	before the store	the record that gen-M is gen-N's past; it holds only once gen-N is live
 *								next writer removes it
 *	between the stores	the new generation at tc, the old one at XDP: it is the live one
 *								next writer puts it back to tc
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
#include "gc.h"
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
	__u32 *ports; /* ifindexes by image port */
	int events, lost;
	NC_VEC(struct nc_device_key) attached; /* by us, now: undone on failure */
	NC_VEC(int) counters; /* 0 is the one that is written to; not owned but for new_counters */
	int new_counters;     /* or -1 */
	int *kept_sets;	      /* by image set, -1 for none */
	int *gc;	      /* likewise: what collects from it */
	struct nc_generation gen;
};

static void publication_clear(struct publication *p)
{
	nc_vec_free(&p->links);
	nc_vec_free(&p->entries);
	free(p->ports);
	closep(&p->events);
	closep(&p->lost);
	nc_vec_free(&p->attached);
	nc_vec_free(&p->counters);
	closep(&p->new_counters);
	for (size_t i = 0; p->kept_sets && i < p->image->sets.n; i++)
		closep(&p->kept_sets[i]);
	free(p->kept_sets);
	for (size_t i = 0; p->gc && i < p->image->sets.n; i++)
		closep(&p->gc[i]);
	free(p->gc);
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

/* Where rules send frames to. */
static int find_ports(struct publication *p)
{
	int r = 0;

	p->ports = calloc(p->image->ports.n + 1, sizeof(*p->ports));
	if (!p->ports)
		return -ENOMEM;
	for (size_t i = 0; i < p->image->ports.n; i++) {
		const struct nc_device_name *device = &p->image->ports.v[i].device;
		struct nc_link link = {};
		int found = nc_link_by_name(device->name, &link);

		if (found == -ENODEV && !device->loc.source) {
			nc_diag_warning(
				p->diag, NULL,
				"interface '%s', which frames are sent to, is not there any "
				"more: they are dropped",
				device->name);
			continue;
		}
		if (found < 0)
			r = nc_link_require(device->name, &device->loc, &link, p->diag);
		p->ports[i] = link.ifindex;
	}
	return r;
}

/* "iif lo" names an interface that must be there when it is written. */
static int find_needed(struct publication *p)
{
	struct nc_link link;
	int r = 0;

	nc_vec_foreach (device, &p->image->needed) {
		if (!device->loc.source || nc_link_by_name(device->name, &link) != -ENODEV)
			continue;
		r = nc_diag_error(p->diag, &device->loc,
				  "there is no interface '%s' in this network namespace; 'iifname' "
				  "and 'oifname' do not need it",
				  device->name);
	}
	return r;
}

/* --- counters and sets that outlive generations ---------------------------------------------------- */

static int choose_counters(struct publication *p)
{
	uint32_t want = p->image->n_ids[NC_IDS_COUNTERS], room = COUNTERS_MIN;
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

static int start_word(const struct publication *p, uint32_t id, uint64_t value)
{
	const struct nc_word word = {.value = value};

	return bpf_map_update_elem(p->store->words, &id, &word, BPF_ANY) ? -errno : 0;
}

/* State that the live generation does not use starts from what was written. */
static int start_states(const struct publication *p)
{
	int r = 0;

	nc_vec_foreach (state, &p->image->states) {
		if (!state->fresh || r)
			continue;
		r = state->record.space == NC_IDS_COUNTERS
			    ? start_counter(p, state->record.id, &state->counter)
			    : start_word(p, state->record.id, state->word);
	}
	return r;
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
		r = start_states(p);
	if (r == 0)
		r = open_kept_sets(p);
	if (r < 0)
		return nc_diag_privilege(p->diag, r, "cannot prepare counters and sets");
	return nc_events_ensure(p->store, &p->events, &p->lost, p->diag);
}

/* --- devices ---------------------------------------------------------------------------------------- */

static void undo_attached(struct publication *p)
{
	nc_vec_foreach (key, &p->attached)
		nc_device_drop(p->store, key);
	p->attached.n = 0;
}

/* What the program knows of a device. */
static struct nc_entry entry_of(const struct nc_link *link, uint32_t start, __u32 stats)
{
	struct nc_entry entry = {
		.start = start,
		.stats = stats,
		.ifindex = link->ifindex,
		.iftype = link->arptype,
		.ifgroup = link->group,
	};

	memcpy(entry.name, link->name, sizeof(entry.name));
	return entry;
}

/* A root on one device; what is attached already stays as it is. */
static int attach_device(struct publication *p, const struct nc_image_entry *entry,
			 const struct nc_link *link)
{
	const struct nc_attach_options options = {.hook = entry->hook, .mode = NC_MODE_AUTO};
	struct nc_resolved_entry resolved = {.hook = entry->hook};
	struct nc_device device;
	bool new;
	int r;

	r = nc_device_ensure(p->store, link, &options, &entry->device.loc, false, &device, &new,
			     p->diag);
	if (r == 0 && new)
		r = nc_vec_push(&p->attached, {.ifindex = link->ifindex, .hook = options.hook});
	if (r < 0)
		return r;
	resolved.entry = entry_of(link, entry->start, device.stats);
	return nc_vec_push(&p->entries, resolved);
}

static int attach_devices(struct publication *p)
{
	int r = 0;

	for (size_t i = 0; i < p->links.n && !r; i++) {
		if (p->links.v[i].ifindex)
			r = attach_device(p, &p->image->entries.v[i], &p->links.v[i]);
	}
	return r;
}

/* --- loading and pinning ----------------------------------------------------------------------------- */

static int load(struct publication *p)
{
	const struct nc_externals externals = {
		.counters = p->counters.v[0],
		.stats = p->store->stats,
		.devices = p->store->devices,
		.words = p->store->words,
		.events = p->events,
		.lost = p->lost,
		.ports = p->ports,
		.xdp_ports = p->ports,
		.kept_sets = p->kept_sets,
		.entries = p->entries.v,
		.n_entries = p->entries.n,
		.generation = p->generation,
		.foresight = p->live ? p->live->foresight : NULL,
	};

	return nc_generation_load(p->image, &externals, &p->gen, p->diag);
}

/* Lookups ignore elements whose time has run out anyhow: without a collector, they take room. */
static void start_collector(struct publication *p, size_t i)
{
	const struct nc_image_set *set = &p->image->sets.v[i];

	if (!nc_gc_wanted(set))
		return;
	if (set->keep_live)
		p->gc[i] = nc_live_gc_fd(p->live, set->named->live);
	if (p->gc[i] < 0)
		p->gc[i] = nc_gc_start(set, p->gen.sets[i]);
	if (p->gc[i] < 0 && !set->keep_live)
		nc_diag_warning(p->diag, &set->named->loc,
				"elements of '%s' whose time has run out take up room: this kernel "
				"has no timers for BPF, which Linux 5.15 brought",
				set->named->name);
}

static int start_collectors(struct publication *p)
{
	p->gc = malloc((p->image->sets.n + 1) * sizeof(*p->gc));
	if (!p->gc)
		return -ENOMEM;
	for (size_t i = 0; i < p->image->sets.n; i++)
		p->gc[i] = -1;
	for (size_t i = 0; i < p->image->sets.n; i++)
		start_collector(p, i);
	return 0;
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

static int pin_maps(const struct publication *p)
{
	static const char *const classes[_NC_CLASS_MAX] = {"hash8",    "hash16", "lpm8",
							   "lpm16",    "rich8",	 "rich16",
							   "rich32",   "rich64", "richlpm8",
							   "richlpm16"};
	const struct {
		int fd;
		const char *name;
	} pins[] = {
		{p->gen.steps, "steps"}, {p->gen.chains, "chains"},	{p->gen.logs, "logs"},
		{p->gen.ports, "ports"}, {p->gen.port_ids, "port-ids"}, {p->gen.states, "states"},
		{p->gen.text, "text"},
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(pins) / sizeof(*pins) && !r; i++)
		r = pin(p, pins[i].fd, pins[i].name);
	for (int class = 0; class < (int)_NC_CLASS_MAX && !r; class ++)
		r = pin(p, p->gen.outer[class], classes[class]);
	return r;
}

/* XDP's program last: it says that the generation is complete. */
static int pin_objects(const struct publication *p)
{
	int r = pin_maps(p);

	for (size_t i = 0; i < p->gen.n_sets && !r; i++) {
		r = pin_numbered(p, p->gen.sets[i], "set", i);
		if (r == 0 && p->gc[i] >= 0)
			r = pin_numbered(p, p->gc[i], "gc", i);
	}
	for (size_t i = 0; i < p->counters.n && !r; i++)
		r = pin_numbered(p, p->counters.v[i], "counters", i);
	for (int hook = _NC_HOOK_MAX - 1; hook >= 0 && !r; hook--) {
		if (p->gen.progs[hook] < 0)
			continue;
		r = pin(p, p->gen.entries[hook], nc_entries_pin(hook));
		r = r ?: pin(p, p->gen.progs[hook], nc_prog_pin(hook));
	}
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
	int r = nc_store_publish(p->store, p->generation);

	return r < 0 ? nc_diag_errno(p->diag, NULL, r, "cannot publish the new generation") : 0;
}

static int prepare_and_store(struct publication *p)
{
	/* What is missing shows all at once. */
	int links = find_links(p), ports = find_ports(p), needed = find_needed(p);
	int r = links ?: ports ?: needed;

	if (r == 0)
		r = prepare_state(p);
	if (r == 0)
		r = attach_devices(p);
	if (r == 0)
		r = load(p);
	if (r == 0)
		r = start_collectors(p);
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
		.events = -1,
		.lost = -1,
	};
	int r;

	nc_generation_init(&p.gen);
	r = prepare_and_store(&p);
	if (r < 0) {
		/* The old one again where tc has the new one already. */
		nc_store_publish(store, nc_store_live_generation(store));
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
	int r = nc_past_note(store, 0, live, diag);

	if (r < 0)
		return r;
	r = nc_store_publish(store, 0);
	if (r < 0)
		return nc_diag_errno(diag, NULL, r, "cannot take the ruleset out of work");
	nc_store_sweep(store);
	return 0;
}
