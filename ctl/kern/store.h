/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside kern: the store's directory and the maps that outlive generations. kern.h has the layout. */
#ifndef NETCTL_KERN_STORE_H
#define NETCTL_KERN_STORE_H

#include "kern.h"

#define NC_PATH_MAX 384

struct nc_store {
	enum nc_store_access access;
	char bpffs[256];
	char dir[NC_PATH_MAX];
	int lock; /* descriptor of dir; writers hold flock(LOCK_EX) on it */
	int slots[_NC_HOOK_MAX];
	int stats, devices, words;
	int past; /* -1: a reader finds none */
	/* What a change made through this store is to be: nc_pending_arm(), nc_keep_past(). */
	uint64_t confirm_ns;
	struct nc_helper helper;
	bool keep_past;
};

/* "<dir>/<name>", cut off if too long: the kernel then refuses it. */
void nc_store_path(const struct nc_store *store, const char *name, char ret[NC_PATH_MAX]);
/* "<dir>/gen-<generation>[/<name>]", name NULL for the directory */
void nc_store_gen_path(const struct nc_store *store, uint64_t generation, const char *name,
		       char ret[NC_PATH_MAX]);

/* The program published on a hook: its id; 0: none. */
__u32 nc_store_published(const struct nc_store *store, enum nc_hook hook);

/* The generation whose pinned program has this id. 0: none. */
uint64_t nc_store_find_generation(const struct nc_store *store, __u32 prog_id);
/* The highest generation number in the directory, live or left over; 0: none. */
uint64_t nc_store_last_generation(const struct nc_store *store);

/* The generation at work; 0: none, or its pins are lost. */
uint64_t nc_store_live_generation(const struct nc_store *store);

/*
 * Put a generation to work (0: none): its programs into the hooks' slots, tc's before XDP's, which makes it the live one.
 * They are pinned. 0 or -errno; after a failure the old one is in force at XDP, and the next sweep mends tc.
 */
int nc_store_publish(const struct nc_store *store, uint64_t generation);

/* Names of pins in a generation's directory. */
const char *nc_prog_pin(enum nc_hook hook);
const char *nc_entries_pin(enum nc_hook hook);

/*
 * Remove what is neither the live generation nor the one it can be rolled back to, records of others, and devices that were
 * attached for a ruleset which the live generation does not name.
 */
void nc_store_sweep(struct nc_store *store);

/* Remove a generation's pins and directory. */
void nc_store_remove_generation(const struct nc_store *store, uint64_t generation);

/* Append "needs root" for -EPERM and -EACCES, what and why for others. Returns r. */
int nc_diag_privilege(struct nc_diag *diag, int r, const char *what);

/* id of a program or map behind a descriptor; 0: unknown */
__u32 nc_prog_id(int fd);

#endif
