/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Chains that are long enough get an index, and their steps are laid out anew for it. Called by chain.c, when all chains are laid
 * out and nothing but their own steps points into them.
 *
 * An INDEX step asks for the first rule at or behind one that can match. It stands in front of the first rule, and in front of each
 * that can be come to when the one before it has failed or goes on. Tests that the index makes are left out of the steps; so are
 * all steps of a rule that only counts and judges. Rules of which the index knows nothing are gone through one by one, as far as
 * they follow each other.
 */
#include "compile/index.h"
#include "compile/kept.h"

/* A chain of few rules is walked: a lookup costs as much as some of them, and one from a later rule on more than the first. */
#define INDEXED_MIN  2
#define LOOKUP_RULES 6

/* A rule on its way from the old layout to the new one. */
struct indexed_rule {
	uint32_t first, end; /* its steps, as they were */
	struct nc_boxed boxed;
	struct nc_index_rule record;
	uint32_t
		next_th; /* the first rule from this one on that reads the transport header; NC_NONE: there is none */
	bool follows; /* the one before leads to it without a lookup */
	bool left;    /* it can go on to the next rule */
};

struct indexing {
	struct nc_build *build;
	struct nc_laid_chain *chain;
	struct indexed_rule *rules;
	size_t n;
	nc_boxes boxes;
	struct nc_index index[_NC_FAMILY_MAX];
	uint32_t unit; /* where they will be */
};

static struct nc_step *old_step(const struct indexing *indexing, uint32_t at)
{
	return &indexing->build->image->steps.v[at];
}

int nc_units_push(struct nc_image *image, size_t n, uint32_t *ret)
{
	size_t want = image->index.n + n;

	if (want > NC_UNITS_MAX)
		return -E2BIG;
	if (want > image->index.cap) {
		size_t cap = want + want / 2;
		__u64 *v = reallocarray(image->index.v, cap, sizeof(*v));

		if (!v)
			return -ENOMEM;
		image->index.v = v;
		image->index.cap = cap;
	}
	*ret = image->index.n;
	memset(image->index.v + *ret, 0, n * sizeof(*image->index.v));
	image->index.n = want;
	return 0;
}

int nc_units_push_lines(struct nc_image *image, size_t n, uint32_t *ret)
{
	uint32_t gap;
	int r = nc_units_push(image, -image->index.n % NC_UNITS_LINE, &gap);

	return r < 0 ? r : nc_units_push(image, n, ret);
}

/* --- reading the rules ------------------------------------------------------------------------------------------ */

/* Does a lookup jump, and come back to the step that span names? */
static bool comes_back(const struct nc_step *step)
{
	return step->op == NC_OP_RICH &&
	       (step->arg == NC_RICH_VERDICT || step->arg == NC_RICH_OBJECT);
}

static bool leads_to(const struct nc_step *step, uint32_t at)
{
	return step->hit == at || step->miss == at || (comes_back(step) && step->span == at);
}

/* Steps from at on count, perhaps, and judge; that is all. */
static bool read_judgement(const struct indexing *indexing, struct indexed_rule *rule, uint32_t at)
{
	const struct nc_step *step = old_step(indexing, at);

	rule->record.counter = NC_NONE;
	if (at < rule->end && step->op == NC_OP_COUNT && !(step->flags & NC_STEP_ELEMENT)) {
		rule->record.counter = step->index;
		step = old_step(indexing, ++at);
	}
	if (at + 1 != rule->end || step->op != NC_OP_VERDICT)
		return false;
	rule->record.end = step->arg;
	return step->arg == NC_END_ACCEPT || step->arg == NC_END_DROP;
}

static int read_rule(struct indexing *indexing, size_t i)
{
	struct indexed_rule *rule = &indexing->rules[i];
	int r = nc_box_rule(indexing->build, rule->first, rule->end, i, &indexing->boxes,
			    &rule->boxed);

	if (r < 0)
		return r;
	rule->record.order = i;
	rule->record.need_nh = rule->boxed.need_nh;
	rule->record.need_th = rule->boxed.need_th;
	rule->record.proto = rule->boxed.proto;
	rule->record.proto_mask = rule->boxed.proto_mask;
	if (read_judgement(indexing, rule, rule->first + rule->boxed.covered))
		rule->record.flags = NC_RULE_JUDGES;
	rule->left = rule->first + rule->boxed.covered == rule->end;
	for (uint32_t at = rule->first + rule->boxed.covered; at < rule->end; at++)
		rule->left |= leads_to(old_step(indexing, at), rule->end);
	return 0;
}

static int read_rules(struct indexing *indexing)
{
	const struct nc_laid_chain *chain = indexing->chain;
	int r = 0;

	for (size_t i = 0; i < indexing->n && !r; i++) {
		struct indexed_rule *rule = &indexing->rules[i];

		rule->first = indexing->build->rule_starts.v[chain->first_rule + i];
		rule->end = i + 1 < indexing->n
				    ? indexing->build->rule_starts.v[chain->first_rule + i + 1]
				    : chain->end;
		r = read_rule(indexing, i);
	}
	return r;
}

