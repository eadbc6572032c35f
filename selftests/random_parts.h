/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the random rulesets: what a rule is put together from. */
#ifndef NETCTL_SELFTESTS_RANDOM_PARTS_H
#define NETCTL_SELFTESTS_RANDOM_PARTS_H

#include <stdio.h>

#include "model/ruleset.h"
#include "random_ruleset.h"

/* A rule reads headers that can be in one packet. */
struct headers {
	const struct random_options *options;
	const char *name[8];
	unsigned n;
};

struct headers random_headers(const struct random_options *options);
/* A field of one of the headers, or raw bytes; _NC_FIELD_MAX: none to be had. */
enum nc_field random_field(const struct headers *headers, bool writable);
void write_field(FILE *out, enum nc_field field);

/* random_value.c: a value of a field's type that frames are likely to have */
void write_value(FILE *out, enum nc_field field);
/* The same, sometimes a range or a prefix. */
void write_interval(FILE *out, enum nc_field field);
/* Have values of this field an order to be asked for? */
bool is_ordered(enum nc_field field);

/* random_match.c */
void write_match(FILE *out, const struct headers *headers);
/* "key vmap …" without verdicts to other chains, or "key map …" with marks. */
void write_map(FILE *out, const struct headers *headers, bool verdicts);

#endif
