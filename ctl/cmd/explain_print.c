/* SPDX-License-Identifier: GPL-2.0-only */
/* What became of frames, as a trace and as JSON. Called by "explain". */
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "cmd/explain.h"
#include "cmd/headers.h"
#include "lang/lang.h"
#include "util/decode.h"
#include "util/term.h"

typedef struct json_object json;

static const char *const verdict_names[_NC_VERDICT_MAX] = {
#define X(NAME, name) [NC_VERDICT_##NAME] = name,
	NC_VERDICTS(X)
#undef X
};

static const char *const reason_names[_NC_REASON_MAX] = {
#define X(NAME, name, text) [NC_REASON_##NAME] = name,
	NC_REASONS(X)
#undef X
};

static const char *const reason_texts[_NC_REASON_MAX] = {
#define X(NAME, name, text) [NC_REASON_##NAME] = text,
	NC_REASONS(X)
#undef X
};

static const enum nc_colour verdict_colours[_NC_VERDICT_MAX] = {
	[NC_VERDICT_ACCEPT] = NC_COLOUR_GREEN,
	[NC_VERDICT_DROP] = NC_COLOUR_RED,
	[NC_VERDICT_REDIRECT] = NC_COLOUR_YELLOW,
};

static char *rule_text(const struct nc_image_rule *rule, unsigned flags)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	nc_print_rule(rule->rule, (flags & ~NC_PRINT_HANDLES) | NC_PRINT_STATELESS, out);
	fclose(out);
	return text;
}

static bool is_rewritten(const struct nc_explained *explained)
{
	return explained->out.length != explained->in.length ||
	       memcmp(explained->out.bytes, explained->in.bytes, explained->in.length) != 0;
}

static json *headers_json(const struct nc_frame *frame)
{
	struct nc_decoded headers;

	nc_decode(frame->bytes, frame->length, &headers);
	return nc_headers_json(&headers);
}

/* --- text ------------------------------------------------------------------------------------------------- */

static void print_headers(const struct nc_explain_out *out, const struct nc_explained *explained)
{
	const struct nc_frame *in = &explained->in;
	struct nc_decoded headers;
	char number[32];

	snprintf(number, sizeof(number), "%zu:", explained->index);
	nc_term_print(out->out, out->colour, NC_COLOUR_BOLD, number);
	if (in->bytes) {
		fputc(' ', out->out);
		nc_decode(in->bytes, in->length, &headers);
		nc_headers_print(&headers, out->out);
	}
	fprintf(out->out, " length %zu", in->length);
	if (in->captured < in->length)
		fprintf(out->out, ", captured %zu: the rest is taken for zeros", in->captured);
	fputc('\n', out->out);
}

static void print_rule(const struct nc_explain_out *out, const struct nc_image_rule *rule)
{
	_cleanup_free_ char *text = rule_text(rule, out->print_flags);
	char where[2 * NC_NAME_MAX + 64];

	snprintf(where, sizeof(where), "   %s %s handle %" PRIu64 ": ", rule->table->name,
		 rule->chain->name, rule->rule->handle);
	nc_term_print(out->out, out->colour, NC_COLOUR_DIM, where);
	fprintf(out->out, "%s\n", text ?: "");
}

static const char *value_text(json *value)
{
	if (!value)
		return "none";
	return json_object_is_type(value, json_type_string)
		       ? json_object_get_string(value)
		       : json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
}

/* Print what differs below a path: "ip ttl 64 to 5". Returns how many are printed, with those before. */
static unsigned print_changes(json *a, json *b, const char *path, unsigned n, FILE *out)
{
	enum json_type type = json_object_get_type(a);

	if (type == json_type_array && json_object_get_type(b) == type) {
		for (size_t i = 0; i < json_object_array_length(b); i++)
			n = print_changes(json_object_array_get_idx(a, i),
					  json_object_array_get_idx(b, i), path, n, out);
	} else if (type == json_type_object && json_object_get_type(b) == type) {
		json_object_object_foreach (b, key, value) {
			_cleanup_free_ char *below = NULL;

			if (asprintf(&below, "%s%s%s", path, *path ? " " : "", key) < 0)
				below = NULL;
			n = print_changes(json_object_object_get(a, key), value, below ?: key, n,
					  out);
		}
	} else if (!json_object_equal(a, b)) {
		fprintf(out, "%s %s %s to", n ? "," : "", path, value_text(a));
		fprintf(out, " %s", value_text(b));
		n++;
	}
	return n;
}

static void print_rewriting(const struct nc_explain_out *out, const struct nc_explained *explained)
{
	json *before, *after;

	if (!is_rewritten(explained))
		return;
	before = headers_json(&explained->in);
	after = headers_json(&explained->out);
	fputs("   ", out->out);
	nc_term_print(out->out, out->colour, NC_COLOUR_YELLOW, "rewritten:");
	if (!print_changes(before, after, "", 0, out->out))
		fputs(" fields that are not shown", out->out);
	fputc('\n', out->out);
	json_object_put(before);
	json_object_put(after);
}

