/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside compile: an image under construction. */
#ifndef NETCTL_COMPILE_BUILD_H
#define NETCTL_COMPILE_BUILD_H

#include "compile/compile.h"

/* Targets that are not known yet while steps are laid out. None is a step, nor has it NC_TARGET_CLAUSE. */
#define NC_TARGET_NEXT 0x7ffffffeu /* the test behind this match */
#define NC_TARGET_ELSE 0x7ffffffdu /* the next element of a match */
#define NC_TARGET_FAIL 0x7ffffffcu /* the rule does not match */

struct nc_build {
	struct nc_image *image;
	const struct nc_ruleset *ruleset;
	struct nc_diag *diag;
};

/*
 * Lay out the steps of a rule's matches at the end of the image. What completes the rule goes to the index behind its last
 * step, what fails it to NC_TARGET_FAIL. 0 or -errno.
 */
int nc_build_matches(struct nc_build *build, const struct nc_table *table,
		     const struct nc_rule *rule);

/* Append the image's sets for the named sets of the ruleset. */
int nc_build_named_sets(struct nc_build *build);

/* The image set of a named set. */
const struct nc_image_set *nc_build_find_set(const struct nc_build *build,
					     const struct nc_set *set);

/* Append an anonymous set; *ret is valid until the next is appended. */
int nc_build_anonymous_set(struct nc_build *build, enum nc_type type,
			   const nc_set_elements *elements, const struct nc_image_set **ret);

#endif
