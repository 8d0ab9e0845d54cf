/* SPDX-License-Identifier: Apache-2.0 */
/* Dockerfile instructions that change a configuration. */
#include "layers/image/config_change.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "layers/image/config_change_parts.h"
#include "layers/image/config_words.h"

/* The first argument as it is, NULL when there is none. */
static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t\r\n\v\f");
}

json_t *config_exec_form(const char *text)
{
	autoclean(error_release) struct error ignored = ERROR_INIT;
	json_t *array = NULL;
	json_t *item;
	size_t index;

	if (*text != '[' ||
	    jsonx_parse(text, strlen(text), "array", &array, &ignored) < 0)
		return NULL;
	json_array_foreach(array, index, item)
	{
		if (!json_is_string(item)) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/* The exec form as it is; anything else goes to the shell. */
static json_t *parse_command(const json_t *config, const char *text)
{
	json_t *command = config_exec_form(text);
	json_t *shell;

	if (command)
		return command;
	shell = json_object_get(config, "Shell");
	command = json_array_size(shell) ? json_copy(shell)
					 : json_pack("[s,s]", "/bin/sh", "-c");
	(void)json_array_append_new(command, json_string(text));
	return command;
}

static int change_cmd(struct config_change *change, const char *text,
		      struct error *err)
{
	(void)err;
	(void)json_object_set_new(change->config, "Cmd",
				  parse_command(change->config, text));
	change->has_cmd = true;
	return 0;
}

static int change_entrypoint(struct config_change *change, const char *text,
			     struct error *err)
{
	json_t *command = parse_command(change->config, text);

	(void)err;
	(void)json_object_set_new(change->config, "Entrypoint", command);
	if (!change->has_cmd)
		(void)json_object_del(change->config, "Cmd"); /* if any */
	return 0;
}

static int change_onbuild(struct config_change *change, const char *text,
			  struct error *err)
{
	static const char *const refused[] = { "ONBUILD", "FROM",
					       "MAINTAINER" };
	json_t *triggers = json_object_get(change->config, "OnBuild");
	size_t length = strcspn(text, " \t");

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		if (strlen(refused[i]) == length &&
		    !strncasecmp(text, refused[i], length))
			return error_set(err, ERROR_INVALID,
					 "%s isn't allowed as an ONBUILD "
					 "trigger",
					 refused[i]);
	}
	if (!json_is_array(triggers)) {
		triggers = json_array();
		(void)json_object_set_new(change->config, "OnBuild", triggers);
	}
	(void)json_array_append_new(triggers, json_string(text));
	return 0;
}

/* The one word an instruction takes, expanded. */
static int one_word(struct config_change *change, const char *text, char **out,
		    struct error *err)
{
	if (config_words_expand(text, &change->env, out, err) < 0)
		return -1;
	if (**out)
		return 0;
	free(TAKE_PTR(*out));
	return error_set(err, ERROR_INVALID, "the argument is empty");
}

static int change_user(struct config_change *change, const char *text,
		       struct error *err)
{
	autofree char *user = NULL;

	if (one_word(change, text, &user, err) < 0)
		return -1;
	(void)json_object_set_new(change->config, "User", json_string(user));
	return 0;
}

static int change_stopsignal(struct config_change *change, const char *text,
			     struct error *err)
{
	autofree char *name = NULL;

	if (one_word(change, text, &name, err) < 0)
		return -1;
	if (!config_is_signal(name))
		return error_set(err, ERROR_INVALID, "invalid signal: %s",
				 name);
	(void)json_object_set_new(change->config, "StopSignal",
				  json_string(name));
	return 0;
}

/* Appends the components of PATH to CLEAN, undoing "..". */
static void join_path(struct strbuf *clean, const char *path)
{
	while (*path) {
		size_t length = strcspn(path, "/");

		if (length == 2 && !strncmp(path, "..", 2)) {
			const char *slash = strrchr(clean->text, '/');

			strbuf_truncate(clean,
					slash ? (size_t)(slash - clean->text)
					      : 0);
		} else if (length && !(length == 1 && *path == '.')) {
			strbuf_addch(clean, '/');
			strbuf_add(clean, path, length);
		}
		path += length + (path[length] == '/');
	}
}

static int change_workdir(struct config_change *change, const char *text,
			  struct error *err)
{
	autoclean(strbuf_release) struct strbuf clean =
		STRBUF_LIMIT(CONFIG_WORDS_MAX);
	const json_t *before = json_object_get(change->config, "WorkingDir");
	autofree char *path = NULL;

	if (one_word(change, text, &path, err) < 0)
		return -1;
	if (path[0] != '/' && json_is_string(before))
		join_path(&clean, json_string_value(before));
	join_path(&clean, path);
	(void)json_object_set_new(change->config, "WorkingDir",
				  json_string(clean.length ? clean.text : "/"));
	return 0;
}

static const struct {
	const char *name;
	int (*apply)(struct config_change *change, const char *text,
		     struct error *err);
} instructions[] = {
	{ "CMD", change_cmd },
	{ "ENTRYPOINT", change_entrypoint },
	{ "ENV", config_change_env },
	{ "EXPOSE", config_change_expose },
	{ "HEALTHCHECK", config_change_healthcheck },
	{ "LABEL", config_change_label },
	{ "ONBUILD", change_onbuild },
	{ "STOPSIGNAL", change_stopsignal },
	{ "USER", change_user },
	{ "VOLUME", config_change_volume },
	{ "WORKDIR", change_workdir },
};

/* Makes the environment so far available to variables. */
static int read_env(struct config_change *change, struct error *err)
{
	strvec_release(&change->env);
	return jsonx_opt_strings(change->config, "Env", &change->env, err);
}

static int apply_one(struct config_change *change, const char *line,
		     struct error *err)
{
	autoclean(jsonx_free) json_t *valid = json_string(line);
	autofree char *arguments = NULL;
	autofree char *name = NULL;
	size_t length;

	if (!valid)
		return error_set(err, ERROR_INVALID,
				 "a change is not valid UTF-8");
	line = skip_blanks(line);
	length = strcspn(line, " \t\r\n\v\f");
	name = xstrndup(line, length);
	arguments = xstrdup(skip_blanks(line + length));
	for (size_t end = strlen(arguments);
	     end && isspace((unsigned char)arguments[end - 1]); end--)
		arguments[end - 1] = '\0';
	for (size_t i = 0; i < sizeof(instructions) / sizeof(*instructions);
	     i++) {
		if (strcasecmp(name, instructions[i].name) != 0)
			continue;
		if (!*arguments)
			return error_set(err, ERROR_INVALID,
					 "%s requires at least one argument",
					 instructions[i].name);
		if (read_env(change, err) < 0 ||
		    instructions[i].apply(change, arguments, err) < 0)
			return error_wrap(err, "%s", instructions[i].name);
		return 0;
	}
	return error_set(err, ERROR_INVALID, "%s is not a valid change command",
			 name);
}

int config_change_apply(const struct strvec *changes, json_t *config,
			struct error *err)
{
	struct config_change change = { config, STRVEC_INIT, false };
	int result = 0;

	for (size_t i = 0; result == 0 && i < changes->count; i++)
		result = apply_one(&change, changes->items[i], err);
	strvec_release(&change.env);
	return result;
}
