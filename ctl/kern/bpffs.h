/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the BPF filesystem is. */
#ifndef NETCTL_KERN_BPFFS_H
#define NETCTL_KERN_BPFFS_H

#include <stdbool.h>

#include "util/diag.h"

#define NC_BPFFS_MAX 256

/*
 * The directory of the bpffs that pins go to:
 *
 *	$NETCTL_BPFFS			if set: it must be one
 *	/sys/fs/bpf			if it is one
 *	/proc/PID/root/sys/fs/bpf	if we live in a mount namespace of our own ("ip netns exec" makes one, with a fresh
 *					/sys in it, which is gone with us): that of process 1, or of our eldest ancestor
 *
 * mount: where it is none, mount it, where it will last. Without: -ENOENT, no message.
 */
int nc_bpffs_find(bool mount, char ret[NC_BPFFS_MAX], struct nc_diag *diag);

#endif
