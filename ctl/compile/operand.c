/* SPDX-License-Identifier: GPL-2.0-only */
/* What rules read: from the slots that the parser fills, else by loads into the accumulator. Called by matches and statements. */
#include <string.h>

#include "compile/build.h"

bool nc_operand_place(const struct nc_selector *selector, struct nc_place_in *ret)
{
	return !selector->ops.n && nc_field_place(selector->field, selector->depth, ret);
}

/* Bytes that hold bits of a header, and how far the value is from their end. */
static void set_bytes(struct nc_step *step, unsigned offset, unsigned bits)
{
	unsigned first = offset / 8, end = (offset + bits + 7) / 8;
	nc_num mask = nc_num_max(bits);

	step->width = end - first;
	step->shift = end * 8 - offset - bits;
	step->need = end;
	step->mask = mask >> 64;
	step->low = mask;
}

static enum nc_base network_base(enum nc_field field)
{
	const char *header = nc_field_info(field)->header;

	if (strcmp(header, "ip") == 0)
		return NC_BASE_IP;
	return strcmp(header, "ip6") == 0 ? NC_BASE_IP6 : NC_BASE_NH;
}

static enum nc_meta meta_key(enum nc_field field)
{
	switch (field) {
	case NC_FIELD_META_LENGTH:
		return NC_META_LENGTH;
	case NC_FIELD_META_PRIORITY:
		return NC_META_PRIORITY;
	case NC_FIELD_META_MARK:
		return NC_META_MARK;
	case NC_FIELD_META_IIF:
	case NC_FIELD_META_IIFNAME:
		return NC_META_IFNAME;
	case NC_FIELD_META_IIFTYPE:
		return NC_META_IFTYPE;
	case NC_FIELD_META_IIFGROUP:
		return NC_META_IFGROUP;
	case NC_FIELD_META_OIF:
	case NC_FIELD_META_OIFNAME:
		return NC_META_OIFNAME;
	case NC_FIELD_META_OIFTYPE:
		return NC_META_OIFTYPE;
	case NC_FIELD_META_OIFGROUP:
		return NC_META_OIFGROUP;
	case NC_FIELD_META_PKTTYPE:
		return NC_META_PKTTYPE;
	case NC_FIELD_META_CPU:
		return NC_META_CPU;
	case NC_FIELD_META_RANDOM:
		return NC_META_RANDOM;
	case NC_FIELD_META_TIME:
		return NC_META_TIME;
	case NC_FIELD_META_DAY:
		return NC_META_DAY;
	default:
		return NC_META_HOUR;
	}
}

static int load_raw(struct nc_build *build, const struct nc_raw *raw)
{
	static const enum nc_base bases[] = {
		[NC_RAW_LINK] = NC_BASE_LINK,
		[NC_RAW_NETWORK] = NC_BASE_NH,
		[NC_RAW_TRANSPORT] = NC_BASE_TH,
	};
	struct nc_step step = nc_step_of(NC_OP_PAYLOAD);

	set_bytes(&step, raw->offset, raw->length);
	if (raw->base == NC_RAW_INNER) {
		step.op = NC_OP_INNER;
		step.index = step.need;
		step.need = 0;
	} else {
		step.base = bases[raw->base];
		step.need += raw->base == NC_RAW_TRANSPORT;
	}
	step.hit = nc_here(build) + 1;
	return nc_emit(build, step);
}

/* Generators compute on a key: "jhash ip saddr . tcp dport". */
static int load_generator(struct nc_build *build, const struct nc_selector *selector)
{
	const struct nc_generator *generator = selector->generator;
	bool hash = selector->field == NC_FIELD_JHASH;
	struct nc_step step = nc_step_of(hash ? NC_OP_JHASH : NC_OP_NUMGEN);
	unsigned bytes;
	int r = 0;

	if (hash) {
		r = nc_emit_hash_key(build, generator->key, &bytes);
		step.arg = bytes;
	}
	step.flags = generator->random ? NC_STEP_RANDOM : 0;
	step.index = hash || generator->random ? NC_NONE : generator->id;
	step.mask = generator->seed;
	step.low = generator->modulus;
	step.span = generator->offset;
	step.hit = nc_here(build) + 1;
	return r < 0 ? r : nc_emit(build, step);
}

static int load_meta(struct nc_build *build, enum nc_field field)
{
	struct nc_step step = nc_step_of(NC_OP_META);

	step.arg = meta_key(field);
	step.hit = nc_here(build) + 1;
	return nc_emit(build, step);
}

