/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What makes a chain a base chain: type, hook, devices and priority. Called by the block parser. nft's netdev
 * family has one type and two hooks.
 *
 *	hook = "type" "filter" "hook" ( "ingress" | "egress" ) devices "priority" priority
 *	devices = "device" NAME | "devices" "=" "{" NAME { "," NAME } "}"
 *	priority = [ "-" ] N | "filter" [ ( "+" | "-" ) N ]
 */
#include <limits.h>
#include <string.h>

#include "lang/parser.h"

static bool parse_type(struct nc_parser *parser)
{
	struct nc_word type;

	if (!nc_parser_word(parser, "'filter'", &type))
		return false;
	if (strcmp(type.text, "filter") == 0)
		return true;
	nc_diag_error(parser->diag, &type.loc,
		      "chain type '%s' does not exist in family netdev, only 'filter' does",
		      type.text);
	return false;
}

static bool parse_hook_name(struct nc_parser *parser, enum nc_hook *ret)
{
	struct nc_word hook;

	if (!nc_parser_word(parser, "'ingress' or 'egress'", &hook))
		return false;
	if (strcmp(hook.text, "ingress") == 0) {
		*ret = NC_HOOK_INGRESS;
		return true;
	}
	if (strcmp(hook.text, "egress") == 0) {
		*ret = NC_HOOK_EGRESS;
		return true;
	}
	nc_diag_error(parser->diag, &hook.loc,
		      "hook '%s' does not exist in family netdev; 'ingress' and 'egress' do",
		      hook.text);
	return false;
}

/* What the kernel takes for an interface's name: dev_valid_name(). */
static bool device_name_valid(const char *name)
{
	return *name && strlen(name) < sizeof(((struct nc_device_name *)0)->name) &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !strpbrk(name, "/: \t\r\"");
}

static bool parse_device(struct nc_parser *parser, struct nc_ast_device **ret)
{
	struct nc_ast_device *device;

	if (!nc_parser_at(parser, NC_TOKEN_STRING) && !nc_parser_at(parser, NC_TOKEN_WORD))
		return nc_parser_unexpected(parser, "a device's name");
	device = nc_parser_alloc(parser, sizeof(*device));
	if (!device || !nc_parser_take(parser, &device->name))
		return false;
	if (!device_name_valid(device->name.text)) {
		nc_diag_error(
			parser->diag, &device->name.loc,
			"this cannot be a device: names have 1 to 15 bytes, no blank, '/' or ':'");
		return false;
	}
	if (device->name.text[strlen(device->name.text) - 1] == '*' ||
	    nc_parser_at(parser, NC_TOKEN_STAR)) {
		nc_diag_error(parser->diag, &device->name.loc,
			      "devices of a chain are named one by one; wildcards are for "
			      "iifname");
		return false;
	}
	*ret = device;
	return true;
}

static bool parse_device_list(struct nc_parser *parser, struct nc_ast_device **ret)
{
	struct nc_ast_device *first = NULL, **next = &first;

	if (!nc_parser_expect(parser, NC_TOKEN_ASSIGN, "'='") ||
	    !nc_parser_expect(parser, NC_TOKEN_LBRACE, "'{'"))
		return false;
	nc_parser_skip_newlines(parser);
	do {
		if (!parse_device(parser, next))
			return false;
		for (const struct nc_ast_device *seen = first; seen != *next; seen = seen->next) {
			if (strcmp(seen->name.text, (*next)->name.text) == 0) {
				nc_diag_error(parser->diag, &(*next)->name.loc,
					      "device '%s' is in this list already",
					      seen->name.text);
				return false;
			}
		}
		next = &(*next)->next;
		nc_parser_skip_newlines(parser);
		if (!nc_parser_at(parser, NC_TOKEN_RBRACE) &&
		    !nc_parser_expect(parser, NC_TOKEN_COMMA, "',' or '}'"))
			return false;
		nc_parser_skip_newlines(parser);
	} while (!nc_parser_at(parser, NC_TOKEN_RBRACE));
	nc_parser_advance(parser);
	*ret = first;
	return true;
}

static bool parse_devices(struct nc_parser *parser, struct nc_loc hook, struct nc_ast_chain *chain)
{
	if (nc_parser_accept_word(parser, "device")) {
		chain->single_device = true;
		return parse_device(parser, &chain->devices);
	}
	if (nc_parser_accept_word(parser, "devices"))
		return parse_device_list(parser, &chain->devices);
	if (nc_parser_at_word(parser, "priority")) {
		nc_diag_error(parser->diag, &hook,
			      "a chain at this hook needs a device: write 'device \"eth0\"' or "
			      "'devices = { \"eth0\", \"eth1\" }' before 'priority'");
		return false;
	}
	return nc_parser_unexpected(parser, "'device' or 'devices'");
}

static bool parse_priority_number(struct nc_parser *parser, bool negative, int *ret)
{
	struct nc_number number;

	if (!nc_parser_number(parser, "a priority: a number, or 'filter'",
			      negative ? -(int64_t)INT_MIN : INT_MAX, &number))
		return false;
	*ret = negative ? -(int64_t)number.value : (int64_t)number.value;
	return true;
}

/* nft's named priorities; in family netdev there is one, and it is 0. */
static bool parse_priority(struct nc_parser *parser, int *ret)
{
	struct nc_word name;

	if (nc_parser_accept(parser, NC_TOKEN_DASH))
		return parse_priority_number(parser, true, ret);
	if (!nc_parser_at(parser, NC_TOKEN_WORD))
		return parse_priority_number(parser, false, ret);
	if (!nc_parser_take(parser, &name))
		return false;
	if (strcmp(name.text, "filter") != 0) {
		nc_diag_error(parser->diag, &name.loc,
			      "priority '%s' does not exist in family netdev; write 'filter', "
			      "'filter + N', 'filter - N' or a number",
			      name.text);
		return false;
	}
	*ret = 0;
	if (nc_parser_accept(parser, NC_TOKEN_PLUS))
		return parse_priority_number(parser, false, ret);
	if (nc_parser_accept(parser, NC_TOKEN_DASH))
		return parse_priority_number(parser, true, ret);
	return true;
}

bool nc_parse_hook(struct nc_parser *parser, struct nc_ast_chain *chain)
{
	struct nc_loc begin = parser->previous, hook;

	if (nc_loc_given(&chain->hook)) {
		nc_diag_error(parser->diag, &begin,
			      "this chain has a type and hook already, on line %u",
			      chain->hook.line);
		return false;
	}
	if (!parse_type(parser) || !nc_parser_expect_word(parser, "hook"))
		return false;
	hook = parser->token.loc;
	if (!parse_hook_name(parser, &chain->hook_number) || !parse_devices(parser, hook, chain) ||
	    !nc_parser_expect_word(parser, "priority") || !parse_priority(parser, &chain->priority))
		return false;
	chain->hook = nc_loc_join(begin, parser->previous);
	return true;
}
