/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events: the ring buffer and its reader in a network namespace of the test's own. With arguments, for tests of the command,
 * it only puts events into the ring buffer of the namespace that it runs in:
 *
 *	test_events emit COUNT IFINDEX TABLE-HANDLE RULE-HANDLE PREFIX [GROUP]
 */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <sched.h>
#include <string.h>

#include "emit.h"
#include "filter.h"

/* --- what a poll handed over -------------------------------------------------------------------------- */

struct taken {
	struct nc_event event[4096];
	size_t n, stop_at;
	unsigned char last_frame[NC_SNAPLEN_MAX];
};

static struct taken taken;

static int take(void *context, const struct nc_event *event, const void *frame)
{
	struct taken *to = context;

	assert_true(to->n < sizeof(to->event) / sizeof(*to->event));
	assert_true(event->captured <= sizeof(to->last_frame));
	memcpy(to->last_frame, frame, event->captured);
	to->event[to->n++] = *event;
	return to->stop_at && to->n == to->stop_at ? -ECANCELED : 0;
}

/* Everything that is there. */
static size_t take_all(struct nc_events *reader)
{
	int r;

	taken.n = taken.stop_at = 0;
	do {
		r = nc_events_poll(reader, 0, take, &taken);
		assert_true(r >= 0);
	} while (r);
	return taken.n;
}

/* --- the ring buffer ---------------------------------------------------------------------------------- */

static struct nc_store *store;
static struct emitter *emitter;
static struct nc_diag diag;

/* The store of a new network namespace; while we hold it as a writer it stays, empty as it is. */
static int set_up(void **state)
{
	(void)state;
	if (!filter_possible() || unshare(CLONE_NEWNET) < 0)
		return 0;
	if (nc_store_open(NC_STORE_WRITE, &store, &diag) < 0) {
		nc_diag_print(&diag, stderr, false);
		return -1;
	}
	emitter = emitter_open(store);
	return emitter ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	if (emitter)
		emitter_close(emitter);
	if (store)
		nc_store_close(store);
	nc_diag_free(&diag);
	return 0;
}

static void need_bpf(void)
{
	if (!emitter)
		skip();
}

static struct frame sample(size_t payload)
{
	struct frame frame;

	frame_ether(&frame);
	frame_ip(&frame, "10.0.0.1", "10.0.0.2", 0, 0);
	frame_udp(&frame, 1000, 53);
	frame.length += payload;
	memset(frame.byte + frame.length - payload, 'x', payload);
	frame_finish(&frame);
	return frame;
}

static struct nc_event numbered(unsigned i)
{
	struct nc_event event = {.rule_handle = i, .verdict = NC_VERDICT_DROP};

	snprintf(event.prefix, sizeof(event.prefix), "event %u", i);
	return event;
}

static struct nc_events *reader_open(void)
{
	struct nc_events *reader = NULL;

	assert_int_equal(nc_events_open(&reader, &diag), 0);
	return reader;
}

static struct nc_events_lost lost_of(const struct nc_events *reader)
{
	struct nc_events_lost lost;

	assert_int_equal(nc_events_lost(reader, &lost), 0);
	return lost;
}

static void events_come_in_order(void **state)
{
	const struct frame frame = sample(10);
	struct nc_events *reader;

	(void)state;
	need_bpf();
	assert_true(emit(emitter, numbered(0), &frame)); /* while nobody reads */
	reader = reader_open();
	for (unsigned i = 1; i < 600; i++)
		assert_true(emit(emitter, numbered(i), &frame));
	assert_int_equal(take_all(reader), 600);
	for (unsigned i = 0; i < 600; i++) {
		const struct nc_event *event = &taken.event[i];

		assert_int_equal(event->rule_handle, i);
		assert_string_equal(event->prefix, numbered(i).prefix);
		assert_int_equal(event->captured, frame.length);
		assert_true(!i || event->time_ns >= event[-1].time_ns);
	}
	assert_memory_equal(taken.last_frame, frame.byte, frame.length);
	assert_int_equal(lost_of(reader).since_open, 0);
	nc_events_close(reader);
}

static void what_is_not_taken_stays(void **state)
{
	const struct frame frame = sample(0);
	struct nc_events *reader;

	(void)state;
	need_bpf();
	reader = reader_open();
	for (unsigned i = 0; i < 5; i++)
		assert_true(emit(emitter, numbered(i), &frame));
	taken.n = 0;
	taken.stop_at = 2;
	assert_int_equal(nc_events_poll(reader, 0, take, &taken), -ECANCELED);
	assert_int_equal(taken.n, 2);
	nc_events_close(reader);
	reader = reader_open();
	assert_int_equal(take_all(reader), 3);
	assert_int_equal(taken.event[0].rule_handle, 2);
	nc_events_close(reader);
}

static void there_is_one_reader(void **state)
{
	struct nc_events *reader, *second = NULL;

	(void)state;
	need_bpf();
	reader = reader_open();
	assert_int_equal(nc_events_open(&second, &diag), -EBUSY);
	assert_null(second);
	assert_non_null(strstr(diag.messages.v[diag.messages.n - 1].text, "one at a time"));
	nc_events_close(reader);
	nc_events_close(reader_open());
}

