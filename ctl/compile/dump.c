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
	[NC_SLOT_ACC] = "acc",
	[NC_SLOT_ACC_LOW] = "acc-low",
};

static const char *const base_names[_NC_BASE_MAX] = {
	[NC_BASE_ALWAYS] = "always", [NC_BASE_LINK] = "link", [NC_BASE_NH] = "nh",
	[NC_BASE_IP] = "ip",	     [NC_BASE_IP6] = "ip6",   [NC_BASE_TH] = "th",
};

static const char *const op_names[_NC_OP_MAX] = {
	[NC_OP_RANGE] = "range",
	[NC_OP_HASH8] = "hash8",
	[NC_OP_HASH16] = "hash16",
	[NC_OP_LPM8] = "lpm8",
	[NC_OP_LPM16] = "lpm16",
	[NC_OP_RICH] = "rich",
	[NC_OP_SLOT] = "slot",
	[NC_OP_CONST] = "const",
	[NC_OP_PAYLOAD] = "payload",
	[NC_OP_EXTENSION] = "extension",
	[NC_OP_TCP_OPTION] = "tcp-option",
	[NC_OP_META] = "meta",
	[NC_OP_NUMGEN] = "numgen",
	[NC_OP_JHASH] = "jhash",
	[NC_OP_IP_OPTION] = "ip-option",
	[NC_OP_SCTP_CHUNK] = "sctp-chunk",
	[NC_OP_INNER] = "inner",
	[NC_OP_AND] = "and",
	[NC_OP_OR] = "or",
	[NC_OP_XOR] = "xor",
	[NC_OP_LSHIFT] = "lshift",
	[NC_OP_RSHIFT] = "rshift",
	[NC_OP_KEY] = "key",
	[NC_OP_COUNT] = "count",
	[NC_OP_LIMIT] = "limit",
	[NC_OP_QUOTA] = "quota",
	[NC_OP_LOG] = "log",
	[NC_OP_ELEMENT] = "element",
	[NC_OP_STORE] = "store",
	[NC_OP_STORE_OPTION] = "store-option",
	[NC_OP_SET_META] = "set-meta",
	[NC_OP_DUP] = "dup",
	[NC_OP_FWD] = "fwd",
	[NC_OP_STRIP] = "strip",
	[NC_OP_VERDICT] = "verdict",
	[NC_OP_JUMP] = "jump",
	[NC_OP_RETURN] = "return",
	[NC_OP_INDEX] = "index",
	[NC_OP_BASE] = "base",
	[NC_OP_TRACE] = "trace",
};

static const char *const class_names[_NC_CLASS_MAX] = {
	[NC_CLASS_HASH8] = "hash8",
	[NC_CLASS_HASH16] = "hash16",
	[NC_CLASS_LPM8] = "lpm8",
	[NC_CLASS_LPM16] = "lpm16",
	[NC_CLASS_RICH + NC_RICH_HASH8] = "rich8",
	[NC_CLASS_RICH + NC_RICH_HASH16] = "rich16",
	[NC_CLASS_RICH + NC_RICH_HASH32] = "rich32",
	[NC_CLASS_RICH + NC_RICH_HASH64] = "rich64",
	[NC_CLASS_RICH + NC_RICH_LPM8] = "richlpm8",
	[NC_CLASS_RICH + NC_RICH_LPM16] = "richlpm16",
};

static const char *const hook_names[_NC_HOOK_MAX] = {
	[NC_HOOK_INGRESS] = "xdp",
	[NC_HOOK_EGRESS] = "egress",
	[NC_HOOK_INGRESS_TC] = "tc",
};

const char *nc_op_name(enum nc_step_op op)
{
	return op < _NC_OP_MAX && op_names[op] ? op_names[op] : "?";
}

static void dump_target(const char *word, __u32 target, FILE *out)
{
	if (target == NC_NONE)
		fprintf(out, " %s end", word);
	else
		fprintf(out, " %s s%u", word, target);
}

static void dump_number(const char *word, uint64_t number, FILE *out)
{
	if (number)
		fprintf(out, " %s 0x%" PRIx64, word, number);
}

/* Members that are zero, or nothing, are left out. */
static void dump_step(const struct nc_step *step, FILE *out)
{
	fprintf(out, "%s%s", step->flags & NC_STEP_INVERT ? "not " : "", nc_op_name(step->op));
	if (slot_names[step->slot] && (step->mask || step->op == NC_OP_RANGE))
		fprintf(out, " %s", slot_names[step->slot]);
	dump_number("flags", step->flags & ~NC_STEP_INVERT, out);
	dump_number("width", step->width, out);
	dump_number("shift", step->shift, out);
	if (step->index != NC_NONE)
		fprintf(out, " index %u", step->index);
	dump_number("arg", step->arg, out);
	dump_number("mask", step->mask, out);
	dump_number("low", step->low, out);
	dump_number("span", step->span, out);
	if (step->need > 1 || step->base != NC_BASE_ALWAYS)
		fprintf(out, " need %s %u", base_names[step->base], step->need);
	if (step->hit < NC_STEPS_MAX * 2 || step->hit == NC_NONE)
		dump_target("hit", step->hit, out);
	if (step->miss < NC_STEPS_MAX * 2 || step->miss == NC_NONE)
		dump_target("miss", step->miss, out);
	fputc('\n', out);
}

static void dump_set(const struct nc_image_set *set, FILE *out)
{
	size_t key_size = nc_class_key_size(set->class);

	fprintf(out, "set %s %s index %u%s\n", set->named ? set->named->name : "(anonymous)",
		class_names[set->class], set->index, set->keep_live ? " kept" : "");
	for (size_t i = 0; i < set->keys.n; i++) {
		fputs("  ", out);
		for (size_t j = 0; j < key_size; j++)
			fprintf(out, "%02x", set->keys.keys[i * key_size + j]);
		fputc('\n', out);
	}
}

void nc_image_dump(const struct nc_image *image, FILE *out)
{
	nc_vec_foreach (entry, &image->entries)
		fprintf(out, "entry %s %s s%u\n", hook_names[entry->hook], entry->device.name,
			entry->start);
	for (size_t i = 0; i < image->steps.n; i++) {
		fprintf(out, "s%zu ", i);
		dump_step(&image->steps.v[i], out);
	}
	nc_vec_foreach (set, &image->sets)
		dump_set(set, out);
	for (size_t i = 0; i < image->rules.n; i++)
		fprintf(out, "rule %zu handle %" PRIu64 "\n", i, image->rules.v[i].rule->handle);
}
