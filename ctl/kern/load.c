/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loading a generation: its maps made and filled from the image, one filter program for each layer that has entries, bound to
 * them and specialised. Called by publish.c and instance.c. Must never pin, attach or publish.
 *
 * The programs have their maps in common but for entries and scratch: XDP's object makes them, the others are given them.
 */
#include "load.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "foresight.h"
#include "layer.h"
#include "map.h"

void nc_generation_init(struct nc_generation *generation)
{
	*generation = (struct nc_generation){};
	for (size_t i = 0; i < _NC_HOOK_MAX; i++)
		generation->progs[i] = generation->entries[i] = -1;
	for (size_t i = 0; i < _NC_CLASS_MAX; i++)
		generation->outer[i] = -1;
	generation->steps = generation->chains = generation->logs = generation->ports = -1;
	generation->port_ids = generation->states = generation->text = generation->trace = -1;
}

void nc_generation_close(struct nc_generation *generation)
{
	int *fds[] = {&generation->steps, &generation->chains,	 &generation->logs,
		      &generation->ports, &generation->port_ids, &generation->states,
		      &generation->text,  &generation->trace};

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		closep(fds[i]);
	for (size_t i = 0; i < _NC_HOOK_MAX; i++) {
		closep(&generation->progs[i]);
		closep(&generation->entries[i]);
	}
	for (size_t i = 0; i < _NC_CLASS_MAX; i++)
		closep(&generation->outer[i]);
	for (size_t i = 0; i < generation->n_sets; i++)
		closep(&generation->sets[i]);
	free(generation->sets);
	nc_generation_init(generation);
}

/* --- sets -------------------------------------------------------------------------------------------------- */

/* The set maps of the image: kept ones again, the others made and filled. */
static int make_sets(struct nc_generation *gen, const struct nc_image *image,
		     const struct nc_externals *ext, struct nc_diag *diag)
{
	gen->sets = calloc(image->sets.n ? image->sets.n : 1, sizeof(*gen->sets));
	if (!gen->sets)
		return -ENOMEM;
	for (size_t i = 0; i < image->sets.n; i++) {
		const struct nc_image_set *set = &image->sets.v[i];
		int fd;

		if (set->keep_live)
			fd = fcntl(ext->kept_sets[i], F_DUPFD_CLOEXEC, 0);
		else
			fd = nc_set_map_create(set, diag);
		if (fd < 0)
			return set->keep_live ? -errno : fd;
		gen->sets[gen->n_sets++] = fd;
	}
	return 0;
}

static const char *const outer_names[_NC_CLASS_MAX] = {
	[NC_CLASS_HASH8] = "nc_hash8",
	[NC_CLASS_HASH16] = "nc_hash16",
	[NC_CLASS_LPM8] = "nc_lpm8",
	[NC_CLASS_LPM16] = "nc_lpm16",
	[NC_CLASS_RICH + NC_RICH_HASH8] = "nc_rich8",
	[NC_CLASS_RICH + NC_RICH_HASH16] = "nc_rich16",
	[NC_CLASS_RICH + NC_RICH_HASH32] = "nc_rich32",
	[NC_CLASS_RICH + NC_RICH_HASH64] = "nc_rich64",
	[NC_CLASS_RICH + NC_RICH_LPM8] = "nc_richlpm8",
	[NC_CLASS_RICH + NC_RICH_LPM16] = "nc_richlpm16",
};

static int fill_outer(const struct nc_generation *gen, const struct nc_image *image)
{
	_cleanup_free_ __u32 *fds = calloc(image->sets.n ? image->sets.n : 1, sizeof(*fds));
	int r;

	if (!fds)
		return -ENOMEM;
	for (int class = 0; class < (int)_NC_CLASS_MAX; class ++) {
		for (size_t i = 0; i < image->sets.n; i++)
			if ((int)image->sets.v[i].class == class)
				fds[image->sets.v[i].index] = gen->sets[i];
		r = nc_map_fill_array(gen->outer[class], 0, fds, sizeof(*fds),
				      image->n_in_class[class]);
		if (r)
			return r;
	}
	return 0;
}

/* --- maps of the user side ------------------------------------------------------------------------------------ */

static int make_states(const struct nc_image *image)
{
	_cleanup_free_ struct nc_state_record *records = NULL;
	size_t n = image->states.n;

	records = calloc(n ? n : 1, sizeof(*records));
	if (!records)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		records[i] = image->states.v[i].record;
	return nc_map_make_shared("nc_states", records, sizeof(*records), n);
}

