/* SPDX-License-Identifier: GPL-2.0-only */
/* Points of rules, and the frames that are there. */
#include "trace.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>

#include "random.h"
#include "unique.h"
#include "util/cleanup.h"

#define TRIES 16

/* --- points ----------------------------------------------------------------------------------------------- */

enum where { ANYWHERE, LOWEST, HIGHEST };

/* Where a point lies in one field. */
static enum where choose(struct nc_random *random, bool edges)
{
	return edges ? LOWEST + nc_random_below(random, 2) : ANYWHERE;
}

/* No stack takes a packet from there, so that netfilter's hooks behind its first checks would not see it. */
static bool is_unicast(const uint8_t address[16], bool ip6)
{
	if (ip6)
		return (address[0] & 0xe0) == 0x20;
	return address[0] && address[0] < 224 && address[0] != 127;
}

static void fill(const struct nc_bench_prefix *prefix, struct nc_random *random, enum where where,
		 uint8_t ret[16])
{
	struct nc_bench_prefix kept = {.length = prefix->length};

	memset(kept.address, 0xff, sizeof(kept.address));
	nc_bench_prefix_mask(&kept);
	for (unsigned i = 0; i < sizeof(kept.address); i++) {
		uint8_t bits = where == LOWEST ? 0 : where == HIGHEST ? 0xff : nc_random64(random);

		ret[i] = prefix->address[i] | (bits & ~kept.address[i]);
	}
}

/* Short prefixes reach beyond unicast: another try then. */
static struct nc_bench_prefix draw_address(const struct nc_bench_prefix *prefix, bool ip6,
					   struct nc_random *random, enum where where)
{
	struct nc_bench_prefix point = {.length = nc_bench_bits(ip6)};

	for (int i = 0; i < TRIES; i++) {
		fill(prefix, random, i ? ANYWHERE : where, point.address);
		if (is_unicast(point.address, ip6))
			break;
	}
	if (!ip6)
		memset(point.address + 4, 0, 12);
	return point;
}

static struct nc_bench_ports draw_port(const struct nc_bench_ports *ports, struct nc_random *random,
				       enum where where)
{
	uint16_t port = ports->low + nc_random_below(random, ports->high - ports->low + 1u);

	port = where == LOWEST ? ports->low : where == HIGHEST ? ports->high : port;
	return (struct nc_bench_ports){port, port};
}

static struct nc_bench_rule draw_point(const struct nc_bench_rule *rule, bool ip6,
				       struct nc_random *random)
{
	bool edges = nc_random_below(random, 4) == 0;
	struct nc_bench_rule point;

	memset(&point, 0, sizeof(point)); /* compared by bytes */
	point.saddr = draw_address(&rule->saddr, ip6, random, choose(random, edges));
	point.daddr = draw_address(&rule->daddr, ip6, random, choose(random, edges));
	point.sport = draw_port(&rule->sport, random, choose(random, edges));
	point.dport = draw_port(&rule->dport, random, choose(random, edges));
	point.protocol = rule->protocol;
	if (rule->any_protocol)
		point.protocol = nc_random_below(random, 4) ? IPPROTO_TCP : IPPROTO_UDP;
	return point;
}

static const struct nc_bench_rule anything = {
	.sport = {0, 65535}, .dport = {0, 65535}, .any_protocol = true};

/* The box that a point is drawn from. */
static struct nc_bench_rule choose_rule(const struct nc_bench_rules *rules, enum nc_bench_draw draw,
					struct nc_random *random)
{
	struct nc_bench_rule rule = anything;

	if (draw == NC_DRAW_RULES && rules->list.n)
		return rules->list.v[nc_random_below(random, rules->list.n)];
	if (draw == NC_DRAW_RULES && rules->set.n)
		rule.saddr = rules->set.v[nc_random_below(random, rules->set.n)];
	return rule;
}

/* --- frames ----------------------------------------------------------------------------------------------- */

