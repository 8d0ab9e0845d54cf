/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ahead as parse.go keeps it: up to three tokens put back. */
#include "cmd/tmpl/tmpl_stream.h"

#include <stdarg.h>
#include <string.h>

#include "cmd/quote.h"
#include "cmd/tmpl/tmpl.h"

static size_t line_of(const struct tmpl_stream *p, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += p->lexer.input[i] == '\n';
	return line;
}

int tmpl_stream_fail(struct tmpl_stream *p, const char *format, ...)
{
	struct strbuf text = STRBUF_LIMIT(1024);
	va_list arguments;

	va_start(arguments, format);
	strbuf_addv(&text, format, arguments);
	va_end(arguments);
	(void)error_set(p->err, ERROR_INVALID, "template: :%zu: %s",
			line_of(p, p->token[0].at), text.text); /* -1 below */
	strbuf_release(&text);
	return -1;
}

struct tmpl_token tmpl_stream_next(struct tmpl_stream *p)
{
	if (p->peeked > 0)
		p->peeked--;
	else
		p->token[0] = tmpl_lexer_next(&p->lexer);
	return p->token[p->peeked];
}

void tmpl_stream_backup(struct tmpl_stream *p)
{
	p->peeked++;
}

/* Put back TOKEN before the one that was read last. */
void tmpl_stream_backup2(struct tmpl_stream *p, struct tmpl_token token)
{
	p->token[1] = token;
	p->peeked = 2;
}

/* Put back FIRST and SECOND before the one that was read last. */
void tmpl_stream_backup3(struct tmpl_stream *p, struct tmpl_token first,
			 struct tmpl_token second)
{
	p->token[1] = second;
	p->token[2] = first;
	p->peeked = 3;
}

struct tmpl_token tmpl_stream_peek(struct tmpl_stream *p)
{
	if (p->peeked > 0)
		return p->token[p->peeked - 1];
	p->peeked = 1;
	p->token[0] = tmpl_lexer_next(&p->lexer);
	return p->token[0];
}

struct tmpl_token tmpl_stream_next_word(struct tmpl_stream *p)
{
	struct tmpl_token token;

	do
		token = tmpl_stream_next(p);
	while (token.type == TMPL_TOKEN_SPACE);
	return token;
}

struct tmpl_token tmpl_stream_peek_word(struct tmpl_stream *p)
{
	struct tmpl_token token = tmpl_stream_next_word(p);

	tmpl_stream_backup(p);
	return token;
}

/* A token as error texts show it. */
static void format_token(struct tmpl_token token, struct strbuf *out)
{
	if (token.type == TMPL_TOKEN_EOF) {
		strbuf_addstr(out, "EOF");
	} else if (token.type == TMPL_TOKEN_ERROR) {
		strbuf_add(out, token.text, token.length);
	} else if (token.type >= TMPL_TOKEN_DOT) {
		strbuf_addf(out, "<%.*s>", (int)token.length, token.text);
	} else {
		quote_format(token.text, token.length > 10 ? 10 : token.length,
			     out);
		if (token.length > 10)
			strbuf_addstr(out, "...");
	}
}

int tmpl_stream_unexpected(struct tmpl_stream *p, struct tmpl_token token,
			   const char *context)
{
	struct strbuf text = STRBUF_LIMIT(512);

	format_token(token, &text);
	if (token.type != TMPL_TOKEN_ERROR)
		(void)tmpl_stream_fail(p, "unexpected %s in %s", text.text,
				       context);
	else if (p->in_action &&
		 line_of(p, p->action_at) != line_of(p, token.at))
		(void)tmpl_stream_fail(
			p, "%s%s started at :%zu", text.text,
			strstr(text.text, " action") ? "" : " in action",
			line_of(p, p->action_at));
	else
		(void)tmpl_stream_fail(p, "%s", text.text);
	strbuf_release(&text);
	return -1;
}

int tmpl_stream_expect(struct tmpl_stream *p, enum tmpl_token_type type,
		       const char *context)
{
	struct tmpl_token token = tmpl_stream_next_word(p);

	return token.type == type ? 0
				  : tmpl_stream_unexpected(p, token, context);
}

int tmpl_stream_enter(struct tmpl_stream *p)
{
	if (++p->depth > TMPL_NEST_MAX)
		return tmpl_stream_fail(p, "nested more than %d deep",
					TMPL_NEST_MAX);
	return 0;
}
