/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Statements as steps: state, verdicts, logging, elements, header rewriting and sending. Called by chain.c for each
 * statement of a rule that is no match.
 */
#include <linux/if_ether.h>
#include <string.h>
#include <sys/socket.h>

#include "compile/build.h"
#include "netctl/event.h"

#define SECOND_NS UINT64_C(1000000000)

/* Hit goes on; a miss ends the rule. */
static int emit_next(struct nc_build *build, struct nc_step step)
{
	step.hit = nc_here(build) + 1;
	return nc_emit(build, step);
}

/* --- state --------------------------------------------------------------------------------------------------- */

/* As nft_limit.c: the price of a packet or byte is ns / rate, the bucket's depth burst packets or rate + burst bytes. */
void nc_limit_step(const struct nc_limit *limit, struct nc_step *step)
{
	uint64_t ns = nc_unit_seconds(limit->unit) * SECOND_NS;

	step->mask = ns;
	step->low = limit->rate;
	if (limit->bytes) {
		step->span = (nc_num)ns * (limit->rate + limit->burst) / limit->rate;
		step->flags |= NC_STEP_BYTES;
	} else {
		step->span = ns / limit->rate * limit->burst;
	}
	step->flags |= limit->over ? NC_STEP_INVERT : 0;
}

static int emit_limit(struct nc_build *build, const struct nc_limit *limit, uint32_t id)
{
	struct nc_step step = nc_step_of(NC_OP_LIMIT);

	step.index = id;
	nc_limit_step(limit, &step);
	return emit_next(build, step);
}

static int emit_quota(struct nc_build *build, const struct nc_quota *quota, uint32_t id)
{
	struct nc_step step = nc_step_of(NC_OP_QUOTA);

	step.index = id;
	step.low = quota->bytes;
	step.flags = quota->over ? NC_STEP_INVERT : 0;
	return emit_next(build, step);
}

static int emit_counter(struct nc_build *build, uint32_t id)
{
	struct nc_step step = nc_step_of(NC_OP_COUNT);

	step.index = id;
	return emit_next(build, step);
}

int nc_emit_object(struct nc_build *build, const struct nc_object_decl *object)
{
	switch (object->kind) {
	case NC_KIND_LIMIT:
		return emit_limit(build, &object->limit, object->id);
	case NC_KIND_QUOTA:
		return emit_quota(build, &object->quota, object->id);
	default:
		return emit_counter(build, object->id);
	}
}

/* The statement's own state, or the object that it names. */
static int build_stateful(struct nc_build *build, const struct nc_stmt *stmt)
{
	if (stmt->object)
		return nc_emit_object(build,
				      nc_table_find_object(build->table, nc_stmt_object_kind(stmt),
							   stmt->object));
	switch (stmt->kind) {
	case NC_STMT_LIMIT:
		return emit_limit(build, &stmt->limit, stmt->id);
	case NC_STMT_QUOTA:
		return emit_quota(build, &stmt->quota, stmt->id);
	default:
		return emit_counter(build, stmt->id);
	}
}

/* --- verdicts ------------------------------------------------------------------------------------------------- */

static int jump(struct nc_build *build, struct nc_step step, const char *name)
{
	struct nc_fixup fixup = {.step = nc_here(build),
				 .chain = nc_table_find_chain(build->table, name)};

	if (nc_vec_push(&build->fixups, fixup) < 0)
		return -ENOMEM;
	return nc_emit(build, step);
}

int nc_emit_do(struct nc_build *build, const struct nc_do *verdict)
{
	struct nc_step step = nc_step_of(NC_OP_VERDICT);

	step.index = build->rule_index;
	switch (verdict->kind) {
	case NC_DO_ACCEPT:
	case NC_DO_DROP:
		step.arg = verdict->kind == NC_DO_ACCEPT ? NC_END_ACCEPT : NC_END_DROP;
		return nc_emit(build, step);
	case NC_DO_RETURN:
		return nc_emit(build, nc_step_of(NC_OP_RETURN));
	case NC_DO_JUMP:
		/* A return comes back to the next rule. */
		step = nc_step_of(NC_OP_JUMP);
		return jump(build, step, verdict->chain);
	case NC_DO_GOTO:
		return jump(build, nc_step_of(NC_OP_RANGE), verdict->chain);
	default:
		return nc_emit_always(build, NC_TARGET_NEXT);
	}
}