/* What is looked for in a list of headers, options or chunks: its fields count from its beginning. */
static bool find_op(enum nc_source_kind read, enum nc_step_op *ret)
{
	switch (read) {
	case NC_READ_EXTENSION:
		*ret = NC_OP_EXTENSION;
		return true;
	case NC_READ_TCP_OPTION:
		*ret = NC_OP_TCP_OPTION;
		return true;
	case NC_READ_IP_OPTION:
		*ret = NC_OP_IP_OPTION;
		return true;
	case NC_READ_SCTP_CHUNK:
		*ret = NC_OP_SCTP_CHUNK;
		return true;
	default:
		return false;
	}
}

static int load_item(struct nc_build *build, const struct nc_selector *selector, enum nc_step_op op)
{
	struct nc_step step = nc_step_of(op);

	set_bytes(&step, nc_selector_offset(selector), nc_selector_bits(selector));
	step.arg = nc_selector_kind(selector);
	step.flags = nc_selector_type(selector) == NC_TYPE_BOOLEAN ? NC_STEP_PRESENT : 0;
	step.index = step.need;
	step.need = 0;
	step.hit = nc_here(build) + 1;
	return nc_emit(build, step);
}

static int load_header(struct nc_build *build, const struct nc_selector *selector)
{
	const struct nc_field_info *info = nc_field_info(selector->field);
	struct nc_step step = nc_step_of(NC_OP_PAYLOAD);
	unsigned offset = info->offset;

	switch (info->read) {
	case NC_READ_VLAN:
		offset += 14 * 8 + selector->depth * 4 * 8;
		step.base = NC_BASE_LINK;
		break;
	case NC_READ_LINK:
		step.base = NC_BASE_LINK;
		break;
	case NC_READ_NETWORK:
		step.base = network_base(selector->field);
		break;
	default:
		step.base = NC_BASE_TH;
	}
	set_bytes(&step, offset, nc_field_bits(selector->field));
	step.need += step.base == NC_BASE_TH;
	step.hit = nc_here(build) + 1;
	return nc_emit(build, step);
}

static int load_slot(struct nc_build *build, const struct nc_place_in *place)
{
	struct nc_step step = nc_step_at(NC_OP_SLOT, place);

	step.width = nc_place_wide(place) ? 16 : 8;
	step.shift = place->shift;
	step.mask = nc_num_max(nc_place_wide(place) ? 64 : place->bits);
	step.hit = nc_here(build) + 1;
	return nc_emit(build, step);
}

static int emit_ops(struct nc_build *build, const struct nc_selector *selector)
{
	static const enum nc_step_op ops[] = {
		[NC_BITOP_AND] = NC_OP_AND,	  [NC_BITOP_OR] = NC_OP_OR,
		[NC_BITOP_XOR] = NC_OP_XOR,	  [NC_BITOP_LSHIFT] = NC_OP_LSHIFT,
		[NC_BITOP_RSHIFT] = NC_OP_RSHIFT,
	};
	nc_num max = nc_num_max(nc_selector_bits(selector));
	int r = 0;

	for (size_t i = 0; i < selector->ops.n && !r; i++) {
		const struct nc_bitop *op = &selector->ops.v[i];
		struct nc_step step = nc_step_of(ops[op->kind]);
		bool shift = op->kind == NC_BITOP_LSHIFT || op->kind == NC_BITOP_RSHIFT;

		step.hit = nc_here(build) + 1;
		if (shift) {
			step.shift = op->value;
		} else {
			step.mask = op->value >> 64;
			step.low = op->value;
		}
		r = nc_emit(build, step);
		if (r || op->kind != NC_BITOP_LSHIFT)
			continue;
		/* What was shifted beyond the field's width is gone. */
		step = nc_step_of(NC_OP_AND);
		step.mask = max >> 64;
		step.low = max;
		step.hit = nc_here(build) + 1;
		r = nc_emit(build, step);
	}
	return r;
}

int nc_emit_load(struct nc_build *build, const struct nc_selector *selector)
{
	struct nc_place_in place;
	enum nc_step_op op;
	int r;

	if (nc_field_place(selector->field, selector->depth, &place))
		r = load_slot(build, &place);
	else if (selector->field == NC_FIELD_RAW)
		r = load_raw(build, &selector->raw);
	else if (selector->generator)
		r = load_generator(build, selector);
	else if (nc_field_info(selector->field)->read == NC_READ_META)
		r = load_meta(build, selector->field);
	else if (find_op(nc_field_info(selector->field)->read, &op))
		r = load_item(build, selector, op);
	else
		r = load_header(build, selector);
	return r < 0 ? r : emit_ops(build, selector);
}

int nc_emit_operand(struct nc_build *build, const struct nc_selector *selector,
		    struct nc_place_in *ret)
{
	if (nc_operand_place(selector, ret))
		return 0;
	*ret = nc_acc_place(nc_selector_bits(selector));
	return nc_emit_load(build, selector);
}
