/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside JSON input: a value with the way that led to it, what may be asked of it, and the writers of nft text. All
 * functions that can fail return 0, -EINVAL after an error in the diagnostics, or -ENOMEM, so that steps chain: a() ?: b().
 */
#ifndef NETCTL_LANG_JSON_INPUT_H
#define NETCTL_LANG_JSON_INPUT_H

#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>

#include "util/diag.h"

struct nc_json_input {
	const struct nc_source *source; /* the JSON text */
	struct nc_diag *diag;
	FILE *out; /* the nft text */
};

/* A value and its place: a member's key, or an index if key is NULL. JSON's null is a NULL value that is there. */
struct nc_json_at {
	const struct nc_json_at *up; /* NULL: the whole document */
	const char *key;
	size_t index;
	bool there;
	struct json_object *value;
	/* What the value is compared with or stored in: an expression, a type's name or an array of these; or NULL. */
	struct json_object *of;
};

/* Where in the source a value is; on_key: its key. Falls back to what encloses it. json_place.c */
struct nc_loc nc_json_locate(const struct nc_source *source, const struct nc_json_at *at,
			     bool on_key);

/* "nftables[0].add…: sentence", at its place. */
int nc_json_error(struct nc_json_input *in, const struct nc_json_at *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A text fit for a sentence: printable, short. */
#define NC_JSON_SHOW 48
const char *nc_json_show(const char *text, char shown[NC_JSON_SHOW]);

/* --- asking -------------------------------------------------------------------------------------------- */

struct nc_json_at nc_json_member(const struct nc_json_at *object, const char *key);
struct nc_json_at nc_json_item(const struct nc_json_at *array, size_t index);

bool nc_json_is_kind(const struct nc_json_at *at, enum json_type type);
bool nc_json_has(const struct nc_json_at *object, const char *key);
/* A string with just these bytes. */
bool nc_json_is_text(const struct nc_json_at *at, const char *text);
/* Elements of an array; 0 for everything else. */
size_t nc_json_length(const struct nc_json_at *at);

/* An object that has no keys but these; the list ends with NULL. */
int nc_json_check_keys(struct nc_json_input *in, const struct nc_json_at *at,
		       const char *const *known);
#define nc_json_keys(in, at, ...)                                                                  \
	nc_json_check_keys(in, at, (const char *const[]){__VA_ARGS__, NULL})
/* An object with one member: that one. */
int nc_json_only(struct nc_json_input *in, const struct nc_json_at *at, struct nc_json_at *ret);
int nc_json_need(struct nc_json_input *in, const struct nc_json_at *object, const char *key,
		 struct nc_json_at *ret);
int nc_json_text(struct nc_json_input *in, const struct nc_json_at *at, const char **ret);
int nc_json_number(struct nc_json_input *in, const struct nc_json_at *at, uint64_t *ret);
/* An optional boolean; false when it is not there. */
int nc_json_flag(struct nc_json_input *in, const struct nc_json_at *object, const char *key,
		 bool *ret);

/* --- writing: nothing that a string holds is ever more than one token, or one quoted string ---------------- */

typedef int nc_json_put_fn(struct nc_json_input *in, const struct nc_json_at *at);

nc_json_put_fn nc_json_put_name;    /* a table's, a chain's, a key's: one word */
nc_json_put_fn nc_json_put_words;   /* words with one blank between: "daddr ip" */
nc_json_put_fn nc_json_put_quoted;  /* "…" */
nc_json_put_fn nc_json_put_number;  /* not negative */
nc_json_put_fn nc_json_put_integer; /* may be negative */
nc_json_put_fn nc_json_put_seconds; /* "10s" */

/* The member key, if it is there, or whether or not: what goes before it, then itself by put. */
int nc_json_optional(struct nc_json_input *in, const struct nc_json_at *object, const char *key,
		     const char *before, nc_json_put_fn *put);
int nc_json_required(struct nc_json_input *in, const struct nc_json_at *object, const char *key,
		     const char *before, nc_json_put_fn *put);
/* A string that is one of a list, which ends with NULL; as it is. */
int nc_json_put_choice(struct nc_json_input *in, const struct nc_json_at *at,
		       const char *const *choices);

/* Expressions, json_expr.c: any; in brackets if it is an operation or list; a set's contents in braces, one or an array. */
nc_json_put_fn nc_json_put_expr;
nc_json_put_fn nc_json_put_operand;
nc_json_put_fn nc_json_put_elements;
/* The value of a match: of says what is compared, which decides on quotes. */
int nc_json_put_value(struct nc_json_input *in, const struct nc_json_at *at,
		      struct json_object *of);

/* What is read, json_field.c, by its name and body. */
nc_json_put_fn nc_json_put_field;
/* Does "==" have to be said of this, since without it text means "any of these bits"? */
bool nc_json_is_bits(const struct nc_json_at *expr);

/* Statements, json_stmt.c: one; one or an array; a stateful one by its name and body, as elements carry it. */
nc_json_put_fn nc_json_put_stmt;
nc_json_put_fn nc_json_put_stmts;
nc_json_put_fn nc_json_put_stateful;
/* "rate over 3 mbytes/second burst 4 kbytes", of a statement or a declared limit. */
nc_json_put_fn nc_json_put_rate;

/* Objects, json_object.c: what follows the name in a declaration, from the object; with a blank before, or nothing. */
nc_json_put_fn nc_json_put_table;
nc_json_put_fn nc_json_put_chain;
nc_json_put_fn nc_json_put_rule;
nc_json_put_fn nc_json_put_set;
nc_json_put_fn nc_json_put_map;
nc_json_put_fn nc_json_put_element;
nc_json_put_fn nc_json_put_counter;
nc_json_put_fn nc_json_put_quota;
nc_json_put_fn nc_json_put_limit;

#endif
