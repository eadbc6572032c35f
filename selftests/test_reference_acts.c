/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plain reference, what rules do: header rewriting (checksums are checked by computing them anew), ways through
 * chains, and state over several packets.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>

#include "judging.h"

/* --- rewriting ------------------------------------------------------------------------------------------------- */

#define IP    "ip 10.0.0.1 10.0.0.2 "
#define IP6   "ip6 2001:db8::1 2001:db8::2 "
#define TAIL  "hex 0102030405 "
#define MAPS  "map m { type inet_service : mark; elements = { 80 : 5, 81 : 6 }; }\n"
#define TCP   IP "tcp 1024 80 2 " TAIL "sum"
#define LATER IP "fragment 5 tcp 1024 80 2 sum"

/* As before, and the rule ends there. */
#define BREAKS "breaks"

/* after NULL: as before. */
static const struct {
	const char *stmts, *frame, *after;
} rewrites[] = {
	{"ether saddr set 02:00:00:00:00:09", TCP, TCP " ll 6 020000000009"},
	{"ether type set 0x1234", TCP, TCP " ll 12 1234"},
	{"vlan id set 20", "vlan 0xa00a " TCP, "vlan 0xa014 " TCP},
	{"vlan pcp set 1", "vlan 0xa00a " TCP, "vlan 0x200a " TCP},
	{"vlan id set 20", TCP, BREAKS},
	{"ip saddr set 192.0.2.1", TCP, "ip 192.0.2.1 10.0.0.2 tcp 1024 80 2 " TAIL "sum"},
	{"ip daddr set 192.0.2.1", IP "udp 1 2 " TAIL "sum",
	 "ip 10.0.0.1 192.0.2.1 udp 1 2 " TAIL "sum"},
	{"ip daddr set 192.0.2.1", IP "udp 1 2 sum th 6 0000",
	 "ip 10.0.0.1 192.0.2.1 udp 1 2 sum th 6 0000"},
	{"ip daddr set 192.0.2.1", IP "icmp 8 0 sum", "ip 10.0.0.1 192.0.2.1 icmp 8 0 sum"},
	{"ip daddr set 192.0.2.1", IP "proto 136 hex 0001000200000000aa sum",
	 "ip 10.0.0.1 192.0.2.1 proto 136 hex 0001000200000000aa sum"},
	{"ip daddr set 192.0.2.1", LATER,
	 "ip 10.0.0.1 192.0.2.1 fragment 5 tcp 1024 80 2 sum th 16 9790"},
	{"ip daddr set 192.0.2.1", IP "tcp 1 2 2 sum cut 50 nh 2 0024", BREAKS},
	{"ip ttl set 9", TCP, IP "tcp 1024 80 2 " TAIL "nh 8 09 sum"},
	{"ip dscp set ef", TCP, IP "tcp 1024 80 2 " TAIL "nh 1 b8 sum"},
	{"ip ecn set ce", TCP, IP "tcp 1024 80 2 " TAIL "nh 1 03 sum"},
	{"ip id set 7", TCP, IP "tcp 1024 80 2 " TAIL "nh 4 0007 sum"},
	{"ip frag-off set 0x4000", TCP, IP "tcp 1024 80 2 " TAIL "nh 6 4000 sum"},
	{"ip protocol set 17", IP "udp 1 2 sum", NULL},
	{"ip checksum set 5", TCP, TCP " nh 10 0005"},
	{"ip ttl set 9", IP "cut 25", BREAKS},
	{"ip6 daddr set ::5", IP6 "tcp 1 2 2 " TAIL "sum",
	 "ip6 2001:db8::1 ::5 tcp 1 2 2 " TAIL "sum"},
	{"ip6 saddr set ::5", IP6 "hbh icmp6 128 0 " TAIL "sum",
	 "ip6 ::5 2001:db8::2 hbh icmp6 128 0 " TAIL "sum"},
	{"ip6 hoplimit set 3", IP6 "udp 1 2 sum", IP6 "udp 1 2 sum nh 7 03"},
	{"ip6 dscp set ef", IP6 "udp 1 2 sum", IP6 "udp 1 2 sum nh 0 6b80"},
	{"ip6 flowlabel set 0xabcde", IP6 "udp 1 2 sum", IP6 "udp 1 2 sum nh 0 600abcde"},
	{"ip6 nexthdr set 17 ip6 nexthdr set 6", IP6 "tcp 1 2 2 " TAIL "sum", NULL},
	{"tcp dport set 443", TCP, IP "tcp 1024 443 2 " TAIL "sum"},
	{"tcp sport set tcp dport", TCP, IP "tcp 80 80 2 " TAIL "sum"},
	{"tcp flags set syn | ack", TCP, IP "tcp 1024 80 0x12 " TAIL "sum"},
	{"tcp window set 0x1234", TCP, IP "tcp 1024 80 2 " TAIL "th 14 1234 sum"},
	{"tcp checksum set 0", TCP, TCP " th 16 0000"},
	{"tcp dport set 443", LATER, BREAKS},
	{"th dport set 443", IP6 "udp 1 2 " TAIL "sum", IP6 "udp 1 443 " TAIL "sum"},
	{"udp dport set 443", IP "udp 1 2 " TAIL "sum", IP "udp 1 443 " TAIL "sum"},
	{"udp dport set 443", IP "udp 1 2 sum th 6 0000", IP "udp 1 443 sum th 6 0000"},
	{"sctp dport set 443", IP "proto 132 hex 000100020000000011223344 sum",
	 IP "proto 132 hex 000101bb0000000011223344 sum"},
	{"dccp dport set 443", IP "proto 33 hex 00010002030000000000000000000000",
	 IP "proto 33 hex 000101bb030000000000000000000000"},
	{"icmp type set echo-reply", IP "icmp 8 0 " TAIL "sum", IP "icmp 0 0 " TAIL "sum"},
	{"icmpv6 code set 4", IP6 "icmp6 1 0 " TAIL "sum", IP6 "icmp6 1 4 " TAIL "sum"},
	{"igmp mrt set 7", IP "proto 2 hex 11000000e0000001 sum",
	 IP "proto 2 hex 11070000e0000001 sum"},
	{"arp operation set reply", "arp 1", "arp 2"},
	{"@nh,64,8 set 1", TCP, TCP " nh 8 01"},
	{"@th,32,16 set 0xabcd", TCP, TCP " th 4 abcd"},
	{"tcp option maxseg size set 1000", IP "tcp 1 2 2 opt 020405b4 sum",
	 IP "tcp 1 2 2 opt 020403e8 sum"},
	{"tcp option maxseg size set 1000", IP "tcp 1 2 2 opt 01020405b4 sum",
	 IP "tcp 1 2 2 opt 01020403e8 sum"},
	{"tcp option maxseg size set 2000", IP "tcp 1 2 2 opt 020405b4 sum", NULL},
	{"tcp option maxseg size set 2000", TCP, NULL},
	{"tcp option maxseg size set 1000", IP "udp 1 2 sum", BREAKS},
	{"tcp option timestamp tsval set 7", IP "tcp 1 2 2 opt 01080a0000000100000002 sum",
	 IP "tcp 1 2 2 opt 01080a0000000700000002 sum"},
	{"tcp dport 80 ip ttl set 9", LATER, BREAKS},
	/* what was found when the chain began stays: the header length, the protocol */
	{"ip hdrlength set 6 tcp dport 80 ip hdrlength set 5", TCP, NULL},
	{"ip protocol set 17 meta l4proto tcp ip protocol set 6", TCP, NULL},
	{"ether type set ip6 meta protocol ip ether type set ip", TCP, NULL},
	{"ip ttl set 9 ip ttl 9 ip ttl set 64", TCP, NULL},
	/* beside the packet */
	{"meta mark set 7 meta mark 7", TCP, NULL},
	{"meta mark set tcp dport map @m meta mark 5", TCP, NULL},
	{"meta mark set tcp dport map @m", IP "tcp 1 2 2", BREAKS},
	{"meta mark set tcp dport map { 80 : 1, * : 2 } meta mark 2", IP "tcp 1 2 2", NULL},
	{"meta mark set meta mark | 0x10 meta mark 0x10", TCP, NULL},
	{"meta priority set 1:2 meta priority 1:2", TCP, NULL},
	{"meta pkttype set other meta pkttype other", TCP, NULL},
	{"meta mark set numgen inc mod 3 offset 5 meta mark 5", TCP, NULL},
};

