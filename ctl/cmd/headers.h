/* SPDX-License-Identifier: GPL-2.0-only */
/* Decoded headers, shown: as a line near to tcpdump's, and as JSON with nft's names of headers and fields. */
#ifndef NETCTL_CMD_HEADERS_H
#define NETCTL_CMD_HEADERS_H

#include <stdio.h>

#include "util/decode.h"

/* "02:…:01 > 02:…:02 vlan 10 IP 192.0.2.1.1024 > 192.0.2.2.22: tcp [S] seq 1 win 512 payload 0", without newline */
void nc_headers_print(const struct nc_decoded *headers, FILE *out);

/* An object with a key for each header in it; the caller owns it. */
struct json_object;
struct json_object *nc_headers_json(const struct nc_decoded *headers);

#endif
