/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * "monitor ruleset": what changes in the ruleset, as nft's monitor prints it. Nobody tells us of a change, there is no daemon:
 * we look what is published, ten times a second, and read the ruleset when that is another. Elements that change in
 * place publish nothing: sets are read again from time to time, so seldom that it takes a twentieth of a CPU at most.
 */
#include <errno.h>
#include <inttypes.h>

#include "cmd/change.h"
#include "cmd/monitor.h"
#include "cmd/session.h"

#define LOOK_MS	    100 /* between looks at what is published */
#define CONTENT_MS  200 /* between readings of elements, at least */
#define CONTENT_MUL 20	/* and times what a reading took */
#define TRIES	    20	/* readings that fail while the store is rebuilt under us */

struct watch {
	struct nc_monitor *monitor;
	struct nc_picture *picture;
	uint64_t published;  /* of nc_watch() */
	uint64_t generation; /* of the picture; 0: no ruleset */
	int64_t content_due_ms;
};

/* --- reading ------------------------------------------------------------------------------------------ */

/* The ruleset as it is now. Errors append messages. */
static int read_ruleset(struct watch *watch, struct nc_picture **ret, uint64_t *ret_generation,
			struct nc_diag *diag)
{
	const struct nc_run *run = watch->monitor->run;
	struct nc_session session;
	int r = nc_session_open(&session, NC_STORE_READ, diag);

	if (r == 0)
		r = nc_session_read_state(&session, !run->options.terse);
	if (r == 0) {
		r = nc_change_picture(run, &session, ret);
		if (r < 0)
			nc_diag_errno(diag, NULL, r, "cannot compare the ruleset");
	}
	if (r == 0)
		*ret_generation = session.live ? nc_live_generation(session.live) : 0;
	nc_session_close(&session);
	return r;
}

/* Pins may vanish between two of our looks: again, until it goes well. */
static int read_until_done(struct watch *watch, struct nc_picture **ret, uint64_t *ret_generation)
{
	int r;

	for (int tries = 1;; tries++) {
		struct nc_diag diag = {};

		if (tries == TRIES || nc_monitor_over(watch->monitor))
			return read_ruleset(watch, ret, ret_generation, &watch->monitor->run->diag);
		r = read_ruleset(watch, ret, ret_generation, &diag);
		nc_diag_free(&diag);
		if (r == 0 || r == -ENOMEM)
			return r;
		nc_monitor_pause(watch->monitor, LOOK_MS);
	}
}

/* --- telling ------------------------------------------------------------------------------------------ */

static int show(void *context, const struct nc_change *change)
{
	struct watch *watch = context;

	nc_change_print(watch->monitor->run, change);
	watch->monitor->shown++;
	return nc_monitor_over(watch->monitor) ? -ECANCELED : 0;
}

/* --- watching ----------------------------------------------------------------------------------------- */

static int look_closely(struct watch *watch)
{
	_cleanup_(nc_picture_freep) struct nc_picture *next = NULL;
	int64_t began = nc_monitor_now_ms(), took;
	uint64_t generation = 0;
	int r = read_until_done(watch, &next, &generation);

	if (r < 0)
		return r;
	r = watch->picture ? nc_picture_compare(watch->picture, next, show, watch) : 0;
	if (r < 0)
		return r;
	if (watch->picture && generation != watch->generation) {
		watch->generation = generation;
		nc_change_print_generation(watch->monitor->run, generation);
	}
	watch->generation = generation;
	if (watch->picture)
		nc_picture_free(watch->picture);
	watch->picture = TAKE_PTR(next);
	took = (nc_monitor_now_ms() - began) * CONTENT_MUL;
	watch->content_due_ms = nc_monitor_now_ms() + (took > CONTENT_MS ? took : CONTENT_MS);
	return 0;
}

static bool content_is_due(const struct watch *watch)
{
	return !watch->monitor->run->options.terse && watch->picture &&
	       nc_picture_has_content(watch->picture) &&
	       nc_monitor_now_ms() >= watch->content_due_ms;
}

static int look(struct watch *watch)
{
	uint64_t published = 0;
	int r = nc_watch(&published, &watch->monitor->run->diag);

	if (r < 0)
		return r;
	if (watch->picture && published == watch->published && !content_is_due(watch))
		return 0;
	watch->published = published;
	return look_closely(watch);
}

enum nc_exit nc_monitor_ruleset(struct nc_monitor *monitor)
{
	struct watch watch = {.monitor = monitor};
	int r = look(&watch);

	while (r == 0 && !nc_monitor_over(monitor)) {
		nc_monitor_pause(monitor, LOOK_MS);
		r = look(&watch);
	}
	if (watch.picture)
		nc_picture_free(watch.picture);
	return r < 0 && r != -ECANCELED ? NC_EXIT_FAILED : NC_EXIT_DONE;
}
