/* SPDX-License-Identifier: GPL-2.0-only */
/* Giving back what objects of the model own, from selectors to rulesets. */
#include "model/ruleset.h"

void nc_selector_clear(struct nc_selector *selector)
{
	nc_vec_free(&selector->ops);
	if (selector->generator && selector->generator->key) {
		nc_key_clear(selector->generator->key);
		free(selector->generator->key);
	}
	free(selector->generator);
	selector->generator = NULL;
}

void nc_key_clear(nc_key *key)
{
	nc_vec_foreach (selector, key)
		nc_selector_clear(selector);
	nc_vec_free(key);
}

void nc_do_clear(struct nc_do *verdict)
{
	free(verdict->chain);
	verdict->chain = NULL;
}

void nc_element_clear(struct nc_set_element *element)
{
	if (!element->more)
		return;
	free(element->more->rest);
	free(element->more->comment);
	nc_do_clear(&element->more->verdict);
	free(element->more);
	element->more = NULL;
}

void nc_elements_clear(nc_set_elements *elements)
{
	nc_vec_foreach (element, elements)
		nc_element_clear(element);
	nc_vec_free(elements);
}

void nc_match_clear(struct nc_match *match)
{
	nc_key_clear(&match->key);
	nc_elements_clear(&match->values);
	free(match->set);
	match->set = NULL;
}

void nc_lookup_clear(struct nc_lookup *lookup)
{
	nc_key_clear(&lookup->key);
	nc_elements_clear(&lookup->elements);
	free(lookup->map);
	lookup->map = NULL;
}

void nc_value_clear(struct nc_value *value)
{
	nc_key_clear(&value->selector);
	if (value->lookup)
		nc_lookup_clear(value->lookup);
	free(value->lookup);
	value->lookup = NULL;
}

static void set_stmt_free(struct nc_set_stmt *set)
{
	if (!set)
		return;
	free(set->set);
	nc_key_clear(&set->key);
	nc_value_clear(&set->data);
	free(set);
}

static void assign_free(struct nc_assign *assign)
{
	if (!assign)
		return;
	nc_selector_clear(&assign->target);
	nc_value_clear(&assign->value);
	free(assign);
}

static void send_free(struct nc_send *send)
{
	if (!send)
		return;
	nc_value_clear(&send->device);
	nc_value_clear(&send->address);
	free(send);
}

void nc_stmt_clear(struct nc_stmt *stmt)
{
	free(stmt->object);
	switch (stmt->kind) {
	case NC_STMT_MATCH:
		nc_match_clear(&stmt->match);
		break;
	case NC_STMT_VERDICT:
		nc_do_clear(&stmt->verdict);
		break;
	case NC_STMT_VMAP:
		nc_lookup_clear(&stmt->vmap);
		break;
	case NC_STMT_OBJECT:
		nc_lookup_clear(&stmt->objects.lookup);
		break;
	case NC_STMT_RESET:
		nc_selector_clear(&stmt->reset);
		break;
	case NC_STMT_LOG:
		free(stmt->log.prefix);
		break;
	case NC_STMT_SET:
		set_stmt_free(stmt->set);
		break;
	case NC_STMT_ASSIGN:
		assign_free(stmt->assign);
		break;
	case NC_STMT_DUP:
	case NC_STMT_FWD:
		send_free(stmt->send);
		break;
	default:
		break;
	}
	*stmt = (struct nc_stmt){.kind = NC_STMT_COUNTER, .id = NC_NONE};
}

void nc_rule_free(struct nc_rule *rule)
{
	if (!rule)
		return;
	for (size_t i = 0; !rule->plain && i < rule->stmts.n; i++)
		nc_stmt_clear(&rule->stmts.v[i]);
	nc_vec_free(&rule->stmts);
	free(rule->comment);
	free(rule);
}

void nc_chain_free(struct nc_chain *chain)
{
	if (!chain)
		return;
	nc_vec_foreach (rule, &chain->rules)
		nc_rule_free(*rule);
	nc_vec_free(&chain->rules);
	nc_vec_free(&chain->devices);
	free(chain->comment);
	free(chain->name);
	free(chain);
}

void nc_set_free(struct nc_set *set)
{
	if (!set)
		return;
	nc_elements_clear(&set->elements);
	nc_elements_clear(&set->noted);
	nc_vec_free(&set->type);
	nc_key_clear(&set->typeof_key);
	nc_key_clear(&set->typeof_data);
	free(set->comment);
	free(set->name);
	free(set);
}

void nc_object_free(struct nc_object_decl *object)
{
	if (!object)
		return;
	free(object->comment);
	free(object->name);
	free(object);
}

void nc_table_free(struct nc_table *table)
{
	if (!table)
		return;
	nc_vec_foreach (object, &table->objects)
		nc_object_free(*object);
	nc_vec_free(&table->objects);
	nc_vec_foreach (set, &table->sets)
		nc_set_free(*set);
	nc_vec_free(&table->sets);
	nc_vec_foreach (chain, &table->chains)
		nc_chain_free(*chain);
	nc_vec_free(&table->chains);
	free(table->comment);
	free(table->name);
	free(table);
}

void nc_ruleset_free(struct nc_ruleset *ruleset)
{
	if (!ruleset)
		return;
	nc_vec_foreach (table, &ruleset->tables)
		nc_table_free(*table);
	nc_vec_free(&ruleset->tables);
	free(ruleset);
}