/* --- log -------------------------------------------------------------------------------------------------------- */

/* What the rule ends with, as far as it says so itself. */
static __u8 final_verdict(const struct nc_rule *rule)
{
	nc_vec_foreach (stmt, &rule->stmts) {
		if (stmt->kind == NC_STMT_FWD)
			return NC_VERDICT_REDIRECT;
		if (stmt->kind == NC_STMT_VERDICT && stmt->verdict.kind == NC_DO_ACCEPT)
			return NC_VERDICT_ACCEPT;
		if (stmt->kind == NC_STMT_VERDICT && stmt->verdict.kind == NC_DO_DROP)
			return NC_VERDICT_DROP;
	}
	return NC_LOG_NO_VERDICT;
}

static int build_log(struct nc_build *build, const struct nc_log *log)
{
	struct nc_step step = nc_step_of(NC_OP_LOG);
	struct nc_log_record record = {
		.table_handle = build->table->handle,
		.rule_handle = build->rule->handle,
		.snaplen = log->snaplen_given ? log->snaplen : NC_SNAPLEN_MAX,
		.group = log->group_given ? log->group : NC_LOG_NO_GROUP,
		.level = log->level,
		.verdict = final_verdict(build->rule),
	};

	/* As in nft, 0 is the whole packet. */
	if (!record.snaplen || record.snaplen > NC_SNAPLEN_MAX)
		record.snaplen = NC_SNAPLEN_MAX;
	if (log->prefix)
		strncpy(record.prefix, log->prefix, sizeof(record.prefix) - 1);
	step.index = build->image->logs.n;
	if (nc_vec_push(&build->image->logs, record) < 0)
		return -ENOMEM;
	return emit_next(build, step);
}

/* --- elements ---------------------------------------------------------------------------------------------------- */

static int build_element(struct nc_build *build, const struct nc_set_stmt *set)
{
	const struct nc_set *named = nc_table_find_set(build->table, set->set);
	const struct nc_image_set *image_set = nc_build_find_set(build, named);
	uint64_t timeout = set->timeout ?: named->timeout;
	unsigned carries = set->carries | nc_set_carried(named);
	struct nc_step step = nc_step_of(NC_OP_ELEMENT);
	int r = nc_emit_key(build, &set->key, NULL, 0);

	if (r == 0 && set->mapped)
		r = nc_emit_load(build, &set->data.selector.v[0]);
	if (r < 0)
		return r;
	step.width = image_set->class - NC_CLASS_RICH;
	step.index = image_set->index;
	step.mask = timeout * 1000000;
	step.arg = (set->op == NC_SET_OP_UPDATE ? NC_ELEMENT_UPDATE : 0) |
		   (set->op == NC_SET_OP_DELETE ? NC_ELEMENT_DELETE : 0) |
		   (set->mapped ? NC_ELEMENT_MAPPED : 0);
	r = emit_next(build, step);
	if (r < 0 || set->op == NC_SET_OP_DELETE)
		return r;
	return nc_emit_carried(build, carries,
			       set->carries & NC_CARRY_LIMIT ? &set->limit : &named->limit,
			       set->carries & NC_CARRY_QUOTA ? &set->quota : &named->quota,
			       image_set);
}

/* --- rewriting ------------------------------------------------------------------------------------------------------ */

