/* SPDX-License-Identifier: GPL-2.0-only */
/* "monitor events": logged events as lines, as JSON lines or into a pcapng file, until something ends it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cmd/event.h"
#include "cmd/monitor.h"
#include "cmd/session.h"
#include "util/term.h"

#define NS_PER_MS 1000000u
#define POLL_MS	  200 /* between looks at the clock, and at what was lost */

/* The ruleset as it is now, for the text of rules; read when the first event asks, and again when it has changed. */
struct rules {
	struct nc_session session;
	struct nc_diag diag;
	bool open, fresh; /* fresh: looked for changes since the last poll */
	uint64_t watched;
	/* The rule asked for last. */
	uint64_t table_handle, rule_handle;
	struct nc_event_rule rule;
	char *text; /* NULL: it is gone */
};

struct events {
	struct nc_monitor *monitor;
	struct nc_events *reader;
	struct rules rules;
	FILE *file; /* of pcapng */
	struct nc_pcapng pcapng;
	uint64_t new_since_ns;	  /* CLOCK_BOOTTIME */
	uint64_t until_ns;	  /* likewise; what is logged later is not waited for */
	uint64_t boot_ns;	  /* CLOCK_REALTIME less CLOCK_BOOTTIME */
	uint64_t lost_by_readers; /* while readers ran that are closed by now */
	uint64_t lost_told;
	uint64_t lost_before;
	bool colour, failed;
	bool late; /* the time is up, and what was logged until then has been read */
};

static uint64_t clock_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000000000u + now.tv_nsec;
}

/* --- rules -------------------------------------------------------------------------------------------- */

static void close_rules(struct rules *rules)
{
	if (rules->open)
		nc_session_close(&rules->session);
	nc_diag_free(&rules->diag);
	free(rules->text);
	*rules = (struct rules){};
}

/* Errors are no one's business here: the rule is then gone. */
static void refresh_rules(struct rules *rules)
{
	uint64_t now = 0;

	if (rules->fresh)
		return;
	if (nc_watch(&now, &rules->diag) < 0 || !rules->open || now != rules->watched) {
		close_rules(rules);
		rules->open = true;
		rules->watched = now;
		if (nc_session_open(&rules->session, NC_STORE_READ, &rules->diag) < 0)
			close_rules(rules);
	}
	rules->fresh = true;
}

static char *rule_text(const struct nc_rule *rule, unsigned flags)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	nc_print_rule(rule, flags | NC_PRINT_STATELESS, out);
	fclose(out);
	return text;
}

static void look_for_rule(struct rules *rules, const struct nc_event *event, unsigned flags)
{
	const struct nc_rule *rule;

	nc_vec_foreach (table, &rules->session.ruleset->tables) {
		if ((*table)->handle != event->table_handle)
			continue;
		nc_vec_foreach (chain, &(*table)->chains) {
			rule = nc_chain_find_rule(*chain, event->rule_handle, NULL);
			if (!rule)
				continue;
			rules->text = rule_text(rule, flags);
			rules->rule =
				(struct nc_event_rule){(*table)->name, (*chain)->name, rules->text};
			return;
		}
	}
}

/* NULL: it is gone. Valid until the next call. */
static const struct nc_event_rule *find_rule(struct rules *rules, const struct nc_event *event,
					     unsigned flags)
{
	refresh_rules(rules);
	if (!rules->open)
		return NULL;
	if (rules->table_handle != event->table_handle ||
	    rules->rule_handle != event->rule_handle) {
		free(TAKE_PTR(rules->text));
		rules->table_handle = event->table_handle;
		rules->rule_handle = event->rule_handle;
		look_for_rule(rules, event, flags);
	}
	return rules->text ? &rules->rule : NULL;
}

/* --- one event ---------------------------------------------------------------------------------------- */

static bool is_wanted(const struct events *events, const struct nc_event *event)
{
	const struct nc_monitor *monitor = events->monitor;

	return event->time_ns >= events->new_since_ns &&
	       (monitor->group < 0 || event->group == monitor->group) &&
	       (!monitor->prefix ||
		strncmp(event->prefix, monitor->prefix, strlen(monitor->prefix)) == 0);
}

