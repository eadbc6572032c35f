/* SPDX-License-Identifier: GPL-2.0-only */
/* Random frames. */
#include "random_frame.h"

#include <string.h>

#include "chance.h"

const char *const random_addresses[5] = {"10.0.0.1", "10.0.0.2", "10.0.1.1", "192.0.2.7",
					 "255.255.255.255"};
const char *const random_addresses6[6] = {
	"2001:db8::1", "2001:db8::2", "2001:db8:1::", "::1", "2001:db8::ffff:ffff:ffff:ffff",
	"fe80::5"};
const uint16_t random_ports[8] = {0, 1, 53, 80, 81, 1023, 1024, 65535};

static void random_bytes(uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bytes[i] = below(2) ? 0 : below(3) ? below(4) : below(256);
}

/* TCP options, some of them wrong. */
static void add_options(struct frame *f)
{
	static const struct {
		const char *bytes;
		uint8_t n;
	} options[] = {
		{"\2\4\5\xb4", 4}, {"\2\4\1\0", 4},   {"\3\3\7", 3},
		{"\4\2", 2},	   {"\1", 1},	      {"\0", 1},
		{"\2\0\5\xb4", 4}, {"\2\6\5", 3},     {"\5\xa\0\0\0\1\0\0\0\2", 10},
		{"\2\3\5", 3},	   {"\xfd\4\0\0", 4}, {"\x8\xa\0\0\0\1\0\0\0\2", 10},
	};
	size_t begin = f->length;

	for (unsigned n = below(4); n; n--) {
		unsigned i = below(sizeof(options) / sizeof(*options));

		if (f->length - begin + options[i].n <= 40)
			frame_bytes(f, options[i].bytes, options[i].n);
	}
	while ((f->length - begin) % 4)
		frame_bytes(f, "\1", 1);
	f->byte[f->transport + 12] = (5 + (f->length - begin) / 4) << 4 | below(2);
}

static void add_tcp(struct frame *f)
{
	frame_tcp(f, PICK(random_ports), PICK(random_ports), below(2) ? 2 : below(64));
	random_bytes(f->byte + f->transport + 4, 8);
	if (below(2))
		add_options(f);
}

static void add_raw(struct frame *f)
{
	static const uint8_t protocols[] = {1, 1, 58, 58, 2, 132, 33, 136, 50, 51, 108, 47, 59};
	static const uint8_t types[] = {0, 3, 5, 8, 128, 129, 2, 4, 130, 0x11};
	uint8_t bytes[16];

	random_bytes(bytes, sizeof(bytes));
	if (below(3)) {
		bytes[0] = PICK(types);
		bytes[1] = below(4);
	}
	frame_raw(f, PICK(protocols), bytes, below(4) ? sizeof(bytes) : below(16));
}

/* SCTP with chunks, some of which say that they are longer than they are. */
static void add_sctp(struct frame *f)
{
	static const uint8_t types[] = {0, 1, 2, 3, 4, 7, 14, 192};
	uint8_t bytes[64] = {};
	size_t n = 12;

	for (unsigned chunks = below(4); chunks; chunks--) {
		unsigned length = 4 + below(14);

		if (n + length > sizeof(bytes))
			break;
		random_bytes(bytes + n, length);
		bytes[n] = PICK(types);
		bytes[n + 2] = 0;
		bytes[n + 3] = below(6) ? length : below(40);
		n += (length + 3) / 4 * 4;
	}
	frame_raw(f, 132, bytes, n < sizeof(bytes) ? n : sizeof(bytes));
}

/* What another header follows. */
static void add_tunnel(struct frame *f)
{
	uint8_t bytes[24];

	random_bytes(bytes, sizeof(bytes));
	bytes[0] = below(2) ? 0 : below(16) << 4;
	bytes[1] = !below(4);
	frame_raw(f, below(2) ? 47 : 4, bytes, below(4) ? sizeof(bytes) : below(24));
}

static void add_transport(struct frame *f)
{
	static const uint8_t payload[24] = {1, 2, 3};

	switch (below(10)) {
	case 0:
		add_sctp(f);
		break;
	case 1:
		add_tunnel(f);
		break;
	case 2:
	case 3:
	case 4:
	case 5:
		add_tcp(f);
		break;
	case 6:
	case 7:
		frame_udp(f, PICK(random_ports), PICK(random_ports));
		break;
	default:
		add_raw(f);
	}
	frame_bytes(f, payload, below(2) ? 0 : below(sizeof(payload)));
}

