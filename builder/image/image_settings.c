/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration by instructions. */
#include "builder/image/image_settings.h"

#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "builder/language/path_pattern.h"
#include "runtime/network/port_map.h"
#include "runtime/signals.h"

static json_t *config_of(const struct image_settings *settings)
{
	json_t *config = json_object_get(settings->document, "config");

	if (json_is_object(config))
		return config;
	config = json_object();
	(void)json_object_set_new(settings->document, "config", config);
	return config;
}

/* The object KEY of CONFIG, made when there is none. */
static json_t *object_in(json_t *config, const char *key)
{
	json_t *value = json_object_get(config, key);

	if (json_is_object(value))
		return value;
	value = json_object();
	(void)json_object_set_new(config, key, value);
	return value;
}

static json_t *array_in(json_t *config, const char *key)
{
	json_t *value = json_object_get(config, key);

	if (json_is_array(value))
		return value;
	value = json_array();
	(void)json_object_set_new(config, key, value);
	return value;
}

static void set_variable(json_t *env, const char *name, const char *value)
{
	autofree char *text = xasprintf("%s=%s", name, value ? value : "");
	size_t length = strlen(name);
	const json_t *item;
	size_t index;

	json_array_foreach(env, index, item)
	{
		const char *old = json_string_value(item);

		if (old && !strncmp(old, name, length) && old[length] == '=') {
			(void)json_array_set_new(env, index, json_string(text));
			return;
		}
	}
	(void)json_array_append_new(env, json_string(text));
}

static void apply_env(json_t *config, const struct pairs *pairs)
{
	json_t *env = array_in(config, "Env");

	for (size_t i = 0; i < pairs->count; i++)
		set_variable(env, pairs->items[i].name, pairs->items[i].value);
}

static void apply_labels(json_t *config, const struct pairs *pairs)
{
	json_t *labels = object_in(config, "Labels");

	for (size_t i = 0; i < pairs->count; i++) {
		const char *value = pairs->items[i].value;

		(void)json_object_set_new(labels, pairs->items[i].name,
					  json_string(value ? value : ""));
	}
}

static int apply_expose(json_t *config, const struct strvec *words,
			struct error *err)
{
	json_t *exposed = object_in(config, "ExposedPorts");
	autoclean(strvec_release) struct strvec ports = STRVEC_INIT;

	if (image_settings_ports(words, &ports, err) < 0)
		return -1;
	for (size_t i = 0; i < ports.count; i++)
		(void)json_object_set_new(exposed, ports.items[i],
					  json_object());
	return 0;
}

static int apply_volumes(json_t *config, const struct strvec *words,
			 struct error *err)
{
	json_t *volumes = object_in(config, "Volumes");

	for (size_t i = 0; i < words->count; i++) {
		if (!*words->items[i])
			return error_set(err, ERROR_INVALID,
					 "VOLUME specified can not be an empty "
					 "string");
		(void)json_object_set_new(volumes, words->items[i],
					  json_object());
	}
	return 0;
}

/* The words of a command; of the shell form with the shell before it. */
static json_t *command_words(const json_t *config,
			     const struct command_line *command)
{
	autoclean(strvec_release) struct strvec words = STRVEC_INIT;

	if (command->form == COMMAND_SHELL)
		image_settings_shell(config, &words);
	strvec_extend(&words, command->words.items, command->words.count);
	return jsonx_from_strvec(&words);
}

static void set_words(json_t *config, const char *key, json_t *words)
{
	if (json_array_size(words)) {
		(void)json_object_set_new(config, key, words);
		return;
	}
	json_decref(words);
	(void)json_object_del(config, key);
}

static void apply_entrypoint(struct image_settings *settings, json_t *config,
			     const struct command_line *command)
{
	set_words(config, "Entrypoint", command_words(config, command));
	/* an inherited command was for the inherited entrypoint */
	if (!settings->has_command)
		(void)json_object_del(config, "Cmd");
}

static void set_time(json_t *object, const char *key, int64_t value)
{
	if (value)
		(void)json_object_set_new(object, key, json_integer(value));
}

static void apply_health(json_t *config,
			 const struct healthcheck_instruction *health)
{
	json_t *check = json_object();
	json_t *test = json_array();

	if (health->none) {
		(void)json_array_append_new(test, json_string("NONE"));
	} else {
		bool is_shell = health->command.form == COMMAND_SHELL;

		(void)json_array_append_new(
			test, json_string(is_shell ? "CMD-SHELL" : "CMD"));
		for (size_t i = 0; i < health->command.words.count; i++)
			(void)json_array_append_new(
				test,
				json_string(health->command.words.items[i]));
	}
	(void)json_object_set_new(check, "Test", test);
	(void)json_object_set_new(config, "Healthcheck", check);
	if (health->none)
		return;
	set_time(check, "Interval", health->interval);
	set_time(check, "Timeout", health->timeout);
	set_time(check, "StartPeriod", health->start_period);
	set_time(check, "StartInterval", health->start_interval);
	if (health->retries)
		(void)json_object_set_new(check, "Retries",
					  json_integer(health->retries));
}

