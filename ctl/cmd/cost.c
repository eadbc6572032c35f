/* SPDX-License-Identifier: GPL-2.0-only */
/* "check --cost": the report of cost as text and as JSON. */
#include "cmd/cost.h"

#include <arpa/inet.h>
#include <errno.h>
#include <json-c/json.h>

#include "util/term.h"

/* Rules of one key and tables of one chain from which on it is said. */
#define LIST_SAID   8
#define TABLES_SAID 64
/* Rules that are never matched, as text; of JSON all. */
#define DEAD_SHOWN 100

static const char *const family_names[NC_COST_FAMILIES] = {"ip", "ip6"};

/* --- parts of both ---------------------------------------------------------------------------------------------- */

static double ratio(double ns)
{
	return (NC_COST_EMPTY + ns) / NC_COST_EMPTY;
}

static const struct nc_rule *rule_at(const struct nc_cost_chain *chain, uint32_t i)
{
	return chain->kept->chain->rules.v[i];
}

static const char *address(enum nc_family family, nc_num value, char text[INET6_ADDRSTRLEN])
{
	uint8_t bytes[16];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = value >> (120 - i * 8);
	return inet_ntop(family == NC_FAMILY_IP ? AF_INET : AF_INET6, bytes, text,
			 INET6_ADDRSTRLEN);
}

/* A packet's fields in the order of enum nc_dim. */
struct fields {
	char saddr[INET6_ADDRSTRLEN], daddr[INET6_ADDRSTRLEN];
	unsigned sport, dport, protocol;
};

static struct fields fields_of(enum nc_family family, const nc_num value[_NC_DIM_MAX])
{
	const nc_num *v = value;
	struct fields fields = {
		.sport = v[NC_DIM_SPORT] >> 112,
		.dport = v[NC_DIM_DPORT] >> 112,
		.protocol = v[NC_DIM_PROTO] >> 120,
	};

	address(family, value[NC_DIM_SADDR], fields.saddr);
	address(family, value[NC_DIM_DADDR], fields.daddr);
	return fields;
}

/* --- text ------------------------------------------------------------------------------------------------------- */

static void add_figures(struct nc_text_table *table, const struct nc_cost_family *family)
{
	nc_text_table_add(table, NC_COLOUR_NONE, "%u", family->tables);
	nc_text_table_add(table, NC_COLOUR_NONE, "%.1f", family->lookups);
	nc_text_table_add(table, NC_COLOUR_NONE, "%.1f", family->levels);
	nc_text_table_add(table, NC_COLOUR_NONE, "%.1f/%u/%lu", family->probes,
			  family->worst.probes, (unsigned long)family->most_probes);
	nc_text_table_add(table, NC_COLOUR_NONE, "%.1f/%u", family->compared, family->worst.rules);
	nc_text_table_add(table, NC_COLOUR_NONE, "%.1f/%.1f/%.1f", ratio(family->ns),
			  ratio(family->worst.ns), ratio(family->most_ns));
}

static void add_chain(struct nc_text_table *table, const struct nc_cost_chain *chain,
		      enum nc_family f)
{
	const struct nc_kept_chain *kept = chain->kept;

	nc_text_table_add(table, NC_COLOUR_NONE, "%s %s", kept->table->name, kept->chain->name);
	nc_text_table_add(table, NC_COLOUR_NONE, "%s", family_names[f]);
	nc_text_table_add(table, NC_COLOUR_NONE, "%u", chain->family[f].rules);
	nc_text_table_add(table, NC_COLOUR_NONE, "%s", kept->indexed ? "lookup" : "walk");
	if (kept->indexed) {
		add_figures(table, &chain->family[f]);
		return;
	}
	for (int column = 0; column < 5; column++)
		nc_text_table_add(table, NC_COLOUR_DIM, "-");
	nc_text_table_add(table, NC_COLOUR_NONE, "%.1f", ratio(kept->longest * NC_COST_STEP));
}

static void print_chains(const struct nc_cost *cost)
{
	static const char *const headings[] = {"CHAIN",	  "FAMILY", "RULES",  "WAY",	  "TABLES",
					       "LOOKUPS", "LEVELS", "PROBES", "COMPARED", "COST"};
	struct nc_text_table table = {.n_columns = sizeof(headings) / sizeof(*headings),
				      .right = 0x3f4};

	for (size_t i = 0; i < table.n_columns; i++)
		nc_text_table_add(&table, NC_COLOUR_BOLD, "%s", headings[i]);
	nc_vec_foreach (chain, &cost->chains) {
		for (enum nc_family f = 0; f < NC_COST_FAMILIES; f++)
			add_chain(&table, chain, f);
	}
	nc_text_table_print(&table, stdout, nc_term_colour(stdout));
	nc_text_table_free(&table);
}

