/* SPDX-License-Identifier: GPL-2.0-only */
/* Random chains that are indexed. */
#include "random_index.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"

static const struct nc_interval any_port = {0, 0xffff};

static nc_num ones(unsigned bits)
{
	return bits < 128 ? ((nc_num)1 << bits) - 1 : ~(nc_num)0;
}

static bool is_any(const struct nc_interval *in, unsigned bits)
{
	return !in->low && in->high == ones(bits);
}

/* --- intervals ---------------------------------------------------------------------------------------------------- */

/* Addresses of a layout share much. */
static nc_num draw_address(enum index_layout layout, unsigned bits)
{
	static const uint32_t four[] = {0x0a000001, 0x0a0102ff, 0xc0000207, 0xffffffff, 0};
	nc_num value = PICK(four);

	if (bits == 128)
		value = (nc_num)0x20010db8 << 96 | (nc_num)below(3) << 64 | value;
	if (layout == LAYOUT_NESTED)
		return bits == 128 ? (nc_num)0x20010db8ffff0001 << 64 | 0x8000000000000001
				   : 0xc0a80181;
	if (layout == LAYOUT_WIDE)
		value ^= (nc_num)chance64() << (bits == 128 && below(2) ? 64 : 0);
	else if (layout != LAYOUT_LIST)
		value ^= (nc_num)below(256) << below(bits - 8);
	return value & ones(bits);
}

static struct nc_interval prefix(nc_num value, unsigned length, unsigned bits)
{
	nc_num rest = ones(bits - length);

	return (struct nc_interval){value & ~rest & ones(bits), value | rest};
}

static struct nc_interval between(nc_num a, nc_num b)
{
	return a < b ? (struct nc_interval){a, b} : (struct nc_interval){b, a};
}

static struct nc_interval draw_addresses(const struct index_ruleset *ruleset, unsigned bits)
{
	nc_num value = draw_address(ruleset->layout, bits);
	static const uint8_t lengths[] = {8, 12, 16, 20, 24, 25, 28, 30, 31, 32};
	unsigned length = PICK(lengths);

	switch (ruleset->layout) {
	case LAYOUT_NESTED:
		return prefix(value, 1 + below(bits), bits);
	case LAYOUT_HOSTS:
	case LAYOUT_LIST:
		return prefix(value, bits, bits);
	case LAYOUT_WIDE:
		/* IPv6 ranges are left to steps. */
		if (bits == 32 || !ruleset->plain)
			return between(value, draw_address(LAYOUT_WIDE, bits));
		return prefix(value, 1 + below(bits), bits);
	default:
		if (bits == 32 && !below(4))
			return between(value, value ^ below(4096));
		return prefix(value, bits == 128 ? length * 4 : length, bits);
	}
}

static struct nc_interval draw_ports(enum index_layout layout)
{
	static const uint16_t ports[] = {0, 1, 53, 80, 443, 1023, 1024, 32768, 65535};
	unsigned value = below(3) ? PICK(ports) : below(65536);

	if (!below(3))
		return any_port;
	if (layout == LAYOUT_HOSTS || below(2))
		return prefix(value, 16, 16);
	if (layout == LAYOUT_LIST)
		return between(below(65536), below(65536));
	return below(2) ? between(value, value ^ below(4096)) : between(value, PICK(ports));
}

static struct index_rule draw_rule(const struct index_ruleset *ruleset)
{
	static const uint8_t protocols[] = {6, 6, 6, 17, 17, 0, 0, 132, 1};
	static const int families[] = {4, 4, 4, 4, 6, 6, 6, 0};
	struct index_rule rule = {.family = PICK(families), .protocol = PICK(protocols)};
	unsigned bits = rule.family == 6 ? 128 : 32;

