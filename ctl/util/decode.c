/* SPDX-License-Identifier: GPL-2.0-only */
/* Decoding frames. Called by "monitor" and by whoever shows a packet; every access goes through take(). */
#include "util/decode.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#define ARP_ETHER_IPV4 "\0\1\10\0\6\4" /* hardware Ethernet, protocol IPv4, address lengths */
#define IPPROTO_HIP    139
#define IPPROTO_SHIM6  140

/* What is left of the frame. */
struct cursor {
	const uint8_t *at;
	size_t left;
};

/* The next n bytes, or NULL; then nothing is taken. */
static const uint8_t *take(struct cursor *cursor, size_t n)
{
	const uint8_t *taken = cursor->at;

	if (cursor->left < n)
		return NULL;
	cursor->at += n;
	cursor->left -= n;
	return taken;
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

/* --- transport ---------------------------------------------------------------------------------------- */

/* Bytes of the packet behind the transport header that ends header bytes into rest. */
static void set_payload(struct nc_decoded *d, size_t rest, size_t header)
{
	d->has_payload = rest >= header;
	d->payload = d->has_payload ? rest - header : 0;
}

static void decode_tcp(struct cursor *cursor, size_t rest, struct nc_decoded *d)
{
	const uint8_t *tcp = take(cursor, 20);

	if (!tcp) {
		d->truncated = NC_HEADER_TCP;
		return;
	}
	if (tcp[12] >> 4 < 5) {
		d->malformed = NC_HEADER_TCP;
		return;
	}
	d->transport = NC_HEADER_TCP;
	d->sport = get16(tcp);
	d->dport = get16(tcp + 2);
	d->tcp_sequence = get32(tcp + 4);
	d->tcp_ack = get32(tcp + 8);
	d->tcp_flags = tcp[13];
	d->tcp_window = get16(tcp + 14);
	set_payload(d, rest, (tcp[12] >> 4) * 4);
}

static void decode_udp(struct cursor *cursor, size_t rest, struct nc_decoded *d)
{
	const uint8_t *udp = take(cursor, 8);

	if (!udp) {
		d->truncated = NC_HEADER_UDP;
		return;
	}
	d->transport = NC_HEADER_UDP;
	d->sport = get16(udp);
	d->dport = get16(udp + 2);
	d->udp_length = get16(udp + 4);
	set_payload(d, rest, 8);
}

static void decode_ports(struct cursor *cursor, struct nc_decoded *d)
{
	const uint8_t *ports = take(cursor, 4);

	if (!ports) {
		d->truncated = NC_HEADER_PORTS;
		return;
	}
	d->transport = NC_HEADER_PORTS;
	d->sport = get16(ports);
	d->dport = get16(ports + 2);
}

/* Type and code; identifier and sequence number where the type has them. */
static bool decode_icmp_head(struct cursor *cursor, enum nc_header header, struct nc_decoded *d)
{
	const uint8_t *icmp = take(cursor, 4), *more;
	bool echo;

	if (!icmp) {
		d->truncated = header;
		return false;
	}
	d->transport = header;
	d->icmp_type = icmp[0];
	d->icmp_code = icmp[1];
	echo = header == NC_HEADER_ICMP ? icmp[0] == 0 || icmp[0] == 8
					: icmp[0] == 128 || icmp[0] == 129;
	more = take(cursor, 4);
	if (echo && more) {
		d->echo = true;
		d->icmp_id = get16(more);
		d->icmp_sequence = get16(more + 2);
	}
	return more;
}

static void decode_icmp(struct cursor *cursor, size_t rest, struct nc_decoded *d)
{
	if (decode_icmp_head(cursor, NC_HEADER_ICMP, d))
		set_payload(d, rest, 8);
}

static void decode_icmpv6(struct cursor *cursor, size_t rest, struct nc_decoded *d)
{
	const uint8_t *target;

	if (!decode_icmp_head(cursor, NC_HEADER_ICMPV6, d))
		return;
	set_payload(d, rest, 8);
	if (d->icmp_type != 135 && d->icmp_type != 136)
		return;
	target = take(cursor, 16);
	if (!target)
		return;
	d->neighbour = true;
	memcpy(d->neighbour_target, target, 16);
}

/* rest: bytes of the packet from the transport header on, by the IP header */
static void decode_transport(struct cursor *cursor, size_t rest, struct nc_decoded *d)
{
	if (d->fragment && d->fragment_offset)
		return;
	switch (d->protocol) {
	case IPPROTO_TCP:
		decode_tcp(cursor, rest, d);
		break;
	case IPPROTO_UDP:
		decode_udp(cursor, rest, d);
		break;
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
		decode_ports(cursor, d);
		break;
	case IPPROTO_ICMP:
		decode_icmp(cursor, rest, d);
		break;
	case IPPROTO_ICMPV6:
		decode_icmpv6(cursor, rest, d);
		break;
	}
}

/* --- network ------------------------------------------------------------------------------------------ */

static void decode_arp(struct cursor *cursor, struct nc_decoded *d)
{
	const uint8_t *arp = take(cursor, 8), *addresses;

	if (!arp) {
		d->truncated = NC_HEADER_ARP;
		return;
	}
	if (memcmp(arp, ARP_ETHER_IPV4, 6) != 0)
		return;
	addresses = take(cursor, 20);
	if (!addresses) {
		d->truncated = NC_HEADER_ARP;
		return;
	}
	d->network = NC_HEADER_ARP;
	d->arp.operation = get16(arp + 6);
	memcpy(d->arp.saddr_ether, addresses, 6);
	memcpy(d->arp.saddr_ip, addresses + 6, 4);
	memcpy(d->arp.daddr_ether, addresses + 10, 6);
	memcpy(d->arp.daddr_ip, addresses + 16, 4);
}

/* The Ethernet padding behind the packet is no part of it. */
static void end_at(struct cursor *cursor, size_t rest)
{
	if (cursor->left > rest)
		cursor->left = rest;
}

static void decode_ip(struct cursor *cursor, struct nc_decoded *d)
{
	const uint8_t *ip = take(cursor, 20);
	size_t header;

	if (!ip) {
		d->truncated = NC_HEADER_IP;
		return;
	}
	header = (ip[0] & 0xf) * 4;
	if (ip[0] >> 4 != 4 || header < 20) {
		d->malformed = NC_HEADER_IP;
		return;
	}
	d->network = NC_HEADER_IP;
	d->dscp = ip[1] >> 2;
	d->ecn = ip[1] & 3;
	d->ip_length = get16(ip + 2);
	d->ip_id = get16(ip + 4);
	d->dont_fragment = ip[6] & 0x40;
	d->more_fragments = ip[6] & 0x20;
	d->fragment_offset = (get16(ip + 6) & 0x1fff) * 8;
	d->fragment = d->more_fragments || d->fragment_offset;
	d->ttl = ip[8];
	d->protocol = ip[9];
	memcpy(d->saddr, ip + 12, 4);
	memcpy(d->daddr, ip + 16, 4);
	if (!take(cursor, header - 20)) {
		d->truncated = NC_HEADER_IP;
		return;
	}
	if (d->ip_length < header) {
		d->malformed = NC_HEADER_IP;
		return;
	}
	end_at(cursor, d->ip_length - header);
	decode_transport(cursor, d->ip_length - header, d);
}

static bool is_exthdr(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
	case IPPROTO_DSTOPTS:
	case IPPROTO_AH:
	case IPPROTO_MH:
	case IPPROTO_HIP:
	case IPPROTO_SHIM6:
		return true;
	default:
		return false;
	}
}

