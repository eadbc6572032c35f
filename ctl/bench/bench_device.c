/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between two hosts: "send" on one, on the interface of the cable, and "receive" on the other, with whatever filter is there. The
 * only benchmarks outside of namespaces of our own, and only on the interface that was named.
 */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "device.h"
#include "kern/rotate.h"
#include "list.h"
#include "measure.h"
#include "trace.h"

#define AT_ONCE	     4096
#define DISCARD_PORT 9 /* RFC 863 */

int nc_bench_make_port(struct nc_bench_rules *ret)
{
	const struct nc_bench_rule rule = {.sport = {0, 65535},
					   .dport = {DISCARD_PORT, DISCARD_PORT},
					   .protocol = IPPROTO_UDP};

	*ret = (struct nc_bench_rules){};
	return nc_vec_push(&ret->list, rule);
}

uint64_t nc_bench_received(const char *device)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/thread-self/net/dev", "re");
	unsigned long long packets;
	char line[512], name[IFNAMSIZ];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %15[^:]: %*u %llu", name, &packets) == 2 &&
		    strcmp(name, device) == 0)
			return packets;
	}
	return 0;
}

static int find_device(const struct nc_bench_run *run, const char *benchmark, int *ret_ifindex)
{
	const char *device = run->options->device;

	if (!device)
		return nc_diag_error(run->diag, NULL, "'%s' needs an interface: --device NAME",
				     benchmark);
	*ret_ifindex = if_nametoindex(device);
	if (*ret_ifindex)
		return 0;
	return nc_diag_errno(run->diag, NULL, -errno, "there is no interface %s", device);
}

static double now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* A round of each: packets a second. */
typedef int round_fn(struct nc_bench_run *run, void *state, double seconds, double *ret);

static int run_rounds(struct nc_bench_run *run, const char *name, round_fn *round, void *state)
{
	const double seconds = run->options->seconds / NC_BENCH_ROUNDS;
	double rate[NC_BENCH_ROUNDS];
	int r = 0;

	for (unsigned i = 0; i < NC_BENCH_ROUNDS && !r; i++)
		r = round(run, state, seconds, &rate[i]);
	return r
		       ?: nc_bench_report_add(run, name, run->options->device, 0, "packets/s",
					      nc_bench_spread(rate, NC_BENCH_ROUNDS),
					      NC_BENCH_ROUNDS, 0);
}

/* --- send ------------------------------------------------------------------------------------------------- */

static int send_round(struct nc_bench_run *run, void *state, double seconds, double *ret)
{
	const int ifindex = if_nametoindex(run->options->device);
	const double begin = now();
	uint64_t sent = 0, cpu_ns;
	int r = 0;

	while (!r && now() - begin < seconds) {
		r = nc_rotator_send(state, ifindex, AT_ONCE, &cpu_ns);
		sent += AT_ONCE;
	}
	*ret = sent / (now() - begin);
	return r < 0 ? nc_diag_errno(run->diag, NULL, r, "cannot send frames from %s",
				     run->options->device)
		     : 0;
}

static int send_trace(struct nc_bench_run *run, const struct nc_bench_trace *trace)
{
	_cleanup_(nc_rotator_closep) struct nc_rotator *rotator = NULL;
	_cleanup_close_ int map = nc_trace_create(trace->packets.v, trace->packets.n, run->diag);
	const struct nc_rotation rotation = {.trace = map,
					     .n = trace->packets.n,
					     .frame_bytes = trace->frame_bytes,
					     .hold = 1,
					     .action = NC_ROTATOR_BOUNCE};
	int r = map < 0 ? map : nc_rotator_open(&rotation, -1, &rotator, run->diag);

	return r ?: run_rounds(run, "send", send_round, rotator);
}

static int run_send(struct nc_bench_run *run)
{
	_cleanup_(nc_bench_rules_free) struct nc_bench_rules rules = {};
	_cleanup_(nc_bench_trace_free) struct nc_bench_trace trace = {};
	int ifindex, r = find_device(run, "send", &ifindex);

	r = r ?: nc_bench_make_port(&rules);
	r = r
		    ?: nc_bench_trace_make(&rules, NC_DRAW_RULES, run->options->seed,
					   NC_BENCH_PACKETS, &trace);
	return r ?: send_trace(run, &trace);
}

/* --- receive ---------------------------------------------------------------------------------------------- */

static int receive_round(struct nc_bench_run *run, void *state, double seconds, double *ret)
{
	const struct timespec pause = {.tv_sec = seconds,
				       .tv_nsec = (seconds - (long)seconds) * 1e9};
	const uint64_t before = nc_bench_received(run->options->device);
	const double begin = now();

	(void)state;
	nanosleep(&pause, NULL);
	*ret = (nc_bench_received(run->options->device) - before) / (now() - begin);
	return 0;
}

static int run_receive(struct nc_bench_run *run)
{
	int ifindex, r = find_device(run, "receive", &ifindex);

	return r ?: run_rounds(run, "receive", receive_round, NULL);
}

const struct nc_bench nc_bench_send = {
	.name = "send",
	.about = "packets per second sent from an interface (--device), for another host",
	.only_named = true,
	.run = run_send,
};

const struct nc_bench nc_bench_receive = {
	.name = "receive",
	.about = "packets per second received at an interface (--device), by its own counters",
	.only_named = true,
	.run = run_receive,
};
