/* SPDX-License-Identifier: GPL-2.0-only */
/* What is XDP's about a packet: where it is, what may be read beside it, and how it is written and sent on. */
#ifndef NETCTL_BPF_HOOK_XDP_H
#define NETCTL_BPF_HOOK_XDP_H

#include "packet.h"

typedef struct xdp_md nc_ctx;

/* Ports of "fwd": a devmap, so that frames go out in batches. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} nc_ports SEC(".maps");

static __always_inline struct nc_frame nc_hook_frame(nc_ctx *ctx)
{
	return (struct nc_frame){
		.ctx = ctx,
		.data = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
		.length = ctx->data_end - ctx->data,
	};
}

static __always_inline __u32 nc_hook_length(nc_ctx *ctx)
{
	return ctx->data_end - ctx->data;
}

static __always_inline __u32 nc_hook_ifindex(nc_ctx *ctx)
{
	return ctx->ingress_ifindex;
}

/* n bytes at an offset of what is in memory. */
static __always_inline long nc_hook_peek(nc_ctx *ctx, __u32 offset, void *to, __u32 n)
{
	return bpf_xdp_load_bytes(ctx, offset, to, n);
}

/* n bytes at an offset of the wire; n is 1 to 16 (events: more) and known to be there. */
static __always_inline long nc_hook_load(nc_ctx *ctx, __u32 offset, void *to, __u32 n)
{
	return bpf_xdp_load_bytes(ctx, offset, to, n);
}

static __always_inline long nc_hook_load_plain(nc_ctx *ctx, __u32 offset, void *to, __u32 n)
{
	return nc_hook_load(ctx, offset, to, n);
}

static __always_inline long nc_hook_store(nc_ctx *ctx, __u32 offset, void *from, __u32 n)
{
	return bpf_xdp_store_bytes(ctx, offset, from, n);
}

/* Frames have no such thing here: rulesets that ask are placed at tc. */
static __always_inline bool nc_hook_meta(nc_ctx *ctx __attribute__((unused)),
					 __u32 key __attribute__((unused)),
					 __u64 *ret __attribute__((unused)))
{
	return false;
}

static __always_inline bool nc_hook_set_meta(nc_ctx *ctx __attribute__((unused)),
					     __u32 key __attribute__((unused)),
					     __u32 value __attribute__((unused)))
{
	return false;
}

static __always_inline bool nc_hook_dup(nc_ctx *ctx __attribute__((unused)),
					__u32 ifindex __attribute__((unused)))
{
	return false;
}

#endif
