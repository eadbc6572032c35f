/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets to measure with, one after the other and no two the same, from rules or at random; repeatable by their seed. */
#ifndef NETCTL_BENCH_TRACE_H
#define NETCTL_BENCH_TRACE_H

#include "netctl/bench.h"
#include "rules.h"

struct nc_bench_trace {
	bool ip6;
	size_t frame_bytes; /* of every frame */
	NC_VEC(struct nc_bench_packet) packets;
};

enum nc_bench_draw {
	/* A rule, each as likely as any other; then a point of its box: one in four at its edges, else anywhere. */
	NC_DRAW_RULES,
	NC_DRAW_ANYWHERE, /* without a look at the rules: most match none but the widest */
};

#define NC_BENCH_PACKETS 16384

/* Of the frames: what the receiving device of a measurement is given for an address. */
#define NC_BENCH_MAC_TO                                                                            \
	{                                                                                          \
		0x02, 0, 0, 0, 0, 0x02                                                             \
	}
#define NC_BENCH_MAC_FROM                                                                          \
	{                                                                                          \
		0x02, 0, 0, 0, 0, 0x01                                                             \
	}

/* n packets (fewer if the rules have not so many). 0 or -ENOMEM. */
int nc_bench_trace_make(const struct nc_bench_rules *rules, enum nc_bench_draw draw, uint64_t seed,
			size_t n, struct nc_bench_trace *ret);
void nc_bench_trace_free(struct nc_bench_trace *trace);

#endif
