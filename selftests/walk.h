/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An image walked in plain C, the way that the filter program walks it: compile/ is tested without privilege, by comparing
 * the walk with the reference, which reads the same packet and judges it by the rules themselves.
 */
#ifndef NETCTL_SELFTESTS_WALK_H
#define NETCTL_SELFTESTS_WALK_H

#include "compile/compile.h"

/* What the parser made of a frame (netctl/packet.h). */
struct walk_packet {
	uint8_t byte[_NC_SLOT_MAX * 8];
	uint32_t avail[_NC_BASE_MAX];
};

struct walk_end {
	const char *broken; /* what is wrong with the image, NULL if nothing */
	enum nc_verdict verdict;
	enum nc_reason reason;
	uint32_t rule;
	uint32_t length; /* steps and clauses passed */
};

/* Walk from a target; counters that are passed are added to counts, which may be NULL. */
struct walk_end walk_image(const struct nc_image *image, uint32_t start,
			   const struct walk_packet *packet, uint64_t *counts);

/* What is wrong with an image whatever the packet: backward targets, numbers out of range. NULL if nothing. */
const char *walk_check(const struct nc_image *image);

/* For reference_judge_by(): the first n bytes of a match's field in a struct walk_packet. */
bool walk_load(const void *packet, const struct nc_match *match, size_t n, nc_num *ret);

#endif
