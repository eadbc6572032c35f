/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * "explain": what the ruleset at work, or one in a file, makes of frames, by the programs that packets meet: loaded beside those
 * at work, with a trace of rules, and run on each frame. Must never change anything of the ruleset at work.
 */
#include "cmd/explain.h"

#include <errno.h>
#include <string.h>

#include "cmd/session.h"
#include "cmd/source.h"
#include "lang/print.h"
#include "util/term.h"

/* Everything about one run. */
struct work {
	struct nc_run *run;
	const struct nc_explain *asked;
	struct nc_session session;
	struct nc_ruleset *own; /* of a file, or NULL */
	struct nc_image image;
	struct nc_instance *instance;
	struct nc_trial trial;
	struct nc_explain_out out;
	size_t index;
};

/* --- words ------------------------------------------------------------------------------------------------ */

static enum nc_exit parse_hook(struct nc_run *run, const char *word, struct nc_explain *asked)
{
	bool egress = strcmp(word, "egress") == 0;

	if (!egress && strcmp(word, "ingress") != 0)
		return nc_usage(run, "'%s' is not a hook: it is ingress or egress", word);
	asked->hook = egress ? NC_HOOK_EGRESS : NC_HOOK_INGRESS;
	asked->hook_given = true;
	return NC_EXIT_DONE;
}

/* Words up to the next option; they become one piece of argv. */
static enum nc_exit parse_hex(struct nc_run *run, char **words, int n, struct nc_explain *asked,
			      int *ret_taken)
{
	int taken = 0;

	for (; taken < n && words[taken][0] != '-'; taken++) {
		if (!nc_frame_is_hex(words[taken]))
			return nc_usage(run,
					"'%s' is not a frame: bytes of two hexadecimal digits, "
					"blanks and colons between them",
					words[taken]);
	}
	if (!taken)
		return nc_usage(run, "--hex needs the bytes of a frame behind it");
	if (asked->hex)
		return nc_usage(run, "--hex takes all frames at once, each in one word");
	asked->hex = words;
	asked->n_hex = taken;
	*ret_taken = taken;
	return NC_EXIT_DONE;
}

static const char **place_of(struct nc_explain *asked, const char *option)
{
	if (strcmp(option, "--ruleset") == 0)
		return &asked->ruleset;
	if (strcmp(option, "--device") == 0)
		return &asked->device;
	return strcmp(option, "--pcap") == 0 ? &asked->pcap : NULL;
}

static enum nc_exit parse_words(struct nc_run *run, int argc, char **argv, struct nc_explain *asked)
{
	enum nc_exit code = NC_EXIT_DONE;

	for (int i = 1; i < argc && code == NC_EXIT_DONE; i++) {
		const char *option = argv[i], **place = place_of(asked, option);
		bool hook = strcmp(option, "--hook") == 0, hex = strcmp(option, "--hex") == 0;
		int taken = 1;

		if (!place && !hook && !hex)
			return nc_usage(run,
					"'%s' is not a word of 'explain'; see: netctl help explain",
					option);
		if (i + 1 == argc)
			return nc_usage(run, "'%s' needs a word behind it", option);
		if (place)
			*place = argv[i + 1];
		else if (hook)
			code = parse_hook(run, argv[i + 1], asked);
		else
			code = parse_hex(run, argv + i + 1, argc - i - 1, asked, &taken);
		i += taken;
	}
	if (code == NC_EXIT_DONE && !asked->pcap == !asked->hex)
		return nc_usage(run, "explain needs frames: either --pcap FILE or --hex BYTES …");
	return code;
}

/* --- the ruleset ------------------------------------------------------------------------------------------ */

static int read_file(struct work *work)
{
	static struct nc_source source;
	char *text;
	int r = nc_source_read(work->asked->ruleset, &source, &text, &work->run->diag);

	work->session.diag = &work->run->diag;
	return r < 0 ? r : nc_source_ruleset(&source, &work->own, &work->run->diag);
}

static int read_live(struct work *work)
{
	int r = nc_session_open(&work->session, NC_STORE_READ, &work->run->diag);

	if (r < 0 || work->session.live)
		return r;
	nc_diag_error(
		&work->run->diag, NULL,
		"no ruleset is at work in this network namespace; name a file: netctl explain "
		"--ruleset FILE …");
	return -ENOENT;
}

static int compile(struct work *work)
{
	int r = work->asked->ruleset ? read_file(work) : read_live(work);

	return r < 0 ? r
		     : nc_session_compile(&work->session, work->own ?: work->session.ruleset,
					  NC_COMPILE_TRACE, &work->image);
}

/* --- device and hook -------------------------------------------------------------------------------------- */

static bool is_egress(const struct nc_image_entry *entry)
{
	return entry->hook == NC_HOOK_EGRESS;
}

