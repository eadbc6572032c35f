/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A frame's headers, for showing them: Ethernet, VLAN tags, ARP, IPv4, IPv6 and its extension headers, TCP, UDP and others with
 * ports, ICMP. Not how the packet path parses: this goes as far as it can and judges nothing. Never reads beyond the bytes
 * that it is given, whatever the lengths in them say.
 */
#ifndef NETCTL_UTIL_DECODE_H
#define NETCTL_UTIL_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NC_DECODED_VLANS   4  /* tags shown */
#define NC_DECODED_EXTHDRS 16 /* IPv6 extension headers shown */

enum nc_header {
	NC_HEADER_NONE,
	NC_HEADER_ETHER,
	NC_HEADER_VLAN,
	NC_HEADER_ARP,
	NC_HEADER_IP,
	NC_HEADER_IP6,
	NC_HEADER_EXTHDR,
	NC_HEADER_TCP,
	NC_HEADER_UDP,
	NC_HEADER_PORTS, /* UDP-Lite, DCCP, SCTP */
	NC_HEADER_ICMP,
	NC_HEADER_ICMPV6,
	_NC_HEADER_MAX
};

/* All numbers in host byte order; addresses as on the wire. */
struct nc_decoded {
	enum nc_header network;	  /* ARP, IP, IP6 or NONE */
	enum nc_header transport; /* TCP to ICMPV6 or NONE */
	/* The header that the bytes end in, or that contradicts itself; what it would say is not filled in. */
	enum nc_header truncated, malformed;

	bool ether;
	uint8_t ether_daddr[6], ether_saddr[6];
	uint16_t ether_type; /* behind the tags that are there */
	unsigned n_vlans;
	struct {
		uint16_t tpid, tci;
	} vlan[NC_DECODED_VLANS];

	struct {
		uint16_t operation;
		uint8_t saddr_ether[6], daddr_ether[6], saddr_ip[4], daddr_ip[4];
	} arp;

	/* IP and IP6 */
	uint8_t saddr[16], daddr[16]; /* IP: the first 4 */
	uint8_t dscp, ecn, ttl;	      /* or hop limit */
	uint8_t protocol;	      /* behind the extension headers */
	uint32_t flow_label;
	uint16_t
		ip_length; /* the header's field: IP the whole packet, IP6 what follows its header */
	uint32_t ip_id;	   /* IP always, IP6 in a fragment */
	bool fragment, more_fragments, dont_fragment;
	uint32_t fragment_offset; /* in bytes */
	unsigned n_exthdrs;
	uint8_t exthdr[NC_DECODED_EXTHDRS]; /* their protocol numbers */

	uint16_t sport, dport;
	uint8_t tcp_flags;
	uint32_t tcp_sequence, tcp_ack;
	uint16_t tcp_window;
	uint16_t udp_length;
	uint8_t icmp_type, icmp_code;
	bool echo; /* ICMP: id and sequence are there */
	uint16_t icmp_id, icmp_sequence;
	bool neighbour; /* ICMPv6 neighbour discovery: the target is there */
	uint8_t neighbour_target[16];

	bool has_payload;
	uint32_t payload; /* bytes behind the transport header, by the IP header's length */
};

/* Decode the first length bytes of a frame. */
void nc_decode(const void *frame, size_t length, struct nc_decoded *ret);

#endif
