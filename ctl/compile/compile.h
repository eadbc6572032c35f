/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The compiler: a validated ruleset in, an image out. Pure: the same ruleset gives the same image, byte for byte; no
 * I/O, no kernel, no ifindex (kern/ turns device names into those).
 */
#ifndef NETCTL_COMPILE_COMPILE_H
#define NETCTL_COMPILE_COMPILE_H

#include <stdio.h>

#include "model/ruleset.h"
#include "netctl/image.h"

/* The kind of map that holds a set: the op that looks it up. */
enum nc_set_class { NC_CLASS_HASH8, NC_CLASS_HASH16, NC_CLASS_LPM8, NC_CLASS_LPM16, _NC_CLASS_MAX };

/* A set map's key; which member, the class tells. All bytes not of the class are zero. */
struct nc_set_key {
	union {
		struct nc_key8 key8;
		struct nc_key16 key16;
		struct nc_prefix8 prefix8;
		struct nc_prefix16 prefix16;
	};
	struct nc_element element;
};

typedef NC_VEC(struct nc_set_key) nc_set_keys;

/* A set of the image. Named sets come first, in the order of the ruleset; then anonymous ones. */
struct nc_image_set {
	const struct nc_set *named; /* NULL: anonymous */
	enum nc_set_class class;
	uint32_t index; /* in the outer map of the class: struct nc_step's set */
	nc_set_keys
		keys; /* empty for a live set whose elements have not been changed: its map is kept */
	bool keep_live; /* the map of named->live serves on */
};

/* The base chains of one device, as one walk. */
struct nc_image_entry {
	struct nc_device_name device;
	enum nc_hook hook;
	uint32_t start; /* target */
};

struct nc_image_rule {
	struct nc_rule_record record;
	struct nc_counter initial; /* what a counter without predecessor starts from */
	bool fresh; /* the counter id is new: kern/ sets it to initial before publishing */
};

struct nc_image {
	NC_VEC(struct nc_step) steps;
	NC_VEC(struct nc_clause) clauses;
	NC_VEC(struct nc_image_rule) rules; /* in the order of the text */
	NC_VEC(struct nc_image_set) sets;
	NC_VEC(struct nc_image_entry) entries; /* one per device and hook, sorted by name */
	uint32_t n_in_class[_NC_CLASS_MAX];
	uint32_t n_counters; /* highest counter id in use, plus one */
	struct nc_spec spec; /* all but single_*, which kern/ fills in */
	char *text; /* NC_PRINT_STORED; the caller of nc_compile() provides it, kern/ stores it */
	size_t text_length;
};

/*
 * Compile. -E2BIG with a message where a limit of include/netctl/abi.h is passed, -ENOMEM. The image refers
 * to the ruleset, which must outlive it.
 */
int nc_compile(const struct nc_ruleset *ruleset, struct nc_image *ret, struct nc_diag *diag);
void nc_image_clear(struct nc_image *image);

/* The class of a named set. */
enum nc_set_class nc_set_class(enum nc_type type, bool interval);

/* Append the keys that stand for one interval (one for a hash class; a prefix cover for LPM). 0 or -ENOMEM. */
int nc_set_keys_append(enum nc_type type, enum nc_set_class class,
		       const struct nc_interval *interval, nc_set_keys *keys);

/*
 * The way back: the intervals that a set map's keys stand for, in any order given, sorted. -EBADMSG if FIRST and LAST
 * do not pair up.
 */
int nc_set_keys_read(enum nc_type type, enum nc_set_class class, const nc_set_keys *keys,
		     nc_set_elements *ret);

/* A readable listing of steps, clauses and sets, for tests and bug reports. */
void nc_image_dump(const struct nc_image *image, FILE *out);

#endif
