/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets per second through a veth pair: live frames go in at one end as fast as they can, and what is measured is at the other.
 * Sender, receiver and filter share a core; a packet that found no room in the veth's ring does not count.
 */
#include <errno.h>
#include <net/if.h>
#include <time.h>

#include "device.h"
#include "kern/foreign.h"
#include "kern/rotate.h"
#include "list.h"
#include "measure.h"
#include "space.h"
#include "spawn.h"
#include "subject.h"
#include "trace.h"
#include "util/progress.h"

#define LEAST_REPEAT 4096
#define SETTLE_NS    2000000
#define LOAD_SECONDS 60
#define VARIANTS_MAX 16

/* One filter in one place. */
struct variant {
	const char *name;
	const struct nc_bench_subject *subject;
	bool pass; /* the packets are let through, to a stack that is not meant */
	/* netctl: how it is attached, and what else its ruleset has */
	const char *attach, *extra;
};

#define TC_RULE                                                                                    \
	"table netdev bench { chain in { meta mark 0x7fffffff drop; }; }\n" /* needs an sk_buff */

static const struct variant variants[] = {
	{"rate-drop", &nc_subject_bare, false, NULL, ""},
	{"rate-drop", &nc_subject_xdp_filter, false, NULL, ""},
	{"rate-drop", &nc_subject_netctl, false, "native", ""},
	{"rate-drop-generic", &nc_subject_netctl, false, "generic", ""},
	{"rate-drop-tc", &nc_subject_netctl, false, NULL, TC_RULE},
	{"rate-drop", &nc_subject_nft, false, NULL, ""},
	{"rate-drop", &nc_subject_iptables, false, NULL, ""},
	{"rate-pass", &nc_subject_bare, true, NULL, ""},
	{"rate-pass", &nc_subject_netctl, true, "native", ""},
	{"rate-pass-generic", &nc_subject_netctl, true, "generic", ""},
};

/* A variant at work in a space of its own. */
struct course {
	const struct variant *variant;
	struct nc_space space;
	struct nc_rotator *rotator;
	void *state;
	int program;
	bool loaded;
};

struct work {
	struct nc_bench_run *run;
	struct nc_bench_rules rules; /* lists are the caller's */
	struct nc_bare bare;
	struct course courses[VARIANTS_MAX];
	size_t n;
};

/* --- loading ---------------------------------------------------------------------------------------------- */

static int load_netctl(const struct variant *variant, const struct nc_bench_rules *rules,
		       struct nc_diag *diag)
{
	const char *const file[] = {NC_SELF, "-f", "-", NULL};
	const char *const attach[] = {NC_SELF, "attach",	NC_SPACE_DEVICE,
				      "mode",  variant->attach, NULL};
	_cleanup_(nc_input_close) struct nc_input input = {-1};
	FILE *out = nc_input_open(&input);
	int r;

	if (!out)
		return -ENOMEM;
	nc_bench_write_nft(rules, NC_SPACE_DEVICE, out);
	fputs(variant->extra, out);
	if (fclose(out) == EOF)
		return -ENOMEM;
	r = variant->attach ? nc_spawn(attach, NULL, LOAD_SECONDS, diag) : 0;
	return r ?: nc_spawn(file, &input, LOAD_SECONDS, diag);
}

static int load_in_space(struct work *work, struct course *course, struct nc_diag *diag)
{
	const struct variant *variant = course->variant;
	struct nc_bench_rules rules = work->rules;
	int r = 0;

	rules.all_drop = !variant->pass;
	if (variant->pass) /* to a stack that sees at once that they are another host's */
		r = nc_spawn_shell("ip link set " NC_SPACE_DEVICE " address 02:00:00:00:00:03",
				   diag);
	if (r < 0)
		return r;
	if (variant->subject == &nc_subject_netctl)
		return load_netctl(variant, &rules, diag);
	if (variant->subject == &nc_subject_bare)
		return nc_foreign_attach(NC_SPACE_DEVICE,
					 variant->pass ? work->bare.pass : work->bare.drop);
	return variant->subject->load(&rules, &course->state, &course->program, diag);
}

static int load(struct work *work, struct course *course, struct nc_diag *diag)
{
	int r = nc_space_open(&course->space, diag);

	r = r ?: nc_space_enter(&course->space, diag);
	r = r ?: load_in_space(work, course, diag);
	nc_space_leave();
	course->loaded = r == 0;
	return r;
}

static void unload(struct course *course)
{
	const struct nc_bench_subject *subject = course->variant->subject;
	struct nc_diag diag = {};

	if (course->rotator)
		nc_rotator_close(course->rotator);
	if (course->loaded && subject->in_space && subject->unload &&
	    nc_space_enter(&course->space, &diag) == 0)
		subject->unload(course->state, course->program);
	nc_space_leave();
	nc_space_close(&course->space);
	nc_diag_free(&diag);
}

static bool can(const struct variant *variant, const struct nc_bench_rules *rules)
{
	struct nc_bench_rules asked = *rules;

	asked.all_drop = !variant->pass;
	return !variant->subject->can || variant->subject->can(&asked);
}

static int load_all(struct work *work)
{
	int r = nc_bare_open(&work->bare, work->run->diag);

	for (size_t i = 0; i < sizeof(variants) / sizeof(*variants) && !r; i++) {
		struct course *course = &work->courses[work->n];
		_cleanup_(nc_diag_free) struct nc_diag diag = {};

		if (!can(&variants[i], &work->rules) ||
		    !nc_bench_wants(work->run, variants[i].name, variants[i].subject))
			continue;
		*course = (struct course){.variant = &variants[i], .space = {-1}, .program = -1};
		r = load(work, course, &diag);
		if (r == 0) {
			work->n++;
			continue;
		}
		r = nc_bench_report_failure(work->run, variants[i].name, variants[i].subject->name,
					    nc_bench_rules_size(&work->rules), &diag, r);
		unload(course);
	}
	return r;
}

