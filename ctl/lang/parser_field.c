/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fields: what a packet is asked for. Called wherever an expression may begin with one.
 *
 *	field = HEADER NAME | "exthdr" NAME | "tcp" "option" NAME [ NAME ] | [ "meta" ] KEY | raw | numgen | jhash
 *	raw   = "@" ( "ll" | "nh" | "th" ) "," OFFSET "," LENGTH
 */
#include <string.h>

#include "lang/parser.h"

/* "saddr, daddr or protocol": what may follow a header's name. */
static void field_names(const char *header, char *names, size_t size)
{
	FILE *out = fmemopen(names, size, "w");
	unsigned left = 0;

	if (!out)
		return;
	for (enum nc_field field = 0; field < _NC_FIELD_MAX; field++)
		left += nc_same_word(nc_field_info(field)->header, header);
	for (enum nc_field field = 0; field < _NC_FIELD_MAX; field++) {
		const struct nc_field_info *info = nc_field_info(field);

		if (!nc_same_word(info->header, header))
			continue;
		left--;
		fprintf(out, "%s%s", info->name, left > 1 ? ", " : left == 1 ? " or " : "");
	}
	fclose(out);
}

/* Keys of "meta" that stand without the word. */
static bool is_unqualified(const char *word)
{
	static const char *const keys[] = {
		"mark",	   "iif",      "iifname", "iiftype", "iifgroup", "oif", "oifname",
		"oiftype", "oifgroup", "pkttype", "cpu",     "time",	 "day", "hour",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (nc_same_word(keys[i], word))
			return true;
	}
	return false;
}

bool nc_parser_at_field(const struct nc_parser *parser)
{
	char word[NC_KEYWORD_SIZE];

	if (nc_parser_at(parser, NC_TOKEN_AT))
		return true;
	return nc_parser_keyword(parser, word) &&
	       (nc_field_header_known(word) || is_unqualified(word));
}

