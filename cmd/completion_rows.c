/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing here knows a shell but for its quotes. */
#include "cmd/completion_rows.h"

#include <string.h>

#include "base/alloc.h"

const char *completion_kind(enum option_complete kind)
{
	switch (kind) {
	case OPTION_COMPLETE_NONE:
		return "";
	case OPTION_COMPLETE_FILE:
		return "file";
	case OPTION_COMPLETE_DIRECTORY:
		return "directory";
	case OPTION_COMPLETE_IMAGE:
		return "image";
	case OPTION_COMPLETE_CONTAINER:
		return "container";
	case OPTION_COMPLETE_RUNNING:
		return "running";
	case OPTION_COMPLETE_VOLUME:
		return "volume";
	case OPTION_COMPLETE_NETWORK:
		return "network";
	}
	return "";
}

void completion_quote(const char *text, struct strbuf *out)
{
	strbuf_addch(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			strbuf_addstr(out, "'\\''");
		else
			strbuf_addch(out, *text == '\n' ? ' ' : *text);
	}
	strbuf_addch(out, '\'');
}

void completion_values(const struct option_spec *option, struct strbuf *out)
{
	if (!option->choices) {
		strbuf_addstr(out, completion_kind(option->complete));
		return;
	}
	strbuf_addch(out, '=');
	for (const char *at = option->choices; *at; at++)
		strbuf_addch(out, *at == '|' ? ' ' : *at);
}

/* The part of PATH that stands at the place asked for, or NULL. */
static const char *word_of(const char *path, const char *group, size_t *length)
{
	size_t before = group ? strlen(group) : 0;

	if (group && (strncmp(path, group, before) != 0 || path[before] != ' '))
		return NULL;
	if (group)
		path += before + 1;
	*length = strcspn(path, " ");
	return path;
}

void completion_words(const struct completion *completion, const char *group,
		      struct strbuf *out)
{
	struct strvec seen = STRVEC_INIT;

	for (size_t i = 0; i < completion->count; i++) {
		size_t length;
		const char *word = word_of(completion->commands[i].path, group,
					   &length);
		autofree char *copy = word ? xstrndup(word, length) : NULL;

		if (!copy || strvec_has(&seen, copy))
			continue;
		strbuf_addf(out, "%s%s", seen.count ? " " : "", copy);
		strvec_add(&seen, copy);
	}
	strvec_release(&seen);
}

/* Whether an earlier path has the same first word and a second one. */
static bool is_known_group(const struct completion *completion, size_t index,
			   size_t length)
{
	const char *path = completion->commands[index].path;

	for (size_t i = 0; i < index; i++)
		if (!strncmp(completion->commands[i].path, path, length + 1))
			return true;
	return false;
}

char *completion_next_group(const struct completion *completion, size_t *at)
{
	for (; *at < completion->count; ++*at) {
		const char *path = completion->commands[*at].path;
		size_t length = strcspn(path, " ");

		if (!path[length] || is_known_group(completion, *at, length))
			continue;
		++*at;
		return xstrndup(path, length);
	}
	return NULL;
}
