/* SPDX-License-Identifier: GPL-2.0-only */
/* "list …": the ruleset and parts of it, as text that -f accepts or as libnftables JSON. Called by ruleset.c and apply.c. */
#include "cmd/list.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "model/edit.h"
#include "model/elements.h"
#include "util/term.h"

/* What a list command is about, found in the ruleset; NULL where it names none. */
struct subject {
	const struct nc_command *command;
	struct nc_table *table;
	struct nc_chain *chain;
	struct nc_set *set;
	struct nc_object_decl *object;
	struct nc_rule *rule;
	nc_set_elements elements; /* of "get element": those that were asked for, from the set */
};

static int find_rule(const struct nc_session *session, const struct nc_command *command,
		     struct subject *subject)
{
	if (!command->handle)
		return 0;
	subject->rule = nc_chain_find_rule(subject->chain, command->handle, NULL);
	if (subject->rule)
		return 0;
	nc_diag_error(session->diag, &command->loc,
		      "No such file or directory: chain '%s' has no rule with handle %" PRIu64,
		      subject->chain->name, command->handle);
	return -ENOENT;
}

static int find_subject(const struct nc_session *session, const struct nc_command *command,
			struct subject *ret)
{
	struct subject subject = {.command = command};
	int r = 0;

	if (command->table)
		r = nc_edit_get_table(session->ruleset, command->table, &command->loc,
				      &subject.table, session->diag);
	if (r == 0 && command->chain)
		r = nc_edit_get_chain(subject.table, command->chain, &command->loc, &subject.chain,
				      session->diag);
	if (r == 0 && command->set)
		r = nc_edit_get_set(subject.table, command->set, &command->loc, &subject.set,
				    session->diag);
	if (r == 0 && command->name)
		r = nc_edit_get_object(subject.table, command->kind, command->name, &command->loc,
				       &subject.object, session->diag);
	if (r == 0 && subject.chain)
		r = find_rule(session, command, &subject);
	if (r == 0)
		*ret = subject;
	return r;
}

/* The elements that a "get element" names: an interval is found by any value in it. */
static int find_elements(struct nc_session *session, const struct nc_script *script, size_t index,
			 struct subject *subject)
{
	nc_set_elements asked = {};
	int r = nc_script_elements(script, index, subject->set, &asked, session->diag);

	nc_vec_foreach (element, &asked) {
		const struct nc_set_element *found =
			nc_elements_covering(&subject->set->elements, element);

		if (!found && r == 0)
			r = nc_diag_error(session->diag, &element->loc,
					  "No such file or directory: %s '%s' has no such element",
					  nc_set_word(subject->set), subject->set->name);
		if (found && r == 0)
			r = nc_vec_push(&subject->elements, *found);
	}
	nc_elements_clear(&asked);
	return r;
}

/* --- text ------------------------------------------------------------------------------------------- */

static void print_chain_heads(const struct nc_run *run, const struct nc_table *table)
{
	nc_vec_foreach (chain, &table->chains) {
		struct nc_chain head = **chain;

		head.rules.n = 0;
		nc_print_chain(table, &head, run->print_flags, stdout);
	}
}

/* Which sets a list of them shows. */
static bool is_listed(const struct nc_set *set, enum nc_object object)
{
	if (object == NC_OBJECT_METERS)
		return set->meter;
	if (set->meter)
		return false;
	return object == NC_OBJECT_MAPS ? set->map != NC_MAP_NONE : set->map == NC_MAP_NONE;
}

static void print_set_heads(const struct nc_run *run, const struct nc_table *table,
			    enum nc_object object)
{
	nc_vec_foreach (set, &table->sets) {
		if (is_listed(*set, object))
			nc_print_set(table, *set, run->print_flags | NC_PRINT_NO_ELEMENTS, stdout);
	}
}

static void print_objects(const struct nc_run *run, const struct nc_table *table,
			  enum nc_object_kind kind)
{
	nc_vec_foreach (object, &table->objects) {
		if ((*object)->kind == kind)
			nc_print_object(table, *object, run->print_flags, stdout);
	}
}

static char *rule_text(const struct nc_run *run, const struct nc_rule *rule)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	nc_print_rule(rule, run->print_flags | NC_PRINT_STATELESS, out);
	fclose(out);
	return text;
}

