/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The expression half of parse.go:
 *   pipeline = [ $x [ "," $y ] ( ":=" | "=" ) ] command { "|" command }
 *   command  = operand { space operand }
 *   operand  = term { .field }
 *   term     = literal | function | . | nil | $x | .field | "(" pipeline ")"
 */
#include "cmd/tmpl/tmpl_pipeline.h"

#include <string.h>

#include "base/alloc.h"
#include "cmd/quote.h"
#include "cmd/tmpl/tmpl_funcs.h"
#include "cmd/tmpl/tmpl_number.h"

static struct tmpl_node *literal(enum tmpl_node_type type,
				 struct tmpl_token token, json_t *value)
{
	struct tmpl_node *node = tmpl_node_new(type, token.at);

	tmpl_node_set_text(node, token.text, token.length);
	node->value = value;
	return node;
}

static int parse_string(struct tmpl_stream *p, struct tmpl_token token,
			struct tmpl_node **out)
{
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (quote_parse(token.text, token.length, &text, p->err) < 0)
		return tmpl_stream_fail(p, "invalid syntax");
	*out = literal(TMPL_NODE_STRING, token,
		       json_stringn_nocheck(text.text, text.length));
	return 0;
}

static int parse_number(struct tmpl_stream *p, struct tmpl_token token,
			struct tmpl_node **out)
{
	struct error why = ERROR_INIT;
	json_t *value = NULL;
	bool is_char = token.type == TMPL_TOKEN_CHAR_CONSTANT;

	if (is_char ? tmpl_number_parse_rune(token.text, token.length, &value,
					     &why) < 0
		    : tmpl_number_parse(token.text, token.length, &value,
					&why) < 0) {
		(void)tmpl_stream_fail(p, "%s", why.msg); /* returned below */
		error_release(&why);
		return -1;
	}
	*out = literal(TMPL_NODE_NUMBER, token, value);
	return 0;
}

static int parse_variable(struct tmpl_stream *p, struct tmpl_token token,
			  struct tmpl_node **out)
{
	autofree char *name = xstrndup(token.text, token.length);

	if (!strvec_has(&p->variables, name))
		return tmpl_stream_fail(p, "undefined variable \"%s\"", name);
	*out = tmpl_node_new(TMPL_NODE_VARIABLE, token.at);
	strvec_take(&(*out)->names, TAKE_PTR(name));
	return 0;
}

static int parse_function(struct tmpl_stream *p, struct tmpl_token token,
			  struct tmpl_node **out)
{
	autofree char *name = xstrndup(token.text, token.length);
	autofree char *quoted = NULL;

	if (!tmpl_function_find(name)) {
		quoted = quote_new(name);
		return tmpl_stream_fail(p, "function %s not defined", quoted);
	}
	*out = literal(TMPL_NODE_IDENTIFIER, token, NULL);
	return 0;
}

/* A token that is a term by itself; *OUT stays NULL when it is none. */
static int parse_term(struct tmpl_stream *p, struct tmpl_node **out)
{
	struct tmpl_token token = tmpl_stream_next_word(p);

	switch (token.type) {
	case TMPL_TOKEN_IDENTIFIER:
		return parse_function(p, token, out);
	case TMPL_TOKEN_DOT:
		*out = tmpl_node_new(TMPL_NODE_DOT, token.at);
		return 0;
	case TMPL_TOKEN_NIL:
		*out = tmpl_node_new(TMPL_NODE_NIL, token.at);
		return 0;
	case TMPL_TOKEN_VARIABLE:
		return parse_variable(p, token, out);
	case TMPL_TOKEN_FIELD:
		*out = tmpl_node_new(TMPL_NODE_FIELD, token.at);
		strvec_take(&(*out)->names,
			    xstrndup(token.text + 1, token.length - 1));
		return 0;
	case TMPL_TOKEN_BOOL:
		*out = literal(TMPL_NODE_BOOL, token,
			       json_boolean(token.text[0] == 't'));
		return 0;
	case TMPL_TOKEN_CHAR_CONSTANT:
	case TMPL_TOKEN_NUMBER:
		return parse_number(p, token, out);
	case TMPL_TOKEN_LEFT_PAREN:
		return tmpl_pipeline_parse(p, "parenthesized pipeline",
					   TMPL_TOKEN_RIGHT_PAREN, out);
	case TMPL_TOKEN_STRING:
	case TMPL_TOKEN_RAW_STRING:
		return parse_string(p, token, out);
	default: /* not ours: the enum is the lexer's own */
		tmpl_stream_backup(p);
		return 0;
	}
}

