// SPDX-License-Identifier: GPL-2.0-only
/* A list of blocks, freed together. */
#include "arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct block {
	struct block *before;
	_Alignas(16) char bytes[];
};

static struct block *last;

void *arena_mark(void)
{
	return last;
}

void arena_release(const void *mark)
{
	while (last != mark) {
		struct block *before = last->before;

		free(last);
		last = before;
	}
}

void arena_reset(void)
{
	arena_release(NULL);
}

void *arena_new(size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + size);

	if (!block)
		abort();
	block->before = last;
	last = block;
	return block->bytes;
}

char *say(const char *format, ...)
{
	va_list list;
	char *text;
	int n;

	va_start(list, format);
	n = vsnprintf(NULL, 0, format, list);
	va_end(list);
	text = arena_new(n + 1);
	va_start(list, format);
	vsnprintf(text, n + 1, format, list);
	va_end(list);
	return text;
}
