/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One walk over a word, recursive for what stands within ${}. Two results
 * grow side by side: the whole text, and its words, where blanks that were
 * neither quoted nor escaped part them.
 */
#include "builder/language/expand.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "builder/builder_limits.h"
#include "builder/language/expand_pattern.h"

struct expansion {
	const char *at;
	const struct expand_scope *scope;
	unsigned flags;
	unsigned depth;
	struct strbuf out;
	struct strvec *words; /* NULL: no one asks */
	struct strbuf word;
};

static int expand_until(struct expansion *expansion, char end,
			struct error *err);

static void add_word(struct expansion *expansion)
{
	if (expansion->word.length)
		strvec_add(expansion->words, expansion->word.text);
	strbuf_truncate(&expansion->word, 0);
}

/* TEXT that quotes or an escape keep together. */
static void add_kept(struct expansion *expansion, const char *text,
		     size_t length)
{
	strbuf_add(&expansion->out, text, length);
	if (expansion->words)
		strbuf_add(&expansion->word, text, length);
}

/* TEXT whose blanks part words. */
static void add_plain(struct expansion *expansion, const char *text,
		      size_t length)
{
	strbuf_add(&expansion->out, text, length);
	if (!expansion->words)
		return;
	for (size_t i = 0; i < length; i++) {
		if (isspace((unsigned char)text[i]))
			add_word(expansion);
		else
			strbuf_addch(&expansion->word, text[i]);
	}
}

static void note(struct strvec *names, const char *name)
{
	if (names && !strvec_has(names, name))
		strvec_add(names, name);
}

static const char *find_variable(const struct expand_scope *scope,
				 const char *name)
{
	const char *value = scope->lookup(scope->payload, name);

	note(value ? scope->used : scope->missing, name);
	return value;
}

/* The length of the name at TEXT: digits, one special rune, or a word. */
static size_t name_length(const char *text)
{
	size_t length = 0;

	if (isdigit((unsigned char)*text))
		return strspn(text, "0123456789");
	if (*text && strchr("@*#?-$!", *text))
		return 1;
	while (isalnum((unsigned char)text[length]) || text[length] == '_')
		length++;
	return length;
}

/* What the parts of a ${} come to. */
struct braces {
	const char *value; /* NULL: unset */
	char *name;
	const char *operator; /* its first byte, in the word */
	char operation;	      /* "-", "+", "?", "#", "%" or "/" */
	bool colon;	      /* an empty value is as none */
};

static void braces_release(struct braces *braces)
{
	free(braces->name);
}
DEFINE_CLEANUP(struct braces, braces_release)

static int missing_end(char end, struct error *err)
{
	return error_set(err, ERROR_INVALID,
			 end == '/' ? "syntax error: missing '/' in ${}"
				    : "syntax error: missing '}'");
}

/* Expands up to END, which is taken, into TEXT_OUT, which the caller frees. */
static int expand_part(struct expansion *expansion, char end, bool escapes,
		       char **text_out, struct error *err)
{
	struct expansion inner = {
		.at = expansion->at,
		.scope = expansion->scope,
		.flags = expansion->flags |
			 (escapes ? EXPAND_KEEP_ESCAPES : EXPAND_DEFAULT),
		.depth = expansion->depth + 1,
		.out = STRBUF_LIMIT(BUILDER_MAX_WORD),
		.word = STRBUF_LIMIT(BUILDER_MAX_WORD),
	};
	int result;

	if (!escapes)
		inner.flags &= ~(unsigned)EXPAND_KEEP_ESCAPES;
	if (inner.depth > BUILDER_MAX_EXPAND_DEPTH)
		result = error_set(err, ERROR_INVALID,
				   "variables are nested too deeply");
	else
		result = expand_until(&inner, end, err);
	if (result == 0 && *inner.at != end)
		result = missing_end(end, err);
	if (result == 0)
		result = strbuf_check(&inner.out, "an expanded word", err);
	expansion->at = inner.at + 1;
	*text_out = strbuf_steal(&inner.out);
	return result;
}

static int apply_question(const struct braces *braces, const char *message,
			  struct error *err)
{
	if (!*message)
		message = braces->value ? "is not allowed to be empty"
					: "is not allowed to be unset";
	return error_set(err, ERROR_INVALID, "%s: %s", braces->name, message);
}

static int apply_trim(const struct braces *braces, const char *pattern,
		      struct strbuf *out, struct error *err)
{
	const char *value = braces->value ? braces->value : "";
	bool longest = *pattern == braces->operation;

