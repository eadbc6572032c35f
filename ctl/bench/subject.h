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
	bool in_space;				  /* it is loaded in a namespace of its own */
	bool (*check)(char *reason, size_t size); /* NULL: always there */
	bool (*can)(const struct nc_bench_rules *rules); /* has it such rules at all? NULL: yes */
	/*
	 * Put rules to work. If in_space, the calling process is in a namespace of the subject's own (space.h), and the
	 * device is NC_SPACE_DEVICE. BY_RUN: the program's descriptor is *ret_program, which unload() closes.
	 * 0 or -errno with a message: the rules are too many for it, say.
	 */
	int (*load)(const struct nc_bench_rules *rules, void **ret_state, int *ret_program,
		    struct nc_diag *diag);
	void (*unload)(void *state, int program); /* in its namespace; NULL: nothing to do */
};

extern const struct nc_bench_subject nc_subject_bare, nc_subject_netctl, nc_subject_nft,
	nc_subject_iptables, nc_subject_xdp_filter;

#endif
