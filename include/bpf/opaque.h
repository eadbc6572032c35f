/* SPDX-License-Identifier: GPL-2.0-only */
/* Indices that are checked and then used. */
#ifndef NETCTL_BPF_OPAQUE_H
#define NETCTL_BPF_OPAQUE_H

#include <linux/types.h>
#include <bpf/bpf_helpers.h>

/*
 * A number that the compiler knows nothing of. It likes to check one copy of an index and to use another, and then: "invalid
 * variable-offset read from stack".
 */
static __always_inline __u32 nc_opaque(__u32 number)
{
	asm volatile("" : "+r"(number));
	return number;
}

#endif
