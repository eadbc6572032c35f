/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From an image to kernel objects: maps filled and frozen, the filter program loaded and bound to them. Nothing is pinned,
 * attached or published here (publish.c, instance.c do that), so a failure leaves no trace.
 */
#ifndef NETCTL_KERN_LOAD_H
#define NETCTL_KERN_LOAD_H

#include "compile/compile.h"
#include "netctl/state.h"
#include "hash_map.h"

/* Every kernel object of one generation; descriptors are owned, -1 for none. */
struct nc_generation {
	int progs[_NC_HOOK_MAX];   /* XDP's always: it stands for the generation */
	int entries[_NC_HOOK_MAX]; /* where progs is */
	int steps, index, chains, logs, ports, port_ids, states, text, trace;
	int outer[_NC_CLASS_MAX];     /* nc_hash8 … nc_richlpm16 */
	int *sets;		      /* n_sets set maps, in the order of the image's sets */
	struct nc_hash_place *places; /* of the sets: hashes', or the number in the outer map */
	size_t n_sets;
	__u32 n_outer[_NC_CLASS_MAX]; /* sets in outer maps */
};

/* A generation that holds nothing: what one is before it is loaded and after it is closed. */
void nc_generation_init(struct nc_generation *generation);

/* An entry whose device has been found. */
struct nc_resolved_entry {
	enum nc_hook hook;
	struct nc_entry entry; /* complete */
};

struct nc_foresight;

/* What a generation is bound to but does not own. */
struct nc_externals {
	/* map descriptors; counters holds as many as the image has ids, or more */
	int counters, stats, devices, words, events, lost;
	const int *kept_sets; /* by image set: the live map of a set with keep_live; may be NULL */
	const struct nc_resolved_entry *entries;
	size_t n_entries;
	const __u32 *ports;		/* ifindexes by image port, for tc */
	const __u32 *xdp_ports;		/* the same for XDP */
	__u64 generation;		/* for struct nc_text_header */
	struct nc_foresight *foresight; /* or NULL */
	bool trace;			/* the image was compiled for it: maps for it are made */
};

/* Load. 0 or -errno with a message. */
int nc_generation_load(const struct nc_image *image, const struct nc_externals *externals,
		       struct nc_generation *ret, struct nc_diag *diag);
void nc_generation_close(struct nc_generation *generation);

/* Create a counters map for n counters, zeroed: a descriptor or -errno. Likewise stats, devices and words. */
int nc_counters_create(__u32 n);
int nc_stats_create(void);
int nc_devices_create(void);
int nc_words_create(void);

/*
 * Open, not yet loaded, the root program's object for one device, bound to its slots and stats maps: for libxdp
 * (ingress), which loads it as its way of attaching needs, or to be loaded by the caller (egress). The program is the
 * object's only one. object__close() is the caller's: nc_root_close().
 */
struct nc_root;
struct bpf_object;
int nc_root_open(enum nc_hook hook, int slots, int stats, __u32 stats_slot, struct nc_root **ret,
		 struct nc_diag *diag);
struct bpf_object *nc_root_object(struct nc_root *root);
void nc_root_close(struct nc_root *root);
NC_DEFINE_CLEANUP(struct nc_root, nc_root_close)

#define NC_ROOT_INGRESS "nc_xdp_root"
#define NC_ROOT_EGRESS	"nc_tc_root"

/* Prog array with one slot, for the programs of a hook: a descriptor or -errno. */
int nc_slots_create(enum nc_hook hook);

/*
 * libbpf's and libxdp's own messages are kept off the terminal: the last of them (a verifier's refusal, say), for appending
 * to a diagnostic; "" when there was none.
 */
void nc_libbpf_silence(void);
const char *nc_libbpf_last_message(void);

#endif