/* IPv4 options, some of them wrong, into the room that the header has for them. */
static void put_ip_options(uint8_t *room, unsigned length)
{
	static const struct {
		const char *bytes;
		uint8_t n;
	} options[] = {
		{"\x94\4\0\0", 4},
		{"\x94\4\0\1", 4},
		{"\7\7\4\1\2\3\4", 7},
		{"\7\3\4", 3},
		{"\7\7\5\0\0\0\0", 7},
		{"\x83\7\4\1\2\3\4", 7},
		{"\x89\xb\4\1\2\3\4\5\6\7\10", 11},
		{"\x83\7\10\1\2\3\4", 7},
		{"\x44\xc\5\0\0\0\0\0\0\0\0\0", 12},
		{"\x44\4\5\xf3", 4},
		{"\x44\4\5\xf0", 4},
		{"\1", 1},
		{"\0", 1},
		{"\x86\10\0\0\0\1\0\0", 8},
		{"\x82\4\0\0", 4},
		{"\x82\1", 2},
		{"\x94\3\0", 3},
	};

	for (unsigned n = 0; n < length;) {
		unsigned i = below(sizeof(options) / sizeof(*options));

		if (!below(4) || n + options[i].n > length) {
			room[n++] = 1;
			continue;
		}
		memcpy(room + n, options[i].bytes, options[i].n);
		n += options[i].n;
	}
}

static void add_ip(struct frame *f)
{
	unsigned options = below(3) ? 0 : 4 * below(11);
	size_t at;

	frame_ip(f, PICK(random_addresses), PICK(random_addresses), options,
		 below(4) ? 0 : below(0x10000));
	at = f->ip;
	if (below(4))
		put_ip_options(f->byte + at + 20, options);
	if (below(2)) {
		f->byte[at + 1] = below(256);
		f->byte[at + 5] = below(4);
		f->byte[at + 8] = below(4);
	}
}

static void add_ip6(struct frame *f)
{
	static const uint8_t extensions[] = {0, 43, 44, 60, 51, 135};
	size_t at;

	frame_ip6(f, PICK(random_addresses6), PICK(random_addresses6));
	if (below(2)) {
		f->byte[f->ip6] = 0x60 | below(16);
		f->byte[f->ip6 + 1] = below(256);
		f->byte[f->ip6 + 3] = below(4);
		f->byte[f->ip6 + 7] = below(4);
	}
	for (unsigned n = below(3) ? 0 : below(8); n; n--) {
		at = f->length;
		frame_ext(f, PICK(extensions), below(3) ? 0 : below(3));
		if (below(2)) {
			f->byte[at + 3] |= below(2);
			random_bytes(f->byte + at + 4, 4);
		}
	}
}

static void add_arp(struct frame *f)
{
	uint8_t arp[28] = {0,  1, 8, 0, 6, 4, 0, 1, 2, 0, 0,  0, 0, 1,
			   10, 0, 0, 1, 2, 0, 0, 0, 0, 2, 10, 0, 0, 2};

	arp[7] = below(4);
	if (!below(4))
		random_bytes(arp, sizeof(arp));
	frame_type(f, 0x0806);
	frame_bytes(f, arp, sizeof(arp));
}

static void add_network(struct frame *f)
{
	switch (below(10)) {
	case 0:
		frame_type(f, below(2) ? 0x0806 : below(0x700));
		frame_bytes(f, "\xff\xff\0\1\2\3\4\5\6\7", 10);
		return;
	case 1:
		add_arp(f);
		return;
	case 2:
	case 3:
	case 4:
	case 5:
		add_ip(f);
		break;
	default:
		add_ip6(f);
	}
	add_transport(f);
}

/* Shorter than it says, longer than it says, bits turned over. */
static void spoil(struct frame *f)
{
	if (!below(4))
		f->length = 14 + below(f->length - 13);
	if (!below(3))
		frame_finish(f);
	for (unsigned n = below(4) ? 0 : below(4) + 1; n; n--)
		f->byte[12 + below(f->length > 80 ? 68 : f->length - 12)] ^= 1 << below(8);
}

struct frame random_frame(void)
{
	struct frame f;

	frame_ether(&f);
	for (unsigned n = below(3) ? 0 : below(3) + 1; n; n--)
		frame_vlan(&f, below(2) ? 0x8100 : 0x88a8,
			   below(4) ? below(2) ? 10 : 20 : below(65536));
	add_network(&f);
	frame_finish(&f);
	if (below(4))
		frame_sum(&f);
	if (below(2))
		spoil(&f);
	return f;
}
