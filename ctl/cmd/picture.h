/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pictures of a ruleset, and what changed between two of them. A picture is taken of what lists print, not of the model: every
 * object that has a block and a handle in the text is seen, whatever kinds of objects there are.
 */
#ifndef NETCTL_CMD_PICTURE_H
#define NETCTL_CMD_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/cleanup.h"

struct json_object;
struct nc_picture;

/*
 * text: of nc_print_ruleset() with handles and without state. json: {"nftables":[…]} of the same ruleset, or NULL; the
 * picture keeps a reference. 0, -ENOMEM, or -EBADMSG when the text is not such a text.
 */
int nc_picture_take(const char *text, struct json_object *json, struct nc_picture **ret);
void nc_picture_free(struct nc_picture *picture);
NC_DEFINE_CLEANUP(struct nc_picture, nc_picture_free)

/* Are there objects, such as sets, whose content may change without a new generation? */
bool nc_picture_has_content(const struct nc_picture *picture);

struct nc_change {
	const char *verb;   /* "add", "insert" or "delete" */
	const char *object; /* "rule", "set", "element" … */
	const char *text; /* what stands behind the object: "netdev t c ip saddr 192.0.2.1 drop" */
	struct json_object *json;  /* the object's own, {"handle":…, …}; NULL without JSON */
	unsigned long long handle; /* 0: it has none */
};

/* Negative: no more; nc_picture_compare() returns it. */
typedef int nc_change_fn(void *context, const struct nc_change *change);

/*
 * What changed, in an order in which it could be performed: first what goes, rules before what they name, then what comes. A
 * rule that is another one under its old handle, or that moved, goes and comes. 0, -ENOMEM or what fn returned.
 */
int nc_picture_compare(struct nc_picture *old, struct nc_picture *new, nc_change_fn *fn,
		       void *context);

#endif
