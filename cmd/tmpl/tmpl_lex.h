/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of a Go text/template, pulled one at a time. The grammar is that of
 * text/template/parse: text up to "{{", then, up to "}}", words, literals and
 * marks, with white space as a token because ".a .b" and ".a.b" differ. Trim
 * marks ("{{- ", " -}}") and comments are dealt with here and leave no token.
 * Tokens borrow from the input. After an error or the end the same token is
 * returned for ever. Pure.
 */
#ifndef CMD_TMPL_LEX_H
#define CMD_TMPL_LEX_H

#include <stdbool.h>
#include <stddef.h>

enum tmpl_token_type {
	TMPL_TOKEN_NONE = 0,
	TMPL_TOKEN_ERROR, /* text is the message */
	TMPL_TOKEN_EOF,
	TMPL_TOKEN_TEXT,
	TMPL_TOKEN_LEFT,  /* {{ */
	TMPL_TOKEN_RIGHT, /* }} */
	TMPL_TOKEN_SPACE,
	TMPL_TOKEN_BOOL,
	TMPL_TOKEN_CHAR, /* a mark without a meaning of its own, "," */
	TMPL_TOKEN_CHAR_CONSTANT,
	TMPL_TOKEN_ASSIGN,  /* = */
	TMPL_TOKEN_DECLARE, /* := */
	TMPL_TOKEN_FIELD,   /* .name */
	TMPL_TOKEN_IDENTIFIER,
	TMPL_TOKEN_NUMBER,
	TMPL_TOKEN_PIPE,
	TMPL_TOKEN_LEFT_PAREN,
	TMPL_TOKEN_RIGHT_PAREN,
	TMPL_TOKEN_STRING,     /* "…", quotes included */
	TMPL_TOKEN_RAW_STRING, /* `…` */
	TMPL_TOKEN_VARIABLE,   /* $ or $name */
	TMPL_TOKEN_DOT,	       /* . alone; keywords from here on */
	TMPL_TOKEN_BLOCK,
	TMPL_TOKEN_BREAK,
	TMPL_TOKEN_CONTINUE,
	TMPL_TOKEN_DEFINE,
	TMPL_TOKEN_ELSE,
	TMPL_TOKEN_END,
	TMPL_TOKEN_IF,
	TMPL_TOKEN_NIL,
	TMPL_TOKEN_RANGE,
	TMPL_TOKEN_TEMPLATE,
	TMPL_TOKEN_WITH,
};

struct tmpl_token {
	enum tmpl_token_type type;
	size_t at; /* offset in the input */
	const char *text;
	size_t length;
};

struct tmpl_lexer {
	const char *input;
	size_t length;
	size_t at;
	size_t start;	/* of the token being read */
	int parens;	/* open in this action */
	bool is_inside; /* between {{ and }} */
	bool is_over;	/* the end or an error was returned */
	struct tmpl_token last;
	char message[128]; /* an error's text */
};

/* Begin to read LENGTH bytes of INPUT, which the tokens borrow. */
void tmpl_lexer_init(struct tmpl_lexer *lexer, const char *input,
		     size_t length);

/* The next token; a TMPL_TOKEN_ERROR's text lives in LEXER. */
struct tmpl_token tmpl_lexer_next(struct tmpl_lexer *lexer);

#endif
