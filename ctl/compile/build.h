/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside compile: an image under construction. All functions return 0 or -errno, after a message unless -ENOMEM. */
#ifndef NETCTL_COMPILE_BUILD_H
#define NETCTL_COMPILE_BUILD_H

#include "compile/compile.h"
#include "compile/place.h"

/* Targets that are not known yet while steps are laid out. None is a step. */
#define NC_TARGET_NEXT 0xfffffffeu /* behind this statement */
#define NC_TARGET_ELSE 0xfffffffdu /* the next element of a match */
#define NC_TARGET_FAIL 0xfffffffcu /* the rule does not match */

/* A target that is a chain, to be filled in when all are laid out. */
struct nc_fixup {
	uint32_t step;
	const struct nc_chain *chain;
};

/* A chain whose steps are laid out, in the order of the text. */
struct nc_laid_chain {
	const struct nc_table *table;
	const struct nc_chain *chain;
	uint32_t start, end;	      /* end: its policy or return */
	uint32_t first_rule, n_rules; /* in image->rules */
	uint64_t longest; /* steps that a packet can make in it and below; 0: not known yet */
};

struct nc_build {
	struct nc_image *image;
	struct nc_ruleset *ruleset;
	struct nc_diag *diag;
	unsigned flags;
	const struct nc_table *table; /* of the rule that is laid out */
	const struct nc_rule *rule;
	bool stores;			 /* there are STORE steps */
	uint32_t rule_index, base_index; /* of the rule and the base chain that are laid out */
	bool needs_tc;			 /* some statement does, in some chain */
	NC_VEC(struct nc_fixup) fixups;
	NC_VEC(struct nc_laid_chain) laid;
	NC_VEC(uint32_t) rule_starts; /* first steps, by image->rules */
	bool names_objects;	      /* maps that are looked up do: they are laid out */
};

/* --- compile.c ---------------------------------------------------------------------------------------------- */

/* Note what is to be known of all rules while each is read: reading them once more is what costs. */
int nc_note_rule(struct nc_build *build, const struct nc_rule *rule);

/* --- emit.c: steps ---------------------------------------------------------------------------------------- */

uint32_t nc_here(const struct nc_build *build);
/* A step whose hit is the next one and whose miss is FAIL. */
struct nc_step nc_step_of(enum nc_step_op op);
/* The same on a place. */
struct nc_step nc_step_at(enum nc_step_op op, const struct nc_place_in *place);
int nc_emit(struct nc_build *build, struct nc_step step);
/* slot & mask within low … high, all three shifted to the place. */
int nc_emit_range(struct nc_build *build, const struct nc_place_in *place, uint64_t mask,
		  uint64_t low, uint64_t high, bool invert, uint32_t hit, uint32_t miss);
/* Goes on at target, whatever the packet. */
int nc_emit_always(struct nc_build *build, uint32_t target);
/* (mask, low) into the accumulator. */
int nc_emit_const(struct nc_build *build, nc_num value);
/* Point the targets of the steps from first on that are still open to where the next step will be. */
void nc_resolve(struct nc_build *build, uint32_t first, uint32_t open);

/* --- operand.c: what is read -------------------------------------------------------------------------------- */

/*
 * Steps that bring a selector to a place: none for what the parser extracts, else loads into the accumulator. What
 * cannot be read goes to FAIL.
 */
int nc_emit_operand(struct nc_build *build, const struct nc_selector *selector,
		    struct nc_place_in *ret);
/* The same into the accumulator, always. */
int nc_emit_load(struct nc_build *build, const struct nc_selector *selector);
/* The place of a selector that takes no steps. */
bool nc_operand_place(const struct nc_selector *selector, struct nc_place_in *ret);

/* --- match.c ------------------------------------------------------------------------------------------------ */

