/* SPDX-License-Identifier: Apache-2.0 */
/* Splitting and expanding the words of an instruction. */
#include "layers/image/config_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"

/* A default within a default within a default: more is no one's intention. */
enum { EXPAND_DEPTH_MAX = 16 };

static int open_quote(char quote, struct error *err)
{
	return error_set(err, ERROR_INVALID,
			 "unexpected end of statement while looking for "
			 "matching %s-quote",
			 quote == '"' ? "double" : "single");
}

/* Goes to the end of the word that begins at *AT. */
static int skip_word(const char **at, struct error *err)
{
	char quote = '\0';

	for (; **at; (*at)++) {
		if (!quote && isspace((unsigned char)**at))
			return 0;
		if (**at == '\\' && quote != '\'' && (*at)[1])
			(*at)++;
		else if (quote && **at == quote)
			quote = '\0';
		else if (!quote && (**at == '"' || **at == '\''))
			quote = **at;
	}
	return quote ? open_quote(quote, err) : 0;
}

int config_words_split(const char *text, struct strvec *out, struct error *err)
{
	const char *at = text;

	for (;;) {
		const char *start;

		while (isspace((unsigned char)*at))
			at++;
		if (!*at)
			return 0;
		start = at;
		if (skip_word(&at, err) < 0)
			return -1;
		strvec_take(out, xstrndup(start, (size_t)(at - start)));
	}
}

struct expansion {
	const char *at;
	const struct strvec *env;
	struct strbuf out;
	unsigned depth;
};

static int expand(struct expansion *expansion, char end, struct error *err);

/* The value of the variable NAME of LENGTH bytes, or NULL. */
static const char *find_variable(const struct strvec *env, const char *name,
				 size_t length)
{
	for (size_t i = env->count; i > 0; i--) {
		const char *item = env->items[i - 1];

		if (!strncmp(item, name, length) && item[length] == '=')
			return item + length + 1;
	}
	return NULL;
}

static size_t name_length(const char *text)
{
	size_t length = 0;

	if (isdigit((unsigned char)*text))
		return 1;
	while (isalnum((unsigned char)text[length]) || text[length] == '_')
		length++;
	return length;
}

/* Expands the word after an operator, up to "}", into TEXT_OUT. */
static int expand_operand(struct expansion *expansion, char **text_out,
			  struct error *err)
{
	struct expansion inner = { expansion->at, expansion->env,
				   STRBUF_LIMIT(CONFIG_WORDS_MAX),
				   expansion->depth + 1 };
	int result;

	if (inner.depth > EXPAND_DEPTH_MAX)
		return error_set(err, ERROR_INVALID,
				 "variables are nested too deeply");
	result = expand(&inner, '}', err);
	expansion->at = inner.at;
	if (result == 0)
		result = strbuf_check(&inner.out, "an expanded word", err);
	*text_out = strbuf_steal(&inner.out);
	return result;
}

/* "${" is behind us: name, operator, operand, "}". */
static int expand_braced(struct expansion *expansion, struct error *err)
{
	size_t length = name_length(expansion->at);
	const char *value = find_variable(expansion->env, expansion->at,
					  length);
	autofree char *operand = NULL;
	bool counts = value != NULL;
	char operator;

	expansion->at += length;
	if (length && *expansion->at == '}') {
		expansion->at++;
		strbuf_addstr(&expansion->out, value ? value : "");
		return 0;
	}
	if (*expansion->at == ':') {
		counts = value && *value;
		expansion->at++;
	}
	operator= * expansion->at;
	if (!length || (operator!= '-' && operator!= '+'))
		return error_set(err, ERROR_INVALID,
				 "unsupported modifier in a ${} variable");
	expansion->at++;
	if (expand_operand(expansion, &operand, err) < 0)
		return -1;
	if (*expansion->at != '}')
		return error_set(err, ERROR_INVALID,
				 "a ${} variable does not end");
	expansion->at++;
	if (operator== '+')
		strbuf_addstr(&expansion->out, counts ? operand : "");
	else
		strbuf_addstr(&expansion->out, counts ? value : operand);
	return 0;
}

/* At a "$". */
static int expand_variable(struct expansion *expansion, struct error *err)
{
	size_t length;
	const char *value;

	expansion->at++;
	if (*expansion->at == '{') {
		expansion->at++;
		return expand_braced(expansion, err);
	}
	length = name_length(expansion->at);
	if (!length) {
		strbuf_addch(&expansion->out, '$');
		return 0;
	}
	value = find_variable(expansion->env, expansion->at, length);
	expansion->at += length;
	strbuf_addstr(&expansion->out, value ? value : "");
	return 0;
}

static int expand_single(struct expansion *expansion, struct error *err)
{
	const char *end = strchr(expansion->at + 1, '\'');

	if (!end)
		return open_quote('\'', err);
	strbuf_add(&expansion->out, expansion->at + 1,
		   (size_t)(end - expansion->at - 1));
	expansion->at = end + 1;
	return 0;
}

static int expand_double(struct expansion *expansion, struct error *err)
{
	expansion->at++;
	while (*expansion->at && *expansion->at != '"') {
		if (*expansion->at == '$') {
			if (expand_variable(expansion, err) < 0)
				return -1;
			continue;
		}
		if (*expansion->at == '\\' && expansion->at[1] &&
		    strchr("\"$\\", expansion->at[1]))
			expansion->at++;
		strbuf_addch(&expansion->out, *expansion->at++);
	}
	if (!*expansion->at)
		return open_quote('"', err);
	expansion->at++;
	return 0;
}

/* Expands up to END (0: the end of the text), which stays unread. */
static int expand(struct expansion *expansion, char end, struct error *err)
{
	int result = 0;

	while (result == 0 && *expansion->at && *expansion->at != end) {
		switch (*expansion->at) {
		case '\'':
			result = expand_single(expansion, err);
			break;
		case '"':
			result = expand_double(expansion, err);
			break;
		case '$':
			result = expand_variable(expansion, err);
			break;
		case '\\':
			/* one at the very end stands for itself */
			if (expansion->at[1])
				expansion->at++;
			strbuf_addch(&expansion->out, *expansion->at++);
			break;
		default:
			strbuf_addch(&expansion->out, *expansion->at++);
		}
	}
	return result;
}

int config_words_expand(const char *word, const struct strvec *env, char **out,
			struct error *err)
{
	struct expansion expansion = { word, env,
				       STRBUF_LIMIT(CONFIG_WORDS_MAX), 0 };
	int result = expand(&expansion, '\0', err);

	if (result == 0)
		result = strbuf_check(&expansion.out, "an expanded word", err);
	if (result == 0)
		*out = strbuf_steal(&expansion.out);
	strbuf_release(&expansion.out);
	return result;
}
