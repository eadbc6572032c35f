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
#include <net/if.h>
#include <string.h>

#include "kern/rotate.h"
#include "space.h"
#include "subject.h"

#define WORKERS_MAX  16
#define LO_IFINDEX   1
#define TOO_SLOW_NS  1000000.0 /* a packet: no larger size is tried */
#define LEAST_REPEAT 64
#define PLAIN_HOLD   100

/* One subject at work on one rule set. */
struct worker {
	const struct nc_bench_subject *subject;
	struct nc_space space; /* if it is in one */
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
	struct nc_rotator *rotated_bare;
	struct worker workers[WORKERS_MAX];
	size_t n;
};

/* --- subjects --------------------------------------------------------------------------------------------- */

static int load_one(struct work *work, struct worker *worker, struct nc_diag *diag)
{
	const struct nc_bench_subject *subject = worker->subject;
	int r;

	if (!subject->in_space)
		return subject->load(work->rules, &worker->state, &worker->program, diag);
	r = nc_space_open(&worker->space, diag);
	r = r ?: nc_space_enter(&worker->space, diag);
	r = r ?: subject->load(work->rules, &worker->state, &worker->program, diag);
	nc_space_leave();
	if (r < 0)
		nc_space_close(&worker->space);
	return r;
}

static int put_to_work(struct work *work, const struct nc_bench_subject *subject, bool *ret_ended)
{
	struct worker *worker = &work->workers[work->n];
	_cleanup_(nc_diag_free) struct nc_diag diag = {};
	int r;

	*worker = (struct worker){.subject = subject, .space = {-1}, .program = -1};
	r = load_one(work, worker, &diag);
	if (r == 0) {
		work->n++;
		return 0;
	}
	*ret_ended = true;
	return nc_bench_report_failure(work->run, work->name, subject->name,
				       nc_bench_rules_size(work->rules), &diag, r);
}

static int load_all(struct work *work)
{
	int r = nc_bare_open(&work->bare, work->run->diag);

	for (unsigned i = 0; nc_bench_subjects[i] && !r; i++) {
		const struct nc_bench_subject *subject = nc_bench_subjects[i];

		if (work->ended->subject[i] || (subject->can && !subject->can(work->rules)) ||
		    !nc_bench_wants(work->run, work->name, subject))
			continue;
		r = put_to_work(work, subject, &work->ended->subject[i]);
	}
	return r;
}

static void unload_one(struct worker *worker)
{
	struct nc_diag diag = {};

	if (worker->subject->in_space && nc_space_enter(&worker->space, &diag) < 0) {
		nc_diag_free(&diag);
		return;
	}
	if (worker->subject->unload)
		worker->subject->unload(worker->state, worker->program);
	nc_space_leave();
	nc_space_close(&worker->space);
}

static void unload_all(struct work *work)
{
	for (size_t i = 0; i < work->n; i++)
		unload_one(&work->workers[i]);
	nc_bare_close(&work->bare);
}

/* --- behind a rotator --------------------------------------------------------------------------------------- */

static int sample_run(void *state, uint32_t repeat, uint64_t *ret_ns)
{
	return nc_rotator_run(state, repeat, ret_ns);
}

static int sample_alone(void *state, uint32_t repeat, uint64_t *ret_ns)
{
	const struct nc_bare *bare = state;

	return nc_bench_run_alone(bare->drop, NC_BENCH_FRAME_IP, repeat, ret_ns);
}

/* Frames that come in at the device of the worker's space. */
static int sample_stack(void *state, uint32_t repeat, uint64_t *ret_ns)
{
	const struct worker *worker = state;
	struct nc_diag diag = {};
	int r = nc_space_enter(&worker->space, &diag);

	nc_diag_free(&diag);
	r = r ?: nc_rotator_send(worker->rotator, if_nametoindex(NC_SPACE_DEVICE), repeat, ret_ns);
	nc_space_leave();
	return r;
}

