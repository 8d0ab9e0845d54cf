/* SPDX-License-Identifier: Apache-2.0 */
/*
 * States: text, inside an action (is_inside), over. Each call reads one token
 * in the present state. Names and messages follow lex.go, which is the only
 * full description of this grammar.
 */
#include "cmd/tmpl/tmpl_lex.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "cmd/quote.h"

enum { DELIMITER = 2, TRIM_MARK = 2 }; /* "{{", "- " */

#define END_OF_INPUT UINT32_MAX

static bool is_space(uint32_t rune)
{
	return rune == ' ' || rune == '\t' || rune == '\r' || rune == '\n';
}

/* Go asks unicode.IsLetter and IsDigit; beyond ASCII all that prints goes. */
static bool is_word(uint32_t rune)
{
	if (rune == END_OF_INPUT)
		return false;
	if (rune >= 0x80)
		return rune != UTF8_INVALID && quote_is_printable(rune);
	return rune == '_' || (rune >= '0' && rune <= '9') ||
	       ((rune | 0x20) >= 'a' && (rune | 0x20) <= 'z');
}

void tmpl_lexer_init(struct tmpl_lexer *lexer, const char *input, size_t length)
{
	memset(lexer, 0, sizeof(*lexer));
	lexer->input = input;
	lexer->length = length;
}

static uint32_t peek(const struct tmpl_lexer *lexer, size_t *size_out)
{
	uint32_t rune = END_OF_INPUT;

	*size_out = 0;
	if (lexer->at < lexer->length)
		*size_out = utf8_decode(lexer->input + lexer->at,
					lexer->length - lexer->at, &rune);
	return rune;
}

static uint32_t next(struct tmpl_lexer *lexer)
{
	size_t size;
	uint32_t rune = peek(lexer, &size);

	lexer->at += size;
	return rune;
}

static bool has_prefix(const struct tmpl_lexer *lexer, size_t at,
		       const char *prefix)
{
	size_t length = strlen(prefix);

	return at <= lexer->length && lexer->length - at >= length &&
	       !memcmp(lexer->input + at, prefix, length);
}

static struct tmpl_token emit(struct tmpl_lexer *lexer,
			      enum tmpl_token_type type)
{
	lexer->last = (struct tmpl_token){ type, lexer->start,
					   lexer->input + lexer->start,
					   lexer->at - lexer->start };
	lexer->is_over = type == TMPL_TOKEN_EOF;
	return lexer->last;
}

