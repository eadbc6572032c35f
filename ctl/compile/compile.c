/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rulesets into images: base chains of a device in priority order become one walk of steps and clauses. Called by cmd/; pure.
 *
 * A walk is laid out front to back. What a target names lies behind the step or clause that names it; it is filled in when
 * its place is known: a rule's misses when the next rule begins, the accepts of a chain when the next chain does.
 */
#include <string.h>

#include "compile/build.h"

/* --- clauses ---------------------------------------------------------------------------------- */

static int append_clause(struct nc_build *build, struct nc_clause clause, uint32_t *ret_target)
{
	if (nc_vec_push(&build->image->clauses, clause) < 0)
		return -ENOMEM;
	*ret_target = NC_TARGET_CLAUSE | (build->image->clauses.n - 1);
	return 0;
}

/* The verdict statement, or NULL: the rule only counts. */
static const struct nc_stmt *find_verdict(const struct nc_rule *rule)
{
	nc_vec_foreach (stmt, &rule->stmts) {
		if (stmt->kind == NC_STMT_VERDICT)
			return stmt;
	}
	return NULL;
}

/* --- one walk ---------------------------------------------------------------------------------- */

/* A rule whose misses, and whose clause if it goes on, wait for the next rule to begin. */
struct open_rule {
	uint32_t first_step, n_steps;
	uint32_t clause; /* index; NC_NONE: its verdict ends the chain */
};

struct walk {
	struct nc_build *build;
	struct open_rule open;
	uint32_t first_clause; /* of the chain: its accepts lead to the next chain */
	uint32_t rule;	       /* index of the chain's next rule in the image's rules */
};

static uint32_t next_step(const struct walk *walk)
{
	return walk->build->image->steps.n;
}

/* The next rule, or the policy, begins at a target. */
static void close_rule(struct walk *walk, uint32_t target)
{
	struct nc_image *image = walk->build->image;

	for (uint32_t i = 0; i < walk->open.n_steps; i++) {
		struct nc_step *step = &image->steps.v[walk->open.first_step + i];

		if (step->hit == NC_TARGET_FAIL)
			step->hit = target;
		if (step->miss == NC_TARGET_FAIL)
			step->miss = target;
	}
	if (walk->open.clause != NC_NONE)
		image->clauses.v[walk->open.clause].next = target;
	walk->open = (struct open_rule){.clause = NC_NONE};
}

/* The rule's steps are laid out: what completes it leads to its clause. */
static void reach_clause(struct walk *walk, uint32_t first, uint32_t target)
{
	for (uint32_t i = first; i < next_step(walk); i++) {
		struct nc_step *step = &walk->build->image->steps.v[i];

		if (step->hit == next_step(walk))
			step->hit = target;
		if (step->miss == next_step(walk))
			step->miss = target;
	}
}

/* *ret_start: where the rule begins. */
static int walk_rule(struct walk *walk, const struct nc_table *table, const struct nc_rule *rule,
		     uint32_t *ret_start)
{
	const struct nc_stmt *verdict = find_verdict(rule);
	struct nc_clause clause = {
		.rule = walk->rule++,
		.counter = nc_rule_counter(rule) ? rule->counter_id : NC_NONE,
		.next = NC_NONE,
		.verdict = verdict ? verdict->verdict : NC_VERDICT_ACCEPT,
		.reason = NC_REASON_RULE,
	};
	uint32_t first = next_step(walk), target;
	int r;

	r = nc_build_matches(walk->build, table, rule);
	if (r == 0)
		r = append_clause(walk->build, clause, &target);
	if (r < 0)
		return r;
	reach_clause(walk, first, target);
	*ret_start = next_step(walk) > first ? first : target;
	close_rule(walk, *ret_start);
	walk->open = (struct open_rule){
		.first_step = first,
		.n_steps = next_step(walk) - first,
		.clause = verdict ? NC_NONE : target & ~NC_TARGET_CLAUSE,
	};
	return 0;
}

static int walk_policy(struct walk *walk, const struct nc_chain *chain, uint32_t *ret_start)
{
	struct nc_clause clause = {
		.rule = NC_NONE,
		.counter = NC_NONE,
		.next = NC_NONE,
		.verdict = chain->policy,
		.reason = NC_REASON_POLICY,
	};
	int r = append_clause(walk->build, clause, ret_start);

	if (r == 0)
		close_rule(walk, *ret_start);
	return r;
}

