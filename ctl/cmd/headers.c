/* SPDX-License-Identifier: GPL-2.0-only */
/* Headers as text and JSON. Called for events, and by whoever shows a packet. */
#include "cmd/headers.h"

#include <arpa/inet.h>
#include <json-c/json.h>
#include <linux/if_ether.h>
#include <string.h>

#include "model/types.h"

typedef struct json_object json;

/* Names of headers, as nft has them where it has the header. */
static const char *const header_names[_NC_HEADER_MAX] = {
	[NC_HEADER_ETHER] = "ether", [NC_HEADER_VLAN] = "vlan",	    [NC_HEADER_ARP] = "arp",
	[NC_HEADER_IP] = "ip",	     [NC_HEADER_IP6] = "ip6",	    [NC_HEADER_EXTHDR] = "exthdr",
	[NC_HEADER_TCP] = "tcp",     [NC_HEADER_UDP] = "udp",	    [NC_HEADER_PORTS] = "th",
	[NC_HEADER_ICMP] = "icmp",   [NC_HEADER_ICMPV6] = "icmpv6",
};

/* The flags of TCP from the lowest bit on: as tcpdump writes them. */
static const char tcp_letters[] = "FSRP.UEW";

#define WORD_SIZE 32

/* A number by its name in the language, else as a number in this format. */
static const char *word(enum nc_type type, unsigned value, const char *format, char text[WORD_SIZE])
{
	const struct nc_symbol *symbols = nc_type_info(type)->symbols;

	for (const struct nc_symbol *symbol = symbols; symbol && symbol->name; symbol++) {
		if (symbol->value == value)
			return symbol->name;
	}
	snprintf(text, WORD_SIZE, format, value);
	return text;
}

static const char *protocol_word(uint8_t protocol, char text[WORD_SIZE])
{
	return word(NC_TYPE_INET_PROTO, protocol, "protocol %u", text);
}

static enum nc_type icmp_type(const struct nc_decoded *d)
{
	return d->transport == NC_HEADER_ICMP ? NC_TYPE_ICMP_TYPE : NC_TYPE_ICMPV6_TYPE;
}

/* nft's names of codes are those of "destination unreachable". */
static bool is_unreachable(const struct nc_decoded *d)
{
	return d->icmp_type == (d->transport == NC_HEADER_ICMP ? 3 : 1);
}

static enum nc_type icmp_code(const struct nc_decoded *d)
{
	return d->transport == NC_HEADER_ICMP ? NC_TYPE_ICMP_CODE : NC_TYPE_ICMPV6_CODE;
}

#define ETHER_SIZE 18

static const char *ether_text(const uint8_t address[6], char text[ETHER_SIZE])
{
	snprintf(text, ETHER_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", address[0], address[1],
		 address[2], address[3], address[4], address[5]);
	return text;
}

static const char *ip_text(const struct nc_decoded *d, const uint8_t *address,
			   char text[INET6_ADDRSTRLEN])
{
	int family = d->network == NC_HEADER_IP6 ? AF_INET6 : AF_INET;

	return inet_ntop(family, address, text, INET6_ADDRSTRLEN);
}

static bool has_ports(const struct nc_decoded *d)
{
	return d->transport == NC_HEADER_TCP || d->transport == NC_HEADER_UDP ||
	       d->transport == NC_HEADER_PORTS;
}

/* --- text --------------------------------------------------------------------------------------------- */

static void print_ether(const struct nc_decoded *d, FILE *out)
{
	char saddr[ETHER_SIZE], daddr[ETHER_SIZE];

	fprintf(out, "%s > %s", ether_text(d->ether_saddr, saddr),
		ether_text(d->ether_daddr, daddr));
	for (unsigned i = 0; i < d->n_vlans; i++)
		fprintf(out, " %s %u", d->vlan[i].tpid == ETH_P_8021AD ? "8021ad" : "vlan",
			(unsigned)d->vlan[i].tci & 0xfff);
}

static void print_arp(const struct nc_decoded *d, FILE *out)
{
	char saddr[INET6_ADDRSTRLEN], daddr[INET6_ADDRSTRLEN], ether[ETHER_SIZE];

	ip_text(d, d->arp.saddr_ip, saddr);
	ip_text(d, d->arp.daddr_ip, daddr);
	if (d->arp.operation == 1)
		fprintf(out, " ARP who-has %s tell %s", daddr, saddr);
	else if (d->arp.operation == 2)
		fprintf(out, " ARP %s is-at %s", saddr, ether_text(d->arp.saddr_ether, ether));
	else
		fprintf(out, " ARP operation %u %s > %s", d->arp.operation, saddr, daddr);
}

