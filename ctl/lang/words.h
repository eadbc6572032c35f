/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nft(8) reserves and what netctl does not support yet, by word, so that it can be refused by name. Used by
 * the parser, and by eval for values that are none.
 */
#ifndef NETCTL_LANG_WORDS_H
#define NETCTL_LANG_WORDS_H

#include <stdbool.h>

/* nft reads the word as a keyword wherever a name may stand. */
bool nc_word_reserved(const char *word);

/* Where a word that netctl does not support may stand in nft's grammar. */
enum nc_unsupported {
	NC_UNSUPPORTED_COMMAND,	  /* "monitor", "include" */
	NC_UNSUPPORTED_OBJECT,	  /* "map" */
	NC_UNSUPPORTED_SET,	  /* "timeout" in a set's block, and among its flags */
	NC_UNSUPPORTED_ELEMENT,	  /* "timeout" behind an element */
	NC_UNSUPPORTED_STATEMENT, /* "jump"; headers that netctl does not know */
};

/*
 * Does nft know the word there? Then the user is told what is missing rather than that it is a mistake.
 * *ret_advice: what to do instead, or NULL.
 */
bool nc_word_unsupported(enum nc_unsupported where, const char *word, const char **ret_advice);

/* nft knows the field of this header ("ip", "ttl"), netctl does not. */
bool nc_field_unsupported(const char *header, const char *field);

#endif
