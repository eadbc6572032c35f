/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The XDP hook of an interface, by libxdp: its dispatcher where the kernel allows one (several programs on the hook), its
 * single-program way where not. Called by device.c alone.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>
#include <xdp/libxdp.h>

#include "device.h"
#include "load.h"

static void program_closep(struct xdp_program **program)
{
	if (*program && !libxdp_get_error(*program))
		xdp_program__close(*program);
}

static void multiprog_closep(struct xdp_multiprog **multiprog)
{
	if (*multiprog && !libxdp_get_error(*multiprog))
		xdp_multiprog__close(*multiprog);
}

#define _cleanup_program_   _cleanup_(program_closep)
#define _cleanup_multiprog_ _cleanup_(multiprog_closep)

static enum xdp_attach_mode libxdp_mode(enum nc_attach_mode mode)
{
	return mode == NC_MODE_GENERIC ? XDP_MODE_SKB : XDP_MODE_NATIVE;
}

/* Is it ours: by id, or by name where a record was interrupted before it had the id. */
static bool is_ours(const struct nc_device *record, __u32 id, const char *name)
{
	return record &&
	       (record->prog_id ? id == record->prog_id : strcmp(name, NC_ROOT_INGRESS) == 0);
}

static void program_name(__u32 id, char name[16])
{
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);
	_cleanup_close_ int fd = bpf_prog_get_fd_by_id(id);

	name[0] = '\0';
	if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &length))
		snprintf(name, 16, "%s", info.name);
}

/* Our root among the dispatcher's programs. */
static bool dispatcher_has_ours(struct xdp_multiprog *multiprog, const struct nc_device *record)
{
	struct xdp_program *program = NULL;

	while ((program = xdp_multiprog__next_prog(program, multiprog))) {
		if (is_ours(record, xdp_program__id(program), xdp_program__name(program)))
			return true;
	}
	return false;
}

int nc_xdp_state(const struct nc_store *store, __u32 ifindex, const struct nc_device *record,
		 struct nc_hook_state *ret)
{
	_cleanup_multiprog_ struct xdp_multiprog *multiprog = NULL;
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	struct nc_hook_state state = {};
	__u32 id;

	(void)store;
	if (bpf_xdp_query(ifindex, 0, &query) < 0)
		return -errno;
	id = query.drv_prog_id ?: query.skb_prog_id ?: query.hw_prog_id ?: query.prog_id;
	if (!id) {
		*ret = state;
		return 0;
	}
	state.mode = query.skb_prog_id && !query.drv_prog_id ? NC_MODE_GENERIC : NC_MODE_NATIVE;
	multiprog = xdp_multiprog__get_from_ifindex(ifindex);
	state.dispatcher = !libxdp_get_error(multiprog) && !xdp_multiprog__is_legacy(multiprog);
	program_name(id, state.other_name);
	state.ours = state.dispatcher ? dispatcher_has_ours(multiprog, record)
				      : is_ours(record, id, state.other_name);
	if (!state.ours)
		state.other_prog_id = id;
	*ret = state;
	return 0;
}

/* In one mode. The error is libxdp's, without message. */
static int attach_in_mode(const struct nc_store *store, __u32 ifindex, enum nc_attach_mode mode,
			  struct nc_device *record, struct nc_diag *diag)
{
	_cleanup_multiprog_ struct xdp_multiprog *multiprog = NULL;
	_cleanup_program_ struct xdp_program *program = NULL;
	_cleanup_(nc_root_closep) struct nc_root *root = NULL;
	DECLARE_LIBXDP_OPTS(xdp_program_opts, opts, .prog_name = NC_ROOT_INGRESS);
	int r;

	r = nc_root_open(NC_HOOK_INGRESS, store->slots[NC_HOOK_INGRESS], store->stats,
			 record->stats, &root, diag);
	if (r < 0)
		return r;
	opts.obj = nc_root_object(root);
	program = xdp_program__create(&opts);
	if (libxdp_get_error(program))
		return libxdp_get_error(program);
	/* Programs behind ours in a dispatcher run where ours passes. */
	xdp_program__set_chain_call_enabled(program, XDP_PASS, true);
	r = xdp_program__attach(program, ifindex, libxdp_mode(mode), 0);
	if (r < 0)
		return r;
	multiprog = xdp_multiprog__get_from_ifindex(ifindex);
	record->dispatcher = !libxdp_get_error(multiprog) && !xdp_multiprog__is_legacy(multiprog);
	record->prog_id = xdp_program__id(program);
	record->mode = mode;
	return 0;
}

