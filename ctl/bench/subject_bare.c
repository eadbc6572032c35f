/* SPDX-License-Identifier: GPL-2.0-only */
/* An XDP program that only drops: what everything else is a ratio to. It has no rules. */
#include "kern/rotate.h"
#include "subject.h"

static int load(const struct nc_bench_rules *rules, void **ret_state, int *ret_program,
		struct nc_diag *diag)
{
	struct nc_bare *bare = calloc(1, sizeof(*bare));
	int r;

	(void)rules;
	if (!bare)
		return -ENOMEM;
	r = nc_bare_open(bare, diag);
	if (r < 0) {
		free(bare);
		return r;
	}
	*ret_state = bare;
	*ret_program = bare->drop;
	return 0;
}

static void unload(void *state, int program)
{
	(void)program; /* the state has it */
	nc_bare_close(state);
	free(state);
}

const struct nc_bench_subject nc_subject_bare = {
	.name = "bare-xdp",
	.about = "an XDP program that only drops",
	.way = NC_BENCH_BY_RUN,
	.load = load,
	.unload = unload,
};