static bool same_frame(const struct frame *a, const struct frame *b)
{
	return a->length == b->length && memcmp(a->byte, b->byte, a->length) == 0;
}

static void frames_are_rewritten(void **state)
{
	bool failed = false;

	(void)state;
	for (size_t i = 0; i < sizeof(rewrites) / sizeof(*rewrites); i++) {
		const char *expected = rewrites[i].after ?: rewrites[i].frame;
		bool breaks = strcmp(expected, BREAKS) == 0;
		struct frame after = frame_read(breaks ? rewrites[i].frame : expected);
		struct judgement judgement;
		struct judging judging;
		char *rule;

		assert_true(asprintf(&rule, "%s drop", rewrites[i].stmts) > 0);
		judging_begin_rules(&judging, MAPS, rule);
		judgement = judging_run(&judging, rewrites[i].frame);
		if (!same_frame(&judging.frame, &after) ||
		    (judgement.verdict == NC_VERDICT_DROP) == breaks) {
			fprintf(stderr, "# '%s' on '%s'\n# expected ", rewrites[i].stmts,
				rewrites[i].frame);
			for (size_t j = 0; j < after.length; j++)
				fprintf(stderr, "%02x", after.byte[j]);
			fprintf(stderr, "\n# got      ");
			for (size_t j = 0; j < judging.frame.length; j++)
				fprintf(stderr, "%02x", judging.frame.byte[j]);
			fprintf(stderr, "%s\n", breaks ? "; breaks" : "");
			failed = true;
		}
		judging_end(&judging);
		free(rule);
	}
	assert_false(failed);
}

