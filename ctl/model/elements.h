/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside model: operations on sorted, disjoint elements. */
#ifndef NETCTL_MODEL_ELEMENTS_H
#define NETCTL_MODEL_ELEMENTS_H

#include "model/ruleset.h"

/* The element that holds just the same keys, or NULL. */
struct nc_set_element *nc_elements_find(const nc_set_elements *elements,
					const struct nc_set_element *element);

/* The element that holds the first key of this one, or NULL: for lookups by value. */
struct nc_set_element *nc_elements_covering(const nc_set_elements *elements,
					    const struct nc_set_element *element);

/*
 * Can more be added? *ret_fresh is how many of more are not there yet. -EINVAL after a message for each that overlaps with
 * another one.
 */
int nc_elements_check(const nc_set_elements *elements, const nc_set_elements *more,
		      size_t *ret_fresh, struct nc_diag *diag);

/* Add copies of those of more that are not there yet, after the check. 0 or -ENOMEM, elements unchanged. */
int nc_elements_insert(nc_set_elements *elements, const nc_set_elements *more);

/*
 * Add copies of more, joined with what they overlap or adjoin: sorted, merged elements into such. As nft's "auto-merge": what is
 * joined is a new element, with the timeout, comment and counts of the one that was added. 0 or -ENOMEM, elements unchanged.
 */
int nc_elements_merge_into(nc_set_elements *elements, const nc_set_elements *more);

/* Remove those of less that are there. */
void nc_elements_remove(nc_set_elements *elements, const nc_set_elements *less);

#endif
