/* SPDX-License-Identifier: GPL-2.0-only */
/* "list …": the ruleset and parts of it, as text that -f accepts or as libnftables JSON. Called by ruleset.c and apply.c. */
#include "cmd/list.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "model/edit.h"
#include "util/term.h"

/* What a list command is about, found in the ruleset; NULL where it names none. */
struct subject {
	struct nc_table *table;
	struct nc_chain *chain;
	struct nc_set *set;
};

static int find_subject(const struct nc_session *session, const struct nc_command *command,
			struct subject *ret)
{
	struct subject subject = {};
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
	if (r == 0)
		*ret = subject;
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

static void print_set_heads(const struct nc_run *run, const struct nc_table *table)
{
	nc_vec_foreach (set, &table->sets)
		nc_print_set(table, *set, run->print_flags | NC_PRINT_NO_ELEMENTS, stdout);
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

static void add_counter_row(const struct nc_run *run, struct nc_text_table *rows,
			    const struct nc_table *table, const struct nc_chain *chain,
			    const struct nc_rule *rule)
{
	const struct nc_counter *counter = nc_rule_counter(rule);
	char *text;

	if (!counter)
		return;
	text = rule_text(run, rule);
	nc_text_table_add(rows, NC_COLOUR_NONE, "netdev");
	nc_text_table_add(rows, NC_COLOUR_NONE, "%s", table->name);
	nc_text_table_add(rows, NC_COLOUR_NONE, "%s", chain->name);
	nc_text_table_add(rows, NC_COLOUR_DIM, "%" PRIu64, rule->handle);
	nc_text_table_add(rows, counter->packets ? NC_COLOUR_GREEN : NC_COLOUR_DIM, "%" PRIu64,
			  (uint64_t)counter->packets);
	nc_text_table_add(rows, NC_COLOUR_NONE, "%" PRIu64, (uint64_t)counter->bytes);
	nc_text_table_add(rows, NC_COLOUR_NONE, "%s", text ? text : "");
	free(text);
}

static void print_counters(const struct nc_run *run, const struct nc_session *session)
{
	static const char *const headings[] = {"family",  "table", "chain", "handle",
					       "packets", "bytes", "rule"};
	struct nc_text_table rows = {.n_columns = 7, .right = 1 << 3 | 1 << 4 | 1 << 5};

	for (size_t i = 0; i < rows.n_columns; i++)
		nc_text_table_add(&rows, NC_COLOUR_NONE, "%s", headings[i]);
	nc_vec_foreach (table, &session->ruleset->tables) {
		nc_vec_foreach (chain, &(*table)->chains) {
			nc_vec_foreach (rule, &(*chain)->rules)
				add_counter_row(run, &rows, *table, *chain, *rule);
		}
	}
	if (rows.cells.n > rows.n_columns)
		nc_text_table_print(&rows, stdout, nc_term_colour(stdout));
	nc_text_table_free(&rows);
}

static void print_subject(const struct nc_run *run, const struct nc_session *session,
			  enum nc_object object, const struct subject *subject)
{
	const struct nc_ruleset *ruleset = session->ruleset;

	switch (object) {
	case NC_OBJECT_TABLES:
		nc_vec_foreach (table, &ruleset->tables)
			printf("table netdev %s\n", (*table)->name);
		break;
	case NC_OBJECT_TABLE:
		nc_print_table(subject->table, run->print_flags, stdout);
		break;
	case NC_OBJECT_CHAINS:
		nc_vec_foreach (table, &ruleset->tables)
			print_chain_heads(run, *table);
		break;
	case NC_OBJECT_CHAIN:
		nc_print_chain(subject->table, subject->chain, run->print_flags, stdout);
		break;
	case NC_OBJECT_SETS:
		nc_vec_foreach (table, &ruleset->tables)
			print_set_heads(run, *table);
		break;
	case NC_OBJECT_SET:
		nc_print_set(subject->table, subject->set, run->print_flags, stdout);
		break;
	case NC_OBJECT_COUNTERS:
		print_counters(run, session);
		break;
	default:
		nc_print_ruleset(ruleset, run->print_flags, stdout);
	}
}

/* --- JSON -------------------------------------------------------------------------------------------- */

/* Which kinds of objects a list shows. */
struct shown {
	bool tables, sets, chains, rules, counted_only;
};

static void add_chain(struct json_object *array, const struct nc_table *table,
		      const struct nc_chain *chain, const struct shown *shown)
{
	if (shown->chains)
		json_object_array_add(array, nc_json_chain(table, chain));
	nc_vec_foreach (rule, &chain->rules) {
		if (shown->rules && (!shown->counted_only || nc_rule_counter(*rule)))
			json_object_array_add(array, nc_json_rule(table, chain, *rule));
	}
}

static void add_table(struct json_object *array, const struct nc_table *table,
		      const struct shown *shown)
{
	if (shown->tables)
		json_object_array_add(array, nc_json_table(table));
	nc_vec_foreach (set, &table->sets) {
		if (shown->sets)
			json_object_array_add(array, nc_json_set(table, *set));
	}
	nc_vec_foreach (chain, &table->chains)
		add_chain(array, table, *chain, shown);
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
	case NC_OBJECT_COUNTERS:
		return (struct shown){.rules = true, .counted_only = true};
	default:
		return (struct shown){.tables = true, .sets = true, .chains = true, .rules = true};
	}
}

static struct json_object *subject_json(const struct nc_session *session, enum nc_object object,
					const struct subject *subject)
{
	struct json_object *array = json_object_new_array(), *whole = json_object_new_object();
	const struct shown shown = shown_by(object);

	json_object_array_add(array, nc_json_metainfo(NETCTL_VERSION));
	if (subject->set)
		json_object_array_add(array, nc_json_set(subject->table, subject->set));
	else if (subject->chain)
		add_chain(array, subject->table, subject->chain, &shown);
	else if (subject->table)
		add_table(array, subject->table, &shown);
	else
		nc_vec_foreach (table, &session->ruleset->tables)
			add_table(array, *table, &shown);
	json_object_object_add(whole, "nftables", array);
	return whole;
}

struct json_object *nc_list_json(const struct nc_session *session)
{
	const struct subject everything = {};

