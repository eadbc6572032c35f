/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generator. Prefixes grow as address plans do: most of them begin as an earlier one does, for a random number of bits, so that
 * they form trees; rules pick from them by the profile's numbers. What is more specific comes rather earlier, as in a list that
 * somebody maintains, so that few rules are hidden behind others.
 */
#include "rules.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "profile.h"
#include "random.h"
#include "unique.h"
#include "util/cleanup.h"

#define TRIES 20 /* for one rule that is not there yet */

typedef NC_VEC(struct nc_bench_prefix) prefixes;

/* Work on one rule set. */
struct making {
	const struct nc_bench_profile *profile;
	struct nc_random random;
	bool ip6;
	uint32_t n;
	prefixes saddrs[_NC_SCOPE_MAX], daddrs[_NC_SCOPE_MAX];
	NC_VEC(uint16_t) ports;
};

/* --- prefixes --------------------------------------------------------------------------------------------- */

void nc_bench_prefix_mask(struct nc_bench_prefix *prefix)
{
	for (unsigned i = 0; i < sizeof(prefix->address); i++) {
		unsigned kept = prefix->length > i * 8 ? prefix->length - i * 8 : 0;

		if (kept < 8)
			prefix->address[i] &= ~(0xff >> kept);
	}
}

static void random_bytes(struct nc_random *random, uint8_t *to, size_t n)
{
	while (n--)
		*to++ = nc_random64(random);
}

/* A unicast address; of IPv6, from what is given out (2000::/3). */
static void random_address(struct nc_random *random, bool ip6, uint8_t address[16])
{
	memset(address, 0, 16);
	random_bytes(random, address, ip6 ? 16 : 4);
	if (ip6)
		address[0] = 0x20 | (address[0] & 0x1f);
	else
		address[0] = 1 + address[0] % 223;
}

/* The bits behind the first ones of an address, anew. */
static void vary(struct nc_random *random, unsigned kept, bool ip6, uint8_t address[16])
{
	struct nc_bench_prefix head = {.length = kept};
	uint8_t other[16];

	memset(head.address, 0xff, sizeof(head.address));
	nc_bench_prefix_mask(&head);
	random_address(random, ip6, other);
	for (unsigned i = 0; i < sizeof(other); i++)
		address[i] = (address[i] & head.address[i]) | (other[i] & ~head.address[i]);
}

/* IPv6's plans are about twice as long: /48 where IPv4 has /24, /64 for a link, /128 for a host. */
static unsigned length_of(unsigned ip_length, bool ip6)
{
	if (!ip6 || !ip_length)
		return ip_length;
	if (ip_length < 9)
		return ip_length + 3;
	if (ip_length < 29)
		return ip_length * 2;
	return ip_length == 32 ? 128 : ip_length * 2 + 2;
}

static unsigned random_length(struct making *making, enum nc_bench_scope scope)
{
	static const uint16_t short_lengths[] = {82, 12, 0, 0, 0, 0, 3, 3},
			      link_lengths[] = {4, 20, 76};
	const struct nc_bench_profile *profile = making->profile;

	switch (scope) {
	case NC_SCOPE_SHORT:
		return 1 + nc_random_pick(&making->random, short_lengths, 8);
	case NC_SCOPE_NET:
		return 15 + nc_random_pick(&making->random, profile->net_lengths, 10);
	case NC_SCOPE_SUB:
		return 25 + nc_random_pick(&making->random, profile->sub_lengths, 4);
	case NC_SCOPE_LINK:
		return 29 + nc_random_pick(&making->random, link_lengths, 3);
	case NC_SCOPE_HOST:
		return 32;
	default:
		return 0;
	}
}

/* One more, of which others of the same side may be the trunk. */
static int grow(struct making *making, prefixes *side, enum nc_bench_scope scope)
{
	struct nc_bench_prefix prefix = {
		.length = length_of(random_length(making, scope), making->ip6)};
	const prefixes *from = &side[NC_SCOPE_NET + nc_random_below(&making->random, 4)];

	random_address(&making->random, making->ip6, prefix.address);
	if (from->n && nc_random_below(&making->random, 100) < making->profile->nesting) {
		unsigned kept = 8 + nc_random_below(&making->random, 23);

		memcpy(prefix.address, from->v[nc_random_below(&making->random, from->n)].address,
		       sizeof(prefix.address));
		vary(&making->random, making->ip6 ? kept * 2 : kept, making->ip6, prefix.address);
	}
	nc_bench_prefix_mask(&prefix);
	return nc_vec_push(&side[scope], prefix);
}

