/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets as map keys, and back. An interval that is no prefix is stored as the prefixes that cover it. Called while an image
 * is built, and by cmd/ for changing and listing elements of live sets.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <string.h>

#include "compile/build.h"

/* --- classes --------------------------------------------------------------------------------------------- */

static const struct {
	uint8_t key_size;
	bool lpm;
} classes[_NC_CLASS_MAX] = {
	[NC_CLASS_HASH8] = {sizeof(struct nc_key8), false},
	[NC_CLASS_HASH16] = {sizeof(struct nc_key16), false},
	[NC_CLASS_LPM8] = {sizeof(struct nc_prefix8), true},
	[NC_CLASS_LPM16] = {sizeof(struct nc_prefix16), true},
	[NC_CLASS_RICH + NC_RICH_HASH8] = {8, false},
	[NC_CLASS_RICH + NC_RICH_HASH16] = {16, false},
	[NC_CLASS_RICH + NC_RICH_HASH32] = {32, false},
	[NC_CLASS_RICH + NC_RICH_HASH64] = {64, false},
	[NC_CLASS_RICH + NC_RICH_LPM8] = {sizeof(struct nc_prefix8), true},
	[NC_CLASS_RICH + NC_RICH_LPM16] = {sizeof(struct nc_prefix16), true},
};

size_t nc_class_key_size(enum nc_set_class class)
{
	return classes[class].key_size;
}

size_t nc_class_value_size(enum nc_set_class class)
{
	return nc_class_is_rich(class) ? sizeof(struct nc_rich) : sizeof(struct nc_element);
}

bool nc_class_is_lpm(enum nc_set_class class)
{
	return classes[class].lpm;
}

/* Bytes that a part takes in a key of several (compile/lookup.c loads the same). */
static unsigned part_width(unsigned bits)
{
	return bits <= 32 ? 4 : bits <= 64 ? 8 : 16;
}

static enum nc_set_class class_of(const nc_key_type *type, bool intervals, bool rich)
{
	unsigned bytes = intervals && type->n > 1 ? 4 : 0;
	bool wide = type->v[0].bits > 64;

	if (type->n == 1 && rich)
		return NC_CLASS_RICH + (intervals ? (wide ? NC_RICH_LPM16 : NC_RICH_LPM8)
						  : (wide ? NC_RICH_HASH16 : NC_RICH_HASH8));
	if (type->n == 1)
		return intervals ? (wide ? NC_CLASS_LPM16 : NC_CLASS_LPM8)
				 : (wide ? NC_CLASS_HASH16 : NC_CLASS_HASH8);
	nc_vec_foreach (part, type)
		bytes += part_width(part->bits);
	return NC_CLASS_RICH + (bytes <= 8    ? NC_RICH_HASH8
				: bytes <= 16 ? NC_RICH_HASH16
				: bytes <= 32 ? NC_RICH_HASH32
					      : NC_RICH_HASH64);
}

enum nc_set_class nc_set_class(const struct nc_set *set)
{
	bool rich = set->map != NC_MAP_NONE || set->carries ||
		    set->flags & (NC_SET_TIMEOUT | NC_SET_DYNAMIC);

	return class_of(&set->type, set->flags & NC_SET_INTERVAL, rich);
}

/* --- keys ------------------------------------------------------------------------------------------------- */

int nc_set_keys_push(struct nc_set_keys *keys, enum nc_set_class class, const void *key,
		     const void *value)
{
	size_t key_size = nc_class_key_size(class), value_size = nc_class_value_size(class);

	if (keys->n == keys->cap) {
		size_t cap = keys->cap ? keys->cap * 2 : 64;
		uint8_t *more = reallocarray(keys->keys, cap, key_size), *values;

		if (!more)
			return -ENOMEM;
		keys->keys = more;
		values = reallocarray(keys->values, cap, value_size);
		if (!values)
			return -ENOMEM;
		keys->values = values;
		keys->cap = cap;
	}
	memcpy(keys->keys + keys->n * key_size, key, key_size);
	memcpy(keys->values + keys->n * value_size, value, value_size);
	keys->n++;
	return 0;
}

void nc_set_keys_free(struct nc_set_keys *keys)
{
	free(keys->keys);
	free(keys->values);
	*keys = (struct nc_set_keys){};
}

