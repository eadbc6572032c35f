/* SPDX-License-Identifier: GPL-2.0-only */
/* The sets of a generation: their maps, where programs find them, and the steps that ask them. */
#ifndef NETCTL_KERN_SETS_H
#define NETCTL_KERN_SETS_H

#include "layer.h"
#include "load.h"

/* Outer maps, by class. */
extern const char *const nc_outer_names[_NC_CLASS_MAX];

/* The set maps of the image: kept ones again, the others made and filled. 0 or -errno with a message. */
int nc_sets_make(struct nc_generation *gen, const struct nc_image *image,
		 const struct nc_externals *ext, struct nc_diag *diag);

/* Before a program is loaded: what it is to know of hashes, and those that it names itself. */
void nc_sets_specialize(const struct nc_generation *gen, const struct nc_image *image,
			struct nc_spec *spec);
int nc_sets_bind(const struct nc_generation *gen, const struct nc_image *image,
		 const struct nc_layer *layer);

/* Afterwards: outer maps filled; steps told where their hashes are. 0 or -errno. */
int nc_sets_fill(const struct nc_generation *gen, const struct nc_image *image);
int nc_sets_place(const struct nc_generation *gen, const struct nc_image *image,
		  struct nc_step *steps);

#endif
