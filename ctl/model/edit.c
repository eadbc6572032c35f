/* SPDX-License-Identifier: GPL-2.0-only */
/* Edits of tables, chains and rules. Called by lang/ for each command; sets are in edit_set.c. */
#include "model/edit.h"

#include <inttypes.h>
#include <string.h>

#include "model/refer.h"

#define EXISTS	"File exists: "
#define MISSING "No such file or directory: "

static uint64_t next_handle(struct nc_table *table)
{
	return ++table->last_handle;
}

static int copy_string(const char *from, char **ret)
{
	char *copy;

	if (!from)
		return 0;
	copy = strdup(from);
	if (!copy)
		return -ENOMEM;
	*ret = copy;
	return 0;
}

/* A missing object: an error unless the command was "destroy". */
static int missing(bool missing_ok, const char *kind, const char *name, const struct nc_loc *loc,
		   struct nc_diag *diag)
{
	if (missing_ok)
		return 0;
	nc_diag_error(diag, loc, MISSING "there is no %s '%s'", kind, name);
	return -ENOENT;
}

int nc_edit_add_table(struct nc_ruleset *ruleset, const char *name, const char *comment,
		      bool create, const struct nc_loc *loc, struct nc_table **ret,
		      struct nc_diag *diag)
{
	_cleanup_(nc_table_freep) struct nc_table *table = NULL;
	struct nc_table *old = nc_ruleset_find_table(ruleset, name);

	if (old && create) {
		nc_diag_error(diag, loc, EXISTS "table '%s' is there already", name);
		return -EEXIST;
	}
	if (old) {
		*ret = old;
		return 0;
	}
	table = nc_table_new(name);
	if (!table || copy_string(comment, &table->comment) < 0 ||
	    nc_vec_push(&ruleset->tables, table) < 0)
		return -ENOMEM;
	table->loc = *loc;
	table->handle = ++ruleset->last_handle;
	*ret = TAKE_PTR(table);
	return 0;
}

void nc_edit_set_dormant(struct nc_table *table, bool dormant)
{
	table->dormant = dormant;
}

int nc_edit_get_table(const struct nc_ruleset *ruleset, const char *name, const struct nc_loc *loc,
		      struct nc_table **ret, struct nc_diag *diag)
{
	struct nc_table *table = nc_ruleset_find_table(ruleset, name);

	if (!table)
		return missing(false, "table netdev", name, loc, diag);
	*ret = table;
	return 0;
}

int nc_edit_get_chain(const struct nc_table *table, const char *name, const struct nc_loc *loc,
		      struct nc_chain **ret, struct nc_diag *diag)
{
	struct nc_chain *chain = nc_table_find_chain(table, name);

	if (!chain)
		return missing(false, "chain", name, loc, diag);
	*ret = chain;
	return 0;
}

static int add_devices(struct nc_chain *chain, const struct nc_chain *more)
{
	nc_vec_foreach (device, &more->devices) {
		if (nc_chain_has_device(chain, device->name))
			continue;
		if (nc_vec_push(&chain->devices, *device) < 0)
			return -ENOMEM;
		chain->single_device = false;
	}
	return 0;
}

/* An existing chain named again: it must be the same one; its policy may change, and it may get more devices. */
static int reopen_chain(struct nc_chain *old, const struct nc_chain *chain, bool create,
			struct nc_diag *diag)
{
	if (create) {
		nc_diag_error(diag, &chain->loc, EXISTS "chain '%s' is there already", chain->name);
		return -EEXIST;
	}
	if (!chain->base)
		return 0;
	if (!old->base)
		return nc_diag_error(diag, &chain->loc,
				     "chain '%s' is there already without a hook; delete it first",
				     chain->name);
	if (old->hook != chain->hook || old->priority != chain->priority)
		return nc_diag_error(diag, &chain->loc,
				     "chain '%s' is there already with another hook or priority; "
				     "delete it first",
				     chain->name);
	if (chain->policy_given)
		old->policy = chain->policy;
	return add_devices(old, chain);
}

int nc_edit_add_chain(struct nc_table *table, struct nc_chain *chain, bool create,
		      struct nc_chain **ret, struct nc_diag *diag)
{
	struct nc_chain *old = nc_table_find_chain(table, chain->name);
	int r;

	if (old) {
		r = reopen_chain(old, chain, create, diag);
		if (r < 0)
			return r;
		nc_chain_free(chain);
		*ret = old;
		return 0;
	}
	if (nc_vec_push(&table->chains, chain) < 0)
		return -ENOMEM;
	chain->handle = next_handle(table);
	*ret = chain;
	return 0;
}

/* Where in the chain a rule goes. */
static int find_place(const struct nc_chain *chain, const struct nc_place *place, size_t *ret,
		      struct nc_diag *diag)
{
	bool after = place->position == NC_POSITION_AFTER_HANDLE ||
		     place->position == NC_POSITION_AFTER_INDEX;
	size_t index;

