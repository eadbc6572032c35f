/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside bench: packets that any filter can be given, and interfaces' own counters. */
#ifndef NETCTL_BENCH_DEVICE_H
#define NETCTL_BENCH_DEVICE_H

#include "rules.h"

/* One rule that every filter has: a destination port of UDP. 0 or -ENOMEM. */
int nc_bench_make_port(struct nc_bench_rules *ret);

/* Packets that an interface of this network namespace has received, dropped by XDP or not. */
uint64_t nc_bench_received(const char *device);

#endif
