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

#include "netctl/abi.h"
#include "netctl/state.h"
#include "types.h"
#include "util/cleanup.h"
#include "util/diag.h"
#include "util/vec.h"

/* --- what is read from a packet ---------------------------------------------------------------------- */

enum nc_bitop_kind { NC_BITOP_AND, NC_BITOP_OR, NC_BITOP_XOR, NC_BITOP_LSHIFT, NC_BITOP_RSHIFT };

/* "& 0xf0": one operation on what was read. */
struct nc_bitop {
	enum nc_bitop_kind kind;
	nc_num value;
};

/* "@th,16,32"; INNER: what the transport header carries */
enum nc_raw_base { NC_RAW_LINK, NC_RAW_NETWORK, NC_RAW_TRANSPORT, NC_RAW_INNER };

struct nc_raw {
	enum nc_raw_base base;
	uint32_t offset, length; /* bits */
	uint32_t kind;		 /* of a TCP option that has no name, instead of base */
};

struct nc_selector;
typedef NC_VEC(struct nc_selector) nc_key;

/* "numgen inc mod 4 offset 1", "jhash ip saddr . ip daddr mod 4 seed 1 offset 1" */
struct nc_generator {
	bool random; /* numgen: random rather than inc */
	bool seeded; /* jhash */
	uint32_t modulus, offset, seed;
	uint32_t id; /* numgen inc: its state; NC_NONE until given */
	bool id_fresh;
	nc_key *key; /* jhash, owned */
};

/* One thing that is read from a packet or beside it, and what is computed on it. */
struct nc_selector {
	enum nc_field field;
	unsigned depth;			/* VLAN fields: 0 for the outermost tag, 1 for the second */
	struct nc_raw raw;		/* RAW, TCPOPT_RAW, TCPOPT_NUMBER */
	struct nc_generator *generator; /* NUMGEN and JHASH, owned */
	NC_VEC(struct nc_bitop) ops;	/* in order */
	struct nc_loc loc;
};

unsigned nc_selector_bits(const struct nc_selector *selector);
/* Where in its header, option or chunk the field begins. */
unsigned nc_selector_offset(const struct nc_selector *selector);
/* The kind of its option or chunk, or the extension header. */
unsigned nc_selector_kind(const struct nc_selector *selector);
enum nc_type nc_selector_type(const struct nc_selector *selector);
void nc_selector_clear(struct nc_selector *selector);
void nc_key_clear(nc_key *key);

/* Parts of a concatenation: nft has 16 registers of 4 bytes, and each part begins a new one. */
#define NC_CONCAT_MAX	16
#define NC_CONCAT_BYTES 64

/* --- verdicts and values ------------------------------------------------------------------------------ */

enum nc_object_kind { NC_KIND_COUNTER, NC_KIND_QUOTA, NC_KIND_LIMIT, _NC_KIND_MAX };

enum nc_verdict_kind {
	NC_DO_ACCEPT,
	NC_DO_DROP,
	NC_DO_CONTINUE,
	NC_DO_RETURN,
	NC_DO_JUMP,
	NC_DO_GOTO,
	NC_DO_OBJECT, /* no verdict: the object that an element of an object map names runs */
	_NC_DO_MAX
};

/* "jump web" */
struct nc_do {
	enum nc_verdict_kind kind;
	enum nc_object_kind object; /* OBJECT */
	char *chain; /* JUMP and GOTO: a chain; OBJECT: its name; in the rule's table; owned */
	struct nc_loc loc;
};

/* --- sets and maps ------------------------------------------------------------------------------------ */

/* "limit rate over 10 kbytes/second burst 5 bytes" */
enum nc_unit { NC_UNIT_SECOND, NC_UNIT_MINUTE, NC_UNIT_HOUR, NC_UNIT_DAY, NC_UNIT_WEEK };

struct nc_limit {
	uint64_t rate;	/* packets or bytes in a unit of time */
	uint64_t burst; /* packets or bytes */
	enum nc_unit unit;
	bool bytes, over;
};

