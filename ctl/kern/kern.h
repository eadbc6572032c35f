/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel, as netctl sees it: the store in bpffs, the live generation in it, and the devices. The only layer that
 * includes libbpf, libxdp and libnl headers, and no header of theirs is included here.
 *
 * The store of a network namespace is a directory of pins,
 *
 *	/sys/fs/bpf/netctl/v<ABI>/net-<namespace cookie>/
 *		slots  slots-tc  slots-tc-egress   prog arrays: what is published
 *		stats  devices  past  words  maps that outlive generations
 *		events  lost         the ring buffer of logged events, and how many did not fit
 *		reader/              an empty directory: its lock is held by the one that reads events
 *		link-<ifindex>-ingress|egress  TCX links
 *		gen-<N>/             a generation: prog, prog-tc, prog-egress, entries likewise, steps, chains, logs,
 *				     ports, port-ids, states, text, hash8 … richlpm16, set-<i>, gc-<i> (the timer that
 *				     takes timed out elements from it), counters-<k> (0 is the one written to, others
 *				     are older and summed)
 *
 * The live generation is the one whose prog is in slot 0 of slots: that store is the commit point, and everything else
 * in the directory is either reachable from it or left over and removed by the next writer. Through past, the generation
 * before the last change is reachable too: it can be rolled back to.
 *
 * All functions return 0 or a negative errno after appending a message, unless they say otherwise.
 */
#ifndef NETCTL_KERN_KERN_H
#define NETCTL_KERN_KERN_H

#include "compile/compile.h"
#include "netctl/event.h"
#include "netctl/pending.h"
#include "netctl/state.h"

struct nc_store;

enum nc_store_access {
	NC_STORE_READ, /* no lock, nothing is created; -ENOENT without message: no store, so no ruleset */
	NC_STORE_WRITE, /* bpffs mounted where that is safe, directory made, lock held until nc_store_close();
			 * what an interrupted writer left is cleaned up; an unconfirmed change whose time
			 * is over is rolled back, with a warning */
};

int nc_store_open(enum nc_store_access access, struct nc_store **ret, struct nc_diag *diag);
/* A writer's close removes the directory if neither ruleset nor device is left in it. */
void nc_store_close(struct nc_store *store);
NC_DEFINE_CLEANUP(struct nc_store, nc_store_close)

/* A generation as read back. */
struct nc_live;

/* -ENOENT without message: no ruleset is loaded. A reader that loses a race with a writer tries again. */
int nc_live_open(struct nc_store *store, struct nc_live **ret, struct nc_diag *diag);
void nc_live_close(struct nc_live *live);
NC_DEFINE_CLEANUP(struct nc_live, nc_live_close)

uint64_t nc_live_generation(const struct nc_live *live);
const char *nc_live_text(const struct nc_live *live, size_t *ret_length);
/* What has state, in the order of the text. */
const struct nc_state_record *nc_live_states(const struct nc_live *live, size_t *ret_n);
/* Sum over CPUs and predecessors; and to zero. */
int nc_live_counter(const struct nc_live *live, uint32_t counter_id, struct nc_counter *ret);
int nc_live_counter_reset(const struct nc_live *live, uint32_t counter_id);
/* The word of a limit, quota or numgen. -ENOENT: it has none. */
int nc_live_word(const struct nc_live *live, uint32_t id, uint64_t *ret);
int nc_live_word_write(const struct nc_live *live, uint32_t id, uint64_t value);
/* All pairs of the set with this live index (struct nc_set's live). */
int nc_live_set_keys(const struct nc_live *live, uint32_t live_index, enum nc_set_class class,
		     struct nc_set_keys *ret, struct nc_diag *diag);
/*
 * The rules are about to be changed, by little: begin, in a thread, to have the program verified that will most likely be
 * published. It is published only if it is the right one.
 */
void nc_live_foresee(struct nc_live *live);
/* Bit per id that the live generation uses, for nc_ruleset_assign_ids(). Owned by live. */
struct nc_busy nc_live_busy(const struct nc_live *live, enum nc_id_space space);

/*
 * One update, at once, in the live generation: the whole change is one pair. add: 0 when it was there already (with create
 * -EEXIST); -E2BIG when there are as many as were declared, -ENOSPC when the map has no more room: all three without message.
 * delete: -ENOENT without message. write changes the value of what is there, if it is.
 */
int nc_live_element_add(const struct nc_live *live, uint32_t live_index, enum nc_set_class class,
			const void *key, const void *value, bool create, struct nc_diag *diag);
