/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plain reference: a ruleset judged rule by rule on the bytes of a frame, the way that nf_tables does it at netdev
 * ingress. No image, no slots, no BPF: what it says and what the program says must be the same.
 */
#ifndef NETCTL_SELFTESTS_REFERENCE_H
#define NETCTL_SELFTESTS_REFERENCE_H

#include "model/ruleset.h"

struct judgement {
	enum nc_verdict verdict;
	const struct nc_rule *rule; /* whose verdict it is; NULL: the policy's */
};

/* Judge a frame that came in on a device; counters of the rules that matched are added to their statements. */
struct judgement reference_judge(const struct nc_ruleset *ruleset, const char *device,
				 const uint8_t *frame, size_t length);

/*
 * The same for what is not a frame: load gives the first n bytes of a match's field, as a number, or says that they cannot be
 * loaded; bytes is what a counter adds.
 */
typedef bool reference_load_fn(const void *packet, const struct nc_match *match, size_t n,
			       nc_num *ret);
struct judgement reference_judge_by(const struct nc_ruleset *ruleset, const char *device,
				    reference_load_fn *load, const void *packet, uint64_t bytes);

#endif
