/* SPDX-License-Identifier: GPL-2.0-only */
/* Network interfaces, asked of the kernel by libnl. Called by whatever attaches, publishes or shows devices. */
#include "link.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <string.h>

#include "util/cleanup.h"

static void socket_freep(struct nl_sock **socket)
{
	if (*socket)
		nl_socket_free(*socket);
}

static void link_putp(struct rtnl_link **link)
{
	if (*link)
		rtnl_link_put(*link);
}

static int error_of(int nl_error)
{
	switch (-nl_error) {
	case 0:
		return 0;
	case NLE_NODEV:
	case NLE_OBJ_NOTFOUND:
		return -ENODEV;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_PERM:
		return -EPERM;
	default:
		return -EIO;
	}
}

/* By index, or by name if that is 0. */
static int get_link(int ifindex, const char *name, struct nc_link *ret)
{
	_cleanup_(socket_freep) struct nl_sock *socket = nl_socket_alloc();
	_cleanup_(link_putp) struct rtnl_link *link = NULL;
	int r;

	if (!socket)
		return -ENOMEM;
	r = nl_connect(socket, NETLINK_ROUTE);
	if (r == 0)
		r = rtnl_link_get_kernel(socket, ifindex, name, &link);
	if (r < 0)
		return error_of(r);
	*ret = (struct nc_link){
		.ifindex = rtnl_link_get_ifindex(link),
		.arptype = rtnl_link_get_arptype(link),
		.mtu = rtnl_link_get_mtu(link),
		.group = rtnl_link_get_group(link),
	};
	snprintf(ret->name, sizeof(ret->name), "%s", rtnl_link_get_name(link));
	return 0;
}

int nc_link_by_name(const char *name, struct nc_link *ret)
{
	if (!*name || strlen(name) >= IFNAMSIZ)
		return -ENODEV;
	return get_link(0, name, ret);
}

int nc_link_by_index(__u32 ifindex, struct nc_link *ret)
{
	return get_link(ifindex, NULL, ret);
}

int nc_link_require(const char *name, const struct nc_loc *loc, struct nc_link *ret,
		    struct nc_diag *diag)
{
	int r = nc_link_by_name(name, ret);

	if (r == -ENODEV) {
		nc_diag_error(diag, loc, "there is no interface '%s' in this network namespace",
			      name);
		return r;
	}
	if (r < 0)
		return nc_diag_errno(diag, loc, r, "cannot look up interface '%s'", name);
	if (ret->arptype != ARPHRD_ETHER && ret->arptype != ARPHRD_LOOPBACK) {
		nc_diag_error(
			diag, loc,
			"the frames of interface '%s' have no Ethernet header, and netctl filters "
			"on Ethernet devices only",
			name);
		return -EOPNOTSUPP;
	}
	return 0;
}
