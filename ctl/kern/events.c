/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of "log" statements: the ring buffer and the count of what did not fit in it, pinned in the store, and the one
 * reader that a BPF ring buffer can have. Writers of the store make them (nc_events_ensure()), "monitor" reads them.
 *
 * A reader holds flock(LOCK_EX) on the directory "reader" of the store: it makes nothing itself and waits for no writer.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "store.h"

/* Events handed over by one poll at most: the caller comes to look at its clock and at what was lost. */
#define BATCH 256

/* Ours, between the ring buffer's callback and nc_events_poll(). */
#define BATCH_FULL -EAGAIN

struct nc_events {
	char ring_path[NC_PATH_MAX];
	int ring_fd, lost_fd, lock;
	__u32 ring_id; /* of the map behind ring_fd */
	struct ring_buffer *ring;
	uint64_t lost_before; /* when the reader began */
	uint64_t unreadable;  /* records that are no events: the writer is not of this ABI */
	/* While a poll runs: */
	nc_event_fn *fn;
	void *context;
	int n, stopped;
};

/* --- making them -------------------------------------------------------------------------------------- */

int nc_events_create(int *ret_ring, int *ret_lost, struct nc_diag *diag)
{
	_cleanup_close_ int ring = -1, lost = -1;

	ring = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "nc_events", 0, 0, NC_EVENTS_BYTES, NULL);
	if (ring < 0)
		return nc_diag_privilege(diag, ring, "cannot create the ring buffer of events");
	lost = bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "nc_lost", sizeof(__u32), sizeof(__u64), 1,
			      NULL);
	if (lost < 0)
		return nc_diag_privilege(diag, lost, "cannot create the counter of lost events");
	*ret_ring = TAKE_FD(ring);
	*ret_lost = TAKE_FD(lost);
	return 0;
}

static int map_info(int fd, struct bpf_map_info *ret)
{
	__u32 length = sizeof(*ret);

	*ret = (struct bpf_map_info){};
	return bpf_obj_get_info_by_fd(fd, ret, &length) ? -errno : 0;
}

/* A pinned map of the expected shape. -ENOENT: not there; -EBADMSG: something else is. */
static int open_pinned(const char *path, __u32 type, __u32 value_size, __u32 max_entries)
{
	_cleanup_close_ int fd = bpf_obj_get(path);
	struct bpf_map_info info;
	int r;

	if (fd < 0)
		return -errno;
	r = map_info(fd, &info);
	if (r < 0)
		return r;
	if (info.type != type || info.value_size != value_size || info.max_entries != max_entries)
		return -EBADMSG;
	return TAKE_FD(fd);
}

static int open_ring(const char *path)
{
	return open_pinned(path, BPF_MAP_TYPE_RINGBUF, 0, NC_EVENTS_BYTES);
}

static int open_lost(const char *path)
{
	return open_pinned(path, BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(__u64), 1);
}

static int refuse_strange(const char *path, struct nc_diag *diag)
{
	nc_diag_error(diag, NULL, "%s is not a map that this netctl made; remove it to begin anew",
		      path);
	return -EBADMSG;
}

/* Both or, where one is missing, none: a ring buffer without its count is made anew. */
static int pin_new(const char *ring_path, const char *lost_path, int *ret_ring, int *ret_lost,
		   struct nc_diag *diag)
{
	_cleanup_close_ int ring = -1, lost = -1;
	int r = nc_events_create(&ring, &lost, diag);

	if (r < 0)
		return r;
	unlink(ring_path);
	unlink(lost_path);
	/* The ring buffer last: a reader that finds it finds the rest. */
	if (bpf_obj_pin(lost, lost_path))
		return nc_diag_errno(diag, NULL, -errno, "cannot pin %s", lost_path);
	if (bpf_obj_pin(ring, ring_path))
		return nc_diag_errno(diag, NULL, -errno, "cannot pin %s", ring_path);
	*ret_ring = TAKE_FD(ring);
	*ret_lost = TAKE_FD(lost);
	return 0;
}

int nc_events_ensure(struct nc_store *store, int *ret_ring, int *ret_lost, struct nc_diag *diag)
{
	char ring_path[NC_PATH_MAX], lost_path[NC_PATH_MAX], reader[NC_PATH_MAX];
	_cleanup_close_ int ring = -1, lost = -1;

	nc_store_path(store, "events", ring_path);
	nc_store_path(store, "lost", lost_path);
	nc_store_path(store, "reader", reader);
	if (mkdir(reader, 0700) < 0 && errno != EEXIST)
		return nc_diag_privilege(diag, -errno, "cannot make the lock of the events");
	ring = open_ring(ring_path);
	lost = open_lost(lost_path);
	if (ring == -EBADMSG || lost == -EBADMSG)
		return refuse_strange(ring == -EBADMSG ? ring_path : lost_path, diag);
	if (ring == -ENOENT || lost == -ENOENT)
		return pin_new(ring_path, lost_path, ret_ring, ret_lost, diag);
	if (ring < 0 || lost < 0)
		return nc_diag_privilege(diag, ring < 0 ? ring : lost,
					 "cannot open the ring buffer of events");
	*ret_ring = TAKE_FD(ring);
	*ret_lost = TAKE_FD(lost);
	return 0;
}

/* --- the reader --------------------------------------------------------------------------------------- */