static void add_counter_row(struct nc_text_table *rows, const struct nc_table *table,
			    const char *chain, uint64_t handle, const struct nc_counter *counter,
			    const char *text)
{
	nc_text_table_add(rows, NC_COLOUR_NONE, "netdev");
	nc_text_table_add(rows, NC_COLOUR_NONE, "%s", table->name);
	nc_text_table_add(rows, NC_COLOUR_NONE, "%s", chain);
	nc_text_table_add(rows, NC_COLOUR_DIM, "%" PRIu64, handle);
	nc_text_table_add(rows, counter->packets ? NC_COLOUR_GREEN : NC_COLOUR_DIM, "%" PRIu64,
			  (uint64_t)counter->packets);
	nc_text_table_add(rows, NC_COLOUR_NONE, "%" PRIu64, (uint64_t)counter->bytes);
	nc_text_table_add(rows, NC_COLOUR_NONE, "%s", text);
}

static void add_rule_row(const struct nc_run *run, struct nc_text_table *rows,
			 const struct nc_table *table, const struct nc_chain *chain,
			 const struct nc_rule *rule)
{
	const struct nc_counter *counter = nc_rule_counter(rule);
	_cleanup_free_ char *text = NULL;

	if (!counter)
		return;
	text = rule_text(run, rule);
	add_counter_row(rows, table, chain->name, rule->handle, counter, text ?: "");
}

static void add_table_rows(const struct nc_run *run, struct nc_text_table *rows,
			   const struct nc_table *table)
{
	nc_vec_foreach (object, &table->objects) {
		char text[NC_NAME_MAX + 16];

		if ((*object)->kind != NC_KIND_COUNTER)
			continue;
		snprintf(text, sizeof(text), "counter %s", (*object)->name);
		add_counter_row(rows, table, "-", (*object)->handle, &(*object)->counter, text);
	}
	nc_vec_foreach (chain, &table->chains) {
		nc_vec_foreach (rule, &(*chain)->rules)
			add_rule_row(run, rows, table, *chain, *rule);
	}
}

static void print_counters(const struct nc_run *run, const struct nc_session *session,
			   const struct nc_table *only)
{
	static const char *const headings[] = {"family",  "table", "chain", "handle",
					       "packets", "bytes", "rule"};
	struct nc_text_table rows = {.n_columns = 7, .right = 1 << 3 | 1 << 4 | 1 << 5};

	for (size_t i = 0; i < rows.n_columns; i++)
		nc_text_table_add(&rows, NC_COLOUR_NONE, "%s", headings[i]);
	nc_vec_foreach (table, &session->ruleset->tables) {
		if (!only || only == *table)
			add_table_rows(run, &rows, *table);
	}
	if (rows.cells.n > rows.n_columns)
		nc_text_table_print(&rows, stdout, nc_term_colour(stdout));
	nc_text_table_free(&rows);
}

static void print_rule(const struct nc_run *run, const struct subject *subject)
{
	struct nc_chain chain = *subject->chain;

	chain.rules.v = &(struct nc_rule *){subject->rule};
	chain.rules.n = 1;
	nc_print_chain(subject->table, &chain, run->print_flags, stdout);
}

static void print_found(const struct nc_run *run, const struct subject *subject)
{
	struct nc_set set = *subject->set;

	set.elements = subject->elements;
	nc_print_set(subject->table, &set, run->print_flags, stdout);
}

/* Lists of all of a kind, of one table or of all. */
static void print_kind(const struct nc_run *run, const struct nc_table *table,
		       enum nc_object object)
{
	switch (object) {
	case NC_OBJECT_TABLES:
		printf("table netdev %s\n", table->name);
		break;
	case NC_OBJECT_CHAINS:
		print_chain_heads(run, table);
		break;
	case NC_OBJECT_QUOTAS:
		print_objects(run, table, NC_KIND_QUOTA);
		break;
	case NC_OBJECT_LIMITS:
		print_objects(run, table, NC_KIND_LIMIT);
		break;
	case NC_OBJECT_RULES:
		nc_print_table(table, run->print_flags, stdout);
		break;
	default:
		print_set_heads(run, table, object);
	}
}

