/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Items of lists: TCP options, IPv4 options, SCTP chunks, and what is behind the transport header. Looked for as nft_exthdr.c
 * and nft_payload.c do it.
 */
#ifndef NETCTL_BPF_ITEM_H
#define NETCTL_BPF_ITEM_H

#include "load.h"

/* --- TCP options (RFC 9293) -------------------------------------------------------------------------------- */

/* A search, as the kernel's nft_exthdr_tcp_eval() makes it. */
struct nc_options {
	nc_ctx *ctx;
	__u32 at, end; /* in the frame */
	__u8 wanted, found, length, pad;
	__u32 pad2;
};

static long nc_next_option(__u32 i __attribute__((unused)), struct nc_options *o)
{
	__u8 head[2];

	if (o->at + 1 >= o->end || nc_hook_load_plain(o->ctx, o->at, head, 2))
		return 1;
	o->length = head[0] <= 1 || !head[1] ? 1 : head[1];
	o->found = head[0] == o->wanted;
	if (o->found)
		return 1;
	o->at += o->length;
	return 0;
}

/* Where the options begin and end; false: there is no TCP header that is in the frame as a whole. */
static __always_inline bool nc_begin_options(struct nc_run *run, __u32 kind, struct nc_options *ret)
{
	struct nc_pkt *pkt = &run->walk->pkt;
	__u32 doff;
	__u8 byte = 0;

	*ret = (struct nc_options){.ctx = run->ctx, .at = pkt->th + 20, .wanted = kind};
	if (pkt->byte[NC_SLOT_L4 * 8] != 6 || pkt->avail[NC_BASE_TH] < 1 + 20 ||
	    nc_hook_load_plain(run->ctx, pkt->th + 12, &byte, 1))
		return false;
	doff = (byte >> 4) * 4;
	if (doff < 20 || pkt->avail[NC_BASE_TH] < 1 + doff)
		return false;
	ret->end = pkt->th + doff;
	return true;
}

/* Where the option begins in the frame; 0: it cannot be read. *ret_missing: for it is not among the options. */
static __always_inline __u32 nc_find_option(struct nc_run *run, __u32 kind, __u32 need,
					    bool *ret_missing)
{
	struct nc_options o;

	*ret_missing = false;
	if (!nc_begin_options(run, kind, &o))
		return 0;
	bpf_loop(40, nc_next_option, &o, 0);
	*ret_missing = !o.found;
	return o.found && o.at + o.length <= o.end && need <= o.length ? o.at : 0;
}

static __noinline bool nc_load_option(struct nc_run *run, const struct nc_step *step)
{
	bool missing;
	__u32 offset = nc_find_option(run, step->arg, step->index, &missing);

	if (step->flags & NC_STEP_PRESENT) {
		nc_set_acc(&run->walk->pkt, 0, offset != 0);
		return true;
	}
	return offset && nc_load_bytes(run, step, offset + step->index - step->width);
}

/* --- IPv4 options (RFC 791, RFC 2113) ---------------------------------------------------------------------- */

enum nc_ip_option {
	NC_IPOPT_END = 0,
	NC_IPOPT_NOP = 1,
	NC_IPOPT_RR = 7,
	NC_IPOPT_TS = 68,
	NC_IPOPT_LSRR = 131,
	NC_IPOPT_CIPSO = 134,
	NC_IPOPT_SSRR = 137,
	NC_IPOPT_RA = 148,
};

/* All options are read: of a header in which one is wrong, none is found (ip_options_compile()). */
struct nc_ip_options {
	nc_ctx *ctx;
	__u32 at, end, found; /* in the frame; found 0: not yet */
	__u8 wanted, wrong;
	__u8 seen; /* bits: 1 a source route, 2 RR, 4 TS */
	__u8 pad;
};

static __always_inline bool nc_once(struct nc_ip_options *o, __u8 bit)
{
	bool first = !(o->seen & bit);

	o->seen |= bit;
	return first;
}

/* A timestamp's pointer and flags. */
static __always_inline bool nc_timestamp_ok(const __u8 *head)
{
	__u8 length = head[1], pointer = head[2], flag = head[3] & 15;

	if (length < 4 || pointer < 5)
		return false;
	if (pointer > length)
		return flag == 3 || head[3] >> 4 != 15;
	return pointer + (flag == 1 || flag == 3 ? 7 : 3) <= length;
}

/* Is the option well-formed? One that is there for the first time, where only one may be. */
static __always_inline bool nc_ip_option_ok(struct nc_ip_options *o, const __u8 *head)
{
	__u8 length = head[1], pointer = head[2];

	switch (head[0]) {
	case NC_IPOPT_LSRR:
	case NC_IPOPT_SSRR:
		return pointer == 4 && length >= 7 && !((length - 3) & 3) && nc_once(o, 1);
	case NC_IPOPT_RR:
		return length >= 3 && pointer >= 4 && (pointer > length || pointer + 3 <= length) &&
		       nc_once(o, 2);
	case NC_IPOPT_TS:
		return nc_timestamp_ok(head) && nc_once(o, 4);
	case NC_IPOPT_RA:
		return length >= 4;
	case NC_IPOPT_CIPSO:
		return false;
	default:
		return true;
	}
}

