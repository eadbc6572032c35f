/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule's matches as steps. Called by compile.c for every rule.
 *
 * Tests of one exact value (under a mask) on the same slot become one step; the others follow, one after the other. Within
 * a match, steps name each other by index; what lies outside is NC_TARGET_NEXT and NC_TARGET_FAIL.
 *
 * A header that cannot be loaded takes a step's miss. So misses that mean "the value is another one" may lead on only
 * where the header is known to be there: negations of more than one step begin with a guard.
 */
#include <linux/if_ether.h>

#include "compile/build.h"
#include "compile/place.h"

/* Anonymous sets up to this size are compared element by element: a lookup costs about as much. */
#define INLINE_ELEMENTS_MAX 8

static bool is_wide(const struct nc_match *match)
{
	return nc_type_info(nc_field_info(match->field)->type)->bits > 64;
}

static uint64_t upper(nc_num number)
{
	return number >> 64;
}

static uint64_t lower(nc_num number)
{
	return number;
}

/* All ones of the field's width. */
static nc_num field_max(const struct nc_match *match)
{
	return nc_type_max(nc_field_info(match->field)->type);
}

static uint32_t here(const struct nc_build *build)
{
	return build->image->steps.n;
}

/* A step on a place, whose need is the place's; the caller adds the comparison and the targets. */
static struct nc_step step_at(const struct nc_field_place *place)
{
	return (struct nc_step){
		.op = NC_OP_RANGE,
		.slot = place->slot,
		.base = place->base,
		.need = place->need,
		.set = NC_NONE,
		.hit = NC_TARGET_NEXT,
		.miss = NC_TARGET_FAIL,
	};
}

static int emit(struct nc_build *build, struct nc_step step)
{
	return nc_vec_push(&build->image->steps, step);
}

/* slot & mask within low … high, all three shifted to the field's place. */
static int emit_range(struct nc_build *build, const struct nc_field_place *place, uint64_t mask,
		      uint64_t low, uint64_t high, bool invert, uint32_t hit, uint32_t miss)
{
	struct nc_step step = step_at(place);

	step.mask = mask << place->shift;
	step.low = low << place->shift;
	step.span = (high - low) << place->shift;
	step.flags = invert ? NC_STEP_INVERT : 0;
	step.hit = hit;
	step.miss = miss;
	return emit(build, step);
}

/* Goes on if the field is there, whatever its value. */
static int emit_guard(struct nc_build *build, const struct nc_field_place *place)
{
	return emit_range(build, place, 0, 0, 0, false, here(build) + 1, NC_TARGET_FAIL);
}

/* --- one exact value, under a mask --------------------------------------------------------------- */

struct exact {
	nc_num mask, value;
};

/* The match as one comparison of masked bits, if it is one. */
static bool as_exact(const struct nc_match *match, struct exact *ret)
{
	const struct nc_interval *interval;
	nc_num span;

	if (match->set || match->values.n != 1)
		return false;
	interval = &match->values.v[0].interval;
	if (match->any_bit) {
		*ret = (struct exact){.mask = match->mask, .value = 0};
		return true;
	}
	if (match->masked) {
		*ret = (struct exact){.mask = match->mask, .value = interval->low};
		return true;
	}
	span = interval->high - interval->low;
	if ((span & (span + 1)) || (interval->low & span))
		return false;
	*ret = (struct exact){.mask = field_max(match) & ~span, .value = interval->low};
	return true;
}

/* "any of these bits" is "not all of them zero". */
static bool is_inverted(const struct nc_match *match)
{
	return match->negated != match->any_bit;
}

static unsigned count_bits(nc_num number)
{
	return __builtin_popcountll(upper(number)) + __builtin_popcountll(lower(number));
}

/* nft loads only the bytes of an address that a prefix of whole bytes covers. */
static struct nc_field_place exact_place(const struct nc_match *match)
{
	struct nc_field_place place = nc_match_place(match);
	const struct nc_interval *interval = &match->values.v[0].interval;
	unsigned host = count_bits(interval->high - interval->low);

	if (match->written == NC_WRITTEN_PREFIX && host % 8 == 0 &&
	    host < count_bits(field_max(match)))
		place.need -= host / 8;
	return place;
}

/* Exact tests of one slot and base, merged. */
struct merged {
	struct nc_field_place place;
	uint64_t mask, value;
};

struct merger {
	struct merged slot[_NC_SLOT_MAX * 2];
	size_t n;
	bool contradiction; /* two values for the same bits */
};

