/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How fast rulesets change: whole ones, one rule among many, elements. Commands are run as a user would run them, so starting
 * a process is part of it; the same texts for netctl and nft.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <time.h>

#include "list.h"
#include "measure.h"
#include "space.h"
#include "spawn.h"
#include "subject.h"
#include "util/progress.h"

#define RUNS_MAX      9
#define RUNS_LEAST    3
#define LIMIT_SECONDS 60
#define BATCH	      10000

/* Who can be told to change: the command for a text on its standard input. */
struct tool {
	const struct nc_bench_subject *subject;
	const char *const argv[4];
	bool ended;
};

/* One change. */
struct change {
	const char *name, *unit;
	uint32_t size; /* of the ruleset or set */
	double things; /* that one run changes, for a rate; 0: the figure is milliseconds */
	struct nc_input *input, *other; /* run in turn, if there are two */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

/* --- texts ------------------------------------------------------------------------------------------------ */

typedef void write_fn(const struct nc_bench_rules *rules, FILE *out);

static int make_input(write_fn *write, const struct nc_bench_rules *rules, struct nc_input *input)
{
	FILE *out = nc_input_open(input);

	if (!out)
		return -ENOMEM;
	write(rules, out);
	return fclose(out) == EOF ? -ENOMEM : 0;
}

static void write_all(const struct nc_bench_rules *rules, FILE *out)
{
	fputs("flush ruleset\n", out);
	nc_bench_write_nft(rules, NC_SPACE_DEVICE, out);
}

static void write_rule(const struct nc_bench_rules *rules, FILE *out)
{
	(void)rules;
	fputs("insert rule netdev bench in ip saddr 192.0.2.1 counter drop\n", out);
}

static void write_elements(const char *verb, const struct nc_bench_rules *rules, FILE *out)
{
	char address[INET6_ADDRSTRLEN];

	fprintf(out, "%s element netdev bench blocked { ", verb);
	for (size_t i = 0; i < rules->set.n; i++)
		fprintf(out, "%s%s", i ? ", " : "",
			inet_ntop(rules->ip6 ? AF_INET6 : AF_INET, rules->set.v[i].address, address,
				  sizeof(address)));
	fputs(" }\n", out);
}

/* Into the set that write_all() makes; and out of it. */
static void write_added(const struct nc_bench_rules *rules, FILE *out)
{
	write_elements("add", rules, out);
}

static void write_deleted(const struct nc_bench_rules *rules, FILE *out)
{
	write_elements("delete", rules, out);
}

/* --- measuring -------------------------------------------------------------------------------------------- */

/* So often as fits into twice the time of a figure, at least three times. */
static int measure(struct nc_bench_run *run, const struct tool *tool, const struct change *change,
		   struct nc_diag *diag)
{
	const uint64_t until = now_ns() + run->options->seconds * 2e9;
	double value[RUNS_MAX];
	unsigned n = 0;
	int r = 0;

	while (!r && n < RUNS_MAX && (n < RUNS_LEAST || now_ns() < until)) {
		const struct nc_input *input =
			n % 2 && change->other ? change->other : change->input;
		uint64_t begin = now_ns();
		double seconds;

		r = nc_spawn(tool->argv, input, LIMIT_SECONDS, diag);
		seconds = (now_ns() - begin) / 1e9;
		value[n++] = change->things ? change->things / seconds : seconds * 1000;
	}
	return r
		       ?: nc_bench_report_add(run, change->name, tool->subject->name, change->size,
					      change->unit, nc_bench_spread(value, n), n, 0);
}

/* A base ruleset is put to work, then changed; all in a space of the tool's own. */
static int change_in_space(struct nc_bench_run *run, const struct tool *tool, struct nc_input *base,
			   const struct change *changes, size_t n, struct nc_diag *diag)
{
	struct nc_space space = {-1};
	int r = nc_space_open(&space, diag);

	r = r ?: nc_space_enter(&space, diag);
	r = r ?: nc_spawn(tool->argv, base, LIMIT_SECONDS, diag);
	for (size_t i = 0; i < n && !r; i++)
		r = measure(run, tool, &changes[i], diag);
	nc_space_leave();
	nc_space_close(&space);
	return r;
}

/* Whoever fails or takes too long is not asked about larger ones. */
static int change_all(struct nc_bench_run *run, struct tool *tools, size_t n_tools,
		      struct nc_input *base, const struct change *changes, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n_tools && !r; i++) {
		_cleanup_(nc_diag_free) struct nc_diag diag = {};
		struct tool *tool = &tools[i];
		int error;