static void find_th(struct indexing *indexing)
{
	uint32_t next = NC_NONE;

	for (size_t i = indexing->n; i--;) {
		const struct nc_boxed *boxed = &indexing->rules[i].boxed;

		if (boxed->reads_th && boxed->families >> NC_FAMILY_IP6 & 1)
			next = i;
		indexing->rules[i].next_th = next;
	}
}

static bool judges(const struct indexed_rule *rule)
{
	return rule->record.flags & NC_RULE_JUDGES;
}

/* Lookups that a packet of a family makes: one, and one more behind each rule that stops nearly all of them, or run of such. */
static size_t count_lookups(const struct indexing *indexing, enum nc_family family)
{
	size_t lookups = 1;
	bool running = false;

	for (size_t i = 0; i < indexing->n; i++) {
		const struct indexed_rule *rule = &indexing->rules[i];
		bool stops = !rule->boxed.selective && !judges(rule) &&
			     rule->boxed.families >> family & 1;

		lookups += stops && !(running && !rule->boxed.bounded);
		running = stops && !rule->boxed.bounded;
	}
	return lookups;
}

/* Is it cheaper to look rules up than to walk from one to the next? Those that any packet may match are gone through either way. */
static bool is_worth(const struct indexing *indexing)
{
	size_t bounded = 0;

	for (size_t i = 0; i < indexing->n; i++)
		bounded += indexing->rules[i].boxed.bounded;
	for (enum nc_family family = 0; family < NC_FAMILY_OTHER; family++) {
		if (bounded < INDEXED_MIN + LOOKUP_RULES * count_lookups(indexing, family))
			return false;
	}
	return true;
}

/* Rules that any packet may match, one behind the other: the index leads to the first, and steps to the others. */
static void find_runs(struct indexing *indexing)
{
	for (size_t i = 1; i < indexing->n; i++) {
		struct indexed_rule *rule = &indexing->rules[i];

		rule->follows = !rule->boxed.bounded && !rule[-1].boxed.bounded && rule[-1].left;
		if (rule->follows) {
			rule->boxed.covered = 0;
			rule->record.flags = 0;
		}
	}
}

/* --- the new layout ------------------------------------------------------------------------------------------------ */

/* Is an INDEX step needed in front of a rule? */
static bool is_entered(const struct indexing *indexing, size_t i)
{
	if (!i)
		return true;
	return !indexing->rules[i].follows && indexing->rules[i - 1].left &&
	       !judges(&indexing->rules[i - 1]);
}

/* The steps, and where a target that was an old one is now: a rule's first may be at a lookup. Those that are kept: where they are. */
struct layout {
	NC_VEC(struct nc_step) steps;
	uint32_t *moved, *kept;
};

static int lay_step(struct layout *layout, const struct indexing *indexing, uint32_t at)
{
	layout->moved[at] = layout->kept[at] = layout->steps.n;
	return nc_vec_push(&layout->steps, *old_step(indexing, at));
}

static int lay_index(struct layout *layout, const struct indexing *indexing, size_t from)
{
	struct nc_step step = nc_step_of(NC_OP_INDEX);

	step.index = indexing->unit;
	step.low = from;
	step.span = indexing->rules[from].next_th;
	/* Old targets: they are moved with the others. */
	step.hit = step.miss = indexing->chain->end;
	return nc_vec_push(&layout->steps, step);
}

static int lay_rule(struct layout *layout, struct indexing *indexing, size_t i)
{
	struct indexed_rule *rule = &indexing->rules[i];
	uint32_t here = layout->steps.n;
	int r = 0;

	if (is_entered(indexing, i))
		r = lay_index(layout, indexing, i);
	for (uint32_t at = rule->first; at < rule->first + rule->boxed.covered; at++)
		layout->moved[at] = here;
	rule->record.at = layout->steps.n;
	for (uint32_t at = rule->first + rule->boxed.covered; at < rule->end && !r; at++) {
		if (judges(rule))
			layout->moved[at] = here;
		else
			r = lay_step(layout, indexing, at);
	}
	if (rule->first < rule->end)
		layout->moved[rule->first] = here;
	return r;
}

/* --- the index -------------------------------------------------------------------------------------------------------- */

/* What the program must extract for it. */
static void note_use(struct nc_spec *spec, const struct nc_boxed *boxed)
{
	bool th = boxed->need_th;

	spec->uses_th |= th;
	spec->uses_ip |= boxed->families >> NC_FAMILY_IP & 1 && (th || boxed->need_nh);
	spec->uses_ip6 |= boxed->families >> NC_FAMILY_IP6 & 1 && (th || boxed->need_nh);
}

static int build_family(struct indexing *indexing, enum nc_family family,
			const struct nc_boxed *boxed, const struct nc_index_rule *records)
{
	struct nc_tuples_in in = {.family = family, .rules = boxed, .records = records};
	_cleanup_free_ const struct nc_box **boxes = calloc(indexing->boxes.n + 1, sizeof(*boxes));

	if (!boxes)
		return -ENOMEM;
	nc_vec_foreach (box, &indexing->boxes) {
		if (boxed[box->rule].families >> family & 1 && !indexing->rules[box->rule].follows)
			boxes[in.n++] = box;
	}
	in.boxes = boxes;
	return nc_tuples_build(indexing->build->image, &in, &indexing->index[family]);
}

