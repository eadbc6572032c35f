/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside lang: values as text, for the printer and for JSON. */
#ifndef NETCTL_LANG_PRINT_H
#define NETCTL_LANG_PRINT_H

#include "lang/lang.h"

/* Room for any value, prefix or range. */
#define NC_VALUE_SIZE 128

/* The symbol of a value, or NULL. */
const char *nc_value_symbol(enum nc_type type, nc_num value);
/* Addresses as such, numbers in the base that nft prints them in. */
void nc_format_number(enum nc_type type, nc_num value, char text[NC_VALUE_SIZE]);
/* The symbol, or several joined by separator for flags; else the number. */
void nc_format_value(enum nc_type type, nc_num value, const char *separator, unsigned flags,
		     char text[NC_VALUE_SIZE]);
/* A value, prefix or range, as an element of a set. */
void nc_format_interval(enum nc_type type, const struct nc_interval *interval, unsigned flags,
			char text[NC_VALUE_SIZE]);

/* Bits in front of the part that varies; -1 if the interval is no prefix of the type, or one value. */
int nc_interval_prefix(enum nc_type type, const struct nc_interval *interval);

/* "<" and so on, and the number it stands before. */
const char *nc_match_order(const struct nc_match *match, nc_num *ret_value);

/* What a masked match of flags prints as. */
enum nc_flags_form {
	NC_FLAGS_NONE_OF, /* tcp flags ! syn,ack */
	NC_FLAGS_AND,	  /* tcp flags & syn == syn */
	NC_FLAGS_SLASH,	  /* tcp flags syn / syn,ack */
};

enum nc_flags_form nc_match_flags_form(const struct nc_match *match);

#endif