/* The bits, left-justified in 8 or 16 bytes of network order. */
static void write_data(unsigned bits, nc_num value, __u8 *data)
{
	__be64 half[2];

	if (bits > 64) {
		value <<= 128 - bits;
		half[0] = htobe64((uint64_t)(value >> 64));
		half[1] = htobe64((uint64_t)value);
		memcpy(data, half, 16);
	} else {
		half[0] = htobe64((uint64_t)value << (64 - bits));
		memcpy(data, half, 8);
	}
}

static nc_num read_data(unsigned bits, const __u8 *data)
{
	__be64 half[2] = {};

	memcpy(half, data, bits > 64 ? 16 : 8);
	if (bits > 64)
		return ((nc_num)be64toh(half[0]) << 64 | be64toh(half[1])) >> (128 - bits);
	return be64toh(half[0]) >> (64 - bits);
}

/* A part of several: its bytes first, then zeros; more than 64 bits as 16 bytes. */
static void write_part(unsigned bits, nc_num value, __u8 *data)
{
	unsigned width = part_width(bits);

	if (width < 16)
		value <<= width * 8 - (bits + 7) / 8 * 8;
	for (unsigned i = width; i--; value >>= 8)
		data[i] = value;
}

static nc_num read_part(unsigned bits, const __u8 *data)
{
	unsigned width = part_width(bits);
	nc_num value = 0;

	for (unsigned i = 0; i < width; i++)
		value = value << 8 | data[i];
	return width < 16 ? value >> (width * 8 - (bits + 7) / 8 * 8) : value;
}

/* What is written: whose keys, and the element that they stand for. */
struct writer {
	const nc_key_type *type;
	enum nc_set_class class;
	struct nc_set_keys *keys;
	nc_tuples *tuples;    /* or NULL */
	struct nc_rich value; /* of rich classes */
	bool carries;	      /* elements have state */
	uint32_t n_shared;    /* elements so far whose state is at a key of its own */
	__u8 state[16];	      /* as in struct nc_rich, of the element that is written */
};

/* State goes to the first of an element's keys; the others say where it is. */
static int push(struct writer *w, const void *key, unsigned flags)
{
	const struct nc_element plain = {.flags = flags};
	int r;

	if (!nc_class_is_rich(w->class))
		return nc_set_keys_push(w->keys, w->class, key, &plain);
	w->value.flags = flags | (w->value.flags & NC_ELEMENT_SHARES);
	r = nc_set_keys_push(w->keys, w->class, key, &w->value);
	w->value.quota = 0;
	if (w->carries) {
		w->value.flags |= NC_ELEMENT_SHARES;
		memcpy(w->value.state, w->state, sizeof(w->state));
	}
	return r;
}

static int push_prefix(struct writer *w, nc_num low, unsigned length, unsigned flags)
{
	struct nc_prefix16 prefix = {.prefixlen = length};

	/* Both prefix structs begin with the length. */
	write_data(w->type->v[0].bits, low, prefix.data);
	return push(w, &prefix, flags);
}

/* The largest prefix that begins at low and does not pass high: how many host bits it has. */
static unsigned host_bits(nc_num low, nc_num high, unsigned bits)
{
	unsigned n = 0;

	while (n < bits) {
		nc_num host = ((nc_num)1 << n << 1) - 1;

		if ((low & host) || high - low < host)
			break;
		n++;
	}
	return n;
}

static int push_cover(struct writer *w, const struct nc_interval *interval)
{
	unsigned bits = w->type->v[0].bits, flags = NC_ELEMENT_FIRST;
	nc_num low = interval->low, last;
	int r;

	write_data(bits, low, w->state);
	for (;;) {
		unsigned n = host_bits(low, interval->high, bits);

		last = n == 128 ? interval->high : low + (((nc_num)1 << n) - 1);
		if (last == interval->high)
			flags |= NC_ELEMENT_LAST;
		r = push_prefix(w, low, bits - n, flags);
		if (r < 0 || last == interval->high)
			return r;
		low = last + 1;
		flags = 0;
	}
}

