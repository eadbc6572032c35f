/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of the ruleset as they are shown: by "monitor ruleset" while others make them, by -e when a command has. */
#ifndef NETCTL_CMD_CHANGE_H
#define NETCTL_CMD_CHANGE_H

#include "cmd/cmd.h"
#include "cmd/picture.h"
#include "cmd/session.h"

/* A picture of a session's ruleset, whose state has been read; with JSON where the run asks for it. 0, -ENOMEM or -EBADMSG. */
int nc_change_picture(const struct nc_run *run, const struct nc_session *session,
		      struct nc_picture **ret);

/* A line of text or JSON. */
void nc_change_print(const struct nc_run *run, const struct nc_change *change);
/* As text only; 0: there is no ruleset. */
void nc_change_print_generation(const struct nc_run *run, uint64_t generation);

/* The ruleset at work, before a command changes it. 0 or -errno with a message. */
int nc_echo_begin(struct nc_run *run, struct nc_picture **ret);
/* Print what has come since. JSON is one {"nftables":[…]}. 0 or -errno with a message. */
int nc_echo_end(struct nc_run *run, struct nc_picture *before);

#endif
