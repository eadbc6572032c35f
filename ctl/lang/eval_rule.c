/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules: each statement into the model, then what nft implies in front of matches. */
#include <string.h>
#include <sys/socket.h>

#include "lang/eval.h"
#include "lang/print.h"

static int copy_word(const struct nc_word *word, char **ret)
{
	if (!word->text)
		return 0;
	*ret = strdup(word->text);
	return *ret ? 0 : -ENOMEM;
}

static int eval_assign(const struct nc_ast_stmt *ast, struct nc_stmt *stmt, struct nc_diag *diag)
{
	nc_key key = {};
	char name[48];
	int r = nc_eval_key(ast->assign.target, &key, diag);

	if (r < 0)
		return r;
	stmt->assign->target = key.v[0];
	nc_vec_free(&key);
	if (!nc_field_info(stmt->assign->target.field)->writable)
		return nc_diag_error(diag, &ast->assign.target->loc, "%s cannot be set",
				     nc_field_name(stmt->assign->target.field, name));
	return nc_eval_argument(ast->assign.value, nc_selector_part(&stmt->assign->target),
				&stmt->assign->value, diag);
}

static int eval_send(const struct nc_ast_stmt *ast, struct nc_stmt *stmt, struct nc_diag *diag)
{
	const struct nc_key_part device = {.type = NC_TYPE_IFACE_INDEX, .bits = 128};
	const struct nc_key_part ip = {.type = NC_TYPE_IPV4_ADDR, .bits = 32};
	const struct nc_key_part ip6 = {.type = NC_TYPE_IPV6_ADDR, .bits = 128};
	int r;

	stmt->send->family = ast->send.family;
	r = nc_eval_argument(ast->send.device, device, &stmt->send->device, diag);
	if (r < 0 || !ast->send.family)
		return r;
	return nc_eval_argument(ast->send.address, ast->send.family == AF_INET ? ip : ip6,
				&stmt->send->address, diag);
}

/* Data that a map's element gets; which type, validation finds out. */
static int eval_set_data(const struct nc_expr *data, struct nc_set_stmt *set, struct nc_diag *diag)
{
	set->mapped = true;
	if (data->kind != NC_EXPR_FIELD)
		return nc_diag_error(diag, &data->loc,
				     "elements that packets add to a map take their data from a "
				     "field");
	set->data.kind = NC_VALUE_SELECTOR;
	set->data.loc = data->loc;
	return nc_eval_key(data, &set->data.selector, diag);
}

static int eval_set_stmt(const struct nc_ast_set_stmt *ast, struct nc_set_stmt *set,
			 struct nc_diag *diag)
{
	const struct nc_ast_extra *extra = ast->key->extra;
	int r;

	set->op = ast->op;
	set->meter = ast->meter;
	if (set->meter)
		set->size = ast->size.value ?: NC_DYNAMIC_SIZE;
	r = copy_word(&ast->set, &set->set);
	if (r == 0)
		r = nc_eval_key(ast->key, &set->key, diag);
	if (r < 0 || !extra)
		return r;
	if (nc_loc_given(&extra->expires.loc))
		return nc_diag_error(diag, &extra->expires.loc,
				     "'expires' is for elements that are there; write 'timeout'");
	if (set->op == NC_SET_OP_DELETE && (nc_loc_given(&extra->timeout.loc) || extra->carries))
		return nc_diag_error(diag, &ast->key->loc,
				     "an element that is deleted takes no timeout or statement");
	set->timeout = extra->timeout.ms;
	set->carries = extra->carries;
	set->limit = extra->limit;
	set->quota = extra->quota;
	return extra->data ? eval_set_data(extra->data, set, diag) : 0;
}

static int eval_reset(const struct nc_ast_stmt *ast, struct nc_stmt *stmt, struct nc_diag *diag)
{
	nc_key key = {};
	int r = nc_eval_key(ast->assign.target, &key, diag);

	if (r < 0)
		return r;
	stmt->reset = key.v[0];
	nc_vec_free(&key);
	return 0;
}

static int eval_objects(const struct nc_ast_stmt *ast, struct nc_stmt *stmt, struct nc_diag *diag)
{
	const struct nc_element_rules objects = {.map = NC_MAP_OBJECT, .objects = ast->objects};

	stmt->objects.kind = ast->objects;
	return nc_eval_lookup(ast->vmap.key, ast->vmap.map, objects, &stmt->objects.lookup, diag);
}

static int eval_kind(const struct nc_ast_stmt *ast, struct nc_stmt *stmt, struct nc_diag *diag)
{
	switch (ast->kind) {
	case NC_STMT_MATCH:
		return nc_eval_match(&ast->match, &ast->loc, &stmt->match, diag);
	case NC_STMT_VERDICT:
		return nc_eval_verdict(&ast->verdict, &ast->loc, &stmt->verdict);
	case NC_STMT_VMAP:
		return nc_eval_lookup(ast->vmap.key, ast->vmap.map,
				      (struct nc_element_rules){.map = NC_MAP_VERDICT}, &stmt->vmap,
				      diag);
	case NC_STMT_RESET:
		return eval_reset(ast, stmt, diag);
	case NC_STMT_OBJECT:
		return eval_objects(ast, stmt, diag);
	case NC_STMT_COUNTER:
		stmt->counter = ast->counter;
		return 0;
	case NC_STMT_LIMIT:
		stmt->limit = ast->limit;
		return 0;
	case NC_STMT_QUOTA:
		stmt->quota = ast->quota;
		return 0;
	case NC_STMT_LOG:
		stmt->log = ast->log.log;
		return copy_word(&ast->log.prefix, &stmt->log.prefix);
	case NC_STMT_SET:
		return eval_set_stmt(&ast->set, stmt->set, diag);
	case NC_STMT_ASSIGN:
		return eval_assign(ast, stmt, diag);
	default:
		return eval_send(ast, stmt, diag);
	}
}

static int eval_stmt(const struct nc_ast_stmt *ast, struct nc_rule *rule, struct nc_diag *diag)
{
	struct nc_stmt stmt = {.kind = ast->kind, .loc = ast->loc, .id = NC_NONE};
	int r = nc_stmt_allocate(&stmt);

	if (r == 0)
		r = eval_kind(ast, &stmt, diag);
	if (r == 0)
		r = copy_word(&ast->object, &stmt.object);
	if (r == 0)
		r = nc_vec_push(&rule->stmts, stmt);
	if (r < 0)
		nc_stmt_clear(&stmt);
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
	r = copy_word(&ast->comment, &rule->comment);
	if (r == 0)
		r = nc_rule_imply(rule, diag);
	if (r < 0)
		return r;
	*ret = nc_rule_pack(TAKE_PTR(rule));
	return 0;
}
