/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nft adds to a rule by itself: the protocol that a header needs in front of it. Called by lang/ when a rule is
 * complete.
 *
 * As nft does, matches on values establish the protocol of the next layer; a match on a field of a header that
 * nothing has established yet gets a test of its own in front, and one that contradicts what is established
 * is refused. All tests are pure, so their order within the rule does not matter.
 *
 * Stricter than nft 1.0.6 in one point: behind a set of several protocols it takes the last one for granted and reads
 * that header's fields from packets of the others. Here that is a conflict too.
 */
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#include "model/ruleset.h"

/* The protocol of a layer, as far as it is established. */
struct layer {
	bool known;
	nc_num protocol;
	bool several; /* another one was named too */
	nc_num other;
};

/* What the matches so far have established. */
struct context {
	bool ether;    /* an "ether" field was read: EtherType is where to look for the protocol */
	unsigned tags; /* VLAN headers entered */
	bool perhaps_tag;	/* "vlan type { ip, 8021q }": what follows is a tag, or is not */
	struct layer network;	/* by EtherType */
	struct layer transport; /* by protocol number */
	struct nc_rule *rule;
	size_t at; /* index of the match that is looked at */
	struct nc_diag *diag;
};

static bool is_vlan(nc_num type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD;
}

/* Does the match say which values its field has? "!=", ranges and set references do not. */
static bool names_values(const struct nc_match *match)
{
	return !match->negated && !match->masked && !match->any_bit && !match->set;
}

static bool is_single(const struct nc_set_element *element)
{
	return element->interval.low == element->interval.high;
}

/* nft's word for a protocol; a buffer takes the number of one without. */
static const char *protocol_name(enum nc_type type, nc_num value, char buffer[16])
{
	const struct nc_symbol *symbol = nc_type_info(type)->symbols;

	if (type == NC_TYPE_ETHER_TYPE && is_vlan(value))
		return "vlan";
	for (; symbol && symbol->name; symbol++) {
		if (symbol->value == value)
			return symbol->name;
	}
	snprintf(buffer, 16, type == NC_TYPE_ETHER_TYPE ? "0x%04x" : "%u", (unsigned)value);
	return buffer;
}

/* Put "field value" in front of the match that is looked at. */
static int imply(struct context *context, enum nc_field field, unsigned depth, nc_num value)
{
	struct nc_loc loc = context->rule->stmts.v[context->at].loc;
	struct nc_set_element element = {.interval = {value, value}, .loc = loc};
	struct nc_stmt stmt = {
		.kind = NC_STMT_MATCH,
		.loc = loc,
		.match = {.field = field,
			  .depth = depth,
			  .implied = true,
			  .written = NC_WRITTEN_VALUE,
			  .loc = loc,
			  .rhs_loc = loc},
	};

	if (nc_vec_push(&stmt.match.values, element) < 0)
		return -ENOMEM;
	if (nc_vec_insert(&context->rule->stmts, context->at, stmt) < 0) {
		nc_match_clear(&stmt.match);
		return -ENOMEM;
	}
	context->at++;
	return 0;
}

static const struct nc_match *looked_at(const struct context *context)
{
	return &context->rule->stmts.v[context->at].match;
}

static int refuse_behind_two_tags(const struct context *context)
{
	return nc_diag_error(
		context->diag, &looked_at(context)->loc,
		"behind two VLAN tags nothing but the tags can be matched: nftables takes "
		"what follows the first tag for the network header and would read other bytes");
}

static int refuse_conflict(const struct context *context, enum nc_type type, nc_num known,
			   nc_num wanted)
{
	char a[16], b[16];

	return nc_diag_error(context->diag, &looked_at(context)->loc,
			     "conflicting protocols specified: %s vs. %s",
			     protocol_name(type, known, a), protocol_name(type, wanted, b));
}