/* Names that nft reads and does not print. */
static void use_own_name(const char *header, char name[NC_KEYWORD_SIZE])
{
	static const struct {
		const char *header, *name, *own;
	} names[] = {
		{"vlan", "cfi", "dei"},
		{"tcp option", "noop", "nop"},
		{"tcp option", "mss", "maxseg"},
		{"tcp option", "sack-permitted", "sack-perm"},
		{"tcp option", "sack0", "sack"},
		{"tcp option", "echo", "timestamp"},
		{"icmpv6", "param-problem", "parameter-problem"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (nc_same_word(header, names[i].header) && nc_same_word(name, names[i].name))
			strcpy(name, names[i].own);
	}
}

/* "tcp option 5", "tcp option @5,0,8" */
static bool at_number(const struct nc_parser *parser)
{
	return nc_parser_at(parser, NC_TOKEN_LITERAL) || nc_parser_at(parser, NC_TOKEN_AT);
}

/* The longest name of the header's fields that is there: "saddr ip", "maxseg size". */
static bool parse_name(struct nc_parser *parser, const char *header, enum nc_field *ret)
{
	char name[NC_KEYWORD_SIZE], longer[2 * NC_KEYWORD_SIZE], second[NC_KEYWORD_SIZE];
	char names[512];
	const char *advice;
	enum nc_field field;
	bool found;

	if (!nc_parser_keyword(parser, name)) {
		if (!nc_same_word(header, "tcp option") || !at_number(parser))
			goto unexpected;
		nc_diag_error(parser->diag, &parser->token.loc,
			      "TCP options by number are nft grammar that netctl does not support: "
			      "write the option's name");
		return false;
	}
	use_own_name(header, name);
	found = nc_field_by_name(header, name, ret) == 0;
	if (!found && nc_field_unsupported(header, name, &advice)) {
		nc_diag_error(parser->diag, &parser->token.loc,
			      "'%s %s' is nft grammar that netctl does not support: %s", header,
			      name, advice);
		return false;
	}
	if (!found && !nc_same_word(header, "tcp option") && !nc_same_word(header, "arp"))
		goto unexpected;
	nc_parser_advance(parser);
	if (nc_parser_keyword(parser, second)) {
		snprintf(longer, sizeof(longer), "%s %s", name, second);
		if (nc_field_by_name(header, longer, &field) == 0) {
			*ret = field;
			nc_parser_advance(parser);
			return true;
		}
	}
	if (found)
		return true;
unexpected:
	*names = '\0';
	field_names(header, names, sizeof(names));
	return nc_parser_unexpected(parser, names);
}

static bool parse_raw(struct nc_parser *parser, struct nc_ast_field *field)
{
	static const struct {
		const char *word;
		enum nc_raw_base base;
	} bases[] = {{"ll", NC_RAW_LINK}, {"nh", NC_RAW_NETWORK}, {"th", NC_RAW_TRANSPORT}};
	struct nc_number offset, length;
	size_t i = 0;

	nc_parser_advance(parser);
	while (i < 3 && !nc_parser_accept_word(parser, bases[i].word))
		i++;
	if (i == 3) {
		if (nc_parser_at_word(parser, "ih")) {
			nc_diag_error(parser->diag, &parser->token.loc,
				      "inner headers (\"@ih\") are not parsed here");
			return false;
		}
		return nc_parser_unexpected(parser, "'ll', 'nh' or 'th'");
	}
	if (!nc_parser_expect(parser, NC_TOKEN_COMMA, "','") ||
	    !nc_parser_number(parser, "an offset in bits", 65535 * 8, &offset) ||
	    !nc_parser_expect(parser, NC_TOKEN_COMMA, "','") ||
	    !nc_parser_number(parser, "a length in bits", 65535 * 8, &length))
		return false;
	if (!length.value || length.value + offset.value % 8 > 128) {
		nc_diag_error(parser->diag, &length.loc,
			      "1 to 128 bits, in at most 16 bytes, can be read at once");
		return false;
	}
	field->field = NC_FIELD_RAW;
	field->raw = (struct nc_raw){
		.base = bases[i].base, .offset = offset.value, .length = length.value};
	return true;
}

static bool parse_modulus(struct nc_parser *parser, struct nc_generator *generator)
{
	struct nc_number modulus, number;

	if (!nc_parser_expect_word(parser, "mod") ||
	    !nc_parser_number(parser, "a modulus", UINT32_MAX, &modulus))
		return false;
	if (!modulus.value) {
		nc_diag_error(parser->diag, &modulus.loc, "the modulus must be at least 1");
		return false;
	}
	generator->modulus = modulus.value;
	if (nc_parser_accept_word(parser, "seed")) {
		if (!nc_parser_number(parser, "a seed", UINT32_MAX, &number))
			return false;
		generator->seeded = true;
		generator->seed = number.value;
	}
	if (nc_parser_accept_word(parser, "offset")) {
		if (!nc_parser_number(parser, "an offset", UINT32_MAX, &number))
			return false;
		if (number.value + modulus.value - 1 > UINT32_MAX) {
			nc_diag_error(parser->diag, &number.loc,
				      "offset and modulus together pass 32 bits");
			return false;
		}
		generator->offset = number.value;
	}
	return true;
}

static bool parse_numgen(struct nc_parser *parser, struct nc_ast_field *field)
{
	field->field = NC_FIELD_NUMGEN;
	if (nc_parser_accept_word(parser, "random"))
		field->generator.random = true;
	else if (!nc_parser_expect_word(parser, "inc"))
		return false;
	return parse_modulus(parser, &field->generator);
}

static bool parse_jhash(struct nc_parser *parser, struct nc_ast_field *field)
{
	field->field = NC_FIELD_JHASH;
	return nc_parse_key(parser, &field->key) && parse_modulus(parser, &field->generator);
}

static bool parse_words(struct nc_parser *parser, struct nc_ast_field *field)
{
	char header[NC_KEYWORD_SIZE];

	nc_parser_keyword(parser, header);
	if (is_unqualified(header)) {
		nc_parser_advance(parser);
		return nc_field_by_name("meta", header, &field->field) == 0;
	}
	nc_parser_advance(parser);
	if (nc_same_word(header, "numgen"))
		return parse_numgen(parser, field);
	if (nc_same_word(header, "jhash"))
		return parse_jhash(parser, field);
	if (nc_same_word(header, "tcp") && nc_parser_accept_word(parser, "option"))
		return parse_name(parser, "tcp option", &field->field);
	return parse_name(parser, header, &field->field);
}

bool nc_parse_field(struct nc_parser *parser, struct nc_expr **ret)
{
	struct nc_loc begin = parser->token.loc;
	struct nc_ast_field *field = nc_parser_alloc(parser, sizeof(*field));
	struct nc_expr *expr;

	if (!field || !nc_parser_new_expr(parser, NC_EXPR_FIELD, begin, &expr))
		return false;
	if (!nc_parser_at_field(parser))
		return nc_parser_unexpected(parser, "a header and its field, such as 'tcp flags'");
	if (!(nc_parser_at(parser, NC_TOKEN_AT) ? parse_raw(parser, field)
						: parse_words(parser, field)))
		return false;
	expr->field = field;
	expr->loc = nc_loc_join(begin, parser->previous);
	*ret = expr;
	return true;
}
