/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions. Called by the verbs that read or change the ruleset. */
#include "cmd/session.h"

#include <string.h>

#include "cmd/transaction.h"
#include "model/edit.h"
#include "model/elements.h"
#include "util/memory.h"

/* Records of state belong to what has state, in the order of the text. */
struct joining {
	const struct nc_state_record *records;
	size_t n, next;
};

static int join_record(const struct nc_stateful *stateful, void *context)
{
	struct joining *joining = context;
	const struct nc_state_record *record = &joining->records[joining->next];

	if (joining->next == joining->n || record->handle != stateful->handle ||
	    record->space != stateful->space || record->ordinal != stateful->ordinal)
		return -EBADMSG;
	*stateful->id = record->id;
	joining->next++;
	return 0;
}

static int join_records(struct nc_ruleset *ruleset, const struct nc_live *live)
{
	struct joining joining = {};
	int r;

	joining.records = nc_live_states(live, &joining.n);
	r = nc_ruleset_each_stateful(ruleset, join_record, &joining);
	return r ?: joining.next == joining.n ? 0 : -EBADMSG;
}

/* Do elements of the set have a time or count? */
static bool is_stateful(const struct nc_set *set)
{
	return set->carries || set->flags & NC_SET_TIMEOUT || set->timeout;
}

/* Sets whose elements are all in the text are loaded with it, unless there is more to know of them. */
static void take_elements(struct nc_ruleset *ruleset)
{
	nc_vec_foreach (table, &ruleset->tables) {
		nc_vec_foreach (set, &(*table)->sets) {
			if (!nc_set_in_text(*set) || is_stateful(*set))
				continue;
			(*set)->elements = (*set)->noted;
			(*set)->noted = (nc_set_elements){};
			(*set)->elements_loaded = true;
		}
	}
}

/* What rules take in memory, read, compiled and written again, for each byte of their text; measured. */
#define MEMORY_PER_BYTE 64

static int read_live(struct nc_session *session, bool foresee)
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
	if (foresee)
		nc_live_foresee(session->live);
	text = nc_live_text(session->live, &length);
	nc_memory_expect(length * MEMORY_PER_BYTE);
	r = nc_stored_read(text, length, &session->ruleset, session->diag);
	if (r < 0)
		return r;
	take_elements(session->ruleset);
	r = join_records(session->ruleset, session->live);
	return r < 0 ? nc_diag_errno(session->diag, NULL, r,
				     "the stored ruleset contradicts itself")
		     : 0;
}

static int open_session(struct nc_session *session, enum nc_store_access access, bool foresee,
			struct nc_diag *diag)
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
		r = read_live(session, foresee);
	return r;
}

int nc_session_open(struct nc_session *session, enum nc_store_access access, struct nc_diag *diag)
{
	return open_session(session, access, false, diag);
}

/* Elements mostly change in place, without a new program. */
static bool changes_rules(const struct nc_script *script)
{
	for (size_t i = 0; i < nc_script_length(script); i++) {
		if (nc_script_command(script, i).object == NC_OBJECT_RULE)
			return true;
	}
	return false;
}

int nc_session_open_for(struct nc_session *session, const struct nc_script *script,
			struct nc_diag *diag)
{
	return open_session(session, NC_STORE_WRITE, changes_rules(script), diag);
}

void nc_session_close(struct nc_session *session)
{
	nc_vec_free(&session->placements);
	nc_ruleset_free(session->ruleset);
	if (session->live)
		nc_live_close(session->live);
	if (session->store)
		nc_store_close(session->store);
	*session = (struct nc_session){};
}

/* --- state from the kernel -------------------------------------------------------------------------- */

/* What the text has of elements, and their map has not: "*", and comments. */
static int add_noted(struct nc_set *set)
{
	nc_set_elements any = {};
	int r = 0;

	nc_vec_foreach (noted, &set->noted) {
		struct nc_set_element *element = nc_elements_find(&set->elements, noted);

		if (noted->catchall && !r)
			r = nc_vec_push(&any, *noted);
		if (!element || !noted->more || !noted->more->comment || r)
			continue;
		if (!nc_element_more(element) ||
		    !(element->more->comment = strdup(noted->more->comment)))
			r = -ENOMEM;
	}
	if (r == 0)
		r = nc_elements_insert(&set->elements, &any);
	nc_vec_free(&any);
	return r;
}

