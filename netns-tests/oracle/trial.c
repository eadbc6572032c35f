// SPDX-License-Identifier: GPL-2.0-only
/* Load, send, list, compare. */
#include "trial.h"
#include "arena.h"
#include "tool.h"

#include <string.h>
#include <sys/wait.h>

static const char *program(const struct trial *trial, int i)
{
	return i == SIDE_NFT ? trial->nft : trial->netctl;
}

/* The same arguments to both, at the same time. */
static int both(struct trial *trial, struct run *runs, const char *first, const char *second,
		const char *third)
{
	int err = 0;

	for (int i = 0; i < _SIDE_MAX; i++) {
		char *argv[] = {(char *)program(trial, i), (char *)first, (char *)second,
				(char *)third, NULL};

		if (tool_start(&runs[i], trial->world->side[i].netns, argv)) {
			perror("oracle: starting a program");
			return -1;
		}
	}
	for (int i = 0; i < _SIDE_MAX; i++)
		if (tool_wait(&runs[i]))
			err = -1;
	return err;
}

static enum outcome load(struct trial *trial, const struct ruleset *ruleset)
{
	struct run runs[_SIDE_MAX];
	FILE *file = fopen(trial->file, "w");

	if (!file) {
		perror(trial->file);
		return OUTCOME_BROKEN;
	}
	ruleset_print(ruleset, file);
	fclose(file);
	if (both(trial, runs, "-f", trial->file, NULL))
		return OUTCOME_BROKEN;
	for (int i = 0; i < _SIDE_MAX; i++) {
		if (!runs[i].status)
			continue;
		trial->message = WIFSIGNALED(runs[i].status)
					 ? say("%s: ended by signal %d", program(trial, i),
					       WTERMSIG(runs[i].status))
					 : runs[i].err;
		return i == SIDE_NFT ? OUTCOME_NFT_REFUSES : OUTCOME_NETCTL_REFUSES;
	}
	return OUTCOME_SAME;
}

static void receive(struct side *side, struct answer *answer)
{
	static const char *const names[] = {
		[POINT_PASSED] = "passed", [POINT_FORWARDED] = "forwarded"};
	const char *frame;

	for (int point = 0; point < _POINT_MAX; point++)
		while ((frame = world_receive(side, point)))
			if (answer) {
				answer_add(answer, say("frame %s %s", names[point], frame), "came");
				answer->frames++;
			}
}

/* nft 1.0.6 loads some sets that it cannot list: as if it had refused them. */
static enum outcome list(struct trial *trial)
{
	struct run runs[_SIDE_MAX];

	if (both(trial, runs, "-j", "list", "ruleset"))
		return OUTCOME_BROKEN;
	for (int i = 0; i < _SIDE_MAX; i++) {
		if (!runs[i].status && !answer_read(&trial->answer[i], runs[i].out))
			continue;
		trial->message = say("%s cannot list what it accepted: %s",
				     i == SIDE_NFT ? "nft" : "netctl", runs[i].err);
		return i == SIDE_NFT ? OUTCOME_NFT_REFUSES : OUTCOME_NETCTL_REFUSES;
	}
	return OUTCOME_SAME;
}

enum outcome trial_run(struct trial *trial, const struct ruleset *ruleset,
		       const struct packet *packets, unsigned n)
{
	enum outcome outcome = load(trial, ruleset);

	if (outcome != OUTCOME_SAME)
		return outcome;
	for (int i = 0; i < _SIDE_MAX; i++) {
		struct side *side = &trial->world->side[i];

		trial->answer[i] = (struct answer){};
		receive(side, NULL);
		if (world_send(side, packets, n, trial->careful))
			return OUTCOME_BROKEN;
		receive(side, &trial->answer[i]);
	}
	outcome = list(trial);
	if (outcome != OUTCOME_SAME)
		return outcome;
	for (int i = 0; i < _SIDE_MAX; i++)
		answer_sort(&trial->answer[i]);
	return answer_same(&trial->answer[SIDE_NFT], &trial->answer[SIDE_NETCTL], NULL)
		       ? OUTCOME_SAME
		       : OUTCOME_DIFFERENT;
}

void trial_end(struct trial *trial)
{
	struct run runs[_SIDE_MAX];
	struct run detach;
	char *argv[] = {(char *)trial->netctl, "detach", "--all", NULL};

	both(trial, runs, "flush", "ruleset", NULL);
	if (strcmp(trial->netctl, trial->nft) &&
	    !tool_start(&detach, trial->world->side[SIDE_NETCTL].netns, argv))
		tool_wait(&detach);
}
