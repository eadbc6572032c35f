/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside bench: other programs, run in the network namespace of the caller. They die with this process. */
#ifndef NETCTL_BENCH_SPAWN_H
#define NETCTL_BENCH_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

#include "util/diag.h"

/* A text for a program's standard input: filled through a stream, then spawned with. */
struct nc_input {
	int fd; /* a memory file, -1: none */
};

FILE *nc_input_open(struct nc_input *input);
void nc_input_close(struct nc_input *input);

/*
 * Run a program and wait. input: NULL for none; it begins at its first byte each time. seconds: killed then, 0 for never.
 * 0; -ENOENT without message if it is not installed; -ETIME or -EIO with a message that has the program's own last words.
 */
int nc_spawn(const char *const argv[], const struct nc_input *input, unsigned seconds,
	     struct nc_diag *diag);
/* The same by a line for the shell. */
int nc_spawn_shell(const char *script, struct nc_diag *diag);

/* Is a program on the PATH? */
bool nc_spawn_has(const char *program);

/* This program. */
#define NC_SELF "/proc/self/exe"

#endif
