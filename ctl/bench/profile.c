/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shapes, as numbers. They follow what is published of real filter sets (Taylor and Turner, "ClassBench: a packet
 * classification benchmark", INFOCOM 2005): access lists name hosts and services, firewalls have a wildcard on one side,
 * IP chains have networks on both.
 */
#include "profile.h"

#include <netinet/in.h>
#include <stddef.h>

#include "rules.h"

#define SERVICES(table) .services = table, .n_services = sizeof(table) / sizeof(*(table))

static const struct nc_bench_service access_services[] = {
	{IPPROTO_TCP, NC_PORT_ANY, NC_PORT_EXACT, 590},
	{IPPROTO_TCP, NC_PORT_ANY, NC_PORT_ANY, 170},
	{IPPROTO_TCP, NC_PORT_ANY, NC_PORT_RANGE, 110},
	{NC_PROTOCOL_ANY, NC_PORT_ANY, NC_PORT_ANY, 85},
	{IPPROTO_ICMP, NC_PORT_ANY, NC_PORT_ANY, 33},
	{IPPROTO_UDP, NC_PORT_ANY, NC_PORT_EXACT, 12},
};

static const struct nc_bench_service firewall_services[] = {
	{IPPROTO_TCP, NC_PORT_ANY, NC_PORT_EXACT, 436},
	{IPPROTO_UDP, NC_PORT_ANY, NC_PORT_EXACT, 139},
	{IPPROTO_UDP, NC_PORT_EXACT, NC_PORT_ANY, 101},
	{IPPROTO_TCP, NC_PORT_ANY, NC_PORT_ANY, 92},
	{IPPROTO_GRE, NC_PORT_ANY, NC_PORT_ANY, 52},
	{IPPROTO_TCP, NC_PORT_HIGH, NC_PORT_HIGH, 41},
	{IPPROTO_ICMP, NC_PORT_ANY, NC_PORT_ANY, 37},
	{IPPROTO_UDP, NC_PORT_EXACT, NC_PORT_EXACT, 25},
	{IPPROTO_UDP, NC_PORT_EXACT, NC_PORT_HIGH, 23},
	{IPPROTO_UDP, NC_PORT_HIGH, NC_PORT_EXACT, 21},
	{IPPROTO_UDP, NC_PORT_HIGH, NC_PORT_HIGH, 21},
	{NC_PROTOCOL_ANY, NC_PORT_ANY, NC_PORT_ANY, 9},
	{IPPROTO_UDP, NC_PORT_HIGH, NC_PORT_RANGE, 2},
	{IPPROTO_UDP, NC_PORT_RANGE, NC_PORT_HIGH, 1},
};

static const struct nc_bench_service chain_services[] = {
	{NC_PROTOCOL_ANY, NC_PORT_ANY, NC_PORT_ANY, 320},
	{IPPROTO_UDP, NC_PORT_ANY, NC_PORT_EXACT, 226},
	{IPPROTO_TCP, NC_PORT_ANY, NC_PORT_EXACT, 140},
	{IPPROTO_UDP, NC_PORT_EXACT, NC_PORT_ANY, 86},
	{IPPROTO_TCP, NC_PORT_EXACT, NC_PORT_ANY, 81},
	{IPPROTO_UDP, NC_PORT_ANY, NC_PORT_HIGH, 58},
	{IPPROTO_TCP, NC_PORT_ANY, NC_PORT_ANY, 21},
	{IPPROTO_TCP, NC_PORT_ANY, NC_PORT_RANGE, 17},
	{IPPROTO_TCP, NC_PORT_RANGE, NC_PORT_ANY, 15},
	{IPPROTO_ICMP, NC_PORT_ANY, NC_PORT_ANY, 13},
	{IPPROTO_UDP, NC_PORT_ANY, NC_PORT_RANGE, 6},
	{IPPROTO_UDP, NC_PORT_RANGE, NC_PORT_ANY, 4},
	{IPPROTO_UDP, NC_PORT_EXACT, NC_PORT_EXACT, 4},
	{IPPROTO_UDP, NC_PORT_HIGH, NC_PORT_ANY, 4},
	{IPPROTO_GRE, NC_PORT_ANY, NC_PORT_ANY, 3},
	{IPPROTO_ESP, NC_PORT_ANY, NC_PORT_ANY, 1},
	{IPPROTO_AH, NC_PORT_ANY, NC_PORT_ANY, 1},
};

static const struct nc_bench_profile access_list = {
	.name = "acl",
	.scopes =
		{
			[NC_SCOPE_ANY] = {1, 1, 2, 0, 0, 0},
			[NC_SCOPE_SHORT] = {3, 2, 1, 0, 0, 0},
			[NC_SCOPE_NET] = {3, 20, 33, 11, 28, 48},
			[NC_SCOPE_SUB] = {0, 0, 1, 0, 1, 6},
			[NC_SCOPE_LINK] = {0, 0, 81, 7, 53, 163},
			[NC_SCOPE_HOST] = {0, 0, 71, 9, 164, 291},
		},
	.net_lengths = {7, 8, 5, 1, 1, 1, 20, 80, 100, 65},
	.sub_lengths = {12, 1, 1, 4},
	.saddr_variety = 50,
	.daddr_variety = 6,
	.series = 25,
	.nesting = 35,
	.port_variety = 100,
	SERVICES(access_services),
};

static const struct nc_bench_profile firewall = {
	.name = "fw",
	.scopes =
		{
			[NC_SCOPE_ANY] = {10, 10, 2, 6, 249, 140},
			[NC_SCOPE_SHORT] = {13, 3, 2, 3, 69, 135},
			[NC_SCOPE_NET] = {34, 17, 1, 1, 4, 4},
			[NC_SCOPE_SUB] = {17, 13, 1, 1, 4, 4},
			[NC_SCOPE_LINK] = {71, 30, 6, 3, 16, 15},
			[NC_SCOPE_HOST] = {38, 40, 11, 4, 16, 20},
		},
	.net_lengths = {1, 2, 2, 3, 4, 8, 13, 8, 8, 6},
	.sub_lengths = {7, 8, 13, 17},
	.saddr_variety = 160,
	.daddr_variety = 150,
	.series = 3,
	.nesting = 10,
	.port_variety = 45,
	SERVICES(firewall_services),
};

static const struct nc_bench_profile ip_chain = {
	.name = "ipc",
	.scopes =
		{
			[NC_SCOPE_ANY] = {3, 4, 17, 16, 21, 17},
			[NC_SCOPE_SHORT] = {3, 4, 16, 8, 9, 18},
			[NC_SCOPE_NET] = {35, 18, 173, 89, 43, 70},
			[NC_SCOPE_SUB] = {6, 6, 58, 40, 33, 25},
			[NC_SCOPE_LINK] = {3, 4, 15, 22, 15, 48},
			[NC_SCOPE_HOST] = {4, 6, 29, 31, 33, 74},
		},
	.net_lengths = {15, 32, 28, 10, 6, 8, 12, 54, 110, 130},
	.sub_lengths = {95, 45, 28, 15},
	.saddr_variety = 25,
	.daddr_variety = 35,
	.series = 16,
	.nesting = 45,
	.port_variety = 60,
	SERVICES(chain_services),
};

const struct nc_bench_profile *const nc_bench_profiles[] = {&access_list, &firewall, &ip_chain,
							    NULL};

const char *nc_bench_profile_name(const struct nc_bench_profile *profile)
{
	return profile->name;
}
