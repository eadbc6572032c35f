/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lexer: bytes into tokens with line and column. Called by the parser, one token at a time; looks at every byte a
 * bounded number of times, whatever the input. It knows no keyword but the operators that are words.
 */
#include <string.h>

#include "lang/lexer.h"

static int byte_at(const struct nc_lexer *lexer, size_t offset)
{
	return offset < lexer->source->length ? (unsigned char)lexer->source->text[offset] : -1;
}

/* Locale-free classes of bytes. */
#define DIGIT  0x01
#define HEX    0x02 /* beside digits */
#define LETTER 0x04
#define BEGIN  0x08 /* beside letters: may begin a word */
#define INSIDE 0x10 /* beside these and digits: may stand in a word */

static const unsigned char classes[256] = {
	['0' ... '9'] = DIGIT,	['a' ... 'f'] = LETTER | HEX,
	['g' ... 'z'] = LETTER, ['A' ... 'F'] = LETTER | HEX,
	['G' ... 'Z'] = LETTER, ['_'] = BEGIN,
	['.'] = BEGIN,		['/'] = INSIDE,
	['-'] = INSIDE,
};

/* -1, the end, is in none. */
static bool is_of(int c, unsigned wanted)
{
	return c >= 0 && classes[c] & wanted;
}

static bool is_digit(int c)
{
	return is_of(c, DIGIT);
}

static bool is_letter(int c)
{
	return is_of(c, LETTER);
}

static bool is_hex(int c)
{
	return is_of(c, DIGIT | HEX);
}

/* nft's {string}: begins with a letter, "_" or ".", goes on with these, digits, "/" and "-". */
static bool begins_word(int c)
{
	return is_of(c, LETTER | BEGIN);
}

static bool in_word(int c)
{
	return is_of(c, LETTER | BEGIN | DIGIT | INSIDE);
}

static bool is_text_byte(unsigned char c)
{
	return c >= 0x20 ? c != 0x7f : c == '\t' || c == '\n' || c == '\r';
}

int nc_lexer_check_text(const struct nc_source *source, struct nc_diag *diag)
{
	struct nc_loc loc = {.source = source, .line = 1, .column = 1, .end_column = 1};

	for (size_t i = 0; i < source->length; i++) {
		unsigned char c = source->text[i];

		if (!is_text_byte(c)) {
			loc.column = loc.end_column = i - loc.line_offset + 1;
			return nc_diag_error(diag, &loc,
					     "this is not a text file: byte 0x%02x at offset %zu",
					     c, i);
		}
		if (c == '\n') {
			loc.line++;
			loc.line_offset = i + 1;
		}
	}
	return 0;
}

void nc_lexer_init(struct nc_lexer *lexer, const struct nc_source *source, bool keep_comments,
		   struct nc_diag *diag)
{
	*lexer = (struct nc_lexer){
		.source = source,
		.line = 1,
		.keep_comments = keep_comments,
		.diag = diag,
	};
}

/* A token from the lexer's place to end, exclusive; the lexer goes on behind it. */
static struct nc_token token_until(struct nc_lexer *lexer, enum nc_token_kind kind, size_t end)
{
	struct nc_token token = {
		.kind = kind,
		.text = lexer->source->text + lexer->at,
		.length = end - lexer->at,
		.loc = {.source = lexer->keep_comments ? NULL : lexer->source,
			.line_offset = lexer->line_offset,
			.line = lexer->line,
			.column = lexer->at - lexer->line_offset + 1,
			.end_column = end - lexer->line_offset},
	};

	if (end == lexer->at)
		token.loc.end_column = token.loc.column;
	lexer->at = end;
	return token;
}

static size_t line_end(const struct nc_lexer *lexer, size_t from)
{
	const char *newline =
		memchr(lexer->source->text + from, '\n', lexer->source->length - from);

	return newline ? (size_t)(newline - lexer->source->text) : lexer->source->length;
}

bool nc_lexer_line_is_over(const struct nc_lexer *lexer)
{
	size_t end = line_end(lexer, lexer->at);
	const char *rest = lexer->source->text + lexer->at;
	const char last = end ? lexer->source->text[end - 1] : 0;

	return !memchr(rest, '}', end - lexer->at) && last != ',';
}

static void begin_line(struct nc_lexer *lexer, size_t offset)
{
	lexer->at = lexer->line_offset = offset;
	lexer->line++;
}

