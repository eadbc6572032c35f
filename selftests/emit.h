/* SPDX-License-Identifier: GPL-2.0-only */
/* Events put into the store's ring buffer without a ruleset that logs, through event.bpf.c. */
#ifndef NETCTL_SELFTESTS_EMIT_H
#define NETCTL_SELFTESTS_EMIT_H

#include <stdbool.h>

#include "frame.h"
#include "kern/kern.h"

struct emitter;

/* With the ring buffer of the store, which is made if need be. NULL: not possible, said on stderr. */
struct emitter *emitter_open(struct nc_store *store);
void emitter_close(struct emitter *emitter);

/* Put size bytes into the ring buffer. false: it was full, and the loss is counted. */
bool emit_bytes(struct emitter *emitter, const void *bytes, size_t size);
/* An event with a frame behind it; fills in time (now), length and captured. */
bool emit(struct emitter *emitter, struct nc_event event, const struct frame *frame);

#endif
