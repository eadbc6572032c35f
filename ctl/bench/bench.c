/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of benchmarks and peers, and one run of those that were asked for. */
#include "bench.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "list.h"
#include "subject.h"

const struct nc_bench *const nc_benches[] = {
	&nc_bench_classify, &nc_bench_set,     &nc_bench_classbench,
	&nc_bench_rate,	    &nc_bench_update,  &nc_bench_latency,
	&nc_bench_send,	    &nc_bench_receive, NULL};

const struct nc_bench_subject *const nc_bench_subjects[] = {
	&nc_subject_bare,     &nc_subject_netctl,     &nc_subject_nft,
	&nc_subject_iptables, &nc_subject_xdp_filter, NULL};

const char *nc_bench_subject_name(const struct nc_bench_subject *subject)
{
	return subject->name;
}

const char *nc_bench_subject_about(const struct nc_bench_subject *subject)
{
	return subject->about;
}

bool nc_bench_subject_check(const struct nc_bench_subject *subject, char *reason, size_t size)
{
	return !subject->check || subject->check(reason, size);
}

/* "model name : …" of /proc/cpuinfo */
static void read_cpu(char *ret, size_t size)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256];

	snprintf(ret, size, "unknown");
	while (file && fgets(line, sizeof(line), file)) {
		char *value = strchr(line, ':');

		if (strncmp(line, "model name", 10) != 0 || !value)
			continue;
		value += 1 + strspn(value + 1, " \t");
		value[strcspn(value, "\n")] = '\0';
		snprintf(ret, size, "%s", value);
		return;
	}
}

static void describe_host(struct nc_bench_report *report)
{
	struct utsname name;

	if (uname(&name) == 0)
		snprintf(report->kernel, sizeof(report->kernel), "%s", name.release);
	read_cpu(report->cpu, sizeof(report->cpu));
	report->cores = sysconf(_SC_NPROCESSORS_ONLN);
}

static bool is_named(const struct nc_bench_options *options, const struct nc_bench *bench)
{
	for (unsigned i = 0; i < options->n_names; i++) {
		if (strcmp(options->names[i], bench->name) == 0)
			return true;
	}
	return !options->n_names && !bench->only_named;
}

int nc_bench(const struct nc_bench_options *options, struct nc_bench_report *ret,
	     struct nc_diag *diag)
{
	struct nc_bench_run run = {.options = options, .report = ret, .diag = diag};
	int r = 0;

	describe_host(ret);
	for (unsigned i = 0; nc_benches[i] && !r; i++) {
		if (is_named(options, nc_benches[i]))
			r = nc_benches[i]->run(&run);
	}
	return r;
}

void nc_bench_report_free(struct nc_bench_report *report)
{
	nc_vec_foreach (skip, &report->skips)
		free(skip->reason);
	nc_vec_free(&report->skips);
	nc_vec_free(&report->results);
}