static bool is_literal(const struct tmpl_node *node)
{
	return node->type == TMPL_NODE_BOOL || node->type == TMPL_NODE_STRING ||
	       node->type == TMPL_NODE_NUMBER || node->type == TMPL_NODE_NIL ||
	       node->type == TMPL_NODE_DOT;
}

static int fail_field(struct tmpl_stream *p, const struct tmpl_node *node)
{
	struct strbuf shown = STRBUF_LIMIT(256);
	struct strbuf quoted = STRBUF_LIMIT(512);

	tmpl_node_format(node, &shown);
	quote_format(shown.text, shown.length, &quoted);
	(void)tmpl_stream_fail(p, "unexpected . after term %s", quoted.text);
	strbuf_release(&shown);
	strbuf_release(&quoted);
	return -1;
}

/* The fields after a term become part of it, or make a chain. */
static int parse_operand(struct tmpl_stream *p, struct tmpl_node **out)
{
	struct tmpl_node *node;
	struct tmpl_token token;

	if (parse_term(p, out) < 0)
		return -1;
	if (!*out || tmpl_stream_peek(p).type != TMPL_TOKEN_FIELD)
		return 0;
	if (is_literal(*out))
		return fail_field(p, *out);
	node = *out;
	if (node->type != TMPL_NODE_FIELD && node->type != TMPL_NODE_VARIABLE) {
		*out = tmpl_node_new(TMPL_NODE_CHAIN, 0);
		(*out)->pipe = node;
	}
	(*out)->at =
		tmpl_stream_peek(p).at; /* Go reports the first field's place */
	while (tmpl_stream_peek(p).type == TMPL_TOKEN_FIELD) {
		token = tmpl_stream_next(p);
		strvec_take(&(*out)->names,
			    xstrndup(token.text + 1, token.length - 1));
	}
	return 0;
}

static int parse_command(struct tmpl_stream *p, struct tmpl_node **out)
{
	struct tmpl_token token;

	*out = tmpl_node_new(TMPL_NODE_COMMAND, tmpl_stream_peek_word(p).at);
	for (;;) {
		struct tmpl_node *operand = NULL;
		int failed;

		(void)tmpl_stream_peek_word(p); /* passes spaces */
		failed = parse_operand(p, &operand);
		if (operand)
			tmpl_node_add(*out, operand);
		if (failed < 0)
			return -1;
		token = tmpl_stream_next(p);
		if (token.type == TMPL_TOKEN_SPACE)
			continue;
		if (token.type == TMPL_TOKEN_RIGHT ||
		    token.type == TMPL_TOKEN_RIGHT_PAREN)
			tmpl_stream_backup(p);
		else if (token.type != TMPL_TOKEN_PIPE)
			return tmpl_stream_unexpected(p, token, "operand");
		break;
	}
	return (*out)->count ? 0 : tmpl_stream_fail(p, "empty command");
}

static void declare(struct tmpl_stream *p, struct tmpl_node *pipe,
		    struct tmpl_token variable)
{
	strvec_take(&pipe->names, xstrndup(variable.text, variable.length));
	strvec_take(&p->variables, xstrndup(variable.text, variable.length));
}

