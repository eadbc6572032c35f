/* SPDX-License-Identifier: GPL-2.0-only */
/* Rounds, medians, and the report. */
#include "measure.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "subject.h"

#define MS	    1000000.0
#define MOST_REPEAT 100000000
#define GROWTH	    16

static int sample_once(struct nc_bench_lane *lane, uint32_t repeat, double *ret_ns)
{
	uint64_t ns;
	int r = lane->sample(lane->state, repeat, &ns);

	if (r == 0)
		*ret_ns = (double)ns / repeat;
	return r;
}

static uint32_t repeat_for(const struct nc_bench_lane *lane, double slice_ns, double each_ns)
{
	const uint32_t least = lane->least ?: 1;

	if (each_ns * MOST_REPEAT <= slice_ns)
		return MOST_REPEAT;
	return each_ns * least >= slice_ns ? least : slice_ns / each_ns;
}

/*
 * Repetitions that take about so long. What a run costs once weighs heavily on the first, short ones, so it goes on until two
 * agree; that warms caches and predictors, too.
 */
static int calibrate(struct nc_bench_lane *lane, double slice_ns, uint32_t *ret)
{
	uint32_t repeat = lane->least ?: 1, wanted;
	double each = 0;
	int r;

	for (;;) {
		r = sample_once(lane, repeat, &each);
		if (r < 0)
			return r;
		wanted = repeat_for(lane, slice_ns, each);
		if (wanted / 2 <= repeat)
			break;
		repeat = wanted / GROWTH < repeat ? wanted : repeat * GROWTH;
	}
	*ret = wanted;
	return 0;
}

int nc_bench_measure(struct nc_bench_lane *lanes, size_t n, double seconds)
{
	const double slice_ns = seconds * 1000 * MS / NC_BENCH_ROUNDS;
	_cleanup_free_ uint32_t *repeat = calloc(n + 1, sizeof(*repeat));
	int r = repeat ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && !r; i++)
		r = calibrate(&lanes[i], slice_ns, &repeat[i]);
	for (unsigned round = 0; round < NC_BENCH_ROUNDS; round++) {
		for (size_t i = 0; i < n && !r; i++)
			r = sample_once(&lanes[i], repeat[i], &lanes[i].ns[round]);
	}
	return r;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

struct nc_bench_spread nc_bench_spread(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare);
	return (struct nc_bench_spread){
		.median = n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2,
		.min = values[0],
		.max = values[n - 1],
	};
}

/* --- report ----------------------------------------------------------------------------------------------- */

int nc_bench_report_add(struct nc_bench_run *run, const char *name, const char *subject,
			uint32_t rules, const char *unit, struct nc_bench_spread spread,
			unsigned runs, double bare)
{
	struct nc_bench_result result = {
		.subject = subject,
		.rules = rules,
		.unit = unit,
		.median = spread.median,
		.min = spread.min,
		.max = spread.max,
		.runs = runs,
		.ratio_to_bare = bare > 0 ? spread.median / bare : 0,
	};

	snprintf(result.name, sizeof(result.name), "%s", name);
	return nc_vec_push(&run->report->results, result);
}

static int add_skip(struct nc_bench_run *run, const char *name, const char *subject, uint32_t rules,
		    char *reason)
{
	struct nc_bench_skip skip = {.subject = subject, .rules = rules, .reason = reason};
	int r;

	snprintf(skip.name, sizeof(skip.name), "%s", name);
	r = reason ? nc_vec_push(&run->report->skips, skip) : -ENOMEM;
	if (r < 0)
		free(reason);
	return r;
}

int nc_bench_report_skip(struct nc_bench_run *run, const char *name, const char *subject,
			 uint32_t rules, const char *fmt, ...)
{
	char *reason = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&reason, fmt, args) < 0)
		reason = NULL;
	va_end(args);
	return add_skip(run, name, subject, rules, reason);
}

int nc_bench_report_failure(struct nc_bench_run *run, const char *name, const char *subject,
			    uint32_t rules, struct nc_diag *diag, int error)
{
	const char *said = NULL;
	int r;

	nc_vec_foreach (message, &diag->messages) {
		if (message->severity == NC_SEVERITY_ERROR && !said)
			said = message->text;
	}
	r = add_skip(run, name, subject, rules, strdup(said ?: strerror(-error)));
	nc_diag_free(diag);
	*diag = (struct nc_diag){};
	return r;
}

static bool is_asked(const struct nc_bench_options *options, const char *subject)
{
	if (!options->against)
		return true;
	for (unsigned i = 0; i < options->n_against; i++) {
		if (strcmp(options->against[i], subject) == 0)
			return true;
	}
	return false;
}

static bool is_noted(const struct nc_bench_report *report, const char *name, const char *subject)
{
	nc_vec_foreach (skip, &report->skips) {
		if (strcmp(skip->subject, subject) == 0 && strcmp(skip->name, name) == 0)
			return true;
	}
	return false;
}

bool nc_bench_wants(struct nc_bench_run *run, const char *name,
		    const struct nc_bench_subject *subject)
{
	char reason[256];

	if (subject == &nc_subject_bare || subject == &nc_subject_netctl)
		return true;
	if (!is_asked(run->options, subject->name))
		return false;
	if (nc_bench_subject_check(subject, reason, sizeof(reason)))
		return true;
	if (!is_noted(run->report, name, subject->name))
		nc_bench_report_skip(run, name, subject->name, 0, "%s", reason);
	return false;
}
