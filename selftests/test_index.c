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
#include "compile/cost.h"
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
	assert_int_equal(nc_compile(ruleset, NC_COMPILE_COST, ret, &diag), 0);
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
			const struct nc_cost_chain *cost, struct reference *reference,
			const char *text)
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
	assert_true(look.probes <= cost->family[family].most_probes);
	assert_true(nc_look_cost(&look) <= cost->family[family].most_ns);
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
	struct nc_cost cost;

	read_text("", text, strlen(text), &reading);
	if (reading.error)
		nc_diag_print(&reading.diag, stderr, false);
	assert_int_equal(reading.error, 0);
	compile(reading.ruleset, &image);
	assert_int_equal(nc_cost_read(&image, &cost), 0);
	reference = reference_new(reading.ruleset, 0, NULL, NULL);
	while (packets--)
		look_one_up(&ruleset, &image, &cost.chains.v[cost.chains.n - 1], reference, text);
	nc_cost_free(&cost);
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

/* --- dead rules ------------------------------------------------------------------------------------------------------ */

static bool is_dead(const struct nc_cost *cost, const struct nc_rule *rule)
{
	nc_vec_foreach (dead, &cost->dead) {
		if (dead->rule == rule)
			return true;
	}
	return false;
}

/* Frames of which none may be judged by a rule that is said to be dead. */
static void judge_dead(struct index_ruleset *ruleset, size_t *dead, size_t *judged)
{
	_cleanup_free_ char *text = random_index(ruleset);
	struct nc_image image;
	struct nc_cost cost;
	struct reading reading;
	struct reference *reference;

	read_text("", text, strlen(text), &reading);
	assert_int_equal(reading.error, 0);
	compile(reading.ruleset, &image);
	assert_int_equal(nc_cost_read(&image, &cost), 0);
	reference = reference_new(reading.ruleset, 0, NULL, NULL);
	for (int i = 0; i < 2000; i++) {
		struct frame f = random_index_frame(ruleset);
		struct reference_packet packet = {
			.frame = f.byte, .length = f.length, .device = "lo"};
		struct judgement judgement = reference_judge(reference, &packet);

		*judged += judgement.rule != NULL;
		if (!judgement.rule || !is_dead(&cost, judgement.rule))
			continue;
		fprintf(stderr, "%sline %u is not dead: ", text, judgement.rule->loc.line);
		for (size_t at = 0; at < f.length; at++)
			fprintf(stderr, "%02x", f.byte[at]);
		fprintf(stderr, "\n");
		fail();
	}
	*dead += cost.dead.n;
	reference_free(reference);
	nc_cost_free(&cost);
	nc_image_clear(&image);
	end_reading(&reading);
	free(ruleset->rules);
}

