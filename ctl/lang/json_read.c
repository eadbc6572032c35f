/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON input: the document and its commands. Called by cmd/ for sources that are JSON. Parses with json-c, names the verb
 * and the object of each command, and leaves their contents to json_object.c; opens nothing, prints nothing.
 */
#include "lang/json_read.h"

#include <errno.h>
#include <string.h>

#include "lang/json_input.h"
#include "util/cleanup.h"

#define SCHEMA_VERSION 1
/* Levels of nesting: a rule begins at six, and each operation takes two. */
#define DEPTH_MAX 128

#define N(array) (sizeof(array) / sizeof(*(array)))

/* --- names --------------------------------------------------------------------------------------------- */

static int put_family(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_put_choice(in, at,
				  (const char *const[]){"netdev", "inet", "ip", "ip6", "arp",
							"bridge", NULL});
}

/* "netdev t", for what is inside of a table. */
static int put_table_of(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_required(in, at, "family", " ", put_family)
		       ?: nc_json_required(in, at, "table", " ", nc_json_put_name);
}

static int put_name(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_required(in, at, "name", " ", nc_json_put_name);
}

/* What is deleted can be told by its handle alone. */
static int put_name_or_handle(struct nc_json_input *in, const struct nc_json_at *at)
{
	if (nc_json_has(at, "name"))
		return put_name(in, at);
	if (!nc_json_has(at, "handle"))
		return nc_json_error(in, at, "\"name\" or \"handle\" is missing");
	return nc_json_required(in, at, "handle", " handle ", nc_json_put_number);
}

static int put_table_family(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_required(in, at, "family", " ", put_family);
}

/* --- objects ------------------------------------------------------------------------------------------- */

enum verb { ADD, CREATE, INSERT, REPLACE, DELETE, DESTROY, FLUSH, LIST, RESET, RENAME };

static const char *const verbs[] = {
	[ADD] = "add",	     [CREATE] = "create",   [INSERT] = "insert", [REPLACE] = "replace",
	[DELETE] = "delete", [DESTROY] = "destroy", [FLUSH] = "flush",	 [LIST] = "list",
	[RESET] = "reset",   [RENAME] = "rename",
};

#define BIT(verb) (1u << (verb))
#define DECLARED  (BIT(ADD) | BIT(CREATE) | BIT(DELETE) | BIT(DESTROY))
#define ASKED	  (BIT(LIST) | BIT(RESET))

enum scope {
	SCOPE_TABLE,  /* family, name */
	SCOPE_INSIDE, /* family, table, name */
	SCOPE_RULE,   /* family, table, chain; handle or index */
	SCOPE_ALL     /* a plural: family and table are a choice */
};

static const struct object {
	const char *key;
	unsigned verbs;
	enum scope scope;
	nc_json_put_fn *put; /* what follows the name of what is added or created */
} objects[] = {
	{"table", DECLARED | BIT(FLUSH) | BIT(LIST), SCOPE_TABLE, nc_json_put_table},
	{"chain", DECLARED | BIT(FLUSH) | BIT(LIST) | BIT(RENAME), SCOPE_INSIDE, nc_json_put_chain},
	{"rule", BIT(ADD) | BIT(INSERT) | BIT(REPLACE) | BIT(DELETE) | BIT(DESTROY) | BIT(RESET),
	 SCOPE_RULE, nc_json_put_rule},
	{"set", DECLARED | BIT(FLUSH) | ASKED, SCOPE_INSIDE, nc_json_put_set},
	{"map", DECLARED | BIT(FLUSH) | ASKED, SCOPE_INSIDE, nc_json_put_map},
	{"element", DECLARED, SCOPE_INSIDE, nc_json_put_element},
	{"counter", DECLARED | ASKED, SCOPE_INSIDE, nc_json_put_counter},
	{"quota", DECLARED | ASKED, SCOPE_INSIDE, nc_json_put_quota},
	{"limit", DECLARED | BIT(LIST), SCOPE_INSIDE, nc_json_put_limit},
	{"meter", BIT(FLUSH) | BIT(LIST), SCOPE_INSIDE, NULL},
	{"ruleset", BIT(FLUSH) | BIT(LIST), SCOPE_ALL, NULL},
	{"tables", BIT(LIST), SCOPE_ALL, NULL},
	{"chains", BIT(LIST), SCOPE_ALL, NULL},
	{"rules", BIT(RESET), SCOPE_ALL, NULL},
	{"sets", BIT(LIST), SCOPE_ALL, NULL},
	{"maps", BIT(LIST), SCOPE_ALL, NULL},
	{"counters", ASKED, SCOPE_ALL, NULL},
	{"quotas", ASKED, SCOPE_ALL, NULL},
	{"limits", BIT(LIST), SCOPE_ALL, NULL},
	{"meters", BIT(LIST), SCOPE_ALL, NULL},
};

