/* SPDX-License-Identifier: GPL-2.0-only */
/* An image loaded for BPF_PROG_TEST_RUN: no pins, no devices, nothing published. Called by "explain", tests and measurements. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/pkt_cls.h>
#include <net/if_arp.h>
#include <string.h>

#include "kern.h"
#include "link.h"
#include "live.h"
#include "load.h"
#include "map.h"
#include "set_map.h"

#define LO_IFINDEX 1 /* what BPF_PROG_TEST_RUN shows as ingress unless told otherwise */
#define NO_IFINDEX 0x7fffffff

struct nc_instance {
	struct nc_generation generation;
	enum nc_hook hook;	/* of the entry */
	bool has[_NC_HOOK_MAX]; /* chains run there */
	int counters, stats, devices, words, events, lost;
	int *kept;
	size_t n_kept;
};

void nc_instance_free(struct nc_instance *instance)
{
	int *fds[] = {&instance->counters, &instance->stats,  &instance->devices,
		      &instance->words,	   &instance->events, &instance->lost};

	nc_generation_close(&instance->generation);
	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		closep(fds[i]);
	for (size_t i = 0; i < instance->n_kept; i++)
		closep(&instance->kept[i]);
	free(instance->kept);
	free(instance);
}

static int make_maps(struct nc_instance *instance, const struct nc_image *image,
		     struct nc_diag *diag)
{
	uint32_t n = image->n_ids[NC_IDS_COUNTERS];

	instance->counters = nc_counters_create(n ? n : 1);
	instance->stats = nc_stats_create();
	instance->devices = nc_devices_create();
	instance->words = nc_words_create();
	if (instance->counters < 0 || instance->stats < 0 || instance->devices < 0 ||
	    instance->words < 0)
		return nc_diag_privilege(diag, -errno, "cannot make maps");
	return nc_events_create(&instance->events, &instance->lost, diag);
}

/* One word: what it is in the live generation, if it has it, else what is written in the ruleset. */
static int start_word(const struct nc_instance *instance, const struct nc_image_state *state,
		      const struct nc_live *live)
{
	struct nc_word word = {.value = state->word};
	uint64_t value;

	if (live && !state->fresh && nc_live_word(live, state->record.id, &value) == 0)
		word.value = value;
	return bpf_map_update_elem(instance->words, &state->record.id, &word, BPF_ANY);
}

static int start_words(const struct nc_instance *instance, const struct nc_image *image,
		       const struct nc_live *live, struct nc_diag *diag)
{
	int r = 0;

	nc_vec_foreach (state, &image->states) {
		if (state->record.space == NC_IDS_WORDS && !r)
			r = start_word(instance, state, live);
	}
	return r < 0 ? nc_diag_errno(diag, NULL, r, "cannot fill a map") : 0;
}

/* --- sets of the live generation ------------------------------------------------------------------------ */

/* Does the step change elements of the set? */
static bool is_changed_by(const struct nc_image_set *set, const struct nc_step *step)
{
	bool state = step->flags & NC_STEP_ELEMENT;

	if (!nc_class_is_rich(set->class) || step->width != set->class - NC_CLASS_RICH)
		return false;
	return (step->op == NC_OP_ELEMENT && step->index == set->index) ||
	       (state && step->arg == set->index);
}

/* Do packets change elements of the set? */
static bool is_changed(const struct nc_image *image, const struct nc_image_set *set)
{
	nc_vec_foreach (step, &image->steps) {
		if (is_changed_by(set, step))
			return true;
	}
	return false;
}

/* A map of one's own with the same elements, and their state. */
static int copy_set(const struct nc_image_set *set, int fd, struct nc_diag *diag)
{
	struct nc_image_set copy = {
		.named = set->named, .class = set->class, .tuples = set->tuples};
	int r = nc_set_map_read(fd, set->class, &copy.keys, NULL);

	if (r < 0)
		nc_diag_errno(diag, NULL, r, "cannot read the elements of a set");
	else
		r = nc_set_map_create(&copy, 0, diag);
	nc_set_keys_free(&copy.keys);
	return r;
}

/* The map of a live set, or a copy of it where packets would change it. */
static int lend_set(const struct nc_image *image, const struct nc_image_set *set,
		    const struct nc_live *live, struct nc_diag *diag)
{
	_cleanup_close_ int fd = nc_live_set_fd(live, set->named->live);

	if (fd < 0)
		return nc_diag_privilege(diag, fd, "cannot open the map of a set");
	return is_changed(image, set) ? copy_set(set, fd, diag) : TAKE_FD(fd);
}

