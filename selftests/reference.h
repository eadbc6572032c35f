/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plain reference: a ruleset judged rule by rule on the bytes of a frame, the way that nf_tables does it at netdev
 * ingress and egress. No image, no slots, no BPF: what it says and what the program says must be the same.
 *
 * The ruleset is at work while it is judged by: counters, quotas and the elements of sets change in the model itself, so that
 * a test compares them there. What the model has no place for (tokens of limits, when an element expires, where a
 * numgen stands) is in struct reference.
 *
 * Where it means to differ from the kernel: a rewrite happens as a whole or not at all, and leaves checksums right (the
 * kernel swaps the bytes of the sum for "ip6 nexthdr set" and for TCP options at odd offsets, and makes a sum of a UDP
 * checksum of 0, and leaves DCCP's and those behind "th dport set" wrong); SCTP's CRC is not touched; a later fragment has
 * no transport header (the kernel reads what stands there); elements that have expired are gone at once. Bytes are counted as
 * the kernel does: from the network header on at ingress, the whole frame at egress.
 */
#ifndef NETCTL_SELFTESTS_REFERENCE_H
#define NETCTL_SELFTESTS_REFERENCE_H

#include "model/ruleset.h"

/* A packet and what is known beside it. Judging rewrites the frame, mark, priority and pkttype. */
struct reference_packet {
	uint8_t *frame;
	size_t length;
	const char *device;
	enum nc_hook hook;
	uint32_t ifindex, ifgroup;
	uint16_t iftype;
	uint32_t mark, priority;
	uint8_t pkttype;
	uint32_t cpu;
	uint64_t now_ns;  /* since the machine started: limits, timeouts; never goes back */
	uint64_t wall_ns; /* since 1970: meta time, day, hour */
};

#define REFERENCE_DUPS_MAX 16

struct judgement {
	enum nc_verdict verdict;
	const struct nc_rule
		*rule;	 /* whose verdict it is; NULL: a policy's, or there is no chain */
	char device[17]; /* REDIRECT: to where */
	int family;	 /* REDIRECT: of the neighbour, AF_UNSPEC for none */
	nc_num neighbour;
	unsigned n_dups; /* copies sent; the first ones' devices: */
	char dup[REFERENCE_DUPS_MAX][17];
};

typedef uint32_t reference_random_fn(void *context);

struct reference;

/* The ruleset comes to work at now_ns. It must outlive the reference. random may be NULL: always 0. */
struct reference *reference_new(struct nc_ruleset *ruleset, uint64_t now_ns,
				reference_random_fn *random, void *context);
void reference_free(struct reference *reference);

struct judgement reference_judge(struct reference *reference, struct reference_packet *packet);

/* Take expired elements out of the model, and write into the others when they expire. */
void reference_age(struct reference *reference, uint64_t now_ns);

#endif
