/* SPDX-License-Identifier: GPL-2.0-only */
/* "status": what is attached where, what it decided and why. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/session.h"
#include "cmd/transaction.h"
#include "util/term.h"

static const char *const hook_names[_NC_HOOK_MAX] = {
	[NC_HOOK_INGRESS] = "ingress",
	[NC_HOOK_EGRESS] = "egress",
	[NC_HOOK_INGRESS_TC] = "ingress",
};

static const char *const mode_names[_NC_MODE_MAX] = {
	[NC_MODE_AUTO] = "auto", [NC_MODE_NATIVE] = "native", [NC_MODE_GENERIC] = "generic",
	[NC_MODE_TCX] = "tcx",	 [NC_MODE_CLSACT] = "clsact",
};

static const char *const state_names[] = {
	[NC_STATE_ATTACHED] = "attached",
	[NC_STATE_VANISHED] = "vanished",
	[NC_STATE_REPLACED] = "replaced",
};

static const char *const reason_names[_NC_REASON_MAX] = {
#define X(NAME, name, text) [NC_REASON_##NAME] = name,
	NC_REASONS(X)
#undef X
};

static const char *const verdict_names[_NC_VERDICT_MAX] = {
#define X(NAME, name) [NC_VERDICT_##NAME] = name,
	NC_VERDICTS(X)
#undef X
};

/* --- sums ------------------------------------------------------------------------------------------- */

struct sums {
	struct nc_cell all, verdict[_NC_VERDICT_MAX], reason[_NC_REASON_MAX];
};

static void add_cell(struct nc_cell *sum, const struct nc_cell *cell)
{
	sum->packets += cell->packets;
	sum->bytes += cell->bytes;
}

static struct sums sum_up(const struct nc_stats *stats)
{
	struct sums sums = {};

	for (unsigned reason = 0; reason < _NC_REASON_MAX; reason++) {
		for (unsigned verdict = 0; verdict < _NC_VERDICT_MAX; verdict++) {
			const struct nc_cell *cell = &stats->cell[reason][verdict];

			add_cell(&sums.all, cell);
			add_cell(&sums.verdict[verdict], cell);
			add_cell(&sums.reason[reason], cell);
		}
	}
	return sums;
}

/* --- chains of a device ------------------------------------------------------------------------------- */

typedef void each_chain_fn(const struct nc_table *table, const struct nc_chain *chain,
			   void *context);

static void for_each_chain(const struct nc_session *session, const struct nc_device_status *status,
			   each_chain_fn *fn, void *context)
{
	nc_vec_foreach (placed, &session->placements) {
		if (placed->hook == status->key.hook &&
		    nc_chain_has_device(placed->chain, status->name))
			fn(placed->table, placed->chain, context);
	}
}

static void append_name(const struct nc_table *table, const struct nc_chain *chain, void *context)
{
	char *names = context;
	size_t used = strlen(names);

	snprintf(names + used, 256 - used, "%s%s/%s", used ? " " : "", table->name, chain->name);
}

/* --- text --------------------------------------------------------------------------------------------- */

static enum nc_colour state_colour(enum nc_device_state state)
{
	return state == NC_STATE_ATTACHED ? NC_COLOUR_GREEN : NC_COLOUR_RED;
}

static void add_state(struct nc_text_table *rows, const struct nc_device_status *status)
{
	enum nc_colour colour = state_colour(status->state);

	if (status->state == NC_STATE_VANISHED && status->recreated_ifindex)
		nc_text_table_add(rows, colour, "vanished; made anew, not attached");
	else if (status->state == NC_STATE_REPLACED && status->other_prog_id)
		nc_text_table_add(rows, colour, "replaced by program %u", status->other_prog_id);
	else if (status->state == NC_STATE_REPLACED)
		nc_text_table_add(rows, colour, "taken off by others");
	else if (strcmp(status->name, status->device.name) != 0)
		nc_text_table_add(rows, colour, "attached as %s", status->device.name);
	else
		nc_text_table_add(rows, colour, "attached");
}

