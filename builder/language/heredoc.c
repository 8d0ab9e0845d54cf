/* SPDX-License-Identifier: Apache-2.0 */
/* Which words open a heredoc. */
#include "builder/language/heredoc.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "builder/builder_limits.h"
#include "builder/language/expand.h"
#include "builder/language/line_words.h"

static const char *no_variable(void *payload, const char *name)
{
	(void)payload;
	(void)name;
	return NULL;
}

/* The name in TEXT, quotes gone; NULL when it is none. */
static char *read_name(const char *text, char escape)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	struct expand_scope scope = { .lookup = no_variable, .escape = escape };
	char *name = NULL;

	if (!*text || strchr(text, '<'))
		return NULL;
	if (expand_word(text, &scope, EXPAND_KEEP_UNSET, &name, &ignored) < 0)
		return NULL; /* an open quote: text for a shell */
	if (*name && !strpbrk(name, " \t\r\n\v\f"))
		return name;
	free(name);
	return NULL;
}

bool heredoc_is_word(const char *word, char escape, struct heredoc *out)
{
	size_t digits = strspn(word, "0123456789");
	const char *at = word + digits;
	char *name;

	if (digits > 9 || at[0] != '<' || at[1] != '<')
		return false;
	at += 2;
	*out = (struct heredoc){ .chomp = *at == '-' };
	at += out->chomp;
	name = read_name(at, escape);
	if (!name)
		return false;
	out->name = name;
	out->number = digits ? (unsigned)strtoul(word, NULL, 10) : 0;
	out->expand = !strcmp(name, at);
	return true;
}

static void take(struct heredocs *heredocs, const struct heredoc *heredoc)
{
	heredocs->items = xreallocarray(heredocs->items, heredocs->count + 1,
					sizeof(*heredocs->items));
	heredocs->items[heredocs->count++] = *heredoc;
}

int heredocs_find(const char *line, char escape, struct heredocs *out,
		  struct error *err)
{
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;

	if (!strstr(line, "<<"))
		return 0;
	if (line_words_split(line, escape, &words, err) < 0)
		return -1;
	for (size_t i = 0; i < words.count; i++) {
		struct heredoc heredoc;

		if (!heredoc_is_word(words.items[i], escape, &heredoc))
			continue;
		take(out, &heredoc);
		if (out->count > BUILDER_MAX_HEREDOCS)
			return error_set(err, ERROR_TOO_LARGE,
					 "more than %d heredocs",
					 BUILDER_MAX_HEREDOCS);
	}
	return 0;
}

void heredoc_release(struct heredoc *heredoc)
{
	free(heredoc->name);
	free(heredoc->content);
	*heredoc = (struct heredoc){ .name = NULL };
}

void heredocs_release(struct heredocs *heredocs)
{
	for (size_t i = 0; i < heredocs->count; i++)
		heredoc_release(&heredocs->items[i]);
	free(heredocs->items);
	*heredocs = (struct heredocs)HEREDOCS_INIT;
}
