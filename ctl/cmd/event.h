/* SPDX-License-Identifier: GPL-2.0-only */
/* One logged event, shown: as a line, as JSON, as a packet of a pcapng file. */
#ifndef NETCTL_CMD_EVENT_H
#define NETCTL_CMD_EVENT_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "netctl/event.h"
#include "netctl/state.h"
#include "util/cleanup.h"
#include "util/vec.h"

/* The rule that logged it, as it reads now. */
struct nc_event_rule {
	const char *table, *chain, *text;
};

/* An event and what only the user side knows of it. */
struct nc_event_view {
	const struct nc_event *event;
	const void *frame;	  /* event->captured bytes */
	uint64_t realtime_ns;	  /* since 1970 */
	char device[IF_NAMESIZE]; /* "" when no interface has the index any more */
	/* NULL: not in the ruleset any more, or not looked for. */
	const struct nc_event_rule *rule;
};

/* A line with its newline: time of day with microseconds, device, hook, verdict, prefix, headers; the rule if wanted. */
void nc_event_print(const struct nc_event_view *view, bool with_rule, bool colour, FILE *out);

/* {"event":{…}}; the caller owns it. */
struct json_object;
struct json_object *nc_event_json(const struct nc_event_view *view);

/* "accept" …; NULL when the rule goes on */
const char *nc_event_verdict(const struct nc_event *event);

/*
 * A pcapng file (draft-ietf-opsawg-pcapng): an interface for each device, an enhanced packet block with nanoseconds for
 * each event, its prefix and rule as the packet's comment, its verdict as epb_verdict; at the end statistics. Writes to a
 * stream that the caller opened; whether that failed, the stream remembers.
 */
struct nc_pcapng_interface {
	uint32_t ifindex;
	char name[IF_NAMESIZE];
	uint64_t packets;
};

struct nc_pcapng {
	FILE *out;
	NC_VEC(struct nc_pcapng_interface) interfaces;
};

void nc_pcapng_begin(struct nc_pcapng *file, FILE *out);
/* 0 or -ENOMEM */
int nc_pcapng_event(struct nc_pcapng *file, const struct nc_event_view *view);
/* Statistics at this time: what was read on each interface, and what was lost on all, noted on the first. */
void nc_pcapng_end(struct nc_pcapng *file, uint64_t realtime_ns, uint64_t lost);

#endif