static void dead_rules_match_nothing(void **state)
{
	size_t dead = 0, judged = 0;

	(void)state;
	chance_begin();
	for (unsigned n = chance_rounds(4); n; n--) {
		for (enum index_layout layout = 0; layout < _LAYOUT_MAX; layout++) {
			for (int plain = 0; plain < 2; plain++) {
				struct index_ruleset ruleset = {
					.layout = layout, .plain = plain, .n = 10 + below(300)};

				judge_dead(&ruleset, &dead, &judged);
			}
		}
	}
	printf("# %zu dead rules, %zu frames judged by others\n", dead, judged);
	assert_true(dead > 0 && judged > 0);
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

/* --- frames cut short ------------------------------------------------------------------------------------------------ */

/* The same rules, so few in a chain that they are walked: what the index must not change. */
static char *walked(const char *text)
{
	const char *base = strstr(text, "priority 0;"), *line = strchr(base, '\n') + 1, *rule;
	unsigned n = 0, chains = 0;
	char *twin;
	size_t length;
	FILE *out = open_memstream(&twin, &length);

	assert_non_null(out);
	for (rule = line; *rule != '}'; rule = strchr(rule, '\n') + 1)
		chains++;
	fputs("table netdev t {\n", out);
	for (unsigned i = chains; i; i--)
		fprintf(out, "chain w%u {\n}\n", i);
	fprintf(out, "chain b {\n%.*s", (int)(line - strstr(text, "type filter")),
		strstr(text, "type filter"));
	for (rule = line; *rule != '}'; rule = strchr(rule, '\n') + 1) {
		fprintf(out, "%.*s", (int)(strchr(rule, '\n') + 1 - rule), rule);
		if (++n % 2 == 0)
			fprintf(out, "goto w%u\n}\nchain w%u {\n", n / 2, n / 2);
	}
	fputs("}\n}\n", out);
	fclose(out);
	return twin;
}

static void compare_cut(struct filter *found, struct filter *walk, const struct frame *f)
{
	static struct nc_trial a, b;

	for (size_t length = 15; length <= f->length; length++) {
		if (nc_instance_try(found->instance, f->byte, length, &a) < 0 ||
		    nc_instance_try(walk->instance, f->byte, length, &b) < 0)
			continue;
		/* A walk asks what a lookup need not, and the other way: see cases_judge(). */
		if (a.reason == NC_REASON_TOO_DEEP || b.reason == NC_REASON_TOO_DEEP)
			continue;
		if (a.verdict == b.verdict && a.reason == b.reason)
			continue;
		fprintf(stderr, "%sfound: verdict %d reason %d, walked: %d %d, %zu bytes of\n",
			found->text, a.verdict, a.reason, b.verdict, b.reason, length);
		for (size_t i = 0; i < f->length; i++)
			fprintf(stderr, "%02x", f->byte[i]);
		fprintf(stderr, "\n");
		fail();
	}
}

static void cut_frames_have_the_same_reason(void **state)
{
	(void)state;
	if (!filter_possible())
		skip();
	chance_begin();
	for (unsigned n = chance_rounds(6); n; n--) {
		struct index_ruleset ruleset = {
			.layout = below(_LAYOUT_MAX), .plain = true, .n = 20 + below(60)};
		_cleanup_free_ char *text = random_index(&ruleset), *twin = walked(text);
		struct filter *found = filter_load(text), *walk = filter_load(twin);

		assert_true(found && walk);
		assert_true(found->image.index.n > 0);
		assert_int_equal(walk->image.index.n, 0);
		for (unsigned i = 0; i < 60; i++) {
			struct frame f = random_index_frame(&ruleset);

			compare_cut(found, walk, &f);
		}
		filter_free(found);
		filter_free(walk);
		free(ruleset.rules);
	}
}

/* --- single cases ------------------------------------------------------------------------------------------------------ */

#define DEEP "dst dst dst dst dst dst dst dst dst tcp 1 80 2"

static void cases_judge(void **state)
{
	static const struct {
		const char *rules, *frame;
		enum nc_verdict verdict;
		enum nc_reason reason;
	} cases[] = {
		/* a rule that is nothing but a jump */
		{"jump one\nip saddr 10.0.0.1 accept\n", "ip 10.0.0.1 10.0.0.2 tcp 1 7 2",
		 NC_VERDICT_DROP, NC_REASON_RULE},
		{"goto one\nip saddr 10.0.0.1 accept\n", "ip 10.0.0.1 10.0.0.2 tcp 1 8 2",
		 NC_VERDICT_DROP, NC_REASON_POLICY},
		{"jump one\nip saddr 10.0.0.1 accept\n", "ip 10.0.0.1 10.0.0.2 tcp 1 8 2",
		 NC_VERDICT_ACCEPT, NC_REASON_RULE},
		/* "meta l4proto" is as it came, "ip protocol" as it was rewritten */
		{"ip saddr 10.0.0.1 ip protocol set 17\nip saddr 10.0.0.1 tcp dport 80 accept\n",
		 "ip 10.0.0.1 10.0.0.2 tcp 1 80 2", NC_VERDICT_ACCEPT, NC_REASON_RULE},
		{"ip saddr 10.0.0.1 ip protocol set 17\nip saddr 10.0.0.1 ip protocol 6 accept\n",
		 "ip 10.0.0.1 10.0.0.2 tcp 1 80 2", NC_VERDICT_DROP, NC_REASON_POLICY},
		/* what is behind the headers cannot be known: the rules in front of the first that asks hold */
		{"ip6 saddr 2001:db8::1 accept\ntcp dport 80 accept\n",
		 "ip6 2001:db8::1 2001:db8::9 " DEEP, NC_VERDICT_ACCEPT, NC_REASON_RULE},
		{"tcp dport 80 accept\nip6 saddr 2001:db8::1 accept\n",
		 "ip6 2001:db8::1 2001:db8::9 " DEEP, NC_VERDICT_DROP, NC_REASON_TOO_DEEP},
		{"ip6 saddr 2001:db8::2 accept\ntcp dport 80 accept\n",
		 "ip6 2001:db8::1 2001:db8::9 " DEEP, NC_VERDICT_DROP, NC_REASON_TOO_DEEP},
		{"ip6 saddr 2001:db8::2 accept\n", "ip6 2001:db8::1 2001:db8::9 " DEEP,
		 NC_VERDICT_DROP, NC_REASON_POLICY},
		{"ip6 saddr 2001:db8::1 counter\nip6 saddr 2001:db8::1 accept\ntcp dport 80 "
		 "accept\n",
		 "ip6 2001:db8::1 2001:db8::9 " DEEP, NC_VERDICT_ACCEPT, NC_REASON_RULE},
		{"ip6 saddr 2001:db8::1 counter\ntcp dport 80 accept\nip6 saddr 2001:db8::1 "
		 "accept\n",
		 "ip6 2001:db8::1 2001:db8::9 " DEEP, NC_VERDICT_DROP, NC_REASON_TOO_DEEP},
		/* rules of IPv4 do not ask where there is IPv6 */
		{"ip saddr 10.0.0.1 tcp dport 80 accept\nip6 saddr 2001:db8::1 accept\n",
		 "ip6 2001:db8::1 2001:db8::9 " DEEP, NC_VERDICT_ACCEPT, NC_REASON_RULE},
	};

	(void)state;
	if (!filter_possible())
		skip();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct frame f = frame_read(cases[i].frame);
		char *text;
		size_t length;
		FILE *out = open_memstream(&text, &length);
		struct filter *filter;
		struct outcome outcome;

		assert_non_null(out);
		fprintf(out,
			"table netdev t {\nchain one {\ntcp dport 7 drop\n}\nchain b {\ntype "
			"filter hook "
			"ingress device \"lo\" priority 0; policy drop;\n%s",
			cases[i].rules);
		for (int n = 0; n < 40; n++)
			fprintf(out, "ip saddr 11.0.0.%d drop\nip6 saddr fd00::%x drop\n", n, n);
		fputs("}\n}\n", out);
		fclose(out);
		filter = filter_load(text);
		assert_non_null(filter);
		assert_true(filter->image.index.n > 0);
		outcome = filter_run(filter, f.byte, f.length);
		if (outcome.verdict != cases[i].verdict || outcome.reason != cases[i].reason)
			fail_msg("%s%s: verdict %d reason %d", cases[i].rules, cases[i].frame,
				 outcome.verdict, outcome.reason);
		filter_free(filter);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(index_finds_the_first_rule),
		cmocka_unit_test(dead_rules_match_nothing),
		cmocka_unit_test(xdp_agrees_with_reference),
		cmocka_unit_test(tc_agrees_with_reference),
		cmocka_unit_test(cut_frames_have_the_same_reason),
		cmocka_unit_test(cases_judge),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
