// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames: a stack of headers whose fields are filled from the table that rules are made of, then damaged by chance.
 *
 * Left out is what is known to differ between the hooks: a frame that ends within two bytes behind a VLAN tag (the kernel
 * drops it before netdev ingress), and, where rules read transport headers, later fragments (nf_tables reads the payload,
 * or in IPv6 the IPv6 header, as if it were one).
 */
#include "traffic.h"

#include "../../selftests/chance.h"

#include <string.h>

#define LAYERS 24

enum {
	IP_HLEN = 20,
	IP6_HLEN = 40,
	ETHER_HLEN = 14,
};

struct stack {
	struct packet *packet;
	struct {
		enum header header;
		unsigned at;
	} layer[LAYERS];
	unsigned layers;
	unsigned type_at, next_at; /* where what follows is named; 0: nowhere */
	unsigned ip_at, ip6_at, th_at;
};

static uint8_t *grow(struct stack *stack, unsigned n)
{
	struct packet *packet = stack->packet;
	uint8_t *at = packet->byte + packet->length;

	if (packet->length + n > FRAME_MAX)
		n = FRAME_MAX - packet->length;
	memset(at, 0, n);
	packet->length += n;
	return at;
}

static void add_byte(struct stack *stack)
{
	if (stack->packet->length < FRAME_MAX)
		*grow(stack, 1) = below(256);
}

static void layer(struct stack *stack, enum header header, unsigned at)
{
	if (stack->layers < LAYERS) {
		stack->layer[stack->layers].header = header;
		stack->layer[stack->layers++].at = at;
	}
}

static void put16(struct packet *packet, unsigned at, unsigned value)
{
	packet->byte[at] = value >> 8;
	packet->byte[at + 1] = value;
}

static unsigned get16(const struct packet *packet, unsigned at)
{
	return packet->byte[at] << 8 | packet->byte[at + 1];
}

static void put_bits(struct packet *packet, unsigned at, unsigned bits, value_t value)
{
	for (unsigned i = 0; i < bits; i++) {
		unsigned bit = at + bits - 1 - i;

		if (bit / 8 >= packet->length)
			continue;
		packet->byte[bit / 8] &= ~(0x80 >> bit % 8);
		if (value >> i & 1)
			packet->byte[bit / 8] |= 0x80 >> bit % 8;
	}
}

static void name_type(struct stack *stack, unsigned type)
{
	put16(stack->packet, stack->type_at, type);
}

static void name_next(struct stack *stack, unsigned protocol)
{
	if (stack->next_at)
		stack->packet->byte[stack->next_at] = protocol;
}

static void add_tag(struct stack *stack)
{
	static const unsigned tpids[] = {0x8100, 0x8100, 0x8100, 0x88a8};
	unsigned at = stack->packet->length;

	name_type(stack, PICK(tpids));
	grow(stack, 4);
	layer(stack, H_VLAN, at);
	stack->type_at = at + 2;
}

static void add_arp(struct stack *stack)
{
	static const uint8_t begin[] = {0, 1, 8, 0, 6, 4, 0, 1};

	name_type(stack, 0x806);
	layer(stack, H_ARP, stack->packet->length);
	memcpy(grow(stack, 28), begin, sizeof(begin));
}

static unsigned add_ip_options(struct stack *stack)
{
	unsigned at = stack->packet->length, begin = at;

	for (unsigned n = below(4); n; n--) {
		uint8_t *p = stack->packet->byte + at;

		switch (below(5)) {
		case 0:
			layer(stack, H_IPOPT_RR, at);
			memcpy(grow(stack, 7), (uint8_t[]){7, 7, 4}, 3);
			break;
		case 1:
			layer(stack, H_IPOPT_LSRR, at);
			memcpy(grow(stack, 7), (uint8_t[]){131, 7, 4}, 3);
			break;
		case 2:
			layer(stack, H_IPOPT_RA, at);
			memcpy(grow(stack, 4), (uint8_t[]){148, 4}, 2);
			break;
		case 3:
			grow(stack, 1);
			p[0] = 1;
			break;
		case 4:
			memcpy(grow(stack, 3), (uint8_t[]){0x5e, 3, 9}, 3);
			break;
		}
		at = stack->packet->length;
	}
	grow(stack, (4 - (at - begin) % 4) % 4);
	return stack->packet->length - begin;
}

static void add_ip(struct stack *stack)
{
	unsigned at = stack->packet->length, options = 0;

	name_type(stack, 0x800);
	grow(stack, IP_HLEN);
	layer(stack, H_IP, at);
	if (!below(4))
		options = add_ip_options(stack);
	stack->packet->byte[at] = 0x40 | (IP_HLEN + options) / 4;
	if (!below(6) && on(F_FRAGMENTS))
		put16(stack->packet, at + 6, below(2) ? 0x2000 : 0x4000);
	if (!below(10) && on(F_FRAGMENTS))
		put16(stack->packet, at + 6, below(2) ? 0x2001 : 0x0010);
	stack->packet->byte[at + 9] = below(2) ? 47 : below(256);
	stack->next_at = at + 9;
	stack->ip_at = at;
}

