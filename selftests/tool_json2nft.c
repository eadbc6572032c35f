/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON on standard input, the nft text that it means on standard output. For netns-tests/json_in.t. */
#include <stdio.h>

#include "lang/json_read.h"
#include "util/cleanup.h"

int main(void)
{
	_cleanup_free_ char *json = NULL, *text = NULL;
	struct nc_source source = {.name = "-"};
	struct nc_diag diag = {};
	size_t room = 0, length;
	ssize_t n = getdelim(&json, &room, 0, stdin);

	source.text = json;
	source.length = n < 0 ? 0 : n;
	if (nc_json_translate(&source, &text, &length, &diag) < 0) {
		nc_diag_print(&diag, stderr, false);
		return 1;
	}
	fwrite(text, 1, length, stdout);
	return 0;
}
