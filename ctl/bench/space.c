/* SPDX-License-Identifier: GPL-2.0-only */
/* Making and entering namespaces. */
#include "space.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>

#include "spawn.h"
#include "util/cleanup.h"

#define BPFFS "/sys/fs/bpf"

/* Where the process was; -1: no space was made yet. */
static int home = -1;

static int this_netns(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Pins of our own, seen by nobody else. */
static int hide_pins(struct nc_diag *diag)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700"))
		return nc_diag_errno(diag, NULL, -errno,
				     "cannot mount a BPF filesystem of one's own");
	return 0;
}

static int remember_home(struct nc_diag *diag)
{
	int r;

	if (home >= 0)
		return 0;
	r = hide_pins(diag);
	if (r < 0)
		return r;
	r = this_netns();
	if (r >= 0)
		home = r;
	return r < 0 ? r : 0;
}

static int furnish(struct nc_diag *diag)
{
	return nc_spawn_shell(
		"echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null || true\n"
		"echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6 2>/dev/null || true\n"
		"ip link add " NC_SPACE_DEVICE
		" address 02:00:00:00:00:02 type veth peer name " NC_SPACE_SENDER
		" address 02:00:00:00:00:01\n"
		"ip link set lo up\n"
		"ip link set " NC_SPACE_DEVICE " up\n"
		"ip link set " NC_SPACE_SENDER " up\n"
		"ethtool -K " NC_SPACE_DEVICE " gro on\n",
		diag);
}

int nc_space_open(struct nc_space *ret, struct nc_diag *diag)
{
	struct nc_space space;
	int r = remember_home(diag);

	if (r < 0)
		return r;
	if (unshare(CLONE_NEWNET))
		return nc_diag_errno(diag, NULL, -errno, "cannot make a network namespace");
	space.netns = this_netns();
	r = space.netns < 0 ? space.netns : furnish(diag);
	nc_space_leave();
	if (r < 0)
		nc_space_close(&space);
	else
		*ret = space;
	return r;
}

void nc_space_close(struct nc_space *space)
{
	closep(&space->netns);
	space->netns = -1;
}

int nc_space_enter(const struct nc_space *space, struct nc_diag *diag)
{
	return setns(space->netns, CLONE_NEWNET)
		       ? nc_diag_errno(diag, NULL, -errno, "cannot enter a network namespace")
		       : 0;
}

void nc_space_leave(void)
{
	if (home >= 0 && setns(home, CLONE_NEWNET))
		abort();
}
