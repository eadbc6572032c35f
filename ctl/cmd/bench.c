/* SPDX-License-Identifier: GPL-2.0-only */
/* "bench": words in, measurements (bench/) out as a table, JSON or a plot. */
#include "bench/bench.h"

#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <string.h>

#include "cmd/bench.h"
#include "cmd/cmd.h"
#include "cmd/source.h"
#include "util/term.h"

#define DEFAULT_SECONDS 0.5
#define DEFAULT_SEED	1
#define SECONDS_MAX	3600

/* What was asked for. */
struct asked {
	struct nc_bench_options options;
	const char *rules_file, *plot;
	bool list;
};

/* --- words ------------------------------------------------------------------------------------------------ */

/* Words up to the next option. */
static unsigned count_words(char **words, int n)
{
	int taken = 0;

	while (taken < n && words[taken][0] != '-')
		taken++;
	return taken;
}

static bool is_benchmark(const char *name)
{
	for (unsigned i = 0; nc_benches[i]; i++) {
		if (strcmp(nc_benches[i]->name, name) == 0)
			return true;
	}
	return false;
}

static bool is_subject(const char *name)
{
	for (unsigned i = 0; nc_bench_subjects[i]; i++) {
		if (strcmp(nc_bench_subject_name(nc_bench_subjects[i]), name) == 0)
			return true;
	}
	return strcmp(name, "none") == 0;
}

static enum nc_exit take_names(struct nc_run *run, char **words, unsigned n, struct asked *asked)
{
	for (unsigned i = 0; i < n; i++) {
		if (!is_benchmark(words[i]))
			return nc_usage(run, "there is no benchmark '%s'; see: netctl bench --list",
					words[i]);
	}
	if (asked->options.n_names)
		return nc_usage(run, "name the benchmarks one behind the other");
	asked->options.names = words;
	asked->options.n_names = n;
	return NC_EXIT_DONE;
}

static enum nc_exit take_peers(struct nc_run *run, char **words, unsigned n, struct asked *asked)
{
	if (!n)
		return nc_usage(run, "--against needs peers behind it, or 'none'");
	for (unsigned i = 0; i < n; i++) {
		if (!is_subject(words[i]))
			return nc_usage(run, "there is no peer '%s'; see: netctl bench --list",
					words[i]);
	}
	asked->options.against = words;
	asked->options.n_against = n;
	return NC_EXIT_DONE;
}

static enum nc_exit take_seconds(struct nc_run *run, const char *word, struct asked *asked)
{
	char *end;
	double seconds = strtod(word, &end);

	if (*end || !(seconds > 0) || seconds > SECONDS_MAX)
		return nc_usage(run, "'%s' is not a number of seconds from 0 to %d", word,
				SECONDS_MAX);
	asked->options.seconds = seconds;
	return NC_EXIT_DONE;
}

static enum nc_exit take_seed(struct nc_run *run, const char *word, struct asked *asked)
{
	char *end;

	asked->options.seed = strtoull(word, &end, 0);
	return *end || !*word ? nc_usage(run, "'%s' is not a number", word) : NC_EXIT_DONE;
}

/* "10,1000" */
static enum nc_exit take_sizes(struct nc_run *run, const char *word, struct asked *asked)
{
	struct nc_bench_options *options = &asked->options;
	const char *at = word;
	char *end = NULL;

	options->n_sizes = 0;
	for (;; at = end + 1) {
		unsigned long size = strtoul(at, &end, 10);

		if (end == at || (*end && *end != ',') || !size || size > 1000000 ||
		    options->n_sizes == NC_BENCH_SIZES_MAX)
			return nc_usage(run,
					"'%s' are not up to %d numbers from 1 to 1000000 with "
					"commas between them",
					word, NC_BENCH_SIZES_MAX);
		options->sizes[options->n_sizes++] = size;
		if (!*end)
			return NC_EXIT_DONE;
	}
}

/* An option that has one word behind it. */
static enum nc_exit take_option(struct nc_run *run, const char *option, const char *word,
				struct asked *asked)
{
	if (strcmp(option, "--seconds") == 0)
		return take_seconds(run, word, asked);
	if (strcmp(option, "--seed") == 0)
		return take_seed(run, word, asked);
	if (strcmp(option, "--size") == 0)
		return take_sizes(run, word, asked);
	if (strcmp(option, "--rules") == 0)
		asked->rules_file = word;
	else if (strcmp(option, "--plot") == 0)
		asked->plot = word;
	else if (strcmp(option, "--device") == 0)
		asked->options.device = word;
	return NC_EXIT_DONE;
}

static bool has_word(const char *option)
{
	static const char *const options[] = {"--seconds", "--seed", "--size",
					      "--rules",   "--plot", "--device"};

	for (unsigned i = 0; i < sizeof(options) / sizeof(*options); i++) {
		if (strcmp(options[i], option) == 0)
			return true;
	}
	return false;
}

