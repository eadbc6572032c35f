/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside model: what names what within a table. */
#ifndef NETCTL_MODEL_REFER_H
#define NETCTL_MODEL_REFER_H

#include "model/ruleset.h"

/* What a name in a rule or an element stands for. */
enum nc_reference_kind { NC_REFERS_SET, NC_REFERS_CHAIN, NC_REFERS_OBJECT };

struct nc_reference {
	enum nc_reference_kind kind;
	char **name;
	const struct nc_loc *loc;
	const struct nc_stmt *stmt;  /* NULL: in an element of a named map */
	const struct nc_do *verdict; /* CHAIN */
	enum nc_object_kind object;  /* OBJECT */
};

/* Call fn for every name in the rule or set, until it returns other than 0. */
typedef int nc_reference_fn(const struct nc_reference *reference, void *context);
int nc_rule_each_reference(struct nc_rule *rule, nc_reference_fn *fn, void *context);
int nc_set_each_reference(struct nc_set *set, nc_reference_fn *fn, void *context);
int nc_table_each_reference(struct nc_table *table, nc_reference_fn *fn, void *context);

bool nc_table_jumps_to(struct nc_table *table, const char *chain);
int nc_table_rename_jumps(struct nc_table *table, const char *from, const char *to);
bool nc_table_names_set(struct nc_table *table, const char *set);
bool nc_table_names_object(struct nc_table *table, enum nc_object_kind kind, const char *name);

#endif
