/* SPDX-License-Identifier: GPL-2.0-only */
/* Random rulesets: declarations, rules, chains. */
#include "random_ruleset.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "random_parts.h"
#include "reading.h"

unsigned long random_rules_tried, random_rules_loaded;

/* What rules name. Chains c8 and c9 end every way of jumps. */
static const char preamble[] =
	"counter k { packets 1 bytes 2 }\n"
	"quota q { over 500 bytes }\n"
	"set ports0 { type inet_service; elements = { 53, 80, 1024 }; }\n"
	"set ports1 { type inet_service; flags interval; elements = { 0-52, 81-1023, 65535 }; }\n"
	"set ports2 { type inet_service; counter; elements = { 1, 80, 81 }; }\n"
	"set four0 { type ipv4_addr; elements = { 10.0.0.1, 192.0.2.7 }; }\n"
	"set four1 { type ipv4_addr; flags interval; elements = { 10.0.0.2-10.0.1.0, 255.0.0.0/8, "
	"* }; }\n"
	"set six0 { type ipv6_addr; elements = { ::1, 2001:db8::2 }; }\n"
	"set six1 { type ipv6_addr; flags interval; counter; elements = { fe80::/10, "
	"2001:db8::1-2001:db8::2 }; }\n"
	"set macs0 { type ether_addr; elements = { 02:00:00:00:00:01 }; }\n"
	"set macs1 { type ether_addr; flags interval; elements = { 02:00:00:00:00:00/47 }; }\n"
	"set protos0 { type inet_proto; elements = { tcp, udp, icmp }; }\n"
	"set names0 { type ifname; elements = { \"lo\", \"eth0\" }; }\n"
	"set marks0 { type mark; flags interval; elements = { 1-3, 8 }; }\n"
	"set pairs0 { type ipv4_addr . inet_service; elements = { 10.0.0.1 . 80, 10.0.0.2 . 53 }; "
	"}\n"
	"set pairs1 { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/24 . "
	"1-100, 192.0.2.7 . 0-65535 }; }\n"
	"set seen4 { type ipv4_addr; flags dynamic; size 3; }\n"
	"set seen6 { type ipv6_addr; flags dynamic; counter; }\n"
	"set flows { type ipv4_addr . inet_service; flags dynamic; quota over 100 bytes; }\n"
	"map numbers { type inet_service : mark; elements = { 80 : 1, 81 : 2, 1024 : 3 }; }\n"
	"map numbers4 { type ipv4_addr : mark; flags interval; elements = { 10.0.0.0/24 : 1, * : 2 "
	"}; }\n"
	"map learnt { type ipv4_addr : inet_service; flags dynamic; size 4; }\n"
	"map verdicts { type inet_service : verdict; counter; elements = { 80 : accept, 81 : drop, "
	"53 : jump c8, 1 : continue, 0 : return }; }\n"
	"map verdicts4 { type ipv4_addr : verdict; flags interval; elements = { 10.0.0.0/31 : goto "
	"c9, 192.0.0.0/8 : drop }; }\n"
	"counter k2 { packets 0 bytes 0 }\n"
	"quota q2 { 400 bytes }\n"
	"map kinds { type inet_service : counter; elements = { 80 : \"k\", 81 : \"k2\", 53 : \"k\" "
	"}; "
	"}\n"
	"map kinds4 { type ipv4_addr : counter; flags interval; counter; elements = { 10.0.0.0/31 "
	": "
	"\"k\", 192.0.0.0/8 : \"k2\", * : \"k2\" }; }\n"
	"map sums4 { type ipv4_addr . inet_service : quota; flags interval; elements = { "
	"10.0.0.0/24 . "
	"1-100 : \"q\", 192.0.2.7 . 0-65535 : \"q2\" }; }\n";

static const char clock_preamble[] =
	"limit l { rate 2/second burst 1 packets }\n"
	"limit l2 { rate over 3/second burst 2 packets }\n"
	"map rates { type inet_service : limit; elements = { 80 : \"l\", 81 : \"l2\" }; }\n"
	"set soon4 { type ipv4_addr; flags dynamic,timeout; timeout 1s; elements = { 10.0.0.2 "
	"timeout 5s, 10.0.0.1 }; }\n";

