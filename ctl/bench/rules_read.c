/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ClassBench's format, one rule a line:
 *
 *	@SADDR/LEN <tab> DADDR/LEN <tab> LOW : HIGH <tab> LOW : HIGH <tab> PROTO/MASK [<tab> FLAGS/MASK]
 *
 * The last column, TCP flags, is left out, as most who measure with such files do.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "rules.h"

#define LINE_MAX_BYTES 512

struct reading {
	const struct nc_source *source;
	size_t at;
	unsigned line;
};

/* "ADDRESS/LENGTH" */
static bool read_prefix(const char *text, bool *ret_ip6, struct nc_bench_prefix *ret)
{
	char address[INET6_ADDRSTRLEN];
	unsigned length;
	int n = 0;

	if (sscanf(text, "%45[0-9a-fA-F.:]/%u%n", address, &length, &n) != 2 || text[n])
		return false;
	*ret_ip6 = strchr(address, ':');
	if (length > nc_bench_bits(*ret_ip6))
		return false;
	ret->length = length;
	if (inet_pton(*ret_ip6 ? AF_INET6 : AF_INET, address, ret->address) != 1)
		return false;
	nc_bench_prefix_mask(ret);
	return true;
}

static bool read_ports(unsigned low, unsigned high, struct nc_bench_ports *ret)
{
	*ret = (struct nc_bench_ports){low, high};
	return low <= high && high <= 65535;
}

/* What is wrong with a line, or NULL. */
static const char *read_rule(const char *line, bool *ret_ip6, struct nc_bench_rule *ret)
{
	char saddr[64], daddr[64];
	unsigned sport[2], dport[2], protocol, mask;
	bool ip6;

	if (sscanf(line, "@%63s %63s %u : %u %u : %u %x/%x", saddr, daddr, &sport[0], &sport[1],
		   &dport[0], &dport[1], &protocol, &mask) != 8)
		return "this is no rule in ClassBench's format: @SADDR/LEN DADDR/LEN LOW : HIGH "
		       "LOW : HIGH PROTO/MASK";
	if (!read_prefix(saddr, &ip6, &ret->saddr) || !read_prefix(daddr, ret_ip6, &ret->daddr) ||
	    ip6 != *ret_ip6)
		return "source and destination are to be two prefixes of one family";
	if (!read_ports(sport[0], sport[1], &ret->sport) ||
	    !read_ports(dport[0], dport[1], &ret->dport))
		return "ports go from 0 to 65535, the lower one first";
	if (protocol > 255 || (mask && mask != 255))
		return "a protocol is 0 to 0xFF, its mask 0xFF or, for any, 0";
	ret->any_protocol = !mask;
	ret->protocol = mask ? protocol : 0;
	if (ret->any_protocol || (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP))
		ret->sport = ret->dport = (struct nc_bench_ports){0, 65535};
	return NULL;
}

/* The next line, without its end. false: there is none. */
static bool next_line(struct reading *reading, char line[LINE_MAX_BYTES], struct nc_loc *ret)
{
	const char *begin = reading->source->text + reading->at, *end;
	size_t left = reading->source->length - reading->at, n;

	if (!left)
		return false;
	end = memchr(begin, '\n', left);
	n = end ? (size_t)(end - begin) : left;
	*ret = (struct nc_loc){.source = reading->source,
			       .line_offset = reading->at,
			       .line = ++reading->line,
			       .column = 1,
			       .end_column = n ?: 1};
	reading->at += n + (end ? 1 : 0);
	if (n >= LINE_MAX_BYTES)
		n = LINE_MAX_BYTES - 1;
	memcpy(line, begin, n);
	line[n] = '\0';
	return true;
}

static int read_lines(struct reading *reading, struct nc_bench_rules *rules, struct nc_diag *diag)
{
	char line[LINE_MAX_BYTES];
	struct nc_loc loc;
	int r = 0;

	while (!r && next_line(reading, line, &loc)) {
		struct nc_bench_rule rule = {};
		const char *wrong;
		bool ip6;

		if (!line[strspn(line, " \t\r")])
			continue;
		wrong = read_rule(line, &ip6, &rule);
		if (!wrong && rules->list.n && ip6 != rules->ip6)
			wrong = "the rules before are of the other family";
		if (wrong)
			return nc_diag_error(diag, &loc, "%s", wrong);
		rules->ip6 = ip6;
		r = nc_vec_push(&rules->list, rule);
	}
	return r;
}

int nc_bench_rules_read(const struct nc_source *source, struct nc_bench_rules *ret,
			struct nc_diag *diag)
{
	struct reading reading = {.source = source};
	struct nc_bench_rules rules = {};
	int r = read_lines(&reading, &rules, diag);

	if (r == 0 && !rules.list.n)
		r = nc_diag_error(diag, NULL, "%s has no rules", source->name);
	if (r < 0)
		nc_bench_rules_free(&rules);
	else
		*ret = rules;
	return r;
}
