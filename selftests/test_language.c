/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packet tables of what rules can do besides matching header fields: what they read elsewhere, look up, jump to, count and
 * rewrite. One ruleset, frames one after the other, verdicts and frames as they go on. And what the programs take.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "frame.h"

#define DROP   NC_VERDICT_DROP
#define ACCEPT NC_VERDICT_ACCEPT

struct row {
	const char *name;
	const char *lines; /* of the table, NULL: those of the row before, and its state */
	const char *rules; /* of its chain on lo, policy accept */
	const char *frame;
	enum nc_verdict verdict;
	const char *out; /* NULL: as it came in */
};

#define UDP6 "ip6 2001:db8::1 2001:db8::2 "
#define TCP  "ip 10.0.0.1 10.0.0.2 tcp 1000 80 2 "
#define UDP  "ip 10.0.0.1 10.0.0.2 udp 1000 53 "

static const struct row rows[] = {
	/* --- loads */
	{"TTL", "", "ip ttl 64 drop", UDP, DROP, NULL},
	{"DSCP", "", "ip dscp cs1 drop", UDP "nh 1 20", DROP, NULL},
	{"ECN", "", "ip ecn ce drop", UDP "nh 1 03", DROP, NULL},
	{"fragment offset under a mask", "", "ip frag-off & 0x1fff != 0 drop",
	 "ip 10.0.0.1 10.0.0.2 fragment 5 udp 1 2", DROP, NULL},
	{"TCP sequence", "", "tcp sequence 0x01020304 drop", TCP "th 4 01020304", DROP, NULL},
	{"TCP window", "", "tcp window 0x1234 drop", TCP "th 14 1234", DROP, NULL},
	{"UDP length", "", "udp length 8 drop", UDP "sum", DROP, NULL},
	{"ARP operation", "", "arp operation request drop", "arp 1", DROP, NULL},
	{"ARP reply", NULL, NULL, "arp 2", ACCEPT, NULL},
	{"VLAN priority", "", "vlan pcp 5 drop", "vlan 40970 " UDP, DROP, NULL},
	{"raw network bits", "", "@nh,72,8 17 drop", UDP, DROP, NULL},
	{"raw transport bits", "", "@th,16,16 53 drop", UDP, DROP, NULL},
	{"raw bits of no byte", "", "@th,17,3 1 drop", UDP "th 2 1000", DROP, NULL},
	{"raw bits behind the end", "", "@th,64,8 0 drop", UDP, ACCEPT, NULL},
	{"operations on a field", "", "ip saddr & 0.0.0.255 ^ 0.0.0.3 == 0.0.0.2 drop", UDP, DROP,
	 NULL},
	{"length", "", "meta length 28 drop", UDP, DROP, NULL},
	{"device", "", "iifname \"lo\" drop", UDP, DROP, NULL},
	{"wildcard of devices", "", "iifname \"l*\" drop", UDP, DROP, NULL},
	{"no output device", "", "oifname \"lo\" drop", UDP, ACCEPT, NULL},
	{"numgen counts", "", "numgen inc mod 2 0 drop", UDP, DROP, NULL},
	{"numgen counts on", NULL, NULL, UDP, ACCEPT, NULL},
	{"numgen begins anew", NULL, NULL, UDP, DROP, NULL},

	/* --- extension headers and TCP options */
	{"hop-by-hop exists", "", "exthdr hbh exists drop", UDP6 "hbh udp 1 2", DROP, NULL},
	{"hop-by-hop is missing", NULL, NULL, UDP6 "udp 1 2", ACCEPT, NULL},
	{"a field of a later header", "", "dst nexthdr 17 drop", UDP6 "hbh dst udp 1 2", DROP,
	 NULL},
	{"fragment header", "", "frag frag-off 5 drop", UDP6 "frag 5 udp 1 2", DROP, NULL},
	{"no extension headers in IPv4", "", "exthdr hbh missing drop", UDP, ACCEPT, NULL},
	{"option exists", "", "tcp option maxseg exists drop", TCP "opt 020405b4", DROP, NULL},
	{"option is missing", NULL, NULL, TCP, ACCEPT, NULL},
	{"option's value", "", "tcp option maxseg size 1460 drop", TCP "opt 01 opt 020405b4", DROP,
	 NULL},
	{"option cut by the header's end", "", "tcp option maxseg size 1460 drop",
	 TCP "opt 01010204", ACCEPT, NULL},

	/* --- lookups */
	{"verdict map",
	 "map m { type inet_service : verdict; elements = { 80 : drop, 53 : accept }; }",
	 "th dport vmap @m\nudp dport 53 drop", TCP, DROP, NULL},
	{"verdict map: accept ends the chain", NULL, NULL, UDP, ACCEPT, NULL},
	{"anonymous verdict map with *", "", "tcp dport vmap { 22 : accept, * : drop }", TCP, DROP,
	 NULL},
	{"*: not for what is not there", NULL, NULL, UDP, ACCEPT, NULL},
	{"intervals in a map",
	 "map m { type ipv4_addr : verdict; flags interval; elements = { 10.0.0.0/31 : drop }; }",
	 "ip saddr vmap @m", UDP, DROP, NULL},
	{"concatenation", "set s { type ipv4_addr . inet_service; elements = { 10.0.0.1 . 53 }; }",
	 "ip saddr . udp dport @s drop", UDP, DROP, NULL},
	{"concatenation: another port", NULL, NULL, "ip 10.0.0.1 10.0.0.2 udp 1 54", ACCEPT, NULL},
	{"intervals in a concatenation",
	 "set s { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/8 . 50-60 "
	 "}; }",
	 "ip saddr . udp dport @s drop", UDP, DROP, NULL},
	{"intervals in a concatenation: beside", NULL, NULL, "ip 10.0.0.1 10.0.0.2 udp 1 61",
	 ACCEPT, NULL},
	{"the packet path adds", "set s { type ipv4_addr; flags dynamic; }",
	 "ip saddr @s drop\nadd @s { ip saddr }", UDP, ACCEPT, NULL},
	{"and finds", NULL, NULL, UDP, DROP, NULL},
	{"a full set ends the rule", "set s { type ipv4_addr; flags dynamic; size 1; }",
	 "add @s { ip saddr } accept\ndrop", UDP, ACCEPT, NULL},
	{"a full set: another", NULL, NULL, "ip 10.0.0.9 10.0.0.2 udp 1 2", DROP, NULL},
	{"delete", "set s { type ipv4_addr; flags dynamic; elements = { 10.0.0.1 }; }",
	 "ip saddr @s delete @s { ip saddr } drop", UDP, DROP, NULL},
	{"delete: gone", NULL, NULL, UDP, ACCEPT, NULL},

	/* --- chains */
	{"jump and return", "chain a { udp dport 54 drop; return; }", "jump a\ndrop", UDP, DROP,
	 NULL},
	{"goto does not come back", "chain a { udp dport 54 drop; }", "goto a\ndrop", UDP, ACCEPT,
	 NULL},
	{"jump through a map", "chain a { drop; }", "ip saddr vmap { 10.0.0.1 : jump a }", UDP,
	 DROP, NULL},
	{"a return of a base chain is its policy", "", "return\ndrop", UDP, ACCEPT, NULL},
	{"continue", "", "continue\ndrop", UDP, DROP, NULL},

	/* --- limits and quotas */
	{"limit: the first of a burst", "", "limit rate 1/day burst 2 packets accept\ndrop", UDP,
	 ACCEPT, NULL},
	{"limit: the second", NULL, NULL, UDP, ACCEPT, NULL},
	{"limit: beyond", NULL, NULL, UDP, DROP, NULL},
	{"limit: five at once unless a burst is given", "", "limit rate over 1/day drop", UDP,
	 ACCEPT, NULL},
	{"limit: five, the second", NULL, NULL, UDP, ACCEPT, NULL},
	{"limit: five, the third", NULL, NULL, UDP, ACCEPT, NULL},
	{"limit: five, the fourth", NULL, NULL, UDP, ACCEPT, NULL},
	{"limit: five, the fifth", NULL, NULL, UDP, ACCEPT, NULL},
	{"limit: five, the sixth", NULL, NULL, UDP, DROP, NULL},
	{"limit over", "", "limit rate over 1/day burst 1 packets drop", UDP, ACCEPT, NULL},
	{"limit over: beyond", NULL, NULL, UDP, DROP, NULL},
	{"limit of bytes", "", "limit rate 14 bytes/day burst 14 bytes accept\ndrop", UDP, ACCEPT,
	 NULL},
	{"limit of bytes: beyond", NULL, NULL, UDP, DROP, NULL},
	{"quota", "", "quota 56 bytes accept\ndrop", UDP, ACCEPT, NULL},
	{"quota: the last byte", NULL, NULL, UDP, ACCEPT, NULL},
	{"quota: beyond", NULL, NULL, UDP, DROP, NULL},
	{"quota that two rules share", "quota q { over 30 bytes }",
	 "quota name q drop\nquota name q drop", UDP, DROP, NULL},
	{"a limit for each address", "set s { type ipv4_addr; flags dynamic; }",
	 "add @s { ip saddr limit rate over 1/day burst 1 packets } drop", UDP, ACCEPT, NULL},
	{"a limit for each address: beyond", NULL, NULL, UDP, DROP, NULL},
	{"a limit for each address: another", NULL, NULL, "ip 10.0.0.9 10.0.0.2 udp 1 2", ACCEPT,
	 NULL},

	/* --- rewriting: checksums come out as if they were computed */
	{"source address", "", "ip saddr set 192.0.2.7", UDP "sum", ACCEPT,
	 "ip 192.0.2.7 10.0.0.2 udp 1000 53 sum"},
	{"IPv6 address", "", "ip6 daddr set 2001:db8::7", UDP6 "tcp 1 2 2 sum", ACCEPT,
	 "ip6 2001:db8::1 2001:db8::7 tcp 1 2 2 sum"},
	{"port", "", "tcp dport set 8080", TCP "sum", ACCEPT,
	 "ip 10.0.0.1 10.0.0.2 tcp 1000 8080 2 sum"},
	{"port by a map", "", "udp dport set udp dport map { 53 : 5353 }", UDP "sum", ACCEPT,
	 "ip 10.0.0.1 10.0.0.2 udp 1000 5353 sum"},
	{"TTL", "", "ip ttl set 1", UDP "sum", ACCEPT, UDP "nh 8 01 sum"},
	{"DSCP keeps ECN", "", "ip dscp set cs1", UDP "nh 1 03 sum", ACCEPT, UDP "nh 1 23 sum"},
	{"hop limit", "", "ip6 hoplimit set 5", UDP6 "udp 1 2 sum", ACCEPT,
	 UDP6 "udp 1 2 nh 7 05 sum"},
	{"MAC address", "", "ether daddr set 00:01:02:03:04:05", UDP, ACCEPT,
	 UDP "ll 0 000102030405"},
	{"what was rewritten is what later rules see", "", "tcp dport set 22\ntcp dport 22 drop",
	 TCP "sum", DROP, "ip 10.0.0.1 10.0.0.2 tcp 1000 22 2 sum"},
	{"MSS shrinks", "", "tcp option maxseg size set 536", TCP "opt 020405b4 sum", ACCEPT,
	 TCP "opt 02040218 sum"},
	{"MSS does not grow", "", "tcp option maxseg size set 9000 drop", TCP "opt 020405b4 sum",
	 DROP, NULL},
	{"a missing option does not end the rule", NULL, NULL, TCP "sum", DROP, NULL},
	{"MSS at an odd offset", "", "tcp option maxseg size set 536", TCP "opt 01020405b4 sum",
	 ACCEPT, TCP "opt 0102040218 sum"},
	{"no checksum stays none", "", "ip saddr set 192.0.2.7 udp dport set 7",
	 UDP "sum th 6 0000", ACCEPT, "ip 192.0.2.7 10.0.0.2 udp 1000 7 sum th 6 0000"},
};

