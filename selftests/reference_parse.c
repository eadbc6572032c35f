/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reference: where headers begin. From eth_type_trans(), vlan_set_encap_proto(), nft_set_pktinfo_ipv4_validate(),
 * nft_set_pktinfo_ipv6_validate(), ipv6_find_hdr() and nft_tcp_header_pointer().
 */
#include "reference_parts.h"

#define ANY_TARGET -1

static unsigned get16(const struct judged *j, size_t at)
{
	return j->packet->frame[at] << 8 | j->packet->frame[at + 1];
}

/* skb_header_pointer() */
static bool within(const struct judged *j, size_t at, size_t n)
{
	return at + n <= j->packet->length;
}

static bool is_vlan(unsigned type)
{
	return type == 0x8100 || type == 0x88a8;
}

/* Below 0x600 the type field is a length. */
static unsigned type_of(const struct judged *j, unsigned type, size_t payload)
{
	if (type >= 0x600)
		return type;
	return within(j, payload, 2) && get16(j, payload) == 0xffff ? 0x0001 : 0x0004;
}

void judged_parse_link(struct judged *j)
{
	unsigned type;

	j->nh = 14;
	j->protocol = 0;
	if (!within(j, 0, 14))
		return;
	type = get16(j, 12);
	if (is_vlan(type)) {
		if (!within(j, 14, 4))
			return;
		type = get16(j, 16);
		j->nh = 18;
	}
	j->protocol = type_of(j, type, j->nh);
}