/* The value that a statement takes, into the accumulator. */
static int emit_value(struct nc_build *build, const struct nc_value *value, struct nc_key_part part)
{
	uint32_t first = nc_here(build);
	int r;

	switch (value->kind) {
	case NC_VALUE_NUM:
		return nc_emit_const(build, value->num);
	case NC_VALUE_SELECTOR:
		return nc_emit_load(build, &value->selector.v[0]);
	default:
		r = nc_build_map(build, value->lookup, part);
		nc_resolve(build, first, NC_TARGET_NEXT);
		return r;
	}
}

/* What transport checksums cover of the network header. */
static bool is_pseudo(enum nc_field field)
{
	switch (field) {
	case NC_FIELD_IP_SADDR:
	case NC_FIELD_IP_DADDR:
	case NC_FIELD_IP_PROTOCOL:
	case NC_FIELD_IP_LENGTH:
	case NC_FIELD_IP6_SADDR:
	case NC_FIELD_IP6_DADDR:
	case NC_FIELD_IP6_NEXTHDR:
	case NC_FIELD_IP6_LENGTH:
		return true;
	default:
		return false;
	}
}

static bool is_checksum(enum nc_field field)
{
	return strcmp(nc_field_info(field)->name, "checksum") == 0;
}

static bool is_header(const char *header, const char *name)
{
	return strcmp(header, name) == 0;
}

/* Bits of the frame: whole bytes; pairs: an even number of them at an even place. */
static void set_region(struct nc_step *step, unsigned offset, unsigned bits, bool pairs)
{
	unsigned first = offset / 8, end = (offset + bits + 7) / 8;
	nc_num mask;

	if (pairs) {
		first &= ~1u;
		end = (end + 1) & ~1u;
	}
	step->width = end - first;
	step->need = end;
	step->shift = end * 8 - offset - bits;
	/* Left-justified in 16 bytes. */
	mask = nc_num_max(bits) << (128 - (end - first) * 8 + step->shift);
	step->mask = mask >> 64;
	step->low = mask;
	if (step->arg && (first & 1))
		step->arg |= NC_STORE_ODD;
}

static int refuse(struct nc_build *build, const struct nc_loc *loc, const char *why)
{
	return nc_diag_error(build->diag, loc, "%s", why);
}

static int place_target(struct nc_build *build, const struct nc_selector *target,
			struct nc_step *step)
{
	const struct nc_field_info *info = nc_field_info(target->field);
	unsigned bits = nc_selector_bits(target), offset = info->offset;
	bool sums = !is_checksum(target->field);

	step->arg =
		(sums ? NC_STORE_CHECKSUM : 0) | (is_pseudo(target->field) ? NC_STORE_PSEUDO : 0);
	if (is_header(info->header, "sctp") && sums)
		return refuse(build, &target->loc,
			      "SCTP's checksum (CRC32c) covers the whole packet: it cannot be kept "
			      "right");
	switch (info->read) {
	case NC_READ_LINK:
		step->base = NC_BASE_LINK;
		step->arg = 0;
		break;
	case NC_READ_VLAN:
		step->base = NC_BASE_LINK;
		step->arg = 0;
		offset += 14 * 8 + target->depth * 32;
		break;
	case NC_READ_NETWORK:
		step->base = is_header(info->header, "ip")    ? NC_BASE_IP
			     : is_header(info->header, "ip6") ? NC_BASE_IP6
							      : NC_BASE_NH;
		if (step->base == NC_BASE_NH)
			step->arg = 0;
		break;
	case NC_READ_RAW:
		if (target->raw.base == NC_RAW_INNER)
			return refuse(build, &target->loc,
				      "what a transport header carries cannot be set; '@th' counts "
				      "from that header");
		offset = target->raw.offset;
		step->base = target->raw.base == NC_RAW_LINK	  ? NC_BASE_LINK
			     : target->raw.base == NC_RAW_NETWORK ? NC_BASE_NH
								  : NC_BASE_TH;
		/* As in nft: which checksums cover raw bytes is not known. */
		step->arg = 0;
		break;
	default:
		step->base = NC_BASE_TH;
	}
	/* A tag beside the frame is written as a whole. */
	set_region(step, offset, bits, info->read == NC_READ_VLAN);
	/* The pseudo header has the even byte at an odd place. */
	if (target->field == NC_FIELD_IP6_NEXTHDR)
		step->arg |= NC_STORE_ODD;
	step->need += step->base == NC_BASE_TH;
	if (step->width > 16)
		return refuse(build, &target->loc, "at most 16 bytes can be set at once");
	return 0;
}