static void check_frame(const struct row *row, const struct nc_trial *trial)
{
	const struct frame expected = frame_read(row->out ?: row->frame);

	assert_int_equal(trial->length, expected.length);
	assert_memory_equal(trial->frame, expected.byte, expected.length);
}

static struct filter *loaded;

static void load_row(const struct row *row)
{
	char *text;

	filter_free(loaded);
	assert_true(asprintf(&text,
			     "table netdev t {\n%s\nchain c {\ntype filter hook ingress device lo "
			     "priority 0; policy accept;\n%s\n}\n}\n",
			     row->lines, row->rules) > 0);
	loaded = filter_load(text);
	free(text);
	assert_non_null(loaded);
}

static void run_row(void **state)
{
	const struct row *row = *state;
	const struct frame frame = frame_read(row->frame);
	static struct nc_trial trial;

	if (!filter_possible())
		skip();
	if (row->lines)
		load_row(row);
	assert_int_equal(nc_instance_try(loaded->instance, frame.byte, frame.length, &trial), 0);
	assert_int_equal(trial.verdict, row->verdict);
	assert_int_equal(trial.action, row->verdict == ACCEPT ? XDP_PASS : XDP_DROP);
	check_frame(row, &trial);
}

/* --- what programs take -------------------------------------------------------------------------------------------- */

