/* SPDX-License-Identifier: GPL-2.0-only */
/* Rulesets loaded for BPF_PROG_TEST_RUN. */
#include "filter.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <string.h>

#include "lang/lang.h"

bool filter_possible(void)
{
	int fd =
		geteuid() == 0 ? bpf_map_create(BPF_MAP_TYPE_ARRAY, "nc_probe", 4, 4, 1, NULL) : -1;

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int build(struct filter *filter, struct nc_diag *diag)
{
	_cleanup_(nc_script_freep) struct nc_script *script = NULL;
	const struct nc_busy none[_NC_IDS_MAX] = {};
	uint32_t end[_NC_IDS_MAX];
	int r = nc_script_parse(&filter->source, NULL, NULL, &script, diag);

	if (r == 0)
		r = nc_script_run(script, filter->ruleset, NULL, NULL, diag);
	if (r == 0)
		r = nc_ruleset_assign_ids(filter->ruleset, none, end);
	if (r == 0)
		r = nc_compile(filter->ruleset, 0, &filter->image, diag);
	return r;
}

/* The last one: what is at tc rather than at XDP. */
static size_t entry_of_lo(const struct nc_image *image)
{
	for (size_t i = image->entries.n; i; i--) {
		if (strcmp(image->entries.v[i - 1].device.name, "lo") == 0)
			return i - 1;
	}
	return image->entries.n;
}

static struct filter *load(const char *text, bool quiet)
{
	struct filter *filter = calloc(1, sizeof(*filter));
	struct nc_diag diag = {};
	size_t entry;
	int r;

	filter->text = strdup(text);
	filter->source = (struct nc_source){"ruleset", filter->text, strlen(text)};
	filter->ruleset = nc_ruleset_new();
	r = build(filter, &diag);
	entry = entry_of_lo(&filter->image);
	if (entry < filter->image.entries.n &&
	    filter->image.entries.v[entry].hook == NC_HOOK_EGRESS)
		filter->hook = NC_HOOK_EGRESS;
	if (r == 0)
		r = nc_instance_load(&filter->image, entry, NULL, &filter->instance, &diag);
	if (r < 0) {
		if (!quiet) {
			nc_diag_print(&diag, stderr, false);
			fprintf(stderr, "%s\n", text);
		}
		filter_free(filter);
		filter = NULL;
	}
	nc_diag_free(&diag);
	return filter;
}

struct filter *filter_load(const char *text)
{
	return load(text, false);
}

struct filter *filter_try(const char *text)
{
	return load(text, true);
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	if (filter->instance)
		nc_instance_free(filter->instance);
	nc_image_clear(&filter->image);
	nc_ruleset_free(filter->ruleset);
	free(filter->text);
	free(filter);
}

/* The one cell that counted one packet more. */
static void find_cell(struct filter *filter, struct outcome *ret)
{
	const struct nc_stats before = filter->stats;
	int changes = 0;

	nc_instance_stats(filter->instance, &filter->stats);
	for (int reason = 0; reason < _NC_REASON_MAX; reason++) {
		for (int verdict = 0; verdict < _NC_VERDICT_MAX; verdict++) {
			int more = filter->stats.cell[reason][verdict].packets -
				   before.cell[reason][verdict].packets;

			if (!more)
				continue;
			changes += more;
			ret->reason = reason;
			ret->verdict = verdict;
		}
	}
	if (changes != 1)
		ret->reason = _NC_REASON_MAX;
}

struct outcome filter_run(struct filter *filter, const void *frame, size_t length)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = length, .repeat = 1);
	struct outcome outcome = {.action = -1, .reason = _NC_REASON_MAX};

	if (bpf_prog_test_run_opts(nc_instance_prog_fd(filter->instance), &opts))
		return outcome;
	outcome.action = opts.retval;
	find_cell(filter, &outcome);
	return outcome;
}
