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
#include "netctl/index.h"

/* The kind of map that holds a set: plain ones, then rich ones in the order of enum nc_rich_class. */
enum nc_set_class {
	NC_CLASS_HASH8,
	NC_CLASS_HASH16,
	NC_CLASS_LPM8,
	NC_CLASS_LPM16,
	NC_CLASS_RICH,
	_NC_CLASS_MAX = NC_CLASS_RICH + _NC_RICH_MAX
};

static inline bool nc_class_is_rich(enum nc_set_class class)
{
	return class >= NC_CLASS_RICH;
}

/* Bytes of a class's key and value. Values: struct nc_element or struct nc_rich. */
size_t nc_class_key_size(enum nc_set_class class);
size_t nc_class_value_size(enum nc_set_class class);
bool nc_class_is_lpm(enum nc_set_class class);

/*
 * Keys and values of a set map, each in one piece. In struct nc_rich as the compiler makes it, expires counts from now;
 * kern/ makes it absolute and back.
 */
struct nc_set_keys {
	uint8_t *keys, *values;
	size_t n, cap;
};

int nc_set_keys_push(struct nc_set_keys *keys, enum nc_set_class class, const void *key,
		     const void *value);
void nc_set_keys_free(struct nc_set_keys *keys);

/*
 * Concatenations of intervals are looked up by tuples: a prefix length for each part. All keys that share them are in one
 * map, each behind its tuple's number.
 */
struct nc_tuple {
	uint8_t prefix[NC_CONCAT_MAX];
};

typedef NC_VEC(struct nc_tuple) nc_tuples;

#define NC_TUPLES_MAX	  512	     /* lookups that one match may take */
#define NC_TUPLE_KEYS_MAX (4u << 20) /* keys of one such set */

/* A set of the image. Named sets come first, in the order of the ruleset; then anonymous ones. */
struct nc_image_set {
	const struct nc_set *named; /* NULL: anonymous */
	enum nc_set_class class;
	uint32_t index; /* in the outer map of the class: struct nc_step's index */
	struct nc_set_keys
		keys; /* empty for a live set whose elements have not been changed: its map is kept */
	bool keep_live; /* the map of named->live serves on */
	nc_tuples tuples;
};

/* Where base chains of a device run. */
struct nc_image_entry {
	struct nc_device_name device;
	enum nc_hook hook; /* INGRESS: at XDP */
	uint32_t start;	   /* a BASE step */
};

/* A rule, by the index that steps name it with. */
struct nc_image_rule {
	const struct nc_table *table;
	const struct nc_chain *chain;
	const struct nc_rule *rule;
};

/* A base chain as it was placed, for "status" and "explain". */
struct nc_image_chain {
	const struct nc_table *table;
	const struct nc_chain *chain;
	uint32_t start;
	bool at_tc;	     /* hook ingress, but not at XDP */
	const char *tc_word; /* then: the statement or field that XDP cannot do */
};

struct nc_image_state {
	struct nc_state_record record;
	bool fresh; /* kern/ starts it before publishing, from: */
	struct nc_counter counter;
	uint64_t word;
};

/* Where "fwd" and "dup" send to, by index. */
struct nc_image_port {
	struct nc_device_name device;
	bool fwd; /* a frame may go there by XDP */
};

struct nc_image_target {
	struct nc_chain_key key;
	uint32_t start;
};

struct nc_kept_chain;

struct nc_image {
	NC_VEC(struct nc_step) steps;
	NC_VEC(struct nc_image_rule) rules; /* in the order of the text */
	NC_VEC(__u64) index;		    /* netctl/index.h, in units */
	NC_VEC(struct nc_image_set) sets;
	NC_VEC(struct nc_image_chain) chains; /* base chains in the order of the text */
	NC_VEC(struct nc_image_entry)
	entries;			      /* one per device and hook, sorted by hook and name */
	NC_VEC(struct nc_image_state) states; /* in the order of the text */
	NC_VEC(struct nc_image_port) ports;
	NC_VEC(struct nc_device_name) needed;	/* interfaces that rules name: they must exist */
	NC_VEC(struct nc_image_target) targets; /* chains that verdict maps go to */
	NC_VEC(struct nc_log_record) logs;
	uint32_t n_in_class[_NC_CLASS_MAX];
	uint32_t n_ids[_NC_IDS_MAX]; /* highest id in use, plus one */
	struct nc_spec spec; /* all but what kern/ fills in: uses_hashes*, single_*, offsets */
	NC_VEC(struct nc_kept_chain *) kept; /* NC_COMPILE_COST: chains in the order of the text */
	char *text; /* NC_PRINT_STORED; the caller of nc_compile() provides it, kern/ stores it */
	size_t text_length;
};

#define NC_COMPILE_TRACE 0x01 /* rules that match leave a trace: for "explain" */
#define NC_COMPILE_COST	 0x02 /* for nc_cost_read(): image.kept */

/*
 * Compile. -E2BIG with a message where a limit of include/netctl/abi.h is passed, -EINVAL with messages for what no hook can
 * do, -ENOMEM. The image refers to the ruleset, which must outlive it.
 */
int nc_compile(struct nc_ruleset *ruleset, unsigned flags, struct nc_image *ret,
	       struct nc_diag *diag);
void nc_image_clear(struct nc_image *image);

/* The class of a named set. */
enum nc_set_class nc_set_class(const struct nc_set *set);

/*
 * Append the keys that stand for one element (one for a hash class; a prefix cover for LPM), of a set that is not in the
 * text. 0 or -errno.
 */
int nc_set_keys_append(const struct nc_table *table, const struct nc_set *set,
		       const struct nc_set_element *element, struct nc_set_keys *keys);

/*
 * The way back: the elements that a set map's keys stand for, in any order given, sorted. -EBADMSG if FIRST and LAST
 * do not pair up. Names of chains are found in table.
 */
int nc_set_keys_read(const struct nc_table *table, const struct nc_set *set,
		     const struct nc_set_keys *keys, nc_set_elements *ret);

/*
 * The same for a set that is in the text: the elements that the text has (noted), with what their keys have counted, without
 * those whose time has run out.
 */
int nc_set_boxes_read(const struct nc_table *table, const struct nc_set *set,
		      const struct nc_set_keys *keys, nc_set_elements *ret);

/* A readable listing of steps and sets, for tests and bug reports. */
void nc_image_dump(const struct nc_image *image, FILE *out);
const char *nc_op_name(enum nc_step_op op);

#endif
