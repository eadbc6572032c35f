/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside lang: what rules, sets and objects have in common when they are printed. */
#ifndef NETCTL_LANG_PRINT_RULE_H
#define NETCTL_LANG_PRINT_RULE_H

#include "lang/print.h"

/* "ip saddr . tcp dport" */
void nc_print_key(const nc_key *key, unsigned flags, FILE *out);
/* An element with all that stands behind it. */
void nc_print_set_element(const struct nc_set *set, const struct nc_set_element *element,
			  unsigned flags, FILE *out);
/* "rate 10/second", "over 10 mbytes used 5 bytes" */
void nc_print_limit(const struct nc_limit *limit, FILE *out);
void nc_print_quota(const struct nc_quota *quota, unsigned flags, FILE *out);
/* What elements carry, one behind the other. */
void nc_print_carried(unsigned carries, const struct nc_limit *limit, const struct nc_quota *quota,
		      unsigned flags, FILE *out);

#endif
