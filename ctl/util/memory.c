/* SPDX-License-Identifier: GPL-2.0-only */
/* Hints to allocator and kernel. Called before a large ruleset is read: page faults are a third of an edit's time there. */
#include "util/memory.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE_PAGE (2ul << 20)
#define SMALL	  (64ul << 10) /* from the heap, not by mmap() */
#define ENOUGH	  (8 * HUGE_PAGE)

void nc_memory_expect(size_t bytes)
{
	uintptr_t begin, end;
	void *piece;

	if (bytes < ENOUGH || !mallopt(M_TOP_PAD, (int)(bytes < INT32_MAX ? bytes : INT32_MAX)))
		return;
	piece = malloc(2 * SMALL - SMALL / 2);
	begin = ((uintptr_t)piece + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	end = (uintptr_t)sbrk(0) & ~(HUGE_PAGE - 1);
	free(piece);
	/* Another allocator may be in its place, one of a sanitizer for example. */
	if (piece && begin < end && end - begin <= bytes)
		madvise((void *)begin, end - begin, MADV_HUGEPAGE);
}
