/* SPDX-License-Identifier: GPL-2.0-only */
/* Collecting and rendering diagnostics. Collected by every layer; rendered by cmd/ alone. */
#include "util/diag.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void nc_diag_free(struct nc_diag *diag)
{
	nc_vec_foreach (message, &diag->messages)
		free(message->text);
	nc_vec_free(&diag->messages);
	diag->n_errors = 0;
}

/* Memory that runs out here loses the sentence, never the fact that there was an error. */
static void append(struct nc_diag *diag, enum nc_severity severity, const struct nc_loc *loc,
		   char *text)
{
	struct nc_message message = {.severity = severity, .text = text};

	if (loc)
		message.loc = *loc;
	if (severity == NC_SEVERITY_ERROR && ++diag->n_errors > NC_DIAG_ERRORS_MAX) {
		free(text);
		return;
	}
	if (!text || nc_vec_push(&diag->messages, message) < 0)
		free(text);
}

static char *format(const char *fmt, va_list args)
{
	char *text;

	return vasprintf(&text, fmt, args) < 0 ? NULL : text;
}

#define APPEND(severity)                                                                           \
	do {                                                                                       \
		va_list args;                                                                      \
		va_start(args, fmt);                                                               \
		append(diag, severity, loc, format(fmt, args));                                    \
		va_end(args);                                                                      \
	} while (0)

int nc_diag_error(struct nc_diag *diag, const struct nc_loc *loc, const char *fmt, ...)
{
	APPEND(NC_SEVERITY_ERROR);
	return -EINVAL;
}

int nc_diag_warning(struct nc_diag *diag, const struct nc_loc *loc, const char *fmt, ...)
{
	APPEND(NC_SEVERITY_WARNING);
	return 0;
}

int nc_diag_note(struct nc_diag *diag, const struct nc_loc *loc, const char *fmt, ...)
{
	APPEND(NC_SEVERITY_NOTE);
	return 0;
}

int nc_diag_errno(struct nc_diag *diag, const struct nc_loc *loc, int error, const char *fmt, ...)
{
	char *what, *text;
	va_list args;

	va_start(args, fmt);
	what = format(fmt, args);
	va_end(args);
	if (!what || asprintf(&text, "%s: %s", what, strerror(-error)) < 0)
		text = NULL;
	free(what);
	append(diag, NC_SEVERITY_ERROR, loc, text);
	return error;
}

struct nc_loc nc_loc_join(struct nc_loc a, struct nc_loc b)
{
	struct nc_loc first = a, last = b;

	if (b.line < a.line || (b.line == a.line && b.column < a.column)) {
		first = b;
		last = a;
	}
	if (last.line == first.line && last.end_column > first.end_column)
		first.end_column = last.end_column;
	return first;
}

/* --- rendering --------------------------------------------------------------------------------- */

#define WINDOW 160 /* bytes of a source line that are shown */
#define BEFORE 60  /* of them at most, in front of the place */

static const struct {
	const char *word, *colour;
} severities[] = {
	[NC_SEVERITY_ERROR] = {"Error", "\033[1;31m"},
	[NC_SEVERITY_WARNING] = {"Warning", "\033[1;33m"},
	[NC_SEVERITY_NOTE] = {"Note", "\033[1;36m"},
};

static const char *source_name(const struct nc_source *source)
{
	if (!*source->name)
		return "<cmdline>";
	return strcmp(source->name, "-") == 0 ? "<stdin>" : source->name;
}

/* One byte of source as it is shown; returns the columns it takes. */
static int show_byte(unsigned char byte, FILE *out)
{
	if (byte == '\t') {
		putc(' ', out);
		return 1;
	}
	if (byte >= 0x20 && byte < 0x7f) {
		putc(byte, out);
		return 1;
	}
	return fprintf(out, "\\x%02x", byte);
}

static int width(unsigned char byte)
{
	return byte == '\t' || (byte >= 0x20 && byte < 0x7f) ? 1 : 4;
}

/* The line, or a window of it around the place, and carets below. */
static void show_source(const struct nc_loc *loc, FILE *out, bool colour)
{
	const struct nc_source *source = loc->source;
	const char *line, *end;
	size_t length, from, to, place = loc->column - 1, stop = loc->end_column;
	int indent = 0, carets = 0;

	if (loc->line_offset > source->length)
		return;
	line = source->text + loc->line_offset;
	end = memchr(line, '\n', source->length - loc->line_offset);
	length = end ? (size_t)(end - line) : source->length - loc->line_offset;
	from = length > WINDOW && place > BEFORE ? place - BEFORE : 0;
	to = length - from > WINDOW ? from + WINDOW : length;

	if (from) {
		fputs("...", out);
		indent = 3;
	}
	for (size_t i = from; i < to; i++)
		show_byte(line[i], out);
	fputs(to < length ? "...\n" : "\n", out);
	for (size_t i = from; i < to && i < stop; i++) {
		if (i < place)
			indent += width(line[i]);
		else
			carets += width(line[i]);
	}
	fprintf(out, "%*s%s", indent, "", colour ? "\033[1;32m" : "");
	for (int i = 0; i < (carets ? carets : 1); i++)
		putc('^', out);
	fputs(colour ? "\033[0m\n" : "\n", out);
}

static void print_message(const struct nc_message *message, FILE *out, bool colour)
{
	const struct nc_loc *loc = &message->loc;

	if (loc->source) {
		fprintf(out, "%s:%u:%u-%u: ", source_name(loc->source), loc->line, loc->column,
			loc->end_column);
	}
	if (colour)
		fprintf(out, "%s%s:\033[0m %s\n", severities[message->severity].colour,
			severities[message->severity].word, message->text);
	else
		fprintf(out, "%s: %s\n", severities[message->severity].word, message->text);
	if (loc->source)
		show_source(loc, out, colour);
}

void nc_diag_print(const struct nc_diag *diag, FILE *out, bool colour)
{
	nc_vec_foreach (message, &diag->messages)
		print_message(message, out, colour);
	if (diag->n_errors > NC_DIAG_ERRORS_MAX)
		fprintf(out, "… and %zu more errors.\n", diag->n_errors - NC_DIAG_ERRORS_MAX);
}