/* A run of matches: statements first … end - 1 of the rule. */
int nc_build_matches(struct nc_build *build, size_t first, size_t end);
/* The matches that begin at a statement and may be tested in any order: where they end. */
size_t nc_match_run(const struct nc_build *build, size_t first);
/* A place within an interval: hit goes to yes, miss to no. */
int nc_emit_interval(struct nc_build *build, const struct nc_place_in *place,
		     const struct nc_interval *interval, uint32_t yes, uint32_t no);
/* Goes on if all parts of the key can be read, whatever they are: what cannot ends the rule, even in a negation. */
int nc_emit_guards(struct nc_build *build, const nc_key *key);
/* Is it another one each time that it is read? Then it is read once. */
bool nc_key_varies(const nc_key *key);
/* One element's parts, tested: what holds goes to NEXT, what does not to ELSE. */
int nc_emit_element(struct nc_build *build, const nc_key *key,
		    const struct nc_set_element *element);

/* --- lookup.c ------------------------------------------------------------------------------------------------ */

/* "@set", or an anonymous set that is too large for tests: hit NEXT, miss FAIL. */
int nc_build_set_match(struct nc_build *build, const struct nc_match *match);
/* A verdict map. Where a verdict is found the rule leaves its trace. */
int nc_build_vmap(struct nc_build *build, const struct nc_lookup *lookup);
/* A map's data into the accumulator. */
int nc_build_map(struct nc_build *build, const struct nc_lookup *lookup, struct nc_key_part data);
/* The counter, quota or limit that a map names. */
int nc_build_objects(struct nc_build *build, const struct nc_lookup *lookup,
		     enum nc_object_kind kind);
/* The key of a rich set; tuple: its masks and number, or NULL. */
int nc_emit_key(struct nc_build *build, const nc_key *key, const struct nc_tuple *tuple,
		uint32_t number);
/* The key of a hash: its parts as they stand in nft's registers. *ret_bytes: how many. */
int nc_emit_hash_key(struct nc_build *build, const nc_key *key, unsigned *ret_bytes);
/* What elements carry, behind a lookup or "add". */
int nc_emit_carried(struct nc_build *build, unsigned carries, const struct nc_limit *limit,
		    const struct nc_quota *quota, const struct nc_image_set *set);

/* Anonymous sets up to this size are compared element by element: a lookup costs about as much. */
#define NC_INLINE_MAX 8

/* --- stmt.c ---------------------------------------------------------------------------------------------------- */

int nc_build_stmt(struct nc_build *build, const struct nc_stmt *stmt);
int nc_emit_do(struct nc_build *build, const struct nc_do *verdict);
/* Run a named object: hit NEXT, miss FAIL. */
int nc_emit_object(struct nc_build *build, const struct nc_object_decl *object);
void nc_limit_step(const struct nc_limit *limit, struct nc_step *step);
/* The statement or field that only tc can do, or NULL. */
const char *nc_stmt_needs_tc(const struct nc_stmt *stmt);

/* --- chain.c ---------------------------------------------------------------------------------------------------- */

/* The rule has matched: a TRACE step if the image is compiled for it, else nothing. */
int nc_emit_trace(struct nc_build *build);
/* Lay out all chains, then the entries of devices. */
int nc_build_chains(struct nc_build *build);
int nc_build_entries(struct nc_build *build);

/* --- index.c ---------------------------------------------------------------------------------------------------- */

/* Give long chains an index and lay out all steps anew. Jumps to chains are not filled in yet. */
int nc_build_index(struct nc_build *build);

/* --- set.c, anonymous.c ------------------------------------------------------------------------------------------ */

/* Append the image's sets for the named sets of the ruleset. */
int nc_build_named_sets(struct nc_build *build);
/* The image set of a named set. */
const struct nc_image_set *nc_build_find_set(const struct nc_build *build,
					     const struct nc_set *set);
/* Append an anonymous set or map; *ret is valid until the next is appended. */
int nc_build_anonymous_set(struct nc_build *build, const nc_key *key,
			   const nc_set_elements *elements, enum nc_map_kind map,
			   const struct nc_loc *loc, const struct nc_image_set **ret);

#endif
