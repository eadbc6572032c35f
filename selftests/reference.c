/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plain reference: rules and chains. Written from the kernel's sources (net/netfilter/nf_tables_core.c and the
 * expressions that nft puts into rules; nft_fwd_netdev.c, nft_dup_netdev.c), sharing nothing with the program.
 */
#include "reference_parts.h"

#include <sys/socket.h>

/* How a statement, a rule or a chain ends. */
enum end_kind { GOES_ON, BREAKS, ACCEPTS, DROPS, REDIRECTS, RETURNS, JUMPS, GOES_TO };

struct end {
	enum end_kind kind;
	const char *chain; /* JUMPS, GOES_TO */
};

static struct end goes_on_if(bool holds)
{
	return (struct end){.kind = holds ? GOES_ON : BREAKS};
}

/* --- matches ---------------------------------------------------------------------------------------------------- */

/* Bits that nft does not load: those behind a prefix of whole bytes. */
static unsigned host_bits(const struct nc_match *m)
{
	unsigned bits = nc_selector_bits(&m->key.v[0]), host = 0;
	nc_num span;

	if (m->written != NC_WRITTEN_PREFIX || m->key.v[0].ops.n)
		return 0;
	span = m->values.v[0].interval.high - m->values.v[0].interval.low;
	for (; span; span >>= 1)
		host++;
	return host % 8 || host == bits ? 0 : host;
}

/* ret_runs: false where what an element carries ends the rule. */
static bool is_in(struct walk *w, const struct nc_match *m, const nc_num *key, bool *ret_runs)
{
	struct nc_set *set = m->set ? nc_table_find_set(w->table, m->set) : NULL;
	struct nc_set_element *element;

	*ret_runs = true;
	/* An element that ends the rule by being there does not count. */
	if (set && !m->negated)
		return walk_lookup(w, set, key, ret_runs);
	if (set)
		return elements_hold(&set->elements, key, m->key.n, &element);
	if (m->any_bit)
		return key[0] & m->mask;
	if (m->masked)
		return (key[0] & m->mask) == m->values.v[0].interval.low;
	return elements_hold(&m->values, key, m->key.n, &element);
}

static bool match(struct walk *w, const struct nc_match *m)
{
	nc_num key[NC_CONCAT_MAX];
	unsigned host = host_bits(m);
	bool holds, runs;

	if (host) {
		if (!walk_load(w, &m->key.v[0], nc_selector_bits(&m->key.v[0]) - host, key))
			return false;
		if (nc_field_info(m->key.v[0].field)->read != NC_READ_META)
			key[0] <<= host;
	} else if (!walk_read_key(w, &m->key, key)) {
		return false;
	}
	holds = is_in(w, m, key, &runs);
	if (holds && m->set && !m->negated)
		return runs;
	return holds != m->negated;
}

/* --- statements ---------------------------------------------------------------------------------------------------- */

static struct end give_verdict(const struct nc_do *verdict)
{
	static const enum end_kind kinds[] = {
		[NC_DO_ACCEPT] = ACCEPTS, [NC_DO_DROP] = DROPS, [NC_DO_CONTINUE] = GOES_ON,
		[NC_DO_RETURN] = RETURNS, [NC_DO_JUMP] = JUMPS, [NC_DO_GOTO] = GOES_TO,
	};

	return (struct end){kinds[verdict->kind], verdict->chain};
}

static struct end look_up_verdict(struct walk *w, const struct nc_lookup *lookup)
{
	struct nc_set_element *element;
	nc_num key[NC_CONCAT_MAX];
	bool runs = true;

	if (!walk_read_key(w, &lookup->key, key))
		return (struct end){.kind = BREAKS};
	if (lookup->map)
		element = walk_lookup(w, nc_table_find_set(w->table, lookup->map), key, &runs);
	else
		elements_hold(&lookup->elements, key, lookup->key.n, &element);
	if (!element || !runs)
		return (struct end){.kind = BREAKS};
	return give_verdict(&element->more->verdict);
}

static bool assign(struct walk *w, const struct nc_stmt *stmt)
{
	nc_num value;

	return walk_read_value(w, &stmt->assign.value, &value) &&
	       walk_store(w, &stmt->assign.target, value);
}

static void name_device(nc_num number, char name[17])
{
	for (unsigned i = 0; i < 16; i++)
		name[i] = number >> (15 - i) * 8;
	name[16] = '\0';
}

static struct end forward(struct walk *w, const struct nc_send *send)
{
	unsigned protocol = send->family == AF_INET ? 0x0800 : 0x86dd;
	nc_num device, neighbour = 0;

	if (!walk_read_value(w, &send->device, &device) ||
	    (send->family && !walk_read_value(w, &send->address, &neighbour)))
		return (struct end){.kind = BREAKS};
	if (send->family) {
		if (w->protocol != protocol)
			return (struct end){.kind = BREAKS};
		if (w->packet->length < w->nh + (protocol == 0x0800 ? 20 : 40))
			return (struct end){.kind = DROPS};
		walk_decrease_ttl(w);
	}
	name_device(device, w->judgement.device);
	w->judgement.family = send->family;
	w->judgement.neighbour = neighbour;
	return (struct end){.kind = REDIRECTS};
}

static bool duplicate(struct walk *w, const struct nc_send *send)
{
	struct judgement *judgement = &w->judgement;
	nc_num device;

	if (!walk_read_value(w, &send->device, &device))
		return false;
	if (judgement->n_dups < REFERENCE_DUPS_MAX)
		name_device(device, judgement->dup[judgement->n_dups]);
	judgement->n_dups++;
	return true;
}

