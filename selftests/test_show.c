/* SPDX-License-Identifier: GPL-2.0-only */
/* Events as they are shown: the decoder on every kind of frame, cut at every length; golden text, JSON and pcapng. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <json-c/json.h>
#include <string.h>
#include <time.h>

#include "chance.h"
#include "cmd/event.h"
#include "cmd/headers.h"
#include "frame.h"
#include "golden.h"

#define GOLDEN "selftests/golden/events/all.x" /* the suffix is replaced */

static struct frame frames[64];
static size_t n_frames;

static struct frame *begin(void)
{
	struct frame *frame = &frames[n_frames++];

	frame_ether(frame);
	return frame;
}

static struct frame *begin_ip(void)
{
	struct frame *frame = begin();

	frame_ip(frame, "192.0.2.1", "198.51.100.2", 0, 0);
	return frame;
}

static struct frame *begin_ip6(void)
{
	struct frame *frame = begin();

	frame_ip6(frame, "2001:db8::1", "2001:db8::2");
	return frame;
}

static void make_arp(uint16_t operation)
{
	const uint8_t arp[28] = {0,	    1, 8, 0,   6, 4, operation >> 8,
				 operation, 2, 0, 0,   0, 0, 1,
				 192,	    0, 2, 1,   0, 0, 0,
				 0,	    0, 0, 192, 0, 2, 2};
	struct frame *frame = begin();

	frame_type(frame, 0x0806);
	frame_bytes(frame, arp, sizeof(arp));
}

static void make_link_frames(void)
{
	struct frame *frame;

	make_arp(1);
	make_arp(2);
	make_arp(8);
	frame = begin(); /* ARP of another kind */
	frame_type(frame, 0x0806);
	frame_bytes(frame, "\0\6\10\0\6\4\0\1", 8);
	frame = begin();
	frame_type(frame, 0x88cc);
	frame_bytes(frame, "lldp", 4);
	frame = begin();
	frame_vlan(frame, 0x8100, 0x6000 | 10);
	frame_ip(frame, "192.0.2.1", "198.51.100.2", 0, 0);
	frame_udp(frame, 1000, 53);
	frame = begin();
	frame_vlan(frame, 0x88a8, 100);
	frame_vlan(frame, 0x8100, 0x1000 | 20);
	frame_ip6(frame, "fe80::1", "ff02::1");
	frame_raw(frame, 58, "\200\0\0\0\0\7\0\1", 8);
	frame = begin(); /* more tags than are shown */
	for (int i = 0; i < 6; i++)
		frame_vlan(frame, 0x8100, i);
}

static void make_ip_frames(void)
{
	struct frame *frame;

	frame_tcp(begin_ip(), 40000, 22, 0x02);
	frame = begin_ip();
	frame_tcp(frame, 40000, 22, 0xff);
	frame_bytes(frame, "payload", 7);
	frame = begin_ip();
	frame_udp(frame, 5353, 53);
	frame_bytes(frame, "payload and padding", 19);
	frame_raw(begin_ip(), 1, "\10\0\0\0\22\64\0\5", 8);
	frame_raw(begin_ip(), 1, "\3\3\0\0\0\0\0\0", 8);
	frame_raw(begin_ip(), 1, "\13\1\0\0\0\0\0\0", 8);
	frame_raw(begin_ip(), 132, "\0\7\0\11rest", 8);
	frame_raw(begin_ip(), 47, "gre", 3);
	frame_raw(begin_ip(), 253, "", 0);
	frame = begin(); /* the first fragment, and another */
	frame_ip(frame, "192.0.2.1", "198.51.100.2", 0, 0x2000);
	frame_udp(frame, 1000, 53);
	frame = begin();
	frame_ip(frame, "192.0.2.1", "198.51.100.2", 0, 185);
	frame_raw(frame, 17, "\0\1\0\2\0\3\0\4", 8);
	frame = begin(); /* options */
	frame_ip(frame, "192.0.2.1", "198.51.100.2", 12, 0x4000);
	frame_tcp(frame, 1, 2, 0x10);
	frame_tcp(begin_ip(), 1, 2, 0x10); /* a data offset of 0 */
	frames[n_frames - 1].byte[14 + 20 + 12] = 0;
	frame_udp(begin_ip(), 1, 2); /* a header length of 16 */
	frames[n_frames - 1].byte[14] = 0x44;
}

