/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames out of captures and off the command line. Called by "explain". */
#include <ctype.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>

#include "cmd/explain.h"

/* --- captures ------------------------------------------------------------------------------------------ */

static void closepcapp(pcap_t **pcap)
{
	if (*pcap)
		pcap_close(*pcap);
}

static int refuse_link_type(pcap_t *pcap, const char *path, struct nc_diag *diag)
{
	int type = pcap_datalink(pcap);
	const char *name = pcap_datalink_val_to_name(type);

	nc_diag_error(diag, NULL,
		      "%s holds frames of link type %s (%d), not of Ethernet; capture on one "
		      "Ethernet device, not on 'any'",
		      path, name ?: "unknown", type);
	return -EPROTOTYPE;
}

/* What was not captured is zero: so the frame's length is right, on which headers are judged. */
static int hand_over(const struct pcap_pkthdr *header, const u_char *bytes, nc_frame_fn *fn,
		     void *context)
{
	uint8_t whole[NC_TRIAL_MAX] = {};
	struct nc_frame frame = {.length = header->len, .captured = header->caplen};

	if (frame.length < frame.captured)
		frame.length = frame.captured;
	if (frame.length <= sizeof(whole)) {
		memcpy(whole, bytes, frame.captured);
		frame.bytes = whole;
	}
	return fn(context, &frame);
}

int nc_frames_pcap(const char *path, nc_frame_fn *fn, void *context, struct nc_diag *diag)
{
	_cleanup_(closepcapp) pcap_t *pcap = NULL;
	char error[PCAP_ERRBUF_SIZE] = "";
	struct pcap_pkthdr *header;
	const u_char *bytes;
	int r;

	pcap = pcap_open_offline(path, error);
	if (!pcap) {
		nc_diag_error(diag, NULL, "cannot read a capture: %s", error);
		return -EIO;
	}
	if (pcap_datalink(pcap) != DLT_EN10MB)
		return refuse_link_type(pcap, path, diag);
	while ((r = pcap_next_ex(pcap, &header, &bytes)) == 1) {
		int stop = hand_over(header, bytes, fn, context);

		if (stop < 0)
			return stop;
	}
	if (r == PCAP_ERROR_BREAK)
		return 0;
	nc_diag_error(diag, NULL, "cannot read on in %s: %s", path, pcap_geterr(pcap));
	return -EIO;
}

/* --- hexadecimal digits ---------------------------------------------------------------------------------- */

static bool is_between(char c)
{
	return c == ':' || isspace((unsigned char)c);
}

bool nc_frame_is_hex(const char *word)
{
	size_t n = 0;

	for (; *word; word++) {
		if (isxdigit((unsigned char)*word))
			n++;
		else if (!is_between(*word) || n % 2)
			return false;
	}
	return n && n % 2 == 0;
}

static unsigned digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* Of a word that is hex. Bytes behind what can be tried are counted only. */
static size_t read_hex(const char *word, uint8_t bytes[NC_TRIAL_MAX])
{
	size_t n = 0;

	for (; *word; word++) {
		if (is_between(*word))
			continue;
		if (n < NC_TRIAL_MAX)
			bytes[n] = digit(word[0]) << 4 | digit(word[1]);
		n++;
		word++;
	}
	return n;
}

int nc_frames_hex(char *const *words, size_t n, nc_frame_fn *fn, void *context)
{
	uint8_t bytes[NC_TRIAL_MAX];
	int r = 0;

	for (size_t i = 0; i < n && r >= 0; i++) {
		struct nc_frame frame = {.length = read_hex(words[i], bytes)};

		frame.captured = frame.length;
		frame.bytes = frame.length <= sizeof(bytes) ? bytes : NULL;
		r = fn(context, &frame);
	}
	return r < 0 ? r : 0;
}
