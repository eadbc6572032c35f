/* SPDX-License-Identifier: GPL-2.0-only */
/* A text read and performed on an empty ruleset, for the unit tests; and what tests look at afterwards, as text. */
#ifndef NETCTL_SELFTESTS_READING_H
#define NETCTL_SELFTESTS_READING_H

#include "lang/lang.h"

struct reading {
	struct nc_source source;
	struct nc_script *script;
	struct nc_ruleset *ruleset;
	struct nc_diag diag;
	int error;
};

/* text must outlive the reading. */
void read_text(const char *name, const char *text, size_t length, struct reading *r);
void end_reading(struct reading *r);

/* The caller frees. */
char *print_ruleset(const struct nc_ruleset *ruleset, unsigned flags);
char *print_diag(const struct nc_diag *diag);

#endif
