/* SPDX-License-Identifier: GPL-2.0-only */
/* "monitor": its words, and what ends it. */
#include "cmd/monitor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static volatile sig_atomic_t stop;

/* Why standard output takes no more, for the one that reports it at the end; 0: it does. */
static int output_error;

static void note_signal(int number)
{
	(void)number;
	stop = 1;
}

/* The first one ends the reading, a second one the process: for an output that hangs. */
static void catch_signals(void)
{
	const struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int64_t nc_monitor_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool nc_monitor_stopped(const struct nc_monitor *monitor)
{
	if (ferror(stdout) && !output_error)
		output_error = errno;
	return stop || output_error || (monitor->count && monitor->shown >= monitor->count);
}

bool nc_monitor_over(const struct nc_monitor *monitor)
{
	return nc_monitor_stopped(monitor) ||
	       (monitor->deadline_ms != INT64_MAX && nc_monitor_now_ms() >= monitor->deadline_ms);
}

int nc_monitor_wait_ms(const struct nc_monitor *monitor, int max)
{
	int64_t left;

	if (monitor->deadline_ms == INT64_MAX)
		return max;
	left = monitor->deadline_ms - nc_monitor_now_ms();
	return left < 0 ? 0 : left < max ? (int)left : max;
}

void nc_monitor_pause(const struct nc_monitor *monitor, int max)
{
	poll(NULL, 0, nc_monitor_wait_ms(monitor, max));
}

/* --- words -------------------------------------------------------------------------------------------- */

static bool parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	char *end;
	uint64_t number;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || number < min || number > max)
		return false;
	*ret = number;
	return true;
}

static bool parse_seconds(const char *text, struct nc_monitor *monitor)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= 0) || seconds > 1e9)
		return false;
	monitor->deadline_ms = nc_monitor_now_ms() + (int64_t)(seconds * 1000);
	return true;
}

/* An option with a value behind it. */
static enum nc_exit parse_value(struct nc_monitor *monitor, const char *option, const char *value)
{
	uint64_t group;

	if (strcmp(option, "--count") == 0 && !parse_number(value, 1, UINT64_MAX, &monitor->count))
		return nc_usage(monitor->run, "--count needs a number from 1 on, and not '%s'",
				value);
	if (strcmp(option, "--timeout") == 0 && !parse_seconds(value, monitor))
		return nc_usage(monitor->run, "--timeout needs a number of seconds, and not '%s'",
				value);
	if (strcmp(option, "--prefix") == 0)
		monitor->prefix = value;
	if (strcmp(option, "--pcapng") == 0)
		monitor->pcapng = value;
	if (strcmp(option, "--group") == 0) {
		if (!parse_number(value, 0, UINT16_MAX - 1, &group))
			return nc_usage(monitor->run,
					"--group needs a number from 0 to 65534, and not '%s'",
					value);
		monitor->group = group;
	}
	return NC_EXIT_DONE;
}

static bool takes_value(const char *word)
{
	static const char *const options[] = {"--count", "--timeout", "--group", "--prefix",
					      "--pcapng"};

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		if (strcmp(word, options[i]) == 0)
			return true;
	}
	return false;
}

static enum nc_exit parse_words(struct nc_monitor *monitor, int argc, char **argv, bool *ret_events)
{
	const char *subject = NULL;

	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		enum nc_exit code;

		if (takes_value(word)) {
			if (++i == argc)
				return nc_usage(monitor->run, "'%s' needs a word behind it", word);
			code = parse_value(monitor, word, argv[i]);
			if (code != NC_EXIT_DONE)
				return code;
		} else if (strcmp(word, "--rules") == 0) {
			monitor->with_rules = true;
		} else if (strcmp(word, "--new") == 0) {
			monitor->only_new = true;
		} else if (!subject && (!strcmp(word, "events") || !strcmp(word, "ruleset"))) {
			subject = word;
		} else {
			return nc_usage(monitor->run,
					"'%s' is not a word of 'monitor'; see: netctl help monitor",
					word);
		}
	}
	*ret_events = !subject || strcmp(subject, "events") == 0;
	return NC_EXIT_DONE;
}

enum nc_exit nc_cmd_monitor(struct nc_run *run, int argc, char **argv)
{
	struct nc_monitor monitor = {.run = run, .deadline_ms = INT64_MAX, .group = -1};
	bool events = true;
	enum nc_exit code = parse_words(&monitor, argc, argv, &events);

	if (code != NC_EXIT_DONE)
		return code;
	if (!events && (monitor.with_rules || monitor.only_new || monitor.prefix ||
			monitor.group >= 0 || monitor.pcapng))
		return nc_usage(run, "'monitor ruleset' takes --count and --timeout; the other "
				     "options are for 'monitor events'");
	if (run->options.handle)
		monitor.with_rules = true;
	if (!monitor.pcapng || strcmp(monitor.pcapng, "-") != 0)
		setvbuf(stdout, NULL, _IOLBF, 0);
	catch_signals();
	code = events ? nc_monitor_events(&monitor) : nc_monitor_ruleset(&monitor);
	if (output_error)
		errno = output_error;
	return code;
}
