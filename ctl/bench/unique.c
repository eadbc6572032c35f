/* SPDX-License-Identifier: GPL-2.0-only */
/* Open addressing, at most half full. */
#include "unique.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int nc_unique_init(struct nc_unique *unique, size_t n, size_t size)
{
	size_t slots = 16;

	while (slots < n * 2)
		slots *= 2;
	*unique = (struct nc_unique){.slots = calloc(slots, size),
				     .used = calloc(slots, 1),
				     .size = size,
				     .mask = slots - 1};
	if (unique->slots && unique->used)
		return 0;
	nc_unique_clear(unique);
	return -ENOMEM;
}

/* FNV-1a */
static uint64_t hash(const uint8_t *key, size_t size)
{
	uint64_t sum = 0xcbf29ce484222325;

	while (size--)
		sum = (sum ^ *key++) * 0x100000001b3;
	return sum ^ sum >> 32;
}

bool nc_unique_add(struct nc_unique *unique, const void *key)
{
	size_t at = hash(key, unique->size) & unique->mask;

	for (; unique->used[at]; at = (at + 1) & unique->mask) {
		if (memcmp(unique->slots + at * unique->size, key, unique->size) == 0)
			return false;
	}
	unique->used[at] = 1;
	memcpy(unique->slots + at * unique->size, key, unique->size);
	return true;
}

void nc_unique_clear(struct nc_unique *unique)
{
	free(unique->slots);
	free(unique->used);
	*unique = (struct nc_unique){};
}
