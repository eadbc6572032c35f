/* SPDX-License-Identifier: GPL-2.0-only */
/* A ruleset's text at work in the reference, for tests: what does not load ends the test with what was said. */
#ifndef NETCTL_SELFTESTS_JUDGING_H
#define NETCTL_SELFTESTS_JUDGING_H

#include "frame.h"
#include "reading.h"
#include "reference.h"

struct judging {
	char *text;
	struct reading reading;
	struct reference *reference;
	/* What the next packet is: of device "lo" at ingress, index 1, type 1, at time 0 until a test says otherwise. */
	struct reference_packet packet;
	struct frame frame; /* what the last one was rewritten to */
};

/* A whole ruleset. */
void judging_begin(struct judging *judging, const char *text);
/* Lines of table "t", then of its base chain "c" on device "lo", policy accept. */
void judging_begin_rules(struct judging *judging, const char *lines, const char *rules);
void judging_end(struct judging *judging);

/* frame: as frame_read() takes it */
struct judgement judging_run(struct judging *judging, const char *frame);

#endif
