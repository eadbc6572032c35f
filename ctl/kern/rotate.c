/* SPDX-License-Identifier: GPL-2.0-only */
/* Loading and running what measures. */
#include "rotate.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "load.h"
#include "nc_bench_bare.skel.h"
#include "nc_bench_rotate.skel.h"
#include "store.h"
#include "util/cleanup.h"

#define BATCH 64 /* live frames at once, as a driver's NAPI poll */

#define LO_IFINDEX 1

struct nc_rotator {
	struct nc_bench_rotate *skel;
	size_t frame_bytes;
	int netns, link; /* where keep() has attached it; -1: nowhere */
};

static uint64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

/* --- programs --------------------------------------------------------------------------------------------- */

int nc_bare_open(struct nc_bare *ret, struct nc_diag *diag)
{
	struct nc_bench_bare *skel;

	nc_libbpf_silence();
	skel = nc_bench_bare__open_and_load();
	if (!skel)
		return nc_diag_privilege(diag, -errno, "cannot load a program that drops");
	ret->drop = dup(bpf_program__fd(skel->progs.nc_bench_bare));
	ret->pass = dup(bpf_program__fd(skel->progs.nc_bench_pass));
	nc_bench_bare__destroy(skel);
	return 0;
}

void nc_bare_close(struct nc_bare *bare)
{
	closep(&bare->drop);
	closep(&bare->pass);
}

int nc_trace_create(const struct nc_bench_packet *packets, size_t n, struct nc_diag *diag)
{
	_cleanup_close_ int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "nc_bench_trace", sizeof(__u32),
						sizeof(*packets), n, NULL);

	if (fd < 0)
		return nc_diag_privilege(diag, -errno, "cannot make a map");
	for (__u32 i = 0; i < n; i++) {
		if (bpf_map_update_elem(fd, &i, &packets[i], BPF_ANY))
			return nc_diag_errno(diag, NULL, -errno, "cannot fill a map");
	}
	return TAKE_FD(fd);
}

static __u32 action_of(enum nc_rotator_action action)
{
	switch (action) {
	case NC_ROTATOR_PASS:
		return XDP_PASS;
	case NC_ROTATOR_BOUNCE:
		return XDP_TX;
	default:
		return XDP_DROP;
	}
}

static int put_subject(const struct nc_bench_rotate *skel, int subject)
{
	__u32 zero = 0;

	if (subject < 0)
		return 0;
	return bpf_map_update_elem(bpf_map__fd(skel->maps.nc_bench_slot), &zero, &subject, BPF_ANY)
		       ? -errno
		       : 0;
}

/*
 * BPF_PROG_TEST_RUN enters an XDP program into the kernel's dispatcher and takes it out again (bpf_prog_change_xdp()), and waits
 * for RCU each time, much longer than a sample takes. A program that is attached somewhere is in it already: here to lo of a
 * network namespace that has nothing else. If that cannot be had, measuring only takes longer.
 */
static void keep(struct nc_rotator *rotator)
{
	_cleanup_close_ int ours = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_SKB_MODE);

	if (ours < 0 || unshare(CLONE_NEWNET))
		return;
	rotator->netns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	rotator->link = bpf_link_create(bpf_program__fd(rotator->skel->progs.nc_bench_rotate),
					LO_IFINDEX, BPF_XDP, &opts);
	if (setns(ours, CLONE_NEWNET))
		abort(); /* nothing may be done in the wrong one */
}

int nc_rotator_open(const struct nc_rotation *rotation, int subject, struct nc_rotator **ret,
		    struct nc_diag *diag)
{
	struct nc_bench_rotate *skel;
	struct nc_rotator *rotator;
	int r;

	nc_libbpf_silence();
	skel = nc_bench_rotate__open();
	if (!skel)
		return -ENOMEM;
	skel->rodata->nc_bench_packets = rotation->n;
	skel->rodata->nc_bench_hold = rotation->hold;
	skel->rodata->nc_bench_action = action_of(rotation->action);
	r = bpf_map__reuse_fd(skel->maps.nc_bench_trace, rotation->trace);
	r = r ?: nc_bench_rotate__load(skel);
	r = r ?: put_subject(skel, subject);
	rotator = r ? NULL : calloc(1, sizeof(*rotator));
	if (!rotator) {
		nc_bench_rotate__destroy(skel);
		return nc_diag_privilege(diag, r ?: -ENOMEM, "cannot load a program that measures");
	}
	*rotator = (struct nc_rotator){
		.skel = skel, .frame_bytes = rotation->frame_bytes, .netns = -1, .link = -1};
	keep(rotator);
	*ret = rotator;
	return 0;
}

void nc_rotator_close(struct nc_rotator *rotator)
{
	closep(&rotator->link);
	closep(&rotator->netns);
	nc_bench_rotate__destroy(rotator->skel);
	free(rotator);
}

/* --- runs ------------------------------------------------------------------------------------------------- */

int nc_bench_run_alone(int program, size_t frame_bytes, uint32_t repeat, uint64_t *ret_ns)
{
	const struct nc_bench_packet none = {};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = &none, .data_size_in = frame_bytes,
		    .repeat = repeat);
	uint64_t begin = cpu_ns();

	if (bpf_prog_test_run_opts(program, &opts))
		return -errno;
	*ret_ns = cpu_ns() - begin;
	return 0;
}

int nc_rotator_run(const struct nc_rotator *rotator, uint32_t repeat, uint64_t *ret_ns)
{
	return nc_bench_run_alone(bpf_program__fd(rotator->skel->progs.nc_bench_rotate),
				  rotator->frame_bytes, repeat, ret_ns);
}

int nc_rotator_send(const struct nc_rotator *rotator, int ifindex, uint32_t repeat,
		    uint64_t *ret_ns)
{
	const struct nc_bench_packet none = {};
	struct xdp_md ctx = {.data_end = rotator->frame_bytes, .ingress_ifindex = ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = &none, .data_size_in = rotator->frame_bytes,
		    .ctx_in = &ctx, .ctx_size_in = sizeof(ctx), .repeat = repeat,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);
	uint64_t begin = cpu_ns();

	if (bpf_prog_test_run_opts(bpf_program__fd(rotator->skel->progs.nc_bench_rotate), &opts))
		return -errno;
	*ret_ns = cpu_ns() - begin;
	return 0;
}
