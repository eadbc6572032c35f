/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model: what rules imply, what commands do to a ruleset, elements, identity across rulesets. What is expected was
 * seen with nft 1.0.6 on Linux 6.18: bytecode by "nft --debug=netlink", edits by doing them.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

#include "chance.h"
#include "elements.h"
#include "lang/lang.h"
#include "model/edit.h"
#include "reading.h"

#define BASE                                                                                       \
	"add table netdev t\n"                                                                     \
	"add set netdev t four { type ipv4_addr; flags interval; }\n"                              \
	"add set netdev t ports { type inet_service; elements = { 1, 2 }; }\n"                     \
	"add chain netdev t c { type filter hook ingress device lo priority 0; policy drop; }\n"

/* --- implied matches -------------------------------------------------------------------------------------------- */

/* "ip saddr", implied ones in brackets, VLAN fields with their depth. */
static void describe(const struct nc_rule *rule, FILE *out)
{
	nc_vec_foreach (stmt, &rule->stmts) {
		const struct nc_match *match = &stmt->match;
		const struct nc_field_info *field;

		if (stmt->kind != NC_STMT_MATCH)
			continue;
		field = nc_field_info(match->key.v[0].field);
		fprintf(out, "%s%s", stmt == rule->stmts.v ? "" : " ", match->implied ? "[" : "");
		fprintf(out, "%s %s", field->header, field->name);
		if (match->implied)
			fprintf(out, " 0x%x]", (unsigned)match->values.v[0].interval.low);
		if (match->key.v[0].depth)
			fprintf(out, "@%u", match->key.v[0].depth);
	}
}

static void read_rule(const char *rule, char **text, struct reading *r)
{
	assert_true(asprintf(text, BASE "add rule netdev t c %s\n", rule) > 0);
	read_text("", *text, strlen(*text), r);
}

