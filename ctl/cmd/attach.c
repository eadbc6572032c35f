/* SPDX-License-Identifier: GPL-2.0-only */
/* "attach" and "detach": the words they share, and the two verbs. */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/session.h"

struct words {
	const char *device;
	struct nc_attach_options options;
	bool all, has_mode;
};

static int parse_hook(const char *word, enum nc_hook *ret)
{
	if (strcmp(word, "ingress") == 0)
		*ret = NC_HOOK_INGRESS;
	else if (strcmp(word, "egress") == 0)
		*ret = NC_HOOK_EGRESS;
	else
		return -EINVAL;
	return 0;
}

static int parse_mode(const char *word, enum nc_attach_mode *ret)
{
	static const char *const modes[] = {
		[NC_MODE_AUTO] = "auto",
		[NC_MODE_NATIVE] = "native",
		[NC_MODE_GENERIC] = "generic",
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		if (strcmp(word, modes[i]) != 0)
			continue;
		*ret = i;
		return 0;
	}
	return -EINVAL;
}

/* The word behind argv[i], or a usage error. */
static const char *next_word(struct nc_run *run, int argc, char **argv, int *i)
{
	if (*i + 1 < argc)
		return argv[++*i];
	nc_usage(run, "'%s' needs a word behind it", argv[*i]);
	return NULL;
}

static enum nc_exit parse_words(struct nc_run *run, int argc, char **argv, struct words *words)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i], *value;

		if (strcmp(word, "hook") == 0) {
			value = next_word(run, argc, argv, &i);
			if (!value || parse_hook(value, &words->options.hook) < 0)
				return nc_usage(run, "hook is 'ingress' or 'egress'");
		} else if (strcmp(word, "mode") == 0) {
			value = next_word(run, argc, argv, &i);
			if (!value || parse_mode(value, &words->options.mode) < 0)
				return nc_usage(run, "mode is 'auto', 'native' or 'generic'");
			words->has_mode = true;
		} else if (strcmp(word, "--replace") == 0) {
			words->options.replace = true;
		} else if (strcmp(word, "--all") == 0) {
			words->all = true;
		} else if (!words->device && *word != '-') {
			words->device = word;
		} else {
			return nc_usage(run, "'%s' is not a word of '%s'; see: netctl help %s",
					word, argv[0], argv[0]);
		}
	}
	return NC_EXIT_DONE;
}

static bool ruleset_names(const struct nc_ruleset *ruleset, const char *name)
{
	nc_vec_foreach (table, &ruleset->tables) {
		nc_vec_foreach (chain, &(*table)->chains) {
			if (nc_chain_has_device(*chain, name))
				return true;
		}
	}
	return false;
}

/*
 * Attach. A ruleset at work that names the device knows the interface that had the name when it was published: it is published
 * again, so that it is enforced on the one that has it now.
 */
static int attach(struct nc_run *run, const struct words *words)
{
	_cleanup_(nc_session_close) struct nc_session session;
	struct nc_device device;
	int r;

	r = nc_session_open(&session, NC_STORE_WRITE, &run->diag);
	if (r == 0)
		r = nc_attach(session.store, words->device, &words->options, &device, &run->diag);
	if (r < 0 || words->options.hook != NC_HOOK_INGRESS || !session.live ||
	    !ruleset_names(session.ruleset, words->device))
		return r;
	nc_keep_past(session.store);
	return nc_session_commit(&session, session.ruleset, true);
}

enum nc_exit nc_cmd_attach(struct nc_run *run, int argc, char **argv)
{
	struct words words = {};

	if (parse_words(run, argc, argv, &words) != NC_EXIT_DONE)
		return NC_EXIT_USAGE;
	if (!words.device || words.all)
		return nc_usage(run, "attach needs a DEVICE; see: netctl help attach");
	if (words.options.hook == NC_HOOK_EGRESS && words.has_mode &&
	    words.options.mode != NC_MODE_AUTO)
		return nc_usage(run, "modes are XDP's; the egress hook is at tc and has none");
	return attach(run, &words) < 0 ? NC_EXIT_FAILED : NC_EXIT_DONE;
}

enum nc_exit nc_cmd_detach(struct nc_run *run, int argc, char **argv)
{
	_cleanup_(nc_store_closep) struct nc_store *store = NULL;
	struct words words = {};
	int r;

	if (parse_words(run, argc, argv, &words) != NC_EXIT_DONE)
		return NC_EXIT_USAGE;
	if (words.has_mode || words.options.replace)
		return nc_usage(run, "detach takes no mode and no --replace");
	if (words.all == (words.device != NULL))
		return nc_usage(run, "detach needs a DEVICE or --all; see: netctl help detach");
	r = nc_store_open(NC_STORE_WRITE, &store, &run->diag);
	if (r == 0)
		r = words.all ? nc_detach_all(store, &run->diag)
			      : nc_detach(store, words.device, words.options.hook, &run->diag);
	return r < 0 ? NC_EXIT_FAILED : NC_EXIT_DONE;
}