static int apply_signal(json_t *config, const char *value, struct error *err)
{
	int number;

	if (signals_from_name(value, &number, err) < 0)
		return error_wrap(err, "STOPSIGNAL");
	(void)json_object_set_new(config, "StopSignal", json_string(value));
	return 0;
}

static void set_text(json_t *object, const char *key, const char *text)
{
	(void)json_object_set_new(object, key, json_string(text));
}

/* Those that are one value in one place. */
static void apply_value(struct image_settings *settings, json_t *config,
			const struct instruction *instruction)
{
	switch (instruction->kind) {
	case INSTRUCTION_USER:
		set_text(config, "User", instruction->value);
		break;
	case INSTRUCTION_MAINTAINER:
		set_text(settings->document, "author", instruction->value);
		break;
	case INSTRUCTION_ONBUILD:
		(void)json_array_append_new(
			array_in(config, "OnBuild"),
			json_string(instruction->onbuild.text));
		break;
	case INSTRUCTION_SHELL:
		(void)json_object_set_new(
			config, "Shell",
			jsonx_from_strvec(&instruction->command.words));
		break;
	default:
		break;
	}
}

int image_settings_apply(struct image_settings *settings,
			 const struct instruction *instruction,
			 struct error *err)
{
	json_t *config = config_of(settings);

	switch (instruction->kind) {
	case INSTRUCTION_ENV:
		apply_env(config, &instruction->pairs.pairs);
		return 0;
	case INSTRUCTION_LABEL:
		apply_labels(config, &instruction->pairs.pairs);
		return 0;
	case INSTRUCTION_EXPOSE:
		return apply_expose(config, &instruction->words, err);
	case INSTRUCTION_VOLUME:
		return apply_volumes(config, &instruction->words, err);
	case INSTRUCTION_STOPSIGNAL:
		return apply_signal(config, instruction->value, err);
	case INSTRUCTION_CMD:
		set_words(config, "Cmd",
			  command_words(config, &instruction->command));
		/* docker's builder says so of every command */
		(void)json_object_set_new(config, "ArgsEscaped", json_true());
		settings->has_command = true;
		return 0;
	case INSTRUCTION_ENTRYPOINT:
		apply_entrypoint(settings, config, &instruction->command);
		return 0;
	case INSTRUCTION_HEALTHCHECK:
		apply_health(config, &instruction->health);
		return 0;
	default:
		apply_value(settings, config, instruction);
		return 0;
	}
}

int image_settings_ports(const struct strvec *words, struct strvec *out,
			 struct error *err)
{
	for (size_t i = 0; i < words->count; i++) {
		autoclean(port_maps_release) struct port_maps maps =
			PORT_MAPS_INIT;

		/* what is said of the host beside them has no meaning here */
		if (port_maps_parse(words->items[i], &maps, err) < 0)
			return -1;
		for (size_t j = 0; j < maps.count; j++)
			strvec_addf(out, "%u/%s", (unsigned)maps.items[j].port,
				    maps.items[j].protocol);
	}
	return 0;
}

void image_settings_shell(const json_t *config, struct strvec *out)
{
	const json_t *shell = json_object_get(config, "Shell");
	const json_t *word;
	size_t index;

	json_array_foreach(shell, index, word)
	{
		if (json_is_string(word))
			strvec_add(out, json_string_value(word));
	}
	if (out->count)
		return;
	strvec_add(out, "/bin/sh");
	strvec_add(out, "-c");
}

const char *image_settings_folder(const json_t *config)
{
	const char *folder =
		json_string_value(json_object_get(config, "WorkingDir"));

	return folder && *folder ? folder : "/";
}

char *image_settings_path(const char *folder, const char *path)
{
	autofree char *whole = *path == '/' ? xstrdup(path)
					    : xasprintf("/%s/%s", folder, path);
	bool is_folder = *path && path[strlen(path) - 1] == '/';
	autofree char *cleaned = path_pattern_clean(whole);

	/* the slash at the end means something to COPY */
	return is_folder && cleaned[1] ? xasprintf("%s/", cleaned)
				       : xstrdup(cleaned);
}
