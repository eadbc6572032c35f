/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ruleset: tables, chains, rules and sets as nft(8) has them, names and values resolved, nothing of the
 * kernel's in it. lang/ fills it, edits.h changes it, compile/ reads it, lang/ prints it.
 *
 * A ruleset owns everything below it, and everything below it is freed with it.
 */
#ifndef NETCTL_MODEL_RULESET_H
#define NETCTL_MODEL_RULESET_H

#include <stdbool.h>
#include <stdint.h>

#include "netctl/state.h"
#include "types.h"
#include "util/cleanup.h"
#include "util/diag.h"
#include "util/vec.h"

/* How the right-hand side of a match was written, for printing it so again. */
enum nc_written {
	NC_WRITTEN_VALUE,
	NC_WRITTEN_PREFIX,
	NC_WRITTEN_RANGE,
	NC_WRITTEN_SET,
	NC_WRITTEN_SET_REF
};

/* A range that was written with a comparison: "tcp dport < 1024". */
enum nc_order { NC_ORDER_NONE, NC_ORDER_LT, NC_ORDER_LE, NC_ORDER_GT, NC_ORDER_GE };

/* An element of a named or anonymous set: an interval, in sets without flag interval a single value. */
struct nc_set_element {
	struct nc_interval interval;
	struct nc_loc loc;
};

typedef NC_VEC(struct nc_set_element) nc_set_elements;

#define NC_SET_CONSTANT 0x01 /* "flags constant": no element changes after creation */
#define NC_SET_INTERVAL 0x02 /* "flags interval" */

struct nc_set {
	char *name;
	enum nc_type type;
	unsigned flags; /* NC_SET_CONSTANT, NC_SET_INTERVAL */
	uint32_t size;	/* declared capacity in elements; 0: none declared */
	char *comment;	/* or NULL */
	uint64_t handle;
	struct nc_loc loc;
	nc_set_elements elements; /* sorted by low, disjoint, once nc_set_normalize() has run */
	/*
	 * The set map of the live generation that holds this set, NC_NONE for none: kern/ fills it in
	 * when it reads a ruleset back. Elements of such a set stay in the kernel until elements_loaded.
	 */
	uint32_t live;
	bool elements_loaded;
	bool elements_changed; /* since loaded: the set map is to be written anew */
};

/*
 * One test of a rule. Matches that nft adds by itself ("tcp dport" needs "meta l4proto tcp") are
 * explicit here and marked implied: compiled, not printed.
 */
struct nc_match {
	enum nc_field field;
	unsigned depth; /* VLAN fields: 0 for the outermost tag, 1 for the second */
	bool implied;
	bool negated; /* "!=" */
	bool masked;  /* only with written VALUE: (field & mask) == value */
	nc_num mask;
	bool any_bit; /* "tcp flags syn,ack": (field & mask) != 0; printed as the value list */
	enum nc_written written;
	enum nc_order order;	/* only with written RANGE */
	nc_set_elements values; /* VALUE, PREFIX, RANGE: exactly one; SET: sorted, disjoint */
	char *set;		/* SET_REF: the set's name, in the rule's table */
	struct nc_loc loc;	/* of the whole match */
	struct nc_loc rhs_loc;	/* of its right-hand side */
};

enum nc_stmt_kind { NC_STMT_MATCH, NC_STMT_COUNTER, NC_STMT_VERDICT };

struct nc_stmt {
	enum nc_stmt_kind kind;
	struct nc_loc loc;
	struct nc_match match;	   /* MATCH */
	struct nc_counter counter; /* COUNTER: as written or as read from the kernel */
	enum nc_verdict verdict;   /* VERDICT: ACCEPT or DROP */
};

struct nc_rule {
	uint64_t handle; /* 0 until the rule is part of a table */
	NC_VEC(struct nc_stmt)
	stmts;		     /* at most one counter and one verdict; nothing after the verdict */
	char *comment;	     /* or NULL */
	uint32_t counter_id; /* NC_NONE: none yet, or the rule has no counter */
	bool counter_fresh; /* the id is new in this ruleset: counts from the counter statement's values */
	struct nc_loc loc;
};

struct nc_device_name {
	char name[16]; /* IFNAMSIZ, NUL-terminated */
	struct nc_loc loc;
};

struct nc_chain {
	char *name;
	uint64_t handle;
	char *comment;
	struct nc_loc loc;
	/* A base chain: always, in this version. */
	enum nc_hook hook;
	int priority;
	enum nc_verdict policy; /* ACCEPT or DROP */
	bool policy_given;	/* written: a chain that is named again without keeps its old one */
	bool single_device;	/* written "device x", not "devices = { … }" */
	NC_VEC(struct nc_device_name) devices;
	NC_VEC(struct nc_rule *) rules;
};

