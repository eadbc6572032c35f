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
	NC_READ_IP_OPTION,  /* likewise of IPv4 */
	NC_READ_SCTP_CHUNK, /* from the chunk's type on; width 0: is it there? */
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
	X(SRH_LAST_ENTRY, "srh", "last-entry", INTEGER, 8, EXTENSION, 32, 43, false)               \
	X(SRH_FLAGS, "srh", "flags", INTEGER, 8, EXTENSION, 40, 43, false)                         \
	X(SRH_TAG, "srh", "tag", INTEGER, 16, EXTENSION, 48, 43, false)                            \
	X(SRH_SID_1, "srh", "sid[1]", IPV6_ADDR, 0, EXTENSION, 64, 43, false)                      \
	X(SRH_SID_2, "srh", "sid[2]", IPV6_ADDR, 0, EXTENSION, 192, 43, false)                     \
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
	X(TCPOPT_SACK1_LEFT, "tcp option", "sack1 left", INTEGER, 32, TCP_OPTION, 80, 5, true)     \
	X(TCPOPT_SACK1_RIGHT, "tcp option", "sack1 right", INTEGER, 32, TCP_OPTION, 112, 5, true)  \
	X(TCPOPT_SACK2_LEFT, "tcp option", "sack2 left", INTEGER, 32, TCP_OPTION, 144, 5, true)    \
	X(TCPOPT_SACK2_RIGHT, "tcp option", "sack2 right", INTEGER, 32, TCP_OPTION, 176, 5, true)  \
	X(TCPOPT_SACK3_LEFT, "tcp option", "sack3 left", INTEGER, 32, TCP_OPTION, 208, 5, true)    \
	X(TCPOPT_SACK3_RIGHT, "tcp option", "sack3 right", INTEGER, 32, TCP_OPTION, 240, 5, true)  \
	X(TCPOPT_MD5SIG, "tcp option", "md5sig", BOOLEAN, 0, TCP_OPTION, 0, 19, false)             \
	X(TCPOPT_MD5SIG_LENGTH, "tcp option", "md5sig length", INTEGER, 8, TCP_OPTION, 8, 19,      \
	  false)                                                                                   \
	X(TCPOPT_MPTCP, "tcp option", "mptcp", BOOLEAN, 0, TCP_OPTION, 0, 30, false)               \
	X(TCPOPT_MPTCP_LENGTH, "tcp option", "mptcp length", INTEGER, 8, TCP_OPTION, 8, 30, false) \
	X(TCPOPT_MPTCP_SUBTYPE, "tcp option", "mptcp subtype", INTEGER, 4, TCP_OPTION, 16, 30,     \
	  false)                                                                                   \
	X(TCPOPT_FASTOPEN, "tcp option", "fastopen", BOOLEAN, 0, TCP_OPTION, 0, 34, false)         \
	X(TCPOPT_FASTOPEN_LENGTH, "tcp option", "fastopen length", INTEGER, 8, TCP_OPTION, 8, 34,  \
	  false)                                                                                   \
	X(TCPOPT_NUMBER, "tcp option", "", BOOLEAN, 0, TCP_OPTION, 0, 0, false)                    \
	X(TCPOPT_RAW, "tcp option", "@", INTEGER, 0, TCP_OPTION, 0, 0, true)                       \
	X(IPOPT_LSRR, "ip option", "lsrr", BOOLEAN, 0, IP_OPTION, 0, 131, false)                   \
	X(IPOPT_LSRR_TYPE, "ip option", "lsrr type", INTEGER, 8, IP_OPTION, 0, 131, false)         \
	X(IPOPT_LSRR_LENGTH, "ip option", "lsrr length", INTEGER, 8, IP_OPTION, 8, 131, false)     \
	X(IPOPT_LSRR_PTR, "ip option", "lsrr ptr", INTEGER, 8, IP_OPTION, 16, 131, false)          \
	X(IPOPT_RR, "ip option", "rr", BOOLEAN, 0, IP_OPTION, 0, 7, false)                         \
	X(IPOPT_RR_TYPE, "ip option", "rr type", INTEGER, 8, IP_OPTION, 0, 7, false)               \
	X(IPOPT_RR_LENGTH, "ip option", "rr length", INTEGER, 8, IP_OPTION, 8, 7, false)           \
	X(IPOPT_RR_PTR, "ip option", "rr ptr", INTEGER, 8, IP_OPTION, 16, 7, false)                \
	X(IPOPT_SSRR, "ip option", "ssrr", BOOLEAN, 0, IP_OPTION, 0, 137, false)                   \
	X(IPOPT_SSRR_TYPE, "ip option", "ssrr type", INTEGER, 8, IP_OPTION, 0, 137, false)         \
	X(IPOPT_SSRR_LENGTH, "ip option", "ssrr length", INTEGER, 8, IP_OPTION, 8, 137, false)     \
	X(IPOPT_SSRR_PTR, "ip option", "ssrr ptr", INTEGER, 8, IP_OPTION, 16, 137, false)          \
	X(IPOPT_RA, "ip option", "ra", BOOLEAN, 0, IP_OPTION, 0, 148, false)                       \
	X(IPOPT_RA_TYPE, "ip option", "ra type", INTEGER, 8, IP_OPTION, 0, 148, false)             \
	X(IPOPT_RA_LENGTH, "ip option", "ra length", INTEGER, 8, IP_OPTION, 8, 148, false)         \
	X(IPOPT_RA_VALUE, "ip option", "ra value", INTEGER, 16, IP_OPTION, 16, 148, false)         \
	X(CHUNK_DATA, "sctp chunk", "data", BOOLEAN, 0, SCTP_CHUNK, 0, 0, false)                   \
	X(CHUNK_DATA_TYPE, "sctp chunk", "data type", INTEGER, 8, SCTP_CHUNK, 0, 0, false)         \
	X(CHUNK_DATA_FLAGS, "sctp chunk", "data flags", INTEGER, 8, SCTP_CHUNK, 8, 0, false)       \
	X(CHUNK_DATA_LENGTH, "sctp chunk", "data length", INTEGER, 16, SCTP_CHUNK, 16, 0, false)   \
	X(CHUNK_DATA_TSN, "sctp chunk", "data tsn", INTEGER, 32, SCTP_CHUNK, 32, 0, false)         \
	X(CHUNK_DATA_STREAM, "sctp chunk", "data stream", INTEGER, 16, SCTP_CHUNK, 64, 0, false)   \
	X(CHUNK_DATA_SSN, "sctp chunk", "data ssn", INTEGER, 16, SCTP_CHUNK, 80, 0, false)         \
	X(CHUNK_DATA_PPID, "sctp chunk", "data ppid", INTEGER, 32, SCTP_CHUNK, 96, 0, false)       \
	X(CHUNK_INIT, "sctp chunk", "init", BOOLEAN, 0, SCTP_CHUNK, 0, 1, false)                   \
	X(CHUNK_INIT_TYPE, "sctp chunk", "init type", INTEGER, 8, SCTP_CHUNK, 0, 1, false)         \
	X(CHUNK_INIT_FLAGS, "sctp chunk", "init flags", INTEGER, 8, SCTP_CHUNK, 8, 1, false)       \
	X(CHUNK_INIT_LENGTH, "sctp chunk", "init length", INTEGER, 16, SCTP_CHUNK, 16, 1, false)   \
	X(CHUNK_INIT_INIT_TAG, "sctp chunk", "init init-tag", INTEGER, 32, SCTP_CHUNK, 32, 1,      \
	  false)                                                                                   \
	X(CHUNK_INIT_A_RWND, "sctp chunk", "init a-rwnd", INTEGER, 32, SCTP_CHUNK, 64, 1, false)   \
	X(CHUNK_INIT_NUM_OUTBOUND_STREAMS, "sctp chunk", "init num-outbound-streams", INTEGER, 16, \
	  SCTP_CHUNK, 96, 1, false)                                                                \
	X(CHUNK_INIT_NUM_INBOUND_STREAMS, "sctp chunk", "init num-inbound-streams", INTEGER, 16,   \
	  SCTP_CHUNK, 112, 1, false)                                                               \
	X(CHUNK_INIT_INITIAL_TSN, "sctp chunk", "init initial-tsn", INTEGER, 32, SCTP_CHUNK, 128,  \
	  1, false)                                                                                \
	X(CHUNK_INIT_ACK, "sctp chunk", "init-ack", BOOLEAN, 0, SCTP_CHUNK, 0, 2, false)           \
	X(CHUNK_INIT_ACK_TYPE, "sctp chunk", "init-ack type", INTEGER, 8, SCTP_CHUNK, 0, 2, false) \
	X(CHUNK_INIT_ACK_FLAGS, "sctp chunk", "init-ack flags", INTEGER, 8, SCTP_CHUNK, 8, 2,      \
	  false)                                                                                   \
	X(CHUNK_INIT_ACK_LENGTH, "sctp chunk", "init-ack length", INTEGER, 16, SCTP_CHUNK, 16, 2,  \
	  false)                                                                                   \
	X(CHUNK_INIT_ACK_INIT_TAG, "sctp chunk", "init-ack init-tag", INTEGER, 32, SCTP_CHUNK, 32, \
	  2, false)                                                                                \
	X(CHUNK_INIT_ACK_A_RWND, "sctp chunk", "init-ack a-rwnd", INTEGER, 32, SCTP_CHUNK, 64, 2,  \
	  false)                                                                                   \
	X(CHUNK_INIT_ACK_NUM_OUTBOUND_STREAMS, "sctp chunk", "init-ack num-outbound-streams",      \
	  INTEGER, 16, SCTP_CHUNK, 96, 2, false)                                                   \
	X(CHUNK_INIT_ACK_NUM_INBOUND_STREAMS, "sctp chunk", "init-ack num-inbound-streams",        \
	  INTEGER, 16, SCTP_CHUNK, 112, 2, false)                                                  \
	X(CHUNK_INIT_ACK_INITIAL_TSN, "sctp chunk", "init-ack initial-tsn", INTEGER, 32,           \
	  SCTP_CHUNK, 128, 2, false)                                                               \
	X(CHUNK_SACK, "sctp chunk", "sack", BOOLEAN, 0, SCTP_CHUNK, 0, 3, false)                   \
	X(CHUNK_SACK_TYPE, "sctp chunk", "sack type", INTEGER, 8, SCTP_CHUNK, 0, 3, false)         \
	X(CHUNK_SACK_FLAGS, "sctp chunk", "sack flags", INTEGER, 8, SCTP_CHUNK, 8, 3, false)       \
	X(CHUNK_SACK_LENGTH, "sctp chunk", "sack length", INTEGER, 16, SCTP_CHUNK, 16, 3, false)   \
	X(CHUNK_SACK_CUM_TSN_ACK, "sctp chunk", "sack cum-tsn-ack", INTEGER, 32, SCTP_CHUNK, 32,   \
	  3, false)                                                                                \
	X(CHUNK_SACK_A_RWND, "sctp chunk", "sack a-rwnd", INTEGER, 32, SCTP_CHUNK, 64, 3, false)   \
	X(CHUNK_SACK_NUM_GAP_ACK_BLOCKS, "sctp chunk", "sack num-gap-ack-blocks", INTEGER, 16,     \
	  SCTP_CHUNK, 96, 3, false)                                                                \
	X(CHUNK_SACK_NUM_DUP_TSNS, "sctp chunk", "sack num-dup-tsns", INTEGER, 16, SCTP_CHUNK,     \
	  112, 3, false)                                                                           \
	X(CHUNK_HEARTBEAT, "sctp chunk", "heartbeat", BOOLEAN, 0, SCTP_CHUNK, 0, 4, false)         \
	X(CHUNK_HEARTBEAT_TYPE, "sctp chunk", "heartbeat type", INTEGER, 8, SCTP_CHUNK, 0, 4,      \
	  false)                                                                                   \
	X(CHUNK_HEARTBEAT_FLAGS, "sctp chunk", "heartbeat flags", INTEGER, 8, SCTP_CHUNK, 8, 4,    \
	  false)                                                                                   \
	X(CHUNK_HEARTBEAT_LENGTH, "sctp chunk", "heartbeat length", INTEGER, 16, SCTP_CHUNK, 16,   \
	  4, false)                                                                                \
	X(CHUNK_HEARTBEAT_ACK, "sctp chunk", "heartbeat-ack", BOOLEAN, 0, SCTP_CHUNK, 0, 5, false) \
	X(CHUNK_HEARTBEAT_ACK_TYPE, "sctp chunk", "heartbeat-ack type", INTEGER, 8, SCTP_CHUNK, 0, \
	  5, false)                                                                                \
	X(CHUNK_HEARTBEAT_ACK_FLAGS, "sctp chunk", "heartbeat-ack flags", INTEGER, 8, SCTP_CHUNK,  \
	  8, 5, false)                                                                             \
	X(CHUNK_HEARTBEAT_ACK_LENGTH, "sctp chunk", "heartbeat-ack length", INTEGER, 16,           \
	  SCTP_CHUNK, 16, 5, false)                                                                \
	X(CHUNK_ABORT, "sctp chunk", "abort", BOOLEAN, 0, SCTP_CHUNK, 0, 6, false)                 \
	X(CHUNK_ABORT_TYPE, "sctp chunk", "abort type", INTEGER, 8, SCTP_CHUNK, 0, 6, false)       \
	X(CHUNK_ABORT_FLAGS, "sctp chunk", "abort flags", INTEGER, 8, SCTP_CHUNK, 8, 6, false)     \
	X(CHUNK_ABORT_LENGTH, "sctp chunk", "abort length", INTEGER, 16, SCTP_CHUNK, 16, 6, false) \
	X(CHUNK_SHUTDOWN, "sctp chunk", "shutdown", BOOLEAN, 0, SCTP_CHUNK, 0, 7, false)           \
	X(CHUNK_SHUTDOWN_TYPE, "sctp chunk", "shutdown type", INTEGER, 8, SCTP_CHUNK, 0, 7, false) \
	X(CHUNK_SHUTDOWN_FLAGS, "sctp chunk", "shutdown flags", INTEGER, 8, SCTP_CHUNK, 8, 7,      \
	  false)                                                                                   \
	X(CHUNK_SHUTDOWN_LENGTH, "sctp chunk", "shutdown length", INTEGER, 16, SCTP_CHUNK, 16, 7,  \
	  false)                                                                                   \
	X(CHUNK_SHUTDOWN_CUM_TSN_ACK, "sctp chunk", "shutdown cum-tsn-ack", INTEGER, 32,           \
	  SCTP_CHUNK, 32, 7, false)                                                                \
	X(CHUNK_SHUTDOWN_ACK, "sctp chunk", "shutdown-ack", BOOLEAN, 0, SCTP_CHUNK, 0, 8, false)   \
	X(CHUNK_SHUTDOWN_ACK_TYPE, "sctp chunk", "shutdown-ack type", INTEGER, 8, SCTP_CHUNK, 0,   \
	  8, false)                                                                                \
	X(CHUNK_SHUTDOWN_ACK_FLAGS, "sctp chunk", "shutdown-ack flags", INTEGER, 8, SCTP_CHUNK, 8, \
	  8, false)                                                                                \
	X(CHUNK_SHUTDOWN_ACK_LENGTH, "sctp chunk", "shutdown-ack length", INTEGER, 16, SCTP_CHUNK, \
	  16, 8, false)                                                                            \
	X(CHUNK_ERROR, "sctp chunk", "error", BOOLEAN, 0, SCTP_CHUNK, 0, 9, false)                 \
	X(CHUNK_ERROR_TYPE, "sctp chunk", "error type", INTEGER, 8, SCTP_CHUNK, 0, 9, false)       \
	X(CHUNK_ERROR_FLAGS, "sctp chunk", "error flags", INTEGER, 8, SCTP_CHUNK, 8, 9, false)     \
	X(CHUNK_ERROR_LENGTH, "sctp chunk", "error length", INTEGER, 16, SCTP_CHUNK, 16, 9, false) \
	X(CHUNK_COOKIE_ECHO, "sctp chunk", "cookie-echo", BOOLEAN, 0, SCTP_CHUNK, 0, 10, false)    \
	X(CHUNK_COOKIE_ECHO_TYPE, "sctp chunk", "cookie-echo type", INTEGER, 8, SCTP_CHUNK, 0, 10, \
	  false)                                                                                   \
	X(CHUNK_COOKIE_ECHO_FLAGS, "sctp chunk", "cookie-echo flags", INTEGER, 8, SCTP_CHUNK, 8,   \
	  10, false)                                                                               \
	X(CHUNK_COOKIE_ECHO_LENGTH, "sctp chunk", "cookie-echo length", INTEGER, 16, SCTP_CHUNK,   \
	  16, 10, false)                                                                           \
	X(CHUNK_COOKIE_ACK, "sctp chunk", "cookie-ack", BOOLEAN, 0, SCTP_CHUNK, 0, 11, false)      \
	X(CHUNK_COOKIE_ACK_TYPE, "sctp chunk", "cookie-ack type", INTEGER, 8, SCTP_CHUNK, 0, 11,   \
	  false)                                                                                   \
	X(CHUNK_COOKIE_ACK_FLAGS, "sctp chunk", "cookie-ack flags", INTEGER, 8, SCTP_CHUNK, 8, 11, \
	  false)                                                                                   \
	X(CHUNK_COOKIE_ACK_LENGTH, "sctp chunk", "cookie-ack length", INTEGER, 16, SCTP_CHUNK, 16, \
	  11, false)                                                                               \
	X(CHUNK_ECNE, "sctp chunk", "ecne", BOOLEAN, 0, SCTP_CHUNK, 0, 12, false)                  \
	X(CHUNK_ECNE_TYPE, "sctp chunk", "ecne type", INTEGER, 8, SCTP_CHUNK, 0, 12, false)        \
	X(CHUNK_ECNE_FLAGS, "sctp chunk", "ecne flags", INTEGER, 8, SCTP_CHUNK, 8, 12, false)      \
	X(CHUNK_ECNE_LENGTH, "sctp chunk", "ecne length", INTEGER, 16, SCTP_CHUNK, 16, 12, false)  \
	X(CHUNK_ECNE_LOWEST_TSN, "sctp chunk", "ecne lowest-tsn", INTEGER, 32, SCTP_CHUNK, 32, 12, \
	  false)                                                                                   \
	X(CHUNK_CWR, "sctp chunk", "cwr", BOOLEAN, 0, SCTP_CHUNK, 0, 13, false)                    \
	X(CHUNK_CWR_TYPE, "sctp chunk", "cwr type", INTEGER, 8, SCTP_CHUNK, 0, 13, false)          \
	X(CHUNK_CWR_FLAGS, "sctp chunk", "cwr flags", INTEGER, 8, SCTP_CHUNK, 8, 13, false)        \
	X(CHUNK_CWR_LENGTH, "sctp chunk", "cwr length", INTEGER, 16, SCTP_CHUNK, 16, 13, false)    \
	X(CHUNK_CWR_LOWEST_TSN, "sctp chunk", "cwr lowest-tsn", INTEGER, 32, SCTP_CHUNK, 32, 13,   \
	  false)                                                                                   \
	X(CHUNK_SHUTDOWN_COMPLETE, "sctp chunk", "shutdown-complete", BOOLEAN, 0, SCTP_CHUNK, 0,   \
	  14, false)                                                                               \
	X(CHUNK_SHUTDOWN_COMPLETE_TYPE, "sctp chunk", "shutdown-complete type", INTEGER, 8,        \
	  SCTP_CHUNK, 0, 14, false)                                                                \
	X(CHUNK_SHUTDOWN_COMPLETE_FLAGS, "sctp chunk", "shutdown-complete flags", INTEGER, 8,      \
	  SCTP_CHUNK, 8, 14, false)                                                                \
	X(CHUNK_SHUTDOWN_COMPLETE_LENGTH, "sctp chunk", "shutdown-complete length", INTEGER, 16,   \
	  SCTP_CHUNK, 16, 14, false)                                                               \
	X(CHUNK_ASCONF_ACK, "sctp chunk", "asconf-ack", BOOLEAN, 0, SCTP_CHUNK, 0, 128, false)     \
	X(CHUNK_ASCONF_ACK_TYPE, "sctp chunk", "asconf-ack type", INTEGER, 8, SCTP_CHUNK, 0, 128,  \
	  false)                                                                                   \
	X(CHUNK_ASCONF_ACK_FLAGS, "sctp chunk", "asconf-ack flags", INTEGER, 8, SCTP_CHUNK, 8,     \
	  128, false)                                                                              \
	X(CHUNK_ASCONF_ACK_LENGTH, "sctp chunk", "asconf-ack length", INTEGER, 16, SCTP_CHUNK, 16, \
	  128, false)                                                                              \
	X(CHUNK_ASCONF_ACK_SEQNO, "sctp chunk", "asconf-ack seqno", INTEGER, 32, SCTP_CHUNK, 32,   \
	  128, false)                                                                              \
	X(CHUNK_FORWARD_TSN, "sctp chunk", "forward-tsn", BOOLEAN, 0, SCTP_CHUNK, 0, 192, false)   \
	X(CHUNK_FORWARD_TSN_TYPE, "sctp chunk", "forward-tsn type", INTEGER, 8, SCTP_CHUNK, 0,     \
	  192, false)                                                                              \
	X(CHUNK_FORWARD_TSN_FLAGS, "sctp chunk", "forward-tsn flags", INTEGER, 8, SCTP_CHUNK, 8,   \
	  192, false)                                                                              \
	X(CHUNK_FORWARD_TSN_LENGTH, "sctp chunk", "forward-tsn length", INTEGER, 16, SCTP_CHUNK,   \
	  16, 192, false)                                                                          \
	X(CHUNK_FORWARD_TSN_NEW_CUM_TSN, "sctp chunk", "forward-tsn new-cum-tsn", INTEGER, 32,     \
	  SCTP_CHUNK, 32, 192, false)                                                              \
	X(CHUNK_ASCONF, "sctp chunk", "asconf", BOOLEAN, 0, SCTP_CHUNK, 0, 193, false)             \
	X(CHUNK_ASCONF_TYPE, "sctp chunk", "asconf type", INTEGER, 8, SCTP_CHUNK, 0, 193, false)   \
	X(CHUNK_ASCONF_FLAGS, "sctp chunk", "asconf flags", INTEGER, 8, SCTP_CHUNK, 8, 193, false) \
	X(CHUNK_ASCONF_LENGTH, "sctp chunk", "asconf length", INTEGER, 16, SCTP_CHUNK, 16, 193,    \
	  false)                                                                                   \
	X(CHUNK_ASCONF_SEQNO, "sctp chunk", "asconf seqno", INTEGER, 32, SCTP_CHUNK, 32, 193,      \
	  false)                                                                                   \
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
	unsigned protocol; /* of the extension header, or kind of the option or chunk */
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
