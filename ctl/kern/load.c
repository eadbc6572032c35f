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
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

#include "foresight.h"
#include "layer.h"
#include "map.h"
#include "sets.h"

void nc_generation_init(struct nc_generation *generation)
{
	*generation = (struct nc_generation){};
	for (size_t i = 0; i < _NC_HOOK_MAX; i++)
		generation->progs[i] = generation->entries[i] = -1;
	for (size_t i = 0; i < _NC_CLASS_MAX; i++)
		generation->outer[i] = -1;
	generation->steps = generation->index = generation->chains = generation->logs =
		generation->ports = -1;
	generation->port_ids = generation->states = generation->text = generation->trace = -1;
}

void nc_generation_close(struct nc_generation *generation)
{
	int *fds[] = {&generation->steps,  &generation->index, &generation->chains,
		      &generation->logs,   &generation->ports, &generation->port_ids,
		      &generation->states, &generation->text,  &generation->trace};

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
	free(generation->places);
	nc_generation_init(generation);
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

static void specialize(struct nc_layer *layer, const struct nc_generation *gen,
		       const struct nc_image *image, const struct nc_externals *ext)
{
	*layer->spec = image->spec;
	nc_sets_specialize(gen, image, layer->spec);
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

/* Bytes of its only value: whatever is masked is there. */
static size_t index_size(const struct nc_image *image)
{
	return ((size_t)image->spec.index_mask + 1 + NC_UNITS_SLACK) * NC_UNIT;
}

static int size_index(const struct nc_layer *layer, const struct nc_image *image)
{
	struct bpf_map *map = bpf_object__find_map_by_name(layer->object, "nc_index_mem");

	return map ? bpf_map__set_value_size(map, index_size(image)) : 0;
}

static int reuse(const struct nc_layer *layer, const char *name, int fd)
{
	struct bpf_map *map = bpf_object__find_map_by_name(layer->object, name);

	return map && fd >= 0 ? bpf_map__reuse_fd(map, fd) : 0;
}

static int size_maps(const struct nc_layer *layer, const struct nc_generation *gen,
		     const struct nc_image *image, const struct nc_externals *ext)
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
	if (r == 0)
		r = size_index(layer, image);
	if (r == 0)
		r = nc_sets_bind(gen, image, layer);
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
		{"nc_steps", gen->steps},     {"nc_logs", gen->logs},
		{"nc_index_mem", gen->index}, {"nc_port_ids", gen->port_ids},
		{"nc_chains", gen->chains},   {"nc_trace", gen->trace},
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(shared) / sizeof(*shared) && !r; i++)
		r = reuse(layer, shared[i].map, shared[i].fd);
	for (int class = 0; class < (int)_NC_CLASS_MAX && !r; class ++)
		r = reuse(layer, nc_outer_names[class], gen->outer[class]);
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
		{"nc_steps", &gen->steps},	 {"nc_logs", &gen->logs},
		{"nc_index_mem", &gen->index},	 {"nc_chains", &gen->chains},
		{"nc_port_ids", &gen->port_ids}, {"nc_ports", &gen->ports},
		{"nc_trace", &gen->trace},
	};
	struct bpf_program *program =
		bpf_object__find_program_by_name(layer->object, layer->program);
	bool xdp = layer->hook == NC_HOOK_INGRESS;
	int r = duplicate(layer, "nc_entries", &gen->entries[layer->hook]);

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps) && xdp && !r; i++)
		r = duplicate(layer, maps[i].map, maps[i].fd);
	for (int class = 0; class < (int)_NC_CLASS_MAX && xdp && !r; class ++)
		r = duplicate(layer, nc_outer_names[class], &gen->outer[class]);
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
	r = size_maps(&layer, gen, image, ext);
	if (r == 0 && hook != NC_HOOK_INGRESS)
		r = share_maps(&layer, gen);
	if (r < 0)
		return nc_diag_errno(diag, NULL, r, "cannot size the maps of the filter program");
	specialize(&layer, gen, image, ext);
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

static int fill_index(const struct nc_generation *gen, const struct nc_image *image)
{
	int r = nc_map_fill_shared(gen->index, image->index.v, NC_UNIT, image->index.n);

	return r ?: bpf_map_freeze(gen->index);
}

static int write_steps(const struct nc_generation *gen, const struct nc_image *image,
		       const struct nc_externals *ext, struct nc_step *steps)
{
	memcpy(steps, image->steps.v, image->steps.n * sizeof(*steps));
	for (size_t i = 0; i < ext->n_entries; i++) {
		const struct nc_resolved_entry *entry = &ext->entries[i];

		steps[fixed_start(image, entry->hook)] = image->steps.v[entry->entry.start];
	}
	return nc_sets_place(gen, image, steps);
}

static int fill_steps(const struct nc_generation *gen, const struct nc_image *image,
		      const struct nc_externals *ext)
{
	size_t size = steps_room(image) * sizeof(struct nc_step);
	void *steps = nc_map_share(gen->steps, size);
	int r;

	if (!steps)
		return -errno;
	r = write_steps(gen, image, ext, steps);
	if (munmap(steps, size))
		return -errno;
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
		r = fill_index(gen, image);
	if (!r)
		r = fill_targets(gen, image);
	if (!r)
		r = fill_ports(gen, image, ext);
	if (!r)
		r = nc_sets_fill(gen, image);
	return r ? r : fill_entries(gen, ext);
}

int nc_generation_load(const struct nc_image *image, const struct nc_externals *externals,
		       struct nc_generation *ret, struct nc_diag *diag)
{
	_cleanup_(nc_generation_close) struct nc_generation gen;
	int r;

	nc_generation_init(&gen);
	nc_libbpf_silence();
	r = nc_sets_make(&gen, image, externals, diag);
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
