/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON as input: golden pairs of JSON and the nft text that it means, or what is said of JSON that means nothing; and JSON
 * that netctl itself printed, which is the ruleset that it was printed for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "golden.h"
#include "lang/json_read.h"
#include "reading.h"
#include "util/cleanup.h"

static int translate(const struct nc_source *source, char **ret_text, struct nc_diag *diag)
{
	size_t length;
	int r = nc_json_translate(source, ret_text, &length, diag);

	assert_int_equal(r<0, diag->n_errors> 0);
	if (r == 0)
		assert_int_equal(strlen(*ret_text), length);
	return r;
}

static void check_golden(const char *path, void *context)
{
	_cleanup_free_ char *json = NULL, *text = NULL;
	struct nc_source source = {.name = strrchr(path, '/') + 1};
	struct nc_diag diag = {};
	int *failed = context;

	json = golden_read(path, &source.length);
	source.text = json;
	assert_true(nc_json_is(&source));
	if (translate(&source, &text, &diag) < 0) {
		text = print_diag(&diag);
		*failed += golden_compare(path, ".err", text, NULL);
	} else {
		*failed += golden_compare(path, ".nft", text, NULL);
	}
	nc_diag_free(&diag);
}

static void test_golden(void **state)
{
	int failed = 0;

	(void)state;
	assert_true(golden_each("selftests/golden/json_in", ".json", check_golden, &failed) >= 30);
	assert_int_equal(failed, 0);
}

/* The .nft that a .json was printed for, and what the .json reads as. */
static void check_own(const char *path, void *context)
{
	_cleanup_free_ char *list = NULL, *nft = NULL, *json = NULL, *text = NULL;
	_cleanup_free_ char *written = NULL, *got = NULL, *nft_path = NULL;
	struct nc_source source = {.name = path};
	struct reading from_nft, from_json;
	struct nc_diag diag = {};
	size_t length;
	int *failed = context;

	list = golden_read(path, &length);
	assert_true(asprintf(&json, "{\"nftables\": %s}", list) > 0);
	assert_true(asprintf(&nft_path, "%.*s.nft", (int)strlen(path) - 5, path) > 0);
	nft = golden_read(nft_path, &length);
	source.text = json;
	source.length = strlen(json);
	if (translate(&source, &text, &diag) < 0) {
		nc_diag_print(&diag, stderr, false);
		fail_msg("%s", path);
	}
	read_text("nft", nft, length, &from_nft);
	read_text("translated", text, strlen(text), &from_json);
	nc_diag_print(&from_json.diag, stderr, false);
	assert_int_equal(from_json.error, 0);
	written = print_ruleset(from_nft.ruleset, 0);
	got = print_ruleset(from_json.ruleset, 0);
	if (strcmp(written, got) != 0) {
		fprintf(stderr, "%s: expected\n%s--- got\n%s---\n", path, written, got);
		(*failed)++;
	}
	end_reading(&from_nft);
	end_reading(&from_json);
	nc_diag_free(&diag);
}

static void test_own_output(void **state)
{
	int failed = 0;

	(void)state;
	assert_true(golden_each("selftests/golden/json", ".json", check_own, &failed) >= 4);
	assert_int_equal(failed, 0);
}

static bool is_json(const char *text)
{
	struct nc_source source = {.name = "", .text = text, .length = strlen(text)};

	return nc_json_is(&source);
}

static void test_is_json(void **state)
{
	(void)state;
	assert_true(is_json("{\"nftables\": []}"));
	assert_true(is_json(" \t\r\n{"));
	assert_false(is_json(""));
	assert_false(is_json("  \n"));
	assert_false(is_json("table netdev t {"));
	assert_false(is_json("# {\n{"));
}

