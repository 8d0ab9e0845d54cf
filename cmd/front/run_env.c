/* SPDX-License-Identifier: Apache-2.0 */
/* Environment variables and labels, from the image, files and options. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/utf8.h"
#include "cmd/front/run_parts.h"

enum { RUN_FILE_LIMIT = 4 << 20 };

/* Whether HAVE is about the variable whose name are LENGTH bytes of ENTRY. */
static bool is_same_variable(const char *have, const char *entry, size_t length)
{
	return have && !strncmp(have, entry, length) &&
	       (have[length] == '=' || !have[length]);
}

static bool has_variable(const json_t *env, const char *entry)
{
	size_t length = strcspn(entry, "=");
	const json_t *item;
	size_t index;

	json_array_foreach(env, index, item)
	{
		if (is_same_variable(json_string_value(item), entry, length))
			return true;
	}
	return false;
}

/* Sets a variable in place of an earlier one, keeping its position. */
static void set_variable(json_t *env, const char *entry)
{
	size_t length = strcspn(entry, "=");
	const json_t *item;
	size_t index;

	json_array_foreach(env, index, item)
	{
		if (is_same_variable(json_string_value(item), entry, length)) {
			(void)json_array_set_new(env, index,
						 json_string(entry));
			return;
		}
	}
	(void)json_array_append_new(env, json_string(entry));
}

/*
 * "K=V" sets, "K" copies ours. A "K" that we do not have stays as it is: it
 * takes away what the image or the engine would set.
 */
static int apply_variable(json_t *env, const char *entry, struct error *err)
{
	const char *value = strchr(entry, '=') ? NULL : getenv(entry);
	autofree char *own = value ? xasprintf("%s=%s", entry, value) : NULL;

	if (own)
		entry = own;
	/* the container's document is JSON: other bytes would be lost */
	if (!utf8_is_valid(entry, strlen(entry)))
		return error_set(err, ERROR_INVALID,
				 "environment variable '%.*s' is not valid "
				 "UTF-8",
				 (int)strcspn(entry, "="), entry);
	set_variable(env, entry);
	return 0;
}

static int check_variable(const char *entry, struct error *err)
{
	if (!*entry || *entry == '=')
		return error_set(err, ERROR_INVALID,
				 "invalid environment variable: %s", entry);
	return 0;
}

/* Calls EACH for every line that is neither blank nor a comment. */
static int for_lines(const char *path,
		     int (*each)(void *context, const char *line,
				 struct error *err),
		     void *context, struct error *err)
{
	autoclean(strbuf_release) struct strbuf text =
		STRBUF_LIMIT(RUN_FILE_LIMIT);
	char *rest;
	char *line;

	if (fs_read_file(AT_FDCWD, path, RUN_FILE_LIMIT, &text, err) < 0)
		return -1;
	if (strlen(text.text) != text.length)
		return error_set(err, ERROR_INVALID, "%s: holds a NUL byte",
				 path);
	rest = text.text;
	if (!strncmp(rest, "\xef\xbb\xbf", 3))
		rest += 3;
	while ((line = strsep(&rest, "\n"))) {
		size_t length = strlen(line);

		if (length && line[length - 1] == '\r')
			line[length - 1] = '\0';
		line += strspn(line, " \t");
		if (!*line || *line == '#')
			continue;
		if (each(context, line, err) < 0)
			return error_wrap(err, "%s", path);
	}
	return 0;
}

static int env_line(void *context, const char *line, struct error *err)
{
	size_t name = strcspn(line, "=");

	if (!name)
		return error_set(err, ERROR_INVALID,
				 "no variable name on line '%s'", line);
	if (strcspn(line, " \t") < name)
		return error_set(err, ERROR_INVALID,
				 "variable '%.*s' contains whitespaces",
				 (int)name, line);
	/* a bare name that we do not have is left out, not taken away */
	if (!line[name] && !getenv(line))
		return 0;
	return apply_variable(context, line, err);
}

/* The image's variables stand behind those that were given. */
static void add_from_image(const json_t *base, json_t *env)
{
	json_t *given = json_copy(env);
	const json_t *item;
	size_t index;

	json_array_foreach(base, index, item)
	{
		const char *entry = json_string_value(item);

		if (entry && !has_variable(given, entry))
			(void)json_array_append_new(env, json_string(entry));
	}
	json_decref(given);
}

/* What an option says of the same name counts. */
static void add_proxies(const struct pairs *proxies, json_t *env)
{
	for (size_t i = 0; i < proxies->count; i++) {
		autofree char *entry = xasprintf("%s=%s",
						 proxies->items[i].name,
						 proxies->items[i].value);

		set_variable(env, entry);
	}
}

int run_env(const struct run_options *options, const json_t *base, json_t **out,
	    struct error *err)
{
	json_t *env = json_array();

	*out = env;
	add_proxies(&options->proxies, env);
	for (size_t i = 0; i < options->env_files.count; i++) {
		if (for_lines(options->env_files.items[i], env_line, env, err) <
		    0)
			return -1;
	}
	for (size_t i = 0; i < options->env.count; i++) {
		if (check_variable(options->env.items[i], err) < 0 ||
		    apply_variable(env, options->env.items[i], err) < 0)
			return -1;
	}
	add_from_image(base, env);
	return 0;
}

static int label_line(void *context, const char *line, struct error *err)
{
	const char *equals = strchr(line, '=');
	autofree char *key = equals ? xstrndup(line, (size_t)(equals - line))
				    : xstrdup(line);

	if (!*key)
		return error_set(err, ERROR_INVALID,
				 "invalid label '%s': empty name", line);
	if (!utf8_is_valid(line, strlen(line)))
		return error_set(err, ERROR_INVALID,
				 "label '%s' is not valid UTF-8", key);
	(void)json_object_set_new(context, key,
				  json_string(equals ? equals + 1 : ""));
	return 0;
}

int run_labels(const struct run_options *options, const json_t *base,
	       json_t **out, struct error *err)
{
	json_t *labels = json_is_object(base)
				 ? json_copy((json_t *)(uintptr_t)base)
				 : json_object();

	*out = labels;
	for (size_t i = 0; i < options->label_files.count; i++) {
		if (for_lines(options->label_files.items[i], label_line, labels,
			      err) < 0)
			return -1;
	}
	for (size_t i = 0; i < options->labels.count; i++) {
		if (label_line(labels, options->labels.items[i], err) < 0)
			return -1;
	}
	return 0;
}