/* Chunk 0 is the header, the text follows. */
static int make_text(const struct nc_image *image, const struct nc_externals *ext)
{
	size_t n = (image->text_length + NC_TEXT_CHUNK - 1) / NC_TEXT_CHUNK;
	struct nc_text_header header = {
		.length = image->text_length,
		.generation = ext->generation,
		.n_states = image->states.n,
		.n_sets = image->sets.n,
		.n_counters = image->n_ids[NC_IDS_COUNTERS],
	};
	_cleanup_free_ struct nc_text_chunk *chunks = calloc(n + 1, sizeof(*chunks));

	if (!chunks)
		return -ENOMEM;
	memcpy(chunks, &header, sizeof(header));
	if (image->text_length)
		memcpy(chunks + 1, image->text, image->text_length);
	return nc_map_make_shared("nc_text", chunks, sizeof(*chunks), n + 1);
}

/* --- programs ---------------------------------------------------------------------------------------------------- */

static size_t count_entries(const struct nc_externals *ext, enum nc_hook hook)
{
	size_t n = 0;

	for (size_t i = 0; i < ext->n_entries; i++)
		n += ext->entries[i].hook == hook;
	return n;
}

/* Nanoseconds that a clock is ahead of real time. */
static __s64 ahead_of_realtime(clockid_t clock)
{
	struct timespec real, other;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(clock, &other);
	/* Whole seconds: the two were not read at the same moment. */
	return ((__s64)other.tv_sec - real.tv_sec +
		(other.tv_nsec - real.tv_nsec + 500000000) / 1000000000) *
	       1000000000;
}

/* The time zone that the kernel was told, which it counts days by. */
static __s64 kernel_zone(void)
{
	struct timezone zone = {};

	gettimeofday(&(struct timeval){}, &zone);
	return -(__s64)zone.tz_minuteswest * 60 * 1000000000;
}

/*
 * One rule more is mostly no other size, and so the program that was foreseen (foresight.c): up to an eighth more than
 * there must be.
 */
static size_t with_room(size_t n)
{
	size_t unit = 64;

	while (unit * 16 < n)
		unit *= 2;
	return (n + unit - 1) / unit * unit;
}

/* So many steps there is room for: those of the image, and one for each layer. */
static size_t steps_room(const struct nc_image *image)
{
	return with_room(image->steps.n + _NC_HOOK_MAX);
}

/*
 * A layer's only entry is among its program's constants. Where its walk begins moves with each rule that is added; so that the
 * constant stays, the step that it begins with stands at the end of the room once more.
 */
static __u32 fixed_start(const struct nc_image *image, enum nc_hook hook)
{
	return steps_room(image) - 1 - hook;
}

static void specialize(struct nc_layer *layer, const struct nc_image *image,
		       const struct nc_externals *ext)
{
	*layer->spec = image->spec;
	layer->spec->n_steps = with_room(image->spec.n_steps);
	layer->spec->tai_offset = ahead_of_realtime(CLOCK_TAI);
	layer->spec->day_offset = kernel_zone();
	if (count_entries(ext, layer->hook) != 1)
		return;
	for (size_t i = 0; i < ext->n_entries; i++) {
		if (ext->entries[i].hook != layer->hook)
			continue;
		layer->spec->single_ifindex = ext->entries[i].entry.ifindex;
		layer->spec->single = ext->entries[i].entry;
		layer->spec->single.start = fixed_start(image, layer->hook);
	}
}

static int size_map(const struct nc_layer *layer, const char *name, size_t n)
{
	struct bpf_map *map = bpf_object__find_map_by_name(layer->object, name);

	return map ? bpf_map__set_max_entries(map, n ? n : 1) : 0;
}

static int reuse(const struct nc_layer *layer, const char *name, int fd)
{
	struct bpf_map *map = bpf_object__find_map_by_name(layer->object, name);

	return map && fd >= 0 ? bpf_map__reuse_fd(map, fd) : 0;
}

