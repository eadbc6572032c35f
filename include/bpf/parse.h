/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a frame to slots: every header field that rules can read, extracted once.
 *
 * The view is nftables' at netdev ingress: the outermost VLAN tag is stripped and what follows it is the network
 * header; nft_set_pktinfo_ipv4_validate() and nft_set_pktinfo_ipv6_validate() say when there is a transport header.
 * Nothing is decided here: a header that is not in the frame is not available, no more.
 */
#ifndef NETCTL_BPF_PARSE_H
#define NETCTL_BPF_PARSE_H

#include "maps.h"
#include "packet.h"

#define NC_ETH_HLEN  14
#define NC_VLAN_HLEN 4
#define NC_IP_HLEN   20
#define NC_IP6_HLEN  40
#define NC_TH_LOAD   14 /* transport header bytes that are extracted: up to the TCP flags */

/* EtherTypes, in host order. The first two are what the kernel calls frames without one (if_ether.h). */
enum nc_ethertype {
	NC_ETH_802_3 = 0x0001,
	NC_ETH_802_2 = 0x0004,
	NC_ETH_MIN = 0x0600,
	NC_ETH_IP = 0x0800,
	NC_ETH_8021Q = 0x8100,
	NC_ETH_IP6 = 0x86dd,
	NC_ETH_8021AD = 0x88a8,
};

/* IP protocol numbers (IANA) that end or continue an IPv6 header chain, RFC 8200. */
enum nc_nexthdr {
	NC_NEXTHDR_HOP = 0,
	NC_NEXTHDR_ROUTING = 43,
	NC_NEXTHDR_FRAGMENT = 44,
	NC_NEXTHDR_AUTH = 51,
	NC_NEXTHDR_NONE = 59,
	NC_NEXTHDR_DEST = 60,
};

/* Is the byte range [p, p + n) inside the frame? */
static __always_inline bool nc_within(struct nc_frame f, const void *p, __u32 n)
{
	return p + n <= f.end;
}

/*
 * Numbers of a frame, at any address: what memcpy() from bytes would make of them is loads of one byte each, and a slot that
 * is stored in pieces stalls whoever reads it whole.
 */
static __always_inline __be64 nc_get64(const void *p)
{
	return *(const __be64 *)p;
}

static __always_inline __be32 nc_get32(const void *p)
{
	return *(const __be32 *)p;
}

static __always_inline __be16 nc_get16(const void *p)
{
	return *(const __be16 *)p;
}

/* Does the ruleset look at a slot? */
static __always_inline bool nc_reads(enum nc_slot slot)
{
	return nc_spec.uses_slots >> slot & 1;
}

/* Where the network header is in memory. */
static __always_inline const __u8 *nc_network(struct nc_frame f, const struct nc_pkt *pkt)
{
	return f.data + (pkt->nh > NC_ETH_HLEN ? NC_ETH_HLEN + NC_VLAN_HLEN : NC_ETH_HLEN) - f.skew;
}

/* Copy as many of n bytes, at most 16, as the frame has; the rest becomes zero. For headers cut short: the slow path. */
static __always_inline void nc_copy_partial(struct nc_frame f, __u8 *to, const void *from, __u32 n)
{
	__u32 offset = from - f.data, length = f.end - f.data;
	__u32 have = nc_opaque(length > offset ? length - offset : 0);

	for (__u32 i = 0; i < n; i++)
		to[i] = 0;
	if (have > n)
		have = n;
	if (have)
		nc_hook_peek(f.ctx, offset, to, have);
}

/* Rulesets that rewrite nothing never ask. */
static __always_inline bool nc_is_fixed(const struct nc_pkt *pkt, enum nc_fixed what)
{
	return nc_rewrites() && pkt->fixed >= what;
}

static __always_inline void nc_lacks(struct nc_pkt *pkt, enum nc_reason reason)
{
	if (pkt->lack == NC_REASON_POLICY)
		pkt->lack = reason;
}

/* What the kernel takes for a protocol where the type field is a length (eth_type_trans, vlan_set_encap_proto). */
static __always_inline __be16 nc_protocol(__be16 type, struct nc_frame f, const void *payload)
{
	if (bpf_ntohs(type) >= NC_ETH_MIN)
		return type;
	if (nc_within(f, payload, 2) && *(const __be16 *)payload == 0xffff)
		return bpf_htons(NC_ETH_802_3);
	return bpf_htons(NC_ETH_802_2);
}

