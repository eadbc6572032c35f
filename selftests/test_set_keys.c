/* SPDX-License-Identifier: GPL-2.0-only */
/* Elements of sets and maps as the keys of maps: there and back, to the byte. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <string.h>

#include "chance.h"
#include "compile/compile.h"
#include "elements.h"

static struct nc_set *set_of_bits(enum nc_type type, unsigned bits, bool intervals)
{
	struct nc_set *set = nc_set_new("s");

	assert_int_equal(nc_vec_push(&set->type, {.type = type, .bits = bits}), 0);
	set->flags = intervals ? NC_SET_INTERVAL : 0;
	return set;
}

static struct nc_set *set_of(enum nc_type type, bool intervals)
{
	return set_of_bits(type, nc_type_info(type)->bits, intervals);
}

static void swap_bytes(uint8_t *bytes, size_t size, size_t a, size_t b)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = bytes[a * size + i];

		bytes[a * size + i] = bytes[b * size + i];
		bytes[b * size + i] = byte;
	}
}

static void shuffle(struct nc_set_keys *keys, enum nc_set_class class)
{
	for (size_t i = keys->n; i > 1; i--) {
		size_t j = below(i);

		swap_bytes(keys->keys, nc_class_key_size(class), i - 1, j);
		swap_bytes(keys->values, nc_class_value_size(class), i - 1, j);
	}
}

static void append(const struct nc_table *table, const struct nc_set *set, struct nc_set_keys *keys)
{
	nc_vec_foreach (element, &set->elements)
		assert_int_equal(nc_set_keys_append(table, set, element, keys), 0);
}

/* Elements into keys, which come back from the map in any order, and back. */
static void round_trip(struct nc_set *set)
{
	struct nc_table *table = nc_table_new("t");
	nc_set_elements back = {};
	struct nc_set_keys keys = {};

	append(table, set, &keys);
	shuffle(&keys, nc_set_class(set));
	assert_int_equal(nc_set_keys_read(table, set, &keys, &back), 0);
	assert_int_equal(back.n, set->elements.n);
	for (size_t i = 0; i < back.n; i++) {
		const struct nc_set_element *was = &set->elements.v[i], *is = &back.v[i];

		for (unsigned part = 0; part < set->type.n; part++)
			assert_memory_equal(nc_element_part(is, part), nc_element_part(was, part),
					    sizeof(struct nc_interval));
		if (set->map != NC_MAP_NONE)
			assert_true(is->more->mapped && is->more->data == was->more->data);
		if (set->carries)
			assert_int_equal(is->more->counter.packets, was->more->counter.packets);
	}
	nc_set_keys_free(&keys);
	nc_elements_clear(&back);
	nc_set_free(set);
	nc_table_free(table);
}

static void set_keys_round_trip(void **state)
{
	(void)state;
	chance_begin();
	for (unsigned i = 0; i < 200; i++) {
		for (unsigned type = 0; type < _NC_TYPE_MAX; type++) {
			for (unsigned intervals = 0; intervals < 2; intervals++) {
				struct nc_set *set;

				if (!nc_type_info(type)->bits)
					continue;
				set = set_of(type, intervals);
				random_elements(type, intervals, below(40), &set->elements);
				round_trip(set);
			}
		}
	}
}

/* Maps, and sets whose elements count. */
static void rich_keys_round_trip(void **state)
{
	static const enum nc_type types[] = {NC_TYPE_INET_SERVICE, NC_TYPE_IPV4_ADDR,
					     NC_TYPE_IPV6_ADDR, NC_TYPE_ETHER_ADDR};

	(void)state;
	chance_begin();
	for (unsigned i = 0; i < 400; i++) {
		enum nc_type type = types[i % 4];
		bool intervals = below(2);
		struct nc_set *set = set_of(type, intervals);

		set->map = below(2) ? NC_MAP_VALUE : NC_MAP_NONE;
		set->carries = NC_CARRY_COUNTER;
		random_elements(type, intervals, below(40), &set->elements);
		nc_vec_foreach (element, &set->elements) {
			struct nc_element_more *more = nc_element_more(element);

			assert_non_null(more);
			more->mapped = set->map != NC_MAP_NONE;
			more->data = more->mapped ? random_number(128) : 0;
			/* What an interval has counted, its prefixes cannot share. */
			more->counter.packets = intervals ? 0 : below(9);
		}
		round_trip(set);
	}
}

/* One element of two parts. */
static void push_pair(nc_set_elements *elements, nc_num first, nc_num second)
{
	struct nc_element_more *more;

	push_element(elements, first, first);
	more = nc_element_more(&elements->v[elements->n - 1]);
	assert_non_null(more);
	more->rest = calloc(1, sizeof(*more->rest));
	assert_non_null(more->rest);
	more->n_rest = 1;
	more->rest[0] = (struct nc_interval){second, second};
}

