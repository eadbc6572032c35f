/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plain reference. Written from the kernel's sources (net/netfilter/nf_tables_core.c, nft_payload.c, nft_meta.c;
 * include/net/netfilter/nf_tables_ipv4.h, nf_tables_ipv6.h; net/ipv6/exthdrs_core.c), sharing nothing with the program.
 */
#include "reference.h"

#include <string.h>

struct packet {
	const uint8_t *frame;
	size_t length;
	size_t nh;	   /* network header */
	unsigned protocol; /* skb->protocol */
	bool has_l4;	   /* NFT_PKTINFO_L4PROTO */
	unsigned l4proto;
	size_t th;
	bool fragment; /* not the first */
};

static unsigned get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static bool is_vlan(unsigned type)
{
	return type == 0x8100 || type == 0x88a8;
}

/* eth_type_trans() and vlan_set_encap_proto() */
static unsigned type_of(const struct packet *p, unsigned type, size_t payload)
{
	if (type >= 0x600)
		return type;
	return payload + 2 <= p->length && get16(p->frame + payload) == 0xffff ? 0x0001 : 0x0004;
}

static bool is_extension(unsigned next)
{
	return next == 0 || next == 43 || next == 44 || next == 51 || next == 59 || next == 60;
}

/* ipv6_find_hdr(skb, &thoff, -1, &frag_off, &flags) with IP6_FH_F_AUTH: the protocol, or -1 */
static int find_header(struct packet *p)
{
	size_t start = p->nh + 40;
	unsigned next = p->frame[p->nh + 6];

	while (is_extension(next) && next != 59) {
		if (start + 2 > p->length)
			return -1;
		if (next == 51)
			break;
		if (next == 44) {
			if (start + 4 > p->length)
				return -1;
			if (get16(p->frame + start + 2) & ~7u) {
				unsigned inner = p->frame[start];

				if (is_extension(inner) && inner != 59)
					return -1;
				p->fragment = true;
				return inner;
			}
			next = p->frame[start];
			start += 8;
			continue;
		}
		next = p->frame[start];
		start += (p->frame[start + 1] + 1) * 8;
	}
	p->th = start;
	return next;
}

static void set_info_ip(struct packet *p)
{
	const uint8_t *ip = p->frame + p->nh;
	size_t bytes = p->length - p->nh, hlen, total;

	if (bytes < 20 || ip[0] >> 4 != 4)
		return;
	hlen = (ip[0] & 15) * 4;
	total = get16(ip + 2);
	if (hlen < 20 || total > bytes || total < hlen)
		return;
	p->has_l4 = true;
	p->l4proto = ip[9];
	p->th = p->nh + hlen;
	p->fragment = get16(ip + 6) & 0x1fff;
}

static void set_info_ip6(struct packet *p)
{
	const uint8_t *ip = p->frame + p->nh;
	size_t bytes = p->length - p->nh;
	int protocol;

	if (bytes < 40 || ip[0] >> 4 != 6 || get16(ip + 4) + 40u > bytes)
		return;
	protocol = find_header(p);
	if (protocol < 0)
		return;
	p->has_l4 = true;
	p->l4proto = protocol;
}

static struct packet read_packet(const uint8_t *frame, size_t length)
{
	struct packet p = {.frame = frame, .length = length, .nh = 14};
	unsigned type;

	if (length < 14)
		return p;
	type = get16(frame + 12);
	if (is_vlan(type)) {
		if (length < 18)
			return p;
		type = get16(frame + 16);
		p.nh = 18;
	}
	p.protocol = type_of(&p, type, p.nh);
	if (p.protocol == 0x0800)
		set_info_ip(&p);
	else if (p.protocol == 0x86dd)
		set_info_ip6(&p);
	return p;
}

/* nft_payload: n bytes at an offset from a base, as a number. false: cannot be loaded */
static bool load(const struct packet *p, size_t base, size_t offset, size_t n, nc_num *ret)
{
	*ret = 0;
	if (base + offset + n > p->length)
		return false;
	for (size_t i = 0; i < n; i++)
		*ret = *ret << 8 | p->frame[base + offset + i];
	return true;
}

static bool load_th(const struct packet *p, size_t offset, size_t n, nc_num *ret)
{
	return p->has_l4 && !p->fragment && load(p, p->th, offset, n, ret);
}

/* The first n bytes of a field. */
static bool load_field(const void *packet, const struct nc_match *m, size_t n, nc_num *ret)
{
	const struct packet *p = packet;

	switch (m->field) {
	case NC_FIELD_ETHER_DADDR:
		return load(p, 0, 0, n, ret);
	case NC_FIELD_ETHER_SADDR:
		return load(p, 0, 6, n, ret);
	case NC_FIELD_ETHER_TYPE:
		return load(p, 0, 12, 2, ret);
	case NC_FIELD_VLAN_ID:
		if (!load(p, 0, 14 + 4 * m->depth, 2, ret))
			return false;
		*ret &= 0xfff;
		return true;
	case NC_FIELD_VLAN_TYPE:
		return load(p, 0, 16 + 4 * m->depth, 2, ret);
	case NC_FIELD_META_PROTOCOL:
		*ret = p->protocol;
		return true;
	case NC_FIELD_META_L4PROTO:
		*ret = p->l4proto;
		return p->has_l4;
	case NC_FIELD_IP_SADDR:
		return load(p, p->nh, 12, n, ret);
	case NC_FIELD_IP_DADDR:
		return load(p, p->nh, 16, n, ret);
	case NC_FIELD_IP_PROTOCOL:
		return load(p, p->nh, 9, 1, ret);
	case NC_FIELD_IP6_SADDR:
		return load(p, p->nh, 8, n, ret);
	case NC_FIELD_IP6_DADDR:
		return load(p, p->nh, 24, n, ret);
	case NC_FIELD_IP6_NEXTHDR:
		return load(p, p->nh, 6, 1, ret);
	case NC_FIELD_TCP_FLAGS:
		return load_th(p, 13, 1, ret);
	case NC_FIELD_ICMP_TYPE:
	case NC_FIELD_ICMPV6_TYPE:
		return load_th(p, 0, 1, ret);
	case NC_FIELD_ICMP_CODE:
	case NC_FIELD_ICMPV6_CODE:
		return load_th(p, 1, 1, ret);
	default:
		return load_th(p, strcmp(nc_field_info(m->field)->name, "sport") ? 2 : 0, 2, ret);
	}
}

