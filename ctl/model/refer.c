/* SPDX-License-Identifier: GPL-2.0-only */
/* Which sets, chains and objects the rules and maps of a table name. Called by edits, validation and the compiler. */
#include "model/refer.h"

#include <string.h>

static int refer_elements(nc_set_elements *elements, const struct nc_stmt *stmt,
			  nc_reference_fn *fn, void *context)
{
	int r = 0;

	nc_vec_foreach (element, elements) {
		struct nc_do *verdict = element->more ? &element->more->verdict : NULL;
		struct nc_reference reference = {
			.kind = NC_REFERS_CHAIN,
			.loc = &element->loc,
			.stmt = stmt,
			.verdict = verdict,
		};

		if (r || !verdict || !verdict->chain)
			continue;
		if (verdict->kind == NC_DO_OBJECT)
			reference.kind = NC_REFERS_OBJECT;
		reference.object = verdict->object;
		reference.name = &verdict->chain;
		if (element->more->data_loc.line)
			reference.loc = &element->more->data_loc;
		r = fn(&reference, context);
	}
	return r;
}

static int refer_set(char **name, const struct nc_loc *loc, const struct nc_stmt *stmt,
		     nc_reference_fn *fn, void *context)
{
	const struct nc_reference reference = {
		.kind = NC_REFERS_SET, .name = name, .loc = loc, .stmt = stmt};

	return *name ? fn(&reference, context) : 0;
}

static int refer_value(struct nc_value *value, const struct nc_stmt *stmt, nc_reference_fn *fn,
		       void *context)
{
	if (value->kind != NC_VALUE_MAP)
		return 0;
	return refer_set(&value->lookup->map, &value->lookup->loc, stmt, fn, context);
}

static int refer_stmt(struct nc_stmt *stmt, nc_reference_fn *fn, void *context)
{
	struct nc_reference reference = {.loc = &stmt->loc, .stmt = stmt};
	int r;

	switch (stmt->kind) {
	case NC_STMT_MATCH:
		return refer_set(&stmt->match.set, &stmt->match.rhs_loc, stmt, fn, context);
	case NC_STMT_VERDICT:
		reference.kind = NC_REFERS_CHAIN;
		reference.name = &stmt->verdict.chain;
		reference.loc = &stmt->verdict.loc;
		reference.verdict = &stmt->verdict;
		return stmt->verdict.chain ? fn(&reference, context) : 0;
	case NC_STMT_VMAP:
		r = refer_set(&stmt->vmap.map, &stmt->vmap.loc, stmt, fn, context);
		return r ?: refer_elements(&stmt->vmap.elements, stmt, fn, context);
	case NC_STMT_OBJECT:
		r = refer_set(&stmt->objects.lookup.map, &stmt->objects.lookup.loc, stmt, fn,
			      context);
		return r ?: refer_elements(&stmt->objects.lookup.elements, stmt, fn, context);
	case NC_STMT_COUNTER:
	case NC_STMT_LIMIT:
	case NC_STMT_QUOTA:
		reference.kind = NC_REFERS_OBJECT;
		reference.name = &stmt->object;
		reference.object = nc_stmt_object_kind(stmt);
		return stmt->object ? fn(&reference, context) : 0;
	case NC_STMT_SET:
		r = refer_set(&stmt->set->set, &stmt->loc, stmt, fn, context);
		return r ?: refer_value(&stmt->set->data, stmt, fn, context);
	case NC_STMT_ASSIGN:
		return refer_value(&stmt->assign->value, stmt, fn, context);
	case NC_STMT_DUP:
	case NC_STMT_FWD:
		r = refer_value(&stmt->send->device, stmt, fn, context);
		return r ?: refer_value(&stmt->send->address, stmt, fn, context);
	default:
		return 0;
	}
}

int nc_rule_each_reference(struct nc_rule *rule, nc_reference_fn *fn, void *context)
{
	int r = 0;

	for (size_t i = 0; !rule->plain && i < rule->stmts.n && !r; i++)
		r = refer_stmt(&rule->stmts.v[i], fn, context);
	return r;
}

int nc_set_each_reference(struct nc_set *set, nc_reference_fn *fn, void *context)
{
	return nc_map_names(set->map) ? refer_elements(&set->elements, NULL, fn, context) : 0;
}

int nc_table_each_reference(struct nc_table *table, nc_reference_fn *fn, void *context)
{
	int r = 0;

	nc_vec_foreach (set, &table->sets)
		r = r ?: nc_set_each_reference(*set, fn, context);
	nc_vec_foreach (chain, &table->chains) {
		nc_vec_foreach (rule, &(*chain)->rules)
			r = r ?: nc_rule_each_reference(*rule, fn, context);
	}
	return r;
}

/* --- questions ------------------------------------------------------------------------------------------ */

struct question {
	enum nc_reference_kind kind;
	enum nc_object_kind object;
	const char *name;
	const char *to;
};

static bool is_asked(const struct nc_reference *reference, const struct question *question)
{
	return reference->kind == question->kind && strcmp(*reference->name, question->name) == 0 &&
	       (question->kind != NC_REFERS_OBJECT || reference->object == question->object);
}

static int find_name(const struct nc_reference *reference, void *context)
{
	return is_asked(reference, context);
}

static int rename_name(const struct nc_reference *reference, void *context)
{
	const struct question *question = context;
	char *copy;

	if (!is_asked(reference, question))
		return 0;
	copy = strdup(question->to);
	if (!copy)
		return -ENOMEM;
	free(*reference->name);
	*reference->name = copy;
	return 0;
}

bool nc_table_jumps_to(struct nc_table *table, const char *chain)
{
	struct question question = {.kind = NC_REFERS_CHAIN, .name = chain};

	return nc_table_each_reference(table, find_name, &question);
}

int nc_table_rename_jumps(struct nc_table *table, const char *from, const char *to)
{
	struct question question = {.kind = NC_REFERS_CHAIN, .name = from, .to = to};

	return nc_table_each_reference(table, rename_name, &question);
}

bool nc_table_names_set(struct nc_table *table, const char *set)
{
	struct question question = {.kind = NC_REFERS_SET, .name = set};

	return nc_table_each_reference(table, find_name, &question);
}

bool nc_table_names_object(struct nc_table *table, enum nc_object_kind kind, const char *name)
{
	struct question question = {.kind = NC_REFERS_OBJECT, .object = kind, .name = name};

	return nc_table_each_reference(table, find_name, &question);
}
