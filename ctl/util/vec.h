/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A growable array of values: struct { NC_VEC(int) numbers; }. Zero-initialised it is empty. One with elements and without
 * capacity borrows them from whoever owns the memory; it gets its own when it grows.
 */
#ifndef NETCTL_UTIL_VEC_H
#define NETCTL_UTIL_VEC_H

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define NC_VEC(type)                                                                               \
	struct {                                                                                   \
		type *v;                                                                           \
		size_t n, cap;                                                                     \
	}

/* Make room for one element more: most vectors stay very small, and there are many. 0 or -ENOMEM, the vector unchanged. */
static inline int nc_vec_reserve_(void **v, size_t n, size_t *cap, size_t size)
{
	size_t want = n + n / 2 + 1;
	void *p;

	if (n < *cap)
		return 0;
	p = reallocarray(*cap ? *v : NULL, want, size);
	if (!p)
		return -ENOMEM;
	if (!*cap && n)
		memcpy(p, *v, n * size);
	*v = p;
	*cap = want;
	return 0;
}

/* Append a copy of value. 0 or -ENOMEM, the vector unchanged. */
#define nc_vec_push(vec, ...)                                                                      \
	({                                                                                         \
		int _r = nc_vec_reserve_((void **)&(vec)->v, (vec)->n, &(vec)->cap,                \
					 sizeof(*(vec)->v));                                       \
		if (!_r)                                                                           \
			(vec)->v[(vec)->n++] = (__typeof__(*(vec)->v))__VA_ARGS__;                 \
		_r;                                                                                \
	})

/* Insert a copy of value at index at (0 … n). 0 or -ENOMEM, the vector unchanged. */
#define nc_vec_insert(vec, at, ...)                                                                \
	({                                                                                         \
		size_t _at = (at);                                                                 \
		int _r = nc_vec_reserve_((void **)&(vec)->v, (vec)->n, &(vec)->cap,                \
					 sizeof(*(vec)->v));                                       \
		if (!_r) {                                                                         \
			memmove(&(vec)->v[_at + 1], &(vec)->v[_at],                                \
				((vec)->n++ - _at) * sizeof(*(vec)->v));                           \
			(vec)->v[_at] = (__typeof__(*(vec)->v))__VA_ARGS__;                        \
		}                                                                                  \
		_r;                                                                                \
	})

/* Remove the element at index at. */
#define nc_vec_remove(vec, at)                                                                     \
	({                                                                                         \
		size_t _at = (at);                                                                 \
		memmove(&(vec)->v[_at], &(vec)->v[_at + 1],                                        \
			(--(vec)->n - _at) * sizeof(*(vec)->v));                                   \
	})

/* Release the storage; what the elements own is the caller's. */
#define nc_vec_free(vec)                                                                           \
	({                                                                                         \
		if ((vec)->cap)                                                                    \
			free((vec)->v);                                                            \
		(vec)->v = NULL;                                                                   \
		(vec)->n = (vec)->cap = 0;                                                         \
	})

#define nc_vec_foreach(it, vec)                                                                    \
	for (__typeof__(*(vec)->v) *it = (vec)->v; it && it < (vec)->v + (vec)->n; it++)

#endif
