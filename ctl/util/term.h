/* SPDX-License-Identifier: GPL-2.0-only */
/* Terminals: whether to colour, and tables whose columns line up. */
#ifndef NETCTL_UTIL_TERM_H
#define NETCTL_UTIL_TERM_H

#include <stdbool.h>
#include <stdio.h>

#include "util/vec.h"

/* A terminal, and the user has not set NO_COLOR (no-color.org). */
bool nc_term_colour(FILE *out);

enum nc_colour {
	NC_COLOUR_NONE,
	NC_COLOUR_BOLD,
	NC_COLOUR_GREEN,
	NC_COLOUR_RED,
	NC_COLOUR_YELLOW,
	NC_COLOUR_DIM
};

/* The text in a colour, if on. */
void nc_term_print(FILE *out, bool on, enum nc_colour colour, const char *text);

struct nc_table_cell {
	char *text;
	enum nc_colour colour;
};

/* A text table: a row of headings, then cells row by row. Zero-initialised but for n_columns it is empty. */
struct nc_text_table {
	size_t n_columns;
	NC_VEC(struct nc_table_cell) cells;
	unsigned right; /* bit per column: numbers, aligned to the right */
	bool failed;	/* memory ran out: nothing is printed */
};

void nc_text_table_add(struct nc_text_table *table, enum nc_colour colour, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The first row is headings, in bold. */
void nc_text_table_print(const struct nc_text_table *table, FILE *out, bool colour);
void nc_text_table_free(struct nc_text_table *table);

#endif