static int size_maps(const struct nc_layer *layer, const struct nc_image *image,
		     const struct nc_externals *ext)
{
	const struct {
		const char *map;
		size_t n;
	} sizes[] = {
		{"nc_steps", steps_room(image)},
		{"nc_logs", image->logs.n},
		{"nc_port_ids", image->ports.n},
		{"nc_ports", image->ports.n},
		{"nc_chains", image->targets.n},
		{"nc_entries", count_entries(ext, layer->hook)},
		{"nc_trace", ext->trace ? NC_TRACE_MAX : 1},
	};
	const int common[_NC_COMMON_MAX] = {
		[NC_COMMON_COUNTERS] = ext->counters, [NC_COMMON_STATS] = ext->stats,
		[NC_COMMON_DEVICES] = ext->devices,   [NC_COMMON_WORDS] = ext->words,
		[NC_COMMON_EVENTS] = ext->events,     [NC_COMMON_LOST] = ext->lost,
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes) && !r; i++)
		r = size_map(layer, sizes[i].map, sizes[i].n);
	for (int class = 0; class < (int)_NC_CLASS_MAX && !r; class ++)
		r = size_map(layer, outer_names[class], image->n_in_class[class]);
	for (enum nc_common i = 0; i < _NC_COMMON_MAX && !r; i++)
		r = reuse(layer, nc_common_names[i], common[i]);
	return r;
}

/* What XDP's object has made serves the others too. */
static int share_maps(const struct nc_layer *layer, const struct nc_generation *gen)
{
	const struct {
		const char *map;
		int fd;
	} shared[] = {
		{"nc_steps", gen->steps},	{"nc_logs", gen->logs},
		{"nc_port_ids", gen->port_ids}, {"nc_chains", gen->chains},
		{"nc_trace", gen->trace},
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(shared) / sizeof(*shared) && !r; i++)
		r = reuse(layer, shared[i].map, shared[i].fd);
	for (int class = 0; class < (int)_NC_CLASS_MAX && !r; class ++)
		r = reuse(layer, outer_names[class], gen->outer[class]);
	return r;
}

/* A descriptor that outlives the object it comes from. */
static int duplicate(const struct nc_layer *layer, const char *name, int *ret)
{
	struct bpf_map *map = bpf_object__find_map_by_name(layer->object, name);
	int fd = fcntl(bpf_map__fd(map), F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	closep(ret);
	*ret = fd;
	return 0;
}

/* Take what the loaded object holds, so that it can be closed. */
static int take_objects(const struct nc_layer *layer, struct nc_generation *gen)
{
	const struct {
		const char *map;
		int *fd;
	} maps[] = {
		{"nc_steps", &gen->steps},   {"nc_logs", &gen->logs},
		{"nc_chains", &gen->chains}, {"nc_port_ids", &gen->port_ids},
		{"nc_ports", &gen->ports},   {"nc_trace", &gen->trace},
	};
	struct bpf_program *program =
		bpf_object__find_program_by_name(layer->object, layer->program);
	bool xdp = layer->hook == NC_HOOK_INGRESS;
	int r = duplicate(layer, "nc_entries", &gen->entries[layer->hook]);

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps) && xdp && !r; i++)
		r = duplicate(layer, maps[i].map, maps[i].fd);
	for (int class = 0; class < (int)_NC_CLASS_MAX && xdp && !r; class ++)
		r = duplicate(layer, outer_names[class], &gen->outer[class]);
	if (r < 0)
		return r;
	gen->progs[layer->hook] = fcntl(bpf_program__fd(program), F_DUPFD_CLOEXEC, 0);
	return gen->progs[layer->hook] < 0 ? -errno : 0;
}

static int load_layer(struct nc_generation *gen, enum nc_hook hook, const struct nc_image *image,
		      const struct nc_externals *ext, struct nc_diag *diag)
{
	_cleanup_(nc_layer_close) struct nc_layer layer = {.hook = hook};
	int r = nc_layer_open(&layer);

	if (r < 0)
		return nc_diag_errno(diag, NULL, r, "cannot open the filter program");
	r = size_maps(&layer, image, ext);
	if (r == 0 && hook != NC_HOOK_INGRESS)
		r = share_maps(&layer, gen);
	if (r < 0)
		return nc_diag_errno(diag, NULL, r, "cannot size the maps of the filter program");
	specialize(&layer, image, ext);
	if (!nc_foresight_take(ext->foresight, &layer))
		r = nc_layer_load(&layer);
	if (r < 0)
		return nc_diag_errno(diag, NULL, r, "the kernel refuses the filter program (%s)",
				     nc_libbpf_last_message());
	r = take_objects(&layer, gen);
	return r < 0 ? nc_diag_errno(diag, NULL, r, "cannot keep the filter program") : 0;
}