static __always_inline bool nc_is_vlan(__be16 type)
{
	return type == bpf_htons(NC_ETH_8021Q) || type == bpf_htons(NC_ETH_8021AD);
}

/* What stands in the slot of tags: the one beside the frame, then those in it. */
static __always_inline void nc_parse_tags(struct nc_frame f, struct nc_pkt *pkt, const __u8 *p)
{
	if (f.skew) {
		pkt->half[NC_SLOT_VLAN * 4] = f.tag[1];
		p -= 2;
		if (nc_within(f, p, 6))
			__builtin_memcpy(&pkt->byte[NC_SLOT_VLAN * 8 + 2], p, 6);
		else
			nc_copy_partial(f, &pkt->byte[NC_SLOT_VLAN * 8 + 2], p, 6);
	} else if (nc_within(f, p, 8)) {
		pkt->slot[NC_SLOT_VLAN] = nc_get64(p);
	} else {
		nc_copy_partial(f, &pkt->byte[NC_SLOT_VLAN * 8], p, 8);
	}
}

/* As nft: at ingress from the network header on; at egress the frame without a tag that is kept beside it. */
static __always_inline void nc_set_counted(struct nc_frame f, struct nc_pkt *pkt)
{
	pkt->counted = pkt->length - (NC_LAYER_HOOK == NC_HOOK_EGRESS ? f.skew : pkt->nh);
}

/* Ethernet and the outermost tag. -1: the frame ends there. */
static __always_inline int nc_parse_link(struct nc_frame f, struct nc_pkt *pkt)
{
	const __u8 *p = f.data;
	__be16 type;

	pkt->length = f.length;
	if (!nc_is_fixed(pkt, NC_FIXED_NETWORK))
		pkt->counted = f.length;
	pkt->avail[NC_BASE_ALWAYS] = 0xffff;
	pkt->avail[NC_BASE_LINK] = pkt->length < 0xffff ? pkt->length : 0xffff;
	if (!nc_within(f, p, NC_ETH_HLEN)) {
		nc_lacks(pkt, NC_REASON_TRUNCATED_L2);
		return -1;
	}
	type = nc_get16(p + 12);
	if (nc_reads(NC_SLOT_ETHER_DADDR))
		pkt->slot[NC_SLOT_ETHER_DADDR] = nc_get64(p) & bpf_cpu_to_be64(~0ull << 16);
	if (nc_reads(NC_SLOT_ETHER_SADDR)) {
		pkt->slot[NC_SLOT_ETHER_SADDR] = nc_get64(p + 6);
		if (f.skew)
			pkt->half[NC_SLOT_ETHER_SADDR * 4 + 3] = f.tag[0];
	}
	if (nc_reads(NC_SLOT_VLAN))
		nc_parse_tags(f, pkt, p + NC_ETH_HLEN);
	if (nc_is_fixed(pkt, NC_FIXED_NETWORK))
		return 0;
	pkt->nh = NC_ETH_HLEN;
	nc_set_counted(f, pkt);

	if (f.skew) {
		pkt->nh += NC_VLAN_HLEN;
	} else if (nc_is_vlan(type)) {
		if (!nc_within(f, p + NC_ETH_HLEN, NC_VLAN_HLEN)) {
			nc_lacks(pkt, NC_REASON_TRUNCATED_L2);
			return -1;
		}
		type = nc_get16(p + 16);
		pkt->nh += NC_VLAN_HLEN;
	}
	p = nc_network(f, pkt);
	pkt->half[NC_SLOT_L3 * 4] = nc_protocol(type, f, p);
	nc_set_counted(f, pkt);
	pkt->avail[NC_BASE_NH] =
		pkt->avail[NC_BASE_LINK] > pkt->nh ? pkt->avail[NC_BASE_LINK] - pkt->nh : 0;
	return 0;
}

