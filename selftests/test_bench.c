/* SPDX-License-Identifier: GPL-2.0-only */
/* What "bench" measures with: rule sets and their shape, their texts, packets, and that netctl judges those as the rules say. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <arpa/inet.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <string.h>

#include "bench/measure.h"
#include "bench/trace.h"
#include "filter.h"
#include "reading.h"
#include "util/decode.h"

#define N 2000

static struct nc_bench_rules make(unsigned profile, bool ip6, uint32_t n, uint64_t seed)
{
	struct nc_bench_rules rules = {};

	assert_int_equal(nc_bench_rules_make(nc_bench_profiles[profile], ip6, n, seed, &rules), 0);
	return rules;
}

static char *text_of(const struct nc_bench_rules *rules)
{
	char *text;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	nc_bench_write_nft(rules, "lo", out);
	fclose(out);
	return text;
}

/* --- rules ------------------------------------------------------------------------------------------------ */

static void a_seed_makes_the_same_rules(void **state)
{
	(void)state;
	for (unsigned i = 0; nc_bench_profiles[i]; i++) {
		struct nc_bench_rules a = make(i, i % 2, N, 7), b = make(i, i % 2, N, 7);
		struct nc_bench_rules other = make(i, i % 2, N, 8);

		assert_int_equal(a.list.n, N);
		assert_int_equal(b.list.n, N);
		assert_memory_equal(a.list.v, b.list.v, N * sizeof(*a.list.v));
		assert_memory_not_equal(a.list.v, other.list.v, N * sizeof(*a.list.v));
		nc_bench_rules_free(&a);
		nc_bench_rules_free(&b);
		nc_bench_rules_free(&other);
	}
}

/* Per cent of the rules. */
struct shape {
	unsigned src_any, dst_any, host_pairs, exact_dport, any_protocol;
};

static bool is_exact(const struct nc_bench_ports *ports)
{
	return ports->low == ports->high;
}

static struct shape shape_of(const struct nc_bench_rules *rules)
{
	const unsigned bits = nc_bench_bits(rules->ip6);
	struct shape shape = {};

	nc_vec_foreach (rule, &rules->list) {
		shape.src_any += rule->saddr.length == 0;
		shape.dst_any += rule->daddr.length == 0;
		shape.host_pairs += rule->saddr.length == bits && rule->daddr.length == bits;
		shape.exact_dport += is_exact(&rule->dport);
		shape.any_protocol += rule->any_protocol;
	}
	shape.src_any = shape.src_any * 100 / rules->list.n;
	shape.dst_any = shape.dst_any * 100 / rules->list.n;
	shape.host_pairs = shape.host_pairs * 100 / rules->list.n;
	shape.exact_dport = shape.exact_dport * 100 / rules->list.n;
	shape.any_protocol = shape.any_protocol * 100 / rules->list.n;
	return shape;
}

static void shapes_are_what_they_are_called(void **state)
{
	/* About what ClassBench's own sets of 10,000 rules have; docs/performance.md. */
	static const struct shape low[] = {
		{0, 0, 24, 53, 5}, {36, 13, 0, 54, 0}, {4, 2, 4, 30, 26}};
	static const struct shape high[] = {
		{2, 3, 36, 67, 13}, {49, 24, 5, 70, 4}, {12, 10, 12, 46, 40}};

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct nc_bench_rules rules = make(i % 3, i / 3, 10000, 3);
		struct shape shape = shape_of(&rules);

		assert_in_range(shape.src_any, low[i % 3].src_any, high[i % 3].src_any);
		assert_in_range(shape.dst_any, low[i % 3].dst_any, high[i % 3].dst_any);
		assert_in_range(shape.host_pairs, low[i % 3].host_pairs, high[i % 3].host_pairs);
		assert_in_range(shape.exact_dport, low[i % 3].exact_dport, high[i % 3].exact_dport);
		assert_in_range(shape.any_protocol, low[i % 3].any_protocol,
				high[i % 3].any_protocol);
		nc_bench_rules_free(&rules);
	}
}

