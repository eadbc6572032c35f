/* SPDX-License-Identifier: GPL-2.0-only */
/* iptables, raw PREROUTING, of the legacy kind: nft's own iptables would be nft a second time. */
#include <errno.h>

#include "space.h"
#include "spawn.h"
#include "subject.h"

#define LOAD_SECONDS 20

static bool check(char *reason, size_t size)
{
	snprintf(reason, size, "iptables-legacy is not installed");
	return nc_spawn_has("iptables-legacy-restore");
}

static int load(const struct nc_bench_rules *rules, void **ret_state, int *ret_program,
		struct nc_diag *diag)
{
	const char *const restore[] = {
		rules->ip6 ? "ip6tables-legacy-restore" : "iptables-legacy-restore", NULL};
	_cleanup_(nc_input_close) struct nc_input input = {-1};
	FILE *out = nc_input_open(&input);
	int r;

	if (!out)
		return -ENOMEM;
	nc_bench_write_iptables(rules, out);
	/* What is accepted need not be carried any further. */
	fputs("*mangle\n:PREROUTING DROP [0:0]\nCOMMIT\n", out);
	if (fclose(out) == EOF)
		return -ENOMEM;
	*ret_state = NULL;
	*ret_program = -1;
	/* IPv6 is off in a space until it is asked for: netfilter's hooks see nothing of it then. */
	r = rules->ip6
		    ? nc_spawn_shell("for d in all " NC_SPACE_DEVICE
				     "; do echo 0 >/proc/sys/net/ipv6/conf/$d/disable_ipv6; done",
				     diag)
		    : 0;
	return r ?: nc_spawn(restore, &input, LOAD_SECONDS, diag);
}

const struct nc_bench_subject nc_subject_iptables = {
	.name = "iptables",
	.about = "iptables-legacy in raw PREROUTING, the same rules",
	.way = NC_BENCH_BY_STACK,
	.in_space = true,
	.check = check,
	.load = load,
};
