/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Chains and devices. Every chain is laid out once, rule behind rule; what a target names within it lies behind the step
 * that names it, and is filled in when its place is known. A device's base chains are a list of BASE steps in the order in
 * which packets pass them, one list for each hook and layer.
 */
#include <string.h>

#include "compile/build.h"
#include "compile/kept.h"

/* --- rules ------------------------------------------------------------------------------------------------- */

static bool is_terminal(const struct nc_stmt *stmt)
{
	return stmt->kind == NC_STMT_VERDICT || stmt->kind == NC_STMT_VMAP ||
	       stmt->kind == NC_STMT_FWD;
}

int nc_emit_trace(struct nc_build *build)
{
	struct nc_step step = nc_step_of(NC_OP_TRACE);

	if (!(build->flags & NC_COMPILE_TRACE))
		return 0;
	step.index = build->rule_index;
	step.hit = nc_here(build) + 1;
	return nc_emit(build, step);
}

static int build_stmts(struct nc_build *build)
{
	const struct nc_rule *rule = build->rule;
	bool traced = false;
	int r = 0;

	for (size_t i = 0; i < rule->stmts.n && !r;) {
		const struct nc_stmt *stmt = &rule->stmts.v[i];
		uint32_t first = nc_here(build);
		size_t end = i + 1;

		/* A verdict map traces where it has found something: else the rule ends there. */
		if (!traced && is_terminal(stmt)) {
			r = stmt->kind == NC_STMT_VMAP ? 0 : nc_emit_trace(build);
			traced = true;
		}
		if (r == 0 && stmt->kind == NC_STMT_MATCH) {
			end = nc_match_run(build, i);
			r = nc_build_matches(build, i, end);
		} else if (r == 0) {
			r = nc_build_stmt(build, stmt);
		}
		nc_resolve(build, first, NC_TARGET_NEXT);
		i = end;
	}
	if (r == 0 && !traced)
		r = nc_emit_trace(build);
	return r;
}

/* Before chains get their indexes, which take the place of many steps. */
#define LAID_STEPS_MAX (4 * NC_STEPS_MAX)

/* While it grows, and at the end. */
static int check_limits(const struct nc_build *build, uint32_t most)
{
	if (nc_here(build) < most)
		return 0;
	nc_diag_error(build->diag, NULL,
		      "this ruleset is too large: it takes more than %u steps; put addresses and "
		      "ports into named sets",
		      NC_STEPS_MAX);
	return -E2BIG;
}

static int build_rule(struct nc_build *build, const struct nc_rule *rule)
{
	uint32_t first = nc_here(build);
	int r;

	build->rule = rule;
	r = build_stmts(build);
	if (r == 0)
		r = nc_note_rule(build, rule);
	if (r < 0)
		return r;
	nc_resolve(build, first, NC_TARGET_FAIL);
	build->rule_index++;
	return check_limits(build, LAID_STEPS_MAX);
}

/* --- chains --------------------------------------------------------------------------------------------------- */

/* Which base chain's policy is asked. */
static int emit_policy_trace(struct nc_build *build)
{
	struct nc_step step = nc_step_of(NC_OP_TRACE);

	if (!(build->flags & NC_COMPILE_TRACE))
		return 0;
	step.flags = NC_STEP_POLICY;
	step.index = NC_TRACE_POLICY | build->base_index;
	step.hit = nc_here(build) + 1;
	return nc_emit(build, step);
}

/* What happens at the end of a chain: its policy, or back to where a jump came from. */
static int build_end(struct nc_build *build, const struct nc_chain *chain)
{
	struct nc_step step = nc_step_of(chain->base ? NC_OP_VERDICT : NC_OP_RETURN);
	int r;

	if (chain->base) {
		r = emit_policy_trace(build);
		if (r < 0)
			return r;
		build->base_index++;
		step.flags = NC_STEP_POLICY;
		step.arg = chain->policy == NC_VERDICT_DROP ? NC_END_DROP : NC_END_ACCEPT;
	}
	return nc_emit(build, step);
}

static int build_chain(struct nc_build *build, const struct nc_table *table,
		       const struct nc_chain *chain)
{
	struct nc_laid_chain one = {
		.table = table,
		.chain = chain,
		.start = nc_here(build),
		.first_rule = build->image->rules.n,
		.n_rules = chain->rules.n,
	};
	int r = 0;

	build->table = table;
	for (size_t i = 0; i < chain->rules.n && !r; i++) {
		struct nc_image_rule rule = {
			.table = table, .chain = chain, .rule = chain->rules.v[i]};

		if (nc_vec_push(&build->image->rules, rule) < 0 ||
		    nc_vec_push(&build->rule_starts, nc_here(build)) < 0)
			return -ENOMEM;
		r = build_rule(build, chain->rules.v[i]);
	}
	one.end = nc_here(build);
	if (r == 0)
		r = build_end(build, chain);
	return r < 0 ? r : nc_vec_push(&build->laid, one);
}