static long nc_next_ip_option(__u32 i __attribute__((unused)), struct nc_ip_options *o)
{
	__u32 left = nc_opaque(o->end - o->at);
	__u8 head[4] = {};

	if (o->at >= o->end || nc_hook_load_plain(o->ctx, o->at, head, 1) ||
	    head[0] == NC_IPOPT_END)
		return 1;
	if (head[0] == NC_IPOPT_NOP) {
		o->at++;
		return 0;
	}
	if (left > 4)
		left = 4;
	o->wrong = left < 2 || nc_hook_load_plain(o->ctx, o->at, head, left) || head[1] < 2 ||
		   o->at + head[1] > o->end || !nc_ip_option_ok(o, head);
	if (o->wrong)
		return 1;
	/* A router alert of another value than 0 is none. */
	if (head[0] == o->wanted && (head[0] != NC_IPOPT_RA || !(head[2] | head[3])))
		o->found = o->at;
	o->at += head[1];
	return 0;
}

static __noinline bool nc_load_ip_option(struct nc_run *run, const struct nc_step *step)
{
	struct nc_pkt *pkt = &run->walk->pkt;
	struct nc_ip_options o = {.ctx = run->ctx, .at = pkt->nh + NC_IP_HLEN, .wanted = step->arg};
	__u8 byte = 0;
	__u32 hlen;

	if (pkt->half[NC_SLOT_L3 * 4] != bpf_htons(NC_ETH_IP))
		return false;
	if (pkt->avail[NC_BASE_IP] >= NC_IP_HLEN &&
	    !nc_hook_load_plain(run->ctx, pkt->nh, &byte, 1)) {
		hlen = (byte & 15) * 4;
		o.end = pkt->nh + hlen;
		if (hlen > NC_IP_HLEN && pkt->avail[NC_BASE_IP] >= hlen)
			bpf_loop(40, nc_next_ip_option, &o, 0);
	}
	if (o.wrong)
		o.found = 0;
	if (step->flags & NC_STEP_PRESENT) {
		nc_set_acc(pkt, 0, o.found != 0);
		return true;
	}
	return o.found && nc_load_bytes(run, step, o.found + step->index - step->width);
}

/* --- SCTP chunks (RFC 9260) -------------------------------------------------------------------------------- */

#define NC_SCTP_HLEN 12

/* More than these fit into no frame: each takes four bytes. */
#define NC_CHUNKS_SEARCHED 16384

struct nc_chunks {
	nc_ctx *ctx;
	__u32 at, end; /* in the frame */
	__u32 length;  /* of the chunk found, as it says */
	__u8 wanted, found;
	__u16 pad;
};

static long nc_next_chunk(__u32 i __attribute__((unused)), struct nc_chunks *c)
{
	__u8 head[4];

	if (c->at + 4 > c->end || nc_hook_load_plain(c->ctx, c->at, head, 4))
		return 1;
	c->length = head[2] << 8 | head[3];
	if (!c->length)
		return 1;
	c->found = head[0] == c->wanted;
	if (c->found)
		return 1;
	c->at += (c->length + 3) & ~3u;
	return 0;
}

static __noinline bool nc_load_chunk(struct nc_run *run, const struct nc_step *step)
{
	struct nc_pkt *pkt = &run->walk->pkt;
	struct nc_chunks c = {
		.ctx = run->ctx,
		.at = pkt->th + NC_SCTP_HLEN,
		.end = pkt->length,
		.wanted = step->arg,
	};

	if (pkt->byte[NC_SLOT_L4 * 8] == 132 && pkt->th)
		bpf_loop(NC_CHUNKS_SEARCHED, nc_next_chunk, &c, 0);
	if (step->flags & NC_STEP_PRESENT) {
		nc_set_acc(pkt, 0, c.found);
		return true;
	}
	return c.found && step->index <= c.length && c.at + c.length <= c.end &&
	       nc_load_bytes(run, step, c.at + step->index - step->width);
}

/* --- behind the transport header --------------------------------------------------------------------------- */

/* Bits of a GRE header's first byte, RFC 2784 and 2890. */
#define NC_GRE_CHECKSUM 0x80
#define NC_GRE_ROUTING	0x40
#define NC_GRE_KEY	0x20
#define NC_GRE_SEQUENCE 0x10

/* nft_payload_inner_offset(): where it is in the frame; 0: nowhere. */
static __always_inline __u32 nc_inner_offset(struct nc_run *run)
{
	struct nc_pkt *pkt = &run->walk->pkt;
	__u32 bytes = pkt->avail[NC_BASE_TH] - 1;
	__u8 head[2] = {};

	if (!pkt->th)
		return 0;
	switch (pkt->byte[NC_SLOT_L4 * 8]) {
	case 17: /* UDP */
		return pkt->th + 8;
	case 4: /* IP in IP */
		return pkt->th;
	case 6: /* TCP */
		if (bytes < 20 || nc_hook_load_plain(run->ctx, pkt->th + 12, head, 1))
			return 0;
		return pkt->th + (head[0] >> 4) * 4;
	case 47: /* GRE */
		if (bytes < 4 || nc_hook_load_plain(run->ctx, pkt->th, head, 2) || head[1] & 7 ||
		    head[0] & NC_GRE_ROUTING)
			return 0;
		return pkt->th + 4 + (head[0] & NC_GRE_CHECKSUM ? 4 : 0) +
		       (head[0] & NC_GRE_KEY ? 4 : 0) + (head[0] & NC_GRE_SEQUENCE ? 4 : 0);
	default:
		return 0;
	}
}

static __noinline bool nc_load_inner(struct nc_run *run, const struct nc_step *step)
{
	__u32 offset = nc_inner_offset(run);

	return offset && nc_load_bytes(run, step, offset + step->index - step->width);
}

#endif
