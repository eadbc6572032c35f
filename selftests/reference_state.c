/* SPDX-License-Identifier: GPL-2.0-only */
/* The reference: what outlives a packet. From nft_counter.c, nft_limit.c and nft_quota.c. */
#include "reference_parts.h"

#include <stdlib.h>

struct memory *reference_remember(struct reference *reference, const void *owner, bool *ret_fresh)
{
	*ret_fresh = false;
	nc_vec_foreach (memory, &reference->memories) {
		if (memory->owner == owner)
			return memory;
	}
	*ret_fresh = true;
	if (nc_vec_push(&reference->memories, {.owner = owner}) < 0)
		abort();
	return &reference->memories.v[reference->memories.n - 1];
}

void reference_forget(struct reference *reference, const void *owner)
{
	for (size_t i = 0; i < reference->memories.n; i++) {
		if (reference->memories.v[i].owner != owner)
			continue;
		nc_vec_remove(&reference->memories, i);
		return;
	}
}

uint32_t judged_random(struct judged *j)
{
	return j->reference->random ? j->reference->random(j->reference->context) : 0;
}

void judged_count(const struct judged *j, struct nc_counter *counter)
{
	counter->packets++;
	counter->bytes += judged_bytes(j);
}

/* Both in nanoseconds: what the bucket holds at most, and what this packet takes. */
static void limit_sizes(const struct judged *j, const struct nc_limit *limit, uint64_t *ret_depth,
			uint64_t *ret_cost)
{
	uint64_t nsecs = nc_unit_seconds(limit->unit) * 1000000000;

	if (limit->bytes) {
		*ret_depth = nsecs * (limit->rate + limit->burst) / limit->rate;
		*ret_cost = nsecs * judged_bytes(j) / limit->rate;
	} else {
		*ret_depth = nsecs / limit->rate * (limit->burst ?: 5);
		*ret_cost = nsecs / limit->rate;
	}
}

/* The bucket is full when the limit is made. */
bool judged_limit(struct judged *j, const struct nc_limit *limit, const void *owner)
{
	uint64_t now = j->packet->now_ns, depth, cost, tokens;
	struct memory *memory;
	bool fresh;

	limit_sizes(j, limit, &depth, &cost);
	memory = reference_remember(j->reference, owner, &fresh);
	tokens = memory->limited ? memory->tokens + now - memory->last_ns : depth;
	memory->limited = true;
	if (tokens > depth)
		tokens = depth;
	memory->last_ns = now;
	if (tokens >= cost) {
		memory->tokens = tokens - cost;
		return !limit->over;
	}
	memory->tokens = tokens;
	return limit->over;
}

/* Since Linux 6.15 the last byte is within it. */
bool judged_quota(struct judged *j, struct nc_quota *quota)
{
	quota->used += judged_bytes(j);
	return (quota->used > quota->bytes) == quota->over;
}