/* What a chain accepted goes on to the next chain of the device. */
static void join_chains(struct walk *walk, uint32_t end, uint32_t target)
{
	for (uint32_t i = walk->first_clause; i < end; i++) {
		struct nc_clause *clause = &walk->build->image->clauses.v[i];

		if (clause->next == NC_NONE && clause->verdict == NC_VERDICT_ACCEPT)
			clause->next = target;
	}
}

static int walk_chain(struct walk *walk, const struct nc_table *table, const struct nc_chain *chain,
		      uint32_t *ret_start)
{
	uint32_t start = NC_NONE, policy;
	int r = 0;

	for (size_t i = 0; i < chain->rules.n && !r; i++) {
		uint32_t rule_start;

		r = walk_rule(walk, table, chain->rules.v[i], &rule_start);
		if (r == 0 && start == NC_NONE)
			start = rule_start;
	}
	if (r == 0)
		r = walk_policy(walk, chain, &policy);
	if (r == 0)
		*ret_start = start == NC_NONE ? policy : start;
	return r;
}

/* --- devices ----------------------------------------------------------------------------------- */

/* A base chain with its table, and the index of its first rule in the image's rules. */
struct placed_chain {
	const struct nc_table *table;
	const struct nc_chain *chain;
	uint32_t first_rule;
	size_t order; /* of appearance */
};

typedef NC_VEC(struct placed_chain) placed_chains;

/* By priority; of equals the one that was added later comes first, as the kernel inserts hooks. */
static int compare_chains(const void *a, const void *b)
{
	const struct placed_chain *x = a, *y = b;

	if (x->chain->priority != y->chain->priority)
		return x->chain->priority < y->chain->priority ? -1 : 1;
	return x->order > y->order ? -1 : x->order < y->order;
}

/* All base chains, in the order in which packets pass them. */
static int place_chains(const struct nc_ruleset *ruleset, placed_chains *ret)
{
	struct placed_chain placed = {};

	nc_vec_foreach (table, &ruleset->tables) {
		nc_vec_foreach (chain, &(*table)->chains) {
			placed.table = *table;
			placed.chain = *chain;
			if (nc_vec_push(ret, placed) < 0)
				return -ENOMEM;
			placed.first_rule += (*chain)->rules.n;
			placed.order++;
		}
	}
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), compare_chains);
	return 0;
}

/* Do two devices pass the same chains? */
static bool same_chains(const placed_chains *chains, const char *a, const char *b)
{
	nc_vec_foreach (placed, chains) {
		if (nc_chain_has_device(placed->chain, a) != nc_chain_has_device(placed->chain, b))
			return false;
	}
	return true;
}

static const struct placed_chain *next_chain(const placed_chains *chains, size_t *at,
					     const char *device)
{
	while (*at < chains->n) {
		const struct placed_chain *placed = &chains->v[(*at)++];

		if (nc_chain_has_device(placed->chain, device))
			return placed;
	}
	return NULL;
}

/* The walk of a device through its chains. */
static int walk_device(struct nc_build *build, const placed_chains *chains, const char *device,
		       uint32_t *ret_start)
{
	struct walk walk = {.build = build, .open.clause = NC_NONE};
	uint32_t start = NC_NONE, end;
	size_t at = 0;
	bool first = true;
	int r;

	for (const struct placed_chain *placed; (placed = next_chain(chains, &at, device));) {
		end = build->image->clauses.n;
		walk.rule = placed->first_rule;
		r = walk_chain(&walk, placed->table, placed->chain, &start);
		if (r < 0)
			return r;
		if (first)
			*ret_start = start;
		else
			join_chains(&walk, end, start);
		walk.first_clause = end;
		first = false;
	}
	return 0;
}

/* The entry of a device that passes the same chains, or NULL. */
static const struct nc_image_entry *find_twin(const struct nc_image *image,
					      const placed_chains *chains, const char *device)
{
	nc_vec_foreach (entry, &image->entries) {
		if (same_chains(chains, entry->device.name, device))
			return entry;
	}
	return NULL;
}

static bool has_entry(const struct nc_image *image, const char *device)
{
	nc_vec_foreach (entry, &image->entries) {
		if (strcmp(entry->device.name, device) == 0)
			return true;
	}
	return false;
}

/* While it grows: many devices, each with chains of its own, repeat the rules. */
static int check_limits(const struct nc_build *build)
{
	if (build->image->steps.n + build->image->clauses.n < NC_STEPS_MAX)
		return 0;
	nc_diag_error(build->diag, NULL,
		      "this ruleset is too large: it takes more than %u steps; put addresses and "
		      "ports into named sets, and give devices with the same rules one chain",
		      NC_STEPS_MAX);
	return -E2BIG;
}

