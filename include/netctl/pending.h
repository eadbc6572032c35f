/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What came before: the pinned hash map "past", struct nc_past by generation number (0: no ruleset is loaded). Only the
 * entry of the live generation holds; it is written before the generation goes live, so that one store makes both valid.
 */
#ifndef NETCTL_PENDING_H
#define NETCTL_PENDING_H

#include <linux/types.h>

#define NC_PAST_MAX                                                                                \
	16 /* entries: the live one, one being prepared, and what interrupted writers left */

#define NC_PAST_PREVIOUS 0x01 /* "rollback" goes to previous */
#define NC_PAST_ROLLED_BACK                                                                        \
	0x02 /* the change after this generation was not confirmed and taken back */

/* The process that takes an unconfirmed change back. */
struct nc_helper {
	__u64 start; /* when it started: field 22 of /proc/PID/stat, clock ticks since boot */
	__u32 pid;   /* in the namespace of the command that started it */
	__u32 pad;   /* zero */
};

struct nc_past {
	__u64 previous; /* generation; 0: none was loaded */
	__u64 deadline_ns; /* CLOCK_BOOTTIME: the change goes back unless confirmed before; 0: it is not pending */
	struct nc_helper helper; /* zero unless pending */
	__u32 flags;		 /* NC_PAST_* */
	__u32 pad;		 /* zero */
};

_Static_assert(sizeof(struct nc_past) == 40, "struct nc_past is part of the ABI");

#endif