/* As many different ones of a scope as the profile has for the rules that will use them. */
static uint32_t wanted(const struct making *making, enum nc_bench_scope scope, bool source)
{
	const struct nc_bench_profile *profile = making->profile;
	uint64_t per_thousand = 0;

	for (unsigned other = 0; other < _NC_SCOPE_MAX; other++)
		per_thousand +=
			source ? profile->scopes[scope][other] : profile->scopes[other][scope];
	return 1 + making->n * per_thousand *
			   (source ? profile->saddr_variety : profile->daddr_variety) / 100000;
}

static int grow_side(struct making *making, prefixes *side, bool source)
{
	int r = 0;

	for (unsigned scope = 0; scope < _NC_SCOPE_MAX; scope++) {
		for (uint32_t n = wanted(making, scope, source); n && !r; n--)
			r = grow(making, side, scope);
	}
	return r;
}

/* --- ports ------------------------------------------------------------------------------------------------ */

static const uint16_t well_known[] = {80,  443, 53,  25,   22,	 123,  161,  21,   23,
				      143, 110, 514, 1433, 1521, 3306, 8080, 5060, 389};
static const struct nc_bench_ports ranges[] = {{20, 21},       {137, 139},   {6000, 6063},
					       {33434, 33600}, {1300, 1350}, {1600, 1649},
					       {2200, 2210},   {7500, 7599}, {109, 110},
					       {1645, 1646},   {1812, 1813}, {8000, 8100},
					       {1025, 65535}};

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static int choose_ports(struct making *making)
{
	int r = 0;

	for (unsigned i = 0; i < making->profile->port_variety && !r; i++)
		r = nc_vec_push(
			&making->ports,
			i < LENGTH(well_known)
				? well_known[i]
				: (uint16_t)(1024 + nc_random_below(&making->random, 64000)));
	return r;
}

/* The first ones are far more frequent. */
static struct nc_bench_ports random_ports(struct making *making, enum nc_bench_port_class class)
{
	uint32_t n = making->ports.n, at = nc_random_below(&making->random, n);
	uint16_t port = making->ports.v[(uint64_t)at * nc_random_below(&making->random, n) / n];

	switch (class) {
	case NC_PORT_EXACT:
		return (struct nc_bench_ports){port, port};
	case NC_PORT_HIGH:
		return (struct nc_bench_ports){1024, 65535};
	case NC_PORT_RANGE:
		return ranges[nc_random_below(&making->random, LENGTH(ranges))];
	default:
		return (struct nc_bench_ports){0, 65535};
	}
}

/* --- rules ------------------------------------------------------------------------------------------------ */

static const struct nc_bench_service *random_service(struct making *making)
{
	const struct nc_bench_profile *profile = making->profile;
	uint16_t weights[32];

	for (unsigned i = 0; i < profile->n_services; i++)
		weights[i] = profile->services[i].weight;
	return &profile->services[nc_random_pick(&making->random, weights, profile->n_services)];
}

static const struct nc_bench_prefix *random_prefix(struct making *making, const prefixes *from)
{
	return &from->v[nc_random_below(&making->random, from->n)];
}

static void choose_addresses(struct making *making, struct nc_bench_rule *rule)
{
	unsigned pair = nc_random_pick(&making->random, making->profile->scopes[0],
				       _NC_SCOPE_MAX * _NC_SCOPE_MAX);

	rule->saddr = *random_prefix(making, &making->saddrs[pair / _NC_SCOPE_MAX]);
	rule->daddr = *random_prefix(making, &making->daddrs[pair % _NC_SCOPE_MAX]);
}

/* others: the rules that there are already */
static struct nc_bench_rule random_rule(struct making *making, const struct nc_bench_rules *others)
{
	const struct nc_bench_service *service = random_service(making);
	struct nc_bench_rule rule;

	memset(&rule, 0, sizeof(rule)); /* compared by bytes */
	if (others->list.n && nc_random_below(&making->random, 100) < making->profile->series) {
		const struct nc_bench_rule *other =
			&others->list.v[nc_random_below(&making->random, others->list.n)];

		rule.saddr = other->saddr;
		rule.daddr = other->daddr;
	} else {
		choose_addresses(making, &rule);
	}
	rule.sport = random_ports(making, service->sport);
	rule.dport = random_ports(making, service->dport);
	rule.any_protocol = service->protocol == NC_PROTOCOL_ANY;
	if (!rule.any_protocol)
		rule.protocol = making->ip6 && service->protocol == IPPROTO_ICMP
					? IPPROTO_ICMPV6
					: service->protocol;
	return rule;
}

