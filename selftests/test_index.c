/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Chains that are looked up, not walked: the index finds the rule that the plain reference finds, and the program does what the
 * reference does, with frames drawn from the rules' edges. SEED and ROUNDS in the environment repeat a run; the seed is printed.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>
#include <string.h>

#include "agree.h"
#include "chance.h"
#include "filter.h"
#include "random_index.h"
#include "reading.h"
#include "reference.h"

/* --- on this side --------------------------------------------------------------------------------------------------- */

static void compile(struct nc_ruleset *ruleset, struct nc_image *ret)
{
	const struct nc_busy none[_NC_IDS_MAX] = {};
	uint32_t end[_NC_IDS_MAX];
	struct nc_diag diag = {};

	assert_int_equal(nc_ruleset_assign_ids(ruleset, none, end), 0);
	assert_int_equal(nc_compile(ruleset, 0, ret, &diag), 0);
	nc_diag_free(&diag);
}

/* The INDEX step that base chain "b" begins with. */
static const struct nc_step *first_index(const struct nc_image *image)
{
	const struct nc_step *step = &image->steps.v[image->chains.v[0].start];

	assert_int_equal(step->op, NC_OP_INDEX);
	return step;
}

static size_t order_of(const struct nc_image *image, const struct nc_rule *rule)
{
	size_t first = 0, i = 0;

	for (; i < image->rules.n && image->rules.v[i].rule != rule; i++) {
		if (image->rules.v[i].chain != image->rules.v[first].chain)
			first = i;
	}
	return rule ? i - first : NC_NONE;
}

static void look_one_up(const struct index_ruleset *ruleset, const struct nc_image *image,
			struct reference *reference, const char *text)
{
	enum nc_family family;
	nc_num value[_NC_DIM_MAX];
	struct frame f = random_index_packet(ruleset, &family, value);
	struct reference_packet packet = {.frame = f.byte, .length = f.length, .device = "lo"};
	const struct nc_index *index;
	struct judgement judgement;
	struct nc_look look;
	size_t order;

	judgement = reference_judge(reference, &packet);
	order = order_of(image, judgement.rule);
	index = (const struct nc_index *)nc_unit_at(image, first_index(image)->index) + family;
	nc_look_up(image, index, family, value, &look);
	if (look.found == order)
		return;
	fprintf(stderr, "%srule %zu is the first that matches, %u was found, for\n", text, order,
		look.found);
	for (size_t i = 0; i < f.length; i++)
		fprintf(stderr, "%02x", f.byte[i]);
	fprintf(stderr, "\n");
	fail();
}

static void look_up(enum index_layout layout, unsigned n, unsigned packets)
{
	struct index_ruleset ruleset = {.layout = layout, .plain = true, .n = n};
	_cleanup_free_ char *text = random_index(&ruleset);
	struct nc_image image;
	struct reading reading;
	struct reference *reference;

	read_text("", text, strlen(text), &reading);
	if (reading.error)
		nc_diag_print(&reading.diag, stderr, false);
	assert_int_equal(reading.error, 0);
	compile(reading.ruleset, &image);
	reference = reference_new(reading.ruleset, 0, NULL, NULL);
	while (packets--)
		look_one_up(&ruleset, &image, reference, text);
	reference_free(reference);
	nc_image_clear(&image);
	end_reading(&reading);
	free(ruleset.rules);
}

static void index_finds_the_first_rule(void **state)
{
	static const unsigned sizes[] = {20, 100, 250, 300, 600, 1500};

	(void)state;
	chance_begin();
	for (unsigned n = chance_rounds(2); n; n--) {
		for (enum index_layout layout = 0; layout < _LAYOUT_MAX; layout++) {
			for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
				look_up(layout, sizes[i], 300);
		}
	}
}

/* --- the program ---------------------------------------------------------------------------------------------------- */

static void compare_many(unsigned rounds, bool egress)
{
	struct index_ruleset ruleset;
	struct agreement agreement = {
		.next = random_index_frame, .context = &ruleset, .each = 400, .loads = true};

	if (!filter_possible())
		skip();
	chance_begin();
	for (unsigned n = chance_rounds(rounds); n; n--) {
		bool many = !below(4);

		ruleset = (struct index_ruleset){
			.layout = below(_LAYOUT_MAX),
			.plain = !below(4),
			.rewrites = !below(3),
			.egress = egress,
			.n = 5 + below(many ? 600 : 60),
		};
		ruleset.rewrites &= !ruleset.plain;
		agree_on(&agreement, random_index(&ruleset));
		free(ruleset.rules);
	}
	agree_report(&agreement);
	assert_true(agreement.rulesets >= rounds / 2 || getenv("ROUNDS"));
}

static void xdp_agrees_with_reference(void **state)
{
	(void)state;
	compare_many(40, false);
}

static void tc_agrees_with_reference(void **state)
{
	(void)state;
	compare_many(12, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(index_finds_the_first_rule),
		cmocka_unit_test(xdp_agrees_with_reference),
		cmocka_unit_test(tc_agrees_with_reference),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
