/* SPDX-License-Identifier: GPL-2.0-only */
/* From a difference to a small one. */
#ifndef NETCTL_ORACLE_SHRINK_H
#define NETCTL_ORACLE_SHRINK_H

#include "trial.h"

/* In place. Trials are bounded; each result differs still. Returns the number of trials. */
unsigned shrink(struct trial *trial, struct ruleset *ruleset, struct packet *packets, unsigned *n);

#endif
