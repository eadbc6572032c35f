/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random rulesets and random frames: the program, by BPF_PROG_TEST_RUN, against the plain reference. SEED and ROUNDS in the
 * environment repeat a run; the seed is printed. A difference prints ruleset and frame.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "filter.h"
#include "frame.h"
#include "reference.h"

#define FRAMES 300 /* for each ruleset */

/* Few values, so that frames and rules meet. */
static const char *const addresses[] = {"10.0.0.1", "10.0.0.2", "10.0.1.1", "192.0.2.7",
					"255.255.255.255"};
static const char *const addresses6[] = {
	"2001:db8::1", "2001:db8::2", "2001:db8:1::", "::1", "2001:db8::ffff:ffff:ffff:ffff",
	"fe80::5"};
static const uint16_t ports[] = {0, 1, 53, 80, 81, 1023, 1024, 65535};

/* --- rulesets -------------------------------------------------------------------------------------------- */

static void write_ports(FILE *out)
{
	uint16_t a = PICK(ports), b = PICK(ports);

	switch (below(5)) {
	case 0:
		fprintf(out, "%u", a);
		break;
	case 1:
		fprintf(out, "!= %u", a);
		break;
	case 2:
		fprintf(out, "%s%u-%u", below(2) ? "!= " : "", a < b ? a : b, a < b ? b : a);
		break;
	case 3:
		fprintf(out, "%s@ports%u", below(2) ? "!= " : "", below(2));
		break;
	default:
		fprintf(out, "%s{ ", below(2) ? "!= " : "");
		for (unsigned i = below(14) + 1; i; i--)
			fprintf(out, "%u%s", below(3) ? PICK(ports) : below(65536),
				i > 1 ? ", " : " }");
	}
}

static void write_address(FILE *out, bool six)
{
	const char *a = six ? PICK(addresses6) : PICK(addresses),
		   *b = six ? PICK(addresses6) : PICK(addresses);
	unsigned length = below(six ? 129 : 33);
	const char *not = below(3) ? "" : "!= ";

	switch (below(5)) {
	case 0:
		fprintf(out, "%s%s", not, a);
		break;
	case 1:
		fprintf(out, "%s%s/%u", not, a, length);
		break;
	case 2:
		fprintf(out, "%s@%s%u", not, six ? "six" : "four", below(2));
		break;
	case 3:
		fprintf(out, "%s{ %s, %s }", not, a, b);
		break;
	default:
		if (six)
			fprintf(out, "%s%s", not,
				below(2) ? "2001:db8::1-2001:db8:1::5" : "::-fe80::5");
		else
			fprintf(out, "%s%s", not,
				below(2) ? "10.0.0.2-10.0.1.0" : "0.0.0.0-10.0.0.1");
	}
}

/* One match of a protocol layer, or nothing. */
static void write_network(FILE *out, unsigned network)
{
	static const char *const protocols[] = {"tcp", "udp",  "icmp", "ipv6-icmp",
						"ah",  "sctp", "17-58"};

	if (network == 1) {
		fprintf(out, "ip %s ", below(2) ? "saddr" : "daddr");
		write_address(out, false);
	} else if (network == 2) {
		fprintf(out, "ip6 %s ", below(2) ? "saddr" : "daddr");
		write_address(out, true);
	} else if (network == 3) {
		fprintf(out, "%s != %s", below(2) ? "ip protocol" : "ip6 nexthdr", PICK(protocols));
	} else if (network == 4) {
		fprintf(out, "meta l4proto %s%s", below(3) ? "" : "!= ", PICK(protocols));
	}
	fputc(' ', out);
}

static void write_transport(FILE *out, unsigned transport)
{
	static const char *const headers[] = {"tcp", "udp", "sctp", "dccp", "udplite"};
	static const char *const flags[] = {
		"syn",		"!= syn",	"syn,ack", "{ syn, ack }", "& (syn|ack) == syn",
		"== syn | ack", "fin / fin,rst"};
	static const char *const icmp[] = {"icmp type echo-request", "icmp code 3",
					   "icmpv6 type != 128", "icmpv6 code { 0, 3 }"};

	if (transport < 3) {
		fprintf(out, "%s %s ", transport ? PICK(headers) : "th",
			below(2) ? "sport" : "dport");
		write_ports(out);
	} else if (transport == 3) {
		fprintf(out, "tcp flags %s", PICK(flags));
	} else if (transport == 4) {
		fputs(PICK(icmp), out);
	}
	fputc(' ', out);
}