	return subject_json(session, NC_OBJECT_RULESET, &everything);
}

/* --- commands ---------------------------------------------------------------------------------------- */

static bool shows_elements(const struct nc_run *run, enum nc_object object)
{
	return !run->options.terse && object != NC_OBJECT_COUNTERS && object != NC_OBJECT_TABLES &&
	       object != NC_OBJECT_CHAINS && (object != NC_OBJECT_SETS || run->options.json);
}

static int list_one(struct nc_run *run, struct nc_session *session,
		    const struct nc_command *command)
{
	struct subject subject = {};
	int r = find_subject(session, command, &subject);

	if (r == 0)
		r = nc_session_read_state(session, shows_elements(run, command->object));
	if (r < 0)
		return r;
	if (run->options.json)
		nc_print_json(subject_json(session, command->object, &subject));
	else
		print_subject(run, session, command->object, &subject);
	return 0;
}

int nc_list(struct nc_run *run, struct nc_session *session, const struct nc_script *script)
{
	int r = 0;

	for (size_t i = 0; i < nc_script_length(script) && !r; i++) {
		struct nc_command command = nc_script_command(script, i);

		if (command.verb == NC_VERB_LIST)
			r = list_one(run, session, &command);
	}
	return r;
}

static bool has_verb(const struct nc_script *script, bool list)
{
	for (size_t i = 0; i < nc_script_length(script); i++) {
		if ((nc_script_command(script, i).verb == NC_VERB_LIST) == list)
			return true;
	}
	return false;
}

bool nc_script_lists(const struct nc_script *script)
{
	return has_verb(script, true);
}

bool nc_script_changes(const struct nc_script *script)
{
	return has_verb(script, false);
}
