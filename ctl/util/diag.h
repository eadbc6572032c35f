/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Diagnostics: what went wrong, where in the user's text, collected by every layer and rendered by one
 * place (cmd/). Layers append; they never print, and they never stop at the first error if
 * going on can find another.
 */
#ifndef NETCTL_UTIL_DIAG_H
#define NETCTL_UTIL_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "vec.h"

/* A text that locations point into. Lives as long as the diagnostics that name it. */
struct nc_source {
	const char *
		name; /* file name as the user gave it; "-" shows as "<stdin>", "" for the command line */
	const char *text; /* need not be NUL-terminated */
	size_t length;
};

/*
 * A place in a source: line and columns count from 1, in bytes; end_column is the last column of the
 * piece, so that "4:31-38" is eight columns wide. offset is where its line begins. source NULL: no place.
 */
struct nc_loc {
	const struct nc_source *source;
	unsigned line_offset; /* texts are shorter than 4 GiB */
	unsigned line, column, end_column;
};

enum nc_severity { NC_SEVERITY_ERROR, NC_SEVERITY_WARNING, NC_SEVERITY_NOTE };

struct nc_message {
	enum nc_severity severity;
	struct nc_loc loc;
	char *text; /* one sentence, no newline, no final stop */
};

struct nc_diag {
	NC_VEC(struct nc_message) messages;
	size_t n_errors;
};

/* Errors kept at most: a hostile file cannot make the report endless. The last one says how many more. */
#define NC_DIAG_ERRORS_MAX 50

void nc_diag_free(struct nc_diag *diag);

/*
 * Append a message. loc may be NULL. Returns -EINVAL for errors, so that
 * "return nc_diag_error(diag, &loc, …)" reads well; 0 for the others.
 */
int nc_diag_error(struct nc_diag *diag, const struct nc_loc *loc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int nc_diag_warning(struct nc_diag *diag, const struct nc_loc *loc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int nc_diag_note(struct nc_diag *diag, const struct nc_loc *loc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* As nc_diag_error(), for a failed system call: returns error, a negative errno, and appends ": <strerror>". */
int nc_diag_errno(struct nc_diag *diag, const struct nc_loc *loc, int error, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The smallest location that covers both; they are of one source. */
struct nc_loc nc_loc_join(struct nc_loc a, struct nc_loc b);

/*
 * Render as text: "file:line:col-col: Error: sentence", the source line (a window of it, when long; control
 * and non-ASCII bytes shown as \xNN, tabs as one blank) and carets under the place. colour: ANSI colours.
 */
void nc_diag_print(const struct nc_diag *diag, FILE *out, bool colour);

#endif