static struct tmpl_token fail(struct tmpl_lexer *lexer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static struct tmpl_token fail(struct tmpl_lexer *lexer, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(lexer->message, sizeof(lexer->message), format,
			arguments); /* a cut message is still one */
	va_end(arguments);
	lexer->is_over = true;
	lexer->last = (struct tmpl_token){ TMPL_TOKEN_ERROR, lexer->start,
					   lexer->message,
					   strlen(lexer->message) };
	return lexer->last;
}

/* Fail with "WHAT U+0021 '!'". */
static struct tmpl_token fail_rune(struct tmpl_lexer *lexer, const char *what,
				   uint32_t rune)
{
	struct strbuf shown = STRBUF_LIMIT(16);
	struct tmpl_token token;

	if (rune == END_OF_INPUT)
		rune = UTF8_INVALID;
	if (quote_is_printable(rune)) {
		strbuf_addstr(&shown, " '");
		utf8_write(rune, &shown);
		strbuf_addch(&shown, '\'');
	}
	token = fail(lexer, "%s U+%04X%s", what, rune, shown.text);
	strbuf_release(&shown);
	return token;
}

static bool has_left_trim(const struct tmpl_lexer *lexer, size_t at)
{
	return lexer->length - at >= TRIM_MARK && lexer->input[at] == '-' &&
	       is_space((unsigned char)lexer->input[at + 1]);
}

/* Whether AT stands at "}}" or, told by TRIMS, at " -}}". */
static bool is_right_delimiter(const struct tmpl_lexer *lexer, size_t at,
			       bool *trims)
{
	*trims = lexer->length - at >= TRIM_MARK + DELIMITER &&
		 is_space((unsigned char)lexer->input[at]) &&
		 lexer->input[at + 1] == '-' &&
		 has_prefix(lexer, at + TRIM_MARK, "}}");
	return *trims || has_prefix(lexer, at, "}}");
}

static void skip_space(struct tmpl_lexer *lexer)
{
	while (lexer->at < lexer->length &&
	       is_space((unsigned char)lexer->input[lexer->at]))
		lexer->at++;
}

/* Pass the closing delimiter, and the space after it where it trims. */
static void pass_right(struct tmpl_lexer *lexer, bool trims)
{
	lexer->at += trims ? TRIM_MARK + DELIMITER : DELIMITER;
	if (trims)
		skip_space(lexer);
}

/* Pass a comment, whose slash AT stands at; false with an error. */
static bool pass_comment(struct tmpl_lexer *lexer, struct tmpl_token *error)
{
	const char *end;
	bool trims;

	lexer->start = lexer->at;
	lexer->at += 2;
	end = memmem(lexer->input + lexer->at, lexer->length - lexer->at, "*/",
		     2);
	if (!end) {
		*error = fail(lexer, "unclosed comment");
		return false;
	}
	lexer->at = (size_t)(end - lexer->input) + 2;
	if (!is_right_delimiter(lexer, lexer->at, &trims)) {
		*error = fail(lexer, "comment ends before closing delimiter");
		return false;
	}
	pass_right(lexer, trims);
	return true;
}

/* Text up to the next action; its end is trimmed if the action asks for it. */
static struct tmpl_token read_text(struct tmpl_lexer *lexer)
{
	const char *left = memmem(lexer->input + lexer->at,
				  lexer->length - lexer->at, "{{", 2);
	struct tmpl_token token;
	size_t end;

	if (!left) {
		lexer->at = lexer->length;
		return emit(lexer, TMPL_TOKEN_TEXT);
	}
	end = lexer->at = (size_t)(left - lexer->input);
	if (has_left_trim(lexer, end + DELIMITER))
		while (end > lexer->start &&
		       is_space((unsigned char)lexer->input[end - 1]))
			end--;
	token = emit(lexer, TMPL_TOKEN_TEXT);
	token.length = end - lexer->start;
	return token;
}

static struct tmpl_token read_outside(struct tmpl_lexer *lexer)
{
	struct tmpl_token token;

	while (lexer->at < lexer->length) {
		lexer->start = lexer->at;
		if (!has_prefix(lexer, lexer->at, "{{")) {
			token = read_text(lexer);
			if (token.length)
				return token;
			continue;
		}
		lexer->at += DELIMITER;
		if (has_left_trim(lexer, lexer->at))
			lexer->at += TRIM_MARK;
		if (!has_prefix(lexer, lexer->at, "/*")) {
			lexer->is_inside = true;
			lexer->parens = 0;
			token = emit(lexer, TMPL_TOKEN_LEFT);
			token.length = DELIMITER;
			return token;
		}
		if (!pass_comment(lexer, &token))
			return token;
	}
	lexer->start = lexer->at;
	return emit(lexer, TMPL_TOKEN_EOF);
}

/* Whether what follows may stand after a word. */
static bool is_at_terminator(const struct tmpl_lexer *lexer)
{
	size_t size;
	uint32_t rune = peek(lexer, &size);

	if (rune == END_OF_INPUT || is_space(rune))
		return true;
	if (rune < 0x80 && strchr(".,|:)(", (int)rune))
		return true;
	return has_prefix(lexer, lexer->at, "}}");
}

static void pass_word(struct tmpl_lexer *lexer)
{
	size_t size;

	while (is_word(peek(lexer, &size)))
		lexer->at += size;
}

static struct tmpl_token bad_character(struct tmpl_lexer *lexer)
{
	size_t size;

	return fail_rune(lexer, "bad character", peek(lexer, &size));
}

static const struct {
	const char *word;
	enum tmpl_token_type type;
} words[] = {
	{ "block", TMPL_TOKEN_BLOCK },
	{ "break", TMPL_TOKEN_BREAK },
	{ "continue", TMPL_TOKEN_CONTINUE },
	{ "define", TMPL_TOKEN_DEFINE },
	{ "else", TMPL_TOKEN_ELSE },
	{ "end", TMPL_TOKEN_END },
	{ "if", TMPL_TOKEN_IF },
	{ "nil", TMPL_TOKEN_NIL },
	{ "range", TMPL_TOKEN_RANGE },
	{ "template", TMPL_TOKEN_TEMPLATE },
	{ "with", TMPL_TOKEN_WITH },
	{ "true", TMPL_TOKEN_BOOL },
	{ "false", TMPL_TOKEN_BOOL },
};

static struct tmpl_token read_identifier(struct tmpl_lexer *lexer)
{
	const char *text = lexer->input + lexer->start;
	size_t length;

	pass_word(lexer);
	if (!is_at_terminator(lexer))
		return bad_character(lexer);
	length = lexer->at - lexer->start;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i].word) == length &&
		    !memcmp(words[i].word, text, length))
			return emit(lexer, words[i].type);
	return emit(lexer, TMPL_TOKEN_IDENTIFIER);
}

