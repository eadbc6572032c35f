/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules as boxes. Called by index.c, with a rule's steps: what they test is known there whatever syntax it was written in.
 *
 * A rule's leading tests are a conjunction: each goes on to the next step or leaves the rule. What can be said as intervals is;
 * the rest stays to be tested by the steps, so a box may be too large, and never too small.
 */
#include <linux/if_ether.h>

#include "compile/box.h"

#define LANE_PROTO    (UINT64_C(0xff) << 56) /* of NC_SLOT_L4 */
#define LANE_SPORT    (UINT64_C(0xffff) << 32)
#define LANE_DPORT    (UINT64_C(0xffff) << 16)
#define LANE_IP_PROTO (UINT64_C(0xff) << 40) /* of NC_SLOT_L3 */
#define LANE_FAMILY   (UINT64_C(0xffff) << 48)

/* More are tested by steps. */
#define INTERVALS_MAX 8
#define BOXES_MAX     16

struct intervals {
	struct nc_interval v[INTERVALS_MAX];
	unsigned n;
};

struct reading {
	const struct nc_build *build;
	struct nc_boxed *boxed;
	struct intervals dims[_NC_DIM_MAX];
	uint32_t end; /* of the rule */
	bool never;   /* tests exclude each other */
};

bool nc_step_reads_th(const struct nc_step *step)
{
	switch (step->op) {
	case NC_OP_TCP_OPTION:
	case NC_OP_STORE_OPTION:
	case NC_OP_SCTP_CHUNK:
	case NC_OP_INNER:
	case NC_OP_STRIP:
		return true;
	case NC_OP_STORE:
		return step->arg & NC_STORE_PSEUDO || step->base == NC_BASE_TH;
	default:
		return step->base == NC_BASE_TH;
	}
}

static const nc_num all_ones = ~(nc_num)0;

/* Do the one bits of mask stand at the left of a field of so many? */
static bool is_prefix_mask(uint64_t mask, unsigned bits)
{
	uint64_t rest = ~mask & (bits < 64 ? (UINT64_C(1) << bits) - 1 : ~UINT64_C(0));

	return !(rest & (rest + 1));
}

/* The product of all lists would be too many boxes. */
static bool is_too_many(const struct reading *reading, enum nc_dim dim, unsigned n)
{
	unsigned product = n;

	for (enum nc_dim other = 0; other < _NC_DIM_MAX; other++)
		product *= other == dim ? 1 : reading->dims[other].n;
	return product > BOXES_MAX;
}

/* A dimension is within one of n intervals too. false: that is not said, but left to the steps. */
static bool restrict_dim(struct reading *reading, enum nc_dim dim, const struct nc_interval *to,
			 unsigned n)
{
	struct intervals *own = &reading->dims[dim];
	struct nc_interval both[INTERVALS_MAX];
	unsigned n_both = 0;

	if (own->n * n > INTERVALS_MAX || is_too_many(reading, dim, own->n * n))
		return false;
	for (unsigned i = 0; i < own->n; i++) {
		for (unsigned j = 0; j < n; j++) {
			struct nc_interval cut = own->v[i];

			if (to[j].low > cut.low)
				cut.low = to[j].low;
			if (to[j].high < cut.high)
				cut.high = to[j].high;
			if (cut.low <= cut.high)
				both[n_both++] = cut;
		}
	}
	if (!n_both) {
		reading->never = true;
		return true;
	}
	memcpy(own->v, both, n_both * sizeof(*both));
	own->n = n_both;
	return true;
}

/* The same for one interval of a field of so many bits. */
static bool restrict_to(struct reading *reading, enum nc_dim dim, uint64_t low, uint64_t high,
			unsigned bits)
{
	unsigned shift = 128 - bits;
	struct nc_interval to = {.low = (nc_num)low << shift,
				 .high = (nc_num)high << shift | (((nc_num)1 << shift) - 1)};

	return restrict_dim(reading, dim, &to, 1);
}

static void restrict_families(struct reading *reading, uint8_t families)
{
	reading->boxed->families &= families;
	if (!reading->boxed->families)
		reading->never = true;
}