/* --- sending ---------------------------------------------------------------------------------------------- */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

/* The count, once it stands still: a NAPI poll may still be going on. */
static uint64_t settled(const char *device)
{
	const struct timespec pause = {.tv_nsec = SETTLE_NS};
	uint64_t before, count = nc_bench_received(device);

	do {
		before = count;
		nanosleep(&pause, NULL);
		count = nc_bench_received(device);
	} while (count != before);
	return count;
}

/* As if those that were lost had not been sent. */
static int send_frames(const struct nc_rotator *rotator, uint32_t repeat, uint64_t *ret_ns)
{
	uint64_t before = nc_bench_received(NC_SPACE_DEVICE), begin = now_ns(), end, cpu_ns, count;
	int r = nc_rotator_send(rotator, if_nametoindex(NC_SPACE_SENDER), repeat, &cpu_ns);

	end = now_ns();
	count = settled(NC_SPACE_DEVICE) - before;
	if (r == 0 && !count)
		r = -EIO;
	if (r == 0)
		*ret_ns = (end - begin) * (double)repeat / count;
	return r;
}

static int sample(void *state, uint32_t repeat, uint64_t *ret_ns)
{
	const struct course *course = state;
	struct nc_diag diag = {};
	int r = nc_space_enter(&course->space, &diag);

	nc_diag_free(&diag);
	r = r ?: send_frames(course->rotator, repeat, ret_ns);
	nc_space_leave();
	return r;
}

/* --- figures ---------------------------------------------------------------------------------------------- */

static int report_course(struct work *work, const struct course *course, struct nc_bench_lane *lane,
			 double *bare)
{
	struct nc_bench_spread spread;

	for (unsigned round = 0; round < NC_BENCH_ROUNDS; round++)
		lane->ns[round] = 1e9 / lane->ns[round];
	spread = nc_bench_spread(lane->ns, NC_BENCH_ROUNDS);
	if (course->variant->subject == &nc_subject_bare)
		*bare = spread.median;
	return nc_bench_report_add(work->run, course->variant->name, course->variant->subject->name,
				   nc_bench_rules_size(&work->rules), "packets/s", spread,
				   NC_BENCH_ROUNDS, *bare);
}

static int measure(struct work *work, const struct nc_bench_trace *trace)
{
	_cleanup_close_ int map =
		nc_trace_create(trace->packets.v, trace->packets.n, work->run->diag);
	const struct nc_rotation rotation = {.trace = map,
					     .n = trace->packets.n,
					     .frame_bytes = trace->frame_bytes,
					     .hold = 1,
					     .action = NC_ROTATOR_BOUNCE};
	struct nc_bench_lane lanes[VARIANTS_MAX] = {};
	double bare = 0;
	int r = map < 0 ? map : 0;

	for (size_t i = 0; i < work->n && !r; i++) {
		r = nc_rotator_open(&rotation, -1, &work->courses[i].rotator, work->run->diag);
		lanes[i] = (struct nc_bench_lane){
			.sample = sample, .state = &work->courses[i], .least = LEAST_REPEAT};
	}
	if (r < 0)
		return r;
	r = nc_bench_measure(lanes, work->n, work->run->options->seconds);
	if (r < 0)
		return nc_diag_errno(work->run->diag, NULL, r,
				     "no frames come through a veth pair");
	for (size_t i = 0; i < work->n && !r; i++)
		r = report_course(work, &work->courses[i], &lanes[i], &bare);
	return r;
}

static int run_rules(struct nc_bench_run *run, const struct nc_bench_rules *rules)
{
	_cleanup_(nc_bench_trace_free) struct nc_bench_trace trace = {};
	struct work work = {.run = run, .rules = *rules, .bare = {-1, -1}};
	int r = nc_bench_trace_make(rules, NC_DRAW_RULES, run->options->seed, NC_BENCH_PACKETS,
				    &trace);

	r = r ?: load_all(&work);
	r = r ?: measure(&work, &trace);
	for (size_t i = 0; i < work.n; i++)
		unload(&work.courses[i]);
	nc_bare_close(&work.bare);
	return r;
}

/* --- sizes ------------------------------------------------------------------------------------------------ */

static int run_rate(struct nc_bench_run *run)
{
	static const uint32_t defaults[] = {1, 1000};
	const uint32_t *sizes = run->options->n_sizes ? run->options->sizes : defaults;
	unsigned n = run->options->n_sizes ?: sizeof(defaults) / sizeof(*defaults);
	int r = 0;

	for (unsigned i = 0; i < n && !r; i++) {
		_cleanup_(nc_bench_rules_free) struct nc_bench_rules rules = {};

		nc_progress("packet rates", i, n);
		r = sizes[i] == 1 ? nc_bench_make_port(&rules)
				  : nc_bench_rules_make(nc_bench_profiles[0], false, sizes[i],
							run->options->seed, &rules);
		r = r ?: run_rules(run, &rules);
	}
	return r;
}

const struct nc_bench nc_bench_rate = {
	.name = "rate",
	.about = "packets per second through a veth pair, dropped and passed, at XDP and tc",
	.run = run_rate,
};
