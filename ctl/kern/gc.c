/* SPDX-License-Identifier: GPL-2.0-only */
/* Starting the timers that collect garbage. Called by publish.c; must never wait for them. */
#include "gc.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>

#include "kern.h"
#include "nc_gc.skel.h"

#define INTERVAL_MS 1000
/* A walk takes some 50 ns an element, in a softirq: of larger sets, there is one less often. */
#define ELEMENTS_PER_INTERVAL 65536

NC_DEFINE_CLEANUP(struct nc_gc, nc_gc__destroy)

bool nc_gc_wanted(const struct nc_image_set *set)
{
	return set->named && nc_class_is_rich(set->class) && !nc_class_is_lpm(set->class) &&
	       (set->named->timeout || set->named->flags & NC_SET_TIMEOUT);
}

static uint64_t interval_ns(const struct nc_image_set *set, uint32_t room)
{
	uint64_t ms = set->named->gc_interval ?: INTERVAL_MS;
	uint64_t least = (uint64_t)INTERVAL_MS * room / ELEMENTS_PER_INTERVAL;

	return (ms > least ? ms : least) * 1000000;
}

/* The program takes no packet; BPF_PROG_TEST_RUN wants a frame all the same. */
static int run_once(int prog)
{
	const unsigned char frame[64] = {};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame),
		    .repeat = 1);
	int r = bpf_prog_test_run_opts(prog, &opts);

	return r < 0 ? r : opts.retval ? -EIO : 0;
}

int nc_gc_start(const struct nc_image_set *set, int set_fd)
{
	_cleanup_(nc_gc__destroyp) struct nc_gc *gc = nc_gc__open();
	struct bpf_map_info info = {};
	__u32 length = sizeof(info);
	int r, fd;

	if (!gc || bpf_obj_get_info_by_fd(set_fd, &info, &length))
		return -errno;
	gc->rodata->nc_gc_interval_ns = interval_ns(set, info.max_entries);
	r = bpf_map__reuse_fd(gc->maps.nc_gc_set, set_fd);
	r = r ?: nc_gc__load(gc);
	r = r ?: run_once(bpf_program__fd(gc->progs.nc_gc_start));
	if (r < 0)
		return r;
	fd = fcntl(bpf_map__fd(gc->maps.nc_gc), F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}