static int sum_lost(int fd, uint64_t *ret)
{
	int cpus = libbpf_num_possible_cpus();
	_cleanup_free_ __u64 *values = NULL;
	__u32 zero = 0;

	if (cpus < 0)
		return cpus;
	values = calloc(cpus, sizeof(*values));
	if (!values)
		return -ENOMEM;
	if (bpf_map_lookup_elem(fd, &zero, values))
		return -errno;
	*ret = 0;
	for (int i = 0; i < cpus; i++)
		*ret += values[i];
	return 0;
}

/* Hand a record over, if it is an event: the sizes in it are not trusted. */
static int take_record(void *context, void *record, size_t size)
{
	struct nc_events *events = context;
	struct nc_event event;

	if (size < sizeof(event)) {
		events->unreadable++;
		return 0;
	}
	memcpy(&event, record, sizeof(event));
	event.prefix[sizeof(event.prefix) - 1] = '\0';
	if (event.captured > size - sizeof(event))
		event.captured = size - sizeof(event);
	events->n++;
	events->stopped = events->fn(events->context, &event, (const char *)record + sizeof(event));
	if (events->stopped < 0)
		return events->stopped;
	return events->n == BATCH ? BATCH_FULL : 0;
}

static int lock_reader(const char *path, struct nc_diag *diag)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return TAKE_FD(fd);
	if (errno != EWOULDBLOCK)
		return -errno;
	nc_diag_error(diag, NULL,
		      "another netctl monitor reads the events of this network namespace, and they "
		      "can be read by one at a time; see who: fuser -v %s",
		      path);
	return -EBUSY;
}

/* Is the directory that we have locked still the store's? Another store may have taken its place. */
static bool holds(int lock, const char *path)
{
	struct stat ours, now;

	return fstat(lock, &ours) == 0 && stat(path, &now) == 0 && ours.st_ino == now.st_ino;
}

static int open_maps(struct nc_events *events, const struct nc_store *store, struct nc_diag *diag)
{
	char lost_path[NC_PATH_MAX], reader[NC_PATH_MAX];
	struct bpf_map_info info;
	int r;

	nc_store_path(store, "events", events->ring_path);
	nc_store_path(store, "lost", lost_path);
	nc_store_path(store, "reader", reader);
	events->lock = lock_reader(reader, diag);
	if (events->lock < 0)
		return events->lock;
	events->ring_fd = open_ring(events->ring_path);
	events->lost_fd = open_lost(lost_path);
	if (events->ring_fd == -EBADMSG || events->lost_fd == -EBADMSG)
		return refuse_strange(events->ring_fd == -EBADMSG ? events->ring_path : lost_path,
				      diag);
	if (events->ring_fd < 0 || events->lost_fd < 0)
		return events->ring_fd < 0 ? events->ring_fd : events->lost_fd;
	if (!holds(events->lock, reader))
		return -ENOENT;
	r = map_info(events->ring_fd, &info);
	events->ring_id = info.id;
	return r < 0 ? r : sum_lost(events->lost_fd, &events->lost_before);
}

static int open_reader(const struct nc_store *store, struct nc_events **ret, struct nc_diag *diag)
{
	_cleanup_(nc_events_closep) struct nc_events *events = calloc(1, sizeof(*events));
	int r;

	if (!events)
		return -ENOMEM;
	events->ring_fd = events->lost_fd = events->lock = -1;
	r = open_maps(events, store, diag);
	if (r < 0)
		return r;
	events->ring = ring_buffer__new(events->ring_fd, take_record, events, NULL);
	if (!events->ring)
		return -errno;
	*ret = TAKE_PTR(events);
	return 0;
}

int nc_events_open(struct nc_events **ret, struct nc_diag *diag)
{
	_cleanup_(nc_store_closep) struct nc_store *store = NULL;
	int r = nc_store_open(NC_STORE_READ, &store, diag);

	if (r < 0)
		return r;
	r = open_reader(store, ret, diag);
	if (r == -EBUSY || r == -EBADMSG || r == -ENOENT)
		return r;
	return r < 0 ? nc_diag_privilege(diag, r, "cannot read the ring buffer of events") : 0;
}

/* Did the store go away, or another one take its place? Nothing would ever come out of our ring buffer again. */
static bool is_stale(const struct nc_events *events)
{
	_cleanup_close_ int fd = bpf_obj_get(events->ring_path);
	struct bpf_map_info info;

	return fd < 0 || map_info(fd, &info) < 0 || info.id != events->ring_id;
}

int nc_events_poll(struct nc_events *events, int timeout_ms, nc_event_fn *fn, void *context)
{
	int r;

	events->fn = fn;
	events->context = context;
	events->n = events->stopped = 0;
	r = ring_buffer__poll(events->ring, timeout_ms);
	/* A writer may have left the wake-up out. */
	if (r == 0)
		r = ring_buffer__consume(events->ring);
	if (events->stopped < 0)
		return events->stopped;
	if (r < 0 && r != BATCH_FULL)
		return r;
	return !events->n && is_stale(events) ? -ESTALE : events->n;
}

int nc_events_lost(const struct nc_events *events, struct nc_events_lost *ret)
{
	uint64_t total;
	int r = sum_lost(events->lost_fd, &total);

	if (r < 0)
		return r;
	ret->since_open = total - events->lost_before + events->unreadable;
	ret->total = total + events->unreadable;
	return 0;
}

void nc_events_close(struct nc_events *events)
{
	if (events->ring)
		ring_buffer__free(events->ring);
	closep(&events->ring_fd);
	closep(&events->lost_fd);
	closep(&events->lock);
	free(events);
}
