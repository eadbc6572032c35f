/* SPDX-License-Identifier: GPL-2.0-only */
/* The report of cost, put together: packets are drawn and looked up, the dearest are made dearer, memory is added up. */
#include "compile/cost.h"
#include "netctl/hash.h"

#define SAMPLES	    4096
#define TRIES	    8192	 /* to make the worst packet worse */
#define LOOKUPS_MAX 256		 /* that a packet is followed for */
#define WORK_MAX    (100u << 20) /* comparisons in the search for dead rules */

struct sampling {
	const struct nc_image *image;
	const struct nc_kept_chain *kept;
	const struct nc_index *index;
	enum nc_family family;
	NC_VEC(uint32_t) boxes; /* of rules of the family */
	uint64_t state;
};

/* splitmix64 */
static uint64_t draw64(struct sampling *sampling)
{
	uint64_t x = sampling->state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static const struct nc_box *draw_box(struct sampling *sampling)
{
	return &sampling->kept->boxes.v[sampling->boxes.v[draw64(sampling) % sampling->boxes.n]];
}

static nc_num draw_within(struct sampling *sampling, const struct nc_interval *in)
{
	nc_num any = (nc_num)draw64(sampling) << 64 | draw64(sampling), span = in->high - in->low;

	return ~span ? in->low + any % (span + 1) : any;
}

/* Two of three are drawn from a rule, the third from anywhere but for its protocol. */
static void draw_packet(struct sampling *sampling, unsigned i, nc_num ret[_NC_DIM_MAX])
{
	const struct nc_interval any = {0, ~(nc_num)0};
	const struct nc_box *box = draw_box(sampling);

	for (enum nc_dim dim = 0; dim < _NC_DIM_MAX; dim++) {
		bool anywhere = i % 3 == 2 && dim != NC_DIM_PROTO;
		unsigned unused = 128 - nc_dim_bits(dim, sampling->family);

		ret[dim] = draw_within(sampling, anywhere ? &any : &box->dim[dim]);
		ret[dim] = ret[dim] >> unused << unused;
	}
}

static void follow(const struct sampling *sampling, struct nc_cost_packet *packet)
{
	uint32_t from = 0;

	packet->lookups = packet->levels = packet->probes = packet->rules = packet->ns = 0;
	do {
		struct nc_look look;

		nc_look_up_from(sampling->image, sampling->index, sampling->family, packet->value,
				from, &look);
		packet->lookups++;
		packet->levels += look.nodes;
		packet->probes += look.probes;
		packet->rules += look.rules;
		packet->ns += nc_look_cost(&look) + NC_COST_LOOKUP;
		from = look.found + 1;
		if (look.found == NC_NONE || !sampling->kept->rules[look.found].goes_on)
			return;
	} while (packet->lookups < LOOKUPS_MAX);
}

static void sample(struct sampling *sampling, struct nc_cost_family *cost)
{
	for (unsigned i = 0; i < SAMPLES; i++) {
		struct nc_cost_packet packet;

		draw_packet(sampling, i, packet.value);
		follow(sampling, &packet);
		cost->lookups += (double)packet.lookups / SAMPLES;
		cost->levels += (double)packet.levels / SAMPLES;
		cost->probes += (double)packet.probes / SAMPLES;
		cost->compared += (double)packet.rules / SAMPLES;
		cost->ns += (double)packet.ns / SAMPLES;
		if (packet.ns > cost->worst.ns)
			cost->worst = packet;
	}
}

/* One field of the worst packet after the other is set to what some rule asks for: what is dearer is kept. */
static void climb(struct sampling *sampling, struct nc_cost_family *cost)
{
	for (unsigned i = 0; i < TRIES; i++) {
		struct nc_cost_packet packet = cost->worst;
		const struct nc_box *box = draw_box(sampling);
		uint64_t dims = i % 2 ? 1u << draw64(sampling) % _NC_DIM_MAX : draw64(sampling);

		for (enum nc_dim dim = 0; dim < _NC_DIM_MAX; dim++) {
			unsigned unused = 128 - nc_dim_bits(dim, sampling->family);

			if (dims >> dim & 1)
				packet.value[dim] =
					draw_within(sampling, &box->dim[dim]) >> unused << unused;
		}
		follow(sampling, &packet);
		if (packet.ns > cost->worst.ns)
			cost->worst = packet;
	}
}

static int list_boxes(struct sampling *sampling)
{
	int r = 0;

	for (uint32_t i = 0; i < sampling->kept->n && !r; i++) {
		const struct nc_boxed *boxed = &sampling->kept->rules[i].boxed;

		for (size_t at = 0; boxed->families >> sampling->family & 1 && at < boxed->n_boxes;
		     at++)
			r = r ?: nc_vec_push(&sampling->boxes, boxed->first_box + at);
	}
	return r;
}

static int read_family(const struct nc_image *image, const struct nc_kept_chain *kept,
		       enum nc_family family, struct nc_cost_family *ret)
{
	struct sampling sampling = {.image = image, .kept = kept, .family = family};
	int r = 0;

	for (uint32_t i = 0; i < kept->n; i++)
		ret->rules += kept->rules[i].boxed.families >> family & 1;
	if (!kept->indexed)
		return 0;
	sampling.index = (const struct nc_index *)nc_unit_at(image, kept->unit) + family;
	for (unsigned word = 0; word < NC_ROW_WORDS; word++)
		ret->tables += __builtin_popcountll(sampling.index->all[word]);
	ret->words = (ret->tables + 63) / 64;
	r = list_boxes(&sampling);
	if (r == 0 && sampling.boxes.n && ret->tables) {
		sample(&sampling, ret);
		climb(&sampling, ret);
		r = nc_cost_bound(image, sampling.index, family, ret);
	}
	nc_vec_free(&sampling.boxes);
	return r;
}

static int read_chain(const struct nc_image *image, const struct nc_kept_chain *kept,
		      struct nc_cost *cost)
{
	struct nc_cost_chain chain = {.kept = kept};
	int r = 0;

	nc_vec_foreach (step, &image->steps)
		chain.lookups +=
			kept->indexed && step->op == NC_OP_INDEX && step->index == kept->unit;
	for (enum nc_family f = 0; f < NC_COST_FAMILIES && !r; f++) {
		struct nc_cost_family *family = &chain.family[f];

		r = read_family(image, kept, f, family);
		family->most_probes *= chain.lookups;
		family->most_ns = (family->most_ns + NC_COST_LOOKUP) * chain.lookups;
	}
	return r ?: nc_vec_push(&cost->chains, chain);
}

/* --- memory ----------------------------------------------------------------------------------------------------- */

/* What the kernel keeps beside a key and its value: struct htab_elem and a bucket; struct lpm_trie_node. */
#define HASH_ELEMENT 64
#define LPM_NODE     40

static size_t key_bytes(enum nc_set_class class)
{
	size_t key = nc_class_key_size(class), value = nc_class_value_size(class);

	/* A bucket for each, and an eighth more. */
	if (class == NC_CLASS_HASH8 || class == NC_CLASS_HASH16)
		return NC_BUCKET_BYTES(key / 8) * 9 / 8;
	if (nc_class_is_lpm(class))
		return LPM_NODE + key + value;
	return HASH_ELEMENT + (key + 7) / 8 * 8 + (value + 7) / 8 * 8;
}

static int read_memory(const struct nc_image *image, struct nc_cost *cost)
{
	int r = 0;

	cost->steps = image->steps.n * sizeof(*image->steps.v);
	cost->index = image->index.n
			      ? (image->spec.index_mask + 1 + NC_UNITS_SLACK) * (size_t)NC_UNIT
			      : 0;
	cost->tables = image->targets.n * sizeof(*image->targets.v) +
		       image->logs.n * sizeof(*image->logs.v) +
		       image->states.n * sizeof(struct nc_state_record);
	cost->counters = image->n_ids[NC_IDS_COUNTERS] * sizeof(struct nc_counter);
	nc_vec_foreach (set, &image->sets) {
		struct nc_cost_set one = {
			.set = set->named,
			.elements = set->named ? set->named->elements.n : 0,
			.keys = set->keys.n,
			.bytes = set->keys.n * key_bytes(set->class),
		};

		if (set->named && !r)
			r = nc_vec_push(&cost->sets, one);
	}
	return r;
}

void nc_cost_free(struct nc_cost *cost)
{
	nc_vec_free(&cost->chains);
	nc_vec_free(&cost->dead);
	nc_vec_free(&cost->sets);
	*cost = (struct nc_cost){};
}

int nc_cost_read(const struct nc_image *image, struct nc_cost *ret)
{
	uint64_t work = WORK_MAX;
	struct nc_cost cost = {.rewrites = image->spec.uses_ops >> NC_OP_STORE & 1};
	int r = read_memory(image, &cost);

	nc_vec_foreach (kept, &image->kept) {
		r = r ?: read_chain(image, *kept, &cost);
		r = r ?: nc_cost_find_dead(image, *kept, &work, &cost);
	}
	if (r < 0) {
		nc_cost_free(&cost);
		return r;
	}
	*ret = cost;
	return 0;
}