static __always_inline bool nc_is_extension(__u8 next)
{
	return next == NC_NEXTHDR_HOP || next == NC_NEXTHDR_ROUTING ||
	       next == NC_NEXTHDR_FRAGMENT || next == NC_NEXTHDR_AUTH || next == NC_NEXTHDR_DEST;
}

/* What is extracted of a transport header; false: it was cut short. */
static __always_inline bool nc_extract_transport(struct nc_frame f, __u8 *slot, const __u8 *th)
{
	if (nc_within(f, th, NC_TH_LOAD)) {
		*(__be64 *)slot = bpf_cpu_to_be64((__u64)slot[0] << 56 | (__u64)th[13] << 48 |
						  (__u64)bpf_ntohl(nc_get32(th)) << 16);
		return true;
	}
	nc_copy_partial(f, slot + 2, th, 4);
	return false;
}

/* Where it was before headers were rewritten. */
static __always_inline void nc_reread_transport(struct nc_frame f, struct nc_pkt *pkt)
{
	__u32 offset = nc_opaque(pkt->th - f.skew);

	/* "R1 offset is outside of the packet" for what may be greater. */
	if (pkt->th && offset < 0x8000)
		nc_extract_transport(f, &pkt->byte[NC_SLOT_L4 * 8], f.data + offset);
}

/* The transport protocol is known, and its header begins at th (NULL: not in this fragment). */
static __always_inline void nc_parse_transport(struct nc_frame f, struct nc_pkt *pkt, __u8 protocol,
					       const __u8 *th)
{
	__u8 *slot = &pkt->byte[NC_SLOT_L4 * 8];
	__u32 bytes;

	slot[0] = protocol;
	pkt->avail[NC_BASE_TH] = 1;
	if (!th) {
		nc_lacks(pkt, NC_REASON_FRAGMENT);
		return;
	}
	pkt->th = (__u32)((const void *)th - f.data) + f.skew;
	bytes = pkt->th < pkt->length ? pkt->length - pkt->th : 0;
	pkt->avail[NC_BASE_TH] = 1 + (bytes < 0xfff0 ? bytes : 0xfff0);
	if (!nc_extract_transport(f, slot, th) && (bytes < 4 || protocol == 6))
		nc_lacks(pkt, NC_REASON_TRUNCATED_L4);
}

/* IPv4, RFC 791. */
static __always_inline void nc_parse_ip(struct nc_frame f, struct nc_pkt *pkt)
{
	const __u8 *ip = nc_network(f, pkt);
	__u32 bytes = pkt->length - pkt->nh, hlen, total;

	pkt->avail[NC_BASE_IP] = bytes < 0xffff ? bytes : 0xffff;
	if (!nc_within(f, ip, NC_IP_HLEN)) {
		nc_lacks(pkt, NC_REASON_TRUNCATED_L3);
		nc_copy_partial(f, &pkt->byte[NC_SLOT_L3 * 8 + 2], ip + 9, 1);
		/* An address is the whole of its slot, as below. */
		pkt->slot[NC_SLOT_SADDR] = 0;
		pkt->slot[NC_SLOT_DADDR] = 0;
		nc_copy_partial(f, &pkt->byte[NC_SLOT_SADDR * 8], ip + 12, 4);
		nc_copy_partial(f, &pkt->byte[NC_SLOT_DADDR * 8], ip + 16, 4);
		return;
	}
	pkt->byte[NC_SLOT_L3 * 8 + 2] = ip[9];
	pkt->slot[NC_SLOT_SADDR] = nc_get32(ip + 12);
	pkt->slot[NC_SLOT_DADDR] = nc_get32(ip + 16);
	if (!nc_spec.uses_th)
		return;
	if (nc_is_fixed(pkt, NC_FIXED_TRANSPORT)) {
		nc_reread_transport(f, pkt);
		return;
	}

	hlen = (ip[0] & 0x0f) * 4;
	total = bpf_ntohs(*(const __be16 *)(ip + 2));
	if (ip[0] >> 4 != 4 || hlen < NC_IP_HLEN || total > bytes || total < hlen) {
		nc_lacks(pkt, NC_REASON_MALFORMED_L3);
		return;
	}
	nc_parse_transport(f, pkt, ip[9],
			   *(const __be16 *)(ip + 6) & bpf_htons(0x1fff) ? NULL : ip + hlen);
}

