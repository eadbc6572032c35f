/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The syntax tree: what was written, where, with names of fields and verbs recognised and nothing else resolved. The
 * parser builds it, eval reads it. All of a tree lives in its script's arena and is freed with it.
 */
#ifndef NETCTL_LANG_AST_H
#define NETCTL_LANG_AST_H

#include "lang/lang.h"
#include "model/edit.h"

/* Memory that is only given back as a whole. */
struct nc_arena_block;

struct nc_arena {
	struct nc_arena_block *blocks;
	char *at;
	size_t left;
};

/* Zeroed and aligned for any of our types; NULL when memory is out. */
void *nc_arena_alloc(struct nc_arena *arena, size_t size);
/* A NUL-terminated copy. */
char *nc_arena_string(struct nc_arena *arena, const char *text, size_t length);
/* Forget everything, and keep room for as much again. */
void nc_arena_reset(struct nc_arena *arena);
void nc_arena_free(struct nc_arena *arena);

/* A name or other word with its place; text NULL: it was not written. */
struct nc_word {
	const char *text;
	struct nc_loc loc;
};

/* A number with its place; line 0 in loc: it was not written. */
struct nc_number {
	uint64_t value;
	struct nc_loc loc;
};

enum nc_expr_kind {
	NC_EXPR_VALUE, /* text: number, address or symbol; which, its type tells */
	NC_EXPR_FIELD, /* what a packet is asked for */
	NC_EXPR_RANGE, /* left "-" right */
	NC_EXPR_SLASH, /* left "/" right: a prefix, or flags and their mask */
	NC_EXPR_OR,    /* "syn | ack": items */
	NC_EXPR_AND,   /* left "&" right; likewise below */
	NC_EXPR_XOR,
	NC_EXPR_LSHIFT,
	NC_EXPR_RSHIFT,
	NC_EXPR_LIST,	 /* "syn,ack": items */
	NC_EXPR_CONCAT,	 /* "ip saddr . tcp dport": items */
	NC_EXPR_SET,	 /* "{ … }": items */
	NC_EXPR_SET_REF, /* "@name": text */
	NC_EXPR_MAP,	 /* left "map" right */
	NC_EXPR_VERDICT, /* "jump web", as a map's data */
	NC_EXPR_ANY,	 /* "*", the element that holds what no other does */
};

struct nc_ast_field;
struct nc_ast_extra;
struct nc_ast_verdict;

struct nc_expr {
	enum nc_expr_kind kind;
	bool quoted; /* VALUE */
	struct nc_loc loc;
	struct nc_expr *next;	    /* among the items of a list or set */
	struct nc_ast_extra *extra; /* an element of a set: what stands behind its value */
	union {
		const char *text;
		struct {
			struct nc_expr *left, *right;
		};
		struct nc_expr *items;
		struct nc_ast_field *field;
		struct nc_ast_verdict *verdict;
	};
};

struct nc_ast_field {
	enum nc_field field;
	struct nc_raw raw;	       /* RAW */
	struct nc_generator generator; /* NUMGEN, JHASH; without key */
	struct nc_expr *key;	       /* JHASH */
};

struct nc_ast_verdict {
	enum nc_verdict_kind kind;
	struct nc_word chain; /* JUMP, GOTO */
};

/* A time in milliseconds; line 0 in loc: it was not written. */
struct nc_ast_time {
	uint64_t ms;
	struct nc_loc loc;
};

struct nc_ast_extra {
	struct nc_ast_time timeout, expires;
	struct nc_word comment;
	unsigned carries; /* NC_CARRY_* */
	struct nc_loc carries_loc;
	struct nc_counter counter;
	bool counter_given; /* its values */
	struct nc_limit limit;
	struct nc_quota quota;
	struct nc_expr *data; /* behind ":", or NULL */
};

/* What stands between a field and a value. */
enum nc_relation {
	NC_RELATION_IMPLICIT,
	NC_RELATION_EQ,
	NC_RELATION_NE,
	NC_RELATION_LT,
	NC_RELATION_LE,
	NC_RELATION_GT,
	NC_RELATION_GE,
	NC_RELATION_NOT, /* "!": none of these flags */
};

struct nc_ast_match {
	struct nc_expr *key;
	enum nc_relation relation;
	struct nc_loc relation_loc;
	struct nc_expr *value;
};