/* XDP's program stands for the generation even where nothing is attached there. */
static int load_layers(struct nc_generation *gen, const struct nc_image *image,
		       const struct nc_externals *ext, struct nc_diag *diag)
{
	int r = load_layer(gen, NC_HOOK_INGRESS, image, ext, diag);

	for (enum nc_hook hook = 0; hook < _NC_HOOK_MAX && !r; hook++) {
		if (hook != NC_HOOK_INGRESS && count_entries(ext, hook))
			r = load_layer(gen, hook, image, ext, diag);
	}
	return r;
}

/* --- filling --------------------------------------------------------------------------------------------------------- */

static int fill_array(int fd, const void *values, size_t size, size_t n)
{
	int r = nc_map_fill_array(fd, 0, values, size, n);

	return r ? r : bpf_map_freeze(fd);
}

static int fill_steps(const struct nc_generation *gen, const struct nc_image *image,
		      const struct nc_externals *ext)
{
	int r = nc_map_fill_shared(gen->steps, image->steps.v, sizeof(struct nc_step),
				   image->steps.n);

	for (size_t i = 0; i < ext->n_entries && !r; i++) {
		const struct nc_resolved_entry *entry = &ext->entries[i];
		__u32 start = fixed_start(image, entry->hook);

		r = bpf_map_update_elem(gen->steps, &start, &image->steps.v[entry->entry.start],
					BPF_ANY);
	}
	return r ?: bpf_map_freeze(gen->steps);
}

static int fill_entries(const struct nc_generation *gen, const struct nc_externals *ext)
{
	int r = 0;

	for (size_t i = 0; i < ext->n_entries && !r; i++) {
		const struct nc_resolved_entry *entry = &ext->entries[i];

		r = bpf_map_update_elem(gen->entries[entry->hook], &entry->entry.ifindex,
					&entry->entry, BPF_ANY);
	}
	for (enum nc_hook hook = 0; hook < _NC_HOOK_MAX && !r; hook++) {
		if (gen->entries[hook] >= 0)
			r = bpf_map_freeze(gen->entries[hook]);
	}
	return r;
}

static int fill_targets(const struct nc_generation *gen, const struct nc_image *image)
{
	int r = 0;

	nc_vec_foreach (target, &image->targets)
		r = r ?: bpf_map_update_elem(gen->chains, &target->key, &target->start, BPF_ANY);
	return r ?: bpf_map_freeze(gen->chains);
}

/* A devmap takes what XDP can send to; tc needs no more than the number. */
static int fill_ports(const struct nc_generation *gen, const struct nc_image *image,
		      const struct nc_externals *ext)
{
	int r = fill_array(gen->port_ids, ext->ports, sizeof(*ext->ports), image->ports.n);

	for (__u32 i = 0; i < image->ports.n && !r; i++) {
		if (image->ports.v[i].fwd)
			r = bpf_map_update_elem(gen->ports, &i, &ext->xdp_ports[i], BPF_ANY);
	}
	return r;
}

static int fill_image(const struct nc_generation *gen, const struct nc_image *image,
		      const struct nc_externals *ext)
{
	int r = fill_steps(gen, image, ext);

	if (!r)
		r = fill_array(gen->logs, image->logs.v, sizeof(struct nc_log_record),
			       image->logs.n);
	if (!r)
		r = fill_targets(gen, image);
	if (!r)
		r = fill_ports(gen, image, ext);
	if (!r)
		r = fill_outer(gen, image);
	return r ? r : fill_entries(gen, ext);
}

int nc_generation_load(const struct nc_image *image, const struct nc_externals *externals,
		       struct nc_generation *ret, struct nc_diag *diag)
{
	_cleanup_(nc_generation_close) struct nc_generation gen;
	int r;

	nc_generation_init(&gen);
	nc_libbpf_silence();
	r = make_sets(&gen, image, externals, diag);
	if (r < 0)
		return r;
	r = load_layers(&gen, image, externals, diag);
	if (r < 0)
		return r;
	r = fill_image(&gen, image, externals);
	if (!r) {
		gen.states = make_states(image);
		r = gen.states < 0 ? gen.states : 0;
	}
	if (!r) {
		gen.text = make_text(image, externals);
		r = gen.text < 0 ? gen.text : 0;
	}
	if (r < 0)
		return nc_diag_errno(diag, NULL, r, "cannot fill the maps of the new generation");
	*ret = gen;
	nc_generation_init(&gen);
	return 0;
}
