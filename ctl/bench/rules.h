/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rule sets to measure with: boxes over source and destination prefix, source and destination ports and protocol, first match
 * wins. Made from a seed in the shape of real access lists, firewalls and IP chains, or read from a file in ClassBench's
 * format; written as nft and iptables rulesets. Must never depend on anything but its arguments: the same ones give the same
 * rules everywhere.
 */
#ifndef NETCTL_BENCH_RULES_H
#define NETCTL_BENCH_RULES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "util/diag.h"

/* A prefix; network byte order, IPv4 in the first four bytes, zero behind the prefix. */
struct nc_bench_prefix {
	uint8_t address[16];
	uint8_t length;
};

/* From low to high, both included, host byte order. */
struct nc_bench_ports {
	uint16_t low, high;
};

struct nc_bench_rule {
	struct nc_bench_prefix saddr, daddr;
	struct nc_bench_ports sport, dport; /* 0 to 65535 for any, and unless TCP or UDP */
	uint8_t protocol;
	bool any_protocol;
};

struct nc_bench_rules {
	bool ip6, all_drop;
	const char *first; /* lines of nft that come before the rules, or NULL; of a set, too */
	NC_VEC(struct nc_bench_rule) list;
	/* Instead of rules: addresses of one set that "saddr @set drop" asks. */
	NC_VEC(struct nc_bench_prefix) set;
};

/* The shapes: of access lists, firewalls, IP chains. */
struct nc_bench_profile;
extern const struct nc_bench_profile *const nc_bench_profiles[]; /* ends with NULL */
const char *nc_bench_profile_name(const struct nc_bench_profile *profile);

/* n different rules (fewer if the shape has not so many). 0 or -ENOMEM. */
int nc_bench_rules_make(const struct nc_bench_profile *profile, bool ip6, uint32_t n, uint64_t seed,
			struct nc_bench_rules *ret);
/* n different addresses to block. 0 or -ENOMEM. */
int nc_bench_set_make(bool ip6, uint32_t n, uint64_t seed, struct nc_bench_rules *ret);
/* ClassBench's format. 0 or -errno with a message that has its place. source must outlive diag. */
int nc_bench_rules_read(const struct nc_source *source, struct nc_bench_rules *ret,
			struct nc_diag *diag);
void nc_bench_rules_free(struct nc_bench_rules *rules);

/* Rules and addresses, whichever there are. */
static inline uint32_t nc_bench_rules_size(const struct nc_bench_rules *rules)
{
	return rules->list.n ? rules->list.n : rules->set.n;
}

/* Every second rule accepts, unless all drop; what no rule matches is dropped. */
static inline bool nc_bench_rule_accepts(const struct nc_bench_rules *rules, size_t index)
{
	return !rules->all_drop && index % 2 == 0;
}

/* As a ruleset of table netdev "bench", chain "in" on a device, with a counter for each rule. */
void nc_bench_write_nft(const struct nc_bench_rules *rules, const char *device, FILE *out);
/* The same for iptables-restore or ip6tables-restore: table raw, PREROUTING. Sets are rules there. */
void nc_bench_write_iptables(const struct nc_bench_rules *rules, FILE *out);

/* Bits of an address. */
static inline unsigned nc_bench_bits(bool ip6)
{
	return ip6 ? 128 : 32;
}

/* Zero what is behind the prefix. */
void nc_bench_prefix_mask(struct nc_bench_prefix *prefix);

#endif
