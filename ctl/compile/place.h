/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a field sits in the packet that the classifier sees (netctl/packet.h). */
#ifndef NETCTL_COMPILE_PLACE_H
#define NETCTL_COMPILE_PLACE_H

#include "model/ruleset.h"
#include "netctl/packet.h"

struct nc_field_place {
	enum nc_slot slot; /* 128-bit fields: the first of two */
	unsigned shift;	   /* of the field's last bit from the slot's last bit */
	enum nc_base base;
	unsigned
		need; /* bytes from base that nft loads for the whole field, in the units of enum nc_base */
};

/* The place of a match's field; VLAN fields depend on its depth. */
struct nc_field_place nc_match_place(const struct nc_match *match);

#endif
