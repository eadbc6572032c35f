/* SPDX-License-Identifier: GPL-2.0-only */
/* Unconfirmed changes, for the verbs that must mind them. */
#ifndef NETCTL_CMD_TRANSACTION_H
#define NETCTL_CMD_TRANSACTION_H

#include "cmd/cmd.h"
#include "kern/kern.h"

/* Seconds until the change is rolled back, rounded up. */
uint64_t nc_pending_seconds(const struct nc_pending *pending);

/* -EBUSY with a message while a change is pending; 0. */
int nc_pending_refuse(const struct nc_store *store, struct nc_diag *diag);

/* A change whose time is over, and whose helper is gone, is rolled back now, with a warning. */
void nc_pending_settle(struct nc_diag *diag);

#endif
