/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside bench: network namespaces without names. The kernel removes them, and all devices, rules and programs in them, when their
 * last descriptor is closed: at the end of the process, however it ends. Pins go into a bpffs in a mount namespace of this
 * process, which goes away likewise.
 */
#ifndef NETCTL_BENCH_SPACE_H
#define NETCTL_BENCH_SPACE_H

#include "util/diag.h"

struct nc_space {
	int netns; /* -1: none */
};

/* A namespace with a veth pair b0 (what is measured; it has GRO, so it takes frames of XDP) and b1, both up. */
int nc_space_open(struct nc_space *ret, struct nc_diag *diag);
void nc_space_close(struct nc_space *space);

/* Be in it, and come back to where the process was before it made the first one. Failure to come back ends the process. */
int nc_space_enter(const struct nc_space *space, struct nc_diag *diag);
void nc_space_leave(void);

/* Interfaces of a space. */
#define NC_SPACE_DEVICE "b0"
#define NC_SPACE_SENDER "b1"

#endif
