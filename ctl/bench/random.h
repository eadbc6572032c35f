/* SPDX-License-Identifier: GPL-2.0-only */
/* Repeatable random numbers: the same seed, the same rules and packets, on any machine. */
#ifndef NETCTL_BENCH_RANDOM_H
#define NETCTL_BENCH_RANDOM_H

#include <stdint.h>

struct nc_random {
	uint64_t state; /* the seed, at first */
};

/* splitmix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014 */
static inline uint64_t nc_random64(struct nc_random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* 0 … n - 1 */
static inline uint32_t nc_random_below(struct nc_random *random, uint32_t n)
{
	return (nc_random64(random) >> 32) * n >> 32;
}

/* An index of an array of weights. */
static inline unsigned nc_random_pick(struct nc_random *random, const uint16_t *weight, unsigned n)
{
	uint32_t sum = 0, at;
	unsigned i;

	for (i = 0; i < n; i++)
		sum += weight[i];
	at = nc_random_below(random, sum);
	for (i = 0; at >= weight[i]; i++)
		at -= weight[i];
	return i;
}

#endif