static void add_device_row(const struct nc_session *session, struct nc_text_table *rows,
			   const struct nc_device_status *status)
{
	const struct sums sums = sum_up(&status->stats);
	bool ingress = status->key.hook == NC_HOOK_INGRESS;
	char chains[256] = "";

	for_each_chain(session, status, append_name, chains);
	nc_text_table_add(rows, NC_COLOUR_BOLD, "%s", status->name);
	nc_text_table_add(rows, NC_COLOUR_NONE, "%s", hook_names[status->key.hook]);
	nc_text_table_add(rows, NC_COLOUR_NONE, "%s", ingress ? "xdp" : "tc");
	nc_text_table_add(
		rows, status->device.mode == NC_MODE_GENERIC ? NC_COLOUR_YELLOW : NC_COLOUR_NONE,
		"%s", mode_names[status->device.mode]);
	nc_text_table_add(rows, NC_COLOUR_NONE, "%s",
			  status->device.dispatcher ? "dispatcher" : "single");
	nc_text_table_add(rows, NC_COLOUR_NONE, "%u", status->device.prog_id);
	add_state(rows, status);
	nc_text_table_add(rows, NC_COLOUR_NONE, "%s", *chains ? chains : "-");
	nc_text_table_add(rows, NC_COLOUR_NONE, "%" PRIu64, (uint64_t)sums.all.packets);
	nc_text_table_add(rows, NC_COLOUR_GREEN, "%" PRIu64,
			  (uint64_t)sums.verdict[NC_VERDICT_ACCEPT].packets);
	nc_text_table_add(rows, NC_COLOUR_RED, "%" PRIu64,
			  (uint64_t)sums.verdict[NC_VERDICT_DROP].packets);
}

static void add_headings(struct nc_text_table *rows, const char *const *headings)
{
	for (size_t i = 0; i < rows->n_columns; i++)
		nc_text_table_add(rows, NC_COLOUR_NONE, "%s", headings[i]);
}

static void print_devices(const struct nc_session *session, const nc_device_statuses *statuses)
{
	static const char *const headings[] = {"device",   "hook",     "layer",	 "mode",
					       "chaining", "program",  "state",	 "chains",
					       "packets",  "accepted", "dropped"};
	struct nc_text_table rows = {.n_columns = 11, .right = 1 << 5 | 7 << 8};

	add_headings(&rows, headings);
	nc_vec_foreach (status, statuses)
		add_device_row(session, &rows, status);
	nc_text_table_print(&rows, stdout, nc_term_colour(stdout));
	nc_text_table_free(&rows);
}

static void add_reason_rows(struct nc_text_table *rows, const struct nc_device_status *status)
{
	static const enum nc_colour colours[_NC_VERDICT_MAX] = {
		[NC_VERDICT_ACCEPT] = NC_COLOUR_GREEN,
		[NC_VERDICT_DROP] = NC_COLOUR_RED,
	};

	for (unsigned reason = 0; reason < _NC_REASON_MAX; reason++) {
		for (unsigned verdict = 0; verdict < _NC_VERDICT_MAX; verdict++) {
			const struct nc_cell *cell = &status->stats.cell[reason][verdict];

			if (!cell->packets)
				continue;
			nc_text_table_add(rows, NC_COLOUR_BOLD, "%s", status->name);
			nc_text_table_add(rows, NC_COLOUR_NONE, "%s", hook_names[status->key.hook]);
			nc_text_table_add(rows, colours[verdict], "%s", verdict_names[verdict]);
			nc_text_table_add(rows, NC_COLOUR_NONE, "%s", reason_names[reason]);
			nc_text_table_add(rows, NC_COLOUR_NONE, "%" PRIu64,
					  (uint64_t)cell->packets);
			nc_text_table_add(rows, NC_COLOUR_NONE, "%" PRIu64, (uint64_t)cell->bytes);
		}
	}
}

static void print_reasons(const nc_device_statuses *statuses)
{
	static const char *const headings[] = {"device", "hook",    "verdict",
					       "reason", "packets", "bytes"};
	struct nc_text_table rows = {.n_columns = 6, .right = 3 << 4};

	add_headings(&rows, headings);
	nc_vec_foreach (status, statuses)
		add_reason_rows(&rows, status);
	if (rows.cells.n > rows.n_columns) {
		putchar('\n');
		nc_text_table_print(&rows, stdout, nc_term_colour(stdout));
	}
	nc_text_table_free(&rows);
}

static void print_count(size_t n, const char *noun, const char *separator)
{
	printf("%zu %s%s%s", n, noun, n == 1 ? "" : "s", separator);
}

struct counts {
	size_t tables, chains, rules, sets;
};

static struct counts count(const struct nc_ruleset *ruleset)
{
	struct counts counts = {.tables = ruleset->tables.n};

	nc_vec_foreach (table, &ruleset->tables) {
		counts.chains += (*table)->chains.n;
		counts.sets += (*table)->sets.n;
		nc_vec_foreach (chain, &(*table)->chains)
			counts.rules += (*chain)->rules.n;
	}
	return counts;
}