static int push_exact(struct writer *w, const struct nc_set_element *element)
{
	__u8 key[NC_KEY_BYTES] = {};
	unsigned at = 0;

	if (w->type->n == 1)
		write_data(w->type->v[0].bits, element->interval.low, key);
	for (size_t i = 0; w->type->n > 1 && i < w->type->n; i++) {
		write_part(w->type->v[i].bits, nc_element_part(element, i)->low, key + at);
		at += part_width(w->type->v[i].bits);
	}
	return push(w, key, NC_ELEMENT_FIRST | NC_ELEMENT_LAST);
}

/* --- tuples ------------------------------------------------------------------------------------------------ */

static int find_tuple(nc_tuples *tuples, const struct nc_tuple *tuple, size_t *ret)
{
	for (size_t i = 0; i < tuples->n; i++) {
		if (memcmp(&tuples->v[i], tuple, sizeof(*tuple)) == 0) {
			*ret = i;
			return 0;
		}
	}
	*ret = tuples->n;
	return nc_vec_push(tuples, *tuple);
}

/* The boxes of prefixes that make up an element, part by part. */
static int push_boxes(struct writer *w, const struct nc_set_element *element, unsigned part,
		      unsigned at, struct nc_tuple *tuple, __u8 key[NC_KEY_BYTES])
{
	const struct nc_interval *interval;
	unsigned bits;
	nc_num low;
	int r;

	if (part == w->type->n) {
		__be32 number;
		size_t index;

		r = find_tuple(w->tuples, tuple, &index);
		if (r < 0 || w->tuples->n > NC_TUPLES_MAX || w->keys->n >= NC_TUPLE_KEYS_MAX)
			return r < 0 ? r : -E2BIG;
		number = htonl(index);
		memcpy(key, &number, sizeof(number));
		return push(w, key, NC_ELEMENT_FIRST | NC_ELEMENT_LAST);
	}
	interval = nc_element_part(element, part);
	bits = w->type->v[part].bits;
	for (low = interval->low;;) {
		unsigned n = host_bits(low, interval->high, bits);
		nc_num last = n == 128 ? interval->high : low + (((nc_num)1 << n) - 1);

		tuple->prefix[part] = bits - n;
		write_part(bits, low, key + at);
		r = push_boxes(w, element, part + 1, at + part_width(bits), tuple, key);
		if (r < 0 || last == interval->high)
			return r;
		low = last + 1;
	}
}

/* Is one prefix of each part enough? */
static bool is_one_box(const nc_key_type *type, const struct nc_set_element *element)
{
	for (unsigned i = 0; i < type->n; i++) {
		const struct nc_interval *part = nc_element_part(element, i);
		unsigned n = host_bits(part->low, part->high, type->v[i].bits);

		if (part->high - part->low != nc_num_max(n))
			return false;
	}
	return true;
}

/* The key that has the state of an element of several boxes. */
static int push_state(struct writer *w)
{
	const __be32 parts[2] = {htonl(NC_TUPLE_STATE), htonl(w->n_shared++)};
	__u8 key[NC_KEY_BYTES] = {};

	memcpy(key, parts, sizeof(parts));
	memcpy(w->state, key, sizeof(w->state));
	return push(w, key, NC_ELEMENT_FIRST | NC_ELEMENT_LAST);
}

static int push_concatenation(struct writer *w, const struct nc_set_element *element)
{
	struct nc_tuple tuple = {};
	__u8 key[NC_KEY_BYTES] = {};
	int r = w->carries && !is_one_box(w->type, element) ? push_state(w) : 0;

	return r ?: push_boxes(w, element, 0, 4, &tuple, key);
}

/* --- elements -------------------------------------------------------------------------------------------------- */

/* Of the chain or object that an element leads to; 0: to none. Both have handles of the table's. */
static uint32_t target_handle(const struct nc_table *table, const struct nc_do *verdict)
{
	const struct nc_object_decl *object;
	const struct nc_chain *chain;

	if (!verdict->chain)
		return 0;
	if (verdict->kind == NC_DO_OBJECT) {
		object = nc_table_find_object(table, verdict->object, verdict->chain);
		return object ? object->handle : 0;
	}
	chain = nc_table_find_chain(table, verdict->chain);
	return chain ? chain->handle : 0;
}

