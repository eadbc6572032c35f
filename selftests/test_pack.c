/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules in one piece of memory, vectors that borrow theirs, and what a stored text is read into. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "reading.h"

static const char text[] =
	"table netdev t {\n"
	"\tset s {\n\t\ttype ipv4_addr\n\t}\n\n"
	"\tchain c {\n\t\ttype filter hook ingress device \"lo\" priority filter; policy accept;\n"
	"\t\tip saddr 10.0.0.1 tcp dport 22 counter packets 0 bytes 0 drop\n"
	"\t\tip saddr @s ip ttl set 5 log prefix \"x\" drop comment \"named\"\n"
	"\t\ttcp dport { 1-2, 4 } meta mark set numgen inc mod 4 goto d\n"
	"\t}\n\n"
	"\tchain d {\n\t}\n"
	"}\n";

/* Is it within the piece of memory that begins with the rule? */
static bool is_packed(const struct nc_rule *rule, const void *at)
{
	return (const char *)at > (const char *)rule &&
	       (const char *)at < (const char *)rule + 16384;
}

static void rules_are_packed(void **state)
{
	struct reading reading;
	const struct nc_chain *chain;

	(void)state;
	read_text("", text, strlen(text), &reading);
	assert_int_equal(reading.error, 0);
	chain = reading.ruleset->tables.v[0]->chains.v[0];
	nc_vec_foreach (rule, &chain->rules) {
		assert_true(is_packed(*rule, (*rule)->stmts.v));
		nc_vec_foreach (stmt, &(*rule)->stmts) {
			if (stmt->kind == NC_STMT_MATCH)
				assert_true(is_packed(*rule, stmt->match.key.v));
		}
	}
	assert_true(chain->rules.v[0]->plain);
	assert_false(chain->rules.v[1]->plain);
	assert_false(chain->rules.v[2]->plain);
	assert_false(chain->rules.v[0]->generates);
	assert_true(chain->rules.v[2]->generates);
	end_reading(&reading);
}

static void stored_text_comes_back(void **state)
{
	struct nc_ruleset *again = NULL;
	struct nc_diag diag = {};
	struct reading reading;
	char *stored, *second;

	(void)state;
	read_text("", text, strlen(text), &reading);
	stored = print_ruleset(reading.ruleset, NC_PRINT_STORED);
	assert_non_null(strstr(stored, "goto d # handle "));
	assert_int_equal(nc_stored_read(stored, strlen(stored), &again, &diag), 0);
	second = print_ruleset(again, NC_PRINT_STORED);
	assert_string_equal(second, stored);
	free(second);
	nc_ruleset_free(again);
	/* One that was cut is refused, and leaves nothing. */
	assert_int_equal(nc_stored_read(stored, strlen(stored) - 30, &again, &diag), -EINVAL);
	nc_diag_free(&diag);
	free(stored);
	end_reading(&reading);
}

static void borrowed_elements_are_left_alone(void **state)
{
	int lent[2] = {1, 2};
	NC_VEC(int) borrower = {.v = lent, .n = 2};

	(void)state;
	assert_int_equal(nc_vec_push(&borrower, 3), 0);
	assert_int_equal(nc_vec_insert(&borrower, 0, 0), 0);
	assert_int_equal(borrower.n, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(borrower.v[i], i);
	assert_int_equal(lent[0], 1);
	nc_vec_free(&borrower);
	borrower.v = lent;
	borrower.n = 2;
	nc_vec_free(&borrower);
	assert_int_equal(lent[1], 2);
}

/* The table of fields has those of a header together: they are looked for so. */
static void every_field_is_found_by_its_name(void **state)
{
	(void)state;
	for (enum nc_field field = 0; field < _NC_FIELD_MAX; field++) {
		const struct nc_field_info *info = nc_field_info(field);
		enum nc_field found;

		assert_true(nc_field_header_known(info->header));
		assert_int_equal(nc_field_by_name(info->header, info->name, &found), 0);
		assert_int_equal(found, field);
	}
	assert_false(nc_field_header_known("ipv"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_packed),
		cmocka_unit_test(stored_text_comes_back),
		cmocka_unit_test(borrowed_elements_are_left_alone),
		cmocka_unit_test(every_field_is_found_by_its_name),
	};

	return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
