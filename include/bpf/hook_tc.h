/* SPDX-License-Identifier: GPL-2.0-only */
/* What is tc's about a packet: as hook_xdp.h, for sk_buffs. */
#ifndef NETCTL_BPF_HOOK_TC_H
#define NETCTL_BPF_HOOK_TC_H

#include <linux/pkt_cls.h>

#include "packet.h"

typedef struct __sk_buff nc_ctx;

/*
 * Members of the context, by instructions that the compiler does not merge: it likes to choose between two addresses and to
 * access one, and then: "dereference of modified ctx ptr disallowed".
 */
#define NC_CTX_READ(ctx, member)                                                                   \
	({                                                                                         \
		__u32 _value;                                                                      \
		asm volatile("%0 = *(u32 *)(%1 + %2)"                                              \
			     : "=r"(_value)                                                        \
			     : "r"(ctx), "i"(__builtin_offsetof(struct __sk_buff, member)));       \
		_value;                                                                            \
	})

#define NC_CTX_WRITE(ctx, member, value)                                                           \
	asm volatile("*(u32 *)(%1 + %2) = %0"                                                      \
		     :                                                                             \
		     : "r"(value), "r"(ctx), "i"(__builtin_offsetof(struct __sk_buff, member))     \
		     : "memory")

/* Bytes that the parser wants to see without gaps, as many as there are. */
#define NC_PULL 256

static __always_inline struct nc_frame nc_hook_frame(nc_ctx *ctx)
{
	struct nc_frame frame = {.ctx = ctx, .length = ctx->len};

	if (ctx->data_end - ctx->data < NC_PULL && ctx->data_end - ctx->data < ctx->len)
		bpf_skb_pull_data(ctx, ctx->len < NC_PULL ? ctx->len : NC_PULL);
	frame.data = (void *)(long)ctx->data;
	frame.end = (void *)(long)ctx->data_end;
	if (ctx->vlan_present) {
		frame.skew = 4;
		frame.tag[0] = ctx->vlan_proto;
		frame.tag[1] = bpf_htons(ctx->vlan_tci);
		frame.length += 4;
	}
	return frame;
}

/* n bytes at an offset of what is in memory. */
static __always_inline long nc_hook_peek(nc_ctx *ctx, __u32 offset, void *to, __u32 n)
{
	return bpf_skb_load_bytes(ctx, offset, to, n);
}

static __always_inline __u32 nc_hook_length(nc_ctx *ctx)
{
	return ctx->len + (ctx->vlan_present ? 4 : 0);
}

static __always_inline __u32 nc_hook_ifindex(nc_ctx *ctx)
{
	return ctx->ifindex;
}

/* Bytes 12 to 15 of the wire may be beside the frame. */
static __noinline long nc_load_tagged(nc_ctx *ctx, __u32 offset, __u8 *to, __u32 n)
{
	__be16 tag[2] = {ctx->vlan_proto, bpf_htons(ctx->vlan_tci)};
	const __u8 *bytes = (const __u8 *)tag;
	long r = 0;

	for (__u32 i = 0; i < 16 && i < n; i++) {
		__u32 at = offset + i;

		if (at >= 12 && at < 16)
			to[i] = bytes[(at - 12) & 3];
		else
			r |= bpf_skb_load_bytes(ctx, at < 12 ? at : at - 4, &to[i], 1);
	}
	return r;
}

static __always_inline long nc_hook_load(nc_ctx *ctx, __u32 offset, void *to, __u32 n)
{
	if (ctx->vlan_present && offset + n > 12) {
		if (offset >= 16)
			offset -= 4;
		else
			return n <= 16 ? nc_load_tagged(ctx, offset, to, n)
				       : bpf_skb_load_bytes(ctx, offset, to, n);
	}
	return bpf_skb_load_bytes(ctx, offset, to, n);
}

/* The same for what is no mixture of frame and tag: deep in the frame, or just the TCI. */
static __always_inline long nc_hook_load_plain(nc_ctx *ctx, __u32 offset, void *to, __u32 n)
{
	if (ctx->vlan_present && offset + n > 12) {
		if (offset == 14 && n == 2) {
			__be16 tci = bpf_htons(ctx->vlan_tci);

			__builtin_memcpy(to, &tci, 2);
			return 0;
		}
		if (offset < 16)
			return -1;
		offset -= 4;
	}
	return bpf_skb_load_bytes(ctx, offset, to, n);
}

/* A tag beside the frame is taken off and pushed anew. */
static __always_inline long nc_hook_store(nc_ctx *ctx, __u32 offset, void *from, __u32 n)
{
	if (ctx->vlan_present && offset + n > 12) {
		if (offset >= 16) {
			offset -= 4;
		} else if (offset == 14 && n == 2) {
			__be16 proto = ctx->vlan_proto, tci;

			__builtin_memcpy(&tci, from, 2);
			if (bpf_skb_vlan_pop(ctx))
				return -1;
			return bpf_skb_vlan_push(ctx, proto, bpf_ntohs(tci));
		} else {
			return -1;
		}
	}
	return bpf_skb_store_bytes(ctx, offset, from, n, 0);
}

static __always_inline bool nc_hook_meta(nc_ctx *ctx, __u32 key, __u64 *ret)
{
	switch (key) {
	case NC_META_MARK:
		*ret = NC_CTX_READ(ctx, mark);
		return true;
	case NC_META_PRIORITY:
		*ret = NC_CTX_READ(ctx, priority);
		return true;
	case NC_META_PKTTYPE:
		*ret = NC_CTX_READ(ctx, pkt_type);
		return true;
	default:
		return false;
	}
}

static __always_inline bool nc_hook_set_meta(nc_ctx *ctx, __u32 key, __u32 value)
{
	switch (key) {
	case NC_META_MARK:
		NC_CTX_WRITE(ctx, mark, value);
		return true;
	case NC_META_PRIORITY:
		NC_CTX_WRITE(ctx, priority, value);
		return true;
	case NC_META_PKTTYPE:
		bpf_skb_change_type(ctx, value);
		return true;
	default:
		return false;
	}
}

static __always_inline bool nc_hook_dup(nc_ctx *ctx, __u32 ifindex)
{
	return bpf_clone_redirect(ctx, ifindex, 0) == 0;
}

#endif
