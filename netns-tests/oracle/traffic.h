/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames near the boundaries of a ruleset, well-formed and not. */
#ifndef NETCTL_ORACLE_TRAFFIC_H
#define NETCTL_ORACLE_TRAFFIC_H

#include "ruleset.h"

#include <stdint.h>

#define FRAME_MAX 1514

struct packet {
	uint8_t byte[FRAME_MAX];
	unsigned length;
	unsigned device; /* 0 or 1: f0 or f1 */
};

/* Values are drawn from what the generator remembered: call it right behind generate(). */
void traffic_draw(const struct ruleset *ruleset, struct packet *packets, unsigned n);

#endif
