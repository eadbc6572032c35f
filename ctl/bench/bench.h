/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measuring: netctl against its peers, on rules and packets made for it, in network namespaces of its own that go away with
 * the process however it ends. Called by "bench" (cmd/bench.c), which prints; here is only measured.
 *
 * A benchmark is an entry of nc_benches, a peer one of nc_bench_subjects; each is a file of its own.
 */
#ifndef NETCTL_BENCH_BENCH_H
#define NETCTL_BENCH_BENCH_H

#include "rules.h"
#include "util/cleanup.h"

#define NC_BENCH_SIZES_MAX 16

struct nc_bench_options {
	char *const *names; /* benchmarks; none: those of the default */
	unsigned n_names;
	char *const *against; /* peers; NULL: all that are there */
	unsigned n_against;
	double seconds;			    /* for each figure */
	uint32_t sizes[NC_BENCH_SIZES_MAX]; /* rules, or elements */
	unsigned n_sizes;		    /* 0: the benchmark's own */
	uint64_t seed;
	const struct nc_bench_rules *rules; /* of a file; NULL: none was given */
	const char *device;		    /* an interface of the user's, or NULL */
};

/* One figure. */
struct nc_bench_result {
	char name[48];
	const char *subject;
	uint32_t rules; /* or elements */
	const char *unit;
	double median, min, max;
	unsigned runs;
	double ratio_to_bare; /* 0: there is no bare to compare with */
};

/* What could not be measured. */
struct nc_bench_skip {
	char name[48];
	const char *subject;
	uint32_t rules;
	char *reason;
};

struct nc_bench_report {
	char kernel[65], cpu[64];
	unsigned cores;
	NC_VEC(struct nc_bench_result) results;
	NC_VEC(struct nc_bench_skip) skips;
};

/* Everything about one run of the command. */
struct nc_bench_run {
	const struct nc_bench_options *options;
	struct nc_bench_report *report;
	struct nc_diag *diag;
};

struct nc_bench {
	const char *name, *about;
	bool only_named; /* not one of the default */
	int (*run)(struct nc_bench_run *run);
};

/* In the order of --list; end with NULL. */
extern const struct nc_bench *const nc_benches[];

struct nc_bench_subject;
extern const struct nc_bench_subject *const nc_bench_subjects[];
const char *nc_bench_subject_name(const struct nc_bench_subject *subject);
const char *nc_bench_subject_about(const struct nc_bench_subject *subject);
/* Can it be had here? Else why not. */
bool nc_bench_subject_check(const struct nc_bench_subject *subject, char *reason, size_t size);

/* Do what the options ask. 0 or -errno with a message; what was measured before a failure is in the report. */
int nc_bench(const struct nc_bench_options *options, struct nc_bench_report *ret,
	     struct nc_diag *diag);
void nc_bench_report_free(struct nc_bench_report *report);

#endif