/* Objects of the schema that have no place in family netdev. */
static const struct {
	const char *key, *why;
} refused[] = {
	{"flowtable", "there are no flowtables in family netdev"},
	{"flowtables", "there are no flowtables in family netdev"},
	{"ct helper", "there is no connection tracking in family netdev"},
	{"ct helpers", "there is no connection tracking in family netdev"},
	{"ct timeout", "there is no connection tracking in family netdev"},
	{"ct expectation", "there is no connection tracking in family netdev"},
	{"synproxy", "there is no connection tracking in family netdev"},
	{"secmark", "there are no security marks in family netdev"},
	{"secmarks", "there are no security marks in family netdev"},
};

static bool is_declaring(enum verb verb)
{
	return verb == ADD || verb == CREATE || verb == INSERT || verb == REPLACE;
}

static bool is_deleting(enum verb verb)
{
	return verb == DELETE || verb == DESTROY;
}

/*
 * nft's add ignores a handle, since its listings, which are added, have one; insert goes before it. An index is counted
 * from 0 in both.
 */
static int put_rule_place(struct nc_json_input *in, const struct nc_json_at *at, enum verb verb)
{
	int r = put_table_of(in, at) ?: nc_json_required(in, at, "chain", " ", nc_json_put_name);

	if (r < 0)
		return r;
	if (verb == REPLACE || verb == RESET || is_deleting(verb))
		return nc_json_required(in, at, "handle", " handle ", nc_json_put_number);
	if (verb == INSERT && nc_json_has(at, "handle"))
		return nc_json_optional(in, at, "handle", " handle ", nc_json_put_number);
	return nc_json_optional(in, at, "index", " index ", nc_json_put_number);
}

/* "list sets", "list sets netdev", "list sets table netdev t" */
static int put_plural(struct nc_json_input *in, const struct nc_json_at *at)
{
	if (!at->value)
		return 0;
	if (nc_json_has(at, "table"))
		fputs(" table", in->out);
	return nc_json_keys(in, at, "family", "table")
		       ?: nc_json_optional(in, at, "family", " ", put_family)
		       ?: nc_json_optional(in, at, "table", " ", nc_json_put_name);
}

static int put_place(struct nc_json_input *in, const struct nc_json_at *at,
		     const struct object *object, enum verb verb)
{
	bool by_handle = is_deleting(verb) && object->put != nc_json_put_element;
	int r;

	if (object->scope == SCOPE_ALL)
		return put_plural(in, at);
	if (object->scope == SCOPE_RULE)
		return put_rule_place(in, at, verb);
	r = object->scope == SCOPE_TABLE ? put_table_family(in, at) : put_table_of(in, at);
	return r ?: (by_handle ? put_name_or_handle(in, at) : put_name(in, at));
}

static const struct object *find_object(const char *key)
{
	for (size_t i = 0; i < N(objects); i++) {
		if (strcmp(objects[i].key, key) == 0)
			return &objects[i];
	}
	return NULL;
}

static int unknown_object(struct nc_json_input *in, const struct nc_json_at *at)
{
	char shown[NC_JSON_SHOW];

	for (size_t i = 0; i < N(refused); i++) {
		if (strcmp(refused[i].key, at->key) == 0)
			return nc_json_error(in, at, "%s", refused[i].why);
	}
	return nc_json_error(in, at, "\"%s\" is neither a command nor an object",
			     nc_json_show(at->key, shown));
}

/* --- commands ------------------------------------------------------------------------------------------ */

static int put_rename(struct nc_json_input *in, const struct nc_json_at *at)
{
	return nc_json_keys(in, at, "family", "table", "name", "handle", "newname")
		       ?: put_table_of(in, at) ?: put_name(in, at)
		       ?: nc_json_required(in, at, "newname", " ", nc_json_put_name);
}

/* One line; at is the object: {"family": …}. */
static int put_command(struct nc_json_input *in, const struct nc_json_at *at, enum verb verb)
{
	const struct object *object = find_object(at->key);
	int r;

	if (!object)
		return unknown_object(in, at);
	if (!(object->verbs & BIT(verb)))
		return nc_json_error(in, at, "there is no \"%s %s\"", verbs[verb], object->key);
	fprintf(in->out, "%s %s", verbs[verb], object->key);
	if (verb == RENAME)
		return put_rename(in, at);
	r = put_place(in, at, object, verb);
	if (r == 0 && (is_declaring(verb) || object->put == nc_json_put_element))
		r = object->put(in, at);
	return r;
}

static int find_verb(const char *key)
{
	for (size_t i = 0; i < N(verbs); i++) {
		if (strcmp(verbs[i], key) == 0)
			return i;
	}
	return -1;
}

