/* SPDX-License-Identifier: GPL-2.0-only */
/* The plain reference, what outlives a packet: counters, limits, quotas, elements that packets add, timeouts. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

#include "judging.h"

#define A "ip 10.0.0.1 10.0.0.9 udp 1 2"
#define B "ip 10.0.0.2 10.0.0.9 udp 1 2"
#define C "ip 10.0.0.3 10.0.0.9 udp 1 2"

#define SEEN(lines)                                                                                \
	"set s { type ipv4_addr; flags dynamic,timeout; " lines " }\n"                             \
	"map m { type ipv4_addr : mark; flags dynamic; }\n"

/*
 * packets: "time-in-ms who", who one of A, B, C and V (A in a VLAN), and "!" behind those that are dropped.
 * printed: pieces of the table as it is listed afterwards.
 */
static const struct {
	const char *lines, *rules, *packets, *printed[3];
} rows[] = {
	/* counters: 28 bytes from the network header on */
	{"", "counter", "0 A 1 B 2 V", {"counter packets 3 bytes 84"}},
	{"", "counter packets 5 bytes 7", "0 A", {"counter packets 6 bytes 35"}},
	{"", "ip saddr 10.0.0.1 counter drop", "0 A! 1 B 2 A!", {"counter packets 2 bytes 56"}},
	{"counter k { packets 1 bytes 2 }\n",
	 "counter name \"k\"\ncounter name \"k\"",
	 "0 A",
	 {"packets 3 bytes 58"}},
	/* limits: a bucket that is full at first */
	{"",
	 "limit rate 1/second burst 2 packets drop",
	 "0 A! 1 A! 2 A 999 A 1000 A! 1001 A 2000 A!",
	 {}},
	{"",
	 "limit rate over 1/second burst 2 packets drop",
	 "0 A 1 A 2 A! 999 A! 1000 A 1001 A! 60000 A 60001 A 60002 A!",
	 {}},
	{"",
	 "limit rate 10/minute burst 1 packets drop",
	 "0 A! 5999 A 6000 A! 11999 A 12000 A!",
	 {}},
	{"", "limit rate 2/second drop", "0 A! 0 A! 0 A! 0 A! 0 A! 0 A 499 A 500 A!", {}},
	/* bytes: the rate and the burst fit into it */
	{"", "limit rate 28 bytes/second drop", "0 A! 1 A 999 A 1000 A! 1001 A", {}},
	{"", "limit rate 28 bytes/second burst 28 bytes drop", "0 A! 0 A! 1 A 1000 A! 2000 A!", {}},
	{"",
	 "limit rate over 14 bytes/second burst 42 bytes drop",
	 "0 A 0 A 0 A! 1999 A! 2000 A",
	 {}},
	{"", "limit rate over 27 bytes/second drop", "0 A! 60000 A!", {}},
	{"limit l { rate 1/second burst 1 packets }\n",
	 "limit name \"l\" drop\nlimit name \"l\" drop",
	 "0 A! 0 A 1000 A!",
	 {}},
	/* quotas: the last byte is within */
	{"", "quota over 56 bytes drop", "0 A 1 A 2 A! 3 A!", {"quota over 56 bytes"}},
	{"", "quota 56 bytes drop", "0 A! 1 A! 2 A 3 A", {}},
	{"", "quota over 56 bytes used 28 bytes drop", "0 A 1 A!", {}},
	{"quota q { over 56 bytes }\n", "quota name \"q\" drop", "0 A 1 B 2 C!", {}},
	/* elements that packets add */
	{SEEN(""), "add @s { ip saddr }", "0 A 1 B 2 A", {"elements = { 10.0.0.1, 10.0.0.2 }"}},
	{SEEN("timeout 10s;"),
	 "add @s { ip saddr }",
	 "0 A 4000 A",
	 {"elements = { 10.0.0.1 expires 6s }"}},
	{SEEN("timeout 10s;"),
	 "update @s { ip saddr }",
	 "0 A 4000 A",
	 {"elements = { 10.0.0.1 expires 10s }"}},
	{SEEN("timeout 10s;"),
	 "update @s { ip saddr timeout 1m }",
	 "0 A 4000 B",
	 {"10.0.0.1 timeout 1m expires 56s", "10.0.0.2 timeout 1m expires 1m"}},
	{SEEN("timeout 10s;"),
	 "ip saddr @s drop\nadd @s { ip saddr }",
	 "0 A 1 A! 9999 A! 10000 A 10001 A!",
	 {"elements = { 10.0.0.1 expires 9s999ms }"}},
	{SEEN(""),
	 "add @s { ip saddr timeout 1s }",
	 "0 A 1000 B",
	 {"elements = { 10.0.0.2 timeout 1s expires 1s }"}},
	{SEEN("timeout 5s; elements = { 10.0.0.1, 10.0.0.2 timeout 1s, 10.0.0.3 timeout 1h expires "
	      "2s };"),
	 "ip saddr @s drop",
	 "0 A! 0 B! 0 C! 1000 A! 1000 B 1000 C! 2000 C 4999 A! 5000 A",
	 {}},
	{SEEN("elements = { 10.0.0.1, 10.0.0.2 };"),
	 "delete @s { ip saddr } drop",
	 "0 A! 1 C!",
	 {"elements = { 10.0.0.2 }"}},
	/* a full set ends the rule */
	{SEEN("size 2;"),
	 "add @s { ip saddr } drop",
	 "0 A! 1 B! 2 C 3 A!",
	 {"elements = { 10.0.0.1, 10.0.0.2 }"}},
	{SEEN("size 1; timeout 1s;"), "add @s { ip saddr } drop", "0 A! 1 B 1000 B!", {"10.0.0.2"}},
	{SEEN("size 1;"), "delete @s { ip saddr }\nadd @s { ip saddr } drop", "0 A! 1 A! 2 B", {}},
	/* what elements carry */
	{SEEN(""),
	 "add @s { ip saddr counter }",
	 "0 A 1 A 2 B",
	 {"10.0.0.1 counter packets 2 bytes 56", "10.0.0.2 counter packets 1 bytes 28"}},
	{SEEN("counter;"),
	 "update @s { ip saddr }",
	 "0 A 1 A",
	 {"10.0.0.1 counter packets 2 bytes 56"}},
	{SEEN("counter; elements = { 10.0.0.1 counter packets 5 bytes 6, 10.0.0.2 };"),
	 "ip saddr @s drop",
	 "0 A! 1 C",
	 {"10.0.0.1 counter packets 6 bytes 34", "10.0.0.2 counter packets 0 bytes 0"}},
	{SEEN("counter; elements = { 10.0.0.1 };"),
	 "ip saddr != @s drop",
	 "0 A 1 B!",
	 {"10.0.0.1 counter packets 0 bytes 0"}},
	{SEEN(""),
	 "update @s { ip saddr limit rate over 1/second burst 1 packets } drop",
	 "0 A 0 B 1 A! 1 B! 1000 A 1001 C",
	 {}},
	{SEEN("limit rate 1/second burst 1 packets; elements = { 10.0.0.1, 10.0.0.2 };"),
	 "ip saddr @s drop",
	 "0 A! 0 B! 1 A 1 B 1000 A! 1001 C",
	 {}},
	{"set r { type ipv4_addr; flags interval; limit rate over 1/second burst 2 packets; "
	 "elements = { 10.0.0.1-10.0.0.3 }; }\n",
	 "ip saddr @r drop",
	 "0 A 0 B 1 C! 2 A! 1000 B 1001 A!",
	 {}},
	{SEEN(""), "update @s { ip saddr quota over 30 bytes } drop", "0 A 0 B 1 A!", {}},
	{SEEN("quota 30 bytes;"), "update @s { ip saddr } drop", "0 A! 0 B! 1 A", {}},
	{SEEN(""),
	 "add @s { ip saddr counter limit rate over 1/second burst 1 packets } drop",
	 "0 A 1 A!",
	 {"counter packets 2 bytes 56"}},
	{"",
	 "meter seen { ip saddr limit rate over 1/second burst 1 packets } drop",
	 "0 A 0 B 1 A! 1000 A",
	 {"meter seen size 65535 { ip saddr limit rate over 1/second burst 1 packets }"}},
	{"",
	 "meter seen size 1 { ip saddr counter } drop",
	 "0 A! 0 B",
	 {"meter seen size 1 { ip saddr counter } drop"}},
	/* maps */
	{SEEN(""),
	 "meta mark set 7\nadd @m { ip saddr : meta mark }\nmeta mark set ip saddr map @m "
	 "meta mark 7 drop",
	 "0 A! 1 B!",
	 {"10.0.0.1 : 0x00000007"}},
	{SEEN(""), "meta mark set ip daddr map @m drop", "0 A", {}},
	{"map v { type ipv4_addr : verdict; counter; elements = { 10.0.0.1 : drop, * : accept }; "
	 "}\n",
	 "ip saddr vmap @v",
	 "0 A! 1 B 2 A!",
	 {"10.0.0.1 counter packets 2 bytes 56 : drop"}},
	{"set two { type ipv4_addr . inet_service; flags dynamic; }\n",
	 "add @two { ip saddr . udp dport } ip saddr . udp dport @two drop",
	 "0 A! 1 B!",
	 {"10.0.0.1 . 2", "10.0.0.2 . 2"}},
	/* generators */
	{"", "numgen inc mod 3 1 drop", "0 A 0 A! 0 A 0 A 0 A!", {}},
	{"",
	 "numgen inc mod 2 vmap { 0 : drop, 1 : accept }\nnumgen inc mod 2 0 drop",
	 "0 A! 0 A 0 A!",
	 {}},
};

