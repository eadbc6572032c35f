/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a flow feels of changes: echo requests, one a millisecond, to a host behind the filter; first while nothing changes, then
 * while the whole ruleset is loaded anew without a pause. Loss is a figure of its own.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <time.h>

#include "list.h"
#include "measure.h"
#include "ping.h"
#include "space.h"
#include "spawn.h"
#include "subject.h"
#include "util/progress.h"

#define LIMIT_SECONDS 60
#define CLIENT	      "10.255.0.1"
#define SERVER	      "10.255.0.2"

/* Between client and server: one more veth pair, the server's end is the device that is filtered. */
struct road {
	struct nc_space client, server;
};

static int connect_ends(const struct road *road, struct nc_diag *diag)
{
	char script[512];
	int r = nc_space_enter(&road->server, diag);

	snprintf(script, sizeof(script),
		 "ip link set " NC_SPACE_SENDER " netns /proc/%d/fd/%d name c0\n"
		 "ip address add " SERVER "/24 dev " NC_SPACE_DEVICE "\n",
		 getpid(), road->client.netns);
	r = r ?: nc_spawn_shell(script, diag);
	r = r ?: nc_space_enter(&road->client, diag);
	r = r ?: nc_spawn_shell("ip address add " CLIENT "/24 dev c0; ip link set c0 up", diag);
	nc_space_leave();
	return r;
}

static int build_road(struct road *ret, struct nc_diag *diag)
{
	int r = nc_space_open(&ret->client, diag);

	r = r ?: nc_space_open(&ret->server, diag);
	return r ?: connect_ends(ret, diag);
}

static void close_road(struct road *road)
{
	nc_space_close(&road->client);
	nc_space_close(&road->server);
}

/* --- figures ---------------------------------------------------------------------------------------------- */

struct flow {
	struct nc_bench_run *run;
	const char *subject;
	uint32_t size;
};

static int report_one(const struct flow *flow, const char *name, const char *what, double value,
		      const char *unit, size_t runs)
{
	const struct nc_bench_spread spread = {value, value, value};
	char text[48];

	snprintf(text, sizeof(text), "%s-%s", name, what);
	return nc_bench_report_add(flow->run, text, flow->subject, flow->size, unit, spread, runs,
				   0);
}

static int report(const struct flow *flow, const char *name, double *us, size_t n, size_t lost)
{
	int r = report_one(flow, name, "lost", lost, "packets", n + lost);

	if (!n || r)
		return r;
	r = nc_bench_report_add(flow->run, name, flow->subject, flow->size, "us",
				nc_bench_spread(us, n), n, 0);
	return r ?: report_one(flow, name, "p99", us[n * 99 / 100], "us", n); /* sorted now */
}

static double elapsed(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - since->tv_sec + (now.tv_nsec - since->tv_nsec) / 1e9;
}

/* argv NULL: nothing changes. The calling process is in the server's namespace. */
static int change_for(double seconds, const char *const argv[], const struct nc_input *input,
		      struct nc_diag *diag)
{
	struct timespec begin,
		all = {.tv_sec = seconds, .tv_nsec = (seconds - (long)seconds) * 1e9};
	int r = 0;

	if (!argv) {
		nanosleep(&all, NULL);
		return 0;
	}
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do
		r = nc_spawn(argv, input, LIMIT_SECONDS, diag);
	while (!r && elapsed(&begin) < seconds);
	return r;
}

static int measure(const struct flow *flow, const struct road *road, const char *name,
		   const char *const argv[], const struct nc_input *input, struct nc_diag *diag)
{
	_cleanup_free_ double *us = NULL;
	struct nc_ping *ping = NULL;
	size_t n, lost;
	int r = nc_space_enter(&road->client, diag);

	r = r ?: nc_ping_begin(inet_addr(SERVER), &ping, diag);
	r = r ?: nc_space_enter(&road->server, diag);
	r = r ?: change_for(flow->run->options->seconds * 4, argv, input, diag);
	nc_space_leave();
	if (!ping)
		return r;
	nc_ping_end(ping, &us, &n, &lost);
	return r ?: report(flow, name, us, n, lost);
}

static int load_first(const struct road *road, const char *const argv[],
		      const struct nc_input *input, struct nc_diag *diag)
{
	int r = nc_space_enter(&road->server, diag);

	r = r ?: nc_spawn(argv, input, LIMIT_SECONDS, diag);
	nc_space_leave();
	return r;
}

static int measure_subject(const struct flow *flow, const char *const argv[],
			   const struct nc_input *input, struct nc_diag *diag)
{
	struct road road = {{-1}, {-1}};
	int r = build_road(&road, diag);

	r = r ?: load_first(&road, argv, input, diag);
	r = r ?: measure(flow, &road, "latency-quiet", NULL, NULL, diag);
	r = r ?: measure(flow, &road, "latency-updates", argv, input, diag);
	close_road(&road);
	return r;
}

static int make_input(const struct nc_bench_rules *rules, struct nc_input *ret)
{
	FILE *out = nc_input_open(ret);

	if (!out)
		return -ENOMEM;
	fputs("flush ruleset\n", out);
	nc_bench_write_nft(rules, NC_SPACE_DEVICE, out);
	return fclose(out) == EOF ? -ENOMEM : 0;
}

static int run_size(struct nc_bench_run *run, uint32_t size)
{
	static const char *const netctl[] = {NC_SELF, "-f", "-", NULL};
	static const char *const nft[] = {"nft", "-f", "-", NULL};
	_cleanup_(nc_bench_rules_free) struct nc_bench_rules rules = {};
	_cleanup_(nc_input_close) struct nc_input input = {-1};
	int r = nc_bench_rules_make(nc_bench_profiles[0], false, size, run->options->seed, &rules);

	rules.first = "\t\tether type arp accept\n\t\ticmp type echo-request accept\n";
	r = r ?: make_input(&rules, &input);
	for (int i = 0; i < 2 && !r; i++) {
		const struct nc_bench_subject *subject = i ? &nc_subject_nft : &nc_subject_netctl;
		const struct flow flow = {run, subject->name, size};
		_cleanup_(nc_diag_free) struct nc_diag diag = {};
		int error;

		if (!nc_bench_wants(run, "latency", subject))
			continue;
		error = measure_subject(&flow, i ? nft : netctl, &input, &diag);
		if (error < 0)
			r = nc_bench_report_failure(run, "latency", subject->name, size, &diag,
						    error);
	}
	return r;
}

static int run_latency(struct nc_bench_run *run)
{
	static const uint32_t defaults[] = {1000, 10000};
	const uint32_t *sizes = run->options->n_sizes ? run->options->sizes : defaults;
	unsigned n = run->options->n_sizes ?: sizeof(defaults) / sizeof(*defaults);
	int r = 0;

	for (unsigned i = 0; i < n && !r; i++) {
		nc_progress("latency", i, n);
		r = run_size(run, sizes[i]);
	}
	return r;
}

const struct nc_bench nc_bench_latency = {
	.name = "latency",
	.about = "round trips through the filter while the ruleset is loaded anew, and loss",
	.run = run_latency,
};
