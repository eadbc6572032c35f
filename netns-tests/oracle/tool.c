// SPDX-License-Identifier: GPL-2.0-only
/* A child with its output in memory files, so that no pipe can fill up. */
#include "tool.h"
#include "arena.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMEOUT_S 60

static void become(const struct run *run, int netns, char *const argv[])
{
	cpu_set_t every;

	memset(&every, 0xff, sizeof(every));
	sched_setaffinity(0, sizeof(every), &every);
	if (setns(netns, CLONE_NEWNET) || dup2(run->out_fd, 1) < 0 || dup2(run->err_fd, 2) < 0)
		_exit(126);
	alarm(TIMEOUT_S);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

int tool_start(struct run *run, int netns, char *const argv[])
{
	*run = (struct run){};
	run->out_fd = memfd_create("out", MFD_CLOEXEC);
	run->err_fd = memfd_create("err", MFD_CLOEXEC);
	if (run->out_fd < 0 || run->err_fd < 0)
		return -1;
	run->pid = fork();
	if (!run->pid)
		become(run, netns, argv);
	return run->pid < 0 ? -1 : 0;
}

static char *slurp(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = arena_new(size + 1);

	if (pread(fd, text, size, 0) != size)
		*text = '\0';
	close(fd);
	return text;
}

int tool_wait(struct run *run)
{
	if (waitpid(run->pid, &run->status, 0) < 0)
		return -1;
	run->out = slurp(run->out_fd);
	run->err = slurp(run->err_fd);
	return 0;
}