static void sets_have_no_address_twice(void **state)
{
	struct nc_bench_rules rules = {};

	(void)state;
	assert_int_equal(nc_bench_set_make(false, N, 1, &rules), 0);
	assert_int_equal(nc_bench_rules_size(&rules), N);
	for (size_t i = 0; i < N; i++) {
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(&rules.set.v[i], &rules.set.v[j],
						sizeof(*rules.set.v));
	}
	nc_bench_rules_free(&rules);
}

/* --- texts ------------------------------------------------------------------------------------------------ */

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		n++;
	}
	return n;
}

static void texts_are_rulesets(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct nc_bench_rules rules = make(i % 3, i / 3, N, 5);
		char *text = text_of(&rules);
		struct reading reading;

		assert_int_equal(count(text, " counter accept\n"), N / 2);
		assert_int_equal(count(text, " counter drop\n"), N / 2);
		read_text("bench", text, strlen(text), &reading);
		assert_int_equal(reading.error, 0);
		assert_int_equal(reading.ruleset->tables.n, 1);
		end_reading(&reading);
		free(text);
		nc_bench_rules_free(&rules);
	}
}

static const char classbench[] =
	"@192.0.2.7/24\t10.0.0.1/32\t0 : 65535\t80 : 80\t0x06/0xFF\t0x1000/0x1000\t\n"
	"\n"
	"@0.0.0.0/0\t10.0.0.0/8\t1024 : 65535\t53 : 53\t0x11/0xFF\n"
	"@0.0.0.0/0\t0.0.0.0/0\t1 : 2\t3 : 4\t0x00/0x00";

static int read_rules(const char *text, struct nc_bench_rules *ret, struct nc_diag *diag)
{
	static struct nc_source source;

	source = (struct nc_source){.name = "f", .text = text, .length = strlen(text)};
	return nc_bench_rules_read(&source, ret, diag);
}

static void classbench_files_are_read(void **state)
{
	struct nc_bench_rules rules = {};
	struct nc_diag diag = {};
	char *text;

	(void)state;
	assert_int_equal(read_rules(classbench, &rules, &diag), 0);
	text = text_of(&rules);
	assert_non_null(strstr(text, "\t\tip saddr 192.0.2.0/24 ip daddr 10.0.0.1 tcp dport 80 "
				     "counter accept\n"
				     "\t\tip daddr 10.0.0.0/8 udp sport 1024-65535 udp dport 53 "
				     "counter drop\n"
				     "\t\tmeta protocol ip counter accept\n"));
	free(text);
	nc_bench_rules_free(&rules);
	nc_diag_free(&diag);
}