/* --- one test -------------------------------------------------------------------------------------------------- */

/* A lane of a slot under a mask: a prefix of it, or a range of all of it. */
static bool read_lane(struct reading *reading, const struct nc_step *step, enum nc_dim dim,
		      uint64_t lane)
{
	unsigned shift = __builtin_ctzll(lane), bits = __builtin_popcountll(lane);
	uint64_t mask = (step->mask & lane) >> shift, low = (step->low & lane) >> shift;
	uint64_t span = step->span >> shift;

	if (!mask)
		return true;
	if (!step->span && is_prefix_mask(mask, bits))
		return restrict_to(reading, dim, low, low | (~mask & (lane >> shift)), bits);
	if (step->mask != lane || low + span > lane >> shift)
		return false;
	return restrict_to(reading, dim, low, low + span, bits);
}

static bool read_proto(struct reading *reading, const struct nc_step *step, uint64_t lane)
{
	unsigned shift = __builtin_ctzll(lane);
	uint8_t mask = (step->mask & lane) >> shift, value = (step->low & lane) >> shift;
	struct nc_boxed *boxed = reading->boxed;

	if (!mask)
		return true;
	if (step->span)
		return false;
	if ((boxed->proto ^ value) & boxed->proto_mask & mask)
		reading->never = true;
	boxed->proto_mask |= mask;
	boxed->proto |= value;
	return mask != 0xff || restrict_to(reading, NC_DIM_PROTO, value, value, 8);
}

/* Half of an IPv6 address: a prefix that ends in it, or all of it. */
static bool read_half(struct reading *reading, const struct nc_step *step, enum nc_dim dim,
		      bool upper)
{
	const struct intervals *own = &reading->dims[dim];
	struct nc_interval to;

	if (step->span || !is_prefix_mask(step->mask, 64))
		return false;
	if (upper) {
		to.low = (nc_num)step->low << 64;
		to.high = (nc_num)(step->low | ~step->mask) << 64 | ~UINT64_C(0);
		return restrict_dim(reading, dim, &to, 1);
	}
	/* The lower half says something only where the upper is one value. */
	if (own->n != 1 || own->v[0].low >> 64 != own->v[0].high >> 64)
		return false;
	to.low = own->v[0].low >> 64 << 64 | step->low;
	to.high = own->v[0].low >> 64 << 64 | step->low | ~step->mask;
	return restrict_dim(reading, dim, &to, 1);
}

static bool read_address(struct reading *reading, const struct nc_step *step, enum nc_dim dim,
			 bool upper)
{
	if (step->base == NC_BASE_IP6)
		return read_half(reading, step, dim, upper);
	return step->base == NC_BASE_IP && upper &&
	       read_lane(reading, step, dim, UINT64_C(0xffffffff) << 32);
}

static bool read_protocol(struct reading *reading, const struct nc_step *step)
{
	uint64_t protocol = step->low >> 48;

	/* The index has one protocol: where headers are rewritten, the one that nft does not read anew. */
	if (step->base == NC_BASE_IP && !(step->mask & ~LANE_IP_PROTO))
		return !reading->build->stores && read_proto(reading, step, LANE_IP_PROTO);
	if (step->base != NC_BASE_ALWAYS || step->mask != LANE_FAMILY || step->span)
		return false;
	if (protocol == ETH_P_IP)
		restrict_families(reading, 1 << NC_FAMILY_IP);
	else if (protocol == ETH_P_IPV6)
		restrict_families(reading, 1 << NC_FAMILY_IP6);
	else
		restrict_families(reading, 1 << NC_FAMILY_OTHER);
	return protocol == ETH_P_IP || protocol == ETH_P_IPV6;
}

static bool read_transport(struct reading *reading, const struct nc_step *step)
{
	bool whole = !(step->mask & ~(LANE_PROTO | LANE_SPORT | LANE_DPORT));

	if (step->base != NC_BASE_TH)
		return false;
	whole &= read_proto(reading, step, LANE_PROTO);
	whole &= read_lane(reading, step, NC_DIM_SPORT, LANE_SPORT);
	whole &= read_lane(reading, step, NC_DIM_DPORT, LANE_DPORT);
	return whole;
}