static void write_link(FILE *out)
{
	static const char *const matches[] = {
		"ether saddr 02:00:00:00:00:01",
		"ether daddr != 02:00:00:00:00:01",
		"ether type ip",
		"ether type 8021q",
		"ether type { ip, ip6, arp }",
		"meta protocol != ip",
		"meta protocol ip6",
		"meta protocol 8021q",
	};

	fprintf(out, "%s ", PICK(matches));
}

static void write_vlan(FILE *out)
{
	static const char *const matches[] = {
		"vlan id 10",
		"vlan id != 10",
		"vlan id 5-20 vlan type != ip",
		"ether type 8021ad vlan id 10 vlan type 8021q vlan id 20",
		"vlan type arp",
	};

	fprintf(out, "%s ", PICK(matches));
}

static void write_rule(FILE *out)
{
	static const char *const ends[] = {"accept",	     "drop",	     "",
					   "counter accept", "counter drop", "counter"};
	unsigned shape = below(12);

	if (shape == 0)
		write_vlan(out);
	else if (shape == 1)
		write_link(out);
	else {
		write_network(out, below(5));
		write_transport(out, below(7));
	}
	fprintf(out, "%s\n", PICK(ends));
}

/* Combinations that nft refuses too are left out: they do not load. */
static char *write_ruleset(void)
{
	char *text;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	static const char *const policies[] = {"accept", "drop"};

	fputs("table netdev t {\n"
	      "set ports0 { type inet_service; elements = { 53, 80, 1024 }; }\n"
	      "set ports1 { type inet_service; flags interval; elements = { 0-52, 81-1023, 65535 "
	      "}; }\n"
	      "set four0 { type ipv4_addr; elements = { 10.0.0.1, 192.0.2.7 }; }\n"
	      "set four1 { type ipv4_addr; flags interval; elements = { 10.0.0.2-10.0.1.0, "
	      "255.0.0.0/8 }; }\n"
	      "set six0 { type ipv6_addr; elements = { ::1, 2001:db8::2 }; }\n"
	      "set six1 { type ipv6_addr; flags interval; elements = { fe80::/10, "
	      "2001:db8::1-2001:db8::2 }; }\n",
	      out);
	for (unsigned chain = 0, chains = below(3) + 1; chain < chains; chain++) {
		fprintf(out,
			"chain c%u {\ntype filter hook ingress device \"lo\" priority %d; policy "
			"%s;\n",
			chain, below(3) - 1, chain ? PICK(policies) : "accept");
		for (unsigned n = below(7); n; n--)
			write_rule(out);
		fputs("}\n", out);
	}
	fputs("}\n", out);
	fclose(out);
	return text;
}

/* --- frames ---------------------------------------------------------------------------------------------- */

static void add_transport(struct frame *f)
{
	static const uint8_t protocols[] = {1, 58, 132, 33, 136, 50, 47, 59};
	uint8_t bytes[16];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = below(2) ? below(256) : 0;
	bytes[0] = below(2) ? bytes[0] : below(2) ? 8 : 128;
	bytes[1] = below(2) ? bytes[1] : 3;
	switch (below(4)) {
	case 0:
	case 1:
		frame_tcp(f, PICK(ports), PICK(ports), below(2) ? 2 : below(64));
		break;
	case 2:
		frame_udp(f, PICK(ports), PICK(ports));
		break;
	default:
		frame_raw(f, PICK(protocols), bytes, sizeof(bytes));
	}
}

