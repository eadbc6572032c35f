/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON as input: libnftables-json(5), schema version 1, becomes nft's own text, which then goes through the ordinary
 * parser. There is one grammar and one meaning; this layer only knows how JSON spells it.
 */
#ifndef NETCTL_LANG_JSON_READ_H
#define NETCTL_LANG_JSON_READ_H

#include "util/diag.h"

/* Is this text JSON? Its first byte that is not blank is '{' then: no command begins so. */
bool nc_json_is(const struct nc_source *source);

/*
 * Translate: *ret_text is malloc()ed nft text, NUL-terminated, one command a line, that means what the JSON means
 * to nft 1.0.6. All errors are reported, at their place in source: what is no JSON by line and column, what is no
 * schema by its path as well ("nftables[3].add.rule.expr[1].match.right"). Strings cannot smuggle syntax: one that
 * would be more than a word or a quoted string is refused. 0, -EINVAL or -ENOMEM; *ret_text is untouched on failure.
 */
int nc_json_translate(const struct nc_source *source, char **ret_text, size_t *ret_length,
		      struct nc_diag *diag);

#endif