static int lend_sets(struct nc_instance *instance, const struct nc_image *image,
		     const struct nc_live *live, struct nc_diag *diag)
{
	instance->kept = calloc(image->sets.n + 1, sizeof(*instance->kept));
	if (!instance->kept)
		return -ENOMEM;
	for (; instance->n_kept < image->sets.n; instance->n_kept++)
		instance->kept[instance->n_kept] = -1;
	for (size_t i = 0; i < image->sets.n && live; i++) {
		const struct nc_image_set *set = &image->sets.v[i];

		if (!set->keep_live)
			continue;
		instance->kept[i] = lend_set(image, set, live, diag);
		if (instance->kept[i] < 0)
			return instance->kept[i];
	}
	return 0;
}

/* --- loading -------------------------------------------------------------------------------------------- */

/* lo, under the name of the entry's device; a live one is what the device is. */
static struct nc_resolved_entry resolve(const struct nc_image_entry *entry,
					const struct nc_live *live)
{
	struct nc_resolved_entry resolved = {
		.hook = entry->hook,
		.entry = {.start = entry->start, .ifindex = LO_IFINDEX, .iftype = ARPHRD_ETHER},
	};
	struct nc_link link;

	memcpy(resolved.entry.name, entry->device.name, sizeof(resolved.entry.name));
	if (live && nc_link_by_name(entry->device.name, &link) == 0) {
		resolved.entry.iftype = link.arptype;
		resolved.entry.ifgroup = link.group;
	}
	return resolved;
}

/* Entries that a packet passes one behind the other: of one device and direction. */
static bool same_way(const struct nc_image_entry *a, const struct nc_image_entry *b)
{
	return strcmp(a->device.name, b->device.name) == 0 &&
	       (a->hook == NC_HOOK_EGRESS) == (b->hook == NC_HOOK_EGRESS);
}

static size_t resolve_entries(struct nc_instance *instance, const struct nc_image *image,
			      size_t entry, const struct nc_live *live,
			      struct nc_resolved_entry ret[_NC_HOOK_MAX])
{
	size_t n = 0;

	if (entry >= image->entries.n)
		return 0;
	instance->hook = image->entries.v[entry].hook;
	nc_vec_foreach (other, &image->entries) {
		if (!same_way(other, &image->entries.v[entry]))
			continue;
		instance->has[other->hook] = true;
		ret[n++] = resolve(other, live);
	}
	return n;
}

/*
 * A trial sends nothing: to tc, ports are no interface at all, as "dup" would send there and then; a devmap takes lo, which a
 * verdict alone does not send to.
 */
static int load(struct nc_instance *instance, const struct nc_image *image, size_t entry,
		const struct nc_live *live, struct nc_diag *diag)
{
	_cleanup_free_ __u32 *ports = calloc(image->ports.n + 1, sizeof(*ports));
	_cleanup_free_ __u32 *xdp_ports = calloc(image->ports.n + 1, sizeof(*ports));
	struct nc_resolved_entry resolved[_NC_HOOK_MAX];
	struct nc_externals externals = {
		.counters = instance->counters,
		.stats = instance->stats,
		.devices = instance->devices,
		.words = instance->words,
		.events = instance->events,
		.lost = instance->lost,
		.kept_sets = instance->kept,
		.entries = resolved,
		.n_entries = resolve_entries(instance, image, entry, live, resolved),
		.ports = ports,
		.xdp_ports = xdp_ports,
		.generation = 1,
		.trace = true,
	};

	if (!ports || !xdp_ports)
		return -ENOMEM;
	for (size_t i = 0; i < image->ports.n; i++) {
		ports[i] = NO_IFINDEX;
		xdp_ports[i] = LO_IFINDEX;
	}
	return nc_generation_load(image, &externals, &instance->generation, diag) < 0 ? -EINVAL : 0;
}

int nc_instance_load(const struct nc_image *image, size_t entry, const struct nc_live *live,
		     struct nc_instance **ret, struct nc_diag *diag)
{
	_cleanup_(nc_instance_freep) struct nc_instance *instance = calloc(1, sizeof(*instance));
	int r;

	if (!instance)
		return -ENOMEM;
	nc_generation_init(&instance->generation);
	instance->counters = instance->stats = instance->devices = instance->words = -1;
	instance->events = instance->lost = -1;
	r = make_maps(instance, image, diag);
	if (r == 0)
		r = start_words(instance, image, live, diag);
	if (r == 0)
		r = lend_sets(instance, image, live, diag);
	if (r == 0)
		r = load(instance, image, entry, live, diag);
	if (r == 0)
		*ret = TAKE_PTR(instance);
	return r;
}