static const struct {
	const char *rule, *described;
} implied[] = {
	{"ip saddr 1.2.3.4", "[meta protocol 0x800] ip saddr"},
	{"ip6 saddr ::1", "[meta protocol 0x86dd] ip6 saddr"},
	{"ip saddr != 1.2.3.4", "[meta protocol 0x800] ip saddr"},
	{"ip saddr @four ip daddr 1.2.3.4", "[meta protocol 0x800] ip saddr ip daddr"},
	{"meta protocol ip ip saddr 1.2.3.4", "meta protocol ip saddr"},
	{"meta protocol != ip ip saddr 1.2.3.4", "meta protocol [meta protocol 0x800] ip saddr"},
	{"ether saddr 02:00:00:00:00:01", "ether saddr"},
	{"ether saddr 02:00:00:00:00:01 ip saddr 1.2.3.4",
	 "ether saddr [ether type 0x800] ip saddr"},
	{"ip saddr 1.2.3.4 ether saddr 02:00:00:00:00:01",
	 "[meta protocol 0x800] ip saddr ether saddr"},
	{"ether type ip ip saddr 1.2.3.4", "ether type ip saddr"},
	{"ether type != ip ip saddr 1.2.3.4", "ether type [ether type 0x800] ip saddr"},
	{"ether type 0x88cc ip saddr 1.2.3.4", "ether type [ether type 0x800] ip saddr"},
	{"vlan id 5", "[ether type 0x8100] vlan id"},
	{"vlan id != 5", "[ether type 0x8100] vlan id"},
	{"ether type 8021ad vlan id 5", "ether type vlan id"},
	{"vlan id 5 ip saddr 1.2.3.4", "[ether type 0x8100] vlan id [vlan type 0x800] ip saddr"},
	{"vlan id 5 vlan type ip6 ip6 saddr ::1",
	 "[ether type 0x8100] vlan id vlan type ip6 saddr"},
	{"vlan id 5 tcp dport 1", "[ether type 0x8100] vlan id [meta l4proto 0x6] tcp dport"},
	{"vlan id 5 icmp type 8",
	 "[ether type 0x8100] vlan id [vlan type 0x800] [meta l4proto 0x1] icmp type"},
	{"ether type 8021ad vlan id 5 vlan type 8021q vlan id 6 vlan type ip",
	 "ether type vlan id vlan type vlan id@1 vlan type@1"},
	{"vlan type 8021q vlan id 6", "[ether type 0x8100] vlan type vlan id@1"},
	{"ip saddr 1.2.3.4 ether type 8021q ip daddr 1.2.3.4",
	 "[meta protocol 0x800] ip saddr ether type ip daddr"},
	{"tcp dport 80", "[meta l4proto 0x6] tcp dport"},
	{"udp dport 53 udp sport 53", "[meta l4proto 0x11] udp dport udp sport"},
	{"tcp dport 80 ip saddr 1.2.3.4",
	 "[meta l4proto 0x6] tcp dport [meta protocol 0x800] ip saddr"},
	{"ip protocol tcp tcp dport 80", "[meta protocol 0x800] ip protocol tcp dport"},
	{"ip6 nexthdr udp udp dport 53", "[meta protocol 0x86dd] ip6 nexthdr udp dport"},
	{"meta l4proto tcp tcp dport 80", "meta l4proto tcp dport"},
	{"meta l4proto { tcp } tcp dport 80", "meta l4proto tcp dport"},
	{"meta l4proto != udp tcp dport 80", "meta l4proto [meta l4proto 0x6] tcp dport"},
	{"meta l4proto != { 1, 2 } tcp dport 80", "meta l4proto [meta l4proto 0x6] tcp dport"},
	{"meta l4proto 5-7 tcp dport 80", "meta l4proto [meta l4proto 0x6] tcp dport"},
	{"ip6 nexthdr 0 tcp dport 80",
	 "[meta protocol 0x86dd] ip6 nexthdr [meta l4proto 0x6] tcp dport"},
	{"ip protocol 47 tcp dport 80",
	 "[meta protocol 0x800] ip protocol [meta l4proto 0x6] tcp dport"},
	{"meta l4proto { tcp, udp } th dport 53", "meta l4proto th dport"},
	{"th dport 53", "th dport"},
	{"meta protocol { ip, ip6 } tcp dport 80", "meta protocol [meta l4proto 0x6] tcp dport"},
	{"meta protocol arp th dport 53", "meta protocol th dport"},
	{"icmp type 8", "[meta protocol 0x800] [meta l4proto 0x1] icmp type"},
	{"icmpv6 code 0", "[meta protocol 0x86dd] [meta l4proto 0x3a] icmpv6 code"},
	{"ip saddr 1.2.3.4 icmp type 8",
	 "[meta protocol 0x800] ip saddr [meta l4proto 0x1] icmp type"},
	{"ip6 saddr ::1 icmp type 8",
	 "[meta protocol 0x86dd] ip6 saddr [meta l4proto 0x1] icmp type"},
	{"ether type { ip, ip6 } icmp type 8", "ether type [meta l4proto 0x1] icmp type"},
	{"meta l4proto icmp icmp type 8", "meta l4proto icmp type"},
	{"ip protocol icmp icmp type 8", "[meta protocol 0x800] ip protocol icmp type"},
};

static void implied_as_by_nft(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(implied) / sizeof(*implied); i++) {
		char *text, *described = NULL;
		struct reading r;
		size_t length;
		FILE *out = open_memstream(&described, &length);

		read_rule(implied[i].rule, &text, &r);
		nc_diag_print(&r.diag, stderr, false);
		assert_int_equal(r.error, 0);
		describe(r.ruleset->tables.v[0]->chains.v[0]->rules.v[0], out);
		fclose(out);
		assert_string_equal(described, implied[i].described);
		free(described);
		end_reading(&r);
		free(text);
	}
}

#define CONFLICT "conflicting protocols specified: "

