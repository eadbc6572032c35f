/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random rulesets out of the whole language, as text: every field, operations, concatenations, sets and maps of all kinds,
 * jumps, all statements. Each rule loads; what nft refuses too is not among them.
 */
#ifndef NETCTL_SELFTESTS_RANDOM_RULESET_H
#define NETCTL_SELFTESTS_RANDOM_RULESET_H

#include <stdbool.h>

/* What a caller can compare. */
struct random_options {
	bool clock;  /* meta time, day and hour, limits, elements that expire */
	bool chance; /* meta random and cpu, numgen random */
	bool skb;    /* meta mark, priority and pkttype */
	bool send;   /* fwd and dup, to devices "lo" and "eth1" */
	bool egress; /* chains at egress too */
};

/* Base chains are of device "lo". The caller frees. */
char *random_ruleset(const struct random_options *options);

/* How many rules were written for the ones that loaded: for judging the generator. */
extern unsigned long random_rules_tried, random_rules_loaded;

#endif
