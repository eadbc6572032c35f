/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs and maps of others, for "bench": to be measured, never changed but in namespaces of its own. */
#ifndef NETCTL_KERN_FOREIGN_H
#define NETCTL_KERN_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

/* The XDP program on an interface of this network namespace: a descriptor or -errno. */
int nc_foreign_xdp(const char *device);

/*
 * Give keys of a pinned hash map the value that its first one has: how a list is filled that its own command fills one process an
 * element. keys: n of key_size bytes. 0; -EINVAL: the map's keys are of another size; -ENOENT: it has no first one; -E2BIG: full.
 */
int nc_foreign_fill(const char *pin, const void *keys, size_t key_size, size_t n);

/* Put a program on an interface of this network namespace, native. 0 or -errno. */
int nc_foreign_attach(const char *device, int program);

#endif
