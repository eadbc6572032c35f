/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside "monitor": what both of its subjects share. */
#ifndef NETCTL_CMD_MONITOR_H
#define NETCTL_CMD_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/cmd.h"

struct nc_monitor {
	struct nc_run *run;
	uint64_t count; /* events or changes to show; 0: no end */
	uint64_t shown;
	int64_t deadline_ms; /* of nc_monitor_now_ms(); INT64_MAX: none */
	/* Events only: */
	bool with_rules, only_new;
	const char *prefix; /* or NULL */
	int group;	    /* -1: any */
	const char *pcapng; /* a file's name or "-"; or NULL */
};

/* Monotonic. */
int64_t nc_monitor_now_ms(void);

/* Did a signal or the count end it, or an output that takes no more? */
bool nc_monitor_stopped(const struct nc_monitor *monitor);
/* Or the time? */
bool nc_monitor_over(const struct nc_monitor *monitor);

/* Milliseconds to wait, at most max. */
int nc_monitor_wait_ms(const struct nc_monitor *monitor, int max);
/* Wait that long; a signal ends it. */
void nc_monitor_pause(const struct nc_monitor *monitor, int max);

enum nc_exit nc_monitor_events(struct nc_monitor *monitor);
enum nc_exit nc_monitor_ruleset(struct nc_monitor *monitor);

#endif
