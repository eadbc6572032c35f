/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks of the ruleset as a whole, when all commands have been performed: what rules name is there and fits. Called by
 * lang/. Jumps are in validate_jumps().
 */
#include <stdarg.h>
#include <string.h>

#include "model/refer.h"

/* What a statement is checked with. */
struct validation {
	const struct nc_table *table;
	struct nc_diag *diag;
	int result;
};

static void __attribute__((format(printf, 3, 4)))
refuse(struct validation *v, const struct nc_loc *loc, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	v->result = nc_diag_error(v->diag, loc, "%s", text);
}

/* --- names ---------------------------------------------------------------------------------------------- */

static int check_name(const struct nc_reference *reference, void *context)
{
	struct validation *v = context;
	const char *name = *reference->name;
	enum nc_object_kind kind;

	switch (reference->kind) {
	case NC_REFERS_SET:
		if (!nc_table_find_set(v->table, name))
			refuse(v, reference->loc,
			       "No such file or directory: there is no set '%s' in table '%s'",
			       name, v->table->name);
		break;
	case NC_REFERS_CHAIN: {
		const struct nc_chain *chain = nc_table_find_chain(v->table, name);

		if (!chain)
			refuse(v, reference->loc,
			       "No such file or directory: there is no chain '%s' in table '%s'",
			       name, v->table->name);
		else if (chain->base)
			refuse(v, reference->loc,
			       "Operation not supported: chain '%s' has a hook and cannot be "
			       "jumped to",
			       name);
		break;
	}
	case NC_REFERS_OBJECT:
		kind = reference->object;
		if (!nc_table_find_object(v->table, kind, name))
			refuse(v, reference->loc,
			       "No such file or directory: there is no %s '%s' in table '%s'",
			       nc_kind_word(kind), name, v->table->name);
		break;
	}
	return 0;
}

/* --- types ---------------------------------------------------------------------------------------------- */

static const char *type_name(const nc_key_type *type)
{
	return type->n == 1 ? nc_type_info(type->v[0].type)->description : "concatenation";
}

/* A key and the set that it is looked up in. */
static bool check_key(struct validation *v, const nc_key *key, const struct nc_set *set,
		      const struct nc_loc *loc)
{
	nc_key_type type = {};
	bool same;

	if (nc_key_type_of(key, &type) < 0)
		return false;
	same = nc_key_type_same(&type, &set->type);
	if (!same && type.n == set->type.n && type.n > 1)
		refuse(v, loc, "datatype mismatch: %s '%s' has keys of other types",
		       nc_set_word(set), set->name);
	else if (!same)
		refuse(v, loc, "datatype mismatch: expected %s, %s '%s' has elements of type %s%s",
		       type_name(&type), nc_set_word(set), set->name, type_name(&set->type),
		       type.n == 1 && set->type.n == 1 && type.v[0].type == set->type.v[0].type
			       ? " of another length"
			       : "");
	nc_vec_free(&type);
	return same;
}

static void check_set_ref(struct validation *v, const nc_key *key, const char *name,
			  const struct nc_loc *loc)
{
	const struct nc_set *set = name ? nc_table_find_set(v->table, name) : NULL;

	if (set)
		check_key(v, key, set, loc);
}

static void check_vmap(struct validation *v, const struct nc_lookup *lookup)
{
	const struct nc_set *set = lookup->map ? nc_table_find_set(v->table, lookup->map) : NULL;

	if (set && set->map != NC_MAP_VERDICT)
		refuse(v, &lookup->loc, "%s '%s' has no verdicts", nc_set_word(set), set->name);
	else if (set)
		check_key(v, &lookup->key, set, &lookup->loc);
}

static void check_objects(struct validation *v, const struct nc_lookup *lookup,
			  enum nc_object_kind kind)
{
	const struct nc_set *set = lookup->map ? nc_table_find_set(v->table, lookup->map) : NULL;

	if (set && (set->map != NC_MAP_OBJECT || set->objects != kind))
		refuse(v, &lookup->loc, "%s '%s' does not name %ss", nc_set_word(set), set->name,
		       nc_kind_word(kind));
	else if (set)
		check_key(v, &lookup->key, set, &lookup->loc);
}

