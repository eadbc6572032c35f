/* SPDX-License-Identifier: GPL-2.0-only */
/* The compiler, without a kernel: golden images, devices that share a walk, limits, large rulesets. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <string.h>
#include <time.h>

#include "compile/index.h"
#include "elements.h"
#include "golden.h"
#include "reading.h"

static void assign_ids(struct nc_ruleset *ruleset)
{
	const struct nc_busy none[_NC_IDS_MAX] = {};
	uint32_t end[_NC_IDS_MAX];

	assert_int_equal(nc_ruleset_assign_ids(ruleset, none, end), 0);
}

static void compile(struct nc_ruleset *ruleset, struct nc_image *ret)
{
	struct nc_diag diag = {};
	int r;

	assign_ids(ruleset);
	r = nc_compile(ruleset, 0, ret, &diag);
	nc_diag_print(&diag, stderr, false);
	assert_int_equal(r, 0);
	assert_int_equal(diag.messages.n, 0);
}

/*
 * What the program relies on: targets are steps, within a chain they lie behind the step that names them, and slots, bases
 * and sets are there.
 */
static void check_image(const struct nc_image *image)
{
	for (uint32_t i = 0; i < image->steps.n; i++) {
		const struct nc_step *step = &image->steps.v[i];
		bool ends = step->op == NC_OP_VERDICT || step->op == NC_OP_RETURN;
		bool leaves = step->op == NC_OP_JUMP || step->op == NC_OP_BASE;

		assert_true(step->op < _NC_OP_MAX && step->slot < _NC_SLOT_MAX &&
			    step->base < _NC_BASE_MAX);
		assert_true(image->spec.uses_ops >> step->op & 1);
		if (ends || step->op == NC_OP_FWD)
			continue;
		assert_true(step->hit < image->steps.n);
		assert_true(leaves || step->hit > i);
		assert_true(step->miss < image->steps.n ||
			    (step->op == NC_OP_BASE && step->miss == NC_NONE));
		assert_true(step->op == NC_OP_BASE || step->miss > i || !step->miss);
	}
}

/* --- golden images ------------------------------------------------------------------------------------------------ */

static void check_golden(const char *path, void *context)
{
	size_t length, dump_length;
	char *text = golden_read(path, &length), *dump = NULL;
	FILE *out = open_memstream(&dump, &dump_length);
	struct nc_image image = {};
	int *failed = context;
	struct reading r;

	read_text(path, text, length, &r);
	nc_diag_print(&r.diag, stderr, false);
	assert_int_equal(r.error, 0);
	compile(r.ruleset, &image);
	check_image(&image);
	nc_image_dump(&image, out);
	fclose(out);
	*failed += golden_compare(path, ".dump", dump, NULL);
	nc_image_clear(&image);
	end_reading(&r);
	free(dump);
	free(text);
}

static void golden_images(void **state)
{
	int failed = 0;

	(void)state;
	assert_true(golden_each("selftests/golden/image", ".nft", check_golden, &failed) >= 5);
	assert_int_equal(failed, 0);
}

static const struct nc_image_entry *find_entry(const struct nc_image *image, const char *device)
{
	nc_vec_foreach (entry, &image->entries) {
		if (strcmp(entry->device.name, device) == 0)
			return entry;
	}
	return NULL;
}

/* --- devices ----------------------------------------------------------------------------------------------------- */

#define CHAIN(name, devices, priority, rules)                                                      \
	"chain " name " {\ntype filter hook ingress " devices " priority " priority ";\n" rules    \
	"\n}\n"

static const struct nc_step *first_step(const struct nc_image *image, const char *device)
{
	const struct nc_step *base = &image->steps.v[find_entry(image, device)->start];

	assert_int_equal(base->op, NC_OP_BASE);
	return base;
}