	switch (place->position) {
	case NC_POSITION_START:
		*ret = 0;
		return 0;
	case NC_POSITION_END:
		*ret = chain->rules.n;
		return 0;
	case NC_POSITION_BEFORE_HANDLE:
	case NC_POSITION_AFTER_HANDLE:
		if (!nc_chain_find_rule(chain, place->number, &index)) {
			nc_diag_error(diag, &place->loc,
				      MISSING "chain '%s' has no rule with handle %" PRIu64
					      "; 'list -a' shows handles",
				      chain->name, place->number);
			return -ENOENT;
		}
		break;
	default:
		if (place->number >= chain->rules.n) {
			nc_diag_error(diag, &place->loc,
				      MISSING "chain '%s' has no rule with index %" PRIu64,
				      chain->name, place->number);
			return -ENOENT;
		}
		index = place->number;
	}
	*ret = index + after;
	return 0;
}

int nc_edit_add_rule(struct nc_table *table, struct nc_chain *chain, struct nc_rule *rule,
		     const struct nc_place *place, struct nc_diag *diag)
{
	size_t index;
	int r;

	r = find_place(chain, place, &index, diag);
	if (r < 0)
		return r;
	if (nc_vec_insert(&chain->rules, index, rule) < 0)
		return -ENOMEM;
	rule->handle = next_handle(table);
	return 0;
}

/* The rule with a handle: an error, or -ENOENT alone if missing_ok. */
static int find_rule(const struct nc_chain *chain, uint64_t handle, bool missing_ok,
		     const struct nc_loc *loc, size_t *ret, struct nc_diag *diag)
{
	if (nc_chain_find_rule(chain, handle, ret))
		return 0;
	if (!missing_ok)
		nc_diag_error(diag, loc,
			      MISSING "chain '%s' has no rule with handle %" PRIu64
				      "; 'list -a' shows handles",
			      chain->name, handle);
	return -ENOENT;
}

int nc_edit_replace_rule(struct nc_chain *chain, uint64_t handle, const struct nc_loc *loc,
			 struct nc_rule *rule, struct nc_diag *diag)
{
	size_t index;
	int r;

	r = find_rule(chain, handle, false, loc, &index, diag);
	if (r < 0)
		return r;
	rule->handle = handle;
	nc_rule_free(chain->rules.v[index]);
	chain->rules.v[index] = rule;
	return 0;
}

int nc_edit_delete_rule(struct nc_chain *chain, uint64_t handle, bool missing_ok,
			const struct nc_loc *loc, struct nc_diag *diag)
{
	size_t index;
	int r;

	r = find_rule(chain, handle, missing_ok, loc, &index, diag);
	if (r < 0)
		return missing_ok ? 0 : r;
	nc_rule_free(chain->rules.v[index]);
	nc_vec_remove(&chain->rules, index);
	return 0;
}

int nc_edit_delete_table(struct nc_ruleset *ruleset, const char *name, bool missing_ok,
			 const struct nc_loc *loc, struct nc_diag *diag)
{
	for (size_t i = 0; i < ruleset->tables.n; i++) {
		if (strcmp(ruleset->tables.v[i]->name, name) != 0)
			continue;
		nc_table_free(ruleset->tables.v[i]);
		nc_vec_remove(&ruleset->tables, i);
		return 0;
	}
	return missing(missing_ok, "table netdev", name, loc, diag);
}

/* A base chain goes with its rules, as nft lets it; one that is jumped to stays. */
int nc_edit_delete_chain(struct nc_table *table, const char *name, bool missing_ok,
			 const struct nc_loc *loc, struct nc_diag *diag)
{
	for (size_t i = 0; i < table->chains.n; i++) {
		if (strcmp(table->chains.v[i]->name, name) != 0)
			continue;
		if (nc_table_jumps_to(table, name)) {
			nc_diag_error(diag, loc,
				      "Device or resource busy: a rule or map of table '%s' jumps "
				      "to chain '%s'",
				      table->name, name);
			return -EBUSY;
		}
		nc_chain_free(table->chains.v[i]);
		nc_vec_remove(&table->chains, i);
		return 0;
	}
	return missing(missing_ok, "chain", name, loc, diag);
}

int nc_edit_rename_chain(struct nc_table *table, const char *name, const char *to,
			 const struct nc_loc *loc, const struct nc_loc *to_loc,
			 struct nc_diag *diag)
{
	struct nc_chain *chain = nc_table_find_chain(table, name);
	char *copy;

	if (!chain)
		return missing(false, "chain", name, loc, diag);
	if (nc_table_find_chain(table, to)) {
		nc_diag_error(diag, to_loc, EXISTS "chain '%s' is there already", to);
		return -EEXIST;
	}
	copy = strdup(to);
	if (!copy || nc_table_rename_jumps(table, chain->name, to) < 0) {
		free(copy);
		return -ENOMEM;
	}
	free(chain->name);
	chain->name = copy;
	return 0;
}

void nc_edit_flush_ruleset(struct nc_ruleset *ruleset)
{
	nc_vec_foreach (table, &ruleset->tables)
		nc_table_free(*table);
	ruleset->tables.n = 0;
}

void nc_edit_flush_table(struct nc_table *table)
{
	nc_vec_foreach (chain, &table->chains)
		nc_edit_flush_chain(*chain);
}

void nc_edit_flush_chain(struct nc_chain *chain)
{
	nc_vec_foreach (rule, &chain->rules)
		nc_rule_free(*rule);
	chain->rules.n = 0;
}
