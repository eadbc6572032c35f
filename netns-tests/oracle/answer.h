/* SPDX-License-Identifier: GPL-2.0-only */
/* What came out of a trial: counters, quotas, elements and frames, as sorted lines of key and value. */
#ifndef NETCTL_ORACLE_ANSWER_H
#define NETCTL_ORACLE_ANSWER_H

#include <stdbool.h>
#include <stdio.h>

struct line {
	const char *key, *value;
};

struct answer {
	struct line *line;
	unsigned n, room;
	unsigned counters, counted,
		frames; /* counters, those that are not zero, frames that came out */
};

/* Key and value stay the caller's. */
void answer_add(struct answer *answer, const char *key, const char *value);
/* From "-j list ruleset". -1: that is no such thing. */
int answer_read(struct answer *answer, const char *json);
void answer_sort(struct answer *answer);
/* Both sorted. Differences are printed where a file is given. */
bool answer_same(const struct answer *nft, const struct answer *netctl, FILE *to);

#endif
