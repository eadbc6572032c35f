/* SPDX-License-Identifier: GPL-2.0-only */
/* Diagnostics as they are shown. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>
#include <string.h>

#include "reading.h"

static struct nc_source source_of(const char *name, const char *text)
{
	return (struct nc_source){.name = name, .text = text, .length = strlen(text)};
}

/* One error at a place of a text, as it is shown. */
static void check(const char *name, const char *text, unsigned line, unsigned column,
		  unsigned end_column, const char *expected)
{
	const struct nc_source source = source_of(name, text);
	struct nc_loc loc = {&source, 0, line, column, end_column};
	struct nc_diag diag = {};
	char *shown;

	for (unsigned i = 1; i < line; i++)
		loc.line_offset = strchr(text + loc.line_offset, '\n') - text + 1;
	assert_int_equal(nc_diag_error(&diag, &loc, "no %s", "good"), -EINVAL);
	shown = print_diag(&diag);
	assert_string_equal(shown, expected);
	free(shown);
	nc_diag_free(&diag);
}

static void places_are_shown(void **state)
{
	(void)state;
	check("a.nft", "first\nsecond line\nthird\n", 2, 8, 11,
	      "a.nft:2:8-11: Error: no good\nsecond line\n       ^^^^\n");
	check("a.nft", "first\nlast", 2, 1, 4, "a.nft:2:1-4: Error: no good\nlast\n^^^^\n");
	check("-", "x\n", 1, 1, 1, "<stdin>:1:1-1: Error: no good\nx\n^\n");
	check("", "x\n", 1, 1, 1, "<cmdline>:1:1-1: Error: no good\nx\n^\n");
}

static void ends_of_lines_have_a_caret(void **state)
{
	(void)state;
	check("a", "abc\n", 1, 4, 4, "a:1:4-4: Error: no good\nabc\n   ^\n");
	check("a", "abc", 1, 4, 4, "a:1:4-4: Error: no good\nabc\n   ^\n");
	check("a", "", 1, 1, 1, "a:1:1-1: Error: no good\n\n^\n");
	check("a", "abc\ndef\n", 1, 2, 9, "a:1:2-9: Error: no good\nabc\n ^^\n");
}

static void odd_bytes_are_spelled_out(void **state)
{
	(void)state;
	check("a", "\tab\tcd\n", 1, 5, 6, "a:1:5-6: Error: no good\n ab cd\n    ^^\n");
	check("a", "\033[31m\377 x\n", 1, 8, 8,
	      "a:1:8-8: Error: no good\n\\x1b[31m\\xff x\n             ^\n");
	check("a", "x\rb\n", 1, 2, 2, "a:1:2-2: Error: no good\nx\\x0db\n ^^^^\n");
}

/* Of a line of megabytes, the piece around the place. */
static void long_lines_are_cut(void **state)
{
	const size_t size = 10 << 20;
	char *text = malloc(size + 1), *shown;
	struct nc_source source = {"a", text, size};
	struct nc_loc loc = {&source, 0, 1, 5000001, 5000003};
	struct nc_diag diag = {};
	const char *line, *carets;

	(void)state;
	memset(text, '.', size);
	memcpy(text + 5000000, "abc", 3);
	nc_diag_error(&diag, &loc, "x");
	shown = print_diag(&diag);
	assert_true(strlen(shown) < 500);
	line = strchr(shown, '\n') + 1;
	carets = strchr(line, '\n') + 1;
	assert_int_equal(strstr(line, "abc") - line, strchr(carets, '^') - carets);
	free(shown);
	nc_diag_free(&diag);
	free(text);
}

static void severities_and_colours(void **state)
{
	struct nc_diag diag = {};
	char *shown, *coloured = NULL;
	size_t length;
	FILE *out;

	(void)state;
	assert_int_equal(nc_diag_warning(&diag, NULL, "careful"), 0);
	assert_int_equal(nc_diag_note(&diag, NULL, "by the way"), 0);
	assert_int_equal(nc_diag_errno(&diag, NULL, -ENOENT, "cannot open %s", "x"), -ENOENT);
	assert_int_equal(diag.n_errors, 1);
	shown = print_diag(&diag);
	assert_string_equal(shown, "Warning: careful\nNote: by the way\n"
				   "Error: cannot open x: No such file or directory\n");
	free(shown);
	out = open_memstream(&coloured, &length);
	nc_diag_print(&diag, out, true);
	fclose(out);
	assert_non_null(strstr(coloured, "\033[1;31mError:\033[0m cannot"));
	free(coloured);
	nc_diag_free(&diag);
	assert_int_equal(diag.n_errors, 0);
}

static void errors_have_an_end(void **state)
{
	struct nc_diag diag = {};
	char *shown;

	(void)state;
	for (int i = 0; i < 100000; i++)
		nc_diag_error(&diag, NULL, "number %d", i);
	assert_int_equal(diag.n_errors, 100000);
	assert_int_equal(diag.messages.n, NC_DIAG_ERRORS_MAX);
	shown = print_diag(&diag);
	assert_non_null(strstr(shown, "number 49\n"));
	assert_non_null(strstr(shown, "and 99950 more errors"));
	free(shown);
	nc_diag_free(&diag);
}

static void locations_join(void **state)
{
	struct nc_loc a = {.line = 2, .column = 5, .end_column = 7},
		      b = {.line = 2, .column = 10, .end_column = 12},
		      c = {.line = 3, .column = 1, .end_column = 2}, joined;

	(void)state;
	for (int i = 0; i < 2; i++) {
		joined = i ? nc_loc_join(a, b) : nc_loc_join(b, a);
		assert_int_equal(joined.column, 5);
		assert_int_equal(joined.end_column, 12);
	}
	/* A place is on one line: of two lines the first one's part. */
	joined = nc_loc_join(c, a);
	assert_int_equal(joined.line, 2);
	assert_int_equal(joined.end_column, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_are_shown),
		cmocka_unit_test(ends_of_lines_have_a_caret),
		cmocka_unit_test(odd_bytes_are_spelled_out),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(severities_and_colours),
		cmocka_unit_test(errors_have_an_end),
		cmocka_unit_test(locations_join),
	};

	return cmocka_run_group_tests_name("diag", tests, NULL, NULL);
}