	pattern += longest;
	return braces->operation == '#'
		       ? expand_pattern_trim_prefix(value, pattern, longest,
						    out, err)
		       : expand_pattern_trim_suffix(value, pattern, longest,
						    out, err);
}

/* "name-", "name:+" …: the operand is next. */
static int apply_operand(struct expansion *expansion,
			 const struct braces *braces, struct strbuf *out,
			 struct error *err)
{
	bool trims = braces->operation == '#' || braces->operation == '%';
	bool counts = braces->value && (!braces->colon || *braces->value);
	autofree char *operand = NULL;

	if (expand_part(expansion, '}', trims, &operand, err) < 0)
		return -1;
	if (!braces->value && expansion->flags & EXPAND_KEEP_UNSET) {
		strbuf_addf(out, "${%s%s%c%s}", braces->name,
			    braces->colon ? ":" : "", braces->operation,
			    operand);
		return 0;
	}
	if (trims)
		return apply_trim(braces, operand, out, err);
	if (braces->operation == '?' && !counts)
		return apply_question(braces, operand, err);
	if (braces->operation == '+')
		strbuf_addstr(out, counts ? operand : "");
	else
		strbuf_addstr(out, counts ? braces->value : operand);
	return 0;
}

/* "name/": pattern and replacement are next. */
static int apply_replace(struct expansion *expansion,
			 const struct braces *braces, struct strbuf *out,
			 struct error *err)
{
	bool all = *expansion->at == '/';
	autofree char *pattern = NULL;
	autofree char *replacement = NULL;

	expansion->at += all;
	if (expand_part(expansion, '/', true, &pattern, err) < 0 ||
	    expand_part(expansion, '}', true, &replacement, err) < 0)
		return -1;
	if (!braces->value && expansion->flags & EXPAND_KEEP_UNSET) {
		strbuf_addf(out, "${%s/%s%s/%s}", braces->name, all ? "/" : "",
			    pattern, replacement);
		return 0;
	}
	return expand_pattern_replace(braces->value ? braces->value : "",
				      pattern, replacement, all, out, err);
}

/* "${" is behind us. */
static int expand_braces(struct expansion *expansion, struct strbuf *out,
			 struct error *err)
{
	autoclean(braces_release) struct braces braces = { .name = NULL };
	size_t length = name_length(expansion->at);

	if (!*expansion->at)
		return missing_end('}', err);
	if (!length)
		return error_set(err, ERROR_INVALID,
				 "syntax error: bad substitution");
	braces.name = xstrndup(expansion->at, length);
	expansion->at += length;
	if (!*expansion->at)
		return missing_end('}', err);
	braces.value = find_variable(expansion->scope, braces.name);
	if (*expansion->at == '}') {
		expansion->at++;
		if (!braces.value && expansion->flags & EXPAND_KEEP_UNSET)
			strbuf_addf(out, "${%s}", braces.name);
		else
			strbuf_addstr(out, braces.value ? braces.value : "");
		return 0;
	}
	braces.colon = *expansion->at == ':';
	braces.operator= expansion->at;
	expansion->at += braces.colon;
	braces.operation = *expansion->at;
	if (!braces.operation)
		return missing_end('}', err);
	if (!strchr(braces.colon ? "-+?#%" : "-+?#%/", braces.operation))
		return error_set(err, ERROR_INVALID,
				 "unsupported modifier (%.*s) in substitution",
				 braces.colon ? 2 : 1, braces.operator);
	expansion->at++;
	return braces.operation == '/'
		       ? apply_replace(expansion, &braces, out, err)
		       : apply_operand(expansion, &braces, out, err);
}

/* At a "$": what it comes to is appended to OUT. */
static int expand_variable(struct expansion *expansion, struct strbuf *out,
			   struct error *err)
{
	autofree char *name = NULL;
	const char *value;
	size_t length;

	expansion->at++;
	if (*expansion->at == '{') {
		expansion->at++;
		return expand_braces(expansion, out, err);
	}
	length = name_length(expansion->at);
	if (!length) {
		strbuf_addch(out, '$');
		return 0;
	}
	name = xstrndup(expansion->at, length);
	expansion->at += length;
	value = find_variable(expansion->scope, name);
	if (!value && expansion->flags & EXPAND_KEEP_UNSET)
		strbuf_addf(out, "$%s", name);
	else
		strbuf_addstr(out, value ? value : "");
	return 0;
}

static int open_quote(char quote, struct error *err)
{
	return error_set(err, ERROR_INVALID,
			 "unexpected end of statement while looking for "
			 "matching %s-quote",
			 quote == '"' ? "double" : "single");
}

