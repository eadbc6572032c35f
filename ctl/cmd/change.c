/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of the ruleset as they are shown. */
#include "cmd/change.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>

#include "cmd/list.h"
#include "util/term.h"

int nc_change_picture(const struct nc_run *run, const struct nc_session *session,
		      struct nc_picture **ret)
{
	struct json_object *json = run->options.json ? nc_list_json(session) : NULL;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	int r = -ENOMEM;

	if (out) {
		nc_print_ruleset(session->ruleset,
				 run->print_flags | NC_PRINT_HANDLES | NC_PRINT_STATELESS, out);
		if (fclose(out) == 0)
			r = nc_picture_take(text, json, ret);
	}
	free(text);
	json_object_put(json);
	return r;
}

/* --- printing ----------------------------------------------------------------------------------------- */

static enum nc_colour verb_colour(const char *verb)
{
	return *verb == 'd' ? NC_COLOUR_RED : NC_COLOUR_GREEN;
}

static struct json_object *change_json(const struct nc_change *change)
{
	struct json_object *inner = json_object_new_object(), *whole = json_object_new_object();

	json_object_object_add(inner, change->object, json_object_get(change->json));
	json_object_object_add(whole, change->verb, inner);
	return whole;
}

void nc_change_print(const struct nc_run *run, const struct nc_change *change)
{
	struct json_object *json;

	if (run->options.json) {
		json = change_json(change);
		puts(json_object_to_json_string_ext(json, JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(json);
		return;
	}
	nc_term_print(stdout, nc_term_colour(stdout), verb_colour(change->verb), change->verb);
	printf(" %s %s", change->object, change->text);
	if (run->options.handle && change->handle && *change->verb != 'd')
		printf(" # handle %llu", change->handle);
	putchar('\n');
}

void nc_change_print_generation(const struct nc_run *run, uint64_t generation)
{
	char text[64] = "# no ruleset\n";

	if (generation)
		snprintf(text, sizeof(text), "# new generation %" PRIu64 "\n", generation);
	if (!run->options.json)
		nc_term_print(stdout, nc_term_colour(stdout), NC_COLOUR_DIM, text);
}

/* --- echo --------------------------------------------------------------------------------------------- */

static int picture_live(struct nc_run *run, struct nc_picture **ret)
{
	_cleanup_(nc_session_close) struct nc_session session;
	int r = nc_session_open(&session, NC_STORE_READ, &run->diag);

	if (r == 0)
		r = nc_session_read_state(&session, !run->options.terse);
	if (r < 0)
		return r;
	r = nc_change_picture(run, &session, ret);
	return r < 0 ? nc_diag_errno(&run->diag, NULL, r, "cannot compare the ruleset") : 0;
}

int nc_echo_begin(struct nc_run *run, struct nc_picture **ret)
{
	return picture_live(run, ret);
}

struct echo {
	const struct nc_run *run;
	struct json_object *json; /* an array, or NULL */
};

/* nft's -e tells what comes, not what goes. */
static int echo(void *context, const struct nc_change *change)
{
	const struct echo *echo = context;

	if (*change->verb == 'd')
		return 0;
	if (echo->json)
		json_object_array_add(echo->json, change_json(change));
	else
		nc_change_print(echo->run, change);
	return 0;
}

int nc_echo_end(struct nc_run *run, struct nc_picture *before)
{
	_cleanup_(nc_picture_freep) struct nc_picture *after = NULL;
	struct echo context = {.run = run};
	struct json_object *whole;
	int r = picture_live(run, &after);

	if (r < 0)
		return r;
	if (run->options.json)
		context.json = json_object_new_array();
	r = nc_picture_compare(before, after, echo, &context);
	if (run->options.json) {
		whole = json_object_new_object();
		json_object_object_add(whole, "nftables", context.json);
		nc_print_json(whole);
	}
	return r < 0 ? nc_diag_errno(&run->diag, NULL, r, "cannot compare the ruleset") : 0;
}