int nc_live_element_delete(const struct nc_live *live, uint32_t live_index, enum nc_set_class class,
			   const void *key, struct nc_diag *diag);
int nc_live_element_write(const struct nc_live *live, uint32_t live_index, enum nc_set_class class,
			  const void *key, const void *value, struct nc_diag *diag);

/*
 * Publish an image: load everything beside the live generation (live, or NULL for none), attach to devices that
 * the image names and that are not attached yet, swap with one store, detach from devices that were attached only
 * for the old ruleset, keep the old generation for nc_rollback(). On failure before the store nothing has changed.
 * A device that does not exist is an error at its place in the ruleset.
 */
int nc_publish(struct nc_store *store, const struct nc_live *live, const struct nc_image *image,
	       struct nc_diag *diag);

/* "flush ruleset": empty the slot, detach from devices that were attached only for the ruleset. It can be rolled back to. */
int nc_unpublish(struct nc_store *store, struct nc_diag *diag);

/*
 * Put the generation before the last change to work again, with one store; *ret is its number, 0 for "no ruleset". The two
 * have changed places, so that a second call goes forth again; but a change that was pending is forgotten. -ENOENT, with a
 * message, when there is none. Devices as nc_publish(), but for one that cannot be attached there is only a warning.
 */
int nc_rollback(struct nc_store *store, uint64_t *ret, struct nc_diag *diag);

/* --- unconfirmed changes ---------------------------------------------------------------------------- */

/* A helper is a process that opens the store for writing once the deadline has passed. This one: */
struct nc_helper nc_helper_self(void);
bool nc_helper_alive(const struct nc_helper *helper);
/* A descriptor (O_PATH) of the bpffs, made if need be, by which a process that loses its parents finds it. */
int nc_helper_hold(struct nc_diag *diag);

/* The next change through this store is rolled back unless it is confirmed within seconds. */
void nc_pending_arm(struct nc_store *store, uint32_t seconds, const struct nc_helper *helper);
/* The next change through this store is none to the user: what can be rolled back to stays what it is. */
void nc_keep_past(struct nc_store *store);

struct nc_pending {
	uint64_t previous;    /* the generation that would come back; 0: none was loaded */
	int64_t remaining_ns; /* not above zero: the time is over */
	struct nc_helper helper;
};

/* -ENOENT without message: no change is pending. */
int nc_pending_read(const struct nc_store *store, struct nc_pending *ret);
/* The change stays. -ENOENT, with a message: none was pending. */
int nc_pending_confirm(struct nc_store *store, struct nc_diag *diag);

struct nc_attach_options {
	enum nc_hook hook;
	enum nc_attach_mode mode; /* AUTO, NATIVE or GENERIC for ingress; AUTO for egress */
	bool replace;		  /* --replace: take a foreign program off the device */
};

/*
 * By hand. Attaching what is attached in a fitting mode changes nothing but marks it BY_HAND. *ret_mode is what it
 * became; notes (auto fell back to generic, and why) go to diag.
 */
int nc_attach(struct nc_store *store, const char *device, const struct nc_attach_options *options,
	      struct nc_device *ret, struct nc_diag *diag);
int nc_detach(struct nc_store *store, const char *device, enum nc_hook hook, struct nc_diag *diag);
/* Every device and hook. The ruleset stays. */
int nc_detach_all(struct nc_store *store, struct nc_diag *diag);

enum nc_device_state {
	NC_STATE_ATTACHED,
	NC_STATE_VANISHED, /* no interface has the ifindex any more */
	NC_STATE_REPLACED, /* the interface is there, its hook holds another program or none */
};

/* One attached (or once attached) device and hook, as it is now. */
struct nc_device_status {
	struct nc_device_key key;
	struct nc_device device;
	enum nc_device_state state;
	char name[16];		    /* as the interface is called now; device.name if it vanished */
	uint32_t recreated_ifindex; /* VANISHED: the interface that has the name now; 0: none */
	uint32_t other_prog_id;	    /* REPLACED: the program on the hook; 0: none */
	struct nc_stats stats;	    /* summed over CPUs */
};

typedef NC_VEC(struct nc_device_status) nc_device_statuses;

/* Is there an interface of this name? */
bool nc_device_exists(const char *name);

/* All records, sorted by ifindex and hook. */
int nc_devices_status(struct nc_store *store, nc_device_statuses *ret, struct nc_diag *diag);

