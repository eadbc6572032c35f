// SPDX-License-Identifier: GPL-2.0-only
/* Names of what the generator may use. */
#include "feature.h"

#include <string.h>

static const char *const names[_F_MAX] = {
	[F_ETHER] = "ether",
	[F_VLAN] = "vlan",
	[F_ARP] = "arp",
	[F_IP] = "ip",
	[F_IP6] = "ip6",
	[F_EXTHDR] = "exthdr",
	[F_ICMP] = "icmp",
	[F_ICMPV6] = "icmpv6",
	[F_IGMP] = "igmp",
	[F_TCP] = "tcp",
	[F_TCPOPT] = "tcpopt",
	[F_IPOPT] = "ipopt",
	[F_UDP] = "udp",
	[F_UDPLITE] = "udplite",
	[F_SCTP] = "sctp",
	[F_SCTPCHUNK] = "sctpchunk",
	[F_DCCP] = "dccp",
	[F_AH] = "ah",
	[F_ESP] = "esp",
	[F_COMP] = "comp",
	[F_TH] = "th",
	[F_RAW] = "raw",
	[F_META] = "meta",
	[F_NEQ] = "neq",
	[F_ORDER] = "order",
	[F_RANGE] = "range",
	[F_PREFIX] = "prefix",
	[F_MASK] = "mask",
	[F_BITWISE] = "bitwise",
	[F_SHIFT] = "shift",
	[F_ANONSET] = "anonset",
	[F_NAMEDSET] = "namedset",
	[F_TYPEOF] = "typeof",
	[F_CONCAT] = "concat",
	[F_CONCATRANGE] = "concatrange",
	[F_VMAP] = "vmap",
	[F_MAP] = "map",
	[F_CATCHALL] = "catchall",
	[F_AUTOMERGE] = "automerge",
	[F_NUMGEN] = "numgen",
	[F_HASH] = "hash",
	[F_JUMP] = "jump",
	[F_CHAINS] = "chains",
	[F_DEVICES] = "devices",
	[F_MANYRULES] = "manyrules",
	[F_EGRESS] = "egress",
	[F_NAMEDCOUNTER] = "namedcounter",
	[F_LIMIT] = "limit",
	[F_QUOTA] = "quota",
	[F_OBJECTMAP] = "objectmap",
	[F_EARLYCOUNTER] = "earlycounter",
	[F_LOG] = "log",
	[F_COMMENT] = "comment",
	[F_DYNSET] = "dynset",
	[F_DYNMAP] = "dynmap",
	[F_METER] = "meter",
	[F_ELEMENTSTATE] = "elementstate",
	[F_TIMEOUT] = "timeout",
	[F_METASET] = "metaset",
	[F_MANGLE] = "mangle",
	[F_MANGLEVLAN] = "manglevlan",
	[F_COPY] = "copy",
	[F_FWD] = "fwd",
	[F_DUP] = "dup",
	[F_MALFORMED] = "malformed",
	[F_FRAGMENTS] = "fragments",
	[F_TAGGED] = "tagged",
};

static bool enabled[_F_MAX];

/* Shifts and auto-merge are where nft 1.0.6 is wrong: it shifts what is not in host order, and forgets what it merged. */
void features_begin(void)
{
	for (int i = 0; i < _F_MAX; i++)
		enabled[i] = i != F_EGRESS && i != F_SHIFT && i != F_AUTOMERGE;
}

static bool set(const char *list, bool to)
{
	while (*list) {
		size_t n = strcspn(list, ",");
		int i;

		for (i = 0; i < _F_MAX; i++)
			if (strlen(names[i]) == n && !strncmp(names[i], list, n))
				break;
		if (i == _F_MAX) {
			fprintf(stderr, "oracle: no feature \"%.*s\"; there are:", (int)n, list);
			features_print(stderr);
			return false;
		}
		enabled[i] = to;
		list += n + (list[n] == ',');
	}
	return true;
}

bool features_only(const char *list)
{
	memset(enabled, 0, sizeof(enabled));
	return set(list, true);
}

bool features_with(const char *list)
{
	return set(list, true);
}

bool features_without(const char *list)
{
	return set(list, false);
}

bool on(enum feature feature)
{
	return enabled[feature];
}

void features_print(FILE *to)
{
	for (int i = 0; i < _F_MAX; i++)
		fprintf(to, " %s", names[i]);
	fputc('\n', to);
}
