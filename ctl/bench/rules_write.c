/* SPDX-License-Identifier: GPL-2.0-only */
/* Rule sets as the texts that netctl and nft, and iptables-restore, read. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "rules.h"

static void write_prefix(const struct nc_bench_prefix *prefix, bool ip6, FILE *out)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(ip6 ? AF_INET6 : AF_INET, prefix->address, text, sizeof(text));
	fputs(text, out);
	if (prefix->length < nc_bench_bits(ip6))
		fprintf(out, "/%u", prefix->length);
}

static void write_address(const char *before, const struct nc_bench_prefix *prefix, bool ip6,
			  FILE *out)
{
	if (!prefix->length)
		return;
	fputs(before, out);
	write_prefix(prefix, ip6, out);
	fputc(' ', out);
}

static bool is_any(const struct nc_bench_ports *ports)
{
	return ports->low == 0 && ports->high == 65535;
}

/* between: what stands in a range */
static void write_ports(const char *before, const struct nc_bench_ports *ports, char between,
			FILE *out)
{
	if (is_any(ports))
		return;
	fprintf(out, "%s%u", before, ports->low);
	if (ports->high != ports->low)
		fprintf(out, "%c%u", between, ports->high);
	fputc(' ', out);
}

/* --- nft -------------------------------------------------------------------------------------------------- */

static void write_nft_rule(const struct nc_bench_rule *rule, bool ip6, bool accept, FILE *out)
{
	const char *header = rule->protocol == IPPROTO_UDP ? "udp" : "tcp";
	char sport[16], dport[16];

	fputs("\t\t", out);
	if (!rule->saddr.length && !rule->daddr.length)
		fputs(ip6 ? "meta protocol ip6 " : "meta protocol ip ", out);
	write_address(ip6 ? "ip6 saddr " : "ip saddr ", &rule->saddr, ip6, out);
	write_address(ip6 ? "ip6 daddr " : "ip daddr ", &rule->daddr, ip6, out);
	snprintf(sport, sizeof(sport), "%s sport ", header);
	snprintf(dport, sizeof(dport), "%s dport ", header);
	write_ports(sport, &rule->sport, '-', out);
	write_ports(dport, &rule->dport, '-', out);
	if (!rule->any_protocol && is_any(&rule->sport) && is_any(&rule->dport))
		fprintf(out, "meta l4proto %u ", rule->protocol);
	fprintf(out, "counter %s\n", accept ? "accept" : "drop");
}

static void write_nft_set(const struct nc_bench_rules *rules, FILE *out)
{
	if (!rules->set.n)
		return;
	fprintf(out, "\tset blocked {\n\t\ttype %s\n\t\telements = { ",
		rules->ip6 ? "ipv6_addr" : "ipv4_addr");
	for (size_t i = 0; i < rules->set.n; i++) {
		fputs(i ? ",\n\t\t\t" : "", out);
		write_prefix(&rules->set.v[i], rules->ip6, out);
	}
	fputs(" }\n\t}\n", out);
}

void nc_bench_write_nft(const struct nc_bench_rules *rules, const char *device, FILE *out)
{
	fputs("table netdev bench {\n", out);
	write_nft_set(rules, out);
	fprintf(out,
		"\tchain in {\n\t\ttype filter hook ingress device \"%s\" priority 0; policy %s;\n",
		device, rules->set.n ? "accept" : "drop");
	fputs(rules->first ?: "", out);
	if (rules->set.n)
		fprintf(out, "\t\t%s saddr @blocked drop\n", rules->ip6 ? "ip6" : "ip");
	for (size_t i = 0; i < rules->list.n; i++)
		write_nft_rule(&rules->list.v[i], rules->ip6, nc_bench_rule_accepts(rules, i), out);
	fputs("\t}\n}\n", out);
}

/* --- iptables ---------------------------------------------------------------------------------------------- */

static void write_iptables_rule(const struct nc_bench_rule *rule, bool ip6, bool accept, FILE *out)
{
	fputs("-A PREROUTING ", out);
	write_address("-s ", &rule->saddr, ip6, out);
	write_address("-d ", &rule->daddr, ip6, out);
	if (!rule->any_protocol)
		fprintf(out, "-p %u ", rule->protocol);
	write_ports("--sport ", &rule->sport, ':', out);
	write_ports("--dport ", &rule->dport, ':', out);
	fprintf(out, "-j %s\n", accept ? "ACCEPT" : "DROP");
}

void nc_bench_write_iptables(const struct nc_bench_rules *rules, FILE *out)
{
	bool accept = rules->set.n;

	fprintf(out, "*raw\n:PREROUTING %s [0:0]\n:OUTPUT ACCEPT [0:0]\n",
		accept ? "ACCEPT" : "DROP");
	for (size_t i = 0; i < rules->set.n; i++) {
		write_address("-A PREROUTING -s ", &rules->set.v[i], rules->ip6, out);
		fputs("-j DROP\n", out);
	}
	for (size_t i = 0; i < rules->list.n; i++)
		write_iptables_rule(&rules->list.v[i], rules->ip6, nc_bench_rule_accepts(rules, i),
				    out);
	fputs("COMMIT\n", out);
}
