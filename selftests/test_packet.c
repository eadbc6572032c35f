/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packet tables: one ruleset, one frame, one verdict and its reason, through the real program by BPF_PROG_TEST_RUN. The
 * holes that were found in other packet filters are cases here.
 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on
#include <linux/bpf.h>
#include <string.h>

#include "filter.h"
#include "frame.h"

struct test_case {
	const char *name, *rules;
	enum nc_verdict verdict;
	enum nc_reason reason;
	struct frame frame;
};

static struct test_case cases[400];
static size_t n_cases;

/* The cases that follow run on these rules, in a chain on lo with this policy. */
static char rules_text[64][1024];
static size_t n_rules;
static const char *rules_now;

static void rules(const char *policy, const char *body)
{
	snprintf(rules_text[n_rules], sizeof(rules_text[0]),
		 "table netdev t {\nset bad { type ipv4_addr; elements = { 10.0.0.66 }; }\n"
		 "set bad6 { type ipv6_addr; flags interval; elements = { 2001:db8:bad::/48 }; }\n"
		 "chain c {\ntype filter hook ingress device \"lo\" priority 0; policy "
		 "%s;\n%s\n}\n}\n",
		 policy, body);
	rules_now = rules_text[n_rules++];
}

static void expect(const char *name, const struct frame *frame, enum nc_verdict verdict,
		   enum nc_reason reason)
{
	cases[n_cases++] = (struct test_case){name, rules_now, verdict, reason, *frame};
}

#define DROP   NC_VERDICT_DROP
#define ACCEPT NC_VERDICT_ACCEPT
#define R(x)   NC_REASON_##x

/* The frame cut to its first n bytes; the lengths in its headers stay unless fit. */
static struct frame cut(const struct frame *frame, size_t n, bool fit)
{
	struct frame shorter = *frame;

	shorter.length = n;
	if (fit)
		frame_finish(&shorter);
	return shorter;
}

/* The rule drops from need bytes on and not one byte earlier. */
static void expect_bound(const char *name, const struct frame *frame, size_t need, bool fit,
			 enum nc_reason lack)
{
	struct frame enough = cut(frame, need, fit), short_by_one = cut(frame, need - 1, fit);
	static char names[100][2][100];
	static size_t n;

	snprintf(names[n][0], sizeof(names[n][0]), "%s: %zu bytes suffice", name, need);
	snprintf(names[n][1], sizeof(names[n][1]), "%s: one byte too short", name);
	expect(names[n][0], &enough, DROP, R(RULE));
	expect(names[n][1], &short_by_one, ACCEPT, lack);
	n++;
}

static struct frame udp4(const char *saddr, uint16_t dport)
{
	struct frame f;

	frame_ether(&f);
	frame_ip(&f, saddr, "10.0.0.2", 0, 0);
	frame_udp(&f, 1000, dport);
	frame_finish(&f);
	return f;
}

static struct frame udp6(const char *saddr, uint16_t dport)
{
	struct frame f;

	frame_ether(&f);
	frame_ip6(&f, saddr, "2001:db8::2");
	frame_udp(&f, 1000, dport);
	frame_finish(&f);
	return f;
}

static struct frame tcp4(uint8_t flags)
{
	struct frame f;

	frame_ether(&f);
	frame_ip(&f, "10.0.0.1", "10.0.0.2", 0, 0);
	frame_tcp(&f, 1000, 80, flags);
	frame_finish(&f);
	return f;
}

static struct frame tagged(uint16_t outer, uint16_t outer_id, uint16_t inner, uint16_t inner_id)
{
	struct frame f;

	frame_ether(&f);
	frame_vlan(&f, outer, outer_id);
	if (inner)
		frame_vlan(&f, inner, inner_id);
	frame_ip(&f, "10.0.0.66", "10.0.0.2", 0, 0);
	frame_udp(&f, 1000, 53);
	frame_finish(&f);
	return f;
}

static struct frame arp(void)
{
	static const uint8_t body[28] = {0, 1, 8, 0, 6, 4, 0, 1};
	struct frame f;

	frame_ether(&f);
	frame_type(&f, 0x0806);
	frame_bytes(&f, body, sizeof(body));
	return f;
}

static struct frame extended(const uint8_t *headers, size_t n, uint16_t dport)
{
	struct frame f;

	frame_ether(&f);
	frame_ip6(&f, "2001:db8::1", "2001:db8::2");
	for (size_t i = 0; i < n; i++)
		frame_ext(&f, headers[i], 0);
	frame_udp(&f, 1000, dport);
	frame_finish(&f);
	return f;
}

