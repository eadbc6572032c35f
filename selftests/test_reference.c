/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plain reference against matches whose outcome is known from nf_tables: each kind of field, what cannot be loaded,
 * operations, sets. Rewriting, state and the ways through chains are in test_reference_acts.c.
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "judging.h"

#define TCP   "ip 10.0.0.1 10.0.0.2 tcp 1024 80 2"
#define UDP   "ip 10.0.0.1 10.0.0.2 udp 53 5353"
#define TCP6  "ip6 2001:db8::1 2001:db8::2 tcp 1024 80 2"
#define PING  "ip 10.0.0.1 10.0.0.2 icmp 8 0"
#define PING6 "ip6 fe80::1 fe80::2 icmp6 128 0"
#define LATER "ip 10.0.0.1 10.0.0.2 fragment 5 tcp 1024 80 2"
#define MSS   "ip 10.0.0.1 10.0.0.2 tcp 1024 80 2 opt 020405b4"

#define SETS                                                                                       \
	"set four { type ipv4_addr; flags interval; elements = { 10.0.0.0/30, 192.0.2.1 }; }\n"    \
	"set ports { type inet_service; elements = { 80, 443 }; }\n"                               \
	"set pairs { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/24 . "   \
	"1-100, * }; }\n"                                                                          \
	"set names { type ifname; elements = { \"lo\", \"eth0\" }; }\n"                            \
	"set plain { typeof vlan id; elements = { 10, 20 }; }\n"

