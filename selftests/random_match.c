/* SPDX-License-Identifier: GPL-2.0-only */
/* Random matches and lookups in maps. */
#include <string.h>

#include "chance.h"
#include "random_parts.h"

static void add_header(struct headers *headers, const char *name)
{
	headers->name[headers->n++] = name;
}

static void add_network(struct headers *headers)
{
	static const char *const extensions[] = {"hbh", "rt", "frag", "dst", "mh", "srh", "exthdr"};

	switch (below(8)) {
	case 0:
		add_header(headers, "arp");
		break;
	case 1:
	case 2:
	case 3:
		add_header(headers, "ip");
		break;
	case 4:
	case 5:
	case 6:
		add_header(headers, "ip6");
		if (!below(3))
			add_header(headers, PICK(extensions));
		break;
	default:
		break;
	}
}

struct headers random_headers(const struct random_options *options)
{
	static const char *const common[] = {"tcp", "tcp", "udp", "th", "icmp", "icmpv6"};
	static const char *const rare[] = {"udplite", "sctp", "dccp", "igmp", "esp", "ah", "comp"};
	struct headers headers = {.options = options};

	if (!below(6))
		add_header(&headers, "vlan");
	else if (!below(6))
		add_header(&headers, "ether");
	add_network(&headers);
	if (below(2))
		add_header(&headers, below(4) ? PICK(common) : PICK(rare));
	if (!below(5))
		add_header(&headers, "tcp option");
	if (!below(12))
		add_header(&headers, below(2) ? "ip option" : "sctp chunk");
	if (!below(3) || !headers.n)
		add_header(&headers, "meta");
	if (!below(8))
		add_header(&headers, "@");
	return headers;
}

static bool is_comparable(const struct random_options *options, enum nc_field field)
{
	switch (field) {
	case NC_FIELD_META_TIME:
	case NC_FIELD_META_DAY:
	case NC_FIELD_META_HOUR:
		return options->clock;
	case NC_FIELD_META_RANDOM:
	case NC_FIELD_META_CPU:
		return options->chance;
	case NC_FIELD_META_MARK:
	case NC_FIELD_META_PRIORITY:
	case NC_FIELD_META_PKTTYPE:
		return options->skb;
	default:
		return true;
	}
}

enum nc_field random_field(const struct headers *headers, bool writable)
{
	const char *header = headers->name[below(headers->n)];
	enum nc_field fields[_NC_FIELD_MAX];
	unsigned n = 0;

	for (enum nc_field field = 0; field < _NC_FIELD_MAX; field++) {
		if (strcmp(nc_field_info(field)->header, header) == 0 &&
		    is_comparable(headers->options, field) &&
		    (!writable || nc_field_info(field)->writable))
			fields[n++] = field;
	}
	return n ? fields[below(n)] : _NC_FIELD_MAX;
}

void write_field(FILE *out, enum nc_field field)
{
	static const char *const bases[] = {"ll", "nh", "th", "ih"};
	static const unsigned kinds[] = {1, 2, 8, 253};
	const struct nc_field_info *info = nc_field_info(field);

	if (field == NC_FIELD_RAW)
		fprintf(out, "@%s,%u,8", PICK(bases), below(3) ? 8 * below(24) : below(200));
	else if (field == NC_FIELD_TCPOPT_RAW)
		fprintf(out, "tcp option @%u,%u,8", PICK(kinds), 1 + below(40));
	else if (field == NC_FIELD_TCPOPT_NUMBER)
		fprintf(out, "tcp option %u", PICK(kinds));
	else
		fprintf(out, "%s %s", info->header, info->name);
}

/* --- right-hand sides -------------------------------------------------------------------------------------------- */

/* The preamble's sets that hold values of a type, by the type's name. */
static const struct {
	enum nc_type type;
	const char *sets[3];
} named[] = {
	{NC_TYPE_IPV4_ADDR, {"four0", "four1", "seen4"}},
	{NC_TYPE_IPV6_ADDR, {"six0", "six1", "seen6"}},
	{NC_TYPE_INET_SERVICE, {"ports0", "ports1", "ports2"}},
	{NC_TYPE_ETHER_ADDR, {"macs0", "macs1", "macs0"}},
	{NC_TYPE_INET_PROTO, {"protos0", "protos0", "protos0"}},
	{NC_TYPE_IFNAME, {"names0", "names0", "names0"}},
	{NC_TYPE_MARK, {"marks0", "marks0", "marks0"}},
};

static bool write_named(FILE *out, enum nc_field field)
{
	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++) {
		if (named[i].type == nc_field_info(field)->type) {
			fprintf(out, "@%s", PICK(named[i].sets));
			return true;
		}
	}
	return false;
}

static void write_set(FILE *out, enum nc_field field)
{
	bool intervals = below(2);

	fputs("{ ", out);
	for (unsigned n = below(below(4) ? 4 : 14) + 1; n; n--) {
		if (intervals)
			write_interval(out, field);
		else
			write_value(out, field);
		fputs(n > 1 ? ", " : " }", out);
	}
}

static void write_flags(FILE *out)
{
	static const char *const forms[] = {"syn",
					    "!= syn",
					    "syn,ack",
					    "{ syn, ack }",
					    "& (syn|ack) == syn",
					    "== syn | ack",
					    "fin / fin,rst",
					    "! ack,rst",
					    "& (fin|syn|rst) != 0"};

	fputs(PICK(forms), out);
}

