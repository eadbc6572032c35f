/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside lang: reading a script with or without the comments that a stored text carries; its messages in order. */
#ifndef NETCTL_LANG_SCRIPT_H
#define NETCTL_LANG_SCRIPT_H

#include "lang/ast.h"

/* Sort what was appended since the message numbered first by place. */
void nc_script_sort_messages(struct nc_diag *diag, size_t first);

/* nc_script_parse(); with stored, "# handle N" comments are read into the tree. */
int nc_script_read(const struct nc_source *source, bool stored, nc_include_fn *include,
		   void *context, struct nc_script **ret, struct nc_diag *diag);

#endif