	rule.saddr = rule.daddr = (struct nc_interval){0, ones(bits)};
	rule.sport = rule.dport = any_port;
	if (rule.family && below(4))
		rule.saddr = draw_addresses(ruleset, bits);
	if (rule.family && below(4))
		rule.daddr = draw_addresses(ruleset, bits);
	if (rule.protocol == 6 || rule.protocol == 17) {
		rule.sport = below(3) ? any_port : draw_ports(ruleset->layout);
		rule.dport = draw_ports(ruleset->layout);
	}
	/* Few rules judge nearly every packet. */
	if (!rule.family && is_any(&rule.dport, 16) && below(4))
		return draw_rule(ruleset);
	return rule;
}

/* --- text --------------------------------------------------------------------------------------------------------- */

static void write_number(FILE *out, nc_num value, unsigned bits)
{
	uint8_t bytes[16];
	char text[INET6_ADDRSTRLEN];

	for (size_t i = bits / 8; i--; value >>= 8)
		bytes[i] = value;
	if (bits == 16)
		fprintf(out, "%u", bytes[0] << 8 | bytes[1]);
	else
		fputs(inet_ntop(bits == 32 ? AF_INET : AF_INET6, bytes, text, sizeof(text)), out);
}

static void write_range(FILE *out, const struct nc_interval *in, unsigned bits)
{
	nc_num differ = in->low ^ in->high;

	write_number(out, in->low, bits);
	if (!differ)
		return;
	if (bits > 16 && !(differ & (differ + 1)) && !(in->low & differ)) {
		fprintf(out, "/%u",
			bits - (unsigned)(differ >> 64 ? 128 - __builtin_clzll(differ >> 64)
						       : 64 - __builtin_clzll(differ)));
		return;
	}
	fputc('-', out);
	write_number(out, in->high, bits);
}

/* A list has more than the interval that frames are drawn from; they may overlap nowhere. */
static void write_list(FILE *out, const struct nc_interval *in, unsigned bits)
{
	nc_num at = in->high;

	fputs("{ ", out);
	write_range(out, in, bits);
	for (unsigned n = 1 + below(12); n; n--) {
		nc_num low = at + 2 + below(40), high = low + below(3);

		if (low < at || high > ones(bits) || high < low)
			break;
		fputs(", ", out);
		write_range(out, &(struct nc_interval){low, high}, bits);
		at = high;
	}
	fputs(" }", out);
}

static void write_test(FILE *out, const struct index_ruleset *ruleset, const char *field,
		       const struct nc_interval *in, unsigned bits)
{
	if (is_any(in, bits))
		return;
	fprintf(out, "%s ", field);
	if (!ruleset->plain && !below(12))
		fputs("!= ", out);
	if (!ruleset->plain && !below(8))
		write_list(out, in, bits);
	else
		write_range(out, in, bits);
	fputc(' ', out);
}

static void write_addresses(FILE *out, const struct index_ruleset *ruleset,
			    const struct index_rule *rule)
{
	unsigned bits = rule->family == 6 ? 128 : 32;

	if (!rule->family)
		return;
	write_test(out, ruleset, rule->family == 4 ? "ip saddr" : "ip6 saddr", &rule->saddr, bits);
	write_test(out, ruleset, rule->family == 4 ? "ip daddr" : "ip6 daddr", &rule->daddr, bits);
}

static void write_protocol(FILE *out, const struct index_ruleset *ruleset,
			   const struct index_rule *rule)
{
	if (rule->protocol == 1 && rule->family == 4 && !ruleset->plain && below(2))
		fprintf(out, "icmp type %u ", below(12));
	else if (rule->family == 4 && below(2))
		fprintf(out, "ip protocol %u ", rule->protocol);
	else if (rule->family == 6 && !ruleset->plain && !below(3))
		fprintf(out, "ip6 nexthdr %u ", rule->protocol);
	else if (!ruleset->plain && !below(4))
		fprintf(out, "meta l4proto { %u, 50, %u } ", rule->protocol, 100 + below(100));
	else if (!ruleset->plain && !below(8))
		fprintf(out, "meta l4proto & 0x%x == 0x%x ", 0xf0, rule->protocol & 0xf0);
	else
		fprintf(out, "meta l4proto %u ", rule->protocol);
}