static void print_ruleset_line(const struct nc_session *session)
{
	const struct counts counts = count(session->ruleset);

	if (!session->live) {
		puts("ruleset: none");
		return;
	}
	printf("ruleset: generation %" PRIu64 ", ", nc_live_generation(session->live));
	print_count(counts.tables, "table", ", ");
	print_count(counts.chains, "chain", ", ");
	print_count(counts.rules, "rule", ", ");
	print_count(counts.sets, "set", "\n");
}

/* The change that waits for a confirmation; NULL: none does. */
static const struct nc_pending *read_pending(const struct nc_session *session,
					     struct nc_pending *pending)
{
	return session->store && nc_pending_read(session->store, pending) == 0 ? pending : NULL;
}

static void print_pending_line(const struct nc_session *session)
{
	struct nc_pending pending;

	if (!read_pending(session, &pending))
		return;
	printf("pending: back to %s in %" PRIu64 " s, unless: netctl confirm\n",
	       pending.previous ? "the ruleset before" : "no ruleset",
	       nc_pending_seconds(&pending));
}

static void warn_unguarded(struct nc_run *run, const struct nc_session *session)
{
	struct nc_pending pending;

	if (read_pending(session, &pending) && !nc_helper_alive(&pending.helper))
		nc_diag_warning(
			&run->diag, NULL,
			"the process that would roll the unconfirmed change back is gone; the "
			"next status or change behind the deadline does it: netctl confirm, or "
			"netctl rollback");
}

/* Base chains whose device netctl is not attached to: rules that are not enforced. */
static bool is_attached(const nc_device_statuses *statuses, enum nc_hook hook, const char *device)
{
	nc_vec_foreach (status, statuses) {
		if (status->key.hook == hook && status->state == NC_STATE_ATTACHED &&
		    strcmp(status->name, device) == 0)
			return true;
	}
	return false;
}

static void warn_unenforced(struct nc_run *run, const struct nc_session *session,
			    const nc_device_statuses *statuses)
{
	nc_vec_foreach (placed, &session->placements) {
		nc_vec_foreach (device, &placed->chain->devices) {
			if (is_attached(statuses, placed->hook, device->name))
				continue;
			nc_diag_warning(&run->diag, NULL,
					"chain %s/%s is not enforced on %s: netctl is not attached "
					"there; if the interface exists: netctl attach %s",
					placed->table->name, placed->chain->name, device->name,
					device->name);
		}
	}
}

/* --- JSON --------------------------------------------------------------------------------------------- */

static void add_number(struct json_object *object, const char *key, uint64_t number)
{
	json_object_object_add(object, key, json_object_new_uint64(number));
}

static void add_string(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}

static void append_chain(const struct nc_table *table, const struct nc_chain *chain, void *context)
{
	struct json_object *object = json_object_new_object();

	add_string(object, "family", "netdev");
	add_string(object, "table", table->name);
	add_string(object, "chain", chain->name);
	json_object_array_add(context, object);
}

static struct json_object *hook_json(const struct nc_session *session,
				     const struct nc_device_status *status)
{
	const struct sums sums = sum_up(&status->stats);
	struct json_object *hook = json_object_new_object(), *chains = json_object_new_array();
	struct json_object *verdicts = json_object_new_object(),
			   *reasons = json_object_new_object();

	add_string(hook, "hook", hook_names[status->key.hook]);
	add_string(hook, "layer", status->key.hook == NC_HOOK_INGRESS ? "xdp" : "tc");
	add_string(hook, "mode", mode_names[status->device.mode]);
	add_string(hook, "chaining", status->device.dispatcher ? "dispatcher" : "single");
	add_number(hook, "program_id", status->device.prog_id);
	add_string(hook, "state", state_names[status->state]);
	if (status->other_prog_id)
		add_number(hook, "other_program_id", status->other_prog_id);
	if (status->recreated_ifindex)
		add_number(hook, "recreated_ifindex", status->recreated_ifindex);
	json_object_object_add(hook, "by_hand",
			       json_object_new_boolean(status->device.flags & NC_DEVICE_BY_HAND));
	for_each_chain(session, status, append_chain, chains);
	json_object_object_add(hook, "chain",
			       json_object_get(json_object_array_get_idx(chains, 0)));
	json_object_object_add(hook, "chains", chains);
	add_number(hook, "packets", sums.all.packets);
	add_number(hook, "bytes", sums.all.bytes);
	for (unsigned i = 0; i < _NC_VERDICT_MAX; i++)
		add_number(verdicts, verdict_names[i], sums.verdict[i].packets);
	for (unsigned i = 0; i < _NC_REASON_MAX; i++)
		add_number(reasons, reason_names[i], sums.reason[i].packets);
	json_object_object_add(hook, "verdicts", verdicts);
	json_object_object_add(hook, "reasons", reasons);
	return hook;
}