/* The last block is where netctl is stricter than nft 1.0.6, which would read other bytes than the rule means. */
static const struct {
	const char *rule, *message;
} refused[] = {
	{"ip saddr 1.2.3.4 ip6 daddr ::1", CONFLICT "ip vs. ip6"},
	{"ether type ip ip6 saddr ::1", CONFLICT "ip vs. ip6"},
	{"meta protocol ip6 ip saddr 1.2.3.4", CONFLICT "ip6 vs. ip"},
	{"meta protocol arp ip saddr 1.2.3.4", CONFLICT "arp vs. ip"},
	{"meta protocol 0x88cc ip saddr 1.2.3.4", CONFLICT "0x88cc vs. ip"},
	{"meta protocol 8021q ip saddr 1.2.3.4", CONFLICT "vlan vs. ip"},
	{"meta protocol 8021q vlan id 5", CONFLICT "ether vs. vlan"},
	{"ip saddr 1.2.3.4 vlan id 5", CONFLICT "ether vs. vlan"},
	{"ether type ip vlan id 5", CONFLICT "ether vs. vlan"},
	{"tcp dport 1 udp dport 1", CONFLICT "tcp vs. udp"},
	{"ip protocol tcp udp dport 1", CONFLICT "tcp vs. udp"},
	{"meta l4proto tcp meta l4proto udp udp dport 1", CONFLICT "tcp vs. udp"},
	{"meta l4proto 55 tcp dport 1", CONFLICT "55 vs. tcp"},
	{"meta l4proto { tcp, udp } tcp dport 1", CONFLICT "udp vs. tcp"},
	{"meta l4proto { tcp, udp } udp dport 1", CONFLICT "tcp vs. udp"},
	{"meta protocol arp udp dport 1", CONFLICT "arp vs. udp"},
	{"icmp type 8 icmpv6 type 128", CONFLICT "icmp vs. ipv6-icmp"},
	{"icmp type 8 ip6 saddr ::1", CONFLICT "ip vs. ip6"},
	{"meta protocol { ip, ip6 } ip saddr 1.2.3.4", CONFLICT "ip6 vs. ip"},

	{"meta protocol { ip, ip6 } ip6 saddr ::1", CONFLICT "ip vs. ip6"},
	{"ether type { 8021q, 8021ad } vlan id 5", "some of the protocols in the set"},
	{"vlan id 5 vlan type { ip, 8021q } vlan id 6", "some of the protocols in the set"},
	{"vlan type 8021q ip saddr 1.2.3.4", "behind two VLAN tags"},
	{"vlan type 8021q tcp dport 1", "behind two VLAN tags"},
	{"vlan type 8021q th dport 1", "behind two VLAN tags"},
	{"vlan type 8021q vlan type 8021q vlan id 1", "at most 2 VLAN tags"},
};

static void contradictions_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		char *text, *message;
		struct reading r;

		read_rule(refused[i].rule, &text, &r);
		message = print_diag(&r.diag);
		if (!strstr(message, refused[i].message))
			fail_msg("%s: %s", refused[i].rule, message);
		assert_int_equal(r.error, -EINVAL);
		free(message);
		end_reading(&r);
		free(text);
	}
}

/* --- edits --------------------------------------------------------------------------------------------------------- */

#define ADD	"add rule netdev t c "
#define ELEMENT "element netdev t "

