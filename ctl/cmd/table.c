/* SPDX-License-Identifier: GPL-2.0-only */
/* The command table. Help prints it; a test compares it with the manual page and the completion. */
#include <string.h>

#include "cmd/cmd.h"

#define AS_NFT "The words behind it are nft(8)'s; netctl.nft(5) has the language.\n"

const struct nc_cmd nc_cmds[] = {
	{"attach", "DEVICE [hook ingress|egress] [mode auto|native|generic] [--replace]",
	 "put netctl on a network device",
	 "  hook ingress    XDP (default)\n"
	 "  hook egress     tc: TCX where the kernel has it, else clsact\n"
	 "  mode auto       native XDP where the driver has it, else generic (default)\n"
	 "  --replace       take another XDP program off the device first\n"
	 "\n"
	 "What was attached by hand stays until detach.\n",
	 nc_cmd_attach},
	{"detach", "DEVICE [hook ingress|egress] | --all", "take netctl off a device, or off all",
	 "  --all           every device and hook of this network namespace\n"
	 "\n"
	 "The ruleset stays, unenforced on that device; 'flush ruleset' removes it.\n",
	 nc_cmd_detach},
	{"status", "[DEVICE]", "what is attached, and what it decided (also: netctl alone)", NULL,
	 nc_cmd_status},
	{"apply", "FILE|- [--dry-run | --confirm SECONDS]",
	 "make the ruleset exactly what FILE says",
	 "  --dry-run       everything but putting it to work, then what would change\n"
	 "  --confirm SECONDS\n"
	 "                  roll back by itself unless 'confirm' comes in time\n"
	 "\n"
	 "Rules that stay the same keep their handles and counters. See also: netctl -f FILE,\n"
	 "which performs FILE's commands on what is there.\n",
	 nc_cmd_apply},
	{"check", "[--cost] FILE|-",
	 "say what is wrong with a ruleset; needs no privilege and no BPF",
	 "  --cost          print what its chains cost a packet, what memory they take, and which\n"
	 "                  rules no packet can match\n",
	 nc_cmd_check},
	{"diff", "FILE|-", "what apply would change in the ruleset",
	 "Exit codes: 0 nothing, 1 something, 2 trouble, 3 FILE refused.\n", nc_cmd_diff},
	{"confirm", "", "keep what apply --confirm has made", NULL, nc_cmd_confirm},
	{"rollback", "", "back to the ruleset before the last change; once more: forth again", NULL,
	 nc_cmd_rollback},
	{"list",
	 "ruleset | tables | chains | sets | maps | meters | counters | quotas | limits | table F "
	 "T | "
	 "chain F T C | set|map|meter F T S | counter|quota|limit F T O",
	 "print the ruleset or a part of it", AS_NFT, nc_cmd_ruleset},
	{"get", "element F T S { … }",
	 "print elements of a set or map, or the intervals that hold them", AS_NFT, nc_cmd_ruleset},
	{"add", "table | chain | rule | set | map | element | counter | quota | limit …",
	 "add to the ruleset", AS_NFT, nc_cmd_ruleset},
	{"create", "table | chain | set | map | element | counter | quota | limit …",
	 "add what must not be there yet", AS_NFT, nc_cmd_ruleset},
	{"insert", "rule F T C [handle N | index N] …", "put a rule in front", AS_NFT,
	 nc_cmd_ruleset},
	{"replace", "rule F T C handle N …", "put a rule in another's place", AS_NFT,
	 nc_cmd_ruleset},
	{"delete", "table | chain | rule | set | map | element | counter | quota | limit …",
	 "remove from the ruleset", AS_NFT, nc_cmd_ruleset},
	{"destroy", "table | chain | rule | set | map | element | counter | quota | limit …",
	 "remove what may not be there", AS_NFT, nc_cmd_ruleset},
	{"flush", "ruleset | table F T | chain F T C | set|map|meter F T S",
	 "remove all of the content", AS_NFT, nc_cmd_ruleset},
	{"rename", "chain F T C NAME", "give a chain another name", AS_NFT, nc_cmd_ruleset},
	{"reset",
	 "counters | quotas | rules | counter|quota F T O | rule F T C handle N | set|map F T S | "
	 "element F T S { … }",
	 "print counters and quotas, and start them anew", AS_NFT, nc_cmd_ruleset},
	{"explain",
	 "[--ruleset FILE] [--device NAME] [--hook ingress|egress] (--pcap FILE | --hex BYTES …)",
	 "say what becomes of frames, and by which rules",
	 "  --ruleset FILE  by a file instead of the ruleset at work\n"
	 "  --device NAME   as if they passed this device; needed if there are several\n"
	 "  --hook ingress  as if they came in there (default)\n"
	 "  --hook egress   as if they went out there\n"
	 "  --pcap FILE     the frames of a capture, pcap or pcapng; '-': standard input\n"
	 "  --hex BYTES …   frames of hexadecimal digits, each one word\n"
	 "\n"
	 "The programs that packets meet are run on each frame, and nothing is sent. Counters,\n"
	 "limits, quotas and sets of the ruleset at work stay as they are.\n",
	 nc_cmd_explain},
	{"monitor", "[events|ruleset] [OPTIONS]",
	 "show what rules log, or what changes in the ruleset, as it happens",
	 "  events          packets that a log statement saw (default)\n"
	 "  ruleset         tables, chains, sets, elements and rules that come and go, as nft "
	 "monitor\n"
	 "  --count N       end after N events or changes\n"
	 "  --timeout SECS  end after that time\n"
	 "\n"
	 "Of events:\n"
	 "  --rules         the rule that logged it, too (also: -a in front)\n"
	 "  --prefix TEXT   only events whose prefix begins with TEXT\n"
	 "  --group N       only those of this log group\n"
	 "  --new           not what was logged while nobody was reading\n"
	 "  --pcapng FILE   write packets to a file for tcpdump and Wireshark; '-': standard "
	 "output\n"
	 "\n"
	 "With -j, each line is an object. Ctrl-C ends it and prints how many there were.\n",
	 nc_cmd_monitor},
	{"bench", "[NAME …] [--against PEER …] [--seconds N] [--plot FILE] [OPTIONS]",
	 "measure what packets and changes cost, beside other packet filters",
	 "  --list          the benchmarks, and the peers and whether they are there\n"
	 "  --against PEER …\n"
	 "                  only these peers, or 'none'; without it, all that are there\n"
	 "  --seconds N     so long for each figure (0.5)\n"
	 "  --size N,N,…    numbers of rules and of elements (10 to 1000000)\n"
	 "  --rules FILE    for classbench: rules in its format\n"
	 "  --seed N        other rules and packets (1)\n"
	 "  --device NAME   for send and receive: an interface of this host\n"
	 "  --plot FILE     draw cost against rules: .svg or .png, by gnuplot\n"
	 "\n"
	 "Everything is done in network namespaces that go away with the command. Compare ratios\n"
	 "rather than times: those depend on the machine, and on what else it does.\n",
	 nc_cmd_bench},
	{"help", "[COMMAND]", "this text, or more about a command", NULL, nc_cmd_help},
	{"version", "", "print version and ABI", NULL, nc_cmd_version},
	{},
};

const struct nc_cmd *nc_cmd_find(const char *name)
{
	for (const struct nc_cmd *cmd = nc_cmds; cmd->name; cmd++) {
		if (strcmp(cmd->name, name) == 0)
			return cmd;
	}
	return NULL;
}
