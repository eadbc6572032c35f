/* SPDX-License-Identifier: GPL-2.0-only */
/* Text that lives until the next ruleset. */
#ifndef NETCTL_ORACLE_ARENA_H
#define NETCTL_ORACLE_ARENA_H

#include <stddef.h>

void arena_reset(void);
/* What is made after a mark can be released alone. */
void *arena_mark(void);
void arena_release(const void *mark);
void *arena_new(size_t size);
__attribute__((format(printf, 1, 2))) char *say(const char *format, ...);

#endif
