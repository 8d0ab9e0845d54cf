/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The syntax tree of a template. One kind of node serves all: which fields
 * mean something follows from its type. A parsed template is a list of named
 * definitions; the one named "" is the template itself. Nodes are owned by
 * their parent and know their offset in the source, for error texts.
 */
#ifndef CMD_TMPL_NODE_H
#define CMD_TMPL_NODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "base/strvec.h"

enum tmpl_node_type {
	TMPL_NODE_NONE = 0,
	TMPL_NODE_LIST,	    /* items */
	TMPL_NODE_TEXT,	    /* text */
	TMPL_NODE_ACTION,   /* pipe */
	TMPL_NODE_PIPE,	    /* names (declared), is_assign, items (commands) */
	TMPL_NODE_COMMAND,  /* items (operands) */
	TMPL_NODE_FIELD,    /* names: .a.b */
	TMPL_NODE_VARIABLE, /* names: "$x", then fields */
	TMPL_NODE_CHAIN,    /* pipe (a term), names: its fields */
	TMPL_NODE_IDENTIFIER, /* text: a function's name */
	TMPL_NODE_DOT,
	TMPL_NODE_NIL,
	TMPL_NODE_BOOL,	  /* value, text */
	TMPL_NODE_NUMBER, /* value (NULL: does not fit an int), text */
	TMPL_NODE_STRING, /* value, text as written */
	TMPL_NODE_IF,	  /* pipe, body, other */
	TMPL_NODE_RANGE,
	TMPL_NODE_WITH,
	TMPL_NODE_TEMPLATE, /* text: name; pipe or NULL */
	TMPL_NODE_BREAK,
	TMPL_NODE_CONTINUE,
	TMPL_NODE_ELSE, /* only while parsing */
	TMPL_NODE_END,
};

struct tmpl_node {
	enum tmpl_node_type type;
	size_t at; /* offset in the template's source */
	char *text;
	size_t text_length;
	json_t *value;
	struct strvec names;
	bool is_assign; /* "=" rather than ":=" */
	struct tmpl_node **items;
	size_t count;
	struct tmpl_node *pipe;
	struct tmpl_node *body;
	struct tmpl_node *other; /* the else branch, or NULL */
};

struct tmpl_definition {
	char *name;
	struct tmpl_node *root;
};

struct tmpl {
	char *source;
	struct tmpl_definition *definitions;
	size_t count;
};

/* A node of TYPE at offset AT, with nothing in it. */
struct tmpl_node *tmpl_node_new(enum tmpl_node_type type, size_t at);

/* Append ITEM to NODE's items, taking it over. */
void tmpl_node_add(struct tmpl_node *node, struct tmpl_node *item);

/* Store LENGTH bytes of TEXT. */
void tmpl_node_set_text(struct tmpl_node *node, const char *text,
			size_t length);

/* Append the source form that error texts show, e.g. "index .Args 0". */
void tmpl_node_format(const struct tmpl_node *node, struct strbuf *out);

/* Free the node and all below it; NULL is fine. */
void tmpl_node_free(struct tmpl_node *node);
DEFINE_CLEANUP_PTR(struct tmpl_node, tmpl_node_free)

/* The definition called NAME, or NULL. */
const struct tmpl_node *tmpl_find(const struct tmpl *tmpl, const char *name);

#endif
