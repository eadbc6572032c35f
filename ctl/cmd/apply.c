/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scripts performed: "-f FILE" and the editing verbs change what is there, "apply FILE" replaces it, "check FILE" and -c do
 * all but publish, "diff FILE" says what "apply FILE" would change.
 */
#include <errno.h>
#include <string.h>

#include "cmd/change.h"
#include "cmd/cmd.h"
#include "cmd/cost.h"
#include "cmd/diff.h"
#include "cmd/guard.h"
#include "cmd/list.h"
#include "cmd/session.h"
#include "cmd/source.h"

static int change_session(struct nc_session *session, const struct nc_script *script)
{
	int r = nc_session_change_element(session, script);

	if (r)
		return r < 0 ? r : 0;
	r = nc_session_load_verdicts(session);
	if (r == 0)
		r = nc_script_run(script, session->ruleset, nc_session_load_elements, session,
				  session->diag);
	return r < 0 ? r : nc_session_commit(session, session->ruleset, true);
}

/* Change the live ruleset. What is echoed is told before others can change it. */
static int change(struct nc_run *run, const struct nc_script *script)
{
	_cleanup_(nc_picture_freep) struct nc_picture *before = NULL;
	_cleanup_(nc_session_close) struct nc_session session;
	int r = nc_session_open_for(&session, script, &run->diag);

	if (r == 0 && run->options.echo)
		r = nc_echo_begin(run, &before);
	if (r == 0)
		r = change_session(&session, script);
	if (r == 0 && run->options.echo)
		r = nc_echo_end(run, before);
	return r;
}

/* As change(), on the live ruleset if it can be read, and without effect. */
static int rehearse(struct nc_run *run, const struct nc_script *script)
{
	_cleanup_(nc_session_close) struct nc_session session;
	struct nc_diag unheard = {};
	int r = nc_session_open(&session, NC_STORE_READ, &unheard);

	nc_diag_free(&unheard);
	if (r < 0) {
		nc_session_close(&session);
		session.ruleset = nc_ruleset_new();
	}
	if (!session.ruleset)
		return -ENOMEM;
	session.diag = &run->diag;
	r = nc_session_load_verdicts(&session);
	if (r == 0)
		r = nc_script_run(script, session.ruleset, nc_session_load_elements, &session,
				  &run->diag);
	return r < 0 ? r : nc_session_commit(&session, session.ruleset, false);
}

static int list(struct nc_run *run, const struct nc_script *script)
{
	_cleanup_(nc_session_close) struct nc_session session;
	bool resets = nc_script_resets(script);
	int r = nc_session_open(&session, resets ? NC_STORE_WRITE : NC_STORE_READ, &run->diag);

	return r < 0 ? r : nc_list(run, &session, script);
}

static int perform(struct nc_run *run, const struct nc_source *source)
{
	_cleanup_(nc_script_freep) struct nc_script *script = NULL;
	int r = nc_script_parse(source, nc_source_include, NULL, &script, &run->diag);

	if (r < 0)
		return r;
	if (run->options.check)
		return nc_script_changes(script) ? rehearse(run, script) : 0;
	if (nc_script_changes(script))
		r = change(run, script);
	if (r == 0 && nc_script_lists(script))
		r = list(run, script);
	return r;
}

/* The source must live until the diagnostics have been rendered: it ends with the process. */
enum nc_exit nc_cmd_file(struct nc_run *run, const char *path)
{
	static struct nc_source source;
	char *text;
	int r = nc_source_read(path, &source, &text, &run->diag);

	return nc_exit_of(run, r < 0 ? r : perform(run, &source));
}

enum nc_exit nc_cmd_ruleset(struct nc_run *run, int argc, char **argv)
{
	static struct nc_source source;
	char *text;
	int r = nc_source_join(argc, argv, &source, &text);

	return nc_exit_of(run, r < 0 ? r : perform(run, &source));
}

/* --- apply and check --------------------------------------------------------------------------------- */

/* guard: rolls the change back, if it has been started. */
static int replace(struct nc_run *run, const struct nc_source *source, const struct nc_guard *guard)
{
	_cleanup_(nc_ruleset_freep) struct nc_ruleset *next = NULL;
	_cleanup_(nc_picture_freep) struct nc_picture *before = NULL;
	_cleanup_(nc_session_close) struct nc_session session = {};
	int r = nc_source_ruleset(source, &next, &run->diag);

	if (r == 0)
		r = nc_session_open(&session, NC_STORE_WRITE, &run->diag);
	if (r == 0 && run->options.echo)
		r = nc_echo_begin(run, &before);
	if (r == 0)
		r = nc_ruleset_inherit(next, session.ruleset, nc_rule_text);
	if (r == 0 && guard->alive >= 0)
		nc_pending_arm(session.store, guard->seconds, &guard->helper);
	r = r ?: nc_session_commit(&session, next, true);
	return r == 0 && run->options.echo ? nc_echo_end(run, before) : r;
}

static int replace_guarded(struct nc_run *run, const struct nc_source *source,
			   struct nc_guard *guard)
{
	int r = replace(run, source, guard);

	nc_guard_release(guard);
	return r < 0 ? r
		     : nc_diag_note(&run->diag, NULL,
				    "this is rolled back in %u s, unless: netctl confirm",
				    guard->seconds);
}

static int check(struct nc_run *run, const struct nc_source *source)
{
	_cleanup_(nc_ruleset_freep) struct nc_ruleset *ruleset = NULL;
	struct nc_session none = {.diag = &run->diag};
	int r = nc_source_ruleset(source, &ruleset, &run->diag);

	return r < 0 ? r : nc_session_commit(&none, ruleset, false);
}

