/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Puts an event that the test has composed into the ring buffer, and counts what does not fit, as a program that logs does:
 * what reads events is tested without one.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "netctl/event.h"

char _license[] SEC("license") = "GPL";

struct composed {
	__u32 size; /* of the event and its frame; 0: no event */
	__u32 pad;
	__u8 bytes[sizeof(struct nc_event) + NC_SNAPLEN_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct composed);
} composed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, NC_EVENTS_BYTES);
} nc_events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} nc_lost SEC(".maps");

SEC("xdp")
int nc_emit(struct xdp_md *ctx __attribute__((unused)))
{
	__u32 zero = 0;
	struct composed *event = bpf_map_lookup_elem(&composed, &zero);
	__u64 *lost = bpf_map_lookup_elem(&nc_lost, &zero);
	__u32 size;

	if (!event || !lost)
		return XDP_ABORTED;
	size = event->size;
	if (!size || size > sizeof(event->bytes))
		return XDP_ABORTED;
	if (bpf_ringbuf_output(&nc_events, event->bytes, size, 0)) {
		(*lost)++;
		return XDP_DROP;
	}
	return XDP_PASS;
}