/* A string in every place where one can be. */
static const char *const places[] = {
	"{\"nftables\": [{\"table\": {\"family\": \"netdev\", \"name\": \"%s\"}}]}",
	"{\"nftables\": [{\"table\": {\"family\": \"%s\", \"name\": \"t\"}}]}",
	"{\"nftables\": [{\"table\": {\"family\": \"netdev\", \"name\": \"t\", \"comment\": "
	"\"%s\"}}]}",
	"{\"nftables\": [{\"chain\": {\"family\": \"netdev\", \"table\": \"t\", \"name\": \"c\", "
	"\"type\": \"filter\", "
	"\"hook\": \"%s\", \"prio\": 0, \"dev\": \"lo\"}}]}",
	"{\"nftables\": [{\"chain\": {\"family\": \"netdev\", \"table\": \"t\", \"name\": \"c\", "
	"\"type\": \"filter\", "
	"\"hook\": \"ingress\", \"prio\": 0, \"dev\": [\"%s\"]}}]}",
	"{\"nftables\": [{\"rule\": {\"family\": \"netdev\", \"table\": \"t\", \"chain\": \"c\", "
	"\"expr\": [{\"match\": "
	"{\"op\": \"==\", \"left\": {\"meta\": {\"key\": \"mark\"}}, \"right\": \"%s\"}}]}}]}",
	"{\"nftables\": [{\"rule\": {\"family\": \"netdev\", \"table\": \"t\", \"chain\": \"c\", "
	"\"expr\": [{\"match\": "
	"{\"op\": \"==\", \"left\": {\"meta\": {\"key\": \"%s\"}}, \"right\": 5}}]}}]}",
	"{\"nftables\": [{\"rule\": {\"family\": \"netdev\", \"table\": \"t\", \"chain\": \"c\", "
	"\"expr\": [{\"match\": "
	"{\"op\": \"%s\", \"left\": {\"meta\": {\"key\": \"mark\"}}, \"right\": 5}}]}}]}",
	"{\"nftables\": [{\"rule\": {\"family\": \"netdev\", \"table\": \"t\", \"chain\": \"c\", "
	"\"expr\": [{\"match\": "
	"{\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"arp\", \"field\": \"%s\"}}, "
	"\"right\": 5}}]}}]}",
	"{\"nftables\": [{\"rule\": {\"family\": \"netdev\", \"table\": \"t\", \"chain\": \"c\", "
	"\"expr\": [{\"match\": "
	"{\"op\": \"==\", \"left\": {\"meta\": {\"key\": \"mark\"}}, \"right\": \"@%s\"}}]}}]}",
	"{\"nftables\": [{\"rule\": {\"family\": \"netdev\", \"table\": \"t\", \"chain\": \"c\", "
	"\"expr\": "
	"[{\"log\": {\"prefix\": \"%s\"}}]}}]}",
	"{\"nftables\": [{\"rule\": {\"family\": \"netdev\", \"table\": \"t\", \"chain\": \"c\", "
	"\"expr\": "
	"[{\"jump\": {\"target\": \"%s\"}}]}}]}",
	"{\"nftables\": [{\"rule\": {\"family\": \"netdev\", \"table\": \"t\", \"chain\": \"c\", "
	"\"expr\": "
	"[{\"%s\": null}]}}]}",
	"{\"nftables\": [{\"set\": {\"family\": \"netdev\", \"table\": \"t\", \"name\": \"s\", "
	"\"type\": \"%s\"}}]}",
	"{\"nftables\": [{\"element\": {\"family\": \"netdev\", \"table\": \"t\", \"name\": \"s\", "
	"\"elem\": [\"%s\"]}}]}",
	"{\"nftables\": [{\"%s\": {\"family\": \"netdev\", \"name\": \"t\"}}]}",
};

/* Without the quoted strings, is there anything that would begin or end something in the text? */
static bool is_one_command(const char *text)
{
	bool quoted = false;
	size_t lines = 0;

	for (; *text; text++) {
		if (*text == '"')
			quoted = !quoted;
		else if (!quoted && (*text == '#' || *text == '\\' || *text == '$' || *text == '('))
			return false;
		else if (*text == '\n')
			lines++;
		if (quoted && *text == '\n')
			return false;
		if (!quoted && strncmp(text, "flush", 5) == 0)
			return false;
	}
	return lines == 1 && !quoted;
}

static void test_no_injection(void **state)
{
	static const char *const strings[] = {
		"x; flush ruleset",
		"x\\nflush ruleset",
		"x\\\" flush ruleset",
		"x } flush ruleset",
		"x # flush",
		"x\\\\",
		"$flush",
		"x\\u0000y",
		"x\\u001b[1m",
		"",
		" ",
		" flush",
		"@flush it",
		"*; flush",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		for (size_t j = 0; j < sizeof(strings) / sizeof(*strings); j++) {
			_cleanup_free_ char *json = NULL, *text = NULL, *shown = NULL;
			struct nc_source source = {.name = "json"};
			struct nc_diag diag = {};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			source.length = asprintf(&json, places[i], strings[j]);
#pragma GCC diagnostic pop
			source.text = json;
			if (translate(&source, &text, &diag) == 0 && !is_one_command(text))
				fail_msg("%s became\n%s", json, text);
			shown = print_diag(&diag);
			assert_null(strchr(shown, '\033'));
			nc_diag_free(&diag);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_own_output),
		cmocka_unit_test(test_is_json),
		cmocka_unit_test(test_no_injection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