/* Statuses are sorted by interface: one object for each, its hooks in it. */
static struct json_object *devices_json(const struct nc_session *session,
					const nc_device_statuses *statuses)
{
	struct json_object *devices = json_object_new_array(), *hooks = NULL;
	uint32_t ifindex = 0;

	nc_vec_foreach (status, statuses) {
		if (!hooks || status->key.ifindex != ifindex) {
			struct json_object *device = json_object_new_object();

			ifindex = status->key.ifindex;
			hooks = json_object_new_array();
			add_string(device, "device", status->name);
			add_number(device, "ifindex", ifindex);
			json_object_object_add(device, "hooks", hooks);
			json_object_array_add(devices, device);
		}
		json_object_array_add(hooks, hook_json(session, status));
	}
	return devices;
}

static struct json_object *pending_json(const struct nc_session *session)
{
	struct json_object *object;
	struct nc_pending pending;

	if (!read_pending(session, &pending))
		return NULL;
	object = json_object_new_object();
	add_number(object, "seconds", nc_pending_seconds(&pending));
	json_object_object_add(object, "previous",
			       pending.previous ? json_object_new_uint64(pending.previous) : NULL);
	json_object_object_add(object, "guarded",
			       json_object_new_boolean(nc_helper_alive(&pending.helper)));
	return object;
}

static void print_json(const struct nc_session *session, const nc_device_statuses *statuses)
{
	const struct counts counts = count(session->ruleset);
	struct json_object *whole = json_object_new_object(), *about = json_object_new_object();
	struct json_object *ruleset = NULL;

	add_string(about, "version", NETCTL_VERSION);
	add_number(about, "abi", NC_ABI_VERSION);
	json_object_object_add(whole, "netctl", about);
	if (session->live) {
		ruleset = json_object_new_object();
		add_number(ruleset, "generation", nc_live_generation(session->live));
		add_number(ruleset, "tables", counts.tables);
		add_number(ruleset, "chains", counts.chains);
		add_number(ruleset, "rules", counts.rules);
		add_number(ruleset, "sets", counts.sets);
	}
	json_object_object_add(whole, "ruleset", ruleset);
	json_object_object_add(whole, "pending", pending_json(session));
	json_object_object_add(whole, "devices", devices_json(session, statuses));
	nc_print_json(whole);
}

/* --- the verb ------------------------------------------------------------------------------------------ */

/* Keep what is of one device. */
static void select_device(nc_device_statuses *statuses, const char *device)
{
	size_t n = 0;

	nc_vec_foreach (status, statuses) {
		if (strcmp(status->name, device) == 0)
			statuses->v[n++] = *status;
	}
	statuses->n = n;
}

static int read_statuses(struct nc_run *run, const struct nc_session *session,
			 nc_device_statuses *ret)
{
	return session->store ? nc_devices_status(session->store, ret, &run->diag) : 0;
}

static void print_text(const struct nc_session *session, const nc_device_statuses *statuses,
		       const char *device)
{
	if (statuses->n) {
		print_devices(session, statuses);
		print_reasons(statuses);
		putchar('\n');
	} else if (device) {
		printf("netctl is not attached to %s.\n", device);
	} else {
		puts("netctl is attached to no device.");
	}
	print_ruleset_line(session);
	print_pending_line(session);
}

enum nc_exit nc_cmd_status(struct nc_run *run, int argc, char **argv)
{
	const char *device = argc > 1 ? argv[1] : NULL;
	_cleanup_(nc_session_close) struct nc_session session;
	nc_device_statuses statuses = {};
	int r;

	if (argc > 2)
		return nc_usage(run, "status takes at most one DEVICE");
	nc_pending_settle(&run->diag);
	r = nc_session_open(&session, NC_STORE_READ, &run->diag);
	if (r == 0)
		r = nc_session_place(&session);
	if (r == 0)
		r = read_statuses(run, &session, &statuses);
	if (r < 0)
		return NC_EXIT_FAILED;
	warn_unenforced(run, &session, &statuses);
	warn_unguarded(run, &session);
	if (device)
		select_device(&statuses, device);
	if (device && !statuses.n && !nc_device_exists(device)) {
		nc_diag_error(&run->diag, NULL,
			      "there is no interface '%s' in this network namespace", device);
		return NC_EXIT_FAILED;
	}
	if (run->options.json)
		print_json(&session, &statuses);
	else
		print_text(&session, &statuses, device);
	nc_vec_free(&statuses);
	return NC_EXIT_DONE;
}