static struct nc_laid_chain *find_laid(const struct nc_build *build, const struct nc_chain *chain)
{
	nc_vec_foreach (one, &build->laid) {
		if (one->chain == chain)
			return one;
	}
	return NULL;
}

static void fix_jumps(struct nc_build *build)
{
	nc_vec_foreach (fixup, &build->fixups) {
		const struct nc_laid_chain *chain = find_laid(build, fixup->chain);

		if (chain)
			build->image->steps.v[fixup->step].hit = chain->start;
	}
}

/* Chains that verdict maps may go to: all that nothing hooks. */
static int add_targets(struct nc_build *build)
{
	int r = 0;

	nc_vec_foreach (one, &build->laid) {
		struct nc_image_target target = {
			.key = {.table = one->table->handle, .chain = one->chain->handle},
			.start = one->start,
		};

		if (!one->chain->base && !r)
			r = nc_vec_push(&build->image->targets, target);
	}
	return r;
}

/* --- objects that maps name ------------------------------------------------------------------------------------ */

/* That a packet makes at most, from an element on and back. */
#define OBJECT_STEPS 3

static int emit_answer(struct nc_build *build, nc_num answer)
{
	struct nc_step back = nc_step_of(NC_OP_RETURN);

	back.hit = back.miss = nc_here(build) + 1;
	return nc_emit_const(build, answer) ?: nc_emit(build, back);
}

/* Run it, note in the accumulator whether the rule goes on, and return. */
static int build_object(struct nc_build *build, const struct nc_table *table,
			const struct nc_object_decl *object)
{
	struct nc_image_target target = {
		.key = {.table = table->handle, .chain = object->handle},
		.start = nc_here(build),
	};
	uint32_t first = nc_here(build);
	int r = nc_emit_object(build, object);

	if (r == 0)
		r = emit_answer(build, 1);
	nc_resolve(build, first, NC_TARGET_FAIL);
	if (r == 0)
		r = emit_answer(build, 0);
	nc_resolve(build, first, NC_TARGET_FAIL);
	return r < 0 ? r : nc_vec_push(&build->image->targets, target);
}

static int build_objects(struct nc_build *build)
{
	int r = 0;

	nc_vec_foreach (table, &build->ruleset->tables) {
		nc_vec_foreach (object, &(*table)->objects) {
			if (build->names_objects)
				r = r ?: build_object(build, *table, *object);
		}
	}
	return r;
}

/* --- how long a walk can be -------------------------------------------------------------------------------------- */

static uint64_t longest_walk(struct nc_build *build, struct nc_laid_chain *chain);

/* The longest chain that a map can lead to. */
static uint64_t longest_target(struct nc_build *build, const struct nc_table *table)
{
	uint64_t longest = 0;

	nc_vec_foreach (one, &build->laid) {
		uint64_t length;

		if (one->chain->base || one->table != table)
			continue;
		/* One that is being walked is not led to: there are no loops. */
		length = one->longest == UINT64_MAX ? 0 : longest_walk(build, one);
		if (length > longest)
			longest = length;
	}
	return longest;
}

/* Saturates far above what is allowed. */
static uint64_t longest_walk(struct nc_build *build, struct nc_laid_chain *chain)
{
	/* A policy that is traced takes two. */
	unsigned end = chain->chain->base && build->flags & NC_COMPILE_TRACE ? 2 : 1;
	uint64_t length = chain->end - chain->start + end;

	if (chain->longest)
		return chain->longest;
	chain->longest = UINT64_MAX;
	for (uint32_t i = chain->start; i < chain->end; i++) {
		const struct nc_step *step = &build->image->steps.v[i];

		if (step->op == NC_OP_RICH && step->arg == NC_RICH_VERDICT)
			length += longest_target(build, chain->table);
		if (step->op == NC_OP_RICH && step->arg == NC_RICH_OBJECT)
			length += OBJECT_STEPS;
	}
	nc_vec_foreach (fixup, &build->fixups) {
		struct nc_laid_chain *to;

		if (fixup->step < chain->start || fixup->step >= chain->end)
			continue;
		to = find_laid(build, fixup->chain);
		if (to && to->longest != UINT64_MAX)
			length += longest_walk(build, to);
	}
	chain->longest = length < UINT32_MAX ? length : UINT32_MAX;
	return chain->longest;
}