static void broken_files_are_refused_at_their_place(void **state)
{
	static const struct {
		const char *text, *message;
		unsigned line;
	} broken[] = {
		{"nonsense", "no rule in ClassBench's format", 1},
		{"@10.0.0.0/33\t0.0.0.0/0\t0 : 1\t0 : 1\t0x06/0xFF\n", "two prefixes", 1},
		{"@::/0\t0.0.0.0/0\t0 : 1\t0 : 1\t0x06/0xFF\n", "one family", 1},
		{"@0.0.0.0/0\t0.0.0.0/0\t0 : 1\t0 : 1\t0x06/0xFF\n@::/0\t::/0\t0 : 1\t0 : "
		 "1\t0x06/0xFF\n",
		 "other family", 2},
		{"@0.0.0.0/0\t0.0.0.0/0\t2 : 1\t0 : 1\t0x06/0xFF\n", "lower one first", 1},
		{"@0.0.0.0/0\t0.0.0.0/0\t0 : 65536\t0 : 1\t0x06/0xFF\n", "0 to 65535", 1},
		{"@0.0.0.0/0\t0.0.0.0/0\t0 : 1\t0 : 1\t0x06/0x0F\n", "mask", 1},
		{"\n", "has no rules", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		struct nc_bench_rules rules = {};
		struct nc_diag diag = {};

		assert_int_equal(read_rules(broken[i].text, &rules, &diag), -EINVAL);
		assert_int_equal(diag.messages.n, 1);
		assert_non_null(strstr(diag.messages.v[0].text, broken[i].message));
		assert_int_equal(diag.messages.v[0].loc.line, broken[i].line);
		assert_null(rules.list.v);
		nc_diag_free(&diag);
	}
}

/* --- packets ---------------------------------------------------------------------------------------------- */

static bool is_in(const struct nc_bench_prefix *prefix, const uint8_t *address)
{
	struct nc_bench_prefix masked = {.length = prefix->length};

	memcpy(masked.address, address, sizeof(masked.address));
	nc_bench_prefix_mask(&masked);
	return memcmp(masked.address, prefix->address, sizeof(masked.address)) == 0;
}

static bool is_between(const struct nc_bench_ports *ports, uint16_t port)
{
	return port >= ports->low && port <= ports->high;
}

static bool has_ports(const struct nc_bench_rule *rule)
{
	return rule->sport.low || rule->sport.high != 65535 || rule->dport.low ||
	       rule->dport.high != 65535;
}

static bool matches(const struct nc_bench_rule *rule, const struct nc_decoded *packet)
{
	return is_in(&rule->saddr, packet->saddr) && is_in(&rule->daddr, packet->daddr) &&
	       (rule->any_protocol || rule->protocol == packet->protocol) &&
	       (!has_ports(rule) || (is_between(&rule->sport, packet->sport) &&
				     is_between(&rule->dport, packet->dport)));
}

/* The first rule that matches, or n. */
static size_t judge(const struct nc_bench_rules *rules, const struct nc_decoded *packet)
{
	size_t i = 0;

	while (i < rules->list.n && !matches(&rules->list.v[i], packet))
		i++;
	return i;
}

static struct nc_decoded decode(const struct nc_bench_trace *trace, size_t index)
{
	struct nc_decoded packet;

	memset(&packet, 0, sizeof(packet));
	nc_decode(&trace->packets.v[index], trace->frame_bytes, &packet);
	assert_int_equal(packet.truncated, NC_HEADER_NONE);
	assert_int_equal(packet.malformed, NC_HEADER_NONE);
	assert_int_equal(packet.network, trace->ip6 ? NC_HEADER_IP6 : NC_HEADER_IP);
	/* To nft, an authentication header is the end of IPv6's headers. */
	if (packet.protocol == IPPROTO_NONE)
		packet.protocol = IPPROTO_AH;
	return packet;
}

static void packets_are_of_the_rules(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct nc_bench_rules rules = make(i % 3, i / 3, 100, 9);
		struct nc_bench_trace trace = {};
		size_t first = 0, not_first = 0;

		assert_int_equal(
			nc_bench_trace_make(&rules, NC_DRAW_RULES, 1, NC_BENCH_PACKETS, &trace), 0);
		assert_true(trace.packets.n >= 10000);
		for (size_t j = 0; j < trace.packets.n; j++) {
			struct nc_decoded packet = decode(&trace, j);
			size_t rule = judge(&rules, &packet);

			assert_true(rule < rules.list.n);
			first += rule == 0;
			not_first += rule != 0;
		}
		/* Drawn from all of them, so that no few of them get everything. */
		assert_true(not_first > first);
		nc_bench_trace_free(&trace);
		nc_bench_rules_free(&rules);
	}
}

static int compare_packets(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct nc_bench_packet));
}

