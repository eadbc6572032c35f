/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Statements that are no matches, and what elements of sets have in common with them. Called by the rule's parser and by
 * the blocks of sets and objects.
 *
 *	limit = [ "rate" ] [ "over" ] N ( "/" unit | bytes "/" unit ) [ "burst" N ( "packets" | bytes ) ]
 *	quota = [ "over" | "until" ] N bytes [ "used" N bytes ]
 *	log   = { "prefix" STRING | "level" LEVEL | "group" N | "snaplen" N | "queue-threshold" N | "flags" … }
 *	extra = { "timeout" TIME | "expires" TIME | "comment" STRING | "counter" … | "limit" … | "quota" … } [ ":" data ]
 */
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#include "lang/parser.h"

/* --- numbers with units ---------------------------------------------------------------------------------- */

static const struct {
	const char *word;
	enum nc_unit unit;
} units[] = {
	{"second", NC_UNIT_SECOND}, {"minute", NC_UNIT_MINUTE}, {"hour", NC_UNIT_HOUR},
	{"day", NC_UNIT_DAY},	    {"week", NC_UNIT_WEEK},
};

static bool find_unit(const char *word, enum nc_unit *ret)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(units[i].word, word) == 0) {
			*ret = units[i].unit;
			return true;
		}
	}
	return false;
}

static bool parse_unit(struct nc_parser *parser, enum nc_unit *ret)
{
	char word[NC_KEYWORD_SIZE];

	if (!nc_parser_keyword(parser, word) || !find_unit(word, ret))
		return nc_parser_unexpected(parser, "'second', 'minute', 'hour', 'day' or 'week'");
	nc_parser_advance(parser);
	return true;
}

/* "kbytes": the factor, 0 if it is none. */
static uint64_t byte_factor(const char *word)
{
	if (strcmp(word, "bytes") == 0)
		return 1;
	if (strcmp(word, "kbytes") == 0)
		return 1024;
	return strcmp(word, "mbytes") == 0 ? 1024 * 1024 : 0;
}

static bool multiply(struct nc_parser *parser, const struct nc_number *number, uint64_t factor,
		     uint64_t *ret)
{
	if (!__builtin_mul_overflow(number->value, factor, ret) && *ret <= INT64_MAX)
		return true;
	nc_diag_error(parser->diag, &number->loc, "this number is too large");
	return false;
}

/* "10 mbytes" */
static bool parse_bytes(struct nc_parser *parser, uint64_t *ret)
{
	struct nc_number number;
	char word[NC_KEYWORD_SIZE];
	uint64_t factor;

	if (!nc_parser_number(parser, "a number of bytes", UINT64_MAX, &number))
		return false;
	factor = nc_parser_keyword(parser, word) ? byte_factor(word) : 0;
	if (!factor)
		return nc_parser_unexpected(parser, "'bytes', 'kbytes' or 'mbytes'");
	nc_parser_advance(parser);
	return multiply(parser, &number, factor, ret);
}

/* Behind a rate: "/second", "bytes/second" (one word) or "bytes / second". */
static bool parse_rate_unit(struct nc_parser *parser, const struct nc_number *number,
			    struct nc_limit *limit)
{
	char word[NC_KEYWORD_SIZE], *slash;
	uint64_t factor;

	limit->rate = number->value;
	if (nc_parser_accept(parser, NC_TOKEN_SLASH))
		return parse_unit(parser, &limit->unit);
	if (!nc_parser_keyword(parser, word))
		return nc_parser_unexpected(parser, "'/second', 'bytes/second' or the like");
	slash = strchr(word, '/');
	if (slash)
		*slash = '\0';
	factor = byte_factor(word);
	if (strcmp(word, "packets") == 0)
		factor = 1;
	if (!factor || (slash && !find_unit(slash + 1, &limit->unit)))
		return nc_parser_unexpected(parser, "'/second', 'bytes/second' or the like");
	limit->bytes = strcmp(word, "packets") != 0;
	nc_parser_advance(parser);
	if (!multiply(parser, number, factor, &limit->rate))
		return false;
	return slash || (nc_parser_expect(parser, NC_TOKEN_SLASH, "'/'") &&
			 parse_unit(parser, &limit->unit));
}