/* A known layer must be of the protocol, and of no other. */
static int check_layer(const struct context *context, const struct layer *layer, enum nc_type type,
		       nc_num wanted)
{
	char a[16], b[16];

	if (!layer->several && layer->protocol != wanted)
		return refuse_conflict(context, type, layer->protocol, wanted);
	if (layer->several)
		return nc_diag_error(context->diag, &looked_at(context)->loc,
				     "conflicting protocols specified: %s vs. %s; write one rule "
				     "for each protocol",
				     protocol_name(type,
						   layer->protocol != wanted ? layer->protocol
									     : layer->other,
						   a),
				     protocol_name(type, wanted, b));
	return 0;
}

static int need_network(struct context *context, nc_num wanted)
{
	enum nc_field field = NC_FIELD_META_PROTOCOL;

	if (context->tags > 1)
		return refuse_behind_two_tags(context);
	if (context->network.known)
		return check_layer(context, &context->network, NC_TYPE_ETHER_TYPE, wanted);
	if (context->perhaps_tag)
		return refuse_conflict(context, NC_TYPE_ETHER_TYPE, ETH_P_8021Q, wanted);
	if (context->tags)
		field = NC_FIELD_VLAN_TYPE;
	else if (context->ether)
		field = NC_FIELD_ETHER_TYPE;
	context->network = (struct layer){.known = true, .protocol = wanted};
	return imply(context, field, context->tags ? context->tags - 1 : 0, wanted);
}

/* Only IP carries transport protocols. */
static int check_carrier(const struct context *context, nc_num transport)
{
	nc_num network = context->network.protocol;
	char a[16], b[16];

	if (!context->network.known || network == ETH_P_IP || network == ETH_P_IPV6)
		return 0;
	return nc_diag_error(context->diag, &looked_at(context)->loc,
			     "conflicting protocols specified: %s vs. %s",
			     protocol_name(NC_TYPE_ETHER_TYPE, network, a),
			     protocol_name(NC_TYPE_INET_PROTO, transport, b));
}

static int need_transport(struct context *context, nc_num wanted)
{
	int r;

	if (context->tags > 1)
		return refuse_behind_two_tags(context);
	if (context->transport.known)
		return check_layer(context, &context->transport, NC_TYPE_INET_PROTO, wanted);
	r = check_carrier(context, wanted);
	if (r < 0)
		return r;
	context->transport = (struct layer){.known = true, .protocol = wanted};
	return imply(context, NC_FIELD_META_L4PROTO, 0, wanted);
}

/* ICMP belongs to one network protocol; if nothing says which, it is that one. */
static int need_icmp(struct context *context, nc_num network, nc_num wanted)
{
	int r = 0;

	if (!context->transport.known && !context->network.known)
		r = need_network(context, network);
	return r < 0 ? r : need_transport(context, wanted);
}

/* Enter the first tag unless that has happened; fields are of the innermost tag entered. */
static int need_tag(struct context *context)
{
	struct nc_match *match;

	if (context->perhaps_tag)
		return nc_diag_error(context->diag, &looked_at(context)->loc,
				     "what follows is a VLAN tag for some of the protocols in the "
				     "set only: write one rule for each");
	if (!context->tags) {
		if (context->network.known)
			return nc_diag_error(
				context->diag, &looked_at(context)->loc,
				"conflicting protocols specified: ether vs. vlan; match "
				"VLAN tags first, then what they carry");
		if (imply(context, NC_FIELD_ETHER_TYPE, 0, ETH_P_8021Q) < 0)
			return -ENOMEM;
		context->tags = 1;
	}
	match = &context->rule->stmts.v[context->at].match;
	if (context->tags > NC_VLAN_MAX)
		return nc_diag_error(context->diag, &match->loc,
				     "at most %d VLAN tags can be matched", NC_VLAN_MAX);
	match->depth = context->tags - 1;
	return 0;
}

