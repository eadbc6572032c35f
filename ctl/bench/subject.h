/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside bench: what a packet filter has to offer to be measured. */
#ifndef NETCTL_BENCH_SUBJECT_H
#define NETCTL_BENCH_SUBJECT_H

#include "bench.h"

/* How packets come to it. */
enum nc_bench_way {
	NC_BENCH_BY_RUN,   /* it is an XDP program: BPF_PROG_TEST_RUN */
	NC_BENCH_BY_STACK, /* it is in the kernel's stack: live frames that come in at a device */
};

struct nc_bench_subject {
	const char *name, *about;
	enum nc_bench_way way;
	bool (*check)(char *reason, size_t size); /* NULL: always there */
	/*
	 * Put rules to work. The calling process is in a network namespace of the subject's own then, where its device is
	 * NC_BENCH_DEVICE. BY_RUN: the program's descriptor is *ret_program, and *state owns it.
	 * 0 or -errno with a message: the rules are too many for it, say.
	 */
	int (*load)(const struct nc_bench_rules *rules, void **ret_state, int *ret_program,
		    struct nc_diag *diag);
	void (*unload)(void *state); /* NULL: nothing to do */
};

#define NC_BENCH_DEVICE "b0"

extern const struct nc_bench_subject nc_subject_bare, nc_subject_netctl, nc_subject_nft,
	nc_subject_iptables, nc_subject_xdp_filter;

#endif