uint64_t nc_unit_seconds(enum nc_unit unit);

struct nc_quota {
	uint64_t bytes, used;
	bool over;
};

/* What is shown as used: packets count on behind the end, as in the kernel's nft_quota.c, and no more than all is used. */
static inline uint64_t nc_quota_used(const struct nc_quota *quota)
{
	return quota->used < quota->bytes ? quota->used : quota->bytes;
}

/*
 * What an element has besides its value: all of it is optional. Times are milliseconds; expires counts from when it was
 * read or written.
 */
struct nc_element_more {
	unsigned n_rest;	  /* further parts of a concatenation */
	struct nc_interval *rest; /* owned */
	uint64_t timeout, expires;
	bool timeout_given, expires_given;
	char *comment; /* owned, or NULL */
	bool counted;  /* counter values were written or read */
	struct nc_counter counter;
	bool quota_given;
	struct nc_quota quota;
	/* of maps: */
	bool mapped;
	nc_num data;
	struct nc_do verdict; /* of verdict maps and object maps */
	struct nc_loc data_loc;
};

/* An element of a set or map: an interval, in sets without flag interval a single value. */
struct nc_set_element {
	struct nc_interval interval;  /* the first part */
	bool catchall;		      /* "*": what no other element holds */
	struct nc_element_more *more; /* NULL: nothing but the value; owned */
	struct nc_loc loc;
};

typedef NC_VEC(struct nc_set_element) nc_set_elements;

/* NULL when memory is out. */
struct nc_element_more *nc_element_more(struct nc_set_element *element);
void nc_element_clear(struct nc_set_element *element);
void nc_elements_clear(nc_set_elements *elements);
/* A copy that owns what it has. 0 or -ENOMEM. */
int nc_element_copy(const struct nc_set_element *element, struct nc_set_element *ret);
/* The element's interval of a part. */
const struct nc_interval *nc_element_part(const struct nc_set_element *element, unsigned part);

/* The type of a key or of a map's data: one part each, with its width. */
struct nc_key_part {
	enum nc_type type;
	unsigned bits;
	bool hex; /* numbers print as 0x…: raw payload */
};

typedef NC_VEC(struct nc_key_part) nc_key_type;

/* Bytes that a key of this type takes, each part filled up to 4. */
unsigned nc_key_type_bytes(const nc_key_type *type);
bool nc_key_type_same(const nc_key_type *a, const nc_key_type *b);
int nc_key_type_of(const nc_key *key, nc_key_type *ret);

#define NC_SET_CONSTANT 0x01 /* "flags constant": no element changes after creation */
#define NC_SET_INTERVAL 0x02 /* "flags interval" */
#define NC_SET_TIMEOUT	0x04 /* "flags timeout" */
#define NC_SET_DYNAMIC	0x08 /* "flags dynamic": the packet path adds elements */

#define NC_DYNAMIC_SIZE 65535 /* elements of a dynamic set that declares no size, as in nft */

/* What each element of a set carries. */
#define NC_CARRY_COUNTER 0x01
#define NC_CARRY_LIMIT	 0x02
#define NC_CARRY_QUOTA	 0x04
#define NC_CARRY_BITS	 3

enum nc_map_kind { NC_MAP_NONE, NC_MAP_VALUE, NC_MAP_VERDICT, NC_MAP_OBJECT };

/* Do elements of such a map name chains or objects of the table? */
static inline bool nc_map_names(enum nc_map_kind kind)
{
	return kind == NC_MAP_VERDICT || kind == NC_MAP_OBJECT;
}