static enum nc_exit parse_words(struct nc_run *run, int argc, char **argv, struct asked *asked)
{
	enum nc_exit code = NC_EXIT_DONE;

	for (int i = 1; i < argc && code == NC_EXIT_DONE;) {
		const char *option = argv[i];
		unsigned n;

		if (option[0] != '-') {
			n = count_words(argv + i, argc - i);
			code = take_names(run, argv + i, n, asked);
			i += n;
		} else if (strcmp(option, "--against") == 0) {
			n = count_words(argv + i + 1, argc - i - 1);
			code = take_peers(run, argv + i + 1, n, asked);
			i += n + 1;
		} else if (strcmp(option, "--list") == 0) {
			asked->list = true;
			i++;
		} else if (!has_word(option)) {
			return nc_usage(run,
					"'%s' is not a word of 'bench'; see: netctl help bench",
					option);
		} else if (i + 1 == argc) {
			return nc_usage(run, "'%s' needs a word behind it", option);
		} else {
			code = take_option(run, option, argv[i + 1], asked);
			i += 2;
		}
	}
	return code;
}

/* --- what there is ---------------------------------------------------------------------------------------- */

static void list_subject(struct nc_text_table *table, const struct nc_bench_subject *subject)
{
	char reason[256];
	bool there = nc_bench_subject_check(subject, reason, sizeof(reason));

	nc_text_table_add(table, NC_COLOUR_NONE, "%s", nc_bench_subject_name(subject));
	nc_text_table_add(table, NC_COLOUR_NONE, "%s%s%s", nc_bench_subject_about(subject),
			  there ? "" : "; not here: ", there ? "" : reason);
}

static void list_all(void)
{
	struct nc_text_table table = {.n_columns = 2};

	nc_text_table_add(&table, NC_COLOUR_NONE, "BENCHMARK");
	nc_text_table_add(&table, NC_COLOUR_NONE, "MEASURES");
	for (unsigned i = 0; nc_benches[i]; i++) {
		nc_text_table_add(&table, NC_COLOUR_NONE, "%s", nc_benches[i]->name);
		nc_text_table_add(&table, NC_COLOUR_NONE, "%s", nc_benches[i]->about);
	}
	nc_text_table_print(&table, stdout, nc_term_colour(stdout));
	nc_text_table_free(&table);
	puts("");
	table = (struct nc_text_table){.n_columns = 2};
	nc_text_table_add(&table, NC_COLOUR_NONE, "SUBJECT");
	nc_text_table_add(&table, NC_COLOUR_NONE, "IS");
	for (unsigned i = 0; nc_bench_subjects[i]; i++)
		list_subject(&table, nc_bench_subjects[i]);
	nc_text_table_print(&table, stdout, nc_term_colour(stdout));
	nc_text_table_free(&table);
}

static void add_named(struct json_object *array, const char *name, const char *about,
		      const char *reason)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "name", json_object_new_string(name));
	json_object_object_add(object, "about", json_object_new_string(about));
	if (reason)
		json_object_object_add(object, "missing", json_object_new_string(reason));
	json_object_array_add(array, object);
}

static void list_json(void)
{
	struct json_object *object = json_object_new_object();
	struct json_object *benches = json_object_new_array(), *subjects = json_object_new_array();

	for (unsigned i = 0; nc_benches[i]; i++)
		add_named(benches, nc_benches[i]->name, nc_benches[i]->about, NULL);
	for (unsigned i = 0; nc_bench_subjects[i]; i++) {
		const struct nc_bench_subject *subject = nc_bench_subjects[i];
		char reason[256];

		add_named(subjects, nc_bench_subject_name(subject), nc_bench_subject_about(subject),
			  nc_bench_subject_check(subject, reason, sizeof(reason)) ? NULL : reason);
	}
	json_object_object_add(object, "benchmarks", benches);
	json_object_object_add(object, "subjects", subjects);
	nc_print_json(object);
}

/* --- figures ---------------------------------------------------------------------------------------------- */

/* Three figures that count; more where the number has more. */
static void add_figure(struct nc_text_table *table, double value)
{
	nc_text_table_add(table, NC_COLOUR_NONE, "%.*f", fabs(value) < 100 ? 1 : 0, value);
}

static void add_row(struct nc_text_table *table, const struct nc_bench_result *result)
{
	nc_text_table_add(table, NC_COLOUR_NONE, "%s", result->name);
	nc_text_table_add(table, NC_COLOUR_NONE, "%s", result->subject);
	nc_text_table_add(table, NC_COLOUR_NONE, "%u", result->rules);
	add_figure(table, result->median);
	nc_text_table_add(table, NC_COLOUR_NONE, "%s", result->unit);
	add_figure(table, result->min);
	add_figure(table, result->max);
	if (result->ratio_to_bare > 0)
		nc_text_table_add(table, NC_COLOUR_NONE, "%.2f", result->ratio_to_bare);
	else
		nc_text_table_add(table, NC_COLOUR_NONE, "-");
}

