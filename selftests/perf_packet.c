/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ns per packet by BPF_PROG_TEST_RUN: bare "return XDP_DROP", the root with an empty slot, and rulesets. All subjects in turn,
 * several rounds; medians, spread, and the ratio to bare. Run by "make perf"; no test depends on it.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nc_bench_bare.skel.h"
#include "filter.h"
#include "frame.h"
#include "kern/load.h"

#define ROUNDS 15
#define REPEAT 1000000

struct subject {
	const char *name;
	int prog;
	struct frame frame;
	unsigned ns[ROUNDS];
};

static struct subject subjects[16];
static size_t n_subjects;

static struct frame packet(const char *saddr, uint16_t dport)
{
	struct frame frame;

	frame_ether(&frame);
	frame_ip(&frame, saddr, "10.0.0.2", 0, 0);
	frame_tcp(&frame, 1000, dport, 2);
	frame_bytes(&frame, "......", 6);
	frame_finish(&frame);
	return frame;
}

static void add(const char *name, int prog, struct frame frame)
{
	subjects[n_subjects++] = (struct subject){.name = name, .prog = prog, .frame = frame};
}

static void add_ruleset(const char *name, const char *text, struct frame frame)
{
	struct filter *filter = filter_load(text);

	if (!filter)
		exit(1);
	add(name, nc_instance_prog_fd(filter->instance), frame);
}

#define CHAIN(policy, body)                                                                        \
	"chain c {\ntype filter hook ingress device \"lo\" priority 0; policy " policy ";\n" body  \
	"}\n}\n"

static const char one_address[] = "table netdev t {\n" CHAIN("accept", "ip saddr 10.0.0.66 drop\n");

static const char twenty[] =
	"table netdev t {\n"
	"set bad { type ipv4_addr; flags interval; elements = { 192.0.2.0/24, 198.51.100.0/24, "
	"203.0.113.7 }; }\n"
	"set bad6 { type ipv6_addr; flags interval; elements = { 2001:db8:bad::/48 }; }\n" CHAIN(
		"drop", "ether type arp accept\n"
			"ip saddr @bad counter drop\n"
			"ip6 saddr @bad6 counter drop\n"
			"ip saddr 127.0.0.0/8 drop\n"
			"ip6 saddr ::1 drop\n"
			"tcp flags & (syn|fin) == syn|fin counter drop\n"
			"tcp flags & (syn|rst) == syn|rst counter drop\n"
			"icmp type { echo-request, echo-reply, destination-unreachable, "
			"time-exceeded } accept\n"
			"icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert, "
			"echo-request } accept\n"
			"udp sport 67 udp dport 68 accept\n"
			"udp dport { 53, 123, 443 } counter accept\n"
			"ip saddr 10.1.0.0/16 tcp dport 22 counter accept\n"
			"ip6 saddr 2001:db8:1::/48 tcp dport 22 counter accept\n"
			"tcp dport 22 counter drop\n"
			"tcp dport { 25, 465, 587 } accept\n"
			"ip daddr 10.0.0.9 tcp dport 3306 drop\n"
			"tcp dport 6000-6063 drop\n"
			"udp dport 33434-33534 accept\n"
			"meta l4proto { esp, ah } accept\n"
			"tcp dport { 80, 443 } counter accept\n");

static char *thousand(void)
{
	char *text;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	fputs("table netdev t {\nset s { type ipv4_addr; elements = { 10.0.0.66", out);
	for (int i = 0; i < 999; i++)
		fprintf(out, ", 172.%d.%d.%d", 16 + i % 16, i * 7 % 256, i * 13 % 256);
	fputs(" }; }\n" CHAIN("accept", "ip saddr @s drop\n"), out);
	fclose(out);
	return text;
}

static int load_bare(void)
{
	struct nc_bench_bare *skel = nc_bench_bare__open_and_load();

	return skel ? bpf_program__fd(skel->progs.nc_bench_bare) : -1;
}

static int load_root(void)
{
	struct nc_root *root = NULL;
	struct nc_diag diag = {};
	int slots = nc_slots_create(NC_HOOK_INGRESS), stats = nc_stats_create();

	if (nc_root_open(NC_HOOK_INGRESS, slots, stats, 0, &root, &diag) < 0 ||
	    bpf_object__load(nc_root_object(root)) < 0)
		return -1;
	return bpf_program__fd(
		bpf_object__find_program_by_name(nc_root_object(root), NC_ROOT_INGRESS));
}

static unsigned measure(const struct subject *subject)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = subject->frame.byte,
		    .data_size_in = subject->frame.length, .repeat = REPEAT);

	return bpf_prog_test_run_opts(subject->prog, &opts) ? 0 : opts.duration;
}

static int compare(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return x < y ? -1 : x > y;
}

int main(void)
{
	if (!filter_possible()) {
		fprintf(stderr, "perf: needs root and a kernel with BPF\n");
		return 1;
	}
	add("bare XDP_DROP", load_bare(), packet("10.0.0.1", 80));
	add("root, empty slot", load_root(), packet("10.0.0.1", 80));
	add_ruleset("no rules, policy", "table netdev t {\n" CHAIN("drop", ""),
		    packet("10.0.0.1", 80));
	add_ruleset("one address, hit", one_address, packet("10.0.0.66", 80));
	add_ruleset("one address, miss", one_address, packet("10.0.0.1", 80));
	add_ruleset("1,000 addresses in a set, hit", thousand(), packet("10.0.0.66", 80));
	add_ruleset("1,000 addresses in a set, miss", thousand(), packet("10.0.0.1", 80));
	add_ruleset("twenty mixed rules, the last hits", twenty, packet("10.0.0.1", 80));
	add_ruleset("twenty mixed rules, none hits", twenty, packet("10.0.0.1", 81));
	if (getenv("ONLY")) {
		size_t i = 0;
		while (!strstr(subjects[i].name, getenv("ONLY")))
			i++;
		for (;;)
			measure(&subjects[i]);
	}
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < n_subjects; i++)
			subjects[i].ns[round] = measure(&subjects[i]);
	}
	printf("%-36s %6s %6s %6s %7s\n", "ns per packet", "median", "min", "max", "to bare");
	for (size_t i = 0; i < n_subjects; i++) {
		struct subject *subject = &subjects[i];

		qsort(subject->ns, ROUNDS, sizeof(*subject->ns), compare);
		printf("%-36s %6u %6u %6u %7.2f\n", subject->name, subject->ns[ROUNDS / 2],
		       subject->ns[0], subject->ns[ROUNDS - 1],
		       (double)subject->ns[ROUNDS / 2] / subjects[0].ns[ROUNDS / 2]);
	}
	return 0;
}