/* --- ways through chains --------------------------------------------------------------------------------------- */

#define HOOK "type filter hook ingress device lo priority "

/* decided: the comment of the rule whose verdict it is, "policy" if it is a policy's. */
static const struct {
	const char *text, *frame;
	enum nc_verdict verdict;
	const char *decided;
} ways[] = {
	{"chain c { " HOOK "0; policy drop; tcp dport 80 accept comment \"a\"; }", TCP,
	 NC_VERDICT_ACCEPT, "a"},
	{"chain c { " HOOK "0; policy drop; tcp dport 81 accept comment \"a\"; }", TCP,
	 NC_VERDICT_DROP, "policy"},
	{"chain d { drop comment \"d\"; }\nchain c { " HOOK "0; jump d; }", TCP, NC_VERDICT_DROP,
	 "d"},
	{"chain d { tcp dport 81 drop; }\nchain c { " HOOK "0; jump d; drop comment \"behind\"; }",
	 TCP, NC_VERDICT_DROP, "behind"},
	{"chain d { tcp dport 81 drop; }\nchain c { " HOOK "0; goto d; drop; }", TCP,
	 NC_VERDICT_ACCEPT, "policy"},
	{"chain d { return; drop; }\nchain c { " HOOK "0; jump d; drop comment \"c\"; }", TCP,
	 NC_VERDICT_DROP, "c"},
	{"chain e { return; }\nchain d { goto e; drop; }\nchain c { " HOOK
	 "0; jump d; drop comment \"c\"; }",
	 TCP, NC_VERDICT_DROP, "c"},
	{"chain c { " HOOK "0; policy accept; return; drop; }", TCP, NC_VERDICT_ACCEPT, "policy"},
	{"chain c { " HOOK "0; policy drop; return; accept; }", TCP, NC_VERDICT_DROP, "policy"},
	{"chain c { " HOOK "0; tcp dport 80 continue; drop comment \"next\"; }", TCP,
	 NC_VERDICT_DROP, "next"},
	{"chain c { " HOOK "0; tcp dport vmap { 80 : drop, 81 : accept } comment \"v\"; }", TCP,
	 NC_VERDICT_DROP, "v"},
	{"chain c { " HOOK "0; tcp dport vmap { 81 : drop }; drop comment \"next\"; }", TCP,
	 NC_VERDICT_DROP, "next"},
	{"chain c { " HOOK "0; tcp dport vmap { 81 : accept, * : drop } comment \"v\"; }", TCP,
	 NC_VERDICT_DROP, "v"},
	{"chain c { " HOOK "0; tcp dport vmap { 80 : continue } drop comment \"on\"; }", TCP,
	 NC_VERDICT_DROP, "on"},
	{"chain d { drop comment \"d\"; }\nmap m { type inet_service : verdict; flags interval; "
	 "elements = { 1-100 : jump d }; }\nchain c { " HOOK "0; tcp dport vmap @m; }",
	 TCP, NC_VERDICT_DROP, "d"},
	{"chain d { accept; }\nchain c { " HOOK
	 "0; ip saddr . tcp dport vmap { 10.0.0.0/8 . 80 : goto d }; drop; }",
	 TCP, NC_VERDICT_ACCEPT, NULL},
	/* several base chains */
	{"chain a { " HOOK "1; drop comment \"a\"; }\nchain b { " HOOK "0; accept; }", TCP,
	 NC_VERDICT_DROP, "a"},
	{"chain a { " HOOK "0; drop comment \"a\"; }\nchain b { " HOOK "0; drop comment \"b\"; }",
	 TCP, NC_VERDICT_DROP, "b"},
	{"chain a { " HOOK "-1; drop comment \"a\"; }\nchain b { " HOOK "0; drop comment \"b\"; }",
	 TCP, NC_VERDICT_DROP, "a"},
	{"chain a { " HOOK "0; ip protocol set 17; }\nchain b { " HOOK
	 "1; meta l4proto udp drop comment \"b\"; }",
	 TCP, NC_VERDICT_DROP, "b"},
	{"flags dormant;\nchain a { " HOOK "0; policy drop; }", TCP, NC_VERDICT_ACCEPT, "policy"},
	{"chain a { type filter hook egress device lo priority 0; policy drop; }", TCP,
	 NC_VERDICT_ACCEPT, "policy"},
	{"chain a { type filter hook ingress device eth0 priority 0; policy drop; }", TCP,
	 NC_VERDICT_ACCEPT, "policy"},
	/* elsewhere */
	{"chain c { " HOOK "0; fwd to eth1 comment \"f\"; }\nchain d { " HOOK "1; drop; }", TCP,
	 NC_VERDICT_REDIRECT, "f"},
	{"chain c { " HOOK "0; fwd to tcp dport map { 81 : eth1 }; drop comment \"c\"; }", TCP,
	 NC_VERDICT_DROP, "c"},
	{"chain c { " HOOK "0; fwd ip to 192.0.2.1 device eth1 comment \"f\"; }", TCP,
	 NC_VERDICT_REDIRECT, "f"},
	{"chain c { " HOOK "0; fwd ip6 to ::1 device eth1; drop comment \"c\"; }", TCP,
	 NC_VERDICT_DROP, "c"},
	{"chain c { " HOOK "0; dup to eth1; log prefix \"x\" drop comment \"c\"; }", TCP,
	 NC_VERDICT_DROP, "c"},
};