uint64_t judged_bytes(const struct judged *j)
{
	if (j->packet->hook == NC_HOOK_EGRESS)
		return j->packet->length;
	return j->packet->length > j->nh ? j->packet->length - j->nh : 0;
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
static int find_header(const struct judged *j, int target, size_t *ret_start, bool *ret_fragment)
{
	size_t start = j->nh + 40;
	unsigned next;

	if (!within(j, j->nh, 7))
		return -1;
	next = j->packet->frame[j->nh + 6];
	for (;;) {
		bool found = (int)next == target;
		unsigned inner;

		if (ends_chain(next)) {
			if (target != ANY_TARGET && !found)
				return -1;
			break;
		}
		if (!within(j, start, next == 43 || next == 44 ? 4 : 2))
			return -1;
		inner = j->packet->frame[start];
		if (next == 44 && get16(j, start + 2) & ~7u) {
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
			start += (j->packet->frame[start + 1] + 2) * 4;
		else
			start += (j->packet->frame[start + 1] + 1) * 8;
		next = inner;
	}
	*ret_start = start;
	return next;
}

bool judged_find_extension(const struct judged *j, unsigned target, size_t *ret)
{
	bool fragment;

	return find_header(j, target, ret, &fragment) >= 0;
}

/* --- transport ----------------------------------------------------------------------------------------------- */

static void parse_ip(struct judged *j)
{
	const uint8_t *ip = j->packet->frame + j->nh;
	size_t bytes = j->packet->length - j->nh, hlen, total;

	if (!within(j, j->nh, 20) || ip[0] >> 4 != 4)
		return;
	hlen = (ip[0] & 15) * 4;
	total = get16(j, j->nh + 2);
	if (hlen < 20 || total > bytes || total < hlen)
		return;
	j->has_l4 = true;
	j->l4proto = ip[9];
	j->th = j->nh + hlen;
	j->fragment = get16(j, j->nh + 6) & 0x1fff;
}

static void parse_ip6(struct judged *j)
{
	const uint8_t *ip = j->packet->frame + j->nh;
	size_t th = j->nh;
	bool fragment = false;
	int protocol;

	if (!within(j, j->nh, 40) || ip[0] >> 4 != 6 || !within(j, j->nh, 40 + get16(j, j->nh + 4)))
		return;
	protocol = find_header(j, ANY_TARGET, &th, &fragment);
	if (protocol < 0 || th - j->nh > UINT16_MAX)
		return;
	j->has_l4 = true;
	j->l4proto = protocol;
	j->th = th;
	j->fragment = fragment;
}

void judged_parse_transport(struct judged *j)
{
	j->has_l4 = j->fragment = false;
	j->l4proto = 0;
	if (j->protocol == 0x0800)
		parse_ip(j);
	else if (j->protocol == 0x86dd)
		parse_ip6(j);
}

/* --- TCP options ----------------------------------------------------------------------------------------------- */

/* optlen(): EOL does not end the options, and none has length 0. */
static size_t option_length(const uint8_t *option)
{
	return option[0] <= 1 || option[1] == 0 ? 1 : option[1];
}

bool judged_options_end(const struct judged *j, size_t *ret)
{
	size_t end;

	if (!j->has_l4 || j->l4proto != 6 || j->fragment || !within(j, j->th, 20))
		return false;
	end = (j->packet->frame[j->th + 12] >> 4) * 4;
	*ret = end;
	return end >= 20 && within(j, j->th, end);
}

int judged_find_option(const struct judged *j, unsigned kind, size_t *ret, size_t *ret_length)
{
	size_t end, length;

	if (!judged_options_end(j, &end))
		return -1;
	for (size_t i = 20; i + 1 < end; i += length) {
		const uint8_t *option = j->packet->frame + j->th + i;

		length = option_length(option);
		if (*option != kind)
			continue;
		if (i + length > end)
			return -1;
		*ret = j->th + i;
		*ret_length = length;
		return 1;
	}
	return 0;
}

/* --- IPv4 options: ipv4_find_option() and ip_options_compile() -------------------------------------------------- */

/* What an option must be like, with how many of its kind there were before. */
static bool is_good(const uint8_t *option, unsigned before)
{
	unsigned length = option[1], pointer = option[2], flag = length > 3 ? option[3] & 15 : 0;

	switch (option[0]) {
	case 7: /* record route */
		return length >= 3 && !before && pointer >= 4 &&
		       !(pointer <= length && pointer + 3 > length);
	case 68: /* timestamp */
		if (length < 4 || before || pointer < 5)
			return false;
		if (pointer > length)
			return flag == 3 || option[3] >> 4 < 15;
		return pointer + 3 <= length && !((flag == 1 || flag == 3) && pointer + 7 > length);
	case 131: /* source routes */
	case 137:
		return length >= 7 && length % 4 == 3 && !before && pointer == 4;
	case 134: /* CIPSO, of a domain that nobody has declared */
		return false;
	case 148: /* router alert */
		return length >= 4;
	default:
		return true;
	}
}

bool judged_find_ip_option(const struct judged *j, unsigned kind, size_t *ret)
{
	const uint8_t *ip = j->packet->frame + j->nh;
	unsigned count[256] = {};
	bool found = false;
	size_t end, length;

	if (!within(j, j->nh, 20))
		return false;
	end = (ip[0] & 15) * 4;
	if (end <= 20 || !within(j, j->nh, end))
		return false;
	for (size_t i = 20; i < end && ip[i] != 0; i += length) {
		uint8_t option[4] = {ip[i]};
		unsigned before;

		length = 1;
		if (*option == 1)
			continue;
		if (end - i < 2 || ip[i + 1] < 2 || i + ip[i + 1] > end)
			return false;
		length = ip[i + 1];
		memcpy(option, ip + i, length < 4 ? length : 4);
		before = count[*option];
		if (*option == 131 || *option == 137)
			before = count[131] + count[137];
		if (!is_good(option, before))
			return false;
		count[*option]++;
		if (*option != kind || (kind == 148 && (option[2] || option[3])))
			continue;
		*ret = j->nh + i;
		found = true;
	}
	return found;
}

/* --- SCTP chunks and what is inside ------------------------------------------------------------------------------ */

bool judged_find_chunk(const struct judged *j, unsigned type, size_t *ret, size_t *ret_length)
{
	size_t at = j->th + 12;

	if (!j->has_l4 || j->l4proto != 132 || j->fragment)
		return false;
	for (; within(j, at, 4) && get16(j, at + 2); at += (get16(j, at + 2) + 3) / 4 * 4) {
		if (j->packet->frame[at] != type)
			continue;
		*ret = at;
		*ret_length = get16(j, at + 2);
		return true;
	}
	return false;
}

bool judged_find_inner(const struct judged *j, size_t *ret)
{
	const uint8_t *th = j->packet->frame + j->th;

	if (!j->has_l4 || j->fragment)
		return false;
	*ret = j->th;
	switch (j->l4proto) {
	case 4:
		return true;
	case 17:
		*ret += 8;
		return true;
	case 6:
		*ret += within(j, j->th, 20) ? (th[12] >> 4) * 4 : 0;
		return within(j, j->th, 20);
	case 47:
		if (!within(j, j->th, 4) || th[1] & 7 || th[0] & 0x40)
			return false;
		*ret += 4 + 4 * (!!(th[0] & 0x80) + !!(th[0] & 0x20) + !!(th[0] & 0x10));
		return true;
	default:
		return false;
	}
}
