/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parser's view of a template: tokens with up to three of look-ahead, the
 * variables in scope, how deep it is, and errors that name the line. Shared by
 * the two halves of the parser, pipelines (tmpl_pipeline) and blocks
 * (tmpl_parse). Of three tokens put back, the newest is read last.
 */
#ifndef CMD_TMPL_STREAM_H
#define CMD_TMPL_STREAM_H

#include "base/error.h"
#include "base/strvec.h"
#include "cmd/tmpl/tmpl_lex.h"
#include "cmd/tmpl/tmpl_node.h"

struct tmpl_stream {
	struct tmpl *tmpl; /* being made */
	struct tmpl_lexer lexer;
	struct tmpl_token token[3]; /* look-ahead, the newest first */
	int peeked;
	struct strvec variables; /* in scope */
	int range_depth;
	int depth;
	size_t action_at; /* where the present action began */
	bool in_action;
	struct error *err;
};

/* Fail with "template: :LINE: " and the formatted text; returns -1. */
int tmpl_stream_fail(struct tmpl_stream *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Fail because of TOKEN, in the words Go has for it; returns -1. */
int tmpl_stream_unexpected(struct tmpl_stream *p, struct tmpl_token token,
			   const char *context);

/* The next token. */
struct tmpl_token tmpl_stream_next(struct tmpl_stream *p);

/* The next token that is no white space. */
struct tmpl_token tmpl_stream_next_word(struct tmpl_stream *p);

/* The next token, which stays. */
struct tmpl_token tmpl_stream_peek(struct tmpl_stream *p);

/* The next token that is no white space; it stays, the space is gone. */
struct tmpl_token tmpl_stream_peek_word(struct tmpl_stream *p);

/* Put back the token that was read last. */
void tmpl_stream_backup(struct tmpl_stream *p);

/* Put back TOKEN before the one that was read last. */
void tmpl_stream_backup2(struct tmpl_stream *p, struct tmpl_token token);

/* Put back FIRST and SECOND before the one that was read last. */
void tmpl_stream_backup3(struct tmpl_stream *p, struct tmpl_token first,
			 struct tmpl_token second);

/* Read a token that must have TYPE. INVALID else. */
int tmpl_stream_expect(struct tmpl_stream *p, enum tmpl_token_type type,
		       const char *context) must_check;

/* Go one level deeper; INVALID when that is too deep. */
int tmpl_stream_enter(struct tmpl_stream *p) must_check;

#endif
