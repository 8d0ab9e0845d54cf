/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recursive descent in the order of parse.go, so that the first mistake
 * reported is the same. This half knows the blocks:
 *   list   = { text | action }
 *   action = "{{" ( pipeline | if | range | with | template | block
 *                 | break | continue | end | else ) "}}"
 */
#include "cmd/tmpl/tmpl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cmd/quote.h"
#include "cmd/tmpl/tmpl_pipeline.h"
#include "cmd/tmpl/tmpl_stream.h"

static int parse_list(struct tmpl_stream *p, struct tmpl_node **out,
		      struct tmpl_node **end_out);
static int parse_item(struct tmpl_stream *p, struct tmpl_node **out);

/* After {{else}}: its list up to {{end}}, or the next "if" or "with". */
static int parse_else(struct tmpl_stream *p, struct tmpl_node *node)
{
	enum tmpl_token_type again = tmpl_stream_peek(p).type;
	autoclean(tmpl_node_free) struct tmpl_node *end = NULL;
	struct tmpl_node *chained = NULL;
	int failed;

	if ((node->type == TMPL_NODE_IF && again == TMPL_TOKEN_IF) ||
	    (node->type == TMPL_NODE_WITH && again == TMPL_TOKEN_WITH)) {
		node->other = tmpl_node_new(TMPL_NODE_LIST,
					    tmpl_stream_peek(p).at);
		failed = parse_item(p, &chained);
		if (chained)
			tmpl_node_add(node->other, chained);
		return failed;
	}
	if (parse_list(p, &node->other, &end) < 0)
		return -1;
	if (end->type != TMPL_NODE_END)
		return tmpl_stream_fail(p, "expected end; found {{else}}");
	return 0;
}

static void forget_variables(struct tmpl_stream *p, size_t count)
{
	while (p->variables.count > count)
		strvec_remove(&p->variables, p->variables.count - 1);
}

/* if, range and with: the pipeline and the lists up to {{end}}. */
static int parse_control(struct tmpl_stream *p, const char *context,
			 struct tmpl_node *node)
{
	size_t variables = p->variables.count;
	autoclean(tmpl_node_free) struct tmpl_node *end = NULL;

	if (tmpl_stream_enter(p) < 0 ||
	    tmpl_pipeline_parse(p, context, TMPL_TOKEN_RIGHT, &node->pipe) < 0)
		return -1;
	if (node->type == TMPL_NODE_RANGE)
		p->range_depth++;
	if (parse_list(p, &node->body, &end) < 0)
		return -1;
	if (node->type == TMPL_NODE_RANGE)
		p->range_depth--;
	if (end->type == TMPL_NODE_ELSE && parse_else(p, node) < 0)
		return -1;
	forget_variables(p, variables);
	p->depth--;
	return 0;
}

static int parse_jump(struct tmpl_stream *p, const char *word)
{
	struct tmpl_token token = tmpl_stream_next_word(p);

	if (token.type != TMPL_TOKEN_RIGHT)
		return tmpl_stream_unexpected(p, token, word);
	if (!p->range_depth)
		return tmpl_stream_fail(p, "%s outside {{range}}", word);
	return 0;
}

/* A template's name as a string; the caller owns it. */
static int parse_name(struct tmpl_stream *p, const char *context, char **out)
{
	struct tmpl_token token = tmpl_stream_next_word(p);
	autoclean(strbuf_release) struct strbuf name = STRBUF_INIT;

	if (token.type != TMPL_TOKEN_STRING &&
	    token.type != TMPL_TOKEN_RAW_STRING)
		return tmpl_stream_unexpected(p, token, context);
	if (quote_parse(token.text, token.length, &name, p->err) < 0)
		return tmpl_stream_fail(p, "invalid syntax");
	*out = strbuf_steal(&name);
	return 0;
}

static bool is_blank(const struct tmpl_node *list)
{
	assert(list); /* what was parsed has one */
	for (size_t i = 0; i < list->count; i++) {
		const struct tmpl_node *item = list->items[i];

		if (item->type != TMPL_NODE_TEXT ||
		    strspn(item->text, " \t\r\n") != item->text_length)
			return false;
	}
	return true;
}

/* Keep a definition; only an empty one may be replaced. Takes ROOT. */
static int add_definition(struct tmpl_stream *p, const char *name,
			  struct tmpl_node *root)
{
	struct tmpl *tmpl = p->tmpl;

	for (size_t i = 0; i < tmpl->count; i++) {
		struct tmpl_definition *old = &tmpl->definitions[i];

		if (strcmp(old->name, name))
			continue;
		if (!is_blank(old->root) && !is_blank(root)) {
			tmpl_node_free(root);
			return tmpl_stream_fail(
				p,
				"template: multiple definition of template "
				"\"%s\"",
				name);
		}
		if (is_blank(root)) {
			tmpl_node_free(root);
			return 0;
		}
		tmpl_node_free(old->root);
		old->root = root;
		return 0;
	}
	tmpl->definitions = xreallocarray(tmpl->definitions, tmpl->count + 1,
					  sizeof(*tmpl->definitions));
	tmpl->definitions[tmpl->count++] =
		(struct tmpl_definition){ xstrdup(name), root };
	return 0;
}

