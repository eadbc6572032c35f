/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two network namespaces that are alike, one for nft and one for netctl, and a third one where this program sends and receives:
 *
 *     t0, t1 ──veth── f0, f1 ── bridge b0 ── o0 ──veth── c0      what passes the hooks of f0 and f1 comes out at c0
 *                                            w0 ──veth── x0      what a rule forwards to w0 comes out at x0
 *
 * (tN, cN, xN end in A or B for the two.) A packet socket on f0 itself would see frames before netdev ingress; the bridge
 * takes them behind it, tags included. The namespaces have no names: they go with the process, whatever ends it.
 */
#ifndef NETCTL_ORACLE_WORLD_H
#define NETCTL_ORACLE_WORLD_H

#include "traffic.h"

enum { SIDE_NFT, SIDE_NETCTL, _SIDE_MAX };
enum { POINT_PASSED, POINT_FORWARDED, _POINT_MAX };

struct side {
	int netns; /* file descriptor */
	int sender;
	int sender_index[2];
	int capture[_POINT_MAX];
};

struct world {
	struct side side[_SIDE_MAX];
	int netns;
};

/* 0 or -1, said why. */
int world_open(struct world *world);
/* Send, wait until everything is through; careful: longer. */
int world_send(struct side *side, const struct packet *packets, unsigned n, bool careful);
/* The next frame that came out, in hex in the arena; NULL: no more. */
const char *world_receive(struct side *side, int point);

#endif