/*
 * IPv6, RFC 8200. The walk over extension headers is the kernel's ipv6_find_hdr() with target -1 and IP6_FH_F_AUTH: it ends
 * at the first header that is none, at an authentication header and at "no next header".
 */
static __always_inline void nc_parse_ip6(struct nc_frame f, struct nc_pkt *pkt)
{
	const __u8 *ip = nc_network(f, pkt), *p;
	__u32 bytes = pkt->length - pkt->nh, off;
	__u8 next;

	pkt->avail[NC_BASE_IP6] = bytes < 0xffff ? bytes : 0xffff;
	if (!nc_within(f, ip, NC_IP6_HLEN)) {
		nc_lacks(pkt, NC_REASON_TRUNCATED_L3);
		nc_copy_partial(f, &pkt->byte[NC_SLOT_L3 * 8 + 2], ip + 6, 1);
		nc_copy_partial(f, &pkt->byte[NC_SLOT_SADDR * 8], ip + 8, 16);
		nc_copy_partial(f, &pkt->byte[NC_SLOT_DADDR * 8], ip + 24, 16);
		return;
	}
	pkt->byte[NC_SLOT_L3 * 8 + 2] = next = ip[6];
	pkt->slot[NC_SLOT_SADDR] = nc_get64(ip + 8);
	pkt->slot[NC_SLOT_SADDR_LOW] = nc_get64(ip + 16);
	pkt->slot[NC_SLOT_DADDR] = nc_get64(ip + 24);
	pkt->slot[NC_SLOT_DADDR_LOW] = nc_get64(ip + 32);
	if (!nc_spec.uses_th)
		return;
	if (nc_is_fixed(pkt, NC_FIXED_TRANSPORT)) {
		nc_reread_transport(f, pkt);
		return;
	}

	if (ip[0] >> 4 != 6 || bpf_ntohs(*(const __be16 *)(ip + 4)) + NC_IP6_HLEN > bytes) {
		nc_lacks(pkt, NC_REASON_MALFORMED_L3);
		return;
	}
	off = NC_IP6_HLEN;
	for (int i = 0; i <= NC_EXTHDR_MAX; i++) {
		p = ip + off;
		switch (next) {
		case NC_NEXTHDR_HOP:
		case NC_NEXTHDR_ROUTING:
		case NC_NEXTHDR_DEST:
		case NC_NEXTHDR_FRAGMENT:
			break;
		case NC_NEXTHDR_AUTH:
			if (!nc_within(f, p, 2)) {
				nc_lacks(pkt, NC_REASON_TRUNCATED_L3);
				return;
			}
			__attribute__((fallthrough));
		default:
			nc_parse_transport(f, pkt, next, p);
			return;
		}
		if (i == NC_EXTHDR_MAX)
			break;
		if (!nc_within(f, p, next == NC_NEXTHDR_ROUTING ? 4 : 2)) {
			nc_lacks(pkt, NC_REASON_TRUNCATED_L3);
			return;
		}
		if (next != NC_NEXTHDR_FRAGMENT) {
			next = p[0];
			off += (p[1] + 1) * 8;
			continue;
		}
		if (!nc_within(f, p, 4)) {
			nc_lacks(pkt, NC_REASON_TRUNCATED_L3);
			return;
		}
		next = p[0];
		off += 8;
		if (*(const __be16 *)(p + 2) & bpf_htons(0xfff8)) {
			if (nc_is_extension(next))
				nc_lacks(pkt, NC_REASON_FRAGMENT);
			else
				nc_parse_transport(f, pkt, next, NULL);
			return;
		}
	}
	pkt->deep = 1;
}

static __always_inline void nc_parse(struct nc_frame f, struct nc_pkt *pkt)
{
	if (nc_parse_link(f, pkt) < 0)
		return;
	if (nc_spec.uses_ip && pkt->half[NC_SLOT_L3 * 4] == bpf_htons(NC_ETH_IP))
		nc_parse_ip(f, pkt);
	else if (nc_spec.uses_ip6 && pkt->half[NC_SLOT_L3 * 4] == bpf_htons(NC_ETH_IP6))
		nc_parse_ip6(f, pkt);
}

#endif
