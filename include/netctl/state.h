/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State that netctl keeps in pinned maps beside the image: devices, statistics, counters, the ruleset's
 * text and its rules' identities. bpffs is the only store of truth; there is no daemon and no file.
 */
#ifndef NETCTL_STATE_H
#define NETCTL_STATE_H

#include "abi.h"
#include "reason.h"

/* Hooks, as in nft(8). */
enum nc_hook {
	NC_HOOK_INGRESS,    /* XDP */
	NC_HOOK_EGRESS,	    /* tc: TCX, else clsact */
	NC_HOOK_INGRESS_TC, /* hook ingress too, behind XDP at tc: chains that XDP cannot run */
	_NC_HOOK_MAX
};

/* How a root program hangs on its device. */
enum nc_attach_mode {
	NC_MODE_AUTO,	 /* requests only: native, else generic */
	NC_MODE_NATIVE,	 /* XDP in the driver */
	NC_MODE_GENERIC, /* XDP on the sk_buff */
	NC_MODE_TCX,	 /* tc, BPF link (Linux 6.6) */
	NC_MODE_CLSACT,	 /* tc, clsact qdisc */
	_NC_MODE_MAX
};

struct nc_device_key {
	__u32 ifindex;
	__u32 hook; /* enum nc_hook */
};

#define NC_DEVICE_BY_HAND 0x01 /* attached with "attach": stays when no ruleset names the device */
#define NC_DEVICE_QDISC	  0x02 /* netctl made the clsact qdisc */

struct nc_device {
	char name[16];	  /* when attached, NUL-terminated; the device may be renamed later */
	__u32 stats;	  /* stats slot */
	__u32 flags;	  /* NC_DEVICE_* */
	__u32 mode;	  /* enum nc_attach_mode, never AUTO */
	__u32 prog_id;	  /* the root program */
	__u32 dispatcher; /* 1: by libxdp's multi-program dispatcher; 0: alone on the hook */
	__u32 pad;	  /* zero */
};

/* Frames as the hook sees them, bytes from the Ethernet header on. */
struct nc_cell {
	__u64 packets;
	__u64 bytes;
};

/* One device and hook, per CPU. A packet adds to one cell. */
struct nc_stats {
	struct nc_cell cell[_NC_REASON_MAX][_NC_VERDICT_MAX];
};

/*
 * A rule's counter, per CPU. Bytes are counted as nft counts them at netdev ingress: from the network
 * header on, behind the outermost VLAN tag.
 */
struct nc_counter {
	__u64 packets;
	__u64 bytes;
};

/* Everything that has state, in the order of the text: what identifies it across generations. */
struct nc_state_record {
	__u64 handle;  /* of the rule or the named object */
	__u32 id;      /* counter id or word id */
	__u16 space;   /* 0: counters, 1: words */
	__u16 ordinal; /* among the rule's */
};

/* nc_text: chunk 0 is the header, the text follows in chunks 1 to n, not NUL-terminated. */
#define NC_TEXT_CHUNK 4096

struct nc_text_header {
	__u64 length;	  /* bytes of text */
	__u64 generation; /* 1, 2, 3 … */
	__u32 n_states;	  /* struct nc_state_record */
	__u32 n_sets;	  /* set maps pinned in the generation's directory, named sets first */
	__u32 n_counters; /* capacity of this generation's nc_counters */
	__u32 pad;
};

struct nc_text_chunk {
	__u8 data[NC_TEXT_CHUNK];
};

_Static_assert(sizeof(struct nc_device) == 40, "struct nc_device is part of the ABI");
_Static_assert(sizeof(struct nc_state_record) == 16, "struct nc_state_record is part of the ABI");

#endif
