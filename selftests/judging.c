/* SPDX-License-Identifier: GPL-2.0-only */
/* Rulesets at work in the reference. */
#include "judging.h"

#include <stdlib.h>

void judging_begin(struct judging *judging, const char *text)
{
	*judging = (struct judging){
		.text = strdup(text),
		.packet = {.device = "lo", .ifindex = 1, .iftype = 1},
	};
	if (!judging->text)
		abort();
	read_text("", judging->text, strlen(judging->text), &judging->reading);
	if (judging->reading.error) {
		fprintf(stderr, "%s", text);
		nc_diag_print(&judging->reading.diag, stderr, false);
		abort();
	}
	judging->reference = reference_new(judging->reading.ruleset, 0, NULL, NULL);
}

void judging_begin_rules(struct judging *judging, const char *lines, const char *rules)
{
	char *text;

	if (asprintf(&text,
		     "table netdev t {\n%s\nchain c {\ntype filter hook ingress device lo priority "
		     "0; "
		     "policy accept;\n%s\n}\n}\n",
		     lines, rules) < 0)
		abort();
	judging_begin(judging, text);
	free(text);
}

void judging_end(struct judging *judging)
{
	reference_free(judging->reference);
	end_reading(&judging->reading);
	free(judging->text);
}

struct judgement judging_run(struct judging *judging, const char *frame)
{
	judging->frame = frame_read(frame);
	judging->packet.frame = judging->frame.byte;
	judging->packet.length = judging->frame.length;
	return reference_judge(judging->reference, &judging->packet);
}