struct nc_table {
	char *name; /* family netdev: always, in this version */
	uint64_t handle;
	uint64_t last_handle; /* the newest handle given to a chain, set or rule in it */
	char *comment;
	struct nc_loc loc;
	NC_VEC(struct nc_set *) sets;
	NC_VEC(struct nc_chain *) chains;
};

struct nc_ruleset {
	uint64_t last_handle; /* the newest handle given to a table */
	NC_VEC(struct nc_table *) tables;
};

#define NC_NAME_MAX    128 /* bytes of a table, chain or set name; pins need none of them */
#define NC_COMMENT_MAX 128

/* Allocate empty objects; NULL when memory is out. name is copied. */
struct nc_ruleset *nc_ruleset_new(void);
struct nc_table *nc_table_new(const char *name);
struct nc_chain *nc_chain_new(const char *name);
struct nc_rule *nc_rule_new(void);
struct nc_set *nc_set_new(const char *name);

void nc_ruleset_free(struct nc_ruleset *ruleset);
void nc_table_free(struct nc_table *table);
void nc_chain_free(struct nc_chain *chain);
void nc_rule_free(struct nc_rule *rule);
void nc_set_free(struct nc_set *set);
void nc_match_clear(struct nc_match *match);

NC_DEFINE_CLEANUP(struct nc_ruleset, nc_ruleset_free)
NC_DEFINE_CLEANUP(struct nc_table, nc_table_free)
NC_DEFINE_CLEANUP(struct nc_chain, nc_chain_free)
NC_DEFINE_CLEANUP(struct nc_rule, nc_rule_free)
NC_DEFINE_CLEANUP(struct nc_set, nc_set_free)

/* Find by name or handle; NULL when there is none. */
struct nc_table *nc_ruleset_find_table(const struct nc_ruleset *ruleset, const char *name);
struct nc_chain *nc_table_find_chain(const struct nc_table *table, const char *name);
struct nc_set *nc_table_find_set(const struct nc_table *table, const char *name);
/* ret_index, if not NULL, is the rule's place in the chain. */
struct nc_rule *nc_chain_find_rule(const struct nc_chain *chain, uint64_t handle,
				   size_t *ret_index);

/* Is the base chain one of this device's? */
bool nc_chain_has_device(const struct nc_chain *chain, const char *name);

/* The rule's counter statement, or NULL. */
struct nc_counter *nc_rule_counter(const struct nc_rule *rule);

/*
 * Sort elements by low and refuse, with a message at the element's place, what overlaps another; exact
 * duplicates are merged silently (as nft does). 0 or -EINVAL.
 */
int nc_elements_normalize(nc_set_elements *elements, struct nc_diag *diag);

/*
 * Insert before a rule's matches the ones that nft would imply, from what the matches before it have
 * established (nft's protocol contexts): "ip saddr" implies "meta protocol ip", behind an "ether" match
 * "ether type ip", behind "vlan id" "vlan type ip". Sets depth of VLAN matches. Contradictions ("ip saddr …
 * ip6 daddr …", "tcp dport … udp dport …") and matches that nft itself would misread (network header
 * behind a second VLAN tag) are refused at their place. 0 or -EINVAL.
 */
int nc_rule_imply(struct nc_rule *rule, struct nc_diag *diag);

/*
 * Check the ruleset as a whole: sets that rules name exist and have the field's type, intervals only in
 * interval sets, sizes. All errors are appended. 0 or -EINVAL.
 */
int nc_ruleset_validate(const struct nc_ruleset *ruleset, struct nc_diag *diag);

/*
 * Give every rule with a counter and no counter_id the lowest id that is neither used in this ruleset nor
 * set in busy (a bitmap of n_busy bits, may be NULL), and mark it counter_fresh. Returns the highest id in use plus
 * one; NC_NONE when memory is out.
 */
uint32_t nc_ruleset_assign_counters(struct nc_ruleset *ruleset, const uint64_t *busy,
				    uint32_t n_busy);

/*
 * Carry identity over from live to next, which is to replace it as a whole ("apply"): tables, chains and sets of the same
 * name, and rules of one chain that say the same (the first with the first, the second with the second), keep
 * their handles and counter ids. Everything else in next gets new handles, above live's newest. Elements are next's own. A
 * counter that next writes with values starts from those. 0 or -ENOMEM.
 */
int nc_ruleset_inherit(struct nc_ruleset *next, const struct nc_ruleset *live);

#endif