static int need_header(struct context *context)
{
	const char *header = nc_field_info(looked_at(context)->field)->header;
	static const struct {
		const char *header;
		nc_num protocol;
	} transports[] = {
		{"tcp", IPPROTO_TCP},	{"udp", IPPROTO_UDP},	{"udplite", IPPROTO_UDPLITE},
		{"sctp", IPPROTO_SCTP}, {"dccp", IPPROTO_DCCP},
	};

	if (strcmp(header, "ether") == 0) {
		context->ether = true;
		return 0;
	}
	if (strcmp(header, "vlan") == 0)
		return need_tag(context);
	if (strcmp(header, "ip") == 0)
		return need_network(context, ETH_P_IP);
	if (strcmp(header, "ip6") == 0)
		return need_network(context, ETH_P_IPV6);
	if (strcmp(header, "icmp") == 0)
		return need_icmp(context, ETH_P_IP, IPPROTO_ICMP);
	if (strcmp(header, "icmpv6") == 0)
		return need_icmp(context, ETH_P_IPV6, IPPROTO_ICMPV6);
	for (size_t i = 0; i < sizeof(transports) / sizeof(*transports); i++) {
		if (strcmp(header, transports[i].header) == 0)
			return need_transport(context, transports[i].protocol);
	}
	if (strcmp(header, "th") == 0 && context->tags > 1)
		return refuse_behind_two_tags(context);
	return 0;
}

static void establish(struct layer *layer, nc_num protocol)
{
	if (layer->known && layer->protocol != protocol) {
		layer->several = true;
		layer->other = layer->protocol;
	}
	layer->known = true;
	layer->protocol = protocol;
}

/* EtherTypes that nft knows. Behind another one it looks for the protocol again. */
static bool is_known_network(nc_num type)
{
	return type == ETH_P_IP || type == ETH_P_IPV6 || type == ETH_P_ARP;
}

/* Likewise for "ip protocol" and "ip6 nexthdr", whose value may be an extension header. */
static bool is_known_transport(nc_num protocol)
{
	switch ((unsigned)protocol) {
	case IPPROTO_ICMP:
	case IPPROTO_IGMP:
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_DCCP:
	case IPPROTO_ESP:
	case IPPROTO_AH:
	case IPPROTO_ICMPV6:
	case IPPROTO_COMP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		return true;
	default:
		return false;
	}
}

/* A type field in the frame says what follows it: a tag, a network header or what nft does not know. */
static void establish_type(struct context *context, const struct nc_match *match, nc_num type,
			   struct layer *network)
{
	if (is_known_network(type))
		establish(network, type);
	else if (is_vlan(type) && match->values.n > 1)
		context->perhaps_tag = true;
	else if (is_vlan(type))
		context->tags++;
}

static void establish_value(struct context *context, const struct nc_match *match, nc_num value,
			    struct layer *network)
{
	switch (match->field) {
	case NC_FIELD_ETHER_TYPE:
	case NC_FIELD_VLAN_TYPE:
		establish_type(context, match, value, network);
		break;
	case NC_FIELD_META_PROTOCOL:
		establish(network, value);
		break;
	case NC_FIELD_META_L4PROTO:
		establish(&context->transport, value);
		break;
	case NC_FIELD_IP_PROTOCOL:
	case NC_FIELD_IP6_NEXTHDR:
		if (is_known_transport(value))
			establish(&context->transport, value);
		break;
	default:
		break;
	}
}

/* What the match says about the next layer. As in nft, of two matches on the network's protocol the later one counts. */
static void establish_values(struct context *context)
{
	const struct nc_match *match = looked_at(context);
	struct layer network = {};

	if (!names_values(match))
		return;
	nc_vec_foreach (element, &match->values) {
		if (is_single(element))
			establish_value(context, match, element->interval.low, &network);
	}
	if (network.known)
		context->network = network;
}

int nc_rule_imply(struct nc_rule *rule, struct nc_diag *diag)
{
	struct context context = {.rule = rule, .diag = diag};
	int r;

	for (; context.at < rule->stmts.n; context.at++) {
		if (rule->stmts.v[context.at].kind != NC_STMT_MATCH)
			continue;
		r = need_header(&context);
		if (r < 0)
			return r;
		establish_values(&context);
	}
	return 0;
}
