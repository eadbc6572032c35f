/* SPDX-License-Identifier: GPL-2.0-only */
/* Steps, one at a time. Called by all that lays out rules. */
#include "compile/build.h"

uint32_t nc_here(const struct nc_build *build)
{
	return build->image->steps.n;
}

struct nc_step nc_step_of(enum nc_step_op op)
{
	return (struct nc_step){
		.op = op,
		.base = NC_BASE_ALWAYS,
		.index = NC_NONE,
		.hit = NC_TARGET_NEXT,
		.miss = NC_TARGET_FAIL,
	};
}

struct nc_step nc_step_at(enum nc_step_op op, const struct nc_place_in *place)
{
	struct nc_step step = nc_step_of(op);

	step.slot = place->slot;
	step.base = place->base;
	step.need = place->need;
	return step;
}

int nc_emit(struct nc_build *build, struct nc_step step)
{
	build->stores |= step.op == NC_OP_STORE;
	return nc_vec_push(&build->image->steps, step);
}

int nc_emit_range(struct nc_build *build, const struct nc_place_in *place, uint64_t mask,
		  uint64_t low, uint64_t high, bool invert, uint32_t hit, uint32_t miss)
{
	struct nc_step step = nc_step_at(NC_OP_RANGE, place);

	step.mask = mask << place->shift;
	step.low = low << place->shift;
	step.span = (high - low) << place->shift;
	step.flags = invert ? NC_STEP_INVERT : 0;
	step.hit = hit;
	step.miss = miss;
	return nc_emit(build, step);
}

int nc_emit_always(struct nc_build *build, uint32_t target)
{
	struct nc_step step = nc_step_of(NC_OP_RANGE);

	step.hit = step.miss = target;
	return nc_emit(build, step);
}

int nc_emit_const(struct nc_build *build, nc_num value)
{
	struct nc_step step = nc_step_of(NC_OP_CONST);

	step.mask = value >> 64;
	step.low = value;
	step.hit = nc_here(build) + 1;
	return nc_emit(build, step);
}

void nc_resolve(struct nc_build *build, uint32_t first, uint32_t open)
{
	for (uint32_t i = first; i < nc_here(build); i++) {
		struct nc_step *step = &build->image->steps.v[i];

		if (step->hit == open)
			step->hit = nc_here(build);
		if (step->miss == open)
			step->miss = nc_here(build);
		if (step->op == NC_OP_RICH && step->span == open)
			step->span = nc_here(build);
	}
}
