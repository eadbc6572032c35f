/* SPDX-License-Identifier: GPL-2.0-only */
/* The walk in plain C. Written from netctl/image.h and netctl/packet.h, sharing nothing with program or compiler. */
#include "walk.h"

#include <string.h>

static uint64_t big_endian(const uint8_t *byte, size_t n)
{
	uint64_t value = 0;

	while (n--)
		value = value << 8 | *byte++;
	return value;
}

/* --- sets ------------------------------------------------------------------------------------------------ */

static bool covers(const uint8_t *prefix, uint32_t length, const uint8_t *data)
{
	for (uint32_t bit = 0; bit < length; bit++) {
		if ((prefix[bit / 8] ^ data[bit / 8]) >> (7 - bit % 8) & 1)
			return false;
	}
	return true;
}

static bool key_holds(enum nc_set_class class, const struct nc_set_key *key, const uint8_t *data)
{
	switch (class) {
	case NC_CLASS_HASH8:
		return memcmp(&key->key8, data, 8) == 0;
	case NC_CLASS_HASH16:
		return memcmp(&key->key16, data, 16) == 0;
	case NC_CLASS_LPM8:
		return covers(key->prefix8.data, key->prefix8.prefixlen, data);
	default:
		return covers(key->prefix16.data, key->prefix16.prefixlen, data);
	}
}

static const struct nc_image_set *find_set(const struct nc_image *image, enum nc_set_class class,
					   uint32_t index)
{
	nc_vec_foreach (set, &image->sets) {
		if (set->class == class && set->index == index)
			return set;
	}
	return NULL;
}

static bool set_has(const struct nc_image *image, enum nc_set_class class, uint32_t index,
		    const uint8_t *data)
{
	nc_vec_foreach (key, &find_set(image, class, index)->keys) {
		if (key_holds(class, key, data))
			return true;
	}
	return false;
}

/* --- the walk --------------------------------------------------------------------------------------------- */

static enum nc_set_class class_of(enum nc_step_op op)
{
	static const enum nc_set_class classes[_NC_OP_MAX] = {
		[NC_OP_HASH8] = NC_CLASS_HASH8,
		[NC_OP_HASH16] = NC_CLASS_HASH16,
		[NC_OP_LPM8] = NC_CLASS_LPM8,
		[NC_OP_LPM16] = NC_CLASS_LPM16,
	};

	return classes[op];
}

static bool is_wide(enum nc_step_op op)
{
	return op == NC_OP_HASH16 || op == NC_OP_LPM16;
}

static bool compare(const struct nc_image *image, const struct nc_step *step,
		    const struct walk_packet *packet)
{
	const uint8_t *slot = packet->byte + step->slot * 8;
	uint64_t value = big_endian(slot, 8) & step->mask;
	uint8_t data[8];

	if (step->op == NC_OP_RANGE)
		return value - step->low <= step->span;
	if (is_wide(step->op))
		return set_has(image, class_of(step->op), step->set, slot);
	value <<= step->shift;
	for (int i = 8; i--; value >>= 8)
		data[i] = value;
	return set_has(image, class_of(step->op), step->set, data);
}

static uint32_t pass_step(const struct nc_image *image, const struct nc_step *step,
			  const struct walk_packet *packet)
{
	bool invert = step->flags & NC_STEP_INVERT;

	if (packet->avail[step->base] < step->need)
		return step->miss;
	return compare(image, step, packet) != invert ? step->hit : step->miss;
}

struct walk_end walk_image(const struct nc_image *image, uint32_t start,
			   const struct walk_packet *packet, uint64_t *counts)
{
	struct walk_end end = {};

	for (uint32_t at = start; end.length++ < image->spec.n_steps;) {
		const struct nc_clause *clause;

		if (!(at & NC_TARGET_CLAUSE)) {
			at = pass_step(image, &image->steps.v[at], packet);
			continue;
		}
		clause = &image->clauses.v[at & ~NC_TARGET_CLAUSE];
		if (clause->counter != NC_NONE && counts)
			counts[clause->counter]++;
		at = clause->next;
		if (at != NC_NONE)
			continue;
		end.verdict = clause->verdict;
		end.reason = clause->reason;
		end.rule = clause->rule;
		return end;
	}
	end.broken = "a walk is longer than the spec says";
	return end;
}

/* --- the image by itself ------------------------------------------------------------------------------------ */

static bool names_something(const struct nc_image *image, uint32_t target)
{
	return target & NC_TARGET_CLAUSE ? (target & ~NC_TARGET_CLAUSE) < image->clauses.n
					 : target < image->steps.n;
}

static bool leads_on(const struct nc_image *image, uint32_t target, uint32_t from)
{
	return names_something(image, target) && (target & NC_TARGET_CLAUSE || target > from);
}

static const char *check_step(const struct nc_image *image, const struct nc_step *step)
{
	uint32_t index = step - image->steps.v;

	if (!leads_on(image, step->hit, index) || !leads_on(image, step->miss, index))
		return "a step's target is not behind it";
	if (step->op >= _NC_OP_MAX || step->base >= _NC_BASE_MAX || !step->need ||
	    step->slot + is_wide(step->op) >= _NC_SLOT_MAX || step->shift > 63)
		return "a step's numbers are out of range";
	if (step->pad || step->pad2 || step->flags & ~NC_STEP_INVERT)
		return "a step's padding is not zero";
	if (step->op == NC_OP_RANGE)
		return step->set == NC_NONE && !(step->low & ~step->mask) ? NULL : "a range is odd";
	return find_set(image, class_of(step->op), step->set) ? NULL : "a step's set is missing";
}

