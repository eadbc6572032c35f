/* SPDX-License-Identifier: GPL-2.0-only */
/* The reference: sets and maps. From nft_lookup.c, nft_dynset.c, nft_set_hash.c and nft_set_elem_update_expr(). */
#include "reference_parts.h"

#include <stdlib.h>

#include "model/elements.h"

static bool holds(const struct nc_set_element *element, const nc_num *key, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct nc_interval *part = nc_element_part(element, i);

		if (key[i] < part->low || part->high < key[i])
			return false;
	}
	return true;
}

bool elements_hold(const nc_set_elements *elements, const nc_num *key, size_t n,
		   struct nc_set_element **ret)
{
	struct nc_set_element *catchall = NULL;

	nc_vec_foreach (element, elements) {
		if (element->catchall) {
			catchall = element;
		} else if (holds(element, key, n)) {
			*ret = element;
			return true;
		}
	}
	*ret = catchall;
	return catchall != NULL;
}

static struct nc_element_more *more_of(struct nc_set_element *element)
{
	struct nc_element_more *more = nc_element_more(element);

	if (!more)
		abort();
	return more;
}

static struct memory *element_memory(struct reference *reference, const struct nc_set *set,
				     struct nc_set_element *element)
{
	struct nc_element_more *more = more_of(element);
	bool fresh;
	struct memory *memory = reference_remember(reference, more, &fresh);

	if (fresh) {
		memory->carries = set->carries;
		memory->limit = set->limit;
		more->counted |= (set->carries & NC_CARRY_COUNTER) != 0;
		if (set->carries & NC_CARRY_QUOTA && !more->quota_given) {
			more->quota = set->quota;
			more->quota_given = true;
		}
	}
	return memory;
}

/* What an element carries, in the order in which nft lists it. */
static bool run_element(struct judged *j, const struct nc_set *set, struct nc_set_element *element)
{
	struct memory *memory = element_memory(j->reference, set, element);
	struct nc_element_more *more = element->more;
	unsigned carries = memory->carries;

	if (carries & NC_CARRY_COUNTER) {
		more->counted = true;
		judged_count(j, &more->counter);
	}
	if (carries & NC_CARRY_LIMIT) {
		const struct nc_limit limit = memory->limit;

		if (!judged_limit(j, &limit, more))
			return false;
	}
	return !(carries & NC_CARRY_QUOTA) || judged_quota(j, &more->quota);
}

struct nc_set_element *judged_lookup(struct judged *j, struct nc_set *set, const nc_num *key,
				     bool *ret_runs)
{
	struct nc_set_element *element;

	*ret_runs = true;
	if (!elements_hold(&set->elements, key, set->type.n, &element))
		return NULL;
	*ret_runs = run_element(j, set, element);
	return element;
}

/* --- time ----------------------------------------------------------------------------------------------------- */

#define MS 1000000

/* From the moment that the ruleset comes to work. */
static void begin_element(struct reference *reference, const struct nc_set *set,
			  struct nc_set_element *element, uint64_t now_ns)
{
	struct nc_element_more *more = more_of(element);
	uint64_t timeout = more->timeout_given ? more->timeout : set->timeout;
	struct memory *memory = element_memory(reference, set, element);

	memory->expires = set->flags & NC_SET_TIMEOUT && timeout;
	memory->expiry_ns = now_ns + (more->expires_given ? more->expires : timeout) * MS;
}

static void remove_element(struct reference *reference, struct nc_set *set,
			   struct nc_set_element *element)
{
	size_t at = element - set->elements.v;

	reference_forget(reference, element->more);
	nc_element_clear(element);
	nc_vec_remove(&set->elements, at);
}

static void age_set(struct reference *reference, struct nc_set *set, uint64_t now_ns)
{
	for (size_t i = 0; i < set->elements.n;) {
		struct nc_set_element *element = &set->elements.v[i];
		const struct memory *memory = element_memory(reference, set, element);

		if (memory->expires && now_ns >= memory->expiry_ns) {
			remove_element(reference, set, element);
			continue;
		}
		element->more->expires_given = memory->expires;
		element->more->expires = memory->expires ? (memory->expiry_ns - now_ns) / MS : 0;
		i++;
	}
}

void reference_age(struct reference *reference, uint64_t now_ns)
{
	nc_vec_foreach (table, &reference->ruleset->tables) {
		nc_vec_foreach (set, &(*table)->sets) {
			if ((*set)->flags & NC_SET_TIMEOUT)
				age_set(reference, *set, now_ns);
		}
	}
}

