// SPDX-License-Identifier: GPL-2.0-only
/* The table of fields. To let rules read one more, add a line. */
#include "field.h"

#include "../../selftests/chance.h"

#include <string.h>

#define NAMES	FIELD_NAMES
#define SHAPE	FIELD_SHAPE
#define SET	FIELD_SET
#define NOWHERE FIELD_NOWHERE
#define RARE	FIELD_RARE

/* clang-format off */
const struct field fields[] = {
	/* text, header, bit offset, bits, type, feature, flags */
	{"meta protocol", H_META, 0, 16, T_ETYPE, F_META, NAMES | NOWHERE},
	{"meta l4proto", H_META, 0, 8, T_PROTO, F_META, NAMES | NOWHERE},
	{"meta length", H_META, 0, 32, T_INT, F_META, NOWHERE},
	{"meta mark", H_META, 0, 32, T_MARK, F_META, NOWHERE | SET},
	{"meta priority", H_META, 0, 32, T_INT, F_META, NOWHERE | RARE},
	{"meta iif", H_META, 0, 32, T_IFINDEX, F_META, NOWHERE | RARE},
	{"meta iifname", H_META, 0, 128, T_IFNAME, F_META, NOWHERE},
	{"meta iiftype", H_META, 0, 16, T_IFTYPE, F_META, NOWHERE | RARE},
	{"meta iifgroup", H_META, 0, 32, T_IFGROUP, F_META, NOWHERE | RARE},
	{"meta pkttype", H_META, 0, 8, T_PKTTYPE, F_META, NOWHERE | RARE},
	{"meta cpu", H_META, 0, 32, T_INT, F_META, NOWHERE | RARE},
	{"ether daddr", H_ETHER, 0, 48, T_ETHER, F_ETHER, SET | RARE},
	{"ether saddr", H_ETHER, 48, 48, T_ETHER, F_ETHER, SET},
	{"ether type", H_ETHER, 96, 16, T_ETYPE, F_ETHER, NAMES},
	{"vlan pcp", H_VLAN, 0, 3, T_INT, F_VLAN, 0},
	{"vlan dei", H_VLAN, 3, 1, T_INT, F_VLAN, 0},
	{"vlan id", H_VLAN, 4, 12, T_INT, F_VLAN, 0},
	{"vlan type", H_VLAN, 16, 16, T_ETYPE, F_VLAN, NAMES},
	{"arp htype", H_ARP, 0, 16, T_INT, F_ARP, SHAPE},
	{"arp ptype", H_ARP, 16, 16, T_ETYPE, F_ARP, SHAPE},
	{"arp hlen", H_ARP, 32, 8, T_INT, F_ARP, SHAPE},
	{"arp plen", H_ARP, 40, 8, T_INT, F_ARP, SHAPE},
	{"arp operation", H_ARP, 48, 16, T_ARPOP, F_ARP, SET},
	{"arp saddr ether", H_ARP, 64, 48, T_ETHER, F_ARP, SET},
	{"arp saddr ip", H_ARP, 112, 32, T_IP, F_ARP, 0},
	{"arp daddr ether", H_ARP, 144, 48, T_ETHER, F_ARP, 0},
	{"arp daddr ip", H_ARP, 192, 32, T_IP, F_ARP, SET},
	{"ip version", H_IP, 0, 4, T_INT, F_IP, SHAPE},
	{"ip hdrlength", H_IP, 4, 4, T_INT, F_IP, SHAPE},
	{"ip dscp", H_IP, 8, 6, T_DSCP, F_IP, SET},
	{"ip ecn", H_IP, 14, 2, T_ECN, F_IP, SET},
	{"ip length", H_IP, 16, 16, T_INT, F_IP, SHAPE},
	{"ip id", H_IP, 32, 16, T_INT, F_IP, SET},
	{"ip frag-off", H_IP, 48, 16, T_INT, F_IP, SHAPE},
	{"ip ttl", H_IP, 64, 8, T_INT, F_IP, SET},
	{"ip protocol", H_IP, 72, 8, T_PROTO, F_IP, NAMES},
	{"ip checksum", H_IP, 80, 16, T_INT, F_IP, 0},
	{"ip saddr", H_IP, 96, 32, T_IP, F_IP, SET},
	{"ip daddr", H_IP, 128, 32, T_IP, F_IP, SET},
	{"ip option rr", H_IPOPT_RR, 0, 1, T_BOOL, F_IPOPT, NOWHERE},
	{"ip option rr ptr", H_IPOPT_RR, 16, 8, T_INT, F_IPOPT, 0},
	{"ip option rr length", H_IPOPT_RR, 8, 8, T_INT, F_IPOPT, SHAPE},
	{"ip option lsrr", H_IPOPT_LSRR, 0, 1, T_BOOL, F_IPOPT, NOWHERE},
	{"ip option lsrr ptr", H_IPOPT_LSRR, 16, 8, T_INT, F_IPOPT, 0},
	{"ip option ra", H_IPOPT_RA, 0, 1, T_BOOL, F_IPOPT, NOWHERE},
	{"ip option ra value", H_IPOPT_RA, 16, 16, T_INT, F_IPOPT, 0},
	{"ip6 version", H_IP6, 0, 4, T_INT, F_IP6, SHAPE},
	{"ip6 ecn", H_IP6, 10, 2, T_ECN, F_IP6, SET},
	{"ip6 flowlabel", H_IP6, 12, 20, T_INT, F_IP6, SET},
	{"ip6 length", H_IP6, 32, 16, T_INT, F_IP6, SHAPE},
	{"ip6 nexthdr", H_IP6, 48, 8, T_PROTO, F_IP6, NAMES},
	{"ip6 hoplimit", H_IP6, 56, 8, T_INT, F_IP6, SET},
	{"ip6 saddr", H_IP6, 64, 128, T_IP6, F_IP6, SET},
	{"ip6 daddr", H_IP6, 192, 128, T_IP6, F_IP6, SET},
	{"exthdr hbh", H_HBH, 0, 1, T_BOOL, F_EXTHDR, NOWHERE},
	{"hbh nexthdr", H_HBH, 0, 8, T_PROTO, F_EXTHDR, SHAPE},
	{"hbh hdrlength", H_HBH, 8, 8, T_INT, F_EXTHDR, SHAPE},
	{"exthdr rt", H_RT, 0, 1, T_BOOL, F_EXTHDR, NOWHERE},
	{"rt nexthdr", H_RT, 0, 8, T_PROTO, F_EXTHDR, SHAPE},
	{"rt hdrlength", H_RT, 8, 8, T_INT, F_EXTHDR, SHAPE},
	{"rt type", H_RT, 16, 8, T_INT, F_EXTHDR, 0},
	{"rt seg-left", H_RT, 24, 8, T_INT, F_EXTHDR, 0},
	{"srh last-entry", H_RT, 32, 8, T_INT, F_EXTHDR, RARE},
	{"srh flags", H_RT, 40, 8, T_INT, F_EXTHDR, RARE},
	{"srh tag", H_RT, 48, 16, T_INT, F_EXTHDR, RARE},
	{"exthdr frag", H_FRAG, 0, 1, T_BOOL, F_EXTHDR, NOWHERE},
	{"frag nexthdr", H_FRAG, 0, 8, T_PROTO, F_EXTHDR, SHAPE},
	{"frag reserved", H_FRAG, 8, 8, T_INT, F_EXTHDR, 0},
	{"frag frag-off", H_FRAG, 16, 13, T_INT, F_EXTHDR, SHAPE},
	{"frag reserved2", H_FRAG, 29, 2, T_INT, F_EXTHDR, 0},
	{"frag more-fragments", H_FRAG, 31, 1, T_INT, F_EXTHDR, 0},
	{"frag id", H_FRAG, 32, 32, T_INT, F_EXTHDR, 0},
	{"exthdr dst", H_DST, 0, 1, T_BOOL, F_EXTHDR, NOWHERE},
	{"dst nexthdr", H_DST, 0, 8, T_PROTO, F_EXTHDR, SHAPE},
	{"dst hdrlength", H_DST, 8, 8, T_INT, F_EXTHDR, SHAPE},
	{"exthdr mh", H_MH, 0, 1, T_BOOL, F_EXTHDR, NOWHERE},
	{"mh nexthdr", H_MH, 0, 8, T_PROTO, F_EXTHDR, 0},
	{"mh hdrlength", H_MH, 8, 8, T_INT, F_EXTHDR, 0},
	{"mh type", H_MH, 16, 8, T_MHTYPE, F_EXTHDR, 0},
	{"mh reserved", H_MH, 24, 8, T_INT, F_EXTHDR, 0},
	{"mh checksum", H_MH, 32, 16, T_INT, F_EXTHDR, 0},
	/* no "ah nexthdr", no "comp nexthdr": nft 1.0.6 dies of them */
	{"ah hdrlength", H_AH, 8, 8, T_INT, F_AH, SHAPE},
	{"ah reserved", H_AH, 16, 16, T_INT, F_AH, 0},
	{"ah spi", H_AH, 32, 32, T_INT, F_AH, 0},
	{"ah sequence", H_AH, 64, 32, T_INT, F_AH, 0},
	{"esp spi", H_ESP, 0, 32, T_INT, F_ESP, 0},
	{"esp sequence", H_ESP, 32, 32, T_INT, F_ESP, 0},
	{"comp flags", H_COMP, 8, 8, T_INT, F_COMP, RARE},
	{"comp cpi", H_COMP, 16, 16, T_INT, F_COMP, 0},
	{"icmp type", H_ICMP, 0, 8, T_ICMPTYPE, F_ICMP, 0},
	{"icmp code", H_ICMP, 8, 8, T_ICMPCODE, F_ICMP, 0},
	{"icmp checksum", H_ICMP, 16, 16, T_INT, F_ICMP, 0},
	{"icmp id", H_ICMP, 32, 16, T_INT, F_ICMP, 0},
	{"icmp sequence", H_ICMP, 48, 16, T_INT, F_ICMP, 0},
	{"icmp mtu", H_ICMP, 48, 16, T_INT, F_ICMP, RARE},
	{"icmp gateway", H_ICMP, 32, 32, T_INT, F_ICMP, RARE},
	{"icmpv6 type", H_ICMPV6, 0, 8, T_ICMPV6TYPE, F_ICMPV6, 0},
	{"icmpv6 code", H_ICMPV6, 8, 8, T_ICMPV6CODE, F_ICMPV6, 0},
	{"icmpv6 checksum", H_ICMPV6, 16, 16, T_INT, F_ICMPV6, 0},
	{"icmpv6 id", H_ICMPV6, 32, 16, T_INT, F_ICMPV6, 0},
	{"icmpv6 sequence", H_ICMPV6, 48, 16, T_INT, F_ICMPV6, 0},
	{"icmpv6 mtu", H_ICMPV6, 32, 32, T_INT, F_ICMPV6, RARE},
	{"icmpv6 param-problem", H_ICMPV6, 32, 32, T_INT, F_ICMPV6, RARE},
	{"icmpv6 max-delay", H_ICMPV6, 32, 16, T_INT, F_ICMPV6, RARE},
	{"igmp type", H_IGMP, 0, 8, T_IGMPTYPE, F_IGMP, 0},
	{"igmp mrt", H_IGMP, 8, 8, T_INT, F_IGMP, 0},
	{"igmp checksum", H_IGMP, 16, 16, T_INT, F_IGMP, 0},
	{"igmp group", H_IGMP, 32, 32, T_INT, F_IGMP, 0},
	{"tcp sport", H_TCP, 0, 16, T_PORT, F_TCP, SET},
	{"tcp dport", H_TCP, 16, 16, T_PORT, F_TCP, SET},
	{"tcp sequence", H_TCP, 32, 32, T_INT, F_TCP, SET},
	{"tcp ackseq", H_TCP, 64, 32, T_INT, F_TCP, SET},
	{"tcp doff", H_TCP, 96, 4, T_INT, F_TCP, SHAPE},
	{"tcp reserved", H_TCP, 100, 4, T_INT, F_TCP, 0},
	{"tcp flags", H_TCP, 104, 8, T_TCPFLAG, F_TCP, 0},
	{"tcp window", H_TCP, 112, 16, T_INT, F_TCP, SET},
	{"tcp checksum", H_TCP, 128, 16, T_INT, F_TCP, 0},
	{"tcp urgptr", H_TCP, 144, 16, T_INT, F_TCP, 0},
	{"tcp option maxseg", H_OPT_MSS, 0, 1, T_BOOL, F_TCPOPT, NOWHERE},
	{"tcp option maxseg length", H_OPT_MSS, 8, 8, T_INT, F_TCPOPT, SHAPE},
	{"tcp option maxseg size", H_OPT_MSS, 16, 16, T_INT, F_TCPOPT, SET},
	{"tcp option window", H_OPT_WSCALE, 0, 1, T_BOOL, F_TCPOPT, NOWHERE},
	{"tcp option window count", H_OPT_WSCALE, 16, 8, T_INT, F_TCPOPT, 0},
	{"tcp option sack-perm", H_OPT_SACKPERM, 0, 1, T_BOOL, F_TCPOPT, NOWHERE},
	{"tcp option sack0 left", H_OPT_SACK, 16, 32, T_INT, F_TCPOPT, 0},
	{"tcp option sack0 right", H_OPT_SACK, 48, 32, T_INT, F_TCPOPT, 0},
	{"tcp option sack1 left", H_OPT_SACK, 80, 32, T_INT, F_TCPOPT, NOWHERE},
	{"tcp option timestamp", H_OPT_TS, 0, 1, T_BOOL, F_TCPOPT, NOWHERE},
	{"tcp option timestamp tsval", H_OPT_TS, 16, 32, T_INT, F_TCPOPT, 0},
	{"tcp option timestamp tsecr", H_OPT_TS, 48, 32, T_INT, F_TCPOPT, 0},
	{"tcp option 77", H_OPT_UNKNOWN, 0, 1, T_BOOL, F_TCPOPT, NOWHERE},
	{"tcp option @77,16,8", H_OPT_UNKNOWN, 16, 8, T_INT, F_TCPOPT, RARE},
	{"udp sport", H_UDP, 0, 16, T_PORT, F_UDP, SET},
	{"udp dport", H_UDP, 16, 16, T_PORT, F_UDP, SET},
	{"udp length", H_UDP, 32, 16, T_INT, F_UDP, 0},
	{"udp checksum", H_UDP, 48, 16, T_INT, F_UDP, 0},
	{"udplite sport", H_UDPLITE, 0, 16, T_PORT, F_UDPLITE, 0},
	{"udplite dport", H_UDPLITE, 16, 16, T_PORT, F_UDPLITE, 0},
	{"udplite checksum", H_UDPLITE, 48, 16, T_INT, F_UDPLITE, 0},
	{"sctp sport", H_SCTP, 0, 16, T_PORT, F_SCTP, 0},
	{"sctp dport", H_SCTP, 16, 16, T_PORT, F_SCTP, 0},
	{"sctp vtag", H_SCTP, 32, 32, T_INT, F_SCTP, 0},
	{"sctp checksum", H_SCTP, 64, 32, T_INT, F_SCTP, 0},
	{"sctp chunk data", H_CHUNK_DATA, 0, 1, T_BOOL, F_SCTPCHUNK, NOWHERE},
	{"sctp chunk data flags", H_CHUNK_DATA, 8, 8, T_INT, F_SCTPCHUNK, 0},
	{"sctp chunk data length", H_CHUNK_DATA, 16, 16, T_INT, F_SCTPCHUNK, SHAPE},
	{"sctp chunk data tsn", H_CHUNK_DATA, 32, 32, T_INT, F_SCTPCHUNK, 0},
	{"sctp chunk data stream", H_CHUNK_DATA, 64, 16, T_INT, F_SCTPCHUNK, 0},
	{"sctp chunk init", H_CHUNK_INIT, 0, 1, T_BOOL, F_SCTPCHUNK, NOWHERE},
	{"sctp chunk init init-tag", H_CHUNK_INIT, 32, 32, T_INT, F_SCTPCHUNK, 0},
	{"sctp chunk init a-rwnd", H_CHUNK_INIT, 64, 32, T_INT, F_SCTPCHUNK, 0},
	{"sctp chunk init num-outbound-streams", H_CHUNK_INIT, 96, 16, T_INT, F_SCTPCHUNK, 0},
	{"dccp sport", H_DCCP, 0, 16, T_PORT, F_DCCP, 0},
	{"dccp dport", H_DCCP, 16, 16, T_PORT, F_DCCP, 0},
	{"dccp type", H_DCCP, 67, 4, T_DCCPTYPE, F_DCCP, 0},
	{"th sport", H_TH, 0, 16, T_PORT, F_TH, 0},
	{"th dport", H_TH, 16, 16, T_PORT, F_TH, 0},
};
/* clang-format on */
const unsigned fields_n = sizeof(fields) / sizeof(*fields);

