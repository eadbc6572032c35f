/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside lang: what rules, sets and objects have in common when they are printed. */
#ifndef NETCTL_LANG_PRINT_RULE_H
#define NETCTL_LANG_PRINT_RULE_H

#include "lang/print.h"

/* "ip saddr . tcp dport" */
void nc_print_key(const nc_key *key, unsigned flags, FILE *out);
/* One selector, which stands alone or in a concatenation. */
void nc_print_selector(const struct nc_selector *selector, bool alone, unsigned flags, FILE *out);

/* An element's value, and one with all that stands behind it. */
void nc_print_element_key(const nc_key_type *type, const struct nc_set_element *element,
			  unsigned flags, FILE *out);
void nc_print_set_element(const struct nc_set *set, const struct nc_set_element *element,
			  unsigned flags, FILE *out);
/* "{ 22, 80 }"; data: of a map's values, without bits where there are none or verdicts. */
void nc_print_anonymous(const nc_key *key, const nc_set_elements *elements, struct nc_key_part data,
			unsigned flags, FILE *out);

/* "rate 10/second", "over 10 mbytes used 5 bytes" */
void nc_print_limit(const struct nc_limit *limit, FILE *out);
void nc_print_quota(const struct nc_quota *quota, unsigned flags, FILE *out);
/* " packets 5 bytes 6" */
void nc_print_counter(const struct nc_counter *counter, unsigned flags, FILE *out);
/* What elements carry, one behind the other. */
void nc_print_carried(unsigned carries, const struct nc_limit *limit, const struct nc_quota *quota,
		      unsigned flags, FILE *out);

/* "jump web" */
void nc_print_verdict(const struct nc_do *verdict, FILE *out);
/* " timeout 5s" */
void nc_print_time(const char *word, uint64_t ms, FILE *out);

#endif
