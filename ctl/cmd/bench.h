/* SPDX-License-Identifier: GPL-2.0-only */
/* Plots of measurements, by gnuplot. Called by "bench". */
#ifndef NETCTL_CMD_BENCH_H
#define NETCTL_CMD_BENCH_H

#include "bench/bench.h"

/* Can a plot be made into this file? Asked before anything is measured. 0 or -errno with a message. */
int nc_plot_check(const char *path, struct nc_diag *diag);
/* Cost of a packet against the number of rules, both on logarithmic scales, a line for each subject. */
int nc_plot(const char *path, const struct nc_bench_report *report, struct nc_diag *diag);

#endif