static void link_cases(void)
{
	struct frame f = udp4("10.0.0.1", 53), a = arp();
	static const uint8_t llc[] = {0xaa, 0xaa, 3, 0, 0, 0};

	rules("accept", "ether saddr 02:00:00:00:00:01 drop");
	expect("source address", &f, DROP, R(RULE));
	rules("accept", "ether daddr 02:00:00:00:00:01 drop");
	expect("destination address is another", &f, ACCEPT, R(POLICY));
	rules("drop", "ether type arp accept");
	expect("ARP by EtherType", &a, ACCEPT, R(RULE));
	expect("what is not ARP", &f, DROP, R(POLICY));
	rules("drop", "meta protocol 0x0004 accept");
	frame_ether(&f);
	frame_type(&f, 6);
	frame_bytes(&f, llc, sizeof(llc));
	expect("802.2 frame, whose type field is a length", &f, ACCEPT, R(RULE));
	rules("accept", "ip saddr 10.0.0.66 drop");
	a = arp();
	expect("ARP is not IP", &a, ACCEPT, R(POLICY));
}

static void vlan_cases(void)
{
	struct frame q = tagged(0x8100, 10, 0, 0), ad = tagged(0x88a8, 10, 0, 0);
	struct frame qq = tagged(0x88a8, 10, 0x8100, 20), three = tagged(0x88a8, 10, 0x8100, 20);
	struct frame plain = udp4("10.0.0.66", 53);

	rules("accept", "ip saddr @bad drop");
	expect("a tag does not carry a blocked source through", &q, DROP, R(RULE));
	expect("nor does an 802.1ad tag", &ad, DROP, R(RULE));
	expect("behind two tags there is no IP, as for nftables", &qq, ACCEPT, R(POLICY));
	rules("accept", "vlan id 10 drop");
	expect("VLAN id", &q, DROP, R(RULE));
	expect("vlan means 802.1Q unless said", &ad, ACCEPT, R(POLICY));
	expect("no tag, no VLAN id", &plain, ACCEPT, R(POLICY));
	expect_bound("VLAN id", &q, 16, false, R(TRUNCATED_L2));
	rules("accept", "ether type 8021ad vlan id 10 drop");
	expect("802.1ad tag", &ad, DROP, R(RULE));
	rules("accept", "ether type 8021ad vlan id 10 vlan type 8021q vlan id 20 drop");
	expect("both tags of QinQ", &qq, DROP, R(RULE));
	expect("one tag only", &ad, ACCEPT, R(POLICY));
	expect_bound("the second tag's id", &qq, 20, false, R(POLICY));
	rules("accept", "vlan id 10 udp dport 53 drop");
	expect("port behind a tag", &q, DROP, R(RULE));
	frame_ether(&three);
	frame_vlan(&three, 0x88a8, 10);
	frame_vlan(&three, 0x8100, 20);
	frame_vlan(&three, 0x8100, 30);
	frame_ip(&three, "10.0.0.66", "10.0.0.2", 0, 0);
	rules("drop", "ether type 8021ad vlan type 8021q vlan id 20 accept");
	expect("three tags: two can be matched", &three, ACCEPT, R(RULE));
}