static const struct {
	const char *commands; /* behind BASE */
	const char *expected; /* in the listing, or "! message" */
} edits[] = {
	{"add table netdev t", "table netdev t {"},
	{"create table netdev t", "! File exists"},
	{"add table netdev u { comment \"x\"; }\nadd table netdev u { comment \"y\"; }",
	 "comment \"x\""},
	{"delete table netdev t", ""},
	{"delete table netdev u", "! No such file or directory"},
	{"destroy table netdev u", "table netdev t"},
	{"add chain netdev u c { type filter hook ingress device lo priority 0; }",
	 "! No such file or directory"},

	{"add chain netdev t c { type filter hook ingress device lo priority 0; }", "policy drop"},
	{"add chain netdev t c { type filter hook ingress device lo priority 0; policy accept; }",
	 "policy accept"},
	{"add chain netdev t c { policy accept; }", "policy accept"},
	{"create chain netdev t c { type filter hook ingress device lo priority 0; }",
	 "! File exists"},
	{"add chain netdev t c { type filter hook ingress device lo priority 1; }",
	 "! there already"},
	{"add chain netdev t c { type filter hook ingress device d1 priority 0; }",
	 "devices = { \"lo\", \"d1\" }"},
	{"add chain netdev t c { type filter hook ingress devices = { d1, lo } priority 0; policy "
	 "drop; }",
	 "devices = { \"lo\", \"d1\" } priority filter; policy drop"},
	{ADD "accept\ndelete chain netdev t c", "elements = { 1, 2 }\n\t}\n}"},
	{"delete chain netdev t d", "! No such file or directory"},
	{"destroy chain netdev t d", "chain c"},

	{ADD "tcp dport 1\n" ADD "tcp dport 2\ninsert rule netdev t c tcp dport 3",
	 "tcp dport 3\n\t\ttcp dport 1\n\t\ttcp dport 2\n"},
	{ADD "tcp dport 1\n" ADD "tcp dport 2\n" ADD "handle 4 tcp dport 3",
	 "tcp dport 1\n\t\ttcp dport 3\n\t\ttcp dport 2\n"},
	{ADD "tcp dport 1\n" ADD "tcp dport 2\n" ADD "index 0 tcp dport 3",
	 "tcp dport 1\n\t\ttcp dport 3\n\t\ttcp dport 2\n"},
	{ADD "tcp dport 1\n" ADD "tcp dport 2\ninsert rule netdev t c index 1 tcp dport 3",
	 "tcp dport 1\n\t\ttcp dport 3\n\t\ttcp dport 2\n"},
	{ADD "tcp dport 1\n" ADD "tcp dport 2\nreplace rule netdev t c handle 4 tcp dport 3",
	 "tcp dport 3\n\t\ttcp dport 2\n"},
	{ADD "tcp dport 1\n" ADD "tcp dport 2\ndelete rule netdev t c handle 4",
	 "policy drop;\n\t\ttcp dport 2\n"},
	{ADD "tcp dport 1\n" ADD "index 1 tcp dport 3", "! no rule with index 1"},
	{ADD "handle 9 tcp dport 3", "! no rule with handle 9"},
	{"replace rule netdev t c handle 9 accept", "! no rule with handle 9"},
	{"delete rule netdev t c handle 9", "! no rule with handle 9"},
	{"destroy rule netdev t c handle 9", "policy drop"},
	{ADD "accept\nflush chain netdev t c", "policy drop;\n\t}"},
	{ADD "accept\nflush table netdev t", "policy drop;\n\t}"},
	{"flush ruleset", ""},
	{ADD "tcp dport @nope", "! there is no set 'nope'"},
	{ADD "ip saddr @ports", "! datatype mismatch"},

	{"add set netdev t ports { type inet_service; elements = { 3 }; }",
	 "elements = { 1, 2, 3 }"},
	{"add set netdev t ports { type ipv4_addr; }", "! File exists"},
	{"create set netdev t ports { type inet_service; }", "! File exists"},
	{ADD "tcp dport @ports\ndelete set netdev t ports", "! Device or resource busy"},
	{ADD "tcp dport @ports\nflush chain netdev t c\ndelete set netdev t ports", "set four"},
	{"delete set netdev t nope", "! No such file or directory"},
	{"destroy set netdev t nope", "set four"},

	{"add " ELEMENT "ports { 2, 7 }", "elements = { 1, 2, 7 }"},
	{"create " ELEMENT "ports { 7, 2 }", "! File exists"},
	{"delete " ELEMENT "ports { 1 }", "elements = { 2 }"},
	{"delete " ELEMENT "ports { 1, 7 }", "! No such file or directory"},
	{"destroy " ELEMENT "ports { 1, 7 }", "elements = { 2 }"},
	{"flush set netdev t ports\nadd " ELEMENT "ports { 9 }", "elements = { 9 }"},
	{"add " ELEMENT "nope { 1 }", "! No such file or directory"},
	{"add " ELEMENT "four { 10.0.0.0/8 }\nadd " ELEMENT "four { 10.0.0.0/8, 11.0.0.0/8 }",
	 "elements = { 10.0.0.0/8, 11.0.0.0/8 }"},
	{"add " ELEMENT "four { 10.0.0.0/8 }\nadd " ELEMENT "four { 10.1.0.0/16 }",
	 "! interval overlaps with an existing one"},
	{"add " ELEMENT "four { 10.0.0.0/8 }\nadd " ELEMENT "four { 9.0.0.0-10.0.0.5 }",
	 "! interval overlaps with an existing one"},
	{"add " ELEMENT "four { 10.0.0.0/8, 10.1.0.0/16 }", "! conflicting intervals"},
	{"add " ELEMENT "four { 10.0.0.0/8 }\ndelete " ELEMENT "four { 10.0.0.0/16 }",
	 "! No such file or directory"},

	{"add set netdev t k { type inet_service; flags constant; elements = { 1 }; }",
	 "elements = { 1 }"},
	{"add set netdev t k { type inet_service; flags constant; }\nadd " ELEMENT "k { 1 }",
	 "! Device or resource busy"},
	{"add set netdev t k { type inet_service; flags constant; }\nflush set netdev t k",
	 "! Device or resource busy"},
	{"add set netdev t p { type inet_service; size 2; elements = { 1, 2, 3 }; }", "! is full"},
	{"add set netdev t p { type inet_service; size 2; elements = { 1, 2 }; }\nadd " ELEMENT
	 "p { 2 }",
	 "elements = { 1, 2 }"},
	{"add set netdev t p { type inet_service; size 2; elements = { 1, 2 }; }\nadd " ELEMENT
	 "p { 3 }",
	 "! is full"},
};

