/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside bench: the benchmarks, each of a file of its own. */
#ifndef NETCTL_BENCH_LIST_H
#define NETCTL_BENCH_LIST_H

#include "bench.h"

extern const struct nc_bench nc_bench_classify, nc_bench_set, nc_bench_classbench, nc_bench_rate,
	nc_bench_update, nc_bench_latency, nc_bench_send, nc_bench_receive;

#endif
