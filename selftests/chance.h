/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers for tests, repeatable: the seed is SEED of the environment, else the time, and is printed. */
#ifndef NETCTL_SELFTESTS_CHANCE_H
#define NETCTL_SELFTESTS_CHANCE_H

#include <stdint.h>

void chance_begin(void);
/* Begin from a given seed, silently. */
void chance_seed(uint64_t seed);
uint64_t chance64(void);
/* 0 … n - 1 */
unsigned below(unsigned n);

/* An element of an array. */
#define PICK(table) ((table)[below(sizeof(table) / sizeof(*(table)))])

/* How often to try: ROUNDS of the environment, else usual. */
unsigned chance_rounds(unsigned usual);

#endif
