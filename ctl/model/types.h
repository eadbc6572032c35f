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

/* A field's value: a number in host order, right-justified. Addresses too: 10.0.0.1 is 0x0a000001. */
typedef unsigned __int128 nc_num;

/* Inclusive: a single value has low == high. */
struct nc_interval {
	nc_num low, high;
};

enum nc_type {
	NC_TYPE_IPV4_ADDR,
	NC_TYPE_IPV6_ADDR,
	NC_TYPE_ETHER_ADDR,
	NC_TYPE_ETHER_TYPE,
	NC_TYPE_VLAN_ID, /* a plain integer of 12 bits */
	NC_TYPE_INET_PROTO,
	NC_TYPE_INET_SERVICE,
	NC_TYPE_TCP_FLAG,
	NC_TYPE_ICMP_TYPE,
	NC_TYPE_ICMP_CODE,
	NC_TYPE_ICMPV6_TYPE,
	NC_TYPE_ICMPV6_CODE,
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
	bool settable; /* may be the type of a named set */
	bool prefixes; /* "/len" is a value; intervals print as prefixes where they are one */
	const struct nc_symbol *symbols; /* ends with name NULL; NULL for none */
	bool numeric;			 /* symbols are read only: nft prints ports as numbers */
};

const struct nc_type_info *nc_type_info(enum nc_type type);

/* The type named so, or -ENOENT. */
int nc_type_by_name(const char *name, enum nc_type *ret);

/* All ones of the type's width. */
nc_num nc_type_max(enum nc_type type);

enum nc_field {
	NC_FIELD_ETHER_DADDR,
	NC_FIELD_ETHER_SADDR,
	NC_FIELD_ETHER_TYPE,
	NC_FIELD_VLAN_ID,   /* of the tag at the match's depth */
	NC_FIELD_VLAN_TYPE, /* likewise */
	NC_FIELD_META_PROTOCOL,
	NC_FIELD_META_L4PROTO,
	NC_FIELD_IP_SADDR,
	NC_FIELD_IP_DADDR,
	NC_FIELD_IP_PROTOCOL,
	NC_FIELD_IP6_SADDR,
	NC_FIELD_IP6_DADDR,
	NC_FIELD_IP6_NEXTHDR,
	NC_FIELD_TH_SPORT,
	NC_FIELD_TH_DPORT,
	NC_FIELD_TCP_SPORT,
	NC_FIELD_TCP_DPORT,
	NC_FIELD_TCP_FLAGS,
	NC_FIELD_UDP_SPORT,
	NC_FIELD_UDP_DPORT,
	NC_FIELD_UDPLITE_SPORT,
	NC_FIELD_UDPLITE_DPORT,
	NC_FIELD_SCTP_SPORT,
	NC_FIELD_SCTP_DPORT,
	NC_FIELD_DCCP_SPORT,
	NC_FIELD_DCCP_DPORT,
	NC_FIELD_ICMP_TYPE,
	NC_FIELD_ICMP_CODE,
	NC_FIELD_ICMPV6_TYPE,
	NC_FIELD_ICMPV6_CODE,
	_NC_FIELD_MAX
};

struct nc_field_info {
	const char *header; /* "ip" */
	const char *name;   /* "saddr" */
	enum nc_type type;
};

const struct nc_field_info *nc_field_info(enum nc_field field);

/* The field named "header name", or -ENOENT. */
int nc_field_by_name(const char *header, const char *name, enum nc_field *ret);

/* Is there any field of this header? ("tcp": the parser knows the word, though not "tcp ackseq") */
bool nc_field_header_known(const char *header);

#endif