/* COUNTER, LIMIT, QUOTA: the statement's own state or a table's object. */
static bool run_stateful(struct walk *w, struct nc_stmt *stmt)
{
	struct nc_object_decl *object = NULL;

	if (stmt->object)
		object = nc_table_find_object(w->table, nc_stmt_object_kind(stmt), stmt->object);
	switch (stmt->kind) {
	case NC_STMT_COUNTER:
		walk_count(w, object ? &object->counter : &stmt->counter);
		return true;
	case NC_STMT_LIMIT:
		return object ? walk_limit(w, &object->limit, object)
			      : walk_limit(w, &stmt->limit, stmt);
	default:
		return walk_quota(w, object ? &object->quota : &stmt->quota);
	}
}

static struct end run_stmt(struct walk *w, struct nc_stmt *stmt)
{
	switch (stmt->kind) {
	case NC_STMT_MATCH:
		return goes_on_if(match(w, &stmt->match));
	case NC_STMT_VERDICT:
		return give_verdict(&stmt->verdict);
	case NC_STMT_VMAP:
		return look_up_verdict(w, &stmt->vmap);
	case NC_STMT_COUNTER:
	case NC_STMT_LIMIT:
	case NC_STMT_QUOTA:
		return goes_on_if(run_stateful(w, stmt));
	case NC_STMT_SET:
		return goes_on_if(walk_set_stmt(w, &stmt->set));
	case NC_STMT_ASSIGN:
		return goes_on_if(assign(w, stmt));
	case NC_STMT_DUP:
		return goes_on_if(duplicate(w, &stmt->send));
	case NC_STMT_FWD:
		return forward(w, &stmt->send);
	default: /* LOG */
		return goes_on_if(true);
	}
}

/* --- chains ------------------------------------------------------------------------------------------------------------ */

static struct end run_rule(struct walk *w, struct nc_rule *rule)
{
	nc_vec_foreach (stmt, &rule->stmts) {
		struct end end = run_stmt(w, stmt);

		if (end.kind == BREAKS)
			return goes_on_if(true);
		if (end.kind != GOES_ON)
			return end;
	}
	return goes_on_if(true);
}

/* Where rules go on. */
struct place {
	const struct nc_chain *chain;
	size_t rule;
};

/* nft_do_chain(). RETURNS: to the policy. */
static enum end_kind run_chain(struct walk *w, const struct nc_chain *base)
{
	struct place stack[NC_JUMPS_MAX], at = {.chain = base};
	unsigned depth = 0;

	for (;;) {
		struct end end = {.kind = RETURNS};
		struct nc_rule *rule = NULL;

		if (at.rule < at.chain->rules.n) {
			rule = at.chain->rules.v[at.rule++];
			end = run_rule(w, rule);
		}
		switch (end.kind) {
		case GOES_ON:
			break;
		case JUMPS:
			if (depth == NC_JUMPS_MAX)
				return DROPS;
			stack[depth++] = at;
			/* fallthrough */
		case GOES_TO:
			at = (struct place){.chain = nc_table_find_chain(w->table, end.chain)};
			break;
		case RETURNS:
			if (!depth)
				return RETURNS;
			at = stack[--depth];
			break;
		default:
			w->judgement.rule = rule;
			return end.kind;
		}
	}
}

/* true: no other chain sees the packet */
static bool judge_chain(struct walk *w, const struct nc_chain *chain)
{
	w->judgement.rule = NULL;
	walk_parse_transport(w);
	switch (run_chain(w, chain)) {
	case ACCEPTS:
		w->judgement.verdict = NC_VERDICT_ACCEPT;
		return false;
	case DROPS:
		w->judgement.verdict = NC_VERDICT_DROP;
		return true;
	case REDIRECTS:
		w->judgement.verdict = NC_VERDICT_REDIRECT;
		return true;
	default:
		w->judgement.verdict = chain->policy;
		return chain->policy == NC_VERDICT_DROP;
	}
}

static bool is_at_work(const struct nc_table *table, const struct nc_chain *chain,
		       const struct reference_packet *packet)
{
	return chain->base && !table->dormant && chain->hook == packet->hook &&
	       nc_chain_has_device(chain, packet->device);
}

/* The chain that comes next behind another: by priority, of equals the later one first. */
static const struct nc_chain *next_chain(const struct walk *w, const struct nc_chain *behind,
					 const struct nc_table **ret_table)
{
	const struct nc_chain *best = NULL;
	bool passed = false;

	nc_vec_foreach (table, &w->reference->ruleset->tables) {
		nc_vec_foreach (chain, &(*table)->chains) {
			bool after = passed;

			if (*chain == behind)
				passed = true;
			if (!is_at_work(*table, *chain, w->packet) || *chain == behind)
				continue;
			if (behind && ((*chain)->priority < behind->priority ||
				       ((*chain)->priority == behind->priority && after)))
				continue;
			if (best && (*chain)->priority > best->priority)
				continue;
			best = *chain;
			*ret_table = *table;
		}
	}
	return best;
}

struct judgement reference_judge(struct reference *reference, struct reference_packet *packet)
{
	struct walk w = {.reference = reference, .packet = packet};
	const struct nc_chain *chain = NULL;

	w.judgement.verdict = NC_VERDICT_ACCEPT;
	reference_age(reference, packet->now_ns);
	walk_parse_link(&w);
	while ((chain = next_chain(&w, chain, &w.table))) {
		if (judge_chain(&w, chain))
			break;
	}
	reference_age(reference, packet->now_ns);
	return w.judgement;
}
