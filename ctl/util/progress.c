/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports of progress, handed on to whoever listens. */
#include "util/progress.h"

#include <stddef.h>

static nc_progress_fn *listener;

void nc_progress_listen(nc_progress_fn *fn)
{
	listener = fn;
}

void nc_progress(const char *what, uint64_t done, uint64_t total)
{
	if (listener)
		listener(what, done, total);
}
