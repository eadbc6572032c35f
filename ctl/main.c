/* SPDX-License-Identifier: GPL-2.0-only */
/* The program: options, the command table, and what its result is to the shell. */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/source.h"
#include "lang/lang.h"

static const struct option long_options[] = {
	{"file", required_argument, NULL, 'f'},
	{"check", no_argument, NULL, 'c'},
	{"json", no_argument, NULL, 'j'},
	{"handle", no_argument, NULL, 'a'},
	{"numeric", no_argument, NULL, 'n'},
	{"stateless", no_argument, NULL, 's'},
	{"terse", no_argument, NULL, 't'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{"define", required_argument, NULL, 'D'},
	{"includepath", required_argument, NULL, 'I'},
	{"numeric-priority", no_argument, NULL, 'y'},
	{"numeric-protocol", no_argument, NULL, 'p'},
	{"numeric-time", no_argument, NULL, 'T'},
	{"service", no_argument, NULL, 'S'},
	{"echo", no_argument, NULL, 'e'},
	{"interactive", no_argument, NULL, 'i'},
	{"optimize", no_argument, NULL, 'o'},
	{"reversedns", no_argument, NULL, 'N'},
	{"guid", no_argument, NULL, 'u'},
	{"debug", required_argument, NULL, 'd'},
	{},
};

/* Options that nft has and netctl has not: why, and what there is instead. */
static const char *refused_option(int c)
{
	switch (c) {
	case 'i':
		return "-i: netctl reads no commands from a terminal; 'netctl -f -' reads standard "
		       "input, as one transaction";
	case 'o':
		return "-o: netctl rewrites no rules; its own tables find them however they are "
		       "written";
	case 'N':
		return "-N: netctl asks no name servers; lists show addresses";
	case 'u':
		return "-u: there are no users and groups in family netdev";
	case 'd':
		return "-d: netctl prints no debug messages; 'netctl explain' shows which rules "
		       "judge a frame";
	default:
		return NULL;
	}
}

/* Options in front of the command; behind it, words are the command's own. */
static enum nc_exit parse_options(struct nc_run *run, int argc, char **argv)
{
	struct nc_options *options = &run->options;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+f:cjanstvhVD:I:ypTSeioNud:", long_options, NULL)) !=
	       -1) {
		switch (c) {
		case 'f':
			options->file = optarg;
			break;
		case 'c':
			options->check = true;
			break;
		case 'j':
			options->json = true;
			break;
		case 'a':
			options->handle = true;
			break;
		case 'n':
			options->numeric = true;
			break;
		case 'y':
			run->print_flags |= NC_PRINT_PRIORITIES;
			break;
		case 'p':
			run->print_flags |= NC_PRINT_PROTOCOLS;
			break;
		case 'T':
			run->print_flags |= NC_PRINT_TIMES;
			break;
		case 'S':
			run->print_flags |= NC_PRINT_SERVICES;
			break;
		case 'e':
			options->echo = true;
			break;
		case 'i':
		case 'o':
		case 'N':
		case 'u':
		case 'd':
			return nc_usage(run, "%s", refused_option(c));
		case 'D':
			if (nc_source_define(optarg) < 0)
				return nc_usage(run, "-D needs NAME=VALUE, and here is '%s'",
						optarg);
			break;
		case 'I':
			nc_source_search(optarg);
			break;
		case 's':
			options->stateless = true;
			break;
		case 't':
			options->terse = true;
			break;
		case 'h':
			options->help = true;
			break;
		case 'v':
		case 'V':
			options->version = true;
			break;
		default:
			if (optopt == 'f')
				return nc_usage(run, "-f needs a FILE, or '-' for standard input");
			if (optopt == 'D' || optopt == 'I')
				return nc_usage(run, "-%c needs a %s", optopt,
						optopt == 'D' ? "NAME=VALUE" : "DIRECTORY");
			if (optopt == 'd')
				return nc_usage(run, "%s", refused_option(optopt));
			return nc_usage(run, "there is no option '%s'; see: netctl help",
					argv[optind - 1]);
		}
	}
	run->print_flags |= (options->handle ? NC_PRINT_HANDLES : 0) |
			    (options->numeric ? NC_PRINT_NUMERIC : 0) |
			    (options->stateless ? NC_PRINT_STATELESS : 0) |
			    (options->terse ? NC_PRINT_NO_ELEMENTS : 0);
	return NC_EXIT_DONE;
}

