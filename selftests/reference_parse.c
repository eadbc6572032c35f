/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reference: where headers begin. From eth_type_trans(), vlan_set_encap_proto(), nft_set_pktinfo_ipv4_validate(),
 * nft_set_pktinfo_ipv6_validate(), ipv6_find_hdr() and nft_tcp_header_pointer().
 */
#include "reference_parts.h"

#define ANY_TARGET -1

static unsigned get16(const struct walk *w, size_t at)
{
	return w->packet->frame[at] << 8 | w->packet->frame[at + 1];
}

/* skb_header_pointer() */
static bool within(const struct walk *w, size_t at, size_t n)
{
	return at + n <= w->packet->length;
}

static bool is_vlan(unsigned type)
{
	return type == 0x8100 || type == 0x88a8;
}

/* Below 0x600 the type field is a length. */
static unsigned type_of(const struct walk *w, unsigned type, size_t payload)
{
	if (type >= 0x600)
		return type;
	return within(w, payload, 2) && get16(w, payload) == 0xffff ? 0x0001 : 0x0004;
}

void walk_parse_link(struct walk *w)
{
	unsigned type;

	w->nh = 14;
	w->protocol = 0;
	if (!within(w, 0, 14))
		return;
	type = get16(w, 12);
	if (is_vlan(type)) {
		if (!within(w, 14, 4))
			return;
		type = get16(w, 16);
		w->nh = 18;
	}
	w->protocol = type_of(w, type, w->nh);
}

uint64_t walk_bytes(const struct walk *w)
{
	return w->packet->length > w->nh ? w->packet->length - w->nh : 0;
}

/* --- IPv6 extension headers ------------------------------------------------------------------------------ */

static bool is_extension(unsigned next)
{
	return next == 0 || next == 43 || next == 44 || next == 51 || next == 59 || next == 60;
}

/* There is nothing to find behind it. */
static bool ends_chain(unsigned next)
{
	return !is_extension(next) || next == 59;
}

/*
 * ipv6_find_hdr(). *ret_start: where the header begins, which is not known behind a fragment's. ANY_TARGET: the transport
 * protocol; an authentication header counts as one (IP6_FH_F_AUTH). The header found, or -1.
 */
static int find_header(const struct walk *w, int target, size_t *ret_start, bool *ret_fragment)
{
	size_t start = w->nh + 40;
	unsigned next;

	if (!within(w, w->nh, 40))
		return -1;
	next = w->packet->frame[w->nh + 6];
	for (;;) {
		bool found = (int)next == target;
		unsigned inner;

		if (ends_chain(next)) {
			if (target != ANY_TARGET && !found)
				return -1;
			break;
		}
		if (!within(w, start, next == 43 || next == 44 ? 4 : 2))
			return -1;
		inner = w->packet->frame[start];
		if (next == 44 && get16(w, start + 2) & ~7u) {
			*ret_fragment = true;
			if (target == ANY_TARGET && ends_chain(inner))
				return inner;
			if (!found)
				return -1;
			break;
		}
		if (found || (next == 51 && target == ANY_TARGET))
			break;
		if (next == 44)
			start += 8;
		else if (next == 51)
			start += (w->packet->frame[start + 1] + 2) * 4;
		else
			start += (w->packet->frame[start + 1] + 1) * 8;
		next = inner;
	}
	*ret_start = start;
	return next;
}

bool walk_find_extension(const struct walk *w, unsigned target, size_t *ret)
{
	bool fragment;

	return find_header(w, target, ret, &fragment) >= 0;
}

/* --- transport ----------------------------------------------------------------------------------------------- */

static void parse_ip(struct walk *w)
{
	const uint8_t *ip = w->packet->frame + w->nh;
	size_t bytes = w->packet->length - w->nh, hlen, total;

	if (!within(w, w->nh, 20) || ip[0] >> 4 != 4)
		return;
	hlen = (ip[0] & 15) * 4;
	total = get16(w, w->nh + 2);
	if (hlen < 20 || total > bytes || total < hlen)
		return;
	w->has_l4 = true;
	w->l4proto = ip[9];
	w->th = w->nh + hlen;
	w->fragment = get16(w, w->nh + 6) & 0x1fff;
}

static void parse_ip6(struct walk *w)
{
	const uint8_t *ip = w->packet->frame + w->nh;
	size_t th = w->nh;
	bool fragment = false;
	int protocol;

	if (!within(w, w->nh, 40) || ip[0] >> 4 != 6 || !within(w, w->nh, 40 + get16(w, w->nh + 4)))
		return;
	protocol = find_header(w, ANY_TARGET, &th, &fragment);
	if (protocol < 0 || th - w->nh > UINT16_MAX)
		return;
	w->has_l4 = true;
	w->l4proto = protocol;
	w->th = th;
	w->fragment = fragment;
}

void walk_parse_transport(struct walk *w)
{
	w->has_l4 = w->fragment = false;
	w->l4proto = 0;
	if (w->protocol == 0x0800)
		parse_ip(w);
	else if (w->protocol == 0x86dd)
		parse_ip6(w);
}

/* --- TCP options ----------------------------------------------------------------------------------------------- */

/* optlen(): EOL does not end the options, and none has length 0. */
static size_t option_length(const uint8_t *option)
{
	return option[0] <= 1 || option[1] == 0 ? 1 : option[1];
}

int walk_find_option(const struct walk *w, unsigned kind, size_t *ret, size_t *ret_length)
{
	size_t end, length;

	if (!w->has_l4 || w->l4proto != 6 || w->fragment || !within(w, w->th, 20))
		return -1;
	end = (w->packet->frame[w->th + 12] >> 4) * 4;
	if (end < 20 || !within(w, w->th, end))
		return -1;
	for (size_t i = 20; i + 1 < end; i += length) {
		const uint8_t *option = w->packet->frame + w->th + i;

		length = option_length(option);
		if (*option != kind)
			continue;
		if (i + length > end)
			return -1;
		*ret = w->th + i;
		*ret_length = length;
		return 1;
	}
	return 0;
}
