/* SPDX-License-Identifier: GPL-2.0-only */
/* Hashes of plain keys (netctl/hash.h): as memory, beside a plain list of what should be in them; and as programs look. */
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "filter.h"
#include "frame.h"
#include "kern/hash.h"

static unsigned waited;

static int wait_well(void)
{
	waited++;
	return 0;
}

static int wait_badly(void)
{
	return -EINVAL;
}

static struct nc_hash new_hash(int words, __u32 buckets, __u32 room, __u32 limit)
{
	struct nc_hash hash = {.first = 1, .words = words};

	hash.header = calloc(nc_hash_entries(buckets), NC_BUCKET_BYTES(words));
	assert_non_null(hash.header);
	*hash.header = (struct nc_hash_header){
		.seed = chance64(), .buckets = buckets, .room = room, .limit = limit};
	hash.buckets = (void *)((char *)hash.header + NC_BUCKET_BYTES(words));
	return hash;
}

/* Key number n; zero is one. The second word tells its first one. */
static void make_key(__u64 n, __u64 key[2])
{
	key[0] = n * 0x100000001ull;
	key[1] = ~key[0];
}

/* The next number from n on whose key is meant for a bucket. */
static __u64 next_of_bucket(const struct nc_hash *hash, __u32 bucket, __u64 n)
{
	__u64 key[2];

	for (;; n++) {
		make_key(n, key);
		if (nc_hash_first(hash->header, key, hash->words) == bucket)
			return n;
	}
}

/* --- as memory ------------------------------------------------------------------------------------------ */

#define MANY 48

static size_t count_keys(const struct nc_hash *hash)
{
	__u64 keys[NC_HASH_KEYS * 2];
	size_t n = 0;

	for (__u32 i = 1; i < nc_hash_entries(hash->header->buckets); i++)
		n += nc_hash_read(hash, i, keys);
	return n;
}

static void check_all(const struct nc_hash *hash, const bool there[MANY])
{
	size_t n = 0;
	__u64 key[2];

	for (unsigned i = 0; i < MANY; i++) {
		make_key(i, key);
		assert_int_equal(nc_hash_has(hash, key), there[i]);
		n += there[i];
	}
	assert_int_equal(hash->header->count, n);
	assert_int_equal(count_keys(hash), n);
}

/* Few buckets, so that keys stand behind theirs, and places are used again. */
static void come_and_go(int words)
{
	struct nc_hash hash = new_hash(words, 6, 16, 0);
	bool there[MANY] = {};
	size_t n = 0;
	__u64 key[2];

	for (unsigned i = 0; i < chance_rounds(20000); i++) {
		unsigned k = below(MANY);

		make_key(k, key);
		if (below(2)) {
			int wanted = there[k] ? -EEXIST : n == 16 ? -ENOSPC : 0;

			assert_int_equal(nc_hash_add(&hash, key, wait_well), wanted);
			n += !wanted;
			there[k] = there[k] || !wanted;
		} else {
			assert_int_equal(nc_hash_delete(&hash, key), there[k] ? 0 : -ENOENT);
			n -= there[k];
			there[k] = false;
		}
		check_all(&hash, there);
	}
	free(hash.header);
}

static void keys_come_and_go(void **state)
{
	(void)state;
	come_and_go(1);
	come_and_go(2);
}

/* As many keys of one bucket as can be; one more finds no place and changes nothing. */
static void full_run(int words)
{
	struct nc_hash hash = new_hash(words, 64, 1000, 0);
	__u64 numbers[NC_HASH_RUN * NC_HASH_KEYS + 1], n = 0, key[2];
	const size_t last = NC_HASH_RUN * NC_HASH_KEYS, middle = last / 2;
	size_t size = nc_hash_entries(64) * NC_BUCKET_BYTES(words);
	void *before = malloc(size);

	/* The last bucket: nothing wraps. */
	for (size_t i = 0; i <= last; i++, n++) {
		n = numbers[i] = next_of_bucket(&hash, 64, n);
		make_key(n, key);
		memcpy(before, hash.header, size);
		assert_int_equal(nc_hash_add(&hash, key, wait_well), i < last ? 0 : -ENOSPC);
	}
	assert_memory_equal(before, hash.header, size);
	make_key(numbers[middle], key);
	assert_int_equal(nc_hash_delete(&hash, key), 0);
	for (size_t i = 0; i < last; i++) {
		make_key(numbers[i], key);
		assert_int_equal(nc_hash_has(&hash, key), i != middle);
	}
	make_key(numbers[last], key);
	assert_int_equal(nc_hash_add(&hash, key, wait_well), 0);
	assert_true(nc_hash_has(&hash, key));
	free(before);
	free(hash.header);
}