static void make_ip6_frames(void)
{
	static const uint8_t solicit[24] = {135, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0x80, [23] = 2};
	struct frame *frame;

	frame_tcp(begin_ip6(), 40000, 443, 0x12);
	frame_udp(begin_ip6(), 40000, 443);
	frame_raw(begin_ip6(), 58, solicit, sizeof(solicit));
	frame_raw(begin_ip6(), 58, "\1\4\0\0\0\0\0\0", 8);
	frame_raw(begin_ip6(), 58, "\2\0\0\0\0\0\5\0", 8);
	frame = begin_ip6();
	frame_ext(frame, 0, 0);
	frame_ext(frame, 60, 0);
	frame_ext(frame, 43, 0);
	frame_ext(frame, 51, 0);
	frame_tcp(frame, 1, 2, 0x04);
	frame = begin_ip6();
	frame_ext(frame, 44, 0);
	frame_udp(frame, 1, 2);
	frame = begin_ip6();
	frame_ext(frame, 44, 181);
	frame_raw(frame, 17, "\0\1\0\2\0\3\0\4", 8);
	frame = begin_ip6(); /* more than are shown */
	for (int i = 0; i < 20; i++)
		frame_ext(frame, 60, 0);
	frame_tcp(frame, 1, 2, 0x02);
	frame_raw(begin_ip6(), 59, "", 0);
}

static int make_frames(void **state)
{
	(void)state;
	make_link_frames();
	make_ip_frames();
	make_ip6_frames();
	for (size_t i = 0; i < n_frames; i++)
		frame_finish(&frames[i]);
	/* Padding behind the packet; a total length below its header; version 6 in an IPv4 frame. */
	frames[n_frames] = frames[10];
	frame_bytes(&frames[n_frames++], "\0\0\0\0\0\0", 6);
	frames[n_frames] = frames[10];
	frames[n_frames].byte[14 + 3] = 19;
	frames[n_frames++].byte[14 + 2] = 0;
	frames[n_frames] = frames[10];
	frames[n_frames++].byte[14] = 0x65;
	return 0;
}

/* --- the decoder -------------------------------------------------------------------------------------- */

/* The bytes in memory of exactly their length, where reading beyond them is found. */
static void decode_exactly(const uint8_t *bytes, size_t length)
{
	_cleanup_free_ char *text = NULL;
	uint8_t *copy = malloc(length ? length : 1);
	struct nc_decoded headers;
	struct json_object *json;
	size_t text_length;
	FILE *out;

	memcpy(copy, bytes, length);
	nc_decode(copy, length, &headers);
	free(copy);
	out = open_memstream(&text, &text_length);
	nc_headers_print(&headers, out);
	fclose(out);
	assert_true(text_length > 0);
	json = nc_headers_json(&headers);
	assert_non_null(json);
	json_object_put(json);
}

static void frames_may_end_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_frames; i++) {
		for (size_t length = 0; length <= frames[i].length; length++)
			decode_exactly(frames[i].byte, length);
	}
}

static void bytes_may_be_anything(void **state)
{
	(void)state;
	chance_begin();
	for (unsigned i = 0; i < 30000; i++) {
		struct frame frame = frames[below(n_frames)];

		for (unsigned changes = below(6); changes; changes--)
			frame.byte[12 + below(frame.length - 12)] = below(256);
		decode_exactly(frame.byte, below(4) ? frame.length : below(frame.length));
	}
}

static void decode_cut(const struct frame *frame, size_t length, struct nc_decoded *ret)
{
	nc_decode(frame->byte, length, ret);
}

/* Each header needs all of its bytes. */
static void a_cut_header_is_named(void **state)
{
	const struct {
		size_t length;
		enum nc_header truncated, network, transport;
	} cuts[] = {
		{13, NC_HEADER_ETHER, NC_HEADER_NONE, NC_HEADER_NONE},
		{14, NC_HEADER_IP, NC_HEADER_NONE, NC_HEADER_NONE},
		{33, NC_HEADER_IP, NC_HEADER_NONE, NC_HEADER_NONE},
		{34, NC_HEADER_TCP, NC_HEADER_IP, NC_HEADER_NONE},
		{53, NC_HEADER_TCP, NC_HEADER_IP, NC_HEADER_NONE},
		{54, NC_HEADER_NONE, NC_HEADER_IP, NC_HEADER_TCP},
	};
	struct frame tcp;
	struct nc_decoded headers;

	(void)state;
	frame_ether(&tcp);
	frame_ip(&tcp, "10.0.0.1", "10.0.0.2", 0, 0);
	frame_tcp(&tcp, 1, 2, 2);
	frame_finish(&tcp);
	for (size_t i = 0; i < sizeof(cuts) / sizeof(*cuts); i++) {
		decode_cut(&tcp, cuts[i].length, &headers);
		assert_int_equal(headers.truncated, cuts[i].truncated);
		assert_int_equal(headers.network, cuts[i].network);
		assert_int_equal(headers.transport, cuts[i].transport);
	}
}