static int check_metainfo(struct nc_json_input *in, const struct nc_json_at *at)
{
	struct nc_json_at version = nc_json_member(at, "json_schema_version");
	uint64_t number = 0;
	int r = nc_json_keys(in, at, "version", "release_name", "json_schema_version");

	if (r < 0 || !version.there)
		return r;
	r = nc_json_number(in, &version, &number);
	if (r == 0 && number > SCHEMA_VERSION)
		return nc_json_error(in, &version,
				     "schema version %ju is not known, the last that "
				     "is is %d",
				     (uintmax_t)number, SCHEMA_VERSION);
	return r;
}

/* { verb: { object: … } }, or { object: … } as listings have it, which is added. */
static int translate_entry(struct nc_json_input *in, const struct nc_json_at *at)
{
	struct nc_json_at entry, object;
	int verb, r = nc_json_only(in, at, &entry);

	if (r < 0)
		return r;
	if (strcmp(entry.key, "metainfo") == 0)
		return check_metainfo(in, &entry);
	verb = find_verb(entry.key);
	if (verb < 0)
		return put_command(in, &entry, ADD) ?: (putc('\n', in->out), 0);
	return nc_json_only(in, &entry, &object) ?: put_command(in, &object, verb)
		?: (putc('\n', in->out), 0);
}

static int translate_document(struct nc_json_input *in, struct json_object *root)
{
	struct nc_json_at document = {.there = true, .value = root}, list;
	int failed = 0, r = nc_json_keys(in, &document, "nftables")
				    ?: nc_json_need(in, &document, "nftables", &list);

	if (r < 0)
		return r;
	if (!nc_json_is_kind(&list, json_type_array))
		return nc_json_error(in, &list, "an array of commands is expected");
	for (size_t i = 0; i < nc_json_length(&list); i++) {
		struct nc_json_at entry = nc_json_item(&list, i);

		r = translate_entry(in, &entry);
		if (r == -ENOMEM)
			return r;
		if (r < 0)
			failed = r;
	}
	return failed;
}

/* --- the text ------------------------------------------------------------------------------------------ */

static size_t skip_blank(const struct nc_source *source, size_t at)
{
	while (at < source->length && strchr(" \t\r\n", source->text[at]) && source->text[at])
		at++;
	return at;
}

bool nc_json_is(const struct nc_source *source)
{
	size_t at = skip_blank(source, 0);

	return at < source->length && source->text[at] == '{';
}

static struct nc_loc place_at(const struct nc_source *source, size_t offset)
{
	struct nc_loc loc = {.source = source, .line = 1};

	for (size_t i = 0; i < offset && i < source->length; i++) {
		if (source->text[i] == '\n') {
			loc.line++;
			loc.line_offset = i + 1;
		}
	}
	loc.column = loc.end_column = offset - loc.line_offset + 1;
	return loc;
}

NC_DEFINE_CLEANUP(struct json_tokener, json_tokener_free)

static int parse(const struct nc_source *source, struct json_object **ret, struct nc_diag *diag)
{
	_cleanup_(json_tokener_freep) struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	enum json_tokener_error error;
	struct json_object *root;
	struct nc_loc loc;
	size_t end;

	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8 |
						JSON_TOKENER_ALLOW_TRAILING_CHARS);
	root = json_tokener_parse_ex(tokener, source->text, source->length);
	error = json_tokener_get_error(tokener);
	end = json_tokener_get_parse_end(tokener);
	if (error == json_tokener_success && skip_blank(source, end) == source->length) {
		*ret = root;
		return 0;
	}
	json_object_put(root);
	if (error == json_tokener_success)
		end = skip_blank(source, end);
	loc = place_at(source, end);
	if (error == json_tokener_success)
		return nc_diag_error(diag, &loc, "this follows the end of the JSON document");
	if (error == json_tokener_continue)
		return nc_diag_error(diag, &loc, "the JSON document is not complete");
	return nc_diag_error(diag, &loc, "this is not JSON: %s", json_tokener_error_desc(error));
}

int nc_json_translate(const struct nc_source *source, char **ret_text, size_t *ret_length,
		      struct nc_diag *diag)
{
	struct nc_json_input in = {.source = source, .diag = diag};
	struct json_object *root = NULL;
	_cleanup_free_ char *text = NULL;
	size_t length = 0;
	int r = parse(source, &root, diag);

	if (r < 0)
		return r;
	in.out = open_memstream(&text, &length);
	r = in.out ? translate_document(&in, root) : -ENOMEM;
	json_object_put(root);
	if (in.out && fclose(in.out) == EOF)
		r = -ENOMEM;
	if (r < 0)
		return r;
	*ret_text = TAKE_PTR(text);
	*ret_length = length;
	return 0;
}
