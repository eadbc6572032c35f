/* SPDX-License-Identifier: GPL-2.0-only */
/* Noticing that the ruleset at work has changed, without reading it. Called by "monitor". */
#include <errno.h>

#include "store.h"

int nc_watch(uint64_t *ret, struct nc_diag *diag)
{
	_cleanup_(nc_store_closep) struct nc_store *store = NULL;
	int r = nc_store_open(NC_STORE_READ, &store, diag);

	if (r == -ENOENT) {
		*ret = 0;
		return 0;
	}
	if (r < 0)
		return r;
	*ret = (uint64_t)nc_store_published(store, NC_HOOK_EGRESS) << 32 |
	       nc_store_published(store, NC_HOOK_INGRESS);
	return 0;
}
