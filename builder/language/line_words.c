/* SPDX-License-Identifier: Apache-2.0 */
/* Keyword, flags and the rest of a line, and words of the rest. */
#include "builder/language/line_words.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "builder/builder_limits.h"

static bool is_blank(char byte)
{
	return isspace((unsigned char)byte);
}

static const char *skip_blanks(const char *at)
{
	while (is_blank(*at))
		at++;
	return at;
}

/* TEXT without the blanks at both ends. */
static char *trimmed(const char *text)
{
	size_t length;

	text = skip_blanks(text);
	length = strlen(text);
	while (length && is_blank(text[length - 1]))
		length--;
	return xstrndup(text, length);
}

/*
 * Reads the flag at AT up to the next blank outside of quotes. Here the
 * escape character is always a backslash, whatever the directive says.
 */
static const char *read_flag(const char *at, struct strbuf *out)
{
	char quote = '\0';

	for (; *at && (quote || !is_blank(*at)); at++) {
		if (quote ? *at == quote : *at == '"' || *at == '\'') {
			quote = quote ? '\0' : *at;
			continue;
		}
		if (*at == '\\') {
			if (!at[1])
				continue;
			at++;
		}
		strbuf_addch(out, *at);
	}
	return at;
}

static int too_many(struct error *err)
{
	return error_set(err, ERROR_TOO_LARGE, "more than %d words",
			 BUILDER_MAX_WORDS);
}

int line_words_parse(const char *line, struct line_words *out,
		     struct error *err)
{
	const char *at = skip_blanks(line);
	const char *start = at;

	while (*at && !is_blank(*at))
		at++;
	out->keyword = xstrndup(start, (size_t)(at - start));
	for (at = skip_blanks(at); at[0] == '-' && at[1] == '-';
	     at = skip_blanks(at)) {
		autoclean(strbuf_release) struct strbuf flag = STRBUF_INIT;

		at = read_flag(at, &flag);
		if (!strcmp(flag.text, "--"))
			break;
		if (out->flags.count == BUILDER_MAX_WORDS)
			return too_many(err);
		strvec_add(&out->flags, flag.text);
	}
	out->rest = trimmed(at);
	return 0;
}

/* The end of the word at AT, which may have quotes and escapes in it. */
static const char *word_end(const char *at, char escape)
{
	char quote = '\0';

	for (; *at && (quote || !is_blank(*at)); at++) {
		if (*at == escape && quote != '\'') {
			if (!at[1])
				continue;
			at++;
		} else if (quote) {
			if (*at == quote)
				quote = '\0';
		} else if (*at == '"' || *at == '\'') {
			quote = *at;
		}
	}
	return at;
}

int line_words_split(const char *text, char escape, struct strvec *out,
		     struct error *err)
{
	const char *at = skip_blanks(text);

	while (*at) {
		const char *end = word_end(at, escape);

		if (out->count == BUILDER_MAX_WORDS)
			return too_many(err);
		strvec_take(out, xstrndup(at, (size_t)(end - at)));
		at = skip_blanks(end);
	}
	return 0;
}

int line_words_split_plain(const char *text, struct strvec *out,
			   struct error *err)
{
	const char *at = skip_blanks(text);

	while (*at) {
		size_t length = 0;

		while (at[length] && !is_blank(at[length]))
			length++;
		if (out->count == BUILDER_MAX_WORDS)
			return too_many(err);
		strvec_take(out, xstrndup(at, length));
		at = skip_blanks(at + length);
	}
	return 0;
}

void line_words_release(struct line_words *words)
{
	free(words->keyword);
	strvec_release(&words->flags);
	free(words->rest);
	*words = (struct line_words)LINE_WORDS_INIT;
}