/* What a test needs to be there. */
static void read_need(struct reading *reading, const struct nc_step *step)
{
	struct nc_boxed *boxed = reading->boxed;
	uint16_t *need = &boxed->need_nh;

	switch (step->base) {
	case NC_BASE_IP:
		restrict_families(reading, 1 << NC_FAMILY_IP);
		break;
	case NC_BASE_IP6:
		restrict_families(reading, 1 << NC_FAMILY_IP6);
		break;
	case NC_BASE_TH:
		restrict_families(reading, 1 << NC_FAMILY_IP | 1 << NC_FAMILY_IP6);
		need = &boxed->need_th;
		break;
	default:
		return;
	}
	if (step->need > *need)
		*need = step->need;
}

/* true: the boxes say it as well. */
static bool read_test(struct reading *reading, const struct nc_step *step)
{
	switch (step->slot) {
	case NC_SLOT_SADDR:
	case NC_SLOT_SADDR_LOW:
		return read_address(reading, step, NC_DIM_SADDR, step->slot == NC_SLOT_SADDR);
	case NC_SLOT_DADDR:
	case NC_SLOT_DADDR_LOW:
		return read_address(reading, step, NC_DIM_DADDR, step->slot == NC_SLOT_DADDR);
	case NC_SLOT_L3:
		return read_protocol(reading, step);
	case NC_SLOT_L4:
		return read_transport(reading, step);
	default:
		return false;
	}
}

/* --- a list of values -------------------------------------------------------------------------------------------- */

static const struct nc_step *step_at(const struct reading *reading, uint32_t at)
{
	return &reading->build->image->steps.v[at];
}

static bool is_test(const struct nc_step *step)
{
	return step->op == NC_OP_RANGE && !(step->flags & NC_STEP_INVERT);
}

/* Tests of one field of which any may hold begin at a step: how many; 0: they do not. */
static unsigned count_alternatives(const struct reading *reading, uint32_t at)
{
	const struct nc_step *first = step_at(reading, at);
	unsigned n = 0;

	for (; at + n < reading->end; n++) {
		const struct nc_step *step = step_at(reading, at + n);

		if (!is_test(step) || step->hit != first->hit || step->slot != first->slot ||
		    step->base != first->base || step->need != first->need ||
		    step->mask != first->mask)
			return 0;
		if (step->miss == reading->end)
			return step->hit == at + n + 1 ? n + 1 : 0;
		if (step->miss != at + n + 1)
			return 0;
	}
	return 0;
}

/* The dimension that a step tests the whole of, and where in the slot it is. */
static bool find_lane(const struct nc_step *step, enum nc_dim *ret_dim, uint64_t *ret_lane)
{
	const struct {
		uint8_t slot, base;
		enum nc_dim dim;
		uint64_t lane;
	} lanes[] = {
		{NC_SLOT_SADDR, NC_BASE_IP, NC_DIM_SADDR, UINT64_C(0xffffffff) << 32},
		{NC_SLOT_DADDR, NC_BASE_IP, NC_DIM_DADDR, UINT64_C(0xffffffff) << 32},
		{NC_SLOT_L4, NC_BASE_TH, NC_DIM_SPORT, LANE_SPORT},
		{NC_SLOT_L4, NC_BASE_TH, NC_DIM_DPORT, LANE_DPORT},
	};

	for (size_t i = 0; i < sizeof(lanes) / sizeof(*lanes); i++) {
		if (step->slot != lanes[i].slot || step->base != lanes[i].base ||
		    step->mask != lanes[i].lane)
			continue;
		*ret_dim = lanes[i].dim;
		*ret_lane = lanes[i].lane;
		return true;
	}
	return false;
}

