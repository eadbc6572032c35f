/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside compile: where the parser puts the fields that it extracts (netctl/packet.h). */
#ifndef NETCTL_COMPILE_PLACE_H
#define NETCTL_COMPILE_PLACE_H

#include "model/ruleset.h"
#include "netctl/packet.h"

/* bits of a value, which end shift bits above the slot's end; more than 64: this slot and the next, shift 0. */
struct nc_place_in {
	uint8_t slot, shift, base;
	uint16_t need;
	unsigned bits;
};

/* false: the parser does not extract the field. */
bool nc_field_place(enum nc_field field, unsigned depth, struct nc_place_in *ret);

/* The accumulator, for a value of so many bits. */
struct nc_place_in nc_acc_place(unsigned bits);

static inline bool nc_place_wide(const struct nc_place_in *place)
{
	return place->bits > 64;
}

#endif
