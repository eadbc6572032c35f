/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside "explain": frames on their way in, and what became of them on its way out. */
#ifndef NETCTL_CMD_EXPLAIN_H
#define NETCTL_CMD_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cmd/cmd.h"
#include "kern/kern.h"

/* What the user asked for. */
struct nc_explain {
	const char *ruleset; /* a file; NULL: the live one */
	const char *device;  /* or NULL */
	bool hook_given;
	enum nc_hook hook; /* INGRESS or EGRESS */
	const char *pcap;  /* a file, or NULL: */
	char **hex;	   /* words, one frame each */
	size_t n_hex;
};

/* --- explain_frames.c ---------------------------------------------------------------------------------- */

/* A frame to be tried: length bytes, of which a capture has only the first captured ones; the rest is zero. */
struct nc_frame {
	const uint8_t *bytes; /* NULL: too long */
	size_t length, captured;
};

/* Called for each frame in order. Negative: no more, and who reads returns it. */
typedef int nc_frame_fn(void *context, const struct nc_frame *frame);

/* pcap or pcapng, "-" for standard input. 0 or -errno with a message. */
int nc_frames_pcap(const char *path, nc_frame_fn *fn, void *context, struct nc_diag *diag);
/* Hexadecimal digits; blanks and colons between bytes. */
int nc_frames_hex(char *const *words, size_t n, nc_frame_fn *fn, void *context);
/* Is it such a word? */
bool nc_frame_is_hex(const char *word);

/* --- explain_print.c ----------------------------------------------------------------------------------- */

/* What became of a frame. */
struct nc_explained {
	size_t index;
	struct nc_frame in, out; /* out: as it goes on */
	char error[128]; /* why it was not tried, or nothing; what follows is then not used */
	enum nc_verdict verdict;
	enum nc_reason reason;
	NC_VEC(const struct nc_image_rule *) matched; /* in order */
	const struct nc_image_rule *rule;	      /* that decided, or NULL */
	const struct nc_image_chain *policy;	      /* the base chain whose policy did, or NULL */
	char to[17];				      /* REDIRECT: the device */
};

struct nc_explain_out {
	FILE *out;
	bool json, colour;
	unsigned print_flags;
	const char *device;
	enum nc_hook hook;
	bool begun;
	size_t n; /* frames printed so far */
};

void nc_explain_print(struct nc_explain_out *out, const struct nc_explained *explained);
/* Behind the last one, even if there was none. */
void nc_explain_end(struct nc_explain_out *out);

#endif
