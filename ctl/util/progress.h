/* SPDX-License-Identifier: GPL-2.0-only */
/* How far something long has come: reported from anywhere, shown by whoever listens (cmd/progress.c), otherwise dropped. */
#ifndef NETCTL_UTIL_PROGRESS_H
#define NETCTL_UTIL_PROGRESS_H

#include <stdint.h>

/* what: "reading", say; done of total, in a unit of the reporter's. */
typedef void nc_progress_fn(const char *what, uint64_t done, uint64_t total);

/* fn or, with NULL, nobody. */
void nc_progress_listen(nc_progress_fn *fn);

/* After every few thousand of what is done, not more often. */
void nc_progress(const char *what, uint64_t done, uint64_t total);

#endif
