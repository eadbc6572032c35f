/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reference: header rewriting. From nft_payload_set_eval(), nft_exthdr_tcp_set_eval(), nft_meta_set_eval() and
 * ip_decrease_ttl(); which fields touch which checksums, from "nft --debug=netlink".
 */
#include "reference_parts.h"

/* A rewrite before it is done: everything is looked at first. */
struct rewrite {
	size_t at, n; /* bytes of the frame */
	uint8_t bytes[40];
	size_t base;	       /* odd and even bytes of checksums count from here */
	size_t ip_sum, l4_sum; /* offsets of checksums that cover the bytes, 0: none */
	bool swapped; /* the pseudo header has an even byte of the header at an odd place */
};

/* --- checksums, RFC 1071 and RFC 1624 ------------------------------------------------------------------------- */

static uint32_t add_bytes(uint32_t sum, const uint8_t *bytes, size_t n, bool odd)
{
	for (size_t i = 0; i < n; i++)
		sum += (i + odd) % 2 ? bytes[i] : bytes[i] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* nft_csum_replace(): never 0. */
static void mend(const struct judged *j, const struct rewrite *r, size_t at, bool swapped)
{
	uint8_t *sum = j->packet->frame + at;
	bool odd = ((r->at - r->base) % 2 != 0) != swapped;
	uint32_t from = fold(add_bytes(0, j->packet->frame + r->at, r->n, odd));
	uint32_t to = fold(add_bytes(0, r->bytes, r->n, odd));
	uint16_t old = sum[0] << 8 | sum[1], value;

	value = ~fold((uint16_t)~old + (uint16_t)~from + to);
	if (!value)
		value = 0xffff;
	sum[0] = value >> 8;
	sum[1] = value;
}

/* Where the transport protocol has its checksum; 0: none. Those of ICMP and IGMP cover no pseudo header. */
static size_t l4_sum_offset(unsigned protocol, bool pseudo)
{
	switch (protocol) {
	case 6:
		return 16;
	case 17:
	case 136:
		return 6;
	case 58:
		return 2;
	case 1:
	case 2:
		return pseudo ? 0 : 2;
	default:
		return 0;
	}
}

static bool is_pseudo(enum nc_field field)
{
	switch (field) {
	case NC_FIELD_IP_SADDR:
	case NC_FIELD_IP_DADDR:
	case NC_FIELD_IP_PROTOCOL:
	case NC_FIELD_IP_LENGTH:
	case NC_FIELD_IP6_SADDR:
	case NC_FIELD_IP6_DADDR:
	case NC_FIELD_IP6_NEXTHDR:
	case NC_FIELD_IP6_LENGTH:
		return true;
	default:
		return false;
	}
}

/* A checksum that covers the rewrite must be in the frame. */
static bool cover_l4(const struct judged *j, struct rewrite *r, bool pseudo)
{
	size_t offset = l4_sum_offset(j->l4proto, pseudo), at = j->th + offset;
	const uint8_t *sum = j->packet->frame + at;

	if (!j->has_l4 || j->fragment || !offset)
		return true;
	/* A UDP header that was cut counts as one without a checksum. */
	if (at + 2 > j->packet->length)
		return pseudo && j->l4proto == 17;
	/* No checksum, RFC 768. */
	if (j->l4proto == 17 && !sum[0] && !sum[1])
		return true;
	r->l4_sum = at;
	return true;
}

static bool is_field_of(enum nc_field field, enum nc_field first, enum nc_field last)
{
	return field >= first && field <= last;
}

static bool cover(const struct judged *j, const struct nc_selector *target, struct rewrite *r)
{
	enum nc_field field = target->field;

	switch (nc_field_info(field)->read) {
	case NC_READ_NETWORK:
		if (is_field_of(field, NC_FIELD_IP_VERSION, NC_FIELD_IP_DADDR))
			r->ip_sum = j->nh + 10;
		if (r->ip_sum && r->ip_sum + 2 > j->packet->length)
			return false;
		r->swapped = field == NC_FIELD_IP6_NEXTHDR;
		return !is_pseudo(field) || cover_l4(j, r, true);
	case NC_READ_TRANSPORT:
		return cover_l4(j, r, false);
	default: /* the link layer has none; of raw bytes nothing is known */
		return true;
	}
}

static void perform(const struct judged *j, const struct rewrite *r)
{
	if (r->ip_sum)
		mend(j, r, r->ip_sum, false);
	if (r->l4_sum)
		mend(j, r, r->l4_sum, r->swapped);
	memcpy(j->packet->frame + r->at, r->bytes, r->n);
}

/* --- fields ------------------------------------------------------------------------------------------------------- */

/* The field's bits among the bytes that it falls into. */
static void put_bits(struct rewrite *r, const uint8_t *frame, unsigned offset, unsigned bits,
		     nc_num value)
{
	memcpy(r->bytes, frame + r->at, r->n);
	for (unsigned i = 0; i < bits; i++) {
		unsigned at = offset % 8 + i;
		uint8_t mask = 0x80 >> at % 8;

		if (value >> (bits - 1 - i) & 1)
			r->bytes[at / 8] |= mask;
		else
			r->bytes[at / 8] &= ~mask;
	}
}

static bool store_payload(struct judged *j, const struct nc_selector *target, nc_num value)
{
	unsigned offset = nc_selector_offset(target), bits = nc_selector_bits(target);
	struct rewrite r = {};

	if (!judged_base(j, target, &r.base))
		return false;
	r.at = r.base + offset / 8;
	r.n = (offset % 8 + bits + 7) / 8;
	if (r.at + r.n > j->packet->length || !cover(j, target, &r))
		return false;
	put_bits(&r, j->packet->frame, offset, bits, value);
	perform(j, &r);
	return true;
}

/* An option that is missing is left alone, and so is a smaller MSS: the rule goes on. */
static bool store_option(struct judged *j, const struct nc_selector *target, nc_num value)
{
	unsigned bits = nc_selector_bits(target), offset = nc_selector_offset(target);
	unsigned kind = nc_selector_kind(target);
	struct rewrite r = {.base = j->th, .l4_sum = j->th + 16};
	size_t option, length;
	int found = judged_find_option(j, kind, &option, &length);
	const uint8_t *old;

	if (found <= 0)
		return found == 0;
	if ((offset + bits) / 8 > length)
		return false;
	r.at = option + offset / 8;
	r.n = bits / 8;
	old = j->packet->frame + r.at;
	put_bits(&r, j->packet->frame, 0, bits, value);
	if (kind == 2 && r.n == 2 && (old[0] << 8 | old[1]) <= (int)value)
		return true;
	if (memcmp(old, r.bytes, r.n) != 0)
		perform(j, &r);
	return true;
}

static bool store_meta(struct judged *j, enum nc_field field, nc_num value)
{
	struct reference_packet *p = j->packet;

	switch (field) {
	case NC_FIELD_META_MARK:
		p->mark = value;
		return true;
	case NC_FIELD_META_PRIORITY:
		p->priority = value;
		return true;
	default: /* skb_pkt_type_ok() */
		if (value <= 3 && p->pkttype <= 3)
			p->pkttype = value;
		return true;
	}
}

bool judged_store(struct judged *j, const struct nc_selector *target, nc_num value)
{
	switch (nc_field_info(target->field)->read) {
	case NC_READ_META:
		return store_meta(j, target->field, value);
	case NC_READ_TCP_OPTION:
		return store_option(j, target, value);
	default:
		return store_payload(j, target, value);
	}
}

void judged_decrease_ttl(struct judged *j)
{
	uint8_t *header = j->packet->frame + j->nh;
	unsigned sum;

	if (j->protocol == 0x86dd) {
		header[7]--;
		return;
	}
	header[8]--;
	sum = (header[10] << 8 | header[11]) + 0x100;
	sum += sum >= 0xffff;
	header[10] = sum >> 8;
	header[11] = sum;
}

int judged_strip(struct judged *j, unsigned kind)
{
	size_t end, option, length;
	struct rewrite r = {.base = j->th, .l4_sum = j->th + 16};

	switch (judged_find_option(j, kind, &option, &length)) {
	case 0:
		return 1;
	case -1:
		/* Too long for the options, or no options at all? */
		return judged_options_end(j, &end) ? 0 : -1;
	}
	r.at = option;
	r.n = length;
	memset(r.bytes, 1, sizeof(r.bytes));
	perform(j, &r);
	return 1;
}
