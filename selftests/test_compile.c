/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Model and compiler without a kernel: prefix covers there and back, images that are the same byte for byte and that only go
 * forward, identity across rulesets, implied matches; images of selftests/golden/image beside their sources (UPDATE=1 writes
 * them anew).
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "compile/compile.h"
#include "golden.h"
#include "lang/lang.h"

static struct nc_ruleset *read_ruleset(const char *text)
{
	struct nc_source source = {"text", text, strlen(text)};
	_cleanup_(nc_script_freep) struct nc_script *script = NULL;
	struct nc_ruleset *ruleset = nc_ruleset_new();
	struct nc_diag diag = {};

	if (nc_script_parse(&source, &script, &diag) < 0 ||
	    nc_script_run(script, ruleset, NULL, NULL, &diag) < 0) {
		nc_diag_print(&diag, stderr, false);
		fail();
	}
	nc_diag_free(&diag);
	return ruleset;
}

static struct nc_image compile(const struct nc_ruleset *ruleset)
{
	struct nc_image image = {};
	struct nc_diag diag = {};

	assert_int_equal(nc_compile(ruleset, &image, &diag), 0);
	nc_diag_free(&diag);
	return image;
}

/* --- set keys ------------------------------------------------------------------------------------------- */

static uint64_t random_state = 1;

static uint64_t random64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	return random_state ^= random_state << 17;
}

static nc_num random_number(enum nc_type type)
{
	nc_num number = (nc_num)random64() << 64 | random64();

	return (number >> random64() % 128) & nc_type_max(type);
}

/* Disjoint intervals, as keys and back. */
static void covers_there_and_back(void **state)
{
	static const enum nc_type types[] = {NC_TYPE_IPV4_ADDR, NC_TYPE_IPV6_ADDR,
					     NC_TYPE_INET_SERVICE, NC_TYPE_ETHER_ADDR};

	(void)state;
	for (int round = 0; round < 400; round++) {
		enum nc_type type = types[round % 4];
		enum nc_set_class class = nc_set_class(type, true);
		nc_set_elements elements = {}, back = {};
		nc_set_keys keys = {};
		nc_num at = 0;

		for (int i = 0; i < 20; i++) {
			struct nc_set_element element = {};
			nc_num gap = random_number(type) / 64, width = random_number(type) / 64;

			if (nc_type_max(type) - at < gap || nc_type_max(type) - at - gap < width)
				break;
			element.interval.low = at + gap;
			element.interval.high = at + gap + width;
			assert_int_equal(nc_vec_push(&elements, element), 0);
			if (element.interval.high == nc_type_max(type))
				break;
			at = element.interval.high + 1;
		}
		for (size_t i = 0; i < elements.n; i++)
			assert_int_equal(
				nc_set_keys_append(type, class, &elements.v[i].interval, &keys), 0);
		for (size_t i = keys.n; i > 1; i--) {
			size_t j = random64() % i;
			struct nc_set_key key = keys.v[i - 1];

			keys.v[i - 1] = keys.v[j];
			keys.v[j] = key;
		}
		assert_int_equal(nc_set_keys_read(type, class, &keys, &back), 0);
		assert_int_equal(back.n, elements.n);
		for (size_t i = 0; i < back.n; i++)
			assert_memory_equal(&back.v[i].interval, &elements.v[i].interval,
					    sizeof(struct nc_interval));
		nc_vec_free(&elements);
		nc_vec_free(&back);
		nc_vec_free(&keys);
	}
}

static void whole_address_space_is_one_key(void **state)
{
	static const enum nc_type types[] = {NC_TYPE_IPV4_ADDR, NC_TYPE_IPV6_ADDR,
					     NC_TYPE_INET_SERVICE};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct nc_interval all = {0, nc_type_max(types[i])};
		nc_set_keys keys = {};

		assert_int_equal(
			nc_set_keys_append(types[i], nc_set_class(types[i], true), &all, &keys), 0);
		assert_int_equal(keys.n, 1);
		assert_int_equal(keys.v[0].prefix16.prefixlen, 0);
		nc_vec_free(&keys);
	}
}

static void torn_intervals_are_noticed(void **state)
{
	struct nc_interval range = {1, 6};
	nc_set_keys keys = {};
	nc_set_elements back = {};

	(void)state;
	assert_int_equal(nc_set_keys_append(NC_TYPE_INET_SERVICE, NC_CLASS_LPM8, &range, &keys), 0);
	assert_true(keys.n > 2);
	nc_vec_remove(&keys, 1);
	assert_int_equal(nc_set_keys_read(NC_TYPE_INET_SERVICE, NC_CLASS_LPM8, &keys, &back),
			 -EBADMSG);
	nc_vec_free(&keys);
}

