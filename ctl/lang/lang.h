/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The language, as the rest of netctl sees it: text in, commands out; a ruleset in, canonical text or JSON out.
 * No I/O: a source is a text in memory, output goes to a stream that the caller opened.
 *
 * Inside: lexer → parser → AST (ast.h) → eval, which resolves names of fields, types and symbols and performs the
 * commands on the model through model/edit.h.
 */
#ifndef NETCTL_LANG_LANG_H
#define NETCTL_LANG_LANG_H

#include <stdio.h>

#include "model/ruleset.h"

enum nc_verb {
	NC_VERB_ADD,
	NC_VERB_CREATE,
	NC_VERB_INSERT,
	NC_VERB_REPLACE,
	NC_VERB_DELETE,
	NC_VERB_DESTROY,
	NC_VERB_FLUSH,
	NC_VERB_RENAME,
	NC_VERB_LIST,
	NC_VERB_GET,  /* of elements; prints as LIST does */
	NC_VERB_RESET /* prints, and starts counters and quotas anew */
};

enum nc_object {
	NC_OBJECT_RULESET,
	NC_OBJECT_TABLES,
	NC_OBJECT_TABLE,
	NC_OBJECT_CHAINS,
	NC_OBJECT_CHAIN,
	NC_OBJECT_RULES,
	NC_OBJECT_RULE,
	NC_OBJECT_SETS,
	NC_OBJECT_SET,
	NC_OBJECT_MAPS,
	NC_OBJECT_MAP,
	NC_OBJECT_METERS,
	NC_OBJECT_METER,
	NC_OBJECT_ELEMENT,
	NC_OBJECT_COUNTERS,
	NC_OBJECT_QUOTAS,
	NC_OBJECT_LIMITS,
	NC_OBJECT_STATE /* one named counter, quota or limit */
};

/* A parsed text: commands in order. Names point into it, and its locations into the source. */
struct nc_script;

/* What a caller may know of a command without its AST. */
struct nc_command {
	enum nc_verb verb;
	enum nc_object object;
	const char *table; /* or NULL; family is netdev */
	const char *chain; /* or NULL */
	const char *set;   /* or NULL */
	const char *name;  /* of a named counter, quota or limit, or NULL */
	enum nc_object_kind kind;
	uint64_t handle;   /* of a rule to be reset; 0: none */
	struct nc_loc loc; /* the whole command's first line */
};

/*
 * "include": find and read the files that a pattern names, in the order of their names. Sources must outlive script and
 * diagnostics. 0, or -errno after a message at loc.
 */
typedef NC_VEC(const struct nc_source *) nc_sources;
typedef int nc_include_fn(void *context, const char *pattern, const struct nc_loc *loc,
			  nc_sources *ret, struct nc_diag *diag);

/*
 * Parse a text. All syntax errors are reported; with any, returns -EINVAL and *ret is untouched. -ENOMEM when
 * memory is out. source must outlive the script. include may be NULL: includes are refused.
 */
int nc_script_parse(const struct nc_source *source, nc_include_fn *include, void *context,
		    struct nc_script **ret, struct nc_diag *diag);
void nc_script_free(struct nc_script *script);
NC_DEFINE_CLEANUP(struct nc_script, nc_script_free)

size_t nc_script_length(const struct nc_script *script);
struct nc_command nc_script_command(const struct nc_script *script, size_t index);

/* Load the elements of a live set before a command edits them: sets elements and elements_loaded. 0 or -errno. */
typedef int nc_load_elements_fn(void *context, const struct nc_table *table, struct nc_set *set,
				struct nc_diag *diag);

/*
 * Perform the commands (all but LIST, GET and RESET, which are skipped) on a ruleset, in order, reporting every error that can be
 * found in one go; then nc_ruleset_validate(). On failure the ruleset may have been changed
 * in part: the caller throws it away. load may be NULL if no set of the ruleset is live.
 */
