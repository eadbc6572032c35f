/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets as map keys, and back. An interval that is no prefix is stored as the prefixes that cover it. Called while an image
 * is built, and by cmd/ for changing and listing elements of live sets.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <string.h>

#include "compile/build.h"

static bool is_wide(enum nc_type type)
{
	return nc_type_info(type)->bits > 64;
}

static bool is_lpm(enum nc_set_class class)
{
	return class == NC_CLASS_LPM8 || class == NC_CLASS_LPM16;
}

enum nc_set_class nc_set_class(enum nc_type type, bool interval)
{
	if (interval)
		return is_wide(type) ? NC_CLASS_LPM16 : NC_CLASS_LPM8;
	return is_wide(type) ? NC_CLASS_HASH16 : NC_CLASS_HASH8;
}

/* The field's bits, left-justified in 8 or 16 bytes of network order. */
static void write_data(enum nc_type type, nc_num value, __u8 *data)
{
	unsigned bits = nc_type_info(type)->bits;
	__be64 half[2];

	if (is_wide(type)) {
		half[0] = htobe64((uint64_t)(value >> 64));
		half[1] = htobe64((uint64_t)value);
		memcpy(data, half, 16);
	} else {
		half[0] = htobe64((uint64_t)value << (64 - bits));
		memcpy(data, half, 8);
	}
}

static nc_num read_data(enum nc_type type, const __u8 *data)
{
	__be64 half[2] = {};

	memcpy(half, data, is_wide(type) ? 16 : 8);
	if (is_wide(type))
		return (nc_num)be64toh(half[0]) << 64 | be64toh(half[1]);
	return be64toh(half[0]) >> (64 - nc_type_info(type)->bits);
}

static int append_value(enum nc_type type, nc_num value, nc_set_keys *keys)
{
	struct nc_set_key key = {.element.flags = NC_ELEMENT_FIRST | NC_ELEMENT_LAST};

	write_data(type, value, (__u8 *)&key);
	return nc_vec_push(keys, key);
}

