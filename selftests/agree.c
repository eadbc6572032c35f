/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program, by BPF_PROG_TEST_RUN, against the plain reference: verdicts, rewritten frames, counters, quotas and what sets hold
 * afterwards. What differs is said with a ruleset that is as small as it can be made.
 */
#include "agree.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
// clang-format on
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "filter.h"
#include "lang/lang.h"
#include "reference.h"

/* What differs, as text. */
struct difference {
	char *text;
	size_t length;
	FILE *out;
};

static void difference_begin(struct difference *difference)
{
	difference->out = open_memstream(&difference->text, &difference->length);
	if (!difference->out)
		abort();
}

/* Was there one? */
static bool difference_end(struct difference *difference)
{
	fclose(difference->out);
	return difference->length > 0;
}

static void show(const struct difference *difference, const char *name, const uint8_t *bytes,
		 size_t n)
{
	fprintf(difference->out, "%s ", name);
	for (size_t i = 0; i < n; i++)
		fprintf(difference->out, "%02x", bytes[i]);
	fprintf(difference->out, "\n");
}

/* --- one frame -------------------------------------------------------------------------------------------------- */

/*
 * Frames that end inside a VLAN tag never reach netdev ingress: the kernel drops them, so there is nothing to compare. Nor can
 * BPF_PROG_TEST_RUN make such sk_buffs, or shorter ones than a header.
 */
static bool comparable(const struct frame *f)
{
	unsigned type = f->byte[12] << 8 | f->byte[13];

	return f->length > 14 && !((type == 0x8100 || type == 0x88a8) && f->length < 18);
}

/* eth_type_trans(), for lo. */
static uint8_t pkttype_of(const struct frame *f)
{
	static const uint8_t all[6] = {255, 255, 255, 255, 255, 255}, none[6] = {};

	if (memcmp(f->byte, none, 6) == 0)
		return 0;
	if (memcmp(f->byte, all, 6) == 0)
		return 1;
	return f->byte[0] & 1 ? 2 : 3;
}

static struct judgement judge(struct reference *reference, struct frame *frame, enum nc_hook hook)
{
	struct reference_packet packet = {
		.frame = frame->byte,
		.length = frame->length,
		.device = "lo",
		.hook = hook,
		.ifindex = 1,
		.iftype = 1,
		.pkttype = pkttype_of(frame),
	};

	return reference_judge(reference, &packet);
}

/* false: program and reference part here, without being different. */
static bool compare_frame(struct agreement *agreement, struct filter *filter,
			  struct reference *reference, const struct difference *difference)
{
	static struct nc_trial trial;
	struct frame f = agreement->next(agreement->context), before = f;
	struct judgement judgement;

	if (!comparable(&f))
		return true;
	/* As an sk_buff the kernel refuses IP headers that are cut short. */
	if (nc_instance_try(filter->instance, f.byte, f.length, &trial) == -EINVAL)
		return true;
	/* What the program did not do to the state, the reference would have. */
	if (trial.reason == NC_REASON_TOO_DEEP)
		return false;
	judgement = judge(reference, &f, filter->hook);
	agreement->frames++;
	agreement->verdicts[judgement.verdict]++;
	agreement->by_rule += judgement.rule != NULL;
	agreement->rewritten += memcmp(before.byte, f.byte, f.length) != 0;
	if (trial.verdict == judgement.verdict &&
	    (trial.reason == NC_REASON_RULE) == (judgement.rule != NULL) &&
	    trial.length == f.length && memcmp(trial.frame, f.byte, f.length) == 0)
		return true;
	show(difference, "frame    ", before.byte, before.length);
	show(difference, "program  ", trial.frame, trial.length);
	show(difference, "reference", f.byte, f.length);
	fprintf(difference->out, "program: verdict %d reason %d; reference: verdict %d by %s\n",
		trial.verdict, trial.reason, judgement.verdict, judgement.rule ? "rule" : "policy");
	return false;
}

