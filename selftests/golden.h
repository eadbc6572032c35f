/* SPDX-License-Identifier: GPL-2.0-only */
/* Golden files: a directory of inputs, each with the output that is expected of it. UPDATE=1 writes the outputs. */
#ifndef NETCTL_SELFTESTS_GOLDEN_H
#define NETCTL_SELFTESTS_GOLDEN_H

#include <stddef.h>

/* A file's bytes, NUL-terminated; the test fails if it cannot be read. */
char *golden_read(const char *path, size_t *ret_length);

/* Call fn for every file of dir that ends with suffix, sorted by name. Returns how many there were. */
typedef void golden_fn(const char *path, void *context);
size_t golden_each(const char *dir, const char *suffix, golden_fn *fn, void *context);

/*
 * Compare with the file beside input that has suffix instead of input's own. The file may be absent when output equals
 * input_text (may be NULL: it may not be absent). Prints both on a difference; returns 1 then, else 0.
 */
int golden_compare(const char *input, const char *suffix, const char *output,
		   const char *input_text);

#endif
