/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an edit of one rule costs before the kernel is asked: the stored text of ten thousand rules read, validated, compiled,
 * printed and freed; medians of several rounds. Rules that are all of one kind, whose index is one table, and rules in the shape
 * of an access list. Run by "make perf"; no test depends on it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/rules.h"
#include "compile/compile.h"
#include "lang/lang.h"
#include "util/memory.h"

#define ROUNDS 15
#define RULES  10000

enum stage { READ, CHANGE, COMPILE, PRINT, FREE, _STAGES };

static const char *const names[_STAGES] = {"read the stored text", "add a rule, validate",
					   "give ids, compile", "print the text to store", "free"};

enum kind { UNIFORM, ACCESS_LIST, _KINDS };

static const char *const kinds[_KINDS] = {"uniform", "access list"};

static double us[_KINDS][_STAGES][ROUNDS];

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static void require(int r, const struct nc_diag *diag)
{
	if (r >= 0)
		return;
	nc_diag_print(diag, stderr, false);
	exit(1);
}

/* One chain of rules over an address and a port. */
static void write_uniform(FILE *out)
{
	fputs("table netdev bench {\nchain in {\n"
	      "type filter hook ingress device \"lo\" priority 0; policy accept;\n",
	      out);
	for (unsigned i = 0; i < RULES; i++)
		fprintf(out, "ip saddr 10.%u.%u.1 tcp dport %u counter drop\n", i >> 8, i & 255,
			i + 1);
	fputs("}\n}\n", out);
}

static void write_access_list(FILE *out)
{
	_cleanup_(nc_bench_rules_free) struct nc_bench_rules rules = {};

	if (nc_bench_rules_make(nc_bench_profiles[0], false, RULES, 1, &rules) < 0)
		exit(1);
	nc_bench_write_nft(&rules, "lo", out);
}

static char *write_rules(enum kind kind, size_t *ret_length)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_length);

	if (!out)
		exit(1);
	if (kind == UNIFORM)
		write_uniform(out);
	else
		write_access_list(out);
	fclose(out);
	return text;
}

static void perform(struct nc_ruleset *ruleset, const struct nc_source *source,
		    struct nc_diag *diag)
{
	struct nc_script *script = NULL;

	require(nc_script_parse(source, NULL, NULL, &script, diag), diag);
	require(nc_script_run(script, ruleset, NULL, NULL, diag), diag);
	nc_script_free(script);
}

static char *print(const struct nc_ruleset *ruleset, size_t *ret_length)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_length);

	if (!out)
		exit(1);
	nc_print_ruleset(ruleset, NC_PRINT_STORED, out);
	fclose(out);
	return text;
}

static void compile(struct nc_ruleset *ruleset, struct nc_image *image, struct nc_diag *diag)
{
	const struct nc_busy none[_NC_IDS_MAX] = {};
	uint32_t end[_NC_IDS_MAX];

	require(nc_ruleset_assign_ids(ruleset, none, end), diag);
	require(nc_compile(ruleset, 0, image, diag), diag);
}

static void edit(enum kind kind, const char *stored, size_t length, unsigned round)
{
	static const char rule[] = "add rule netdev bench in ip saddr 192.0.2.1 tcp dport 7 drop";
	const struct nc_source source = {.name = "", .text = rule, .length = strlen(rule)};
	struct nc_image image = {};
	struct nc_ruleset *ruleset = NULL;
	struct nc_diag diag = {};
	double at[_STAGES + 1];
	size_t printed;

	at[READ] = now_us();
	require(nc_stored_read(stored, length, &ruleset, &diag), &diag);
	at[CHANGE] = now_us();
	perform(ruleset, &source, &diag);
	at[COMPILE] = now_us();
	compile(ruleset, &image, &diag);
	at[PRINT] = now_us();
	free(print(ruleset, &printed));
	at[FREE] = now_us();
	nc_image_clear(&image);
	nc_ruleset_free(ruleset);
	at[_STAGES] = now_us();
	for (enum stage stage = 0; stage < _STAGES; stage++)
		us[kind][stage][round] = at[stage + 1] - at[stage];
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(enum kind kind)
{
	struct nc_ruleset *ruleset = nc_ruleset_new();
	struct nc_diag diag = {};
	struct nc_source source = {.name = "rules"};
	size_t length;
	char *stored;

	source.text = write_rules(kind, &source.length);
	perform(ruleset, &source, &diag);
	stored = print(ruleset, &length);
	nc_memory_expect(length * 64); /* as cmd/session.c */
	for (unsigned round = 0; round < ROUNDS; round++)
		edit(kind, stored, length, round);
	for (enum stage stage = 0; stage < _STAGES; stage++)
		qsort(us[kind][stage], ROUNDS, sizeof(***us), compare);
	free(stored);
	free((char *)source.text);
	nc_ruleset_free(ruleset);
}

int main(void)
{
	double sum[_KINDS] = {};

	printf("%-28s", "one rule among ten thousand");
	for (enum kind kind = 0; kind < _KINDS; kind++) {
		measure(kind);
		printf(" %12s", kinds[kind]);
	}
	puts(" (ms)");
	for (enum stage stage = 0; stage < _STAGES; stage++) {
		printf("%-28s", names[stage]);
		for (enum kind kind = 0; kind < _KINDS; kind++) {
			sum[kind] += us[kind][stage][ROUNDS / 2];
			printf(" %12.2f", us[kind][stage][ROUNDS / 2] / 1e3);
		}
		puts("");
	}
	printf("%-28s", "together");
	for (enum kind kind = 0; kind < _KINDS; kind++)
		printf(" %12.2f", sum[kind] / 1e3);
	puts("");
	return 0;
}