struct nc_ast_set_stmt {
	enum nc_set_op op;
	struct nc_word set;
	bool meter;
	struct nc_number size; /* of a meter */
	struct nc_expr *key;   /* with extra */
};

struct nc_ast_stmt {
	struct nc_ast_stmt *next;
	enum nc_stmt_kind kind;
	struct nc_loc loc;
	struct nc_word object;	     /* COUNTER, LIMIT, QUOTA: "name web" */
	enum nc_object_kind objects; /* OBJECT */
	union {
		struct nc_ast_match match;
		struct nc_ast_verdict verdict;
		struct {
			struct nc_expr *key, *map;
		} vmap; /* OBJECT too */
		struct nc_counter counter;
		struct nc_limit limit;
		struct nc_quota quota;
		struct {
			struct nc_log log; /* without prefix */
			struct nc_word prefix;
		} log;
		struct nc_ast_set_stmt set;
		struct {
			struct nc_expr *target, *value; /* RESET: target alone */
		} assign;
		struct {
			struct nc_expr *device, *address;
			int family;
		} send;
	};
};

struct nc_ast_rule {
	struct nc_ast_rule *next; /* in a chain's block */
	struct nc_ast_stmt *stmts;
	struct nc_word comment;
	struct nc_loc loc;
	uint64_t stored_handle;
};

struct nc_ast_device {
	struct nc_ast_device *next;
	struct nc_word name;
};

struct nc_ast_chain {
	struct nc_loc hook; /* "type … priority N"; line 0: none */
	enum nc_hook hook_number;
	struct nc_ast_device *devices;
	bool single_device;
	int priority;
	struct nc_loc policy_loc; /* line 0: none */
	enum nc_verdict policy;
	struct nc_word comment;
	struct nc_ast_rule *rules, **rules_end;
	size_t first_stored, n_stored; /* of a stored text: among the script's */
};

/* A set's or map's block. */
struct nc_ast_set {
	struct nc_expr *type;		    /* of words: VALUE or CONCAT */
	struct nc_expr *type_fields;	    /* "typeof": FIELD or CONCAT */
	struct nc_expr *data, *data_fields; /* of maps: behind ":" */
	unsigned flags;
	struct nc_loc flags_loc;
	struct nc_number size;
	struct nc_ast_time timeout, gc_interval;
	unsigned policy;
	bool auto_merge, is_map, meter;
	unsigned carries; /* NC_CARRY_* */
	struct nc_limit limit;
	struct nc_quota quota;
	struct nc_word comment;
	struct nc_expr *elements; /* a SET, or NULL */
	unsigned seen;		  /* bit per kind of line, for finding doubles */
};

struct nc_ast_object {
	enum nc_object_kind kind;
	struct nc_word comment;
	struct nc_counter counter;
	struct nc_quota quota;
	struct nc_limit limit;
	bool given; /* limit and quota: the line that says what it is */
};

struct nc_ast_table {
	struct nc_word comment;
	bool dormant;
	struct nc_ast_command *objects, **objects_end; /* chains, sets and so on, to be added */
};

/* A command, or an object in a table's block. Members that the verb and object do not need are zero. */
struct nc_ast_command {
	struct nc_ast_command *next;
	enum nc_verb verb;
	enum nc_object object;
	struct nc_loc loc;
	struct nc_word table, chain, set;
	struct nc_word name;	  /* of a named counter, quota or limit */
	enum nc_object_kind kind; /* of it */
	struct nc_word rename;
	struct nc_number handle; /* "handle N": delete, destroy, replace and reset */
	struct nc_place place;	 /* add and insert of rules */
	struct nc_ast_table *table_body;
	struct nc_ast_chain *chain_body;
	struct nc_ast_set *set_body;
	struct nc_ast_object *object_body;
	struct nc_ast_rule *rule;
	struct nc_expr *elements;
	uint64_t stored_handle;
	uint64_t stored_last;
};

typedef NC_VEC(struct nc_rule *) nc_rules;

struct nc_script {
	struct nc_arena arena;
	NC_VEC(struct nc_ast_command *) commands;
	/*
	 * A stored text's rules: in the model as soon as each is read, because a tree of ten thousand takes more time in
	 * memory than in the parser. Owned; NULL when eval has taken one.
	 */
	nc_rules stored;
	uint64_t stored_last; /* handle of tables */
};

static inline bool nc_loc_given(const struct nc_loc *loc)
{
	return loc->line != 0;
}

#endif