static uint16_t sum16(const void *bytes, size_t n)
{
	const uint8_t *byte = bytes;
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i += 2)
		sum += byte[i] << 8 | byte[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static size_t put_ip(const struct nc_bench_rule *point, uint8_t *to, size_t room)
{
	struct iphdr ip = {.version = 4,
			   .ihl = 5,
			   .tot_len = htons(room),
			   .ttl = 64,
			   .protocol = point->protocol};

	memcpy(&ip.saddr, point->saddr.address, 4);
	memcpy(&ip.daddr, point->daddr.address, 4);
	ip.check = sum16(&ip, sizeof(ip));
	memcpy(to, &ip, sizeof(ip));
	return sizeof(ip);
}

static size_t put_ip6(const struct nc_bench_rule *point, uint8_t *to, size_t room)
{
	struct ip6_hdr ip6 = {};

	ip6.ip6_plen = htons(room - sizeof(ip6));
	ip6.ip6_nxt = point->protocol;
	ip6.ip6_hlim = 64;
	ip6.ip6_vfc = 6 << 4; /* last: it shares its word */
	memcpy(&ip6.ip6_src, point->saddr.address, 16);
	memcpy(&ip6.ip6_dst, point->daddr.address, 16);
	memcpy(to, &ip6, sizeof(ip6));
	return sizeof(ip6);
}

/* Checksums stay zero: nothing that is measured looks at them. */
static void put_transport(const struct nc_bench_rule *point, uint8_t *to, size_t room)
{
	struct tcphdr tcp = {.source = htons(point->sport.low),
			     .dest = htons(point->dport.low),
			     .doff = 5,
			     .ack = 1,
			     .window = htons(1024)};
	struct udphdr udp = {.source = tcp.source, .dest = tcp.dest, .len = htons(room)};

	switch (point->protocol) {
	case IPPROTO_TCP:
		memcpy(to, &tcp, sizeof(tcp));
		break;
	case IPPROTO_UDP:
		memcpy(to, &udp, sizeof(udp));
		break;
	case IPPROTO_AH: /* of twelve bytes, nothing behind it */
		to[0] = IPPROTO_NONE;
		to[1] = 1;
		break;
	case IPPROTO_ICMP:
		to[0] = ICMP_ECHO;
		break;
	case IPPROTO_ICMPV6:
		to[0] = ICMP6_ECHO_REQUEST;
		break;
	}
}

static struct nc_bench_packet put_frame(const struct nc_bench_rule *point, bool ip6, size_t bytes)
{
	struct nc_bench_packet packet = {};
	struct ethhdr ether = {.h_dest = NC_BENCH_MAC_TO,
			       .h_source = NC_BENCH_MAC_FROM,
			       .h_proto = htons(ip6 ? ETH_P_IPV6 : ETH_P_IP)};
	uint8_t *to = (uint8_t *)&packet;
	size_t at = sizeof(ether);

	memcpy(to, &ether, sizeof(ether));
	at += ip6 ? put_ip6(point, to + at, bytes - at) : put_ip(point, to + at, bytes - at);
	put_transport(point, to + at, bytes - at);
	return packet;
}

int nc_bench_trace_make(const struct nc_bench_rules *rules, enum nc_bench_draw draw, uint64_t seed,
			size_t n, struct nc_bench_trace *ret)
{
	_cleanup_(nc_unique_clear) struct nc_unique unique = {};
	struct nc_random random = {seed};
	struct nc_bench_trace trace = {.ip6 = rules->ip6,
				       .frame_bytes =
					       rules->ip6 ? NC_BENCH_FRAME_IP6 : NC_BENCH_FRAME_IP};
	int r = nc_unique_init(&unique, n, sizeof(struct nc_bench_packet));

	for (size_t tries = n * TRIES; trace.packets.n < n && tries && !r; tries--) {
		struct nc_bench_rule rule = choose_rule(rules, draw, &random);
		struct nc_bench_rule point = draw_point(&rule, rules->ip6, &random);
		struct nc_bench_packet packet = put_frame(&point, rules->ip6, trace.frame_bytes);

		if (nc_unique_add(&unique, &packet))
			r = nc_vec_push(&trace.packets, packet);
	}
	if (r < 0)
		nc_bench_trace_free(&trace);
	else
		*ret = trace;
	return r;
}

void nc_bench_trace_free(struct nc_bench_trace *trace)
{
	nc_vec_free(&trace->packets);
}
