/* SPDX-License-Identifier: GPL-2.0-only */
/* Edits of named counters, quotas and limits. Called by lang/ for each command. */
#include <string.h>

#include "model/edit.h"
#include "model/refer.h"

int nc_edit_get_object(const struct nc_table *table, enum nc_object_kind kind, const char *name,
		       const struct nc_loc *loc, struct nc_object_decl **ret, struct nc_diag *diag)
{
	struct nc_object_decl *object = nc_table_find_object(table, kind, name);

	if (!object) {
		nc_diag_error(diag, loc, "No such file or directory: there is no %s '%s'",
			      nc_kind_word(kind), name);
		return -ENOENT;
	}
	*ret = object;
	return 0;
}

int nc_edit_add_object(struct nc_table *table, struct nc_object_decl *object, bool create,
		       struct nc_object_decl **ret, struct nc_diag *diag)
{
	struct nc_object_decl *old = nc_table_find_object(table, object->kind, object->name);

	if (old && create) {
		nc_diag_error(diag, &object->loc, "File exists: %s '%s' is there already",
			      nc_kind_word(object->kind), object->name);
		return -EEXIST;
	}
	if (old) {
		nc_object_free(object);
		*ret = old;
		return 0;
	}
	if (nc_vec_push(&table->objects, object) < 0)
		return -ENOMEM;
	object->handle = ++table->last_handle;
	*ret = object;
	return 0;
}

int nc_edit_delete_object(struct nc_table *table, enum nc_object_kind kind, const char *name,
			  bool missing_ok, const struct nc_loc *loc, struct nc_diag *diag)
{
	for (size_t i = 0; i < table->objects.n; i++) {
		struct nc_object_decl *object = table->objects.v[i];

		if (object->kind != kind || strcmp(object->name, name) != 0)
			continue;
		if (nc_table_names_object(table, kind, name)) {
			nc_diag_error(
				diag, loc,
				"Device or resource busy: a rule or map of table '%s' uses %s '%s'",
				table->name, nc_kind_word(kind), name);
			return -EBUSY;
		}
		nc_object_free(object);
		nc_vec_remove(&table->objects, i);
		return 0;
	}
	if (missing_ok)
		return 0;
	nc_diag_error(diag, loc, "No such file or directory: there is no %s '%s'",
		      nc_kind_word(kind), name);
	return -ENOENT;
}
