/* SPDX-License-Identifier: GPL-2.0-only */
/* Events for tests. */
#include "emit.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <string.h>
#include <time.h>

#include "event.skel.h"

struct composed {
	__u32 size, pad;
	__u8 bytes[sizeof(struct nc_event) + NC_SNAPLEN_MAX];
};

struct emitter {
	struct event *skel;
};

static bool load(struct emitter *emitter, int ring, int lost)
{
	emitter->skel = event__open();
	return emitter->skel && !bpf_map__reuse_fd(emitter->skel->maps.nc_events, ring) &&
	       !bpf_map__reuse_fd(emitter->skel->maps.nc_lost, lost) && !event__load(emitter->skel);
}

struct emitter *emitter_open(struct nc_store *store)
{
	struct emitter *emitter = calloc(1, sizeof(*emitter));
	_cleanup_close_ int ring = -1, lost = -1;
	struct nc_diag diag = {};

	if (nc_events_ensure(store, &ring, &lost, &diag) < 0 || !load(emitter, ring, lost)) {
		nc_diag_print(&diag, stderr, false);
		perror("emitter");
		emitter_close(emitter);
		emitter = NULL;
	}
	nc_diag_free(&diag);
	return emitter;
}

void emitter_close(struct emitter *emitter)
{
	event__destroy(emitter->skel);
	free(emitter);
}

bool emit_bytes(struct emitter *emitter, const void *bytes, size_t size)
{
	static const unsigned char frame[64];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame));
	struct composed composed = {.size = size};
	__u32 zero = 0;

	memcpy(composed.bytes, bytes, size);
	if (bpf_map_update_elem(bpf_map__fd(emitter->skel->maps.composed), &zero, &composed,
				BPF_ANY) ||
	    bpf_prog_test_run_opts(bpf_program__fd(emitter->skel->progs.nc_emit), &opts))
		abort();
	return opts.retval == XDP_PASS;
}

bool emit(struct emitter *emitter, struct nc_event event, const struct frame *frame)
{
	unsigned char bytes[sizeof(event) + sizeof(frame->byte)];
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	event.time_ns = (__u64)now.tv_sec * 1000000000u + now.tv_nsec;
	event.length = event.captured = frame->length;
	memcpy(bytes, &event, sizeof(event));
	memcpy(bytes + sizeof(event), frame->byte, frame->length);
	return emit_bytes(emitter, bytes, sizeof(event) + frame->length);
}
