/* SPDX-License-Identifier: GPL-2.0-only */
/* The plot: a script with its data for gnuplot, which writes the file. */
#include "cmd/bench.h"

#include <errno.h>
#include <string.h>

#define TOOL "gnuplot"

static bool ends_with(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a > b && strcmp(text + a - b, end) == 0;
}

/* gnuplot's words for the format. */
static const char *terminal_of(const char *path)
{
	if (ends_with(path, ".png"))
		return "pngcairo size 1350,900 font 'sans,16'";
	return "svg size 900,600 font 'sans,14' background '#ffffff'";
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

/* A line of the plot. */
struct line {
	const char *name, *subject;
};

typedef NC_VEC(struct line) lines;

static bool is_drawn(const struct nc_bench_result *result)
{
	return result->rules && strcmp(result->unit, "ns/packet") == 0 &&
	       !ends_with(result->name, "-plain") && !ends_with(result->name, "-random");
}

static bool is_of(const struct nc_bench_result *result, const struct line *line)
{
	return is_drawn(result) && strcmp(result->name, line->name) == 0 &&
	       strcmp(result->subject, line->subject) == 0;
}

static int find_lines(const struct nc_bench_report *report, lines *ret)
{
	int r = 0;

	nc_vec_foreach (result, &report->results) {
		bool known = !is_drawn(result);

		nc_vec_foreach (line, ret)
			known |= is_of(result, line);
		if (!known && !r)
			r = nc_vec_push(ret, {result->name, result->subject});
	}
	return r;
}

static void write_data(const struct nc_bench_report *report, const struct line *line, size_t index,
		       FILE *out)
{
	fprintf(out, "$data%zu << END\n", index);
	nc_vec_foreach (result, &report->results) {
		if (is_of(result, line))
			fprintf(out, "%u %f\n", result->rules, result->median);
	}
	fputs("END\n", out);
}

static void write_script(const char *path, const struct nc_bench_report *report, const lines *lines,
			 FILE *out)
{
	fprintf(out,
		"set terminal %s\nset output '%s'\nset logscale xy 10\nset format x '10^{%%L}'\n"
		"set xlabel 'rules, or addresses of a set'\nset ylabel 'ns per packet'\n"
		"set title 'Cost of a packet (Linux %s, %s)' noenhanced\n"
		"set grid xtics ytics lw 0.5\nset key left top noenhanced\nset yrange [10:*]\n",
		terminal_of(path), path, report->kernel, report->cpu);
	for (size_t i = 0; i < lines->n; i++)
		write_data(report, &lines->v[i], i, out);
	fputs("plot", out);
	for (size_t i = 0; i < lines->n; i++)
		fprintf(out, "%s $data%zu with linespoints lw 2 title '%s, %s'", i ? "," : "", i,
			lines->v[i].subject, lines->v[i].name);
	fputs("\n", out);
}

int nc_plot(const char *path, const struct nc_bench_report *report, struct nc_diag *diag)
{
	lines lines = {};
	FILE *out;
	int r = find_lines(report, &lines);

	if (r == 0 && !lines.n)
		r = nc_diag_error(diag, NULL,
				  "there is nothing to plot: no benchmark with a cost of packets "
				  "was run");
	out = r < 0 ? NULL : popen(TOOL, "w");
	if (out) {
		write_script(path, report, &lines, out);
		if (pclose(out) != 0)
			r = nc_diag_error(diag, NULL, TOOL " has failed");
	} else if (r == 0) {
		r = nc_diag_errno(diag, NULL, -errno, "cannot start " TOOL);
	}
	nc_vec_free(&lines);
	return r;
}
