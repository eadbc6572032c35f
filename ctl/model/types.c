/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of types.h: every data type with its symbols, every field with its type. Read by all of lang, model and
 * compile; nothing is computed here and nothing is asked of the system, so that a text means the same
 * on every host (nft asks /etc/protocols and /etc/services).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/types.h"

static const struct nc_symbol ether_types[] = {
	{"ip", 0x0800},
	{"arp", 0x0806},
	{"ip6", 0x86dd},
	{"8021q", 0x8100},
	{"vlan", 0x8100},
	{"8021ad", 0x88a8},
	{},
};

/* IANA's protocol numbers under the names of Debian's /etc/protocols; nft adds "icmpv6". */
static const struct nc_symbol inet_protos[] = {
	{"ip", 0},	   {"hopopt", 0},
	{"icmp", 1},	   {"igmp", 2},
	{"ggp", 3},	   {"ipencap", 4},
	{"st", 5},	   {"tcp", 6},
	{"egp", 8},	   {"igp", 9},
	{"pup", 12},	   {"udp", 17},
	{"hmp", 20},	   {"xns-idp", 22},
	{"rdp", 27},	   {"iso-tp4", 29},
	{"dccp", 33},	   {"xtp", 36},
	{"ddp", 37},	   {"idpr-cmtp", 38},
	{"ipv6", 41},	   {"ipv6-route", 43},
	{"ipv6-frag", 44}, {"idrp", 45},
	{"rsvp", 46},	   {"gre", 47},
	{"esp", 50},	   {"ah", 51},
	{"skip", 57},	   {"ipv6-icmp", 58},
	{"icmpv6", 58},	   {"ipv6-nonxt", 59},
	{"ipv6-opts", 60}, {"rspf", 73},
	{"vmtp", 81},	   {"eigrp", 88},
	{"ospf", 89},	   {"ax.25", 93},
	{"ipip", 94},	   {"etherip", 97},
	{"encap", 98},	   {"pim", 103},
	{"ipcomp", 108},   {"comp", 108},
	{"vrrp", 112},	   {"l2tp", 115},
	{"isis", 124},	   {"sctp", 132},
	{"fc", 133},	   {"mobility-header", 135},
	{"udplite", 136},  {"mpls-in-ip", 137},
	{"manet", 138},	   {"hip", 139},
	{"shim6", 140},	   {"wesp", 141},
	{"rohc", 142},	   {},
};

/* The services that rulesets name; IANA's numbers. Ports are printed as numbers. */
static const struct nc_symbol inet_services[] = {
	{"echo", 7},
	{"discard", 9},
	{"daytime", 13},
	{"chargen", 19},
	{"ftp-data", 20},
	{"ftp", 21},
	{"ssh", 22},
	{"telnet", 23},
	{"smtp", 25},
	{"time", 37},
	{"whois", 43},
	{"tacacs", 49},
	{"domain", 53},
	{"bootps", 67},
	{"bootpc", 68},
	{"tftp", 69},
	{"gopher", 70},
	{"finger", 79},
	{"http", 80},
	{"kerberos", 88},
	{"pop3", 110},
	{"sunrpc", 111},
	{"auth", 113},
	{"nntp", 119},
	{"ntp", 123},
	{"netbios-ns", 137},
	{"netbios-dgm", 138},
	{"netbios-ssn", 139},
	{"imap2", 143},
	{"imap", 143},
	{"snmp", 161},
	{"snmp-trap", 162},
	{"bgp", 179},
	{"irc", 194},
	{"ldap", 389},
	{"https", 443},
	{"microsoft-ds", 445},
	{"kpasswd", 464},
	{"submissions", 465},
	{"isakmp", 500},
	{"syslog", 514},
	{"printer", 515},
	{"route", 520},
	{"dhcpv6-client", 546},
	{"dhcpv6-server", 547},
	{"rtsp", 554},
	{"submission", 587},
	{"ipp", 631},
	{"ldaps", 636},
	{"domain-s", 853},
	{"rsync", 873},
	{"ftps-data", 989},
	{"ftps", 990},
	{"telnets", 992},
	{"imaps", 993},
	{"pop3s", 995},
	{"socks", 1080},
	{"openvpn", 1194},
	{"ms-sql-s", 1433},
	{"l2f", 1701},
	{"radius", 1812},
	{"radius-acct", 1813},
	{"nfs", 2049},
	{"iscsi-target", 3260},
	{"mysql", 3306},
	{"ms-wbt-server", 3389},
	{"svn", 3690},
	{"ipsec-nat-t", 4500},
	{"sip", 5060},
	{"sip-tls", 5061},
	{"xmpp-client", 5222},
	{"xmpp-server", 5269},
	{"mdns", 5353},
	{"postgresql", 5432},
	{"amqps", 5671},
	{"amqp", 5672},
	{"x11", 6000},
	{"redis", 6379},
	{"ircd", 6667},
	{"http-alt", 8080},
	{"git", 9418},
	{},
};