/* Operations between a field and its right-hand side. */
static void write_operations(FILE *out, enum nc_field field)
{
	static const char *const words[] = {"&", "|", "^", "<<", ">>"};
	bool raw = field == NC_FIELD_RAW || field == NC_FIELD_TCPOPT_RAW;
	unsigned bits = raw ? 8 : nc_field_bits(field);

	for (unsigned n = below(2) + 1; n; n--) {
		const char *word = PICK(words);

		fprintf(out, " %s ", word);
		if (word[0] == word[1])
			fprintf(out, "%u", below(bits));
		else
			write_value(out, field);
	}
}

static void write_comparison(FILE *out, enum nc_field field)
{
	static const char *const relations[] = {"<", "<=", ">", ">=", "==", "!="};

	fprintf(out, " %s ", PICK(relations));
	write_value(out, field);
}

static void write_right(FILE *out, enum nc_field field)
{
	fputs(below(3) ? " " : " != ", out);
	switch (below(4)) {
	case 0:
		if (!write_named(out, field))
			write_value(out, field);
		break;
	case 1:
		write_set(out, field);
		break;
	case 2:
		write_interval(out, field);
		break;
	default:
		write_value(out, field);
	}
}

static void write_field_match(FILE *out, enum nc_field field)
{
	write_field(out, field);
	if (field == NC_FIELD_TCP_FLAGS && below(4)) {
		fputc(' ', out);
		write_flags(out);
		return;
	}
	if (!below(6)) {
		write_operations(out, field);
		write_comparison(out, field);
	} else if (!below(6)) {
		write_comparison(out, field);
	} else {
		write_right(out, field);
	}
}

/* --- concatenations ---------------------------------------------------------------------------------------------- */

struct key {
	enum nc_field field[4];
	unsigned n;
};

static struct key random_key(const struct headers *headers)
{
	struct key key = {};

	for (unsigned n = below(3) ? 1 : below(3) + 2; n; n--) {
		enum nc_field field = random_field(headers, false);

		if (field < _NC_FIELD_MAX)
			key.field[key.n++] = field;
	}
	return key;
}

static void write_key(FILE *out, const struct key *key)
{
	for (unsigned i = 0; i < key->n; i++) {
		fputs(i ? " . " : "", out);
		write_field(out, key->field[i]);
	}
}

static void write_key_value(FILE *out, const struct key *key, bool intervals)
{
	for (unsigned i = 0; i < key->n; i++) {
		fputs(i ? " . " : "", out);
		if (intervals)
			write_interval(out, key->field[i]);
		else
			write_value(out, key->field[i]);
	}
}

static void write_concatenation(FILE *out, const struct headers *headers)
{
	struct key key = random_key(headers);
	bool intervals = below(2);

	write_key(out, &key);
	fprintf(out, "%s { ", below(3) ? "" : " !=");
	for (unsigned n = below(5) + 1; n; n--) {
		write_key_value(out, &key, intervals);
		fputs(n > 1 ? ", " : " }", out);
	}
}

/* Keys that the preamble's sets of pairs have. */
static void write_pair(FILE *out)
{
	static const char *const sets[] = {"pairs0", "pairs1", "flows"};

	fprintf(out, "ip %s . th %s %s@%s", below(2) ? "saddr" : "daddr",
		below(2) ? "sport" : "dport", below(3) ? "" : "!= ", PICK(sets));
}

static void write_generator(FILE *out, const struct headers *headers)
{
	struct key key = random_key(headers);
	unsigned modulus = below(4) + 1;

	if (!below(3) || !key.n) {
		fprintf(out, "numgen %s mod %u",
			headers->options->chance && below(2) ? "random" : "inc", modulus);
	} else {
		fputs("jhash ", out);
		write_key(out, &key);
		fprintf(out, " mod %u seed %u", modulus, below(3));
	}
	fprintf(out, "%s %u", below(2) ? "" : " !=", below(modulus));
}

void write_match(FILE *out, const struct headers *headers)
{
	enum nc_field field = random_field(headers, false);

	switch (below(10)) {
	case 0:
		write_concatenation(out, headers);
		break;
	case 1:
		write_pair(out);
		break;
	case 2:
		write_generator(out, headers);
		break;
	default:
		if (field < _NC_FIELD_MAX)
			write_field_match(out, field);
	}
	fputc(' ', out);
}

static void write_map_data(FILE *out, bool verdicts)
{
	static const char *const words[] = {"accept", "drop",	 "continue",
					    "return", "jump c8", "goto c9"};

	if (verdicts)
		fprintf(out, " : %s", PICK(words));
	else
		fprintf(out, " : %u", below(4));
}

void write_map(FILE *out, const struct headers *headers, bool verdicts)
{
	struct key key = random_key(headers);
	bool intervals = below(2);
	const char *map = verdicts ? "vmap" : "map";

	if (!key.n || !below(4)) {
		fprintf(out, "th dport %s @%s", map, verdicts ? "verdicts" : "numbers");
		return;
	}
	if (!below(6)) {
		fprintf(out, "ip saddr %s @%s", map, verdicts ? "verdicts4" : "numbers4");
		return;
	}
	write_key(out, &key);
	fprintf(out, " %s { ", map);
	for (unsigned n = below(4) + 1; n; n--) {
		write_key_value(out, &key, intervals);
		write_map_data(out, verdicts);
		fputs(n > 1 ? ", " : "", out);
	}
	if (!below(3)) {
		fputs(", *", out);
		write_map_data(out, verdicts);
	}
	fputs(" }", out);
}
