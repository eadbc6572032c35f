/* SPDX-License-Identifier: GPL-2.0-only */
/* Events as text and JSON. Called by "monitor". */
#include "cmd/event.h"

#include <ctype.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>
#include <time.h>

#include "cmd/headers.h"
#include "util/term.h"

#define NS_PER_S  1000000000u
#define NS_PER_US 1000u

static const char *const hook_names[_NC_HOOK_MAX] = {
	[NC_HOOK_INGRESS] = "ingress",
	[NC_HOOK_EGRESS] = "egress",
	[NC_HOOK_INGRESS_TC] = "ingress",
};

static const char *const verdict_names[_NC_VERDICT_MAX] = {
#define X(NAME, name) [NC_VERDICT_##NAME] = name,
	NC_VERDICTS(X)
#undef X
};

/* Of syslog(3), by nft's words. */
static const char *const level_names[] = {"emerg", "alert",  "crit", "err",
					  "warn",  "notice", "info", "debug"};

static const char *hook_name(const struct nc_event *event)
{
	return event->hook < _NC_HOOK_MAX ? hook_names[event->hook] : "?";
}

const char *nc_event_verdict(const struct nc_event *event)
{
	return event->verdict < _NC_VERDICT_MAX ? verdict_names[event->verdict] : NULL;
}

/* --- text --------------------------------------------------------------------------------------------- */

static enum nc_colour verdict_colour(const struct nc_event *event)
{
	switch (event->verdict) {
	case NC_VERDICT_ACCEPT:
		return NC_COLOUR_GREEN;
	case NC_VERDICT_DROP:
		return NC_COLOUR_RED;
	case NC_VERDICT_REDIRECT:
		return NC_COLOUR_YELLOW;
	default:
		return NC_COLOUR_NONE;
	}
}

/* In quotes; what a terminal could take for a command is escaped. */
static void print_quoted(const char *text, FILE *out)
{
	fputc('"', out);
	for (const char *c = text; *c; c++) {
		if (iscntrl((unsigned char)*c))
			fprintf(out, "\\x%02x", (unsigned char)*c);
		else if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else
			fputc(*c, out);
	}
	fputc('"', out);
}

static void print_time(uint64_t realtime_ns, bool colour, FILE *out)
{
	time_t seconds = realtime_ns / NS_PER_S;
	char text[40];
	struct tm tm;
	size_t n;

	localtime_r(&seconds, &tm);
	n = strftime(text, sizeof(text), "%H:%M:%S", &tm);
	snprintf(text + n, sizeof(text) - n, ".%06u",
		 (unsigned)(realtime_ns % NS_PER_S / NS_PER_US));
	nc_term_print(out, colour, NC_COLOUR_DIM, text);
}

static void print_device(const struct nc_event_view *view, bool colour, FILE *out)
{
	char number[16];

	snprintf(number, sizeof(number), "#%u", view->event->ifindex);
	nc_term_print(out, colour, NC_COLOUR_BOLD, *view->device ? view->device : number);
}

static void print_rule(const struct nc_event_view *view, bool colour, FILE *out)
{
	char *text = NULL;
	int n;

	if (view->rule)
		n = asprintf(&text, " # %s %s handle %" PRIu64 ": %s", view->rule->table,
			     view->rule->chain, (uint64_t)view->event->rule_handle,
			     view->rule->text);
	else
		n = asprintf(&text, " # (rule handle %" PRIu64 " is gone)",
			     (uint64_t)view->event->rule_handle);
	if (n >= 0)
		nc_term_print(out, colour, NC_COLOUR_DIM, text);
	free(n >= 0 ? text : NULL);
}

void nc_event_print(const struct nc_event_view *view, bool with_rule, bool colour, FILE *out)
{
	const struct nc_event *event = view->event;
	const char *verdict = nc_event_verdict(event);
	struct nc_decoded headers;

	print_time(view->realtime_ns, colour, out);
	fputc(' ', out);
	print_device(view, colour, out);
	fprintf(out, " %s ", hook_name(event));
	nc_term_print(out, colour, verdict_colour(event), verdict ?: "log");
	fputc(' ', out);
	if (*event->prefix) {
		print_quoted(event->prefix, out);
		fputc(' ', out);
	}
	nc_decode(view->frame, event->captured, &headers);
	nc_headers_print(&headers, out);
	fprintf(out, " length %u", event->length);
	if (with_rule)
		print_rule(view, colour, out);
	fputc('\n', out);
}

/* --- JSON --------------------------------------------------------------------------------------------- */

typedef struct json_object json;

static void add(json *object, const char *key, json *value)
{
	json_object_object_add(object, key, value);
}

/* null for NULL */
static void add_string(json *object, const char *key, const char *text)
{
	add(object, key, text ? json_object_new_string(text) : NULL);
}

static void add_time(json *object, uint64_t realtime_ns)
{
	time_t seconds = realtime_ns / NS_PER_S;
	char text[64];
	struct tm tm;
	size_t n;

	gmtime_r(&seconds, &tm);
	n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, sizeof(text) - n, ".%06uZ",
		 (unsigned)(realtime_ns % NS_PER_S / NS_PER_US));
	add_string(object, "time", text);
}

static json *rule_json(const struct nc_event_view *view)
{
	json *rule;

	if (!view->rule)
		return NULL;
	rule = json_object_new_object();
	add_string(rule, "family", "netdev");
	add_string(rule, "table", view->rule->table);
	add_string(rule, "chain", view->rule->chain);
	add(rule, "handle", json_object_new_uint64(view->event->rule_handle));
	add_string(rule, "text", view->rule->text);
	return rule;
}

static json *hex_json(const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * NC_SNAPLEN_MAX];

	if (n > NC_SNAPLEN_MAX)
		n = NC_SNAPLEN_MAX;
	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 0xf];
	}
	return json_object_new_string_len(text, 2 * n);
}

struct json_object *nc_event_json(const struct nc_event_view *view)
{
	const struct nc_event *event = view->event;
	json *object = json_object_new_object(), *whole = json_object_new_object();
	struct nc_decoded headers;

	add(whole, "event", object);
	add_time(object, view->realtime_ns);
	add_string(object, "device", *view->device ? view->device : NULL);
	add(object, "ifindex", json_object_new_int64(event->ifindex));
	add_string(object, "hook", hook_name(event));
	add_string(object, "prefix", event->prefix);
	add_string(object, "level", event->level < 8 ? level_names[event->level] : NULL);
	add(object, "group",
	    event->group == NC_LOG_NO_GROUP ? NULL : json_object_new_int(event->group));
	add_string(object, "verdict", nc_event_verdict(event));
	add(object, "rule", rule_json(view));
	add(object, "table_handle", json_object_new_uint64(event->table_handle));
	add(object, "rule_handle", json_object_new_uint64(event->rule_handle));
	add(object, "length", json_object_new_int64(event->length));
	add(object, "captured", json_object_new_int64(event->captured));
	nc_decode(view->frame, event->captured, &headers);
	add(object, "headers", nc_headers_json(&headers));
	add(object, "data", hex_json(view->frame, event->captured));
	return whole;
}
