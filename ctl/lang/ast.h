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
	NC_EXPR_VALUE,	 /* text: number, address or symbol; which, its type tells */
	NC_EXPR_RANGE,	 /* left "-" right */
	NC_EXPR_SLASH,	 /* left "/" right: a prefix, or flags and their mask */
	NC_EXPR_OR,	 /* "syn | ack": items */
	NC_EXPR_LIST,	 /* "syn,ack": items */
	NC_EXPR_SET,	 /* "{ … }": items */
	NC_EXPR_SET_REF, /* "@name": text */
};

struct nc_expr {
	enum nc_expr_kind kind;
	struct nc_loc loc;
	struct nc_expr *next; /* among the items of a list or set */
	union {
		const char *text;
		struct {
			struct nc_expr *left, *right;
		};
		struct nc_expr *items;
	};
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
	enum nc_field field;
	struct nc_expr *mask; /* "field & mask", or NULL */
	enum nc_relation relation;
	struct nc_loc relation_loc;
	struct nc_expr *value;
};

struct nc_ast_stmt {
	struct nc_ast_stmt *next;
	enum nc_stmt_kind kind;
	struct nc_loc loc;
	union {
		struct nc_ast_match match;
		struct nc_counter counter;
		enum nc_verdict verdict;
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
	struct nc_ast_device *devices;
	bool single_device;
	int priority;
	struct nc_loc policy_loc; /* line 0: none */
	enum nc_verdict policy;
	struct nc_word comment;
	struct nc_ast_rule *rules, **rules_end;
};

struct nc_ast_set {
	struct nc_word type;
	unsigned flags;
	struct nc_loc flags_loc;
	struct nc_number size;
	struct nc_word comment;
	struct nc_expr *elements; /* a SET, or NULL */
	unsigned seen;		  /* bit per kind of line, for finding doubles */
};

struct nc_ast_table {
	struct nc_word comment;
	struct nc_ast_command *objects, **objects_end; /* chains and sets, to be added */
};

/* A command, or an object in a table's block. Members that the verb and object do not need are zero. */
struct nc_ast_command {
	struct nc_ast_command *next;
	enum nc_verb verb;
	enum nc_object object;
	struct nc_loc loc;
	struct nc_word table, chain, set;
	struct nc_number handle; /* "handle N": delete, destroy and replace */
	struct nc_place place;	 /* add and insert of rules */
	struct nc_ast_table *table_body;
	struct nc_ast_chain *chain_body;
	struct nc_ast_set *set_body;
	struct nc_ast_rule *rule;
	struct nc_expr *elements;
	uint64_t stored_handle;
	uint64_t stored_last;
};

struct nc_script {
	struct nc_arena arena;
	NC_VEC(struct nc_ast_command *) commands;
	uint64_t stored_last; /* handle of tables */
};

static inline bool nc_loc_given(const struct nc_loc *loc)
{
	return loc->line != 0;
}

#endif
