/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random rulesets and random frames: the program against the plain reference (agree.h). SEED and ROUNDS in the environment repeat
 * a run; the seed is printed.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "agree.h"
#include "chance.h"
#include "filter.h"
#include "random_frame.h"
#include "random_ruleset.h"

static struct frame next_frame(void *context)
{
	(void)context;
	return random_frame();
}

static void compare_many(const struct random_options *options, unsigned rounds)
{
	struct agreement agreement = {.next = next_frame, .each = 200};

	if (!filter_possible())
		skip();
	chance_begin();
	for (unsigned n = chance_rounds(rounds); n; n--)
		agree_on(&agreement, random_ruleset(options));
	agree_report(&agreement);
	assert_true(agreement.rulesets > 0);
}

static void xdp_agrees_with_reference(void **state)
{
	const struct random_options options = {};

	(void)state;
	compare_many(&options, 80);
}

static void tc_agrees_with_reference(void **state)
{
	const struct random_options options = {.skb = true, .egress = true};

	(void)state;
	compare_many(&options, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xdp_agrees_with_reference),
		cmocka_unit_test(tc_agrees_with_reference),
	};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