static bool is_device(const struct nc_image_entry *entry, const char *device)
{
	return !device || strcmp(entry->device.name, device) == 0;
}

/* Entries are sorted by hook and name: of a device at both ingress layers, XDP's is found first. */
static const struct nc_image_entry *find_entry(const struct work *work, const char *device,
					       bool egress)
{
	nc_vec_foreach (entry, &work->image.entries) {
		if (is_egress(entry) == egress && is_device(entry, device))
			return entry;
	}
	return NULL;
}

/* "eth0, eth1": devices with chains of the direction. */
static void name_devices(const struct work *work, bool egress, char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	nc_vec_foreach (entry, &work->image.entries) {
		if (is_egress(entry) != egress ||
		    find_entry(work, entry->device.name, egress) != entry)
			continue;
		used += snprintf(text + used, size - used, "%s%s", used ? ", " : "",
				 entry->device.name);
		if (used >= size - 32) {
			snprintf(text + used, size - used, ", …");
			return;
		}
	}
}

static int refuse_device(const struct work *work, bool egress)
{
	const char *device = work->asked->device, *hook = egress ? "egress" : "ingress";
	char others[256];

	name_devices(work, egress, others, sizeof(others));
	if (!device)
		nc_diag_error(&work->run->diag, NULL, "the ruleset has no base chain of hook %s",
			      hook);
	else if (*others)
		nc_diag_error(
			&work->run->diag, NULL,
			"no base chain of hook %s names device %s: all its packets pass; there "
			"are chains for: %s",
			hook, device, others);
	else
		nc_diag_error(&work->run->diag, NULL,
			      "no base chain of hook %s names device %s: all its packets pass",
			      hook, device);
	return -ENODEV;
}

static int refuse_ambiguity(const struct work *work, bool egress)
{
	char devices[256];

	name_devices(work, egress, devices, sizeof(devices));
	nc_diag_error(&work->run->diag, NULL,
		      "the ruleset has base chains of hook %s for several devices; choose one by "
		      "--device: %s",
		      egress ? "egress" : "ingress", devices);
	return -EINVAL;
}

/* A hook that was not given is ingress, or egress where the ruleset has nothing else. */
static int choose_entry(const struct work *work, const struct nc_image_entry **ret)
{
	const struct nc_explain *asked = work->asked;
	const struct nc_image_entry *entry;
	bool egress = asked->hook == NC_HOOK_EGRESS;

	entry = find_entry(work, asked->device, egress);
	if (!entry && !asked->hook_given)
		entry = find_entry(work, asked->device, true);
	if (!entry)
		return refuse_device(work, egress);
	nc_vec_foreach (other, &work->image.entries) {
		if (is_egress(other) == is_egress(entry) && is_device(other, asked->device) &&
		    strcmp(other->device.name, entry->device.name) != 0)
			return refuse_ambiguity(work, is_egress(entry));
	}
	*ret = entry;
	return 0;
}

/* --- frames ----------------------------------------------------------------------------------------------- */

/* Why a frame cannot be tried; nothing: it can. */
static void refuse_frame(struct nc_explained *explained)
{
	if (explained->in.length < NC_TRIAL_MIN)
		snprintf(explained->error, sizeof(explained->error),
			 "too short: a frame has at least the %d bytes of an Ethernet header",
			 NC_TRIAL_MIN);
	else if (!explained->in.bytes)
		snprintf(explained->error, sizeof(explained->error),
			 "too long: the kernel tries frames of up to %d bytes", NC_TRIAL_MAX);
}

static const struct nc_stmt *find_fwd(const struct nc_rule *rule)
{
	nc_vec_foreach (stmt, &rule->stmts) {
		if (stmt->kind == NC_STMT_FWD)
			return stmt;
	}
	return NULL;
}

/* "policy", and those that stand in for it (netctl/reason.h). */
static bool is_policy(enum nc_reason reason)
{
	return reason != NC_REASON_RULE && reason != NC_REASON_NO_RULESET &&
	       reason != NC_REASON_NO_CHAIN && reason != NC_REASON_TOO_DEEP &&
	       reason != NC_REASON_INTERNAL;
}

/* What all layers together say. */
static void conclude(const struct work *work, struct nc_explained *explained)
{
	const struct nc_trial *trial = &work->trial;
	const struct nc_stmt *fwd;

	explained->rule = NULL;
	explained->policy = NULL;
	if (trial->reason == NC_REASON_RULE && trial->n_rules && !trial->full)
		explained->rule = explained->matched.v[explained->matched.n - 1];
	fwd = explained->rule ? find_fwd(explained->rule->rule) : NULL;
	if (trial->verdict == NC_VERDICT_REDIRECT && fwd && fwd->send->device.kind == NC_VALUE_NUM)
		nc_format_name(fwd->send->device.num, explained->to);
	if (!trial->full && trial->policy < work->image.chains.n && is_policy(trial->reason))
		explained->policy = &work->image.chains.v[trial->policy];
	explained->verdict = trial->verdict;
	explained->reason = trial->reason;
	explained->out = (struct nc_frame){trial->frame, trial->length, trial->length};
}

