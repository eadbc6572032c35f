/* SPDX-License-Identifier: GPL-2.0-only */
/* "help" and "version", from the command table. */
#include <stdio.h>

#include "cmd/cmd.h"
#include "netctl/abi.h"
#include "util/term.h"

static void print_all(void)
{
	bool colour = nc_term_colour(stdout);

	nc_term_print(stdout, colour, NC_COLOUR_BOLD, "netctl");
	puts(" [OPTIONS] [COMMAND …]        nftables rulesets at XDP speed\n"
	     "netctl [OPTIONS] -f FILE|-");
	puts("");
	nc_term_print(stdout, colour, NC_COLOUR_BOLD, "Commands\n");
	for (const struct nc_cmd *cmd = nc_cmds; cmd->name; cmd++)
		printf("  %-9s %s\n", cmd->name, cmd->summary);
	puts("");
	nc_term_print(stdout, colour, NC_COLOUR_BOLD, "Options\n");
	puts("  -f, --file FILE  perform the commands of a file, '-' for standard input\n"
	     "  -D, --define N=V as 'define N = V' in front of every file and command\n"
	     "  -I, --includepath DIR  look for included files there, too\n"
	     "  -c, --check      do not put anything to work\n"
	     "  -j, --json       JSON instead of text, errors too\n"
	     "  -a, --handle     lists show handles\n"
	     "  -n, --numeric    lists show numbers instead of names\n"
	     "  -y, --numeric-priority, -p, --numeric-protocol, -T, --numeric-time\n"
	     "                   the same of priorities, protocols, or dates and days alone\n"
	     "  -S, --service    lists show names of ports\n"
	     "  -e, --echo       say what commands have added, as 'monitor ruleset' does\n"
	     "  -s, --stateless  lists show no counter values\n"
	     "  -t, --terse      lists show no set elements\n"
	     "  -h, --help       this text; behind a command, more about it\n"
	     "  -V, --version    print version and ABI");
	puts("\nExit codes: 0 done, 1 failed, 2 usage, 3 ruleset refused (nothing changed).\n"
	     "Manuals: netctl(8), netctl.nft(5).");
}

enum nc_exit nc_cmd_help(struct nc_run *run, int argc, char **argv)
{
	const struct nc_cmd *cmd;

	if (argc < 2) {
		print_all();
		return NC_EXIT_DONE;
	}
	cmd = nc_cmd_find(argv[1]);
	if (!cmd || argc > 2)
		return nc_usage(run, "there is no command '%s'; see: netctl help", argv[argc - 1]);
	printf("netctl %s %s\n\n%s.\n", cmd->name, cmd->synopsis, cmd->summary);
	if (cmd->help)
		printf("\n%s", cmd->help);
	return NC_EXIT_DONE;
}

enum nc_exit nc_cmd_version(struct nc_run *run, int argc, char **argv)
{
	if (argc > 1)
		return nc_usage(run, "'%s': version takes no words", argv[1]);
	printf("netctl %s (ABI %d)\n", NETCTL_VERSION, NC_ABI_VERSION);
	return NC_EXIT_DONE;
}
