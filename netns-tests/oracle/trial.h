/* SPDX-License-Identifier: GPL-2.0-only */
/* One ruleset and its frames through nft and through netctl. */
#ifndef NETCTL_ORACLE_TRIAL_H
#define NETCTL_ORACLE_TRIAL_H

#include "answer.h"
#include "world.h"

#include <signal.h>

enum outcome {
	OUTCOME_SAME,
	OUTCOME_DIFFERENT,
	OUTCOME_NFT_REFUSES,
	OUTCOME_NETCTL_REFUSES,
	OUTCOME_BROKEN, /* the machinery failed; said why */
};

struct trial {
	struct world *world;
	const char *file; /* where the ruleset is written */
	const char *nft;
	const char *netctl;
	bool careful;			   /* wait longer */
	const volatile sig_atomic_t *stop; /* somebody wants to end */
	/* Results */
	struct answer answer[_SIDE_MAX];
	const char *message; /* of the one that refused */
};

enum outcome trial_run(struct trial *trial, const struct ruleset *ruleset,
		       const struct packet *packets, unsigned n);
/* Empty both sides, and detach. */
void trial_end(struct trial *trial);

#endif