static void concatenations_round_trip(void **state)
{
	(void)state;
	chance_begin();
	for (unsigned i = 0; i < 2000; i++) {
		enum nc_type a = below(_NC_TYPE_MAX), b = below(_NC_TYPE_MAX);
		unsigned a_bits = nc_type_info(a)->bits, b_bits = nc_type_info(b)->bits;
		struct nc_diag diag = {};
		struct nc_set *set;

		if (!a_bits || !b_bits)
			continue;
		set = set_of(a, false);
		assert_int_equal(nc_vec_push(&set->type, {.type = b, .bits = b_bits}), 0);
		for (unsigned n = below(20); n; n--)
			push_pair(&set->elements, random_number(a_bits), random_number(b_bits));
		assert_int_equal(nc_elements_normalize(&set->elements, &diag), 0);
		round_trip(set);
	}
}

static void check_set(struct nc_set *set, nc_num low, nc_num high, size_t n, const char *first)
{
	struct nc_set_keys keys = {};

	push_element(&set->elements, low, high);
	append(NULL, set, &keys);
	assert_int_equal(keys.n, n);
	assert_memory_equal(keys.keys, first, set->flags & NC_SET_INTERVAL ? 12 : 8);
	nc_set_keys_free(&keys);
	nc_set_free(set);
}

static void check_key(enum nc_type type, bool interval, nc_num low, nc_num high, size_t n,
		      const char *first)
{
	check_set(set_of(type, interval), low, high, n, first);
}

/* Bytes of the wire, left-justified; prefix lengths in host order. */
static void set_keys_have_their_bytes(void **state)
{
	(void)state;
	check_key(NC_TYPE_INET_SERVICE, false, 80, 80, 1, "\0\120\0\0\0\0\0\0");
	check_key(NC_TYPE_IPV4_ADDR, false, 0x0a000001, 0x0a000001, 1, "\12\0\0\1\0\0\0\0");
	/* "typeof vlan id" */
	check_set(set_of_bits(NC_TYPE_INTEGER, 12, false), 10, 10, 1, "\0\240\0\0\0\0\0\0");
	check_key(NC_TYPE_ETHER_ADDR, false, 0x020000000001, 0x020000000001, 1, "\2\0\0\0\0\1\0\0");
	check_key(NC_TYPE_IPV6_ADDR, false, (nc_num)0xfe80 << 112, (nc_num)0xfe80 << 112, 1,
		  "\376\200\0\0\0\0\0\0");
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	check_key(NC_TYPE_IPV4_ADDR, true, 0x0a000000, 0x0affffff, 1, "\10\0\0\0\12\0\0\0\0\0\0\0");
	check_key(NC_TYPE_INET_SERVICE, true, 1, 65534, 30, "\20\0\0\0\0\1\0\0\0\0\0\0");
	check_key(NC_TYPE_INET_SERVICE, true, 0, 65535, 1, "\0\0\0\0\0\0\0\0\0\0\0\0");
	check_key(NC_TYPE_IPV6_ADDR, true, 0, ~(nc_num)0, 1, "\0\0\0\0\0\0\0\0\0\0\0\0");
	check_key(NC_TYPE_IPV6_ADDR, true, 1, ~(nc_num)0 - 1, 254, "\200\0\0\0\0\0\0\0\0\0\0\0");
#endif
}

/* All keys but one. */
static struct nc_set_keys without(const struct nc_set_keys *keys, enum nc_set_class class,
				  size_t missing)
{
	struct nc_set_keys some = {};

	for (size_t i = 0; i < keys->n; i++) {
		if (i == missing)
			continue;
		assert_int_equal(nc_set_keys_push(&some, class,
						  keys->keys + i * nc_class_key_size(class),
						  keys->values + i * nc_class_value_size(class)),
				 0);
	}
	return some;
}

/* Keys that do not pair up are no set. */
static void broken_set_keys_are_found(void **state)
{
	struct nc_set *set = set_of(NC_TYPE_INET_SERVICE, true);
	const __u32 too_long = 17;
	nc_set_elements elements = {};
	struct nc_set_keys keys = {};

	(void)state;
	push_element(&set->elements, 1, 6);
	append(NULL, set, &keys);
	assert_int_equal(keys.n, 4);
	for (size_t i = 0; i < 4; i++) {
		struct nc_set_keys some = without(&keys, nc_set_class(set), i);

		assert_int_equal(nc_set_keys_read(NULL, set, &some, &elements), -EBADMSG);
		nc_set_keys_free(&some);
	}
	memcpy(keys.keys, &too_long, sizeof(too_long));
	assert_int_equal(nc_set_keys_read(NULL, set, &keys, &elements), -EBADMSG);
	assert_null(elements.v);
	nc_set_keys_free(&keys);
	nc_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_keys_round_trip),
		cmocka_unit_test(rich_keys_round_trip),
		cmocka_unit_test(concatenations_round_trip),
		cmocka_unit_test(set_keys_have_their_bytes),
		cmocka_unit_test(broken_set_keys_are_found),
	};

	return cmocka_run_group_tests_name("set keys", tests, NULL, NULL);
}