static void ip_cases(void)
{
	struct frame f = udp4("10.0.0.66", 53), bad;
	struct frame options, fragment, first;

	rules("accept", "ip saddr 10.0.0.66 drop");
	expect("source address", &f, DROP, R(RULE));
	expect_bound("source address", &f, 14 + 16, false, R(TRUNCATED_L3));
	rules("accept", "ip saddr 10.0.0.0/24 drop");
	expect_bound("a prefix of three bytes needs three", &f, 14 + 15, false, R(TRUNCATED_L3));
	rules("accept", "ip saddr 10.0.0.64/28 drop");
	expect_bound("a prefix of 28 bits needs four", &f, 14 + 16, false, R(TRUNCATED_L3));
	rules("accept", "ip daddr 10.0.0.2 drop");
	expect_bound("destination address", &f, 14 + 20, false, R(TRUNCATED_L3));
	rules("accept", "ip protocol udp drop");
	expect_bound("protocol", &f, 14 + 10, false, R(TRUNCATED_L3));
	rules("accept", "ip saddr != 10.0.0.1 drop");
	expect("another address", &f, DROP, R(RULE));
	expect_bound("'!=' needs the address too", &f, 14 + 16, false, R(TRUNCATED_L3));

	rules("accept", "udp dport 53 drop");
	expect("port", &f, DROP, R(RULE));
	expect_bound("port", &f, 14 + 20 + 4, true, R(TRUNCATED_L4));
	bad = f;
	bad.byte[14] = 0x55;
	expect("version 5", &bad, ACCEPT, R(MALFORMED_L3));
	bad = f;
	bad.byte[14] = 0x44;
	expect("header of 16 bytes", &bad, ACCEPT, R(MALFORMED_L3));
	bad = f;
	bad.byte[14 + 3]++;
	expect("total length beyond the frame", &bad, ACCEPT, R(MALFORMED_L3));
	bad = f;
	bad.byte[14 + 3] = 19;
	expect("total length below the header", &bad, ACCEPT, R(MALFORMED_L3));
	bad = f;
	bad.byte[14] = 0x4f;
	expect("header length beyond the frame", &bad, ACCEPT, R(MALFORMED_L3));

	frame_ether(&options);
	frame_ip(&options, "10.0.0.1", "10.0.0.2", 40, 0);
	frame_udp(&options, 1000, 53);
	frame_finish(&options);
	expect("40 bytes of options do not shift the ports", &options, DROP, R(RULE));
	expect_bound("port behind options", &options, 14 + 60 + 4, true, R(TRUNCATED_L4));

	frame_ether(&fragment);
	frame_ip(&fragment, "10.0.0.1", "10.0.0.2", 0, 1);
	frame_udp(&fragment, 1000, 53);
	frame_finish(&fragment);
	expect("a later fragment has no port, though its payload looks like one", &fragment, ACCEPT,
	       R(FRAGMENT));
	frame_ether(&first);
	frame_ip(&first, "10.0.0.1", "10.0.0.2", 0, 0x2000);
	frame_udp(&first, 1000, 53);
	frame_finish(&first);
	expect("the first fragment has", &first, DROP, R(RULE));
	rules("drop", "udp dport 53 accept");
	expect("nor does it pass a drop policy as port 53", &fragment, DROP, R(FRAGMENT));
	rules("accept", "meta l4proto udp drop");
	expect("a later fragment's protocol is known", &fragment, DROP, R(RULE));
}

static void transport_cases(void)
{
	static const uint8_t type8[] = {8, 0}, code3[] = {3, 3};
	struct frame f = tcp4(2), icmp;

	rules("drop", "tcp dport 80 accept");
	expect("port", &f, ACCEPT, R(RULE));
	f = cut(&f, 14 + 20 + 3, true);
	expect("a TCP header cut short does not pass a drop policy", &f, DROP, R(TRUNCATED_L4));
	f = tcp4(2);
	rules("accept", "tcp flags syn drop");
	expect("SYN", &f, DROP, R(RULE));
	expect_bound("flags", &f, 14 + 20 + 14, true, R(TRUNCATED_L4));
	f = tcp4(0x12);
	expect("SYN and ACK have SYN", &f, DROP, R(RULE));
	f = tcp4(0x10);
	expect("ACK alone has not", &f, ACCEPT, R(POLICY));
	rules("accept", "tcp flags & (syn|ack) == syn drop");
	f = tcp4(0x12);
	expect("masked comparison", &f, ACCEPT, R(POLICY));
	f = tcp4(0x0a);
	expect("masked comparison, other bits do not matter", &f, DROP, R(RULE));
	rules("accept", "tcp flags == syn drop");
	expect("exact comparison", &f, ACCEPT, R(POLICY));
	rules("accept", "tcp flags != syn drop");
	expect("not exactly SYN", &f, DROP, R(RULE));
	rules("accept", "tcp dport { 22, 80, 8000-8080 } drop");
	expect("small anonymous set", &f, DROP, R(RULE));
	rules("accept", "tcp dport != { 22, 443, 8000-8080 } drop");
	expect("negated anonymous set", &f, DROP, R(RULE));
	rules("accept", "tcp dport { 1, 3, 5, 7, 9, 11, 13, 15, 17, 80, 90 } drop");
	expect("large anonymous set", &f, DROP, R(RULE));
	rules("accept", "tcp dport { 1, 3, 5, 7, 9, 11, 13, 15, 17, 70-80, 90 } drop");
	expect("large anonymous set with a range", &f, DROP, R(RULE));
	rules("accept", "udp dport 80 drop");
	expect("UDP is not TCP", &f, ACCEPT, R(POLICY));
	rules("accept", "th dport 80 drop");
	expect("any transport's port", &f, DROP, R(RULE));
	rules("accept", "tcp sport 1000-1001 drop");
	expect_bound("source port range", &f, 14 + 20 + 2, true, R(TRUNCATED_L4));

	frame_ether(&icmp);
	frame_ip(&icmp, "10.0.0.1", "10.0.0.2", 0, 0);
	frame_raw(&icmp, 1, type8, sizeof(type8));
	frame_finish(&icmp);
	rules("accept", "icmp type echo-request drop");
	expect_bound("ICMP type", &icmp, 14 + 20 + 1, true, R(TRUNCATED_L4));
	frame_ether(&icmp);
	frame_ip(&icmp, "10.0.0.1", "10.0.0.2", 0, 0);
	frame_raw(&icmp, 1, code3, sizeof(code3));
	frame_finish(&icmp);
	rules("accept", "icmp code 3 drop");
	expect_bound("ICMP code", &icmp, 14 + 20 + 2, true, R(TRUNCATED_L4));
	for (int i = 0; i < 3; i++) {
		static const uint8_t ports[] = {0, 7, 0, 80, 0, 0, 0, 0};
		static const struct {
			uint8_t number;
			const char *rule, *name;
		} protocols[] = {
			{132, "sctp dport 80 drop", "SCTP port"},
			{33, "dccp dport 80 drop", "DCCP port"},
			{136, "udplite dport 80 drop", "UDP-Lite port"},
		};

		frame_ether(&f);
		frame_ip(&f, "10.0.0.1", "10.0.0.2", 0, 0);
		frame_raw(&f, protocols[i].number, ports, sizeof(ports));
		frame_finish(&f);
		rules("accept", protocols[i].rule);
		expect_bound(protocols[i].name, &f, 14 + 20 + 4, true, R(TRUNCATED_L4));
	}
}

