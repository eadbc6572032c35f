/* SPDX-License-Identifier: GPL-2.0-only */
/* Cost of a packet against the number of rules, of set elements, and by the rules of a file. */
#include <string.h>

#include "list.h"
#include "packet.h"
#include "util/progress.h"

static const uint32_t default_sizes[] = {10, 100, 1000, 10000, 100000, 1000000};

static unsigned sizes_of(const struct nc_bench_run *run, const uint32_t **ret)
{
	*ret = run->options->n_sizes ? run->options->sizes : default_sizes;
	return run->options->n_sizes ?: sizeof(default_sizes) / sizeof(*default_sizes);
}

/* All sizes of one shape and family; profile NULL: sets of addresses. done of total: for progress. */
static int run_family(struct nc_bench_run *run, const struct nc_bench_profile *profile, bool ip6,
		      unsigned done, unsigned total)
{
	const char *shape = profile ? nc_bench_profile_name(profile) : "set";
	struct nc_bench_ended ended = {};
	const uint32_t *sizes;
	unsigned n = sizes_of(run, &sizes);
	char name[32], what[64];
	int r = 0;

	snprintf(name, sizeof(name), "%s-%s", shape, ip6 ? "ip6" : "ip");
	for (unsigned i = 0; i < n && !r; i++) {
		_cleanup_(nc_bench_rules_free) struct nc_bench_rules rules = {};

		snprintf(what, sizeof(what), "%s of %u", name, sizes[i]);
		nc_progress(what, done * n + i, total * n);
		r = profile ? nc_bench_rules_make(profile, ip6, sizes[i], run->options->seed,
						  &rules)
			    : nc_bench_set_make(ip6, sizes[i], run->options->seed, &rules);
		r = r ?: nc_bench_packets(run, name, &rules, &ended);
	}
	return r;
}

static int run_classify(struct nc_bench_run *run)
{
	unsigned n = 0, done = 0;
	int r = 0;

	while (nc_bench_profiles[n])
		n++;
	for (unsigned ip6 = 0; ip6 < 2; ip6++) {
		for (unsigned i = 0; i < n && !r; i++)
			r = run_family(run, nc_bench_profiles[i], ip6, done++, 2 * n);
	}
	return r;
}

static int run_set(struct nc_bench_run *run)
{
	int r = run_family(run, NULL, false, 0, 2);

	return r ?: run_family(run, NULL, true, 1, 2);
}

static int run_classbench(struct nc_bench_run *run)
{
	struct nc_bench_ended ended = {};

	if (!run->options->rules)
		return nc_diag_error(run->diag, NULL,
				     "'classbench' needs a file: --rules FILE, in ClassBench's "
				     "format");
	return nc_bench_packets(run, "classbench", run->options->rules, &ended);
}

const struct nc_bench nc_bench_classify = {
	.name = "classify",
	.about = "cost of a packet against the number of rules: access lists, firewalls, IP chains",
	.run = run_classify,
};

const struct nc_bench nc_bench_set = {
	.name = "set",
	.about = "cost of a packet against the number of addresses in a set",
	.run = run_set,
};

const struct nc_bench nc_bench_classbench = {
	.name = "classbench",
	.about = "cost of a packet by the rules of a file in ClassBench's format (--rules)",
	.only_named = true,
	.run = run_classbench,
};