struct nc_set {
	char *name;
	nc_key_type type;
	nc_key typeof_key; /* "typeof ip saddr . tcp dport": how type was given; empty: by "type" */
	enum nc_map_kind map;
	struct nc_key_part data_type; /* VALUE */
	enum nc_object_kind objects;  /* OBJECT: what all of them are */
	nc_key typeof_data;
	unsigned flags; /* NC_SET_* */
	bool auto_merge, size_given;
	uint32_t size;	      /* declared capacity in elements; 0: none declared */
	uint64_t timeout;     /* milliseconds; 0: none */
	uint64_t gc_interval; /* milliseconds; 0: none given */
	enum { NC_POLICY_NONE, NC_POLICY_PERFORMANCE, NC_POLICY_MEMORY } policy;
	unsigned carries; /* NC_CARRY_*: statements of the set's declaration */
	unsigned added;	  /* NC_CARRY_*: those that rules give to the elements that they add */
	struct nc_limit limit;
	struct nc_quota quota;
	/* State of "*", which is in no map: by bit of carries, as in struct nc_stmt. */
	uint32_t any_id[NC_CARRY_BITS];
	bool any_fresh[NC_CARRY_BITS];
	bool meter;    /* made by a "meter" statement */
	char *comment; /* or NULL */
	uint64_t handle;
	struct nc_loc loc;
	nc_set_elements elements; /* sorted, disjoint, once nc_elements_normalize() has run */
	nc_set_elements
		noted; /* of a live set: elements that have comments, which the kernel does not keep */
	/*
	 * The set map of the live generation that holds this set, NC_NONE for none: kern/ fills it in
	 * when it reads a ruleset back. Elements of such a set stay in the kernel until elements_loaded.
	 */
	uint32_t live;
	bool elements_loaded;
	bool elements_changed; /* since loaded: the set map is to be written anew */
};

/* --- rules -------------------------------------------------------------------------------------------- */

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

/*
 * One test of a rule. Matches that nft adds by itself ("tcp dport" needs "meta l4proto tcp") are
 * explicit here and marked implied: compiled, not printed.
 */
struct nc_match {
	nc_key key; /* one selector, or several: a concatenation */
	bool implied;
	bool negated; /* "!=" */
	bool masked;  /* only with written VALUE and one selector: (field & mask) == value */
	bool any_bit; /* "tcp flags syn,ack": (field & mask) != 0; printed as the value list */
	enum nc_written written;
	enum nc_order order; /* only with written RANGE */
	nc_num mask;
	nc_set_elements values; /* VALUE, PREFIX, RANGE: exactly one; SET: sorted, disjoint */
	char *set;		/* SET_REF: the set's name, in the rule's table */
	struct nc_loc loc;	/* of the whole match */
	struct nc_loc rhs_loc;	/* of its right-hand side */
};

/* "ip saddr vmap { … }", "meta mark set tcp dport map @ports": a key looked up. */
struct nc_lookup {
	nc_key key;
	nc_set_elements elements; /* anonymous: with verdicts or data */
	char *map;		  /* the map's name, or NULL: anonymous */
	struct nc_loc loc;	  /* of the map */
};

/* What a statement takes: a constant, what a selector reads, or what a map says. */
enum nc_value_kind { NC_VALUE_NUM, NC_VALUE_SELECTOR, NC_VALUE_MAP };

struct nc_value {
	enum nc_value_kind kind;
	nc_num num;
	nc_key selector; /* SELECTOR: exactly one */
	struct nc_lookup
		*lookup; /* MAP; owned. A pointer: statements are many, and few of them have one */
	struct nc_loc loc;
};

enum nc_set_op { NC_SET_OP_ADD, NC_SET_OP_UPDATE, NC_SET_OP_DELETE };

/* "update @seen { ip saddr timeout 10s limit rate 5/second }", "meter seen { … }" */
struct nc_set_stmt {
	enum nc_set_op op;
	char *set;
	bool meter;
	uint32_t size; /* of a meter, in elements */
	nc_key key;
	uint64_t timeout; /* milliseconds; 0: the set's */
	unsigned carries; /* NC_CARRY_* */
	struct nc_limit limit;
	struct nc_quota quota;
	bool mapped; /* "{ ip saddr : 5 }" */
	struct nc_value data;
};

struct nc_log {
	char *prefix; /* or NULL; owned */
	int level;    /* syslog's; 4, warn, where none was given */
	bool group_given, snaplen_given, threshold_given;
	uint16_t group;
	uint32_t snaplen;
	uint16_t threshold;
	unsigned flags; /* NC_LOG_* */
};