static const char *check_clause(const struct nc_image *image, const struct nc_clause *clause)
{
	uint32_t index = clause - image->clauses.v;

	if (clause->next != NC_NONE &&
	    (!names_something(image, clause->next) || clause->next == (NC_TARGET_CLAUSE | index)))
		return "a clause leads nowhere";
	if (clause->rule != NC_NONE && clause->rule >= image->rules.n)
		return "a clause's rule is missing";
	if (clause->counter != NC_NONE && clause->counter >= image->n_counters)
		return "a clause's counter is missing";
	if ((clause->rule == NC_NONE) != (clause->reason == NC_REASON_POLICY) || clause->pad)
		return "a clause is odd";
	return NULL;
}

const char *walk_check(const struct nc_image *image)
{
	const char *broken = NULL;

	nc_vec_foreach (step, &image->steps)
		broken = broken ?: check_step(image, step);
	nc_vec_foreach (clause, &image->clauses)
		broken = broken ?: check_clause(image, clause);
	nc_vec_foreach (entry, &image->entries) {
		if (!names_something(image, entry->start))
			broken = broken ?: "an entry leads nowhere";
	}
	return broken;
}

/* --- fields, for the reference ------------------------------------------------------------------------------- */

/* Where packet.h says that a field is, and where the wire has it: its first byte from base. */
struct where {
	enum nc_slot slot;
	size_t byte;
	enum nc_base base;
	int offset;
};

static struct where find_field(const struct nc_match *match)
{
	const int th = 1; /* NC_BASE_TH counts the protocol too */

	switch (match->field) {
	case NC_FIELD_ETHER_DADDR:
		return (struct where){NC_SLOT_ETHER_DADDR, 0, NC_BASE_LINK, 0};
	case NC_FIELD_ETHER_SADDR:
		return (struct where){NC_SLOT_ETHER_SADDR, 0, NC_BASE_LINK, 6};
	case NC_FIELD_ETHER_TYPE:
		return (struct where){NC_SLOT_ETHER_SADDR, 6, NC_BASE_LINK, 12};
	case NC_FIELD_VLAN_ID:
		return (struct where){NC_SLOT_VLAN, 4 * match->depth, NC_BASE_LINK,
				      14 + 4 * match->depth};
	case NC_FIELD_VLAN_TYPE:
		return (struct where){NC_SLOT_VLAN, 2 + 4 * match->depth, NC_BASE_LINK,
				      16 + 4 * match->depth};
	case NC_FIELD_META_PROTOCOL:
		return (struct where){NC_SLOT_L3, 0, NC_BASE_ALWAYS, 1 - 2};
	case NC_FIELD_META_L4PROTO:
		return (struct where){NC_SLOT_L4, 0, NC_BASE_TH, 0};
	case NC_FIELD_IP_SADDR:
		return (struct where){NC_SLOT_SADDR, 0, NC_BASE_IP, 12};
	case NC_FIELD_IP_DADDR:
		return (struct where){NC_SLOT_DADDR, 0, NC_BASE_IP, 16};
	case NC_FIELD_IP_PROTOCOL:
		return (struct where){NC_SLOT_L3, 2, NC_BASE_IP, 9};
	case NC_FIELD_IP6_SADDR:
		return (struct where){NC_SLOT_SADDR, 0, NC_BASE_IP6, 8};
	case NC_FIELD_IP6_DADDR:
		return (struct where){NC_SLOT_DADDR, 0, NC_BASE_IP6, 24};
	case NC_FIELD_IP6_NEXTHDR:
		return (struct where){NC_SLOT_L3, 2, NC_BASE_IP6, 6};
	case NC_FIELD_TCP_FLAGS:
		return (struct where){NC_SLOT_L4, 1, NC_BASE_TH, th + 13};
	case NC_FIELD_ICMP_TYPE:
	case NC_FIELD_ICMPV6_TYPE:
		return (struct where){NC_SLOT_L4, 2, NC_BASE_TH, th};
	case NC_FIELD_ICMP_CODE:
	case NC_FIELD_ICMPV6_CODE:
		return (struct where){NC_SLOT_L4, 3, NC_BASE_TH, th + 1};
	default:
		if (strcmp(nc_field_info(match->field)->name, "sport") == 0)
			return (struct where){NC_SLOT_L4, 2, NC_BASE_TH, th};
		return (struct where){NC_SLOT_L4, 4, NC_BASE_TH, th + 2};
	}
}

bool walk_load(const void *packet, const struct nc_match *match, size_t n, nc_num *ret)
{
	const struct walk_packet *p = packet;
	const struct where where = find_field(match);
	const uint8_t *byte = p->byte + where.slot * 8 + where.byte;

	if (p->avail[where.base] < (uint32_t)(where.offset + (int)n))
		return false;
	*ret = n > 8 ? (nc_num)big_endian(byte, n - 8) << 64 | big_endian(byte + n - 8, 8)
		     : big_endian(byte, n);
	if (match->field == NC_FIELD_VLAN_ID)
		*ret &= 0xfff;
	return true;
}
