/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The language: golden files (canonical text, diagnostics, JSON), and what no golden file shows: printing is a fixed
 * point, stored text keeps handles, hostile input ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <json-c/json.h>
#include <string.h>

#include "golden.h"
#include "reading.h"

static char *print_json(const struct nc_ruleset *ruleset)
{
	struct json_object *list = json_object_new_array();
	char *text;

	nc_vec_foreach (t, &ruleset->tables) {
		json_object_array_add(list, nc_json_table(*t));
		nc_vec_foreach (s, &(*t)->sets)
			json_object_array_add(list, nc_json_set(*t, *s));
		nc_vec_foreach (c, &(*t)->chains) {
			json_object_array_add(list, nc_json_chain(*t, *c));
			nc_vec_foreach (r, &(*c)->rules)
				json_object_array_add(list, nc_json_rule(*t, *c, *r));
		}
	}
	assert_true(asprintf(&text, "%s\n",
			     json_object_to_json_string_ext(
				     list, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
						   JSON_C_TO_STRING_NOSLASHESCAPE)) > 0);
	json_object_put(list);
	return text;
}

static const char *base_name(const char *path)
{
	return strrchr(path, '/') + 1;
}

/* What is printed reads as the same ruleset. */
static int check_fixed_point(const char *path, const char *printed, unsigned flags)
{
	struct reading again;
	char *second;
	int failed;

	read_text(base_name(path), printed, strlen(printed), &again);
	if (again.error) {
		nc_diag_print(&again.diag, stderr, false);
		end_reading(&again);
		return 1;
	}
	second = print_ruleset(again.ruleset, flags);
	failed = strcmp(printed, second) != 0;
	if (failed)
		fprintf(stderr, "%s: printed\n%s--- then\n%s---\n", path, printed, second);
	free(second);
	end_reading(&again);
	return failed;
}

static int check_stored(const char *path, const struct nc_ruleset *ruleset)
{
	char *stored = print_ruleset(ruleset, NC_PRINT_STORED), *second = NULL;
	struct nc_ruleset *back = NULL;
	struct nc_diag diag = {};
	int failed = nc_stored_read(stored, strlen(stored), &back, &diag) < 0;

	if (!failed) {
		second = print_ruleset(back, NC_PRINT_STORED);
		failed = strcmp(stored, second) != 0;
	}
	if (failed) {
		nc_diag_print(&diag, stderr, false);
		fprintf(stderr, "%s: stored\n%s--- then\n%s---\n", path, stored,
			second ?: "nothing");
	}
	free(stored);
	free(second);
	nc_ruleset_free(back);
	nc_diag_free(&diag);
	return failed;
}

static void check_ok(const char *path, void *context)
{
	size_t length;
	char *text = golden_read(path, &length);
	char *printed, *numeric, *services;
	int *failed = context;
	struct reading r;

	read_text(base_name(path), text, length, &r);
	if (r.error) {
		nc_diag_print(&r.diag, stderr, false);
		(*failed)++;
		end_reading(&r);
		free(text);
		return;
	}
	printed = print_ruleset(r.ruleset, 0);
	numeric = print_ruleset(r.ruleset, NC_PRINT_NUMERIC);
	services = print_ruleset(r.ruleset, NC_PRINT_SERVICES);
	*failed += golden_compare(path, ".out", printed, text);
	*failed += check_fixed_point(path, printed, 0);
	*failed += check_fixed_point(path, numeric, NC_PRINT_NUMERIC);
	*failed += check_fixed_point(path, services, NC_PRINT_SERVICES);
	*failed += check_stored(path, r.ruleset);
	free(services);
	free(numeric);
	free(printed);
	end_reading(&r);
	free(text);
}

static void test_golden_ok(void **state)
{
	int failed = 0;

	(void)state;
	assert_true(golden_each("selftests/golden/ok", ".nft", check_ok, &failed) >= 40);
	assert_int_equal(failed, 0);
}

static void check_bad(const char *path, void *context)
{
	size_t length;
	char *text = golden_read(path, &length);
	int *failed = context;
	struct reading r;
	char *printed;

	read_text(base_name(path), text, length, &r);
	if (!r.error) {
		fprintf(stderr, "%s: accepted\n", path);
		(*failed)++;
	}
	printed = print_diag(&r.diag);
	*failed += golden_compare(path, ".err", printed, NULL);
	free(printed);
	end_reading(&r);
	free(text);
}

static void test_golden_bad(void **state)
{
	int failed = 0;

	(void)state;
	assert_true(golden_each("selftests/golden/bad", ".nft", check_bad, &failed) >= 60);
	assert_int_equal(failed, 0);
}