/* Sorted by this, most specific first, but loosely. */
struct ranked {
	uint32_t rank, index;
};

static uint32_t rank_of(struct making *making, const struct nc_bench_rule *rule)
{
	const unsigned bits = nc_bench_bits(making->ip6);
	uint32_t wild = (2 * bits - rule->saddr.length - rule->daddr.length) * 64 / (2 * bits);

	wild += rule->any_protocol ? 8 : 0;
	wild += rule->sport.low != rule->sport.high ? 2 : 0;
	wild += rule->dport.low != rule->dport.high ? 4 : 0;
	return wild * 4 + nc_random_below(&making->random, 32);
}

static int compare_ranks(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return x->rank != y->rank ? (x->rank < y->rank ? -1 : 1)
				  : (x->index < y->index ? -1 : x->index > y->index);
}

static int put_in_order(struct making *making, struct nc_bench_rules *rules)
{
	_cleanup_free_ struct ranked *ranked = calloc(rules->list.n + 1, sizeof(*ranked));
	struct nc_bench_rule *list = calloc(rules->list.n + 1, sizeof(*list));

	if (!ranked || !list) {
		free(list);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < rules->list.n; i++)
		ranked[i] = (struct ranked){rank_of(making, &rules->list.v[i]), i};
	qsort(ranked, rules->list.n, sizeof(*ranked), compare_ranks);
	for (uint32_t i = 0; i < rules->list.n; i++)
		list[i] = rules->list.v[ranked[i].index];
	free(rules->list.v);
	rules->list.v = list;
	rules->list.cap = rules->list.n + 1;
	return 0;
}

static int make_list(struct making *making, struct nc_bench_rules *rules)
{
	_cleanup_(nc_unique_clear) struct nc_unique unique = {};
	int r = nc_unique_init(&unique, making->n, sizeof(struct nc_bench_rule));

	for (uint32_t i = 0; i < making->n && !r; i++) {
		struct nc_bench_rule rule;
		int tries = TRIES;

		do
			rule = random_rule(making, rules);
		while (!nc_unique_add(&unique, &rule) && --tries);
		if (tries)
			r = nc_vec_push(&rules->list, rule);
	}
	return r ?: put_in_order(making, rules);
}

static void finish_making(struct making *making)
{
	for (unsigned i = 0; i < _NC_SCOPE_MAX; i++) {
		nc_vec_free(&making->saddrs[i]);
		nc_vec_free(&making->daddrs[i]);
	}
	nc_vec_free(&making->ports);
}

int nc_bench_rules_make(const struct nc_bench_profile *profile, bool ip6, uint32_t n, uint64_t seed,
			struct nc_bench_rules *ret)
{
	_cleanup_(finish_making) struct making making = {
		.profile = profile, .random = {seed}, .ip6 = ip6, .n = n};
	struct nc_bench_rules rules = {.ip6 = ip6};
	int r = grow_side(&making, making.saddrs, true);

	r = r ?: grow_side(&making, making.daddrs, false);
	r = r ?: choose_ports(&making);
	r = r ?: make_list(&making, &rules);
	if (r < 0)
		nc_bench_rules_free(&rules);
	else
		*ret = rules;
	return r;
}

int nc_bench_set_make(bool ip6, uint32_t n, uint64_t seed, struct nc_bench_rules *ret)
{
	_cleanup_(nc_unique_clear) struct nc_unique unique = {};
	struct nc_bench_rules rules = {.ip6 = ip6};
	struct nc_random random = {seed};
	int r = nc_unique_init(&unique, n, sizeof(struct nc_bench_prefix));

	while (!r && rules.set.n < n) {
		struct nc_bench_prefix address = {.length = nc_bench_bits(ip6)};

		random_address(&random, ip6, address.address);
		if (nc_unique_add(&unique, &address))
			r = nc_vec_push(&rules.set, address);
	}
	if (r < 0)
		nc_bench_rules_free(&rules);
	else
		*ret = rules;
	return r;
}

void nc_bench_rules_free(struct nc_bench_rules *rules)
{
	nc_vec_free(&rules->list);
	nc_vec_free(&rules->set);
}