static void edits_as_by_nft(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(*edits); i++) {
		bool refusal = edits[i].expected[0] == '!';
		struct reading r;
		char *text, *got;

		assert_true(asprintf(&text, BASE "%s\n", edits[i].commands) > 0);
		read_text("", text, strlen(text), &r);
		got = r.error ? print_diag(&r.diag) : print_ruleset(r.ruleset, 0);
		if ((r.error != 0) != refusal ||
		    !strstr(got, edits[i].expected + (refusal ? 2 : 0)))
			fail_msg("%s\n%s", edits[i].commands, got);
		free(got);
		end_reading(&r);
		free(text);
	}
}

/* A command that is refused leaves the set as it was. */
static void refused_elements_change_nothing(void **state)
{
	struct nc_set *set = nc_set_new("s");
	nc_set_elements more = {};
	struct nc_diag diag = {};

	(void)state;
	assert_int_equal(nc_vec_push(&set->type, {.type = NC_TYPE_INET_SERVICE, .bits = 16}), 0);
	set->flags = NC_SET_INTERVAL;
	set->size = 3;
	push_element(&set->elements, 10, 20);
	push_element(&set->elements, 30, 40);
	push_element(&more, 1, 2);
	push_element(&more, 15, 16);
	assert_int_equal(nc_edit_add_elements(set, &more, false, &diag), -EINVAL);
	more.n = 1;
	push_element(&more, 50, 60);
	assert_int_equal(nc_edit_add_elements(set, &more, false, &diag), -ENFILE);
	assert_int_equal(nc_edit_delete_elements(set, &more, false, &diag), -ENOENT);
	assert_int_equal(set->elements.n, 2);
	assert_true(set->elements.v[1].interval.low == 30);
	assert_false(set->elements_changed);
	more.n = 1;
	assert_int_equal(nc_edit_add_elements(set, &more, false, &diag), 0);
	assert_true(set->elements_changed);
	assert_int_equal(diag.n_errors, 4);
	nc_diag_free(&diag);
	nc_vec_free(&more);
	nc_set_free(set);
}