static void add_extension(struct stack *stack, enum header header)
{
	static const uint8_t numbers[] = {[H_HBH] = 0, [H_RT] = 43, [H_FRAG] = 44, [H_DST] = 60};
	unsigned at = stack->packet->length, size = header == H_FRAG || below(3) ? 8 : 24;

	name_next(stack, numbers[header]);
	grow(stack, size);
	layer(stack, header, at);
	stack->packet->byte[at] = 59;
	if (header != H_FRAG)
		stack->packet->byte[at + 1] = size / 8 - 1;
	else if (!below(3))
		put16(stack->packet, at + 2, below(4) << 3 | below(2));
	stack->next_at = at;
}

static void add_ip6(struct stack *stack)
{
	static const enum header extensions[] = {H_HBH, H_RT, H_FRAG, H_DST, H_DST};
	unsigned at = stack->packet->length;

	name_type(stack, 0x86dd);
	grow(stack, IP6_HLEN);
	layer(stack, H_IP6, at);
	stack->packet->byte[at] = 0x60;
	stack->packet->byte[at + 6] = below(2) ? 59 : below(256);
	stack->next_at = at + 6;
	stack->ip6_at = at;
	for (unsigned n = below(2) ? 0 : 1 + below(3); n; n--) {
		enum header header = PICK(extensions);

		if (header != H_FRAG || on(F_FRAGMENTS))
			add_extension(stack, header);
	}
}

static void add_tcp_options(struct stack *stack, unsigned tcp_at)
{
	static const struct {
		enum header header;
		uint8_t kind, length;
	} options[] = {{H_OPT_MSS, 2, 4},      {H_OPT_WSCALE, 3, 3}, {H_OPT_SACKPERM, 4, 2},
		       {H_OPT_SACK, 5, 10},    {H_OPT_TS, 8, 10},    {H_META, 1, 1},
		       {H_OPT_UNKNOWN, 77, 4}, {H_META, 0, 1}};
	unsigned begin = stack->packet->length;

	for (unsigned n = below(5); n; n--) {
		unsigned i = below(sizeof(options) / sizeof(*options)), at = stack->packet->length;

		if (at - begin + options[i].length > 40)
			break;
		grow(stack, options[i].length);
		stack->packet->byte[at] = options[i].kind;
		if (options[i].length > 1)
			stack->packet->byte[at + 1] = options[i].length;
		if (options[i].header != H_META)
			layer(stack, options[i].header, at);
	}
	grow(stack, (4 - (stack->packet->length - begin) % 4) % 4);
	stack->packet->byte[tcp_at + 12] = (20 + stack->packet->length - begin) / 4 << 4;
}

static void add_chunks(struct stack *stack)
{
	for (unsigned n = below(4); n; n--) {
		unsigned at = stack->packet->length, type = below(3), size = 16 + 4 * (type == 1);

		grow(stack, size);
		layer(stack, type == 0 ? H_CHUNK_DATA : type == 1 ? H_CHUNK_INIT : H_META, at);
		stack->packet->byte[at] = type == 2 ? below(16) : type;
		put16(stack->packet, at + 2, size - below(4));
	}
}

static const struct {
	enum header header;
	uint8_t protocol, size;
} transports[] = {
	{H_TCP, 6, 20},	  {H_UDP, 17, 8},    {H_UDPLITE, 136, 8}, {H_SCTP, 132, 12},
	{H_DCCP, 33, 16}, {H_AH, 51, 12},    {H_ESP, 50, 8},	  {H_COMP, 108, 4},
	{H_ICMP, 1, 8},	  {H_ICMPV6, 58, 8}, {H_IGMP, 2, 8},	  {H_MH, 135, 8},
};

static void add_transport(struct stack *stack, enum header header)
{
	unsigned at = stack->packet->length;

	stack->th_at = at;
	for (unsigned i = 0; i < sizeof(transports) / sizeof(*transports); i++) {
		if (transports[i].header != header)
			continue;
		name_next(stack, transports[i].protocol);
		grow(stack, transports[i].size);
		layer(stack, header, at);
	}
	if (header == H_TCP) {
		stack->packet->byte[at + 12] = 5 << 4;
		add_tcp_options(stack, at);
	}
	if (header == H_SCTP)
		add_chunks(stack);
	if (header == H_AH) {
		stack->packet->byte[at] = 17;
		stack->packet->byte[at + 1] = 1;
	}
}

