/* SPDX-License-Identifier: GPL-2.0-only */
/* Diagnostics and JSON on their way to the user. Called by main() and the verbs; the only place that renders messages. */
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "util/term.h"

static const char *const severity_names[] = {
	[NC_SEVERITY_ERROR] = "error",
	[NC_SEVERITY_WARNING] = "warning",
	[NC_SEVERITY_NOTE] = "note",
};

static struct json_object *message_json(const struct nc_message *message)
{
	struct json_object *object = json_object_new_object();
	const struct nc_loc *loc = &message->loc;

	if (loc->source) {
		json_object_object_add(object, "file", json_object_new_string(loc->source->name));
		json_object_object_add(object, "line", json_object_new_int64(loc->line));
		json_object_object_add(object, "column", json_object_new_int64(loc->column));
		json_object_object_add(object, "end_column",
				       json_object_new_int64(loc->end_column));
	}
	json_object_object_add(object, "severity",
			       json_object_new_string(severity_names[message->severity]));
	json_object_object_add(object, "text", json_object_new_string(message->text));
	return object;
}

/* {"error":{"code":…,"messages":[…]}}, or {"messages":[…]} when there were notes only. */
static void render_json(const struct nc_run *run, enum nc_exit code)
{
	struct json_object *object = json_object_new_object(), *inner = object;
	struct json_object *messages = json_object_new_array();

	if (code != NC_EXIT_DONE) {
		inner = json_object_new_object();
		json_object_object_add(object, "error", inner);
		json_object_object_add(inner, "code", json_object_new_int(code));
	}
	nc_vec_foreach (message, &run->diag.messages)
		json_object_array_add(messages, message_json(message));
	json_object_object_add(inner, "messages", messages);
	fprintf(stderr, "%s\n",
		json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

void nc_render(const struct nc_run *run, enum nc_exit code)
{
	if (!run->diag.messages.n && (code == NC_EXIT_DONE || run->answered))
		return;
	if (run->options.json)
		render_json(run, code);
	else
		nc_diag_print(&run->diag, stderr, nc_term_colour(stderr));
}

void nc_print_json(struct json_object *object)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;

	if (isatty(STDOUT_FILENO))
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	puts(json_object_to_json_string_ext(object, flags));
	json_object_put(object);
}

enum nc_exit nc_usage(struct nc_run *run, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	nc_diag_error(&run->diag, NULL, "%s", text ? text : "usage");
	free(text);
	return NC_EXIT_USAGE;
}

enum nc_exit nc_exit_of(const struct nc_run *run, int r)
{
	if (r >= 0)
		return NC_EXIT_DONE;
	nc_vec_foreach (message, &run->diag.messages) {
		if (message->severity == NC_SEVERITY_ERROR && message->loc.source)
			return NC_EXIT_REFUSED;
	}
	return r == -E2BIG ? NC_EXIT_REFUSED : NC_EXIT_FAILED;
}
