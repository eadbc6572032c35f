/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside picture: what it is made of. */
#ifndef NETCTL_CMD_PICTURE_OBJECT_H
#define NETCTL_CMD_PICTURE_OBJECT_H

#include <stdint.h>
#include <string.h>

#include "cmd/picture.h"
#include "util/vec.h"

#define NO_OBJECT SIZE_MAX

/* One element: its text, and its place in the list for the JSON of it. */
struct picture_element {
	char *text;
	size_t index;
};

struct picture_object {
	char *kind; /* "table", "chain", "rule", "set" … */
	char *name; /* a rule's is empty */
	uint64_t handle;
	size_t table; /* indices of what it is in; NO_OBJECT for none */
	size_t chain; /* of a rule */
	char *text; /* a rule's own; of others what is in their block, "a; b;", but for elements and rules */
	NC_VEC(struct picture_element) elements;
	struct json_object *json; /* borrowed from the picture's, or NULL */
	/* While two pictures are compared: */
	size_t twin; /* the same object in the other picture, NO_OBJECT: there is none */
	bool stays; /* of a rule: its twin says the same, in the same place among those that stay */
};

struct nc_picture {
	NC_VEC(struct picture_object) objects; /* in the order of the text */
	struct json_object *json;
};

static inline bool picture_is(const struct picture_object *object, const char *kind)
{
	return strcmp(object->kind, kind) == 0;
}

static inline const struct picture_object *picture_table_of(const struct nc_picture *picture,
							    const struct picture_object *object)
{
	return object->table == NO_OBJECT ? object : &picture->objects.v[object->table];
}

static inline const struct picture_object *picture_chain_of(const struct nc_picture *picture,
							    const struct picture_object *rule)
{
	return &picture->objects.v[rule->chain];
}

static inline struct picture_object *picture_twin_of(struct nc_picture *other,
						     const struct picture_object *object)
{
	return object->twin == NO_OBJECT ? NULL : &other->objects.v[object->twin];
}

static inline bool picture_same_text(const struct picture_object *a, const struct picture_object *b)
{
	return strcmp(a->text ? a->text : "", b->text ? b->text : "") == 0;
}

/* Set twin of all objects and stays of all rules, in both pictures. 0 or -ENOMEM. */
int picture_match(struct nc_picture *old, struct nc_picture *new);

#endif
