/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks of the ruleset as a whole, when all commands have been performed. Called by lang/. */
#include "model/ruleset.h"

/* A set that a match names: there, and of the field's type. */
static int check_reference(const struct nc_table *table, const struct nc_match *match,
			   struct nc_diag *diag)
{
	const struct nc_set *set;
	enum nc_type type = nc_field_info(match->field)->type;

	if (!match->set)
		return 0;
	set = nc_table_find_set(table, match->set);
	if (!set)
		return nc_diag_error(
			diag, &match->rhs_loc,
			"No such file or directory: there is no set '%s' in table '%s'", match->set,
			table->name);
	if (set->type != type)
		return nc_diag_error(
			diag, &match->rhs_loc,
			"datatype mismatch: expected %s, set '%s' has elements of type %s",
			nc_type_info(type)->description, set->name,
			nc_type_info(set->type)->description);
	return 0;
}

static int check_rule(const struct nc_table *table, const struct nc_rule *rule,
		      struct nc_diag *diag)
{
	int r = 0;

	nc_vec_foreach (stmt, &rule->stmts) {
		if (stmt->kind == NC_STMT_MATCH && check_reference(table, &stmt->match, diag) < 0)
			r = -EINVAL;
	}
	return r;
}

/* Elements that a set has in the kernel are counted when they are changed. */
static int check_set(const struct nc_set *set, struct nc_diag *diag)
{
	if (!set->size || set->elements.n <= set->size)
		return 0;
	return nc_diag_error(diag, &set->loc,
			     "set '%s' is full: its size is %u and it would have %zu elements",
			     set->name, set->size, set->elements.n);
}

static int check_table(const struct nc_table *table, struct nc_diag *diag)
{
	int r = 0;

	nc_vec_foreach (set, &table->sets) {
		if (check_set(*set, diag) < 0)
			r = -EINVAL;
	}
	nc_vec_foreach (chain, &table->chains) {
		nc_vec_foreach (rule, &(*chain)->rules) {
			if (check_rule(table, *rule, diag) < 0)
				r = -EINVAL;
		}
	}
	return r;
}

int nc_ruleset_validate(const struct nc_ruleset *ruleset, struct nc_diag *diag)
{
	int r = 0;

	nc_vec_foreach (table, &ruleset->tables) {
		if (check_table(*table, diag) < 0)
			r = -EINVAL;
	}
	return r;
}
