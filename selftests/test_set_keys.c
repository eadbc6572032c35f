/* SPDX-License-Identifier: GPL-2.0-only */
/* Elements of sets as the keys of maps: there and back, to the byte. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "chance.h"
#include "compile/compile.h"
#include "elements.h"

static void shuffle(nc_set_keys *keys)
{
	for (size_t i = keys->n; i > 1; i--) {
		struct nc_set_key *a = &keys->v[i - 1], *b = &keys->v[below(i)], swap = *a;

		*a = *b;
		*b = swap;
	}
}

/* Elements into keys, which come back from the map in any order, and back. */
static void round_trip(enum nc_type type, bool intervals)
{
	enum nc_set_class class = nc_set_class(type, intervals);
	nc_set_elements elements = {}, back = {};
	nc_set_keys keys = {};

	random_elements(type, intervals, below(40), &elements);
	nc_vec_foreach (element, &elements)
		assert_int_equal(nc_set_keys_append(type, class, &element->interval, &keys), 0);
	shuffle(&keys);
	assert_int_equal(nc_set_keys_read(type, class, &keys, &back), 0);
	assert_int_equal(back.n, elements.n);
	for (size_t i = 0; i < back.n; i++)
		assert_memory_equal(&back.v[i].interval, &elements.v[i].interval,
				    sizeof(struct nc_interval));
	nc_vec_free(&keys);
	nc_vec_free(&elements);
	nc_vec_free(&back);
}

static void set_keys_round_trip(void **state)
{
	(void)state;
	chance_begin();
	for (unsigned i = 0; i < 200; i++) {
		for (unsigned type = 0; type < _NC_TYPE_MAX; type++) {
			round_trip(type, false);
			round_trip(type, true);
		}
	}
}

static void check_key(enum nc_type type, bool interval, nc_num low, nc_num high, size_t n,
		      const char *first)
{
	enum nc_set_class class = nc_set_class(type, interval);
	struct nc_interval value = {low, high};
	nc_set_keys keys = {};

	assert_int_equal(nc_set_keys_append(type, class, &value, &keys), 0);
	assert_int_equal(keys.n, n);
	assert_memory_equal(&keys.v[0], first, interval ? 12 : 8);
	nc_vec_free(&keys);
}

/* Bytes of the wire, left-justified; prefix lengths in host order. */
static void set_keys_have_their_bytes(void **state)
{
	(void)state;
	check_key(NC_TYPE_INET_SERVICE, false, 80, 80, 1, "\0\120\0\0\0\0\0\0");
	check_key(NC_TYPE_IPV4_ADDR, false, 0x0a000001, 0x0a000001, 1, "\12\0\0\1\0\0\0\0");
	check_key(NC_TYPE_VLAN_ID, false, 10, 10, 1, "\0\240\0\0\0\0\0\0");
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

/* Keys that do not pair up are no set. */
static void broken_set_keys_are_found(void **state)
{
	const struct nc_interval interval = {1, 6};
	nc_set_elements elements = {};
	nc_set_keys keys = {};

	(void)state;
	assert_int_equal(nc_set_keys_append(NC_TYPE_INET_SERVICE, NC_CLASS_LPM8, &interval, &keys),
			 0);
	assert_int_equal(keys.n, 4);
	for (size_t i = 0; i < 4; i++) {
		struct nc_set_key key = keys.v[i];

		nc_vec_remove(&keys, i);
		assert_int_equal(nc_set_keys_read(NC_TYPE_INET_SERVICE, NC_CLASS_LPM8, &keys,
						  &elements),
				 -EBADMSG);
		assert_int_equal(nc_vec_insert(&keys, i, key), 0);
	}
	keys.v[0].prefix8.prefixlen = 17;
	assert_int_equal(nc_set_keys_read(NC_TYPE_INET_SERVICE, NC_CLASS_LPM8, &keys, &elements),
			 -EBADMSG);
	assert_null(elements.v);
	nc_vec_free(&keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_keys_round_trip),
		cmocka_unit_test(set_keys_have_their_bytes),
		cmocka_unit_test(broken_set_keys_are_found),
	};

	return cmocka_run_group_tests_name("set keys", tests, NULL, NULL);
}
