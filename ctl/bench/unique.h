/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside bench: have these bytes been there before? A hash set of a known capacity. */
#ifndef NETCTL_BENCH_UNIQUE_H
#define NETCTL_BENCH_UNIQUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nc_unique {
	uint8_t *slots;
	uint8_t *used;
	size_t size, mask; /* of one key; number of slots less one */
};

/* For at most n keys of size bytes. 0 or -ENOMEM. */
int nc_unique_init(struct nc_unique *unique, size_t n, size_t size);
/* false: it is there already. */
bool nc_unique_add(struct nc_unique *unique, const void *key);
void nc_unique_clear(struct nc_unique *unique);

#endif
