/* SPDX-License-Identifier: GPL-2.0-only */
/* An image as text, for tests and bug reports. Changes nothing. */
#include <inttypes.h>

#include "compile/compile.h"

static const char *const slot_names[_NC_SLOT_MAX] = {
	[NC_SLOT_ETHER_DADDR] = "ether-daddr",
	[NC_SLOT_ETHER_SADDR] = "ether-saddr",
	[NC_SLOT_VLAN] = "vlan",
	[NC_SLOT_L3] = "l3",
	[NC_SLOT_SADDR] = "saddr",
	[NC_SLOT_SADDR_LOW] = "saddr-low",
	[NC_SLOT_DADDR] = "daddr",
	[NC_SLOT_DADDR_LOW] = "daddr-low",
	[NC_SLOT_L4] = "l4",
};

static const char *const base_names[_NC_BASE_MAX] = {
	[NC_BASE_ALWAYS] = "always", [NC_BASE_LINK] = "link", [NC_BASE_IP] = "ip",
	[NC_BASE_IP6] = "ip6",	     [NC_BASE_TH] = "th",
};

static const char *const op_names[_NC_OP_MAX] = {
	[NC_OP_RANGE] = "range", [NC_OP_HASH8] = "hash8", [NC_OP_HASH16] = "hash16",
	[NC_OP_LPM8] = "lpm8",	 [NC_OP_LPM16] = "lpm16",
};

static const char *const class_names[_NC_CLASS_MAX] = {
	[NC_CLASS_HASH8] = "hash8",
	[NC_CLASS_HASH16] = "hash16",
	[NC_CLASS_LPM8] = "lpm8",
	[NC_CLASS_LPM16] = "lpm16",
};

#define NAME(table, i) ((i) < sizeof(table) / sizeof(*(table)) && (table)[i] ? (table)[i] : "?")

static void dump_target(__u32 target, FILE *out)
{
	if (target == NC_NONE)
		fputs("end", out);
	else if (target & NC_TARGET_CLAUSE)
		fprintf(out, "c%u", target & ~NC_TARGET_CLAUSE);
	else
		fprintf(out, "s%u", target);
}

static void dump_step(const struct nc_step *step, FILE *out)
{
	fprintf(out, "%s%s %s mask 0x%016" PRIx64, step->flags & NC_STEP_INVERT ? "not " : "",
		NAME(op_names, step->op), NAME(slot_names, step->slot), (uint64_t)step->mask);
	if (step->op == NC_OP_RANGE)
		fprintf(out, " low 0x%016" PRIx64 " span 0x%" PRIx64, (uint64_t)step->low,
			(uint64_t)step->span);
	else
		fprintf(out, " shift %u set %u", step->shift, step->set);
	fprintf(out, " need %s %u", NAME(base_names, step->base), step->need);
	fputs(" hit ", out);
	dump_target(step->hit, out);
	fputs(" miss ", out);
	dump_target(step->miss, out);
	putc('\n', out);
}

static const char *verdict_name(unsigned verdict)
{
	static const char *const names[] = {
#define X(NAME, name) name,
		NC_VERDICTS(X)
#undef X
	};

	return NAME(names, verdict);
}

static const char *reason_name(unsigned reason)
{
	static const char *const names[] = {
#define X(NAME, name, text) name,
		NC_REASONS(X)
#undef X
	};

	return NAME(names, reason);
}

static void dump_clause(const struct nc_clause *clause, FILE *out)
{
	if (clause->rule != NC_NONE)
		fprintf(out, "rule %u ", clause->rule);
	if (clause->counter != NC_NONE)
		fprintf(out, "counter %u ", clause->counter);
	if (clause->next != NC_NONE) {
		fputs("then ", out);
		dump_target(clause->next, out);
	} else {
		fprintf(out, "%s by %s", verdict_name(clause->verdict),
			reason_name(clause->reason));
	}
	putc('\n', out);
}

void nc_image_dump(const struct nc_image *image, FILE *out)
{
	nc_vec_foreach (entry, &image->entries) {
		fprintf(out, "device %s start ", entry->device.name);
		dump_target(entry->start, out);
		putc('\n', out);
	}
	nc_vec_foreach (step, &image->steps) {
		fprintf(out, "s%zu ", (size_t)(step - image->steps.v));
		dump_step(step, out);
	}
	nc_vec_foreach (clause, &image->clauses) {
		fprintf(out, "c%zu ", (size_t)(clause - image->clauses.v));
		dump_clause(clause, out);
	}
	nc_vec_foreach (set, &image->sets)
		fprintf(out, "set %s %s %u keys %zu%s\n",
			set->named ? set->named->name : "anonymous", NAME(class_names, set->class),
			set->index, set->keys.n, set->keep_live ? " kept" : "");
}
