/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random rulesets judged twice: as they were written, and as they are printed. Verdicts, frames and what is listed afterwards
 * are the same, nothing is read that is not there (sanitizers), and all kinds of verdicts occur. SEED and ROUNDS as in chance.h.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

#include "chance.h"
#include "judging.h"
#include "random_frame.h"
#include "random_ruleset.h"

#define FRAMES 200 /* for each ruleset */

static unsigned long verdicts[_NC_VERDICT_MAX], by_rule, rewritten;

static void fail_with(const char *text, const struct frame *f)
{
	fprintf(stderr, "%s", text);
	for (size_t i = 0; i < f->length; i++)
		fprintf(stderr, "%02x", f->byte[i]);
	fprintf(stderr, "\n");
	fail();
}

static struct judgement judge(struct judging *judging, const struct frame *frame, uint64_t now_ns,
			      enum nc_hook hook)
{
	judging->frame = *frame;
	judging->packet = (struct reference_packet){
		.frame = judging->frame.byte,
		.length = frame->length,
		.device = "lo",
		.hook = hook,
		.ifindex = 1,
		.iftype = 1,
		.now_ns = now_ns,
		.wall_ns = 1700000000000000000 + now_ns,
	};
	return reference_judge(judging->reference, &judging->packet);
}

static bool same(const struct judging *a, const struct judging *b)
{
	return a->packet.mark == b->packet.mark && a->packet.priority == b->packet.priority &&
	       a->packet.pkttype == b->packet.pkttype &&
	       memcmp(a->frame.byte, b->frame.byte, a->frame.length) == 0;
}

static void judge_frames(struct judging *written, struct judging *printed)
{
	uint64_t now_ns = 0;

	for (int i = 0; i < FRAMES; i++) {
		struct frame f = random_frame();
		enum nc_hook hook = below(3) ? NC_HOOK_INGRESS : NC_HOOK_EGRESS;
		struct judgement a, b;

		now_ns += below(400) * 1000000ull;
		a = judge(written, &f, now_ns, hook);
		b = judge(printed, &f, now_ns, hook);
		if (a.verdict != b.verdict || !a.rule != !b.rule || a.n_dups != b.n_dups ||
		    strcmp(a.device, b.device) != 0 || !same(written, printed))
			fail_with(written->text, &f);
		verdicts[a.verdict]++;
		by_rule += a.rule != NULL;
		rewritten += memcmp(f.byte, written->frame.byte, f.length) != 0;
	}
}

static void compare_prints(const struct judging *a, const struct judging *b)
{
	char *x = print_ruleset(a->reading.ruleset, 0), *y = print_ruleset(b->reading.ruleset, 0);

	if (strcmp(x, y) != 0) {
		fprintf(stderr, "%s\n-----\n%s\n", x, y);
		fail();
	}
	free(x);
	free(y);
}

static void printed_rulesets_judge_the_same(void **state)
{
	const struct random_options options = {true, true, true, true, true};

	(void)state;
	chance_begin();
	for (unsigned n = chance_rounds(60); n; n--) {
		char *text = random_ruleset(&options), *again;
		struct judging written, printed;

		judging_begin(&written, text);
		again = print_ruleset(written.reading.ruleset, 0);
		judging_begin(&printed, again);
		compare_prints(&written, &printed);
		judge_frames(&written, &printed);
		compare_prints(&written, &printed);
		judging_end(&written);
		judging_end(&printed);
		free(again);
		free(text);
	}
	printf("# rules: %lu of %lu loaded; accept %lu drop %lu redirect %lu, %lu by rules; %lu "
	       "frames rewritten\n",
	       random_rules_loaded, random_rules_tried, verdicts[NC_VERDICT_ACCEPT],
	       verdicts[NC_VERDICT_DROP], verdicts[NC_VERDICT_REDIRECT], by_rule, rewritten);
	assert_true(random_rules_loaded * 2 > random_rules_tried);
	for (enum nc_verdict verdict = 0; verdict < _NC_VERDICT_MAX; verdict++)
		assert_true(verdicts[verdict] > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(printed_rulesets_judge_the_same)};

	return cmocka_run_group_tests_name("reference random", tests, NULL, NULL);
}