static void runs_are_bounded(void **state)
{
	(void)state;
	full_run(1);
	full_run(2);
}

/* A key of two words waits for readers of the one that stood there; one word is whole at any time. */
static void old_places_are_waited_for(void **state)
{
	(void)state;
	for (int words = 1; words <= 2; words++) {
		struct nc_hash hash = new_hash(words, 1, 100, 0);
		__u64 key[2];

		waited = 0;
		for (unsigned i = 0; i < NC_HASH_KEYS; i++) {
			make_key(i, key);
			assert_int_equal(nc_hash_add(&hash, key, wait_well), 0);
		}
		make_key(1, key);
		assert_int_equal(nc_hash_delete(&hash, key), 0);
		assert_int_equal(nc_hash_add(&hash, key, wait_badly), 0);
		assert_int_equal(nc_hash_delete(&hash, key), 0);
		assert_int_equal(waited, 0);
		make_key(7, key);
		if (words == 2)
			assert_int_equal(nc_hash_add(&hash, key, wait_badly), -ENOSPC);
		assert_false(nc_hash_has(&hash, key));
		assert_int_equal(nc_hash_add(&hash, key, wait_well), 0);
		assert_int_equal(waited, words - 1);
		assert_true(nc_hash_has(&hash, key));
		free(hash.header);
	}
}

static void declared_size_holds(void **state)
{
	struct nc_hash hash = new_hash(1, 8, 10, 2);
	__u64 key[2];

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		make_key(i, key);
		assert_int_equal(nc_hash_add(&hash, key, wait_well), i < 2 ? 0 : -E2BIG);
	}
	make_key(0, key);
	assert_int_equal(nc_hash_add(&hash, key, wait_well), -EEXIST);
	free(hash.header);
}

struct writing {
	struct nc_hash hash;
	bool over;
};

static void *write_keys(void *context)
{
	struct writing *writing = context;
	__u64 key[2];

	for (unsigned i = 0; i < 300000; i++) {
		make_key(1 + i % 50, key);
		if (nc_hash_add(&writing->hash, key, wait_well) == -EEXIST)
			nc_hash_delete(&writing->hash, key);
	}
	__atomic_store_n(&writing->over, true, __ATOMIC_RELEASE);
	return NULL;
}

/* What is read while a writer is at work is whole, and what stays is always there. */
static void reading_beside_a_writer(void **state)
{
	struct writing writing = {.hash = new_hash(2, 4, 30, 0)};
	__u64 keys[NC_HASH_KEYS * 2], stays[2];
	pthread_t thread;

	(void)state;
	make_key(0, stays);
	assert_int_equal(nc_hash_add(&writing.hash, stays, wait_well), 0);
	assert_int_equal(pthread_create(&thread, NULL, write_keys, &writing), 0);
	while (!__atomic_load_n(&writing.over, __ATOMIC_ACQUIRE)) {
		bool found = false;

		for (__u32 bucket = 1; bucket < nc_hash_entries(4); bucket++) {
			int n = nc_hash_read(&writing.hash, bucket, keys);

			for (int i = 0; i < n; i++) {
				assert_true(keys[2 * i + 1] == ~keys[2 * i]);
				found |= keys[2 * i] == stays[0];
			}
		}
		assert_true(found);
		assert_true(nc_hash_has(&writing.hash, stays));
	}
	pthread_join(thread, NULL);
	free(writing.hash.header);
}

/* What people write: neighbours, networks, the same host everywhere. Hardly a bucket overflows. */
static void spread(int words, int bits, __u64 stride)
{
	struct nc_hash hash = new_hash(words, nc_hash_buckets(20000), 20000, 0);
	size_t over = 0;

	hash.header->seed = 0x5bd1e9955bd1e995;
	for (__u64 n = 0; n < 20000; n++) {
		__u64 number = htobe64(n * stride << (64 - bits));
		__u64 key[2] = {words == 1 ? number : htobe64(0x20010db800000000), number};
		int r = nc_hash_add(&hash, key, wait_well);

		/* A stride may come round again. */
		assert_true(r == 0 || r == -EEXIST);
	}
	for (__u32 n = 0; n < hash.header->buckets; n++)
		over += !!(hash.buckets[(size_t)n * words * (NC_HASH_KEYS + 1)] & NC_BUCKET_OVER);
	assert_true(over < hash.header->buckets / 10);
	free(hash.header);
}

