/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside kern: a generation as read back. */
#ifndef NETCTL_KERN_LIVE_H
#define NETCTL_KERN_LIVE_H

#include "store.h"

struct nc_foresight;

struct nc_live {
	const struct nc_store *store;
	__u32 prog_id;
	struct nc_text_header header;
	char *text; /* header.length bytes and a NUL */
	struct nc_state_record *states;
	NC_VEC(int) counters;		    /* descriptors; 0 is the one that is written to */
	uint32_t counters_capacity;	    /* of that one */
	NC_VEC(uint64_t) busy[_NC_IDS_MAX]; /* bit per id of a space */
	struct nc_foresight *foresight;	    /* or NULL */
};

/* The set map with a live index: a new descriptor or -errno. */
int nc_live_set_fd(const struct nc_live *live, uint32_t live_index);
/* What collects garbage from it, likewise. */
int nc_live_gc_fd(const struct nc_live *live, uint32_t live_index);

#endif
