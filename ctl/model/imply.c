/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nft adds to a rule by itself: the protocol that a header needs in front of it. Called by lang/ when a rule is
 * complete.
 *
 * As nft does, matches on a single value establish the protocol of the next layer; a match on a field of a header that
 * nothing has established yet gets a test of its own in front, and one that contradicts what is established
 * is refused. All tests are pure, so their order within the rule does not matter.
 */
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#include "model/ruleset.h"

/* What the matches so far have established. */
struct context {
	bool ether;    /* an "ether" field was read: EtherType is where to look for the protocol */
	unsigned tags; /* VLAN headers entered */
	bool network_known;
	nc_num network; /* EtherType of the network header */
	bool transport_known;
	nc_num transport; /* protocol number */
	struct nc_rule *rule;
	size_t at; /* index of the match that is looked at */
	struct nc_diag *diag;
};

static bool is_vlan(nc_num type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD;
}

/* The value that a match pins its field to, if it pins it: "==" a single one. */
static bool pins(const struct nc_match *match, nc_num *ret)
{
	if (match->negated || match->masked || match->any_bit || match->values.n != 1 ||
	    match->values.v[0].interval.low != match->values.v[0].interval.high)
		return false;
	*ret = match->values.v[0].interval.low;
	return true;
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
	snprintf(buffer, 16, "0x%04x", (unsigned)value);
	return buffer;
}

static int refuse_conflict(const struct context *context, const struct nc_match *match,
			   enum nc_type type, nc_num known, nc_num wanted)
{
	char a[16], b[16];

	return nc_diag_error(context->diag, &match->loc,
			     "conflicting protocols specified: %s vs. %s",
			     protocol_name(type, known, a), protocol_name(type, wanted, b));
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

static int need_network(struct context *context, nc_num wanted)
{
	int r;

	if (context->tags > 1)
		return refuse_behind_two_tags(context);
	if (context->network_known) {
		if (context->network == wanted)
			return 0;
		return refuse_conflict(context, looked_at(context), NC_TYPE_ETHER_TYPE,
				       context->network, wanted);
	}
	if (context->tags)
		r = imply(context, NC_FIELD_VLAN_TYPE, context->tags - 1, wanted);
	else if (context->ether)
		r = imply(context, NC_FIELD_ETHER_TYPE, 0, wanted);
	else
		r = imply(context, NC_FIELD_META_PROTOCOL, 0, wanted);
	context->network_known = true;
	context->network = wanted;
	return r;
}

static int need_transport(struct context *context, nc_num wanted)
{
	int r;

	if (context->tags > 1)
		return refuse_behind_two_tags(context);
	if (context->transport_known) {
		if (context->transport == wanted)
			return 0;
		return refuse_conflict(context, looked_at(context), NC_TYPE_INET_PROTO,
				       context->transport, wanted);
	}
	r = imply(context, NC_FIELD_META_L4PROTO, 0, wanted);
	context->transport_known = true;
	context->transport = wanted;
	return r;
}

/* ICMP belongs to one network protocol; if nothing says which, it is that one. */
static int need_icmp(struct context *context, nc_num network, nc_num wanted)
{
	int r = 0;

	if (!context->transport_known && !context->network_known)
		r = need_network(context, network);
	return r < 0 ? r : need_transport(context, wanted);
}

/* Enter the first tag unless that has happened; fields are of the innermost tag entered. */
static int need_tag(struct context *context)
{
	struct nc_match *match;

	if (!context->tags) {
		if (context->network_known)
			return refuse_conflict(context, looked_at(context), NC_TYPE_ETHER_TYPE,
					       context->network, ETH_P_8021Q);
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

static void establish_network(struct context *context, nc_num type, bool in_frame)
{
	if (in_frame && is_vlan(type)) {
		context->tags++;
		return;
	}
	context->network_known = true;
	context->network = type;
}

/* What the match says about the next layer. */
static void establish(struct context *context)
{
	const struct nc_match *match = looked_at(context);
	nc_num value;

	if (!pins(match, &value))
		return;
	switch (match->field) {
	case NC_FIELD_ETHER_TYPE:
		if (!context->tags)
			establish_network(context, value, true);
		break;
	case NC_FIELD_VLAN_TYPE:
		establish_network(context, value, true);
		break;
	case NC_FIELD_META_PROTOCOL:
		establish_network(context, value, false);
		break;
	case NC_FIELD_META_L4PROTO:
	case NC_FIELD_IP_PROTOCOL:
	case NC_FIELD_IP6_NEXTHDR:
		context->transport_known = true;
		context->transport = value;
		break;
	default:
		break;
	}
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
		establish(&context);
	}
	return 0;
}
