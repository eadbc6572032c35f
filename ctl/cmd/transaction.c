/* SPDX-License-Identifier: GPL-2.0-only */
/* "confirm" and "rollback", and what other verbs have to know of a change that is pending. */
#include "cmd/transaction.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>

#define NSEC_PER_SEC INT64_C(1000000000)

uint64_t nc_pending_seconds(const struct nc_pending *pending)
{
	if (pending->remaining_ns <= 0)
		return 0;
	return (pending->remaining_ns + NSEC_PER_SEC - 1) / NSEC_PER_SEC;
}

int nc_pending_refuse(const struct nc_store *store, struct nc_diag *diag)
{
	struct nc_pending pending;

	if (nc_pending_read(store, &pending) < 0)
		return 0;
	nc_diag_error(diag, NULL,
		      "unconfirmed changes are pending for %" PRIu64
		      " s more: netctl confirm, or netctl rollback",
		      nc_pending_seconds(&pending));
	return -EBUSY;
}

/* Is there one that nobody takes back? A living helper is given the time to do it. */
static bool is_overdue(void)
{
	const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
	struct nc_pending pending;

	for (int tries = 0; tries < 100; tries++) {
		_cleanup_(nc_store_closep) struct nc_store *store = NULL;
		struct nc_diag unheard = {};
		int r = nc_store_open(NC_STORE_READ, &store, &unheard);

		nc_diag_free(&unheard);
		if (r < 0 || nc_pending_read(store, &pending) < 0 || pending.remaining_ns > 0)
			return false;
		if (!nc_helper_alive(&pending.helper))
			return true;
		nanosleep(&pause, NULL);
	}
	return true;
}

void nc_pending_settle(struct nc_diag *diag)
{
	_cleanup_(nc_store_closep) struct nc_store *store = NULL;

	if (is_overdue())
		nc_store_open(NC_STORE_WRITE, &store, diag);
}

enum nc_exit nc_cmd_confirm(struct nc_run *run, int argc, char **argv)
{
	_cleanup_(nc_store_closep) struct nc_store *store = NULL;
	int r;

	if (argc > 1)
		return nc_usage(run, "'%s': confirm takes no words", argv[1]);
	r = nc_store_open(NC_STORE_WRITE, &store, &run->diag);
	if (r == 0)
		r = nc_pending_confirm(store, &run->diag);
	return r < 0 ? NC_EXIT_FAILED : NC_EXIT_DONE;
}

/* A rollback that came too late must not go forth again: the store's opening leaves nothing to go back to then. */
enum nc_exit nc_cmd_rollback(struct nc_run *run, int argc, char **argv)
{
	_cleanup_(nc_store_closep) struct nc_store *store = NULL;
	uint64_t generation;
	int r;

	if (argc > 1)
		return nc_usage(run, "'%s': rollback takes no words", argv[1]);
	r = nc_store_open(NC_STORE_WRITE, &store, &run->diag);
	if (r == 0)
		r = nc_rollback(store, &generation, &run->diag);
	if (r < 0)
		return NC_EXIT_FAILED;
	if (generation)
		nc_diag_note(&run->diag, NULL, "rolled back to generation %" PRIu64, generation);
	else
		nc_diag_note(&run->diag, NULL, "rolled back: no ruleset is loaded, as before");
	return NC_EXIT_DONE;
}
