/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reference: what is read from a packet and beside it. From nft_payload.c, nft_exthdr.c, nft_meta.c, nft_numgen.c,
 * nft_hash.c, nft_bitwise.c and <linux/jhash.h>.
 */
#include "reference_parts.h"

#define DAY_SECONDS 86400

/* --- bytes of the frame ----------------------------------------------------------------------------------- */

/* The bytes that the bits fall into must all be there. */
static bool load_bits(const struct judged *j, size_t base, unsigned offset, unsigned bits,
		      nc_num *ret)
{
	size_t at = base + offset / 8, end = base + (offset + bits + 7) / 8;
	nc_num value = 0;

	if (end > j->packet->length)
		return false;
	for (; at < end; at++)
		value = value << 8 | j->packet->frame[at];
	value >>= (8 - (offset + bits) % 8) % 8;
	*ret = value & nc_num_max(bits);
	return true;
}

static bool transport_base(const struct judged *j, size_t *ret)
{
	*ret = j->th;
	return j->has_l4 && !j->fragment;
}

static bool raw_base(const struct judged *j, enum nc_raw_base base, size_t *ret)
{
	switch (base) {
	case NC_RAW_LINK:
		*ret = 0;
		return true;
	case NC_RAW_NETWORK:
		*ret = j->nh;
		return true;
	case NC_RAW_INNER:
		return judged_find_inner(j, ret);
	default:
		return transport_base(j, ret);
	}
}

bool judged_base(const struct judged *j, const struct nc_selector *selector, size_t *ret)
{
	switch (nc_field_info(selector->field)->read) {
	case NC_READ_LINK:
		*ret = 0;
		return true;
	case NC_READ_VLAN:
		*ret = 14 + 4 * selector->depth;
		return true;
	case NC_READ_NETWORK:
		*ret = j->nh;
		return true;
	case NC_READ_TRANSPORT:
		return transport_base(j, ret);
	default:
		return raw_base(j, selector->raw.base, ret);
	}
}

static bool load_extension(const struct judged *j, const struct nc_selector *selector, nc_num *ret)
{
	const struct nc_field_info *info = nc_field_info(selector->field);
	size_t base;
	bool found;

	if (j->protocol != 0x86dd)
		return false;
	found = judged_find_extension(j, info->protocol, &base);
	if (info->type == NC_TYPE_BOOLEAN) {
		*ret = found;
		return true;
	}
	return found && load_bits(j, base, info->offset, nc_selector_bits(selector), ret);
}

static bool load_option(const struct judged *j, const struct nc_selector *selector, nc_num *ret)
{
	unsigned bits = nc_selector_bits(selector), offset = nc_selector_offset(selector);
	size_t base, length;
	int found = judged_find_option(j, nc_selector_kind(selector), &base, &length);

	if (nc_selector_type(selector) == NC_TYPE_BOOLEAN) {
		*ret = found > 0;
		return true;
	}
	return found > 0 && (offset + bits + 7) / 8 <= length &&
	       load_bits(j, base, offset, bits, ret);
}

static bool load_ip_option(const struct judged *j, const struct nc_selector *selector, nc_num *ret)
{
	size_t base;
	bool found;

	if (j->protocol != 0x0800)
		return false;
	found = judged_find_ip_option(j, nc_selector_kind(selector), &base);
	if (nc_selector_type(selector) == NC_TYPE_BOOLEAN) {
		*ret = found;
		return true;
	}
	return found &&
	       load_bits(j, base, nc_selector_offset(selector), nc_selector_bits(selector), ret);
}

static bool load_chunk(const struct judged *j, const struct nc_selector *selector, nc_num *ret)
{
	unsigned bits = nc_selector_bits(selector), offset = nc_selector_offset(selector);
	size_t base, length;
	bool found = judged_find_chunk(j, nc_selector_kind(selector), &base, &length);

	if (nc_selector_type(selector) == NC_TYPE_BOOLEAN) {
		*ret = found;
		return true;
	}
	return found && (offset + bits) / 8 <= length && base + length <= j->packet->length &&
	       load_bits(j, base, offset, bits, ret);
}

/* --- meta ------------------------------------------------------------------------------------------------------ */

static nc_num name_number(const char *name)
{
	nc_num number = 0;
	size_t length = strlen(name);

	for (size_t i = 0; i < 16; i++)
		number = number << 8 | (i < length ? (uint8_t)name[i] : 0);
	return number;
}