/* --- images ------------------------------------------------------------------------------------------------ */

static const char mixed[] =
	"table netdev t {\n"
	"set s { type ipv4_addr; flags interval; elements = { 10.0.0.1-10.0.0.9 }; }\n"
	"chain a { type filter hook ingress devices = { \"x\", \"y\" } priority 1; policy drop;\n"
	"ip saddr @s counter accept\nip6 daddr != { ::1, ::5-::9 } drop\ntcp dport { 1, 2 } "
	"counter\n"
	"tcp dport { 1, 3, 5, 7, 9, 11, 13, 15, 17 } accept\n}\n"
	"chain b { type filter hook ingress device \"x\" priority 0; policy accept;\nudp sport != "
	"5-9 accept\n}\n}\n";

static void same_ruleset_same_image(void **state)
{
	struct nc_ruleset *one = read_ruleset(mixed), *other = read_ruleset(mixed);
	struct nc_image a, b;

	(void)state;
	nc_ruleset_assign_counters(one, NULL, 0);
	nc_ruleset_assign_counters(other, NULL, 0);
	a = compile(one);
	b = compile(other);
	assert_int_equal(a.steps.n, b.steps.n);
	assert_memory_equal(a.steps.v, b.steps.v, a.steps.n * sizeof(*a.steps.v));
	assert_int_equal(a.clauses.n, b.clauses.n);
	assert_memory_equal(a.clauses.v, b.clauses.v, a.clauses.n * sizeof(*a.clauses.v));
	assert_memory_equal(&a.spec, &b.spec, sizeof(a.spec));
	nc_image_clear(&a);
	nc_image_clear(&b);
	nc_ruleset_free(one);
	nc_ruleset_free(other);
}

static void check_target(const struct nc_image *image, uint32_t target, uint32_t from)
{
	if (target & NC_TARGET_CLAUSE)
		assert_true((target & ~NC_TARGET_CLAUSE) < image->clauses.n);
	else
		assert_in_range(target, from + 1, image->steps.n - 1);
}

static void steps_go_forward(void **state)
{
	struct nc_ruleset *ruleset = read_ruleset(mixed);
	struct nc_image image = compile(ruleset);

	(void)state;
	for (size_t i = 0; i < image.steps.n; i++) {
		check_target(&image, image.steps.v[i].hit, i);
		check_target(&image, image.steps.v[i].miss, i);
	}
	nc_image_clear(&image);
	nc_ruleset_free(ruleset);
}

/* --- identity ------------------------------------------------------------------------------------------------ */

#define CHAIN(rules)                                                                               \
	"table netdev t {\nchain c { type filter hook ingress device \"x\" priority 0;\n" rules    \
	"}\n}\n"

static void same_rules_keep_handles_and_counters(void **state)
{
	struct nc_ruleset *live =
		read_ruleset(CHAIN("tcp dport 1 counter drop\ntcp dport 2 counter drop\n"
				   "tcp dport 1 counter drop\n"));
	struct nc_ruleset *next =
		read_ruleset(CHAIN("tcp dport 9 counter\ntcp dport 1 counter drop\n"
				   "tcp dport 1 counter drop\n"
				   "tcp dport 2 counter packets 5 bytes 6 drop\n"));
	struct nc_rule **was = live->tables.v[0]->chains.v[0]->rules.v;
	struct nc_rule **is = next->tables.v[0]->chains.v[0]->rules.v;
	const uint64_t busy = 7;

	(void)state;
	assert_int_equal(nc_ruleset_assign_counters(live, NULL, 0), 3);
	assert_int_equal(nc_ruleset_inherit(next, live), 0);
	assert_int_equal(nc_ruleset_assign_counters(next, &busy, 64), 5);
	assert_int_equal(is[1]->handle, was[0]->handle);
	assert_int_equal(is[1]->counter_id, was[0]->counter_id);
	assert_int_equal(is[2]->handle, was[2]->handle);
	assert_int_equal(is[2]->counter_id, was[2]->counter_id);
	assert_true(is[0]->handle > was[2]->handle);
	assert_int_equal(is[0]->counter_id, 3);
	assert_true(is[0]->counter_fresh);
	assert_int_equal(is[3]->handle, was[1]->handle);
	assert_int_equal(is[3]->counter_id, 4);
	nc_ruleset_free(live);
	nc_ruleset_free(next);
}

/* --- implied matches ------------------------------------------------------------------------------------------ */

