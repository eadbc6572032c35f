/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running programs on packets for "bench": on one packet over and over, or on a trace of which each run sees the next one
 * (xdp/nc_bench_rotate.bpf.c). Times are CPU time of this thread: what other processes take does not count.
 */
#ifndef NETCTL_KERN_ROTATE_H
#define NETCTL_KERN_ROTATE_H

#include <stddef.h>
#include <stdint.h>

#include "netctl/bench.h"
#include "util/cleanup.h"
#include "util/diag.h"

/* What a rotator does with frames when there is no subject behind it. */
enum nc_rotator_action {
	NC_ROTATOR_DROP,
	NC_ROTATOR_PASS, /* with nc_rotator_send(): to the stack, as if it had come in at the device */
	NC_ROTATOR_BOUNCE, /* with nc_rotator_send(): out of the device, so into its peer's XDP */
};

/* Programs that only drop, or pass: descriptors. */
struct nc_bare {
	int drop, pass;
};
int nc_bare_open(struct nc_bare *ret, struct nc_diag *diag);
void nc_bare_close(struct nc_bare *bare);

/* A map with the packets: a descriptor or -errno with a message. */
int nc_trace_create(const struct nc_bench_packet *packets, size_t n, struct nc_diag *diag);

struct nc_rotator;

/* The packets that a rotator gives, and how. */
struct nc_rotation {
	int trace; /* as nc_trace_create() made it */
	size_t n, frame_bytes;
	uint32_t hold; /* runs in a row that get the same packet: 1 or more */
	enum nc_rotator_action action;
};

/* In front of a program, or alone with subject -1. */
int nc_rotator_open(const struct nc_rotation *rotation, int subject, struct nc_rotator **ret,
		    struct nc_diag *diag);
void nc_rotator_close(struct nc_rotator *rotator);
NC_DEFINE_CLEANUP(struct nc_rotator, nc_rotator_close)

/* The next repeat packets, by BPF_PROG_TEST_RUN. *ret_ns: for all of them. 0 or -errno. */
int nc_rotator_run(const struct nc_rotator *rotator, uint32_t repeat, uint64_t *ret_ns);
/* The same as live frames: they really go where the verdict says. They come in at interface ifindex of this namespace. */
int nc_rotator_send(const struct nc_rotator *rotator, int ifindex, uint32_t repeat,
		    uint64_t *ret_ns);

/* A program repeat times on a packet of nothing but zeros. */
int nc_bench_run_alone(int program, size_t frame_bytes, uint32_t repeat, uint64_t *ret_ns);

#endif