static const struct nc_symbol tcp_flags[] = {
	{"fin", 0x01}, {"syn", 0x02}, {"rst", 0x04},
	{"psh", 0x08}, {"ack", 0x10}, {"urg", 0x20},
	{"ecn", 0x40}, {"cwr", 0x80}, {},
};

static const struct nc_symbol icmp_types[] = {
	{"echo-reply", 0},	     {"destination-unreachable", 3},
	{"source-quench", 4},	     {"redirect", 5},
	{"echo-request", 8},	     {"router-advertisement", 9},
	{"router-solicitation", 10}, {"time-exceeded", 11},
	{"parameter-problem", 12},   {"timestamp-request", 13},
	{"timestamp-reply", 14},     {"info-request", 15},
	{"info-reply", 16},	     {"address-mask-request", 17},
	{"address-mask-reply", 18},  {},
};

static const struct nc_symbol icmp_codes[] = {
	{"net-unreachable", 0},	  {"host-unreachable", 1}, {"prot-unreachable", 2},
	{"port-unreachable", 3},  {"net-prohibited", 9},   {"host-prohibited", 10},
	{"admin-prohibited", 13}, {"frag-needed", 4},	   {},
};

static const struct nc_symbol icmpv6_types[] = {
	{"destination-unreachable", 1}, {"packet-too-big", 2},
	{"time-exceeded", 3},		{"parameter-problem", 4},
	{"echo-request", 128},		{"echo-reply", 129},
	{"mld-listener-query", 130},	{"mld-listener-report", 131},
	{"mld-listener-done", 132},	{"mld-listener-reduction", 132},
	{"nd-router-solicit", 133},	{"nd-router-advert", 134},
	{"nd-neighbor-solicit", 135},	{"nd-neighbor-advert", 136},
	{"nd-redirect", 137},		{"router-renumbering", 138},
	{"ind-neighbor-solicit", 141},	{"ind-neighbor-advert", 142},
	{"mld2-listener-report", 143},	{},
};

static const struct nc_symbol icmpv6_codes[] = {
	{"no-route", 0},
	{"admin-prohibited", 1},
	{"addr-unreachable", 3},
	{"port-unreachable", 4},
	{"policy-fail", 5},
	{"reject-route", 6},
	{},
};

static const struct nc_symbol igmp_types[] = {
	{"membership-query", 0x11},	{"membership-report-v1", 0x12},
	{"membership-report-v2", 0x16}, {"membership-report-v3", 0x22},
	{"leave-group", 0x17},		{},
};

static const struct nc_symbol arp_ops[] = {
	{"request", 1},	  {"reply", 2},	  {"rrequest", 3}, {"rreply", 4},
	{"inrequest", 8}, {"inreply", 9}, {"nak", 10},	   {},
};

static const struct nc_symbol dscps[] = {
	{"cs0", 0x00},	 {"cs1", 0x08},
	{"cs2", 0x10},	 {"cs3", 0x18},
	{"cs4", 0x20},	 {"cs5", 0x28},
	{"cs6", 0x30},	 {"cs7", 0x38},
	{"df", 0x00},	 {"be", 0x00},
	{"lephb", 0x01}, {"af11", 0x0a},
	{"af12", 0x0c},	 {"af13", 0x0e},
	{"af21", 0x12},	 {"af22", 0x14},
	{"af23", 0x16},	 {"af31", 0x1a},
	{"af32", 0x1c},	 {"af33", 0x1e},
	{"af41", 0x22},	 {"af42", 0x24},
	{"af43", 0x26},	 {"va", 0x2c},
	{"ef", 0x2e},	 {},
};

static const struct nc_symbol ecns[] = {
	{"not-ect", 0}, {"ect1", 1}, {"ect0", 2}, {"ce", 3}, {},
};