static bool in_elements(const nc_set_elements *elements, nc_num value)
{
	nc_vec_foreach (element, elements) {
		if (element->interval.low <= value && value <= element->interval.high)
			return true;
	}
	return false;
}

/* Bytes that nft loads for the match: a prefix of whole bytes needs just those. */
static size_t bytes_loaded(const struct nc_match *m)
{
	unsigned bits = nc_type_info(nc_field_info(m->field)->type)->bits, host = 0;

	if (m->written == NC_WRITTEN_PREFIX) {
		nc_num span = m->values.v[0].interval.high - m->values.v[0].interval.low;

		for (; span; span >>= 1)
			host++;
		if (host % 8 || host == bits)
			host = 0;
	}
	return (bits - host + 7) / 8;
}

/* A packet, and how to read it. */
struct subject {
	reference_load_fn *load;
	const void *packet;
	uint64_t bytes;
};

static bool match(const struct nc_table *table, const struct nc_match *m, const struct subject *s)
{
	unsigned bits = nc_type_info(nc_field_info(m->field)->type)->bits;
	size_t n = bytes_loaded(m);
	nc_num value;
	bool holds;

	if (!s->load(s->packet, m, n, &value))
		return false;
	if (bits > n * 8)
		value <<= bits - n * 8;
	if (m->set)
		holds = in_elements(&nc_table_find_set(table, m->set)->elements, value);
	else if (m->any_bit)
		holds = value & m->mask;
	else if (m->masked)
		holds = (value & m->mask) == m->values.v[0].interval.low;
	else
		holds = in_elements(&m->values, value);
	return holds != m->negated;
}

/* The rule's verdict; -1: the next rule */
static int judge_rule(const struct nc_table *table, struct nc_rule *rule, const struct subject *s)
{
	nc_vec_foreach (stmt, &rule->stmts) {
		if (stmt->kind == NC_STMT_MATCH && !match(table, &stmt->match, s))
			return -1;
		if (stmt->kind == NC_STMT_COUNTER) {
			stmt->counter.packets++;
			stmt->counter.bytes += s->bytes;
		}
		if (stmt->kind == NC_STMT_VERDICT)
			return stmt->verdict;
	}
	return -1;
}

static struct judgement judge_chain(const struct nc_table *table, const struct nc_chain *chain,
				    const struct subject *s)
{
	for (size_t i = 0; i < chain->rules.n; i++) {
		int verdict = judge_rule(table, chain->rules.v[i], s);

		if (verdict >= 0)
			return (struct judgement){verdict, chain->rules.v[i]};
	}
	return (struct judgement){chain->policy, NULL};
}

static bool names_device(const struct nc_chain *chain, const char *name)
{
	nc_vec_foreach (device, &chain->devices) {
		if (strcmp(device->name, name) == 0)
			return true;
	}
	return false;
}

/* The chain that comes next behind (priority, order): by priority, of equals the later one first. */
static const struct nc_chain *next_chain(const struct nc_ruleset *ruleset, const char *device,
					 const struct nc_chain *behind,
					 const struct nc_table **ret_table)
{
	const struct nc_chain *best = NULL;
	bool passed = false;

	nc_vec_foreach (table, &ruleset->tables) {
		nc_vec_foreach (chain, &(*table)->chains) {
			bool after = passed;

			if (*chain == behind)
				passed = true;
			if (!names_device(*chain, device) || *chain == behind)
				continue;
			if (behind && ((*chain)->priority < behind->priority ||
				       ((*chain)->priority == behind->priority && after)))
				continue;
			if (best && (*chain)->priority > best->priority)
				continue;
			best = *chain;
			*ret_table = *table;
		}
	}
	return best;
}

struct judgement reference_judge_by(const struct nc_ruleset *ruleset, const char *device,
				    reference_load_fn *load, const void *packet, uint64_t bytes)
{
	const struct subject subject = {load, packet, bytes};
	struct judgement judgement = {NC_VERDICT_ACCEPT, NULL};
	const struct nc_chain *chain = NULL;
	const struct nc_table *table = NULL;

	while ((chain = next_chain(ruleset, device, chain, &table))) {
		judgement = judge_chain(table, chain, &subject);
		if (judgement.verdict == NC_VERDICT_DROP)
			break;
	}
	return judgement;
}

struct judgement reference_judge(const struct nc_ruleset *ruleset, const char *device,
				 const uint8_t *frame, size_t length)
{
	const struct packet p = read_packet(frame, length);

	return reference_judge_by(ruleset, device, load_field, &p, p.length - p.nh);
}
