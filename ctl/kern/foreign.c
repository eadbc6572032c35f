/* SPDX-License-Identifier: GPL-2.0-only */
/* Looking at what others have loaded. */
#include "foreign.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>

#include "util/cleanup.h"

int nc_foreign_xdp(const char *device)
{
	__u32 id = 0;
	int fd;

	if (bpf_xdp_query_id(if_nametoindex(device), 0, &id))
		return -errno;
	fd = id ? bpf_prog_get_fd_by_id(id) : -1;
	return fd < 0 ? -ENOENT : fd;
}

/* Room for a value, of a per-CPU map too. */
static size_t value_size(const struct bpf_map_info *info)
{
	int cpus = libbpf_num_possible_cpus();

	return (info->value_size + 7) / 8 * 8 * (cpus > 0 ? cpus : 1);
}

static int fill(int fd, const struct bpf_map_info *info, const uint8_t *keys, size_t n)
{
	_cleanup_free_ void *value = calloc(1, value_size(info));
	_cleanup_free_ void *first = calloc(1, info->key_size);
	int r;

	if (!value || !first)
		return -ENOMEM;
	r = bpf_map_get_next_key(fd, NULL, first);
	if (r == 0)
		r = bpf_map_lookup_elem(fd, first, value);
	for (size_t i = 0; i < n && !r; i++)
		r = bpf_map_update_elem(fd, keys + i * info->key_size, value, BPF_ANY);
	return r ? -errno : 0;
}

int nc_foreign_fill(const char *pin, const void *keys, size_t key_size, size_t n)
{
	_cleanup_close_ int fd = bpf_obj_get(pin);
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
		return -errno;
	return info.key_size == key_size ? fill(fd, &info, keys, n) : -EINVAL;
}

int nc_foreign_attach(const char *device, int program)
{
	return bpf_xdp_attach(if_nametoindex(device), program, XDP_FLAGS_DRV_MODE, NULL);
}
