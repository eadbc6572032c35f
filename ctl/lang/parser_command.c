/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands: verb, object, names, and what belongs to them. Called by nc_script_parse() for each command of a text.
 *
 *	command = [ verb ] object … ( newline | ";" )         verbs default to "add"
 */
#include <string.h>

#include "lang/parser.h"

/* "netdev", or why not; object: what stands before it, NULL where the family may be left out. */
static bool parse_family(struct nc_parser *parser, const char *object)
{
	static const char *const others[] = {"ip", "ip6", "inet", "arp", "bridge"};
	char name[NC_KEYWORD_SIZE];

	if (nc_parser_accept_word(parser, "netdev"))
		return true;
	if (!nc_parser_keyword(parser, name))
		return nc_parser_unexpected(parser, "'netdev'");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (strcmp(name, others[i]) != 0)
			continue;
		nc_diag_error(parser->diag, &parser->token.loc,
			      "tables of family %s hook in behind XDP and tc, and are not in this "
			      "version; only family netdev is",
			      name);
		return false;
	}
	if (!object)
		return nc_parser_unexpected(parser, "'netdev' or nothing");
	nc_diag_error(parser->diag, &parser->token.loc,
		      "a family is missing before '%s': nft would take 'ip', which is not in this "
		      "version; write '%s netdev %s'",
		      name, object, name);
	return false;
}

static bool parse_table_spec(struct nc_parser *parser, const char *object,
			     struct nc_ast_command *command)
{
	return parse_family(parser, object) &&
	       nc_parser_name(parser, "a table's name", &command->table);
}

static bool parse_chain_spec(struct nc_parser *parser, const char *object,
			     struct nc_ast_command *command)
{
	return parse_table_spec(parser, object, command) &&
	       nc_parser_name(parser, "a chain's name", &command->chain);
}

static bool parse_set_spec(struct nc_parser *parser, const char *object,
			   struct nc_ast_command *command)
{
	return parse_table_spec(parser, object, command) &&
	       nc_parser_name(parser, "a set's name", &command->set);
}

static bool parse_handle(struct nc_parser *parser, struct nc_ast_command *command)
{
	return nc_parser_number(parser, "a handle, as 'list -a' shows it", UINT64_MAX,
				&command->handle);
}

static bool at_block(const struct nc_parser *parser)
{
	return nc_parser_at(parser, NC_TOKEN_LBRACE);
}

static bool parse_table(struct nc_parser *parser, struct nc_ast_command *command)
{
	command->object = NC_OBJECT_TABLE;
	switch (command->verb) {
	case NC_VERB_DELETE:
	case NC_VERB_DESTROY:
		if (!parse_family(parser, "table"))
			return false;
		if (nc_parser_accept_word(parser, "handle"))
			return parse_handle(parser, command);
		return nc_parser_name(parser, "a table's name", &command->table);
	case NC_VERB_ADD:
	case NC_VERB_CREATE:
		if (!parse_table_spec(parser, "table", command))
			return false;
		return !at_block(parser) || nc_parse_table_body(parser, command);
	default:
		return parse_table_spec(parser, "table", command);
	}
}

static bool parse_chain(struct nc_parser *parser, struct nc_ast_command *command)
{
	command->object = NC_OBJECT_CHAIN;
	switch (command->verb) {
	case NC_VERB_DELETE:
	case NC_VERB_DESTROY:
		if (!parse_table_spec(parser, "chain", command))
			return false;
		if (nc_parser_accept_word(parser, "handle"))
			return parse_handle(parser, command);
		return nc_parser_name(parser, "a chain's name", &command->chain);
	case NC_VERB_ADD:
	case NC_VERB_CREATE:
		if (!parse_chain_spec(parser, "chain", command))
			return false;
		return !at_block(parser) || nc_parse_chain_body(parser, command);
	case NC_VERB_RENAME:
		return parse_chain_spec(parser, "chain", command) &&
		       nc_parser_name(parser, "a chain's name", &command->rename);
	default:
		return parse_chain_spec(parser, "chain", command);
	}
}

