/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plot: a script with its data for gnuplot, which writes the file. Rules and sets have a panel each; a line is a subject, a
 * point the median over the shapes of rules of that size, its bar goes from the cheapest shape to the dearest.
 */
#include <errno.h>
#include <string.h>

#include "bench/measure.h"
#include "cmd/bench.h"

#define TOOL	   "gnuplot"
#define SHAPES_MAX 16

enum panel { PANEL_RULES, PANEL_SET, _PANEL_MAX };

static const char *const panel_titles[_PANEL_MAX] = {"rules", "addresses in a set"};

/* Of the subjects in their order; those that can be told apart by everybody (Okabe and Ito). */
static const char *const colours[] = {"#888888", "#0072b2", "#d55e00", "#e69f00",
				      "#009e73", "#cc79a7", "#56b4e9"};

static bool ends_with(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a > b && strcmp(text + a - b, end) == 0;
}

int nc_plot_check(const char *path, struct nc_diag *diag)
{
	if (!ends_with(path, ".svg") && !ends_with(path, ".png"))
		return nc_diag_error(diag, NULL, "'%s' is neither .svg nor .png", path);
	if (strpbrk(path, "'\n"))
		return nc_diag_error(diag, NULL, "a plot's file cannot have a quote in its name");
	if (system("command -v " TOOL " >/dev/null 2>&1") == 0)
		return 0;
	nc_diag_error(diag, NULL, "plots need " TOOL ", which is not installed");
	return -ENOENT;
}

/* --- data ------------------------------------------------------------------------------------------------- */

static bool is_drawn(const struct nc_bench_result *result, enum panel panel)
{
	return result->rules && strcmp(result->unit, "ns/packet") == 0 &&
	       !ends_with(result->name, "-plain") && !ends_with(result->name, "-random") &&
	       (strncmp(result->name, "set-", 4) == 0) == (panel == PANEL_SET);
}

static bool is_of(const struct nc_bench_result *result, enum panel panel, const char *subject)
{
	return is_drawn(result, panel) && strcmp(result->subject, subject) == 0;
}

static bool has(const struct nc_bench_report *report, enum panel panel, const char *subject)
{
	nc_vec_foreach (result, &report->results) {
		if (subject ? is_of(result, panel, subject) : is_drawn(result, panel))
			return true;
	}
	return false;
}

/* All shapes of the size of a result, which is the first of them. */
static void write_point(const struct nc_bench_report *report, enum panel panel,
			const struct nc_bench_result *first, FILE *out)
{
	struct nc_bench_spread spread;
	double ns[SHAPES_MAX];
	size_t n = 0;

	nc_vec_foreach (result, &report->results) {
		if (!is_of(result, panel, first->subject) || result->rules != first->rules)
			continue;
		if (result < first || n == SHAPES_MAX)
			return; /* has been written */
		ns[n++] = result->median;
	}
	spread = nc_bench_spread(ns, n);
	fprintf(out, "%u %f %f %f\n", first->rules, spread.median, spread.min, spread.max);
}

/* Names of data blocks, as gnuplot wants them. */
static void write_block(enum panel panel, unsigned subject, FILE *out)
{
	fprintf(out, "$p%us%u", (unsigned)panel, subject);
}

static void write_data(const struct nc_bench_report *report, enum panel panel, unsigned index,
		       const char *subject, FILE *out)
{
	write_block(panel, index, out);
	fputs(" << END\n", out);
	nc_vec_foreach (result, &report->results) {
		if (is_of(result, panel, subject))
			write_point(report, panel, result, out);
	}
	fputs("END\n", out);
}

/* --- script ----------------------------------------------------------------------------------------------- */

static void write_panel(const struct nc_bench_report *report, enum panel panel, FILE *out)
{
	bool first = true;

	for (unsigned i = 0; nc_bench_subjects[i]; i++) {
		const char *subject = nc_bench_subject_name(nc_bench_subjects[i]);

		if (has(report, panel, subject))
			write_data(report, panel, i, subject, out);
	}
	fprintf(out, "set xlabel '%s'\nplot", panel_titles[panel]);
	for (unsigned i = 0; nc_bench_subjects[i]; i++) {
		const char *subject = nc_bench_subject_name(nc_bench_subjects[i]);

		if (!has(report, panel, subject))
			continue;
		fputs(first ? " " : ", ", out);
		first = false;
		write_block(panel, i, out);
		fprintf(out, " with yerrorlines lw 2 pt 7 ps 0.6 lc rgb '%s' title '%s'",
			colours[i % (sizeof(colours) / sizeof(*colours))], subject);
	}
	fputs("\n", out);
}

static unsigned count_panels(const struct nc_bench_report *report)
{
	unsigned n = 0;

	for (enum panel panel = 0; panel < _PANEL_MAX; panel++)
		n += has(report, panel, NULL);
	return n;
}

static void write_script(const char *path, const struct nc_bench_report *report, FILE *out)
{
	const unsigned n = count_panels(report), width = n > 1 ? 1100 : 760;

	if (ends_with(path, ".png"))
		fprintf(out, "set terminal pngcairo size %u,480 font 'sans,12'\n", width);
	else
		fprintf(out, "set terminal svg size %u,480 font 'sans,13' background '#ffffff'\n",
			width);
	fprintf(out,
		"set output '%s'\n"
		"set logscale xy 10\nset format xy '10^{%%L}'\nset xrange [7:1.4e6]\n"
		"set yrange [10:*]\nset ylabel 'ns per packet'\n"
		"set grid xtics ytics lw 0.5 lc rgb '#cccccc'\nset border 3\nset tics nomirror\n"
		"set key left top Left reverse samplen 2\n"
		"set multiplot layout 1,%u title 'Cost of a packet (Linux %s, %s)' noenhanced\n",
		path, n, report->kernel, report->cpu);
	for (enum panel panel = 0; panel < _PANEL_MAX; panel++) {
		if (has(report, panel, NULL))
			write_panel(report, panel, out);
	}
	fputs("unset multiplot\n", out);
}

int nc_plot(const char *path, const struct nc_bench_report *report, struct nc_diag *diag)
{
	FILE *out;

	if (!count_panels(report))
		return nc_diag_error(diag, NULL,
				     "there is nothing to plot: no benchmark with a cost of "
				     "packets was run");
	out = popen(TOOL, "we");
	if (!out)
		return nc_diag_errno(diag, NULL, -errno, "cannot start " TOOL);
	write_script(path, report, out);
	return pclose(out) ? nc_diag_error(diag, NULL, TOOL " has failed") : 0;
}