static void print_tcp(const struct nc_decoded *d, FILE *out)
{
	fputs(" tcp [", out);
	for (unsigned bit = 0; bit < 8; bit++) {
		if (d->tcp_flags & 1 << bit)
			fputc(tcp_letters[bit], out);
	}
	fprintf(out, "] seq %u", d->tcp_sequence);
	if (d->tcp_flags & 0x10)
		fprintf(out, " ack %u", d->tcp_ack);
	fprintf(out, " win %u", d->tcp_window);
}

static void print_icmp(const struct nc_decoded *d, FILE *out)
{
	char type[WORD_SIZE], code[WORD_SIZE], target[INET6_ADDRSTRLEN];

	fprintf(out, " %s %s", header_names[d->transport],
		word(icmp_type(d), d->icmp_type, "type %u", type));
	if (is_unreachable(d))
		fprintf(out, " %s", word(icmp_code(d), d->icmp_code, "code %u", code));
	else if (d->icmp_code)
		fprintf(out, " code %u", d->icmp_code);
	if (d->echo)
		fprintf(out, " id %u seq %u", d->icmp_id, d->icmp_sequence);
	if (d->neighbour)
		fprintf(out, " target %s", ip_text(d, d->neighbour_target, target));
}

static void print_transport(const struct nc_decoded *d, FILE *out)
{
	char text[WORD_SIZE];

	if (d->transport == NC_HEADER_TCP)
		print_tcp(d, out);
	else if (d->transport == NC_HEADER_ICMP || d->transport == NC_HEADER_ICMPV6)
		print_icmp(d, out);
	else
		fprintf(out, " %s", protocol_word(d->protocol, text));
	if (d->has_payload)
		fprintf(out, " payload %u", d->payload);
	if (d->fragment)
		fprintf(out, " fragment id %u offset %u%s", d->ip_id, d->fragment_offset,
			d->more_fragments ? " more" : "");
}

static void print_endpoint(const struct nc_decoded *d, const uint8_t *address, uint16_t port,
			   FILE *out)
{
	char text[INET6_ADDRSTRLEN];

	fputs(ip_text(d, address, text), out);
	if (has_ports(d))
		fprintf(out, ".%u", port);
}

static void print_ip(const struct nc_decoded *d, FILE *out)
{
	fputs(d->network == NC_HEADER_IP ? " IP " : " IP6 ", out);
	print_endpoint(d, d->saddr, d->sport, out);
	fputs(" > ", out);
	print_endpoint(d, d->daddr, d->dport, out);
	fputc(':', out);
	print_transport(d, out);
}

static void print_network(const struct nc_decoded *d, FILE *out)
{
	char type[WORD_SIZE];

	if (d->network == NC_HEADER_ARP)
		print_arp(d, out);
	else if (d->network != NC_HEADER_NONE)
		print_ip(d, out);
	else
		fprintf(out, " type %s", word(NC_TYPE_ETHER_TYPE, d->ether_type, "0x%04x", type));
}

void nc_headers_print(const struct nc_decoded *d, FILE *out)
{
	if (d->ether) {
		print_ether(d, out);
		print_network(d, out);
	}
	if (d->truncated)
		fprintf(out, "%s(%s truncated)", d->ether ? " " : "", header_names[d->truncated]);
	if (d->malformed)
		fprintf(out, " (%s malformed)", header_names[d->malformed]);
}

/* --- JSON --------------------------------------------------------------------------------------------- */

static void add_string(json *object, const char *key, const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}

static void add_number(json *object, const char *key, uint32_t number)
{
	json_object_object_add(object, key, json_object_new_int64(number));
}

/* The name of a number, or the number. */
static void add_word(json *object, const char *key, enum nc_type type, unsigned value)
{
	char text[WORD_SIZE];
	const char *name = word(type, value, "%u", text);

	if (name == text)
		add_number(object, key, value);
	else
		add_string(object, key, name);
}

static void add_ether(json *object, const char *key, const uint8_t address[6])
{
	char text[ETHER_SIZE];

	add_string(object, key, ether_text(address, text));
}

static void add_ip(const struct nc_decoded *d, json *object, const char *key,
		   const uint8_t *address)
{
	char text[INET6_ADDRSTRLEN];

	add_string(object, key, ip_text(d, address, text));
}

/* A new object under a key of another. */
static json *add_object(json *object, const char *key)
{
	json *inner = json_object_new_object();

	json_object_object_add(object, key, inner);
	return inner;
}