static const char leaves[] = "chain c9 { tcp dport 80 drop; }\n"
			     "chain c8 { ip saddr 10.0.0.1 accept; goto c9; }\n";

/* --- statements ------------------------------------------------------------------------------------------------ */

static void write_element(FILE *out, const struct random_options *options)
{
	static const char *const words[] = {"add", "add", "update", "delete"};
	static const char *const elements[] = {
		"@seen4 { ip saddr }",
		"@seen4 { ip daddr }",
		"@seen6 { ip6 saddr }",
		"@flows { ip saddr . th dport }",
	};
	const char *word = PICK(words);

	if (options->clock && !below(3))
		fprintf(out, "%s @soon4 { ip saddr%s }", word,
			below(2) && strcmp(word, "delete") != 0 ? " timeout 2s" : "");
	else if (!below(4))
		fprintf(out, "%s @learnt { ip saddr%s }", word,
			strcmp(word, "delete") != 0 ? " : th dport" : "");
	else
		fprintf(out, "%s %s", word, PICK(elements));
}

static void write_meter(FILE *out, const struct random_options *options)
{
	static const char *const carried[] = {"counter", "quota over 100 bytes", "quota 90 bytes"};
	static unsigned number;

	fprintf(out, "meter m%u size %u { ip saddr %s }", number++, below(4) + 1,
		options->clock && below(2) ? "limit rate over 1/second burst 1 packets"
					   : PICK(carried));
}

static void write_assign(FILE *out, const struct headers *headers)
{
	enum nc_field field = random_field(headers, true);

	if (headers->options->skb && !below(3)) {
		fputs("meta mark set ", out);
		if (below(2))
			write_map(out, headers, false);
		else
			fprintf(out, "meta mark | %u", 1 << below(4));
		return;
	}
	if (field == _NC_FIELD_MAX)
		return;
	write_field(out, field);
	fputs(" set ", out);
	if (below(6))
		write_value(out, field);
	else
		write_field(out, random_field(headers, false) % _NC_FIELD_MAX);
}

/* Counters and quotas that a map names. */
static void write_objects(FILE *out)
{
	static const char *const objects[] = {
		"counter name th dport map @kinds",
		"counter name ip saddr map @kinds4",
		"quota name ip saddr . th dport map @sums4",
		"counter name th dport map { 80 : \"k\", 1-79 : \"k2\", * : \"k\" }",
		"counter name ip daddr map { 10.0.0.1 : \"k\" }",
		"counter name ip saddr . th dport map { 10.0.0.1 . 80 : \"k\", 10.0.0.2 . 53 : "
		"\"k2\" }",
		"counter name ip ttl map { 0 : \"k\", 1 : \"k2\", 2 : \"k\", 3 : \"k2\", 4 : "
		"\"k\", 63 : "
		"\"k2\", 64 : \"k\", 65 : \"k\", 255 : \"k2\" }",
		"quota name tcp dport map { 80 : \"q\", 81 : \"q2\" }",
	};

	fputs(PICK(objects), out);
}

static void write_reset(FILE *out)
{
	static const char *const options[] = {"eol", "nop", "maxseg", "window", "sack", "253"};

	fprintf(out, "reset tcp option %s", PICK(options));
}

static void write_limit(FILE *out)
{
	static const char *const limits[] = {
		"limit rate 3/second",
		"limit rate over 2/second burst 2 packets",
		"limit rate 40/minute",
		"limit rate 100 bytes/second",
		"limit name \"l\"",
		"limit rate over 50 bytes/second burst 100 bytes",
		"limit name th dport map @rates",
		"limit name ip saddr map { 10.0.0.1 : \"l\", 10.0.0.2 : \"l2\" }",
	};

	fputs(PICK(limits), out);
}

static void write_send(FILE *out, bool copy)
{
	static const char *const sends[] = {"to lo", "to eth1",
					    "to th dport map { 80 : lo, 81 : eth1 }"};

	fprintf(out, "%s %s", copy ? "dup" : "fwd", PICK(sends));
}