static const struct nc_symbol dccp_pkttypes[] = {
	{"request", 0}, {"response", 1}, {"data", 2},  {"ack", 3},
	{"dataack", 4}, {"closereq", 5}, {"close", 6}, {"reset", 7},
	{"sync", 8},	{"syncack", 9},	 {},
};

static const struct nc_symbol mh_types[] = {
	{"binding-refresh-request", 0},
	{"home-test-init", 1},
	{"careof-test-init", 2},
	{"home-test", 3},
	{"careof-test", 4},
	{"binding-update", 5},
	{"binding-acknowledgement", 6},
	{"binding-error", 7},
	{"fast-binding-update", 8},
	{"fast-binding-acknowledgement", 9},
	{"fast-binding-advertisement", 10},
	{"experimental-mobility-header", 11},
	{"home-agent-switch-message", 12},
	{},
};

/* linux/if_arp.h */
static const struct nc_symbol iface_types[] = {
	{"ether", 1},	   {"ppp", 512}, {"ipip", 768},	 {"ipip6", 769},
	{"loopback", 772}, {"sit", 776}, {"ipgre", 778}, {},
};

static const struct nc_symbol devgroups[] = {
	{"default", 0},
	{},
};

static const struct nc_symbol pkt_types[] = {
	{"host", 0}, {"unicast", 0}, {"broadcast", 1}, {"multicast", 2}, {"other", 3}, {},
};

static const struct nc_symbol nf_protos[] = {
	{"ipv4", 2},
	{"ipv6", 10},
	{},
};

static const struct nc_symbol booleans[] = {
	{"exists", 1},
	{"missing", 0},
	{},
};

static const struct nc_symbol days[] = {
	{"Sunday", 0},	 {"Monday", 1}, {"Tuesday", 2},	 {"Wednesday", 3},
	{"Thursday", 4}, {"Friday", 5}, {"Saturday", 6}, {},
};

static const struct nc_type_info types[_NC_TYPE_MAX] = {
	[NC_TYPE_INTEGER] = {"integer", "integer", 128},
	[NC_TYPE_IPV4_ADDR] = {"ipv4_addr", "IPv4 address", 32, .settable = true, .prefixes = true},
	[NC_TYPE_IPV6_ADDR] = {"ipv6_addr", "IPv6 address", 128, .settable = true,
			       .prefixes = true},
	[NC_TYPE_ETHER_ADDR] = {"ether_addr", "Ethernet address", 48, .settable = true,
				.prefixes = true},
	[NC_TYPE_ETHER_TYPE] = {"ether_type", "EtherType", 16, .settable = true,
				.symbols = ether_types, .hex_digits = 4},
	[NC_TYPE_INET_PROTO] = {"inet_proto", "protocol", 8, .settable = true,
				.symbols = inet_protos},
	[NC_TYPE_INET_SERVICE] = {"inet_service", "port", 16, .settable = true,
				  .symbols = inet_services, .numeric = true},
	[NC_TYPE_TCP_FLAG] = {"tcp_flag", "TCP flag", 8, .settable = true, .symbols = tcp_flags,
			      .hex_digits = 1},
	[NC_TYPE_ICMP_TYPE] = {"icmp_type", "ICMP type", 8, .settable = true,
			       .symbols = icmp_types},
	[NC_TYPE_ICMP_CODE] = {"icmp_code", "ICMP code", 8, .settable = true,
			       .symbols = icmp_codes},
	[NC_TYPE_ICMPV6_TYPE] = {"icmpv6_type", "ICMPv6 type", 8, .settable = true,
				 .symbols = icmpv6_types},
	[NC_TYPE_ICMPV6_CODE] = {"icmpv6_code", "ICMPv6 code", 8, .settable = true,
				 .symbols = icmpv6_codes},
	[NC_TYPE_IGMP_TYPE] = {"igmp_type", "IGMP type", 8, .settable = true,
			       .symbols = igmp_types},
	[NC_TYPE_ARP_OP] = {"arp_op", "ARP operation", 16, .settable = true, .symbols = arp_ops},
	[NC_TYPE_DSCP] = {"dscp", "DSCP", 6, .settable = true, .symbols = dscps, .hex_digits = 2},
	[NC_TYPE_ECN] = {"ecn", "ECN codepoint", 2, .settable = true, .symbols = ecns},
	[NC_TYPE_DCCP_PKTTYPE] = {"dccp_pkttype", "DCCP packet type", 4, .settable = true,
				  .symbols = dccp_pkttypes},
	[NC_TYPE_MH_TYPE] = {"mh_type", "mobility header type", 8, .settable = true,
			     .symbols = mh_types},
	[NC_TYPE_MARK] = {"mark", "packet mark", 32, .settable = true, .hex_digits = 8},
	[NC_TYPE_CLASSID] = {"classid", "traffic class", 32, .settable = true},
	[NC_TYPE_IFACE_INDEX] = {"iface_index", "interface", 128, .settable = true},
	[NC_TYPE_IFNAME] = {"ifname", "interface name", 128, .settable = true},
	[NC_TYPE_IFACE_TYPE] = {"iface_type", "interface type", 16, .settable = true,
				.symbols = iface_types},
	[NC_TYPE_DEVGROUP] = {"devgroup", "device group", 32, .settable = true,
			      .symbols = devgroups},
	[NC_TYPE_PKT_TYPE] = {"pkt_type", "packet type", 8, .settable = true, .symbols = pkt_types},
	[NC_TYPE_NF_PROTO] = {"nf_proto", "Netfilter protocol", 8, .symbols = nf_protos},
	[NC_TYPE_BOOLEAN] = {"boolean", "boolean", 1, .symbols = booleans},
	[NC_TYPE_TIME] = {"time", "date", 64},
	[NC_TYPE_DAY] = {"day", "day of the week", 8, .symbols = days},
	[NC_TYPE_HOUR] = {"hour", "hour of the day", 32},
};