/* The elements of a set, by the keys of its map. Of those that are in the text, some may be there no more. */
static int read_elements(const struct nc_table *table, struct nc_set *set,
			 const struct nc_set_keys *keys)
{
	int r;

	if (nc_set_in_text(set)) {
		r = nc_set_boxes_read(table, set, keys, &set->elements);
		set->elements_changed = set->elements.n != set->noted.n;
		return r;
	}
	r = nc_set_keys_read(table, set, keys, &set->elements);
	return r ?: add_noted(set);
}

int nc_session_load_elements(void *context, const struct nc_table *table, struct nc_set *set,
			     struct nc_diag *diag)
{
	const struct nc_session *session = context;
	struct nc_set_keys keys = {};
	int r;

	if (set->live == NC_NONE || set->elements_loaded)
		return 0;
	/* Of an interval whose time runs out while it is read, there may be only a part. */
	for (int tries = 0; tries == 0 || (r == -EBADMSG && tries < 3); tries++) {
		r = nc_live_set_keys(session->live, set->live, nc_set_class(set), &keys, diag);
		if (r < 0)
			return r;
		r = read_elements(table, set, &keys);
		nc_set_keys_free(&keys);
	}
	if (r < 0)
		return nc_diag_errno(diag, NULL, r,
				     "the elements of set '%s' of table '%s' contradict "
				     "themselves",
				     set->name, table->name);
	set->elements_loaded = true;
	return 0;
}

int nc_session_load_verdicts(struct nc_session *session)
{
	int r = 0;

	nc_vec_foreach (table, &session->ruleset->tables) {
		nc_vec_foreach (set, &(*table)->sets) {
			if (nc_map_names((*set)->map) && !r)
				r = nc_session_load_elements(session, *table, *set, session->diag);
		}
	}
	return r;
}

static int read_state(const struct nc_stateful *stateful, void *context)
{
	struct nc_session *session = context;
	uint64_t word = 0;
	int r = 0;

	if (*stateful->id == NC_NONE)
		return 0;
	if (stateful->counter)
		r = nc_live_counter(session->live, *stateful->id, stateful->counter);
	else if (stateful->quota)
		r = nc_live_word(session->live, *stateful->id, &word);
	/* As nft: what went on to be counted behind the quota does not show. */
	if (stateful->quota && r == 0)
		stateful->quota->used =
			word < stateful->quota->bytes ? word : stateful->quota->bytes;
	return r < 0 ? nc_diag_errno(session->diag, NULL, r, "cannot read a counter") : 0;
}

