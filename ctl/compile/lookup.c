/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lookups: keys put together, sets and maps asked, and what a match brings along. Small anonymous maps are compared
 * element by element instead. Called by match.c and stmt.c.
 */
#include "compile/build.h"

/* --- keys --------------------------------------------------------------------------------------------------- */

/* Bytes that a part takes in a key (compile/set.c writes the same). */
static unsigned part_width(unsigned bits)
{
	return bits <= 32 ? 4 : bits <= 64 ? 8 : 16;
}

/* A prefix of the part, as a mask of its bits. */
static nc_num prefix_mask(unsigned bits, unsigned length)
{
	return nc_num_max(bits) & ~(length < bits ? nc_num_max(bits - length) : 0);
}

/* A key of one part begins with its bits, though the accumulator ends with them. */
static int justify(struct nc_build *build, unsigned bits)
{
	struct nc_step step = nc_step_of(NC_OP_LSHIFT);

	if (bits <= 64 || bits == 128)
		return 0;
	step.shift = 128 - bits;
	step.hit = nc_here(build) + 1;
	return nc_emit(build, step);
}

/* saved: where its number is kept; NULL: it is read. */
static int emit_part(struct nc_build *build, const struct nc_selector *selector,
		     const struct nc_place_in *saved, unsigned at, bool first, bool alone,
		     nc_num mask)
{
	unsigned bits = nc_selector_bits(selector),
		 width = alone && bits <= 64 ? 8 : part_width(bits);
	struct nc_place_in place;
	struct nc_step step;
	int r = 0;

	if (saved)
		place = *saved;
	else
		r = nc_emit_operand(build, selector, &place);
	if (r == 0 && alone) {
		r = justify(build, bits);
		mask = bits > 64 ? ~(nc_num)0 : mask;
	}
	if (r < 0)
		return r;
	step = nc_step_at(NC_OP_KEY, &place);
	step.width = width;
	step.arg = at;
	step.flags = first ? NC_STEP_FIRST : 0;
	step.hit = nc_here(build) + 1;
	if (width == 16) {
		step.mask = mask >> 64;
		step.low = mask;
	} else {
		step.shift = place.shift;
		step.mask = mask;
		/* A key of one part begins with its bits, parts of several with their bytes. */
		step.low = width * 8 - (alone ? bits : (bits + 7) / 8 * 8);
	}
	return nc_emit(build, step);
}

/* --- numbers that are another one each time ------------------------------------------------------------------ */

/* Read once for several lookups, they stand behind the key, which is half as long as there is room. */
#define SAVED_AT    (NC_KEY_BYTES / 2)
#define SAVED_WIDTH 4

struct saved {
	bool any;
	struct nc_place_in parts[NC_CONCAT_MAX]; /* need 0: is read each time */
};

static nc_key only(const struct nc_selector *selector)
{
	return (nc_key){.v = (struct nc_selector *)selector, .n = 1};
}

/* The n-th word behind the key. */
static struct nc_place_in saved_place(unsigned n, unsigned bits)
{
	return (struct nc_place_in){
		.slot = NC_SLOT_KEY + SAVED_AT / 8 + n / 2,
		.shift = n % 2 ? 0 : 32,
		.base = NC_BASE_ALWAYS,
		.need = 1,
		.bits = bits,
	};
}

/* In the order of the key: where a part cannot be read, numbers behind it are not drawn. */
static int emit_saved(struct nc_build *build, const nc_key *key, struct saved *ret)
{
	unsigned n = 0;
	int r = 0;

	for (size_t i = 0; i < key->n && !r; i++) {
		const nc_key part = only(&key->v[i]);
		unsigned bits = nc_selector_bits(&key->v[i]);

		if (!nc_key_varies(&part)) {
			uint32_t first = nc_here(build);

			r = nc_emit_guards(build, &part);
			nc_resolve(build, first, NC_TARGET_NEXT);
			continue;
		}
		r = emit_part(build, &key->v[i], NULL, SAVED_AT + n * SAVED_WIDTH, !n, false,
			      nc_num_max(bits));
		ret->parts[i] = saved_place(n++, bits);
	}
	ret->any = n;
	return r;
}

