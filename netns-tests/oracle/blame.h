/* SPDX-License-Identifier: GPL-2.0-only */
/* Error messages: which lines they are about, and how often each kind was seen. */
#ifndef NETCTL_ORACLE_BLAME_H
#define NETCTL_ORACLE_BLAME_H

#include "ruleset.h"

/* Remove the lines that "FILE:LINE:…" messages name. False: there are none. */
bool blame_prune(struct ruleset *ruleset, const char *message);
void blame_count(int side, const char *message);
void blame_print(int side, const char *title);

#endif