static void what_does_not_fit_is_counted(void **state)
{
	const struct frame frame = sample(1900);
	unsigned written = 0, refused = 0;
	struct nc_events *reader;
	uint64_t before;

	(void)state;
	need_bpf();
	reader = reader_open();
	before = lost_of(reader).total;
	for (unsigned i = 0; i < 1000; i++) {
		if (emit(emitter, numbered(i), &frame))
			written++;
		else
			refused++;
	}
	assert_true(written > 400 && refused > 400);
	assert_int_equal(lost_of(reader).since_open, refused);
	assert_int_equal(take_all(reader), written);
	assert_int_equal(taken.event[written - 1].rule_handle, written - 1);
	assert_true(emit(emitter, numbered(0), &frame));
	assert_int_equal(take_all(reader), 1);
	nc_events_close(reader);
	reader = reader_open();
	assert_int_equal(lost_of(reader).since_open, 0);
	assert_int_equal(lost_of(reader).total, before + refused);
	nc_events_close(reader);
}

/* The writer's lengths are not believed. */
static void records_are_bounded(void **state)
{
	struct nc_event event = {.captured = NC_SNAPLEN_MAX, .length = NC_SNAPLEN_MAX};
	unsigned char bytes[sizeof(event) + 3] = {};
	struct nc_events *reader;

	(void)state;
	need_bpf();
	memset(event.prefix, 'p', sizeof(event.prefix));
	memcpy(bytes, &event, sizeof(event));
	reader = reader_open();
	assert_true(emit_bytes(emitter, bytes, sizeof(bytes)));
	assert_true(emit_bytes(emitter, bytes, sizeof(event) - 1));
	assert_int_equal(take_all(reader), 1);
	assert_int_equal(taken.event[0].captured, 3);
	assert_int_equal(strlen(taken.event[0].prefix), NC_LOG_PREFIX - 1);
	assert_int_equal(lost_of(reader).since_open, 1);
	nc_events_close(reader);
}

static void ensuring_twice_finds_the_first(void **state)
{
	const struct frame frame = sample(0);
	struct nc_events *reader;
	struct emitter *other;

	(void)state;
	need_bpf();
	other = emitter_open(store);
	assert_non_null(other);
	reader = reader_open();
	assert_true(emit(other, numbered(1), &frame));
	assert_true(emit(emitter, numbered(2), &frame));
	assert_int_equal(take_all(reader), 2);
	nc_events_close(reader);
	emitter_close(other);
}

/* Last: the store goes away, and another takes its place. */
static void a_removed_store_is_noticed(void **state)
{
	const struct frame frame = sample(0);
	struct nc_events *reader;
	struct nc_events *next = NULL;

	(void)state;
	need_bpf();
	reader = reader_open();
	emitter_close(TAKE_PTR(emitter));
	nc_store_close(TAKE_PTR(store));
	assert_int_equal(nc_events_poll(reader, 0, take, &taken), -ESTALE);
	assert_int_equal(nc_events_open(&next, &diag), -ENOENT);
	assert_int_equal(nc_store_open(NC_STORE_WRITE, &store, &diag), 0);
	emitter = emitter_open(store);
	assert_non_null(emitter);
	assert_int_equal(nc_events_poll(reader, 0, take, &taken), -ESTALE);
	next = reader_open();
	assert_true(emit(emitter, numbered(7), &frame));
	assert_int_equal(take_all(next), 1);
	nc_events_close(next);
	nc_events_close(reader);
}

/* --- for tests of the command ------------------------------------------------------------------------- */

static int emit_some(char **argv)
{
	struct nc_event event = {
		.ifindex = atoi(argv[3]),
		.table_handle = atoi(argv[4]),
		.rule_handle = atoi(argv[5]),
		.group = argv[7] ? atoi(argv[7]) : NC_LOG_NO_GROUP,
		.level = 4,
		.verdict = NC_VERDICT_DROP,
	};
	const struct frame frame = sample(10);

	snprintf(event.prefix, sizeof(event.prefix), "%s", argv[6]);
	if (nc_store_open(NC_STORE_WRITE, &store, &diag) < 0)
		return 1;
	emitter = emitter_open(store);
	/* The lock is not ours to keep while a monitor is tested. */
	nc_store_close(TAKE_PTR(store));
	if (!emitter)
		return 1;
	for (int i = atoi(argv[2]); i > 0; i--)
		emit(emitter, event, &frame);
	emitter_close(emitter);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_come_in_order),
		cmocka_unit_test(what_is_not_taken_stays),
		cmocka_unit_test(there_is_one_reader),
		cmocka_unit_test(what_does_not_fit_is_counted),
		cmocka_unit_test(records_are_bounded),
		cmocka_unit_test(ensuring_twice_finds_the_first),
		cmocka_unit_test(a_removed_store_is_noticed),
	};

	if (argc >= 7 && strcmp(argv[1], "emit") == 0)
		return emit_some(argv);
	return cmocka_run_group_tests_name("events", tests, set_up, tear_down);
}
