/* SPDX-License-Identifier: Apache-2.0 */
/* The tree's storage, and its way back to text (node.go's String methods). */
#include "cmd/tmpl/tmpl_node.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cmd/quote.h"

struct tmpl_node *tmpl_node_new(enum tmpl_node_type type, size_t at)
{
	struct tmpl_node *node = xcalloc(1, sizeof(*node));

	node->type = type;
	node->at = at;
	return node;
}

void tmpl_node_add(struct tmpl_node *node, struct tmpl_node *item)
{
	/* Grows at powers of two, so that a long list costs no square. */
	if (!(node->count & (node->count - 1)))
		node->items = xreallocarray(node->items,
					    node->count ? node->count * 2 : 1,
					    sizeof(struct tmpl_node *));
	node->items[node->count++] = item;
}

void tmpl_node_set_text(struct tmpl_node *node, const char *text, size_t length)
{
	node->text = xstrndup(text, length);
	node->text_length = length;
}

static void format_operand(const struct tmpl_node *node, struct strbuf *out)
{
	if (node->type == TMPL_NODE_PIPE) {
		strbuf_addch(out, '(');
		tmpl_node_format(node, out);
		strbuf_addch(out, ')');
		return;
	}
	tmpl_node_format(node, out);
}

static void format_names(const struct strvec *names, const char *separator,
			 struct strbuf *out)
{
	for (size_t i = 0; i < names->count; i++)
		strbuf_addf(out, "%s%s", i ? separator : "", names->items[i]);
}

static void format_pipe(const struct tmpl_node *node, struct strbuf *out)
{
	format_names(&node->names, ", ", out);
	if (node->names.count)
		strbuf_addstr(out, node->is_assign ? " = " : " := ");
	for (size_t i = 0; i < node->count; i++) {
		if (i)
			strbuf_addstr(out, " | ");
		tmpl_node_format(node->items[i], out);
	}
}

static void format_template(const struct tmpl_node *node, struct strbuf *out)
{
	strbuf_addstr(out, "{{template ");
	quote_format(node->text, node->text_length, out);
	if (node->pipe) {
		strbuf_addch(out, ' ');
		tmpl_node_format(node->pipe, out);
	}
	strbuf_addstr(out, "}}");
}

static void format_items(const struct tmpl_node *node, struct strbuf *out)
{
	for (size_t i = 0; i < node->count; i++) {
		if (i)
			strbuf_addch(out, ' ');
		format_operand(node->items[i], out);
	}
}

void tmpl_node_format(const struct tmpl_node *node, struct strbuf *out)
{
	switch (node->type) {
	case TMPL_NODE_FIELD:
		strbuf_addch(out, '.');
		format_names(&node->names, ".", out);
		return;
	case TMPL_NODE_VARIABLE:
		format_names(&node->names, ".", out);
		return;
	case TMPL_NODE_CHAIN:
		format_operand(node->pipe, out);
		strbuf_addch(out, '.');
		format_names(&node->names, ".", out);
		return;
	case TMPL_NODE_PIPE:
		format_pipe(node, out);
		return;
	case TMPL_NODE_COMMAND:
		format_items(node, out);
		return;
	case TMPL_NODE_TEMPLATE:
		format_template(node, out);
		return;
	case TMPL_NODE_DOT:
		strbuf_addch(out, '.');
		return;
	case TMPL_NODE_NIL:
		strbuf_addstr(out, "nil");
		return;
	case TMPL_NODE_ELSE:
		strbuf_addstr(out, "{{else}}");
		return;
	case TMPL_NODE_END:
		strbuf_addstr(out, "{{end}}");
		return;
	case TMPL_NODE_ACTION:
		strbuf_addstr(out, "{{");
		tmpl_node_format(node->pipe, out);
		strbuf_addstr(out, "}}");
		return;
	case TMPL_NODE_IDENTIFIER:
	case TMPL_NODE_BOOL:
	case TMPL_NODE_NUMBER:
	case TMPL_NODE_STRING:
	case TMPL_NODE_TEXT:
		strbuf_add(out, node->text, node->text_length);
		return;
	case TMPL_NODE_NONE:
	case TMPL_NODE_LIST:
	case TMPL_NODE_IF:
	case TMPL_NODE_RANGE:
	case TMPL_NODE_WITH:
	case TMPL_NODE_BREAK:
	case TMPL_NODE_CONTINUE:
		return; /* no error text shows these */
	}
}

void tmpl_node_free(struct tmpl_node *node)
{
	if (!node)
		return;
	for (size_t i = 0; i < node->count; i++)
		tmpl_node_free(node->items[i]);
	free(node->items);
	tmpl_node_free(node->pipe);
	tmpl_node_free(node->body);
	tmpl_node_free(node->other);
	json_decref(node->value);
	strvec_release(&node->names);
	free(node->text);
	free(node);
}

const struct tmpl_node *tmpl_find(const struct tmpl *tmpl, const char *name)
{
	for (size_t i = 0; i < tmpl->count; i++)
		if (!strcmp(tmpl->definitions[i].name, name))
			return tmpl->definitions[i].root;
	return NULL;
}
