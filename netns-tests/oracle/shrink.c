// SPDX-License-Identifier: GPL-2.0-only
/* Leave out whatever the difference does not need: frames, rules, chains, objects, statements, elements, bytes. */
#include "shrink.h"
#include "arena.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TRIALS 500

struct shrinking {
	struct trial *trial;
	struct ruleset *ruleset;
	struct packet *packets;
	unsigned n;
	unsigned trials;
	bool progress;
};

static bool differs(struct shrinking *s, const struct ruleset *ruleset,
		    const struct packet *packets, unsigned n)
{
	const void *mark = arena_mark();
	enum outcome outcome;

	if (s->trials >= TRIALS || *s->trial->stop)
		return false;
	s->trials++;
	outcome = trial_run(s->trial, ruleset, packets, n);
	arena_release(mark);
	return outcome == OUTCOME_DIFFERENT;
}

/* Keep the candidate if it differs. */
static bool try(struct shrinking *s, const struct ruleset *candidate)
{
	if (!differs(s, candidate, s->packets, s->n))
		return false;
	*s->ruleset = *candidate;
	s->progress = true;
	return true;
}

static void drop_frames(struct shrinking *s)
{
	struct packet *rest = malloc(s->n * sizeof(*rest));

	if (!rest)
		return;
	for (unsigned size = (s->n + 1) / 2; size; size /= 2) {
		for (unsigned at = 0; at < s->n && s->n > 1;) {
			unsigned part = size < s->n - at ? size : s->n - at;

			memcpy(rest, s->packets, at * sizeof(*rest));
			memcpy(rest + at, s->packets + at + part,
			       (s->n - at - part) * sizeof(*rest));
			if (part < s->n && differs(s, s->ruleset, rest, s->n - part)) {
				s->n -= part;
				memcpy(s->packets, rest, s->n * sizeof(*rest));
				s->progress = true;
			} else {
				at += part;
			}
		}
	}
	free(rest);
}

static void drop_rules(struct shrinking *s)
{
	for (unsigned c = 0; c < s->ruleset->chains; c++) {
		for (unsigned size = (s->ruleset->chain[c].n + 1) / 2; size; size /= 2) {
			for (unsigned at = 0; at < s->ruleset->chain[c].n;) {
				struct ruleset candidate = *s->ruleset;

				for (unsigned k = 0; k < size && at < candidate.chain[c].n; k++)
					ruleset_drop_rule(&candidate, c, at);
				if (!try(s, &candidate))
					at += size;
			}
		}
	}
}

static void drop_chains(struct shrinking *s)
{
	for (unsigned i = 0; i < s->ruleset->chains && s->ruleset->chains > 1;) {
		struct ruleset candidate = *s->ruleset;

		ruleset_drop_chain(&candidate, i);
		if (!try(s, &candidate))
			i++;
	}
}

static bool used(const struct ruleset *ruleset, const char *name)
{
	for (unsigned c = 0; c < ruleset->chains; c++)
		for (unsigned r = 0; r < ruleset->chain[c].n; r++)
			for (unsigned k = 0; k < ruleset->chain[c].rule[r].n; k++)
				if (strstr(ruleset->chain[c].rule[r].statement[k], name))
					return true;
	return false;
}

static void drop_objects(struct shrinking *s)
{
	struct ruleset candidate = *s->ruleset;

	/* At once what no rule speaks of. */
	for (unsigned i = candidate.objects; i-- > 0;)
		if (!used(&candidate, candidate.object[i].name))
			ruleset_drop_object(&candidate, i);
	if (candidate.objects < s->ruleset->objects)
		try(s, &candidate);
	for (unsigned i = 0; i < s->ruleset->objects;) {
		candidate = *s->ruleset;
		ruleset_drop_object(&candidate, i);
		if (!try(s, &candidate))
			i++;
	}
	for (unsigned i = 0; i < s->ruleset->objects; i++) {
		for (unsigned k = 0; k < s->ruleset->object[i].n;) {
			struct object *object;

			candidate = *s->ruleset;
			object = &candidate.object[i];
			memmove(&object->element[k], &object->element[k + 1],
				(--object->n - k) * sizeof(*object->element));
			if (!try(s, &candidate))
				k++;
		}
	}
}

