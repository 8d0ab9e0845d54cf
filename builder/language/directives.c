/* SPDX-License-Identifier: Apache-2.0 */
/* Reading parser directives. */
#include "builder/language/directives.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"

struct span {
	const char *text;
	size_t length;
};

static struct span trim(struct span span)
{
	while (span.length && isspace((unsigned char)*span.text)) {
		span.text++;
		span.length--;
	}
	while (span.length &&
	       isspace((unsigned char)span.text[span.length - 1]))
		span.length--;
	return span;
}

static bool is_name(struct span span)
{
	if (!span.length || !isalpha((unsigned char)*span.text))
		return false;
	for (size_t i = 0; i < span.length; i++)
		if (!isalnum((unsigned char)span.text[i]))
			return false;
	return true;
}

static bool equals(struct span span, const char *name)
{
	return span.length == strlen(name) &&
	       !strncasecmp(span.text, name, span.length);
}

/* "# name = value" into its parts; false when LINE is no such thing. */
static bool take_apart(struct span line, struct span *name, struct span *value)
{
	const char *equal;

	if (!line.length || *line.text != '#')
		return false;
	line = trim((struct span){ line.text + 1, line.length - 1 });
	equal = memchr(line.text, '=', line.length);
	if (!equal)
		return false;
	*name = trim((struct span){ line.text, (size_t)(equal - line.text) });
	*value = trim((struct span){
		equal + 1, line.length - (size_t)(equal - line.text) - 1 });
	return is_name(*name) && value->length;
}

static int only_one(const char *name, struct error *err)
{
	return error_set(err, ERROR_INVALID,
			 "only one %s parser directive can be used", name);
}

static int read_escape(struct directives *directives, struct span value,
		       struct error *err)
{
	if (directives->escape_seen)
		return only_one("escape", err);
	if (value.length != 1 || (*value.text != '\\' && *value.text != '`'))
		return error_set(err, ERROR_INVALID,
				 "invalid escape token '%.*s' does not match ` "
				 "or \\",
				 (int)(value.length < 64 ? value.length : 64),
				 value.text);
	directives->escape = *value.text;
	directives->escape_seen = true;
	return 0;
}

static int read_syntax(struct directives *directives, struct span value,
		       unsigned number, struct error *err)
{
	if (directives->syntax)
		return only_one("syntax", err);
	directives->syntax = xstrndup(value.text, value.length);
	directives->syntax_line = number;
	return 0;
}

static int read_check(struct directives *directives, struct span value,
		      unsigned number, struct error *err)
{
	autofree char *text = xstrndup(value.text, value.length);

	if (directives->check_line)
		return only_one("check", err);
	directives->check_line = number;
	return directives_read_check(directives, text, err);
}

int directives_read(struct directives *directives, const char *text,
		    size_t length, unsigned number, bool *is_out,
		    struct error *err)
{
	struct span name, value;

	*is_out = false;
	if (directives->done)
		return 0;
	if (!take_apart((struct span){ text, length }, &name, &value)) {
		directives->done = true;
		return 0;
	}
	*is_out = true;
	if (equals(name, "escape"))
		return read_escape(directives, value, err);
	if (equals(name, "syntax"))
		return read_syntax(directives, value, number, err);
	if (equals(name, "check"))
		return read_check(directives, value, number, err);
	*is_out = false;
	directives->done = true;
	return 0;
}

/* "Rule,Rule" of skip= and experimental=. */
static void read_rules(const char *value, struct strvec *rules, bool *all)
{
	while (*value) {
		size_t length = strcspn(value, ",");
		struct span rule = trim((struct span){ value, length });

		if (equals(rule, "all"))
			*all = true;
		else if (rule.length)
			strvec_take(rules, xstrndup(rule.text, rule.length));
		value += length + (value[length] == ',');
	}
}

static int read_error(const char *value, bool *out, struct error *err)
{
	/* a boolean as Go reads it */
	static const char *const words[] = {
		"1", "t", "true", "0", "f", "false"
	};

	for (size_t i = 0; i < 6; i++) {
		if (!strcasecmp(value, words[i])) {
			*out = i < 3;
			return 0;
		}
	}
	return error_set(err, ERROR_INVALID,
			 "invalid value \"%s\" of check's error: expected "
			 "true or false",
			 value);
}

/* One "key=value" of check. */
static int read_setting(struct directives *directives, struct span setting,
			struct error *err)
{
	const char *equal = memchr(setting.text, '=', setting.length);
	size_t length = equal ? (size_t)(equal - setting.text) : setting.length;
	struct span key = trim((struct span){ setting.text, length });
	autofree char *value = NULL;
	struct span text;

	if (!equal)
		return error_set(err, ERROR_INVALID,
				 "invalid check option \"%.*s\": expected "
				 "skip=RULE,… or error=true",
				 (int)setting.length, setting.text);
	text = trim((struct span){ equal + 1, setting.length - length - 1 });
	value = xstrndup(text.text, text.length);
	if (equals(key, "skip")) {
		read_rules(value, &directives->check_skip,
			   &directives->check_skip_all);
		return 0;
	}
	if (equals(key, "experimental")) {
		read_rules(value, &directives->check_experimental,
			   &directives->check_experimental_all);
		return 0;
	}
	if (equals(key, "error"))
		return read_error(value, &directives->check_error, err);
	return error_set(err, ERROR_INVALID,
			 "invalid check option \"%.*s\": expected skip, error "
			 "or experimental",
			 (int)key.length, key.text);
}

int directives_read_check(struct directives *directives, const char *value,
			  struct error *err)
{
	while (*value) {
		size_t length = strcspn(value, ";");
		struct span setting = trim((struct span){ value, length });

		if (setting.length &&
		    read_setting(directives, setting, err) < 0)
			return -1;
		value += length + (value[length] == ';');
	}
	return 0;
}

void directives_release(struct directives *directives)
{
	free(directives->syntax);
	strvec_release(&directives->check_skip);
	strvec_release(&directives->check_experimental);
	*directives = (struct directives)DIRECTIVES_INIT;
}
