/* SPDX-License-Identifier: GPL-2.0-only */
/* "check --cost": what a ruleset costs, on standard output. */
#ifndef NETCTL_CMD_COST_H
#define NETCTL_CMD_COST_H

#include "cmd/cmd.h"
#include "compile/cost.h"

/* As text, or as JSON with -j. 0 or -ENOMEM. */
int nc_print_cost(struct nc_run *run, const struct nc_image *image, const struct nc_cost *cost);

#endif
