/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measuring several things side by side: in turn, round by round, so that what disturbs the machine disturbs all of them; then
 * medians and spread.
 */
#ifndef NETCTL_BENCH_MEASURE_H
#define NETCTL_BENCH_MEASURE_H

#include "bench.h"

#define NC_BENCH_ROUNDS 9

/* Something that can be done any number of times. *ret_ns: how long all of them took. 0 or -errno. */
typedef int nc_bench_sample_fn(void *state, uint32_t repeat, uint64_t *ret_ns);

struct nc_bench_lane {
	nc_bench_sample_fn *sample;
	void *state;
	uint32_t least;		    /* repetitions of one sample, at least and by default 1 */
	double ns[NC_BENCH_ROUNDS]; /* for one, by round */
};

/* Warm up, find out how many repetitions fill a share of seconds, and measure. 0 or -errno: a sample's. */
int nc_bench_measure(struct nc_bench_lane *lanes, size_t n, double seconds);

struct nc_bench_spread {
	double median, min, max;
};

/* values are sorted. */
struct nc_bench_spread nc_bench_spread(double *values, size_t n);

/* Add a figure to the report; bare: the median that it is a ratio to, 0 for none. 0 or -ENOMEM. */
int nc_bench_report_add(struct nc_bench_run *run, const char *name, const char *subject,
			uint32_t rules, const char *unit, struct nc_bench_spread spread,
			unsigned runs, double bare);

/* Note that something could not be measured, and why. 0 or -ENOMEM. */
int nc_bench_report_skip(struct nc_bench_run *run, const char *name, const char *subject,
			 uint32_t rules, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* The same with the messages of a failure, which are taken out of diag. */
int nc_bench_report_failure(struct nc_bench_run *run, const char *name, const char *subject,
			    uint32_t rules, struct nc_diag *diag, int error);

/* Is a subject asked for, and there? What is asked for and missing is noted once. */
bool nc_bench_wants(struct nc_bench_run *run, const char *name,
		    const struct nc_bench_subject *subject);

#endif
