// SPDX-License-Identifier: GPL-2.0-only
/* Values of header fields. */
#include "value.h"
#include "arena.h"

#include "../../selftests/chance.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define POOL_SIZE 48

struct name {
	value_t value;
	const char *text;
};

static const struct name ethertypes[] = {{0x800, "ip"},	   {0x806, "arp"},     {0x86dd, "ip6"},
					 {0x8100, "vlan"}, {0x88a8, "8021ad"}, {}};
static const struct name protocols[] = {
	{1, "icmp"}, {2, "igmp"},    {6, "tcp"},    {17, "udp"},   {33, "dccp"},     {50, "esp"},
	{51, "ah"},  {58, "icmpv6"}, {108, "comp"}, {132, "sctp"}, {136, "udplite"}, {0, NULL},
};
static const struct name flags[] = {{1, "fin"},	 {2, "syn"},  {4, "rst"},   {8, "psh"}, {16, "ack"},
				    {32, "urg"}, {64, "ecn"}, {128, "cwr"}, {}};
static const struct name icmp_types[] = {{0, "echo-reply"},	{3, "destination-unreachable"},
					 {5, "redirect"},	{8, "echo-request"},
					 {11, "time-exceeded"}, {}};
static const struct name icmpv6_types[] = {{1, "destination-unreachable"},
					   {2, "packet-too-big"},
					   {128, "echo-request"},
					   {129, "echo-reply"},
					   {135, "nd-neighbor-solicit"},
					   {136, "nd-neighbor-advert"},
					   {}};
static const struct name igmp_types[] = {
	{0x11, "membership-query"}, {0x16, "membership-report-v2"}, {0x17, "leave-group"}, {}};
static const struct name arp_ops[] = {{1, "request"}, {2, "reply"}, {3, "rrequest"}, {}};
static const struct name dccp_types[] = {
	{0, "request"}, {1, "response"}, {2, "data"}, {3, "ack"}, {}};
static const struct name mh_types[] = {
	{0, "binding-refresh-request"}, {1, "home-test-init"}, {5, "binding-update"}, {}};
static const struct name pkttypes[] = {
	{0, "host"}, {1, "broadcast"}, {2, "multicast"}, {3, "other"}, {}};
static const struct name interfaces[] = {
	{1, "\"f0\""}, {2, "\"f1\""}, {3, "\"w0\""}, {0, "\"lo\""}, {}};
static const struct name link_types[] = {{1, "ether"}, {}};
static const struct name groups[] = {{0, "default"}, {}};
static const struct name presence[] = {{1, "exists"}, {0, "missing"}, {}};
static const struct name dscps[] = {{0, "cs0"}, {8, "cs1"}, {10, "af11"}, {46, "ef"}, {}};
static const struct name ecns[] = {{0, "not-ect"}, {1, "ect1"}, {2, "ect0"}, {3, "ce"}, {}};

/* Usual values that have no name. */
static const struct name ports[] = {{22, NULL},	 {53, NULL},   {80, NULL},
				    {443, NULL}, {1024, NULL}, {65535, NULL}};

static const struct {
	const char *name;
	const struct name *names; /* ended by a zero; also the usual values */
	bool ordered, named_only;
} types[_T_MAX] = {
	[T_INT] = {NULL, NULL, true, false},
	[T_ETHER] = {"ether_addr", NULL, true, false},
	[T_ETYPE] = {"ether_type", ethertypes, false, false},
	[T_IP] = {"ipv4_addr", NULL, true, false},
	[T_IP6] = {"ipv6_addr", NULL, true, false},
	[T_PROTO] = {"inet_proto", protocols, true, false},
	[T_PORT] = {"inet_service", NULL, true, false},
	[T_MARK] = {"mark", NULL, true, false},
	[T_DSCP] = {"dscp", dscps, true, false},
	[T_ECN] = {"ecn", ecns, false, true},
	[T_TCPFLAG] = {"tcp_flag", flags, false, false},
	[T_ICMPTYPE] = {"icmp_type", icmp_types, true, false},
	[T_ICMPCODE] = {"icmp_code", NULL, true, false},
	[T_ICMPV6TYPE] = {"icmpv6_type", icmpv6_types, true, false},
	[T_ICMPV6CODE] = {"icmpv6_code", NULL, true, false},
	[T_IGMPTYPE] = {"igmp_type", igmp_types, true, false},
	[T_ARPOP] = {"arp_op", arp_ops, true, false},
	[T_DCCPTYPE] = {"dccp_pkttype", dccp_types, true, false},
	[T_MHTYPE] = {"mh_type", mh_types, true, false},
	[T_PKTTYPE] = {"pkt_type", pkttypes, false, true},
	[T_IFNAME] = {"ifname", interfaces, false, true},
	[T_IFINDEX] = {"iface_index", interfaces, false, true},
	[T_IFTYPE] = {"iface_type", link_types, false, true},
	[T_IFGROUP] = {"devgroup", groups, false, true},
	[T_BOOL] = {NULL, presence, false, true},
};

static struct pool {
	value_t value[POOL_SIZE];
	unsigned n;
} pools[POOLS];

const char *type_name(enum type type)
{
	return types[type].name;
}

bool type_ordered(enum type type)
{
	return types[type].ordered;
}

bool type_has_prefix(enum type type)
{
	return type == T_IP || type == T_IP6;
}

value_t value_max(unsigned bits)
{
	return bits == 128 ? ~(value_t)0 : ((value_t)1 << bits) - 1;
}

void values_forget(void)
{
	memset(pools, 0, sizeof(pools));
}

void value_remember(unsigned pool, value_t value)
{
	struct pool *p = &pools[pool];

	p->value[p->n < POOL_SIZE ? p->n++ : below(POOL_SIZE)] = value;
}