static int emit_number(struct nc_build *build, uint32_t number, bool first)
{
	struct nc_step step = nc_step_of(NC_OP_KEY);

	step.slot = NC_SLOT_ACC_LOW;
	step.width = 4;
	step.flags = first ? NC_STEP_FIRST : 0;
	step.span = number;
	step.hit = nc_here(build) + 1;
	return nc_emit(build, step);
}

/* Where numbers are saved behind it, the key is not cleared: all of its bytes are written. */
static int emit_key(struct nc_build *build, const nc_key *key, const struct nc_tuple *tuple,
		    uint32_t number, const struct saved *saved)
{
	unsigned at = tuple ? 4 : 0;
	int r = tuple ? emit_number(build, number, !saved->any) : 0;

	for (size_t i = 0; i < key->n && !r; i++) {
		const struct nc_selector *selector = &key->v[i];
		const struct nc_place_in *place = saved->parts[i].need ? &saved->parts[i] : NULL;
		unsigned bits = nc_selector_bits(selector);

		r = emit_part(build, selector, place, at, !at, key->n == 1,
			      tuple ? prefix_mask(bits, tuple->prefix[i]) : nc_num_max(bits));
		at += part_width(bits);
	}
	return r;
}

int nc_emit_key(struct nc_build *build, const nc_key *key, const struct nc_tuple *tuple,
		uint32_t number)
{
	const struct saved none = {};

	return emit_key(build, key, tuple, number, &none);
}

/* Numbers of the kernel's own stand in registers in its byte order; what was in a packet stands as it did there. */
static bool is_host_order(enum nc_field field)
{
	switch (field) {
	case NC_FIELD_META_LENGTH:
	case NC_FIELD_META_PRIORITY:
	case NC_FIELD_META_MARK:
	case NC_FIELD_META_IIFTYPE:
	case NC_FIELD_META_IIFGROUP:
	case NC_FIELD_META_OIFTYPE:
	case NC_FIELD_META_OIFGROUP:
	case NC_FIELD_META_CPU:
	case NC_FIELD_META_RANDOM:
	case NC_FIELD_META_TIME:
	case NC_FIELD_META_HOUR:
	case NC_FIELD_NUMGEN:
	case NC_FIELD_JHASH:
		return true;
	default:
		return false;
	}
}

static bool is_little_endian(void)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
}

static bool is_index(const struct nc_selector *selector)
{
	return nc_selector_type(selector) == NC_TYPE_IFACE_INDEX;
}

/* Devices are compared by name, but hashed by index. */
static int emit_index(struct nc_build *build, const struct nc_selector *selector, unsigned at)
{
	struct nc_step load = nc_step_of(NC_OP_META), key = nc_step_of(NC_OP_KEY);
	int r;

	load.arg = selector->field == NC_FIELD_META_IIF ? NC_META_IFINDEX : NC_META_OIFINDEX;
	load.hit = nc_here(build) + 1;
	r = nc_emit(build, load);
	key.slot = NC_SLOT_ACC_LOW;
	key.width = 4;
	key.arg = at;
	key.flags = at ? 0 : NC_STEP_FIRST;
	key.mask = UINT32_MAX;
	key.hit = nc_here(build) + 1;
	return r < 0 ? r : nc_emit(build, key);
}

int nc_emit_hash_key(struct nc_build *build, const nc_key *key, unsigned *ret_bytes)
{
	unsigned at = 0, bytes = 0;
	int r = 0;

	for (size_t i = 0; i < key->n && !r; i++) {
		const struct nc_selector *selector = &key->v[i];
		unsigned bits = is_index(selector) ? 32 : nc_selector_bits(selector);

		r = is_index(selector)
			    ? emit_index(build, selector, at)
			    : emit_part(build, selector, NULL, at, !at, false, nc_num_max(bits));
		if (r == 0 && bits <= 64 &&
		    (is_index(selector) || is_host_order(selector->field))) {
			struct nc_step *step = &build->image->steps.v[nc_here(build) - 1];

			step->flags |= is_little_endian() ? NC_STEP_SWAP : 0;
			step->low = is_little_endian() ? 0 : step->low;
		}
		bytes = at + (bits + 7) / 8;
		at += part_width(bits);
	}
	*ret_bytes = key->n > 1 ? at : bytes;
	return r;
}