/* A set or map, by name or handle; with its block where it is made. */
static bool parse_set_like(struct nc_parser *parser, const char *word, enum nc_object object,
			   struct nc_ast_command *command)
{
	command->object = object;
	switch (command->verb) {
	case NC_VERB_DELETE:
	case NC_VERB_DESTROY:
		if (!parse_table_spec(parser, word, command))
			return false;
		if (nc_parser_accept_word(parser, "handle"))
			return parse_handle(parser, command);
		return nc_parser_name(parser, "a set's name", &command->set);
	case NC_VERB_ADD:
	case NC_VERB_CREATE:
		return parse_set_spec(parser, word, command) && nc_parse_set_body(parser, command);
	default:
		return parse_set_spec(parser, word, command);
	}
}

static bool parse_set(struct nc_parser *parser, struct nc_ast_command *command)
{
	return parse_set_like(parser, "set", NC_OBJECT_SET, command);
}

static bool parse_map(struct nc_parser *parser, struct nc_ast_command *command)
{
	return parse_set_like(parser, "map", NC_OBJECT_MAP, command);
}

static bool parse_meter(struct nc_parser *parser, struct nc_ast_command *command)
{
	return parse_set_like(parser, "meter", NC_OBJECT_METER, command);
}

/* A named counter, quota or limit. */
static bool parse_state(struct nc_parser *parser, enum nc_object_kind kind,
			struct nc_ast_command *command)
{
	const char *word = nc_kind_word(kind);

	command->object = NC_OBJECT_STATE;
	command->kind = kind;
	if (!parse_table_spec(parser, word, command))
		return false;
	if ((command->verb == NC_VERB_DELETE || command->verb == NC_VERB_DESTROY) &&
	    nc_parser_accept_word(parser, "handle"))
		return parse_handle(parser, command);
	if (!nc_parser_name(parser, "its name", &command->name))
		return false;
	if (command->verb == NC_VERB_ADD || command->verb == NC_VERB_CREATE)
		return nc_parse_object_body(parser, command);
	return true;
}

static bool parse_counter(struct nc_parser *parser, struct nc_ast_command *command)
{
	return parse_state(parser, NC_KIND_COUNTER, command);
}

static bool parse_quota(struct nc_parser *parser, struct nc_ast_command *command)
{
	return parse_state(parser, NC_KIND_QUOTA, command);
}

static bool parse_limit(struct nc_parser *parser, struct nc_ast_command *command)
{
	return parse_state(parser, NC_KIND_LIMIT, command);
}

static bool parse_element(struct nc_parser *parser, struct nc_ast_command *command)
{
	command->object = NC_OBJECT_ELEMENT;
	if (!parse_set_spec(parser, "element", command) ||
	    !nc_parse_set(parser, &command->elements))
		return false;
	if (command->elements->items)
		return true;
	nc_diag_error(parser->diag, &command->elements->loc, "this set has no elements");
	return false;
}

/* Before or behind which rule. "position" is nft's older word for "handle" here. */
static bool parse_place(struct nc_parser *parser, struct nc_ast_command *command)
{
	bool before = command->verb == NC_VERB_INSERT;
	struct nc_place *place = &command->place;
	struct nc_number number;

	place->position = before ? NC_POSITION_START : NC_POSITION_END;
	if (nc_parser_accept_word(parser, "handle") || nc_parser_accept_word(parser, "position"))
		place->position = before ? NC_POSITION_BEFORE_HANDLE : NC_POSITION_AFTER_HANDLE;
	else if (nc_parser_accept_word(parser, "index"))
		place->position = before ? NC_POSITION_BEFORE_INDEX : NC_POSITION_AFTER_INDEX;
	else
		return true;
	if (!nc_parser_number(parser, "a number", UINT64_MAX, &number))
		return false;
	place->number = number.value;
	place->loc = number.loc;
	return true;
}

static bool parse_rule(struct nc_parser *parser, struct nc_ast_command *command)
{
	command->object = NC_OBJECT_RULE;
	if (!parse_chain_spec(parser, "rule", command))
		return false;
	switch (command->verb) {
	case NC_VERB_ADD:
	case NC_VERB_INSERT:
		return parse_place(parser, command) && nc_parse_rule(parser, &command->rule);
	case NC_VERB_REPLACE:
		if (!nc_parser_accept_word(parser, "position") &&
		    !nc_parser_expect_word(parser, "handle"))
			return false;
		return parse_handle(parser, command) && nc_parse_rule(parser, &command->rule);
	default:
		return nc_parser_expect_word(parser, "handle") && parse_handle(parser, command);
	}
}

