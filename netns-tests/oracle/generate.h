/* SPDX-License-Identifier: GPL-2.0-only */
/* Random rulesets that are correct by type, in the grammar of nft(8). */
#ifndef NETCTL_ORACLE_GENERATE_H
#define NETCTL_ORACLE_GENERATE_H

#include "field.h"
#include "ruleset.h"

/* The rule that is being written. */
struct draft {
	struct ruleset *ruleset;
	struct chain *chain;
	unsigned chain_index;
	struct rule *rule;
	struct theme theme;
	unsigned unequal; /* bits by base: there is a "!=" already */
};

void generate(struct ruleset *ruleset);

/* -- parts, by file -- */

void draft_add(struct draft *draft, const char *statement);
/* A field that the theme has and that satisfies a filter; NULL: none was found. */
const struct field *pick_field(const struct draft *draft, bool (*good)(const struct field *));
void generate_matches(struct draft *draft);
void generate_match(struct draft *draft, const struct field *field);
/* What a lookup looks for: one field or a concatenation. Returns how many parts. */
#define KEY_PARTS 3
struct key {
	const struct field *part[KEY_PARTS];
	unsigned n;
	bool ranges;
	const char *text; /* "ip saddr . tcp dport" */
};
bool pick_key(const struct draft *draft, struct key *key, bool (*good)(const struct field *));
/* Up to max disjoint elements. */
unsigned key_elements(const struct key *key, const char **elements, unsigned max);
/* May there be a catchall element? nft 1.0.6 cannot list one of bits that are no bytes. */
bool key_has_rest(const struct key *key);
/* Do all parts have types with names? */
bool key_named(const struct key *key);
/*
 * "type ipv4_addr . inet_service" or "typeof ip saddr . tcp dport"; for maps followed by ": mark", from the data's name as a
 * type and as an expression, where NULL says that it has none. NULL: features or nft forbid.
 */
struct data_type {
	const char *name, *expression;
};
const char *key_type(const struct key *key, const struct data_type *data);
bool good_key(const struct field *field);
bool good_map_key(const struct field *field);
bool good_data_key(const struct field *field);

/* A named object for a purpose, a new one or one that is there. NULL: no room. */
const char *object_for(struct draft *draft, const char *kind, const char *prefix,
		       const char *purpose, const char *body, const char **elements, unsigned n);
void generate_statements(struct draft *draft);
void generate_end(struct draft *draft);

#endif