/* --- golden files ------------------------------------------------------------------------------------- */

static const struct nc_event_rule rule = {"filter", "in",
					  "ip saddr @bad log prefix \"bad: \" drop"};

struct shown {
	struct nc_event event;
	struct nc_event_view view;
};

/* Verdicts, hooks, groups and rules of all kinds, in turn. */
static struct shown make_shown(size_t i)
{
	static const uint8_t verdicts[] = {NC_VERDICT_DROP, NC_VERDICT_ACCEPT, NC_LOG_NO_VERDICT,
					   NC_VERDICT_REDIRECT};
	static const char *const prefixes[] = {"", "bad: ", "a \"b\"\t\033[31m"};
	struct shown shown = {
		.event = {.table_handle = 1,
			  .rule_handle = 4 + i,
			  .ifindex = 3 + i % 2,
			  .length = frames[i].length + (i == 1 ? 100 : 0),
			  .captured = frames[i].length,
			  .group = i % 4 ? NC_LOG_NO_GROUP : i,
			  .level = i % 9,
			  .verdict = verdicts[i % 4],
			  .hook = i % 5 == 4},
		.view = {.realtime_ns = UINT64_C(1700000000123456789) + i * 1000001,
			 .frame = frames[i].byte},
	};

	strcpy(shown.event.prefix, prefixes[i % 3]);
	if (i % 2)
		strcpy(shown.view.device, "eth0");
	if (i % 3)
		shown.view.rule = &rule;
	return shown;
}

typedef void show_fn(const struct nc_event_view *view, void *context);

static void show_all(show_fn *fn, void *context)
{
	for (size_t i = 0; i < n_frames; i++) {
		struct shown shown = make_shown(i);

		shown.view.event = &shown.event;
		fn(&shown.view, context);
	}
}

static void show_text(const struct nc_event_view *view, void *context)
{
	nc_event_print(view, view->event->rule_handle % 2, false, context);
}

static void show_json(const struct nc_event_view *view, void *context)
{
	struct json_object *object = nc_event_json(view);

	fprintf(context, "%s\n",
		json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

static void show_packet(const struct nc_event_view *view, void *context)
{
	assert_int_equal(nc_pcapng_event(context, view), 0);
}

static void check_golden(const char *suffix, show_fn *fn)
{
	_cleanup_free_ char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	show_all(fn, out);
	fclose(out);
	assert_int_equal(golden_compare(GOLDEN, suffix, text, NULL), 0);
}

static void text_is_golden(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	check_golden(".txt", show_text);
}

static void json_is_golden(void **state)
{
	(void)state;
	check_golden(".json", show_json);
}

static char *as_hex(const char *bytes, size_t n)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	for (size_t i = 0; i < n; i++)
		fprintf(out, "%02x%c", (unsigned char)bytes[i], i % 16 == 15 ? '\n' : ' ');
	fputc('\n', out);
	fclose(out);
	return text;
}

/* Little-endian, and without the section header, in which our version stands. */
static void pcapng_is_golden(void **state)
{
	_cleanup_free_ char *bytes = NULL, *hex = NULL;
	struct nc_pcapng file;
	uint32_t section;
	size_t length;
	FILE *out = open_memstream(&bytes, &length);

	(void)state;
	nc_pcapng_begin(&file, out);
	show_all(show_packet, &file);
	nc_pcapng_end(&file, UINT64_C(1700000001000000000), 5);
	fclose(out);
	memcpy(&section, bytes + 4, sizeof(section));
	assert_memory_equal(bytes, "\n\r\r\n", 4);
	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		skip();
	hex = as_hex(bytes + section, length - section);
	assert_int_equal(golden_compare(GOLDEN, ".pcapng.hex", hex, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_may_end_anywhere), cmocka_unit_test(bytes_may_be_anything),
		cmocka_unit_test(a_cut_header_is_named),   cmocka_unit_test(text_is_golden),
		cmocka_unit_test(json_is_golden),	   cmocka_unit_test(pcapng_is_golden),
	};

	return cmocka_run_group_tests_name("show", tests, make_frames, NULL);
}