/* --- elements ------------------------------------------------------------------------------------------------------- */

#define SPACE 65536

static void check_elements(const nc_set_elements *elements, const uint8_t *has)
{
	size_t n = 0;

	for (size_t value = 0; value < SPACE; value++) {
		if (!has[value])
			continue;
		assert_true(n < elements->n);
		assert_true(elements->v[n].interval.low == value &&
			    elements->v[n].interval.high == value);
		n++;
	}
	assert_int_equal(n, elements->n);
}

/* Added and removed at random, against a table of all values. */
static void elements_agree_with_a_table(void **state)
{
	struct nc_set *set = nc_set_new("s");
	uint8_t *has = calloc(SPACE, 1);
	struct nc_diag diag = {};

	(void)state;
	chance_begin();
	assert_int_equal(nc_vec_push(&set->type, {.type = NC_TYPE_INET_SERVICE, .bits = 16}), 0);
	for (int i = 0; i < 3000; i++) {
		bool add = below(3);
		nc_set_elements some = {};

		for (unsigned n = below(20); n; n--) {
			nc_num value = below(4) ? below(300) : random_number(16);

			push_element(&some, value, value);
			has[value] = add;
		}
		assert_int_equal(nc_elements_normalize(&some, &diag), 0);
		assert_int_equal(add ? nc_edit_add_elements(set, &some, false, &diag)
				     : nc_edit_delete_elements(set, &some, true, &diag),
				 0);
		nc_vec_free(&some);
		if (i % 100 == 0)
			check_elements(&set->elements, has);
	}
	check_elements(&set->elements, has);
	assert_int_equal(diag.messages.n, 0);
	free(has);
	nc_set_free(set);
}

/* --- identity -------------------------------------------------------------------------------------------------------- */

#define CHAIN(rules)                                                                               \
	"table netdev t {\nset s { type inet_service; }\n"                                         \
	"chain c { type filter hook ingress device \"x\" priority 0;\n" rules "}\n}\n"

static struct nc_rule **rules_of(const struct reading *r)
{
	return r->ruleset->tables.v[0]->chains.v[0]->rules.v;
}

static const struct nc_stmt *counter_of(const struct nc_rule *rule)
{
	const struct nc_stmt *stmt = rule->stmts.v;

	while (stmt->kind != NC_STMT_COUNTER)
		stmt++;
	return stmt;
}

static void same_rules_keep_handles_and_counters(void **state)
{
	static const char live_text[] = CHAIN("tcp dport 1 counter drop\ntcp dport 2 counter drop\n"
					      "tcp dport 1 counter drop\n");
	static const char next_text[] =
		CHAIN("tcp dport 9 counter\ntcp dport 1 counter drop\ntcp dport 1 counter drop\n"
		      "tcp dport 2 counter packets 5 bytes 6 drop\n"
		      "tcp dport 1 counter drop comment \"x\"\n");
	struct reading live, next;
	struct nc_rule **was, **is;
	const uint64_t words = 7;
	const struct nc_busy none[_NC_IDS_MAX] = {};
	const struct nc_busy busy[_NC_IDS_MAX] = {[NC_IDS_COUNTERS] = {&words, 64}};
	uint32_t end[_NC_IDS_MAX];

	(void)state;
	read_text("", live_text, strlen(live_text), &live);
	read_text("", next_text, strlen(next_text), &next);
	was = rules_of(&live);
	is = rules_of(&next);
	live.ruleset->tables.v[0]->last_handle = 40;
	assert_int_equal(nc_ruleset_assign_ids(live.ruleset, none, end), 0);
	assert_int_equal(end[NC_IDS_COUNTERS], 3);
	assert_int_equal(nc_ruleset_inherit(next.ruleset, live.ruleset, nc_rule_text), 0);
	assert_int_equal(nc_ruleset_assign_ids(next.ruleset, busy, end), 0);
	assert_int_equal(end[NC_IDS_COUNTERS], 6);
	/* the first with the first, the second with the second */
	assert_int_equal(is[1]->handle, was[0]->handle);
	assert_int_equal(counter_of(is[1])->id, counter_of(was[0])->id);
	assert_false(counter_of(is[1])->id_fresh);
	assert_int_equal(is[2]->handle, was[2]->handle);
	assert_int_equal(counter_of(is[2])->id, counter_of(was[2])->id);
	/* new */
	assert_int_equal(is[0]->handle, 41);
	assert_int_equal(counter_of(is[0])->id, 3);
	assert_true(counter_of(is[0])->id_fresh);
	assert_int_equal(is[4]->handle, 42);
	/* the same, but counting from elsewhere */
	assert_int_equal(is[3]->handle, was[1]->handle);
	assert_int_equal(counter_of(is[3])->id, 4);
	assert_true(counter_of(is[3])->id_fresh);
	end_reading(&live);
	end_reading(&next);
}

