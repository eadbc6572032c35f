/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets of a generation. Called by load.c.
 *
 * A hash is made for a place that programs know by name, as long as there is one, or for the outer map: the kernel inlines
 * lookups only in the former, and takes only the latter into an outer map. So it stays where it is when it is kept.
 */
#include "sets.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>

#include "map.h"
#include "set_map.h"
#include "hash_map.h"

const char *const nc_outer_names[_NC_CLASS_MAX] = {
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

/* --- making ------------------------------------------------------------------------------------------------- */

/* Places that are taken: bit per place, by class. */
struct taken {
	__u32 places[_NC_CLASS_MAX];
};

static int keep_set(struct nc_generation *gen, const struct nc_image *image, size_t i, int kept,
		    struct taken *taken)
{
	enum nc_set_class class = image->sets.v[i].class;
	int r;

	gen->sets[i] = fcntl(kept, F_DUPFD_CLOEXEC, 0);
	if (gen->sets[i] < 0)
		return -errno;
	if (!nc_class_is_hash(class))
		return 0;
	r = nc_hash_map_place(gen->sets[i], class, &gen->places[i]);
	taken->places[class] |= 1u << gen->places[i].place;
	return r;
}

static __u32 free_place(const struct taken *taken, enum nc_set_class class)
{
	__u32 place = 0;

	while (place < NC_HASHES_DIRECT && taken->places[class] >> place & 1)
		place++;
	return place;
}

static int make_set(struct nc_generation *gen, const struct nc_image *image, size_t i,
		    struct taken *taken, struct nc_diag *diag)
{
	const struct nc_image_set *set = &image->sets.v[i];
	__u32 place = free_place(taken, set->class);

	gen->sets[i] = nc_set_map_create(set, place, diag);
	if (gen->sets[i] < 0)
		return gen->sets[i];
	if (!nc_class_is_hash(set->class))
		return 0;
	taken->places[set->class] |= 1u << place;
	return nc_hash_map_place(gen->sets[i], set->class, &gen->places[i]);
}

/* Those in the outer map are numbered in their order. */
static void number_outer(struct nc_generation *gen, const struct nc_image *image)
{
	for (size_t i = 0; i < gen->n_sets; i++) {
		enum nc_set_class class = image->sets.v[i].class;

		if (!nc_class_is_hash(class))
			gen->places[i].place = image->sets.v[i].index;
		else if (gen->places[i].place >= NC_HASHES_DIRECT)
			gen->places[i].place = NC_HASHES_DIRECT + gen->n_outer[class];
		else
			continue;
		gen->n_outer[class]++;
	}
}

int nc_sets_make(struct nc_generation *gen, const struct nc_image *image,
		 const struct nc_externals *ext, struct nc_diag *diag)
{
	const size_t n = image->sets.n;
	struct taken taken = {};
	int r = 0;

	gen->sets = calloc(n + 1, sizeof(*gen->sets));
	gen->places = calloc(n + 1, sizeof(*gen->places));
	if (!gen->sets || !gen->places)
		return -ENOMEM;
	for (; gen->n_sets < n; gen->n_sets++)
		gen->sets[gen->n_sets] = -1;
	for (size_t i = 0; i < n && !r; i++) {
		if (image->sets.v[i].keep_live)
			r = keep_set(gen, image, i, ext->kept_sets[i], &taken);
	}
	for (size_t i = 0; i < n && !r; i++) {
		if (!image->sets.v[i].keep_live)
			r = make_set(gen, image, i, &taken, diag);
	}
	if (r == 0)
		number_outer(gen, image);
	return r;
}

/* --- what programs know ----------------------------------------------------------------------------------------- */

static bool is_direct(const struct nc_generation *gen, const struct nc_image *image, size_t i)
{
	return nc_class_is_hash(image->sets.v[i].class) && gen->places[i].place < NC_HASHES_DIRECT;
}

void nc_sets_specialize(const struct nc_generation *gen, const struct nc_image *image,
			struct nc_spec *spec)
{
	__u32 *uses[] = {
		[NC_CLASS_HASH8] = &spec->uses_hashes8, [NC_CLASS_HASH16] = &spec->uses_hashes16};

	for (size_t i = 0; i < gen->n_sets; i++) {
		enum nc_set_class class = image->sets.v[i].class;
		__u32 place = gen->places[i].place;

		if (nc_class_is_hash(class))
			*uses[class] |= 1u << (place < NC_HASHES_DIRECT ? place : NC_HASHES_DIRECT);
	}
}

int nc_sets_bind(const struct nc_generation *gen, const struct nc_image *image,
		 const struct nc_layer *layer)
{
	struct bpf_map *map;
	int r = 0;

	for (int class = 0; class < (int)_NC_CLASS_MAX && !r; class ++) {
		map = bpf_object__find_map_by_name(layer->object, nc_outer_names[class]);
		if (map)
			r = bpf_map__set_max_entries(map, gen->n_outer[class] ?: 1);
	}
	for (size_t i = 0; i < gen->n_sets && !r; i++) {
		if (!is_direct(gen, image, i))
			continue;
		map = bpf_object__find_map_by_name(
			layer->object, nc_hash_name(image->sets.v[i].class, gen->places[i].place));
		r = map ? bpf_map__reuse_fd(map, gen->sets[i]) : -ENOENT;
	}
	return r;
}

/* --- afterwards ------------------------------------------------------------------------------------------------- */

static int fill_class(const struct nc_generation *gen, const struct nc_image *image,
		      enum nc_set_class class, __u32 *fds)
{
	__u32 first = nc_class_is_hash(class) ? NC_HASHES_DIRECT : 0;

	for (size_t i = 0; i < gen->n_sets; i++) {
		if (image->sets.v[i].class == class && !is_direct(gen, image, i))
			fds[gen->places[i].place - first] = gen->sets[i];
	}
	return nc_map_fill_array(gen->outer[class], 0, fds, sizeof(*fds), gen->n_outer[class]);
}

int nc_sets_fill(const struct nc_generation *gen, const struct nc_image *image)
{
	_cleanup_free_ __u32 *fds = calloc(gen->n_sets + 1, sizeof(*fds));
	int r = fds ? 0 : -ENOMEM;

	for (int class = 0; class < (int)_NC_CLASS_MAX && !r; class ++)
		r = fill_class(gen, image, class, fds);
	return r;
}

/* The places of a class, by the sets' numbers in it. */
static const struct nc_hash_place **places_of(const struct nc_generation *gen,
					      const struct nc_image *image, enum nc_set_class class)
{
	const struct nc_hash_place **places = calloc(gen->n_sets + 1, sizeof(*places));

	for (size_t i = 0; places && i < gen->n_sets; i++) {
		if (image->sets.v[i].class == class)
			places[image->sets.v[i].index] = &gen->places[i];
	}
	return places;
}

int nc_sets_place(const struct nc_generation *gen, const struct nc_image *image,
		  struct nc_step *steps)
{
	_cleanup_free_ const struct nc_hash_place **of8 = places_of(gen, image, NC_CLASS_HASH8);
	_cleanup_free_ const struct nc_hash_place **of16 = places_of(gen, image, NC_CLASS_HASH16);

	if (!of8 || !of16)
		return -ENOMEM;
	for (size_t i = 0; i < image->steps.n; i++) {
		const struct nc_step *step = &image->steps.v[i];
		const struct nc_hash_place *place;

		if (step->op != NC_OP_HASH8 && step->op != NC_OP_HASH16)
			continue;
		place = (step->op == NC_OP_HASH8 ? of8 : of16)[step->index];
		steps[i].index = place->place;
		steps[i].low = place->buckets;
		steps[i].span = place->seed;
	}
	return 0;
}
