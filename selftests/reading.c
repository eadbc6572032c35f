/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts read, for the unit tests. */
#include "reading.h"

void read_text(const char *name, const char *text, size_t length, struct reading *r)
{
	*r = (struct reading){.source = {.name = name, .text = text, .length = length}};
	r->ruleset = nc_ruleset_new();
	if (!r->ruleset)
		abort();
	r->error = nc_script_parse(&r->source, NULL, NULL, &r->script, &r->diag);
	if (r->error == 0)
		r->error = nc_script_run(r->script, r->ruleset, NULL, NULL, &r->diag);
}

void end_reading(struct reading *r)
{
	nc_script_free(r->script);
	nc_ruleset_free(r->ruleset);
	nc_diag_free(&r->diag);
}

char *print_ruleset(const struct nc_ruleset *ruleset, unsigned flags)
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

char *print_diag(const struct nc_diag *diag)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		abort();
	nc_diag_print(diag, out, false);
	fclose(out);
	return text;
}