static int build_index(struct indexing *indexing)
{
	_cleanup_free_ struct nc_boxed *boxed = calloc(indexing->n, sizeof(*boxed));
	_cleanup_free_ struct nc_index_rule *records = calloc(indexing->n, sizeof(*records));
	const struct nc_step *end = old_step(indexing, indexing->chain->end);
	int r = boxed && records ? 0 : -ENOMEM;

	for (size_t i = 0; i < indexing->n && !r; i++) {
		boxed[i] = indexing->rules[i].boxed;
		records[i] = indexing->rules[i].record;
		note_use(&indexing->build->image->spec, &boxed[i]);
	}
	for (enum nc_family family = 0; family < _NC_FAMILY_MAX && !r; family++) {
		r = build_family(indexing, family, boxed, records);
		indexing->index[family].verdict =
			end->op == NC_OP_VERDICT ? end->arg : (__u32)_NC_END_MAX;
	}
	return r;
}

/* --- all chains ------------------------------------------------------------------------------------------------------- */

static void indexing_clear(struct indexing *indexing)
{
	free(indexing->rules);
	nc_vec_free(&indexing->boxes);
}

static int lay_indexed(struct layout *layout, struct indexing *indexing)
{
	struct nc_image *image = indexing->build->image;
	int r = nc_units_push(image, NC_UNITS(indexing->index), &indexing->unit);

	find_runs(indexing);
	for (size_t i = 0; i < indexing->n && !r; i++)
		r = lay_rule(layout, indexing, i);
	if (r == 0)
		r = build_index(indexing);
	if (r == 0)
		memcpy(nc_unit_at(image, indexing->unit), indexing->index, sizeof(indexing->index));
	return r;
}

/* A chain, with what ends it. */
static int lay_chain(struct nc_build *build, struct nc_laid_chain *chain, uint32_t behind,
		     struct layout *layout)
{
	_cleanup_(indexing_clear) struct indexing indexing = {
		.build = build, .chain = chain, .n = chain->n_rules};
	uint32_t at = chain->start;
	int r = 0;

	if (chain->n_rules >= INDEXED_MIN) {
		indexing.rules = calloc(chain->n_rules, sizeof(*indexing.rules));
		r = indexing.rules ? read_rules(&indexing) : -ENOMEM;
		if (r < 0)
			return r;
		find_th(&indexing);
		if (is_worth(&indexing)) {
			r = lay_indexed(layout, &indexing);
			at = chain->end;
		}
	}
	if (r == 0 && build->flags & NC_COMPILE_COST)
		r = nc_keep_chain(build, chain, at > chain->start, indexing.unit);
	for (; at < behind && !r; at++)
		r = lay_step(layout, &indexing, at);
	return r;
}

static void move(const struct layout *layout, uint32_t n_old, uint32_t *target)
{
	if (*target < n_old)
		*target = layout->moved[*target];
}

static void move_targets(struct nc_build *build, struct layout *layout, uint32_t n_old)
{
	nc_vec_foreach (step, &layout->steps) {
		uint32_t span = step->span;

		move(layout, n_old, &step->hit);
		move(layout, n_old, &step->miss);
		if (!comes_back(step))
			continue;
		move(layout, n_old, &span);
		step->span = span;
	}
	nc_vec_foreach (fixup, &build->fixups)
		fixup->step = layout->kept[fixup->step];
	nc_vec_foreach (chain, &build->laid) {
		move(layout, n_old, &chain->start);
		move(layout, n_old, &chain->end);
	}
}

static int report(struct nc_build *build, int r)
{
	if (r == -E2BIG)
		nc_diag_error(
			build->diag, NULL,
			"this ruleset is too large: the index of its rules takes more than %u "
			"MiB; put addresses and ports into named sets",
			NC_UNITS_MAX / (1u << 20) * NC_UNIT);
	return r;
}

int nc_build_index(struct nc_build *build)
{
	struct nc_image *image = build->image;
	uint32_t n_old = image->steps.n;
	struct layout layout = {
		.moved = calloc(n_old + 1, sizeof(*layout.moved)),
		.kept = calloc(n_old + 1, sizeof(*layout.kept)),
	};
	int r = layout.moved && layout.kept ? 0 : -ENOMEM;

	for (size_t i = 0; i < build->laid.n && !r; i++) {
		uint32_t behind = i + 1 < build->laid.n ? build->laid.v[i + 1].start : n_old;

		r = lay_chain(build, &build->laid.v[i], behind, &layout);
	}
	if (r == 0) {
		move_targets(build, &layout, n_old);
		nc_vec_free(&image->steps);
		image->steps.v = layout.steps.v;
		image->steps.n = layout.steps.n;
		image->steps.cap = layout.steps.cap;
	} else {
		nc_vec_free(&layout.steps);
	}
	free(layout.moved);
	free(layout.kept);
	return report(build, r);
}
