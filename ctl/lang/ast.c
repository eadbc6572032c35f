/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory of syntax trees: allocated by the parser, freed with the script. */
#include <stdalign.h>
#include <string.h>

#include "lang/ast.h"

#define BLOCK_SIZE ((size_t)64 << 10)

struct nc_arena_block {
	struct nc_arena_block *next;
	size_t room; /* bytes of data */
	alignas(max_align_t) char data[];
};

void *nc_arena_alloc(struct nc_arena *arena, size_t size)
{
	void *p;

	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (size > arena->left) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
		struct nc_arena_block *block = malloc(sizeof(*block) + room);

		if (!block)
			return NULL;
		block->next = arena->blocks;
		block->room = room;
		arena->blocks = block;
		arena->at = block->data;
		arena->left = room;
	}
	p = arena->at;
	arena->at += size;
	arena->left -= size;
	return memset(p, 0, size);
}

char *nc_arena_string(struct nc_arena *arena, const char *text, size_t length)
{
	char *copy = nc_arena_alloc(arena, length + 1);

	if (copy)
		memcpy(copy, text, length);
	return copy;
}

void nc_arena_reset(struct nc_arena *arena)
{
	struct nc_arena_block *last = arena->blocks;

	if (!last)
		return;
	arena->blocks = last->next;
	last->next = NULL;
	nc_arena_free(arena);
	*arena = (struct nc_arena){.blocks = last, .at = last->data, .left = last->room};
}

void nc_arena_free(struct nc_arena *arena)
{
	while (arena->blocks) {
		struct nc_arena_block *block = arena->blocks;

		arena->blocks = block->next;
		free(block);
	}
	*arena = (struct nc_arena){};
}
