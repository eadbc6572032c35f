/* SPDX-License-Identifier: GPL-2.0-only */
/* A case as it was printed, read back: the ruleset's text and the frames. */
#ifndef NETCTL_ORACLE_REPLAY_H
#define NETCTL_ORACLE_REPLAY_H

#include "trial.h"

void replay_print(const struct ruleset *ruleset, const struct packet *packets, unsigned n,
		  FILE *to);
/* The number of frames, at most max; -1: said why. The text is in the arena. */
int replay_read(const char *path, struct ruleset *ruleset, struct packet *packets, unsigned max);

#endif