/* Values near those of the rules. What shapes the frame only where it may be malformed. */
static void fill(struct stack *stack)
{
	for (unsigned k = 0; k < stack->layers; k++) {
		enum header header = stack->layer[k].header;

		for (unsigned i = 0; i < fields_n; i++) {
			const struct field *field = &fields[i];

			if (field->header != header || (field->flags & FIELD_NOWHERE))
				continue;
			if ((field->flags & (FIELD_SHAPE | FIELD_NAMES)) &&
			    (!on(F_MALFORMED) || below(60)))
				continue;
			put_bits(stack->packet, stack->layer[k].at * 8 + field->at, field->bits,
				 value_near(field->type, field_pool(field), field->bits));
		}
	}
}

static void lengths(struct stack *stack)
{
	struct packet *packet = stack->packet;

	if (stack->ip_at)
		put16(packet, stack->ip_at + 2, packet->length - stack->ip_at);
	if (stack->ip6_at)
		put16(packet, stack->ip6_at + 4, packet->length - stack->ip6_at - IP6_HLEN);
}

static void poke(struct stack *stack, const struct ruleset *ruleset)
{
	const struct poke *one = &ruleset->poke[below(ruleset->pokes)];
	unsigned tag = stack->layers > 1 && stack->layer[1].header == H_VLAN ? 4 : 0;
	unsigned base = one->base == 'l' ? 0 : one->base == 'n' ? ETHER_HLEN + tag : stack->th_at;

	if (one->base == 't' && !base)
		return;
	put_bits(stack->packet, base * 8 + one->at, one->bits, one->value + below(3) - 1);
}

static void damage(struct packet *packet)
{
	switch (below(4)) {
	case 0:
		packet->length = ETHER_HLEN + below(packet->length - ETHER_HLEN + 1);
		break;
	case 1: /* near the headers' ends */
		if (packet->length > 70)
			packet->length = ETHER_HLEN + below(60);
		break;
	case 2:
		packet->byte[12 + below(packet->length - 12)] ^= 1 << below(8);
		break;
	default: /* padding */
		for (unsigned n = below(20); n && packet->length < FRAME_MAX; n--)
			packet->byte[packet->length++] = below(256);
	}
}

static bool tagged(const struct packet *packet)
{
	return get16(packet, 12) == 0x8100 || get16(packet, 12) == 0x88a8;
}

static bool later_fragment(const struct packet *packet)
{
	unsigned at = ETHER_HLEN + (tagged(packet) ? 4 : 0), header;
	uint8_t next;

	if (packet->length < at + IP_HLEN)
		return false;
	if (get16(packet, at - 2) == 0x800)
		return get16(packet, at + 6) & 0x1fff;
	if (get16(packet, at - 2) != 0x86dd || packet->length < at + IP6_HLEN)
		return false;
	next = packet->byte[at + 6];
	at += IP6_HLEN;
	while ((next == 0 || next == 43 || next == 44 || next == 60) && at + 8 <= packet->length) {
		if (next == 44 && (get16(packet, at + 2) & ~7))
			return true;
		header = at;
		at += next == 44 ? 8 : (packet->byte[at + 1] + 1) * 8;
		next = packet->byte[header];
	}
	return next == 44;
}

static bool allowed(const struct ruleset *ruleset, const struct packet *packet)
{
	if (tagged(packet) && packet->length < ETHER_HLEN + 4 + 2)
		return false;
	return !ruleset->transport || !later_fragment(packet);
}

static void draw(const struct ruleset *ruleset, struct packet *packet)
{
	struct stack stack = {.packet = packet, .type_at = 12};
	struct theme theme = ruleset->themes && below(3) ? ruleset->theme[below(ruleset->themes)]
							 : theme_random();

	packet->length = 0;
	packet->device = on(F_DEVICES) && !below(4);
	grow(&stack, ETHER_HLEN);
	layer(&stack, H_ETHER, 0);
	put16(packet, 12, below(3) ? 0x88b5 : below(0x700));
	if (on(F_TAGGED) && (theme.vlan ? below(8) : !below(12)))
		add_tag(&stack);
	if (stack.layers > 1 && !below(6))
		add_tag(&stack);
	if (theme.l3 == H_META && theme.l4 != H_META)
		theme.l3 = below(2) ? H_IP : H_IP6;
	if (theme.l3 == H_ARP)
		add_arp(&stack);
	if (theme.l3 == H_IP)
		add_ip(&stack);
	if (theme.l3 == H_IP6)
		add_ip6(&stack);
	if (theme.l4 != H_META)
		add_transport(&stack, theme.l4);
	for (unsigned n = below(3) ? 16 + below(64) : below(50) ? below(8) : below(1400); n; n--)
		add_byte(&stack);
	lengths(&stack);
	fill(&stack);
	if (ruleset->pokes && !below(3))
		poke(&stack, ruleset);
	if (on(F_MALFORMED) && !below(6))
		damage(packet);
}

void traffic_draw(const struct ruleset *ruleset, struct packet *packets, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		do
			draw(ruleset, &packets[i]);
		while (!allowed(ruleset, &packets[i]));
	}
}
