/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices: the records of what is attached where, and attaching and detaching by them. Called by cmd/ through kern.h and by
 * publish.c.
 *
 * A record is written before its program is attached, with program id 0, and completed behind it: an interrupted attach
 * leaves a record whose root is recognised by name, and the next writer finishes or removes it.
 */
#include "device.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "load.h"
#include "map.h"
#include "past.h"

/* --- records -------------------------------------------------------------------------------------- */

int nc_device_record(const struct nc_store *store, const struct nc_device_key *key,
		     struct nc_device *ret)
{
	struct nc_device device;

	if (bpf_map_lookup_elem(store->devices, key, &device))
		return -errno;
	device.name[sizeof(device.name) - 1] = '\0';
	*ret = device;
	return 0;
}

static int write_record(const struct nc_store *store, const struct nc_device_key *key,
			const struct nc_device *record)
{
	return bpf_map_update_elem(store->devices, key, record, BPF_ANY) ? -errno : 0;
}

int nc_device_keys_read(const struct nc_store *store, nc_device_keys *ret)
{
	struct nc_device_key key, *previous = NULL;

	while (!bpf_map_get_next_key(store->devices, previous, &key)) {
		if (nc_vec_push(ret, key) < 0)
			return -ENOMEM;
		previous = &ret->v[ret->n - 1];
	}
	return 0;
}

static bool take_slot(const bool used[NC_DEVICES_MAX], const bool reserved[NC_DEVICES_MAX],
		      __u32 *ret)
{
	for (__u32 slot = 0; slot < NC_DEVICES_MAX; slot++) {
		if (used[slot] || reserved[slot])
			continue;
		*ret = slot;
		return true;
	}
	return false;
}

/* The slot that the generations at hand count this interface in; else the lowest that no record has, nor if possible they. */
static int free_stats_slot(const struct nc_store *store, const struct nc_device_key *key,
			   __u32 *ret)
{
	bool used[NC_DEVICES_MAX] = {}, reserved[NC_DEVICES_MAX] = {}, none[NC_DEVICES_MAX] = {};
	__u32 own = NC_DEVICES_MAX;
	nc_device_keys keys = {};
	struct nc_device record = {};
	int r = nc_device_keys_read(store, &keys);

	nc_vec_foreach (other, &keys) {
		if (!nc_device_record(store, other, &record) && record.stats < NC_DEVICES_MAX)
			used[record.stats] = true;
	}
	nc_vec_free(&keys);
	if (r < 0)
		return r;
	nc_past_stats_slots(store, key, reserved, &own);
	if (own < NC_DEVICES_MAX && !used[own]) {
		*ret = own;
		return 0;
	}
	return take_slot(used, reserved, ret) || take_slot(used, none, ret) ? 0 : -E2BIG;
}

static int new_record(const struct nc_store *store, const struct nc_link *link,
		      const struct nc_device_key *key, struct nc_device *ret)
{
	struct nc_device record = {};
	int r = free_stats_slot(store, key, &record.stats);

	if (r < 0)
		return r;
	memcpy(record.name, link->name, sizeof(record.name));
	r = nc_percpu_write(store->stats, record.stats, NULL, sizeof(struct nc_stats));
	if (r == 0)
		*ret = record;
	return r;
}

/* --- attaching ------------------------------------------------------------------------------------ */

int nc_hook_state(const struct nc_store *store, const struct nc_device_key *key,
		  const struct nc_device *record, struct nc_hook_state *ret)
{
	return key->hook == NC_HOOK_INGRESS ? nc_xdp_state(store, key->ifindex, record, ret)
					    : nc_tc_state(store, key, record, ret);
}