bool nc_instance_has(const struct nc_instance *instance, enum nc_hook layer)
{
	return instance->has[layer];
}

int nc_instance_prog_fd(const struct nc_instance *instance)
{
	return instance->generation.progs[instance->hook];
}

int nc_instance_stats(const struct nc_instance *instance, struct nc_stats *ret)
{
	*ret = (struct nc_stats){0};
	return nc_stats_read(instance->stats, 0, ret);
}

int nc_instance_counter(const struct nc_instance *instance, uint32_t counter_id,
			struct nc_counter *ret)
{
	*ret = (struct nc_counter){0};
	return nc_counter_read(instance->counters, counter_id, ret);
}

int nc_instance_word(const struct nc_instance *instance, uint32_t id, uint64_t *ret)
{
	struct nc_word word;

	if (bpf_map_lookup_elem(instance->words, &id, &word))
		return -errno;
	*ret = word.value;
	return 0;
}

int nc_instance_set_keys(const struct nc_instance *instance, size_t set, enum nc_set_class class,
			 struct nc_set_keys *ret)
{
	if (set >= instance->generation.n_sets)
		return -ENOENT;
	return nc_set_map_read(instance->generation.sets[set], class, ret, NULL);
}

/* --- trials --------------------------------------------------------------------------------------------- */

/* The cell that has grown. */
static void compare_stats(const struct nc_stats *before, const struct nc_stats *after,
			  struct nc_trial *trial)
{
	unsigned grown = 0;

	for (unsigned reason = 0; reason < _NC_REASON_MAX; reason++) {
		for (unsigned verdict = 0; verdict < _NC_VERDICT_MAX; verdict++) {
			if (after->cell[reason][verdict].packets ==
			    before->cell[reason][verdict].packets)
				continue;
			trial->reason = reason;
			trial->verdict = verdict;
			grown++;
		}
	}
	if (grown != 1)
		trial->reason = _NC_REASON_MAX;
}

static int read_trace(const struct nc_instance *instance, struct nc_trial *trial)
{
	const size_t most = sizeof(trial->rules) / sizeof(*trial->rules);
	struct nc_trace_record record = {};
	__u32 at = 0, n;

	if (bpf_map_lookup_elem(instance->generation.trace, &at, &record))
		return -errno;
	n = record.rule < most ? record.rule : most;
	trial->full = n == most;
	for (at = 1; at <= n; at++) {
		if (bpf_map_lookup_elem(instance->generation.trace, &at, &record))
			return -errno;
		if (record.rule & NC_TRACE_POLICY)
			trial->policy = record.rule & ~NC_TRACE_POLICY;
		else
			trial->rules[trial->n_rules++] = record.rule;
	}
	return 0;
}

static int clear_trace(const struct nc_instance *instance)
{
	const struct nc_trace_record none = {};
	__u32 zero = 0;

	return bpf_map_update_elem(instance->generation.trace, &zero, &none, BPF_ANY) ? -errno : 0;
}

int nc_instance_try(const struct nc_instance *instance, const void *frame, size_t length,
		    struct nc_trial *ret)
{
	return nc_instance_try_at(instance, instance->hook, frame, length, ret);
}

int nc_instance_try_at(const struct nc_instance *instance, enum nc_hook layer, const void *frame,
		       size_t length, struct nc_trial *ret)
{
	_cleanup_free_ struct nc_stats *stats = calloc(2, sizeof(*stats));
	struct nc_trial *trial = ret;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = length,
		    .data_out = trial->frame, .data_size_out = sizeof(trial->frame), .repeat = 1);
	int r;

	if (!stats)
		return -ENOMEM;
	trial->n_rules = 0;
	trial->policy = NC_NONE;
	r = clear_trace(instance);
	r = r ?: nc_instance_stats(instance, &stats[0]);
	if (r < 0)
		return r;
	r = bpf_prog_test_run_opts(instance->generation.progs[layer], &opts);
	if (r < 0)
		return r;
	trial->action = opts.retval;
	trial->length = opts.data_size_out;
	r = nc_instance_stats(instance, &stats[1]);
	if (r == 0)
		compare_stats(&stats[0], &stats[1], trial);
	return r ?: read_trace(instance, trial);
}