/* After "." or "$": a name, or nothing, which makes it ALONE. */
static struct tmpl_token read_name(struct tmpl_lexer *lexer,
				   enum tmpl_token_type named,
				   enum tmpl_token_type alone)
{
	if (is_at_terminator(lexer))
		return emit(lexer, alone);
	pass_word(lexer);
	if (!is_at_terminator(lexer))
		return bad_character(lexer);
	return emit(lexer, named);
}

static struct tmpl_token read_quoted(struct tmpl_lexer *lexer, uint32_t quote)
{
	const char *what = quote == '"' ? "unterminated quoted string"
					: "unterminated character constant";

	for (;;) {
		uint32_t rune = next(lexer);

		if (rune == '\\')
			rune = next(lexer) == '\n' ? '\n' : 'x';
		if (rune == END_OF_INPUT || rune == '\n')
			return fail(lexer, "%s", what);
		if (rune == quote)
			return emit(lexer, quote == '"'
						   ? TMPL_TOKEN_STRING
						   : TMPL_TOKEN_CHAR_CONSTANT);
	}
}

static struct tmpl_token read_raw_string(struct tmpl_lexer *lexer)
{
	const char *end = memchr(lexer->input + lexer->at, '`',
				 lexer->length - lexer->at);

	if (!end)
		return fail(lexer, "unterminated raw quoted string");
	lexer->at = (size_t)(end - lexer->input) + 1;
	return emit(lexer, TMPL_TOKEN_RAW_STRING);
}

static bool take(struct tmpl_lexer *lexer, const char *set)
{
	if (lexer->at >= lexer->length || !lexer->input[lexer->at] ||
	    !strchr(set, lexer->input[lexer->at]))
		return false;
	lexer->at++;
	return true;
}

static void take_run(struct tmpl_lexer *lexer, const char *set)
{
	while (take(lexer, set))
		;
}

static struct tmpl_token fail_number(struct tmpl_lexer *lexer)
{
	struct strbuf quoted = STRBUF_LIMIT(100);
	struct tmpl_token token;

	quote_format(lexer->input + lexer->start, lexer->at - lexer->start,
		     &quoted);
	token = fail(lexer, "bad number syntax: %s", quoted.text);
	strbuf_release(&quoted);
	return token;
}

/* Any shape of number; whether it means one is found out by the parser. */
static void pass_number(struct tmpl_lexer *lexer)
{
	const char *digits = "0123456789_";
	bool is_hex = false;

	(void)take(lexer, "+-"); /* optional */
	if (take(lexer, "0")) {
		if (take(lexer, "xX")) {
			digits = "0123456789abcdefABCDEF_";
			is_hex = true;
		} else if (take(lexer, "oO")) {
			digits = "01234567_";
		} else if (take(lexer, "bB")) {
			digits = "01_";
		}
	}
	take_run(lexer, digits);
	if (take(lexer, "."))
		take_run(lexer, digits);
	if (take(lexer, is_hex ? "pP" : "eE")) {
		(void)take(lexer, "+-"); /* optional */
		take_run(lexer, "0123456789_");
	}
}

static struct tmpl_token read_number(struct tmpl_lexer *lexer)
{
	size_t size;

