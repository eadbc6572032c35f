/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random rulesets and random frames: the program, by BPF_PROG_TEST_RUN, against the plain reference. SEED and ROUNDS in the
 * environment repeat a run; the seed is printed. A difference prints ruleset and frame.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "filter.h"
#include "random_frame.h"
#include "random_ruleset.h"
#include "reference.h"

#define FRAMES 300 /* for each ruleset */

/* --- comparison ------------------------------------------------------------------------------------------- */

static void show(const char *text, const struct frame *f)
{
	fprintf(stderr, "%s", text);
	for (size_t i = 0; i < f->length; i++)
		fprintf(stderr, "%02x", f->byte[i]);
	fprintf(stderr, "\n");
}

/* Frames that end inside a VLAN tag never reach netdev ingress: the kernel drops them, so there is nothing to compare. */
static bool comparable(const struct frame *f)
{
	unsigned type = f->byte[12] << 8 | f->byte[13];

	return !((type == 0x8100 || type == 0x88a8) && f->length < 18);
}

static struct judgement judge(struct reference *reference, struct frame *frame)
{
	struct reference_packet packet = {
		.frame = frame->byte,
		.length = frame->length,
		.device = "lo",
		.ifindex = 1,
		.iftype = 772,
	};

	return reference_judge(reference, &packet);
}

static unsigned compare_frames(struct filter *filter, const char *text)
{
	struct reference *reference = reference_new(filter->ruleset, 0, NULL, NULL);
	unsigned compared = 0;

	for (int i = 0; i < FRAMES; i++) {
		struct frame f = random_frame(), before = f;
		struct judgement judgement;
		struct outcome outcome;

		if (!comparable(&f))
			continue;
		outcome = filter_run(filter, f.byte, f.length);
		/* What the program did not do to the state, the reference would have: they part here. */
		if (outcome.reason == NC_REASON_TOO_DEEP)
			break;
		judgement = judge(reference, &f);
		compared++;
		if (outcome.verdict != judgement.verdict ||
		    (outcome.reason == NC_REASON_RULE) != (judgement.rule != NULL)) {
			show(text, &before);
			fprintf(stderr,
				"program: verdict %d reason %d; reference: verdict %d by %s\n",
				outcome.verdict, outcome.reason, judgement.verdict,
				judgement.rule ? "rule" : "policy");
			fail();
		}
	}
	reference_free(reference);
	return compared;
}

static void program_agrees_with_reference(void **state)
{
	const struct random_options options = {};
	unsigned long frames = 0, rulesets = 0;

	(void)state;
	if (!filter_possible())
		skip();
	chance_begin();
	for (unsigned n = chance_rounds(300); n; n--) {
		char *text = random_ruleset(&options);
		struct filter *filter = filter_try(text);

		if (filter) {
			frames += compare_frames(filter, text);
			rulesets++;
		}
		filter_free(filter);
		free(text);
	}
	printf("# %lu rulesets, %lu frames\n", rulesets, frames);
	assert_true(rulesets > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(program_agrees_with_reference)};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
