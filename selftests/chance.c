/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers for tests. */
#include "chance.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t state;

void chance_begin(void)
{
	const char *seed = getenv("SEED");

	state = seed ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL);
	printf("# SEED=%" PRIu64 "\n", state);
}

void chance_seed(uint64_t seed)
{
	state = seed;
}

/* splitmix64 */
uint64_t chance64(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

unsigned below(unsigned n)
{
	return chance64() % n;
}

unsigned chance_rounds(unsigned usual)
{
	const char *rounds = getenv("ROUNDS");

	return rounds ? strtoul(rounds, NULL, 0) : usual;
}
