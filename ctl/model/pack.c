/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule's pieces in one piece of memory: its statements, and the keys and values of its matches. Called by lang/ when a rule is
 * complete. Whoever walks over ten thousand rules then reads forward, and frees them by one call each.
 */
#include "model/ruleset.h"

static bool is_plain_match(const struct nc_match *match)
{
	if (match->set)
		return false;
	nc_vec_foreach (selector, &match->key) {
		if (selector->ops.n)
			return false;
	}
	nc_vec_foreach (element, &match->values) {
		if (element->more)
			return false;
	}
	return true;
}

/* Does the rule own nothing but the piece of memory that it is in, and its comment? */
static bool is_plain(const struct nc_rule *rule)
{
	if (rule->generates)
		return false;
	nc_vec_foreach (stmt, &rule->stmts) {
		switch (stmt->kind) {
		case NC_STMT_MATCH:
			if (!is_plain_match(&stmt->match))
				return false;
			break;
		case NC_STMT_VERDICT:
			if (stmt->verdict.chain)
				return false;
			break;
		case NC_STMT_COUNTER:
		case NC_STMT_LIMIT:
		case NC_STMT_QUOTA:
			if (stmt->object)
				return false;
			break;
		default:
			return false;
		}
	}
	return true;
}

#define ALIGNED(size) (((size) + 15) & ~(size_t)15)

/* Bytes of a vector's elements. */
#define BYTES(vec) ALIGNED((vec)->n * sizeof(*(vec)->v))

static size_t size_of(const struct nc_rule *rule)
{
	size_t size = ALIGNED(sizeof(*rule)) + BYTES(&rule->stmts);

	nc_vec_foreach (stmt, &rule->stmts) {
		if (stmt->kind == NC_STMT_MATCH)
			size += BYTES(&stmt->match.key) + BYTES(&stmt->match.values);
	}
	return size;
}

/* Elements move to *at, which moves behind them; the vector borrows them from there. */
#define MOVE(vec, at)                                                                              \
	({                                                                                         \
		size_t _n = (vec)->n;                                                              \
		void *_to = *(at);                                                                 \
		if (_n)                                                                            \
			memcpy(_to, (vec)->v, _n * sizeof(*(vec)->v));                             \
		*(at) += BYTES(vec);                                                               \
		nc_vec_free(vec);                                                                  \
		(vec)->v = _n ? _to : NULL;                                                        \
		(vec)->n = _n;                                                                     \
	})

struct nc_rule *nc_rule_pack(struct nc_rule *rule)
{
	char *block = malloc(size_of(rule)), *at = block;
	struct nc_rule *packed = (struct nc_rule *)block;

	if (!block)
		return rule;
	*packed = *rule;
	at += ALIGNED(sizeof(*rule));
	free(rule);
	MOVE(&packed->stmts, &at);
	nc_vec_foreach (stmt, &packed->stmts) {
		if (stmt->kind != NC_STMT_MATCH)
			continue;
		MOVE(&stmt->match.key, &at);
		MOVE(&stmt->match.values, &at);
	}
	packed->plain = is_plain(packed);
	return packed;
}
