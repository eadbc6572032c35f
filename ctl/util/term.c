/* SPDX-License-Identifier: GPL-2.0-only */
/* Colour and tables. Called by cmd/ alone. */
#include "util/term.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool nc_term_colour(FILE *out)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(out)) && !(no_color && *no_color) && !(term && !strcmp(term, "dumb"));
}

static const char *const escapes[] = {
	[NC_COLOUR_NONE] = "",		 [NC_COLOUR_BOLD] = "\033[1m",
	[NC_COLOUR_GREEN] = "\033[32m",	 [NC_COLOUR_RED] = "\033[31m",
	[NC_COLOUR_YELLOW] = "\033[33m", [NC_COLOUR_DIM] = "\033[2m",
};

void nc_term_print(FILE *out, bool on, enum nc_colour colour, const char *text)
{
	bool escape = on && colour != NC_COLOUR_NONE;

	fprintf(out, "%s%s%s", escape ? escapes[colour] : "", text, escape ? "\033[0m" : "");
}

void nc_text_table_add(struct nc_text_table *table, enum nc_colour colour, const char *fmt, ...)
{
	struct nc_table_cell cell = {.colour = colour};
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&cell.text, fmt, args) < 0)
		cell.text = NULL;
	va_end(args);
	if (!cell.text || nc_vec_push(&table->cells, cell) < 0) {
		free(cell.text);
		table->failed = true;
	}
}

static size_t column_width(const struct nc_text_table *table, size_t column)
{
	size_t width = 0, length;

	for (size_t i = column; i < table->cells.n; i += table->n_columns) {
		length = strlen(table->cells.v[i].text);
		width = length > width ? length : width;
	}
	return width;
}

static void print_cell(const struct nc_text_table *table, size_t i, FILE *out, bool colour)
{
	const struct nc_table_cell *cell = &table->cells.v[i];
	size_t column = i % table->n_columns;
	bool last = column + 1 == table->n_columns;
	int pad = column_width(table, column) - strlen(cell->text);

	if (table->right >> column & 1)
		fprintf(out, "%*s", pad, "");
	nc_term_print(out, colour, i < table->n_columns ? NC_COLOUR_BOLD : cell->colour,
		      cell->text);
	if (!(table->right >> column & 1) && !last)
		fprintf(out, "%*s", pad, "");
	fputs(last ? "\n" : "  ", out);
}

void nc_text_table_print(const struct nc_text_table *table, FILE *out, bool colour)
{
	for (size_t i = 0; i < table->cells.n && !table->failed; i++)
		print_cell(table, i, out, colour);
}

void nc_text_table_free(struct nc_text_table *table)
{
	nc_vec_foreach (cell, &table->cells)
		free(cell->text);
	nc_vec_free(&table->cells);
}