static int refuse_other(const struct nc_link *link, const struct nc_hook_state *state,
			const struct nc_loc *loc, struct nc_diag *diag)
{
	bool left = strcmp(state->other_name, NC_ROOT_INGRESS) == 0;

	nc_diag_error(diag, loc,
		      "interface '%s' has another XDP program already: id %u, name %s, %s mode%s; "
		      "it is left "
		      "alone unless you say: netctl attach %s --replace",
		      link->name, state->other_prog_id, state->other_name,
		      state->mode == NC_MODE_GENERIC ? "generic" : "native",
		      left ? " (a netctl that has lost its pins left it)" : "", link->name);
	return -EEXIST;
}

static bool mode_fits(enum nc_attach_mode wanted, enum nc_attach_mode is)
{
	return wanted == NC_MODE_AUTO || wanted == is;
}

static int attach_hook(const struct nc_store *store, const struct nc_link *link,
		       const struct nc_attach_options *options, struct nc_device *record,
		       struct nc_diag *diag)
{
	return options->hook == NC_HOOK_INGRESS
		       ? nc_xdp_attach(store, link, options->mode, record, diag)
		       : nc_tc_attach(store, link, options->hook, record, diag);
}

static void detach_hook(const struct nc_store *store, const struct nc_device_key *key,
			const struct nc_device *record)
{
	if (key->hook == NC_HOOK_INGRESS)
		nc_xdp_detach(store, key->ifindex, record);
	else
		nc_tc_detach(store, key, record);
}

/* Records of this name for interfaces that are gone: the interface has been made anew. */
static void drop_stale(const struct nc_store *store, const struct nc_link *link, enum nc_hook hook)
{
	nc_device_keys keys = {};
	struct nc_device record = {};
	struct nc_link now;

	nc_device_keys_read(store, &keys);
	nc_vec_foreach (key, &keys) {
		if (key->hook == hook && key->ifindex != link->ifindex &&
		    !nc_device_record(store, key, &record) &&
		    strcmp(record.name, link->name) == 0 &&
		    nc_link_by_index(key->ifindex, &now) == -ENODEV)
			nc_device_drop(store, key);
	}
	nc_vec_free(&keys);
}

/* Nothing of ours is there: make a record, attach, complete the record. */
static int attach_new(const struct nc_store *store, const struct nc_link *link,
		      const struct nc_attach_options *options, const struct nc_device_key *key,
		      struct nc_device *record, struct nc_diag *diag)
{
	int r;

	drop_stale(store, link, options->hook);
	r = new_record(store, link, key, record);
	if (r == -E2BIG) {
		nc_diag_error(diag, NULL, "%s is one device too many: at most %d can be attached",
			      link->name, NC_DEVICES_MAX);
		return r;
	}
	if (r == 0)
		r = write_record(store, key, record);
	if (r < 0)
		return nc_diag_errno(diag, NULL, r, "cannot record that %s is attached",
				     link->name);
	r = attach_hook(store, link, options, record, diag);
	if (r < 0)
		bpf_map_delete_elem(store->devices, key);
	return r;
}

/* What stands in the way: a foreign program, or ours in another mode. */
static int clear_hook(const struct nc_store *store, const struct nc_link *link,
		      const struct nc_attach_options *options, const struct nc_loc *loc,
		      const struct nc_device_key *key, const struct nc_hook_state *state,
		      struct nc_diag *diag)
{
	int r;

	if (state->ours) {
		nc_device_drop(store, key);
		return 0;
	}
	if (!state->other_prog_id || state->dispatcher)
		return 0;
	if (!options->replace)
		return refuse_other(link, state, loc, diag);
	r = nc_xdp_clear(link->ifindex);
	return r < 0 ? nc_diag_errno(diag, loc, r, "cannot take program %u (%s) off %s",
				     state->other_prog_id, state->other_name, link->name)
		     : 0;
}

