/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers and elements of the language's types. */
#include "elements.h"

#include "chance.h"

nc_num random_number(unsigned bits)
{
	nc_num max = bits == 128 ? ~(nc_num)0 : ((nc_num)1 << bits) - 1;

	if (bits == 128 && below(3))
		return random_number(64) << 64 | random_number(64);
	switch (below(8)) {
	case 0:
	case 1:
	case 2:
		return below(3) & max;
	case 3:
		return max - below(2);
	case 4:
		return (nc_num)1 << (bits - 1);
	case 5:
		return below(16) & max;
	default:
		return ((nc_num)chance64() << 64 | chance64()) & max;
	}
}

void push_element(nc_set_elements *elements, nc_num low, nc_num high)
{
	if (nc_vec_push(elements, {.interval = {low, high}}) < 0)
		abort();
}

static int compare_numbers(const void *a, const void *b)
{
	const nc_num *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void random_elements(enum nc_type type, bool intervals, size_t n, nc_set_elements *ret)
{
	nc_num number[64];

	if (n > 64)
		abort();
	for (size_t i = 0; i < n; i++)
		number[i] = random_number(nc_type_info(type)->bits);
	qsort(number, n, sizeof(*number), compare_numbers);
	for (size_t i = 0; i < n; i++) {
		nc_num low = number[i];

		if (i && low == number[i - 1])
			continue;
		if (intervals && below(2) && i + 1 < n)
			i++;
		push_element(ret, low, number[i]);
	}
}
