/* SPDX-License-Identifier: GPL-2.0-only */
/* A packet on its way through the filter: what parse.h extracts, classify.h tests and stats.h counts. */
#ifndef NETCTL_BPF_PACKET_H
#define NETCTL_BPF_PACKET_H

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>

#include "netctl/image.h"
#include "opaque.h"

/*
 * The frame as the hook hands it over. Offsets everywhere are those of the wire: a tag that was taken out of the frame and
 * kept beside it (tc) counts, and skew is how many bytes are missing behind it.
 */
struct nc_frame {
	void *ctx;
	const void *data;
	const void *end;
	__u32 skew;    /* 4 if a tag was taken out, else 0 */
	__be16 tag[2]; /* then: its type and its TCI */
	__u32 length;  /* bytes of the frame on the wire; data … end may hold fewer */
};

/*
 * What the kernel looks up once, whatever rules rewrite afterwards: protocol and network header for a packet, the transport
 * header for a base chain.
 */
enum nc_fixed { NC_FIXED_NOTHING, NC_FIXED_NETWORK, NC_FIXED_TRANSPORT };

struct nc_pkt {
	union { /* netctl/packet.h; on the stack, aligned to eight bytes */
		__be64 slot[_NC_SLOT_MAX];
		__u8 byte[_NC_SLOT_MAX * 8];
		__be16 half[_NC_SLOT_MAX * 4];
		__be32 word[_NC_SLOT_MAX * 2];
	};
	__u16 avail[_NC_BASE_MAX + 2]; /* by enum nc_base; the last are padding */
	__u32 length;		       /* bytes of the frame */
	__u32 counted;		       /* bytes as counters, limits and quotas count them */
	__u16 nh;		       /* offset of the network header */
	__u16 th;		       /* offset of the transport header, 0: there is none */
	__u8 lack;  /* enum nc_reason: the header that was not there; NC_REASON_POLICY: none */
	__u8 deep;  /* 1: what follows the extension headers is not known */
	__u8 fixed; /* enum nc_fixed: what is not parsed anew */
	__u8 pad;
};

#endif
