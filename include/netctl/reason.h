/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why a packet got its verdict. Every packet that reaches a netctl program is counted under exactly
 * one (reason, verdict) pair, see struct nc_stats.
 *
 * Names are part of the user interface (status, explain, man page) and numbers of the ABI:
 * neither is ever reused.
 */
#ifndef NETCTL_REASON_H
#define NETCTL_REASON_H

/*
 * X(NAME, "name", "sentence for the manual")
 *
 * The truncated-*, malformed-* and fragment reasons stand in for "policy": the chain's policy decided,
 * and the packet lacked a header that some rule of the ruleset would have read.
 */
#define NC_REASONS(X)                                                                              \
	X(RULE, "rule", "a rule's verdict")                                                        \
	X(POLICY, "policy", "no rule matched; the chain's policy decided")                         \
	X(NO_RULESET, "no-ruleset", "attached, but no ruleset is loaded: accepted")                \
	X(NO_CHAIN, "no-chain", "attached, but no base chain names this device: accepted")         \
	X(TRUNCATED_L2, "truncated-l2", "policy; the frame ends inside its VLAN tags")             \
	X(TRUNCATED_L3, "truncated-l3",                                                            \
	  "policy; the frame ends inside its IPv4 or IPv6 header or extension headers")            \
	X(TRUNCATED_L4, "truncated-l4", "policy; the frame ends inside its transport header")      \
	X(MALFORMED_L3, "malformed-l3",                                                            \
	  "policy; version, header length or total length of the IP header contradict the frame")  \
	X(FRAGMENT, "fragment", "policy; a non-first fragment, which has no transport header")     \
	X(TOO_DEEP, "too-deep",                                                                    \
	  "dropped: more IPv6 extension headers than are parsed, and a rule needs what follows")   \
	X(INTERNAL, "internal",                                                                    \
	  "dropped: the loaded image contradicts itself; report this as a bug")

enum nc_reason {
#define X(NAME, name, text) NC_REASON_##NAME,
	NC_REASONS(X)
#undef X
		_NC_REASON_MAX
};

/* X(NAME, "name") */
#define NC_VERDICTS(X)                                                                             \
	X(ACCEPT, "accept")                                                                        \
	X(DROP, "drop")                                                                            \
	X(REDIRECT, "redirect")

enum nc_verdict {
#define X(NAME, name) NC_VERDICT_##NAME,
	NC_VERDICTS(X)
#undef X
		_NC_VERDICT_MAX
};

#endif
