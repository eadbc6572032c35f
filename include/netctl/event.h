/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of "log" statements: what the packet path writes into the ring buffer nc_events and "netctl monitor" reads.
 *
 * One ring buffer per network namespace, pinned as "events" in the store; it outlives generations, and has one reader
 * at a time. What does not fit is counted in nc_lost, pinned as "lost": never silently dropped.
 */
#ifndef NETCTL_EVENT_H
#define NETCTL_EVENT_H

#include "abi.h"
#include "reason.h"

#define NC_EVENTS_BYTES                                                                            \
	(1u << 20) /* of the ring buffer; a power of two and a multiple of the page size */
#define NC_SNAPLEN_MAX	  2048 /* bytes of a frame that an event can carry */
#define NC_LOG_PREFIX	  128  /* with its NUL, as in nf_log.h */
#define NC_LOG_NO_GROUP	  0xffff
#define NC_LOG_NO_VERDICT 0xff /* the rule goes on */

/* Writer: BPF. Host byte order. captured bytes of the frame, from the Ethernet header on, follow the struct. */
struct nc_event {
	__u64 time_ns;	    /* CLOCK_BOOTTIME */
	__u64 table_handle; /* the rule's table */
	__u64 rule_handle;
	__u32 ifindex;	/* ingress: where the frame came in; egress: where it goes out */
	__u32 length;	/* bytes of the frame */
	__u32 captured; /* bytes of it that follow, at most NC_SNAPLEN_MAX */
	__u16 group;	/* "log group N", NC_LOG_NO_GROUP for none */
	__u8 level;	/* syslog(3): 0 emerg … 7 debug */
	__u8 verdict;	/* enum nc_verdict that the rule ends with, or NC_LOG_NO_VERDICT */
	__u8 hook;	/* enum nc_hook */
	__u8 pad[7];	/* zero */
	char prefix[NC_LOG_PREFIX]; /* NUL-terminated; "" for none */
};

_Static_assert(sizeof(struct nc_event) == 48 + NC_LOG_PREFIX, "struct nc_event is part of the ABI");

#endif