/* How many letters two words share from the beginning. */
static size_t likeness(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

static enum nc_exit refuse_command(struct nc_run *run, const char *name)
{
	const struct nc_cmd *nearest = NULL;
	size_t best = 1;

	for (const struct nc_cmd *cmd = nc_cmds; cmd->name; cmd++) {
		size_t shared = likeness(cmd->name, name);

		if (shared > best) {
			best = shared;
			nearest = cmd;
		}
	}
	if (nearest)
		return nc_usage(run, "there is no command '%s'; did you mean '%s'?", name,
				nearest->name);
	return nc_usage(run, "there is no command '%s'; see: netctl help", name);
}

/* Options that may stand behind the words of verbs that are not nft's. */
static void take_trailing_options(struct nc_run *run, const struct nc_cmd *cmd, int *argc,
				  char **argv)
{
	int n = 1;

	for (int i = 1; i < *argc; i++) {
		const char *word = argv[i];

		if (strcmp(word, "--help") == 0 ||
		    (strcmp(word, "-h") == 0 && cmd->run != nc_cmd_ruleset))
			run->options.help = true;
		else if (cmd->run != nc_cmd_ruleset &&
			 (!strcmp(word, "-j") || !strcmp(word, "--json")))
			run->options.json = true;
		else
			argv[n++] = argv[i];
	}
	*argc = n;
}

static enum nc_exit run_command(struct nc_run *run, int argc, char **argv)
{
	char *status[] = {"status", NULL}, *help[] = {"help", argc ? argv[0] : NULL, NULL};
	const struct nc_cmd *cmd;

	if (run->options.version)
		return nc_cmd_version(run, 1, argv);
	if (!argc && run->options.help)
		return nc_cmd_help(run, 1, help);
	if (!argc)
		return nc_cmd_status(run, 1, status);
	cmd = nc_cmd_find(argv[0]);
	/* nft takes a command in one argument too, and "table …" for "add table …". */
	if (!cmd && (strpbrk(argv[0], " {;") || strcmp(argv[0], "table") == 0))
		return nc_cmd_ruleset(run, argc, argv);
	if (!cmd)
		return refuse_command(run, argv[0]);
	take_trailing_options(run, cmd, &argc, argv);
	return run->options.help ? nc_cmd_help(run, 2, help) : cmd->run(run, argc, argv);
}

static enum nc_exit run_all(struct nc_run *run, int argc, char **argv)
{
	if (parse_options(run, argc, argv) != NC_EXIT_DONE)
		return NC_EXIT_USAGE;
	if (!run->options.file)
		return run_command(run, argc - optind, argv + optind);
	if (optind < argc)
		return nc_usage(run, "with -f FILE there is no command, and here is '%s'",
				argv[optind]);
	return nc_cmd_file(run, run->options.file);
}

int main(int argc, char **argv)
{
	struct nc_run run = {};
	enum nc_exit code;

	setlocale(LC_CTYPE, "");
	nc_progress_begin();
	code = run_all(&run, argc, argv);
	nc_progress_end();
	if (fflush(stdout) == EOF || ferror(stdout)) {
		nc_diag_errno(&run.diag, NULL, -errno, "cannot write to standard output");
		if (code == NC_EXIT_DONE)
			code = NC_EXIT_FAILED;
	}
	nc_render(&run, code);
	nc_diag_free(&run.diag);
	return code;
}
