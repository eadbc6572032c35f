/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Data types and fields of the language: what nft(8) calls "ip saddr", how wide it is, which values it
 * takes, and where in a packet nft itself would load it. One table each, read by the parser, the printer,
 * the validation and the compiler.
 */
#ifndef NETCTL_MODEL_TYPES_H
#define NETCTL_MODEL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A field's value: a number in host order, right-justified. Addresses too: 10.0.0.1 is 0x0a000001. Names of interfaces are
 * their 16 bytes, NUL-padded, the first one most significant.
 */
typedef unsigned __int128 nc_num;

/* Inclusive: a single value has low == high. */
struct nc_interval {
	nc_num low, high;
};

enum nc_type {
	NC_TYPE_INTEGER, /* as wide as its field */
	NC_TYPE_IPV4_ADDR,
	NC_TYPE_IPV6_ADDR,
	NC_TYPE_ETHER_ADDR,
	NC_TYPE_ETHER_TYPE,
	NC_TYPE_INET_PROTO,
	NC_TYPE_INET_SERVICE,
	NC_TYPE_TCP_FLAG,
	NC_TYPE_ICMP_TYPE,
	NC_TYPE_ICMP_CODE,
	NC_TYPE_ICMPV6_TYPE,
	NC_TYPE_ICMPV6_CODE,
	NC_TYPE_IGMP_TYPE,
	NC_TYPE_ARP_OP,
	NC_TYPE_DSCP,
	NC_TYPE_ECN,
	NC_TYPE_DCCP_PKTTYPE,
	NC_TYPE_MH_TYPE,
	NC_TYPE_MARK,
	NC_TYPE_CLASSID,
	NC_TYPE_IFACE_INDEX, /* by name: the 16 bytes of it */
	NC_TYPE_IFNAME,
	NC_TYPE_IFACE_TYPE,
	NC_TYPE_DEVGROUP,
	NC_TYPE_PKT_TYPE,
	NC_TYPE_NF_PROTO,
	NC_TYPE_BOOLEAN,
	NC_TYPE_TIME, /* seconds since 1970 */
	NC_TYPE_DAY,
	NC_TYPE_HOUR, /* seconds since midnight */
	_NC_TYPE_MAX
};

/* A value with a name: "echo-request" is 8. */
struct nc_symbol {
	const char *name;
	unsigned value;
};

struct nc_type_info {
	const char *name;	 /* nft's word: "ipv4_addr" */
	const char *description; /* for diagnostics: "IPv4 address" */
	unsigned bits;
	bool settable; /* may be the "type" of a named set; nft has others by "typeof" only */
	bool prefixes; /* "/len" is a value; intervals print as prefixes where they are one */
	const struct nc_symbol *symbols; /* ends with name NULL; NULL for none */
	bool numeric;			 /* symbols are read only: nft prints ports as numbers */
	unsigned hex_digits;		 /* numbers print as 0x with so many digits; 0: decimal */
};

const struct nc_type_info *nc_type_info(enum nc_type type);

/* The type named so, or -ENOENT. */
int nc_type_by_name(const char *name, enum nc_type *ret);

/* All ones of so many bits. */
nc_num nc_num_max(unsigned bits);

/* Most words that are compared differ in their first letter. */
static inline bool nc_same_word(const char *a, const char *b)
{
	return *a == *b && strcmp(a, b) == 0;
}

/* Where a field is read. */
enum nc_source_kind {
	NC_READ_LINK,	    /* frame, from the Ethernet header on */
	NC_READ_VLAN,	    /* from the tag at the selector's depth on */
	NC_READ_NETWORK,    /* from the network header on */
	NC_READ_TRANSPORT,  /* from the transport header on */
	NC_READ_EXTENSION,  /* from the IPv6 extension header on; width 0: is it there? */
	NC_READ_TCP_OPTION, /* from the TCP option's kind byte on; width 0: is it there? */
	NC_READ_META,	    /* known beside the packet */
	NC_READ_RAW,	    /* "@th,16,16": the selector says where */
	NC_READ_NUMGEN,	    /* "numgen random mod 4" */
	NC_READ_JHASH,	    /* "jhash ip saddr mod 4" */
};