static void add_network(struct frame *f)
{
	static const uint8_t extensions[] = {0, 43, 44, 60, 51};

	switch (below(8)) {
	case 0:
		frame_type(f, below(2) ? 0x0806 : below(0x700));
		frame_bytes(f, "\xff\xff\0\1\2\3\4\5\6\7", 10);
		return;
	case 1:
	case 2:
	case 3:
		frame_ip(f, PICK(addresses), PICK(addresses), below(3) ? 0 : 4 * below(11),
			 below(4) ? 0 : below(0x4000));
		break;
	default:
		frame_ip6(f, PICK(addresses6), PICK(addresses6));
		for (unsigned n = below(3) ? 0 : below(8); n; n--)
			frame_ext(f, PICK(extensions), below(3) ? 0 : below(3));
	}
	add_transport(f);
}

static struct frame random_frame(void)
{
	struct frame f;

	frame_ether(&f);
	for (unsigned n = below(3) ? 0 : below(3) + 1; n; n--)
		frame_vlan(&f, below(2) ? 0x8100 : 0x88a8, below(2) ? 10 : 20);
	add_network(&f);
	frame_finish(&f);
	if (!below(4))
		f.length = 14 + below(f.length - 13);
	if (!below(3))
		frame_finish(&f);
	for (unsigned n = below(4) ? 0 : below(4) + 1; n; n--)
		f.byte[12 + below(f.length > 60 ? 48 : f.length - 12)] ^= 1 << below(8);
	return f;
}

/* --- comparison ------------------------------------------------------------------------------------------- */

static void show(const char *text, const struct frame *f)
{
	fprintf(stderr, "%s", text);
	for (size_t i = 0; i < f->length; i++)
		fprintf(stderr, "%02x", f->byte[i]);
	fprintf(stderr, "\n");
}

static bool same_counters(struct filter *filter)
{
	nc_vec_foreach (table, &filter->ruleset->tables) {
		nc_vec_foreach (chain, &(*table)->chains) {
			nc_vec_foreach (rule, &(*chain)->rules) {
				const struct nc_counter *expected = nc_rule_counter(*rule);
				struct nc_counter got;

				if (!expected)
					continue;
				nc_instance_counter(filter->instance, (*rule)->counter_id, &got);
				if (got.packets != expected->packets ||
				    got.bytes != expected->bytes)
					return false;
			}
		}
	}
	return true;
}

/* Frames that end inside a VLAN tag never reach netdev ingress: the kernel drops them, so there is nothing to compare. */
static bool comparable(const struct frame *f)
{
	unsigned type = f->byte[12] << 8 | f->byte[13];

	return !((type == 0x8100 || type == 0x88a8) && f->length < 18);
}

static unsigned compare_frames(struct filter *filter, const char *text)
{
	unsigned too_deep = 0;

	for (int i = 0; i < FRAMES; i++) {
		struct frame f = random_frame();
		struct judgement judgement;
		struct outcome outcome;

		if (!comparable(&f))
			continue;
		outcome = filter_run(filter, f.byte, f.length);
		if (outcome.reason == NC_REASON_TOO_DEEP) {
			too_deep++;
			continue;
		}
		judgement = reference_judge(filter->ruleset, "lo", f.byte, f.length);
		if (outcome.verdict != judgement.verdict ||
		    (outcome.reason == NC_REASON_RULE) != (judgement.rule != NULL) ||
		    (!too_deep && !same_counters(filter))) {
			show(text, &f);
			fprintf(stderr,
				"program: verdict %d reason %d; reference: verdict %d by %s\n",
				outcome.verdict, outcome.reason, judgement.verdict,
				judgement.rule ? "rule" : "policy");
			fail();
		}
	}
	return FRAMES;
}

static void program_agrees_with_reference(void **state)
{
	unsigned long frames = 0, rulesets = 0;

	(void)state;
	if (!filter_possible())
		skip();
	chance_begin();
	for (unsigned n = chance_rounds(300); n; n--) {
		char *text = write_ruleset();
		struct filter *filter = filter_try(text);

		if (filter) {
			frames += compare_frames(filter, text);
			rulesets++;
		}
		filter_free(filter);
		free(text);
	}
	printf("# %lu rulesets, %lu frames\n", rulesets, frames);
	assert_true(rulesets > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(program_agrees_with_reference)};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
