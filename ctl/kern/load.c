/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loading a generation: the filter's skeleton opened, sized, specialised and loaded; its maps filled from the image.
 * Called by publish.c and instance.c. Must never pin, attach or publish.
 */
#include "load.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "map.h"
#include "nc_xdp_filter.skel.h"

NC_DEFINE_CLEANUP(struct nc_xdp_filter, nc_xdp_filter__destroy)

void nc_generation_close(struct nc_generation *generation)
{
	int *fds[] = {&generation->prog,    &generation->steps, &generation->clauses,
		      &generation->entries, &generation->rules, &generation->text};

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		closep(fds[i]);
	for (size_t i = 0; i < _NC_CLASS_MAX; i++)
		closep(&generation->outer[i]);
	for (size_t i = 0; i < generation->n_sets; i++)
		closep(&generation->sets[i]);
	free(generation->sets);
	*generation = NC_GENERATION_NONE;
}

/* A descriptor that outlives the skeleton it comes from. */
static int duplicate(const struct bpf_map *map)
{
	int fd = dup(bpf_map__fd(map));

	return fd < 0 ? -errno : fd;
}

static int size_maps(struct nc_xdp_filter *skel, const struct nc_image *image,
		     const struct nc_externals *ext)
{
	const struct {
		struct bpf_map *map;
		size_t n;
	} sizes[] = {
		{skel->maps.nc_steps, image->steps.n},
		{skel->maps.nc_clauses, image->clauses.n},
		{skel->maps.nc_entries, ext->n_entries},
		{skel->maps.nc_hash8, image->n_in_class[NC_CLASS_HASH8]},
		{skel->maps.nc_hash16, image->n_in_class[NC_CLASS_HASH16]},
		{skel->maps.nc_lpm8, image->n_in_class[NC_CLASS_LPM8]},
		{skel->maps.nc_lpm16, image->n_in_class[NC_CLASS_LPM16]},
	};
	const struct {
		struct bpf_map *map;
		int fd;
	} reused[] = {
		{skel->maps.nc_counters, ext->counters},
		{skel->maps.nc_stats, ext->stats},
		{skel->maps.nc_devices, ext->devices},
	};
	int r;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		r = bpf_map__set_max_entries(sizes[i].map, sizes[i].n ? sizes[i].n : 1);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < sizeof(reused) / sizeof(*reused); i++) {
		r = bpf_map__reuse_fd(reused[i].map, reused[i].fd);
		if (r < 0)
			return r;
	}
	return 0;
}

static void specialize(struct nc_spec *spec, const struct nc_image *image,
		       const struct nc_externals *ext)
{
	*spec = image->spec;
	if (ext->n_entries == 1) {
		spec->single_ifindex = ext->entries[0].ifindex;
		spec->single = ext->entries[0].entry;
	}
}

static int fill_entries(int fd, const struct nc_externals *ext)
{
	int r;

	for (size_t i = 0; i < ext->n_entries; i++) {
		r = bpf_map_update_elem(fd, &ext->entries[i].ifindex, &ext->entries[i].entry,
					BPF_ANY);
		if (r < 0)
			return r;
	}
	return bpf_map_freeze(fd);
}

static int fill_image(const struct nc_generation *gen, const struct nc_image *image,
		      const struct nc_externals *ext)
{
	int r;

	r = nc_map_fill_array(gen->steps, 0, image->steps.v, sizeof(struct nc_step),
			      image->steps.n);
	if (!r)
		r = bpf_map_freeze(gen->steps);
	if (!r)
		r = nc_map_fill_array(gen->clauses, 0, image->clauses.v, sizeof(struct nc_clause),
				      image->clauses.n);
	if (!r)
		r = bpf_map_freeze(gen->clauses);
	return r ? r : fill_entries(gen->entries, ext);
}

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