int nc_device_ensure(const struct nc_store *store, const struct nc_link *link,
		     const struct nc_attach_options *options, const struct nc_loc *loc,
		     bool by_hand, struct nc_device *ret, bool *ret_new, struct nc_diag *diag)
{
	const struct nc_device_key key = {.ifindex = link->ifindex, .hook = options->hook};
	struct nc_hook_state state;
	struct nc_device record = {};
	bool recorded = !nc_device_record(store, &key, &record), attached = false;
	int r;

	r = nc_hook_state(store, &key, recorded ? &record : NULL, &state);
	if (r < 0)
		return nc_diag_privilege(diag, r, "cannot see what is attached");
	if (!(recorded && record.prog_id && state.ours && mode_fits(options->mode, record.mode))) {
		r = clear_hook(store, link, options, loc, &key, &state, diag);
		if (r == 0)
			r = attach_new(store, link, options, &key, &record, diag);
		if (r < 0)
			return r;
		attached = true;
	}
	if (by_hand)
		record.flags |= NC_DEVICE_BY_HAND;
	r = write_record(store, &key, &record);
	if (r < 0)
		return nc_diag_errno(diag, NULL, r, "cannot record that %s is attached",
				     link->name);
	*ret = record;
	if (ret_new)
		*ret_new = attached;
	return 0;
}

int nc_attach(struct nc_store *store, const char *device, const struct nc_attach_options *options,
	      struct nc_device *ret, struct nc_diag *diag)
{
	struct nc_link link;
	int r = nc_link_require(device, NULL, &link, diag);

	if (r < 0)
		return r;
	return nc_device_ensure(store, &link, options, NULL, true, ret, NULL, diag);
}

/* --- detaching ------------------------------------------------------------------------------------ */

void nc_device_drop(const struct nc_store *store, const struct nc_device_key *key)
{
	struct nc_hook_state state;
	struct nc_device record = {};

	if (nc_device_record(store, key, &record))
		return;
	if (key->hook == NC_HOOK_INGRESS && !record.prog_id &&
	    nc_hook_state(store, key, &record, &state) == 0 && state.ours)
		nc_xdp_clear(key->ifindex);
	else
		detach_hook(store, key, &record);
	bpf_map_delete_elem(store->devices, key);
}

/* The record for a name: of the interface that has it now, or that had it when it was attached. */
static bool find_key(const struct nc_store *store, const char *device, enum nc_hook hook,
		     struct nc_device_key *ret)
{
	nc_device_keys keys = {};
	struct nc_device record = {};
	struct nc_link link = {};
	bool found = false;

	nc_link_by_name(device, &link);
	nc_device_keys_read(store, &keys);
	nc_vec_foreach (key, &keys) {
		if (key->hook != hook || nc_device_record(store, key, &record))
			continue;
		if (link.ifindex ? key->ifindex != link.ifindex && strcmp(record.name, device) != 0
				 : strcmp(record.name, device) != 0)
			continue;
		if (!found || key->ifindex == link.ifindex)
			*ret = *key;
		found = true;
	}
	nc_vec_free(&keys);
	return found;
}

int nc_detach(struct nc_store *store, const char *device, enum nc_hook hook, struct nc_diag *diag)
{
	struct nc_device_key key;

	if (!find_key(store, device, hook, &key)) {
		nc_diag_error(diag, NULL, "netctl is not attached to the %s of '%s'",
			      hook == NC_HOOK_INGRESS ? "ingress" : "egress", device);
		return -ENOENT;
	}
	nc_device_drop(store, &key);
	return 0;
}

int nc_detach_all(struct nc_store *store, struct nc_diag *diag)
{
	struct nc_pending pending;
	nc_device_keys keys = {};
	int r = nc_device_keys_read(store, &keys);

	nc_vec_foreach (key, &keys)
		nc_device_drop(store, key);
	nc_vec_free(&keys);
	/* Without a ruleset that leaves no trace, nor a ruleset to roll back to. */
	if (!nc_store_published(store, NC_HOOK_INGRESS) && nc_pending_read(store, &pending) < 0) {
		nc_past_forget(store, 0);
		nc_store_sweep(store);
	}
	return r < 0 ? nc_diag_errno(diag, NULL, r, "cannot read the records of devices") : 0;
}