_Static_assert(_T_MAX + sizeof(fields) / sizeof(*fields) <= POOLS, "a pool for every field");

static const struct {
	enum header header;
	enum feature feature;
	enum header l3; /* H_META: any */
} transports[] = {
	{H_TCP, F_TCP, H_META},	  {H_TCP, F_TCP, H_META},	  {H_TCP, F_TCP, H_META},
	{H_TCP, F_TCP, H_META},	  {H_UDP, F_UDP, H_META},	  {H_UDP, F_UDP, H_META},
	{H_UDP, F_UDP, H_META},	  {H_UDPLITE, F_UDPLITE, H_META}, {H_SCTP, F_SCTP, H_META},
	{H_SCTP, F_SCTP, H_META}, {H_DCCP, F_DCCP, H_META},	  {H_AH, F_AH, H_META},
	{H_ESP, F_ESP, H_META},	  {H_COMP, F_COMP, H_META},	  {H_ICMP, F_ICMP, H_IP},
	{H_ICMP, F_ICMP, H_IP},	  {H_ICMPV6, F_ICMPV6, H_IP6},	  {H_ICMPV6, F_ICMPV6, H_IP6},
	{H_IGMP, F_IGMP, H_IP},	  {H_MH, F_EXTHDR, H_IP6},
};

