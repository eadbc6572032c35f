/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nanoseconds per packet. An XDP program is run by BPF_PROG_TEST_RUN behind a rotator, which gives it another packet each time;
 * what the rotator itself costs is taken off again:
 *
 *	cost = (rotator and subject) - (rotator and bare) + (bare alone)
 *
 * What is in the kernel's stack gets its packets as live frames that the rotator passes on, and cost = (passed) - (dropped by the
 * rotator) + (bare alone): all that happens to such a packet until it is dropped, its sk_buff included, since the filter cannot
 * be had without.
 */
#include "packet.h"

#include <errno.h>
#include <string.h>

#include "kern/rotate.h"
#include "subject.h"

#define TOO_SLOW_NS  1000000.0 /* a packet: no larger size is tried */
#define LEAST_REPEAT 64
#define PLAIN_HOLD   100

/* One subject at work on one rule set. */
struct worker {
	const struct nc_bench_subject *subject;
	void *state;
	int program;
	struct nc_rotator *rotator; /* of the trace that is measured */
	double typical_ns;
};

/* Everything about one rule set. */
struct work {
	struct nc_bench_run *run;
	const char *name;
	const struct nc_bench_rules *rules;
	struct nc_bench_ended *ended;
	struct nc_bare bare;
	struct worker workers[16];
	size_t n;
};

/* --- subjects --------------------------------------------------------------------------------------------- */

static int put_to_work(struct work *work, const struct nc_bench_subject *subject, bool *ret_ended)
{
	struct worker *worker = &work->workers[work->n];
	struct nc_diag diag = {};
	int r;

	*worker = (struct worker){.subject = subject, .program = -1};
	r = subject->load(work->rules, &worker->state, &worker->program, &diag);
	if (r == 0)
		work->n++;
	else
		*ret_ended = true;
	r = r < 0 ? nc_bench_report_failure(work->run, work->name, subject->name,
					    nc_bench_rules_size(work->rules), &diag, r)
		  : 0;
	nc_diag_free(&diag);
	return r;
}

static int load_all(struct work *work)
{
	int r = nc_bare_open(&work->bare, work->run->diag);

	for (unsigned i = 0; nc_bench_subjects[i] && !r; i++) {
		const struct nc_bench_subject *subject = nc_bench_subjects[i];

		if (work->ended->subject[i] || !nc_bench_wants(work->run, work->name, subject))
			continue;
		r = put_to_work(work, subject, &work->ended->subject[i]);
	}
	return r;
}

static void unload_all(struct work *work)
{
	for (size_t i = 0; i < work->n; i++) {
		if (work->workers[i].subject->unload)
			work->workers[i].subject->unload(work->workers[i].state);
	}
	nc_bare_close(&work->bare);
}

/* --- behind a rotator --------------------------------------------------------------------------------------- */

static int sample_run(void *state, uint32_t repeat, uint64_t *ret_ns)
{
	return nc_rotator_run(state, repeat, ret_ns);
}

static int sample_bare(void *state, uint32_t repeat, uint64_t *ret_ns)
{
	const struct nc_bare *bare = state;

	return nc_bench_run_alone(bare->drop, NC_BENCH_FRAME_IP, repeat, ret_ns);
}

static int open_rotators(struct work *work, const struct nc_rotation *rotation,
			 struct nc_rotator **ret_bare)
{
	int r = nc_rotator_open(rotation, work->bare.drop, ret_bare, work->run->diag);

	for (size_t i = 0; i < work->n && !r; i++)
		r = nc_rotator_open(rotation, work->workers[i].program, &work->workers[i].rotator,
				    work->run->diag);
	return r;
}

static void close_rotators(struct work *work)
{
	for (size_t i = 0; i < work->n; i++) {
		if (work->workers[i].rotator)
			nc_rotator_close(work->workers[i].rotator);
		work->workers[i].rotator = NULL;
	}
}