static bool decided_by(const struct judgement *judgement, const char *expected)
{
	const char *comment = judgement->rule ? judgement->rule->comment : "policy";

	if (!expected || !comment)
		return !expected && !comment;
	return strcmp(comment, expected) == 0;
}

static void chains_are_passed(void **state)
{
	bool failed = false;

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		struct judgement judgement;
		struct judging judging;
		char *text;

		assert_true(asprintf(&text, "table netdev t {\n%s\n}\n", ways[i].text) > 0);
		judging_begin(&judging, text);
		judgement = judging_run(&judging, ways[i].frame);
		if (judgement.verdict != ways[i].verdict ||
		    !decided_by(&judgement, ways[i].decided)) {
			fprintf(stderr, "# %s\n# verdict %d by %s\n", ways[i].text,
				judgement.verdict,
				judgement.rule ? judgement.rule->comment ?: "?" : "policy");
			failed = true;
		}
		if (judgement.verdict == NC_VERDICT_REDIRECT)
			assert_string_equal(judgement.device, "eth1");
		judging_end(&judging);
		free(text);
	}
	assert_false(failed);
}

static void packets_are_sent_elsewhere(void **state)
{
	struct frame after = frame_read(IP "tcp 1024 80 2 nh 8 3f sum");
	struct judging judging;
	struct judgement judgement;

	(void)state;
	judging_begin_rules(&judging, "",
			    "dup to eth1 dup to eth2 fwd ip to 192.0.2.1 device eth3");
	judgement = judging_run(&judging, IP "tcp 1024 80 2 sum");
	assert_int_equal(judgement.n_dups, 2);
	assert_string_equal(judgement.dup[0], "eth1");
	assert_string_equal(judgement.dup[1], "eth2");
	assert_string_equal(judgement.device, "eth3");
	assert_int_equal((uint32_t)judgement.neighbour, 0xc0000201);
	assert_true(same_frame(&judging.frame, &after));
	judging_end(&judging);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_rewritten),
		cmocka_unit_test(chains_are_passed),
		cmocka_unit_test(packets_are_sent_elsewhere),
	};

	return cmocka_run_group_tests_name("reference acts", tests, NULL, NULL);
}