/* Chains are laid out once; each device has a list of those it passes, in their order. */
static void devices_share_chains(void **state)
{
	static const char text[] = "table netdev t {\n" CHAIN("x", "devices = { d3, d1, d2 }", "0",
							      "tcp dport 22 drop")
		CHAIN("y", "device d3", "-5", "tcp dport 23 drop") "}\n";
	const struct nc_step *x, *y;
	struct nc_image image = {};
	struct reading r;

	(void)state;
	read_text("", text, strlen(text), &r);
	assert_int_equal(r.error, 0);
	compile(r.ruleset, &image);
	assert_int_equal(image.entries.n, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(image.entries.v[i].device.name[1], '1' + i);
	x = first_step(&image, "d1");
	y = first_step(&image, "d3");
	assert_int_equal(x->hit, first_step(&image, "d2")->hit);
	assert_int_equal(x->miss, NC_NONE);
	assert_int_not_equal(x->hit, y->hit);
	assert_int_equal(x->hit, image.steps.v[y->miss].hit);
	/* Test, verdict and policy of two chains; lists of one, one and two. */
	assert_int_equal(image.steps.n, 10);
	nc_image_clear(&image);
	end_reading(&r);
}

/* A ruleset with one chain for each of n devices. */
static void read_devices(unsigned n, char **text, struct reading *r)
{
	size_t length;
	FILE *out = open_memstream(text, &length);

	fputs("table netdev t {\n", out);
	for (unsigned i = 0; i < n; i++)
		fprintf(out, CHAIN("c%u", "device d%u", "0", "drop"), i, i);
	fputs("}\n", out);
	fclose(out);
	read_text("", *text, length, r);
	assert_int_equal(r->error, 0);
}

static void devices_have_a_limit(void **state)
{
	struct nc_image image = {};
	struct nc_diag diag = {};
	struct reading r;
	char *text, *message;

	(void)state;
	read_devices(NC_DEVICES_MAX, &text, &r);
	compile(r.ruleset, &image);
	assert_int_equal(image.entries.n, NC_DEVICES_MAX);
	nc_image_clear(&image);
	end_reading(&r);
	free(text);

	read_devices(NC_DEVICES_MAX + 1, &text, &r);
	assert_int_equal(nc_compile(r.ruleset, 0, &image, &diag), -E2BIG);
	assert_null(image.steps.v);
	message = print_diag(&diag);
	assert_non_null(strstr(message, "at most 256"));
	free(message);
	nc_diag_free(&diag);
	end_reading(&r);
	free(text);
}

/* --- size ---------------------------------------------------------------------------------------------------------- */

static struct nc_ruleset *large_ruleset(uint32_t rules, uint32_t elements)
{
	struct nc_ruleset *ruleset = nc_ruleset_new();
	struct nc_table *table = nc_table_new("t");
	struct nc_chain *chain = nc_chain_new("c");
	struct nc_set *set = nc_set_new("s");

	assert_int_equal(nc_vec_push(&ruleset->tables, table), 0);
	assert_int_equal(nc_vec_push(&table->chains, chain), 0);
	assert_int_equal(nc_vec_push(&table->sets, set), 0);
	assert_int_equal(nc_vec_push(&chain->devices, {.name = "a"}), 0);
	set->flags = NC_SET_INTERVAL;
	assert_int_equal(nc_vec_push(&set->type, {.type = NC_TYPE_IPV4_ADDR, .bits = 32}), 0);
	chain->base = true;
	for (uint32_t i = 0; i < elements; i++)
		push_element(&set->elements, i * 16 + 1, i * 16 + 7);
	for (uint32_t i = 0; i < rules; i++) {
		struct nc_rule *rule = nc_rule_new();
		struct nc_match match = {};

		assert_int_equal(nc_vec_push(&match.key, {.field = NC_FIELD_IP_SADDR}), 0);
		push_element(&match.values, i, i);
		assert_int_equal(nc_vec_push(&rule->stmts, {.kind = NC_STMT_MATCH, .match = match}),
				 0);
		assert_int_equal(
			nc_vec_push(&rule->stmts, {.kind = NC_STMT_COUNTER, .id = NC_NONE}), 0);
		assert_int_equal(nc_vec_push(&chain->rules, rule), 0);
	}
	return ruleset;
}

static void large_rulesets_compile(void **state)
{
	struct nc_ruleset *ruleset = large_ruleset(10000, 100000);
	struct nc_image image = {};
	clock_t begin = clock();

	(void)state;
	compile(ruleset, &image);
	printf("# 10,000 rules and 100,000 intervals: %ld ms\n",
	       (long)(clock() - begin) * 1000 / CLOCKS_PER_SEC);
	assert_int_equal(image.n_ids[NC_IDS_COUNTERS], 10000);
	assert_int_equal(image.sets.v[0].keys.n, 300000);
	check_image(&image);
	nc_image_clear(&image);
	nc_ruleset_free(ruleset);
}

/* What the verifier would refuse is not made. */
static void an_index_is_bounded(void **state)
{
	struct nc_image image = {.index.n = NC_UNITS_MAX - 1};
	uint32_t at = NC_NONE;

	(void)state;
	assert_int_equal(nc_units_push(&image, 2, &at), -E2BIG);
	assert_int_equal(at, NC_NONE);
	assert_int_equal(image.index.n, NC_UNITS_MAX - 1);
	assert_null(image.index.v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_images),	cmocka_unit_test(devices_share_chains),
		cmocka_unit_test(devices_have_a_limit), cmocka_unit_test(large_rulesets_compile),
		cmocka_unit_test(an_index_is_bounded),
	};

	return cmocka_run_group_tests_name("compile", tests, NULL, NULL);
}