/* Lanes 0 and 1 are bare alone, and behind the rotator. */
static int report_lanes(struct work *work, const char *name, struct nc_bench_lane *lanes)
{
	double alone[NC_BENCH_ROUNDS], bare, cost[NC_BENCH_ROUNDS];
	int r = 0;

	memcpy(alone, lanes[0].ns, sizeof(alone));
	bare = nc_bench_spread(alone, NC_BENCH_ROUNDS).median;
	for (size_t i = 0; i < work->n && !r; i++) {
		struct worker *worker = &work->workers[i];
		struct nc_bench_spread spread;

		for (unsigned round = 0; round < NC_BENCH_ROUNDS; round++)
			cost[round] =
				lanes[i + 2].ns[round] - lanes[1].ns[round] + lanes[0].ns[round];
		spread = nc_bench_spread(cost, NC_BENCH_ROUNDS);
		worker->typical_ns = spread.median;
		r = nc_bench_report_add(work->run, name, worker->subject->name,
					nc_bench_rules_size(work->rules), "ns/packet", spread,
					NC_BENCH_ROUNDS, bare);
	}
	return r;
}

static int measure_rotated(struct work *work, const char *name, struct nc_rotator *bare)
{
	struct nc_bench_lane lanes[2 + sizeof(work->workers) / sizeof(*work->workers)] = {
		{.sample = sample_bare, .state = &work->bare, .least = LEAST_REPEAT},
		{.sample = sample_run, .state = bare, .least = LEAST_REPEAT},
	};
	int r;

	for (size_t i = 0; i < work->n; i++)
		lanes[i + 2] = (struct nc_bench_lane){.sample = sample_run,
						      .state = work->workers[i].rotator,
						      .least = LEAST_REPEAT};
	r = nc_bench_measure(lanes, work->n + 2, work->run->options->seconds);
	if (r < 0)
		return nc_diag_errno(work->run->diag, NULL, r, "cannot run a program on packets");
	return report_lanes(work, name, lanes);
}

static int measure_rotation(struct work *work, const char *name, const struct nc_rotation *rotation)
{
	_cleanup_(nc_rotator_closep) struct nc_rotator *bare = NULL;
	int r = open_rotators(work, rotation, &bare);

	r = r ?: measure_rotated(work, name, bare);
	close_rotators(work);
	return r;
}

/* --- all of it ---------------------------------------------------------------------------------------------- */

/* Whoever needs too long for a packet now is not asked about more rules. */
static int end_slow(struct work *work)
{
	int r = 0;

	for (unsigned i = 0; nc_bench_subjects[i] && !r; i++) {
		for (size_t j = 0; j < work->n; j++) {
			if (work->workers[j].subject != nc_bench_subjects[i] ||
			    work->workers[j].typical_ns < TOO_SLOW_NS || work->ended->subject[i])
				continue;
			work->ended->subject[i] = true;
			r = nc_bench_report_skip(work->run, work->name, nc_bench_subjects[i]->name,
						 nc_bench_rules_size(work->rules),
						 "more than a millisecond for a packet: not tried "
						 "with more rules");
		}
	}
	return r;
}

static int measure_draw(struct work *work, enum nc_bench_draw draw)
{
	_cleanup_(nc_bench_trace_free) struct nc_bench_trace trace = {};
	int r = nc_bench_trace_make(work->rules, draw, work->run->options->seed, NC_BENCH_PACKETS,
				    &trace);
	_cleanup_close_ int map =
		r ?: nc_trace_create(trace.packets.v, trace.packets.n, work->run->diag);
	struct nc_rotation rotation = {
		.trace = map, .n = trace.packets.n, .frame_bytes = trace.frame_bytes, .hold = 1};
	char name[48];

	if (map < 0)
		return map;
	snprintf(name, sizeof(name), "%s%s", work->name, draw == NC_DRAW_ANYWHERE ? "-random" : "");
	r = measure_rotation(work, name, &rotation);
	if (draw == NC_DRAW_ANYWHERE || r)
		return r;
	snprintf(name, sizeof(name), "%s-plain", work->name);
	rotation.hold = PLAIN_HOLD;
	return measure_rotation(work, name, &rotation);
}

int nc_bench_packets(struct nc_bench_run *run, const char *name, const struct nc_bench_rules *rules,
		     struct nc_bench_ended *ended)
{
	struct work work = {.run = run,
			    .name = name,
			    .rules = rules,
			    .ended = ended,
			    .bare = {.drop = -1, .pass = -1}};
	int r = load_all(&work);

	r = r ?: measure_draw(&work, NC_DRAW_RULES);
	r = r ?: measure_draw(&work, NC_DRAW_ANYWHERE);
	r = r ?: end_slow(&work);
	unload_all(&work);
	return r;
}
