/* SPDX-License-Identifier: Apache-2.0 */
/* Log drivers and their options. */
#include "runtime/logs/log_options.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_FILES_MAX = 1000 };

static int parse_driver(const char *name, struct log_options *out,
			struct error *err)
{
	*out = (struct log_options)LOG_OPTIONS_INIT;
	if (!*name || !strcmp(name, "json-file"))
		return 0;
	if (!strcmp(name, "none")) {
		out->driver = LOG_DRIVER_NONE;
		return 0;
	}
	if (strcmp(name, "local") != 0)
		return error_set(err, ERROR_INVALID,
				 "logger: no log driver named '%s' is "
				 "registered",
				 name);
	out->driver = LOG_DRIVER_LOCAL;
	out->max_size = INT64_C(20) << 20;
	out->max_files = 5;
	out->is_compressed = true;
	return 0;
}

/* "10m": digits and one of b k m g, 1024-based. */
static int parse_size(const char *text, int64_t *out, struct error *err)
{
	static const char units[] = "bkmg";
	char *end;
	const char *unit;
	long long number = strtoll(text, &end, 10);
	int shift = 0;

	if (end == text || number < 0)
		goto invalid;
	if (*end) {
		unit = strchr(units, tolower((unsigned char)*end));
		if (!unit || (end[1] && strcmp(end + 1, "b") != 0))
			goto invalid;
		shift = 10 * (int)(unit - units);
	}
	if (number > INT64_MAX >> shift)
		goto invalid;
	*out = (int64_t)number << shift;
	return 0;
invalid:
	return error_set(err, ERROR_INVALID, "invalid size: '%s'", text);
}

static int parse_files(const char *text, unsigned *out, struct error *err)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || *end || number < 1 || number > LOG_FILES_MAX)
		return error_set(err, ERROR_INVALID,
				 "max-file cannot be less than 1, nor more "
				 "than %d: %s",
				 LOG_FILES_MAX, text);
	*out = (unsigned)number;
	return 0;
}

/* Go's words for a bool. */
static int parse_bool(const char *text, bool *out, struct error *err)
{
	static const char *const words[] = { "0",     "f",     "F",    "false",
					     "False", "FALSE", "1",    "t",
					     "T",     "true",  "True", "TRUE" };
	enum { COUNT = sizeof(words) / sizeof(*words) };

	for (size_t i = 0; i < COUNT; i++) {
		if (!strcmp(text, words[i])) {
			*out = i >= COUNT / 2;
			return 0;
		}
	}
	return error_set(err, ERROR_INVALID,
			 "strconv.ParseBool: parsing \"%s\": invalid syntax",
			 text);
}

static int parse_option(const char *key, const char *value,
			struct log_options *out, struct error *err)
{
	static const char *const ignored[] = {
		"labels", "labels-regex",    "env", "env-regex", "tag",
		"mode",	  "max-buffer-size",
	};

	if (!strcmp(key, "max-size"))
		return parse_size(value, &out->max_size, err);
	if (!strcmp(key, "max-file"))
		return parse_files(value, &out->max_files, err);
	if (!strcmp(key, "compress"))
		return parse_bool(value, &out->is_compressed, err);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++) {
		if (!strcmp(key, ignored[i]))
			return 0;
	}
	return error_set(err, ERROR_INVALID,
			 "unknown log opt '%s' for json-file log driver", key);
}

int log_options_parse(const char *driver, const json_t *options,
		      struct log_options *out, struct error *err)
{
	const char *key;
	json_t *value;

	if (parse_driver(driver, out, err) < 0)
		return -1;
	json_object_foreach((json_t *)(uintptr_t)options, key, value)
	{
		const char *text = json_string_value(value);

		if (parse_option(key, text ? text : "", out, err) < 0)
			return -1;
	}
	if (out->max_files > 1 && !out->max_size)
		return error_set(err, ERROR_INVALID,
				 "max-file cannot be specified without "
				 "max-size");
	if (!out->is_compressed || (out->max_files > 1 && out->max_size))
		return 0;
	return error_set(
		err, ERROR_INVALID, "%s",
		out->driver == LOG_DRIVER_LOCAL
			? "compression cannot be enabled when max file count "
			  "is 1"
			: "compress cannot be true when max-file is less than "
			  "2 or max-size is not set");
}