/* --- asking a set -------------------------------------------------------------------------------------------- */

static struct nc_step rich_step(const struct nc_image_set *set, enum nc_rich_use use)
{
	struct nc_step step = nc_step_of(NC_OP_RICH);

	step.width = set->class - NC_CLASS_RICH;
	step.index = set->index;
	step.arg = use;
	return step;
}

static void set_jump(const struct nc_build *build, struct nc_step *step)
{
	step->low = build->table->handle;
	step->span = step->arg == NC_RICH_OBJECT ? NC_TARGET_NEXT : NC_TARGET_FAIL;
}

/*
 * The lookups that a rich set takes: one, or one for each tuple. What is found goes to NEXT, what is not to ELSE. A jump
 * through a verdict map comes back to FAIL, which is the next rule, by span: filled in by chain.c. One to an object comes
 * back to NEXT.
 */
static int emit_rich(struct nc_build *build, const nc_key *key, const struct nc_image_set *set,
		     enum nc_rich_use use)
{
	/* The vector of sets may move; what is needed of it is copied. */
	const struct nc_image_set asked = *set;
	size_t n = asked.tuples.n ?: 1;
	struct saved saved = {};
	int r = 0;

	if (n > 1 && nc_key_varies(key)) {
		if (asked.class == NC_CLASS_RICH + NC_RICH_HASH64)
			return nc_diag_error(build->diag, &key->v[0].loc,
					     "a number that is another one each time can be looked "
					     "up among ranges only in a concatenation of up to %u "
					     "bytes",
					     (unsigned)(SAVED_AT - sizeof(__be32)));
		r = emit_saved(build, key, &saved);
	}
	for (size_t i = 0; i < n && !r; i++) {
		struct nc_step step = rich_step(&asked, use);

		r = emit_key(build, key, asked.tuples.n ? &asked.tuples.v[i] : NULL, i, &saved);
		if (r < 0)
			break;
		if (use == NC_RICH_VERDICT || use == NC_RICH_OBJECT)
			set_jump(build, &step);
		step.miss = i + 1 < n ? nc_here(build) + 1 : NC_TARGET_ELSE;
		r = nc_emit(build, step);
	}
	return r;
}

/* The verdict of the element that was found: its key is still there. */
static int emit_verdict_of_key(struct nc_build *build, const struct nc_image_set *set)
{
	struct nc_step step = rich_step(set, NC_RICH_VERDICT);

	set_jump(build, &step);
	step.miss = NC_TARGET_ELSE;
	return nc_emit(build, step);
}

/* One step on the field itself. any: what is not found goes to ELSE, but a field that is not there to FAIL. */
static int emit_plain(struct nc_build *build, const nc_key *key, const struct nc_image_set *set,
		      bool negated, bool any)
{
	static const enum nc_step_op ops[] = {
		[NC_CLASS_HASH8] = NC_OP_HASH8,
		[NC_CLASS_HASH16] = NC_OP_HASH16,
		[NC_CLASS_LPM8] = NC_OP_LPM8,
		[NC_CLASS_LPM16] = NC_OP_LPM16,
	};
	enum nc_step_op op = ops[set->class];
	uint32_t index = set->index;
	struct nc_place_in place;
	struct nc_step step;
	int r = nc_emit_operand(build, &key->v[0], &place);

	if (r == 0)
		r = justify(build, place.bits);
	if (r == 0 && any)
		r = nc_emit_range(build, &place, 0, 0, 0, false, nc_here(build) + 1,
				  NC_TARGET_FAIL);
	if (r < 0)
		return r;
	step = nc_step_at(op, &place);
	step.miss = any ? NC_TARGET_ELSE : NC_TARGET_FAIL;
	step.flags = negated ? NC_STEP_INVERT : 0;
	step.index = index;
	if (nc_place_wide(&place)) {
		step.mask = ~UINT64_C(0);
	} else {
		step.mask = (uint64_t)nc_num_max(place.bits) << place.shift;
		step.shift = 64 - place.bits - place.shift;
	}
	return nc_emit(build, step);
}

