/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nft adds to a rule by itself: the protocol that a header needs in front of it. Called by lang/ when a rule is
 * complete.
 *
 * As nft does, matches on values establish the protocol of the next layer; a match on a field of a header that
 * nothing has established yet gets a test of its own in front, and one that contradicts what is established
 * is refused. Implied tests stand right in front of what needs them.
 *
 * Stricter than nft 1.0.6 in one point: behind a set of several protocols it takes the last one for granted and reads
 * that header's fields from packets of the others. Here that is a conflict too.
 */
#include <linux/if_arp.h>
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
	bool ether;		/* Ethernet is named: EtherType is where to look for the protocol */
	unsigned tags;		/* VLAN headers entered */
	bool perhaps_tag;	/* "vlan type { ip, 8021q }": what follows is a tag, or is not */
	struct layer network;	/* by EtherType */
	struct layer transport; /* by protocol number */
	bool icmp_typed;	/* an "icmp type" or "icmpv6 type" was compared with one value */
	nc_num icmp_type;
	struct nc_rule *rule;
	size_t at;	     /* index of the statement that is looked at */
	enum nc_field field; /* of the selector that is looked at, and its place */
	struct nc_loc loc;
	unsigned depth; /* of it: the tag whose fields are meant */
	struct nc_diag *diag;
};

static bool is_vlan(nc_num type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD;
}