/* What nft 1.0.6 was seen to add to a rule ("nft --debug=netlink"). */
static void implied_as_by_nft(void **state)
{
	static const struct {
		const char *rule;
		enum nc_field implied[4]; /* _NC_FIELD_MAX ends */
	} cases[] = {
		{"ip saddr 1.2.3.4", {NC_FIELD_META_PROTOCOL, _NC_FIELD_MAX}},
		{"ether saddr 00:00:00:00:00:01 ip saddr 1.2.3.4",
		 {NC_FIELD_ETHER_TYPE, _NC_FIELD_MAX}},
		{"vlan id 5", {NC_FIELD_ETHER_TYPE, _NC_FIELD_MAX}},
		{"vlan id 5 ip saddr 1.2.3.4",
		 {NC_FIELD_ETHER_TYPE, NC_FIELD_VLAN_TYPE, _NC_FIELD_MAX}},
		{"ether type 8021ad vlan id 5", {_NC_FIELD_MAX}},
		{"tcp dport 80", {NC_FIELD_META_L4PROTO, _NC_FIELD_MAX}},
		{"ip protocol tcp tcp dport 80", {NC_FIELD_META_PROTOCOL, _NC_FIELD_MAX}},
		{"ip protocol != tcp tcp dport 80",
		 {NC_FIELD_META_PROTOCOL, NC_FIELD_META_L4PROTO, _NC_FIELD_MAX}},
		{"meta l4proto tcp tcp dport 80", {_NC_FIELD_MAX}},
		{"th dport 80", {_NC_FIELD_MAX}},
		{"icmp type 8", {NC_FIELD_META_PROTOCOL, NC_FIELD_META_L4PROTO, _NC_FIELD_MAX}},
		{"meta l4proto icmp icmp type 8", {_NC_FIELD_MAX}},
		{"ip6 saddr ::1 icmp type 8",
		 {NC_FIELD_META_PROTOCOL, NC_FIELD_META_L4PROTO, _NC_FIELD_MAX}},
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct nc_ruleset *ruleset;
		size_t n = 0;

		snprintf(text, sizeof(text), CHAIN("%s\n"), cases[i].rule);
		ruleset = read_ruleset(text);
		nc_vec_foreach (stmt, &ruleset->tables.v[0]->chains.v[0]->rules.v[0]->stmts) {
			if (stmt->kind == NC_STMT_MATCH && stmt->match.implied)
				assert_int_equal(stmt->match.field, cases[i].implied[n++]);
		}
		assert_int_equal(cases[i].implied[n], _NC_FIELD_MAX);
		nc_ruleset_free(ruleset);
	}
}

/* --- golden images ---------------------------------------------------------------------------------------------- */

static void dump_file(const char *path, char **ret, size_t *ret_length)
{
	char *text = NULL;
	size_t n = 0;
	FILE *in = fopen(path, "re"), *out = open_memstream(ret, ret_length);
	struct nc_ruleset *ruleset;
	struct nc_image image;

	assert_non_null(in);
	assert_true(getdelim(&text, &n, '\0', in) > 0);
	fclose(in);
	ruleset = read_ruleset(text);
	nc_ruleset_assign_counters(ruleset, NULL, 0);
	image = compile(ruleset);
	nc_image_dump(&image, out);
	fclose(out);
	nc_image_clear(&image);
	nc_ruleset_free(ruleset);
	free(text);
}

#define IMAGES "selftests/golden/image"

static void golden_images(void **state)
{
	struct dirent **entries;
	int n = scandir(IMAGES, &entries, NULL, alphasort);

	(void)state;
	assert_true(n > 2);
	for (int i = 0; i < n; i++) {
		char source[512], golden[520], *got = NULL, *wanted = NULL;
		size_t length, room = 0;
		char *dot = strstr(entries[i]->d_name, ".nft");
		FILE *file;

		snprintf(source, sizeof(source), IMAGES "/%s", entries[i]->d_name);
		free(entries[i]);
		if (!dot)
			continue;
		snprintf(golden, sizeof(golden), "%.*s.dump", (int)strlen(source) - 4, source);
		dump_file(source, &got, &length);
		file = fopen(golden, getenv("UPDATE") ? "we" : "re");
		assert_non_null(file);
		if (getenv("UPDATE")) {
			fwrite(got, 1, length, file);
		} else {
			assert_true(getdelim(&wanted, &room, '\0', file) > 0);
			assert_string_equal(got, wanted);
		}
		fclose(file);
		free(got);
		free(wanted);
	}
	free(entries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(covers_there_and_back),
		cmocka_unit_test(whole_address_space_is_one_key),
		cmocka_unit_test(torn_intervals_are_noticed),
		cmocka_unit_test(same_ruleset_same_image),
		cmocka_unit_test(steps_go_forward),
		cmocka_unit_test(same_rules_keep_handles_and_counters),
		cmocka_unit_test(implied_as_by_nft),
		cmocka_unit_test(golden_images),
	};

	return cmocka_run_group_tests_name("compile", tests, NULL, NULL);
}