static bool parse_burst(struct nc_parser *parser, struct nc_limit *limit)
{
	struct nc_number number;
	char word[NC_KEYWORD_SIZE];
	uint64_t factor;

	if (!nc_parser_number(parser, "a number of packets or bytes", UINT32_MAX, &number))
		return false;
	limit->burst = number.value;
	factor = nc_parser_keyword(parser, word) ? byte_factor(word) : 0;
	if (limit->bytes) {
		if (!factor)
			return nc_parser_unexpected(parser, "'bytes', 'kbytes' or 'mbytes'");
		nc_parser_advance(parser);
		return multiply(parser, &number, factor, &limit->burst);
	}
	return nc_parser_expect_word(parser, "packets");
}

static bool check_limit(struct nc_parser *parser, const struct nc_limit *limit,
			const struct nc_loc *loc)
{
	nc_num ns = nc_unit_seconds(limit->unit) * UINT64_C(1000000000), depth = 0;

	if (!limit->rate) {
		nc_diag_error(parser->diag, loc,
			      "a rate of 0 lets nothing through; write a verdict");
		return false;
	}
	/* The bucket's depth in nanoseconds (compile/stmt.c). */
	depth = limit->bytes ? ns * (limit->rate + limit->burst) / limit->rate
			     : ns / limit->rate * limit->burst;
	if (depth > INT64_MAX) {
		nc_diag_error(parser->diag, loc,
			      "this rate and burst are too large for the unit of time; use a "
			      "shorter one");
		return false;
	}
	return true;
}

bool nc_parse_limit(struct nc_parser *parser, struct nc_limit *ret)
{
	struct nc_limit limit = {};
	struct nc_number number;

	if (!nc_parser_expect_word(parser, "rate"))
		return false;
	if (nc_parser_accept_word(parser, "over"))
		limit.over = true;
	if (!nc_parser_number(parser, "a rate", UINT64_MAX, &number) ||
	    !parse_rate_unit(parser, &number, &limit))
		return false;
	limit.burst = limit.bytes ? 0 : 5;
	if (nc_parser_accept_word(parser, "burst") && !parse_burst(parser, &limit))
		return false;
	*ret = limit;
	return check_limit(parser, &limit, &number.loc);
}

bool nc_parse_quota(struct nc_parser *parser, struct nc_quota *ret)
{
	struct nc_quota quota = {};

	if (nc_parser_accept_word(parser, "over"))
		quota.over = true;
	else
		nc_parser_accept_word(parser, "until");
	if (!parse_bytes(parser, &quota.bytes))
		return false;
	if (nc_parser_accept_word(parser, "used") && !parse_bytes(parser, &quota.used))
		return false;
	*ret = quota;
	return true;
}

bool nc_parse_counter(struct nc_parser *parser, struct nc_counter *ret, bool *ret_given)
{
	struct nc_number packets, bytes;

	*ret_given = nc_parser_accept_word(parser, "packets");
	if (!*ret_given)
		return true;
	if (!nc_parser_number(parser, "a number of packets", UINT64_MAX, &packets) ||
	    !nc_parser_expect_word(parser, "bytes") ||
	    !nc_parser_number(parser, "a number of bytes", UINT64_MAX, &bytes))
		return false;
	*ret = (struct nc_counter){.packets = packets.value, .bytes = bytes.value};
	return true;
}