static void likely_keys_spread(void **state)
{
	const __u64 strides[] = {1, 3, 256, 0x10000, 0x10001, 0x1000000};

	(void)state;
	for (size_t i = 0; i < sizeof(strides) / sizeof(*strides); i++) {
		spread(1, 32, strides[i]); /* IPv4 */
		spread(1, 48, strides[i]); /* Ethernet */
		spread(2, 64, strides[i]); /* IPv6 */
	}
	spread(1, 16, 1); /* ports */
}

/* --- as programs look ----------------------------------------------------------------------------------------- */

#define N_ELEMENTS 3000

static void print_address(FILE *to, bool ip6, unsigned n)
{
	fprintf(to, ip6 ? "2001:db8:%x::%x" : "10.%u.3.%u", n / 250, n % 250);
}

/* Element n of all is in set n modulo sets. With its size declared, the map is as full as it may be. */
static char *write_ruleset(bool ip6, unsigned sets)
{
	size_t length;
	char *text;
	FILE *to = open_memstream(&text, &length);

	fprintf(to, "table netdev t {\n");
	for (unsigned i = 0; i < sets; i++) {
		fprintf(to, "set s%u { type %s; size %u; elements = { ", i,
			ip6 ? "ipv6_addr" : "ipv4_addr", N_ELEMENTS / sets);
		for (unsigned n = i; n < N_ELEMENTS; n += sets) {
			print_address(to, ip6, n);
			fprintf(to, n + sets < N_ELEMENTS ? ", " : " } }\n");
		}
	}
	fprintf(to,
		"chain c { type filter hook ingress device \"lo\" priority 0; policy accept;\n");
	for (unsigned i = 0; i < sets; i++)
		fprintf(to, "%s saddr @s%u drop\n", ip6 ? "ip6" : "ip", i);
	fprintf(to, "} }\n");
	fclose(to);
	return text;
}

static struct frame frame_from(bool ip6, unsigned n)
{
	struct frame frame = {};
	size_t length;
	char *address;
	FILE *to = open_memstream(&address, &length);

	print_address(to, ip6, n);
	fclose(to);
	frame_ether(&frame);
	if (ip6)
		frame_ip6(&frame, address, "2001:db8::1");
	else
		frame_ip(&frame, address, "192.0.2.1", 0, 0);
	frame_udp(&frame, 1, 2);
	frame_finish(&frame);
	free(address);
	return frame;
}

/* sets: more than have a place of their own, or not. */
static void look(bool ip6, unsigned sets)
{
	char *text = write_ruleset(ip6, sets);
	struct filter *filter = filter_load(text);

	assert_non_null(filter);
	for (unsigned n = 0; n < N_ELEMENTS * 2; n++) {
		struct frame frame = frame_from(ip6, n);
		struct outcome outcome = filter_run(filter, frame.byte, frame.length);

		assert_int_equal(outcome.verdict,
				 n < N_ELEMENTS ? NC_VERDICT_DROP : NC_VERDICT_ACCEPT);
		assert_int_equal(outcome.reason,
				 n < N_ELEMENTS ? NC_REASON_RULE : NC_REASON_POLICY);
	}
	filter_free(filter);
	free(text);
}

static void packets_find_all_and_no_other(void **state)
{
	(void)state;
	if (!filter_possible())
		skip();
	look(false, 1);
	look(true, 1);
}

static void so_in_many_sets(void **state)
{
	(void)state;
	if (!filter_possible())
		skip();
	look(false, NC_HASHES_DIRECT + 2);
	look(true, NC_HASHES_DIRECT + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_come_and_go),
		cmocka_unit_test(runs_are_bounded),
		cmocka_unit_test(old_places_are_waited_for),
		cmocka_unit_test(declared_size_holds),
		cmocka_unit_test(reading_beside_a_writer),
		cmocka_unit_test(likely_keys_spread),
		cmocka_unit_test(packets_find_all_and_no_other),
		cmocka_unit_test(so_in_many_sets),
	};

	chance_begin();
	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
