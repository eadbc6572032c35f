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

#define BPFFS  "/sys/fs/bpf"
#define HOW_TO "mount -t bpf bpf " BPFFS

static bool is_bpffs(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && (unsigned long)fs.f_type == BPF_FS_MAGIC;
}

/* Can we see the mount namespace of a process, and which is it? */
static bool mount_namespace(pid_t pid, struct stat *ret)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	return stat(path, ret) == 0;
}

static pid_t parent_of(pid_t pid)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[64];
	pid_t parent;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	/* The name in parentheses may hold anything but ends with the last one. */
	return file && fscanf(file, "%*d (%*[^\n)]) %*c %d", &parent) == 1 ? parent : 0;
}

/*
 * The process whose mounts last: 1; where that is not ours to look at, our eldest ancestor that is. 0: its mount namespace
 * is ours.
 */
static pid_t find_keeper(void)
{
	struct stat ours, theirs;
	pid_t keeper = 0;

	if (!mount_namespace(getpid(), &ours))
		return 0;
	if (mount_namespace(1, &theirs)) {
		keeper = 1;
	} else {
		for (pid_t pid = getppid(); pid > 1 && mount_namespace(pid, &theirs);
		     pid = parent_of(pid))
			keeper = pid;
		if (keeper && !mount_namespace(keeper, &theirs))
			return 0;
	}
	return !keeper || (theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev) ? 0
											 : keeper;
}

static int mount_here(void)
{
	return mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") ? -errno
											 : 0;
}

/* In the keeper's mount namespace, which a child of ours enters. */
static int mount_there(pid_t keeper)
{
	char path[64];
	int status;
	pid_t child;

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", keeper);
	child = fork();
	if (child < 0)
		return -errno;
	if (child == 0) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

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
	char path[64] = BPFFS;
	pid_t keeper;
	int r;

	if (given && *given)
		return find_given(given, ret, diag);
	if (is_bpffs(BPFFS))
		return copy_path(BPFFS, ret);
	keeper = find_keeper();
	if (keeper)
		snprintf(path, sizeof(path), "/proc/%d/root" BPFFS, keeper);
	if (is_bpffs(path))
		return copy_path(path, ret);
	if (!may_mount && geteuid() == 0)
		return -ENOENT;
	if (!may_mount) {
		nc_diag_error(diag, NULL,
			      "permission denied: where netctl keeps the ruleset can be seen by "
			      "root only");
		return -EACCES;
	}
	r = keeper ? mount_there(keeper) : mount_here();
	if (r == -EPERM || r == -EACCES) {
		nc_diag_error(diag, NULL,
			      "there is no BPF filesystem on " BPFFS
			      " and mounting it needs root; as "
			      "root: " HOW_TO);
		return r;
	}
	if (r < 0)
		return nc_diag_errno(diag, NULL, r,
				     "there is no BPF filesystem on " BPFFS
				     " and it cannot be mounted; "
				     "try: " HOW_TO);
	return copy_path(path, ret);
}