/* Units in falling order, each at most once. */
static bool read_time(const char *text, uint64_t *ret)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} parts[] = {
		{"d", 86400000}, {"h", 3600000}, {"ms", 1}, {"m", 60000}, {"s", 1000},
	};
	uint64_t sum = 0;

	if (!*text)
		return false;
	while (*text) {
		uint64_t number = 0, factor = 0;
		const char *digits = text;
		size_t length = 0;

		for (; *text >= '0' && *text <= '9'; text++) {
			if (__builtin_mul_overflow(number, 10, &number) ||
			    __builtin_add_overflow(number, *text - '0', &number))
				return false;
		}
		if (text == digits)
			return false;
		if (!*text)
			factor = 1000;
		for (size_t i = 0; i < sizeof(parts) / sizeof(*parts) && !factor; i++) {
			length = strlen(parts[i].unit);
			if (strncmp(text, parts[i].unit, length) == 0)
				factor = parts[i].ms;
		}
		if (!factor || __builtin_mul_overflow(number, factor, &number) ||
		    __builtin_add_overflow(sum, number, &sum))
			return false;
		text += length;
	}
	*ret = sum;
	return true;
}

bool nc_parse_time(struct nc_parser *parser, struct nc_ast_time *ret)
{
	const uint64_t most = UINT64_C(1000) * 86400 * 365 * 100;
	struct nc_word word;

	if (!nc_parser_at(parser, NC_TOKEN_LITERAL) && !nc_parser_at(parser, NC_TOKEN_STRING))
		return nc_parser_unexpected(parser, "a time, such as 1h30m");
	if (!nc_parser_take(parser, &word))
		return false;
	ret->loc = word.loc;
	if (!read_time(word.text, &ret->ms) || !ret->ms || ret->ms > most) {
		nc_diag_error(parser->diag, &word.loc,
			      "'%.40s' is not a time: write days, hours, minutes, seconds and "
			      "milliseconds as 1d2h3m4s5ms, at most 100 years",
			      word.text);
		return false;
	}
	return true;
}

/* --- elements --------------------------------------------------------------------------------------------- */

static bool parse_data(struct nc_parser *parser, struct nc_expr **ret)
{
	struct nc_loc begin = parser->token.loc;
	struct nc_ast_verdict *verdict;

	if (!nc_parser_at_verdict(parser))
		return nc_parse_argument(parser, ret);
	verdict = nc_parser_alloc(parser, sizeof(*verdict));
	if (!verdict || !nc_parse_verdict(parser, verdict) ||
	    !nc_parser_new_expr(parser, NC_EXPR_VERDICT, nc_loc_join(begin, parser->previous), ret))
		return false;
	(*ret)->verdict = verdict;
	return true;
}

static bool carry(struct nc_parser *parser, struct nc_ast_extra *extra, unsigned what)
{
	if (extra->carries & what) {
		nc_diag_error(parser->diag, &parser->previous, "this stands here already");
		return false;
	}
	extra->carries |= what;
	extra->carries_loc = parser->previous;
	return true;
}

/* One of them. *ret_more: whether there was one. */
static bool parse_one_extra(struct nc_parser *parser, struct nc_ast_extra *extra, bool *ret_more)
{
	*ret_more = true;
	if (nc_parser_accept_word(parser, "timeout"))
		return nc_parse_time(parser, &extra->timeout);
	if (nc_parser_accept_word(parser, "expires"))
		return nc_parse_time(parser, &extra->expires);
	if (nc_parser_accept_word(parser, "comment"))
		return nc_parser_comment(parser, &extra->comment);
	if (nc_parser_accept_word(parser, "counter"))
		return carry(parser, extra, NC_CARRY_COUNTER) &&
		       nc_parse_counter(parser, &extra->counter, &extra->counter_given);
	if (nc_parser_accept_word(parser, "limit"))
		return carry(parser, extra, NC_CARRY_LIMIT) &&
		       nc_parse_limit(parser, &extra->limit);
	if (nc_parser_accept_word(parser, "quota"))
		return carry(parser, extra, NC_CARRY_QUOTA) &&
		       nc_parse_quota(parser, &extra->quota);
	*ret_more = false;
	return true;
}

bool nc_parse_extra(struct nc_parser *parser, struct nc_expr *element, bool data)
{
	struct nc_ast_extra extra = {};
	bool more, any = false;

	do {
		if (!parse_one_extra(parser, &extra, &more))
			return false;
		any |= more;
	} while (more);
	if (nc_parser_refused(parser, NC_UNSUPPORTED_ELEMENT))
		return false;
	if (data && nc_parser_accept(parser, NC_TOKEN_COLON)) {
		if (!parse_data(parser, &extra.data))
			return false;
		any = true;
	}
	if (!any)
		return true;
	element->extra = nc_parser_alloc(parser, sizeof(extra));
	if (!element->extra)
		return false;
	*element->extra = extra;
	return true;
}