static void retarget(struct nc_build *build, uint32_t first, uint32_t from, uint32_t to)
{
	for (uint32_t i = first; i < nc_here(build); i++) {
		struct nc_step *step = &build->image->steps.v[i];

		if (step->hit == from)
			step->hit = to;
		if (step->miss == from)
			step->miss = to;
	}
}

int nc_emit_carried(struct nc_build *build, unsigned carries, const struct nc_limit *limit,
		    const struct nc_quota *quota, const struct nc_image_set *set)
{
	static const enum nc_step_op ops[] = {NC_OP_COUNT, NC_OP_LIMIT, NC_OP_QUOTA};
	int r = 0;

	for (unsigned i = 0; i < 3 && !r; i++) {
		struct nc_step step = nc_step_of(ops[i]);

		if (!(carries & 1u << i))
			continue;
		step.flags = NC_STEP_ELEMENT;
		step.width = set->class - NC_CLASS_RICH;
		step.arg = set->index;
		step.hit = nc_here(build) + 1;
		if (ops[i] == NC_OP_LIMIT)
			nc_limit_step(limit, &step);
		if (ops[i] == NC_OP_QUOTA) {
			step.low = quota->bytes;
			step.flags |= quota->over ? NC_STEP_INVERT : 0;
		}
		r = nc_emit(build, step);
	}
	return r;
}

/* What elements of a named set carry runs where one was found. */
static int emit_set_carried(struct nc_build *build, const struct nc_set *set,
			    const struct nc_image_set *image_set)
{
	return set ? nc_emit_carried(build, nc_set_carried(set), &set->limit, &set->quota,
				     image_set)
		   : 0;
}

/* What "*" carries, under ids of its own. */
static int emit_any_carried(struct nc_build *build, const struct nc_set *set)
{
	static const enum nc_step_op ops[NC_CARRY_BITS] = {NC_OP_COUNT, NC_OP_LIMIT, NC_OP_QUOTA};
	int r = 0;

	for (unsigned i = 0; set && i < NC_CARRY_BITS && !r; i++) {
		struct nc_step step = nc_step_of(ops[i]);

		if (!(set->carries & 1u << i))
			continue;
		step.index = set->any_id[i];
		step.hit = nc_here(build) + 1;
		if (ops[i] == NC_OP_LIMIT)
			nc_limit_step(&set->limit, &step);
		if (ops[i] == NC_OP_QUOTA) {
			step.low = set->quota.bytes;
			step.flags |= set->quota.over ? NC_STEP_INVERT : 0;
		}
		r = nc_emit(build, step);
	}
	return r;
}

static int find_set(struct nc_build *build, const nc_key *key, const char *name,
		    const nc_set_elements *elements, enum nc_map_kind map, const struct nc_loc *loc,
		    const struct nc_image_set **ret)
{
	if (!name)
		return nc_build_anonymous_set(build, key, elements, map, loc, ret);
	*ret = nc_build_find_set(build, nc_table_find_set(build->table, name));
	return 0;
}

static const struct nc_set_element *find_catchall(const struct nc_set *set,
						  const nc_set_elements *elements)
{
	if (set)
		return nc_set_catchall(set);
	nc_vec_foreach (element, elements) {
		if (element->catchall)
			return element;
	}
	return NULL;
}