static void merge(struct merger *merger, const struct nc_field_place *place, uint64_t mask,
		  uint64_t value)
{
	struct merged *merged = merger->slot;

	while (merged < merger->slot + merger->n &&
	       (merged->place.slot != place->slot || merged->place.base != place->base))
		merged++;
	if (merged == merger->slot + merger->n) {
		merger->n++;
		*merged = (struct merged){.place = *place, .mask = mask, .value = value};
		merged->place.shift = 0;
		return;
	}
	if ((merged->value ^ value) & merged->mask & mask)
		merger->contradiction = true;
	merged->mask |= mask;
	merged->value |= value;
	if (place->need > merged->place.need)
		merged->place.need = place->need;
}

static void merge_match(struct merger *merger, const struct nc_match *match,
			const struct exact *exact)
{
	struct nc_field_place place = exact_place(match), low = place;

	if (!is_wide(match)) {
		merge(merger, &place, lower(exact->mask) << place.shift,
		      lower(exact->value) << place.shift);
		return;
	}
	low.slot++;
	merge(merger, &place, upper(exact->mask), upper(exact->value));
	if (lower(exact->mask))
		merge(merger, &low, lower(exact->mask), lower(exact->value));
}

static int emit_merged(struct nc_build *build, const struct merger *merger)
{
	int r = 0;

	for (size_t i = 0; i < merger->n && !r; i++) {
		const struct merged *merged = &merger->slot[i];

		r = emit_range(build, &merged->place, merged->mask, merged->value, merged->value,
			       false, here(build) + 1, NC_TARGET_FAIL);
	}
	return r;
}

/* Two values for the same bits: no packet matches. */
static int emit_never(struct nc_build *build)
{
	const struct nc_field_place always = {
		.slot = NC_SLOT_L3, .base = NC_BASE_ALWAYS, .need = 1};

	return emit_range(build, &always, 0, 0, 0, true, here(build) + 1, NC_TARGET_FAIL);
}

/* "!=" a value or prefix: 128 bits differ if either half does. */
static int emit_differs(struct nc_build *build, const struct nc_match *match,
			const struct exact *exact)
{
	struct nc_field_place place = exact_place(match);
	uint64_t mask = lower(exact->mask), value = lower(exact->value);
	int r;

	if (is_wide(match)) {
		struct nc_field_place high = place;

		place.slot++;
		r = emit_range(build, &high, upper(exact->mask), upper(exact->value),
			       upper(exact->value), true, NC_TARGET_NEXT,
			       mask ? here(build) + 1 : NC_TARGET_FAIL);
		if (r < 0 || !mask)
			return r;
	}
	return emit_range(build, &place, mask, value, value, true, NC_TARGET_NEXT, NC_TARGET_FAIL);
}

/* --- ranges and small sets ------------------------------------------------------------------------ */

/* A 128-bit interval: hit goes to yes, miss to no. At most five steps. */
static int emit_wide_interval(struct nc_build *build, const struct nc_field_place *place,
			      const struct nc_interval *interval, uint32_t yes, uint32_t no)
{
	const uint64_t all = ~UINT64_C(0);
	struct nc_field_place low = *place;
	uint64_t low_h = upper(interval->low), high_h = upper(interval->high);
	uint64_t low_l = lower(interval->low), high_l = lower(interval->high);
	bool low_open = low_l != 0, high_open = high_l != all;
	int r = 0;

	low.slot++;
	if (low_h == high_h) {
		r = emit_range(build, place, all, low_h, low_h, false, here(build) + 1, no);
		return r ? r : emit_range(build, &low, all, low_l, high_l, false, yes, no);
	}
	/* Upper halves strictly between the ends, and an end whose lower half is unbounded. */
	if (high_h - low_h + 1 > (uint64_t)low_open + high_open || (!low_h && high_h == all)) {
		uint32_t miss = low_open || high_open ? here(build) + 1 : no;

		r = emit_range(build, place, all, low_h + low_open, high_h - high_open, false, yes,
			       miss);
	}
	if (!r && low_open) {
		uint32_t miss = high_open ? here(build) + 2 : no;

		r = emit_range(build, place, all, low_h, low_h, false, here(build) + 1, miss);
		if (!r)
			r = emit_range(build, &low, all, low_l, all, false, yes, no);
	}
	if (!r && high_open) {
		r = emit_range(build, place, all, high_h, high_h, false, here(build) + 1, no);
		if (!r)
			r = emit_range(build, &low, all, 0, high_l, false, yes, no);
	}
	return r;
}

/* Point the targets of the steps from first on that are still open to where the next step will be. */
static void resolve(struct nc_build *build, uint32_t first, uint32_t open)
{
	for (uint32_t i = first; i < here(build); i++) {
		struct nc_step *step = &build->image->steps.v[i];

		if (step->hit == open)
			step->hit = here(build);
		if (step->miss == open)
			step->miss = here(build);
	}
}

