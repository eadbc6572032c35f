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
static bool is_in(struct judged *j, const struct nc_match *m, const nc_num *key, bool *ret_runs)
{
	struct nc_set *set = m->set ? nc_table_find_set(j->table, m->set) : NULL;
	struct nc_set_element *element;

	*ret_runs = true;
	/* An element that ends the rule by being there does not count. */
	if (set && !m->negated)
		return judged_lookup(j, set, key, ret_runs);
	if (set)
		return elements_hold(&set->elements, key, m->key.n, &element);
	if (m->any_bit)
		return key[0] & m->mask;
	if (m->masked)
		return (key[0] & m->mask) == m->values.v[0].interval.low;
	return elements_hold(&m->values, key, m->key.n, &element);
}

static bool match(struct judged *j, const struct nc_match *m)
{
	nc_num key[NC_CONCAT_MAX];
	unsigned host = host_bits(m);
	bool holds, runs;

	if (host) {
		if (!judged_load(j, &m->key.v[0], nc_selector_bits(&m->key.v[0]) - host, key))
			return false;
		if (nc_field_info(m->key.v[0].field)->read != NC_READ_META)
			key[0] <<= host;
	} else if (!judged_read_key(j, &m->key, key)) {
		return false;
	}
	holds = is_in(j, m, key, &runs);
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

static struct end look_up_verdict(struct judged *j, const struct nc_lookup *lookup)
{
	struct nc_set_element *element;
	nc_num key[NC_CONCAT_MAX];
	bool runs = true;

	if (!judged_read_key(j, &lookup->key, key))
		return (struct end){.kind = BREAKS};
	if (lookup->map)
		element = judged_lookup(j, nc_table_find_set(j->table, lookup->map), key, &runs);
	else
		elements_hold(&lookup->elements, key, lookup->key.n, &element);
	if (!element || !runs)
		return (struct end){.kind = BREAKS};
	return give_verdict(&element->more->verdict);
}

static bool assign(struct judged *j, const struct nc_stmt *stmt)
{
	nc_num value;

	return judged_read_value(j, &stmt->assign->value, &value) &&
	       judged_store(j, &stmt->assign->target, value);
}

static void name_device(nc_num number, char name[17])
{
	for (unsigned i = 0; i < 16; i++)
		name[i] = number >> (15 - i) * 8;
	name[16] = '\0';
}

static struct end forward(struct judged *j, const struct nc_send *send)
{
	unsigned protocol = send->family == AF_INET ? 0x0800 : 0x86dd;
	nc_num device, neighbour = 0;

	if (!judged_read_value(j, &send->device, &device) ||
	    (send->family && !judged_read_value(j, &send->address, &neighbour)))
		return (struct end){.kind = BREAKS};
	if (send->family) {
		if (j->protocol != protocol)
			return (struct end){.kind = BREAKS};
		if (j->packet->length < j->nh + (protocol == 0x0800 ? 20 : 40))
			return (struct end){.kind = DROPS};
		if (j->packet->frame[j->nh + (protocol == 0x0800 ? 8 : 7)] <= 1)
			return (struct end){.kind = DROPS};
		judged_decrease_ttl(j);
	}
	name_device(device, j->judgement.device);
	j->judgement.family = send->family;
	j->judgement.neighbour = neighbour;
	return (struct end){.kind = REDIRECTS};
}

static bool duplicate(struct judged *j, const struct nc_send *send)
{
	struct judgement *judgement = &j->judgement;
	nc_num device;

	if (!judged_read_value(j, &send->device, &device))
		return false;
	if (judgement->n_dups < REFERENCE_DUPS_MAX)
		name_device(device, judgement->dup[judgement->n_dups]);
	judgement->n_dups++;
	return true;
}

static bool run_object(struct judged *j, struct nc_object_decl *object)
{
	switch (object->kind) {
	case NC_KIND_COUNTER:
		judged_count(j, &object->counter);
		return true;
	case NC_KIND_LIMIT:
		return judged_limit(j, &object->limit, object);
	default:
		return judged_quota(j, &object->quota);
	}
}

/* COUNTER, LIMIT, QUOTA: the statement's own state or a table's object. */
static bool run_stateful(struct judged *j, struct nc_stmt *stmt)
{
	if (stmt->object)
		return run_object(j, nc_table_find_object(j->table, nc_stmt_object_kind(stmt),
							  stmt->object));
	switch (stmt->kind) {
	case NC_STMT_COUNTER:
		judged_count(j, &stmt->counter);
		return true;
	case NC_STMT_LIMIT:
		return judged_limit(j, &stmt->limit, stmt);
	default:
		return judged_quota(j, &stmt->quota);
	}
}

/* nft_objref_map_eval(): what elements carry does not run. */
static bool run_named_object(struct judged *j, const struct nc_lookup *lookup)
{
	const struct nc_set *map = lookup->map ? nc_table_find_set(j->table, lookup->map) : NULL;
	struct nc_set_element *element;
	nc_num key[NC_CONCAT_MAX];

	if (!judged_read_key(j, &lookup->key, key) ||
	    !elements_hold(map ? &map->elements : &lookup->elements, key, lookup->key.n, &element))
		return false;
	return run_object(j, nc_table_find_object(j->table, element->more->verdict.object,
						  element->more->verdict.chain));
}

static struct end strip(struct judged *j, const struct nc_selector *option)
{
	static const enum end_kind kinds[] = {BREAKS, DROPS, GOES_ON};

	return (struct end){.kind = kinds[judged_strip(j, nc_selector_kind(option)) + 1]};
}

static struct end run_stmt(struct judged *j, struct nc_stmt *stmt)
{
	switch (stmt->kind) {
	case NC_STMT_MATCH:
		return goes_on_if(match(j, &stmt->match));
	case NC_STMT_VERDICT:
		return give_verdict(&stmt->verdict);
	case NC_STMT_VMAP:
		return look_up_verdict(j, &stmt->vmap);
	case NC_STMT_COUNTER:
	case NC_STMT_LIMIT:
	case NC_STMT_QUOTA:
		return goes_on_if(run_stateful(j, stmt));
	case NC_STMT_RESET:
		return strip(j, &stmt->reset);
	case NC_STMT_OBJECT:
		return goes_on_if(run_named_object(j, &stmt->objects.lookup));
	case NC_STMT_SET:
		return goes_on_if(judged_set_stmt(j, stmt->set));
	case NC_STMT_ASSIGN:
		return goes_on_if(assign(j, stmt));
	case NC_STMT_DUP:
		return goes_on_if(duplicate(j, stmt->send));
	case NC_STMT_FWD:
		return forward(j, stmt->send);
	default: /* LOG */
		return goes_on_if(true);
	}
}

/* --- chains ------------------------------------------------------------------------------------------------------------ */

static struct end run_rule(struct judged *j, struct nc_rule *rule)
{
	nc_vec_foreach (stmt, &rule->stmts) {
		struct end end = run_stmt(j, stmt);

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
static enum end_kind run_chain(struct judged *j, const struct nc_chain *base)
{
	struct place stack[NC_JUMPS_MAX], at = {.chain = base};
	unsigned depth = 0;

	for (;;) {
		struct end end = {.kind = RETURNS};
		struct nc_rule *rule = NULL;

		if (at.rule < at.chain->rules.n) {
			rule = at.chain->rules.v[at.rule++];
			end = run_rule(j, rule);
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
			at = (struct place){.chain = nc_table_find_chain(j->table, end.chain)};
			break;
		case RETURNS:
			if (!depth)
				return RETURNS;
			at = stack[--depth];
			break;
		default:
			j->judgement.rule = rule;
			return end.kind;
		}
	}
}

/* true: no other chain sees the packet */
static bool judge_chain(struct judged *j, const struct nc_chain *chain)
{
	j->judgement.rule = NULL;
	judged_parse_transport(j);
	switch (run_chain(j, chain)) {
	case ACCEPTS:
		j->judgement.verdict = NC_VERDICT_ACCEPT;
		return false;
	case DROPS:
		j->judgement.verdict = NC_VERDICT_DROP;
		return true;
	case REDIRECTS:
		j->judgement.verdict = NC_VERDICT_REDIRECT;
		return true;
	default:
		j->judgement.verdict = chain->policy;
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
static const struct nc_chain *next_chain(const struct judged *j, const struct nc_chain *behind,
					 const struct nc_table **ret_table)
{
	const struct nc_chain *best = NULL;
	bool passed = false;

	nc_vec_foreach (table, &j->reference->ruleset->tables) {
		nc_vec_foreach (chain, &(*table)->chains) {
			bool after = passed;

			if (*chain == behind)
				passed = true;
			if (!is_at_work(*table, *chain, j->packet) || *chain == behind)
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
	struct judged j = {.reference = reference, .packet = packet};
	const struct nc_chain *chain = NULL;

	j.judgement.verdict = NC_VERDICT_ACCEPT;
	reference_age(reference, packet->now_ns);
	judged_parse_link(&j);
	while ((chain = next_chain(&j, chain, &j.table))) {
		if (judge_chain(&j, chain))
			break;
	}
	reference_age(reference, packet->now_ns);
	return j.judgement;
}
