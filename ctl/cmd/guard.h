/* SPDX-License-Identifier: GPL-2.0-only */
/* The process that stays behind "apply --confirm" and takes the change back, unless "confirm" comes in time. */
#ifndef NETCTL_CMD_GUARD_H
#define NETCTL_CMD_GUARD_H

#include "kern/kern.h"

struct nc_guard {
	struct nc_helper helper;
	uint32_t seconds;
	int alive; /* write end of a pipe: as long as it is open, the command may yet make the change; -1: no guard */
};

#define NC_GUARD_NONE ((struct nc_guard){.alive = -1})

/*
 * Start it, before the store is opened and anything large is in memory: it lives as long as the wait. It has left terminal,
 * session and process group when this returns, and it ends by itself when the change is not made.
 * 0 or -errno with a message.
 */
int nc_guard_start(uint32_t seconds, struct nc_guard *ret, struct nc_diag *diag);
/* The change has been made, or has failed. */
void nc_guard_release(struct nc_guard *guard);

#endif
