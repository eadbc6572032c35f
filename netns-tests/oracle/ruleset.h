/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ruleset as text in pieces that can be left out: what shrinks, and what is blamed by line. Copying the struct copies
 * the ruleset; the text itself lives in the arena and never changes.
 */
#ifndef NETCTL_ORACLE_RULESET_H
#define NETCTL_ORACLE_RULESET_H

#include "field.h"

#include <stdbool.h>
#include <stdio.h>

#define RULE_STATEMENTS 16
#define CHAIN_RULES	256
#define RULESET_CHAINS	8
#define RULESET_OBJECTS 48
#define OBJECT_ELEMENTS 16
#define RULESET_POKES	32
#define RULESET_THEMES	64

struct rule {
	const char *statement[RULE_STATEMENTS];
	unsigned n;
};

struct chain {
	const char *name;
	const char *head; /* "type filter hook …", NULL for a regular chain */
	struct rule rule[CHAIN_RULES];
	unsigned n;
};

/* A set, map, counter, quota or limit. */
struct object {
	const char *kind, *name, *body;
	const char *element[OBJECT_ELEMENTS];
	unsigned n;
	/* What it is good for, so that another rule can use it: the text that describes its key and data. */
	const char *purpose;
};

/* Bits that a raw payload match asks for. */
struct poke {
	char base; /* 'l', 'n', 't' */
	unsigned at, bits;
	unsigned long long value;
};

struct ruleset {
	const char *text; /* instead of everything else: one that was written by hand */
	struct object object[RULESET_OBJECTS];
	unsigned objects;
	struct chain chain[RULESET_CHAINS];
	unsigned chains;
	struct poke poke[RULESET_POKES];
	unsigned pokes;
	struct theme theme[RULESET_THEMES];
	unsigned themes;
	bool transport; /* reads or writes transport headers */
};

void ruleset_print(const struct ruleset *ruleset, FILE *to);
/* Remove what stands in a line of what was printed, counted from 1. False: that line cannot be removed. */
bool ruleset_drop_line(struct ruleset *ruleset, unsigned line);
void ruleset_drop_object(struct ruleset *ruleset, unsigned i);
void ruleset_drop_rule(struct ruleset *ruleset, unsigned chain, unsigned i);
void ruleset_drop_chain(struct ruleset *ruleset, unsigned i);
unsigned ruleset_rules(const struct ruleset *ruleset);

#endif
