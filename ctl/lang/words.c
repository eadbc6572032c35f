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

static const struct unsupported_word commands[] = {
	{"define", "write the value out where $variable stands"},
	{"redefine", "write the value out where $variable stands"},
	{"undefine", "write the value out where $variable stands"},
	{"include", "give netctl one file, or run it once per file"},
	{"reset", NULL},
	{"rename", NULL},
	{"get", NULL},
	{"monitor", NULL},
	{"import", NULL},
	{"export", NULL},
	{"describe", NULL},
	{},
};

static const struct unsupported_word objects[] = {
	{"map", NULL},
	{"maps", NULL},
	{"flowtable", NULL},
	{"flowtables", NULL},
	{"counter", "write \"counter\" in the rule instead"},
	{"quota", NULL},
	{"quotas", NULL},
	{"limit", NULL},
	{"limits", NULL},
	{"ct", NULL},
	{"secmark", NULL},
	{"secmarks", NULL},
	{"synproxy", NULL},
	{"synproxys", NULL},
	{"meter", NULL},
	{"meters", NULL},
	{"tunnel", NULL},
	{"tunnels", NULL},
	{"hooks", NULL},
	{"rules", NULL},
	{"flags", NULL},
	{},
};

static const struct unsupported_word set_words[] = {
	{"typeof", "write \"type\" and the type's name instead"},
	{"timeout", NULL},
	{"gc-interval", NULL},
	{"auto-merge", "write intervals that do not overlap"},
	{"counter", NULL},
	{"policy", NULL},
	{"quota", NULL},
	{"limit", NULL},
	{"last", NULL},
	{"ct", NULL},
	{"dynamic", NULL},
	{},
};

static const struct unsupported_word statements[] = {
	{"jump", "write the rules of the chain out where they are needed"},
	{"goto", "write the rules of the chain out where they are needed"},
	{"return", NULL},
	{"continue", NULL},
	{"vmap", "write one rule per verdict instead"},
	{"map", NULL},
	{"log", NULL},
	{"limit", NULL},
	{"quota", NULL},
	{"last", NULL},
	{"queue", NULL},
	{"reject", "\"drop\" is what XDP can do"},
	{"ct", "connections are tracked behind this hook"},
	{"notrack", NULL},
	{"snat", NULL},
	{"dnat", NULL},
	{"masquerade", NULL},
	{"redirect", NULL},
	{"tproxy", NULL},
	{"synproxy", NULL},
	{"dup", NULL},
	{"fwd", NULL},
	{"set", "add elements with \"add element\""},
	{"add", "add elements with \"add element\""},
	{"update", NULL},
	{"delete", NULL},
	{"flow", NULL},
	{"meter", NULL},
	{"xt", NULL},
	{"secmark", NULL},
	{"tunnel", NULL},
	{"rt", NULL},
	{"rt0", NULL},
	{"rt2", NULL},
	{"srh", NULL},
	{"hbh", NULL},
	{"frag", NULL},
	{"dst", NULL},
	{"mh", NULL},
	{"exthdr", NULL},
	{"arp", "only \"ether type arp\" can be matched"},
	{"ah", "\"meta l4proto ah\" can be matched"},
	{"esp", "\"meta l4proto esp\" can be matched"},
	{"comp", "\"meta l4proto comp\" can be matched"},
	{"igmp", "\"meta l4proto igmp\" can be matched"},
	{"gre", "\"meta l4proto gre\" can be matched"},
	{"gretap", NULL},
	{"vxlan", NULL},
	{"geneve", NULL},
	{"fib", NULL},
	{"socket", NULL},
	{"osf", NULL},
	{"ipsec", NULL},
	{"numgen", NULL},
	{"jhash", NULL},
	{"symhash", NULL},
	{"iif", "the chain's device is what a packet came in by"},
	{"iifname", "the chain's device is what a packet came in by"},
	{"iiftype", NULL},
	{"iifgroup", NULL},
	{"oif", NULL},
	{"oifname", NULL},
	{"oiftype", NULL},
	{"oifgroup", NULL},
	{"ibrname", NULL},
	{"obrname", NULL},
	{"mark", NULL},
	{"pkttype", NULL},
	{"cpu", NULL},
	{"skuid", NULL},
	{"skgid", NULL},
	{"cgroup", NULL},
	{"nftrace", NULL},
	{"rtclassid", NULL},
	{"random", NULL},
	{"time", NULL},
	{"hour", NULL},
	{"day", NULL},
	{},
};

static const struct unsupported_word elements[] = {
	{"timeout", NULL},
	{"expires", NULL},
	{"comment", NULL},
	{"counter", NULL},
	{"limit", NULL},
	{"last", NULL},
	{},
};

static const struct unsupported_word *const unsupported[] = {
	[NC_UNSUPPORTED_COMMAND] = commands,	 [NC_UNSUPPORTED_OBJECT] = objects,
	[NC_UNSUPPORTED_SET] = set_words,	 [NC_UNSUPPORTED_ELEMENT] = elements,
	[NC_UNSUPPORTED_STATEMENT] = statements,
};

bool nc_word_unsupported(enum nc_unsupported where, const char *word, const char **ret_advice)
{
	for (const struct unsupported_word *w = unsupported[where]; w->word; w++) {
		if (strcmp(w->word, word) == 0) {
			*ret_advice = w->advice;
			return true;
		}
	}
	return false;
}

/* Fields by header, each between blanks. */
static const struct {
	const char *header, *fields;
} unsupported_fields[] = {
	{"vlan", " cfi dei pcp "},
	{"ip", " version hdrlength dscp ecn length id frag-off ttl checksum option "},
	{"ip6", " version priority dscp ecn flowlabel length hoplimit "},
	{"tcp", " sequence ackseq doff reserved window checksum urgptr option "},
	{"udp", " length checksum "},
	{"udplite", " csumcov checksum "},
	{"sctp", " vtag checksum chunk "},
	{"dccp", " type option "},
	{"icmp", " checksum id sequence gateway mtu "},
	{"icmpv6", " checksum id sequence mtu max-delay param-problem taddr daddr "},
	{"meta",
	 " length nfproto priority mark nftrace iif iifname iiftype iifgroup iifkind oif oifname"
	 " oiftype oifgroup oifkind sdif sdifname skuid skgid rtclassid ibrname obrname ibriport"
	 " ibrpvid ibrvproto pkttype cpu cgroup random ipsec secmark time hour day broute "},
};

bool nc_field_unsupported(const char *header, const char *field)
{
	size_t length = strlen(field);

	for (size_t i = 0; i < sizeof(unsupported_fields) / sizeof(*unsupported_fields); i++) {
		const char *at = unsupported_fields[i].fields;

		if (strcmp(unsupported_fields[i].header, header) != 0)
			continue;
		for (; (at = strstr(at, field)); at++) {
			if (at[-1] == ' ' && at[length] == ' ')
				return true;
		}
	}
	return false;
}