	pass_number(lexer);
	if (lexer->at < lexer->length && (lexer->input[lexer->at] == '+' ||
					  lexer->input[lexer->at] == '-')) {
		pass_number(lexer); /* complex in Go; nothing here is */
		(void)take(lexer, "i");
		return fail_number(lexer);
	}
	if (!is_word(peek(lexer, &size)))
		return emit(lexer, TMPL_TOKEN_NUMBER);
	lexer->at += size;
	return fail_number(lexer);
}

static struct tmpl_token read_spaces(struct tmpl_lexer *lexer)
{
	bool trims;

	while (lexer->at < lexer->length &&
	       is_space((unsigned char)lexer->input[lexer->at])) {
		/* The last space may belong to " -}}". */
		if (is_right_delimiter(lexer, lexer->at, &trims))
			break;
		lexer->at++;
	}
	return emit(lexer, TMPL_TOKEN_SPACE);
}

static struct tmpl_token read_paren(struct tmpl_lexer *lexer, uint32_t rune)
{
	lexer->parens += rune == '(' ? 1 : -1;
	if (lexer->parens < 0)
		return fail(lexer, "unexpected right paren");
	return emit(lexer, rune == '(' ? TMPL_TOKEN_LEFT_PAREN
				       : TMPL_TOKEN_RIGHT_PAREN);
}

static struct tmpl_token read_right(struct tmpl_lexer *lexer, bool trims)
{
	struct tmpl_token token;

	if (lexer->parens)
		return fail(lexer, "unclosed left paren");
	if (trims)
		lexer->at += TRIM_MARK;
	lexer->start = lexer->at;
	lexer->at += DELIMITER;
	token = emit(lexer, TMPL_TOKEN_RIGHT);
	if (trims)
		skip_space(lexer);
	lexer->is_inside = false;
	return token;
}

/* Tokens told by one mark of ASCII, which has been read. */
static struct tmpl_token read_mark(struct tmpl_lexer *lexer, uint32_t rune)
{
	switch (rune) {
	case '=':
		return emit(lexer, TMPL_TOKEN_ASSIGN);
	case ':':
		if (!take(lexer, "="))
			return fail(lexer, "expected :=");
		return emit(lexer, TMPL_TOKEN_DECLARE);
	case '|':
		return emit(lexer, TMPL_TOKEN_PIPE);
	case '"':
	case '\'':
		return read_quoted(lexer, rune);
	case '`':
		return read_raw_string(lexer);
	case '$':
		return read_name(lexer, TMPL_TOKEN_VARIABLE,
				 TMPL_TOKEN_VARIABLE);
	case '(':
	case ')':
		return read_paren(lexer, rune);
	default:
		if (rune >= 0x20 && rune < 0x7f)
			return emit(lexer, TMPL_TOKEN_CHAR);
		return fail_rune(lexer, "unrecognized character in action",
				 rune);
	}
}

static bool is_digit(const struct tmpl_lexer *lexer, size_t at)
{
	return at < lexer->length && lexer->input[at] >= '0' &&
	       lexer->input[at] <= '9';
}

static struct tmpl_token read_inside(struct tmpl_lexer *lexer)
{
	bool trims;
	size_t size;
	uint32_t rune;

	lexer->start = lexer->at;
	if (is_right_delimiter(lexer, lexer->at, &trims))
		return read_right(lexer, trims);
	rune = peek(lexer, &size);
	if (rune == END_OF_INPUT)
		return fail(lexer, "unclosed action");
	if (is_space(rune))
		return read_spaces(lexer);
	if (rune == '+' || rune == '-' || is_digit(lexer, lexer->at) ||
	    (rune == '.' && is_digit(lexer, lexer->at + 1)))
		return read_number(lexer);
	if (is_word(rune))
		return read_identifier(lexer);
	lexer->at += size;
	if (rune == '.')
		return read_name(lexer, TMPL_TOKEN_FIELD, TMPL_TOKEN_DOT);
	return read_mark(lexer, rune);
}

struct tmpl_token tmpl_lexer_next(struct tmpl_lexer *lexer)
{
	if (lexer->is_over)
		return lexer->last;
	return lexer->is_inside ? read_inside(lexer) : read_outside(lexer);
}