static void print_table(const struct nc_bench_report *report)
{
	static const char *const headings[] = {"NAME", "SUBJECT", "RULES", "MEDIAN",
					       "UNIT", "MIN",	  "MAX",   "TO BARE"};
	struct nc_text_table table = {.n_columns = sizeof(headings) / sizeof(*headings),
				      .right = 1 << 2 | 1 << 3 | 1 << 5 | 1 << 6 | 1 << 7};

	printf("Linux %s, %s, %u cores\n\n", report->kernel, report->cpu, report->cores);
	for (unsigned i = 0; i < table.n_columns; i++)
		nc_text_table_add(&table, NC_COLOUR_NONE, "%s", headings[i]);
	nc_vec_foreach (result, &report->results)
		add_row(&table, result);
	nc_text_table_print(&table, stdout, nc_term_colour(stdout));
	nc_text_table_free(&table);
	if (report->skips.n)
		puts("\nNot measured:");
	nc_vec_foreach (skip, &report->skips) {
		printf("  %s, %s", skip->name, skip->subject);
		if (skip->rules)
			printf(", %u rules", skip->rules);
		printf(": %s\n", skip->reason);
	}
}

static struct json_object *result_json(const struct nc_bench_result *result)
{
	struct json_object *object = json_object_new_object();
	bool bare = result->ratio_to_bare > 0;

	json_object_object_add(object, "name", json_object_new_string(result->name));
	json_object_object_add(object, "subject", json_object_new_string(result->subject));
	json_object_object_add(object, "rules", json_object_new_int64(result->rules));
	json_object_object_add(object, "unit", json_object_new_string(result->unit));
	json_object_object_add(object, "median", json_object_new_double(result->median));
	json_object_object_add(object, "min", json_object_new_double(result->min));
	json_object_object_add(object, "max", json_object_new_double(result->max));
	json_object_object_add(object, "runs", json_object_new_int64(result->runs));
	json_object_object_add(object, "ratio_to_bare",
			       bare ? json_object_new_double(result->ratio_to_bare) : NULL);
	return object;
}

static struct json_object *skip_json(const struct nc_bench_skip *skip)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "name", json_object_new_string(skip->name));
	json_object_object_add(object, "subject", json_object_new_string(skip->subject));
	json_object_object_add(object, "rules", json_object_new_int64(skip->rules));
	json_object_object_add(object, "reason", json_object_new_string(skip->reason));
	return object;
}

static void print_json(const struct nc_bench_report *report)
{
	struct json_object *object = json_object_new_object(), *host = json_object_new_object();
	struct json_object *results = json_object_new_array(), *skipped = json_object_new_array();

	json_object_object_add(host, "kernel", json_object_new_string(report->kernel));
	json_object_object_add(host, "cpu", json_object_new_string(report->cpu));
	json_object_object_add(host, "cores", json_object_new_int(report->cores));
	nc_vec_foreach (result, &report->results)
		json_object_array_add(results, result_json(result));
	nc_vec_foreach (skip, &report->skips)
		json_object_array_add(skipped, skip_json(skip));
	json_object_object_add(object, "host", host);
	json_object_object_add(object, "results", results);
	json_object_object_add(object, "skipped", skipped);
	nc_print_json(object);
}

/* --- the verb --------------------------------------------------------------------------------------------- */

static int read_rules(struct nc_run *run, const char *path, struct nc_bench_rules *ret)
{
	static struct nc_source source; /* diagnostics point into it */
	char *text;
	int r = nc_source_read(path, &source, &text, &run->diag);

	return r < 0 ? r : nc_bench_rules_read(&source, ret, &run->diag);
}

static int measure(struct nc_run *run, struct asked *asked, struct nc_bench_report *report)
{
	_cleanup_(nc_bench_rules_free) struct nc_bench_rules rules = {};
	int r = asked->plot ? nc_plot_check(asked->plot, &run->diag) : 0;

	if (r == 0 && asked->rules_file) {
		r = read_rules(run, asked->rules_file, &rules);
		asked->options.rules = &rules;
	}
	return r ?: nc_bench(&asked->options, report, &run->diag);
}

enum nc_exit nc_cmd_bench(struct nc_run *run, int argc, char **argv)
{
	_cleanup_(nc_bench_report_free) struct nc_bench_report report = {};
	struct asked asked = {.options = {.seconds = DEFAULT_SECONDS, .seed = DEFAULT_SEED}};
	enum nc_exit code = parse_words(run, argc, argv, &asked);
	int r;

	if (code != NC_EXIT_DONE)
		return code;
	if (asked.list) {
		if (run->options.json)
			list_json();
		else
			list_all();
		return NC_EXIT_DONE;
	}
	r = measure(run, &asked, &report);
	nc_progress_end();
	if (r == 0 && asked.plot)
		r = nc_plot(asked.plot, &report, &run->diag);
	if (report.results.n || report.skips.n) {
		if (run->options.json)
			print_json(&report);
		else
			print_table(&report);
	}
	return nc_exit_of(run, r);
}
