/* SPDX-License-Identifier: GPL-2.0-only */
/* The line on a terminal that shows how far a command has come that takes longer than a second. Called by main(). */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "util/progress.h"

#define FIRST_MS 1000
#define EVERY_MS 100

static int64_t began_ms, shown_ms; /* shown_ms 0: there is no line */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void show(const char *what, uint64_t done, uint64_t total)
{
	int64_t now = now_ms();

	if (now - began_ms < FIRST_MS || now - shown_ms < EVERY_MS || !total)
		return;
	shown_ms = now;
	fprintf(stderr, "\r%s: %u%%\033[K", what, (unsigned)(done * 100 / total));
	fflush(stderr);
}

void nc_progress_begin(void)
{
	began_ms = now_ms();
	if (isatty(STDERR_FILENO))
		nc_progress_listen(show);
}

void nc_progress_end(void)
{
	nc_progress_listen(NULL);
	if (shown_ms)
		fputs("\r\033[K", stderr);
	shown_ms = 0;
}