static void print_remarks(const struct nc_cost_chain *chain)
{
	const char *name = chain->kept->chain->name;

	printf("\nChain %s %s: a packet makes at most %lu steps", chain->kept->table->name, name,
	       (unsigned long)chain->kept->longest);
	if (chain->kept->indexed)
		printf(" and %u lookup%s.\n", chain->lookups, chain->lookups == 1 ? "" : "s");
	else
		printf("; its rules are too few, or too many of them let packets by, for an "
		       "index.\n");
	for (enum nc_family f = 0; f < NC_COST_FAMILIES; f++) {
		const struct nc_cost_family *family = &chain->family[f];
		struct fields fields = fields_of(f, family->worst.value);

		if (family->worst.ns)
			printf("  %s, worst packet found: %s to %s, protocol %u, ports %u to %u\n",
			       family_names[f], fields.saddr, fields.daddr, fields.protocol,
			       fields.sport, fields.dport);
		if (family->longest_list > LIST_SAID)
			printf("  %s: %u rules from line %u to line %u cannot be told apart by "
			       "their addresses and ports, and are compared one by one\n",
			       family_names[f], family->longest_list,
			       rule_at(chain, family->list_first)->loc.line,
			       rule_at(chain, family->list_last)->loc.line);
		if (family->tables > TABLES_SAID)
			printf("  %s: the rules' prefix lengths and ports take %u tables\n",
			       family_names[f], family->tables);
	}
}

static void print_memory(const struct nc_image *image, const struct nc_cost *cost)
{
	printf("\nMemory: steps %zu bytes, index %zu, other tables %zu, counters %zu for each CPU",
	       cost->steps, cost->index, cost->tables, cost->counters);
	if (image->rules.n)
		printf("; %zu bytes a rule", (cost->steps + cost->index) / image->rules.n);
	printf("\n");
	nc_vec_foreach (set, &cost->sets) {
		printf("  set %s: %zu elements, %zu keys, about %zu bytes", set->set->name,
		       set->elements, set->keys, set->bytes);
		if (set->elements)
			printf(", %zu an element", set->bytes / set->elements);
		printf("\n");
	}
}

static void print_dead_rule(const struct nc_cost_dead *dead)
{
	const unsigned most = sizeof(dead->by) / sizeof(*dead->by);

	printf("%s:%u: no packet comes to match: ", dead->rule->loc.source->name,
	       dead->rule->loc.line);
	if (!dead->n_by) {
		printf("its tests exclude each other\n");
		return;
	}
	printf("%s", dead->n_by > 1 ? "lines" : "line");
	for (unsigned i = 0; i < dead->n_by && i < most; i++)
		printf("%s %u", i ? "," : "", dead->by[i]->loc.line);
	printf("%s take%s them all\n", dead->n_by > most ? " and others" : "",
	       dead->n_by > 1 ? "" : "s");
}

static void print_dead(const struct nc_cost *cost)
{
	printf("\n");
	for (size_t i = 0; i < cost->dead.n && i < DEAD_SHOWN; i++)
		print_dead_rule(&cost->dead.v[i]);
	if (cost->dead.n > DEAD_SHOWN)
		printf("No packet comes to match %zu rules more; -j names them all.\n",
		       cost->dead.n - DEAD_SHOWN);
	if (!cost->dead.n)
		printf("No rule was found that no packet can match.\n");
	if (cost->rewrites)
		printf("Rules rewrite headers: only rules whose tests exclude each other were "
		       "looked for.\n");
	if (cost->not_searched)
		printf("Of %u rules it was not found out whether packets can match them.\n",
		       cost->not_searched);
}

static void print_text(const struct nc_image *image, const struct nc_cost *cost)
{
	print_chains(cost);
	printf("\nMean of packets out of the rules and from anywhere / dearest packet found / what "
	       "none exceeds.\nCOST is an estimate, in times what an empty chain takes; of a walk, "
	       "at most.\n");
	nc_vec_foreach (chain, &cost->chains)
		print_remarks(chain);
	print_memory(image, cost);
	print_dead(cost);
}

/* --- JSON ------------------------------------------------------------------------------------------------------- */