static void no_packet_comes_twice(void **state)
{
	struct nc_bench_rules rules = make(0, false, 1000, 9);
	struct nc_bench_trace trace = {};

	(void)state;
	assert_int_equal(nc_bench_trace_make(&rules, NC_DRAW_RULES, 1, NC_BENCH_PACKETS, &trace),
			 0);
	qsort(trace.packets.v, trace.packets.n, sizeof(*trace.packets.v), compare_packets);
	for (size_t i = 1; i < trace.packets.n; i++)
		assert_memory_not_equal(&trace.packets.v[i - 1], &trace.packets.v[i],
					sizeof(*trace.packets.v));
	nc_bench_trace_free(&trace);
	nc_bench_rules_free(&rules);
}

static void compare_verdicts(const struct nc_bench_rules *rules, enum nc_bench_draw draw)
{
	struct nc_bench_trace trace = {};
	char *text = text_of(rules);
	struct filter *filter = filter_load(text);

	assert_non_null(filter);
	assert_int_equal(nc_bench_trace_make(rules, draw, 1, 500, &trace), 0);
	for (size_t i = 0; i < trace.packets.n; i++) {
		struct nc_decoded packet = decode(&trace, i);
		size_t rule = judge(rules, &packet);
		bool accept = rule < rules->list.n && nc_bench_rule_accepts(rules, rule);
		struct outcome outcome = filter_run(filter, &trace.packets.v[i], trace.frame_bytes);

		assert_int_equal(outcome.action, accept ? XDP_PASS : XDP_DROP);
	}
	filter_free(filter);
	nc_bench_trace_free(&trace);
	free(text);
}

static void netctl_judges_as_the_rules_say(void **state)
{
	(void)state;
	if (!filter_possible())
		skip();
	for (unsigned i = 0; i < 6; i++) {
		struct nc_bench_rules rules = make(i % 3, i / 3, 300, 11);

		compare_verdicts(&rules, NC_DRAW_RULES);
		compare_verdicts(&rules, NC_DRAW_ANYWHERE);
		nc_bench_rules_free(&rules);
	}
}

/* --- figures ---------------------------------------------------------------------------------------------- */

static void medians_are_in_the_middle(void **state)
{
	double odd[] = {5, 1, 9}, even[] = {4, 1, 2, 9};
	struct nc_bench_spread spread = nc_bench_spread(odd, 3);

	(void)state;
	assert_true(spread.median == 5 && spread.min == 1 && spread.max == 9);
	spread = nc_bench_spread(even, 4);
	assert_true(spread.median == 3 && spread.min == 1 && spread.max == 9);
}

/* A thing that costs 40 ns, and 30 µs for each call. */
static int sample(void *state, uint32_t repeat, uint64_t *ret_ns)
{
	*(uint64_t *)state += *ret_ns = 30000 + 40 * (uint64_t)repeat;
	return 0;
}

static void costs_of_calls_are_spread_over_many_runs(void **state)
{
	uint64_t spent = 0;
	struct nc_bench_lane lane = {.sample = sample, .state = &spent};

	(void)state;
	assert_int_equal(nc_bench_measure(&lane, 1, 1), 0);
	for (unsigned i = 0; i < NC_BENCH_ROUNDS; i++)
		assert_true(lane.ns[i] >= 40 && lane.ns[i] < 41);
	assert_in_range(spent, 1000000000, 1500000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_seed_makes_the_same_rules),
		cmocka_unit_test(shapes_are_what_they_are_called),
		cmocka_unit_test(sets_have_no_address_twice),
		cmocka_unit_test(texts_are_rulesets),
		cmocka_unit_test(classbench_files_are_read),
		cmocka_unit_test(broken_files_are_refused_at_their_place),
		cmocka_unit_test(packets_are_of_the_rules),
		cmocka_unit_test(no_packet_comes_twice),
		cmocka_unit_test(netctl_judges_as_the_rules_say),
		cmocka_unit_test(medians_are_in_the_middle),
		cmocka_unit_test(costs_of_calls_are_spread_over_many_runs),
	};

	return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
