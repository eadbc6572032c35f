/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guard of an unconfirmed change. Called by apply.c.
 *
 * It is a grandchild of the command, in a session of its own, without files but the directory of the BPF filesystem, and
 * deaf to signals. Everything else is in the store: the record of the live generation names the guard and the deadline. Once
 * that has passed, the guard opens the store for writing, which takes the change back (kern/past.c). When the record is gone,
 * because of confirm or rollback, so is the guard.
 */
#include "cmd/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#define PAUSE_MS 200

/* Where the guard has its descriptors. */
enum { BPFFS_FD = 3, ALIVE_FD, REPORT_FD, _FD_MAX };

static void ignore_signals(void)
{
	static const int deaf_to[] = {SIGHUP,  SIGINT,	SIGQUIT, SIGTERM, SIGPIPE, SIGALRM,
				      SIGUSR1, SIGUSR2, SIGTSTP, SIGTTIN, SIGTTOU};

	for (size_t i = 0; i < sizeof(deaf_to) / sizeof(*deaf_to); i++)
		signal(deaf_to[i], SIG_IGN);
}

/* Keep three descriptors, under their numbers; /dev/null instead of the terminal. */
static int keep_descriptors(int bpffs, int alive, int report)
{
	const int kept[] = {bpffs, alive, report};
	int null = open("/dev/null", O_RDWR), high[3];

	if (null < 0)
		return -errno;
	for (int i = 0; i < 3; i++) {
		high[i] = fcntl(kept[i], F_DUPFD, 2 * _FD_MAX);
		if (high[i] < 0 || dup2(null, i) < 0)
			return -errno;
	}
	for (int i = 0; i < 3; i++) {
		if (dup2(high[i], BPFFS_FD + i) < 0)
			return -errno;
	}
	return close_range(_FD_MAX, ~0U, 0) < 0 ? -errno : 0;
}

/* 1: the record of the live generation names us; 0: it does not; -errno: who knows. */
static int look(struct nc_pending *ret)
{
	_cleanup_(nc_store_closep) struct nc_store *store = NULL;
	const struct nc_helper self = nc_helper_self();
	struct nc_pending pending;
	struct nc_diag unheard = {};
	int r = nc_store_open(NC_STORE_READ, &store, &unheard);

	nc_diag_free(&unheard);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (nc_pending_read(store, &pending) < 0 || pending.helper.pid != self.pid ||
	    pending.helper.start != self.start)
		return 0;
	*ret = pending;
	return 1;
}

static void take_back(void)
{
	_cleanup_(nc_store_closep) struct nc_store *store = NULL;
	struct nc_diag unheard = {};

	nc_store_open(NC_STORE_WRITE, &store, &unheard);
	nc_diag_free(&unheard);
}

/* Waits a little, or until its end. */
static bool command_lives(void)
{
	struct pollfd alive = {.fd = ALIVE_FD, .events = POLLIN};

	return poll(&alive, 1, PAUSE_MS) == 0;
}

static void doze(int64_t remaining_ns)
{
	const int64_t most = PAUSE_MS * INT64_C(1000000);
	struct timespec pause = {.tv_nsec = remaining_ns < most ? remaining_ns : most};

	nanosleep(&pause, NULL);
}

/* Until the change has been made: 1. 0: it has not, and will not be. */
static int wait_for_change(struct nc_pending *ret)
{
	bool lives = true;

	for (;;) {
		int r = look(ret);

		/* Once more after the command's end: it may have been the last thing that it did. */
		if (r > 0 || (r == 0 && !lives))
			return r;
		if (lives)
			lives = command_lives();
		else
			doze(INT64_MAX);
	}
}

/* Until it is confirmed, or somebody has taken it back. */
static void guard(void)
{
	struct nc_pending pending;
	int r = wait_for_change(&pending);

	while (r) {
		if (r < 0 || pending.remaining_ns > 0)
			doze(r < 0 ? INT64_MAX : pending.remaining_ns);
		else
			take_back();
		r = look(&pending);
	}
}

static void be_guard(int bpffs, int alive, int report)
{
	const struct nc_helper self = nc_helper_self();
	char path[32];

	ignore_signals();
	prctl(PR_SET_NAME, "netctl-guard");
	if (keep_descriptors(bpffs, alive, report) < 0 || chdir("/") < 0)
		return;
	/* The way to the BPF filesystem may lead through a process that ends. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", BPFFS_FD);
	if (setenv("NETCTL_BPFFS", path, 1) < 0 ||
	    write(REPORT_FD, &self, sizeof(self)) != sizeof(self))
		return;
	close(REPORT_FD);
	guard();
}

/* In the child: leave the session, so that nothing that ends it reaches us, and be nobody's child. */
static void leave(int bpffs, int alive, int report)
{
	pid_t pid;

	if (setsid() < 0)
		_exit(1);
	pid = fork();
	if (pid == 0)
		be_guard(bpffs, alive, report);
	_exit(pid < 0);
}

static int receive(int report, struct nc_helper *ret)
{
	struct nc_helper helper;
	ssize_t n;

	do {
		n = read(report, &helper, sizeof(helper));
	} while (n < 0 && errno == EINTR);
	if (n != sizeof(helper) || !helper.start)
		return n < 0 ? -errno : -ECHILD;
	*ret = helper;
	return 0;
}

static int start(int bpffs, const int alive[2], int report[2], struct nc_helper *ret)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		close(alive[1]);
		leave(bpffs, alive[0], report[1]);
	}
	close(TAKE_FD(report[1]));
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return receive(report[0], ret);
}

int nc_guard_start(uint32_t seconds, struct nc_guard *ret, struct nc_diag *diag)
{
	_cleanup_close_ int bpffs = nc_helper_hold(diag);
	int alive[2] = {-1, -1}, report[2] = {-1, -1};
	struct nc_guard guard = {.seconds = seconds};
	int r = 0;

	if (bpffs < 0)
		return bpffs;
	if (pipe2(alive, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0)
		r = -errno;
	if (r == 0)
		r = start(bpffs, alive, report, &guard.helper);
	closep(&alive[0]);
	closep(&report[0]);
	closep(&report[1]);
	if (r < 0) {
		closep(&alive[1]);
		return nc_diag_errno(
			diag, NULL, r,
			"cannot start the process that would roll an unconfirmed change back");
	}
	guard.alive = alive[1];
	*ret = guard;
	return 0;
}

void nc_guard_release(struct nc_guard *guard)
{
	closep(&guard->alive);
	guard->alive = -1;
}