/* X(NAME, header, name, TYPE, bits or 0 for the type's, READ, offset in bits, protocol or kind, writable) */
#define NC_FIELDS(X)                                                                               \
	X(ETHER_DADDR, "ether", "daddr", ETHER_ADDR, 0, LINK, 0, 0, true)                          \
	X(ETHER_SADDR, "ether", "saddr", ETHER_ADDR, 0, LINK, 48, 0, true)                         \
	X(ETHER_TYPE, "ether", "type", ETHER_TYPE, 0, LINK, 96, 0, true)                           \
	X(VLAN_PCP, "vlan", "pcp", INTEGER, 3, VLAN, 0, 0, true)                                   \
	X(VLAN_DEI, "vlan", "dei", INTEGER, 1, VLAN, 3, 0, true)                                   \
	X(VLAN_ID, "vlan", "id", INTEGER, 12, VLAN, 4, 0, true)                                    \
	X(VLAN_TYPE, "vlan", "type", ETHER_TYPE, 0, VLAN, 16, 0, true)                             \
	X(ARP_HTYPE, "arp", "htype", INTEGER, 16, NETWORK, 0, 0, true)                             \
	X(ARP_PTYPE, "arp", "ptype", ETHER_TYPE, 0, NETWORK, 16, 0, true)                          \
	X(ARP_HLEN, "arp", "hlen", INTEGER, 8, NETWORK, 32, 0, true)                               \
	X(ARP_PLEN, "arp", "plen", INTEGER, 8, NETWORK, 40, 0, true)                               \
	X(ARP_OPERATION, "arp", "operation", ARP_OP, 0, NETWORK, 48, 0, true)                      \
	X(ARP_SADDR_ETHER, "arp", "saddr ether", ETHER_ADDR, 0, NETWORK, 64, 0, true)              \
	X(ARP_SADDR_IP, "arp", "saddr ip", IPV4_ADDR, 0, NETWORK, 112, 0, true)                    \
	X(ARP_DADDR_ETHER, "arp", "daddr ether", ETHER_ADDR, 0, NETWORK, 144, 0, true)             \
	X(ARP_DADDR_IP, "arp", "daddr ip", IPV4_ADDR, 0, NETWORK, 192, 0, true)                    \
	X(IP_VERSION, "ip", "version", INTEGER, 4, NETWORK, 0, 0, true)                            \
	X(IP_HDRLENGTH, "ip", "hdrlength", INTEGER, 4, NETWORK, 4, 0, true)                        \
	X(IP_DSCP, "ip", "dscp", DSCP, 6, NETWORK, 8, 0, true)                                     \
	X(IP_ECN, "ip", "ecn", ECN, 2, NETWORK, 14, 0, true)                                       \
	X(IP_LENGTH, "ip", "length", INTEGER, 16, NETWORK, 16, 0, true)                            \
	X(IP_ID, "ip", "id", INTEGER, 16, NETWORK, 32, 0, true)                                    \
	X(IP_FRAG_OFF, "ip", "frag-off", INTEGER, 16, NETWORK, 48, 0, true)                        \
	X(IP_TTL, "ip", "ttl", INTEGER, 8, NETWORK, 64, 0, true)                                   \
	X(IP_PROTOCOL, "ip", "protocol", INET_PROTO, 0, NETWORK, 72, 0, true)                      \
	X(IP_CHECKSUM, "ip", "checksum", INTEGER, 16, NETWORK, 80, 0, true)                        \
	X(IP_SADDR, "ip", "saddr", IPV4_ADDR, 0, NETWORK, 96, 0, true)                             \
	X(IP_DADDR, "ip", "daddr", IPV4_ADDR, 0, NETWORK, 128, 0, true)                            \
	X(IP6_VERSION, "ip6", "version", INTEGER, 4, NETWORK, 0, 0, true)                          \
	X(IP6_DSCP, "ip6", "dscp", DSCP, 6, NETWORK, 4, 0, true)                                   \
	X(IP6_ECN, "ip6", "ecn", ECN, 2, NETWORK, 10, 0, true)                                     \
	X(IP6_FLOWLABEL, "ip6", "flowlabel", INTEGER, 20, NETWORK, 12, 0, true)                    \
	X(IP6_LENGTH, "ip6", "length", INTEGER, 16, NETWORK, 32, 0, true)                          \
	X(IP6_NEXTHDR, "ip6", "nexthdr", INET_PROTO, 0, NETWORK, 48, 0, true)                      \
	X(IP6_HOPLIMIT, "ip6", "hoplimit", INTEGER, 8, NETWORK, 56, 0, true)                       \
	X(IP6_SADDR, "ip6", "saddr", IPV6_ADDR, 0, NETWORK, 64, 0, true)                           \
	X(IP6_DADDR, "ip6", "daddr", IPV6_ADDR, 0, NETWORK, 192, 0, true)                          \
	X(TH_SPORT, "th", "sport", INET_SERVICE, 0, TRANSPORT, 0, 0, true)                         \
	X(TH_DPORT, "th", "dport", INET_SERVICE, 0, TRANSPORT, 16, 0, true)                        \
	X(TCP_SPORT, "tcp", "sport", INET_SERVICE, 0, TRANSPORT, 0, 0, true)                       \
	X(TCP_DPORT, "tcp", "dport", INET_SERVICE, 0, TRANSPORT, 16, 0, true)                      \
	X(TCP_SEQUENCE, "tcp", "sequence", INTEGER, 32, TRANSPORT, 32, 0, true)                    \
	X(TCP_ACKSEQ, "tcp", "ackseq", INTEGER, 32, TRANSPORT, 64, 0, true)                        \
	X(TCP_DOFF, "tcp", "doff", INTEGER, 4, TRANSPORT, 96, 0, true)                             \
	X(TCP_RESERVED, "tcp", "reserved", INTEGER, 4, TRANSPORT, 100, 0, true)                    \
	X(TCP_FLAGS, "tcp", "flags", TCP_FLAG, 0, TRANSPORT, 104, 0, true)                         \
	X(TCP_WINDOW, "tcp", "window", INTEGER, 16, TRANSPORT, 112, 0, true)                       \
	X(TCP_CHECKSUM, "tcp", "checksum", INTEGER, 16, TRANSPORT, 128, 0, true)                   \
	X(TCP_URGPTR, "tcp", "urgptr", INTEGER, 16, TRANSPORT, 144, 0, true)                       \
	X(UDP_SPORT, "udp", "sport", INET_SERVICE, 0, TRANSPORT, 0, 0, true)                       \
	X(UDP_DPORT, "udp", "dport", INET_SERVICE, 0, TRANSPORT, 16, 0, true)                      \
	X(UDP_LENGTH, "udp", "length", INTEGER, 16, TRANSPORT, 32, 0, true)                        \
	X(UDP_CHECKSUM, "udp", "checksum", INTEGER, 16, TRANSPORT, 48, 0, true)                    \
	X(UDPLITE_SPORT, "udplite", "sport", INET_SERVICE, 0, TRANSPORT, 0, 0, true)               \
	X(UDPLITE_DPORT, "udplite", "dport", INET_SERVICE, 0, TRANSPORT, 16, 0, true)              \
	X(UDPLITE_CSUMCOV, "udplite", "csumcov", INTEGER, 16, TRANSPORT, 32, 0, true)              \
	X(UDPLITE_CHECKSUM, "udplite", "checksum", INTEGER, 16, TRANSPORT, 48, 0, true)            \
	X(SCTP_SPORT, "sctp", "sport", INET_SERVICE, 0, TRANSPORT, 0, 0, true)                     \
	X(SCTP_DPORT, "sctp", "dport", INET_SERVICE, 0, TRANSPORT, 16, 0, true)                    \
	X(SCTP_VTAG, "sctp", "vtag", INTEGER, 32, TRANSPORT, 32, 0, true)                          \
	X(SCTP_CHECKSUM, "sctp", "checksum", INTEGER, 32, TRANSPORT, 64, 0, true)                  \
	X(DCCP_SPORT, "dccp", "sport", INET_SERVICE, 0, TRANSPORT, 0, 0, true)                     \
	X(DCCP_DPORT, "dccp", "dport", INET_SERVICE, 0, TRANSPORT, 16, 0, true)                    \
	X(DCCP_TYPE, "dccp", "type", DCCP_PKTTYPE, 0, TRANSPORT, 67, 0, true)                      \
	X(ICMP_TYPE, "icmp", "type", ICMP_TYPE, 0, TRANSPORT, 0, 0, true)                          \
	X(ICMP_CODE, "icmp", "code", ICMP_CODE, 0, TRANSPORT, 8, 0, true)                          \
	X(ICMP_CHECKSUM, "icmp", "checksum", INTEGER, 16, TRANSPORT, 16, 0, true)                  \
	X(ICMP_ID, "icmp", "id", INTEGER, 16, TRANSPORT, 32, 0, true)                              \
	X(ICMP_SEQUENCE, "icmp", "sequence", INTEGER, 16, TRANSPORT, 48, 0, true)                  \
	X(ICMP_GATEWAY, "icmp", "gateway", INTEGER, 32, TRANSPORT, 32, 0, true)                    \
	X(ICMP_MTU, "icmp", "mtu", INTEGER, 16, TRANSPORT, 48, 0, true)                            \
	X(ICMPV6_TYPE, "icmpv6", "type", ICMPV6_TYPE, 0, TRANSPORT, 0, 0, true)                    \
	X(ICMPV6_CODE, "icmpv6", "code", ICMPV6_CODE, 0, TRANSPORT, 8, 0, true)                    \
	X(ICMPV6_CHECKSUM, "icmpv6", "checksum", INTEGER, 16, TRANSPORT, 16, 0, true)              \
	X(ICMPV6_PARAMETER_PROBLEM, "icmpv6", "parameter-problem", INTEGER, 32, TRANSPORT, 32, 0,  \
	  true)                                                                                    \
	X(ICMPV6_PACKET_TOO_BIG, "icmpv6", "mtu", INTEGER, 32, TRANSPORT, 32, 0, true)             \
	X(ICMPV6_ID, "icmpv6", "id", INTEGER, 16, TRANSPORT, 32, 0, true)                          \
	X(ICMPV6_SEQUENCE, "icmpv6", "sequence", INTEGER, 16, TRANSPORT, 48, 0, true)              \
	X(ICMPV6_MAX_DELAY, "icmpv6", "max-delay", INTEGER, 16, TRANSPORT, 32, 0, true)            \
	X(IGMP_TYPE, "igmp", "type", IGMP_TYPE, 0, TRANSPORT, 0, 0, true)                          \
	X(IGMP_MRT, "igmp", "mrt", INTEGER, 8, TRANSPORT, 8, 0, true)                              \
	X(IGMP_CHECKSUM, "igmp", "checksum", INTEGER, 16, TRANSPORT, 16, 0, true)                  \
	X(IGMP_GROUP, "igmp", "group", INTEGER, 32, TRANSPORT, 32, 0, true)                        \
	X(ESP_SPI, "esp", "spi", INTEGER, 32, TRANSPORT, 0, 0, true)                               \
	X(ESP_SEQUENCE, "esp", "sequence", INTEGER, 32, TRANSPORT, 32, 0, true)                    \
	X(AH_NEXTHDR, "ah", "nexthdr", INET_PROTO, 0, TRANSPORT, 0, 0, true)                       \
	X(AH_HDRLENGTH, "ah", "hdrlength", INTEGER, 8, TRANSPORT, 8, 0, true)                      \
	X(AH_RESERVED, "ah", "reserved", INTEGER, 16, TRANSPORT, 16, 0, true)                      \
	X(AH_SPI, "ah", "spi", INTEGER, 32, TRANSPORT, 32, 0, true)                                \
	X(AH_SEQUENCE, "ah", "sequence", INTEGER, 32, TRANSPORT, 64, 0, true)                      \
	X(COMP_NEXTHDR, "comp", "nexthdr", INET_PROTO, 0, TRANSPORT, 0, 0, true)                   \
	X(COMP_FLAGS, "comp", "flags", INTEGER, 8, TRANSPORT, 8, 0, true)                          \
	X(COMP_CPI, "comp", "cpi", INTEGER, 16, TRANSPORT, 16, 0, true)                            \
	X(HBH_NEXTHDR, "hbh", "nexthdr", INET_PROTO, 0, EXTENSION, 0, 0, false)                    \
	X(HBH_HDRLENGTH, "hbh", "hdrlength", INTEGER, 8, EXTENSION, 8, 0, false)                   \
	X(RT_NEXTHDR, "rt", "nexthdr", INET_PROTO, 0, EXTENSION, 0, 43, false)                     \
	X(RT_HDRLENGTH, "rt", "hdrlength", INTEGER, 8, EXTENSION, 8, 43, false)                    \
	X(RT_TYPE, "rt", "type", INTEGER, 8, EXTENSION, 16, 43, false)                             \
	X(RT_SEG_LEFT, "rt", "seg-left", INTEGER, 8, EXTENSION, 24, 43, false)                     \
	X(FRAG_NEXTHDR, "frag", "nexthdr", INET_PROTO, 0, EXTENSION, 0, 44, false)                 \
	X(FRAG_RESERVED, "frag", "reserved", INTEGER, 8, EXTENSION, 8, 44, false)                  \
	X(FRAG_FRAG_OFF, "frag", "frag-off", INTEGER, 13, EXTENSION, 16, 44, false)                \
	X(FRAG_RESERVED2, "frag", "reserved2", INTEGER, 2, EXTENSION, 29, 44, false)               \
	X(FRAG_MORE_FRAGMENTS, "frag", "more-fragments", INTEGER, 1, EXTENSION, 31, 44, false)     \
	X(FRAG_ID, "frag", "id", INTEGER, 32, EXTENSION, 32, 44, false)                            \
	X(DST_NEXTHDR, "dst", "nexthdr", INET_PROTO, 0, EXTENSION, 0, 60, false)                   \
	X(DST_HDRLENGTH, "dst", "hdrlength", INTEGER, 8, EXTENSION, 8, 60, false)                  \
	X(MH_NEXTHDR, "mh", "nexthdr", INET_PROTO, 0, EXTENSION, 0, 135, false)                    \
	X(MH_HDRLENGTH, "mh", "hdrlength", INTEGER, 8, EXTENSION, 8, 135, false)                   \
	X(MH_TYPE, "mh", "type", MH_TYPE, 0, EXTENSION, 16, 135, false)                            \
	X(MH_RESERVED, "mh", "reserved", INTEGER, 8, EXTENSION, 24, 135, false)                    \
	X(MH_CHECKSUM, "mh", "checksum", INTEGER, 16, EXTENSION, 32, 135, false)                   \
	X(EXTHDR_HBH, "exthdr", "hbh", BOOLEAN, 0, EXTENSION, 0, 0, false)                         \
	X(EXTHDR_RT, "exthdr", "rt", BOOLEAN, 0, EXTENSION, 0, 43, false)                          \
	X(EXTHDR_FRAG, "exthdr", "frag", BOOLEAN, 0, EXTENSION, 0, 44, false)                      \
	X(EXTHDR_DST, "exthdr", "dst", BOOLEAN, 0, EXTENSION, 0, 60, false)                        \
	X(EXTHDR_MH, "exthdr", "mh", BOOLEAN, 0, EXTENSION, 0, 135, false)                         \
	X(TCPOPT_EOL, "tcp option", "eol", BOOLEAN, 0, TCP_OPTION, 0, 0, false)                    \
	X(TCPOPT_NOP, "tcp option", "nop", BOOLEAN, 0, TCP_OPTION, 0, 1, false)                    \
	X(TCPOPT_MAXSEG, "tcp option", "maxseg", BOOLEAN, 0, TCP_OPTION, 0, 2, false)              \
	X(TCPOPT_MAXSEG_LENGTH, "tcp option", "maxseg length", INTEGER, 8, TCP_OPTION, 8, 2,       \
	  false)                                                                                   \
	X(TCPOPT_MAXSEG_SIZE, "tcp option", "maxseg size", INTEGER, 16, TCP_OPTION, 16, 2, true)   \
	X(TCPOPT_WINDOW, "tcp option", "window", BOOLEAN, 0, TCP_OPTION, 0, 3, false)              \
	X(TCPOPT_WINDOW_LENGTH, "tcp option", "window length", INTEGER, 8, TCP_OPTION, 8, 3,       \
	  false)                                                                                   \
	X(TCPOPT_WINDOW_COUNT, "tcp option", "window count", INTEGER, 8, TCP_OPTION, 16, 3, false) \
	X(TCPOPT_SACK_PERM, "tcp option", "sack-perm", BOOLEAN, 0, TCP_OPTION, 0, 4, false)        \
	X(TCPOPT_SACK_PERM_LENGTH, "tcp option", "sack-perm length", INTEGER, 8, TCP_OPTION, 8, 4, \
	  false)                                                                                   \
	X(TCPOPT_SACK, "tcp option", "sack", BOOLEAN, 0, TCP_OPTION, 0, 5, false)                  \
	X(TCPOPT_SACK_LENGTH, "tcp option", "sack length", INTEGER, 8, TCP_OPTION, 8, 5, false)    \
	X(TCPOPT_SACK_LEFT, "tcp option", "sack left", INTEGER, 32, TCP_OPTION, 16, 5, true)       \
	X(TCPOPT_SACK_RIGHT, "tcp option", "sack right", INTEGER, 32, TCP_OPTION, 48, 5, true)     \
	X(TCPOPT_TIMESTAMP, "tcp option", "timestamp", BOOLEAN, 0, TCP_OPTION, 0, 8, false)        \
	X(TCPOPT_TIMESTAMP_LENGTH, "tcp option", "timestamp length", INTEGER, 8, TCP_OPTION, 8, 8, \
	  false)                                                                                   \
	X(TCPOPT_TIMESTAMP_TSVAL, "tcp option", "timestamp tsval", INTEGER, 32, TCP_OPTION, 16, 8, \
	  true)                                                                                    \
	X(TCPOPT_TIMESTAMP_TSECR, "tcp option", "timestamp tsecr", INTEGER, 32, TCP_OPTION, 48, 8, \
	  true)                                                                                    \
	X(META_LENGTH, "meta", "length", INTEGER, 32, META, 0, 0, false)                           \
	X(META_PROTOCOL, "meta", "protocol", ETHER_TYPE, 0, META, 0, 0, false)                     \
	X(META_L4PROTO, "meta", "l4proto", INET_PROTO, 0, META, 0, 0, false)                       \
	X(META_PRIORITY, "meta", "priority", CLASSID, 0, META, 0, 0, true)                         \
	X(META_MARK, "meta", "mark", MARK, 0, META, 0, 0, true)                                    \
	X(META_IIF, "meta", "iif", IFACE_INDEX, 0, META, 0, 0, false)                              \
	X(META_IIFNAME, "meta", "iifname", IFNAME, 0, META, 0, 0, false)                           \
	X(META_IIFTYPE, "meta", "iiftype", IFACE_TYPE, 0, META, 0, 0, false)                       \
	X(META_IIFGROUP, "meta", "iifgroup", DEVGROUP, 0, META, 0, 0, false)                       \
	X(META_OIF, "meta", "oif", IFACE_INDEX, 0, META, 0, 0, false)                              \
	X(META_OIFNAME, "meta", "oifname", IFNAME, 0, META, 0, 0, false)                           \
	X(META_OIFTYPE, "meta", "oiftype", IFACE_TYPE, 0, META, 0, 0, false)                       \
	X(META_OIFGROUP, "meta", "oifgroup", DEVGROUP, 0, META, 0, 0, false)                       \
	X(META_PKTTYPE, "meta", "pkttype", PKT_TYPE, 0, META, 0, 0, true)                          \
	X(META_CPU, "meta", "cpu", INTEGER, 32, META, 0, 0, false)                                 \
	X(META_RANDOM, "meta", "random", INTEGER, 32, META, 0, 0, false)                           \
	X(META_TIME, "meta", "time", TIME, 0, META, 0, 0, false)                                   \
	X(META_DAY, "meta", "day", DAY, 0, META, 0, 0, false)                                      \
	X(META_HOUR, "meta", "hour", HOUR, 0, META, 0, 0, false)                                   \
	X(RAW, "@", "", INTEGER, 0, RAW, 0, 0, true)                                               \
	X(NUMGEN, "numgen", "", INTEGER, 32, NUMGEN, 0, 0, false)                                  \
	X(JHASH, "jhash", "", INTEGER, 32, JHASH, 0, 0, false)

enum nc_field {
#define X(NAME, header, name, type, bits, read, offset, protocol, writable) NC_FIELD_##NAME,
	NC_FIELDS(X)
#undef X
		_NC_FIELD_MAX
};

struct nc_field_info {
	const char *header; /* "ip" */
	const char *name;   /* "saddr" */
	enum nc_type type;
	unsigned width; /* bits of the value, 0: as many as the type's; see nc_field_bits() */
	enum nc_source_kind read;
	unsigned offset;   /* bits */
	unsigned protocol; /* of the extension header, or kind of the TCP option */
	bool writable;
};

const struct nc_field_info *nc_field_info(enum nc_field field);

/* Bits of the field's value. RAW: 0, the selector knows. */
unsigned nc_field_bits(enum nc_field field);

/* The field named "header name", or -ENOENT. */
int nc_field_by_name(const char *header, const char *name, enum nc_field *ret);

/* Is there any field of this header? ("tcp": the parser knows the word, though not "tcp ackseq") */
bool nc_field_header_known(const char *header);

/* "ip saddr"; nft leaves the "meta" out for interfaces. */
const char *nc_field_name(enum nc_field field, char text[48]);

#endif