#define VERIFIED_MAX 200000 /* of the kernel's million */

/* All that a rule can do where XDP and tc can do it; with MORE what only tc can. */
static const char everything[] =
	"table netdev t {\n"
	"counter k { }\nquota q { 5 mbytes }\nlimit l { rate 5/second }\n"
	"set a { type ipv4_addr; }\nset b { type ipv6_addr; }\n"
	"set c { type ipv4_addr; flags interval; }\nset d { type ipv6_addr; flags interval; }\n"
	"set e { type ipv4_addr; flags dynamic,timeout; timeout 1h; }\n"
	"set f { type ipv6_addr; flags dynamic; counter; }\n"
	"set g { type ipv6_addr . inet_service; flags dynamic; quota over 5 mbytes; }\n"
	"set h { type ipv6_addr . ipv6_addr . inet_service; flags dynamic; }\n"
	"set i { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/8 . 1-5 }; "
	"}\n"
	"map m { type ipv4_addr : verdict; flags interval; elements = { 10.0.0.0/8 : jump z }; }\n"
	"map n { type ipv6_addr : inet_service; flags interval; elements = { 2001:db8::/32 : 5 }; "
	"}\n"
	"chain z { ip saddr 10.0.0.1 return; }\n"
	/* Looked up: every family, and what is left to steps. */
	"chain y {\nip saddr 10.0.0.1 tcp dport 1 drop\nip saddr 10.0.0.2 tcp dport 2 drop\n"
	"ip saddr 10.0.0.3 tcp dport 3 drop\nip saddr 10.0.0.4 tcp dport 4 counter drop\n"
	"ip6 saddr 2001:db8::1 udp dport 5 drop\nip6 daddr 2001:db8::2 udp dport 6 accept\n"
	"ip saddr 10.0.0.5 ip ttl 7 drop\ntcp sport 8 drop\ntcp sport 9 drop\nudp dport 10 drop\n"
	"}\n"
	"chain x { type filter hook %s device \"lo\" priority 0; policy accept;\n"
	"ip saddr @a drop\nip6 saddr @b drop\nip saddr @c drop\nip6 saddr @d drop\n"
	"tcp dport 80 counter drop\ncounter name k quota name q limit name l\n"
	"ip saddr vmap @m\ntcp dport set ip6 saddr map @n\nadd @e { ip saddr }\n"
	"update @f { ip6 saddr }\nadd @g { ip6 saddr . th dport }\n"
	"delete @h { ip6 saddr . ip6 daddr . th dport }\nip saddr . th dport @i drop\n"
	"ip ttl & 0xf0 ^ 0x0f | 0x01 == 5 drop\nip ttl << 1 >> 2 == 5 drop\n"
	"exthdr hbh exists drop\ntcp option maxseg size 5 drop\nmeta length 5 drop\n"
	"meta time \"2030-01-01 00:00:00\" drop\nnumgen inc mod 5 2 drop\n"
	"jhash ip saddr . ip daddr mod 5 seed 7 2 drop\nlog prefix \"x\"\nip saddr set 10.0.0.1\n"
	"tcp option maxseg size set 5\njump z\njump y\n%s\n}\n}\n";