static void ip6_cases(void)
{
	static const uint8_t each[] = {0, 43, 44, 60};
	static const uint8_t many[9] = {0, 60, 60, 60, 60, 60, 60, 60, 60};
	static const uint8_t esp[8] = {};
	static const char *const names[] = {"hop-by-hop does not hide the port",
					    "routing does not hide the port",
					    "an atomic fragment does not hide the port",
					    "destination options do not hide the port"};
	struct frame f = udp6("2001:db8:bad::1", 53), bad;

	rules("accept", "ip6 saddr @bad6 drop");
	expect("source in a prefix set", &f, DROP, R(RULE));
	expect_bound("source address", &f, 14 + 24, false, R(TRUNCATED_L3));
	f = extended(each, 4, 53);
	memcpy(f.byte + 14 + 8, "\x20\x01\x0d\xb8\x0b\xad", 6);
	expect("extension headers do not carry a blocked source through", &f, DROP, R(RULE));
	f = udp6("2001:db8::1", 53);
	rules("accept", "ip6 daddr 2001:db8::2 drop");
	expect_bound("destination address", &f, 14 + 40, false, R(TRUNCATED_L3));
	rules("accept", "ip6 daddr 2001:db8::/32 drop");
	expect_bound("a prefix of four bytes needs four", &f, 14 + 28, false, R(TRUNCATED_L3));
	rules("accept", "ip6 nexthdr udp drop");
	expect_bound("next header", &f, 14 + 7, false, R(TRUNCATED_L3));
	rules("accept", "ip6 saddr != 2001:db8::5 drop");
	expect("another address", &f, DROP, R(RULE));
	rules("accept", "ip6 saddr 2001:db8::-2001:db8::1 drop");
	expect("range of addresses", &f, DROP, R(RULE));
	rules("accept", "ip6 saddr 2001:db8::2-2001:db9::5 drop");
	expect("below a range", &f, ACCEPT, R(POLICY));
	rules("accept", "ip6 saddr != { 2001:db8::2-2001:db9::5, ::7 } drop");
	expect("outside of a negated set", &f, DROP, R(RULE));

	rules("accept", "udp dport 53 drop");
	expect_bound("port", &f, 14 + 40 + 4, true, R(TRUNCATED_L4));
	bad = f;
	bad.byte[14] = 0x50;
	expect("version 5", &bad, ACCEPT, R(MALFORMED_L3));
	bad = f;
	bad.byte[14 + 5]++;
	expect("payload length beyond the frame", &bad, ACCEPT, R(MALFORMED_L3));
	for (size_t i = 0; i < 4; i++) {
		f = extended(&each[i], 1, 53);
		expect(names[i], &f, DROP, R(RULE));
		expect_bound(names[i], &f, 14 + 40 + 8 + 4, true, R(TRUNCATED_L4));
		f = cut(&f, 14 + 40 + (each[i] == 44 ? 3 : 1), true);
		expect("an extension header cut short", &f, ACCEPT, R(TRUNCATED_L3));
	}
	f = extended(many, 8, 53);
	expect("eight extension headers are walked", &f, DROP, R(RULE));
	f = extended(many, 9, 53);
	expect("nine are too deep where a rule needs the port", &f, DROP, R(TOO_DEEP));
	frame_ether(&f);
	frame_ip6(&f, "2001:db8::1", "2001:db8::2");
	frame_ext(&f, 44, 1);
	frame_udp(&f, 1000, 53);
	frame_finish(&f);
	expect("a later fragment has no port", &f, ACCEPT, R(FRAGMENT));
	rules("accept", "meta l4proto udp drop");
	expect("its protocol is known", &f, DROP, R(RULE));
	frame_ether(&f);
	frame_ip6(&f, "2001:db8::1", "2001:db8::2");
	frame_ext(&f, 51, 0);
	frame_udp(&f, 1000, 53);
	frame_finish(&f);
	rules("accept", "meta l4proto ah drop");
	expect("the walk ends at an authentication header", &f, DROP, R(RULE));
	rules("drop", "udp dport 53 accept");
	expect("what AH protects has no port", &f, DROP, R(POLICY));
	frame_ether(&f);
	frame_ip6(&f, "2001:db8::1", "2001:db8::2");
	frame_raw(&f, 50, esp, sizeof(esp));
	frame_finish(&f);
	rules("accept", "meta l4proto esp drop");
	expect("ESP", &f, DROP, R(RULE));
	f = extended(many, 9, 53);
	rules("accept", "ip6 saddr 2001:db8::1 drop");
	expect("nine headers, and no rule needs what follows", &f, DROP, R(RULE));
	rules("accept", "ip6 saddr 2001:db8::1 drop\nudp dport 53 drop");
	expect("too deep only where a rule still to be judged needs it", &f, DROP, R(RULE));
	frame_ether(&f);
	frame_ip6(&f, "2001:db8::1", "2001:db8::2");
	frame_raw(&f, 58, "\x80\x00", 2);
	frame_finish(&f);
	rules("accept", "icmpv6 type echo-request drop");
	expect_bound("ICMPv6 type", &f, 14 + 40 + 1, true, R(TRUNCATED_L4));
}