/* A device that is not there has index 0 and no name, and neither type nor group. */
static bool load_device(const struct judged *j, enum nc_field field, nc_num *ret)
{
	const struct reference_packet *p = j->packet;
	bool in = field <= NC_FIELD_META_IIFGROUP;
	bool there = in == (p->hook == NC_HOOK_INGRESS);

	switch (field) {
	case NC_FIELD_META_IIFTYPE:
	case NC_FIELD_META_OIFTYPE:
		*ret = p->iftype;
		return there;
	case NC_FIELD_META_IIFGROUP:
	case NC_FIELD_META_OIFGROUP:
		*ret = p->ifgroup;
		return there;
	default:
		*ret = there ? name_number(p->device) : 0;
		return true;
	}
}

static bool load_meta(struct judged *j, enum nc_field field, nc_num *ret)
{
	const struct reference_packet *p = j->packet;
	uint64_t seconds = p->wall_ns / 1000000000;

	switch (field) {
	case NC_FIELD_META_LENGTH:
		*ret = judged_bytes(j);
		return true;
	case NC_FIELD_META_PROTOCOL:
		*ret = j->protocol;
		return true;
	case NC_FIELD_META_L4PROTO:
		*ret = j->l4proto;
		return j->has_l4;
	case NC_FIELD_META_PRIORITY:
		*ret = p->priority;
		return true;
	case NC_FIELD_META_MARK:
		*ret = p->mark;
		return true;
	case NC_FIELD_META_PKTTYPE:
		*ret = p->pkttype;
		return true;
	case NC_FIELD_META_CPU:
		*ret = p->cpu;
		return true;
	case NC_FIELD_META_RANDOM:
		*ret = judged_random(j);
		return true;
	case NC_FIELD_META_TIME:
		*ret = p->wall_ns;
		return true;
	case NC_FIELD_META_DAY: /* 1970 began on a Thursday */
		*ret = (seconds / DAY_SECONDS + 4) % 7;
		return true;
	case NC_FIELD_META_HOUR:
		*ret = seconds % DAY_SECONDS;
		return true;
	default:
		return load_device(j, field, ret);
	}
}

/* --- generators ------------------------------------------------------------------------------------------------ */

/* reciprocal_scale() */
static uint32_t scale(uint32_t value, const struct nc_generator *generator)
{
	return ((uint64_t)value * generator->modulus >> 32) + generator->offset;
}

static uint32_t generate(struct judged *j, const struct nc_generator *generator)
{
	struct memory *memory;
	bool fresh;

	if (generator->random)
		return scale(judged_random(j), generator);
	memory = reference_remember(j->reference, generator, &fresh);
	if (fresh)
		memory->numbers = generator->modulus - 1;
	memory->numbers = memory->numbers + 1 < generator->modulus ? memory->numbers + 1 : 0;
	return memory->numbers + generator->offset;
}

static uint32_t rol(uint32_t word, unsigned shift)
{
	return word << shift | word >> (32 - shift);
}

static uint32_t word_at(const uint8_t *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, 4);
	return word;
}

/* jhash(). Bytes behind the end are zero, so the last words may be read whole. */
static uint32_t jhash(const uint8_t *bytes, uint32_t length, uint32_t seed)
{
	uint32_t a, b, c;

	a = b = c = 0xdeadbeef + length + seed;
	for (; length > 12; length -= 12, bytes += 12) {
		a += word_at(bytes);
		b += word_at(bytes + 4);
		c += word_at(bytes + 8);
		a = (a - c) ^ rol(c, 4), c += b;
		b = (b - a) ^ rol(a, 6), a += c;
		c = (c - b) ^ rol(b, 8), b += a;
		a = (a - c) ^ rol(c, 16), c += b;
		b = (b - a) ^ rol(a, 19), a += c;
		c = (c - b) ^ rol(b, 4), b += a;
	}
	if (!length)
		return c;
	a += word_at(bytes);
	b += word_at(bytes + 4);
	c += word_at(bytes + 8);
	c = (c ^ b) - rol(b, 14);
	a = (a ^ c) - rol(c, 11);
	b = (b ^ a) - rol(a, 25);
	c = (c ^ b) - rol(b, 16);
	a = (a ^ c) - rol(c, 4);
	b = (b ^ a) - rol(a, 14);
	c = (c ^ b) - rol(b, 24);
	return c;
}

/* Numbers of the kernel's own stand in registers in its byte order; what was in a packet stands as it did there. */
static bool is_host_order(enum nc_field field)
{
	switch (field) {
	case NC_FIELD_META_LENGTH:
	case NC_FIELD_META_PRIORITY:
	case NC_FIELD_META_MARK:
	case NC_FIELD_META_IIF:
	case NC_FIELD_META_IIFTYPE:
	case NC_FIELD_META_IIFGROUP:
	case NC_FIELD_META_OIF:
	case NC_FIELD_META_OIFTYPE:
	case NC_FIELD_META_OIFGROUP:
	case NC_FIELD_META_CPU:
	case NC_FIELD_META_RANDOM:
	case NC_FIELD_META_TIME:
	case NC_FIELD_META_HOUR:
	case NC_FIELD_NUMGEN:
	case NC_FIELD_JHASH:
		return true;
	default:
		return false;
	}
}