static int append_prefix(enum nc_type type, nc_num low, unsigned length, __u32 flags,
			 nc_set_keys *keys)
{
	struct nc_set_key key = {.element.flags = flags};

	/* Both prefix structs begin with the length. */
	key.prefix16.prefixlen = length;
	write_data(type, low, key.prefix16.data);
	return nc_vec_push(keys, key);
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

static int append_cover(enum nc_type type, const struct nc_interval *interval, nc_set_keys *keys)
{
	unsigned bits = nc_type_info(type)->bits;
	nc_num low = interval->low, last;
	__u32 flags = NC_ELEMENT_FIRST;
	int r;

	for (;;) {
		unsigned n = host_bits(low, interval->high, bits);

		last = n == 128 ? interval->high : low + (((nc_num)1 << n) - 1);
		if (last == interval->high)
			flags |= NC_ELEMENT_LAST;
		r = append_prefix(type, low, bits - n, flags, keys);
		if (r < 0 || last == interval->high)
			return r;
		low = last + 1;
		flags = 0;
	}
}

int nc_set_keys_append(enum nc_type type, enum nc_set_class class,
		       const struct nc_interval *interval, nc_set_keys *keys)
{
	return is_lpm(class) ? append_cover(type, interval, keys)
			     : append_value(type, interval->low, keys);
}

static int append_all(enum nc_type type, enum nc_set_class class, const nc_set_elements *elements,
		      nc_set_keys *keys)
{
	int r = 0;

	for (size_t i = 0; i < elements->n && !r; i++)
		r = nc_set_keys_append(type, class, &elements->v[i].interval, keys);
	return r;
}

/* --- and back ----------------------------------------------------------------------------------- */

struct piece {
	struct nc_interval interval;
	__u32 flags;
};

static struct piece read_key(enum nc_type type, enum nc_set_class class,
			     const struct nc_set_key *key)
{
	struct piece piece = {.flags = key->element.flags};
	unsigned host;

	if (!is_lpm(class)) {
		piece.interval.low = piece.interval.high = read_data(type, (const __u8 *)key);
		piece.flags = NC_ELEMENT_FIRST | NC_ELEMENT_LAST;
		return piece;
	}
	host = nc_type_info(type)->bits - key->prefix16.prefixlen;
	piece.interval.low = read_data(type, key->prefix16.data);
	piece.interval.high =
		piece.interval.low | (host >= 128 ? ~(nc_num)0 : ((nc_num)1 << host) - 1);
	return piece;
}

static int compare_pieces(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return x->interval.low < y->interval.low ? -1 : x->interval.low > y->interval.low;
}

/* Join the pieces from a FIRST to its LAST. */
static int join(const struct piece *pieces, size_t n, nc_set_elements *ret)
{
	struct nc_set_element element = {};
	bool open = false;

	for (size_t i = 0; i < n; i++) {
		bool first = pieces[i].flags & NC_ELEMENT_FIRST;

		if (first == open || (open && pieces[i].interval.low != element.interval.high + 1))
			return -EBADMSG;
		if (first)
			element.interval.low = pieces[i].interval.low;
		element.interval.high = pieces[i].interval.high;
		open = !(pieces[i].flags & NC_ELEMENT_LAST);
		if (!open && nc_vec_push(ret, element) < 0)
			return -ENOMEM;
	}
	return open ? -EBADMSG : 0;
}

int nc_set_keys_read(enum nc_type type, enum nc_set_class class, const nc_set_keys *keys,
		     nc_set_elements *ret)
{
	_cleanup_free_ struct piece *pieces = calloc(keys->n ? keys->n : 1, sizeof(*pieces));
	nc_set_elements elements = {};
	int r;

	if (!pieces)
		return -ENOMEM;
	for (size_t i = 0; i < keys->n; i++) {
		if (is_lpm(class) && keys->v[i].prefix16.prefixlen > nc_type_info(type)->bits)
			return -EBADMSG;
		pieces[i] = read_key(type, class, &keys->v[i]);
	}
	qsort(pieces, keys->n, sizeof(*pieces), compare_pieces);
	r = join(pieces, keys->n, &elements);
	if (r < 0) {
		nc_vec_free(&elements);
		return r;
	}
	*ret = elements;
	return 0;
}

/* --- the image's sets ---------------------------------------------------------------------------- */

static int append_set(struct nc_build *build, struct nc_image_set *set)
{
	struct nc_image *image = build->image;

	set->index = image->n_in_class[set->class];
	if (nc_vec_push(&image->sets, *set) < 0) {
		nc_vec_free(&set->keys);
		return -ENOMEM;
	}
	image->n_in_class[set->class]++;
	return 0;
}

static int append_named(struct nc_build *build, const struct nc_set *set)
{
	struct nc_image_set image_set = {
		.named = set,
		.class = nc_set_class(set->type, set->flags & NC_SET_INTERVAL),
		.keep_live = set->live != NC_NONE && !set->elements_changed,
	};

	if (!image_set.keep_live &&
	    append_all(set->type, image_set.class, &set->elements, &image_set.keys) < 0) {
		nc_vec_free(&image_set.keys);
		return -ENOMEM;
	}
	return append_set(build, &image_set);
}

int nc_build_named_sets(struct nc_build *build)
{
	int r;

	nc_vec_foreach (table, &build->ruleset->tables) {
		nc_vec_foreach (set, &(*table)->sets) {
			r = append_named(build, *set);
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
		if (element->interval.low != element->interval.high)
			return true;
	}
	return false;
}

int nc_build_anonymous_set(struct nc_build *build, enum nc_type type,
			   const nc_set_elements *elements, const struct nc_image_set **ret)
{
	struct nc_image_set set = {.class = nc_set_class(type, has_interval(elements))};
	int r;

	if (append_all(type, set.class, elements, &set.keys) < 0) {
		nc_vec_free(&set.keys);
		return -ENOMEM;
	}
	r = append_set(build, &set);
	if (r == 0)
		*ret = &build->image->sets.v[build->image->sets.n - 1];
	return r;
}
