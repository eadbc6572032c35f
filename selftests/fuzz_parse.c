/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any bytes at all as a ruleset: reading ends without a crash, and what could be read prints as a text that reads and
 * prints the same; the same for the text that is stored.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lang/lang.h"

static char *print(const struct nc_ruleset *ruleset, unsigned flags)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		abort();
	nc_print_ruleset(ruleset, flags, out);
	fclose(out);
	return text;
}

static struct nc_ruleset *read_text(const char *text, size_t length)
{
	const struct nc_source source = {.name = "fuzz", .text = text, .length = length};
	_cleanup_(nc_ruleset_freep) struct nc_ruleset *ruleset = nc_ruleset_new();
	_cleanup_(nc_script_freep) struct nc_script *script = NULL;
	_cleanup_free_ char *rendered = NULL;
	struct nc_diag diag = {};
	size_t rendered_length;
	FILE *out;
	int r;

	r = nc_script_parse(&source, NULL, NULL, &script, &diag);
	if (r == 0)
		r = nc_script_run(script, ruleset, NULL, NULL, &diag);
	if ((r < 0) != (diag.n_errors > 0))
		abort();
	out = open_memstream(&rendered, &rendered_length);
	if (!out)
		abort();
	nc_diag_print(&diag, out, true);
	fclose(out);
	nc_diag_free(&diag);
	return r < 0 ? NULL : TAKE_PTR(ruleset);
}

static void check_same(const char *a, const char *b)
{
	if (strcmp(a, b) == 0)
		return;
	fprintf(stderr, "first\n%s\nsecond\n%s\n", a, b);
	abort();
}

static void check_fixed_point(const struct nc_ruleset *ruleset, unsigned flags)
{
	_cleanup_(nc_ruleset_freep) struct nc_ruleset *again = NULL;
	_cleanup_free_ char *first = print(ruleset, flags), *second = NULL;

	again = read_text(first, strlen(first));
	if (!again) {
		fprintf(stderr, "printed, but not read:\n%s\n", first);
		abort();
	}
	second = print(again, flags);
	check_same(first, second);
}

static void check_stored(const struct nc_ruleset *ruleset)
{
	_cleanup_(nc_ruleset_freep) struct nc_ruleset *again = NULL;
	_cleanup_free_ char *first = print(ruleset, NC_PRINT_STORED), *second = NULL;
	struct nc_diag diag = {};

	if (nc_stored_read(first, strlen(first), &again, &diag) < 0) {
		nc_diag_print(&diag, stderr, false);
		fprintf(stderr, "stored, but not read:\n%s\n", first);
		abort();
	}
	second = print(again, NC_PRINT_STORED);
	check_same(first, second);
	nc_diag_free(&diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(nc_ruleset_freep) struct nc_ruleset *ruleset = NULL, *stored = NULL;
	struct nc_diag diag = {};

	nc_stored_read((const char *)data, size, &stored, &diag);
	nc_diag_free(&diag);
	ruleset = read_text((const char *)data, size);
	if (!ruleset)
		return 0;
	check_fixed_point(ruleset, 0);
	check_fixed_point(ruleset, NC_PRINT_NUMERIC);
	check_stored(ruleset);
	return 0;
}
