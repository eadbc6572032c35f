/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs of "bench" (xdp/nc_bench_*) share with the command: the packets of a trace. No pin, so no ABI version. */
#ifndef NETCTL_BENCH_H
#define NETCTL_BENCH_H

#include <linux/types.h>

/* Bytes of a frame that are rewritten for every packet: all of its headers, and all that there is of an IPv4 frame. */
#define NC_BENCH_FRAME_IP  64
#define NC_BENCH_FRAME_IP6 80

/* One frame from the Ethernet header on, network byte order. Writer: the command, before anything runs. */
struct nc_bench_packet {
	__u64 word[NC_BENCH_FRAME_IP6 / 8];
};

_Static_assert(sizeof(struct nc_bench_packet) == NC_BENCH_FRAME_IP6, "the map's value");

#endif
