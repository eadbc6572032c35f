/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fields: what a packet is asked for. Called wherever an expression may begin with one.
 *
 *	field  = HEADER NAME | "exthdr" NAME | option | "srh" "sid" "[" N "]" | [ "meta" ] KEY | raw | numgen | jhash
 *	option = "ip" "option" NAME [ NAME ] | "tcp" "option" ( NAME [ NAME ] | KIND | "@" KIND "," OFFSET "," LENGTH ) |
 *	         "sctp" "chunk" NAME [ NAME ]
 *	raw    = "@" ( "ll" | "nh" | "th" | "ih" ) "," OFFSET "," LENGTH
 */
#include <string.h>

#include "lang/parser.h"

/* Is it a name that may follow the header's? Of options and chunks, their fields are not. */
static bool is_name_of(const struct nc_field_info *info, const char *header)
{
	bool parts = strchr(header, ' ');

	return strcmp(info->header, header) == 0 && *info->name && *info->name != '@' &&
	       !(parts && strchr(info->name, ' '));
}

/* "saddr, daddr or protocol": what may follow a header's name. */
static void field_names(const char *header, char *names, size_t size)
{
	FILE *out = fmemopen(names, size, "w");
	unsigned left = 0;

	if (!out)
		return;
	for (enum nc_field field = 0; field < _NC_FIELD_MAX; field++)
		left += is_name_of(nc_field_info(field), header);
	for (enum nc_field field = 0; field < _NC_FIELD_MAX; field++) {
		const struct nc_field_info *info = nc_field_info(field);

		if (!is_name_of(info, header))
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
	       (nc_field_header_known(word) || is_unqualified(word) || strcmp(word, "rt0") == 0);
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

/* A bit range, behind "@th," or "@5,". */
static bool parse_bits(struct nc_parser *parser, unsigned most, struct nc_raw *raw)
{
	struct nc_number offset, length;

	if (!nc_parser_expect(parser, NC_TOKEN_COMMA, "','") ||
	    !nc_parser_number(parser, "an offset in bits", most, &offset) ||
	    !nc_parser_expect(parser, NC_TOKEN_COMMA, "','") ||
	    !nc_parser_number(parser, "a length in bits", most, &length))
		return false;
	if (!length.value || length.value + offset.value % 8 > 128) {
		nc_diag_error(parser->diag, &length.loc,
			      "1 to 128 bits, in at most 16 bytes, can be read at once");
		return false;
	}
	raw->offset = offset.value;
	raw->length = length.value;
	return true;
}

static bool refuse_field(struct nc_parser *parser, const char *header)
{
	char names[512] = "";

	field_names(header, names, sizeof(names));
	return nc_parser_unexpected(parser, names);
}

/* The name, with the word behind it if there is such a field: "saddr ip", "maxseg size". */
static bool find_field(struct nc_parser *parser, const char *header, const char *name,
		       enum nc_field *ret)
{
	char longer[2 * NC_KEYWORD_SIZE], second[NC_KEYWORD_SIZE];

	if (nc_parser_keyword(parser, second)) {
		snprintf(longer, sizeof(longer), "%s %s", name, second);
		if (nc_field_by_name(header, longer, ret) == 0) {
			nc_parser_advance(parser);
			return true;
		}
	}
	/* Of the further blocks of SACK, only their edges are fields of their own. */
	if (strcmp(header, "tcp option") == 0 && strncmp(name, "sack", 4) == 0 && name[4] >= '1' &&
	    name[4] <= '3')
		return find_field(parser, header, "sack", ret);
	return nc_field_by_name(header, name, ret) == 0;
}

/* "sid[1]": which one is part of the name. */
static bool parse_index(struct nc_parser *parser, char name[NC_KEYWORD_SIZE])
{
	size_t length = strlen(name);
	struct nc_number index;

	if (!nc_parser_accept(parser, NC_TOKEN_LBRACKET))
		return true;
	if (!nc_parser_number(parser, "a number", UINT8_MAX, &index))
		return false;
	snprintf(name + length, NC_KEYWORD_SIZE - length, "[%u]", (unsigned)index.value);
	return nc_parser_expect(parser, NC_TOKEN_RBRACKET, "']'");
}

static bool parse_name(struct nc_parser *parser, const char *header, enum nc_field *ret)
{
	char name[NC_KEYWORD_SIZE];
	const char *advice;
	struct nc_token token = parser->token;

	if (!nc_parser_keyword(parser, name))
		return refuse_field(parser, header);
	use_own_name(header, name);
	if (nc_field_by_name(header, name, ret) < 0 &&
	    nc_field_unsupported(header, name, &advice)) {
		nc_diag_error(parser->diag, &parser->token.loc,
			      "'%s %s' is nft grammar that netctl does not support: %s", header,
			      name, advice);
		return false;
	}
	nc_parser_advance(parser);
	if (!parse_index(parser, name))
		return false;
	if (find_field(parser, header, name, ret))
		return true;
	parser->token = token;
	return refuse_field(parser, header);
}

/* --- TCP options by number ---------------------------------------------------------------------------------- */

/* A field that has a name is known by that. */
static void use_named_option(struct nc_ast_field *field)
{
	for (enum nc_field named = 0; named < _NC_FIELD_MAX; named++) {
		const struct nc_field_info *info = nc_field_info(named);

		if (info->read != NC_READ_TCP_OPTION || named == NC_FIELD_TCPOPT_RAW ||
		    named == NC_FIELD_TCPOPT_NUMBER || info->protocol != field->raw.kind)
			continue;
		if (field->field == NC_FIELD_TCPOPT_NUMBER
			    ? info->type == NC_TYPE_BOOLEAN
			    : info->type != NC_TYPE_BOOLEAN && info->offset == field->raw.offset &&
				      nc_field_bits(named) == field->raw.length) {
			field->field = named;
			return;
		}
	}
}

static bool parse_kind(struct nc_parser *parser, struct nc_ast_field *field)
{
	struct nc_number kind;

	if (!nc_parser_number(parser, "an option's kind", UINT8_MAX, &kind))
		return false;
	field->raw.kind = kind.value;
	return true;
}

/* "tcp option 77", "tcp option 2 size" */
static bool parse_numbered(struct nc_parser *parser, struct nc_ast_field *field)
{
	enum nc_field found;

	field->field = NC_FIELD_TCPOPT_NUMBER;
	if (!parse_kind(parser, field))
		return false;
	use_named_option(field);
	if (field->field != NC_FIELD_TCPOPT_NUMBER &&
	    find_field(parser, "tcp option", nc_field_info(field->field)->name, &found))
		field->field = found;
	return true;
}

static bool parse_option(struct nc_parser *parser, struct nc_ast_field *field)
{
	if (nc_parser_at(parser, NC_TOKEN_LITERAL))
		return parse_numbered(parser, field);
	if (!nc_parser_accept(parser, NC_TOKEN_AT))
		return parse_name(parser, "tcp option", &field->field);
	field->field = NC_FIELD_TCPOPT_RAW;
	if (!parse_kind(parser, field) || !parse_bits(parser, 40 * 8, &field->raw))
		return false;
	/* In JSON these bits stand for the option itself. */
	if (!field->raw.offset && field->raw.length == 8) {
		nc_diag_error(
			parser->diag, &parser->previous,
			"the first byte of an option is its kind: write 'tcp option %u exists'",
			(unsigned)field->raw.kind);
		return false;
	}
	use_named_option(field);
	return true;
}

/* --- other kinds of fields ------------------------------------------------------------------------------------ */

static bool parse_raw(struct nc_parser *parser, struct nc_ast_field *field)
{
	static const struct {
		const char *word;
		enum nc_raw_base base;
	} bases[] = {
		{"ll", NC_RAW_LINK},
		{"nh", NC_RAW_NETWORK},
		{"th", NC_RAW_TRANSPORT},
		{"ih", NC_RAW_INNER},
	};
	size_t i = 0;

	nc_parser_advance(parser);
	while (i < 4 && !nc_parser_accept_word(parser, bases[i].word))
		i++;
	if (i == 4)
		return nc_parser_unexpected(parser, "'ll', 'nh', 'th' or 'ih'");
	field->field = NC_FIELD_RAW;
	field->raw.base = bases[i].base;
	return parse_bits(parser, 65535 * 8, &field->raw);
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

/* "rt0 addr[1]" is where the first segment of another type is. */
static bool parse_address(struct nc_parser *parser, struct nc_ast_field *field)
{
	char name[NC_KEYWORD_SIZE] = "sid";

	return nc_parser_expect_word(parser, "addr") && parse_index(parser, name) &&
	       (nc_field_by_name("srh", name, &field->field) == 0 ||
		nc_parser_unexpected(parser, "'addr[1]'"));
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
		return parse_option(parser, field);
	if (nc_same_word(header, "ip") && nc_parser_accept_word(parser, "option"))
		return parse_name(parser, "ip option", &field->field);
	if (nc_same_word(header, "sctp") && nc_parser_accept_word(parser, "chunk"))
		return parse_name(parser, "sctp chunk", &field->field);
	/* As nft, which does not look at the type of a routing header either. */
	if (nc_same_word(header, "rt0"))
		return parse_address(parser, field);
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