/* A value as it stands in a register: its bytes, how many. */
static unsigned put_register(const struct judged *j, const struct nc_selector *selector,
			     nc_num value, uint8_t *bytes)
{
	unsigned n = (nc_selector_bits(selector) + 7) / 8;

	/* Devices are compared by name, which is as good as by index, but hashed by index. */
	if (nc_selector_type(selector) == NC_TYPE_IFACE_INDEX) {
		value = value ? j->packet->ifindex : 0;
		n = 4;
	}
	for (unsigned i = 0; i < n; i++)
		bytes[i] = value >> (is_host_order(selector->field) ? i : n - 1 - i) * 8;
	return n;
}

static bool hash(struct judged *j, const struct nc_generator *generator, nc_num *ret)
{
	uint8_t bytes[NC_CONCAT_MAX * 16 + 16] = {};
	nc_num values[NC_CONCAT_MAX];
	unsigned n = 0;

	if (!judged_read_key(j, generator->key, values))
		return false;
	for (size_t i = 0; i < generator->key->n; i++) {
		n += put_register(j, &generator->key->v[i], values[i], bytes + n);
		if (generator->key->n > 1)
			n = (n + 3) / 4 * 4;
	}
	*ret = scale(jhash(bytes, n, generator->seed), generator);
	return true;
}

/* --- selectors -------------------------------------------------------------------------------------------------- */

bool judged_load(struct judged *j, const struct nc_selector *selector, unsigned bits, nc_num *ret)
{
	size_t base;

	switch (nc_field_info(selector->field)->read) {
	case NC_READ_EXTENSION:
		return load_extension(j, selector, ret);
	case NC_READ_TCP_OPTION:
		return load_option(j, selector, ret);
	case NC_READ_IP_OPTION:
		return load_ip_option(j, selector, ret);
	case NC_READ_SCTP_CHUNK:
		return load_chunk(j, selector, ret);
	case NC_READ_META:
		return load_meta(j, selector->field, ret);
	case NC_READ_NUMGEN:
		*ret = generate(j, selector->generator);
		return true;
	case NC_READ_JHASH:
		return hash(j, selector->generator, ret);
	default:
		return judged_base(j, selector, &base) &&
		       load_bits(j, base, nc_selector_offset(selector),
				 bits ?: nc_selector_bits(selector), ret);
	}
}

static nc_num compute(const struct nc_bitop *op, nc_num value)
{
	switch (op->kind) {
	case NC_BITOP_AND:
		return value & op->value;
	case NC_BITOP_OR:
		return value | op->value;
	case NC_BITOP_XOR:
		return value ^ op->value;
	case NC_BITOP_LSHIFT:
		return value << op->value;
	default:
		return value >> op->value;
	}
}

bool judged_read(struct judged *j, const struct nc_selector *selector, nc_num *ret)
{
	if (!judged_load(j, selector, 0, ret))
		return false;
	nc_vec_foreach (op, &selector->ops)
		*ret = compute(op, *ret) & nc_num_max(nc_selector_bits(selector));
	return true;
}

bool judged_read_key(struct judged *j, const nc_key *key, nc_num values[NC_CONCAT_MAX])
{
	for (size_t i = 0; i < key->n; i++) {
		if (!judged_read(j, &key->v[i], &values[i]))
			return false;
	}
	return true;
}

static bool read_map(struct judged *j, const struct nc_lookup *lookup, nc_num *ret)
{
	struct nc_set_element *element;
	nc_num key[NC_CONCAT_MAX];
	bool runs = true;

	if (!judged_read_key(j, &lookup->key, key))
		return false;
	if (lookup->map)
		element = judged_lookup(j, nc_table_find_set(j->table, lookup->map), key, &runs);
	else if (!elements_hold(&lookup->elements, key, lookup->key.n, &element))
		return false;
	if (!element || !runs)
		return false;
	*ret = element->more->data;
	return true;
}

bool judged_read_value(struct judged *j, const struct nc_value *value, nc_num *ret)
{
	switch (value->kind) {
	case NC_VALUE_NUM:
		*ret = value->num;
		return true;
	case NC_VALUE_SELECTOR:
		return judged_read(j, &value->selector.v[0], ret);
	default:
		return read_map(j, value->lookup, ret);
	}
}
