/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scripts performed: "-f FILE" and the editing verbs change what is there, "apply FILE" replaces it, "check FILE" and -c do
 * all but publish.
 */
#include <errno.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/list.h"
#include "cmd/session.h"
#include "cmd/source.h"

/* Change the live ruleset. */
static int change(struct nc_run *run, const struct nc_script *script)
{
	_cleanup_(nc_session_close) struct nc_session session;
	int r = nc_session_open(&session, NC_STORE_WRITE, &run->diag);

	if (r == 0)
		r = nc_session_change_element(&session, script);
	if (r)
		return r < 0 ? r : 0;
	r = nc_script_run(script, session.ruleset, nc_session_load_elements, &session, &run->diag);
	return r < 0 ? r : nc_session_commit(&session, session.ruleset, true);
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
	r = nc_script_run(script, session.ruleset, nc_session_load_elements, &session, &run->diag);
	return r < 0 ? r : nc_session_commit(&session, session.ruleset, false);
}

static int list(struct nc_run *run, const struct nc_script *script)
{
	_cleanup_(nc_session_close) struct nc_session session;
	int r = nc_session_open(&session, NC_STORE_READ, &run->diag);

	return r < 0 ? r : nc_list(run, &session, script);
}

static int perform(struct nc_run *run, const struct nc_source *source)
{
	_cleanup_(nc_script_freep) struct nc_script *script = NULL;
	int r = nc_script_parse(source, &script, &run->diag);

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

/* The ruleset that a text describes by itself. */
static int build(const struct nc_source *source, struct nc_ruleset **ret, struct nc_diag *diag)
{
	_cleanup_(nc_ruleset_freep) struct nc_ruleset *ruleset = nc_ruleset_new();
	_cleanup_(nc_script_freep) struct nc_script *script = NULL;
	int r;

	if (!ruleset)
		return -ENOMEM;
	r = nc_script_parse(source, &script, diag);
	if (r == 0)
		r = nc_script_run(script, ruleset, NULL, NULL, diag);
	if (r == 0)
		*ret = TAKE_PTR(ruleset);
	return r;
}

static int replace(struct nc_run *run, const struct nc_source *source)
{
	_cleanup_(nc_ruleset_freep) struct nc_ruleset *next = NULL;
	_cleanup_(nc_session_close) struct nc_session session = {};
	int r = build(source, &next, &run->diag);

	if (r == 0)
		r = nc_session_open(&session, NC_STORE_WRITE, &run->diag);
	if (r == 0)
		r = nc_ruleset_inherit(next, session.ruleset);
	return r < 0 ? r : nc_session_commit(&session, next, true);
}

static int check(struct nc_run *run, const struct nc_source *source)
{
	_cleanup_(nc_ruleset_freep) struct nc_ruleset *ruleset = NULL;
	struct nc_session none = {.diag = &run->diag};
	int r = build(source, &ruleset, &run->diag);

	return r < 0 ? r : nc_session_commit(&none, ruleset, false);
}

enum nc_exit nc_cmd_apply(struct nc_run *run, int argc, char **argv)
{
	static struct nc_source source;
	bool dry_run = run->options.check;
	const char *path = NULL;
	char *text;
	int r;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--dry-run") == 0)
			dry_run = true;
		else if (!path)
			path = argv[i];
		else
			return nc_usage(run, "apply takes one FILE, or '-' for standard input");
	}
	if (!path)
		return nc_usage(run, "apply needs a FILE, or '-' for standard input");
	r = nc_source_read(path, &source, &text, &run->diag);
	if (r == 0)
		r = dry_run ? check(run, &source) : replace(run, &source);
	return nc_exit_of(run, r);
}

enum nc_exit nc_cmd_check(struct nc_run *run, int argc, char **argv)
{
	static struct nc_source source;
	char *text;
	int r;

	if (argc != 2)
		return nc_usage(run, "check takes one FILE, or '-' for standard input");
	r = nc_source_read(argv[1], &source, &text, &run->diag);
	return nc_exit_of(run, r < 0 ? r : check(run, &source));
}
