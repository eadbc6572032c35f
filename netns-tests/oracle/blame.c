// SPDX-License-Identifier: GPL-2.0-only
/* Messages of nft and netctl: "FILE:LINE:COLUMN-COLUMN: Error: …". */
#include "blame.h"
#include "world.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define KINDS	 256
#define KIND_LEN 120
#define TOP	 10

static struct kinds {
	struct kind {
		char text[KIND_LEN];
		unsigned n;
	} kind[KINDS];
	unsigned n;
} kinds[_SIDE_MAX];

static const char mark[] = ": Error: ";

/* The line number of a message, 0 for none. */
static unsigned line_of(const char *message, const char *error)
{
	const char *colon = error;
	unsigned colons = 0;

	/* Back over "LINE:COLUMNS". */
	while (colon > message && colon[-1] != '\n' &&
	       (isdigit(colon[-1]) || strchr(":-", colon[-1])))
		colons += *--colon == ':';
	while (*colon == ':')
		colon++;
	return colons ? strtoul(colon, NULL, 10) : 0;
}

static int falling(const void *a, const void *b)
{
	return *(const int *)b - *(const int *)a;
}

bool blame_prune(struct ruleset *ruleset, const char *message)
{
	int lines[256];
	unsigned n = 0;
	bool dropped = false;

	for (const char *error = message; (error = strstr(error, mark)) && n < 256; error++) {
		lines[n] = line_of(message, error);
		n += lines[n] != 0;
	}
	qsort(lines, n, sizeof(*lines), falling);
	for (unsigned i = 0; i < n; i++)
		if (!i || lines[i] != lines[i - 1])
			dropped |= ruleset_drop_line(ruleset, lines[i]);
	return dropped;
}

static void count(struct kinds *of, const char *text, size_t n)
{
	char kind[KIND_LEN];
	size_t k = 0;
	unsigned i;

	/* Numbers make no kind of their own. */
	for (size_t at = 0; at < n && k < sizeof(kind) - 1; at++) {
		if (isdigit(text[at]) && k && kind[k - 1] == 'N')
			continue;
		kind[k++] = isdigit(text[at]) ? 'N' : text[at];
	}
	kind[k] = '\0';
	for (i = 0; i < of->n; i++)
		if (!strcmp(of->kind[i].text, kind))
			break;
	if (i == of->n && of->n < KINDS)
		strcpy(of->kind[of->n++].text, kind);
	if (i < of->n)
		of->kind[i].n++;
}

void blame_count(int side, const char *message)
{
	const char *error = strstr(message, mark);

	if (!error)
		count(&kinds[side], message, strcspn(message, "\n"));
	for (; error; error = strstr(error + 1, mark)) {
		const char *text = error + strlen(mark);

		count(&kinds[side], text, strcspn(text, "\n"));
	}
}

static int by_number(const void *a, const void *b)
{
	const struct kind *x = a, *y = b;

	return x->n > y->n ? -1 : x->n < y->n;
}

void blame_print(int side, const char *title)
{
	struct kinds *of = &kinds[side];

	if (!of->n)
		return;
	qsort(of->kind, of->n, sizeof(*of->kind), by_number);
	printf("%s:\n", title);
	for (unsigned i = 0; i < of->n && i < TOP; i++)
		printf("  %6u  %s\n", of->kind[i].n, of->kind[i].text);
	if (of->n > TOP)
		printf("          and %u other kinds\n", of->n - TOP);
}
