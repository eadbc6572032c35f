/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions. Called by the verbs that read or change the ruleset. */
#include "cmd/session.h"

#include <string.h>

#include "cmd/transaction.h"
#include "model/edit.h"

/* Rule records belong to the rules in the order of the text. */
static int join_records(struct nc_ruleset *ruleset, const struct nc_live *live)
{
	const struct nc_rule_record *records;
	size_t n, next = 0;

	records = nc_live_rules(live, &n);
	nc_vec_foreach (table, &ruleset->tables) {
		nc_vec_foreach (chain, &(*table)->chains) {
			nc_vec_foreach (rule, &(*chain)->rules) {
				if (next == n || records[next].handle != (*rule)->handle)
					return -EBADMSG;
				(*rule)->counter_id = records[next++].counter;
			}
		}
	}
	return next == n ? 0 : -EBADMSG;
}

static int read_live(struct nc_session *session)
{
	const char *text;
	size_t length;
	int r;

	r = nc_live_open(session->store, &session->live, session->diag);
	if (r == -ENOENT) {
		session->ruleset = nc_ruleset_new();
		return session->ruleset ? 0 : -ENOMEM;
	}
	if (r < 0)
		return r;
	text = nc_live_text(session->live, &length);
	r = nc_stored_read(text, length, &session->ruleset, session->diag);
	if (r < 0)
		return r;
	r = join_records(session->ruleset, session->live);
	return r < 0 ? nc_diag_errno(session->diag, NULL, r,
				     "the stored ruleset contradicts itself")
		     : 0;
}

int nc_session_open(struct nc_session *session, enum nc_store_access access, struct nc_diag *diag)
{
	int r;

	*session = (struct nc_session){.diag = diag};
	r = nc_store_open(access, &session->store, diag);
	if (r == -ENOENT && access == NC_STORE_READ) {
		session->ruleset = nc_ruleset_new();
		return session->ruleset ? 0 : -ENOMEM;
	}
	if (r == 0 && access == NC_STORE_WRITE)
		r = nc_pending_refuse(session->store, diag);
	if (r == 0)
		r = read_live(session);
	return r;
}

void nc_session_close(struct nc_session *session)
{
	nc_ruleset_free(session->ruleset);
	if (session->live)
		nc_live_close(session->live);
	if (session->store)
		nc_store_close(session->store);
	*session = (struct nc_session){};
}

/* --- state from the kernel -------------------------------------------------------------------------- */

int nc_session_load_elements(void *context, const struct nc_table *table, struct nc_set *set,
			     struct nc_diag *diag)
{
	const struct nc_session *session = context;
	enum nc_set_class class = nc_set_class(set->type, set->flags & NC_SET_INTERVAL);
	nc_set_keys keys = {};
	int r;

	if (set->live == NC_NONE || set->elements_loaded)
		return 0;
	r = nc_live_set_keys(session->live, set->live, class, &keys, diag);
	if (r < 0)
		return r;
	r = nc_set_keys_read(set->type, class, &keys, &set->elements);
	nc_vec_free(&keys);
	if (r < 0)
		return nc_diag_errno(diag, NULL, r,
				     "the elements of set '%s' of table '%s' contradict "
				     "themselves",
				     set->name, table->name);
	set->elements_loaded = true;
	return 0;
}

static int read_counter(struct nc_session *session, struct nc_rule *rule)
{
	struct nc_counter *counter = nc_rule_counter(rule);
	int r;

	if (!counter || rule->counter_id == NC_NONE)
		return 0;
	r = nc_live_counter(session->live, rule->counter_id, counter);
	return r < 0 ? nc_diag_errno(session->diag, NULL, r, "cannot read a counter") : 0;
}

static int read_table(struct nc_session *session, struct nc_table *table, bool elements)
{
	int r = 0;

	for (size_t i = 0; i < table->sets.n && elements && !r; i++)
		r = nc_session_load_elements(session, table, table->sets.v[i], session->diag);
	nc_vec_foreach (chain, &table->chains) {
		for (size_t i = 0; i < (*chain)->rules.n && !r; i++)
			r = read_counter(session, (*chain)->rules.v[i]);
	}
	return r;
}

int nc_session_read_state(struct nc_session *session, bool elements)
{
	int r = 0;

	for (size_t i = 0; i < session->ruleset->tables.n && session->live && !r; i++)
		r = read_table(session, session->ruleset->tables.v[i], elements);
	return r;
}

/* --- putting to work -------------------------------------------------------------------------------- */

static int store_text(const struct nc_ruleset *ruleset, struct nc_image *image)
{
	FILE *out = open_memstream(&image->text, &image->text_length);

	if (!out)
		return -ENOMEM;
	nc_print_ruleset(ruleset, NC_PRINT_STORED, out);
	return fclose(out) == EOF ? -ENOMEM : 0;
}

static int assign_counters(struct nc_session *session, struct nc_ruleset *ruleset)
{
	const uint64_t *busy = NULL;
	uint32_t n = 0;

	if (session->live)
		busy = nc_live_busy_counters(session->live, &n);
	return nc_ruleset_assign_counters(ruleset, busy, n) == NC_NONE ? -ENOMEM : 0;
}

