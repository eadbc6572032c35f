/* SPDX-License-Identifier: GPL-2.0-only */
/* Random values of every type, written as nft writes them. */
#include "chance.h"
#include "random_frame.h"
#include "random_parts.h"

static const char *const ether_addresses[] = {"02:00:00:00:00:01", "02:00:00:00:00:02",
					      "ff:ff:ff:ff:ff:ff"};
static const char *const ether_types[] = {"ip", "ip6", "arp", "8021q", "8021ad", "0x0004"};
static const char *const protocols[] = {"tcp",	     "udp",  "icmp", "ipv6-icmp", "ah",
					"sctp",	     "esp",  "dccp", "udplite",	  "igmp",
					"ipv6-frag", "comp", "0",    "59"};
static const char *const flags[] = {"syn", "ack", "fin", "rst", "(syn | ack)", "0x3"};
static const char *const interfaces[] = {"\"lo\"", "\"eth1\"", "\"l\""};
static const unsigned small[] = {0, 1, 2, 3, 4, 5, 8, 10, 17, 20, 28, 40, 64, 128, 130};

static void write_number(FILE *out, unsigned bits)
{
	uint64_t max = bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1, value;

	switch (below(8)) {
	case 0:
		value = max;
		break;
	case 1:
		value = chance64() & max;
		break;
	default:
		value = PICK(small) & max;
	}
	fprintf(out, "%llu", (unsigned long long)value);
}

/* RAW has its length behind it. */
static unsigned field_bits(enum nc_field field)
{
	return field == NC_FIELD_RAW || field == NC_FIELD_TCPOPT_RAW ? 8 : nc_field_bits(field);
}

void write_value(FILE *out, enum nc_field field)
{
	switch (nc_field_info(field)->type) {
	case NC_TYPE_IPV4_ADDR:
		fputs(PICK(random_addresses), out);
		break;
	case NC_TYPE_IPV6_ADDR:
		fputs(PICK(random_addresses6), out);
		break;
	case NC_TYPE_ETHER_ADDR:
		fputs(PICK(ether_addresses), out);
		break;
	case NC_TYPE_ETHER_TYPE:
		fputs(PICK(ether_types), out);
		break;
	case NC_TYPE_INET_PROTO:
		fputs(PICK(protocols), out);
		break;
	case NC_TYPE_INET_SERVICE:
		fprintf(out, "%u", below(5) ? PICK(random_ports) : below(65536));
		break;
	case NC_TYPE_TCP_FLAG:
		fputs(PICK(flags), out);
		break;
	case NC_TYPE_IFACE_INDEX:
	case NC_TYPE_IFNAME:
		fputs(PICK(interfaces), out);
		break;
	case NC_TYPE_IFACE_TYPE:
		fputs(below(2) ? "ether" : "loopback", out);
		break;
	case NC_TYPE_CLASSID:
		fprintf(out, "%u:%u", below(2), below(3));
		break;
	case NC_TYPE_PKT_TYPE:
		fprintf(out, "%u", below(4));
		break;
	case NC_TYPE_BOOLEAN:
		fputs(below(2) ? "exists" : "missing", out);
		break;
	case NC_TYPE_DAY:
		fprintf(out, "%u", below(7));
		break;
	case NC_TYPE_HOUR:
		fprintf(out, "%u", below(86400));
		break;
	case NC_TYPE_TIME:
		fprintf(out, "%u", below(2000000000));
		break;
	default:
		write_number(out, field_bits(field));
	}
}

bool is_ordered(enum nc_field field)
{
	switch (nc_field_info(field)->type) {
	case NC_TYPE_TCP_FLAG:
	case NC_TYPE_IFACE_INDEX:
	case NC_TYPE_IFNAME:
	case NC_TYPE_BOOLEAN:
	case NC_TYPE_CLASSID:
		return false;
	default:
		return true;
	}
}

static void write_range(FILE *out, enum nc_field field)
{
	unsigned bits = field_bits(field), a, b;

	switch (nc_field_info(field)->type) {
	case NC_TYPE_IPV4_ADDR:
		fputs(below(2) ? "10.0.0.2-10.0.1.0" : "0.0.0.0-10.0.0.1", out);
		return;
	case NC_TYPE_IPV6_ADDR:
		fputs(below(2) ? "2001:db8::1-2001:db8:1::5" : "::-fe80::5", out);
		return;
	case NC_TYPE_ETHER_ADDR:
		fputs("02:00:00:00:00:00-02:00:00:00:00:01", out);
		return;
	default:
		a = below(bits < 16 ? 1u << bits : 2000);
		b = below(bits < 16 ? 1u << bits : 2000);
		fprintf(out, "%u-%u", a < b ? a : b, a < b ? b : a);
	}
}

void write_interval(FILE *out, enum nc_field field)
{
	const struct nc_type_info *info = nc_type_info(nc_field_info(field)->type);

	if (!is_ordered(field) || !below(3)) {
		write_value(out, field);
	} else if (info->prefixes && below(2)) {
		write_value(out, field);
		fprintf(out, "/%u", below(info->bits + 1));
	} else {
		write_range(out, field);
	}
}