int nc_build_set_match(struct nc_build *build, const struct nc_match *match)
{
	const struct nc_image_set *set;
	const struct nc_set *named;
	uint32_t first;
	bool any;
	int r = find_set(build, &match->key, match->set, &match->values, NC_MAP_NONE,
			 &match->rhs_loc, &set);

	if (r < 0)
		return r;
	named = set->named;
	any = find_catchall(named, &match->values);
	first = nc_here(build);
	if (!nc_class_is_rich(set->class) && !any)
		return emit_plain(build, &match->key, set, match->negated, false);
	if (nc_class_is_rich(set->class)) {
		struct nc_image_set asked = *set;

		r = emit_rich(build, &match->key, set, NC_RICH_TEST);
		nc_resolve(build, first, NC_TARGET_NEXT);
		/* An element that ends the rule by being there does not count. */
		if (r == 0 && !match->negated)
			r = emit_set_carried(build, named, &asked);
	} else {
		r = emit_plain(build, &match->key, set, false, true);
		nc_resolve(build, first, NC_TARGET_NEXT);
	}
	/* Found: nothing of what stands above may be the last step. */
	if (r == 0)
		r = nc_emit_always(build, match->negated ? NC_TARGET_FAIL : NC_TARGET_NEXT);
	if (r < 0 || !any) {
		retarget(build, first, NC_TARGET_ELSE,
			 match->negated ? NC_TARGET_NEXT : NC_TARGET_FAIL);
		return r;
	}
	nc_resolve(build, first, NC_TARGET_ELSE);
	r = emit_any_carried(build, named);
	return r < 0 ? r : nc_emit_always(build, match->negated ? NC_TARGET_FAIL : NC_TARGET_NEXT);
}

/* --- maps ------------------------------------------------------------------------------------------------------- */

static bool is_small(const struct nc_lookup *lookup)
{
	return !lookup->map && lookup->elements.n <= NC_INLINE_MAX &&
	       (lookup->key.n == 1 || !nc_key_varies(&lookup->key));
}

/*
 * What elements are compared with: read once if it is one part. guarded: what cannot be read must not look like what is not
 * found.
 */
static int emit_small_key(struct nc_build *build, const nc_key *key, bool guarded,
			  struct nc_place_in *ret)
{
	uint32_t first = nc_here(build);
	int r = 0;

	if (key->n > 1)
		return guarded ? nc_emit_guards(build, key) : 0;
	r = nc_emit_operand(build, &key->v[0], ret);
	nc_resolve(build, first, NC_TARGET_NEXT);
	if (r == 0 && guarded && ret->base != NC_BASE_ALWAYS)
		r = nc_emit_range(build, ret, 0, 0, 0, false, nc_here(build) + 1, NC_TARGET_FAIL);
	return r;
}

/* What an element of an anonymous map leads to: a verdict, an object that runs, or data in the accumulator. */
static int emit_target(struct nc_build *build, const struct nc_set_element *element,
		       enum nc_map_kind kind)
{
	const struct nc_do *verdict = &element->more->verdict;

	if (kind == NC_MAP_VALUE)
		return nc_emit_const(build, element->more->data);
	if (kind == NC_MAP_OBJECT)
		return nc_emit_object(build, nc_table_find_object(build->table, verdict->object,
								  verdict->chain));
	return nc_emit_trace(build) ?: nc_emit_do(build, verdict);
}

/* One element after the other, each with what it leads to. */
static int emit_small(struct nc_build *build, const struct nc_lookup *lookup, enum nc_map_kind kind)
{
	const struct nc_set_element *any = find_catchall(NULL, &lookup->elements);
	struct nc_place_in place;
	int r = emit_small_key(build, &lookup->key, any, &place);

	for (size_t i = 0; i <= lookup->elements.n && !r; i++) {
		const struct nc_set_element *element =
			i < lookup->elements.n ? &lookup->elements.v[i] : any;
		uint32_t first = nc_here(build);

		/* "*" comes last, wherever it stands. */
		if (!element || (element->catchall && i < lookup->elements.n))
			continue;
		if (!element->catchall)
			r = lookup->key.n > 1 ? nc_emit_element(build, &lookup->key, element)
					      : nc_emit_interval(build, &place, &element->interval,
								 NC_TARGET_NEXT, NC_TARGET_ELSE);
		nc_resolve(build, first, NC_TARGET_NEXT);
		if (r == 0)
			r = emit_target(build, element, kind);
		/* What was found is done. */
		if (r == 0)
			r = nc_emit_always(build, NC_TARGET_NEXT);
		nc_resolve(build, first, NC_TARGET_ELSE);
	}
	return r < 0 ? r : nc_emit_always(build, NC_TARGET_FAIL);
}

