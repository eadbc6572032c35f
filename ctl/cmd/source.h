/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts that commands are read from. */
#ifndef NETCTL_CMD_SOURCE_H
#define NETCTL_CMD_SOURCE_H

#include "lang/lang.h"
#include "util/diag.h"

/* Read a file, or standard input for "-", whole; JSON becomes the nft text it means. text is the caller's to
 * free. 0 or -errno with a message. */
int nc_source_read(const char *path, struct nc_source *ret, char **ret_text, struct nc_diag *diag);

/*
 * For nc_script_parse(): the files of an "include", by glob(7), in the order of their names. What does not begin with "/" or
 * "./" is looked for beside the including file, then in /etc. A pattern that matches nothing includes nothing; a name that
 * is no pattern must be there. Between the two, directories of "-I". Pattern NULL asks for what comes before a text: definitions
 * of "-D".
 */
int nc_source_include(void *context, const char *pattern, const struct nc_loc *loc, nc_sources *ret,
		      struct nc_diag *diag);

/* "-D NAME=VALUE": of all texts that are read from here on; -EINVAL: it is none. "-I DIRECTORY". -ENOMEM. */
int nc_source_define(const char *definition);
int nc_source_search(const char *directory);

/* The ruleset that a text describes by itself. 0 or -errno with messages. */
int nc_source_ruleset(const struct nc_source *source, struct nc_ruleset **ret,
		      struct nc_diag *diag);

/* The words of a command line as one text. -ENOMEM. */
int nc_source_join(int argc, char **argv, struct nc_source *ret, char **ret_text);

#endif
