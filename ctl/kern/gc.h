/* SPDX-License-Identifier: GPL-2.0-only */
/* Elements whose time has run out are taken from their maps by timers in the kernel: tc/nc_gc.bpf.c has the program. */
#ifndef NETCTL_KERN_GC_H
#define NETCTL_KERN_GC_H

#include "compile/compile.h"

/* Can elements of the set time out, in a map that the kernel can walk? */
bool nc_gc_wanted(const struct nc_image_set *set);

/*
 * Start collecting from a set's map. A descriptor of the map that the timer lives in: collecting ends with its last descriptor or
 * pin. Or -errno without a message; kernels before 5.15 have no such timers.
 */
int nc_gc_start(const struct nc_image_set *set, int set_fd);

#endif
