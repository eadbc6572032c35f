/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the generator: what makes an access list look different from a firewall or an IP chain. */
#ifndef NETCTL_BENCH_PROFILE_H
#define NETCTL_BENCH_PROFILE_H

#include <stdint.h>

/* Prefixes by what they stand for; the lengths are IPv4's. */
enum nc_bench_scope {
	NC_SCOPE_ANY,	/* /0 */
	NC_SCOPE_SHORT, /* /1 to /8 */
	NC_SCOPE_NET,	/* /15 to /24 */
	NC_SCOPE_SUB,	/* /25 to /28 */
	NC_SCOPE_LINK,	/* /29 to /31 */
	NC_SCOPE_HOST,	/* /32 */
	_NC_SCOPE_MAX
};

enum nc_bench_port_class {
	NC_PORT_ANY,
	NC_PORT_EXACT,
	NC_PORT_HIGH, /* 1024 to 65535 */
	NC_PORT_RANGE
};

#define NC_PROTOCOL_ANY 0xffff

/* A kind of service: how often of 1,000 rules. */
struct nc_bench_service {
	uint16_t protocol;
	enum nc_bench_port_class sport, dport;
	uint16_t weight;
};

struct nc_bench_profile {
	const char *name;
	uint16_t scopes[_NC_SCOPE_MAX][_NC_SCOPE_MAX]; /* of source and destination: per 1,000 */
	uint16_t net_lengths[10];		       /* weights of /15 … /24 */
	uint16_t sub_lengths[4];		       /* of /25 … /28 */
	/* Different prefixes of a scope for 100 rules that use one. */
	uint8_t saddr_variety, daddr_variety;
	uint8_t series;	 /* percent of rules that are for the same addresses as another one */
	uint8_t nesting; /* percent of prefixes that begin as another one does */
	const struct nc_bench_service *services;
	unsigned n_services;
	uint16_t port_variety; /* exact ports that occur */
};

#endif