/* One layer. 1: the frame goes on to the next. */
static int try_layer(struct work *work, enum nc_hook layer, struct nc_explained *explained)
{
	struct nc_trial *trial = &work->trial;
	uint8_t frame[NC_TRIAL_MAX];
	size_t length = explained->out.length;
	int r;

	/* The trial's own frame is overwritten. */
	memcpy(frame, explained->out.bytes, length);
	r = nc_instance_try_at(work->instance, layer, frame, length, trial);
	if (r == 0 && trial->reason == _NC_REASON_MAX)
		r = -EBADMSG;
	for (size_t i = 0; i < trial->n_rules && !r; i++) {
		if (trial->rules[i] < work->image.rules.n)
			r = nc_vec_push(&explained->matched, &work->image.rules.v[trial->rules[i]]);
	}
	if (r < 0)
		return r;
	conclude(work, explained);
	return trial->verdict == NC_VERDICT_ACCEPT;
}

/* In the order in which packets pass them. */
static int try_layers(struct work *work, struct nc_explained *explained)
{
	static const enum nc_hook layers[] = {NC_HOOK_INGRESS, NC_HOOK_INGRESS_TC, NC_HOOK_EGRESS};
	int r = 1;

	explained->out = explained->in;
	for (size_t i = 0; i < sizeof(layers) / sizeof(*layers) && r > 0; i++) {
		if (nc_instance_has(work->instance, layers[i]))
			r = try_layer(work, layers[i], explained);
	}
	return r;
}

/* bpf_prog_test_run_skb() says EINVAL where eth_type_trans() finds IP and the frame is too short for it. */
static void note_failure(const struct work *work, int error, struct nc_explained *explained)
{
	bool at_tc = nc_instance_has(work->instance, NC_HOOK_INGRESS_TC) ||
		     nc_instance_has(work->instance, NC_HOOK_EGRESS);

	if (error == -EINVAL && at_tc)
		snprintf(explained->error, sizeof(explained->error),
			 "at tc, the kernel tries no frames that end inside their IP header");
	else if (error == -EBADMSG)
		snprintf(explained->error, sizeof(explained->error),
			 "the program counted it not exactly once; report this as a bug");
	else
		snprintf(explained->error, sizeof(explained->error),
			 "the kernel cannot try this frame: %s", strerror(-error));
}

static int explain_frame(void *context, const struct nc_frame *frame)
{
	struct work *work = context;
	struct nc_explained explained = {.index = work->index++, .in = *frame};
	int r = 0;

	refuse_frame(&explained);
	if (!*explained.error)
		r = try_layers(work, &explained);
	if (r < 0)
		note_failure(work, r, &explained);
	nc_explain_print(&work->out, &explained);
	nc_vec_free(&explained.matched);
	return ferror(stdout) ? -EPIPE : 0;
}

static int explain_frames(struct work *work)
{
	const struct nc_explain *asked = work->asked;

	if (asked->pcap)
		return nc_frames_pcap(asked->pcap, explain_frame, work, &work->run->diag);
	return nc_frames_hex(asked->hex, asked->n_hex, explain_frame, work);
}

/* --- all -------------------------------------------------------------------------------------------------- */

static int explain(struct work *work)
{
	const struct nc_image_entry *entry = NULL;
	int r = compile(work);

	if (r == 0)
		r = choose_entry(work, &entry);
	if (r == 0)
		r = nc_instance_load(&work->image, entry - work->image.entries.v,
				     work->session.live, &work->instance, &work->run->diag);
	if (r < 0)
		return r;
	work->out.device = entry->device.name;
	work->out.hook = entry->hook;
	r = explain_frames(work);
	/* What cannot be read at all has no answer. */
	if (r == 0 || work->index)
		nc_explain_end(&work->out);
	return r;
}

static void finish(struct work *work)
{
	if (work->instance)
		nc_instance_free(work->instance);
	nc_image_clear(&work->image);
	if (work->own)
		nc_ruleset_free(work->own);
	nc_session_close(&work->session);
}

enum nc_exit nc_cmd_explain(struct nc_run *run, int argc, char **argv)
{
	struct nc_explain asked = {};
	struct work work = {
		.run = run,
		.asked = &asked,
		.out = {.out = stdout,
			.json = run->options.json,
			.colour = nc_term_colour(stdout),
			.print_flags = run->print_flags},
	};
	enum nc_exit code = parse_words(run, argc, argv, &asked);
	int r;

	if (code != NC_EXIT_DONE)
		return code;
	r = explain(&work);
	finish(&work);
	return nc_exit_of(run, r);
}