static void print_subject(const struct nc_run *run, const struct nc_session *session,
			  const struct subject *subject)
{
	const struct nc_ruleset *ruleset = session->ruleset;

	switch (subject->command->object) {
	case NC_OBJECT_RULESET:
		nc_print_ruleset(ruleset, run->print_flags, stdout);
		break;
	case NC_OBJECT_TABLE:
		nc_print_table(subject->table, run->print_flags, stdout);
		break;
	case NC_OBJECT_CHAIN:
		nc_print_chain(subject->table, subject->chain, run->print_flags, stdout);
		break;
	case NC_OBJECT_RULE:
		print_rule(run, subject);
		break;
	case NC_OBJECT_SET:
	case NC_OBJECT_MAP:
	case NC_OBJECT_METER:
		nc_print_set(subject->table, subject->set, run->print_flags, stdout);
		break;
	case NC_OBJECT_ELEMENT:
		print_found(run, subject);
		break;
	case NC_OBJECT_STATE:
		nc_print_object(subject->table, subject->object, run->print_flags, stdout);
		break;
	case NC_OBJECT_COUNTERS:
		print_counters(run, session, subject->table);
		break;
	default:
		if (subject->chain) {
			nc_print_chain(subject->table, subject->chain, run->print_flags, stdout);
			break;
		}
		nc_vec_foreach (table, &ruleset->tables) {
			if (!subject->table || subject->table == *table)
				print_kind(run, *table, subject->command->object);
		}
	}
}

/* --- JSON -------------------------------------------------------------------------------------------- */

/* Which kinds of objects a list shows. */
struct shown {
	bool tables, counters, quotas, limits, sets, maps, meters, chains, rules, counted_only;
};

static void add_rules(struct json_object *array, const struct nc_table *table,
		      const struct nc_chain *chain, const struct shown *shown)
{
	nc_vec_foreach (rule, &chain->rules) {
		if (shown->rules && (!shown->counted_only || nc_rule_counter(*rule)))
			json_object_array_add(array, nc_json_rule(table, chain, *rule));
	}
}

static bool shows_object(const struct shown *shown, enum nc_object_kind kind)
{
	return kind == NC_KIND_COUNTER ? shown->counters
	       : kind == NC_KIND_QUOTA ? shown->quotas
				       : shown->limits;
}

static bool shows_set(const struct shown *shown, const struct nc_set *set)
{
	if (set->meter)
		return shown->meters;
	return set->map == NC_MAP_NONE ? shown->sets : shown->maps;
}

/* In nft's order: what others refer to comes before. */
static void add_table(struct json_object *array, const struct nc_table *table,
		      const struct shown *shown)
{
	if (shown->tables)
		json_object_array_add(array, nc_json_table(table));
	nc_vec_foreach (object, &table->objects) {
		if (shows_object(shown, (*object)->kind))
			json_object_array_add(array, nc_json_object(table, *object));
	}
	nc_vec_foreach (set, &table->sets) {
		if (shows_set(shown, *set))
			json_object_array_add(array, nc_json_set(table, *set));
	}
	nc_vec_foreach (chain, &table->chains) {
		if (shown->chains)
			json_object_array_add(array, nc_json_chain(table, *chain));
	}
	nc_vec_foreach (chain, &table->chains)
		add_rules(array, table, *chain, shown);
}

static struct shown shown_by(enum nc_object object)
{
	switch (object) {
	case NC_OBJECT_TABLES:
		return (struct shown){.tables = true};
	case NC_OBJECT_CHAINS:
		return (struct shown){.chains = true};
	case NC_OBJECT_SETS:
		return (struct shown){.sets = true};
	case NC_OBJECT_MAPS:
		return (struct shown){.maps = true};
	case NC_OBJECT_METERS:
		return (struct shown){.meters = true};
	case NC_OBJECT_COUNTERS:
		return (struct shown){.counters = true, .rules = true, .counted_only = true};
	case NC_OBJECT_QUOTAS:
		return (struct shown){.quotas = true};
	case NC_OBJECT_LIMITS:
		return (struct shown){.limits = true};
	case NC_OBJECT_RULES:
	case NC_OBJECT_RULE:
		return (struct shown){.rules = true};
	default:
		return (struct shown){.tables = true,
				      .counters = true,
				      .quotas = true,
				      .limits = true,
				      .sets = true,
				      .maps = true,
				      .chains = true,
				      .rules = true};
	}
}

static void add_one(struct json_object *array, const struct subject *subject,
		    const struct shown *shown)
{
	if (subject->command->object == NC_OBJECT_ELEMENT) {
		nc_vec_foreach (element, &subject->elements)
			json_object_array_add(array, nc_json_element(subject->table, subject->set,
								     element));
	} else if (subject->rule) {
		json_object_array_add(array,
				      nc_json_rule(subject->table, subject->chain, subject->rule));
	} else if (subject->set) {
		json_object_array_add(array, nc_json_set(subject->table, subject->set));
	} else if (subject->object) {
		json_object_array_add(array, nc_json_object(subject->table, subject->object));
	} else if (subject->chain) {
		if (shown->chains)
			json_object_array_add(array, nc_json_chain(subject->table, subject->chain));
		add_rules(array, subject->table, subject->chain, shown);
	} else {
		add_table(array, subject->table, shown);
	}
}