static int build_option(struct nc_build *build, const struct nc_selector *target)
{
	unsigned offset = nc_selector_offset(target), bits = nc_selector_bits(target);
	struct nc_step step = nc_step_of(NC_OP_STORE_OPTION);

	if (offset % 8 || (bits != 16 && bits != 32))
		return refuse(build, &target->loc,
			      "of an option, 16 or 32 bits that begin with a byte can be set");
	step.arg = nc_selector_kind(target);
	step.width = bits / 8;
	step.index = (offset + bits) / 8;
	return emit_next(build, step);
}

static int build_reset(struct nc_build *build, const struct nc_selector *option)
{
	struct nc_step step = nc_step_of(NC_OP_STRIP);

	step.arg = nc_selector_kind(option);
	return emit_next(build, step);
}

static int build_assign(struct nc_build *build, const struct nc_stmt *stmt)
{
	const struct nc_selector *target = &stmt->assign->target;
	struct nc_key_part part = {.type = nc_selector_type(target),
				   .bits = nc_selector_bits(target)};
	struct nc_step step = nc_step_of(NC_OP_STORE);
	int r = emit_value(build, &stmt->assign->value, part);

	if (r < 0)
		return r;
	if (target->field == NC_FIELD_META_MARK || target->field == NC_FIELD_META_PRIORITY ||
	    target->field == NC_FIELD_META_PKTTYPE) {
		step.op = NC_OP_SET_META;
		step.arg = target->field == NC_FIELD_META_MARK	     ? NC_META_MARK
			   : target->field == NC_FIELD_META_PRIORITY ? NC_META_PRIORITY
								     : NC_META_PKTTYPE;
		return emit_next(build, step);
	}
	if (nc_field_info(target->field)->read == NC_READ_TCP_OPTION)
		return build_option(build, target);
	r = place_target(build, target, &step);
	return r < 0 ? r : emit_next(build, step);
}

/* --- sending ---------------------------------------------------------------------------------------------------------- */

static int add_port(struct nc_build *build, const struct nc_value *device, bool fwd, uint32_t *ret)
{
	struct nc_image_port port = {.fwd = fwd, .device.loc = device->loc};
	nc_num number = device->num;

	for (size_t i = sizeof(port.device.name); i--; number >>= 8)
		port.device.name[i] = number;
	for (size_t i = 0; i < build->image->ports.n; i++) {
		struct nc_image_port *old = &build->image->ports.v[i];

		if (memcmp(old->device.name, port.device.name, sizeof(port.device.name)) == 0) {
			old->fwd |= fwd;
			*ret = i;
			return 0;
		}
	}
	*ret = build->image->ports.n;
	return nc_vec_push(&build->image->ports, port);
}

/* A packet of another protocol ends the rule. */
static int emit_protocol(struct nc_build *build, uint16_t protocol)
{
	struct nc_place_in place;

	nc_field_place(NC_FIELD_META_PROTOCOL, 0, &place);
	return nc_emit_range(build, &place, UINT16_MAX, protocol, protocol, false,
			     nc_here(build) + 1, NC_TARGET_FAIL);
}

