/* SPDX-License-Identifier: GPL-2.0-only */
/* A ruleset's text as a loaded filter program, for BPF_PROG_TEST_RUN. Failures end the test with what was said. */
#ifndef NETCTL_SELFTESTS_FILTER_H
#define NETCTL_SELFTESTS_FILTER_H

#include "compile/compile.h"
#include "kern/kern.h"

struct filter {
	char *text;
	struct nc_source source;
	struct nc_ruleset *ruleset;
	struct nc_image image;
	struct nc_instance *instance;
	enum nc_hook hook;     /* INGRESS or EGRESS: the chain's */
	struct nc_stats stats; /* after the last run */
};

/* Root, and a kernel that loads BPF? If not, tests skip. */
bool filter_possible(void);

/* The chain that names device "lo" is the one that runs. NULL after a message on standard error. */
struct filter *filter_load(const char *text);
/* The same without the message: for texts that may well be refused. */
struct filter *filter_try(const char *text);
void filter_free(struct filter *filter);

struct outcome {
	int action;	       /* XDP_* */
	enum nc_reason reason; /* _NC_REASON_MAX: not counted exactly once */
	enum nc_verdict verdict;
};

/* Run one frame. */
struct outcome filter_run(struct filter *filter, const void *frame, size_t length);

#endif