/* --- verdicts ---------------------------------------------------------------------------------------------- */

static const struct {
	const char *word;
	enum nc_verdict_kind kind;
} verdicts[] = {
	{"accept", NC_DO_ACCEPT}, {"drop", NC_DO_DROP}, {"continue", NC_DO_CONTINUE},
	{"return", NC_DO_RETURN}, {"jump", NC_DO_JUMP}, {"goto", NC_DO_GOTO},
};

bool nc_parser_at_verdict(const struct nc_parser *parser)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++) {
		if (nc_parser_at_word(parser, verdicts[i].word))
			return true;
	}
	return false;
}

bool nc_parse_verdict(struct nc_parser *parser, struct nc_ast_verdict *ret)
{
	size_t i = 0;

	while (!nc_parser_accept_word(parser, verdicts[i].word))
		i++;
	ret->kind = verdicts[i].kind;
	if (ret->kind == NC_DO_JUMP || ret->kind == NC_DO_GOTO)
		return nc_parser_name(parser, "a chain's name", &ret->chain);
	return true;
}

/* --- log ------------------------------------------------------------------------------------------------------ */

static bool parse_level(struct nc_parser *parser, int *ret)
{
	static const char *const levels[] = {"emerg", "alert",	"crit", "err",
					     "warn",  "notice", "info", "debug"};

	for (int i = 0; i < 8; i++) {
		if (nc_parser_accept_word(parser, levels[i])) {
			*ret = i;
			return true;
		}
	}
	if (nc_parser_at_word(parser, "audit")) {
		nc_diag_error(
			parser->diag, &parser->token.loc,
			"'level audit' is nft grammar that netctl does not support: events go "
			"to 'netctl monitor', not to the audit daemon");
		return false;
	}
	return nc_parser_unexpected(
		parser, "'emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info' or 'debug'");
}

static bool parse_log_flags(struct nc_parser *parser, struct nc_log *log)
{
	if (nc_parser_accept_word(parser, "tcp")) {
		do {
			if (nc_parser_accept_word(parser, "sequence"))
				log->flags |= NC_LOG_TCP_SEQUENCE;
			else if (nc_parser_accept_word(parser, "options"))
				log->flags |= NC_LOG_TCP_OPTIONS;
			else
				return nc_parser_unexpected(parser, "'sequence' or 'options'");
		} while (nc_parser_accept(parser, NC_TOKEN_COMMA));
		return true;
	}
	if (nc_parser_accept_word(parser, "ip")) {
		log->flags |= NC_LOG_IP_OPTIONS;
		return nc_parser_expect_word(parser, "options");
	}
	if (nc_parser_accept_word(parser, "skuid"))
		log->flags |= NC_LOG_SKUID;
	else if (nc_parser_accept_word(parser, "ether"))
		log->flags |= NC_LOG_ETHER;
	else if (nc_parser_accept_word(parser, "all"))
		log->flags |= NC_LOG_ALL;
	else
		return nc_parser_unexpected(parser, "'tcp', 'ip', 'skuid', 'ether' or 'all'");
	return true;
}

static bool parse_log_prefix(struct nc_parser *parser, struct nc_word *ret)
{
	if (!nc_parser_at(parser, NC_TOKEN_STRING) && !nc_parser_at(parser, NC_TOKEN_WORD))
		return nc_parser_unexpected(parser, "the prefix, in quotes");
	if (parser->token.length >= 128) {
		nc_diag_error(parser->diag, &parser->token.loc,
			      "log prefix is too long: 127 bytes are possible");
		return false;
	}
	return nc_parser_take(parser, ret);
}

