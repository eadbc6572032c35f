// SPDX-License-Identifier: GPL-2.0-only
/*
 * The form of a case:
 *
 *     flush ruleset
 *     table netdev t {
 *             …
 *     }
 *     frame 1, to f0: 0200…
 *
 * What stands before "flush ruleset" and behind the frames is passed over, so that a report can be kept as it is.
 */
#include "replay.h"
#include "arena.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void replay_print(const struct ruleset *ruleset, const struct packet *packets, unsigned n, FILE *to)
{
	ruleset_print(ruleset, to);
	for (unsigned i = 0; i < n; i++) {
		fprintf(to, "frame %u, to f%u: ", i + 1, packets[i].device);
		for (unsigned k = 0; k < packets[i].length; k++)
			fprintf(to, "%02x", packets[i].byte[k]);
		fputc('\n', to);
	}
}

static bool read_frame(const char *line, struct packet *packet)
{
	int at = 0;
	unsigned byte;

	packet->length = 0;
	if (sscanf(line, "frame %*u, to f%u: %n", &packet->device, &at) != 1 || !at ||
	    packet->device > 1)
		return false;
	for (line += at; packet->length < FRAME_MAX && sscanf(line, "%2x", &byte) == 1; line += 2)
		packet->byte[packet->length++] = byte;
	return packet->length >= 14;
}

int replay_read(const char *path, struct ruleset *ruleset, struct packet *packets, unsigned max)
{
	FILE *file = fopen(path, "r");
	size_t room = 0, size = 0;
	bool inside = false;
	char *line = NULL, *text = NULL;
	FILE *to;
	unsigned n = 0;

	if (!file) {
		fprintf(stderr, "oracle: %s: %s\n", path, strerror(errno));
		return -1;
	}
	to = open_memstream(&text, &size);
	while (to && getline(&line, &room, file) > 0) {
		if (!strncmp(line, "frame ", 6)) {
			inside = false;
			n += n < max && read_frame(line, &packets[n]);
		}
		inside = inside || (!n && !strcmp(line, "flush ruleset\n"));
		if (inside)
			fputs(line, to);
	}
	free(line);
	fclose(file);
	if (to)
		fclose(to);
	memset(ruleset, 0, sizeof(*ruleset));
	ruleset->text = say("%s", text ?: "");
	free(text);
	if (n)
		return n;
	fprintf(stderr, "oracle: %s: no frames\n", path);
	return -1;
}