struct theme theme_random(void)
{
	static const enum header networks[] = {H_IP,  H_IP,  H_IP,  H_IP6,
					       H_IP6, H_IP6, H_ARP, H_META};
	struct theme theme = {
		.vlan = on(F_TAGGED) && !below(4), .l3 = PICK(networks), .l4 = H_META};

	if (theme.l3 == H_ARP || !below(4))
		return theme;
	for (int tries = 0; tries < 3 && theme.l4 == H_META; tries++) {
		unsigned i = below(sizeof(transports) / sizeof(*transports));

		if (on(transports[i].feature) &&
		    (transports[i].l3 == H_META || transports[i].l3 == theme.l3))
			theme.l4 = transports[i].header;
	}
	return theme;
}

static bool has_ports(enum header header)
{
	return header == H_TCP || header == H_UDP || header == H_UDPLITE || header == H_SCTP ||
	       header == H_DCCP;
}

bool theme_has(struct theme theme, enum header header)
{
	switch (header) {
	case H_META:
	case H_ETHER:
		return true;
	case H_VLAN:
		return theme.vlan;
	case H_ARP:
	case H_IP:
	case H_IP6:
		return theme.l3 == header;
	case H_IPOPT_RR ... H_IPOPT_RA:
		return theme.l3 == H_IP;
	case H_HBH ... H_DST:
		return theme.l3 == H_IP6;
	case H_OPT_MSS ... H_OPT_UNKNOWN:
		return theme.l4 == H_TCP;
	case H_CHUNK_DATA ... H_CHUNK_INIT:
		return theme.l4 == H_SCTP;
	case H_TH:
		return has_ports(theme.l4) || theme.l4 == H_TH;
	default:
		return theme.l4 == header;
	}
}

bool header_is_l4(enum header header)
{
	return header >= H_MH;
}

const struct field *field_named(const char *text)
{
	for (unsigned i = 0; i < fields_n; i++)
		if (!strcmp(fields[i].text, text))
			return &fields[i];
	return NULL;
}

unsigned field_pool(const struct field *field)
{
	return field->type == T_INT ? _T_MAX + (field - fields) : field->type;
}