static int check_walks(struct nc_build *build)
{
	nc_vec_foreach (one, &build->laid) {
		if (longest_walk(build, one) < NC_STEPS_MAX)
			continue;
		nc_diag_error(
			build->diag, &one->chain->loc,
			"a packet could take more than %u steps from chain '%s' on: its jumps "
			"multiply",
			NC_STEPS_MAX, one->chain->name);
		return -E2BIG;
	}
	return 0;
}

/* --- where base chains run ------------------------------------------------------------------------------------------- */

/* What in a chain, or in those that it leads to, only tc can do. Chains that maps lead to are all of the table's. */
static const char *chain_needs_tc(const struct nc_table *table, const struct nc_chain *chain,
				  unsigned level)
{
	nc_vec_foreach (rule, &chain->rules) {
		nc_vec_foreach (stmt, &(*rule)->stmts) {
			const char *word = nc_stmt_needs_tc(stmt);
			const struct nc_chain *to = NULL;

			if (word)
				return word;
			if (stmt->kind == NC_STMT_VERDICT && stmt->verdict.chain)
				to = nc_table_find_chain(table, stmt->verdict.chain);
			if (to && level < NC_JUMPS_MAX + 2)
				word = chain_needs_tc(table, to, level + 1);
			if (word)
				return word;
			if (stmt->kind != NC_STMT_VMAP || level)
				continue;
			nc_vec_foreach (other, &table->chains) {
				if (!(*other)->base && !word)
					word = chain_needs_tc(table, *other, 1);
			}
			if (word)
				return word;
		}
	}
	return NULL;
}

static int add_image_chains(struct nc_build *build)
{
	int r = 0;

	nc_vec_foreach (one, &build->laid) {
		struct nc_image_chain chain = {
			.table = one->table, .chain = one->chain, .start = one->start};

		if (!one->chain->base || r)
			continue;
		if (one->chain->hook == NC_HOOK_INGRESS && build->needs_tc)
			chain.tc_word = chain_needs_tc(one->table, one->chain, 0);
		r = nc_vec_push(&build->image->chains, chain);
	}
	return r;
}

int nc_build_chains(struct nc_build *build)
{
	int r = 0;

	nc_vec_foreach (table, &build->ruleset->tables) {
		nc_vec_foreach (chain, &(*table)->chains)
			r = r ?: build_chain(build, *table, *chain);
	}
	if (r == 0)
		r = nc_build_index(build);
	if (r == 0)
		r = check_limits(build, NC_STEPS_MAX);
	if (r == 0) {
		fix_jumps(build);
		r = add_targets(build) ?: build_objects(build);
	}
	if (r == 0)
		r = check_walks(build);
	if (r == 0)
		r = add_image_chains(build);
	/* The policy of a chain is its last step. */
	nc_vec_foreach (one, &build->laid) {
		if (r == 0 && one->longest > build->image->spec.n_steps)
			build->image->spec.n_steps = one->longest;
	}
	for (size_t i = 0; i < build->image->kept.n && !r; i++)
		build->image->kept.v[i]->longest = build->laid.v[i].longest;
	return r;
}

/* What bpf_loop() allows; each makes several steps. */
#define NC_LOOPS_MAX (1u << 23)

/* --- devices --------------------------------------------------------------------------------------------------------- */

/* A base chain as packets pass it. */
struct placed_chain {
	struct nc_image_chain *chain;
	size_t order; /* of appearance */
};

typedef NC_VEC(struct placed_chain) placed_chains;

/* By priority; of equals the one that was added later comes first, as the kernel inserts hooks. */
static int compare_chains(const void *a, const void *b)
{
	const struct placed_chain *x = a, *y = b;
	int p = x->chain->chain->priority, q = y->chain->chain->priority;

	if (p != q)
		return p < q ? -1 : 1;
	return x->order > y->order ? -1 : x->order < y->order;
}

static int place_chains(struct nc_build *build, placed_chains *ret)
{
	struct placed_chain placed = {};

	nc_vec_foreach (chain, &build->image->chains) {
		placed.chain = chain;
		if (!chain->table->dormant && nc_vec_push(ret, placed) < 0)
			return -ENOMEM;
		placed.order++;
	}
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), compare_chains);
	return 0;
}

