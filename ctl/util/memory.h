/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NETCTL_UTIL_MEMORY_H
#define NETCTL_UTIL_MEMORY_H

#include <stddef.h>

/*
 * So many bytes will be allocated in small pieces: take them from the kernel at once, and as huge pages where it has some
 * (Documentation/admin-guide/mm/transhuge.rst). A hint; nothing changes if it cannot be followed.
 */
void nc_memory_expect(size_t bytes);

#endif
