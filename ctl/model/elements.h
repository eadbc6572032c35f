/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside model: operations on sorted, disjoint elements. */
#ifndef NETCTL_MODEL_ELEMENTS_H
#define NETCTL_MODEL_ELEMENTS_H

#include "model/ruleset.h"

/*
 * The index of the first element whose high is not below number: the one that holds it or the next one. elements.n if
 * there is none.
 */
size_t nc_elements_search(const nc_set_elements *elements, nc_num number);

/* Elements of a or b, in order, taking a's where both have the same one. Refuses other overlaps. 0 or -errno. */
int nc_elements_union(const nc_set_elements *a, const nc_set_elements *b, nc_set_elements *ret,
		      struct nc_diag *diag);

#endif
