/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside lang: reading a script with or without the comments that a stored text carries. */
#ifndef NETCTL_LANG_SCRIPT_H
#define NETCTL_LANG_SCRIPT_H

#include "lang/ast.h"

/* nc_script_parse(); with stored, "# handle N" comments are read into the tree. */
int nc_script_read(const struct nc_source *source, bool stored, struct nc_script **ret,
		   struct nc_diag *diag);

#endif
