/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule's matches as steps. Called by stmt.c for every run of them.
 *
 * Tests of one exact value (under a mask) on the same slot become one step; the others follow, one after the other. Within
 * a match, steps name each other by index; what lies outside is NC_TARGET_NEXT and NC_TARGET_FAIL.
 *
 * A header that cannot be loaded takes a step's miss. So misses that mean "the value is another one" may lead on only
 * where the header is known to be there: negations of more than one step begin with a guard.
 */
#include <linux/if_ether.h>

#include "compile/build.h"

static uint64_t upper(nc_num number)
{
	return number >> 64;
}

static uint64_t lower(nc_num number)
{
	return number;
}

static const struct nc_selector *only_selector(const struct nc_match *match)
{
	return &match->key.v[0];
}

/* All ones of the field's width. */
static nc_num field_max(const struct nc_match *match)
{
	return nc_num_max(nc_selector_bits(only_selector(match)));
}

/* Goes on if the field is there, whatever its value. */
static int emit_guard(struct nc_build *build, const struct nc_place_in *place)
{
	return nc_emit_range(build, place, 0, 0, 0, false, nc_here(build) + 1, NC_TARGET_FAIL);
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

	if (match->set || match->values.n != 1 || match->key.n != 1 || match->values.v[0].catchall)
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
static struct nc_place_in exact_place(const struct nc_match *match, struct nc_place_in place)
{
	const struct nc_interval *interval = &match->values.v[0].interval;
	unsigned host = count_bits(interval->high - interval->low);

	if (match->written == NC_WRITTEN_PREFIX && host % 8 == 0 && place.need > 1 &&
	    host < count_bits(field_max(match)))
		place.need -= host / 8;
	return place;
}

/* Slots that the parser fills, by as many bases as there are. */
#define MERGED_MAX 64

/* Exact tests of one slot and base, merged. */
struct merged {
	struct nc_place_in place;
	uint64_t mask, value;
};

struct merger {
	struct merged slot[MERGED_MAX];
	size_t n;
	bool contradiction; /* two values for the same bits */
};

static void merge(struct merger *merger, const struct nc_place_in *place, uint64_t mask,
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
			const struct exact *exact, const struct nc_place_in *operand)
{
	struct nc_place_in place = exact_place(match, *operand), low = place;

	if (!nc_place_wide(&place)) {
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

		r = nc_emit_range(build, &merged->place, merged->mask, merged->value, merged->value,
				  false, nc_here(build) + 1, NC_TARGET_FAIL);
	}
	return r;
}

/* A value or prefix that is not merged, or "!=": 128 bits differ if either half does. */
static int emit_exact(struct nc_build *build, const struct nc_match *match,
		      const struct exact *exact, const struct nc_place_in *operand)
{
	struct nc_place_in place = exact_place(match, *operand);
	uint64_t mask = lower(exact->mask), value = lower(exact->value);
	bool inverted = is_inverted(match);
	int r;

	if (nc_place_wide(operand)) {
		struct nc_place_in high = place;
		uint32_t next = mask	   ? nc_here(build) + 1
				: inverted ? NC_TARGET_FAIL
					   : NC_TARGET_NEXT;

		place.slot++;
		r = nc_emit_range(build, &high, upper(exact->mask), upper(exact->value),
				  upper(exact->value), inverted, inverted ? NC_TARGET_NEXT : next,
				  inverted ? next : NC_TARGET_FAIL);
		if (r < 0 || !mask)
			return r;
	}
	return nc_emit_range(build, &place, mask, value, value, inverted, NC_TARGET_NEXT,
			     NC_TARGET_FAIL);
}

/* --- ranges and small sets ------------------------------------------------------------------------ */

/* A 128-bit interval: hit goes to yes, miss to no. At most five steps. */
static int emit_wide_interval(struct nc_build *build, const struct nc_place_in *place,
			      const struct nc_interval *interval, uint32_t yes, uint32_t no)
{
	const uint64_t all = ~UINT64_C(0);
	struct nc_place_in low = *place;
	uint64_t low_h = upper(interval->low), high_h = upper(interval->high);
	uint64_t low_l = lower(interval->low), high_l = lower(interval->high);
	bool low_open = low_l != 0, high_open = high_l != all;
	int r = 0;

	low.slot++;
	if (low_h == high_h) {
		r = nc_emit_range(build, place, all, low_h, low_h, false, nc_here(build) + 1, no);
		return r ? r : nc_emit_range(build, &low, all, low_l, high_l, false, yes, no);
	}
	/* Upper halves strictly between the ends, and an end whose lower half is unbounded. */
	if (high_h - low_h + 1 > (uint64_t)low_open + high_open || (!low_h && high_h == all)) {
		uint32_t miss = low_open || high_open ? nc_here(build) + 1 : no;

		r = nc_emit_range(build, place, all, low_h + low_open, high_h - high_open, false,
				  yes, miss);
	}
	if (!r && low_open) {
		uint32_t miss = high_open ? nc_here(build) + 2 : no;

		r = nc_emit_range(build, place, all, low_h, low_h, false, nc_here(build) + 1, miss);
		if (!r)
			r = nc_emit_range(build, &low, all, low_l, all, false, yes, no);
	}
	if (!r && high_open) {
		r = nc_emit_range(build, place, all, high_h, high_h, false, nc_here(build) + 1, no);
		if (!r)
			r = nc_emit_range(build, &low, all, 0, high_l, false, yes, no);
	}
	return r;
}

/* One interval of a place. */
int nc_emit_interval(struct nc_build *build, const struct nc_place_in *place,
		     const struct nc_interval *interval, uint32_t yes, uint32_t no)
{
	if (nc_place_wide(place))
		return emit_wide_interval(build, place, interval, yes, no);
	return nc_emit_range(build, place, nc_num_max(place->bits), interval->low, interval->high,
			     false, yes, no);
}

static bool has_catchall(const nc_set_elements *elements)
{
	nc_vec_foreach (element, elements) {
		if (element->catchall)
			return true;
	}
	return false;
}

/* One element after the other: the first that holds says yes. */
static int emit_elements(struct nc_build *build, const struct nc_match *match,
			 const struct nc_place_in *place)
{
	uint32_t yes = match->negated ? NC_TARGET_FAIL : NC_TARGET_NEXT;
	uint32_t none = match->negated ? NC_TARGET_NEXT : NC_TARGET_FAIL;
	int r = match->negated || has_catchall(&match->values) ? emit_guard(build, place) : 0;

	for (size_t i = 0; i < match->values.n && !r; i++) {
		uint32_t no = i + 1 < match->values.n ? NC_TARGET_ELSE : none;
		uint32_t first = nc_here(build);

		if (match->values.v[i].catchall)
			r = nc_emit_always(build, yes);
		else
			r = nc_emit_interval(build, place, &match->values.v[i].interval, yes, no);
		nc_resolve(build, first, NC_TARGET_ELSE);
	}
	return r;
}

bool nc_key_varies(const nc_key *key)
{
	nc_vec_foreach (selector, key) {
		const struct nc_generator *generator = selector->generator;

		if (selector->field == NC_FIELD_META_RANDOM || (generator && !generator->key) ||
		    (generator && nc_key_varies(generator->key)))
			return true;
	}
	return false;
}

/* --- concatenations ----------------------------------------------------------------------------------- */

int nc_emit_element(struct nc_build *build, const nc_key *key, const struct nc_set_element *element)
{
	int r = 0;

	if (element->catchall)
		return nc_emit_always(build, NC_TARGET_NEXT);
	for (size_t i = 0; i < key->n && !r; i++) {
		uint32_t first = nc_here(build);
		struct nc_place_in place;

		r = nc_emit_operand(build, &key->v[i], &place);
		nc_resolve(build, first, NC_TARGET_NEXT);
		first = nc_here(build);
		if (r == 0)
			r = nc_emit_interval(build, &place, nc_element_part(element, i),
					     NC_TARGET_NEXT, NC_TARGET_ELSE);
		if (i + 1 < key->n)
			nc_resolve(build, first, NC_TARGET_NEXT);
	}
	return r;
}

int nc_emit_guards(struct nc_build *build, const nc_key *key)
{
	int r = 0;

	nc_vec_foreach (selector, key) {
		struct nc_place_in place;

		if (r == 0)
			r = nc_emit_operand(build, selector, &place);
		if (r == 0 && place.base != NC_BASE_ALWAYS)
			r = emit_guard(build, &place);
	}
	return r;
}

static int emit_concat(struct nc_build *build, const struct nc_match *match)
{
	uint32_t begin = nc_here(build);
	int r = match->negated || has_catchall(&match->values) ? nc_emit_guards(build, &match->key)
							       : 0;

	nc_resolve(build, begin, NC_TARGET_NEXT);
	for (size_t i = 0; i < match->values.n && !r; i++) {
		uint32_t first = nc_here(build);

		r = nc_emit_element(build, &match->key, &match->values.v[i]);
		for (uint32_t at = first; match->negated && at < nc_here(build); at++) {
			struct nc_step *step = &build->image->steps.v[at];

			if (step->hit == NC_TARGET_NEXT)
				step->hit = NC_TARGET_FAIL;
			if (step->miss == NC_TARGET_NEXT)
				step->miss = NC_TARGET_FAIL;
		}
		if (i + 1 < match->values.n)
			nc_resolve(build, first, NC_TARGET_ELSE);
	}
	/* None of them. */
	for (uint32_t at = begin; at < nc_here(build); at++) {
		struct nc_step *step = &build->image->steps.v[at];
		uint32_t none = match->negated ? NC_TARGET_NEXT : NC_TARGET_FAIL;

		if (step->hit == NC_TARGET_ELSE)
			step->hit = none;
		if (step->miss == NC_TARGET_ELSE)
			step->miss = none;
	}
	return r;
}

/* --- the rule --------------------------------------------------------------------------------------- */

static int emit_match(struct nc_build *build, const struct nc_match *match)
{
	struct nc_place_in place;
	uint32_t first = nc_here(build);
	struct exact exact;
	int r;

	if (match->set || match->values.n > NC_INLINE_MAX ||
	    (match->key.n > 1 && nc_key_varies(&match->key)))
		return nc_build_set_match(build, match);
	if (match->key.n > 1)
		return emit_concat(build, match);
	r = nc_emit_operand(build, only_selector(match), &place);
	nc_resolve(build, first, NC_TARGET_NEXT);
	if (r < 0)
		return r;
	if (as_exact(match, &exact))
		return emit_exact(build, match, &exact, &place);
	return emit_elements(build, match, &place);
}

/* Is it an exact test of a place that takes no steps? */
static bool as_merged(const struct nc_match *match, struct exact *ret,
		      struct nc_place_in *ret_place)
{
	return as_exact(match, ret) && !is_inverted(match) &&
	       nc_operand_place(only_selector(match), ret_place);
}

/* Do elements of the set count, or numbers? Then order matters. */
static bool has_effects(const struct nc_build *build, const struct nc_match *match)
{
	const struct nc_set *set = match->set ? nc_table_find_set(build->table, match->set) : NULL;

	return (set && nc_set_carried(set)) || nc_key_varies(&match->key);
}

static bool is_match(const struct nc_build *build, size_t i)
{
	return build->rule->stmts.v[i].kind == NC_STMT_MATCH;
}

size_t nc_match_run(const struct nc_build *build, size_t first)
{
	size_t end = first;

	while (end < build->rule->stmts.n && is_match(build, end)) {
		if (has_effects(build, &build->rule->stmts.v[end].match))
			return end > first ? end : end + 1;
		end++;
	}
	return end;
}

/* A test of bytes behind an IP header fails without that header: what nft implies in front of it need not be tested. */
static bool is_redundant(const struct nc_build *build, const struct nc_match *match, size_t first,
			 size_t end)
{
	enum nc_base base;

	if (!match->implied || only_selector(match)->field != NC_FIELD_META_PROTOCOL ||
	    match->values.n != 1)
		return false;
	if (match->values.v[0].interval.low == ETH_P_IP)
		base = NC_BASE_IP;
	else if (match->values.v[0].interval.low == ETH_P_IPV6)
		base = NC_BASE_IP6;
	else
		return false;
	for (size_t i = first; i < end; i++) {
		const struct nc_match *other = &build->rule->stmts.v[i].match;
		struct nc_place_in place;

		if (other->key.n == 1 && nc_operand_place(only_selector(other), &place) &&
		    place.base == base)
			return true;
	}
	return false;
}

/* Those that are left are counted. */
static size_t merge_matches(struct nc_build *build, struct merger *merger, size_t first, size_t end)
{
	struct nc_place_in place;
	struct exact exact;
	size_t left = 0;

	for (size_t i = first; i < end; i++) {
		const struct nc_match *match = &build->rule->stmts.v[i].match;

		if (!as_merged(match, &exact, &place))
			left++;
		else if (!is_redundant(build, match, first, end))
			merge_match(merger, match, &exact, &place);
	}
	return left;
}

int nc_build_matches(struct nc_build *build, size_t first, size_t end)
{
	struct nc_place_in place;
	struct merger merger;
	struct exact exact;
	size_t left;
	int r;

	/* Its slots are written before they are read. */
	merger.n = 0;
	merger.contradiction = false;
	left = merge_matches(build, &merger, first, end);
	r = merger.contradiction ? nc_emit_always(build, NC_TARGET_FAIL)
				 : emit_merged(build, &merger);
	for (size_t i = first; i < end && left && !r; i++) {
		const struct nc_match *match = &build->rule->stmts.v[i].match;
		uint32_t begin = nc_here(build);

		if (as_merged(match, &exact, &place))
			continue;
		left--;
		r = emit_match(build, match);
		nc_resolve(build, begin, NC_TARGET_NEXT);
	}
	return r;
}
