/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames from words: what frame.h says of frame_read(). */
#include "frame.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	char *rest;
	struct frame frame;
	size_t network;
	bool finished;
};

static const char *word(struct reader *r)
{
	const char *word = strtok_r(NULL, " ", &r->rest);

	if (!word) {
		fprintf(stderr, "a frame ends too early\n");
		abort();
	}
	return word;
}

static unsigned number(struct reader *r)
{
	return strtoul(word(r), NULL, 0);
}

static size_t bytes(struct reader *r, uint8_t *to)
{
	const char *hex = word(r);
	size_t n = 0;

	for (; sscanf(hex, "%2hhx", &to[n]) == 1; n++)
		hex += 2;
	return n;
}

static void finish(struct reader *r)
{
	if (!r->finished)
		frame_finish(&r->frame);
	r->finished = true;
}

static void read_ip(struct reader *r)
{
	const char *saddr = word(r), *daddr = word(r);

	r->network = r->frame.length;
	frame_ip(&r->frame, saddr, daddr, 0, 0);
}

static void read_ip6(struct reader *r)
{
	const char *saddr = word(r), *daddr = word(r);

	r->network = r->frame.length;
	frame_ip6(&r->frame, saddr, daddr);
}

static void read_options(struct reader *r)
{
	unsigned n = number(r);

	r->frame.byte[r->frame.ip] += n / 4;
	for (; n; n--)
		frame_bytes(&r->frame, "\1", 1);
}

static void read_fragment(struct reader *r)
{
	unsigned field = number(r);

	r->frame.byte[r->frame.ip + 6] = field >> 8;
	r->frame.byte[r->frame.ip + 7] = field;
}

static void read_tcp(struct reader *r)
{
	unsigned sport = number(r), dport = number(r);

	frame_tcp(&r->frame, sport, dport, number(r));
}

static void read_udp(struct reader *r)
{
	unsigned sport = number(r);

	frame_udp(&r->frame, sport, number(r));
}

static void read_icmp(struct reader *r, uint8_t protocol)
{
	uint8_t header[8] = {};

	header[0] = number(r);
	header[1] = number(r);
	frame_raw(&r->frame, protocol, header, sizeof(header));
}

static void read_option(struct reader *r)
{
	uint8_t option[64];
	size_t n = bytes(r, option);

	frame_bytes(&r->frame, option, n);
	while ((r->frame.length - r->frame.transport) % 4)
		frame_bytes(&r->frame, "", 1);
	r->frame.byte[r->frame.transport + 12] = (r->frame.length - r->frame.transport) / 4 << 4;
}

static void read_arp(struct reader *r)
{
	uint8_t arp[28] = {0,  1, 8, 0, 6, 4, 0, 0, 2, 0, 0,  0, 0, 1,
			   10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2};

	arp[7] = number(r);
	r->network = r->frame.length;
	frame_type(&r->frame, 0x0806);
	frame_bytes(&r->frame, arp, sizeof(arp));
}

static void read_bytes(struct reader *r)
{
	uint8_t data[256];

	frame_bytes(&r->frame, data, bytes(r, data));
}

static void write_over(struct reader *r, size_t base)
{
	size_t offset = number(r);

	finish(r);
	bytes(r, r->frame.byte + base + offset);
}

static const struct {
	const char *word;
	uint8_t protocol;
} extensions[] = {{"hbh", 0}, {"rt", 43}, {"dst", 60}, {"mh", 135}, {"ah", 51}};

static bool read_extension(struct reader *r, const char *word)
{
	for (size_t i = 0; i < sizeof(extensions) / sizeof(*extensions); i++) {
		if (strcmp(extensions[i].word, word) == 0) {
			frame_ext(&r->frame, extensions[i].protocol, 0);
			return true;
		}
	}
	return false;
}

static void read_header(struct reader *r, const char *word)
{
	if (strcmp(word, "vlan") == 0)
		frame_vlan(&r->frame, 0x8100, number(r));
	else if (strcmp(word, "svlan") == 0)
		frame_vlan(&r->frame, 0x88a8, number(r));
	else if (strcmp(word, "type") == 0)
		frame_type(&r->frame, number(r));
	else if (strcmp(word, "arp") == 0)
		read_arp(r);
	else if (strcmp(word, "ip") == 0)
		read_ip(r);
	else if (strcmp(word, "options") == 0)
		read_options(r);
	else if (strcmp(word, "fragment") == 0)
		read_fragment(r);
	else if (strcmp(word, "ip6") == 0)
		read_ip6(r);
	else if (strcmp(word, "frag") == 0)
		frame_ext(&r->frame, 44, number(r));
	else if (strcmp(word, "tcp") == 0)
		read_tcp(r);
	else if (strcmp(word, "opt") == 0)
		read_option(r);
	else if (strcmp(word, "udp") == 0)
		read_udp(r);
	else if (strcmp(word, "icmp") == 0)
		read_icmp(r, 1);
	else if (strcmp(word, "icmp6") == 0)
		read_icmp(r, 58);
	else if (strcmp(word, "proto") == 0)
		frame_raw(&r->frame, number(r), "", 0);
	else if (!read_extension(r, word)) {
		fprintf(stderr, "'%s' is no word of frames\n", word);
		abort();
	}
}

static void read_word(struct reader *r, const char *word)
{
	if (strcmp(word, "hex") == 0) {
		read_bytes(r);
	} else if (strcmp(word, "ll") == 0) {
		write_over(r, 0);
	} else if (strcmp(word, "nh") == 0) {
		write_over(r, r->network);
	} else if (strcmp(word, "th") == 0) {
		write_over(r, r->frame.transport);
	} else if (strcmp(word, "sum") == 0) {
		finish(r);
		frame_sum(&r->frame);
	} else if (strcmp(word, "cut") == 0) {
		finish(r);
		r->frame.length = number(r);
	} else {
		read_header(r, word);
	}
}

struct frame frame_read(const char *text)
{
	struct reader r = {};
	char *copy = strdup(text);

	if (!copy)
		abort();
	frame_ether(&r.frame);
	for (char *first = strtok_r(copy, " ", &r.rest); first;
	     first = strtok_r(NULL, " ", &r.rest))
		read_word(&r, first);
	finish(&r);
	free(copy);
	return r.frame;
}
