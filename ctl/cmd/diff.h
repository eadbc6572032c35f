/* SPDX-License-Identifier: GPL-2.0-only */
/* What a ruleset would change. */
#ifndef NETCTL_CMD_DIFF_H
#define NETCTL_CMD_DIFF_H

#include "cmd/cmd.h"
#include "model/ruleset.h"

/*
 * Print the difference between the ruleset at work and next, which would replace it as a whole; next is given the identities
 * that it would have. 1: they differ; 0: they do not; -errno with a message.
 */
int nc_diff(struct nc_run *run, struct nc_ruleset *next, struct nc_diag *diag);

#endif