static int emit_large(struct nc_build *build, const struct nc_lookup *lookup, bool verdicts)
{
	bool traces = build->flags & NC_COMPILE_TRACE;
	const struct nc_set_element *any;
	const struct nc_image_set *set;
	struct nc_image_set asked;
	uint32_t first;
	int r = find_set(build, &lookup->key, lookup->map, &lookup->elements,
			 verdicts ? NC_MAP_VERDICT : NC_MAP_VALUE, &lookup->loc, &set);

	if (r < 0)
		return r;
	asked = *set;
	any = find_catchall(asked.named, &lookup->elements);
	first = nc_here(build);
	/* A verdict ends the rule: what the element carries comes before it, and the trace. */
	if (verdicts && ((asked.named && nc_set_carried(asked.named)) || traces)) {
		r = emit_rich(build, &lookup->key, &asked, NC_RICH_TEST);
		nc_resolve(build, first, NC_TARGET_NEXT);
		if (r == 0)
			r = emit_set_carried(build, asked.named, &asked);
		if (r == 0)
			r = nc_emit_trace(build);
		if (r == 0)
			r = emit_verdict_of_key(build, &asked);
	} else {
		r = emit_rich(build, &lookup->key, &asked,
			      verdicts ? NC_RICH_VERDICT : NC_RICH_DATA);
	}
	nc_resolve(build, first, NC_TARGET_NEXT);
	if (r == 0 && !verdicts)
		r = emit_set_carried(build, asked.named, &asked);
	if (r == 0)
		r = nc_emit_always(build, NC_TARGET_NEXT);
	if (!any) {
		retarget(build, first, NC_TARGET_ELSE, NC_TARGET_FAIL);
		return r;
	}
	nc_resolve(build, first, NC_TARGET_ELSE);
	if (r == 0)
		r = emit_any_carried(build, asked.named);
	if (r == 0)
		r = emit_target(build, any, verdicts ? NC_MAP_VERDICT : NC_MAP_VALUE);
	return r < 0 ? r : nc_emit_always(build, NC_TARGET_NEXT);
}

int nc_build_vmap(struct nc_build *build, const struct nc_lookup *lookup)
{
	return is_small(lookup) ? emit_small(build, lookup, NC_MAP_VERDICT)
				: emit_large(build, lookup, true);
}

int nc_build_map(struct nc_build *build, const struct nc_lookup *lookup, struct nc_key_part data)
{
	(void)data;
	return is_small(lookup) ? emit_small(build, lookup, NC_MAP_VALUE)
				: emit_large(build, lookup, false);
}

/* What an object has said stands in the accumulator when it comes back (chain.c); a counter goes on anyway. */
static int emit_answer(struct nc_build *build, enum nc_object_kind kind)
{
	const struct nc_place_in acc = nc_acc_place(64);

	if (kind == NC_KIND_COUNTER)
		return 0;
	return nc_emit_range(build, &acc, UINT64_MAX, 1, 1, false, NC_TARGET_NEXT, NC_TARGET_FAIL);
}

int nc_build_objects(struct nc_build *build, const struct nc_lookup *lookup,
		     enum nc_object_kind kind)
{
	const struct nc_set_element *any;
	const struct nc_image_set *set;
	struct nc_image_set asked;
	uint32_t first;
	int r;

	if (is_small(lookup))
		return emit_small(build, lookup, NC_MAP_OBJECT);
	r = find_set(build, &lookup->key, lookup->map, &lookup->elements, NC_MAP_OBJECT,
		     &lookup->loc, &set);
	if (r < 0)
		return r;
	asked = *set;
	any = find_catchall(asked.named, &lookup->elements);
	build->names_objects = true;
	first = nc_here(build);
	r = emit_rich(build, &lookup->key, &asked, NC_RICH_OBJECT);
	nc_resolve(build, first, NC_TARGET_NEXT);
	if (r == 0)
		r = emit_answer(build, kind) ?: nc_emit_always(build, NC_TARGET_NEXT);
	if (!any) {
		retarget(build, first, NC_TARGET_ELSE, NC_TARGET_FAIL);
		return r;
	}
	nc_resolve(build, first, NC_TARGET_ELSE);
	return r ?: emit_target(build, any, NC_MAP_OBJECT);
}