static void add_link(json *all, const struct nc_decoded *d)
{
	json *ether = add_object(all, "ether"), *tags;

	add_ether(ether, "daddr", d->ether_daddr);
	add_ether(ether, "saddr", d->ether_saddr);
	add_word(ether, "type", NC_TYPE_ETHER_TYPE, d->n_vlans ? d->vlan[0].tpid : d->ether_type);
	if (!d->n_vlans)
		return;
	tags = json_object_new_array();
	json_object_object_add(all, "vlan", tags);
	for (unsigned i = 0; i < d->n_vlans; i++) {
		json *tag = json_object_new_object();

		add_number(tag, "id", d->vlan[i].tci & 0xfff);
		add_number(tag, "dei", d->vlan[i].tci >> 12 & 1);
		add_number(tag, "pcp", d->vlan[i].tci >> 13);
		add_word(tag, "type", NC_TYPE_ETHER_TYPE,
			 i + 1 < d->n_vlans ? d->vlan[i + 1].tpid : d->ether_type);
		json_object_array_add(tags, tag);
	}
}

static void add_arp(json *all, const struct nc_decoded *d)
{
	json *arp = add_object(all, "arp");

	if (d->arp.operation == 1 || d->arp.operation == 2)
		add_string(arp, "operation", d->arp.operation == 1 ? "request" : "reply");
	else
		add_number(arp, "operation", d->arp.operation);
	add_ether(arp, "saddr ether", d->arp.saddr_ether);
	add_ip(d, arp, "saddr ip", d->arp.saddr_ip);
	add_ether(arp, "daddr ether", d->arp.daddr_ether);
	add_ip(d, arp, "daddr ip", d->arp.daddr_ip);
}

static void add_network(json *all, const struct nc_decoded *d)
{
	bool ip6 = d->network == NC_HEADER_IP6;
	json *ip = add_object(all, ip6 ? "ip6" : "ip"), *exthdrs;

	add_ip(d, ip, "saddr", d->saddr);
	add_ip(d, ip, "daddr", d->daddr);
	add_word(ip, ip6 ? "l4proto" : "protocol", NC_TYPE_INET_PROTO, d->protocol);
	add_number(ip, ip6 ? "hoplimit" : "ttl", d->ttl);
	add_number(ip, "dscp", d->dscp);
	add_number(ip, "ecn", d->ecn);
	add_number(ip, "length", d->ip_length);
	if (ip6)
		add_number(ip, "flowlabel", d->flow_label);
	if (!ip6 || d->fragment)
		add_number(ip, "id", d->ip_id);
	if (d->fragment) {
		add_number(ip, "fragment_offset", d->fragment_offset);
		json_object_object_add(ip, "more_fragments",
				       json_object_new_boolean(d->more_fragments));
	}
	if (!d->n_exthdrs)
		return;
	exthdrs = json_object_new_array();
	json_object_object_add(ip, "exthdrs", exthdrs);
	for (unsigned i = 0; i < d->n_exthdrs; i++)
		json_object_array_add(exthdrs, json_object_new_int(d->exthdr[i]));
}

static json *tcp_flags_json(uint8_t flags)
{
	json *names = json_object_new_array();
	char text[WORD_SIZE];

	for (unsigned bit = 0; bit < 8; bit++) {
		if (flags & 1 << bit)
			json_object_array_add(names,
					      json_object_new_string(word(NC_TYPE_TCP_FLAG,
									  1u << bit, "%u", text)));
	}
	return names;
}

static void add_transport(json *all, const struct nc_decoded *d)
{
	json *header = add_object(all, header_names[d->transport]);

	if (has_ports(d)) {
		add_number(header, "sport", d->sport);
		add_number(header, "dport", d->dport);
	} else {
		add_word(header, "type", icmp_type(d), d->icmp_type);
		if (is_unreachable(d))
			add_word(header, "code", icmp_code(d), d->icmp_code);
		else
			add_number(header, "code", d->icmp_code);
	}
	if (d->transport == NC_HEADER_TCP) {
		json_object_object_add(header, "flags", tcp_flags_json(d->tcp_flags));
		add_number(header, "sequence", d->tcp_sequence);
		add_number(header, "ackseq", d->tcp_ack);
		add_number(header, "window", d->tcp_window);
	}
	if (d->transport == NC_HEADER_UDP)
		add_number(header, "length", d->udp_length);
	if (d->echo) {
		add_number(header, "id", d->icmp_id);
		add_number(header, "sequence", d->icmp_sequence);
	}
	if (d->neighbour)
		add_ip(d, header, "target", d->neighbour_target);
	if (d->has_payload)
		add_number(header, "payload", d->payload);
}

struct json_object *nc_headers_json(const struct nc_decoded *d)
{
	json *all = json_object_new_object();

	if (d->ether)
		add_link(all, d);
	if (d->network == NC_HEADER_ARP)
		add_arp(all, d);
	else if (d->network != NC_HEADER_NONE)
		add_network(all, d);
	if (d->transport != NC_HEADER_NONE)
		add_transport(all, d);
	if (d->truncated)
		add_string(all, "truncated", header_names[d->truncated]);
	if (d->malformed)
		add_string(all, "malformed", header_names[d->malformed]);
	return all;
}
