/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tc hooks of an interface, ingress and egress: a TCX link where the kernel has it (Linux 6.6), pinned in the store; a filter on a
 * clsact qdisc where not. Called by device.c alone.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/pkt_sched.h>
#include <netlink/netlink.h>
#include <netlink/route/classifier.h>
#include <netlink/route/link.h>
#include <netlink/route/tc.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "load.h"

/* enum bpf_attach_type, which libbpf's headers may be too old to have. */
#define TCX_INGRESS 46
#define TCX_EGRESS  47

/* Where our filter stands on a clsact qdisc. */
#define CLSACT_HANDLE	1
#define CLSACT_PRIORITY 0x6e63 /* "nc" */

static bool is_egress(enum nc_hook hook)
{
	return hook == NC_HOOK_EGRESS;
}

static void link_path(const struct nc_store *store, const struct nc_device_key *key,
		      char ret[NC_PATH_MAX])
{
	char name[32];

	snprintf(name, sizeof(name), "link-%u-%s", key->ifindex,
		 is_egress(key->hook) ? "egress" : "ingress");
	nc_store_path(store, name, ret);
}

static int attach_tcx(const struct nc_store *store, const struct nc_device_key *key, int prog)
{
	_cleanup_close_ int link = -1;
	char path[NC_PATH_MAX];

	if (getenv("NETCTL_FORCE_CLSACT"))
		return -EOPNOTSUPP;
	link = bpf_link_create(prog, key->ifindex, is_egress(key->hook) ? TCX_EGRESS : TCX_INGRESS,
			       NULL);
	if (link < 0)
		return -errno;
	link_path(store, key, path);
	unlink(path);
	return bpf_obj_pin(link, path) ? -errno : 0;
}

static struct bpf_tc_hook hook_of(const struct nc_device_key *key)
{
	return (struct bpf_tc_hook){
		.sz = sizeof(struct bpf_tc_hook),
		.ifindex = key->ifindex,
		.attach_point = is_egress(key->hook) ? BPF_TC_EGRESS : BPF_TC_INGRESS,
	};
}

static int attach_clsact(const struct nc_device_key *key, int prog, struct nc_device *record)
{
	struct bpf_tc_hook hook = hook_of(key);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog, .handle = CLSACT_HANDLE,
		    .priority = CLSACT_PRIORITY, .flags = BPF_TC_F_REPLACE);
	int r = bpf_tc_hook_create(&hook);

	if (r < 0 && r != -EEXIST)
		return r;
	if (r == 0)
		record->flags |= NC_DEVICE_QDISC;
	return bpf_tc_attach(&hook, &opts);
}

static bool has_filters(struct nl_sock *socket, __u32 ifindex, __u32 parent)
{
	struct nl_cache *filters = NULL;
	bool found;

	/* If it cannot be told, the qdisc stays. */
	if (rtnl_cls_alloc_cache(socket, ifindex, parent, &filters) < 0)
		return true;
	found = nl_cache_nitems(filters) > 0;
	nl_cache_free(filters);
	return found;
}

/* Others may have come to use the qdisc that we made. */
static bool qdisc_in_use(__u32 ifindex)
{
	struct nl_sock *socket = nl_socket_alloc();
	bool used = true;

	if (socket && nl_connect(socket, NETLINK_ROUTE) == 0)
		used = has_filters(socket, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)) ||
		       has_filters(socket, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS));
	nl_socket_free(socket);
	return used;
}

static int detach_clsact(const struct nc_device_key *key, const struct nc_device *record)
{
	struct bpf_tc_hook hook = hook_of(key);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = CLSACT_HANDLE, .priority = CLSACT_PRIORITY);
	int r = bpf_tc_detach(&hook, &opts);

	if (r < 0 || !(record->flags & NC_DEVICE_QDISC) || qdisc_in_use(key->ifindex))
		return r;
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	return bpf_tc_hook_destroy(&hook);
}

/* Closing the last reference takes the program off. */
static int detach_tcx(const struct nc_store *store, const struct nc_device_key *key)
{
	char path[NC_PATH_MAX];

	link_path(store, key, path);
	return unlink(path) < 0 ? -errno : 0;
}

int nc_tc_detach(const struct nc_store *store, const struct nc_device_key *key,
		 const struct nc_device *record)
{
	/* An attach that was interrupted: there may be a link that the record does not know of. */
	if (!record->prog_id)
		detach_tcx(store, key);
	return record->mode == NC_MODE_TCX ? detach_tcx(store, key) : detach_clsact(key, record);
}

/* A pinned link outlives its interface: it then has no ifindex. */
static bool link_holds(const struct nc_store *store, const struct nc_device_key *key)
{
	struct {
		struct bpf_link_info info;
		__u8 newer[64]; /* kernels answer with more than the headers know */
	} info = {};
	__u32 length = sizeof(info);
	_cleanup_close_ int fd = -1;
	char path[NC_PATH_MAX];

	link_path(store, key, path);
	fd = bpf_obj_get(path);
	return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &length) && info.info.prog_id;
}

int nc_tc_state(const struct nc_store *store, const struct nc_device_key *key,
		const struct nc_device *record, struct nc_hook_state *ret)
{
	struct bpf_tc_hook hook = hook_of(key);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = CLSACT_HANDLE, .priority = CLSACT_PRIORITY);
	struct nc_hook_state state = {.mode = record ? record->mode : NC_MODE_AUTO};

	if (record && record->mode == NC_MODE_TCX)
		state.ours = link_holds(store, key);
	else if (record && bpf_tc_query(&hook, &opts) == 0)
		state.ours = opts.prog_id == record->prog_id;
	*ret = state;
	return 0;
}

int nc_tc_attach(const struct nc_store *store, const struct nc_link *link, enum nc_hook hook,
		 struct nc_device *record, struct nc_diag *diag)
{
	const struct nc_device_key key = {.ifindex = link->ifindex, .hook = hook};
	const char *side = is_egress(hook) ? "egress" : "ingress";
	_cleanup_(nc_root_closep) struct nc_root *root = NULL;
	struct bpf_program *program;
	int r, prog;

	r = nc_root_open(hook, store->slots[hook], store->stats, record->stats, &root, diag);
	if (r < 0)
		return r;
	r = bpf_object__load(nc_root_object(root));
	if (r < 0)
		return r == -EPERM || r == -EACCES
			       ? nc_diag_privilege(diag, r, "cannot load the tc program")
			       : nc_diag_errno(diag, NULL, r,
					       "the kernel refuses the tc program (%s)",
					       nc_libbpf_last_message());
	program = bpf_object__find_program_by_name(nc_root_object(root), NC_ROOT_EGRESS);
	prog = bpf_program__fd(program);
	record->mode = NC_MODE_TCX;
	r = attach_tcx(store, &key, prog);
	if (r < 0) {
		record->mode = NC_MODE_CLSACT;
		r = attach_clsact(&key, prog, record);
	}
	if (r < 0)
		return nc_diag_errno(diag, NULL, r, "cannot attach to the %s of %s", side,
				     link->name);
	record->prog_id = nc_prog_id(prog);
	return 0;
}
