/* SPDX-License-Identifier: GPL-2.0-only */
/* Chains kept for a report of cost. Called by index.c where NC_COMPILE_COST asks for it. */
#include "compile/kept.h"

static const struct nc_step *step_at(const struct nc_build *build, uint32_t at)
{
	return &build->image->steps.v[at];
}

/* Behind its tests a rule counts and logs, and then it judges. */
static bool judges_all(const struct nc_build *build, uint32_t at, uint32_t end)
{
	for (; at < end; at++) {
		const struct nc_step *step = step_at(build, at);

		if (step->op == NC_OP_VERDICT)
			return step->arg == NC_END_ACCEPT || step->arg == NC_END_DROP;
		if (step->op == NC_OP_RETURN)
			return true;
		if (step->op != NC_OP_COUNT && step->op != NC_OP_LOG)
			return false;
		if (step->base != NC_BASE_ALWAYS || step->hit != at + 1)
			return false;
	}
	return false;
}

static bool leads_to(const struct nc_build *build, uint32_t from, uint32_t end)
{
	for (uint32_t at = from; at < end; at++) {
		const struct nc_step *step = step_at(build, at);

		if (step->hit == end || (step->op == NC_OP_RICH && step->span == end) ||
		    (step->miss == end && step->op < NC_OP_VERDICT))
			return true;
		if (step->op == NC_OP_JUMP && step->miss == end)
			return true;
	}
	return from == end;
}

/* Tests that exclude each other are one step, behind which no other is come to. */
static bool never_matches(const struct nc_build *build, uint32_t at, uint32_t end)
{
	const struct nc_step *step = step_at(build, at);

	return at + 1 < end && step->op == NC_OP_RANGE && !step->mask && step->hit == end &&
	       step->miss == end;
}

static int keep_rule(struct nc_build *build, struct nc_kept_chain *kept, uint32_t i, uint32_t first,
		     uint32_t end)
{
	struct nc_kept_rule *rule = &kept->rules[i];
	int r = nc_box_rule(build, first, end, i, &kept->boxes, &rule->boxed);
	uint8_t mask = rule->boxed.proto_mask;

	if (r < 0)
		return r;
	first += rule->boxed.covered;
	if (never_matches(build, first, end))
		rule->boxed.families = 0;
	rule->exact = judges_all(build, first, end) && (mask == 0 || mask == 0xff);
	rule->goes_on = !judges_all(build, first, end) && leads_to(build, first, end);
	return 0;
}

void nc_kept_free(struct nc_kept_chain *kept)
{
	if (!kept)
		return;
	free(kept->rules);
	nc_vec_free(&kept->boxes);
	free(kept);
}

int nc_keep_chain(struct nc_build *build, const struct nc_laid_chain *laid, bool indexed,
		  uint32_t unit)
{
	struct nc_kept_chain *kept = calloc(1, sizeof(*kept));
	const uint32_t *starts = build->rule_starts.v + laid->first_rule;
	int r = kept ? 0 : -ENOMEM;

	if (r == 0) {
		*kept = (struct nc_kept_chain){
			.table = laid->table,
			.chain = laid->chain,
			.indexed = indexed,
			.unit = unit,
			.n = laid->n_rules,
			.rules = calloc(laid->n_rules + 1, sizeof(*kept->rules)),
		};
		r = kept->rules ? 0 : -ENOMEM;
	}
	for (uint32_t i = 0; r == 0 && i < laid->n_rules; i++)
		r = keep_rule(build, kept, i, starts[i],
			      i + 1 < laid->n_rules ? starts[i + 1] : laid->end);
	r = r ?: nc_vec_push(&build->image->kept, kept);
	if (r < 0)
		nc_kept_free(kept);
	return r;
}
