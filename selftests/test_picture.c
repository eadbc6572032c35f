/* SPDX-License-Identifier: GPL-2.0-only */
/* What changed between two rulesets: texts as lists print them, and the lines that "monitor ruleset" makes of them. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "chance.h"
#include "cmd/picture.h"

static struct nc_picture *take(const char *text)
{
	struct nc_picture *picture = NULL;

	assert_int_equal(nc_picture_take(text, NULL, &picture), 0);
	return picture;
}

static int print(void *context, const struct nc_change *change)
{
	fprintf(context, "%s %s %s\n", change->verb, change->object, change->text);
	return 0;
}

static void expect(const char *old_text, const char *new_text, const char *lines)
{
	_cleanup_(nc_picture_freep) struct nc_picture *old = take(old_text), *new = take(new_text);
	_cleanup_free_ char *got = NULL;
	size_t length;
	FILE *out = open_memstream(&got, &length);

	assert_int_equal(nc_picture_compare(old, new, print, out), 0);
	fclose(out);
	assert_string_equal(got, lines);
}

#define TABLE(body) "table netdev t { # handle 1\n" body "}\n"
#define CHAIN(rules)                                                                               \
	TABLE("\tchain c { # handle 2\n"                                                           \
	      "\t\ttype filter hook ingress device \"d\" priority filter; policy accept;\n" rules  \
	      "\t}\n")
#define RULE(text, handle) "\t\t" text " # handle " #handle "\n"
#define SET(body)	   TABLE("\tset s { # handle 3\n\t\ttype ipv4_addr\n" body "\t}\n")

static void tables_and_blocks(void **state)
{
	static const char all[] =
		"table netdev t { # handle 1\n"
		"\tcomment \"a { b } # handle 7\"\n"
		"\n"
		"\tcounter seen { # handle 4\n"
		"\t\tcomment \"x # handle 1\"\n"
		"\t}\n"
		"\n"
		"\tmap m { # handle 5\n"
		"\t\ttype ipv4_addr . inet_service : verdict\n"
		"\t\tflags interval\n"
		"\t\telements = { 10.0.0.1 . 80 comment \"a, } b\" : drop,\n"
		"\t\t\t     10.0.0.2 . 81-90 : jump c }\n"
		"\t}\n"
		"\n"
		"\tchain c { # handle 2\n"
		"\t\tcomment \"regular # handle 9\"\n"
		"\t\ttcp dport { 22, 80 } accept comment \"# handle 8\" # handle 3\n"
		"\t}\n"
		"}\n";

	(void)state;
	expect("", all,
	       "add table netdev t { comment \"a { b } # handle 7\"; }\n"
	       "add counter netdev t seen { comment \"x # handle 1\"; }\n"
	       "add map netdev t m { type ipv4_addr . inet_service : verdict; flags interval; }\n"
	       "add chain netdev t c { comment \"regular # handle 9\"; }\n"
	       "add element netdev t m { 10.0.0.1 . 80 comment \"a, } b\" : drop }\n"
	       "add element netdev t m { 10.0.0.2 . 81-90 : jump c }\n"
	       "add rule netdev t c tcp dport { 22, 80 } accept comment \"# handle 8\"\n");
	expect(all, "",
	       "delete rule netdev t c handle 3\n"
	       "delete counter netdev t seen\n"
	       "delete map netdev t m\n"
	       "delete chain netdev t c\n"
	       "delete table netdev t\n");
	expect(all, all, "");
}

/* Another table of the same name is another table, and so are its chains. */
static void handles_identify(void **state)
{
	(void)state;
	expect("table netdev t { # handle 1\n\tchain c { # handle 1\n\t}\n}\n",
	       "table netdev t { # handle 2\n\tchain c { # handle 1\n\t}\n}\n",
	       "delete chain netdev t c\ndelete table netdev t\n"
	       "add table netdev t\nadd chain netdev t c\n");
}

static void a_changed_block_is_added_again(void **state)
{
	(void)state;
	expect("table netdev t { # handle 1\n\tchain c { # handle 1\n\t\tpolicy drop;\n\t}\n}\n",
	       "table netdev t { # handle 1\n\tchain c { # handle 1\n\t\tpolicy accept;\n\t}\n}\n",
	       "add chain netdev t c { policy accept; }\n");
}

static void rules_have_places(void **state)
{
	static const char three[] = CHAIN(RULE("a", 3) RULE("b", 4) RULE("c", 5));

	(void)state;
	expect(three, CHAIN(RULE("a", 3) RULE("b", 4) RULE("c", 5) RULE("d", 6) RULE("e", 7)),
	       "add rule netdev t c d\nadd rule netdev t c e\n");
	expect(three, CHAIN(RULE("d", 6) RULE("e", 7) RULE("a", 3) RULE("b", 4) RULE("c", 5)),
	       "insert rule netdev t c d\nadd rule netdev t c handle 6 e\n");
	expect(three, CHAIN(RULE("a", 3) RULE("d", 6) RULE("b", 4) RULE("c", 5)),
	       "add rule netdev t c handle 3 d\n");
	expect(three, CHAIN(RULE("a", 3) RULE("c", 5)), "delete rule netdev t c handle 4\n");
	expect(three, CHAIN(RULE("a", 3) RULE("B", 4) RULE("c", 5)),
	       "delete rule netdev t c handle 4\nadd rule netdev t c handle 3 B\n");
	/* The last to the front: one rule moved, not two. */
	expect(three, CHAIN(RULE("c", 5) RULE("a", 3) RULE("b", 4)),
	       "delete rule netdev t c handle 5\ninsert rule netdev t c c\n");
	expect(three, CHAIN(RULE("b", 4) RULE("c", 5) RULE("a", 3)),
	       "delete rule netdev t c handle 3\nadd rule netdev t c a\n");
}