		if (tool->ended || !nc_bench_wants(run, changes[0].name, tool->subject))
			continue;
		error = change_in_space(run, tool, base, changes, n, &diag);
		tool->ended = error < 0;
		if (error < 0)
			r = nc_bench_report_failure(run, changes[0].name, tool->subject->name,
						    changes[0].size, &diag, error);
	}
	return r;
}

static int change_rules(struct nc_bench_run *run, struct tool *tools, size_t n_tools, uint32_t size)
{
	_cleanup_(nc_bench_rules_free) struct nc_bench_rules rules = {};
	_cleanup_(nc_input_close) struct nc_input all = {-1};
	_cleanup_(nc_input_close) struct nc_input one = {-1};
	int r = nc_bench_rules_make(nc_bench_profiles[0], false, size, run->options->seed, &rules);
	const struct change changes[] = {
		{"update-ruleset", "rules/s", size, size, &all, NULL},
		{"update-rule", "ms", size, 0, &one, NULL},
	};

	r = r ?: make_input(write_all, &rules, &all);
	r = r ?: make_input(write_rule, &rules, &one);
	return r ?: change_all(run, tools, n_tools, &all, changes, 2);
}

/* Inputs of a change of elements. */
struct pair {
	struct nc_input add, delete;
};

static void close_pair(struct pair *pair)
{
	nc_input_close(&pair->add);
	nc_input_close(&pair->delete);
}

static int make_pair(uint32_t n, uint64_t seed, struct pair *pair)
{
	_cleanup_(nc_bench_rules_free) struct nc_bench_rules set = {};
	int r = nc_bench_set_make(false, n, seed, &set);

	r = r ?: make_input(write_added, &set, &pair->add);
	return r ?: make_input(write_deleted, &set, &pair->delete);
}

static int change_elements(struct nc_bench_run *run, struct tool *tools, size_t n_tools,
			   uint32_t size)
{
	_cleanup_(nc_bench_rules_free) struct nc_bench_rules set = {};
	_cleanup_(nc_input_close) struct nc_input all = {-1};
	_cleanup_(close_pair) struct pair one = {{-1}, {-1}};
	_cleanup_(close_pair) struct pair many = {{-1}, {-1}};
	const uint64_t seed = run->options->seed;
	int r = nc_bench_set_make(false, size, seed, &set);
	const struct change changes[] = {
		{"update-element", "elements/s", size, 1, &one.add, &one.delete},
		{"update-elements", "elements/s", size, BATCH, &many.add, &many.delete},
	};

	r = r ?: make_pair(1, seed + 1, &one);
	r = r ?: make_pair(BATCH, seed + 2, &many);
	r = r ?: make_input(write_all, &set, &all);
	return r ?: change_all(run, tools, n_tools, &all, changes, 2);
}

static int run_update(struct nc_bench_run *run)
{
	static const uint32_t defaults[] = {1000, 10000, 100000};
	struct tool for_rules[] = {{&nc_subject_netctl, {NC_SELF, "-f", "-", NULL}, false},
				   {&nc_subject_nft, {"nft", "-f", "-", NULL}, false}};
	struct tool for_elements[] = {for_rules[0], for_rules[1]};
	const uint32_t *sizes = run->options->n_sizes ? run->options->sizes : defaults;
	unsigned n = run->options->n_sizes ?: sizeof(defaults) / sizeof(*defaults);
	int r = 0;

	for (unsigned i = 0; i < n && !r; i++) {
		nc_progress("updates", i, n);
		r = change_rules(run, for_rules, 2, sizes[i]);
		r = r ?: change_elements(run, for_elements, 2, sizes[i]);
	}
	return r;
}

const struct nc_bench nc_bench_update = {
	.name = "update",
	.about = "rulesets, rules and elements changed in a second, as commands",
	.run = run_update,
};