/* The family may stand behind objects that are listed or flushed as a whole. */
static bool parse_whole(struct nc_parser *parser, struct nc_ast_command *command,
			enum nc_object object)
{
	command->object = object;
	if (nc_parser_at(parser, NC_TOKEN_WORD))
		return parse_family(parser, NULL);
	return true;
}

static bool parse_ruleset(struct nc_parser *parser, struct nc_ast_command *command)
{
	return parse_whole(parser, command, NC_OBJECT_RULESET);
}

static bool parse_tables(struct nc_parser *parser, struct nc_ast_command *command)
{
	return parse_whole(parser, command, NC_OBJECT_TABLES);
}

static bool parse_chains(struct nc_parser *parser, struct nc_ast_command *command)
{
	return parse_whole(parser, command, NC_OBJECT_CHAINS);
}

/* "list sets", "list sets netdev", "list sets table netdev t"; likewise counters. */
static bool parse_of_table(struct nc_parser *parser, struct nc_ast_command *command,
			   enum nc_object object)
{
	command->object = object;
	if (nc_parser_accept_word(parser, "table"))
		return parse_table_spec(parser, "table", command);
	return parse_whole(parser, command, object);
}

#define PARSE_OF_TABLE(name, OBJECT)                                                               \
	static bool name(struct nc_parser *parser, struct nc_ast_command *command)                 \
	{                                                                                          \
		return parse_of_table(parser, command, NC_OBJECT_##OBJECT);                        \
	}

PARSE_OF_TABLE(parse_sets, SETS)
PARSE_OF_TABLE(parse_maps, MAPS)
PARSE_OF_TABLE(parse_meters, METERS)
PARSE_OF_TABLE(parse_counters, COUNTERS)
PARSE_OF_TABLE(parse_quotas, QUOTAS)
PARSE_OF_TABLE(parse_limits, LIMITS)

/* "reset rules", of a table, of a chain. */
static bool parse_rules(struct nc_parser *parser, struct nc_ast_command *command)
{
	if (nc_parser_accept_word(parser, "chain")) {
		command->object = NC_OBJECT_RULES;
		return parse_chain_spec(parser, "chain", command);
	}
	return parse_of_table(parser, command, NC_OBJECT_RULES);
}

#define ADD	(1u << NC_VERB_ADD)
#define CREATE	(1u << NC_VERB_CREATE)
#define INSERT	(1u << NC_VERB_INSERT)
#define REPLACE (1u << NC_VERB_REPLACE)
#define DELETE	(1u << NC_VERB_DELETE | 1u << NC_VERB_DESTROY)
#define FLUSH	(1u << NC_VERB_FLUSH)
#define RENAME	(1u << NC_VERB_RENAME)
#define LIST	(1u << NC_VERB_LIST)
#define GET	(1u << NC_VERB_GET)
#define RESET	(1u << NC_VERB_RESET)

static const struct {
	const char *word;
	unsigned verbs;
	bool (*parse)(struct nc_parser *parser, struct nc_ast_command *command);
} objects[] = {
	{"table", ADD | CREATE | DELETE | FLUSH | LIST, parse_table},
	{"chain", ADD | CREATE | DELETE | FLUSH | LIST | RENAME, parse_chain},
	{"rule", ADD | INSERT | REPLACE | DELETE | RESET, parse_rule},
	{"set", ADD | CREATE | DELETE | FLUSH | LIST | RESET, parse_set},
	{"map", ADD | CREATE | DELETE | FLUSH | LIST | RESET, parse_map},
	{"meter", FLUSH | LIST, parse_meter},
	{"element", ADD | CREATE | DELETE | GET | RESET, parse_element},
	{"counter", ADD | CREATE | DELETE | LIST | RESET, parse_counter},
	{"quota", ADD | CREATE | DELETE | LIST | RESET, parse_quota},
	{"limit", ADD | CREATE | DELETE | LIST, parse_limit},
	{"ruleset", FLUSH | LIST, parse_ruleset},
	{"tables", LIST, parse_tables},
	{"chains", LIST, parse_chains},
	{"rules", RESET, parse_rules},
	{"sets", LIST, parse_sets},
	{"maps", LIST, parse_maps},
	{"meters", LIST, parse_meters},
	{"counters", LIST | RESET, parse_counters},
	{"quotas", LIST | RESET, parse_quotas},
	{"limits", LIST, parse_limits},
};

#define NAMED "'table', 'chain', 'rule', 'set', 'map', 'element', 'counter', 'quota' or 'limit'"

static const struct {
	const char *word;
	enum nc_verb verb;
	const char *expected; /* behind it */
} verbs[] = {
	{"add", NC_VERB_ADD, NAMED},
	{"create", NC_VERB_CREATE,
	 "'table', 'chain', 'set', 'map', 'element', 'counter', 'quota' or 'limit'"},
	{"insert", NC_VERB_INSERT, "'rule'"},
	{"replace", NC_VERB_REPLACE, "'rule'"},
	{"delete", NC_VERB_DELETE, NAMED},
	{"destroy", NC_VERB_DESTROY, NAMED},
	{"flush", NC_VERB_FLUSH, "'ruleset', 'table', 'chain', 'set', 'map' or 'meter'"},
	{"rename", NC_VERB_RENAME, "'chain'"},
	{"list", NC_VERB_LIST,
	 "'ruleset', 'table', 'tables', 'chain', 'chains', 'set', 'sets', 'map', 'maps', 'meter', "
	 "'meters', 'counter', 'counters', 'quota', 'quotas', 'limit' or 'limits'"},
	{"get", NC_VERB_GET, "'element'"},
	{"reset", NC_VERB_RESET,
	 "'counter', 'counters', 'quota', 'quotas', 'rule', 'rules', 'set', 'map' or 'element'"},
};

/* nft's shorter form: "add netdev t c …" is "add rule netdev t c …". */
static bool parse_object(struct nc_parser *parser, const char *expected,
			 struct nc_ast_command *command)
{
	for (size_t i = 0; i < sizeof(objects) / sizeof(*objects); i++) {
		if ((objects[i].verbs & 1u << command->verb) &&
		    nc_parser_accept_word(parser, objects[i].word))
			return objects[i].parse(parser, command);
	}
	if ((command->verb == NC_VERB_ADD || command->verb == NC_VERB_INSERT ||
	     command->verb == NC_VERB_REPLACE) &&
	    nc_parser_at_word(parser, "netdev"))
		return parse_rule(parser, command);
	if (nc_parser_refused(parser, NC_UNSUPPORTED_OBJECT))
		return false;
	return nc_parser_unexpected(parser, expected);
}

static bool parse_verb(struct nc_parser *parser, struct nc_ast_command *command)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (nc_parser_accept_word(parser, verbs[i].word)) {
			command->verb = verbs[i].verb;
			return parse_object(parser, verbs[i].expected, command);
		}
	}
	if (nc_parser_at(parser, NC_TOKEN_LBRACE)) {
		nc_diag_error(parser->diag, &parser->token.loc, "this is no command");
		return false;
	}
	command->verb = NC_VERB_ADD;
	if (nc_parser_refused(parser, NC_UNSUPPORTED_COMMAND))
		return false;
	return parse_object(parser, "a command, such as 'table netdev NAME { … }' or 'add rule'",
			    command);
}

/* The command's words on its first line. */
static struct nc_loc first_line(struct nc_loc begin, struct nc_loc end)
{
	return begin.line == end.line ? nc_loc_join(begin, end) : begin;
}

bool nc_parse_command(struct nc_parser *parser, struct nc_ast_command *command)
{
	struct nc_loc begin = parser->token.loc;
	bool parsed = parse_verb(parser, command);

	command->loc = first_line(begin, parser->previous);
	if (!parsed)
		return false;
	/* A rule has stepped over the separator behind it. */
	return command->rule || nc_parser_end_statement(parser, "the end of the line or ';'");
}