static struct json_object *subject_json(const struct nc_session *session,
					const struct subject *subject)
{
	struct json_object *array = json_object_new_array(), *whole = json_object_new_object();
	const struct shown shown = shown_by(subject->command->object);

	json_object_array_add(array, nc_json_metainfo(NETCTL_VERSION));
	if (subject->table)
		add_one(array, subject, &shown);
	else
		nc_vec_foreach (table, &session->ruleset->tables)
			add_table(array, *table, &shown);
	json_object_object_add(whole, "nftables", array);
	return whole;
}

struct json_object *nc_list_json(const struct nc_session *session)
{
	const struct nc_command command = {.verb = NC_VERB_LIST, .object = NC_OBJECT_RULESET};
	const struct subject everything = {.command = &command};

	return subject_json(session, &everything);
}

/* --- starting anew -------------------------------------------------------------------------------------- */

/* What a "reset" is about: everything of a kind, or what the subject names. */
struct resetting {
	struct nc_session *session;
	const struct subject *subject;
};

static bool has_handle(const struct nc_chain *chain, uint64_t handle)
{
	return nc_chain_find_rule(chain, handle, NULL);
}

static bool is_rules_state(const struct subject *subject, const struct nc_ruleset *ruleset,
			   const struct nc_stateful *stateful)
{
	if (subject->rule)
		return stateful->handle == subject->rule->handle &&
		       subject->rule->stmts.v <= (struct nc_stmt *)stateful->id &&
		       (struct nc_stmt *)stateful->id <
			       subject->rule->stmts.v + subject->rule->stmts.n;
	nc_vec_foreach (table, &ruleset->tables) {
		if (subject->table && subject->table != *table)
			continue;
		nc_vec_foreach (chain, &(*table)->chains) {
			if ((!subject->chain || subject->chain == *chain) &&
			    has_handle(*chain, stateful->handle))
				return true;
		}
	}
	return false;
}

static bool is_objects_state(const struct subject *subject, const struct nc_ruleset *ruleset,
			     const struct nc_stateful *stateful, enum nc_object_kind kind)
{
	if (subject->object)
		return stateful->id == &subject->object->id;
	nc_vec_foreach (table, &ruleset->tables) {
		if (subject->table && subject->table != *table)
			continue;
		nc_vec_foreach (object, &(*table)->objects) {
			if ((*object)->kind == kind && stateful->id == &(*object)->id)
				return true;
		}
	}
	return false;
}

static bool is_reset(const struct resetting *resetting, const struct nc_stateful *stateful)
{
	const struct subject *subject = resetting->subject;
	const struct nc_ruleset *ruleset = resetting->session->ruleset;

	switch (subject->command->object) {
	case NC_OBJECT_RULE:
	case NC_OBJECT_RULES:
		return is_rules_state(subject, ruleset, stateful);
	case NC_OBJECT_COUNTERS:
		return is_objects_state(subject, ruleset, stateful, NC_KIND_COUNTER);
	case NC_OBJECT_QUOTAS:
		return is_objects_state(subject, ruleset, stateful, NC_KIND_QUOTA);
	case NC_OBJECT_STATE:
		return is_objects_state(subject, ruleset, stateful, subject->command->kind);
	default:
		return false;
	}
}

static int reset_state(const struct nc_stateful *stateful, void *context)
{
	const struct resetting *resetting = context;
	const struct nc_live *live = resetting->session->live;
	int r = 0;

	if (!is_reset(resetting, stateful))
		return 0;
	if (stateful->counter)
		r = nc_live_counter_reset(live, *stateful->id);
	else if (stateful->quota)
		r = nc_live_word_write(live, *stateful->id, 0);
	return r < 0 ? nc_diag_errno(resetting->session->diag, NULL, r, "cannot reset a counter")
		     : 0;
}

/* "*" is in no map. */
static int reset_any(const struct nc_session *session, const struct nc_set *set)
{
	int r = 0;

	for (unsigned i = 0; i < NC_CARRY_BITS && !r; i++) {
		if (!(set->carries & 1u << i))
			continue;
		if (1u << i == NC_CARRY_COUNTER)
			r = nc_live_counter_reset(session->live, set->any_id[i]);
		else if (1u << i == NC_CARRY_QUOTA)
			r = nc_live_word_write(session->live, set->any_id[i], 0);
	}
	return r < 0 ? nc_diag_errno(session->diag, NULL, r, "cannot reset a counter") : 0;
}

