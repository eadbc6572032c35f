/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nft(8) reserves, and what of its grammar netctl refuses, by word, with the reason or what to write instead. Used by
 * the parser, and by eval for values that are none. docs/language.md has all of it.
 */
#ifndef NETCTL_LANG_WORDS_H
#define NETCTL_LANG_WORDS_H

#include <stdbool.h>

/* nft reads the word as a keyword wherever a name may stand. */
bool nc_word_reserved(const char *word);

/* Where a word that netctl refuses may stand in nft's grammar. */
enum nc_unsupported {
	NC_UNSUPPORTED_COMMAND,	  /* "describe" */
	NC_UNSUPPORTED_OBJECT,	  /* "flowtable" */
	NC_UNSUPPORTED_SET,	  /* "ct" in a set's block */
	NC_UNSUPPORTED_ELEMENT,	  /* "ct" behind an element */
	NC_UNSUPPORTED_STATEMENT, /* "reject"; headers that netctl does not know */
};

/*
 * Does nft know the word there? Then the user is told why not rather than that it is a mistake. *ret_advice: the reason, or
 * what to do instead.
 */
bool nc_word_unsupported(enum nc_unsupported where, const char *word, const char **ret_advice);

/* The same for a field of a header: "ip", "option". */
bool nc_field_unsupported(const char *header, const char *field, const char **ret_advice);

#endif
