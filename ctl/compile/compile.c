/* SPDX-License-Identifier: GPL-2.0-only */
/* Rulesets into images: state, sets, chains, devices, and what the program must be able to do. Called by cmd/; pure. */
#include <string.h>

#include "compile/build.h"
#include "compile/kept.h"

/* --- state --------------------------------------------------------------------------------------------------- */

static int add_state(const struct nc_stateful *stateful, void *context)
{
	struct nc_image *image = context;
	struct nc_image_state state = {
		.record = {.handle = stateful->handle,
			   .id = *stateful->id,
			   .space = stateful->space,
			   .ordinal = stateful->ordinal},
		.fresh = *stateful->fresh,
	};

	if (stateful->counter)
		state.counter = *stateful->counter;
	if (stateful->quota)
		state.word = stateful->quota->used;
	if (*stateful->id != NC_NONE && *stateful->id >= image->n_ids[stateful->space])
		image->n_ids[stateful->space] = *stateful->id + 1;
	return nc_vec_push(&image->states, state);
}

/* --- what all rules are asked -------------------------------------------------------------------------------- */

static int need_device(struct nc_image *image, nc_num number, const struct nc_loc *loc)
{
	struct nc_device_name name = {.loc = *loc};

	for (size_t i = sizeof(name.name); i--; number >>= 8)
		name.name[i] = number;
	return nc_vec_push(&image->needed, name);
}

/* "iif lo" needs the interface; "iifname" does not. */
static int note_devices(struct nc_image *image, const struct nc_rule *rule)
{
	int r = 0;

	nc_vec_foreach (stmt, &rule->stmts) {
		const struct nc_match *match = &stmt->match;

		if (stmt->kind != NC_STMT_MATCH || match->key.n != 1 ||
		    nc_selector_type(&match->key.v[0]) != NC_TYPE_IFACE_INDEX)
			continue;
		nc_vec_foreach (element, &match->values)
			r = r ?: need_device(image, element->interval.low, &match->rhs_loc);
	}
	return r;
}

int nc_note_rule(struct nc_build *build, const struct nc_rule *rule)
{
	nc_vec_foreach (stmt, &rule->stmts)
		build->needs_tc |= nc_stmt_needs_tc(stmt) != NULL;
	return note_devices(build->image, rule);
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

/* Does the op look at a slot, and perhaps at the one behind it? */
static bool reads_slot(enum nc_step_op op)
{
	return op <= NC_OP_LPM16 || op == NC_OP_SLOT || op == NC_OP_KEY;
}

/* What the program must be able to do for these steps. */
static void specify(struct nc_image *image)
{
	struct nc_spec *spec = &image->spec;

	nc_vec_foreach (step, &image->steps) {
		bool th = step->base == NC_BASE_TH || step->op == NC_OP_TCP_OPTION ||
			  step->op == NC_OP_SCTP_CHUNK || step->op == NC_OP_INNER ||
			  step->op == NC_OP_STRIP || step->op == NC_OP_STORE_OPTION ||
			  step->op == NC_OP_STORE ||
			  (step->op <= NC_OP_LPM16 && step->slot == NC_SLOT_L4);

		spec->uses_th |= th;
		spec->uses_ip |= th || step->base == NC_BASE_IP || step->op == NC_OP_IP_OPTION;
		spec->uses_ip6 |= th || step->base == NC_BASE_IP6 || step->op == NC_OP_EXTENSION;
		spec->uses_ops |= UINT64_C(1) << step->op;
		if (reads_slot(step->op))
			spec->uses_slots |= 1u << step->slot | 1u << (step->slot + 1);
		if (step->op == NC_OP_RICH || step->op == NC_OP_ELEMENT ||
		    step->flags & NC_STEP_ELEMENT)
			spec->uses_rich |= 1u << step->width;
	}
	while (spec->index_mask < image->index.n)
		spec->index_mask = spec->index_mask * 2 + 1;
	spec->index_bytes = spec->index_mask * NC_UNIT;
}

void nc_image_clear(struct nc_image *image)
{
	nc_vec_foreach (set, &image->sets) {
		nc_set_keys_free(&set->keys);
		nc_vec_free(&set->tuples);
	}
	nc_vec_free(&image->sets);
	nc_vec_free(&image->steps);
	nc_vec_free(&image->index);
	nc_vec_free(&image->rules);
	nc_vec_free(&image->chains);
	nc_vec_free(&image->entries);
	nc_vec_free(&image->states);
	nc_vec_free(&image->ports);
	nc_vec_free(&image->needed);
	nc_vec_free(&image->targets);
	nc_vec_free(&image->logs);
	nc_vec_foreach (kept, &image->kept)
		nc_kept_free(*kept);
	nc_vec_free(&image->kept);
	free(image->text);
	*image = (struct nc_image){};
}

int nc_compile(struct nc_ruleset *ruleset, unsigned flags, struct nc_image *ret,
	       struct nc_diag *diag)
{
	_cleanup_(nc_image_clear) struct nc_image image = {.spec.n_steps = 1};
	struct nc_build build = {.image = &image, .ruleset = ruleset, .diag = diag, .flags = flags};
	int r;

	r = nc_build_named_sets(&build);
	if (r == 0)
		r = nc_ruleset_each_stateful(ruleset, add_state, &image);
	if (r == 0)
		r = nc_build_chains(&build);
	if (r == 0)
		r = nc_build_entries(&build);
	nc_vec_free(&build.fixups);
	nc_vec_free(&build.laid);
	nc_vec_free(&build.rule_starts);
	if (r < 0)
		return r;
	specify(&image);
	*ret = image;
	image = (struct nc_image){};
	return 0;
}