static void set_data(const struct nc_table *table, const struct nc_element_more *more,
		     struct nc_rich *value)
{
	static const __u8 ends[_NC_DO_MAX] = {
		[NC_DO_ACCEPT] = NC_END_ACCEPT,	    [NC_DO_DROP] = NC_END_DROP,
		[NC_DO_CONTINUE] = NC_END_CONTINUE, [NC_DO_RETURN] = NC_END_RETURN,
		[NC_DO_JUMP] = NC_END_JUMP,	    [NC_DO_GOTO] = NC_END_GOTO,
		[NC_DO_OBJECT] = NC_END_JUMP,
	};
	value->verdict = ends[more->verdict.kind];
	value->chain = target_handle(table, &more->verdict);
	value->data[0] = more->data >> 64;
	value->data[1] = more->data;
}

#define MS_NS UINT64_C(1000000)

static struct nc_rich rich_value(const struct nc_table *table, const struct nc_set *set,
				 const struct nc_set_element *element)
{
	const struct nc_element_more *more = element->more;
	uint64_t timeout = set ? set->timeout : 0;
	struct nc_rich value = {};

	if (more && more->timeout_given)
		timeout = more->timeout;
	value.timeout = timeout * MS_NS;
	value.expires = timeout * MS_NS;
	if (!more)
		return value;
	if (more->expires_given)
		value.expires = more->expires * MS_NS;
	value.packets = more->counter.packets;
	value.bytes = more->counter.bytes;
	value.quota = more->quota.used;
	set_data(table, more, &value);
	return value;
}

/* "*" is in no map. */
static int push_element(struct writer *w, const struct nc_table *table, const struct nc_set *set,
			const struct nc_set_element *element)
{
	if (element->catchall)
		return 0;
	if (nc_class_is_rich(w->class))
		w->value = rich_value(table, set, element);
	if (w->tuples)
		return push_concatenation(w, element);
	if (nc_class_is_lpm(w->class))
		return push_cover(w, &element->interval);
	return push_exact(w, element);
}

int nc_set_keys_append(const struct nc_table *table, const struct nc_set *set,
		       const struct nc_set_element *element, struct nc_set_keys *keys)
{
	struct writer w = {.type = &set->type,
			   .class = nc_set_class(set),
			   .keys = keys,
			   .carries = set->carries};

	return push_element(&w, table, set, element);
}

/* --- and back ----------------------------------------------------------------------------------- */

struct piece {
	struct nc_set_element element;
	unsigned flags;
};

static const char *chain_name(const struct nc_table *table, uint64_t handle)
{
	nc_vec_foreach (chain, &table->chains) {
		if ((*chain)->handle == handle)
			return (*chain)->name;
	}
	return NULL;
}

static const char *object_name(const struct nc_table *table, uint64_t handle)
{
	nc_vec_foreach (object, &table->objects) {
		if ((*object)->handle == handle)
			return (*object)->name;
	}
	return NULL;
}

/* Time and counts. */
static void read_state(const struct nc_set *set, const struct nc_rich *value,
		       struct nc_element_more *more)
{
	more->expires_given = value->expires;
	more->expires = value->expires / MS_NS;
	more->timeout = value->timeout / MS_NS;
	more->timeout_given = more->timeout && more->timeout != set->timeout;
	more->counted = nc_set_carried(set) & NC_CARRY_COUNTER;
	if (!(value->flags & NC_ELEMENT_SHARES))
		more->counter =
			(struct nc_counter){.packets = value->packets, .bytes = value->bytes};
	more->quota_given = nc_set_carried(set) & NC_CARRY_QUOTA;
	more->quota.used = value->quota;
}

static int read_rich(const struct nc_table *table, const struct nc_set *set,
		     const struct nc_rich *value, struct nc_set_element *element)
{
	static const enum nc_verdict_kind kinds[_NC_END_MAX] = {
		[NC_END_ACCEPT] = NC_DO_ACCEPT,	    [NC_END_DROP] = NC_DO_DROP,
		[NC_END_CONTINUE] = NC_DO_CONTINUE, [NC_END_RETURN] = NC_DO_RETURN,
		[NC_END_JUMP] = NC_DO_JUMP,	    [NC_END_GOTO] = NC_DO_GOTO,
	};
	struct nc_element_more *more = nc_element_more(element);
	const char *name = NULL;

	if (!more)
		return -ENOMEM;
	read_state(set, value, more);
	if (set->map == NC_MAP_NONE)
		return 0;
	more->mapped = true;
	more->data = (nc_num)value->data[0] << 64 | value->data[1];
	if (set->map == NC_MAP_VALUE)
		return 0;
	if (value->verdict >= _NC_END_MAX)
		return -EBADMSG;
	more->verdict.kind = set->map == NC_MAP_OBJECT ? NC_DO_OBJECT : kinds[value->verdict];
	more->verdict.object = set->objects;
	if (value->chain)
		name = set->map == NC_MAP_OBJECT ? object_name(table, value->chain)
						 : chain_name(table, value->chain);
	if (value->chain && !name)
		return -EBADMSG;
	more->verdict.chain = name ? strdup(name) : NULL;
	return name && !more->verdict.chain ? -ENOMEM : 0;
}

