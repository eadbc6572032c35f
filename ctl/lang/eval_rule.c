/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules: statement by statement into the model, then what nft would imply. Needs no ruleset, so that a rule can be
 * checked even where its table is not known.
 */
#include <string.h>

#include "lang/eval.h"

static int eval_stmt(const struct nc_ast_stmt *ast, struct nc_rule *rule, struct nc_diag *diag)
{
	struct nc_stmt stmt = {.kind = ast->kind, .loc = ast->loc};
	int r = 0;

	switch (ast->kind) {
	case NC_STMT_MATCH:
		r = nc_eval_match(&ast->match, &ast->loc, &stmt.match, diag);
		break;
	case NC_STMT_COUNTER:
		stmt.counter = ast->counter;
		break;
	case NC_STMT_VERDICT:
		stmt.verdict = ast->verdict;
		break;
	}
	if (r < 0)
		return r;
	r = nc_vec_push(&rule->stmts, stmt);
	if (r < 0 && stmt.kind == NC_STMT_MATCH)
		nc_match_clear(&stmt.match);
	return r;
}

int nc_eval_rule(const struct nc_ast_rule *ast, struct nc_rule **ret, struct nc_diag *diag)
{
	_cleanup_(nc_rule_freep) struct nc_rule *rule = nc_rule_new();
	int failed = 0, r;

	if (!rule)
		return -ENOMEM;
	rule->loc = ast->loc;
	for (const struct nc_ast_stmt *stmt = ast->stmts; stmt; stmt = stmt->next) {
		r = eval_stmt(stmt, rule, diag);
		if (r == -ENOMEM)
			return r;
		if (r < 0)
			failed = r;
	}
	if (failed)
		return failed;
	if (ast->comment.text && !(rule->comment = strdup(ast->comment.text)))
		return -ENOMEM;
	r = nc_rule_imply(rule, diag);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(rule);
	return 0;
}
