/* SPDX-License-Identifier: GPL-2.0-only */
/* Edits of sets and their elements. Called by lang/ for each command. */
#include <string.h>

#include "model/edit.h"
#include "model/elements.h"
#include "model/refer.h"

int nc_edit_get_set(const struct nc_table *table, const char *name, const struct nc_loc *loc,
		    struct nc_set **ret, struct nc_diag *diag)
{
	struct nc_set *set = nc_table_find_set(table, name);

	if (!set) {
		nc_diag_error(diag, loc, "No such file or directory: there is no set '%s'", name);
		return -ENOENT;
	}
	*ret = set;
	return 0;
}

static bool same_declaration(const struct nc_set *a, const struct nc_set *b)
{
	return nc_key_type_same(&a->type, &b->type) && a->flags == b->flags && a->size == b->size &&
	       a->map == b->map &&
	       (a->map != NC_MAP_VALUE || (a->data_type.type == b->data_type.type &&
					   a->data_type.bits == b->data_type.bits)) &&
	       (a->map != NC_MAP_OBJECT || a->objects == b->objects) && a->timeout == b->timeout &&
	       a->carries == b->carries && a->auto_merge == b->auto_merge;
}

/* An existing set declared again: the declarations must agree; new elements are added. */
static int reopen_set(struct nc_set *old, const struct nc_set *set, bool create,
		      struct nc_diag *diag)
{
	if (create) {
		nc_diag_error(diag, &set->loc, "File exists: set '%s' is there already", set->name);
		return -EEXIST;
	}
	if (!same_declaration(old, set)) {
		nc_diag_error(diag, &set->loc,
			      "File exists: set '%s' is there already with another declaration; "
			      "delete it first",
			      set->name);
		return -EEXIST;
	}
	return set->elements.n ? nc_edit_add_elements(old, &set->elements, false, diag) : 0;
}

static int check_size(const struct nc_set *set, size_t n, const struct nc_loc *loc,
		      struct nc_diag *diag)
{
	if (!set->size || n <= set->size)
		return 0;
	nc_diag_error(diag, loc, "set '%s' is full: its size is %u and it would have %zu elements",
		      set->name, set->size, n);
	return -ENFILE;
}

int nc_edit_add_set(struct nc_table *table, struct nc_set *set, bool create, struct nc_set **ret,
		    struct nc_diag *diag)
{
	struct nc_set *old = nc_table_find_set(table, set->name);
	int r;

	if (old) {
		r = reopen_set(old, set, create, diag);
		if (r < 0)
			return r;
		nc_set_free(set);
		*ret = old;
		return 0;
	}
	r = check_size(set, set->elements.n, &set->loc, diag);
	if (r < 0)
		return r;
	if (nc_vec_push(&table->sets, set) < 0)
		return -ENOMEM;
	set->handle = ++table->last_handle;
	*ret = set;
	return 0;
}

int nc_edit_delete_set(struct nc_table *table, const char *name, bool missing_ok,
		       const struct nc_loc *loc, struct nc_diag *diag)
{
	for (size_t i = 0; i < table->sets.n; i++) {
		if (strcmp(table->sets.v[i]->name, name) != 0)
			continue;
		if (nc_table_names_set(table, name)) {
			nc_diag_error(diag, loc,
				      "Device or resource busy: a rule of table '%s' uses set '%s'",
				      table->name, name);
			return -EBUSY;
		}
		nc_set_free(table->sets.v[i]);
		nc_vec_remove(&table->sets, i);
		return 0;
	}
	if (missing_ok)
		return 0;
	nc_diag_error(diag, loc, "No such file or directory: there is no set '%s'", name);
	return -ENOENT;
}

/* nft lets nobody change a constant set once it is there. */
static int check_constant(const struct nc_set *set, const struct nc_loc *loc, struct nc_diag *diag)
{
	if (!(set->flags & NC_SET_CONSTANT))
		return 0;
	nc_diag_error(diag, loc, "Device or resource busy: set '%s' is constant", set->name);
	return -EBUSY;
}

static const struct nc_loc *first_loc(const nc_set_elements *elements)
{
	return elements->n ? &elements->v[0].loc : NULL;
}

static int refuse_existing(const struct nc_set *set, const nc_set_elements *elements,
			   struct nc_diag *diag)
{
	nc_vec_foreach (element, elements) {
		if (!nc_elements_find(&set->elements, element))
			continue;
		nc_diag_error(diag, &element->loc, "File exists: set '%s' has this element already",
			      set->name);
		return -EEXIST;
	}
	return 0;
}

/* "auto-merge": what overlaps or adjoins becomes one element. */
static int merge_elements(struct nc_set *set, const nc_set_elements *elements, struct nc_diag *diag)
{
	int r = nc_elements_merge_into(&set->elements, elements);

	if (r < 0)
		return r;
	set->elements_changed = true;
	return check_size(set, set->elements.n, first_loc(elements), diag);
}

int nc_edit_add_elements(struct nc_set *set, const nc_set_elements *elements, bool create,
			 struct nc_diag *diag)
{
	size_t fresh;
	int r;

	r = check_constant(set, first_loc(elements), diag);
	if (r == 0 && create)
		r = refuse_existing(set, elements, diag);
	if (r == 0 && set->auto_merge)
		return merge_elements(set, elements, diag);
	if (r == 0)
		r = nc_elements_check(&set->elements, elements, &fresh, diag);
	if (r == 0)
		r = check_size(set, set->elements.n + fresh, first_loc(elements), diag);
	if (r == 0)
		r = nc_elements_insert(&set->elements, elements);
	if (r < 0)
		return r;
	set->elements_changed |= fresh > 0;
	return 0;
}

int nc_edit_delete_elements(struct nc_set *set, const nc_set_elements *elements, bool missing_ok,
			    struct nc_diag *diag)
{
	size_t before;
	int r;

	r = check_constant(set, first_loc(elements), diag);
	if (r < 0)
		return r;
	nc_vec_foreach (element, elements) {
		if (missing_ok || nc_elements_find(&set->elements, element))
			continue;
		r = -ENOENT;
		nc_diag_error(diag, &element->loc,
			      "No such file or directory: set '%s' has no such element", set->name);
	}
	if (r < 0)
		return r;
	before = set->elements.n;
	nc_elements_remove(&set->elements, elements);
	set->elements_changed |= set->elements.n != before;
	return 0;
}

int nc_edit_flush_set(struct nc_set *set, const struct nc_loc *loc, struct nc_diag *diag)
{
	int r = check_constant(set, loc, diag);

	if (r < 0)
		return r;
	nc_elements_clear(&set->elements);
	set->elements_loaded = true;
	set->elements_changed = true;
	return 0;
}
