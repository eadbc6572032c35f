/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers and elements of the language's types: few values, at the edges, so that rules and packets meet. */
#ifndef NETCTL_SELFTESTS_ELEMENTS_H
#define NETCTL_SELFTESTS_ELEMENTS_H

#include "model/ruleset.h"

nc_num random_number(unsigned bits);

void push_element(nc_set_elements *elements, nc_num low, nc_num high);

/* At most n (64) disjoint elements, in order; intervals: not only single values. */
void random_elements(enum nc_type type, bool intervals, size_t n, nc_set_elements *ret);

#endif