static int read_exact(const struct nc_set *set, const __u8 *key, struct nc_set_element *element)
{
	size_t n = set->type.n;
	unsigned at = 0;

	if (n == 1) {
		element->interval.low = element->interval.high =
			read_data(set->type.v[0].bits, key);
		return 0;
	}
	if (!nc_element_more(element))
		return -ENOMEM;
	element->more->rest = calloc(n, sizeof(*element->more->rest));
	if (!element->more->rest)
		return -ENOMEM;
	element->more->n_rest = n - 1;
	for (size_t i = 0; i < n; i++) {
		struct nc_interval *part = i ? &element->more->rest[i - 1] : &element->interval;

		part->low = part->high = read_part(set->type.v[i].bits, key + at);
		at += part_width(set->type.v[i].bits);
	}
	return 0;
}

static int read_prefix(unsigned bits, const __u8 *key, struct nc_set_element *element)
{
	struct nc_prefix16 prefix = {};
	unsigned host;

	memcpy(&prefix, key, bits > 64 ? sizeof(struct nc_prefix16) : sizeof(struct nc_prefix8));
	if (prefix.prefixlen > bits)
		return -EBADMSG;
	host = bits - prefix.prefixlen;
	element->interval.low = read_data(bits, prefix.data);
	element->interval.high = element->interval.low | nc_num_max(host);
	return 0;
}

static int read_piece(const struct nc_table *table, const struct nc_set *set,
		      enum nc_set_class class, const __u8 *key, const __u8 *value,
		      struct piece *ret)
{
	struct nc_element plain;
	struct nc_rich rich;
	int r;

	*ret = (struct piece){.flags = NC_ELEMENT_FIRST | NC_ELEMENT_LAST};
	if (nc_class_is_lpm(class))
		r = read_prefix(set->type.v[0].bits, key, &ret->element);
	else
		r = read_exact(set, key, &ret->element);
	if (r < 0)
		return r;
	if (!nc_class_is_rich(class)) {
		memcpy(&plain, value, sizeof(plain));
		if (nc_class_is_lpm(class))
			ret->flags = plain.flags;
		return 0;
	}
	memcpy(&rich, value, sizeof(rich));
	if (nc_class_is_lpm(class))
		ret->flags = rich.flags;
	return read_rich(table, set, &rich, &ret->element);
}

static int compare_pieces(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return x->element.interval.low < y->element.interval.low
		       ? -1
		       : x->element.interval.low > y->element.interval.low;
}

/* Join the pieces from a FIRST to its LAST. Pieces give their elements away. */
static int join(struct piece *pieces, size_t n, nc_set_elements *ret)
{
	struct nc_set_element element = {};
	bool open = false;
	int r = 0;

	for (size_t i = 0; i < n && !r; i++) {
		struct nc_set_element *piece = &pieces[i].element;
		bool first = pieces[i].flags & NC_ELEMENT_FIRST;

		if (first == open || (open && piece->interval.low != element.interval.high + 1)) {
			r = -EBADMSG;
			break;
		}
		if (first) {
			element = *piece;
			piece->more = NULL;
		} else {
			element.interval.high = piece->interval.high;
		}
		open = !(pieces[i].flags & NC_ELEMENT_LAST);
		if (open)
			continue;
		r = nc_vec_push(ret, element);
		if (r == 0)
			element.more = NULL;
	}
	if (open || r < 0)
		nc_element_clear(&element);
	return r ?: open ? -EBADMSG : 0;
}

