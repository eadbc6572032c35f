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
void nc_format_number(struct nc_key_part part, nc_num value, char text[NC_VALUE_SIZE]);
/* The symbol, or several joined by separator for flags; else the number. */
void nc_format_value(struct nc_key_part part, nc_num value, const char *separator, unsigned flags,
		     char text[NC_VALUE_SIZE]);
/* An end of a range. */
void nc_format_bound(struct nc_key_part part, nc_num value, unsigned flags,
		     char text[NC_VALUE_SIZE]);
/* A value, prefix or range, as an element of a set. */
void nc_format_interval(struct nc_key_part part, const struct nc_interval *interval, unsigned flags,
			char text[NC_VALUE_SIZE]);
/* Of nc_num as the bytes of a name; size: 17. */
void nc_format_name(nc_num value, char text[17]);

/* eval_time.c: in quotes, in local time */
void nc_format_date(nc_num ns, char text[NC_VALUE_SIZE]);
void nc_format_hour(nc_num seconds, char text[NC_VALUE_SIZE]);

/* Bits in front of the part that varies; -1 if the interval is no prefix of the type, or one value. */
int nc_interval_prefix(struct nc_key_part part, const struct nc_interval *interval);

/* Parts of a key, without allocation. */
struct nc_key_part nc_selector_part(const struct nc_selector *selector);

/* "<" and so on, and the number it stands before. */
const char *nc_match_order(const struct nc_match *match, nc_num *ret_value);

/* What a masked match of flags prints as. */
enum nc_flags_form {
	NC_FLAGS_NONE_OF, /* tcp flags ! syn,ack */
	NC_FLAGS_AND,	  /* tcp flags & syn == syn */
	NC_FLAGS_SLASH,	  /* tcp flags syn / syn,ack */
};

enum nc_flags_form nc_match_flags_form(const struct nc_match *match);

/* "10 mbytes": the largest unit that divides. */
const char *nc_byte_unit(uint64_t bytes, uint64_t *ret_number);
/* "1d2h3m4s5ms" */
void nc_format_time(uint64_t ms, char text[NC_VALUE_SIZE]);
const char *nc_unit_word(enum nc_unit unit);
const char *nc_verdict_word(enum nc_verdict_kind kind);
const char *nc_level_word(int level);

#endif
