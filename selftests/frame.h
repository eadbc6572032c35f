/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames for tests, put together header by header. Lengths and the type of what follows are filled in at the end. */
#ifndef NETCTL_SELFTESTS_FRAME_H
#define NETCTL_SELFTESTS_FRAME_H

#include <stddef.h>
#include <stdint.h>

struct frame {
	uint8_t byte[2048];
	size_t length;
	size_t ip,
		ip6; /* offsets of the last such headers, 0 for none: their lengths are patched */
	size_t type,
		next; /* offsets of the EtherType and the protocol byte that name the next header; 0: none */
	size_t transport; /* offset of the transport header, 0 for none */
};

void frame_ether(struct frame *frame);
void frame_vlan(struct frame *frame, uint16_t tpid, uint16_t id);
/* options: bytes of IPv4 options, a multiple of 4; fragment: in units of 8 bytes */
void frame_ip(struct frame *frame, const char *saddr, const char *daddr, size_t options,
	      uint16_t fragment);
void frame_ip6(struct frame *frame, const char *saddr, const char *daddr);
/* An IPv6 extension header of 8 bytes (AH: 12): 0, 43, 44 (offset in units of 8 bytes), 51, 60 */
void frame_ext(struct frame *frame, uint8_t protocol, uint16_t fragment);
void frame_tcp(struct frame *frame, uint16_t sport, uint16_t dport, uint8_t flags);
void frame_udp(struct frame *frame, uint16_t sport, uint16_t dport);
/* Any other transport header: protocol and its first bytes. */
void frame_raw(struct frame *frame, uint8_t protocol, const void *bytes, size_t n);
/* EtherType of what follows when no header function knows it. */
void frame_type(struct frame *frame, uint16_t type);
void frame_bytes(struct frame *frame, const void *bytes, size_t n);
/* Fill in the lengths of the IP headers. */
void frame_finish(struct frame *frame);
/* Fill in the length of UDP and the checksums of IPv4 and of the transport protocol, when the frame is finished. */
void frame_sum(struct frame *frame);

/*
 * A frame from words, such as "vlan 10 ip 10.0.0.1 10.0.0.2 tcp 1024 80 2 sum". Anything else aborts.
 *
 *	vlan TCI | svlan TCI | type N | arp OP
 *	ip SADDR DADDR | options N | fragment N (the field's 16 bits) | ip6 SADDR DADDR
 *	hbh | rt | dst | mh | ah | frag OFFSET (in units of 8 bytes)
 *	tcp SPORT DPORT FLAGS | opt HEX (a TCP option; EOL fills up) | udp SPORT DPORT | icmp TYPE CODE | icmp6 TYPE CODE
 *	proto N | hex BYTES | ll OFFSET BYTES | nh OFFSET BYTES | th OFFSET BYTES (written over what is there, lengths
 *	included: behind all headers)
 *	sum | cut N (bytes that are left)
 */
struct frame frame_read(const char *text);

#endif
