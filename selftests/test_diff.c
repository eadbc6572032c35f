/* SPDX-License-Identifier: GPL-2.0-only */
/* What diff is made of: longest common subsequences, and outlines of printed rulesets. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

#include "chance.h"
#include "cmd/lcs.h"
#include "cmd/outline.h"
#include "lang/lang.h"

#define LINES_MAX 60

static char words[64][4];

static void add_random_lines(nc_outline_lines *lines, unsigned n_words)
{
	for (unsigned n = below(LINES_MAX); n; n--)
		assert_int_equal(nc_vec_push(lines, {.text = words[below(n_words)]}), 0);
}

/* By the textbook. */
static size_t length_of_lcs(const nc_outline_lines *a, const nc_outline_lines *b)
{
	static size_t length[LINES_MAX + 1][LINES_MAX + 1];

	for (size_t i = 1; i <= a->n; i++) {
		for (size_t j = 1; j <= b->n; j++) {
			size_t *one = &length[i][j], up = length[i - 1][j], left = length[i][j - 1];

			*one = up > left ? up : left;
			if (strcmp(a->v[i - 1].text, b->v[j - 1].text) == 0)
				*one = length[i - 1][j - 1] + 1;
		}
	}
	return length[a->n][b->n];
}

/* The marked lines are the same ones in the same order; how many there are. */
static size_t check_common(const nc_outline_lines *a, const nc_outline_lines *b, const bool *in_a,
			   const bool *in_b)
{
	size_t n = 0, i = 0, j = 0;

	for (;; i++, j++, n++) {
		while (i < a->n && !in_a[i])
			i++;
		while (j < b->n && !in_b[j])
			j++;
		if (i == a->n || j == b->n)
			break;
		assert_string_equal(a->v[i].text, b->v[j].text);
	}
	assert_true(i == a->n && j == b->n);
	return n;
}

static void check_lcs(unsigned n_words, bool longest)
{
	bool in_a[LINES_MAX] = {}, in_b[LINES_MAX] = {};
	nc_outline_lines a = {}, b = {};
	size_t n;

	add_random_lines(&a, n_words);
	add_random_lines(&b, n_words);
	assert_int_equal(nc_lcs(&a, &b, in_a, in_b), 0);
	n = check_common(&a, &b, in_a, in_b);
	if (longest)
		assert_int_equal(n, length_of_lcs(&a, &b));
	nc_vec_free(&a);
	nc_vec_free(&b);
}

static void subsequences_are_common_and_longest(void **state)
{
	(void)state;
	/* Where a line is there very often, a shorter one may be found. */
	for (unsigned i = 0; i < chance_rounds(2000); i++) {
		check_lcs(1 + below(64), false);
		check_lcs(20 + below(44), true);
	}
}

/* Lines without order: as often as in the one that has fewer. */
static void common_lines_are_counted(void **state)
{
	bool in_a[LINES_MAX], in_b[LINES_MAX];

	(void)state;
	for (unsigned i = 0; i < chance_rounds(500); i++) {
		int difference[64] = {}, marked[64] = {};
		nc_outline_lines a = {}, b = {};

		memset(in_a, 0, sizeof(in_a));
		memset(in_b, 0, sizeof(in_b));
		add_random_lines(&a, 1 + below(64));
		add_random_lines(&b, 1 + below(64));
		assert_int_equal(nc_common_lines(&a, &b, in_a, in_b), 0);
		for (size_t j = 0; j < a.n; j++) {
			difference[atoi(a.v[j].text)] += !in_a[j];
			marked[atoi(a.v[j].text)] += in_a[j];
		}
		for (size_t j = 0; j < b.n; j++) {
			/* What a has left, b has not. */
			assert_true(in_b[j] || !difference[atoi(b.v[j].text)]);
			marked[atoi(b.v[j].text)] -= in_b[j];
		}
		for (unsigned word = 0; word < 64; word++)
			assert_int_equal(marked[word], 0);
		nc_vec_free(&a);
		nc_vec_free(&b);
	}
}

static struct nc_ruleset *read_ruleset(const char *text)
{
	const struct nc_source source = {.name = "-", .text = text, .length = strlen(text)};
	struct nc_ruleset *ruleset = nc_ruleset_new();
	struct nc_script *script = NULL;
	struct nc_diag diag = {};

	assert_int_equal(nc_script_parse(&source, NULL, NULL, &script, &diag), 0);
	assert_int_equal(nc_script_run(script, ruleset, NULL, NULL, &diag), 0);
	nc_script_free(script);
	nc_diag_free(&diag);
	return ruleset;
}

static void outlines_have_every_line(void **state)
{
	static const char text[] =
		"table netdev f { comment \"a { brace\"\n"
		"set s { type ipv4_addr; size 99; elements = { 10.0.0.1, 10.0.0.2, 10.0.0.3, "
		"10.0.0.4, "
		"10.0.0.5, 10.0.0.6, 10.0.0.7, 10.0.0.8, 10.0.0.9, 10.0.0.10 }; }\n"
		"chain c { type filter hook ingress device \"lo\" priority 0; policy drop;\n"
		"tcp dport { 1, 2 } counter packets 3 bytes 4 accept comment \"} # handle 7\"\n"
		"ip saddr @s drop; }; }\n"
		"table netdev g { }";
	struct nc_ruleset *ruleset = read_ruleset(text);
	struct nc_outline outline = {};
	const struct nc_outline_block *set, *chain;

	(void)state;
	assert_int_equal(nc_outline_make(ruleset, NC_PRINT_NO_ELEMENTS, &outline), 0);
	assert_int_equal(outline.tables.n, 2);
	assert_string_equal(outline.tables.v[0].block.head, "table netdev f");
	assert_string_equal(outline.tables.v[0].block.family, "netdev");
	assert_string_equal(outline.tables.v[0].block.name, "f");
	assert_string_equal(outline.tables.v[0].block.attributes.v[0].text,
			    "comment \"a { brace\"");
	assert_int_equal(outline.tables.v[0].objects.n, 2);
	assert_int_equal(outline.tables.v[1].objects.n, 0);
	set = &outline.tables.v[0].objects.v[0];
	assert_string_equal(set->kind, "set");
	assert_string_equal(set->name, "s");
	assert_int_equal(set->attributes.n, 2);
	assert_int_equal(set->elements.n, 10);
	assert_string_equal(set->elements.v[9].text, "10.0.0.10");
	chain = &outline.tables.v[0].objects.v[1];
	assert_string_equal(chain->head, "chain c");
	assert_int_equal(chain->attributes.n, 1);
	assert_int_equal(chain->rules.n, 2);
	assert_string_equal(chain->rules.v[0].text,
			    "tcp dport { 1, 2 } counter accept comment \"} # handle 7\"");
	assert_int_equal(chain->rules.v[1].handle,
			 ruleset->tables.v[0]->chains.v[0]->rules.v[1]->handle);
	nc_outline_clear(&outline);
	nc_ruleset_free(ruleset);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subsequences_are_common_and_longest),
		cmocka_unit_test(common_lines_are_counted),
		cmocka_unit_test(outlines_have_every_line),
	};

	for (unsigned i = 0; i < 64; i++)
		snprintf(words[i], sizeof(words[i]), "%u", i);
	chance_begin();
	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