static unsigned verified(const char *hook, const char *more)
{
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);
	struct filter *filter;
	char *text;

	assert_true(asprintf(&text, everything, hook, more) > 0);
	filter = filter_load(text);
	free(text);
	assert_non_null(filter);
	assert_int_equal(
		bpf_obj_get_info_by_fd(nc_instance_prog_fd(filter->instance), &info, &length), 0);
	printf("# %s, %s: %u instructions verified of 1000000 possible, %u in the program\n", hook,
	       strstr(more, "meta mark") ? "tc" : "XDP", info.verified_insns,
	       info.xlated_prog_len / 8);
	filter_free(filter);
	return info.verified_insns;
}

static void verified_instructions(void **state)
{
	static const char more[] = "meta mark set 5\ndup to lo\nfwd ip to 10.0.0.1 device lo";

	(void)state;
	if (!filter_possible())
		skip();
	assert_in_range(verified("ingress", "fwd to lo"), 1, VERIFIED_MAX);
	assert_in_range(verified("ingress", more), 1, VERIFIED_MAX);
	assert_in_range(verified("egress", more), 1, VERIFIED_MAX);
}

int main(void)
{
	const size_t n = sizeof(rows) / sizeof(*rows);
	struct CMUnitTest tests[sizeof(rows) / sizeof(*rows) + 1] = {
		cmocka_unit_test(verified_instructions)};

	for (size_t i = 0; i < n; i++)
		tests[i + 1] = (struct CMUnitTest){.name = rows[i].name,
						   .test_func = run_row,
						   .initial_state = (void *)&rows[i]};
	return _cmocka_run_group_tests("language", tests, n + 1, NULL, NULL);
}
