/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside compile: what the compiler knew of each chain's rules when it laid them out, kept for a report of cost. */
#ifndef NETCTL_COMPILE_KEPT_H
#define NETCTL_COMPILE_KEPT_H

#include "compile/box.h"

struct nc_kept_rule {
	struct nc_boxed boxed;
	bool exact;   /* what its boxes hold is what it matches, and it lets no packet by */
	bool goes_on; /* the next rule may come behind it */
};

struct nc_kept_chain {
	const struct nc_table *table;
	const struct nc_chain *chain;
	bool indexed;
	uint32_t unit; /* indexed: its first struct nc_index */
	uint32_t n;
	uint64_t
		longest; /* steps that a packet can make from its first rule on, in other chains too */
	struct nc_kept_rule *rules;
	nc_boxes boxes;
};

/* Before the steps are laid out anew. 0 or -ENOMEM. */
int nc_keep_chain(struct nc_build *build, const struct nc_laid_chain *laid, bool indexed,
		  uint32_t unit);
void nc_kept_free(struct nc_kept_chain *kept);

#endif