static const struct {
	const char *match, *frame;
	bool holds;
} rows[] = {
	/* link layer */
	{"ether saddr 02:00:00:00:00:01", TCP, true},
	{"ether daddr 02:00:00:00:00:01", TCP, false},
	{"ether saddr != 02:00:00:00:00:02", TCP, true},
	{"ether type ip", TCP, true},
	{"ether type 8021q", "vlan 10 " TCP, true},
	{"ether type ip", "vlan 10 " TCP, false},
	{"meta protocol ip", "vlan 10 " TCP, true},
	{"meta protocol 8021q", "vlan 10 vlan 20 " TCP, true},
	{"meta protocol 8021ad", "svlan 10 " TCP, false},
	{"meta protocol 4", "type 100 hex 0102", true},
	{"meta protocol 1", "type 100 hex ffff", true},
	{"vlan id 10", "vlan 10 " TCP, true},
	{"vlan id 10", "svlan 10 " TCP, false},
	{"vlan id 10", TCP, false},
	{"vlan id != 10", TCP, false},
	{"vlan id 0xabc", "vlan 0xfabc " TCP, true},
	{"vlan pcp 5", "vlan 0xa00a " TCP, true},
	{"vlan dei 1", "vlan 0x1001 " TCP, true},
	{"vlan id { 5-15, 30 }", "vlan 10 " TCP, true},
	{"vlan id @plain", "vlan 20 " TCP, true},
	{"vlan id 10 vlan type ip ip saddr 10.0.0.1", "vlan 10 " TCP, true},
	{"ether type 8021ad vlan id 10 vlan type 8021q vlan id 20", "svlan 10 vlan 20 " TCP, true},
	{"ip saddr 10.0.0.1", "svlan 10 vlan 20 " TCP, false},
	{"@ll,48,48 0x020000000001", TCP, true},
	{"@ll,112,16 10", "vlan 10 " TCP, true},
	/* ARP */
	{"arp operation request", "arp 1", true},
	{"arp operation reply", "arp 1", false},
	{"arp saddr ip 10.0.0.1", "arp 1", true},
	{"arp daddr ether 00:00:00:00:00:00 arp daddr ip 10.0.0.2", "arp 1", true},
	{"arp htype 1 arp ptype ip arp hlen 6 arp plen 4", "vlan 5 arp 2", true},
	{"arp operation request", TCP, false},
	{"arp daddr ip 10.0.0.2", "arp 1 cut 41", false},
	/* IPv4 */
	{"ip saddr 10.0.0.1", TCP, true},
	{"ip saddr 10.0.0.1", TCP6, false},
	{"ip saddr != 10.0.0.1", TCP6, false},
	{"ip saddr 10.0.0.0/24", TCP " cut 29", true},
	{"ip saddr 10.0.0.0/24", TCP " cut 28", false},
	{"ip saddr 10.0.0.0/20", TCP " cut 29", false},
	{"ip saddr != 10.0.0.9", TCP " cut 29", false},
	{"ip daddr { 10.0.0.2, 10.0.0.9 }", TCP, true},
	{"ip daddr != { 10.0.0.2, 10.0.0.9 }", TCP, false},
	{"ip saddr @four", TCP, true},
	{"ip saddr != @four", TCP, false},
	{"ip saddr != @four", TCP6, false},
	{"ip saddr 10.0.0.1-10.0.0.5", TCP, true},
	{"ip saddr & 0.0.0.255 == 0.0.0.1", TCP, true},
	{"ip saddr & 255.255.0.0 == 10.0.0.0", TCP, true},
	{"ip version 4 ip hdrlength 5", TCP, true},
	{"ip hdrlength > 5", "ip 1.2.3.4 1.2.3.5 options 8 udp 1 2", true},
	{"ip dscp ef", TCP " nh 1 b8", true},
	{"ip dscp cs1 ip ecn ce", TCP " nh 1 23", true},
	{"ip ttl 64", TCP, true},
	{"ip ttl < 64", TCP, false},
	{"ip length 40", TCP, true},
	{"ip id 0x1234", TCP " nh 4 1234", true},
	{"ip frag-off & 0x1fff != 0", LATER, true},
	{"ip frag-off 0x4000", "ip 1.2.3.4 1.2.3.5 fragment 0x4000 udp 1 2", true},
	{"ip protocol tcp", LATER, true},
	{"ip checksum 0xbeef", TCP " nh 10 beef", true},
	{"@nh,96,32 0x0a000001", TCP, true},
	{"@nh,4,4 5", TCP, true},
	/* IPv6 */
	{"ip6 saddr 2001:db8::1", TCP6, true},
	{"ip6 daddr 2001:db8::/64", TCP6, true},
	{"ip6 daddr != 2001:db8::/64", TCP6, false},
	{"ip6 saddr 2001:db8::1-2001:db8::5", TCP6, true},
	{"ip6 version 6 ip6 hoplimit 64", TCP6, true},
	{"ip6 dscp ef", TCP6 " nh 0 6b80", true},
	{"ip6 ecn ect0", TCP6 " nh 0 6020", true},
	{"ip6 flowlabel 0x12345", TCP6 " nh 0 60012345", true},
	{"ip6 length 20 ip6 nexthdr tcp", TCP6, true},
	{"ip6 saddr & ::ffff == ::1", TCP6, true},
	/* extension headers */
	{"hbh nexthdr tcp", "ip6 ::1 ::2 hbh tcp 1 2 2", true},
	{"exthdr hbh exists", "ip6 ::1 ::2 hbh tcp 1 2 2", true},
	{"exthdr frag missing", "ip6 ::1 ::2 hbh tcp 1 2 2", true},
	{"exthdr frag missing", TCP, false},
	{"frag frag-off 0 frag more-fragments 1", "ip6 ::1 ::2 hbh frag 0 udp 1 2 nh 50 0001",
	 true},
	{"frag frag-off 5", "ip6 ::1 ::2 frag 5 udp 1 2", true},
	{"frag id 7", "ip6 ::1 ::2 frag 5 udp 1 2 nh 44 00000007", true},
	{"exthdr dst exists", "ip6 ::1 ::2 frag 5 dst udp 1 2", false},
	{"exthdr dst exists", "ip6 ::1 ::2 frag 0 dst udp 1 2", true},
	{"dst hdrlength 0", "ip6 ::1 ::2 ah dst udp 1 2", true},
	{"rt type 4 rt seg-left 2", "ip6 ::1 ::2 rt udp 1 2 nh 42 0402", true},
	{"rt seg-left 0", "ip6 ::1 ::2 rt udp 1 2 cut 57", false},
	{"mh type 5", "ip6 ::1 ::2 mh nh 42 05", true},
	{"rt type != 1", TCP6, false},
	/* transport protocol, and where its header is not */
	{"meta l4proto tcp", TCP, true},
	{"meta l4proto tcp", LATER, true},
	{"meta l4proto { tcp, udp }", "arp 1", false},
	{"meta l4proto != udp", "arp 1", false},
	{"meta l4proto tcp", TCP " nh 2 00ff", false},
	{"meta l4proto tcp", TCP " nh 0 44", false},
	{"meta l4proto ah", "ip6 ::1 ::2 ah tcp 1 2 2", true},
	{"meta l4proto udp", "ip6 ::1 ::2 hbh dst frag 5 udp 1 2", true},
	{"meta l4proto ipv6-opts", "ip6 ::1 ::2 udp 1 2", false},
	{"th dport 80", TCP, true},
	{"th dport 5353", UDP, true},
	{"tcp dport 80", TCP, true},
	{"tcp dport 80", "vlan 3 " TCP6, true},
	{"tcp dport 80", LATER, false},
	{"tcp dport != 80", LATER, false},
	{"tcp dport 80", "ip6 ::1 ::2 frag 1 tcp 1024 80 2", false},
	{"tcp dport 80", "ip6 ::1 ::2 frag 0 tcp 1024 80 2", true},
	{"tcp dport 80", "ip 1.2.3.4 1.2.3.5 options 12 tcp 1 80 2", true},
	{"tcp dport 5353", UDP, false},
	{"tcp dport @ports", TCP, true},
	{"tcp sport >= 1024", TCP, true},
	{"tcp dport { 22, 80-90 }", TCP, true},
	{"tcp sequence 1 tcp ackseq 2", TCP " th 4 0000000100000002", true},
	{"tcp doff 5 tcp reserved 0", TCP, true},
	{"tcp flags syn", TCP, true},
	{"tcp flags syn,ack", TCP, true},
	{"tcp flags != syn,ack", TCP, true},
	{"tcp flags & (syn | ack) == syn", TCP, true},
	{"tcp flags ! ack,rst", TCP, true},
	{"tcp flags fin / fin,syn", TCP, false},
	{"tcp flags == syn", "ip 1.2.3.4 1.2.3.5 tcp 1 2 0x12", false},
	{"tcp window 0x100 tcp urgptr 3", TCP " th 14 0100 th 18 0003", true},
	{"tcp dport 80", "ip 10.0.0.1 10.0.0.2 tcp 1024 80 2 cut 36 nh 2 0016", false},
	{"tcp sport 1024", "ip 10.0.0.1 10.0.0.2 tcp 1024 80 2 cut 36 nh 2 0016", true},
	{"udp length 8", UDP " th 4 0008", true},
	{"udp checksum 0", UDP, true},
	{"udplite csumcov 8", "ip 1.2.3.4 1.2.3.5 proto 136 hex 0001000200080000", true},
	{"sctp vtag 0x01020304", "ip 1.2.3.4 1.2.3.5 proto 132 hex 000100020102030400000000", true},
	{"dccp type reset", "ip 1.2.3.4 1.2.3.5 proto 33 hex 00010002000000000e00000000", true},
	{"esp spi 5", "ip 1.2.3.4 1.2.3.5 proto 50 hex 0000000500000001", true},
	{"ah sequence 1", "ip 1.2.3.4 1.2.3.5 proto 51 hex 060400000000000200000001", true},
	{"comp cpi 3", "ip 1.2.3.4 1.2.3.5 proto 108 hex 06000003", true},
	{"igmp group 0xe0000001", "ip 1.2.3.4 1.2.3.5 proto 2 hex 11000000e0000001", true},
	{"icmp type echo-request", PING, true},
	{"icmp type echo-request", PING6, false},
	{"icmp id 7", PING " th 4 0007", true},
	{"icmp id 7", "ip 10.0.0.1 10.0.0.2 icmp 3 0 th 4 0007", false},
	{"icmp mtu 1400", "ip 10.0.0.1 10.0.0.2 icmp 3 4 th 6 0578", true},
	{"icmpv6 type echo-request icmpv6 code 0", PING6, true},
	{"icmpv6 mtu 1280", "ip6 ::1 ::2 icmp6 2 0 th 4 00000500", true},
	{"@th,16,16 80", LATER, false},
	{"@th,104,8 2", TCP, true},
	/* TCP options */
	{"tcp option maxseg exists", MSS, true},
	{"tcp option maxseg missing", TCP, true},
	{"tcp option maxseg missing", UDP, true},
	{"tcp option maxseg size 1460", MSS, true},
	{"tcp option maxseg size != 1", TCP, false},
	{"tcp option window count 7", TCP " opt 01030307", true},
	{"tcp option sack-perm exists", TCP " opt 01010402", true},
	{"tcp option timestamp tsval 1 tcp option timestamp tsecr 2",
	 TCP " opt 080a0000000100000002", true},
	{"tcp option maxseg exists", TCP " opt 0000020405b4", true},
	{"tcp option maxseg size 1460", TCP " opt 02050505b4", false},
	{"tcp option maxseg exists", TCP " opt 02ff05b4", false},
	{"tcp option maxseg exists", TCP " th 12 60", false},
	{"tcp option nop exists", TCP " opt 01010402", true},
	{"tcp option nop exists", TCP " opt 03030101", false},
	{"tcp option eol exists", TCP " opt 02040001", false},
	/* meta */
	{"meta length 40", TCP, true},
	{"meta length 40", "vlan 1 " TCP, true},
	{"meta length 44", "vlan 1 vlan 2 " TCP, true},
	{"iif lo", TCP, true},
	{"iifname \"l*\"", TCP, true},
	{"iifname @names", TCP, true},
	{"iifname \"eth0\"", TCP, false},
	{"oifname \"lo\"", TCP, false},
	{"oifname != \"lo\"", TCP, true},
	{"iiftype ether", TCP, true},
	{"oiftype != ppp", TCP, false},
	{"iifgroup 0", TCP, true},
	{"oifgroup 0", TCP, false},
	{"meta mark 0 meta priority 0 meta pkttype host", TCP, true},
	{"meta cpu 0", TCP, true},
	{"meta day Thursday", TCP, true},
	{"meta random < 1", TCP, true},
	{"meta time < 1000", TCP, true},
	{"meta hour 0", TCP, true},
	/* operations */
	{"tcp dport & 0xf0 == 0x50", TCP, true},
	{"tcp dport and 1 == 0", TCP, true},
	{"tcp dport | 1 == 81", TCP, true},
	{"tcp dport ^ 81 == 1", TCP, true},
	{"tcp dport << 9 == 40960", TCP, true},
	{"tcp dport >> 4 == 5", TCP, true},
	{"ip ttl & 0xf0 >> 4 == 4", TCP, false},
	{"(ip ttl & 0xf0) >> 4 == 4", TCP, true},
	{"tcp dport & 0xff { 80, 81 }", TCP, true},
	/* concatenations */
	{"ip saddr . tcp dport { 10.0.0.1 . 80, 10.0.0.2 . 80 }", TCP, true},
	{"ip saddr . tcp dport 10.0.0.1 . 81", TCP, false},
	{"ip saddr . tcp dport { 10.0.0.0/24 . 70-90 }", TCP, true},
	{"ip saddr . tcp dport != { 10.0.0.0/24 . 70-90 }", TCP, false},
	{"ip saddr . tcp dport != { 10.0.0.0/24 . 70-79 }", LATER, false},
	{"ip saddr . tcp dport @pairs", "ip 192.0.2.1 10.0.0.2 tcp 1 5000 2", true},
	{"ip saddr . tcp dport @pairs", LATER, false},
	{"ether saddr . vlan id { 02:00:00:00:00:01 . 10 }", "vlan 10 " TCP, true},
	/* generators: the hashes are those that Linux 6.18 gives */
	{"numgen random mod 5 offset 2 2", TCP, true},
	{"numgen inc mod 3 0", TCP, true},
	{"numgen inc mod 3 offset 7 7", TCP, true},
	{"jhash ip saddr . tcp dport mod 100000 seed 1 88807", TCP, true},
	{"jhash ip ttl mod 100000 seed 2 74458", TCP, true},
	{"jhash tcp sequence mod 100000 seed 2 13842", TCP, true},
	{"jhash meta length mod 100000 seed 1 69796", TCP, true},
	{"jhash ether saddr . ip daddr . tcp sport . meta length mod 100000 seed 1 38666", TCP,
	 true},
	{"jhash ip saddr . ip daddr . tcp sport . tcp dport mod 100000 seed 2 1842", TCP, true},
	{"jhash tcp dport mod 3 seed 1 < 3", LATER, false},
};

static bool holds(const char *match, const char *frame)
{
	struct judging judging;
	struct judgement judgement;
	char *rule;

	assert_true(asprintf(&rule, "%s drop", match) > 0);
	judging_begin_rules(&judging, SETS, rule);
	judgement = judging_run(&judging, frame);
	judging_end(&judging);
	free(rule);
	return judgement.verdict == NC_VERDICT_DROP;
}

static void matches_hold(void **state)
{
	bool failed = false;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (holds(rows[i].match, rows[i].frame) == rows[i].holds)
			continue;
		fprintf(stderr, "# '%s' on '%s' should %shold\n", rows[i].match, rows[i].frame,
			rows[i].holds ? "" : "not ");
		failed = true;
	}
	assert_false(failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(matches_hold)};

	return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