static void write_transport(FILE *out, const struct index_ruleset *ruleset,
			    const struct index_rule *rule)
{
	const char *name = rule->protocol == 6 ? "tcp" : "udp";
	char field[16];

	if (!rule->protocol)
		return;
	if (is_any(&rule->sport, 16) && is_any(&rule->dport, 16)) {
		write_protocol(out, ruleset, rule);
		return;
	}
	if (!ruleset->plain && !below(6)) {
		fputs("meta l4proto { tcp, udp } ", out);
		name = "th";
	}
	snprintf(field, sizeof(field), "%s sport", name);
	write_test(out, ruleset, field, &rule->sport, 16);
	snprintf(field, sizeof(field), "%s dport", name);
	write_test(out, ruleset, field, &rule->dport, 16);
}

/* Matches that the index does not know. */
static void write_other(FILE *out, const struct index_rule *rule)
{
	static const char *const any[] = {"ether saddr 02:00:00:00:00:01", "meta length > 50",

					  "iifname \"lo\"", "ether type != arp", "@nh,0,4 != 5"};
	static const char *const four[] = {"ip ttl > 5",       "ip dscp != 1",
					   "ip saddr @four",   "ip daddr . th dport @pairs",
					   "meta protocol ip", "ip frag-off & 0x1fff == 0"};
	static const char *const six[] = {"ip6 hoplimit > 5", "ip6 saddr @six", "meta protocol ip6",
					  "exthdr frag exists"};
	static const char *const tcp[] = {"@th,104,8 & 0x02 == 2",
					  "th dport . th sport { 80 . 443, 1024 . 53 }",
					  "th dport & 0xff00 == 0x0400", "th sport @ports"};

	if (rule->protocol == 6 && !is_any(&rule->dport, 16) && below(2))
		fputs(PICK(tcp), out);
	else if (rule->family == 4 && below(2))
		fputs(PICK(four), out);
	else if (rule->family == 6 && below(2))
		fputs(PICK(six), out);
	else
		fputs(PICK(any), out);
	fputc(' ', out);
}

static void write_rewrite(FILE *out, const struct index_rule *rule)
{
	static const char *const four[] = {"ip saddr set 10.0.0.1", "ip daddr set 192.0.2.7",
					   "ip ttl set 9", "ip protocol set 17",
					   "ip saddr set ip daddr"};
	static const char *const six[] = {"ip6 saddr set 2001:db8::a00:1", "ip6 hoplimit set 3"};
	static const char *const tcp[] = {"th dport set 80", "th sport set 443"};

	if (rule->protocol == 6 && !is_any(&rule->dport, 16) && below(2))
		fputs(PICK(tcp), out);
	else if (rule->family == 4)
		fputs(PICK(four), out);
	else if (rule->family == 6)
		fputs(PICK(six), out);
	fputc(' ', out);
}

/* What is no conjunction of tests and then a verdict. */
static void write_verdict(FILE *out, const struct index_ruleset *ruleset,
			  const struct index_rule *rule, bool sub)
{
	static const char *const four[] = {"ip saddr vmap @places",
					   "ip protocol vmap { tcp : continue, "
					   "udp : drop, 1 : jump two }"};
	static const char *const tcp[] = {
		"th dport vmap { 80 : accept, 81-1023 : drop, 1024 : continue }",
		"th sport vmap @verdicts"};
	static const char *const any[] = {"jump one", "jump two", "goto one",
					  "return",   "continue", "quota over 5000 bytes drop",
					  ""};
	static const char *const few[] = {"return", "continue", "", "accept"};

	if (ruleset->plain || below(3)) {
		fputs(below(2) ? "accept" : "drop", out);
		return;
	}
	if (sub)
		fputs(PICK(few), out);
	else if (rule->protocol == 6 && !below(4))
		fputs(PICK(tcp), out);
	else if (rule->family == 4 && !below(4))
		fputs(PICK(four), out);
	else
		fputs(PICK(any), out);
}