int nc_session_commit(struct nc_session *session, struct nc_ruleset *ruleset, bool publish)
{
	_cleanup_(nc_image_clear) struct nc_image image = {};
	int r;

	r = assign_counters(session, ruleset);
	if (r == 0)
		r = nc_compile(ruleset, &image, session->diag);
	if (r < 0 || !publish)
		return r;
	if (!ruleset->tables.n)
		return nc_unpublish(session->store, session->diag);
	r = store_text(ruleset, &image);
	return r < 0 ? r : nc_publish(session->store, session->live, &image, session->diag);
}

/* --- one element --------------------------------------------------------------------------------------- */

static int refuse_full(const struct nc_set *set, const struct nc_loc *loc, struct nc_diag *diag)
{
	nc_diag_error(diag, loc, "set '%s' is full: its size is %u", set->name, set->size);
	return -ENFILE;
}

static int add_key(struct nc_session *session, const struct nc_set *set,
		   const struct nc_set_key *key, const struct nc_set_element *element, bool create)
{
	enum nc_set_class class = nc_set_class(set->type, set->flags & NC_SET_INTERVAL);
	int r = nc_live_element_add(session->live, set->live, class, key, create, session->diag);

	if (r == 0)
		return 1;
	if (r == -EEXIST)
		nc_diag_error(session->diag, &element->loc,
			      "File exists: set '%s' has this element already", set->name);
	if (r == -E2BIG && set->size && !(set->flags & NC_SET_INTERVAL))
		return refuse_full(set, &element->loc, session->diag);
	return r == -E2BIG ? 0 : r; /* no size was declared: the slow way makes a larger map */
}

static int delete_key(struct nc_session *session, const struct nc_set *set,
		      const struct nc_set_key *key, const struct nc_set_element *element,
		      bool missing_ok)
{
	enum nc_set_class class = nc_set_class(set->type, set->flags & NC_SET_INTERVAL);
	int r = nc_live_element_delete(session->live, set->live, class, key, session->diag);

	if (r == 0 || (r == -ENOENT && missing_ok))
		return 1;
	if (r == -ENOENT)
		nc_diag_error(session->diag, &element->loc,
			      "No such file or directory: set '%s' has no such element", set->name);
	return r;
}

/*
 * Sets of intervals are read first: an overlap is refused, and what is deleted must be the whole of an element. 1: the one
 * key may change; 0: nothing is to be done.
 */
static int may_change(struct nc_session *session, const struct nc_table *table, struct nc_set *set,
		      const nc_set_elements *elements, enum nc_verb verb)
{
	size_t before;
	int r;

	if (!(set->flags & NC_SET_INTERVAL))
		return 1;
	r = nc_session_load_elements(session, table, set, session->diag);
	if (r < 0)
		return r;
	before = set->elements.n;
	if (verb == NC_VERB_ADD || verb == NC_VERB_CREATE)
		r = nc_edit_add_elements(set, elements, verb == NC_VERB_CREATE, session->diag);
	else
		r = nc_edit_delete_elements(set, elements, verb == NC_VERB_DESTROY, session->diag);
	return r < 0 ? r : set->elements.n != before;
}

static int change_key(struct nc_session *session, const struct nc_table *table, struct nc_set *set,
		      const nc_set_elements *elements, const struct nc_set_key *key,
		      enum nc_verb verb)
{
	int r = may_change(session, table, set, elements, verb);

	if (r <= 0)
		return r < 0 ? r : 1;
	if (verb == NC_VERB_DELETE || verb == NC_VERB_DESTROY)
		return delete_key(session, set, key, elements->v, verb == NC_VERB_DESTROY);
	r = add_key(session, set, key, elements->v, verb == NC_VERB_CREATE);
	if (r || !(set->flags & NC_SET_INTERVAL))
		return r;
	/* The map is full, and the model has the element already. */
	r = nc_session_commit(session, session->ruleset, true);
	return r < 0 ? r : 1;
}

/* The live set that the command names, if there is one and it may be changed. */
static struct nc_set *find_live_set(const struct nc_session *session,
				    const struct nc_command *command,
				    const struct nc_table **ret_table)
{
	const struct nc_table *table = nc_ruleset_find_table(session->ruleset, command->table);
	struct nc_set *set = table ? nc_table_find_set(table, command->set) : NULL;

	if (!set || set->live == NC_NONE || set->flags & NC_SET_CONSTANT)
		return NULL;
	*ret_table = table;
	return set;
}

int nc_session_change_element(struct nc_session *session, const struct nc_script *script)
{
	const struct nc_table *table;
	struct nc_command command;
	nc_set_elements elements = {};
	nc_set_keys keys = {};
	struct nc_set *set;
	int r;

	if (!session->live || nc_script_length(script) != 1)
		return 0;
	command = nc_script_command(script, 0);
	if (command.object != NC_OBJECT_ELEMENT)
		return 0;
	set = find_live_set(session, &command, &table);
	if (!set)
		return 0;
	r = nc_script_elements(script, 0, set, &elements, session->diag);
	if (r == 0 && elements.n == 1)
		r = nc_set_keys_append(set->type,
				       nc_set_class(set->type, set->flags & NC_SET_INTERVAL),
				       &elements.v[0].interval, &keys);
	if (r == 0 && keys.n == 1)
		r = change_key(session, table, set, &elements, keys.v, command.verb);
	nc_vec_free(&keys);
	nc_vec_free(&elements);
	return r;
}