static bool read_alternatives(struct reading *reading, uint32_t at, unsigned n)
{
	struct nc_interval list[INTERVALS_MAX];
	enum nc_dim dim;
	uint64_t lane;

	if (n > INTERVALS_MAX || !find_lane(step_at(reading, at), &dim, &lane))
		return false;
	for (unsigned i = 0; i < n; i++) {
		const struct nc_step *step = step_at(reading, at + i);
		unsigned shift = 128 - __builtin_popcountll(lane), down = __builtin_ctzll(lane);

		if (step->low + step->span < step->low ||
		    step->low + step->span > (lane | (lane - 1)))
			return false;
		list[i].low = (nc_num)(step->low >> down) << shift;
		list[i].high = (nc_num)((step->low + step->span) >> down) << shift |
			       (((nc_num)1 << shift) - 1);
	}
	return restrict_dim(reading, dim, list, n);
}

/* --- the rule ------------------------------------------------------------------------------------------------------ */

/* Its leading tests, as far as they are a conjunction. */
static void read_tests(struct reading *reading, uint32_t first)
{
	bool covered = true;
	uint32_t at = first;

	while (at < reading->end) {
		const struct nc_step *step = step_at(reading, at);
		unsigned n = 1;
		bool said;

		if (!is_test(step))
			break;
		if (step->hit == at + 1 && step->miss == reading->end)
			said = read_test(reading, step);
		else if ((n = count_alternatives(reading, at)))
			said = read_alternatives(reading, at, n);
		else
			break;
		read_need(reading, step);
		at += n;
		covered &= said;
		if (covered)
			reading->boxed->covered = at - first;
	}
}

/* Is one of the dimensions first … last less than all? */
static bool is_restricted(const struct reading *reading, enum nc_dim first, enum nc_dim last)
{
	for (enum nc_dim dim = first; dim <= last; dim++) {
		const struct intervals *own = &reading->dims[dim];

		if (own->n != 1 || own->v[0].low || own->v[0].high != all_ones)
			return true;
	}
	return false;
}

/* One box for each way to choose an interval from each list. */
static int push_boxes(const struct reading *reading, uint32_t rule, nc_boxes *boxes)
{
	unsigned n = 1;
	int r = 0;

	for (enum nc_dim dim = 0; dim < _NC_DIM_MAX; dim++)
		n *= reading->dims[dim].n;
	for (unsigned i = 0; i < n && !r; i++) {
		struct nc_box box = {.rule = rule};
		unsigned rest = i;

		for (enum nc_dim dim = 0; dim < _NC_DIM_MAX; dim++) {
			const struct intervals *own = &reading->dims[dim];

			box.dim[dim] = own->v[rest % own->n];
			rest /= own->n;
		}
		r = nc_vec_push(boxes, box);
	}
	return r;
}

/* Nothing is known yet. Room for intervals that there are not is left as it is. */
static void begin(struct reading *reading, const struct nc_build *build, uint32_t end,
		  struct nc_boxed *boxed)
{
	reading->build = build;
	reading->boxed = boxed;
	reading->end = end;
	reading->never = false;
	for (enum nc_dim dim = 0; dim < _NC_DIM_MAX; dim++) {
		reading->dims[dim].v[0] = (struct nc_interval){0, all_ones};
		reading->dims[dim].n = 1;
	}
}

int nc_box_rule(const struct nc_build *build, uint32_t first, uint32_t end, uint32_t rule,
		nc_boxes *boxes, struct nc_boxed *ret)
{
	struct reading reading;
	int r;

	begin(&reading, build, end, ret);
	*ret = (struct nc_boxed){.families = (1 << _NC_FAMILY_MAX) - 1, .first_box = boxes->n};
	read_tests(&reading, first);
	ret->selective = is_restricted(&reading, NC_DIM_SADDR, NC_DIM_DPORT);
	ret->bounded = ret->selective || is_restricted(&reading, NC_DIM_PROTO, NC_DIM_PROTO) ||
		       ret->families != (1 << _NC_FAMILY_MAX) - 1;
	for (uint32_t at = first; at < end; at++)
		ret->reads_th |= nc_step_reads_th(step_at(&reading, at));
	if (reading.never) {
		ret->families = 0;
		return 0;
	}
	r = push_boxes(&reading, rule, boxes);
	ret->n_boxes = boxes->n - ret->first_box;
	return r;
}