/* One extension header: its length in bytes, 0 if it is cut off. */
static size_t decode_exthdr(struct cursor *cursor, struct nc_decoded *d)
{
	const uint8_t *head = take(cursor, 8);
	size_t length = 8;

	if (!head)
		return 0;
	if (d->protocol == IPPROTO_FRAGMENT) {
		d->fragment = true;
		d->fragment_offset = get16(head + 2) & 0xfff8;
		d->more_fragments = head[3] & 1;
		d->ip_id = get32(head + 4);
	} else {
		length = d->protocol == IPPROTO_AH ? (head[1] + 2) * 4 : (head[1] + 1) * 8;
	}
	if (length > 8 && !take(cursor, length - 8))
		return 0;
	d->exthdr[d->n_exthdrs++] = d->protocol;
	d->protocol = head[0];
	return length;
}

static void decode_ip6(struct cursor *cursor, struct nc_decoded *d)
{
	const uint8_t *ip6 = take(cursor, 40);
	size_t rest;

	if (!ip6) {
		d->truncated = NC_HEADER_IP6;
		return;
	}
	if (ip6[0] >> 4 != 6) {
		d->malformed = NC_HEADER_IP6;
		return;
	}
	d->network = NC_HEADER_IP6;
	d->dscp = (get16(ip6) >> 6) & 0x3f;
	d->ecn = ip6[1] >> 4 & 3;
	d->flow_label = get32(ip6) & 0xfffff;
	d->ip_length = get16(ip6 + 4);
	d->protocol = ip6[6];
	d->ttl = ip6[7];
	memcpy(d->saddr, ip6 + 8, 16);
	memcpy(d->daddr, ip6 + 24, 16);
	/* A length of 0: a jumbogram, or a packet that segmentation offload has yet to cut up. */
	rest = d->ip_length ? d->ip_length : cursor->left;
	end_at(cursor, rest);
	while (is_exthdr(d->protocol) && !(d->fragment && d->fragment_offset)) {
		size_t length;

		if (d->n_exthdrs == NC_DECODED_EXTHDRS)
			return;
		length = decode_exthdr(cursor, d);
		if (!length) {
			d->truncated = NC_HEADER_EXTHDR;
			return;
		}
		rest -= length;
	}
	decode_transport(cursor, rest, d);
}

/* --- link --------------------------------------------------------------------------------------------- */

static bool is_vlan(uint16_t type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD;
}

static bool decode_vlans(struct cursor *cursor, struct nc_decoded *d)
{
	while (is_vlan(d->ether_type) && d->n_vlans < NC_DECODED_VLANS) {
		const uint8_t *tag = take(cursor, 4);

		if (!tag) {
			d->truncated = NC_HEADER_VLAN;
			return false;
		}
		d->vlan[d->n_vlans].tpid = d->ether_type;
		d->vlan[d->n_vlans++].tci = get16(tag);
		d->ether_type = get16(tag + 2);
	}
	return true;
}

void nc_decode(const void *frame, size_t length, struct nc_decoded *ret)
{
	struct cursor cursor = {frame, length};
	const uint8_t *ether = take(&cursor, 14);

	*ret = (struct nc_decoded){};
	if (!ether) {
		ret->truncated = NC_HEADER_ETHER;
		return;
	}
	ret->ether = true;
	memcpy(ret->ether_daddr, ether, 6);
	memcpy(ret->ether_saddr, ether + 6, 6);
	ret->ether_type = get16(ether + 12);
	if (!decode_vlans(&cursor, ret))
		return;
	if (ret->ether_type == ETH_P_ARP)
		decode_arp(&cursor, ret);
	else if (ret->ether_type == ETH_P_IP)
		decode_ip(&cursor, ret);
	else if (ret->ether_type == ETH_P_IPV6)
		decode_ip6(&cursor, ret);
}