/* The body of {{define}} and {{block}}, with variables of its own. */
static int parse_body(struct tmpl_stream *p, const char *context,
		      const char *name)
{
	struct strvec outer = p->variables;
	autoclean(tmpl_node_free) struct tmpl_node *root = NULL;
	autoclean(tmpl_node_free) struct tmpl_node *end = NULL;
	int range_depth = p->range_depth;
	int failed;

	p->variables = (struct strvec)STRVEC_INIT;
	strvec_add(&p->variables, "$");
	p->range_depth = 0;
	failed = tmpl_stream_enter(p);
	if (!failed)
		failed = parse_list(p, &root, &end);
	if (!failed && end->type != TMPL_NODE_END)
		failed = tmpl_stream_fail(p, "unexpected {{else}} in %s",
					  context);
	strvec_release(&p->variables);
	p->variables = outer;
	p->range_depth = range_depth;
	if (failed < 0)
		return -1;
	p->depth--;
	return add_definition(p, name, TAKE_PTR(root));
}

static int parse_define(struct tmpl_stream *p)
{
	autofree char *name = NULL;

	if (parse_name(p, "define clause", &name) < 0 ||
	    tmpl_stream_expect(p, TMPL_TOKEN_RIGHT, "define clause") < 0)
		return -1;
	return parse_body(p, "define clause", name);
}

/* {{block "x" pipe}} is {{define "x"}} and {{template "x" pipe}} at once. */
static int parse_block(struct tmpl_stream *p, struct tmpl_node *node)
{
	autofree char *name = NULL;

	node->at = tmpl_stream_peek_word(p).at;
	if (parse_name(p, "block clause", &name) < 0)
		return -1;
	tmpl_node_set_text(node, name, strlen(name));
	if (tmpl_pipeline_parse(p, "block clause", TMPL_TOKEN_RIGHT,
				&node->pipe) < 0)
		return -1;
	return parse_body(p, "block clause", name);
}

static int parse_call(struct tmpl_stream *p, struct tmpl_node *node)
{
	autofree char *name = NULL;

	node->at = tmpl_stream_peek_word(p).at;
	if (parse_name(p, "template clause", &name) < 0)
		return -1;
	tmpl_node_set_text(node, name, strlen(name));
	if (tmpl_stream_next_word(p).type == TMPL_TOKEN_RIGHT)
		return 0;
	tmpl_stream_backup(p);
	return tmpl_pipeline_parse(p, "template clause", TMPL_TOKEN_RIGHT,
				   &node->pipe);
}

/* {{else}} itself; of "{{else if" only the word is read. */
static int parse_else_word(struct tmpl_stream *p)
{
	enum tmpl_token_type type = tmpl_stream_peek_word(p).type;

	if (type == TMPL_TOKEN_IF || type == TMPL_TOKEN_WITH)
		return 0;
	return tmpl_stream_expect(p, TMPL_TOKEN_RIGHT, "else");
}

static int parse_keyword(struct tmpl_stream *p, struct tmpl_token token,
			 struct tmpl_node **out)
{
	static const enum tmpl_node_type types[] = {
		[TMPL_TOKEN_BLOCK] = TMPL_NODE_TEMPLATE,
		[TMPL_TOKEN_BREAK] = TMPL_NODE_BREAK,
		[TMPL_TOKEN_CONTINUE] = TMPL_NODE_CONTINUE,
		[TMPL_TOKEN_ELSE] = TMPL_NODE_ELSE,
		[TMPL_TOKEN_END] = TMPL_NODE_END,
		[TMPL_TOKEN_IF] = TMPL_NODE_IF,
		[TMPL_TOKEN_RANGE] = TMPL_NODE_RANGE,
		[TMPL_TOKEN_TEMPLATE] = TMPL_NODE_TEMPLATE,
		[TMPL_TOKEN_WITH] = TMPL_NODE_WITH,
	};

	*out = tmpl_node_new(types[token.type], token.at);
	switch (token.type) {
	case TMPL_TOKEN_BLOCK:
		return parse_block(p, *out);
	case TMPL_TOKEN_BREAK:
		return parse_jump(p, "{{break}}");
	case TMPL_TOKEN_CONTINUE:
		return parse_jump(p, "{{continue}}");
	case TMPL_TOKEN_ELSE:
		return parse_else_word(p);
	case TMPL_TOKEN_END:
		return tmpl_stream_expect(p, TMPL_TOKEN_RIGHT, "end");
	case TMPL_TOKEN_IF:
		return parse_control(p, "if", *out);
	case TMPL_TOKEN_RANGE:
		return parse_control(p, "range", *out);
	case TMPL_TOKEN_TEMPLATE:
		return parse_call(p, *out);
	default: /* is_keyword lets nothing else through */
		return parse_control(p, "with", *out);
	}
}