/* One line, whatever standard output is: nc_print_json() would spread it out on a terminal. */
static void print_json_line(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

/* After this event no more is wanted. An event is never taken and not shown: the one that shows that the time is up, too. */
static int go_on(struct events *events, const struct nc_event *event)
{
	if (event->time_ns > events->until_ns)
		events->late = true;
	return nc_monitor_stopped(events->monitor) || events->failed || events->late ? -ECANCELED
										     : 0;
}

static int show(void *context, const struct nc_event *event, const void *frame)
{
	struct events *events = context;
	struct nc_monitor *monitor = events->monitor;
	const struct nc_run *run = monitor->run;
	struct nc_event_view view = {
		.event = event,
		.frame = frame,
		.realtime_ns = event->time_ns + events->boot_ns,
	};

	if (!is_wanted(events, event))
		return go_on(events, event);
	if (!if_indextoname(event->ifindex, view.device))
		*view.device = '\0';
	if (monitor->with_rules || run->options.json || events->file)
		view.rule = find_rule(&events->rules, event, run->print_flags);
	if (events->file)
		events->failed |= nc_pcapng_event(&events->pcapng, &view) < 0;
	else if (run->options.json)
		print_json_line(nc_event_json(&view));
	else
		nc_event_print(&view, monitor->with_rules, events->colour, stdout);
	monitor->shown++;
	return go_on(events, event);
}

/* --- what was lost ------------------------------------------------------------------------------------ */

static uint64_t lost_so_far(struct events *events)
{
	struct nc_events_lost lost = {};

	if (events->reader && nc_events_lost(events->reader, &lost) == 0)
		events->lost_before = lost.total - lost.since_open;
	return events->lost_by_readers + lost.since_open;
}

static void tell_lost(struct events *events)
{
	uint64_t lost = lost_so_far(events), more = lost - events->lost_told;
	struct json_object *object;

	events->lost_told = lost;
	if (!more || events->file)
		return;
	if (!events->monitor->run->options.json) {
		printf("%" PRIu64 " event%s lost\n", more, more == 1 ? "" : "s");
		return;
	}
	object = json_object_new_object();
	json_object_object_add(object, "lost", json_object_new_uint64(more));
	print_json_line(object);
}

static void tell_sum(struct events *events)
{
	struct nc_run *run = events->monitor->run;
	uint64_t n = events->monitor->shown;
	char before[64] = "";

	if (events->lost_before)
		snprintf(before, sizeof(before), " (and %" PRIu64 " before)", events->lost_before);
	if (run->options.json)
		nc_diag_note(&run->diag, NULL, "%" PRIu64 " event%s, %" PRIu64 " lost%s", n,
			     n == 1 ? "" : "s", events->lost_told, before);
	else
		fprintf(stderr, "%" PRIu64 " event%s, %" PRIu64 " lost%s\n", n, n == 1 ? "" : "s",
			events->lost_told, before);
}

/* --- the reader --------------------------------------------------------------------------------------- */

static void close_reader(struct events *events)
{
	if (!events->reader)
		return;
	tell_lost(events);
	events->lost_by_readers = events->lost_told;
	nc_events_close(TAKE_PTR(events->reader));
}

/* Become the reader, once there is something to read. 0 with reader NULL: it is over before that. */
static int open_reader(struct events *events)
{
	const struct nc_monitor *monitor = events->monitor;
	bool told = false;
	int r;

	for (;;) {
		r = nc_events_open(&events->reader, &monitor->run->diag);
		if (r != -ENOENT || nc_monitor_over(monitor))
			return r == -ENOENT ? 0 : r;
		if (!told && isatty(STDERR_FILENO) && !monitor->run->options.json)
			fputs("waiting for a ruleset that logs\n", stderr);
		told = true;
		nc_monitor_pause(monitor, POLL_MS);
	}
}

static int poll_reader(struct events *events)
{
	int r;

	events->boot_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);
	events->rules.fresh = false;
	r = nc_events_poll(events->reader, nc_monitor_wait_ms(events->monitor, POLL_MS), show,
			   events);
	tell_lost(events);
	if (events->file && fflush(events->file) == EOF)
		events->failed = true;
	if (r == -ESTALE)
		close_reader(events);
	if (r <= 0 && nc_monitor_over(events->monitor))
		events->late = true;
	if (r >= 0 || r == -ESTALE || r == -EINTR || r == -ECANCELED)
		return 0;
	return nc_diag_errno(&events->monitor->run->diag, NULL, r, "cannot read events");
}

static int read_events(struct events *events)
{
	int r = 0;

	while (r == 0 && !nc_monitor_stopped(events->monitor) && !events->failed && !events->late) {
		if (!events->reader)
			r = open_reader(events);
		if (r == 0 && events->reader)
			r = poll_reader(events);
		else
			events->late = true;
	}
	close_reader(events);
	return r;
}

/* --- the file ----------------------------------------------------------------------------------------- */

static int open_file(struct events *events)
{
	const char *path = events->monitor->pcapng;
	struct nc_diag *diag = &events->monitor->run->diag;

	if (!path)
		return 0;
	if (strcmp(path, "-") == 0 && isatty(STDOUT_FILENO))
		return nc_diag_error(diag, NULL,
				     "standard output is a terminal; a pcapng file is for "
				     "another program: netctl monitor --pcapng - | tcpdump -r -");
	events->file = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	if (!events->file)
		return nc_diag_errno(diag, NULL, -errno, "cannot write %s", path);
	nc_pcapng_begin(&events->pcapng, events->file);
	fflush(events->file);
	return 0;
}

static int close_file(struct events *events)
{
	bool failed = events->failed;

	if (!events->file)
		return 0;
	nc_pcapng_end(&events->pcapng, clock_ns(CLOCK_REALTIME), events->lost_told);
	failed |= fflush(events->file) == EOF || ferror(events->file);
	if (events->file != stdout)
		failed |= fclose(events->file) == EOF;
	if (!failed)
		return 0;
	return nc_diag_errno(&events->monitor->run->diag, NULL, errno ? -errno : -EIO,
			     "cannot write %s", events->monitor->pcapng);
}

static uint64_t until_ns(const struct nc_monitor *monitor)
{
	if (monitor->deadline_ms == INT64_MAX)
		return UINT64_MAX;
	return clock_ns(CLOCK_BOOTTIME) +
	       (uint64_t)nc_monitor_wait_ms(monitor, INT_MAX) * NS_PER_MS;
}

enum nc_exit nc_monitor_events(struct nc_monitor *monitor)
{
	struct events events = {.monitor = monitor, .colour = nc_term_colour(stdout)};
	int r, closed;

	if (monitor->only_new)
		events.new_since_ns = clock_ns(CLOCK_BOOTTIME);
	events.until_ns = until_ns(monitor);
	/* The lock first: a monitor that is refused must not truncate the file of the other. */
	r = open_reader(&events);
	if (r == 0)
		r = open_file(&events);
	if (r == 0)
		r = read_events(&events);
	closed = close_file(&events);
	close_reader(&events);
	close_rules(&events.rules);
	if (r < 0 || closed < 0)
		return NC_EXIT_FAILED;
	tell_sum(&events);
	return NC_EXIT_DONE;
}
