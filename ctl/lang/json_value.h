/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside lang: what rules, sets and objects have in common as JSON. Each function makes a new object that the caller owns. */
#ifndef NETCTL_LANG_JSON_VALUE_H
#define NETCTL_LANG_JSON_VALUE_H

#include <json-c/json.h>

#include "lang/print.h"

typedef struct json_object json;

/* --- building ----------------------------------------------------------------------------------------- */

json *nc_json_string(const char *text);
json *nc_json_of_number(uint64_t number);
/* The object gets the value. */
void nc_json_add(json *object, const char *key, json *value);
/* Unless text is NULL. */
void nc_json_add_text(json *object, const char *key, const char *text);
/* { key: value } */
json *nc_json_wrap(const char *key, json *value);
/* The only item of the array, which is used up, or the array. */
json *nc_json_alone(json *array);
/* [ first, second ] */
json *nc_json_pair(json *first, json *second);

/* --- values ------------------------------------------------------------------------------------------- */

/* A symbol, number or address; several flags as {"|": …}. */
json *nc_json_value(struct nc_key_part part, nc_num value);
/* The same, but several flags as a number: nft has them so where it does not look into a value. */
json *nc_json_opaque(struct nc_key_part part, nc_num value);
/* Flags, each by name: "syn" or ["syn", "ack"]. */
json *nc_json_flags(nc_num bits);
/* A value, prefix or range. */
json *nc_json_interval(struct nc_key_part part, const struct nc_interval *interval);
json *nc_json_prefix(struct nc_key_part part, const struct nc_interval *interval);
json *nc_json_range(struct nc_key_part part, const struct nc_interval *interval);
/* "@name" */
json *nc_json_reference(const char *set);

json *nc_json_verdict(const struct nc_do *verdict);

/* What an element is, of one part or a concatenation, without what stands behind it. */
json *nc_json_element_key(const nc_key_type *type, const struct nc_set_element *element);
/* A map's element: [key, data]; data without bits stands for a verdict. */
json *nc_json_mapping(json *key, const struct nc_element_more *more, struct nc_key_part data);

/* --- statements that rules and elements have ------------------------------------------------------------ */

/* {"limit": {…}}. */
json *nc_json_limit(const struct nc_limit *limit);
/* {"quota": {…}}, with what is used of it. */
json *nc_json_quota(const struct nc_quota *quota);
/* {"counter": {…}} */
json *nc_json_counter(const struct nc_counter *counter);
/* What elements carry, without its state: [{"counter": null}, …] */
json *nc_json_carried(unsigned carries, const struct nc_limit *limit, const struct nc_quota *quota);

#endif