static bool is_at(const struct nc_image_chain *chain, enum nc_hook hook, const char *device)
{
	enum nc_hook own = chain->chain->hook == NC_HOOK_EGRESS ? NC_HOOK_EGRESS
			   : chain->at_tc			? NC_HOOK_INGRESS_TC
								: NC_HOOK_INGRESS;

	return own == hook && nc_chain_has_device(chain->chain, device);
}

/*
 * XDP comes before tc: a chain that tc must run takes those behind it on one of its devices along, so that priorities hold.
 * Until nothing changes, for chains have several devices.
 */
static void move_to_tc(const placed_chains *chains)
{
	bool changed = true;

	nc_vec_foreach (placed, chains)
		placed->chain->at_tc = placed->chain->tc_word;
	while (changed) {
		changed = false;
		for (size_t i = 0; i < chains->n; i++) {
			const struct nc_image_chain *first = chains->v[i].chain;

			for (size_t j = i + 1; j < chains->n && first->at_tc; j++) {
				struct nc_image_chain *behind = chains->v[j].chain;

				if (behind->at_tc || behind->chain->hook != NC_HOOK_INGRESS)
					continue;
				nc_vec_foreach (device, &first->chain->devices) {
					if (nc_chain_has_device(behind->chain, device->name))
						behind->at_tc = changed = true;
				}
			}
		}
	}
}

/* The BASE steps of a device at a hook. *ret_start: the first; NC_NONE: there is none. */
static int list_chains(struct nc_build *build, const placed_chains *chains, enum nc_hook hook,
		       const char *device, uint32_t *ret_start)
{
	uint32_t previous = NC_NONE;
	int r = 0;

	*ret_start = NC_NONE;
	for (size_t i = 0; i < chains->n && !r; i++) {
		const struct nc_image_chain *chain = chains->v[i].chain;
		struct nc_step step = nc_step_of(NC_OP_BASE);

		if (!is_at(chain, hook, device))
			continue;
		step.hit = chain->start;
		step.miss = NC_NONE;
		step.low = chain->start;
		while (!(build->image->steps.v[step.low].flags & NC_STEP_POLICY))
			step.low++;
		if (previous == NC_NONE)
			*ret_start = nc_here(build);
		else
			build->image->steps.v[previous].miss = nc_here(build);
		previous = nc_here(build);
		r = nc_emit(build, step);
	}
	return r;
}

static bool has_entry(const struct nc_image *image, enum nc_hook hook, const char *device)
{
	nc_vec_foreach (entry, &image->entries) {
		if (entry->hook == hook && strcmp(entry->device.name, device) == 0)
			return true;
	}
	return false;
}

static int build_entry(struct nc_build *build, const placed_chains *chains, enum nc_hook hook,
		       const struct nc_device_name *device)
{
	struct nc_image_entry entry = {.device = *device, .hook = hook};
	int r;

	if (has_entry(build->image, hook, device->name))
		return 0;
	r = list_chains(build, chains, hook, device->name, &entry.start);
	if (r < 0 || entry.start == NC_NONE)
		return r;
	if (build->image->entries.n >= NC_DEVICES_MAX) {
		nc_diag_error(build->diag, &device->loc,
			      "this is one device too many: netctl filters on at most %d",
			      NC_DEVICES_MAX);
		return -E2BIG;
	}
	return nc_vec_push(&build->image->entries, entry);
}

static int compare_entries(const void *a, const void *b)
{
	const struct nc_image_entry *x = a, *y = b;

	if (x->hook != y->hook)
		return x->hook < y->hook ? -1 : 1;
	return strcmp(x->device.name, y->device.name);
}

int nc_build_entries(struct nc_build *build)
{
	placed_chains chains = {};
	int r = place_chains(build, &chains);

	move_to_tc(&chains);
	for (size_t i = 0; i < chains.n && !r; i++) {
		nc_vec_foreach (device, &chains.v[i].chain->chain->devices) {
			for (enum nc_hook hook = 0; hook < _NC_HOOK_MAX && !r; hook++)
				r = build_entry(build, &chains, hook, device);
		}
	}
	/* All chains of a device, one behind the other. */
	build->image->spec.n_steps = build->image->spec.n_steps * (chains.n ?: 1) + chains.n + 1;
	if (build->image->spec.n_steps > NC_LOOPS_MAX)
		build->image->spec.n_steps = NC_LOOPS_MAX;
	nc_vec_free(&chains);
	if (r == 0 && build->image->entries.n)
		qsort(build->image->entries.v, build->image->entries.n,
		      sizeof(*build->image->entries.v), compare_entries);
	return r;
}
