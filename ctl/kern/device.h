/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside kern: the records of attached devices, and the roots that hang on them. */
#ifndef NETCTL_KERN_DEVICE_H
#define NETCTL_KERN_DEVICE_H

#include "link.h"
#include "store.h"

/* What a hook of an interface holds. */
struct nc_hook_state {
	bool ours;		  /* the recorded root program is on it */
	__u32 other_prog_id;	  /* another program, where ours is not; 0: none */
	char other_name[16];	  /* its name */
	enum nc_attach_mode mode; /* of what is on it */
	bool dispatcher;	  /* libxdp's: others can be attached beside */
};

/* What record's hook holds now; record->prog_id 0 stands for a root whose id was not recorded yet. */
int nc_hook_state(const struct nc_store *store, const struct nc_device_key *key,
		  const struct nc_device *record, struct nc_hook_state *ret);

/*
 * One hook each (xdp.c, tc.c). Attach fills in record's mode, prog_id, dispatcher and flags; a note on diag says when auto
 * fell back. 0 or -errno with a message.
 */
int nc_xdp_attach(const struct nc_store *store, const struct nc_link *link,
		  enum nc_attach_mode mode, struct nc_device *record, struct nc_diag *diag);
int nc_xdp_detach(const struct nc_store *store, __u32 ifindex, const struct nc_device *record);
int nc_xdp_state(const struct nc_store *store, __u32 ifindex, const struct nc_device *record,
		 struct nc_hook_state *ret);
/* Take whatever single program is there off the interface. */
int nc_xdp_clear(__u32 ifindex);

int nc_tc_attach(const struct nc_store *store, const struct nc_link *link, enum nc_hook hook,
		 struct nc_device *record, struct nc_diag *diag);
int nc_tc_detach(const struct nc_store *store, const struct nc_device_key *key,
		 const struct nc_device *record);
int nc_tc_state(const struct nc_store *store, const struct nc_device_key *key,
		const struct nc_device *record, struct nc_hook_state *ret);

/* The record of a key: -ENOENT if there is none. */
int nc_device_record(const struct nc_store *store, const struct nc_device_key *key,
		     struct nc_device *ret);

/*
 * Make sure that the hook of an interface holds our root: attach, unless it does. by_hand marks the record. *ret_new, if
 * not NULL, tells whether this attached it: what a failed publish takes back.
 */
int nc_device_ensure(const struct nc_store *store, const struct nc_link *link,
		     const struct nc_attach_options *options, const struct nc_loc *loc,
		     bool by_hand, struct nc_device *ret, bool *ret_new, struct nc_diag *diag);

/* Take our root off, if it is still there, and forget the record. */
void nc_device_drop(const struct nc_store *store, const struct nc_device_key *key);

/* Drop devices that were attached for a ruleset and that a generation (0: none) does not name. */
void nc_devices_detach_unused(const struct nc_store *store, uint64_t generation);

/* All keys of the records. 0 or -ENOMEM. */
typedef NC_VEC(struct nc_device_key) nc_device_keys;
int nc_device_keys_read(const struct nc_store *store, nc_device_keys *ret);

#endif
