/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules that no packet gets to match. Called by cost.c.
 *
 * A rule's box is taken apart: the first rule that matches its lowest corner takes its part away, and what is left is looked at in
 * the same way, until nothing is left (the rule is dead), the rule itself is the first (it lives), or it has taken too long.
 */
#include "compile/cost.h"

/* Corners looked at for a rule, and parts that wait at a time. */
#define CORNERS_MAX 64
#define PARTS_MAX   32

/* Bytes of a header of which the transport header stands behind. */
#define IP_HEADER  20
#define IP6_HEADER 40

struct shade {
	const struct nc_image *image;
	const struct nc_kept_chain *kept;
	uint32_t rule; /* which may be dead */
	enum nc_family family;
	uint64_t *work;
	unsigned corners; /* that may still be looked at */
	struct nc_cost_dead *dead;
};

enum outcome { LIVES, DEAD, UNKNOWN };

static const struct nc_rule *model_rule(const struct nc_kept_chain *kept, uint32_t i)
{
	return kept->chain->rules.v[i];
}

static bool holds(const struct nc_box *box, const nc_num value[_NC_DIM_MAX])
{
	for (enum nc_dim dim = 0; dim < _NC_DIM_MAX; dim++) {
		if (value[dim] < box->dim[dim].low || value[dim] > box->dim[dim].high)
			return false;
	}
	return true;
}

static const struct nc_box *box_at(const struct shade *shade, uint32_t rule,
				   const nc_num value[_NC_DIM_MAX])
{
	const struct nc_boxed *boxed = &shade->kept->rules[rule].boxed;

	for (size_t i = 0; i < boxed->n_boxes; i++) {
		const struct nc_box *box = &shade->kept->boxes.v[boxed->first_box + i];

		if (holds(box, value))
			return box;
	}
	return NULL;
}

/* The first rule from one on whose boxes hold the values. */
static uint32_t first_at(struct shade *shade, const nc_num value[_NC_DIM_MAX], uint32_t from)
{
	const struct nc_kept_chain *kept = shade->kept;

	if (kept->indexed) {
		const struct nc_index *index = nc_unit_at(shade->image, kept->unit);
		struct nc_look look;

		nc_look_up_from(shade->image, &index[shade->family], shade->family, value, from,
				&look);
		*shade->work -= *shade->work < look.rules + 10 ? *shade->work : look.rules + 10;
		return look.found;
	}
	for (; from < shade->rule && *shade->work; from++) {
		--*shade->work;
		if (kept->rules[from].boxed.families >> shade->family & 1 &&
		    box_at(shade, from, value))
			return from;
	}
	return from;
}

/* Has every packet that the dead one could match the headers that the other needs? */
static bool has_headers(const struct shade *shade, uint32_t other)
{
	const struct nc_boxed *own = &shade->kept->rules[shade->rule].boxed;
	const struct nc_boxed *boxed = &shade->kept->rules[other].boxed;
	unsigned nh = shade->family == NC_FAMILY_IP6 ? IP6_HEADER : IP_HEADER;

	if (!own->need_th || nh < own->need_nh)
		nh = own->need_nh;
	return boxed->need_nh <= nh && boxed->need_th <= own->need_th;
}

/* The rule that takes the packets at a corner; the rule itself or a later one: there is none. */
static uint32_t taker_at(struct shade *shade, const nc_num value[_NC_DIM_MAX])
{
	uint32_t found = first_at(shade, value, 0);

	while (found < shade->rule && shade->corners && *shade->work &&
	       !(shade->kept->rules[found].exact && has_headers(shade, found))) {
		shade->corners--;
		found = first_at(shade, value, found + 1);
	}
	return found;
}