static void check_map(struct validation *v, const struct nc_value *value, struct nc_key_part part)
{
	const struct nc_lookup *lookup = value->lookup;
	const struct nc_set *set;

	if (value->kind != NC_VALUE_MAP || !lookup->map)
		return;
	set = nc_table_find_set(v->table, lookup->map);
	if (!set)
		return;
	if (set->map != NC_MAP_VALUE)
		refuse(v, &lookup->loc, "%s '%s' has no data%s", nc_set_word(set), set->name,
		       set->map == NC_MAP_VERDICT ? " but verdicts: write vmap" : "");
	else if (set->data_type.type != part.type || set->data_type.bits != part.bits)
		refuse(v, &lookup->loc,
		       "datatype mismatch: expected %s, map '%s' has data of type %s",
		       nc_type_info(part.type)->description, set->name,
		       nc_type_info(set->data_type.type)->description);
	else
		check_key(v, &lookup->key, set, &lookup->loc);
}

/* --- elements from the packet path ---------------------------------------------------------------------- */

static void check_set_stmt(struct validation *v, const struct nc_stmt *stmt)
{
	const struct nc_set_stmt *op = stmt->set;
	const struct nc_set *set = nc_table_find_set(v->table, op->set);

	if (!set)
		return;
	if (set->meter != op->meter) {
		refuse(v, &stmt->loc, "File exists: '%s' is the name of a set already", op->set);
		return;
	}
	if (!check_key(v, &op->key, set, &stmt->loc))
		return;
	if (set->flags & NC_SET_CONSTANT)
		refuse(v, &stmt->loc, "set '%s' is constant", set->name);
	else if (!(set->flags & NC_SET_DYNAMIC))
		refuse(v, &stmt->loc,
		       "packets cannot change set '%s': add 'flags dynamic' to its declaration",
		       set->name);
	else if (op->timeout && !(set->flags & NC_SET_TIMEOUT))
		refuse(v, &stmt->loc,
		       "elements of set '%s' do not time out: add 'flags timeout' to its "
		       "declaration",
		       set->name);
	if (op->mapped && set->map != NC_MAP_VALUE)
		refuse(v, &op->data.loc, "'%s' is no map of values", set->name);
	else if (!op->mapped && set->map != NC_MAP_NONE && op->op != NC_SET_OP_DELETE)
		refuse(v, &stmt->loc, "'%s' is a map: its elements need data behind a ':'",
		       set->name);
	else if (op->mapped && (nc_selector_type(&op->data.selector.v[0]) != set->data_type.type ||
				nc_selector_bits(&op->data.selector.v[0]) > set->data_type.bits))
		refuse(v, &op->data.loc, "datatype mismatch: expected %s",
		       nc_type_info(set->data_type.type)->description);
}

/* --- statements ------------------------------------------------------------------------------------------ */

static void check_stmt(struct validation *v, const struct nc_stmt *stmt)
{
	const struct nc_key_part device = {.type = NC_TYPE_IFACE_INDEX, .bits = 128};
	struct nc_key_part part;

	switch (stmt->kind) {
	case NC_STMT_MATCH:
		check_set_ref(v, &stmt->match.key, stmt->match.set, &stmt->match.rhs_loc);
		break;
	case NC_STMT_VMAP:
		check_vmap(v, &stmt->vmap);
		break;
	case NC_STMT_OBJECT:
		check_objects(v, &stmt->objects.lookup, stmt->objects.kind);
		break;
	case NC_STMT_SET:
		check_set_stmt(v, stmt);
		break;
	case NC_STMT_ASSIGN:
		part = (struct nc_key_part){.type = nc_selector_type(&stmt->assign->target),
					    .bits = nc_selector_bits(&stmt->assign->target)};
		check_map(v, &stmt->assign->value, part);
		break;
	case NC_STMT_DUP:
	case NC_STMT_FWD:
		check_map(v, &stmt->send->device, device);
		break;
	default:
		break;
	}
}

/* Elements that a set has in the kernel are counted when they are changed. */
static void check_set(struct validation *v, const struct nc_set *set)
{
	const struct nc_set_element *any = nc_set_catchall(set);

	if (any && (set->timeout || (any->more && any->more->timeout_given)))
		refuse(v, any->loc.source ? &any->loc : &set->loc,
		       "'*' stays until it is deleted: netctl keeps no time for it");
	if (set->size && set->elements.n > set->size)
		refuse(v, &set->loc,
		       "set '%s' is full: its size is %u and it would have %zu elements", set->name,
		       set->size, set->elements.n);
}

/* --- jumps ------------------------------------------------------------------------------------------------ */

/* A depth-first walk over the chains that a table's rules and maps jump to. */
struct jumps {
	struct nc_table *table;
	struct nc_diag *diag;
	unsigned depth
		[512]; /* by index of the chain: of the deepest path below it, plus one; 0: not known */
	bool open[512];
	int result;
};

