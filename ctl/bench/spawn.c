/* SPDX-License-Identifier: GPL-2.0-only */
/* Starting processes, and what they said. */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "util/cleanup.h"

#define PATH_DEFAULT "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"

FILE *nc_input_open(struct nc_input *input)
{
	int copy;

	input->fd = memfd_create("bench", MFD_CLOEXEC);
	copy = input->fd < 0 ? -1 : fcntl(input->fd, F_DUPFD_CLOEXEC, 0);
	return copy < 0 ? NULL : fdopen(copy, "w");
}

void nc_input_close(struct nc_input *input)
{
	closep(&input->fd);
	input->fd = -1;
}

bool nc_spawn_has(const char *program)
{
	const char *path = getenv("PATH") ?: PATH_DEFAULT;
	char candidate[512];

	for (; *path; path += strcspn(path, ":"), path += *path == ':') {
		snprintf(candidate, sizeof(candidate), "%.*s/%s", (int)strcspn(path, ":"), path,
			 program);
		if (access(candidate, X_OK) == 0)
			return true;
	}
	return false;
}

/* In the child, which has its parent's memory until then: nothing is changed in it. */
static void become(const char *const argv[], int in, int words)
{
	int null = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(in < 0 ? null : in, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(words, STDERR_FILENO);
	execvp(argv[0], (char *const *)argv);
	_exit(errno == ENOENT ? 127 : 126);
}

/* Wait for the end of a process; after that time it is killed. */
static int await(pid_t pid, unsigned seconds, int *ret_status)
{
	_cleanup_close_ int fd = syscall(SYS_pidfd_open, pid, 0);
	struct pollfd ended = {.fd = fd, .events = POLLIN};
	bool late = fd >= 0 && seconds && poll(&ended, 1, seconds * 1000) == 0;

	if (late)
		kill(pid, SIGKILL);
	while (waitpid(pid, ret_status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return late ? -ETIME : 0;
}

/* The first line that a program has written, without its end. */
static void read_words(int fd, char *ret, size_t size)
{
	ssize_t n = pread(fd, ret, size - 1, 0);

	ret[n > 0 ? n : 0] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
}

int nc_spawn(const char *const argv[], const struct nc_input *input, unsigned seconds,
	     struct nc_diag *diag)
{
	_cleanup_close_ int words = memfd_create("words", MFD_CLOEXEC);
	char said[160];
	int status, r;
	pid_t pid;

	if (words < 0)
		return -errno;
	if (input)
		lseek(input->fd, 0, SEEK_SET);
	/* Not fork(): copying the page tables of a process that has compiled 100,000 rules takes longer than many a change. */
	pid = vfork();
	if (pid < 0)
		return nc_diag_errno(diag, NULL, -errno, "cannot start %s", argv[0]);
	if (!pid)
		become(argv, input ? input->fd : -1, words);
	r = await(pid, seconds, &status);
	if (r == -ETIME)
		nc_diag_error(diag, NULL, "%s has not ended within %u seconds", argv[0], seconds);
	if (r < 0 || status == 0)
		return r;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return -ENOENT;
	read_words(words, said, sizeof(said));
	nc_diag_error(diag, NULL, "%s has failed: %s", argv[0], said);
	return -EIO;
}

int nc_spawn_shell(const char *script, struct nc_diag *diag)
{
	const char *const argv[] = {"/bin/sh", "-ec", script, NULL};

	return nc_spawn(argv, NULL, 0, diag);
}
