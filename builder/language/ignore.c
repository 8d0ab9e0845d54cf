/* SPDX-License-Identifier: Apache-2.0 */
/* Ignore files: their lines, and the last rule that matches a path. */
#include "builder/language/ignore.h"

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "builder/builder_limits.h"

/* TEXT without the blanks at both ends. */
static char *trimmed(const char *text, size_t length)
{
	while (length && isspace((unsigned char)*text)) {
		text++;
		length--;
	}
	while (length && isspace((unsigned char)text[length - 1]))
		length--;
	return xstrndup(text, length);
}

/* The pattern in TEXT, cleaned, relative to the context. */
static char *clean(const char *text)
{
	autofree char *bare = trimmed(text, strlen(text));
	autofree char *whole = path_pattern_clean(bare);

	return xstrdup(whole[0] == '/' && whole[1] ? whole + 1 : whole);
}

int ignore_add(struct ignore *ignore, const char *pattern, struct error *err)
{
	autofree char *text = trimmed(pattern, strlen(pattern));
	bool negated = *text == '!';
	autofree char *cleaned = clean(text + negated);
	struct ignore_rule *rule;

	if (!*text)
		return 0;
	if (!text[negated])
		return error_set(err, ERROR_INVALID,
				 "illegal exclusion pattern: \"!\"");
	if (ignore->count == BUILDER_MAX_IGNORE_PATTERNS)
		return error_set(err, ERROR_TOO_LARGE, "more than %d patterns",
				 BUILDER_MAX_IGNORE_PATTERNS);
	if (!(ignore->count & (ignore->count - 1)))
		ignore->items = xreallocarray(
			ignore->items, ignore->count ? ignore->count * 2 : 1,
			sizeof(*ignore->items));
	rule = &ignore->items[ignore->count];
	*rule = (struct ignore_rule){ .negated = negated };
	ignore->count++;
	return path_pattern_parse(cleaned, true, &rule->pattern, err);
}

int ignore_parse(const char *name, const char *bytes, size_t length,
		 struct ignore *out, struct error *err)
{
	static const char bom[] = "\xef\xbb\xbf";
	const char *end = bytes + length;
	const char *next;
	unsigned number = 1;

	if (length > BUILDER_MAX_IGNORE_FILE)
		return error_set(err, ERROR_TOO_LARGE,
				 "%s: a file of %zu bytes, at most %d", name,
				 length, BUILDER_MAX_IGNORE_FILE);
	if (length && memchr(bytes, '\0', length))
		return error_set(err, ERROR_INVALID,
				 "%s: a NUL byte: this is no text", name);
	if (length >= 3 && !memcmp(bytes, bom, 3))
		bytes += 3;
	for (const char *at = bytes; at < end; at = next, number++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		autofree char *line = NULL;

		next = newline ? newline + 1 : end;
		if (*at == '#')
			continue;
		line = xstrndup(at, (size_t)(next - at));
		if (ignore_add(out, line, err) < 0)
			return error_wrap(err, "%s:%u", name, number);
	}
	return 0;
}

/* The last rule that counts for PATH, or COUNT for none. */
static size_t last_rule(const struct ignore *ignore, const char *path)
{
	for (size_t i = ignore->count; i > 0; i--)
		if (path_pattern_covers(&ignore->items[i - 1].pattern, path))
			return i - 1;
	return ignore->count;
}

bool ignore_is_ignored(const struct ignore *ignore, const char *path)
{
	size_t rule = last_rule(ignore, path);

	return rule < ignore->count && !ignore->items[rule].negated;
}

bool ignore_may_reach(const struct ignore *ignore, const char *path)
{
	/* that one holds for all below, so only a later one takes back */
	for (size_t i = last_rule(ignore, path); i < ignore->count; i++)
		if (ignore->items[i].negated &&
		    path_pattern_reaches(&ignore->items[i].pattern, path))
			return true;
	return false;
}

void ignore_release(struct ignore *ignore)
{
	for (size_t i = 0; i < ignore->count; i++)
		path_pattern_release(&ignore->items[i].pattern);
	free(ignore->items);
	*ignore = (struct ignore)IGNORE_INIT;
}