/* Does the match say which values its field has? "!=", ranges and set references do not. */
static bool names_values(const struct nc_match *match)
{
	return !match->negated && !match->masked && !match->any_bit && !match->set &&
	       match->key.n == 1 && !match->key.v[0].ops.n;
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

/* As nft: what an extension header or an option of IPv4 needs stands first in the rule. */
static bool stands_first(enum nc_field field)
{
	enum nc_source_kind read = nc_field_info(field)->read;

	return read == NC_READ_EXTENSION || read == NC_READ_IP_OPTION;
}

/* Put "field { values }" in front of the statement that is looked at. */
static int imply_any(struct context *context, enum nc_field field, unsigned depth,
		     const nc_num *values, size_t n)
{
	struct nc_loc loc = context->rule->stmts.v[context->at].loc;
	struct nc_stmt stmt = {
		.kind = NC_STMT_MATCH,
		.loc = loc,
		.id = NC_NONE,
		.match = {.implied = true,
			  .written = n > 1 ? NC_WRITTEN_SET : NC_WRITTEN_VALUE,
			  .loc = loc,
			  .rhs_loc = loc},
	};
	int r = nc_vec_push(&stmt.match.key, {.field = field, .depth = depth, .loc = loc});

	for (size_t i = 0; i < n && !r; i++) {
		struct nc_set_element element = {.interval = {values[i], values[i]}, .loc = loc};

		r = nc_vec_push(&stmt.match.values, element);
	}
	if (r == 0)
		r = nc_vec_insert(&context->rule->stmts,
				  stands_first(context->field) ? 0 : context->at, stmt);
	if (r < 0) {
		nc_match_clear(&stmt.match);
		return r;
	}
	context->at++;
	return 0;
}

static int imply(struct context *context, enum nc_field field, unsigned depth, nc_num value)
{
	return imply_any(context, field, depth, &value, 1);
}

static int refuse_behind_two_tags(const struct context *context)
{
	return nc_diag_error(
		context->diag, &context->loc,
		"behind two VLAN tags nothing but the tags can be matched: nftables takes "
		"what follows the first tag for the network header and would read other bytes");
}

static int refuse_conflict(const struct context *context, enum nc_type type, nc_num known,
			   nc_num wanted)
{
	char a[16], b[16];

	return nc_diag_error(context->diag, &context->loc,
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
		return nc_diag_error(context->diag, &context->loc,
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
	if (context->perhaps_tag)
		return refuse_conflict(context, NC_TYPE_ETHER_TYPE, ETH_P_8021Q, wanted);
	if (context->network.known)
		return check_layer(context, &context->network, NC_TYPE_ETHER_TYPE, wanted);
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
	return nc_diag_error(context->diag, &context->loc,
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
	if (context->perhaps_tag)
		return nc_diag_error(context->diag, &context->loc,
				     "what follows is a VLAN tag for some of the protocols in the "
				     "set only: write one rule for each");
	if (!context->tags) {
		if (context->network.known)
			return nc_diag_error(
				context->diag, &context->loc,
				"conflicting protocols specified: ether vs. vlan; match "
				"VLAN tags first, then what they carry");
		if (imply(context, NC_FIELD_ETHER_TYPE, 0, ETH_P_8021Q) < 0)
			return -ENOMEM;
		context->tags = 1;
	}
	if (context->tags > NC_VLAN_MAX)
		return nc_diag_error(context->diag, &context->loc,
				     "at most %d VLAN tags can be matched", NC_VLAN_MAX);
	context->depth = context->tags - 1;
	return 0;
}

/* Fields that only some ICMP messages have: nft tests for those. */
static int need_icmp_type(struct context *context)
{
	static const struct {
		enum nc_field field, type;
		nc_num values[2];
		size_t n;
	} messages[] = {
		{NC_FIELD_ICMP_ID, NC_FIELD_ICMP_TYPE, {0, 8}, 2},
		{NC_FIELD_ICMP_SEQUENCE, NC_FIELD_ICMP_TYPE, {0, 8}, 2},
		{NC_FIELD_ICMP_GATEWAY, NC_FIELD_ICMP_TYPE, {5}, 1},
		{NC_FIELD_ICMP_MTU, NC_FIELD_ICMP_TYPE, {3}, 1},
		{NC_FIELD_ICMPV6_ID, NC_FIELD_ICMPV6_TYPE, {128, 129}, 2},
		{NC_FIELD_ICMPV6_SEQUENCE, NC_FIELD_ICMPV6_TYPE, {128, 129}, 2},
		{NC_FIELD_ICMPV6_PARAMETER_PROBLEM, NC_FIELD_ICMPV6_TYPE, {4}, 1},
		{NC_FIELD_ICMPV6_PACKET_TOO_BIG, NC_FIELD_ICMPV6_TYPE, {2}, 1},
		{NC_FIELD_ICMPV6_MAX_DELAY, NC_FIELD_ICMPV6_TYPE, {130}, 1},
	};

	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		if (messages[i].field != context->field)
			continue;
		if (!context->icmp_typed)
			return imply_any(context, messages[i].type, 0, messages[i].values,
					 messages[i].n);
		for (size_t j = 0; j < messages[i].n; j++) {
			if (messages[i].values[j] == context->icmp_type)
				return 0;
		}
		return nc_diag_error(context->diag, &context->loc,
				     "messages of this ICMP type have no such field");
	}
	return 0;
}

static int need_icmp_field(struct context *context, nc_num network, nc_num wanted)
{
	int r = need_icmp(context, network, wanted);

	return r < 0 ? r : need_icmp_type(context);
}

static int need_raw(struct context *context)
{
	return context->tags > 1 ? refuse_behind_two_tags(context) : 0;
}

static int need_header(struct context *context)
{
	const char *header = nc_field_info(context->field)->header;
	static const struct {
		const char *header;
		nc_num protocol;
	} transports[] = {
		{"tcp", IPPROTO_TCP},	{"udp", IPPROTO_UDP},	{"udplite", IPPROTO_UDPLITE},
		{"sctp", IPPROTO_SCTP}, {"dccp", IPPROTO_DCCP}, {"esp", IPPROTO_ESP},
		{"ah", IPPROTO_AH},	{"comp", IPPROTO_COMP},
	};

	if (nc_same_word(header, "ether")) {
		context->ether = true;
		return 0;
	}
	if (nc_same_word(header, "vlan"))
		return need_tag(context);
	if (nc_same_word(header, "ip") || nc_same_word(header, "ip option"))
		return need_network(context, ETH_P_IP);
	if (nc_same_word(header, "ip6") || nc_field_info(context->field)->read == NC_READ_EXTENSION)
		return need_network(context, ETH_P_IPV6);
	if (nc_same_word(header, "arp"))
		return need_network(context, ETH_P_ARP);
	if (nc_same_word(header, "icmp"))
		return need_icmp_field(context, ETH_P_IP, IPPROTO_ICMP);
	if (nc_same_word(header, "icmpv6"))
		return need_icmp_field(context, ETH_P_IPV6, IPPROTO_ICMPV6);
	if (nc_same_word(header, "igmp"))
		return need_icmp(context, ETH_P_IP, IPPROTO_IGMP);
	for (size_t i = 0; i < sizeof(transports) / sizeof(*transports); i++) {
		if (nc_same_word(header, transports[i].header))
			return need_transport(context, transports[i].protocol);
	}
	if (nc_same_word(header, "th") || context->field == NC_FIELD_RAW)
		return need_raw(context);
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
	switch (match->key.v[0].field) {
	case NC_FIELD_ICMP_TYPE:
	case NC_FIELD_ICMPV6_TYPE:
		context->icmp_typed = match->values.n == 1;
		context->icmp_type = value;
		break;
	case NC_FIELD_ETHER_TYPE:
	case NC_FIELD_VLAN_TYPE:
		establish_type(context, match, value, network);
		break;
	case NC_FIELD_META_IIFTYPE:
	case NC_FIELD_META_OIFTYPE:
		context->ether |= value == ARPHRD_ETHER;
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
	const struct nc_match *match = &context->rule->stmts.v[context->at].match;
	bool perhaps_tag = context->perhaps_tag;
	struct layer network = {};

	if (!names_values(match))
		return;
	context->perhaps_tag = false;
	nc_vec_foreach (element, &match->values) {
		if (is_single(element))
			establish_value(context, match, element->interval.low, &network);
	}
	if (network.known)
		context->network = network;
	else
		context->perhaps_tag |= perhaps_tag;
}

/* Selectors in the order in which they are read: the one numbered *n, which counts down past those that are not it. */
static struct nc_selector *find_in_key(nc_key *key, size_t *n)
{
	nc_vec_foreach (selector, key) {
		struct nc_selector *found = NULL;

		if (selector->generator && selector->generator->key)
			found = find_in_key(selector->generator->key, n);
		if (found)
			return found;
		if (!(*n)--)
			return selector;
	}
	return NULL;
}

static struct nc_selector *find_in_value(struct nc_value *value, size_t *n)
{
	if (value->kind == NC_VALUE_NUM)
		return NULL;
	return find_in_key(value->kind == NC_VALUE_MAP ? &value->lookup->key : &value->selector, n);
}

static struct nc_selector *find_selector(struct nc_stmt *stmt, size_t n)
{
	switch (stmt->kind) {
	case NC_STMT_MATCH:
		return find_in_key(&stmt->match.key, &n);
	case NC_STMT_VMAP:
		return find_in_key(&stmt->vmap.key, &n);
	case NC_STMT_OBJECT:
		return find_in_key(&stmt->objects.lookup.key, &n);
	case NC_STMT_SET:
		return find_in_key(&stmt->set->key, &n) ?: find_in_value(&stmt->set->data, &n);
	case NC_STMT_ASSIGN:
		if (!n)
			return &stmt->assign->target;
		n--;
		return find_in_value(&stmt->assign->value, &n);
	case NC_STMT_DUP:
	case NC_STMT_FWD:
		return find_in_value(&stmt->send->device, &n)
			       ?: find_in_value(&stmt->send->address, &n);
	default:
		return NULL;
	}
}

static int imply_stmt(struct context *context)
{
	struct nc_selector *selector;
	int r;

	for (size_t n = 0;; n++) {
		const struct nc_stmt *stmt = &context->rule->stmts.v[context->at];

		/* Statements move when one is put in front. */
		selector = find_selector(&context->rule->stmts.v[context->at], n);
		if (!selector)
			return 0;
		context->field = selector->field;
		context->loc = stmt->kind == NC_STMT_MATCH || !selector->loc.line ? stmt->loc
										  : selector->loc;
		context->depth = 0;
		r = need_header(context);
		if (r < 0)
			return r;
		selector = find_selector(&context->rule->stmts.v[context->at], n);
		selector->depth = context->depth;
		context->rule->generates |= selector->generator != NULL;
	}
}

int nc_rule_imply(struct nc_rule *rule, struct nc_diag *diag)
{
	struct context context = {.rule = rule, .diag = diag};
	int r;

	for (; context.at < rule->stmts.n; context.at++) {
		r = imply_stmt(&context);
		if (r < 0)
			return r;
		if (rule->stmts.v[context.at].kind == NC_STMT_MATCH)
			establish_values(&context);
	}
	return 0;
}