static void write_rule(FILE *out, const struct index_ruleset *ruleset,
		       const struct index_rule *rule, bool sub)
{
	bool early = below(2);

	if (!ruleset->plain && !below(20))
		fputs("vlan id 10 ", out);
	if (early)
		write_addresses(out, ruleset, rule);
	write_transport(out, ruleset, rule);
	if (!ruleset->plain && !below(12))
		fputs("counter ", out);
	if (!ruleset->plain && !below(5))
		write_other(out, rule);
	if (!early)
		write_addresses(out, ruleset, rule);
	if (below(4))
		fputs("counter ", out);
	if (ruleset->rewrites && !below(4))
		write_rewrite(out, rule);
	write_verdict(out, ruleset, rule, sub);
	fputc('\n', out);
}

static void write_sub(FILE *out, struct index_ruleset *ruleset, const char *name)
{
	fprintf(out, "chain %s {\n", name);
	for (unsigned n = ruleset->plain ? 0 : below(20); n; n--) {
		struct index_rule rule = draw_rule(ruleset);

		write_rule(out, ruleset, &rule, true);
	}
	fputs("}\n", out);
}

static const char preamble[] =
	"set four { type ipv4_addr; flags interval; elements = { 10.0.0.0/16, 192.0.2.0/24 }; }\n"
	"set six { type ipv6_addr; elements = { 2001:db8::a00:1 }; }\n"
	"set ports { type inet_service; elements = { 53, 80, 1024 }; }\n"
	"set pairs { type ipv4_addr . inet_service; elements = { 10.0.0.1 . 80 }; }\n"
	"map verdicts { type inet_service : verdict; elements = { 80 : accept, 443 : jump two }; "
	"}\n"
	"map places { type ipv4_addr : verdict; flags interval; elements = { 10.0.0.0/24 : jump "
	"one, 192.0.0.0/8 : goto two }; }\n";

