// SPDX-License-Identifier: GPL-2.0-only
/* A ruleset as text in pieces. One object or rule a line, so that an error's line says which. */
#include "ruleset.h"

#include <string.h>

#define DROP(array, n, i) memmove(&(array)[i], &(array)[(i) + 1], (--(n) - (i)) * sizeof(*(array)))

static void print_object(const struct object *object, FILE *to)
{
	fprintf(to, "\t%s %s { %s", object->kind, object->name, object->body);
	for (unsigned i = 0; i < object->n; i++)
		fprintf(to, "%s%s", i ? ", " : "elements = { ", object->element[i]);
	fputs(object->n ? " }; }\n" : " }\n", to);
}

static void print_chain(const struct chain *chain, FILE *to)
{
	fprintf(to, "\tchain %s {\n", chain->name);
	if (chain->head)
		fprintf(to, "\t\t%s\n", chain->head);
	for (unsigned i = 0; i < chain->n; i++) {
		fputs("\t\t", to);
		for (unsigned k = 0; k < chain->rule[i].n; k++)
			fprintf(to, "%s%s", k ? " " : "", chain->rule[i].statement[k]);
		fputc('\n', to);
	}
	fputs("\t}\n", to);
}

void ruleset_print(const struct ruleset *ruleset, FILE *to)
{
	if (ruleset->text) {
		fputs(ruleset->text, to);
		return;
	}
	fputs("flush ruleset\ntable netdev t {\n", to);
	for (unsigned i = 0; i < ruleset->objects; i++)
		print_object(&ruleset->object[i], to);
	for (unsigned i = 0; i < ruleset->chains; i++)
		print_chain(&ruleset->chain[i], to);
	fputs("}\n", to);
}

bool ruleset_drop_line(struct ruleset *ruleset, unsigned line)
{
	unsigned at = 3;

	if (line < at)
		return false;
	if (line < at + ruleset->objects) {
		ruleset_drop_object(ruleset, line - at);
		return true;
	}
	at += ruleset->objects;
	for (unsigned i = 0; i < ruleset->chains; i++) {
		const struct chain *chain = &ruleset->chain[i];
		unsigned first = at + 1 + (chain->head != NULL);

		if (line < first) {
			if (ruleset->chains == 1)
				return false;
			ruleset_drop_chain(ruleset, i);
			return true;
		}
		if (line < first + chain->n) {
			ruleset_drop_rule(ruleset, i, line - first);
			return true;
		}
		at = first + chain->n + 1;
	}
	return false;
}

void ruleset_drop_object(struct ruleset *ruleset, unsigned i)
{
	DROP(ruleset->object, ruleset->objects, i);
}

void ruleset_drop_rule(struct ruleset *ruleset, unsigned chain, unsigned i)
{
	DROP(ruleset->chain[chain].rule, ruleset->chain[chain].n, i);
}

void ruleset_drop_chain(struct ruleset *ruleset, unsigned i)
{
	DROP(ruleset->chain, ruleset->chains, i);
}

unsigned ruleset_rules(const struct ruleset *ruleset)
{
	unsigned n = 0;

	for (unsigned i = 0; i < ruleset->chains; i++)
		n += ruleset->chain[i].n;
	return n;
}