/* --- state ------------------------------------------------------------------------------------------------------- */

struct state_context {
	const struct filter *filter;
	const struct difference *difference;
};

/* An instance counts from zero, whatever is written. */
static int clear_counter(const struct nc_stateful *stateful, void *context)
{
	(void)context;
	if (stateful->counter)
		*stateful->counter = (struct nc_counter){};
	return 0;
}

static int compare_state(const struct nc_stateful *stateful, void *context)
{
	const struct state_context *c = context;
	struct nc_counter counter;
	uint64_t word = 0;

	if (stateful->counter) {
		assert_int_equal(nc_instance_counter(c->filter->instance, *stateful->id, &counter),
				 0);
		if (counter.packets != stateful->counter->packets ||
		    counter.bytes != stateful->counter->bytes)
			fprintf(c->difference->out,
				"counter %u of handle %lu: program %lu packets %lu bytes, "
				"reference %lu %lu\n",
				*stateful->id, (unsigned long)stateful->handle,
				(unsigned long)counter.packets, (unsigned long)counter.bytes,
				(unsigned long)stateful->counter->packets,
				(unsigned long)stateful->counter->bytes);
	}
	if (stateful->quota) {
		assert_int_equal(nc_instance_word(c->filter->instance, *stateful->id, &word), 0);
		if (word != stateful->quota->used)
			fprintf(c->difference->out,
				"quota of handle %lu: program %lu, reference %lu\n",
				(unsigned long)stateful->handle, (unsigned long)word,
				(unsigned long)stateful->quota->used);
	}
	return 0;
}

static char *print_elements(const struct nc_set *set, const nc_set_elements *elements)
{
	char *text;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		abort();
	nc_vec_foreach (element, elements) {
		/* "*" is in no map. */
		if (element->catchall)
			continue;
		nc_print_element(set, element, 0, out);
		fputs(", ", out);
	}
	fclose(out);
	return text;
}

static void compare_set(const struct filter *filter, const struct nc_table *table, size_t index,
			const struct difference *difference)
{
	const struct nc_image_set *image_set = &filter->image.sets.v[index];
	const struct nc_set *set = image_set->named;
	struct nc_set_keys keys = {};
	nc_set_elements elements = {};
	char *program, *reference;

	/* Concatenations of intervals are not read back: they stay in the text. */
	if (nc_set_in_text(set))
		return;
	assert_int_equal(nc_instance_set_keys(filter->instance, index, image_set->class, &keys), 0);
	assert_int_equal(nc_set_keys_read(table, set, &keys, &elements), 0);
	program = print_elements(set, &elements);
	reference = print_elements(set, &set->elements);
	if (strcmp(program, reference) != 0)
		fprintf(difference->out, "set %s\nprogram:   %s\nreference: %s\n", set->name,
			program, reference);
	free(program);
	free(reference);
	nc_elements_clear(&elements);
	nc_set_keys_free(&keys);
}

static void compare_states(struct filter *filter, const struct difference *difference)
{
	struct state_context context = {filter, difference};

	nc_ruleset_each_stateful(filter->ruleset, compare_state, &context);
	for (size_t i = 0; i < filter->image.sets.n; i++) {
		if (filter->image.sets.v[i].named)
			compare_set(filter, filter->ruleset->tables.v[0], i, difference);
	}
}

/* --- rulesets ------------------------------------------------------------------------------------------------------ */

/* Base chains at XDP and at tc behind it are two programs. */
static bool is_split(const struct filter *filter)
{
	unsigned xdp = 0, tc = 0;

	nc_vec_foreach (entry, &filter->image.entries) {
		xdp += entry->hook == NC_HOOK_INGRESS;
		tc += entry->hook == NC_HOOK_INGRESS_TC;
	}
	return xdp && tc;
}

/*
 * Behind "ether type set ip" nft asks that type whether there is an IPv4 header, and reads what stands there; the program goes by
 * what the frame came in as.
 */