static int refuse(const struct nc_link *link, enum nc_attach_mode mode, int r, struct nc_diag *diag)
{
	const char *why = nc_libbpf_last_message();

	if (r == -EPERM || r == -EACCES)
		return nc_diag_privilege(diag, r, "cannot attach");
	return nc_diag_errno(diag, NULL, r, "cannot attach to %s in %s mode%s%s", link->name,
			     mode == NC_MODE_GENERIC ? "generic" : "native", *why ? ": " : "", why);
}

/* The kernel's words for what a driver cannot do. */
static bool driver_cannot(int r)
{
	return r == -EOPNOTSUPP || r == -EINVAL || r == -ERANGE || r == -ENOTSUP || r == -ENOMEM ||
	       r == -E2BIG;
}

int nc_xdp_attach(const struct nc_store *store, const struct nc_link *link,
		  enum nc_attach_mode mode, struct nc_device *record, struct nc_diag *diag)
{
	enum nc_attach_mode first = mode == NC_MODE_GENERIC ? NC_MODE_GENERIC : NC_MODE_NATIVE;
	char why[256];
	int r;

	setenv("LIBXDP_BPFFS", store->bpffs, 0);
	nc_libbpf_silence();
	r = attach_in_mode(store, link->ifindex, first, record, diag);
	if (r == 0)
		return 0;
	if (mode != NC_MODE_AUTO || !driver_cannot(r))
		return refuse(link, first, r, diag);
	snprintf(why, sizeof(why), "%s%s%s", strerror(-r), *nc_libbpf_last_message() ? ", " : "",
		 nc_libbpf_last_message());
	nc_libbpf_silence();
	r = attach_in_mode(store, link->ifindex, NC_MODE_GENERIC, record, diag);
	if (r < 0)
		return refuse(link, NC_MODE_GENERIC, r, diag);
	nc_diag_note(
		diag, NULL,
		"%s: the driver refuses native XDP (%s); attached in generic mode, which is slower",
		link->name, why);
	return 0;
}

/* Only if ours is still there. */
static int detach_single(__u32 ifindex, const struct nc_device *record)
{
	_cleanup_close_ int fd = bpf_prog_get_fd_by_id(record->prog_id);
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts, .old_prog_fd = fd);
	__u32 flags = XDP_FLAGS_REPLACE |
		      (record->mode == NC_MODE_GENERIC ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);

	if (fd < 0)
		return -errno;
	return bpf_xdp_detach(ifindex, flags, &opts);
}

static int detach_from_dispatcher(__u32 ifindex, const struct nc_device *record)
{
	_cleanup_multiprog_ struct xdp_multiprog *multiprog =
		xdp_multiprog__get_from_ifindex(ifindex);
	_cleanup_program_ struct xdp_program *program = NULL;

	if (libxdp_get_error(multiprog))
		return libxdp_get_error(multiprog);
	program = xdp_program__from_id(record->prog_id);
	if (libxdp_get_error(program))
		return libxdp_get_error(program);
	return xdp_program__detach(program, ifindex, xdp_multiprog__attach_mode(multiprog), 0);
}

int nc_xdp_detach(const struct nc_store *store, __u32 ifindex, const struct nc_device *record)
{
	setenv("LIBXDP_BPFFS", store->bpffs, 0);
	nc_libbpf_silence();
	return record->dispatcher ? detach_from_dispatcher(ifindex, record)
				  : detach_single(ifindex, record);
}

int nc_xdp_clear(__u32 ifindex)
{
	_cleanup_multiprog_ struct xdp_multiprog *multiprog =
		xdp_multiprog__get_from_ifindex(ifindex);

	if (!libxdp_get_error(multiprog))
		return xdp_multiprog__detach(multiprog);
	return libxdp_get_error(multiprog);
}