/* "(truncated-l4, policy of f in: the frame ends …)" */
static void print_reason(const struct nc_explain_out *out, const struct nc_explained *explained)
{
	enum nc_reason reason = explained->reason;
	const char *text = reason_texts[reason];

	fprintf(out->out, " (%s", reason_names[reason]);
	if (explained->policy)
		fprintf(out->out, "%s of %s %s", reason == NC_REASON_POLICY ? "" : ", policy",
			explained->policy->table->name, explained->policy->chain->name);
	if (strncmp(text, "policy; ", 8) == 0)
		text += 8;
	if (reason != NC_REASON_RULE && reason != NC_REASON_POLICY)
		fprintf(out->out, ": %s", text);
	fputs(")\n", out->out);
}

static void print_verdict(const struct nc_explain_out *out, const struct nc_explained *explained)
{
	fputs("   ", out->out);
	nc_term_print(out->out, out->colour, verdict_colours[explained->verdict],
		      verdict_names[explained->verdict]);
	if (*explained->to)
		fprintf(out->out, " to %s", explained->to);
	print_reason(out, explained);
}

static void print_text(const struct nc_explain_out *out, const struct nc_explained *explained)
{
	print_headers(out, explained);
	if (*explained->error) {
		fputs("   ", out->out);
		nc_term_print(out->out, out->colour, NC_COLOUR_RED, "not tried");
		fprintf(out->out, ": %s\n", explained->error);
		return;
	}
	nc_vec_foreach (rule, &explained->matched)
		print_rule(out, *rule);
	print_rewriting(out, explained);
	print_verdict(out, explained);
}

/* --- JSON ------------------------------------------------------------------------------------------------- */

static void add(json *object, const char *key, json *value)
{
	json_object_object_add(object, key, value);
}

static json *string(const char *text)
{
	return text && *text ? json_object_new_string(text) : NULL;
}

static json *rule_json(const struct nc_explain_out *out, const struct nc_image_rule *rule)
{
	_cleanup_free_ char *text = NULL;
	json *object;

	if (!rule)
		return NULL;
	text = rule_text(rule, out->print_flags);
	object = json_object_new_object();
	add(object, "family", string("netdev"));
	add(object, "table", string(rule->table->name));
	add(object, "chain", string(rule->chain->name));
	add(object, "handle", json_object_new_uint64(rule->rule->handle));
	add(object, "text", string(text));
	return object;
}

static json *policy_json(const struct nc_image_chain *chain)
{
	json *object;

	if (!chain)
		return NULL;
	object = json_object_new_object();
	add(object, "family", string("netdev"));
	add(object, "table", string(chain->table->name));
	add(object, "chain", string(chain->chain->name));
	return object;
}

static json *hex_json(const struct nc_frame *frame)
{
	_cleanup_free_ char *text = malloc(2 * frame->length + 1);

	if (!text)
		return NULL;
	for (size_t i = 0; i < frame->length; i++)
		snprintf(text + 2 * i, 3, "%02x", frame->bytes[i]);
	return json_object_new_string_len(text, 2 * frame->length);
}

static void add_outcome(const struct nc_explain_out *out, const struct nc_explained *explained,
			json *packet)
{
	json *rules = json_object_new_array();

	add(packet, "verdict", string(verdict_names[explained->verdict]));
	add(packet, "reason", string(reason_names[explained->reason]));
	add(packet, "rule", rule_json(out, explained->rule));
	add(packet, "policy", policy_json(explained->policy));
	add(packet, "to", string(explained->to));
	nc_vec_foreach (rule, &explained->matched)
		json_object_array_add(rules, rule_json(out, *rule));
	add(packet, "rules", rules);
	if (is_rewritten(explained))
		add(packet, "frame", hex_json(&explained->out));
}

static void print_json(const struct nc_explain_out *out, const struct nc_explained *explained)
{
	json *packet = json_object_new_object();

	add(packet, "index", json_object_new_uint64(explained->index));
	add(packet, "length", json_object_new_uint64(explained->in.length));
	if (explained->in.captured < explained->in.length)
		add(packet, "captured", json_object_new_uint64(explained->in.captured));
	if (*explained->error)
		add(packet, "error", string(explained->error));
	else
		add_outcome(out, explained, packet);
	if (explained->in.bytes)
		add(packet, "headers", headers_json(&explained->in));
	fprintf(out->out, "%s%s", out->n ? ",\n" : "",
		json_object_to_json_string_ext(packet, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(packet);
}

/* --- all -------------------------------------------------------------------------------------------------- */

/* Captures may be long: each frame is printed when it is done. */
static void begin(struct nc_explain_out *out)
{
	const char *direction = out->hook == NC_HOOK_EGRESS ? "egress" : "ingress";
	json *name;

	if (out->begun)
		return;
	out->begun = true;
	name = json_object_new_string(out->device);
	if (out->json)
		fprintf(out->out, "{\"device\":%s,\"hook\":\"%s\",\"packets\":[\n",
			json_object_to_json_string_ext(name, JSON_C_TO_STRING_NOSLASHESCAPE),
			direction);
	else
		fprintf(out->out, "device %s, hook %s\n", out->device, direction);
	json_object_put(name);
}

void nc_explain_print(struct nc_explain_out *out, const struct nc_explained *explained)
{
	begin(out);
	if (out->json)
		print_json(out, explained);
	else
		print_text(out, explained);
	out->n++;
}

void nc_explain_end(struct nc_explain_out *out)
{
	begin(out);
	if (out->json)
		fputs(out->n ? "\n]}\n" : "]}\n", out->out);
}