int nc_set_keys_read(const struct nc_table *table, const struct nc_set *set,
		     const struct nc_set_keys *keys, nc_set_elements *ret)
{
	_cleanup_free_ struct piece *pieces = calloc(keys->n ? keys->n : 1, sizeof(*pieces));
	enum nc_set_class class = nc_set_class(set);
	size_t key_size = nc_class_key_size(class), value_size = nc_class_value_size(class);
	nc_set_elements elements = {};
	struct nc_diag unheard = {};
	size_t n = 0;
	int r = 0;

	if (!pieces)
		return -ENOMEM;
	for (; n < keys->n && !r; n++)
		r = read_piece(table, set, class, keys->keys + n * key_size,
			       keys->values + n * value_size, &pieces[n]);
	if (r == 0 && set->type.n == 1)
		qsort(pieces, n, sizeof(*pieces), compare_pieces);
	if (r == 0)
		r = join(pieces, n, &elements);
	for (size_t i = 0; i < n; i++)
		nc_element_clear(&pieces[i].element);
	if (r == 0 && set->type.n > 1)
		r = nc_elements_normalize(&elements, &unheard);
	nc_diag_free(&unheard);
	if (r < 0) {
		nc_elements_clear(&elements);
		return r;
	}
	*ret = elements;
	return 0;
}

/* --- boxes: the text has the elements, the map what they have counted ------------------------------------ */

struct box {
	const __u8 *key, *value;
	size_t key_size;
};

static int compare_boxes(const void *a, const void *b)
{
	const struct box *x = a, *y = b;

	return memcmp(x->key, y->key, x->key_size);
}

static struct box *sort_boxes(enum nc_set_class class, const struct nc_set_keys *keys)
{
	struct box *boxes = calloc(keys->n + 1, sizeof(*boxes));
	size_t key_size = nc_class_key_size(class), value_size = nc_class_value_size(class);

	for (size_t i = 0; boxes && i < keys->n; i++)
		boxes[i] = (struct box){.key = keys->keys + i * key_size,
					.value = keys->values + i * value_size,
					.key_size = key_size};
	if (boxes)
		qsort(boxes, keys->n, sizeof(*boxes), compare_boxes);
	return boxes;
}

static void add_state(const struct nc_rich *value, struct nc_rich *sum)
{
	if (value->flags & NC_ELEMENT_SHARES)
		return;
	sum->packets += value->packets;
	sum->bytes += value->bytes;
	sum->quota += value->quota;
}

/* What the keys of one element, own from first on, have counted together. False: their time has run out. */
static bool sum_boxes(const struct box *boxes, size_t n, const struct nc_set_keys *own,
		      size_t first, size_t key_size, struct nc_rich *ret)
{
	struct nc_rich sum = {}, value;

	for (size_t i = first; i < own->n; i++) {
		const struct box asked = {.key = own->keys + i * key_size, .key_size = key_size};
		const struct box *found = bsearch(&asked, boxes, n, sizeof(*boxes), compare_boxes);

		if (!found)
			return false;
		memcpy(&value, found->value, sizeof(value));
		sum.expires = value.expires;
		sum.timeout = value.timeout;
		add_state(&value, &sum);
	}
	*ret = sum;
	return true;
}

static int read_box(const struct nc_set *set, const struct nc_set_element *noted,
		    const struct nc_rich *sum, nc_set_elements *ret)
{
	struct nc_set_element copy = {};
	int r = nc_element_copy(noted, &copy);

	if (r == 0 && !noted->catchall) {
		struct nc_element_more *more = nc_element_more(&copy);

		if (more)
			read_state(set, sum, more);
		r = more ? 0 : -ENOMEM;
	}
	r = r ?: nc_vec_push(ret, copy);
	if (r < 0)
		nc_element_clear(&copy);
	return r;
}

int nc_set_boxes_read(const struct nc_table *table, const struct nc_set *set,
		      const struct nc_set_keys *keys, nc_set_elements *ret)
{
	enum nc_set_class class = nc_set_class(set);
	_cleanup_free_ struct box *boxes = sort_boxes(class, keys);
	nc_set_elements elements = {};
	struct nc_set_keys own = {};
	nc_tuples tuples = {};
	struct writer w = {.type = &set->type,
			   .class = class,
			   .keys = &own,
			   .tuples = &tuples,
			   .carries = set->carries};
	int r = boxes ? 0 : -ENOMEM;

	nc_vec_foreach (noted, &set->noted) {
		struct nc_rich sum = {};
		size_t first = own.n;

		r = r ?: push_element(&w, table, set, noted);
		if (r == 0 &&
		    sum_boxes(boxes, keys->n, &own, first, nc_class_key_size(class), &sum))
			r = read_box(set, noted, &sum, &elements);
	}
	nc_set_keys_free(&own);
	nc_vec_free(&tuples);
	if (r < 0)
		nc_elements_clear(&elements);
	else
		*ret = elements;
	return r;
}

