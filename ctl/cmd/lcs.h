/* SPDX-License-Identifier: GPL-2.0-only */
/* What two sequences of lines have in common. */
#ifndef NETCTL_CMD_LCS_H
#define NETCTL_CMD_LCS_H

#include "cmd/outline.h"

/* Mark the lines of a longest common subsequence in both (arrays of a->n and b->n, false before). 0 or -ENOMEM. */
int nc_lcs(const nc_outline_lines *a, const nc_outline_lines *b, bool *in_a, bool *in_b);

/* Likewise without regard to order. */
int nc_common_lines(const nc_outline_lines *a, const nc_outline_lines *b, bool *in_a, bool *in_b);

#endif