static void tunnel_cases(void)
{
	struct frame f;

	frame_ether(&f);
	frame_ip(&f, "10.0.0.1", "10.0.0.2", 0, 0);
	frame_raw(&f, 4, "", 0);
	frame_ip(&f, "10.0.0.66", "10.0.0.2", 0, 0);
	frame_udp(&f, 1000, 53);
	frame_finish(&f);
	f.ip = 14;
	frame_finish(&f);
	rules("accept", "ip saddr @bad drop\nudp dport 53 drop");
	expect("rules see the outer header of IP in IP", &f, ACCEPT, R(POLICY));
	rules("drop", "ip protocol 4 accept");
	expect("a tunnel is its protocol", &f, ACCEPT, R(RULE));
}

/* --- running them ------------------------------------------------------------------------------------ */

static struct filter *loaded;
static const char *loaded_rules;

static void run_case(void **state)
{
	const struct test_case *test = *state;
	static const int actions[] = {[NC_VERDICT_ACCEPT] = XDP_PASS, [NC_VERDICT_DROP] = XDP_DROP};
	struct outcome outcome;

	if (!filter_possible())
		skip();
	if (loaded_rules != test->rules) {
		filter_free(loaded);
		loaded = filter_load(test->rules);
		loaded_rules = test->rules;
	}
	assert_non_null(loaded);
	outcome = filter_run(loaded, test->frame.byte, test->frame.length);
	assert_int_equal(outcome.verdict, test->verdict);
	assert_int_equal(outcome.reason, test->reason);
	assert_int_equal(outcome.action, actions[test->verdict]);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(cases) / sizeof(*cases)] = {};

	link_cases();
	vlan_cases();
	ip_cases();
	transport_cases();
	ip6_cases();
	tunnel_cases();
	for (size_t i = 0; i < n_cases; i++)
		tests[i] = (struct CMUnitTest){
			.name = cases[i].name, .test_func = run_case, .initial_state = &cases[i]};
	return _cmocka_run_group_tests("packet", tests, n_cases, NULL, NULL);
}
