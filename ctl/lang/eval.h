/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside eval: from the syntax tree to values and rules of the model. All functions return 0 or a negative errno after
 * appending a message at the place of what is wrong (-ENOMEM: without).
 */
#ifndef NETCTL_LANG_EVAL_H
#define NETCTL_LANG_EVAL_H

#include "lang/ast.h"

/* What the commands of a script are performed on. */
struct nc_eval {
	struct nc_ruleset *ruleset;
	nc_load_elements_fn *load; /* or NULL: no set is live */
	void *context;		   /* of load */
	struct nc_diag *diag;
	nc_rules *
		stored; /* of a stored text: its rules. Handles are taken from it, and its sets are live */
	uint32_t n_live;	 /* sets met in a stored text */
	bool declaration_failed; /* what refers to it would be reported too: not validated */
};

/* eval.c: report wrong values in rules and sets of a script that cannot be run. */
int nc_eval_check(const struct nc_script *script, struct nc_diag *diag);

/* eval_edit.c: one command each */
int nc_eval_change_elements(struct nc_eval *eval, const struct nc_ast_command *command);
int nc_eval_place_rule(struct nc_eval *eval, const struct nc_ast_command *command);
int nc_eval_replace_rule(struct nc_eval *eval, const struct nc_ast_command *command);
int nc_eval_delete(struct nc_eval *eval, const struct nc_ast_command *command);
int nc_eval_flush(struct nc_eval *eval, const struct nc_ast_command *command);
int nc_eval_rename(struct nc_eval *eval, const struct nc_ast_command *command);
/* Elements that are added to a map have data. */
int nc_eval_need_data(const struct nc_set *set, const nc_set_elements *elements,
		      struct nc_diag *diag);
/* What a command names. */
int nc_eval_get_table(struct nc_eval *eval, const struct nc_ast_command *command,
		      struct nc_table **ret);
/* Fetch the elements of a live set, which a command is to change. */
int nc_eval_load_elements(struct nc_eval *eval, const struct nc_table *table, struct nc_set *set);

/* eval_declare.c */
int nc_eval_add_table(struct nc_eval *eval, const struct nc_ast_command *command);
/* A chain or set by a command of its own. */
int nc_eval_add_object(struct nc_eval *eval, const struct nc_ast_command *command);
int nc_eval_add_rule(struct nc_eval *eval, struct nc_table *table, struct nc_chain *chain,
		     const struct nc_ast_rule *ast, const struct nc_place *place);

/* The set of a meter, which the rule's statement makes if it is not there. */
int nc_eval_add_meters(struct nc_eval *eval, struct nc_table *table, const struct nc_ast_rule *ast,
		       const struct nc_rule *rule);

/* eval_value.c: one value of a type, "syn | ack" included. */
int nc_eval_value(const struct nc_expr *expr, struct nc_key_part part, nc_num *ret,
		  struct nc_diag *diag);
/* Beside an operator: a number will do for an IPv4 address, as in nft. */
int nc_eval_operand(const struct nc_expr *expr, struct nc_key_part part, nc_num *ret,
		    struct nc_diag *diag);
/* A value, prefix or range, and which of them it is. */
int nc_eval_interval(const struct nc_expr *expr, struct nc_key_part part, struct nc_interval *ret,
		     enum nc_written *ret_written, struct nc_diag *diag);

/* eval_time.c: dates and hours as they stand in quotes, in local time. */
bool nc_read_date(const char *text, nc_num *ret_ns);
bool nc_read_hour(const char *text, nc_num *ret_seconds);

/* What the elements of a set may be. */
struct nc_element_rules {
	const nc_key_type *type;
	enum nc_map_kind map;
	struct nc_key_part data;     /* map VALUE */
	enum nc_object_kind objects; /* map OBJECT */
	bool intervals, timeouts;
	unsigned carries;
};

/* eval_set.c: what a set's declaration allows */
struct nc_element_rules nc_element_rules(const struct nc_set *set);
/* The elements of a named set. All errors are appended. Not normalized. */
int nc_eval_elements(const struct nc_expr *set, const struct nc_element_rules *rules,
		     nc_set_elements *ret, struct nc_diag *diag);
/* One element without what stands behind it. */
int nc_eval_element_key(const struct nc_expr *expr, const struct nc_element_rules *rules,
			struct nc_set_element *ret, enum nc_written *ret_written,
			struct nc_diag *diag);
/* The elements of an anonymous set or map: sorted, overlaps and neighbours of plain ones merged as nft does. */
int nc_eval_anonymous(const struct nc_expr *set, const struct nc_element_rules *rules,
		      nc_set_elements *ret, struct nc_diag *diag);

/* eval_key.c: what is read. *ret is cleared on failure. */
int nc_eval_key(const struct nc_expr *expr, nc_key *ret, struct nc_diag *diag);
/* leads_to: the kind of map, and what its data are. */
int nc_eval_lookup(const struct nc_expr *key, const struct nc_expr *map,
		   struct nc_element_rules leads_to, struct nc_lookup *ret, struct nc_diag *diag);
/* What a statement takes, for something of a type. */
int nc_eval_argument(const struct nc_expr *expr, struct nc_key_part part, struct nc_value *ret,
		     struct nc_diag *diag);
int nc_eval_verdict(const struct nc_ast_verdict *ast, const struct nc_loc *loc, struct nc_do *ret);

/* eval_match.c: one match, without what it implies. *ret is cleared on failure. */
int nc_eval_match(const struct nc_ast_match *ast, const struct nc_loc *loc, struct nc_match *ret,
		  struct nc_diag *diag);

/* eval_rule.c: a rule with its implied matches. */
int nc_eval_rule(const struct nc_ast_rule *ast, struct nc_rule **ret, struct nc_diag *diag);

#endif