static const struct nc_field_info fields[_NC_FIELD_MAX] = {
#define X(NAME, header, name, type, bits, read, offset, protocol, writable)                        \
	{header, name, NC_TYPE_##type, bits, NC_READ_##read, offset, protocol, writable},
	NC_FIELDS(X)
#undef X
};

const struct nc_type_info *nc_type_info(enum nc_type type)
{
	return &types[type];
}

int nc_type_by_name(const char *name, enum nc_type *ret)
{
	for (enum nc_type type = 0; type < _NC_TYPE_MAX; type++) {
		if (strcmp(types[type].name, name) == 0) {
			*ret = type;
			return 0;
		}
	}
	return -ENOENT;
}

nc_num nc_num_max(unsigned bits)
{
	return bits ? ~(nc_num)0 >> (128 - bits) : 0;
}

const struct nc_field_info *nc_field_info(enum nc_field field)
{
	return &fields[field];
}

unsigned nc_field_bits(enum nc_field field)
{
	return fields[field].width ?: types[fields[field].type].bits;
}

/* The fields of a header stand together. Where the next header's begin, by the first field of one. */
static enum nc_field next_header(enum nc_field first)
{
	static uint16_t known[_NC_FIELD_MAX];
	enum nc_field next = first;

	_Static_assert(_NC_FIELD_MAX <= UINT16_MAX, "numbers of fields are of 16 bits");
	if (known[first])
		return known[first];
	while (next < _NC_FIELD_MAX && strcmp(fields[next].header, fields[first].header) == 0)
		next++;
	return known[first] = next;
}

/* The header's first field; _NC_FIELD_MAX: there is no such header. */
static enum nc_field first_of_header(const char *header)
{
	enum nc_field field = 0;

	while (field < _NC_FIELD_MAX && !nc_same_word(fields[field].header, header))
		field = next_header(field);
	return field;
}

int nc_field_by_name(const char *header, const char *name, enum nc_field *ret)
{
	enum nc_field field = first_of_header(header);

	for (; field < _NC_FIELD_MAX && nc_same_word(fields[field].header, header); field++) {
		if (nc_same_word(fields[field].name, name)) {
			*ret = field;
			return 0;
		}
	}
	return -ENOENT;
}

bool nc_field_header_known(const char *header)
{
	return first_of_header(header) < _NC_FIELD_MAX;
}

static bool is_unqualified(enum nc_field field)
{
	switch (field) {
	case NC_FIELD_META_IIF:
	case NC_FIELD_META_IIFNAME:
	case NC_FIELD_META_IIFGROUP:
	case NC_FIELD_META_OIF:
	case NC_FIELD_META_OIFNAME:
	case NC_FIELD_META_OIFGROUP:
		return true;
	default:
		return false;
	}
}

const char *nc_field_name(enum nc_field field, char text[48])
{
	char *at = text;

	if (!is_unqualified(field))
		at = stpcpy(stpcpy(at, fields[field].header), *fields[field].name ? " " : "");
	strcpy(at, fields[field].name);
	return text;
}