static void elements_come_and_go(void **state)
{
	(void)state;
	expect(SET(""), SET("\t\telements = { 10.0.0.1, 10.0.0.2 }\n"),
	       "add element netdev t s { 10.0.0.1 }\nadd element netdev t s { 10.0.0.2 }\n");
	expect(SET("\t\telements = { 10.0.0.1, 10.0.0.2,\n\t\t\t     10.0.0.9 }\n"),
	       SET("\t\telements = { 10.0.0.0/31, 10.0.0.2 }\n"),
	       "delete element netdev t s { 10.0.0.1 }\ndelete element netdev t s { 10.0.0.9 }\n"
	       "add element netdev t s { 10.0.0.0/31 }\n");
	expect(SET("\t\telements = { 10.0.0.1 }\n"), TABLE(""), "delete set netdev t s\n");
}

static int stop_at_once(void *context, const struct nc_change *change)
{
	(void)change;
	++*(int *)context;
	return -ECANCELED;
}

static void telling_can_be_stopped(void **state)
{
	_cleanup_(nc_picture_freep) struct nc_picture *old = take("");
	_cleanup_(nc_picture_freep) struct nc_picture *new = take(CHAIN(RULE("a", 3)));
	int n = 0;

	(void)state;
	assert_int_equal(nc_picture_compare(old, new, stop_at_once, &n), -ECANCELED);
	assert_int_equal(n, 1);
}

static void other_texts_are_refused(void **state)
{
	static const char *const texts[] = {"nonsense\n", "table netdev t { # handle 1\n",
					    "\tchain c {\n\t}\n"};
	struct nc_picture *picture = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(nc_picture_take(texts[i], NULL, &picture), -EBADMSG);
}

/* --- random chains: the lines, performed on the old rules, give the new ones --------------------------- */

#define RULES 12

struct rules {
	unsigned handle[2 * RULES];
	size_t n;
};

static void write_rules(const struct rules *rules, char text[4096])
{
	size_t used = snprintf(text, 4096, "table netdev t { # handle 1\n\tchain c { # handle 2\n");

	for (size_t i = 0; i < rules->n; i++)
		used += snprintf(text + used, 4096 - used, "\t\trule%u # handle %u\n",
				 rules->handle[i], rules->handle[i]);
	snprintf(text + used, 4096 - used, "\t}\n}\n");
}

static struct rules random_rules(void)
{
	unsigned handles[RULES];
	struct rules rules = {};

	for (unsigned i = 0; i < RULES; i++)
		handles[i] = i + 3;
	for (unsigned i = RULES; i > 1; i--) {
		unsigned j = below(i), swap = handles[i - 1];

		/* Mostly in order, so that something stays. */
		if (below(3))
			continue;
		handles[i - 1] = handles[j];
		handles[j] = swap;
	}
	for (unsigned i = 0; i < RULES; i++) {
		if (below(4))
			rules.handle[rules.n++] = handles[i];
	}
	return rules;
}

static size_t place_of(const struct rules *rules, unsigned handle)
{
	size_t i = 0;

	while (i < rules->n && rules->handle[i] != handle)
		i++;
	assert_true(i < rules->n);
	return i;
}

static void put_in(struct rules *rules, size_t at, unsigned handle)
{
	memmove(&rules->handle[at + 1], &rules->handle[at],
		(rules->n++ - at) * sizeof(*rules->handle));
	rules->handle[at] = handle;
}

static int perform(void *context, const struct nc_change *change)
{
	struct rules *rules = context;
	unsigned handle, after;

	if (sscanf(change->text, "netdev t c handle %u rule%u", &after, &handle) == 2) {
		put_in(rules, place_of(rules, after) + 1, handle);
	} else if (sscanf(change->text, "netdev t c rule%u", &handle) == 1) {
		put_in(rules, *change->verb == 'i' ? 0 : rules->n, handle);
	} else {
		size_t at;

		assert_int_equal(sscanf(change->text, "netdev t c handle %u", &handle), 1);
		at = place_of(rules, handle);
		memmove(&rules->handle[at], &rules->handle[at + 1],
			(--rules->n - at) * sizeof(*rules->handle));
	}
	return 0;
}

static void lines_can_be_performed(void **state)
{
	char old_text[4096], new_text[4096];

	(void)state;
	chance_begin();
	for (unsigned i = 0; i < 3000; i++) {
		struct rules old = random_rules(), new = random_rules();
		_cleanup_(nc_picture_freep) struct nc_picture *before = NULL, *after = NULL;

		write_rules(&old, old_text);
		write_rules(&new, new_text);
		before = take(old_text);
		after = take(new_text);
		assert_int_equal(nc_picture_compare(before, after, perform, &old), 0);
		assert_int_equal(old.n, new.n);
		assert_memory_equal(old.handle, new.handle, new.n * sizeof(*new.handle));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_and_blocks),
		cmocka_unit_test(handles_identify),
		cmocka_unit_test(a_changed_block_is_added_again),
		cmocka_unit_test(rules_have_places),
		cmocka_unit_test(elements_come_and_go),
		cmocka_unit_test(telling_can_be_stopped),
		cmocka_unit_test(other_texts_are_refused),
		cmocka_unit_test(lines_can_be_performed),
	};

	return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
