/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of nft's words. The parser asks them when it is about to refuse something, and before it takes a
 * word for a name.
 */
#include <stdlib.h>
#include <string.h>

#include "lang/words.h"

static int compare_words(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

/*
 * Sorted. The words that nft 1.0.6 refuses as the name of a table, chain or set, found by asking it;
 * "destroy", which later versions reserve; "ll" and "nh", which mean headers behind an "@".
 */
bool nc_word_reserved(const char *word)
{
	static const char *const reserved[] = {
		"accept",    "add",	   "ah",       "all",	   "arp",	  "auto-merge",
		"bridge",    "cgroup",	   "chain",    "comment",  "comp",	  "constant",
		"continue",  "counter",	   "cpu",      "create",   "ct",	  "day",
		"dccp",	     "define",	   "delete",   "describe", "destroy",	  "device",
		"devices",   "dnat",	   "drop",     "dst",	   "dup",	  "dynamic",
		"ecn",	     "element",	   "elements", "esp",	   "ether",	  "exists",
		"expires",   "export",	   "exthdr",   "fib",	   "flags",	  "flow",
		"flowtable", "flush",	   "frag",     "fwd",	   "gc-interval", "get",
		"goto",	     "handle",	   "hbh",      "hook",	   "hour",	  "ibriport",
		"ibrname",   "icmp",	   "icmpv6",   "igmp",	   "iif",	  "iifgroup",
		"iifname",   "iiftype",	   "import",   "include",  "index",	  "inet",
		"insert",    "interval",   "ip",       "ip6",	   "ipsec",	  "jhash",
		"jump",	     "limit",	   "list",     "ll",	   "log",	  "map",
		"mark",	     "masquerade", "meta",     "meter",	   "mh",	  "missing",
		"monitor",   "netdev",	   "nh",       "nftrace",  "notrack",	  "numgen",
		"obriport",  "obrname",	   "offload",  "oif",	   "oifgroup",	  "oifname",
		"oiftype",   "osf",	   "pkttype",  "policy",   "position",	  "priority",
		"queue",     "quota",	   "random",   "redefine", "redirect",	  "reject",
		"rename",    "replace",	   "reset",    "return",   "rt",	  "rt0",
		"rt2",	     "rtclassid",  "rule",     "ruleset",  "sctp",	  "secmark",
		"set",	     "size",	   "skgid",    "skuid",	   "snat",	  "socket",
		"srh",	     "symhash",	   "synproxy", "table",	   "tcp",	  "th",
		"time",	     "timeout",	   "tproxy",   "type",	   "typeof",	  "udp",
		"udplite",   "undefine",   "update",   "vlan",	   "vmap",	  "xt",
	};

	return bsearch(word, reserved, sizeof(reserved) / sizeof(*reserved), sizeof(*reserved),
		       compare_words);
}

struct unsupported_word {
	const char *word;
	const char *advice;
};

/* What stands where nft has a verb, and is none of netctl's language. */
static const struct unsupported_word commands[] = {
	{"monitor", "it is a command of its own: netctl monitor"},
	{"describe", "netctl.nft(5) has the types and the names of their values"},
	{"import", "'netctl -f' reads JSON"},
	{"export", "'netctl -j list ruleset' writes JSON"},
	{},
};

#define NO_CONNECTIONS "connections are tracked behind this hook"
#define NO_FLOWTABLE   "flows are offloaded behind this hook; 'fwd' sends frames on"
#define NO_SECMARK     "packets get their security marks behind this hook"

static const struct unsupported_word objects[] = {
	{"flowtable", NO_FLOWTABLE},
	{"flowtables", NO_FLOWTABLE},
	{"flow", "it is an older word: write 'list meters'"},
	{"ct", NO_CONNECTIONS},
	{"secmark", NO_SECMARK},
	{"secmarks", NO_SECMARK},
	{"synproxy", NO_CONNECTIONS},
	{"synproxys", NO_CONNECTIONS},
	{"tunnel", "tunnels end behind this hook"},
	{"tunnels", "tunnels end behind this hook"},
	{"hooks", "'netctl status' shows what is attached"},
	{"rules", "'list ruleset' and 'list chain' show rules"},
	{},
};

static const struct unsupported_word set_words[] = {
	{"ct", NO_CONNECTIONS},
	{"last", "'counter' tells whether an element was hit"},
	{},
};

static const struct unsupported_word elements[] = {
	{"ct", NO_CONNECTIONS},
	{"last", "'counter' tells whether an element was hit"},
	{},
};

#define NO_NAT                                                                                     \
	"addresses are translated behind this hook; 'ip daddr set' rewrites them without state"
#define NO_SOCKET  "sockets are looked up behind this hook"
#define NO_ROUTE   "routes are looked up behind this hook"
#define NO_BRIDGE  "bridges are behind this hook"
#define NO_IPSEC   "packets are decrypted behind this hook"
#define NO_TUNNEL  "headers in a tunnel are not parsed"
#define NO_ROUTING "nft 1.0.6 cannot read its fields: 'srh' reads those of segment routing"

static const struct unsupported_word statements[] = {
	{"last", "'counter' tells whether a rule was hit"},
	{"queue", "there is no queue to user space at this hook; 'log' copies packets"},
	{"reject", "no packet is answered at this hook; 'drop' is possible"},
	{"ct", NO_CONNECTIONS},
	{"notrack", NO_CONNECTIONS},
	{"snat", NO_NAT},
	{"dnat", NO_NAT},
	{"masquerade", NO_NAT},
	{"redirect", NO_NAT},
	{"tproxy", NO_SOCKET},
	{"synproxy", NO_CONNECTIONS},
	{"flow", NO_FLOWTABLE},
	{"xt",
	 "it stands for a rule of iptables; iptables-restore-translate writes it in nft's words"},
	{"secmark", NO_SECMARK},
	{"tunnel", NO_TUNNEL},
	{"rt2", NO_ROUTING},
	{"rt4", NO_ROUTING},
	{"gre", NO_TUNNEL},
	{"gretap", NO_TUNNEL},
	{"vxlan", NO_TUNNEL},
	{"geneve", NO_TUNNEL},
	{"fib", NO_ROUTE},
	{"rtclassid", NO_ROUTE},
	{"socket", NO_SOCKET},
	{"osf", "systems are not told by their fingerprints; 'tcp option' and 'tcp window' read "
		"what they are"},
	{"ipsec", NO_IPSEC},
	{"secpath", NO_IPSEC},
	{"symhash", "the kernel's flow hash is not there yet; 'jhash' computes one"},
	{"ibrname", NO_BRIDGE},
	{"obrname", NO_BRIDGE},
	{"ibriport", NO_BRIDGE},
	{"obriport", NO_BRIDGE},
	{"skuid", NO_SOCKET},
	{"skgid", NO_SOCKET},
	{"cgroup", NO_SOCKET},
	{"nftrace", "'netctl explain' shows which rules a packet meets"},
	{},
};

static const struct unsupported_word *const unsupported[] = {
	[NC_UNSUPPORTED_COMMAND] = commands,	 [NC_UNSUPPORTED_OBJECT] = objects,
	[NC_UNSUPPORTED_SET] = set_words,	 [NC_UNSUPPORTED_ELEMENT] = elements,
	[NC_UNSUPPORTED_STATEMENT] = statements,
};

static bool find_word(const struct unsupported_word *words, const char *word,
		      const char **ret_advice)
{
	for (; words->word; words++) {
		if (strcmp(words->word, word) == 0) {
			*ret_advice = words->advice;
			return true;
		}
	}
	return false;
}

bool nc_word_unsupported(enum nc_unsupported where, const char *word, const char **ret_advice)
{
	return find_word(unsupported[where], word, ret_advice);
}

static const struct unsupported_word icmpv6_fields[] = {
	{"packet-too-big", "nft calls it 'icmpv6 mtu'"},
	{"taddr", "'@th,64,128' reads the address of a neighbour solicitation"},
	{"daddr", "'@th,192,128' reads the address of a redirect"},
	{},
};

static const struct unsupported_word rt_fields[] = {
	{"classid", NO_ROUTE},
	{"nexthop", NO_ROUTE},
	{"mtu", NO_ROUTE},
	{"ipsec", NO_ROUTE},
	{"ip", NO_ROUTE},
	{"ip6", NO_ROUTE},
	{},
};

static const struct unsupported_word dccp_fields[] = {
	{"option", "options of DCCP are not walked, which nft 1.0.6 does not read either"},
	{},
};

static const struct unsupported_word meta_fields[] = {
	{"nfproto", "in family netdev 'meta protocol' tells what a packet is"},
	{"nftrace", "'netctl explain' shows which rules a packet meets"},
	{"iifkind",
	 "the kind of an interface is not known at this hook; 'iiftype' and 'iifgroup' are"},
	{"oifkind",
	 "the kind of an interface is not known at this hook; 'oiftype' and 'oifgroup' are"},
	{"sdif", "VRFs are behind this hook"},
	{"sdifname", "VRFs are behind this hook"},
	{"skuid", NO_SOCKET},
	{"skgid", NO_SOCKET},
	{"cgroup", NO_SOCKET},
	{"rtclassid", NO_ROUTE},
	{"ibrname", NO_BRIDGE},
	{"obrname", NO_BRIDGE},
	{"ibriport", NO_BRIDGE},
	{"obriport", NO_BRIDGE},
	{"ibrpvid", NO_BRIDGE},
	{"ibrvproto", NO_BRIDGE},
	{"broute", NO_BRIDGE},
	{"ipsec", NO_IPSEC},
	{"secpath", NO_IPSEC},
	{"secmark", NO_SECMARK},
	{},
};

static const struct {
	const char *header;
	const struct unsupported_word *fields;
} unsupported_fields[] = {
	{"icmpv6", icmpv6_fields},
	{"rt", rt_fields},
	{"dccp", dccp_fields},
	{"meta", meta_fields},
};

bool nc_field_unsupported(const char *header, const char *field, const char **ret_advice)
{
	for (size_t i = 0; i < sizeof(unsupported_fields) / sizeof(*unsupported_fields); i++) {
		if (strcmp(unsupported_fields[i].header, header) == 0)
			return find_word(unsupported_fields[i].fields, field, ret_advice);
	}
	return false;
}
