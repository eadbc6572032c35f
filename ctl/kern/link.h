/* SPDX-License-Identifier: GPL-2.0-only */
/* Network interfaces, by libnl. */
#ifndef NETCTL_KERN_LINK_H
#define NETCTL_KERN_LINK_H

#include <linux/types.h>

#include "util/diag.h"

struct nc_link {
	__u32 ifindex;
	char name[16];
	unsigned arptype; /* ARPHRD_*, if_arp.h */
	unsigned mtu;
	unsigned group;
};

/* -ENODEV without message when there is none. 0 or -errno. */
int nc_link_by_name(const char *name, struct nc_link *ret);
int nc_link_by_index(__u32 ifindex, struct nc_link *ret);

/* The interface named so at loc, whose frames begin with an Ethernet header; or a message. */
int nc_link_require(const char *name, const struct nc_loc *loc, struct nc_link *ret,
		    struct nc_diag *diag);

#endif
