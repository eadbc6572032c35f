/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command table: what the user can say, what help says of it, and who does it. Commands print their output; diagnostics
 * are appended and rendered by main(), which alone turns results into exit codes.
 */
#ifndef NETCTL_CMD_CMD_H
#define NETCTL_CMD_CMD_H

#include <stdbool.h>

#include "util/diag.h"

/* Exit codes. */
enum nc_exit {
	NC_EXIT_DONE = 0,
	NC_EXIT_FAILED = 1,
	NC_EXIT_USAGE = 2,
	NC_EXIT_REFUSED = 3, /* the ruleset; nothing changed */
};

/* Options in front of or among a command's words. */
struct nc_options {
	bool json, handle, numeric, stateless, terse, check, echo, help, version;
	const char *file;
};

/* One run of the program. */
struct nc_run {
	struct nc_options options;
	struct nc_diag diag;
	unsigned print_flags; /* NC_PRINT_*, from the options */
	bool answered; /* an exit code that is not 0 is the answer to what was asked, not an error */
};

struct nc_cmd {
	const char *name;
	const char *synopsis; /* behind the name */
	const char *summary;  /* one line, for the list of commands */
	const char *help;     /* lines that "help NAME" adds, or NULL */
	/* argv[0] is the command's name. Returns an exit code. */
	enum nc_exit (*run)(struct nc_run *run, int argc, char **argv);
};

/* All commands in the order of help; ends with name NULL. */
extern const struct nc_cmd nc_cmds[];
const struct nc_cmd *nc_cmd_find(const char *name);

/* One file per verb; those that have nft(8)'s words share one. */
enum nc_exit nc_cmd_attach(struct nc_run *run, int argc, char **argv);
enum nc_exit nc_cmd_detach(struct nc_run *run, int argc, char **argv);
enum nc_exit nc_cmd_status(struct nc_run *run, int argc, char **argv);
enum nc_exit nc_cmd_apply(struct nc_run *run, int argc, char **argv);
enum nc_exit nc_cmd_check(struct nc_run *run, int argc, char **argv);
enum nc_exit nc_cmd_diff(struct nc_run *run, int argc, char **argv);
enum nc_exit nc_cmd_confirm(struct nc_run *run, int argc, char **argv);
enum nc_exit nc_cmd_rollback(struct nc_run *run, int argc, char **argv);
enum nc_exit nc_cmd_ruleset(struct nc_run *run, int argc, char **argv);
enum nc_exit nc_cmd_monitor(struct nc_run *run, int argc, char **argv);
enum nc_exit nc_cmd_explain(struct nc_run *run, int argc, char **argv);
enum nc_exit nc_cmd_bench(struct nc_run *run, int argc, char **argv);
enum nc_exit nc_cmd_help(struct nc_run *run, int argc, char **argv);
enum nc_exit nc_cmd_version(struct nc_run *run, int argc, char **argv);

/* "-f FILE": the commands of a file, on what is there. */
enum nc_exit nc_cmd_file(struct nc_run *run, const char *path);

/* Append a usage error and return its exit code. */
enum nc_exit nc_usage(struct nc_run *run, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The exit code of a failure: a message that points into the user's text means that this was refused. */
enum nc_exit nc_exit_of(const struct nc_run *run, int r);

/* Between them, what takes longer than a second shows on a terminal how far it has come. */
void nc_progress_begin(void);
void nc_progress_end(void);

/* Print the diagnostics to standard error: text, or JSON with -j. */
void nc_render(const struct nc_run *run, enum nc_exit code);

/* An object as one line, or pretty on a terminal, to standard output; it is freed. */
struct json_object;
void nc_print_json(struct json_object *object);

#endif
