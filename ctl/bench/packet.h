/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside bench: what a packet costs, of one rule set, for all subjects side by side. */
#ifndef NETCTL_BENCH_PACKET_H
#define NETCTL_BENCH_PACKET_H

#include "measure.h"
#include "trace.h"

/* Subjects that have come to their end at a smaller size, by index of nc_bench_subjects. */
struct nc_bench_ended {
	bool subject[16];
};

/*
 * Measure and report as "NAME", "NAME-random" (packets that are drawn without a look at the rules) and "NAME-plain" (each
 * packet a hundred times in a row). ended: who is not to be tried, and who has become too slow or failed now.
 * 0 or -errno with a message.
 */
int nc_bench_packets(struct nc_bench_run *run, const char *name, const struct nc_bench_rules *rules,
		     struct nc_bench_ended *ended);

#endif