static bool is_keyword(enum tmpl_token_type type)
{
	return type > TMPL_TOKEN_DOT && type != TMPL_TOKEN_NIL &&
	       type != TMPL_TOKEN_DEFINE;
}

/* What stands after "{{" (or after "{{else " for a chained if). */
static int parse_item(struct tmpl_stream *p, struct tmpl_node **out)
{
	struct tmpl_token token = tmpl_stream_next_word(p);

	if (is_keyword(token.type))
		return parse_keyword(p, token, out);
	tmpl_stream_backup(p);
	*out = tmpl_node_new(TMPL_NODE_ACTION, tmpl_stream_peek(p).at);
	return tmpl_pipeline_parse(p, "command", TMPL_TOKEN_RIGHT,
				   &(*out)->pipe);
}

static int parse_text_or_action(struct tmpl_stream *p, struct tmpl_node **out)
{
	struct tmpl_token token = tmpl_stream_next_word(p);
	int failed;

	if (token.type == TMPL_TOKEN_TEXT) {
		*out = tmpl_node_new(TMPL_NODE_TEXT, token.at);
		tmpl_node_set_text(*out, token.text, token.length);
		return 0;
	}
	if (token.type != TMPL_TOKEN_LEFT)
		return tmpl_stream_unexpected(p, token, "input");
	p->in_action = true;
	p->action_at = token.at;
	failed = parse_item(p, out);
	if (!failed)
		p->in_action = false;
	return failed;
}

/* Items up to an {{end}} or {{else}}, which becomes *END_OUT. */
static int parse_list(struct tmpl_stream *p, struct tmpl_node **out,
		      struct tmpl_node **end_out)
{
	*out = tmpl_node_new(TMPL_NODE_LIST, tmpl_stream_peek_word(p).at);
	while (tmpl_stream_peek_word(p).type != TMPL_TOKEN_EOF) {
		struct tmpl_node *item = NULL;
		int failed = parse_text_or_action(p, &item);

		if (!failed && item &&
		    (item->type == TMPL_NODE_END ||
		     item->type == TMPL_NODE_ELSE)) {
			*end_out = item;
			return 0;
		}
		if (item)
			tmpl_node_add(*out, item);
		if (failed < 0)
			return -1;
	}
	return tmpl_stream_fail(p, "unexpected EOF");
}

/* One item of the top level: a definition leaves *OUT as NULL. */
static int parse_top(struct tmpl_stream *p, struct tmpl_node **out)
{
	struct tmpl_token left;

	if (tmpl_stream_peek(p).type == TMPL_TOKEN_LEFT) {
		left = tmpl_stream_next(p);
		if (tmpl_stream_next_word(p).type == TMPL_TOKEN_DEFINE)
			return parse_define(p);
		tmpl_stream_backup2(p, left);
	}
	if (parse_text_or_action(p, out) < 0)
		return -1;
	if ((*out)->type == TMPL_NODE_END)
		return tmpl_stream_fail(p, "unexpected {{end}}");
	if ((*out)->type == TMPL_NODE_ELSE)
		return tmpl_stream_fail(p, "unexpected {{else}}");
	return 0;
}

static int parse_all(struct tmpl_stream *p)
{
	autoclean(tmpl_node_free) struct tmpl_node *root =
		tmpl_node_new(TMPL_NODE_LIST, 0);

	strvec_add(&p->variables, "$");
	while (tmpl_stream_peek(p).type != TMPL_TOKEN_EOF) {
		struct tmpl_node *item = NULL;
		int failed = parse_top(p, &item);

		if (item)
			tmpl_node_add(root, item);
		if (failed < 0)
			return -1;
	}
	return add_definition(p, "", TAKE_PTR(root));
}

int tmpl_parse(const char *text, struct tmpl **out, struct error *err)
{
	struct tmpl_stream p = { .err = err };
	size_t length = strlen(text);
	int failed;

	if (length > TMPL_SOURCE_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "template: longer than %d bytes",
				 TMPL_SOURCE_MAX);
	p.tmpl = xcalloc(1, sizeof(*p.tmpl));
	p.tmpl->source = xstrdup(text);
	tmpl_lexer_init(&p.lexer, p.tmpl->source, length);
	failed = parse_all(&p);
	strvec_release(&p.variables);
	if (failed < 0) {
		tmpl_free(p.tmpl);
		return -1;
	}
	*out = p.tmpl;
	return 0;
}

void tmpl_free(struct tmpl *tmpl)
{
	if (!tmpl)
		return;
	for (size_t i = 0; i < tmpl->count; i++) {
		free(tmpl->definitions[i].name);
		tmpl_node_free(tmpl->definitions[i].root);
	}
	free(tmpl->definitions);
	free(tmpl->source);
	free(tmpl);
}