static int build_send(struct nc_build *build, const struct nc_stmt *stmt)
{
	const struct nc_key_part ip = {.type = NC_TYPE_IPV4_ADDR, .bits = 32};
	const struct nc_key_part ip6 = {.type = NC_TYPE_IPV6_ADDR, .bits = 128};
	bool fwd = stmt->kind == NC_STMT_FWD;
	struct nc_step step = nc_step_of(fwd ? NC_OP_FWD : NC_OP_DUP);
	int r = 0;

	if (stmt->send->device.kind != NC_VALUE_NUM)
		return refuse(
			build, &stmt->send->device.loc,
			"the device must be named: write a rule for each, behind a verdict map "
			"that jumps there");
	if (!fwd && stmt->send->family)
		return refuse(
			build, &stmt->loc,
			"dup to an address is not done in family netdev: write 'dup to' and a "
			"device");
	if (stmt->send->family) {
		step.width = stmt->send->family == AF_INET ? 4 : 6;
		r = emit_protocol(build, step.width == 4 ? ETH_P_IP : ETH_P_IPV6)
			    ?: emit_value(build, &stmt->send->address, step.width == 4 ? ip : ip6);
	}
	if (r == 0)
		r = add_port(build, &stmt->send->device, fwd && !stmt->send->family, &step.index);
	return r < 0 ? r : emit_next(build, step);
}

/* --- all ---------------------------------------------------------------------------------------------------------------- */

int nc_build_stmt(struct nc_build *build, const struct nc_stmt *stmt)
{
	switch (stmt->kind) {
	case NC_STMT_COUNTER:
	case NC_STMT_LIMIT:
	case NC_STMT_QUOTA:
		return build_stateful(build, stmt);
	case NC_STMT_RESET:
		return build_reset(build, &stmt->reset);
	case NC_STMT_OBJECT:
		return nc_build_objects(build, &stmt->objects.lookup, stmt->objects.kind);
	case NC_STMT_VERDICT:
		return nc_emit_do(build, &stmt->verdict);
	case NC_STMT_VMAP:
		return nc_build_vmap(build, &stmt->vmap);
	case NC_STMT_LOG:
		return build_log(build, &stmt->log);
	case NC_STMT_SET:
		return build_element(build, stmt->set);
	case NC_STMT_ASSIGN:
		return build_assign(build, stmt);
	default:
		return build_send(build, stmt);
	}
}

/* --- what XDP cannot do -------------------------------------------------------------------------------------------------- */

static const char *field_needs_tc(enum nc_field field)
{
	switch (field) {
	case NC_FIELD_META_MARK:
		return "meta mark";
	case NC_FIELD_META_PRIORITY:
		return "meta priority";
	case NC_FIELD_META_PKTTYPE:
		return "meta pkttype";
	default:
		return NULL;
	}
}

static const char *key_needs_tc(const nc_key *key)
{
	nc_vec_foreach (selector, key) {
		const char *word = field_needs_tc(selector->field);

		if (!word && selector->generator && selector->generator->key)
			word = key_needs_tc(selector->generator->key);
		if (word)
			return word;
	}
	return NULL;
}

static const char *value_needs_tc(const struct nc_value *value)
{
	if (value->kind == NC_VALUE_NUM)
		return NULL;
	return key_needs_tc(value->kind == NC_VALUE_MAP ? &value->lookup->key : &value->selector);
}

const char *nc_stmt_needs_tc(const struct nc_stmt *stmt)
{
	switch (stmt->kind) {
	case NC_STMT_MATCH:
		return key_needs_tc(&stmt->match.key);
	case NC_STMT_VMAP:
		return key_needs_tc(&stmt->vmap.key);
	case NC_STMT_OBJECT:
		return key_needs_tc(&stmt->objects.lookup.key);
	case NC_STMT_SET:
		return key_needs_tc(&stmt->set->key) ?: value_needs_tc(&stmt->set->data);
	case NC_STMT_ASSIGN:
		return field_needs_tc(stmt->assign->target.field)
			       ?: value_needs_tc(&stmt->assign->value);
	case NC_STMT_DUP:
		return "dup";
	case NC_STMT_FWD:
		return stmt->send->family ? "fwd to an address" : NULL;
	default:
		return NULL;
	}
}
