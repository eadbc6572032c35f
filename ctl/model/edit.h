/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Edits of a ruleset, with nft(8)'s meaning: what each command of the language does to the model.
 *
 * Every function takes the location of the words that named the object, reports what cannot be done there and
 * then leaves the ruleset as it was. Objects handed in are owned by the ruleset on success
 * only. All return 0 or a negative errno after appending a message.
 */
#ifndef NETCTL_MODEL_EDIT_H
#define NETCTL_MODEL_EDIT_H

#include "ruleset.h"

/* Where a rule goes. */
enum nc_position {
	NC_POSITION_END,
	NC_POSITION_START,
	NC_POSITION_BEFORE_HANDLE,
	NC_POSITION_AFTER_HANDLE,
	NC_POSITION_BEFORE_INDEX,
	NC_POSITION_AFTER_INDEX
};

struct nc_place {
	enum nc_position position;
	uint64_t number; /* handle or index, 0-based */
	struct nc_loc loc;
};

/* create: it is an error if it exists; else an existing table is returned and keeps its content. */
int nc_edit_add_table(struct nc_ruleset *ruleset, const char *name, const char *comment,
		      bool create, const struct nc_loc *loc, struct nc_table **ret,
		      struct nc_diag *diag);
/* "flags dormant", or none: as the last one said. */
void nc_edit_set_dormant(struct nc_table *table, bool dormant);

/* The table, or an error at loc: "No such table". Likewise below. */
int nc_edit_get_table(const struct nc_ruleset *ruleset, const char *name, const struct nc_loc *loc,
		      struct nc_table **ret, struct nc_diag *diag);
int nc_edit_get_chain(const struct nc_table *table, const char *name, const struct nc_loc *loc,
		      struct nc_chain **ret, struct nc_diag *diag);
int nc_edit_get_set(const struct nc_table *table, const char *name, const struct nc_loc *loc,
		    struct nc_set **ret, struct nc_diag *diag);
int nc_edit_get_object(const struct nc_table *table, enum nc_object_kind kind, const char *name,
		       const struct nc_loc *loc, struct nc_object_decl **ret, struct nc_diag *diag);

/*
 * Add a chain. An existing chain of the same hook, priority and devices keeps its rules and takes the
 * new policy if one is given, and *ret is it (chain is then freed); any other difference is refused.
 */
int nc_edit_add_chain(struct nc_table *table, struct nc_chain *chain, bool create,
		      struct nc_chain **ret, struct nc_diag *diag);

/* Add a set. An existing one of the same declaration stays (set's elements are added to it). */
int nc_edit_add_set(struct nc_table *table, struct nc_set *set, bool create, struct nc_set **ret,
		    struct nc_diag *diag);

/* Add an object of state. An existing one of the same kind and declaration stays as it is. */
int nc_edit_add_object(struct nc_table *table, struct nc_object_decl *object, bool create,
		       struct nc_object_decl **ret, struct nc_diag *diag);

/* Rules that jump to it follow. */
int nc_edit_rename_chain(struct nc_table *table, const char *name, const char *to,
			 const struct nc_loc *loc, const struct nc_loc *to_loc,
			 struct nc_diag *diag);

/* Add or insert a rule and give it its handle. */
int nc_edit_add_rule(struct nc_table *table, struct nc_chain *chain, struct nc_rule *rule,
		     const struct nc_place *place, struct nc_diag *diag);
int nc_edit_replace_rule(struct nc_chain *chain, uint64_t handle, const struct nc_loc *loc,
			 struct nc_rule *rule, struct nc_diag *diag);

/* missing_ok: "destroy" rather than "delete". */
int nc_edit_delete_table(struct nc_ruleset *ruleset, const char *name, bool missing_ok,
			 const struct nc_loc *loc, struct nc_diag *diag);
int nc_edit_delete_chain(struct nc_table *table, const char *name, bool missing_ok,
			 const struct nc_loc *loc, struct nc_diag *diag);
int nc_edit_delete_set(struct nc_table *table, const char *name, bool missing_ok,
		       const struct nc_loc *loc,
		       struct nc_diag *diag); /* -EBUSY while a rule names it */
int nc_edit_delete_object(struct nc_table *table, enum nc_object_kind kind, const char *name,
			  bool missing_ok, const struct nc_loc *loc, struct nc_diag *diag);
int nc_edit_delete_rule(struct nc_chain *chain, uint64_t handle, bool missing_ok,
			const struct nc_loc *loc, struct nc_diag *diag);

/* Drop all tables; all rules of a table or chain; all elements of a set. */
void nc_edit_flush_ruleset(struct nc_ruleset *ruleset);
void nc_edit_flush_table(struct nc_table *table);
void nc_edit_flush_chain(struct nc_chain *chain);
int nc_edit_flush_set(struct nc_set *set, const struct nc_loc *loc, struct nc_diag *diag);

/*
 * Add or delete elements; set->elements_loaded must hold unless the set has no live map. Adding what is there is
 * no error unless create; overlapping another interval is; deleting what is not there is unless
 * missing_ok; any change of a constant set is.
 */
int nc_edit_add_elements(struct nc_set *set, const nc_set_elements *elements, bool create,
			 struct nc_diag *diag);
int nc_edit_delete_elements(struct nc_set *set, const nc_set_elements *elements, bool missing_ok,
			    struct nc_diag *diag);

#endif
