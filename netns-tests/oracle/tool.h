/* SPDX-License-Identifier: GPL-2.0-only */
/* nft or netctl, run in a namespace. */
#ifndef NETCTL_ORACLE_TOOL_H
#define NETCTL_ORACLE_TOOL_H

#include <sys/types.h>

struct run {
	pid_t pid;
	int out_fd, err_fd;
	int status;	 /* of waitpid */
	char *out, *err; /* in the arena */
};

/* Two can run side by side: start both, then wait for both. */
int tool_start(struct run *run, int netns, char *const argv[]);
int tool_wait(struct run *run);

#endif