#define NC_LOG_TCP_SEQUENCE 0x01
#define NC_LOG_TCP_OPTIONS  0x02
#define NC_LOG_IP_OPTIONS   0x04
#define NC_LOG_SKUID	    0x08
#define NC_LOG_ETHER	    0x10
#define NC_LOG_ALL	    0x1f

/* "ip ttl set 5" */
struct nc_assign {
	struct nc_selector target;
	struct nc_value value;
};

/* "fwd to eth1", "fwd ip to 192.0.2.1 device eth1", "dup to eth1" */
struct nc_send {
	struct nc_value device;
	int family; /* AF_UNSPEC: none */
	struct nc_value address;
};

enum nc_stmt_kind {
	NC_STMT_MATCH,
	NC_STMT_VERDICT,
	NC_STMT_VMAP,
	NC_STMT_COUNTER,
	NC_STMT_LIMIT,
	NC_STMT_QUOTA,
	NC_STMT_LOG,
	NC_STMT_SET,	/* add, update or delete an element */
	NC_STMT_ASSIGN, /* "ip ttl set 5", "meta mark set 1" */
	NC_STMT_DUP,
	NC_STMT_FWD,
	NC_STMT_OBJECT, /* "counter name tcp dport map @m": the object that a map names */
	NC_STMT_RESET,	/* "reset tcp option sack-perm" */
	_NC_STMT_MAX
};

struct nc_stmt {
	enum nc_stmt_kind kind;
	struct nc_loc loc;
	/*
	 * COUNTER, LIMIT and QUOTA: the name of a table's object, or NULL; else state of their own, under an id that
	 * outlives generations. NC_NONE until given; fresh: the state starts from what is written here.
	 */
	char *object;
	uint32_t id;
	bool id_fresh;
	union {
		struct nc_match match;
		struct nc_do verdict;
		struct nc_lookup vmap;
		struct nc_counter counter; /* as written or as read from the kernel */
		struct nc_limit limit;
		struct nc_quota quota;
		struct nc_log log;
		struct {
			enum nc_object_kind kind;
			struct nc_lookup lookup;
		} objects;
		struct nc_selector reset; /* the option, of type boolean */
		/* Owned. Pointers: these are large, and among ten thousand statements few. */
		struct nc_set_stmt *set;
		struct nc_assign *assign;
		struct nc_send *send; /* DUP, FWD */
	};
};

/* Give a statement of that kind what it points to, all zero. 0 or -ENOMEM. */
int nc_stmt_allocate(struct nc_stmt *stmt);

void nc_stmt_clear(struct nc_stmt *stmt);

struct nc_rule {
	uint64_t handle; /* 0 until the rule is part of a table */
	NC_VEC(struct nc_stmt) stmts;
	char *comment; /* or NULL */
	bool plain; /* nc_rule_pack(): it owns nothing but the memory that it is in and its comment, and names nothing */
	bool generates; /* a selector of it is NUMGEN or JHASH; nc_rule_imply() finds out */
	struct nc_loc loc;
};

/* --- chains, objects, tables -------------------------------------------------------------------------- */

struct nc_device_name {
	char name[16]; /* IFNAMSIZ, NUL-terminated */
	struct nc_loc loc;
};

struct nc_chain {
	char *name;
	uint64_t handle;
	char *comment;
	struct nc_loc loc;
	bool base;	   /* else others jump to it, and what follows is not used */
	enum nc_hook hook; /* INGRESS or EGRESS */
	int priority;
	enum nc_verdict policy; /* ACCEPT or DROP */
	bool policy_given;	/* written: a chain that is named again without keeps its old one */
	bool single_device;	/* written "device x", not "devices = { … }" */
	NC_VEC(struct nc_device_name) devices;
	NC_VEC(struct nc_rule *) rules;
};

