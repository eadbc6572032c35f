/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding and mounting the BPF filesystem. Called when a store is opened. */
#include "bpffs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>

#include "util/cleanup.h"

#define BPFFS	   "/sys/fs/bpf"
#define INIT_BPFFS "/proc/1/root/sys/fs/bpf"
#define HOW_TO	   "mount -t bpf bpf " BPFFS

static bool is_bpffs(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && (unsigned long)fs.f_type == BPF_FS_MAGIC;
}

/* Do we share the mount namespace of process 1? If that cannot be told, what is mounted here is what there is. */
static bool in_initial_mounts(void)
{
	struct stat ours, initial;

	if (stat("/proc/self/ns/mnt", &ours) < 0 || stat("/proc/1/ns/mnt", &initial) < 0)
		return true;
	return ours.st_ino == initial.st_ino && ours.st_dev == initial.st_dev;
}

static int mount_here(void)
{
	return mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") ? -errno
											 : 0;
}

/* In a child of ours, which alone changes its namespace. */
static int mount_in_initial(void)
{
	int status;
	pid_t child = fork();

	if (child < 0)
		return -errno;
	if (child == 0) {
		int fd = open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC);

		_exit(fd >= 0 && setns(fd, CLONE_NEWNS) == 0 ? -mount_here() : errno);
	}
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

static int copy_path(const char *path, char ret[NC_BPFFS_MAX])
{
	return snprintf(ret, NC_BPFFS_MAX, "%s", path) < NC_BPFFS_MAX ? 0 : -ENAMETOOLONG;
}

static int find_given(const char *path, char ret[NC_BPFFS_MAX], struct nc_diag *diag)
{
	if (!is_bpffs(path)) {
		nc_diag_error(diag, NULL,
			      "NETCTL_BPFFS names %s, which is no BPF filesystem; "
			      "mount -t bpf bpf %s",
			      path, path);
		return -ENOTDIR;
	}
	return copy_path(path, ret);
}

int nc_bpffs_find(bool may_mount, char ret[NC_BPFFS_MAX], struct nc_diag *diag)
{
	const char *given = getenv("NETCTL_BPFFS");
	bool initial;
	int r;

	if (given && *given)
		return find_given(given, ret, diag);
	if (is_bpffs(BPFFS))
		return copy_path(BPFFS, ret);
	initial = in_initial_mounts();
	if (!initial && is_bpffs(INIT_BPFFS))
		return copy_path(INIT_BPFFS, ret);
	if (!may_mount)
		return -ENOENT;
	r = initial ? mount_here() : mount_in_initial();
	if (r == -EPERM || r == -EACCES) {
		nc_diag_error(diag, NULL,
			      "there is no BPF filesystem on " BPFFS " and mounting it needs "
			      "root; as root: " HOW_TO);
		return r;
	}
	if (r < 0)
		return nc_diag_errno(diag, NULL, r,
				     "there is no BPF filesystem on " BPFFS
				     " and it cannot be mounted; try: " HOW_TO);
	return copy_path(initial ? BPFFS : INIT_BPFFS, ret);
}