static int expand_single(struct expansion *expansion, struct error *err)
{
	const char *end = strchr(expansion->at + 1, '\'');
	size_t kept = expansion->flags & EXPAND_KEEP_QUOTES ? 1 : 0;

	if (!end)
		return open_quote('\'', err);
	add_kept(expansion, expansion->at + 1 - kept,
		 (size_t)(end - expansion->at - 1) + 2 * kept);
	expansion->at = end + 1;
	return 0;
}

/* Within double quotes, at an escape character. */
static void escape_in_double(struct expansion *expansion, struct strbuf *out)
{
	char escape = *expansion->at++;
	char next = *expansion->at;
	bool special = next == '"' || next == '$' || next == escape;

	if (!next)
		return; /* an open quote is reported soon */
	if (!special || expansion->flags & EXPAND_KEEP_ESCAPES)
		strbuf_addch(out, escape);
	if (special)
		strbuf_addch(out, *expansion->at++);
}

static int expand_double(struct expansion *expansion, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(BUILDER_MAX_WORD + 2);
	bool kept = expansion->flags & EXPAND_KEEP_QUOTES;

	if (kept)
		strbuf_addch(&text, '"');
	expansion->at++;
	while (*expansion->at && *expansion->at != '"') {
		if (*expansion->at == '$') {
			if (expand_variable(expansion, &text, err) < 0)
				return -1;
		} else if (*expansion->at == expansion->scope->escape) {
			escape_in_double(expansion, &text);
		} else {
			strbuf_addch(&text, *expansion->at++);
		}
	}
	if (!*expansion->at)
		return open_quote('"', err);
	expansion->at++;
	if (kept)
		strbuf_addch(&text, '"');
	if (strbuf_check(&text, "an expanded word", err) < 0)
		return -1;
	add_kept(expansion, text.text, text.length);
	return 0;
}

/* Outside of quotes, at an escape character. */
static void expand_escape(struct expansion *expansion)
{
	const char *start = expansion->at++;

	if (expansion->flags & EXPAND_KEEP_ESCAPES)
		add_kept(expansion, start, 1);
	if (*expansion->at)
		add_kept(expansion, expansion->at++, 1);
}

static int expand_dollar(struct expansion *expansion, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(BUILDER_MAX_WORD);

	if (expand_variable(expansion, &text, err) < 0 ||
	    strbuf_check(&text, "an expanded word", err) < 0)
		return -1;
	add_plain(expansion, text.text, text.length);
	return 0;
}

/* Expands up to END (0: the end of the text), which stays unread. */
static int expand_until(struct expansion *expansion, char end,
			struct error *err)
{
	bool quotes = !(expansion->flags & EXPAND_NO_QUOTES);
	int result = 0;

	while (result == 0 && *expansion->at && *expansion->at != end) {
		char byte = *expansion->at;

		if (byte == '$')
			result = expand_dollar(expansion, err);
		else if (byte == '\'' && quotes)
			result = expand_single(expansion, err);
		else if (byte == '"' && quotes)
			result = expand_double(expansion, err);
		else if (byte == expansion->scope->escape)
			expand_escape(expansion);
		else
			add_plain(expansion, expansion->at++, 1);
	}
	return result;
}

static int expand(const char *text, struct expansion *expansion,
		  struct error *err)
{
	expansion->at = text;
	if (expand_until(expansion, '\0', err) < 0)
		return error_wrap(err, "\"%.200s\"", text);
	return strbuf_check(&expansion->out, "an expanded word", err);
}

int expand_word(const char *word, const struct expand_scope *scope,
		unsigned flags, char **out, struct error *err)
{
	struct expansion expansion = {
		.scope = scope,
		.flags = flags,
		.out = STRBUF_LIMIT(BUILDER_MAX_WORD),
	};
	int result = expand(word, &expansion, err);

	if (result == 0)
		*out = strbuf_steal(&expansion.out);
	strbuf_release(&expansion.out);
	return result;
}

int expand_words(const char *text, const struct expand_scope *scope,
		 struct strvec *out, struct error *err)
{
	struct expansion expansion = {
		.scope = scope,
		.flags = EXPAND_DEFAULT,
		.out = STRBUF_LIMIT(BUILDER_MAX_WORD),
		.words = out,
		.word = STRBUF_LIMIT(BUILDER_MAX_WORD),
	};
	int result = expand(text, &expansion, err);

	if (result == 0)
		add_word(&expansion);
	strbuf_release(&expansion.out);
	strbuf_release(&expansion.word);
	return result;
}