/* The "$x :=", "$x =" or "$i, $x :=" before a pipeline, if there is one. */
static int parse_declaration(struct tmpl_stream *p, const char *context,
			     struct tmpl_node *pipe)
{
	struct tmpl_token variable, after, mark;

	while ((variable = tmpl_stream_peek_word(p)).type ==
	       TMPL_TOKEN_VARIABLE) {
		(void)tmpl_stream_next(p); /* the variable */
		after = tmpl_stream_peek(p);
		mark = tmpl_stream_peek_word(p);
		if (mark.type == TMPL_TOKEN_ASSIGN ||
		    mark.type == TMPL_TOKEN_DECLARE) {
			pipe->is_assign = mark.type == TMPL_TOKEN_ASSIGN;
			(void)tmpl_stream_next_word(p); /* the mark */
			declare(p, pipe, variable);
			return 0;
		}
		if (mark.type != TMPL_TOKEN_CHAR || mark.text[0] != ',') {
			if (after.type == TMPL_TOKEN_SPACE)
				tmpl_stream_backup3(p, variable, after);
			else
				tmpl_stream_backup2(p, variable);
			return 0;
		}
		(void)tmpl_stream_next_word(p); /* the comma */
		declare(p, pipe, variable);
		if (strcmp(context, "range") || pipe->names.count > 1)
			return tmpl_stream_fail(
				p, "too many declarations in %s", context);
		mark = tmpl_stream_peek_word(p);
		if (mark.type != TMPL_TOKEN_VARIABLE &&
		    mark.type != TMPL_TOKEN_RIGHT &&
		    mark.type != TMPL_TOKEN_RIGHT_PAREN)
			return tmpl_stream_fail(
				p, "range can only initialize variables");
	}
	return 0;
}

static int check_pipeline(struct tmpl_stream *p, const struct tmpl_node *pipe,
			  const char *context)
{
	if (!pipe->count)
		return tmpl_stream_fail(p, "missing value for %s", context);
	for (size_t i = 1; i < pipe->count; i++)
		if (is_literal(pipe->items[i]->items[0]))
			return tmpl_stream_fail(
				p,
				"non executable command in pipeline stage "
				"%zu",
				i + 1);
	return 0;
}

static bool begins_operand(enum tmpl_token_type type)
{
	return type == TMPL_TOKEN_BOOL || type == TMPL_TOKEN_CHAR_CONSTANT ||
	       type == TMPL_TOKEN_DOT || type == TMPL_TOKEN_FIELD ||
	       type == TMPL_TOKEN_IDENTIFIER || type == TMPL_TOKEN_NUMBER ||
	       type == TMPL_TOKEN_NIL || type == TMPL_TOKEN_RAW_STRING ||
	       type == TMPL_TOKEN_STRING || type == TMPL_TOKEN_VARIABLE ||
	       type == TMPL_TOKEN_LEFT_PAREN;
}

static int parse_commands(struct tmpl_stream *p, const char *context,
			  enum tmpl_token_type end, struct tmpl_node *pipe)
{
	for (;;) {
		struct tmpl_token token = tmpl_stream_next_word(p);
		struct tmpl_node *command = NULL;
		int failed;

		if (token.type == end)
			return check_pipeline(p, pipe, context);
		if (!begins_operand(token.type))
			return tmpl_stream_unexpected(p, token, context);
		tmpl_stream_backup(p);
		failed = parse_command(p, &command);
		if (command)
			tmpl_node_add(pipe, command);
		if (failed < 0)
			return -1;
	}
}

int tmpl_pipeline_parse(struct tmpl_stream *p, const char *context,
			enum tmpl_token_type end, struct tmpl_node **out)
{
	if (tmpl_stream_enter(p) < 0)
		return -1;
	*out = tmpl_node_new(TMPL_NODE_PIPE, tmpl_stream_peek_word(p).at);
	if (parse_declaration(p, context, *out) < 0 ||
	    parse_commands(p, context, end, *out) < 0)
		return -1;
	p->depth--;
	return 0;
}