static void check_json(const char *path, void *context)
{
	size_t length;
	char *text = golden_read(path, &length);
	int *failed = context;
	struct reading r;
	char *printed;

	read_text(base_name(path), text, length, &r);
	assert_int_equal(r.error, 0);
	printed = print_json(r.ruleset);
	*failed += golden_compare(path, ".json", printed, NULL);
	free(printed);
	end_reading(&r);
	free(text);
}

static void test_golden_json(void **state)
{
	int failed = 0;

	(void)state;
	assert_true(golden_each("selftests/golden/json", ".nft", check_json, &failed) >= 1);
	assert_int_equal(failed, 0);
}

static struct nc_command command_of(const char *text)
{
	struct nc_source source = {.name = "", .text = text, .length = strlen(text)};
	static struct nc_script *script;
	struct nc_diag diag = {};

	nc_script_free(script);
	script = NULL;
	assert_int_equal(nc_script_parse(&source, NULL, NULL, &script, &diag), 0);
	assert_int_equal(nc_script_length(script), 1);
	nc_diag_free(&diag);
	return nc_script_command(script, 0);
}

static void test_commands(void **state)
{
	struct nc_command c;

	(void)state;
	c = command_of("list chain netdev t c");
	assert_int_equal(c.verb, NC_VERB_LIST);
	assert_int_equal(c.object, NC_OBJECT_CHAIN);
	assert_string_equal(c.table, "t");
	assert_string_equal(c.chain, "c");
	c = command_of("list ruleset netdev");
	assert_int_equal(c.object, NC_OBJECT_RULESET);
	assert_null(c.table);
	c = command_of("list counters table netdev t");
	assert_int_equal(c.object, NC_OBJECT_COUNTERS);
	assert_string_equal(c.table, "t");
	c = command_of("delete element netdev t s { 1 }");
	assert_int_equal(c.verb, NC_VERB_DELETE);
	assert_int_equal(c.object, NC_OBJECT_ELEMENT);
	assert_string_equal(c.set, "s");
	assert_int_equal(c.loc.column, 1);
	c = command_of("table netdev t {\n}\n");
	assert_int_equal(c.verb, NC_VERB_ADD);
	assert_int_equal(c.loc.line, 1);
	assert_int_equal(command_of("list tables").object, NC_OBJECT_TABLES);
}

/* Handles, and the newest ones, survive a stored text. */
static void test_stored_handles(void **state)
{
	static const char text[] =
		"# last 9\n"
		"table netdev t { # handle 7 last 40\n"
		"\tset s { # handle 3\n"
		"\t\ttype ipv4_addr\n"
		"\t}\n"
		"\n"
		"\tchain c { # handle 5\n"
		"\t\ttype filter hook ingress device \"lo\" priority filter; "
		"policy drop;\n"
		"\t\tip saddr @s counter drop comment \"# handle 1\" # handle 33\n"
		"\t\taccept # handle 12\n"
		"\t}\n"
		"}\n";
	struct nc_ruleset *ruleset = NULL;
	struct nc_diag diag = {};
	struct nc_table *table;
	char *printed;

	(void)state;
	assert_int_equal(nc_stored_read(text, strlen(text), &ruleset, &diag), 0);
	table = ruleset->tables.v[0];
	assert_int_equal(ruleset->last_handle, 9);
	assert_int_equal(table->handle, 7);
	assert_int_equal(table->last_handle, 40);
	assert_int_equal(table->sets.v[0]->handle, 3);
	assert_int_equal(table->sets.v[0]->live, 0);
	assert_false(table->sets.v[0]->elements_loaded);
	assert_int_equal(table->chains.v[0]->handle, 5);
	assert_int_equal(table->chains.v[0]->rules.v[0]->handle, 33);
	assert_int_equal(table->chains.v[0]->rules.v[1]->handle, 12);
	printed = print_ruleset(ruleset, NC_PRINT_STORED);
	assert_string_equal(printed, text);
	free(printed);
	nc_ruleset_free(ruleset);
	nc_diag_free(&diag);
}

static void test_stored_broken(void **state)
{
	static const char *const texts[] = {"table", "# last x\ntable netdev t {", "\1\2\3", "}"};
	struct nc_ruleset *ruleset = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct nc_diag diag = {};

		assert_int_equal(nc_stored_read(texts[i], strlen(texts[i]), &ruleset, &diag),
				 -EINVAL);
		assert_null(ruleset);
		assert_true(diag.n_errors > 0);
		nc_diag_free(&diag);
	}
}

/* A line of so many bytes, repeated from a piece. */
static void check_long_line(size_t size, const char *begin, const char *piece, const char *end)
{
	size_t length = strlen(begin), n = strlen(piece);
	char *text = malloc(size);
	struct reading r;

	assert_non_null(text);
	memcpy(text, begin, length);
	for (; length + n + strlen(end) < size; length += n)
		memcpy(text + length, piece, n);
	memcpy(text + length, end, strlen(end));
	read_text("long.nft", text, length + strlen(end), &r);
	assert_true(r.error < 0);
	assert_true(r.diag.n_errors > 0);
	free(print_diag(&r.diag));
	end_reading(&r);
	free(text);
}