static void add(struct json_object *object, const char *key, struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static void add_number(struct json_object *object, const char *key, uint64_t number)
{
	add(object, key, json_object_new_uint64(number));
}

static void add_mean(struct json_object *object, const char *key, double number)
{
	char text[32];

	snprintf(text, sizeof(text), "%.2f", number);
	add(object, key, json_object_new_double_s(number, text));
}

static void add_string(struct json_object *object, const char *key, const char *text)
{
	add(object, key, json_object_new_string(text));
}

static struct json_object *worst_json(enum nc_family f, const struct nc_cost_packet *worst)
{
	struct json_object *object = json_object_new_object();
	struct fields fields = fields_of(f, worst->value);

	add_string(object, "saddr", fields.saddr);
	add_string(object, "daddr", fields.daddr);
	add_number(object, "sport", fields.sport);
	add_number(object, "dport", fields.dport);
	add_number(object, "protocol", fields.protocol);
	add_number(object, "levels", worst->levels);
	add_number(object, "probes", worst->probes);
	add_number(object, "compared", worst->rules);
	add_mean(object, "cost", ratio(worst->ns));
	return object;
}

static void add_lookup(struct json_object *object, const struct nc_cost_chain *chain,
		       enum nc_family f)
{
	const struct nc_cost_family *family = &chain->family[f];
	struct json_object *mean = json_object_new_object(), *most = json_object_new_object(),
			   *list;

	add_number(object, "tables", family->tables);
	add_number(object, "row_words", family->words);
	add_mean(mean, "lookups", family->lookups);
	add_mean(mean, "levels", family->levels);
	add_mean(mean, "probes", family->probes);
	add_mean(mean, "compared", family->compared);
	add_mean(mean, "cost", ratio(family->ns));
	add(object, "mean", mean);
	if (family->worst.ns)
		add(object, "worst", worst_json(f, &family->worst));
	add_number(most, "probes", family->most_probes);
	add_mean(most, "cost", ratio(family->most_ns));
	add(object, "most", most);
	if (family->longest_list <= LIST_SAID)
		return;
	list = json_object_new_object();
	add_number(list, "rules", family->longest_list);
	add_number(list, "first_line", rule_at(chain, family->list_first)->loc.line);
	add_number(list, "last_line", rule_at(chain, family->list_last)->loc.line);
	add(object, "longest_list", list);
}

static struct json_object *chain_json(const struct nc_cost_chain *chain)
{
	struct json_object *object = json_object_new_object(), *families = json_object_new_array();

	add_string(object, "table", chain->kept->table->name);
	add_string(object, "chain", chain->kept->chain->name);
	add_number(object, "rules", chain->kept->n);
	add(object, "indexed", json_object_new_boolean(chain->kept->indexed));
	add_number(object, "most_steps", chain->kept->longest);
	add_number(object, "most_lookups", chain->lookups);
	for (enum nc_family f = 0; f < NC_COST_FAMILIES; f++) {
		struct json_object *family = json_object_new_object();

		add_string(family, "family", family_names[f]);
		add_number(family, "rules", chain->family[f].rules);
		if (chain->kept->indexed)
			add_lookup(family, chain, f);
		json_object_array_add(families, family);
	}
	add(object, "families", families);
	return object;
}

static struct json_object *dead_json(const struct nc_cost_dead *dead)
{
	struct json_object *object = json_object_new_object(), *by = json_object_new_array();

	add_string(object, "file", dead->rule->loc.source->name);
	add_number(object, "line", dead->rule->loc.line);
	for (unsigned i = 0; i < dead->n_by && i < sizeof(dead->by) / sizeof(*dead->by); i++)
		json_object_array_add(by, json_object_new_int64(dead->by[i]->loc.line));
	add(object, "taken_by_lines", by);
	add_number(object, "taken_by", dead->n_by);
	return object;
}

static struct json_object *memory_json(const struct nc_image *image, const struct nc_cost *cost)
{
	struct json_object *memory = json_object_new_object(), *sets = json_object_new_array();

	add_number(memory, "steps", cost->steps);
	add_number(memory, "index", cost->index);
	add_number(memory, "other", cost->tables);
	add_number(memory, "counters_per_cpu", cost->counters);
	if (image->rules.n)
		add_number(memory, "per_rule", (cost->steps + cost->index) / image->rules.n);
	nc_vec_foreach (set, &cost->sets) {
		struct json_object *object = json_object_new_object();

		add_string(object, "set", set->set->name);
		add_number(object, "elements", set->elements);
		add_number(object, "keys", set->keys);
		add_number(object, "bytes", set->bytes);
		json_object_array_add(sets, object);
	}
	add(memory, "sets", sets);
	return memory;
}

static void print_json(const struct nc_image *image, const struct nc_cost *cost)
{
	struct json_object *object = json_object_new_object(), *inner = json_object_new_object();
	struct json_object *chains = json_object_new_array(), *dead = json_object_new_array();

	nc_vec_foreach (chain, &cost->chains)
		json_object_array_add(chains, chain_json(chain));
	nc_vec_foreach (one, &cost->dead)
		json_object_array_add(dead, dead_json(one));
	add_number(inner, "empty_ns", NC_COST_EMPTY);
	add(inner, "chains", chains);
	add(inner, "memory", memory_json(image, cost));
	add(inner, "never_matching", dead);
	add_number(inner, "not_searched", cost->not_searched);
	add(inner, "rewrites", json_object_new_boolean(cost->rewrites));
	add(object, "cost", inner);
	nc_print_json(object);
}

int nc_print_cost(struct nc_run *run, const struct nc_image *image, const struct nc_cost *cost)
{
	if (run->options.json)
		print_json(image, cost);
	else
		print_text(image, cost);
	return 0;
}
