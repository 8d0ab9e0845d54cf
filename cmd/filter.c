/* SPDX-License-Identifier: Apache-2.0 */
/* After docker's opts.FilterOpt and filters.Args. */
#include "cmd/filter.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "cmd/regex.h"
#include "cmd/timestamp.h"

/* A copy of LENGTH bytes without the white space around them. */
static char *trim(const char *text, size_t length)
{
	while (length && isspace((unsigned char)*text)) {
		text++;
		length--;
	}
	while (length && isspace((unsigned char)text[length - 1]))
		length--;
	return xstrndup(text, length);
}

int filter_set(void *field, const char *text, struct error *err)
{
	struct filter *filter = field;
	const char *mark = strchr(text, '=');
	char *key;

	if (!*text)
		return 0;
	if (!mark)
		return error_set(err, ERROR_INVALID,
				 "bad format of filter (expected name=value)");
	key = trim(text, (size_t)(mark - text));
	for (char *at = key; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	strvec_take(&filter->keys, key);
	strvec_take(&filter->values, trim(mark + 1, strlen(mark + 1)));
	return 0;
}

void filter_release(struct filter *filter)
{
	strvec_release(&filter->keys);
	strvec_release(&filter->values);
}

static bool is_in(const char *key, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(key, *list))
			return true;
	return false;
}

int filter_check(const struct filter *filter, const char *const *accepted,
		 struct error *err)
{
	for (size_t i = 0; i < filter->keys.count; i++) {
		const char *key = filter->keys.items[i];

		if (!*key)
			return error_set(err, ERROR_INVALID, "invalid filter");
		if (!is_in(key, accepted))
			return error_set(err, ERROR_INVALID,
					 "invalid filter '%s'", key);
	}
	return 0;
}

const char *filter_value(const struct filter *filter, const char *key,
			 size_t index)
{
	for (size_t i = 0; i < filter->keys.count; i++)
		if (!strcmp(filter->keys.items[i], key) && !index--)
			return filter->values.items[i];
	return NULL;
}

bool filter_has(const struct filter *filter, const char *key)
{
	return filter_value(filter, key, 0) != NULL;
}

typedef bool match_one(const char *value, const char *text);

static bool match_any(const struct filter *filter, const char *key,
		      const char *text, match_one *match)
{
	const char *value = filter_value(filter, key, 0);

	if (!value)
		return true;
	for (size_t i = 1; value; i++) {
		if (!strcmp(value, text) || match(value, text))
			return true;
		value = filter_value(filter, key, i);
	}
	return false;
}

static bool match_exact(const char *value, const char *text)
{
	return !strcmp(value, text);
}

static bool match_prefix(const char *value, const char *text)
{
	return !strncmp(value, text, strlen(value));
}

static bool match_regex(const char *value, const char *text)
{
	struct error ignored = ERROR_INIT;
	bool found = false;

	if (regex_search(value, text, &found, &ignored) < 0)
		error_release(&ignored); /* docker skips it too */
	return found;
}

static bool match_glob(const char *value, const char *text)
{
	return fnmatch(value, text, FNM_PATHNAME) == 0;
}

bool filter_match_exact(const struct filter *filter, const char *key,
			const char *text)
{
	return match_any(filter, key, text, match_exact);
}

bool filter_match_prefix(const struct filter *filter, const char *key,
			 const char *text)
{
	return match_any(filter, key, text, match_prefix);
}

bool filter_match_regex(const struct filter *filter, const char *key,
			const char *text)
{
	return match_any(filter, key, text, match_regex);
}

bool filter_match_name(const struct filter *filter, const char *key,
		       const char *name)
{
	autofree char *slashed = xasprintf("/%s", name);

	return filter_match_regex(filter, key, name) ||
	       filter_match_regex(filter, key, slashed);
}

bool filter_match_glob(const struct filter *filter, const char *key,
		       const char *text)
{
	return match_any(filter, key, text, match_glob);
}

/* Whether "k" or "k=v" is among LABELS. */
static bool has_label(const json_t *labels, const char *wanted)
{
	size_t length = strcspn(wanted, "=");
	autofree char *key = xstrndup(wanted, length);
	const char *value = json_string_value(json_object_get(labels, key));

	return value &&
	       (!wanted[length] || !strcmp(wanted + length + 1, value));
}

bool filter_match_labels(const struct filter *filter, const char *key,
			 const json_t *labels)
{
	const char *wanted;

	for (size_t i = 0; (wanted = filter_value(filter, key, i)); i++)
		if (!has_label(labels, wanted))
			return false;
	return true;
}

bool filter_allows_labels(const struct filter *filter, const json_t *labels)
{
	return filter_match_labels(filter, "label", labels) &&
	       (!filter_has(filter, "label!") ||
		!filter_match_labels(filter, "label!", labels));
}

/* "invalid filter 'dangling=[x y]'" */
static int fail_values(const struct filter *filter, const char *key,
		       struct error *err)
{
	struct strbuf text = STRBUF_LIMIT(500);
	const char *value;

	for (size_t i = 0; (value = filter_value(filter, key, i)); i++)
		strbuf_addf(&text, "%s%s", i ? " " : "", value);
	(void)error_set(err, ERROR_INVALID, "invalid filter '%s=[%s]'", key,
			text.text); /* -1 below */
	strbuf_release(&text);
	return -1;
}

int filter_bool(const struct filter *filter, const char *key, bool *out,
		struct error *err)
{
	bool is_true = false, is_false = false;
	const char *value;

	if (!filter_has(filter, key))
		return 0;
	for (size_t i = 0; (value = filter_value(filter, key, i)); i++) {
		is_true |= !strcmp(value, "1") || !strcmp(value, "true");
		is_false |= !strcmp(value, "0") || !strcmp(value, "false");
	}
	if (is_true == is_false)
		return fail_values(filter, key, err);
	*out = is_true;
	return 0;
}

int filter_time(const struct filter *filter, const char *key, int64_t now,
		int64_t *out, struct error *err)
{
	const char *value = filter_value(filter, key, 0);

	if (!value)
		return 0;
	if (filter_value(filter, key, 1))
		return error_set(err, ERROR_INVALID,
				 "more than one %s filter specified", key);
	return timestamp_parse(value, now, out, err);
}
