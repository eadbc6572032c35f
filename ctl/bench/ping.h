/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside bench: echo requests in a thread, one a millisecond, and how long the answers took. */
#ifndef NETCTL_BENCH_PING_H
#define NETCTL_BENCH_PING_H

#include <stddef.h>
#include <stdint.h>

#include "util/diag.h"

struct nc_ping;

/* From the network namespace of the caller to an IPv4 address (network byte order). 0 or -errno with a message. */
int nc_ping_begin(uint32_t address, struct nc_ping **ret, struct nc_diag *diag);
/* Microseconds of each answer are the caller's to free. */
void nc_ping_end(struct nc_ping *ping, double **ret_us, size_t *ret_n, size_t *ret_lost);

#endif