int nc_session_read_state(struct nc_session *session, bool elements)
{
	int r = 0;

	if (!session->live)
		return 0;
	nc_vec_foreach (table, &session->ruleset->tables) {
		nc_vec_foreach (set, &(*table)->sets) {
			if (elements)
				r = r
					    ?: nc_session_load_elements(session, *table, *set,
									session->diag);
		}
	}
	return r ?: nc_ruleset_each_stateful(session->ruleset, read_state, session);
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

static int assign_ids(struct nc_session *session, struct nc_ruleset *ruleset)
{
	struct nc_busy busy[_NC_IDS_MAX] = {};
	uint32_t end[_NC_IDS_MAX];

	for (enum nc_id_space space = 0; session->live && space < _NC_IDS_MAX; space++)
		busy[space] = nc_live_busy(session->live, space);
	return nc_ruleset_assign_ids(ruleset, busy, end);
}

int nc_session_compile(struct nc_session *session, struct nc_ruleset *ruleset, unsigned flags,
		       struct nc_image *ret)
{
	int r = assign_ids(session, ruleset);

	return r < 0 ? r : nc_compile(ruleset, flags, ret, session->diag);
}

/* What a check finds out besides errors: chains that XDP cannot run. */
static int note_placement(const struct nc_image *image, struct nc_diag *diag)
{
	int r = 0;

	nc_vec_foreach (chain, &image->chains) {
		if (!chain->at_tc || chain->table->dormant || r < 0)
			continue;
		r = chain->tc_word
			    ? nc_diag_note(diag, &chain->chain->loc,
					   "chain '%s' runs at tc, because XDP cannot do '%s'",
					   chain->chain->name, chain->tc_word)
			    : nc_diag_note(
				      diag, &chain->chain->loc,
				      "chain '%s' runs at tc, behind a chain that XDP cannot run",
				      chain->chain->name);
	}
	return r < 0 ? r : 0;
}

int nc_session_commit(struct nc_session *session, struct nc_ruleset *ruleset, bool publish)
{
	_cleanup_(nc_image_clear) struct nc_image image = {};
	int r = nc_session_compile(session, ruleset, 0, &image);

	if (r < 0)
		return r;
	if (!publish)
		return note_placement(&image, session->diag);
	if (!ruleset->tables.n)
		return nc_unpublish(session->store, session->diag);
	r = store_text(ruleset, &image);
	return r < 0 ? r : nc_publish(session->store, session->live, &image, session->diag);
}

static enum nc_hook hook_of(const struct nc_image_chain *chain)
{
	if (chain->chain->hook == NC_HOOK_EGRESS)
		return NC_HOOK_EGRESS;
	return chain->at_tc ? NC_HOOK_INGRESS_TC : NC_HOOK_INGRESS;
}

int nc_session_place(struct nc_session *session)
{
	_cleanup_(nc_image_clear) struct nc_image image = {};
	int r = nc_compile(session->ruleset, 0, &image, session->diag);

	for (size_t i = 0; i < image.chains.n && !r; i++) {
		const struct nc_image_chain *chain = &image.chains.v[i];
		struct nc_placement placement = {
			.table = chain->table,
			.chain = chain->chain,
			.hook = hook_of(chain),
			.tc_word = chain->tc_word,
		};

		if (!chain->table->dormant)
			r = nc_vec_push(&session->placements, placement);
	}
	return r;
}

/* --- one element --------------------------------------------------------------------------------------- */

static int refuse_full(const struct nc_set *set, const struct nc_loc *loc, struct nc_diag *diag)
{
	nc_diag_error(diag, loc, "set '%s' is full: its size is %u", set->name, set->size);
	return -ENFILE;
}

static int add_key(struct nc_session *session, const struct nc_set *set,
		   const struct nc_set_keys *keys, const struct nc_set_element *element,
		   bool create)
{
	int r = nc_live_element_add(session->live, set->live, nc_set_class(set), keys->keys,
				    keys->values, create, session->diag);

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
		      const struct nc_set_keys *keys, const struct nc_set_element *element,
		      bool missing_ok)
{
	int r = nc_live_element_delete(session->live, set->live, nc_set_class(set), keys->keys,
				       session->diag);

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
		      const nc_set_elements *elements, const struct nc_set_keys *keys,
		      enum nc_verb verb)
{
	int r = may_change(session, table, set, elements, verb);

	if (r <= 0)
		return r < 0 ? r : 1;
	if (verb == NC_VERB_DELETE || verb == NC_VERB_DESTROY)
		return delete_key(session, set, keys, elements->v, verb == NC_VERB_DESTROY);
	r = add_key(session, set, keys, elements->v, verb == NC_VERB_CREATE);
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

	if (!set || set->live == NC_NONE || set->flags & NC_SET_CONSTANT || nc_set_in_text(set) ||
	    set->auto_merge)
		return NULL;
	*ret_table = table;
	return set;
}

/* Is the element, or something of it, in the text? A verdict's chain must be there, which the slow way checks. */
static bool needs_text(const struct nc_set *set, const struct nc_set_element *element,
		       enum nc_verb verb)
{
	bool add = verb == NC_VERB_ADD || verb == NC_VERB_CREATE;

	if (add)
		return element->catchall || (element->more && element->more->comment) ||
		       (element->more && element->more->verdict.chain);
	nc_vec_foreach (noted, &set->noted) {
		if (noted->catchall == element->catchall &&
		    noted->interval.low == element->interval.low)
			return true;
	}
	return element->catchall;
}

int nc_session_change_element(struct nc_session *session, const struct nc_script *script)
{
	const struct nc_table *table;
	struct nc_command command;
	nc_set_elements elements = {};
	struct nc_set_keys keys = {};
	struct nc_set *set;
	int r;

	if (!session->live || nc_script_length(script) != 1)
		return 0;
	command = nc_script_command(script, 0);
	if (command.object != NC_OBJECT_ELEMENT || command.verb == NC_VERB_GET ||
	    command.verb == NC_VERB_RESET)
		return 0;
	set = find_live_set(session, &command, &table);
	if (!set)
		return 0;
	r = nc_script_elements(script, 0, set, &elements, session->diag);
	if (r == 0 && elements.n == 1 && !needs_text(set, elements.v, command.verb))
		r = nc_set_keys_append(table, set, elements.v, &keys);
	if (r == 0 && keys.n == 1)
		r = change_key(session, table, set, &elements, &keys, command.verb);
	nc_set_keys_free(&keys);
	nc_elements_clear(&elements);
	return r;
}
