/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any bytes at all as JSON: translating ends without a crash, says what is wrong or gives text of one command a line; and
 * where the parser reads that text, it finds those commands and no others.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lang/json_read.h"
#include "lang/lang.h"
#include "util/cleanup.h"

static void render(const struct nc_diag *diag)
{
	_cleanup_free_ char *rendered = NULL;
	size_t length;
	FILE *out = open_memstream(&rendered, &length);

	if (!out)
		abort();
	nc_diag_print(diag, out, true);
	fclose(out);
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void check_text(const char *text, size_t length)
{
	const struct nc_source source = {.name = "translated", .text = text, .length = length};
	_cleanup_(nc_script_freep) struct nc_script *script = NULL;
	struct nc_diag diag = {};

	if (strlen(text) != length)
		abort();
	if (nc_script_parse(&source, NULL, NULL, &script, &diag) == 0 &&
	    nc_script_length(script) != count_lines(text)) {
		fprintf(stderr, "%zu commands in\n%s", nc_script_length(script), text);
		abort();
	}
	render(&diag);
	nc_diag_free(&diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct nc_source source = {
		.name = "json", .text = (const char *)data, .length = size};
	_cleanup_free_ char *text = NULL;
	struct nc_diag diag = {};
	size_t length;
	int r = nc_json_translate(&source, &text, &length, &diag);

	if ((r < 0) != (diag.n_errors > 0))
		abort();
	if (r == 0)
		check_text(text, length);
	nc_json_is(&source);
	render(&diag);
	nc_diag_free(&diag);
	return 0;
}