static const char *frame_of(const char *who)
{
	switch (*who) {
	case 'A':
		return A;
	case 'B':
		return B;
	case 'C':
		return C;
	default:
		return "vlan 7 " A;
	}
}

/* The packet's number when a verdict is wrong, else 0. */
static unsigned run_packets(struct judging *judging, const char *packets)
{
	unsigned ms, number = 1;
	char who[4];
	int length;

	for (; sscanf(packets, "%u %3s%n", &ms, who, &length) == 2; number++, packets += length) {
		struct judgement judgement;

		judging->packet.now_ns = ms * 1000000ull;
		judgement = judging_run(judging, frame_of(who));
		if ((judgement.verdict == NC_VERDICT_DROP) != (who[1] == '!'))
			return number;
	}
	return 0;
}

static bool prints(const struct judging *judging, const char *const expected[3], char **ret)
{
	*ret = print_ruleset(judging->reading.ruleset, 0);
	for (size_t i = 0; i < 3 && expected[i]; i++) {
		if (!strstr(*ret, expected[i]))
			return false;
	}
	return true;
}

static void state_is_kept(void **state)
{
	bool failed = false;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct judging judging;
		unsigned wrong;
		char *text;

		judging_begin_rules(&judging, rows[i].lines, rows[i].rules);
		wrong = run_packets(&judging, rows[i].packets);
		if (!prints(&judging, rows[i].printed, &text) || wrong) {
			fprintf(stderr, "# %s# %s on '%s', packet %u is wrong; afterwards:\n%s",
				rows[i].lines, rows[i].rules, rows[i].packets, wrong, text);
			failed = true;
		}
		free(text);
		judging_end(&judging);
	}
	assert_false(failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(state_is_kept)};

	return cmocka_run_group_tests_name("reference state", tests, NULL, NULL);
}