static int fill_outer(const struct nc_generation *gen, const struct nc_image *image)
{
	_cleanup_free_ __u32 *fds = calloc(image->sets.n ? image->sets.n : 1, sizeof(*fds));
	int r;

	if (!fds)
		return -ENOMEM;
	for (int class = 0; class < _NC_CLASS_MAX; class ++) {
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

static int make_rules(const struct nc_image *image)
{
	_cleanup_free_ struct nc_rule_record *records = NULL;
	_cleanup_close_ int fd = -1;
	int r;

	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "nc_rules", sizeof(__u32), sizeof(*records),
			    image->rules.n ? image->rules.n : 1, NULL);
	if (fd < 0)
		return fd;
	records = calloc(image->rules.n ? image->rules.n : 1, sizeof(*records));
	if (!records)
		return -ENOMEM;
	for (size_t i = 0; i < image->rules.n; i++)
		records[i] = image->rules.v[i].record;
	r = nc_map_fill_array(fd, 0, records, sizeof(*records), image->rules.n);
	return r ? r : TAKE_FD(fd);
}

/* Chunk 0 is the header, the text follows. */
static int make_text(const struct nc_image *image, const struct nc_externals *ext)
{
	size_t n = (image->text_length + NC_TEXT_CHUNK - 1) / NC_TEXT_CHUNK;
	struct nc_text_header header = {
		.length = image->text_length,
		.generation = ext->generation,
		.n_rules = image->rules.n,
		.n_sets = image->sets.n,
		.n_counters = image->n_counters,
	};
	_cleanup_free_ struct nc_text_chunk *chunks = calloc(n + 1, sizeof(*chunks));
	_cleanup_close_ int fd = -1;
	int r;

	if (!chunks)
		return -ENOMEM;
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "nc_text", sizeof(__u32), sizeof(*chunks), n + 1,
			    NULL);
	if (fd < 0)
		return fd;
	memcpy(chunks, &header, sizeof(header));
	if (image->text_length)
		memcpy(chunks + 1, image->text, image->text_length);
	r = nc_map_fill_array(fd, 0, chunks, sizeof(*chunks), n + 1);
	return r ? r : TAKE_FD(fd);
}

/* Take what the loaded skeleton holds, so that it can be destroyed. */
static int take_objects(struct nc_xdp_filter *skel, struct nc_generation *gen)
{
	const struct {
		const struct bpf_map *map;
		int *fd;
	} maps[] = {
		{skel->maps.nc_steps, &gen->steps},
		{skel->maps.nc_clauses, &gen->clauses},
		{skel->maps.nc_entries, &gen->entries},
		{skel->maps.nc_hash8, &gen->outer[NC_CLASS_HASH8]},
		{skel->maps.nc_hash16, &gen->outer[NC_CLASS_HASH16]},
		{skel->maps.nc_lpm8, &gen->outer[NC_CLASS_LPM8]},
		{skel->maps.nc_lpm16, &gen->outer[NC_CLASS_LPM16]},
	};

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
		*maps[i].fd = duplicate(maps[i].map);
		if (*maps[i].fd < 0)
			return *maps[i].fd;
	}
	gen->prog = dup(bpf_program__fd(skel->progs.nc_xdp_filter));
	return gen->prog < 0 ? -errno : 0;
}

static int load_program(struct nc_generation *gen, const struct nc_image *image,
			const struct nc_externals *ext, struct nc_diag *diag)
{
	_cleanup_(nc_xdp_filter__destroyp) struct nc_xdp_filter *skel = NULL;
	int r;

	skel = nc_xdp_filter__open();
	if (!skel)
		return nc_diag_errno(diag, NULL, -errno, "cannot open the filter program");
	r = size_maps(skel, image, ext);
	if (r < 0)
		return nc_diag_errno(diag, NULL, r, "cannot size the maps of the filter program");
	specialize(&skel->rodata->nc_spec, image, ext);
	r = nc_xdp_filter__load(skel);
	if (r < 0)
		return nc_diag_errno(diag, NULL, r, "the kernel refuses the filter program (%s)",
				     nc_libbpf_last_message());
	return take_objects(skel, gen);
}

int nc_generation_load(const struct nc_image *image, const struct nc_externals *externals,
		       struct nc_generation *ret, struct nc_diag *diag)
{
	_cleanup_(nc_generation_close) struct nc_generation gen = NC_GENERATION_NONE;
	int r;

	nc_libbpf_silence();
	r = make_sets(&gen, image, externals, diag);
	if (r < 0)
		return r;
	r = load_program(&gen, image, externals, diag);
	if (r < 0)
		return r;
	r = fill_image(&gen, image, externals);
	if (!r)
		r = fill_outer(&gen, image);
	if (!r) {
		gen.rules = make_rules(image);
		r = gen.rules < 0 ? gen.rules : 0;
	}
	if (!r) {
		gen.text = make_text(image, externals);
		r = gen.text < 0 ? gen.text : 0;
	}
	if (r < 0)
		return nc_diag_errno(diag, NULL, r, "cannot fill the maps of the new generation");
	*ret = gen;
	gen = NC_GENERATION_NONE;
	return 0;
}