bool nc_parse_log(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	struct nc_log *log = &stmt->log.log;
	struct nc_loc begin = parser->previous;
	struct nc_number number;
	bool level = false;

	stmt->kind = NC_STMT_LOG;
	log->level = 4;
	for (;;) {
		if (nc_parser_accept_word(parser, "prefix")) {
			if (!parse_log_prefix(parser, &stmt->log.prefix))
				return false;
		} else if (nc_parser_accept_word(parser, "level")) {
			level = true;
			if (!parse_level(parser, &log->level))
				return false;
		} else if (nc_parser_accept_word(parser, "group")) {
			if (!nc_parser_number(parser, "a group", UINT16_MAX - 1, &number))
				return false;
			log->group_given = true;
			log->group = number.value;
		} else if (nc_parser_accept_word(parser, "snaplen")) {
			if (!nc_parser_number(parser, "a number of bytes", UINT32_MAX, &number))
				return false;
			log->snaplen_given = true;
			log->snaplen = number.value;
		} else if (nc_parser_accept_word(parser, "queue-threshold")) {
			if (!nc_parser_number(parser, "a number of packets", UINT16_MAX, &number))
				return false;
			log->threshold_given = true;
			log->threshold = number.value;
		} else if (nc_parser_accept_word(parser, "flags")) {
			if (!parse_log_flags(parser, log))
				return false;
		} else {
			break;
		}
	}
	if (level && log->group_given) {
		nc_diag_error(parser->diag, &begin, "level and group are mutually exclusive");
		return false;
	}
	if ((log->snaplen_given || log->threshold_given) && !log->group_given) {
		nc_diag_error(parser->diag, &begin,
			      "snaplen and queue-threshold need a group: write 'log group 0 …'");
		return false;
	}
	return true;
}

/* --- fwd and dup ------------------------------------------------------------------------------------------------- */

bool nc_parse_send(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	if (nc_parser_accept_word(parser, "ip"))
		stmt->send.family = AF_INET;
	else if (nc_parser_accept_word(parser, "ip6"))
		stmt->send.family = AF_INET6;
	if (!nc_parser_expect_word(parser, "to") ||
	    !nc_parse_argument(parser,
			       stmt->send.family ? &stmt->send.address : &stmt->send.device))
		return false;
	if (!stmt->send.family && nc_parser_at_word(parser, "device")) {
		nc_diag_error(parser->diag, &parser->token.loc,
			      "the family of the address is missing: write 'fwd ip to' or 'fwd ip6 "
			      "to'; 'dup' takes a device alone");
		return false;
	}
	return !stmt->send.family || (nc_parser_expect_word(parser, "device") &&
				      nc_parse_argument(parser, &stmt->send.device));
}

/* --- elements from the packet path ---------------------------------------------------------------------------------- */

static bool parse_set_element(struct nc_parser *parser, struct nc_ast_set_stmt *set)
{
	if (!nc_parser_expect(parser, NC_TOKEN_LBRACE, "'{'"))
		return false;
	nc_parser_skip_newlines(parser);
	if (!nc_parse_key(parser, &set->key) || !nc_parse_extra(parser, set->key, true))
		return false;
	nc_parser_skip_newlines(parser);
	return nc_parser_expect(parser, NC_TOKEN_RBRACE, "'}'");
}

bool nc_parse_set_op(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	stmt->kind = NC_STMT_SET;
	return nc_parser_expect(parser, NC_TOKEN_AT, "'@' and a set's name") &&
	       nc_parser_name(parser, "a set's name", &stmt->set.set) &&
	       parse_set_element(parser, &stmt->set);
}

bool nc_parse_meter(struct nc_parser *parser, struct nc_ast_stmt *stmt)
{
	stmt->kind = NC_STMT_SET;
	stmt->set.op = NC_SET_OP_UPDATE;
	stmt->set.meter = true;
	if (!nc_parser_name(parser, "a meter's name", &stmt->set.set))
		return false;
	if (nc_parser_accept_word(parser, "size") &&
	    !nc_parser_number(parser, "a number of elements", UINT32_MAX, &stmt->set.size))
		return false;
	return parse_set_element(parser, &stmt->set);
}