static size_t chain_index(const struct nc_table *table, const char *name)
{
	for (size_t i = 0; i < table->chains.n; i++) {
		if (strcmp(table->chains.v[i]->name, name) == 0)
			return i;
	}
	return table->chains.n;
}

static void walk_chain(struct jumps *jumps, size_t index, const struct nc_loc *loc, unsigned level);

struct jump_context {
	struct jumps *jumps;
	unsigned level;
	const struct nc_loc *loc; /* what led here, if the user has just written it */
};

/* What was there before has no place in a text: then what led to it. */
static const struct nc_loc *written(const struct nc_loc *loc, const struct nc_loc *before)
{
	return loc->source ? loc : before;
}

static int follow(const struct nc_reference *reference, void *context)
{
	struct jump_context *c = context;
	struct jumps *jumps = c->jumps;
	size_t index;

	if (reference->kind == NC_REFERS_SET) {
		struct nc_set *set = nc_table_find_set(jumps->table, *reference->name);
		bool vmap = reference->stmt && reference->stmt->kind == NC_STMT_VMAP;
		struct jump_context through = *c;

		through.loc = written(reference->loc, c->loc);
		return set && vmap ? nc_set_each_reference(set, follow, &through) : 0;
	}
	if (reference->kind != NC_REFERS_CHAIN)
		return 0;
	index = chain_index(jumps->table, *reference->name);
	if (index < jumps->table->chains.n && !jumps->table->chains.v[index]->base)
		walk_chain(jumps, index, written(reference->loc, c->loc),
			   c->level + (reference->verdict->kind == NC_DO_JUMP));
	return jumps->result;
}

static void walk_chain(struct jumps *jumps, size_t index, const struct nc_loc *loc, unsigned level)
{
	struct jump_context context = {.jumps = jumps, .level = level, .loc = loc};
	struct nc_chain *chain = jumps->table->chains.v[index];

	if (jumps->open[index]) {
		jumps->result = nc_diag_error(jumps->diag, loc,
					      "Too many levels of symbolic links: chain '%s' is "
					      "jumped to from itself",
					      chain->name);
		return;
	}
	if (level > NC_JUMPS_MAX) {
		jumps->result = nc_diag_error(jumps->diag, loc,
					      "Too many links: jumps are nested more than %d deep",
					      NC_JUMPS_MAX);
		return;
	}
	/* Walked before, from as deep: nothing new is found. */
	if (jumps->depth[index] > level)
		return;
	jumps->depth[index] = level + 1;
	jumps->open[index] = true;
	nc_vec_foreach (rule, &chain->rules) {
		if (nc_rule_each_reference(*rule, follow, &context))
			break;
	}
	jumps->open[index] = false;
}

static int validate_jumps(struct nc_table *table, struct nc_diag *diag)
{
	struct jumps *jumps;
	int r;

	if (table->chains.n > sizeof(jumps->open) / sizeof(*jumps->open))
		return nc_diag_error(diag, &table->loc,
				     "at most %zu chains in a table are possible",
				     sizeof(jumps->open) / sizeof(*jumps->open));
	jumps = calloc(1, sizeof(*jumps));
	if (!jumps)
		return -ENOMEM;
	jumps->table = table;
	jumps->diag = diag;
	/* Chains without a hook too: a loop among them is one as soon as something jumps there. */
	for (size_t i = 0; i < table->chains.n && !jumps->result; i++)
		walk_chain(jumps, i, &table->chains.v[i]->loc, 0);
	r = jumps->result;
	free(jumps);
	return r;
}

/* --- the whole ---------------------------------------------------------------------------------------------- */

static int check_table(struct nc_table *table, struct nc_diag *diag)
{
	struct validation v = {.table = table, .diag = diag};

	nc_table_each_reference(table, check_name, &v);
	nc_vec_foreach (set, &table->sets)
		check_set(&v, *set);
	nc_vec_foreach (chain, &table->chains) {
		nc_vec_foreach (rule, &(*chain)->rules) {
			if ((*rule)->plain)
				continue;
			nc_vec_foreach (stmt, &(*rule)->stmts)
				check_stmt(&v, stmt);
		}
	}
	return v.result ?: validate_jumps(table, diag);
}

int nc_ruleset_validate(const struct nc_ruleset *ruleset, struct nc_diag *diag)
{
	int r = 0;

	nc_vec_foreach (table, &ruleset->tables) {
		int failed = check_table(*table, diag);

		if (failed == -ENOMEM)
			return failed;
		r = r ?: failed;
	}
	return r;
}