/* Check, and say what it costs. */
static int check_cost(struct nc_run *run, const struct nc_source *source)
{
	_cleanup_(nc_ruleset_freep) struct nc_ruleset *ruleset = NULL;
	_cleanup_(nc_image_clear) struct nc_image image = {};
	struct nc_session none = {.diag = &run->diag};
	struct nc_cost cost = {};
	int r = nc_source_ruleset(source, &ruleset, &run->diag);

	if (r == 0)
		r = nc_session_compile(&none, ruleset, NC_COMPILE_COST, &image);
	if (r == 0)
		r = nc_cost_read(&image, &cost);
	if (r == 0)
		r = nc_print_cost(run, &image, &cost);
	nc_cost_free(&cost);
	return r;
}

/* What apply's words say. */
struct words {
	const char *path;
	bool dry_run;
	uint32_t seconds; /* to confirm in; 0: not asked for */
};

#define SECONDS_MAX (24 * 60 * 60)

static int parse_seconds(const char *word, uint32_t *ret)
{
	unsigned long seconds;
	char *end;

	if (!word || *word < '0' || *word > '9')
		return -EINVAL;
	seconds = strtoul(word, &end, 10);
	if (*end || !seconds || seconds > SECONDS_MAX)
		return -EINVAL;
	*ret = seconds;
	return 0;
}

static enum nc_exit parse_words(struct nc_run *run, int argc, char **argv, struct words *ret)
{
	struct words words = {};

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--dry-run") == 0)
			words.dry_run = true;
		else if (strcmp(argv[i], "--confirm") == 0) {
			if (parse_seconds(argv[++i], &words.seconds) < 0)
				return nc_usage(run, "--confirm needs SECONDS, from 1 to %d",
						SECONDS_MAX);
		} else if (!words.path)
			words.path = argv[i];
		else
			return nc_usage(run, "apply takes one FILE, or '-' for standard input");
	}
	if (!words.path)
		return nc_usage(run, "apply needs a FILE, or '-' for standard input");
	if (words.dry_run && words.seconds)
		return nc_usage(run, "--dry-run changes nothing that --confirm could be about");
	*ret = words;
	return NC_EXIT_DONE;
}

/* Print what replace() would change. 1: something; 0: nothing. */
static int compare(struct nc_run *run, const struct nc_source *source, struct nc_diag *diag)
{
	_cleanup_(nc_ruleset_freep) struct nc_ruleset *next = NULL;
	int r = nc_source_ruleset(source, &next, diag);

	return r < 0 ? r : nc_diff(run, next, diag);
}

/* Check, then show what would change. Whoever may not see the ruleset at work gets the check alone. */
static int rehearse_replace(struct nc_run *run, const struct nc_source *source)
{
	struct nc_diag unheard = {};
	int r = check(run, source);

	if (r < 0)
		return r;
	r = compare(run, source, &unheard);
	nc_diag_free(&unheard);
	if (r < 0)
		nc_diag_warning(
			&run->diag, NULL,
			"the ruleset at work cannot be read: what would change is not shown");
	return 0;
}

enum nc_exit nc_cmd_apply(struct nc_run *run, int argc, char **argv)
{
	static struct nc_source source;
	struct nc_guard guard = NC_GUARD_NONE;
	struct words words = {};
	char *text;
	int r = 0;

	if (parse_words(run, argc, argv, &words) != NC_EXIT_DONE)
		return NC_EXIT_USAGE;
	if (words.seconds && !run->options.check)
		r = nc_guard_start(words.seconds, &guard, &run->diag);
	if (r == 0)
		r = nc_source_read(words.path, &source, &text, &run->diag);
	if (r < 0)
		return nc_exit_of(run, r);
	if (words.dry_run)
		r = rehearse_replace(run, &source);
	else if (run->options.check)
		r = check(run, &source);
	else if (words.seconds)
		r = replace_guarded(run, &source, &guard);
	else
		r = replace(run, &source, &guard);
	return nc_exit_of(run, r);
}

enum nc_exit nc_cmd_check(struct nc_run *run, int argc, char **argv)
{
	static struct nc_source source;
	const char *path = NULL;
	bool costs = false;
	char *text;
	int r;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--cost") == 0)
			costs = true;
		else if (!path)
			path = argv[i];
		else
			return nc_usage(run, "check takes one FILE, or '-' for standard input");
	}
	if (!path)
		return nc_usage(run, "check takes one FILE, or '-' for standard input");
	r = nc_source_read(path, &source, &text, &run->diag);
	if (r == 0)
		r = costs ? check_cost(run, &source) : check(run, &source);
	return nc_exit_of(run, r);
}

/* As diff(1): 0 the same, 1 not, 2 trouble; and 3 where FILE is refused. */
enum nc_exit nc_cmd_diff(struct nc_run *run, int argc, char **argv)
{
	static struct nc_source source;
	char *text;
	int r;

	if (argc != 2)
		return nc_usage(run, "diff takes one FILE, or '-' for standard input");
	r = nc_source_read(argv[1], &source, &text, &run->diag);
	if (r == 0)
		r = compare(run, &source, &run->diag);
	if (r < 0)
		return nc_exit_of(run, r) == NC_EXIT_REFUSED ? NC_EXIT_REFUSED : NC_EXIT_USAGE;
	run->answered = true;
	return r ? NC_EXIT_FAILED : NC_EXIT_DONE;
}