/* --- the image's sets ---------------------------------------------------------------------------- */

static int append_set(struct nc_build *build, struct nc_image_set *set)
{
	struct nc_image *image = build->image;

	set->index = image->n_in_class[set->class];
	if (nc_vec_push(&image->sets, *set) < 0) {
		nc_set_keys_free(&set->keys);
		nc_vec_free(&set->tuples);
		return -ENOMEM;
	}
	image->n_in_class[set->class]++;
	return 0;
}

static int write_elements(struct nc_build *build, const struct nc_table *table,
			  struct nc_image_set *image_set, const nc_key_type *type, bool boxes,
			  const nc_set_elements *elements, const struct nc_loc *loc)
{
	struct writer w = {
		.type = type,
		.class = image_set->class,
		.keys = &image_set->keys,
		.tuples = boxes ? &image_set->tuples : NULL,
		.carries = image_set->named && image_set->named->carries,
	};
	int r = 0;

	nc_vec_foreach (element, elements)
		r = r ?: push_element(&w, table, image_set->named, element);
	if (r == -E2BIG)
		nc_diag_error(
			build->diag, loc,
			"these intervals explode: their prefixes combine to more than %u keys "
			"or %u lookups; write fewer ranges in one concatenation",
			NC_TUPLE_KEYS_MAX, NC_TUPLES_MAX);
	if (r < 0) {
		nc_set_keys_free(&image_set->keys);
		nc_vec_free(&image_set->tuples);
	}
	return r;
}

static int append_named(struct nc_build *build, const struct nc_table *table,
			const struct nc_set *set)
{
	struct nc_image_set image_set = {
		.named = set,
		.class = nc_set_class(set),
		.keep_live = set->live != NC_NONE && !set->elements_changed,
	};
	int r = 0;

	/* Which tuples there are, the elements tell even where their map is kept. */
	if (!image_set.keep_live || nc_set_in_text(set))
		r = write_elements(build, table, &image_set, &set->type, nc_set_in_text(set),
				   nc_set_known(set), &set->loc);
	if (r < 0)
		return r;
	if (image_set.keep_live)
		nc_set_keys_free(&image_set.keys);
	return append_set(build, &image_set);
}

int nc_build_named_sets(struct nc_build *build)
{
	int r;

	nc_vec_foreach (table, &build->ruleset->tables) {
		nc_vec_foreach (set, &(*table)->sets) {
			r = append_named(build, *table, *set);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

const struct nc_image_set *nc_build_find_set(const struct nc_build *build, const struct nc_set *set)
{
	nc_vec_foreach (image_set, &build->image->sets) {
		if (image_set->named == set)
			return image_set;
	}
	return NULL;
}

static bool has_interval(const nc_set_elements *elements)
{
	nc_vec_foreach (element, elements) {
		for (unsigned i = 0; i <= (element->more ? element->more->n_rest : 0); i++) {
			if (nc_element_part(element, i)->low != nc_element_part(element, i)->high)
				return true;
		}
	}
	return false;
}

int nc_build_anonymous_set(struct nc_build *build, const nc_key *key,
			   const nc_set_elements *elements, enum nc_map_kind map,
			   const struct nc_loc *loc, const struct nc_image_set **ret)
{
	bool intervals = has_interval(elements);
	struct nc_image_set set = {};
	nc_key_type type = {};
	int r = nc_key_type_of(key, &type);

	if (r < 0)
		return r;
	set.class = class_of(&type, intervals, map != NC_MAP_NONE);
	r = write_elements(build, build->table, &set, &type, intervals && type.n > 1, elements,
			   loc);
	nc_vec_free(&type);
	if (r == 0)
		r = append_set(build, &set);
	if (r == 0)
		*ret = &build->image->sets.v[build->image->sets.n - 1];
	return r;
}