int nc_script_run(const struct nc_script *script, struct nc_ruleset *ruleset,
		  nc_load_elements_fn *load, void *context, struct nc_diag *diag);

/*
 * The elements of an "add|create|delete|destroy element" command, evaluated for the set it names: for changing
 * one element without loading the rest. Normalized. 0 or -EINVAL.
 */
int nc_script_elements(const struct nc_script *script, size_t index, const struct nc_set *set,
		       nc_set_elements *ret, struct nc_diag *diag);

#define NC_PRINT_HANDLES     0x01  /* "# handle N" behind each object, as nft -a */
#define NC_PRINT_STATELESS   0x02  /* counters without values, as nft -s */
#define NC_PRINT_NUMERIC     0x04  /* numbers for protocols, ICMP types and so on, as nft -n */
#define NC_PRINT_NO_ELEMENTS 0x08  /* sets without elements, as nft -t */
#define NC_PRINT_PRIORITIES  0x20  /* NUMERIC of priorities, as nft -y; likewise */
#define NC_PRINT_PROTOCOLS   0x40  /* of protocols, nft -p */
#define NC_PRINT_TIMES	     0x80  /* of dates and days, nft -T */
#define NC_PRINT_SERVICES    0x100 /* names of ports, as nft -S; NUMERIC or not */
#define NC_PRINT_STORED                                                                            \
	0x10 /* HANDLES | STATELESS | NO_ELEMENTS and last_handle: what kern/ keeps in nc_text */

/*
 * Print canonical text. What is printed is accepted by nc_script_parse() and by nft -f, and printing
 * what that reads gives the same bytes. Tabs indent, as nft does.
 */
void nc_print_ruleset(const struct nc_ruleset *ruleset, unsigned flags, FILE *out);
void nc_print_table(const struct nc_table *table, unsigned flags, FILE *out);
/* The table's block with just this chain or set in it, as nft's "list chain" does. */
void nc_print_chain(const struct nc_table *table, const struct nc_chain *chain, unsigned flags,
		    FILE *out);
void nc_print_set(const struct nc_table *table, const struct nc_set *set, unsigned flags,
		  FILE *out);
/* One rule, without newline or handle. */
void nc_print_rule(const struct nc_rule *rule, unsigned flags, FILE *out);
/* A rule as it says the same in every generation: for nc_ruleset_inherit(). malloc()ed, or NULL. */
char *nc_rule_text(const struct nc_rule *rule);
void nc_print_object(const struct nc_table *table, const struct nc_object_decl *object,
		     unsigned flags, FILE *out);
/* One element as it stands in a list: "10.0.0.0/8 timeout 1m : drop". */
void nc_print_element(const struct nc_set *set, const struct nc_set_element *element,
		      unsigned flags, FILE *out);

/*
 * Read the text that NC_PRINT_STORED printed, handles included, into a new ruleset. Sets' live indices are
 * numbered 0, 1, 2 … in the order of the text. 0, -EINVAL when the text is not such a text, -ENOMEM.
 */
int nc_stored_read(const char *text, size_t length, struct nc_ruleset **ret, struct nc_diag *diag);

/*
 * libnftables-json(5), schema version 1: the array of objects below "nftables" for a ruleset or a part of it, each a
 * new json-c object that the caller owns. struct json_object is json-c's.
 */
struct json_object;
struct json_object *nc_json_metainfo(const char *version);
struct json_object *nc_json_table(const struct nc_table *table);
struct json_object *nc_json_chain(const struct nc_table *table, const struct nc_chain *chain);
struct json_object *nc_json_set(const struct nc_table *table, const struct nc_set *set);
struct json_object *nc_json_object(const struct nc_table *table,
				   const struct nc_object_decl *object);
struct json_object *nc_json_element(const struct nc_table *table, const struct nc_set *set,
				    const struct nc_set_element *element);
struct json_object *nc_json_rule(const struct nc_table *table, const struct nc_chain *chain,
				 const struct nc_rule *rule);

#endif