/* Does a generation name the interface at a hook? */
static bool generation_names(const struct nc_store *store, uint64_t generation,
			     const struct nc_device_key *key)
{
	_cleanup_close_ int fd = -1;
	char path[NC_PATH_MAX];
	struct nc_entry entry;

	if (!generation)
		return false;
	nc_store_gen_path(store, generation, nc_entries_pin(key->hook), path);
	fd = bpf_obj_get(path);
	return fd >= 0 && !bpf_map_lookup_elem(fd, &key->ifindex, &entry);
}

void nc_devices_detach_unused(const struct nc_store *store, uint64_t generation)
{
	nc_device_keys keys = {};
	struct nc_device record = {};

	nc_device_keys_read(store, &keys);
	nc_vec_foreach (key, &keys) {
		if (!nc_device_record(store, key, &record) && !(record.flags & NC_DEVICE_BY_HAND) &&
		    !generation_names(store, generation, key))
			nc_device_drop(store, key);
	}
	nc_vec_free(&keys);
}

/* --- status ---------------------------------------------------------------------------------------- */

/* A packet's way through the hooks. */
static const unsigned char hook_order[_NC_HOOK_MAX] = {
	[NC_HOOK_INGRESS] = 0,
	[NC_HOOK_INGRESS_TC] = 1,
	[NC_HOOK_EGRESS] = 2,
};

static int compare_statuses(const void *a, const void *b)
{
	const struct nc_device_key *x = &((const struct nc_device_status *)a)->key;
	const struct nc_device_key *y = &((const struct nc_device_status *)b)->key;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	return (int)hook_order[x->hook] - (int)hook_order[y->hook];
}

static int read_status(const struct nc_store *store, const struct nc_device_key *key,
		       struct nc_device_status *ret)
{
	struct nc_device_status status = {.key = *key};
	struct nc_hook_state state = {};
	struct nc_link link, again;
	int r = nc_device_record(store, key, &status.device);

	if (r < 0)
		return r;
	memcpy(status.name, status.device.name, sizeof(status.name));
	r = nc_stats_read(store->stats, status.device.stats, &status.stats);
	if (r < 0)
		return r;
	if (nc_link_by_index(key->ifindex, &link) < 0) {
		status.state = NC_STATE_VANISHED;
		if (!nc_link_by_name(status.device.name, &again))
			status.recreated_ifindex = again.ifindex;
		*ret = status;
		return 0;
	}
	memcpy(status.name, link.name, sizeof(status.name));
	r = nc_hook_state(store, key, &status.device, &state);
	if (r < 0)
		return r;
	status.state = state.ours ? NC_STATE_ATTACHED : NC_STATE_REPLACED;
	status.other_prog_id = state.other_prog_id;
	*ret = status;
	return 0;
}

int nc_devices_status(struct nc_store *store, nc_device_statuses *ret, struct nc_diag *diag)
{
	nc_device_statuses statuses = {};
	struct nc_device_status status;
	nc_device_keys keys = {};
	int r = nc_device_keys_read(store, &keys);

	nc_vec_foreach (key, &keys) {
		if (r < 0)
			break;
		r = read_status(store, key, &status);
		if (r == -ENOENT) {
			r = 0; /* detached a moment ago */
			continue;
		}
		if (r == 0)
			r = nc_vec_push(&statuses, status);
	}
	nc_vec_free(&keys);
	if (r < 0) {
		nc_vec_free(&statuses);
		return nc_diag_privilege(diag, r, "cannot read the state of devices");
	}
	if (statuses.n)
		qsort(statuses.v, statuses.n, sizeof(*statuses.v), compare_statuses);
	*ret = statuses;
	return 0;
}

bool nc_device_exists(const char *name)
{
	struct nc_link link;

	return nc_link_by_name(name, &link) == 0;
}
