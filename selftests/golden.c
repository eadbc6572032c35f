/* SPDX-License-Identifier: GPL-2.0-only */
/* Golden files, for the unit tests. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "golden.h"
#include "util/cleanup.h"

char *golden_read(const char *path, size_t *ret_length)
{
	_cleanup_fclose_ FILE *file = fopen(path, "r");
	FILE *copy;
	char *text = NULL;
	int c;

	if (!file) {
		perror(path);
		abort();
	}
	copy = open_memstream(&text, ret_length);
	if (!copy)
		abort();
	while ((c = getc(file)) != EOF)
		putc(c, copy);
	fclose(copy);
	return text;
}

size_t golden_each(const char *dir, const char *suffix, golden_fn *fn, void *context)
{
	_cleanup_free_ char *pattern = NULL;
	glob_t paths;
	size_t n;

	if (asprintf(&pattern, "%s/*%s", dir, suffix) < 0 || glob(pattern, 0, NULL, &paths) != 0)
		return 0;
	n = paths.gl_pathc;
	for (size_t i = 0; i < n; i++)
		fn(paths.gl_pathv[i], context);
	globfree(&paths);
	return n;
}

static void update(const char *path, const char *output, const char *input_text)
{
	_cleanup_fclose_ FILE *file = NULL;

	if (input_text && strcmp(output, input_text) == 0) {
		unlink(path);
		return;
	}
	file = fopen(path, "w");
	if (!file || fputs(output, file) < 0)
		perror(path);
}

int golden_compare(const char *input, const char *suffix, const char *output,
		   const char *input_text)
{
	_cleanup_free_ char *path = NULL, *expected = NULL;
	size_t length;

	if (asprintf(&path, "%.*s%s", (int)(strrchr(input, '.') - input), input, suffix) < 0)
		abort();
	if (getenv("UPDATE"))
		update(path, output, input_text);
	if (access(path, R_OK) == 0)
		expected = golden_read(path, &length);
	else
		expected = strdup(input_text ?: "(no such file)\n");
	if (strcmp(expected, output) == 0)
		return 0;
	fprintf(stderr, "%s: expected\n%s--- got\n%s---\n", path, expected, output);
	return 1;
}
