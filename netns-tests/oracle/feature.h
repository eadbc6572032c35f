/* SPDX-License-Identifier: GPL-2.0-only */
/* What the generator may use: parts of the language and kinds of frames, switched by name. */
#ifndef NETCTL_ORACLE_FEATURE_H
#define NETCTL_ORACLE_FEATURE_H

#include <stdbool.h>
#include <stdio.h>

enum feature {
	/* headers */
	F_ETHER,
	F_VLAN,
	F_ARP,
	F_IP,
	F_IP6,
	F_EXTHDR,
	F_ICMP,
	F_ICMPV6,
	F_IGMP,
	F_TCP,
	F_TCPOPT,
	F_IPOPT,
	F_UDP,
	F_UDPLITE,
	F_SCTP,
	F_SCTPCHUNK,
	F_DCCP,
	F_AH,
	F_ESP,
	F_COMP,
	F_TH,
	F_RAW,
	F_META,
	/* operators and values */
	F_NEQ,
	F_ORDER,
	F_RANGE,
	F_PREFIX,
	F_MASK,
	F_BITWISE,
	F_SHIFT,
	F_ANONSET,
	F_NAMEDSET,
	F_TYPEOF,
	F_CONCAT,
	F_CONCATRANGE,
	F_VMAP,
	F_MAP,
	F_CATCHALL,
	F_AUTOMERGE,
	F_NUMGEN,
	F_HASH,
	/* chains */
	F_JUMP,
	F_CHAINS,
	F_DEVICES,
	F_MANYRULES,
	F_EGRESS,
	/* statements */
	F_NAMEDCOUNTER,
	F_LIMIT,
	F_QUOTA,
	F_OBJECTMAP,
	F_EARLYCOUNTER, /* a counter before a match */
	F_LOG,
	F_COMMENT,
	F_DYNSET,
	F_DYNMAP,
	F_METER,
	F_ELEMENTSTATE,
	F_TIMEOUT,
	F_METASET,
	F_MANGLE,
	F_MANGLEVLAN,
	F_COPY,
	F_FWD,
	F_DUP,
	/* frames */
	F_MALFORMED,
	F_FRAGMENTS,
	F_TAGGED,
	_F_MAX
};

/* All but those that have to be asked for. */
void features_begin(void);
bool features_only(const char *list);
bool features_with(const char *list);
bool features_without(const char *list);
bool on(enum feature feature);
void features_print(FILE *to);

#endif
