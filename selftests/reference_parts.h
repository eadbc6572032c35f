/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the reference: what its files share. Functions that return bool say false where a rule ends (NFT_BREAK). */
#ifndef NETCTL_SELFTESTS_REFERENCE_PARTS_H
#define NETCTL_SELFTESTS_REFERENCE_PARTS_H

#include "reference.h"

/* What the model has no place for, of a statement, object, generator or element: owner is its address. */
struct memory {
	const void *owner;
	bool limited; /* a limit has been asked: */
	uint64_t tokens, last_ns;
	uint32_t numbers; /* of a numgen: the last one given */
	/* of an element, whose owner is its "more": */
	bool expires;
	uint64_t expiry_ns;
	unsigned carries; /* NC_CARRY_* */
	struct nc_limit limit;
};

struct reference {
	struct nc_ruleset *ruleset;
	reference_random_fn *random;
	void *context;
	NC_VEC(struct memory) memories;
};

/* One packet on its way through the base chains. */
struct judged {
	struct reference *reference;
	struct reference_packet *packet;
	const struct nc_table *table; /* of the chain */
	size_t nh;		      /* network header, as long as the packet lives */
	unsigned protocol;	      /* skb->protocol, likewise */
	bool has_l4;		      /* NFT_PKTINFO_L4PROTO, as each base chain finds it */
	unsigned l4proto;
	size_t th;
	bool fragment; /* not the first one: no transport header */
	struct judgement judgement;
};

/* reference_parse.c: where headers begin */
void judged_parse_link(struct judged *j);
void judged_parse_transport(struct judged *j);
/* ipv6_find_hdr() for a target; false: it is not there. */
bool judged_find_extension(const struct judged *j, unsigned target, size_t *ret);
/* Where a TCP option of a kind is, and its length. -1: no TCP header, or it does not fit; 0: missing; 1: found */
int judged_find_option(const struct judged *j, unsigned kind, size_t *ret, size_t *ret_length);
/* Bytes from the TCP header on to the end of its options; false: there is no such header in the frame. */
bool judged_options_end(const struct judged *j, size_t *ret);
/* Where an option of IPv4 or a chunk of SCTP is; of chunks, what they say is their length. */
bool judged_find_ip_option(const struct judged *j, unsigned kind, size_t *ret);
bool judged_find_chunk(const struct judged *j, unsigned type, size_t *ret, size_t *ret_length);
/* What the transport header carries. */
bool judged_find_inner(const struct judged *j, size_t *ret);
/* Bytes that counters, limits and quotas count. */
uint64_t judged_bytes(const struct judged *j);

/* reference_load.c: what is read */
/* The first bits of a selector's field, 0 for all, before its operations. */
bool judged_load(struct judged *j, const struct nc_selector *selector, unsigned bits, nc_num *ret);
bool judged_read(struct judged *j, const struct nc_selector *selector, nc_num *ret);
bool judged_read_key(struct judged *j, const nc_key *key, nc_num values[NC_CONCAT_MAX]);
bool judged_read_value(struct judged *j, const struct nc_value *value, nc_num *ret);
/* Byte offset of the header that a packet field is in. */
bool judged_base(const struct judged *j, const struct nc_selector *selector, size_t *ret);

/* reference_store.c */
bool judged_store(struct judged *j, const struct nc_selector *target, nc_num value);
/* -1: no TCP header; 0: the packet is dropped; 1: the option is gone, or was not there */
int judged_strip(struct judged *j, unsigned kind);
void judged_decrease_ttl(struct judged *j);

/* reference_state.c */
struct memory *reference_remember(struct reference *reference, const void *owner, bool *ret_fresh);
void reference_forget(struct reference *reference, const void *owner);
void judged_count(const struct judged *j, struct nc_counter *counter);
bool judged_limit(struct judged *j, const struct nc_limit *limit, const void *owner);
bool judged_quota(struct judged *j, struct nc_quota *quota);
uint32_t judged_random(struct judged *j);

/* reference_set.c */
bool elements_hold(const nc_set_elements *elements, const nc_num *key, size_t n,
		   struct nc_set_element **ret);
/* Look a key up in a named set, and let the element found count. false in *ret_runs: what it carries ends the rule. */
struct nc_set_element *judged_lookup(struct judged *j, struct nc_set *set, const nc_num *key,
				     bool *ret_runs);
bool judged_set_stmt(struct judged *j, const struct nc_set_stmt *stmt);

#endif