static void other_objects_get_new_handles(void **state)
{
	static const char live_text[] = CHAIN("accept\n");
	static const char next_text[] = "table netdev u {\n}\n" CHAIN(
		"") "table netdev t {\nset new { type ether_addr; }\n}\n";
	struct reading live, next;
	const struct nc_table *was, *is;

	(void)state;
	read_text("", live_text, strlen(live_text), &live);
	read_text("", next_text, strlen(next_text), &next);
	assert_int_equal(nc_ruleset_inherit(next.ruleset, live.ruleset, nc_rule_text), 0);
	was = live.ruleset->tables.v[0];
	is = nc_ruleset_find_table(next.ruleset, "t");
	assert_int_equal(is->handle, was->handle);
	assert_int_equal(next.ruleset->tables.v[0]->handle, 2);
	assert_int_equal(is->chains.v[0]->handle, was->chains.v[0]->handle);
	assert_int_equal(nc_table_find_set(is, "s")->handle, was->sets.v[0]->handle);
	assert_int_equal(nc_table_find_set(is, "new")->handle, was->last_handle + 1);
	end_reading(&live);
	end_reading(&next);
}

/* Ten thousand rules that hash alike are not compared with each other. */
static void many_equal_rules_inherit(void **state)
{
	struct nc_ruleset *live = nc_ruleset_new(), *next = nc_ruleset_new();

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct nc_ruleset *ruleset = i ? next : live;
		const struct nc_place end = {.position = NC_POSITION_END};
		struct nc_chain *chain = nc_chain_new("c");
		struct nc_table *table;
		struct nc_loc loc = {};
		struct nc_diag diag = {};

		assert_int_equal(nc_edit_add_table(ruleset, "t", NULL, false, &loc, &table, &diag),
				 0);
		assert_int_equal(nc_edit_add_chain(table, chain, false, &chain, &diag), 0);
		for (int n = 0; n < 10000; n++)
			assert_int_equal(nc_edit_add_rule(table, chain, nc_rule_new(), &end, &diag),
					 0);
	}
	assert_int_equal(nc_ruleset_inherit(next, live, nc_rule_text), 0);
	for (int n = 0; n < 10000; n++)
		assert_int_equal(next->tables.v[0]->chains.v[0]->rules.v[n]->handle, n + 2);
	nc_ruleset_free(live);
	nc_ruleset_free(next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(implied_as_by_nft),
		cmocka_unit_test(contradictions_are_refused),
		cmocka_unit_test(edits_as_by_nft),
		cmocka_unit_test(refused_elements_change_nothing),
		cmocka_unit_test(elements_agree_with_a_table),
		cmocka_unit_test(same_rules_keep_handles_and_counters),
		cmocka_unit_test(other_objects_get_new_handles),
		cmocka_unit_test(many_equal_rules_inherit),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
