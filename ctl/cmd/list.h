/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of what is at work. */
#ifndef NETCTL_CMD_LIST_H
#define NETCTL_CMD_LIST_H

#include "cmd/cmd.h"
#include "cmd/session.h"

/*
 * Print what the script's "list" commands ask for, from a session opened after its other commands took effect. 0 or
 * -errno with a message.
 */
int nc_list(struct nc_run *run, struct nc_session *session, const struct nc_script *script);

/* {"nftables":[…]} of the whole ruleset, as "list ruleset" with -j; the caller owns it. */
struct json_object;
struct json_object *nc_list_json(const struct nc_session *session);

/* Does the script have any? Does it have anything else? */
bool nc_script_lists(const struct nc_script *script);
/* Does one of them start counters and quotas anew? */
bool nc_script_resets(const struct nc_script *script);
bool nc_script_changes(const struct nc_script *script);

#endif
