/* SPDX-License-Identifier: GPL-2.0-only */
/* Does the program do with frames what the plain reference does? What differs ends the test, with a small ruleset and the frame. */
#ifndef NETCTL_SELFTESTS_AGREE_H
#define NETCTL_SELFTESTS_AGREE_H

#include <stdbool.h>

#include "frame.h"
#include "netctl/reason.h"

struct agreement {
	struct frame (*next)(
		void *context); /* by chance.h only: the same seed gives the same frames */
	void *context;
	unsigned each; /* frames for a ruleset */
	bool loads;    /* every ruleset does; else those that do not are passed over */
	/* What has been compared. */
	unsigned long rulesets, frames, rewritten, by_rule, verdicts[_NC_VERDICT_MAX];
};

/* A ruleset of one table, which is freed. false: it was not loaded, and nothing compared. */
bool agree_on(struct agreement *agreement, char *text);
void agree_report(const struct agreement *agreement);

#endif