/* "counter web { … }": state that several rules share. */
struct nc_object_decl {
	enum nc_object_kind kind;
	char *name;
	uint64_t handle;
	char *comment;
	struct nc_loc loc;
	uint32_t id; /* as in struct nc_stmt */
	bool id_fresh;
	struct nc_counter counter;
	struct nc_quota quota;
	struct nc_limit limit;
};

struct nc_table {
	char *name; /* family netdev: always, in this version */
	uint64_t handle;
	uint64_t last_handle; /* the newest handle given to a chain, set or rule in it */
	bool dormant;	      /* "flags dormant": its base chains are not at work */
	char *comment;
	struct nc_loc loc;
	NC_VEC(struct nc_object_decl *) objects;
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
/* The same rule in one piece of memory, instead of the one given. */
struct nc_rule *nc_rule_pack(struct nc_rule *rule);
struct nc_set *nc_set_new(const char *name);
struct nc_object_decl *nc_object_new(enum nc_object_kind kind, const char *name);

void nc_ruleset_free(struct nc_ruleset *ruleset);
void nc_table_free(struct nc_table *table);
void nc_chain_free(struct nc_chain *chain);
void nc_rule_free(struct nc_rule *rule);
void nc_set_free(struct nc_set *set);
void nc_object_free(struct nc_object_decl *object);
void nc_match_clear(struct nc_match *match);
void nc_do_clear(struct nc_do *verdict);
void nc_lookup_clear(struct nc_lookup *lookup);
void nc_value_clear(struct nc_value *value);

NC_DEFINE_CLEANUP(struct nc_ruleset, nc_ruleset_free)
NC_DEFINE_CLEANUP(struct nc_table, nc_table_free)
NC_DEFINE_CLEANUP(struct nc_chain, nc_chain_free)
NC_DEFINE_CLEANUP(struct nc_rule, nc_rule_free)
NC_DEFINE_CLEANUP(struct nc_set, nc_set_free)
NC_DEFINE_CLEANUP(struct nc_object_decl, nc_object_free)

/* Find by name or handle; NULL when there is none. */
struct nc_table *nc_ruleset_find_table(const struct nc_ruleset *ruleset, const char *name);
struct nc_chain *nc_table_find_chain(const struct nc_table *table, const char *name);
struct nc_set *nc_table_find_set(const struct nc_table *table, const char *name);
struct nc_object_decl *nc_table_find_object(const struct nc_table *table, enum nc_object_kind kind,
					    const char *name);
/* ret_index, if not NULL, is the rule's place in the chain. */
struct nc_rule *nc_chain_find_rule(const struct nc_chain *chain, uint64_t handle,
				   size_t *ret_index);

/* Is the base chain one of this device's? */
bool nc_chain_has_device(const struct nc_chain *chain, const char *name);

/* The rule's first anonymous counter, or NULL. */
struct nc_counter *nc_rule_counter(const struct nc_rule *rule);

/* Are all its elements kept in the stored text, because its map in the kernel does not tell them apart? */
bool nc_set_in_text(const struct nc_set *set);
/* Its elements, or of a set that was not loaded those that the text has. */
const nc_set_elements *nc_set_known(const struct nc_set *set);
/* The element "*" of a set or map, or NULL; it is in the text, not in the map. */
const struct nc_set_element *nc_set_catchall(const struct nc_set *set);

/* "set" or "map", "counter", "quota" or "limit". */
const char *nc_set_word(const struct nc_set *set);
const char *nc_kind_word(enum nc_object_kind kind);

/* Which object a COUNTER, LIMIT or QUOTA statement names. */
enum nc_object_kind nc_stmt_object_kind(const struct nc_stmt *stmt);

/*
 * Sort elements and refuse, with a message at the element's place, what overlaps another; exact
 * duplicates are merged silently (as nft does). 0 or -EINVAL.
 */
int nc_elements_normalize(nc_set_elements *elements, struct nc_diag *diag);

/*
 * Join overlapping and adjoining intervals, as "auto-merge" and anonymous sets do. Only elements of one part. Timeouts, comments
 * and counts stay those of the first one.
 */
void nc_elements_merge(nc_set_elements *elements);

/*
 * Insert before a rule's matches the ones that nft would imply, from what the matches before it have
 * established (nft's protocol contexts): "ip saddr" implies "meta protocol ip", behind an "ether" match
 * "ether type ip", behind "vlan id" "vlan type ip". Sets depth of VLAN matches. Contradictions ("ip saddr …
 * ip6 daddr …", "tcp dport … udp dport …") and matches that nft itself would misread (network header
 * behind a second VLAN tag) are refused at their place. 0 or -EINVAL.
 */
int nc_rule_imply(struct nc_rule *rule, struct nc_diag *diag);

/*
 * Check the ruleset as a whole: sets, maps, chains and objects that rules name exist and fit, jumps end, sizes. All errors
 * are appended. 0 or -EINVAL.
 */
int nc_ruleset_validate(const struct nc_ruleset *ruleset, struct nc_diag *diag);

/* What elements of the set carry, whoever said so. */
static inline unsigned nc_set_carried(const struct nc_set *set)
{
	return set->carries | set->added;
}

/* What one of them carries: no packet adds "*", so it has what the declaration says. */
static inline unsigned nc_element_carried(const struct nc_set *set,
					  const struct nc_set_element *element)
{
	return element->catchall ? set->carries : nc_set_carried(set);
}

/* Find out what rules give to elements that they add. */
void nc_ruleset_note_added(struct nc_ruleset *ruleset);

/* Remove the sets of meters that no rule has any more. */
void nc_ruleset_drop_meters(struct nc_ruleset *ruleset);

/* nft's NFT_JUMP_STACK_SIZE: chains that wait for a "return" at the same time. */
#define NC_JUMPS_MAX 16

/* --- state that outlives generations ------------------------------------------------------------------- */

/* Per-CPU counters, and words of 64 bits for limits, quotas and numgen, have ids of their own each. */
enum nc_id_space { NC_IDS_COUNTERS, NC_IDS_WORDS, _NC_IDS_MAX };

/* Something that has state, in the order of the text. */
struct nc_stateful {
	enum nc_id_space space;
	uint64_t handle;  /* of the rule or object */
	unsigned ordinal; /* among the rule's */
	uint32_t *id;
	bool *fresh;
	struct nc_counter *counter; /* COUNTERS: values as written or read */
	struct nc_quota *quota;	    /* WORDS of a quota, else NULL */
	bool start;		    /* a value was written: it starts from that */
};

/* Call fn for everything stateful, in the order of the text, until it returns other than 0. */
typedef int nc_stateful_fn(const struct nc_stateful *stateful, void *context);
int nc_ruleset_each_stateful(struct nc_ruleset *ruleset, nc_stateful_fn *fn, void *context);

/* Bits of ids in use. */
struct nc_busy {
	const uint64_t *words; /* may be NULL */
	uint32_t n_bits;
};

/*
 * Give everything stateful without an id the lowest id of its space that is neither used in this ruleset nor
 * set in busy, and mark it fresh. ret_end: highest id in use of each space, plus one. 0 or -ENOMEM.
 */
int nc_ruleset_assign_ids(struct nc_ruleset *ruleset, const struct nc_busy busy[_NC_IDS_MAX],
			  uint32_t ret_end[_NC_IDS_MAX]);

/*
 * Carry identity over from live to next, which is to replace it as a whole ("apply"): tables, chains, sets and objects of the
 * same name, and rules of one chain that say the same (the first with the first, the second with the second), keep
 * their handles and ids. Everything else in next gets new handles, above live's newest. Elements are next's own. What
 * next writes with values starts from those. 0 or -ENOMEM.
 */
typedef char *
nc_rule_text_fn(const struct nc_rule *rule); /* malloc()ed, without state; NULL: no memory */
int nc_ruleset_inherit(struct nc_ruleset *next, const struct nc_ruleset *live,
		       nc_rule_text_fn *text);
/* The words of generators in a statement that says the same as an old one. */
void nc_stmt_inherit_generators(struct nc_stmt *stmt, const struct nc_stmt *old);

#endif