static void write_stmt(FILE *out, const struct headers *headers)
{
	const struct random_options *options = headers->options;

	switch (below(10)) {
	case 0:
	case 1:
		if (below(3))
			fputs("counter", out);
		else if (below(2))
			fputs("counter name \"k\"", out);
		else
			write_objects(out);
		break;
	case 2:
		fputs(below(2)	 ? "quota over 300 bytes"
		      : below(2) ? "quota 400 bytes"
				 : "quota name \"q\"",
		      out);
		break;
	case 3:
	case 4:
		if (below(8))
			write_assign(out, headers);
		else
			write_reset(out);
		break;
	case 5:
	case 6:
		write_element(out, options);
		break;
	case 7:
		if (options->clock)
			write_limit(out);
		break;
	case 8:
		if (options->send && !below(2))
			write_send(out, true);
		else if (!below(2))
			fputs("log prefix \"x\"", out);
		break;
	default:
		if (!below(2))
			write_meter(out, options);
	}
	fputc(' ', out);
}

static void write_end(FILE *out, const struct headers *headers, unsigned chain)
{
	switch (below(9)) {
	case 0:
		fputs("accept", out);
		break;
	case 1:
	case 2:
		fputs("drop", out);
		break;
	case 3:
		write_map(out, headers, true);
		break;
	case 4:
		fprintf(out, "%s c%u", below(2) ? "jump" : "goto", chain + 1 + below(9 - chain));
		break;
	case 5:
		fputs(below(2) ? "return" : "continue", out);
		break;
	case 6:
		if (headers->options->send)
			write_send(out, false);
		break;
	default:
		fputs("counter", out);
	}
}

/* chain: its number; it jumps to those with greater ones. */
static void write_rule(FILE *out, const struct random_options *options, unsigned chain)
{
	struct headers headers = random_headers(options);

	for (unsigned n = below(3); n; n--)
		write_match(out, &headers);
	for (unsigned n = below(2) ? 0 : below(3) + 1; n; n--)
		write_stmt(out, &headers);
	write_end(out, &headers, chain);
}

/* --- rulesets ---------------------------------------------------------------------------------------------------- */

static char *print(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *print(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	return text;
}

/* Other chains that the rule may jump to; c9 is there. */
#define STUBS                                                                                      \
	"chain c7 { }\nchain c6 { }\nchain c5 { }\nchain c4 { }\nchain c3 { }\n"                   \
	"chain c2 { }\nchain c1 { }\n"

static bool loads(const struct random_options *options, const char *rule)
{
	char *text = print("table netdev t {\n%s%s%s" STUBS "chain c0 {\n%s\n}\n}\n", preamble,
			   options->clock ? clock_preamble : "", leaves, rule);
	struct reading reading;
	bool loaded;

	read_text("", text, strlen(text), &reading);
	loaded = !reading.error;
	if (!loaded && getenv("SHOW_REFUSED"))
		nc_diag_print(&reading.diag, stderr, false);
	end_reading(&reading);
	free(text);
	random_rules_tried++;
	random_rules_loaded += loaded;
	return loaded;
}

static void write_rules(FILE *out, const struct random_options *options, unsigned chain)
{
	for (unsigned n = below(7); n;) {
		size_t length;
		char *rule;
		FILE *one = open_memstream(&rule, &length);

		if (!one)
			abort();
		write_rule(one, options, chain);
		fclose(one);
		if (loads(options, rule)) {
			fprintf(out, "%s\n", rule);
			n--;
		}
		free(rule);
	}
}

static void write_chains(FILE *out, const struct random_options *options)
{
	unsigned base = below(3) + 1;

	/* Those that are jumped to come first, as stubs may be named before. */
	for (unsigned chain = 7; chain >= base; chain--) {
		fprintf(out, "chain c%u {\n", chain);
		if (!below(2))
			write_rules(out, options, chain);
		fputs("}\n", out);
	}
	for (unsigned chain = 0; chain < base; chain++) {
		fprintf(out,
			"chain b%u {\ntype filter hook %s device \"lo\" priority %d; policy %s;\n",
			chain, options->egress && !below(3) ? "egress" : "ingress",
			(int)below(3) - 1, chain && below(2) ? "drop" : "accept");
		write_rules(out, options, base - 1);
		fputs("}\n", out);
	}
}

char *random_ruleset(const struct random_options *options)
{
	size_t length;
	char *text;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		abort();
	fprintf(out, "table netdev t {\n%s%s%s", preamble, options->clock ? clock_preamble : "",
		leaves);
	write_chains(out, options);
	fputs("}\n", out);
	fclose(out);
	return text;
}