/* One element after the other: the first that holds says yes. */
static int emit_elements(struct nc_build *build, const struct nc_match *match)
{
	const struct nc_field_place place = nc_match_place(match);
	uint32_t yes = match->negated ? NC_TARGET_FAIL : NC_TARGET_NEXT;
	uint32_t none = match->negated ? NC_TARGET_NEXT : NC_TARGET_FAIL;
	int r = match->negated ? emit_guard(build, &place) : 0;

	for (size_t i = 0; i < match->values.n && !r; i++) {
		const struct nc_interval *interval = &match->values.v[i].interval;
		uint32_t no = i + 1 < match->values.n ? NC_TARGET_ELSE : none;
		uint32_t first = here(build);

		if (is_wide(match))
			r = emit_wide_interval(build, &place, interval, yes, no);
		else
			r = emit_range(build, &place, field_max(match), interval->low,
				       interval->high, false, yes, no);
		resolve(build, first, NC_TARGET_ELSE);
	}
	return r;
}

/* --- set maps -------------------------------------------------------------------------------------- */

static int emit_lookup(struct nc_build *build, const struct nc_match *match,
		       const struct nc_image_set *set)
{
	static const enum nc_step_op ops[_NC_CLASS_MAX] = {
		[NC_CLASS_HASH8] = NC_OP_HASH8,
		[NC_CLASS_HASH16] = NC_OP_HASH16,
		[NC_CLASS_LPM8] = NC_OP_LPM8,
		[NC_CLASS_LPM16] = NC_OP_LPM16,
	};
	const struct nc_field_place place = nc_match_place(match);
	struct nc_step step = step_at(&place);

	step.op = ops[set->class];
	step.flags = match->negated ? NC_STEP_INVERT : 0;
	step.set = set->index;
	if (is_wide(match)) {
		step.mask = ~UINT64_C(0);
	} else {
		step.mask = lower(field_max(match)) << place.shift;
		step.shift =
			64 - nc_type_info(nc_field_info(match->field)->type)->bits - place.shift;
	}
	return emit(build, step);
}

static int emit_named(struct nc_build *build, const struct nc_table *table,
		      const struct nc_match *match)
{
	const struct nc_set *set = nc_table_find_set(table, match->set);

	return emit_lookup(build, match, nc_build_find_set(build, set));
}

static int emit_anonymous(struct nc_build *build, const struct nc_match *match)
{
	const struct nc_image_set *set;
	int r;

	if (match->values.n <= INLINE_ELEMENTS_MAX)
		return emit_elements(build, match);
	r = nc_build_anonymous_set(build, nc_field_info(match->field)->type, &match->values, &set);
	return r < 0 ? r : emit_lookup(build, match, set);
}

/* --- the rule --------------------------------------------------------------------------------------- */

static int emit_match(struct nc_build *build, const struct nc_table *table,
		      const struct nc_match *match)
{
	struct exact exact;

	if (match->set)
		return emit_named(build, table, match);
	if (as_exact(match, &exact))
		return emit_differs(build, match, &exact);
	return emit_anonymous(build, match);
}

static bool is_merged(const struct nc_match *match)
{
	struct exact exact;

	return as_exact(match, &exact) && !is_inverted(match);
}

/* A test of bytes behind an IP header fails without that header: what nft implies in front of it need not be tested. */
static bool is_redundant(const struct nc_rule *rule, const struct nc_match *match)
{
	enum nc_base base;

	if (!match->implied || match->field != NC_FIELD_META_PROTOCOL)
		return false;
	base = match->values.v[0].interval.low == ETH_P_IP ? NC_BASE_IP : NC_BASE_IP6;
	nc_vec_foreach (stmt, &rule->stmts) {
		if (stmt->kind == NC_STMT_MATCH && nc_match_place(&stmt->match).base == base)
			return true;
	}
	return false;
}

static void merge_matches(struct merger *merger, const struct nc_rule *rule)
{
	struct exact exact;

	nc_vec_foreach (stmt, &rule->stmts) {
		if (stmt->kind == NC_STMT_MATCH && is_merged(&stmt->match) &&
		    !is_redundant(rule, &stmt->match)) {
			as_exact(&stmt->match, &exact);
			merge_match(merger, &stmt->match, &exact);
		}
	}
}

int nc_build_matches(struct nc_build *build, const struct nc_table *table,
		     const struct nc_rule *rule)
{
	struct merger merger = {};
	uint32_t first;
	int r;

	merge_matches(&merger, rule);
	r = merger.contradiction ? emit_never(build) : emit_merged(build, &merger);
	nc_vec_foreach (stmt, &rule->stmts) {
		if (r < 0)
			break;
		if (stmt->kind != NC_STMT_MATCH || is_merged(&stmt->match))
			continue;
		first = here(build);
		r = emit_match(build, table, &stmt->match);
		resolve(build, first, NC_TARGET_NEXT);
	}
	return r;
}
