/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ABI between the BPF programs, the netctl command and the pins in bpffs:
 * its version, its capacities and the names of its maps.
 *
 * Everything in include/netctl/ is compiled by both sides and uses uapi types only.
 * Any change of a layout, a number or a meaning here raises NC_ABI_VERSION, which is part of the
 * pin path: two netctl of different ABI never read each other's pins.
 */
#ifndef NETCTL_ABI_H
#define NETCTL_ABI_H

#include <linux/types.h>

#define NC_ABI_VERSION 4

/* Capacities. A ruleset that needs more is refused by name. */
#define NC_DEVICES_MAX 256	  /* attached (device, hook) pairs in one network namespace */
#define NC_STEPS_MAX   (4u << 20) /* steps of one image; bpf_loop() allows 8 Mi iterations */
#define NC_WORDS_MAX   (1u << 20) /* limits, quotas and numgens with state */
#define NC_EXTHDR_MAX  8	  /* IPv6 extension headers that the parser walks */
#define NC_VLAN_MAX    2	  /* VLAN tags that rules can match */

#define NC_NONE 0xffffffffu /* "no such index" in every __u32 index of this ABI */

/*
 * Map names, as the kernel shows them (at most 15 bytes). Lifetime and writer of each:
 *
 *   nc_slots     prog array: the published filters. Outlives generations.
 *   nc_stats     per-CPU array of struct nc_stats by stats slot. Outlives generations. Writer: BPF.
 *   nc_devices   hash of struct nc_device by struct nc_device_key. Outlives generations. Writer: netctl.
 *   nc_words     hash of struct nc_word by word id. Outlives generations. Writer: BPF.
 *   nc_events    ring buffer of struct nc_event (event.h). Outlives generations. Writer: BPF.
 *   nc_lost      per-CPU array, one __u64: events that found no room. Outlives generations. Writer: BPF.
 *   nc_counters  per-CPU array of struct nc_counter by counter id. Outlives generations. Writer: BPF.
 *   nc_steps     array of struct nc_step: the chains. One generation, frozen.
 *   nc_entries   hash of struct nc_entry by ifindex, one for each layer. One generation, frozen.
 *   nc_hash8_0 … arrays that are hashes of plain keys (hash.h). May outlive generations. Writer: netctl.
 *   nc_hash8 …   arrays of set maps by set index. One generation; the set maps in them may outlive it.
 *   nc_rich8 …   likewise, of rich sets.
 *   nc_chains    hash of step indices by struct nc_chain_key. One generation, frozen.
 *   nc_ports     devmap, and nc_port_ids array of ifindexes: where fwd and dup send to. One generation, frozen.
 *   nc_logs      array of struct nc_log_record. One generation, frozen.
 *   nc_trace     array of struct nc_trace_record: what "explain" reads. One generation, not pinned.
 *   nc_scratch   per-CPU array: room for one event. Of one program.
 *   nc_states    array of struct nc_state_record. One generation, user side only.
 *   nc_text      array of struct nc_text_chunk: canonical ruleset text. One generation, user side only.
 */

#endif
