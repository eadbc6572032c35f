/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside kern: the next program, loaded before it is known. Verifying it takes a third of an edit's time, and depends on
 * nothing but its constants and its maps' sizes, which an edit of one rule mostly leaves alone.
 */
#ifndef NETCTL_KERN_FORESIGHT_H
#define NETCTL_KERN_FORESIGHT_H

#include <linux/types.h>
#include <stdbool.h>

#include "layer.h"

struct nc_foresight;

/* Begin to load, in a thread, XDP's program as the one with this id was. NULL: that cannot be done. */
struct nc_foresight *nc_foresight_begin(__u32 prog_id);

/*
 * If what has been loaded is what layer, sized and specialised, would be when loaded: wait for it, put it into layer's place, true.
 * Else, and if foresight is NULL, nothing happens.
 */
bool nc_foresight_take(struct nc_foresight *foresight, struct nc_layer *layer);

void nc_foresight_free(struct nc_foresight *foresight);

#endif