/* Live frames that go nowhere. */
static int sample_dropped(void *state, uint32_t repeat, uint64_t *ret_ns)
{
	return nc_rotator_send(state, LO_IFINDEX, repeat, ret_ns);
}

static bool is_by_stack(const struct worker *worker)
{
	return worker->subject->way == NC_BENCH_BY_STACK;
}

static int open_rotators(struct work *work, struct nc_rotation rotation)
{
	int r = nc_rotator_open(&rotation, work->bare.drop, &work->rotated_bare, work->run->diag);

	for (size_t i = 0; i < work->n && !r; i++) {
		struct worker *worker = &work->workers[i];

		rotation.action = is_by_stack(worker) ? NC_ROTATOR_PASS : NC_ROTATOR_DROP;
		r = nc_rotator_open(&rotation, worker->program, &worker->rotator, work->run->diag);
	}
	return r;
}

static void close_rotator(struct nc_rotator **rotator)
{
	if (*rotator)
		nc_rotator_close(*rotator);
	*rotator = NULL;
}

static void close_rotators(struct work *work)
{
	close_rotator(&work->rotated_bare);
	for (size_t i = 0; i < work->n; i++)
		close_rotator(&work->workers[i].rotator);
}

/* What everything is compared with; the workers' lanes follow. */
enum { LANE_ALONE, LANE_ROTATED, LANE_DROPPED, LANE_FIRST };

struct lanes {
	struct nc_bench_lane lane[LANE_FIRST + WORKERS_MAX];
};

static int report_lanes(struct work *work, const char *name, struct nc_bench_lane *lanes)
{
	double alone[NC_BENCH_ROUNDS], bare, cost[NC_BENCH_ROUNDS];
	int r = 0;

	memcpy(alone, lanes[LANE_ALONE].ns, sizeof(alone));
	bare = nc_bench_spread(alone, NC_BENCH_ROUNDS).median;
	for (size_t i = 0; i < work->n && !r; i++) {
		struct worker *worker = &work->workers[i];
		const double *own = lanes[LANE_FIRST + i].ns;
		const double *base = lanes[is_by_stack(worker) ? LANE_DROPPED : LANE_ROTATED].ns;
		struct nc_bench_spread spread;

		for (unsigned round = 0; round < NC_BENCH_ROUNDS; round++)
			cost[round] = own[round] - base[round] + lanes[LANE_ALONE].ns[round];
		spread = nc_bench_spread(cost, NC_BENCH_ROUNDS);
		worker->typical_ns = spread.median;
		r = nc_bench_report_add(work->run, name, worker->subject->name,
					nc_bench_rules_size(work->rules), "ns/packet", spread,
					NC_BENCH_ROUNDS, bare);
	}
	return r;
}

static int measure_rotated(struct work *work, const char *name)
{
	struct lanes lanes = {{
		[LANE_ALONE] = {.sample = sample_alone, .state = &work->bare},
		[LANE_ROTATED] = {.sample = sample_run, .state = work->rotated_bare},
		[LANE_DROPPED] = {.sample = sample_dropped, .state = work->rotated_bare},
	}};
	int r;

	for (size_t i = 0; i < work->n; i++) {
		struct worker *worker = &work->workers[i];
		struct nc_bench_lane *lane = &lanes.lane[LANE_FIRST + i];

		lane->sample = is_by_stack(worker) ? sample_stack : sample_run;
		lane->state = is_by_stack(worker) ? (void *)worker : worker->rotator;
	}
	for (size_t i = 0; i < LANE_FIRST + work->n; i++)
		lanes.lane[i].least = LEAST_REPEAT;
	r = nc_bench_measure(lanes.lane, LANE_FIRST + work->n, work->run->options->seconds);
	if (r < 0)
		return nc_diag_errno(work->run->diag, NULL, r, "cannot run a program on packets");
	return report_lanes(work, name, lanes.lane);
}

static int measure_rotation(struct work *work, const char *name, const struct nc_rotation *rotation)
{
	int r = open_rotators(work, *rotation);

	r = r ?: measure_rotated(work, name);
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
