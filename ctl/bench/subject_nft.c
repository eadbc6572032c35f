/* SPDX-License-Identifier: GPL-2.0-only */
/* nftables at netdev ingress: the same text as netctl's. */
#include <errno.h>

#include "space.h"
#include "spawn.h"
#include "subject.h"

#define LOAD_SECONDS 20

static bool check(char *reason, size_t size)
{
	snprintf(reason, size, "nft is not installed");
	return nc_spawn_has("nft");
}

static int load(const struct nc_bench_rules *rules, void **ret_state, int *ret_program,
		struct nc_diag *diag)
{
	const char *const nft[] = {"nft", "-f", "-", NULL};
	_cleanup_(nc_input_close) struct nc_input input = {-1};
	FILE *out = nc_input_open(&input);

	if (!out)
		return -ENOMEM;
	nc_bench_write_nft(rules, NC_SPACE_DEVICE, out);
	/* What is accepted need not be carried any further. */
	fprintf(out,
		"table netdev sink { chain in { type filter hook ingress device \"%s\" "
		"priority 100; policy drop; }; }\n",
		NC_SPACE_DEVICE);
	if (fclose(out) == EOF)
		return -ENOMEM;
	*ret_state = NULL;
	*ret_program = -1;
	return nc_spawn(nft, &input, LOAD_SECONDS, diag);
}

const struct nc_bench_subject nc_subject_nft = {
	.name = "nft",
	.about = "nftables at netdev ingress, the same ruleset",
	.way = NC_BENCH_BY_STACK,
	.in_space = true,
	.check = check,
	.load = load,
};
