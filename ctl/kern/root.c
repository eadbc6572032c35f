/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The root programs' objects, opened for one device; and libbpf's and libxdp's chatter, kept off the terminal. Called by
 * whatever attaches.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <xdp/libxdp.h>

#include "load.h"
#include "nc_tc_root.skel.h"
#include "nc_xdp_root.skel.h"

struct nc_root {
	struct nc_xdp_root *xdp; /* one of the two */
	struct nc_tc_root *tc;
};

void nc_root_close(struct nc_root *root)
{
	nc_xdp_root__destroy(root->xdp);
	nc_tc_root__destroy(root->tc);
	free(root);
}

struct bpf_object *nc_root_object(struct nc_root *root)
{
	return root->xdp ? root->xdp->obj : root->tc->obj;
}

static int open_xdp(struct nc_root *root, int slots, int stats, __u32 stats_slot)
{
	int r;

	root->xdp = nc_xdp_root__open();
	if (!root->xdp)
		return -errno;
	root->xdp->rodata->nc_root_stats = stats_slot;
	r = bpf_map__reuse_fd(root->xdp->maps.nc_slots, slots);
	return r ? r : bpf_map__reuse_fd(root->xdp->maps.nc_stats, stats);
}

static int open_tc(struct nc_root *root, int slots, int stats, __u32 stats_slot)
{
	int r;

	root->tc = nc_tc_root__open();
	if (!root->tc)
		return -errno;
	root->tc->rodata->nc_root_stats = stats_slot;
	r = bpf_map__reuse_fd(root->tc->maps.nc_slots_tc, slots);
	return r ? r : bpf_map__reuse_fd(root->tc->maps.nc_stats, stats);
}

int nc_root_open(enum nc_hook hook, int slots, int stats, __u32 stats_slot, struct nc_root **ret,
		 struct nc_diag *diag)
{
	_cleanup_(nc_root_closep) struct nc_root *root = calloc(1, sizeof(*root));
	int r;

	nc_libbpf_silence();
	if (!root)
		return -ENOMEM;
	r = hook == NC_HOOK_INGRESS ? open_xdp(root, slots, stats, stats_slot)
				    : open_tc(root, slots, stats, stats_slot);
	if (r)
		return nc_diag_errno(diag, NULL, r, "cannot open the root program");
	*ret = TAKE_PTR(root);
	return 0;
}

int nc_slots_create(enum nc_hook hook)
{
	return bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY,
			      hook == NC_HOOK_INGRESS ? "nc_slots" : "nc_slots_tc", sizeof(__u32),
			      sizeof(__u32), 1, NULL);
}

int nc_counters_create(__u32 n)
{
	return bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "nc_counters", sizeof(__u32),
			      sizeof(struct nc_counter), n, NULL);
}

int nc_stats_create(void)
{
	return bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "nc_stats", sizeof(__u32),
			      sizeof(struct nc_stats), NC_DEVICES_MAX, NULL);
}

int nc_devices_create(void)
{
	return bpf_map_create(BPF_MAP_TYPE_HASH, "nc_devices", sizeof(struct nc_device_key),
			      sizeof(struct nc_device), NC_DEVICES_MAX, NULL);
}

static _Thread_local char last_message[512];

/* Keep the last line that is neither empty nor a frame around a log. */
static void remember(const char *fmt, va_list args)
{
	char text[4096], *line, *rest = text;

	vsnprintf(text, sizeof(text), fmt, args);
	while ((line = strsep(&rest, "\n")))
		if (*line && !strstr(line, " LOG --") && !strstr(line, "failed to load"))
			snprintf(last_message, sizeof(last_message), "%s",
				 strncmp(line, "libbpf: ", 8) ? line : line + 8);
}

static int on_libbpf(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (level == LIBBPF_WARN)
		remember(fmt, args);
	return 0;
}

static int on_libxdp(enum libxdp_print_level level, const char *fmt, va_list args)
{
	if (level == LIBXDP_WARN)
		remember(fmt, args);
	return 0;
}

void nc_libbpf_silence(void)
{
	last_message[0] = '\0';
	libbpf_set_print(on_libbpf);
	libxdp_set_print(on_libxdp);
}

const char *nc_libbpf_last_message(void)
{
	return last_message;
}

int nc_words_create(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);

	return bpf_map_create(BPF_MAP_TYPE_HASH, "nc_words", sizeof(__u32), sizeof(struct nc_word),
			      NC_WORDS_MAX, &opts);
}
