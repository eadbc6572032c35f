/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside kern: the records of what came before the live generation. */
#ifndef NETCTL_KERN_PAST_H
#define NETCTL_KERN_PAST_H

#include "store.h"

/* The map: a descriptor or -errno. */
int nc_past_create(void);

/* -ENOENT: there is none. */
int nc_past_read(const struct nc_store *store, uint64_t generation, struct nc_past *ret);
int nc_past_write(const struct nc_store *store, uint64_t generation, const struct nc_past *past);
void nc_past_forget(const struct nc_store *store, uint64_t generation);

/*
 * Before generation next takes the place of generation live: that live will be its past, pending if the store is armed.
 * 0 or -errno with a message.
 */
int nc_past_note(const struct nc_store *store, uint64_t next, uint64_t live, struct nc_diag *diag);

/* Forget all but the entry of the live generation. */
void nc_past_sweep(const struct nc_store *store, uint64_t live);

/* The generation that the live one can be rolled back to; 0: none, or no ruleset. */
uint64_t nc_past_previous(const struct nc_store *store, uint64_t live);

/* Does a store without ruleset and devices have something to go back to? */
bool nc_past_remains(const struct nc_store *store);

/* A writer that finds the deadline of an unconfirmed change passed takes it back, and says so. 0 or -errno. */
int nc_past_expire(struct nc_store *store, struct nc_diag *diag);

/*
 * Statistics slots that generations at hand count into, of devices that may be detached now: such a slot is not to be given
 * to another device. *ret_own is the slot for key, if one of them names it; else it stays.
 */
void nc_past_stats_slots(const struct nc_store *store, const struct nc_device_key *key,
			 bool reserved[NC_DEVICES_MAX], __u32 *ret_own);

#endif
