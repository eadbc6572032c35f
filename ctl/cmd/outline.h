/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The outline of a printed ruleset: tables, the objects in them (chains, sets, whatever the printer knows), and their lines.
 * It knows the shape of canonical text and nothing of the language: what is new in the language is outlined as it comes.
 */
#ifndef NETCTL_CMD_OUTLINE_H
#define NETCTL_CMD_OUTLINE_H

#include <stdint.h>

#include "model/ruleset.h"

/* A statement: what it says without indentation, handle and line breaks. */
struct nc_outline_line {
	char *text;
	uint64_t handle; /* 0: it has none */
};

typedef NC_VEC(struct nc_outline_line) nc_outline_lines;

/* "set v4 { # handle 3" and what is in it. Also a table, whose lines are its attributes. */
struct nc_outline_block {
	char *kind;   /* "table", "chain", "set" … */
	char *name;   /* of a table: behind its family */
	char *family; /* of a table; NULL elsewhere */
	char *head;   /* as printed, without brace and handle: what identifies it */
	uint64_t handle;
	nc_outline_lines attributes; /* "type ipv4_addr", "policy drop" … */
	nc_outline_lines rules;	     /* what has a handle */
	nc_outline_lines elements;
};

struct nc_outline_table {
	struct nc_outline_block block;
	NC_VEC(struct nc_outline_block) objects;
};

/* Texts point into the outline's own copy of the print. */
struct nc_outline {
	char *text;
	NC_VEC(char *) heads;
	NC_VEC(struct nc_outline_table) tables;
};

/* Outline a ruleset, printed with NC_PRINT_* flags and those that it needs. 0 or -ENOMEM. */
int nc_outline_make(const struct nc_ruleset *ruleset, unsigned print_flags, struct nc_outline *ret);
void nc_outline_clear(struct nc_outline *outline);

#endif