static void note(struct shade *shade, uint32_t by)
{
	const struct nc_rule *rule = model_rule(shade->kept, by);
	const size_t most = sizeof(shade->dead->by) / sizeof(*shade->dead->by);

	for (unsigned i = 0; i < shade->dead->n_by && i < most; i++) {
		if (shade->dead->by[i] == rule)
			return;
	}
	if (shade->dead->n_by < most)
		shade->dead->by[shade->dead->n_by] = rule;
	shade->dead->n_by++;
}

/* What of a part is above a box that holds its lowest corner. */
static bool push_rest(struct nc_box part, const struct nc_box *box, struct nc_box *parts,
		      unsigned *n)
{
	for (enum nc_dim dim = 0; dim < _NC_DIM_MAX; dim++) {
		struct nc_box rest = part;

		if (part.dim[dim].high <= box->dim[dim].high)
			continue;
		if (*n == PARTS_MAX)
			return false;
		rest.dim[dim].low = box->dim[dim].high + 1;
		parts[(*n)++] = rest;
		part.dim[dim].high = box->dim[dim].high;
	}
	return true;
}

static enum outcome take_apart(struct shade *shade, const struct nc_box *whole)
{
	struct nc_box parts[PARTS_MAX] = {*whole};
	unsigned n = 1;

	while (n) {
		struct nc_box part = parts[--n];
		nc_num corner[_NC_DIM_MAX];
		const struct nc_box *box;
		uint32_t taker;

		for (enum nc_dim dim = 0; dim < _NC_DIM_MAX; dim++)
			corner[dim] = part.dim[dim].low;
		if (!shade->corners || !*shade->work)
			return UNKNOWN;
		shade->corners--;
		taker = taker_at(shade, corner);
		if (taker >= shade->rule)
			return *shade->work ? LIVES : UNKNOWN;
		if (!shade->corners || !*shade->work)
			return UNKNOWN;
		box = box_at(shade, taker, corner);
		note(shade, taker);
		if (!box || !push_rest(part, box, parts, &n))
			return UNKNOWN;
	}
	return DEAD;
}

static enum outcome judge(struct shade *shade)
{
	const struct nc_boxed *boxed = &shade->kept->rules[shade->rule].boxed;
	enum outcome outcome = DEAD;

	if (!boxed->families)
		return DEAD;
	if (boxed->families >> NC_FAMILY_OTHER & 1)
		return LIVES;
	for (enum nc_family family = 0; family < NC_FAMILY_OTHER; family++) {
		shade->family = family;
		if (!(boxed->families >> family & 1))
			continue;
		for (size_t i = 0; i < boxed->n_boxes && outcome == DEAD; i++)
			outcome = take_apart(shade, &shade->kept->boxes.v[boxed->first_box + i]);
	}
	return outcome;
}

/* A rule that every packet matches, and that judges: those behind it have none left. */
static bool takes_all(const struct nc_kept_rule *rule)
{
	return rule->exact && !rule->boxed.bounded && !rule->boxed.need_nh && !rule->boxed.need_th;
}

int nc_cost_find_dead(const struct nc_image *image, const struct nc_kept_chain *kept,
		      uint64_t *work, struct nc_cost *cost)
{
	const struct nc_rule *all = NULL;
	int r = 0;

	for (uint32_t i = 0; i < kept->n && !r; i++) {
		struct nc_cost_dead dead = {.rule = model_rule(kept, i)};
		struct shade shade = {.image = image,
				      .kept = kept,
				      .rule = i,
				      .work = work,
				      .corners = CORNERS_MAX,
				      .dead = &dead};
		enum outcome outcome = DEAD;

		if (all && kept->rules[i].boxed.families)
			dead.by[dead.n_by++] = all;
		else if (!cost->rewrites || !kept->rules[i].boxed.families)
			outcome = judge(&shade);
		else
			outcome = LIVES;
		if (outcome == DEAD)
			r = nc_vec_push(&cost->dead, dead);
		cost->not_searched += outcome == UNKNOWN;
		if (!all && takes_all(&kept->rules[i]))
			all = model_rule(kept, i);
	}
	return r;
}