static void test_long_lines(void **state)
{
	const size_t mega = 1 << 20;

	(void)state;
	check_long_line(10 * mega, "", "a", "\n");
	check_long_line(10 * mega, "", ":", "\n");
	check_long_line(10 * mega, "add rule netdev t c tcp dport { ", "1,", "x } drop\n");
	check_long_line(mega, "", "1", "\n");
	check_long_line(mega, "", "{", "\n");
	check_long_line(mega, "", "(", "\n");
	check_long_line(mega, "", "}", "\n");
	check_long_line(mega, "", "\xff", "\n");
	check_long_line(mega, "\"", "a ", "\n");
	check_long_line(mega, "add rule netdev t c tcp flags ", "syn|", "ack drop\n");
	check_long_line(mega, "add rule netdev t c tcp flags & ", "(", "\n");
	check_long_line(mega, "add rule netdev t c ", "tcp dport 70000 ", "drop\n");
	check_long_line(mega, "table netdev t { set s { type inet_service; elements = {", " 1,",
			" x } } }\n");
}

static void test_not_text(void **state)
{
	static const char elf[] = "\177ELF\2\1\1\0";
	struct reading r;
	char *printed;

	(void)state;
	read_text("binary", elf, sizeof(elf), &r);
	assert_int_equal(r.error, -EINVAL);
	assert_int_equal(r.diag.n_errors, 1);
	printed = print_diag(&r.diag);
	assert_non_null(strstr(printed, "not a text file: byte 0x7f"));
	free(printed);
	end_reading(&r);
	read_text("nul", "table netdev t {\n}\n\0", 20, &r);
	assert_int_equal(r.error, -EINVAL);
	assert_int_equal(r.diag.n_errors, 1);
	end_reading(&r);
}

/* Places count bytes from 1, also behind a line that was joined by a backslash. */
static void test_places(void **state)
{
	static const char text[] = "list ruleset\nadd \\\n  rule netdev t c foo\n";
	struct reading r;
	const struct nc_message *message;

	(void)state;
	read_text("places", text, strlen(text), &r);
	assert_int_equal(r.diag.n_errors, 1);
	message = &r.diag.messages.v[0];
	assert_int_equal(message->loc.line, 3);
	assert_int_equal(message->loc.column, 19);
	assert_int_equal(message->loc.end_column, 21);
	assert_int_equal(message->loc.line_offset, 19);
	end_reading(&r);
}

static const char elements_base[] = "table netdev t {\n"
				    "set v { type ipv4_addr\n elements = { 10.0.0.1 }\n }\n"
				    "set i { type ipv4_addr\n flags interval\n }\n}\n";

static int elements_of(const char *command, size_t set, nc_set_elements *ret)
{
	struct nc_source source = {.name = "", .text = command, .length = strlen(command)};
	struct nc_script *script = NULL;
	struct nc_diag diag = {};
	struct reading base;
	int error;

	read_text("base", elements_base, strlen(elements_base), &base);
	assert_int_equal(base.error, 0);
	assert_int_equal(nc_script_parse(&source, NULL, NULL, &script, &diag), 0);
	error = nc_script_elements(script, 0, base.ruleset->tables.v[0]->sets.v[set], ret, &diag);
	assert_int_equal(error<0, diag.n_errors> 0);
	nc_script_free(script);
	nc_diag_free(&diag);
	end_reading(&base);
	return error;
}

static void test_elements(void **state)
{
	nc_set_elements elements = {};

	(void)state;
	assert_int_equal(elements_of("add element netdev t v { 10.0.0.9, 10.0.0.2 }", 0, &elements),
			 0);
	assert_int_equal(elements.n, 2);
	assert_true(elements.v[0].interval.low == 0x0a000002);
	nc_vec_free(&elements);
	assert_int_equal(elements_of("add element netdev t v { 10.0.0.0/8 }", 0, &elements),
			 -EINVAL);
	assert_int_equal(elements_of("add element netdev t i { 10.0.0.0/8 }", 1, &elements), 0);
	assert_true(elements.v[0].interval.high == 0x0affffff);
	nc_vec_free(&elements);
	assert_int_equal(elements_of("add element netdev t i { ::1 }", 1, &elements), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden_ok),      cmocka_unit_test(test_golden_bad),
		cmocka_unit_test(test_golden_json),    cmocka_unit_test(test_commands),
		cmocka_unit_test(test_stored_handles), cmocka_unit_test(test_stored_broken),
		cmocka_unit_test(test_long_lines),     cmocka_unit_test(test_not_text),
		cmocka_unit_test(test_places),	       cmocka_unit_test(test_elements),
	};

	return cmocka_run_group_tests_name("lang", tests, NULL, NULL);
}
