/* SPDX-License-Identifier: GPL-2.0-only */
/* netctl itself: a ruleset's text compiled and loaded as it would be to be published. */
#include <sys/resource.h>

#include "kern/kern.h"
#include "lang/lang.h"
#include "subject.h"

static int compile(const struct nc_source *source, struct nc_ruleset *ruleset,
		   struct nc_image *image, struct nc_diag *diag)
{
	_cleanup_(nc_script_freep) struct nc_script *script = NULL;
	const struct nc_busy none[_NC_IDS_MAX] = {};
	uint32_t end[_NC_IDS_MAX];
	int r = nc_script_parse(source, NULL, NULL, &script, diag);

	r = r ?: nc_script_run(script, ruleset, NULL, NULL, diag);
	r = r ?: nc_ruleset_assign_ids(ruleset, none, end);
	return r ?: nc_compile(ruleset, 0, image, diag);
}

static int load_text(const char *text, size_t length, struct nc_instance **ret,
		     struct nc_diag *diag)
{
	struct nc_source source = {.name = "bench", .text = text, .length = length};
	_cleanup_(nc_ruleset_freep) struct nc_ruleset *ruleset = nc_ruleset_new();
	_cleanup_(nc_image_clear) struct nc_image image = {};
	int r = ruleset ? compile(&source, ruleset, &image, diag) : -ENOMEM;

	return r ?: nc_instance_load(&image, 0, NULL, ret, diag);
}

/* "MemAvailable: … kB" in bytes; 0: unknown */
static uint64_t available_bytes(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/meminfo", "re");
	unsigned long long kib = 0;
	char line[128];

	while (file && !kib && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %llu", &kib) != 1)
			kib = 0;
	return kib * 1024;
}

/* Compiling needs memory in proportion to the rules: what fewer of them have needed says how much. */
static int check_memory(const struct nc_bench_rules *rules, struct nc_diag *diag)
{
	static double bytes_per_rule;
	static uint32_t most;
	uint64_t available = available_bytes();
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	if (most)
		bytes_per_rule = usage.ru_maxrss * 1024.0 / most;
	if (available && most && bytes_per_rule * rules->list.n > available * 0.8)
		return nc_diag_error(diag, NULL,
				     "would need about %.0f GiB of memory, and %.0f are available",
				     bytes_per_rule * rules->list.n / (1 << 30),
				     available / (double)(1 << 30));
	if (rules->list.n > most)
		most = rules->list.n;
	return 0;
}

static int load(const struct nc_bench_rules *rules, void **ret_state, int *ret_program,
		struct nc_diag *diag)
{
	_cleanup_free_ char *text = NULL;
	struct nc_instance *instance;
	size_t length;
	int r = check_memory(rules, diag);
	FILE *out = r < 0 ? NULL : open_memstream(&text, &length);

	if (!out)
		return r ?: -ENOMEM;
	nc_bench_write_nft(rules, "lo", out);
	if (fclose(out) == EOF)
		return -ENOMEM;
	r = load_text(text, length, &instance, diag);
	if (r < 0)
		return r;
	*ret_state = instance;
	*ret_program = nc_instance_prog_fd(instance);
	return 0;
}

static void unload(void *state, int program)
{
	(void)program; /* the state has it */
	nc_instance_free(state);
}

const struct nc_bench_subject nc_subject_netctl = {
	.name = "netctl",
	.about = "this program, at XDP",
	.way = NC_BENCH_BY_RUN,
	.load = load,
	.unload = unload,
};