char *random_index(struct index_ruleset *ruleset)
{
	char *text;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	ruleset->rules = calloc(ruleset->n, sizeof(*ruleset->rules));
	if (!out || !ruleset->rules)
		abort();
	fputs("table netdev t {\nchain two {\n}\nchain one {\n}\n", out);
	if (!ruleset->plain)
		fputs(preamble, out);
	write_sub(out, ruleset, "two");
	write_sub(out, ruleset, "one");
	fprintf(out, "chain b {\ntype filter hook %s device \"lo\" priority 0; policy %s;\n",
		ruleset->egress ? "egress" : "ingress", below(2) ? "accept" : "drop");
	for (unsigned i = 0; i < ruleset->n; i++) {
		ruleset->rules[i] = draw_rule(ruleset);
		write_rule(out, ruleset, &ruleset->rules[i], false);
	}
	fputs("}\n}\n", out);
	fclose(out);
	return text;
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

/* The edges of an interval, what is beside them, or what is within. */
static nc_num draw_value(const struct nc_interval *in, unsigned bits)
{
	nc_num value = in->low + (((nc_num)chance64() << 64 | chance64()) & (in->high - in->low));

	switch (below(6)) {
	case 0:
		value = in->low;
		break;
	case 1:
		value = in->high;
		break;
	case 2:
		value = below(2) ? in->low - 1 : in->high + 1;
		break;
	case 3:
		value ^= (nc_num)1 << below(bits);
	}
	return value & ones(bits);
}

static void put(uint8_t *at, nc_num value, unsigned bits)
{
	for (size_t i = bits / 8; i--; value >>= 8)
		at[i] = value;
}

struct packet {
	int family;
	uint8_t protocol;
	nc_num saddr, daddr;
	uint16_t sport, dport;
};

static const struct index_rule *draw_from(const struct index_ruleset *ruleset, int family)
{
	const struct index_rule *rule = &ruleset->rules[below(ruleset->n)];

	for (int tries = 8; tries && family && rule->family != family; tries--)
		rule = &ruleset->rules[below(ruleset->n)];
	return rule;
}

static struct packet draw_packet(const struct index_ruleset *ruleset)
{
	const struct index_rule *rule = draw_from(ruleset, 0), *other = rule;
	int family = rule->family ? rule->family : below(2) ? 4 : 6;
	unsigned bits = family == 6 ? 128 : 32;
	struct packet packet = {.family = family, .protocol = rule->protocol};

	if (rule->family != family || !below(3))
		other = draw_from(ruleset, family);
	if (!packet.protocol)
		packet.protocol = below(2) ? 6 : 17;
	if (other->family == family) {
		packet.saddr = draw_value(below(2) ? &rule->saddr : &other->saddr, bits);
		packet.daddr = draw_value(&other->daddr, bits);
	}
	packet.sport = draw_value(&rule->sport, 16);
	packet.dport = draw_value(below(4) ? &rule->dport : &other->dport, 16);
	return packet;
}

static void add_network(struct frame *f, const struct packet *packet, bool odd)
{
	unsigned bits = packet->family == 6 ? 128 : 32;
	uint8_t *at;

	if (packet->family == 4) {
		frame_ip(f, "0.0.0.0", "0.0.0.0", odd && !below(3) ? 4 * below(11) : 0,
			 odd && !below(3) ? below(2) ? 1 + below(0x1fff) : 0x2000 : 0);
		at = f->byte + f->ip + 12;
	} else {
		frame_ip6(f, "::", "::");
		at = f->byte + f->ip6 + 8;
	}
	put(at, packet->saddr, bits);
	put(at + bits / 8, packet->daddr, bits);
	if (packet->family == 6 && odd && below(2)) {
		static const uint8_t extensions[] = {0, 43, 60, 44, 51};

		for (unsigned n = below(4) ? below(4) : below(NC_EXTHDR_MAX + 3); n; n--)
			frame_ext(f, PICK(extensions), below(6) ? 0 : 3);
	}
}

static struct frame make_frame(const struct packet *packet, bool odd)
{
	struct frame f;

	frame_ether(&f);
	if (odd && !below(4))
		frame_vlan(&f, 0x8100, 10);
	add_network(&f, packet, odd);
	if (packet->protocol == 6) {
		frame_tcp(&f, packet->sport, packet->dport, below(64));
	} else if (packet->protocol == 17) {
		frame_udp(&f, packet->sport, packet->dport);
	} else {
		uint8_t bytes[8] = {below(12), below(3), 0, 0, 0, 80};

		frame_raw(&f, packet->protocol, bytes, sizeof(bytes));
	}
	frame_bytes(&f, "......", 6);
	frame_finish(&f);
	frame_sum(&f);
	if (odd && !below(4)) {
		f.length = 14 + below(f.length - 13);
		if (below(2))
			frame_finish(&f);
	}
	return f;
}

struct frame random_index_frame(void *context)
{
	const struct index_ruleset *ruleset = context;
	struct packet packet = draw_packet(ruleset);

	return make_frame(&packet, below(2));
}

struct frame random_index_packet(const struct index_ruleset *ruleset, enum nc_family *ret_family,
				 nc_num ret[_NC_DIM_MAX])
{
	struct packet packet = draw_packet(ruleset);
	unsigned left = packet.family == 6 ? 0 : 96;
	struct frame f = make_frame(&packet, false);
	const uint8_t *th = f.byte + f.transport;

	*ret_family = packet.family == 6 ? NC_FAMILY_IP6 : NC_FAMILY_IP;
	ret[NC_DIM_SADDR] = packet.saddr << left;
	ret[NC_DIM_DADDR] = packet.daddr << left;
	ret[NC_DIM_SPORT] = (nc_num)(th[0] << 8 | th[1]) << 112;
	ret[NC_DIM_DPORT] = (nc_num)(th[2] << 8 | th[3]) << 112;
	ret[NC_DIM_PROTO] = (nc_num)packet.protocol << 120;
	return f;
}
