/* SPDX-License-Identifier: GPL-2.0-only */
/* A session: the store, the ruleset at work read back as a model, and what a script made of it put to work. */
#ifndef NETCTL_CMD_SESSION_H
#define NETCTL_CMD_SESSION_H

#include "kern/kern.h"
#include "lang/lang.h"

/* Where a base chain runs. */
struct nc_placement {
	const struct nc_table *table;
	const struct nc_chain *chain;
	enum nc_hook hook;
	const char
		*tc_word; /* INGRESS_TC: what XDP cannot do, or NULL: a chain before it is there */
};

struct nc_session {
	struct nc_store *store;	    /* NULL: there is none, so no ruleset */
	struct nc_live *live;	    /* NULL: no ruleset is at work */
	struct nc_ruleset *ruleset; /* the live one, for editing; empty if there is none */
	struct nc_diag *diag;
	NC_VEC(struct nc_placement) placements; /* after nc_session_place() */
};

/*
 * Open and read back. With NC_STORE_READ a missing store is an empty ruleset; with NC_STORE_WRITE a pending change is
 * refused. 0 or -errno with a message.
 */
int nc_session_open(struct nc_session *session, enum nc_store_access access, struct nc_diag *diag);
/* The same for writing; script is what the ruleset will be changed by. */
int nc_session_open_for(struct nc_session *session, const struct nc_script *script,
			struct nc_diag *diag);
void nc_session_close(struct nc_session *session);

/* Read counters, and the elements of all sets if wanted, from the kernel into the ruleset. */
int nc_session_read_state(struct nc_session *session, bool elements);
/* Of one set; context is the session. For nc_script_run(). */
int nc_session_load_elements(void *context, const struct nc_table *table, struct nc_set *set,
			     struct nc_diag *diag);

/* Of all verdict maps: their elements name chains, which edits must know of. */
int nc_session_load_verdicts(struct nc_session *session);

/* Find out where its base chains run. */
int nc_session_place(struct nc_session *session);

/*
 * Compile a ruleset beside what is at work: the session's own or one that replaces it, by nc_compile()'s flags. Without a
 * store in the session: one that stands alone.
 */
int nc_session_compile(struct nc_session *session, struct nc_ruleset *ruleset, unsigned flags,
		       struct nc_image *ret);

/* Put a ruleset to work (the session's own or one that replaces it): compile and publish. publish false: compile only. */
int nc_session_commit(struct nc_session *session, struct nc_ruleset *ruleset, bool publish);

/*
 * A script that adds or deletes one element whose change is one key of a live set: done at once, without a new generation.
 * 1: done; 0: it is not such a script; -errno with a message.
 */
int nc_session_change_element(struct nc_session *session, const struct nc_script *script);

#endif