/* The text without element k of its braces; NULL: there is none. */
static const char *without_element(const char *text, unsigned k)
{
	const char *begin = strstr(text, "{ "), *end, *next;

	if (!begin)
		return NULL;
	begin += 2;
	end = strstr(begin, " }");
	if (!end)
		return NULL;
	for (;;) {
		next = strstr(begin, ", ");
		if (!next || next > end)
			next = NULL;
		if (!k--)
			break;
		if (!next)
			return NULL;
		begin = next + 2;
	}
	if (next)
		return say("%.*s%s", (int)(begin - text), text, next + 2);
	if (begin[-2] == ',')
		return say("%.*s%s", (int)(begin - 2 - text), text, end);
	return NULL;
}

static void drop_statements(struct shrinking *s)
{
	for (unsigned c = 0; c < s->ruleset->chains; c++) {
		for (unsigned r = 0; r < s->ruleset->chain[c].n; r++) {
			for (unsigned k = 0; k < s->ruleset->chain[c].rule[r].n;) {
				struct ruleset candidate = *s->ruleset;
				struct rule *rule = &candidate.chain[c].rule[r];

				memmove(&rule->statement[k], &rule->statement[k + 1],
					(--rule->n - k) * sizeof(*rule->statement));
				if (!rule->n || !try(s, &candidate))
					k++;
			}
			for (unsigned k = 0; k < s->ruleset->chain[c].rule[r].n; k++) {
				for (unsigned e = 0;;) {
					struct ruleset candidate = *s->ruleset;
					const char **statement =
						&candidate.chain[c].rule[r].statement[k];

					*statement = without_element(*statement, e);
					if (!*statement)
						break;
					if (!try(s, &candidate))
						e++;
				}
			}
		}
	}
}

/* All frames to f0, and every base chain on it. */
static void simplify_heads(struct shrinking *s)
{
	static const char plain[] =
		"type filter hook ingress device \"f0\" priority filter; policy accept;";
	struct packet *moved = malloc(s->n * sizeof(*moved));
	struct ruleset candidate = *s->ruleset;

	for (unsigned c = 0; c < candidate.chains; c++)
		if (candidate.chain[c].head)
			candidate.chain[c].head = plain;
	if (!moved)
		return;
	memcpy(moved, s->packets, s->n * sizeof(*moved));
	for (unsigned i = 0; i < s->n; i++)
		moved[i].device = 0;
	if (differs(s, &candidate, moved, s->n)) {
		*s->ruleset = candidate;
		memcpy(s->packets, moved, s->n * sizeof(*moved));
	}
	free(moved);
	for (unsigned c = 0; c < s->ruleset->chains; c++) {
		candidate = *s->ruleset;
		if (!candidate.chain[c].head || !strcmp(candidate.chain[c].head, plain))
			continue;
		candidate.chain[c].head = plain;
		try(s, &candidate);
	}
}

/* Shorter frames, and zeros in them. */
static void simplify_frames(struct shrinking *s)
{
	for (unsigned i = 0; i < s->n && s->n <= 4; i++) {
		struct packet *packet = &s->packets[i], before;

		for (unsigned cut = packet->length / 2; cut; cut /= 2) {
			before = *packet;
			if (packet->length < cut + 20)
				continue;
			packet->length -= cut;
			if (!differs(s, s->ruleset, s->packets, s->n))
				*packet = before;
		}
		for (unsigned at = 14; at < packet->length; at += 4) {
			static const uint8_t zeros[4];
			unsigned part = packet->length - at < 4 ? packet->length - at : 4;

			before = *packet;
			if (!memcmp(packet->byte + at, zeros, part))
				continue;
			memset(packet->byte + at, 0, part);
			if (!differs(s, s->ruleset, s->packets, s->n))
				*packet = before;
		}
	}
}

unsigned shrink(struct trial *trial, struct ruleset *ruleset, struct packet *packets, unsigned *n)
{
	struct shrinking s = {.trial = trial, .ruleset = ruleset, .packets = packets, .n = *n};

	do {
		s.progress = false;
		drop_frames(&s);
		drop_rules(&s);
		drop_chains(&s);
		drop_objects(&s);
		drop_statements(&s);
		simplify_heads(&s);
	} while (s.progress && s.trials < TRIALS && !*trial->stop);
	simplify_frames(&s);
	*n = s.n;
	return s.trials;
}