static value_t any(unsigned bits)
{
	return (((value_t)chance64() << 64) | chance64()) & value_max(bits);
}

static unsigned count(const struct name *names)
{
	unsigned n = 0;

	while (names[n].text)
		n++;
	return n;
}

/* A value of the kind that stands in real packets. */
static value_t usual(enum type type, unsigned bits)
{
	const value_t documentation = ((value_t)0x20010db8 << 96);

	if (types[type].names)
		return types[type].names[below(count(types[type].names))].value;
	switch (type) {
	case T_ETHER:
		return 0x020000000000 | below(4);
	case T_IP:
		return (below(4) ? 0x0a000000 : 0xc0000200) | below(8);
	case T_IP6:
		return documentation | ((value_t)below(2) << 64) | below(8);
	case T_PORT:
		return PICK(ports).value;
	case T_ICMPCODE:
	case T_ICMPV6CODE:
		return below(5);
	default:
		return below(3) ? below(6) & value_max(bits)
				: value_max(bits) - below(3) % value_max(bits);
	}
}

value_t value_new(enum type type, unsigned pool, unsigned bits)
{
	struct pool *p = &pools[pool];
	value_t value = types[type].named_only || below(4) ? usual(type, bits) : any(bits);

	if (p->n && !below(3))
		value = p->value[below(p->n)];
	value &= value_max(bits);
	value_remember(pool, value);
	return value;
}

value_t value_near(enum type type, unsigned pool, unsigned bits)
{
	struct pool *p = &pools[pool];
	value_t value;

	if (!p->n || !below(5))
		return (below(8) ? usual(type, bits) : any(bits)) & value_max(bits);
	value = p->value[below(p->n)];
	switch (below(8)) {
	case 0:
		value++;
		break;
	case 1:
		value--;
		break;
	case 2:
		value ^= (value_t)1 << below(bits);
		break;
	}
	return value & value_max(bits);
}

static int by_value(const void *a, const void *b)
{
	value_t x = *(const value_t *)a, y = *(const value_t *)b;

	return x < y ? -1 : x > y;
}

/* The largest block around lo that ends before the limit, up to a length by chance. */
static value_t block_end(value_t lo, value_t limit, unsigned bits)
{
	for (unsigned host = below(bits / 2 + 1); host; host--) {
		value_t mask = value_max(host);

		if (!(lo & mask) && (lo | mask) < limit)
			return lo | mask;
	}
	return lo;
}

unsigned value_spans(enum type type, unsigned pool, unsigned bits, bool ranges, struct span *spans,
		     unsigned max)
{
	value_t values[32];
	unsigned n = 0, out = 0, want = 2 * max < 32 ? 2 * max : 32, kept = 0;

	ranges = ranges && type_ordered(type);
	while (n < want)
		values[n++] = value_new(type, pool, bits);
	qsort(values, n, sizeof(*values), by_value);
	for (unsigned i = 0; i < n; i++)
		if (!kept || values[i] != values[kept - 1])
			values[kept++] = values[i];
	for (unsigned i = 0; i < kept && out < max; i++) {
		struct span *span = &spans[out++];

		span->lo = span->hi = values[i];
		if (!ranges)
			continue;
		if (type_has_prefix(type) && !below(3))
			span->hi = block_end(span->lo,
					     i + 1 < kept ? values[i + 1] : value_max(bits), bits);
		else if (i + 1 < kept && !below(2))
			span->hi = values[++i];
		value_remember(pool, span->hi);
	}
	return out;
}

static const char *print_flags(value_t value)
{
	char *text = "";

	for (const struct name *flag = flags; flag->text; flag++)
		if (value & flag->value)
			text = say("%s%s%s", text, *text ? "|" : "", flag->text);
	return *text ? text : "0x0";
}

static const char *print(enum type type, unsigned bits, value_t value, bool name_it)
{
	char text[INET6_ADDRSTRLEN];
	uint8_t bytes[16];

	for (int i = 0; i < 16; i++)
		bytes[i] = value >> (120 - 8 * i);
	if (type == T_ETHER)
		return say("%02x:%02x:%02x:%02x:%02x:%02x", bytes[10], bytes[11], bytes[12],
			   bytes[13], bytes[14], bytes[15]);
	if (type == T_IP)
		return say("%s", inet_ntop(AF_INET, bytes + 12, text, sizeof(text)));
	if (type == T_IP6)
		return say("%s", inet_ntop(AF_INET6, bytes, text, sizeof(text)));
	if (type == T_TCPFLAG)
		return print_flags(value);
	if (types[type].names && name_it)
		for (const struct name *name = types[type].names; name->text; name++)
			if (name->value == value)
				return name->text;
	if (bits > 64)
		return say("0x%llx%016llx", (unsigned long long)(value >> 64),
			   (unsigned long long)value);
	return type == T_ETYPE || type == T_MARK ? say("0x%llx", (unsigned long long)value)
						 : say("%llu", (unsigned long long)value);
}

const char *value_print(enum type type, unsigned bits, value_t value)
{
	return print(type, bits, value, types[type].named_only || below(4));
}

const char *span_print(enum type type, unsigned bits, struct span span)
{
	value_t size = span.hi - span.lo;
	unsigned host = 0;

	if (span.lo == span.hi)
		return value_print(type, bits, span.lo);
	while (host < bits && value_max(host) < size)
		host++;
	if (type_has_prefix(type) && value_max(host) == size && !(span.lo & size))
		return say("%s/%u", value_print(type, bits, span.lo), bits - host);
	/* Numbers: names have dashes of their own. */
	return say("%s-%s", print(type, bits, span.lo, false), print(type, bits, span.hi, false));
}