struct reference *reference_new(struct nc_ruleset *ruleset, uint64_t now_ns,
				reference_random_fn *random, void *context)
{
	struct reference *reference = calloc(1, sizeof(*reference));

	if (!reference)
		abort();
	*reference = (struct reference){.ruleset = ruleset, .random = random, .context = context};
	nc_vec_foreach (table, &ruleset->tables) {
		nc_vec_foreach (set, &(*table)->sets) {
			if (!((*set)->flags & NC_SET_TIMEOUT) && !(*set)->carries)
				continue;
			nc_vec_foreach (element, &(*set)->elements)
				begin_element(reference, *set, element, now_ns);
		}
	}
	return reference;
}

void reference_free(struct reference *reference)
{
	if (!reference)
		return;
	nc_vec_free(&reference->memories);
	free(reference);
}

/* --- elements from the packet path ---------------------------------------------------------------------------- */

static struct nc_set_element *find_single(const struct nc_set *set, const nc_num *key)
{
	nc_vec_foreach (element, &set->elements) {
		if (!element->catchall && holds(element, key, set->type.n))
			return element;
	}
	return NULL;
}

static uint64_t timeout_of(const struct nc_set *set, const struct nc_set_stmt *stmt)
{
	if (!(set->flags & NC_SET_TIMEOUT))
		return 0;
	return stmt->timeout ?: set->timeout;
}

/* The statement's own counter, limit and quota, or else what the set declares. */
static void furnish(struct judged *j, const struct nc_set *set, const struct nc_set_stmt *stmt,
		    struct nc_set_element *element)
{
	struct nc_element_more *more = element->more;
	uint64_t timeout = timeout_of(set, stmt);
	struct memory *memory;
	bool fresh;

	memory = reference_remember(j->reference, more, &fresh);
	memory->carries = stmt->carries ?: set->carries;
	memory->limit = stmt->carries ? stmt->limit : set->limit;
	memory->expires = timeout != 0;
	memory->expiry_ns = j->packet->now_ns + timeout * MS;
	more->timeout_given = timeout && stmt->timeout;
	more->timeout = more->timeout_given ? timeout : 0;
	more->counted = memory->carries & NC_CARRY_COUNTER;
	more->quota_given = memory->carries & NC_CARRY_QUOTA;
	if (more->quota_given) {
		more->quota = stmt->carries ? stmt->quota : set->quota;
		more->quota.used = 0;
	}
}

/* NULL: the set is full. */
static struct nc_set_element *insert(struct judged *j, struct nc_set *set,
				     const struct nc_set_stmt *stmt, const nc_num *key, nc_num data)
{
	struct nc_set_element element = {.interval = {key[0], key[0]}}, *added;
	struct nc_element_more *more;
	nc_set_elements one = {.v = &element, .n = 1};

	if (set->size && set->elements.n >= set->size)
		return NULL;
	more = more_of(&element);
	more->n_rest = set->type.n - 1;
	if (more->n_rest && !(more->rest = calloc(more->n_rest, sizeof(*more->rest))))
		abort();
	for (unsigned i = 0; i < more->n_rest; i++)
		more->rest[i] = (struct nc_interval){key[i + 1], key[i + 1]};
	more->mapped = stmt->mapped;
	more->data = data;
	if (nc_elements_insert(&set->elements, &one) < 0)
		abort();
	nc_element_clear(&element);
	added = find_single(set, key);
	furnish(j, set, stmt, added);
	return added;
}

static void renew(struct judged *j, const struct nc_set *set, const struct nc_set_stmt *stmt,
		  struct nc_set_element *element)
{
	struct memory *memory = element_memory(j->reference, set, element);

	if (stmt->op == NC_SET_OP_UPDATE && memory->expires)
		memory->expiry_ns = j->packet->now_ns + timeout_of(set, stmt) * MS;
}

bool judged_set_stmt(struct judged *j, const struct nc_set_stmt *stmt)
{
	struct nc_set *set = nc_table_find_set(j->table, stmt->set);
	struct nc_set_element *element;
	nc_num key[NC_CONCAT_MAX], data = 0;

	if (!judged_read_key(j, &stmt->key, key) ||
	    (stmt->mapped && !judged_read_value(j, &stmt->data, &data)))
		return false;
	element = find_single(set, key);
	if (stmt->op == NC_SET_OP_DELETE) {
		if (element)
			remove_element(j->reference, set, element);
		return true;
	}
	if (element)
		renew(j, set, stmt, element);
	else
		element = insert(j, set, stmt, key, data);
	return element && run_element(j, set, element);
}