/*
 * What is published now, as a number that is another one after every change of the ruleset but those made in place
 * (nc_live_element_add() and _delete()). 0: no ruleset.
 */
int nc_watch(uint64_t *ret, struct nc_diag *diag);

/*
 * Events of "log" statements. A writer of the store makes ring buffer and count, or opens what is there, before it loads
 * a program that logs; the descriptors are the caller's. _create: without a store, for tests and measurements.
 */
int nc_events_ensure(struct nc_store *store, int *ret_ring, int *ret_lost, struct nc_diag *diag);
int nc_events_create(int *ret_ring, int *ret_lost, struct nc_diag *diag);

/*
 * The reader: one at a time in a network namespace. -ENOENT without message: nothing has ever logged here; -EBUSY with a
 * message: there is another reader. What was logged while nobody read comes first, as much as the ring buffer holds.
 */
struct nc_events;
int nc_events_open(struct nc_events **ret, struct nc_diag *diag);
void nc_events_close(struct nc_events *events);
NC_DEFINE_CLEANUP(struct nc_events, nc_events_close)

/* One event and the event->captured bytes behind it, both valid during the call. Negative: no more, and poll returns it. */
typedef int nc_event_fn(void *context, const struct nc_event *event, const void *frame);

/*
 * Wait timeout_ms for events and hand over some of those that are there, in order. How many, or -errno without a message:
 * -EINTR; -ESTALE when the store was removed, so that this reader will see no more; what fn returned.
 */
int nc_events_poll(struct nc_events *events, int timeout_ms, nc_event_fn *fn, void *context);

struct nc_events_lost {
	uint64_t since_open;
	uint64_t total; /* since the ring buffer was made: also while nobody read */
};

int nc_events_lost(const struct nc_events *events, struct nc_events_lost *ret);

/*
 * Load an image without pins, devices or publishing, for "explain", tests and measurements: the filter program's descriptor,
 * its maps held open by the instance. ifindex 1 (lo) stands for the device of the image's entry number entry, at all layers of
 * that direction, unless there is no such entry.
 *
 * live, if given, lends the set maps of sets that are to be kept, and is never changed: sets that packets change are copied,
 * limits, quotas and numgens begin at what they are there.
 */
struct nc_instance;
int nc_instance_load(const struct nc_image *image, size_t entry, const struct nc_live *live,
		     struct nc_instance **ret, struct nc_diag *diag);
int nc_instance_prog_fd(const struct nc_instance *instance);
int nc_instance_stats(const struct nc_instance *instance, struct nc_stats *ret);
int nc_instance_counter(const struct nc_instance *instance, uint32_t counter_id,
			struct nc_counter *ret);
int nc_instance_word(const struct nc_instance *instance, uint32_t id, uint64_t *ret);
/* All pairs of image set number set. */
int nc_instance_set_keys(const struct nc_instance *instance, size_t set, enum nc_set_class class,
			 struct nc_set_keys *ret);

/* What the program makes of one frame, by BPF_PROG_TEST_RUN. */
struct nc_trial {
	int action; /* XDP_* or TC_ACT_* */
	enum nc_verdict verdict;
	enum nc_reason reason; /* _NC_REASON_MAX: not counted exactly once */
	/* Indices of the rules that matched, if the image was compiled for it. */
	uint32_t rules[NC_TRACE_MAX - 1];
	size_t n_rules;
	bool full; /* the trace: the last ones are missing */
	uint32_t
		policy; /* index of the base chain whose policy was asked last; NC_NONE: none was */
	uint8_t frame[9216]; /* as it goes on */
	size_t length;
};

/*
 * Bytes of a frame that can be tried: with less than an Ethernet header, or more than what is left of a page beside XDP's
 * headroom and struct skb_shared_info, the kernel says EINVAL or splits the frame (bpf_test_init()).
 */
#define NC_TRIAL_MIN 14
#define NC_TRIAL_MAX 3520

/* At the layer of the entry that the instance was loaded for. */
int nc_instance_try(const struct nc_instance *instance, const void *frame, size_t length,
		    struct nc_trial *ret);
/* Do chains run at this layer, and what do they make of a frame there? */
bool nc_instance_has(const struct nc_instance *instance, enum nc_hook layer);
int nc_instance_try_at(const struct nc_instance *instance, enum nc_hook layer, const void *frame,
		       size_t length, struct nc_trial *ret);
void nc_instance_free(struct nc_instance *instance);
NC_DEFINE_CLEANUP(struct nc_instance, nc_instance_free)

#endif