/* Blanks, lines joined by a backslash, and comments unless they are kept. */
static void skip_blank(struct nc_lexer *lexer)
{
	for (;;) {
		int c = byte_at(lexer, lexer->at);

		if (c == ' ' || c == '\t' || c == '\r')
			lexer->at++;
		else if (c == '\\' && byte_at(lexer, lexer->at + 1) == '\n')
			begin_line(lexer, lexer->at + 2);
		else if (c == '\\' && byte_at(lexer, lexer->at + 1) == '\r' &&
			 byte_at(lexer, lexer->at + 2) == '\n')
			begin_line(lexer, lexer->at + 3);
		else if (c == '#' && !lexer->keep_comments)
			lexer->at = line_end(lexer, lexer->at);
		else
			return;
	}
}

static struct nc_token comment(struct nc_lexer *lexer)
{
	lexer->at++;
	return token_until(lexer, NC_TOKEN_COMMENT, line_end(lexer, lexer->at));
}

static struct nc_token newline(struct nc_lexer *lexer)
{
	struct nc_token token = token_until(lexer, NC_TOKEN_NEWLINE, lexer->at + 1);

	begin_line(lexer, lexer->at);
	return token;
}

/* Bytes of the UTF-8 sequence that begins here (RFC 3629), 0 if none does. */
static size_t utf8_length(const char *text, size_t left)
{
	const unsigned char *b = (const unsigned char *)text;
	size_t length = b[0] < 0x80 ? 1 : b[0] < 0xc2 ? 0 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;

	if (!length || b[0] > 0xf4 || length > left)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] > 0x9f) ||
	    (b[0] == 0xf0 && b[1] < 0x90) || (b[0] == 0xf4 && b[1] > 0x8f))
		return 0;
	return length;
}

static bool is_utf8(const char *text, size_t left)
{
	for (size_t n; left; text += n, left -= n) {
		n = utf8_length(text, left);
		if (!n)
			return false;
	}
	return true;
}

/* Strings end up in JSON, so they must be UTF-8. */
static struct nc_token quoted(struct nc_lexer *lexer)
{
	size_t end = lexer->at + 1;
	struct nc_token token;

	while (byte_at(lexer, end) != '"' && byte_at(lexer, end) != '\n' &&
	       byte_at(lexer, end) >= 0)
		end++;
	if (byte_at(lexer, end) != '"') {
		token = token_until(lexer, NC_TOKEN_BAD, end);
		nc_diag_error(lexer->diag, &token.loc,
			      "this string has no closing '\"' on its line");
		return token;
	}
	token = token_until(lexer, NC_TOKEN_STRING, end + 1);
	token.text++;
	token.length -= 2;
	if (!is_utf8(token.text, token.length)) {
		nc_diag_error(lexer->diag, &token.loc, "this string is not valid UTF-8");
		token.kind = NC_TOKEN_BAD;
	}
	return token;
}

/*
 * The end of what may be an IPv6 or Ethernet address: hexadecimal digits, dots and at least two
 * colons. 0 if there is none here.
 */
static size_t address_end(const struct nc_lexer *lexer)
{
	unsigned colons = 0;
	size_t end = lexer->at;

	for (int c; c = byte_at(lexer, end), is_hex(c) || c == ':' || c == '.'; end++) {
		colons += c == ':';
	}
	return colons >= 2 ? end : 0;
}

static size_t hex_end(const struct nc_lexer *lexer, size_t at)
{
	while (is_hex(byte_at(lexer, at)))
		at++;
	return at;
}

/* The end of a traffic class, "1:20", which is one token in nft too; 0 if there is none here. */
static size_t class_end(const struct nc_lexer *lexer)
{
	size_t colon = hex_end(lexer, lexer->at), end;

	if (colon == lexer->at || colon - lexer->at > 4 || byte_at(lexer, colon) != ':')
		return 0;
	end = hex_end(lexer, colon + 1);
	if (end == colon + 1 || end - colon > 5 || is_letter(byte_at(lexer, end)) ||
	    byte_at(lexer, end) == '_')
		return 0;
	return end;
}

static struct nc_token literal(struct nc_lexer *lexer)
{
	size_t end = lexer->at;

	for (int c; c = byte_at(lexer, end), is_digit(c) || is_letter(c) || c == '_' || c == '.';)
		end++;
	return token_until(lexer, NC_TOKEN_LITERAL, end);
}