/* Elements keep their time. */
static int reset_elements(struct nc_session *session, const struct subject *subject,
			  const nc_set_elements *elements)
{
	const struct nc_set *set = subject->set;
	enum nc_set_class class = nc_set_class(set);
	struct nc_set_keys keys = {};
	int r = 0;

	nc_vec_foreach (element, elements) {
		if (!element->more || r)
			continue;
		if (element->catchall) {
			r = reset_any(session, set);
			continue;
		}
		element->more->counter = (struct nc_counter){};
		element->more->quota.used = 0;
		r = nc_set_keys_append(subject->table, set, element, &keys);
	}
	for (size_t i = 0; i < keys.n && !r; i++)
		r = nc_live_element_write(session->live, set->live, class,
					  keys.keys + i * nc_class_key_size(class),
					  keys.values + i * nc_class_value_size(class),
					  session->diag);
	nc_set_keys_free(&keys);
	return r;
}

/* Their keys are several to an element: the map is written anew. */
static int reset_in_text(struct nc_session *session, const struct subject *subject)
{
	const nc_set_elements *elements = subject->command->object == NC_OBJECT_ELEMENT
						  ? &subject->elements
						  : &subject->set->elements;
	int r = 0;

	nc_vec_foreach (element, elements) {
		if (!element->more || r)
			continue;
		if (element->catchall)
			r = reset_any(session, subject->set);
		element->more->counter = (struct nc_counter){};
		element->more->quota.used = 0;
	}
	subject->set->elements_changed = true;
	return r ?: nc_session_commit(session, session->ruleset, true);
}

static int reset(struct nc_session *session, const struct subject *subject)
{
	struct resetting resetting = {.session = session, .subject = subject};

	if (!session->live)
		return 0;
	if (subject->set && nc_set_in_text(subject->set))
		return subject->set->carries ? reset_in_text(session, subject) : 0;
	if (subject->set && nc_class_is_rich(nc_set_class(subject->set)))
		return reset_elements(session, subject,
				      subject->command->object == NC_OBJECT_ELEMENT
					      ? &subject->elements
					      : &subject->set->elements);
	return nc_ruleset_each_stateful(session->ruleset, reset_state, &resetting);
}

/* --- commands ---------------------------------------------------------------------------------------- */

static bool shows_elements(const struct nc_run *run, enum nc_object object)
{
	return !run->options.terse && object != NC_OBJECT_COUNTERS && object != NC_OBJECT_TABLES &&
	       object != NC_OBJECT_CHAINS && (object != NC_OBJECT_SETS || run->options.json);
}

static int list_one(struct nc_run *run, struct nc_session *session, const struct nc_script *script,
		    size_t index)
{
	const struct nc_command command = nc_script_command(script, index);
	struct subject subject = {};
	int r = find_subject(session, &command, &subject);

	if (r == 0)
		r = nc_session_read_state(session, shows_elements(run, command.object));
	if (r == 0 && command.object == NC_OBJECT_ELEMENT)
		r = find_elements(session, script, index, &subject);
	nc_progress_end();
	if (r == 0 && run->options.json)
		nc_print_json(subject_json(session, &subject));
	else if (r == 0)
		print_subject(run, session, &subject);
	if (r == 0 && command.verb == NC_VERB_RESET)
		r = reset(session, &subject);
	/* They are the set's own. */
	nc_vec_free(&subject.elements);
	return r;
}

static bool is_list(enum nc_verb verb)
{
	return verb == NC_VERB_LIST || verb == NC_VERB_GET || verb == NC_VERB_RESET;
}

int nc_list(struct nc_run *run, struct nc_session *session, const struct nc_script *script)
{
	int r = 0;

	for (size_t i = 0; i < nc_script_length(script) && !r; i++) {
		if (is_list(nc_script_command(script, i).verb))
			r = list_one(run, session, script, i);
	}
	return r;
}

static bool has_list(const struct nc_script *script, bool list)
{
	for (size_t i = 0; i < nc_script_length(script); i++) {
		if (is_list(nc_script_command(script, i).verb) == list)
			return true;
	}
	return false;
}

bool nc_script_lists(const struct nc_script *script)
{
	return has_list(script, true);
}

bool nc_script_changes(const struct nc_script *script)
{
	return has_list(script, false);
}

bool nc_script_resets(const struct nc_script *script)
{
	for (size_t i = 0; i < nc_script_length(script); i++) {
		if (nc_script_command(script, i).verb == NC_VERB_RESET)
			return true;
	}
	return false;
}