static bool rewrites_type(const char *text)
{
	return strstr(text, "ether type set") || strstr(text, "vlan type set");
}

/* Do frames out of this seed show a difference? *ret_loaded: the ruleset could be loaded. */
static bool differs(struct agreement *agreement, const char *text, uint64_t seed, bool *ret_loaded,
		    char **ret_difference)
{
	struct difference difference = {};
	struct reference *reference;
	struct filter *filter = rewrites_type(text) ? NULL
				: agreement->loads  ? filter_load(text)
						    : filter_try(text);
	bool together = true;

	*ret_difference = NULL;
	*ret_loaded = filter && filter->image.entries.n && !is_split(filter);
	if (!*ret_loaded) {
		filter_free(filter);
		return false;
	}
	nc_ruleset_each_stateful(filter->ruleset, clear_counter, NULL);
	reference = reference_new(filter->ruleset, 0, NULL, NULL);
	difference_begin(&difference);
	chance_seed(seed);
	for (unsigned i = 0; i < agreement->each && together; i++)
		together = compare_frame(agreement, filter, reference, &difference);
	if (together)
		compare_states(filter, &difference);
	reference_free(reference);
	filter_free(filter);
	*ret_difference = NULL;
	if (difference_end(&difference)) {
		*ret_difference = difference.text;
		return true;
	}
	free(difference.text);
	return false;
}

static char *behind_line(char *text)
{
	char *end = strchr(text, '\n');

	return end ? end + 1 : text + strlen(text);
}

/* The text without n lines; NULL: there are none. */
static char *without_lines(const char *text, unsigned line, unsigned n)
{
	char *less = strdup(text), *at = less, *behind;

	while (line--)
		at = behind_line(at);
	if (!*at) {
		free(less);
		return NULL;
	}
	for (behind = at; n; n--)
		behind = behind_line(behind);
	memmove(at, behind, strlen(behind) + 1);
	return less;
}

/* So many lines and fewer are taken out at every place. */
#define LINES_TRIED 3

/* Take n lines out wherever something differs still; the text is freed. */
static char *shrink(struct agreement *agreement, char *text, uint64_t seed, unsigned n,
		    char **difference)
{
	unsigned line = 0;
	char *less;

	while ((less = without_lines(text, line, n))) {
		char *what;
		bool loaded;

		if (differs(agreement, less, seed, &loaded, &what)) {
			free(*difference);
			*difference = what;
			free(text);
			text = less;
			continue;
		}
		free(less);
		line += n > LINES_TRIED ? n : 1;
	}
	return text;
}

static unsigned count_lines(const char *text)
{
	unsigned n = 0;

	for (; *text; text = behind_line((char *)text))
		n++;
	return n;
}

bool agree_on(struct agreement *agreement, char *text)
{
	uint64_t seed = chance64();
	char *difference;
	bool loaded;

	if (differs(agreement, text, seed, &loaded, &difference)) {
		agreement->loads = false;
		for (unsigned n = count_lines(text) / 2; n > LINES_TRIED; n /= 2)
			text = shrink(agreement, text, seed, n, &difference);
		for (unsigned n = 1; n <= LINES_TRIED; n++)
			text = shrink(agreement, text, seed, n, &difference);
		fprintf(stderr, "%s%s", text, difference);
		fail();
	}
	chance_seed(seed + 1);
	assert_true(loaded || !agreement->loads);
	agreement->rulesets += loaded;
	free(text);
	return loaded;
}

void agree_report(const struct agreement *agreement)
{
	printf("# %lu rulesets, %lu frames: accept %lu drop %lu, %lu by rules, %lu rewritten\n",
	       agreement->rulesets, agreement->frames, agreement->verdicts[NC_VERDICT_ACCEPT],
	       agreement->verdicts[NC_VERDICT_DROP], agreement->by_rule, agreement->rewritten);
}