/* nft's operators that are words; names cannot be called so. */
static const struct {
	const char *word;
	enum nc_token_kind kind;
} word_operators[] = {
	{"eq", NC_TOKEN_EQ},	 {"ne", NC_TOKEN_NE},	      {"lt", NC_TOKEN_LT},
	{"le", NC_TOKEN_LE},	 {"gt", NC_TOKEN_GT},	      {"ge", NC_TOKEN_GE},
	{"and", NC_TOKEN_AND},	 {"or", NC_TOKEN_OR},	      {"not", NC_TOKEN_NOT},
	{"xor", NC_TOKEN_CARET}, {"lshift", NC_TOKEN_LSHIFT}, {"rshift", NC_TOKEN_RSHIFT},
};

static struct nc_token word(struct nc_lexer *lexer)
{
	size_t end = lexer->at;
	struct nc_token token;

	while (in_word(byte_at(lexer, end)))
		end++;
	if (byte_at(lexer, end) == '*')
		end++;
	token = token_until(lexer, NC_TOKEN_WORD, end);
	if (token.length == 1 && *token.text == '.')
		token.kind = NC_TOKEN_DOT;
	for (size_t i = 0; i < sizeof(word_operators) / sizeof(*word_operators); i++) {
		if (*word_operators[i].word == *token.text &&
		    strlen(word_operators[i].word) == token.length &&
		    memcmp(word_operators[i].word, token.text, token.length) == 0)
			token.kind = word_operators[i].kind;
	}
	return token;
}

static const struct {
	char text[3];
	enum nc_token_kind kind;
} operators[] = {
	/* Longer ones before their beginnings. */
	{"==", NC_TOKEN_EQ},	  {"!=", NC_TOKEN_NE},	     {"<=", NC_TOKEN_LE},
	{">=", NC_TOKEN_GE},	  {"<<", NC_TOKEN_LSHIFT},   {">>", NC_TOKEN_RSHIFT},
	{"<", NC_TOKEN_LT},	  {">", NC_TOKEN_GT},	     {"=", NC_TOKEN_ASSIGN},
	{"!", NC_TOKEN_NOT},	  {"&", NC_TOKEN_AND},	     {"|", NC_TOKEN_OR},
	{"/", NC_TOKEN_SLASH},	  {"-", NC_TOKEN_DASH},	     {"+", NC_TOKEN_PLUS},
	{"@", NC_TOKEN_AT},	  {"$", NC_TOKEN_DOLLAR},    {",", NC_TOKEN_COMMA},
	{"{", NC_TOKEN_LBRACE},	  {"}", NC_TOKEN_RBRACE},    {"(", NC_TOKEN_LPAREN},
	{")", NC_TOKEN_RPAREN},	  {";", NC_TOKEN_SEMICOLON}, {"^", NC_TOKEN_CARET},
	{":", NC_TOKEN_COLON},	  {"*", NC_TOKEN_STAR},	     {"[", NC_TOKEN_LBRACKET},
	{"]", NC_TOKEN_RBRACKET},
};

static struct nc_token operator(struct nc_lexer *lexer)
{
	size_t left = lexer->source->length - lexer->at;
	const char *text = lexer->source->text + lexer->at;
	struct nc_token token;

	for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
		size_t length = operators[i].text[1] ? 2 : 1;

		if (*operators[i].text == *text && length <= left &&
		    memcmp(operators[i].text, text, length) == 0)
			return token_until(lexer, operators[i].kind, lexer->at + length);
	}

	/* A run of them is one mistake. */
	size_t end = lexer->at + 1;
	while (byte_at(lexer, end) >= 0x80)
		end++;
	token = token_until(lexer, NC_TOKEN_BAD, end);
	if ((unsigned char)*token.text >= 0x80)
		nc_diag_error(lexer->diag, &token.loc,
			      "only ASCII characters are allowed outside of comments and quotes");
	else
		nc_diag_error(lexer->diag, &token.loc, "unexpected character '%c'", *token.text);
	return token;
}

struct nc_token nc_lexer_next(struct nc_lexer *lexer)
{
	size_t end;
	int c;

	skip_blank(lexer);
	c = byte_at(lexer, lexer->at);
	if (c < 0)
		return token_until(lexer, NC_TOKEN_END, lexer->at);
	if (c == '\n')
		return newline(lexer);
	if (c == '#')
		return comment(lexer);
	if (c == '"')
		return quoted(lexer);
	if ((is_hex(c) || c == ':') && ((end = address_end(lexer)) || (end = class_end(lexer))))
		return token_until(lexer, NC_TOKEN_LITERAL, end);
	if (is_digit(c))
		return literal(lexer);
	if (begins_word(c))
		return word(lexer);
	return operator(lexer);
}
