/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames for tests. */
#include "frame.h"

#include <arpa/inet.h>
#include <string.h>

static void put16(struct frame *frame, size_t at, uint16_t value)
{
	frame->byte[at] = value >> 8;
	frame->byte[at + 1] = value;
}

static uint8_t *grow(struct frame *frame, size_t n)
{
	uint8_t *at = frame->byte + frame->length;

	memset(at, 0, n);
	frame->length += n;
	return at;
}

void frame_type(struct frame *frame, uint16_t type)
{
	put16(frame, frame->type, type);
}

/* The header before this one names its protocol. */
static void name_protocol(struct frame *frame, uint8_t protocol)
{
	if (frame->next)
		frame->byte[frame->next] = protocol;
}

void frame_ether(struct frame *frame)
{
	static const uint8_t addresses[] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};

	*frame = (struct frame){.type = 12};
	memcpy(grow(frame, 14), addresses, sizeof(addresses));
}

void frame_vlan(struct frame *frame, uint16_t tpid, uint16_t id)
{
	size_t at = frame->length;

	frame_type(frame, tpid);
	grow(frame, 4);
	put16(frame, at, id);
	frame->type = at + 2;
}

void frame_ip(struct frame *frame, const char *saddr, const char *daddr, size_t options,
	      uint16_t fragment)
{
	size_t at = frame->length;

	frame_type(frame, 0x0800);
	grow(frame, 20 + options);
	frame->byte[at] = 0x40 | (20 + options) / 4;
	put16(frame, at + 6, fragment);
	frame->byte[at + 8] = 64;
	inet_pton(AF_INET, saddr, frame->byte + at + 12);
	inet_pton(AF_INET, daddr, frame->byte + at + 16);
	frame->next = at + 9;
	frame->ip = at;
}

void frame_ip6(struct frame *frame, const char *saddr, const char *daddr)
{
	size_t at = frame->length;

	frame_type(frame, 0x86dd);
	grow(frame, 40);
	frame->byte[at] = 0x60;
	frame->byte[at + 7] = 64;
	inet_pton(AF_INET6, saddr, frame->byte + at + 8);
	inet_pton(AF_INET6, daddr, frame->byte + at + 24);
	frame->byte[at + 6] = 59;
	frame->next = at + 6;
	frame->ip6 = at;
}

void frame_ext(struct frame *frame, uint8_t protocol, uint16_t fragment)
{
	size_t at = frame->length;

	name_protocol(frame, protocol);
	grow(frame, protocol == 51 ? 12 : 8);
	frame->byte[at] = 59;
	if (protocol == 51)
		frame->byte[at + 1] = 1;
	if (protocol == 44)
		put16(frame, at + 2, fragment << 3);
	frame->next = at;
}

void frame_tcp(struct frame *frame, uint16_t sport, uint16_t dport, uint8_t flags)
{
	size_t at = frame->length;

	name_protocol(frame, 6);
	frame->transport = at;
	grow(frame, 20);
	put16(frame, at, sport);
	put16(frame, at + 2, dport);
	frame->byte[at + 12] = 5 << 4;
	frame->byte[at + 13] = flags;
}

void frame_udp(struct frame *frame, uint16_t sport, uint16_t dport)
{
	size_t at = frame->length;

	name_protocol(frame, 17);
	frame->transport = at;
	grow(frame, 8);
	put16(frame, at, sport);
	put16(frame, at + 2, dport);
}

void frame_bytes(struct frame *frame, const void *bytes, size_t n)
{
	memcpy(grow(frame, n), bytes, n);
}

void frame_raw(struct frame *frame, uint8_t protocol, const void *bytes, size_t n)
{
	name_protocol(frame, protocol);
	frame->transport = frame->length;
	frame_bytes(frame, bytes, n);
}

void frame_finish(struct frame *frame)
{
	if (frame->ip)
		put16(frame, frame->ip + 2, frame->length - frame->ip);
	if (frame->ip6)
		put16(frame, frame->ip6 + 4, frame->length - frame->ip6 - 40);
}

/* --- checksums, RFC 1071 ---------------------------------------------------------------------------------------- */

static uint32_t add_words(uint32_t sum, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum += i % 2 ? bytes[i] : bytes[i] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void sum_ip(struct frame *frame)
{
	size_t hlen = (frame->byte[frame->ip] & 15) * 4;

	put16(frame, frame->ip + 10, 0);
	put16(frame, frame->ip + 10, fold(add_words(0, frame->byte + frame->ip, hlen)));
}

/* Where a protocol has its checksum, 0: none. */
static size_t sum_offset(uint8_t protocol)
{
	switch (protocol) {
	case 6:
		return 16;
	case 17:
	case 33:
	case 136:
		return 6;
	case 1:
	case 2:
	case 58:
		return 2;
	default:
		return 0;
	}
}

static void sum_transport(struct frame *frame, uint8_t protocol)
{
	size_t at = frame->transport, n = frame->length - at, offset = sum_offset(protocol);
	uint32_t sum = 0;
	uint16_t value;

	if (!offset || n < offset + 2)
		return;
	if (protocol == 17)
		put16(frame, at + 4, n);
	put16(frame, at + offset, 0);
	if (protocol != 1 && protocol != 2)
		sum = n + protocol +
		      (frame->ip ? add_words(0, frame->byte + frame->ip + 12, 8)
				 : add_words(0, frame->byte + frame->ip6 + 8, 32));
	value = fold(add_words(sum, frame->byte + at, n));
	put16(frame, at + offset, value || protocol != 17 ? value : 0xffff);
}

void frame_sum(struct frame *frame)
{
	if (frame->transport && (frame->ip || frame->ip6))
		sum_transport(frame, frame->byte[frame->next]);
	if (frame->ip)
		sum_ip(frame);
}