static int build_entry(struct nc_build *build, const placed_chains *chains,
		       const struct nc_device_name *device)
{
	struct nc_image_entry entry = {.device = *device, .hook = NC_HOOK_INGRESS};
	const struct nc_image_entry *twin;
	int r;

	if (has_entry(build->image, device->name))
		return 0;
	if (build->image->entries.n >= NC_DEVICES_MAX) {
		nc_diag_error(build->diag, &device->loc,
			      "this is one device too many: netctl filters on at most %d",
			      NC_DEVICES_MAX);
		return -E2BIG;
	}
	twin = find_twin(build->image, chains, device->name);
	if (twin) {
		entry.start = twin->start;
	} else {
		r = walk_device(build, chains, device->name, &entry.start);
		if (r == 0)
			r = check_limits(build);
		if (r < 0)
			return r;
	}
	return nc_vec_push(&build->image->entries, entry);
}

static int compare_entries(const void *a, const void *b)
{
	const struct nc_image_entry *x = a, *y = b;

	return strcmp(x->device.name, y->device.name);
}

static int build_entries(struct nc_build *build)
{
	placed_chains chains = {};
	int r = place_chains(build->ruleset, &chains);

	for (size_t i = 0; i < chains.n && !r; i++) {
		const struct nc_chain *chain = chains.v[i].chain;

		for (size_t j = 0; j < chain->devices.n && !r; j++)
			r = build_entry(build, &chains, &chain->devices.v[j]);
	}
	nc_vec_free(&chains);
	if (r == 0 && build->image->entries.n)
		qsort(build->image->entries.v, build->image->entries.n,
		      sizeof(*build->image->entries.v), compare_entries);
	return r;
}

/* --- the whole ---------------------------------------------------------------------------------- */

static int append_rule(struct nc_image *image, const struct nc_rule *rule)
{
	const struct nc_counter *counter = nc_rule_counter(rule);
	struct nc_image_rule image_rule = {
		.record = {.handle = rule->handle, .counter = counter ? rule->counter_id : NC_NONE},
		.initial = counter ? *counter : (struct nc_counter){},
		.fresh = counter && rule->counter_fresh,
	};

	if (counter && rule->counter_id != NC_NONE && rule->counter_id >= image->n_counters)
		image->n_counters = rule->counter_id + 1;
	return nc_vec_push(&image->rules, image_rule);
}

static int build_rules(struct nc_build *build)
{
	int r = 0;

	nc_vec_foreach (table, &build->ruleset->tables) {
		nc_vec_foreach (chain, &(*table)->chains) {
			for (size_t i = 0; i < (*chain)->rules.n && !r; i++)
				r = append_rule(build->image, (*chain)->rules.v[i]);
		}
	}
	return r;
}

/* What the program must be able to do for these steps. */
static void specify(struct nc_image *image)
{
	struct nc_spec *spec = &image->spec;

	spec->n_steps = image->steps.n + image->clauses.n + 1;
	nc_vec_foreach (step, &image->steps) {
		spec->uses_th |= step->base == NC_BASE_TH;
		spec->uses_ip |= step->base == NC_BASE_IP || step->base == NC_BASE_TH;
		spec->uses_ip6 |= step->base == NC_BASE_IP6 || step->base == NC_BASE_TH;
		spec->uses_hash8 |= step->op == NC_OP_HASH8;
		spec->uses_hash16 |= step->op == NC_OP_HASH16;
		spec->uses_lpm8 |= step->op == NC_OP_LPM8;
		spec->uses_lpm16 |= step->op == NC_OP_LPM16;
	}
}

void nc_image_clear(struct nc_image *image)
{
	nc_vec_foreach (set, &image->sets)
		nc_vec_free(&set->keys);
	nc_vec_free(&image->sets);
	nc_vec_free(&image->steps);
	nc_vec_free(&image->clauses);
	nc_vec_free(&image->rules);
	nc_vec_free(&image->entries);
	free(image->text);
	*image = (struct nc_image){};
}

int nc_compile(const struct nc_ruleset *ruleset, struct nc_image *ret, struct nc_diag *diag)
{
	_cleanup_(nc_image_clear) struct nc_image image = {};
	struct nc_build build = {.image = &image, .ruleset = ruleset, .diag = diag};
	int r;

	r = nc_build_named_sets(&build);
	if (r == 0)
		r = build_rules(&build);
	if (r == 0)
		r = build_entries(&build);
	if (r < 0)
		return r;
	specify(&image);
	*ret = image;
	image = (struct nc_image){};
	return 0;
}
