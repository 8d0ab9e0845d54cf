/* SPDX-License-Identifier: Apache-2.0 */
/* Config: the image's settings with the options on top. */
#include "cmd/front/run_config.h"

#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "base/utf8.h"
#include "runtime/network/port_map.h"

static void set_text(json_t *object, const char *key, const char *value)
{
	(void)json_object_set_new(object, key, json_string(value ? value : ""));
}

static void set_bool(json_t *object, const char *key, bool value)
{
	(void)json_object_set_new(object, key, json_boolean(value));
}

/* The option's text, else the image's. */
static const char *text_or(const char *option, const json_t *image,
			   const char *key)
{
	return option ? option : json_string_value(json_object_get(image, key));
}

/* "80", "80/udp", "8000-8010": docker's keys "80/tcp": {} */
static int add_exposed(const char *text, json_t *ports, struct error *err)
{
	autoclean(port_maps_release) struct port_maps maps = PORT_MAPS_INIT;

	if (port_maps_parse_exposed(text, &maps, err) < 0)
		return -1;
	for (size_t i = 0; i < maps.count; i++) {
		autofree char *key = xasprintf("%u/%s",
					       (unsigned)maps.items[i].port,
					       maps.items[i].protocol);

		(void)json_object_set_new(ports, key, json_object());
	}
	return 0;
}

static int set_ports(const struct run_options *options, const json_t *image,
		     json_t *config, struct error *err)
{
	const json_t *own = json_object_get(image, "ExposedPorts");
	json_t *ports = json_is_object(own)
				? json_copy((json_t *)(uintptr_t)own)
				: json_object();
	int result = 0;

	for (size_t i = 0; result == 0 && i < options->expose.count; i++)
		result = add_exposed(options->expose.items[i], ports, err);
	if (json_object_size(ports))
		(void)json_object_set_new(config, "ExposedPorts", ports);
	else
		json_decref(ports);
	return result;
}

/*
 * docker's rule: an entrypoint of the user's drops the image's command; a
 * command of the user's replaces it. "" takes the image's entrypoint away.
 */
static void set_program(const struct run_config_request *request,
			const json_t *image, json_t *config)
{
	const struct run_options *options = request->options;
	json_t *entrypoint = json_object_get(image, "Entrypoint");
	json_t *command = json_object_get(image, "Cmd");
	json_t *given = json_array();

	for (char *const *word = request->command; *word; word++)
		(void)json_array_append_new(given, json_string(*word));
	if (json_array_size(given))
		command = given;
	else if (options->has_entrypoint)
		command = NULL;
	(void)json_object_set(config, "Cmd", command ? command : json_null());
	if (!options->has_entrypoint)
		(void)json_object_set(config, "Entrypoint",
				      entrypoint ? entrypoint : json_null());
	else if (*options->entrypoint)
		(void)json_object_set_new(
			config, "Entrypoint",
			json_pack("[s]", options->entrypoint));
	else
		(void)json_object_set_new(config, "Entrypoint", json_null());
	json_decref(given);
}

/* Entrypoint and command as program and arguments. */
static int split_program(struct run_config *config, struct error *err)
{
	const json_t *parts[] = {
		json_object_get(config->config, "Entrypoint"),
		json_object_get(config->config, "Cmd"),
	};
	size_t index;
	json_t *word;

	config->args = json_array();
	for (size_t i = 0; i < 2; i++) {
		json_array_foreach(parts[i], index, word)
		{
			if (!json_is_string(word))
				return error_set(err, ERROR_INVALID,
						 "the image's command is no "
						 "list of strings");
			if (!config->path)
				config->path = json_string_value(word);
			else
				(void)json_array_append(config->args, word);
		}
	}
	if (!config->path || !*config->path)
		return error_set(err, ERROR_INVALID, "no command specified");
	return 0;
}

static void set_streams(const struct run_config_request *request,
			json_t *config)
{
	const struct run_options *options = request->options;
	bool attached = request->is_foreground;
	bool input = attached && options->is_interactive &&
		     run_has_stream(options, "stdin");

	set_bool(config, "AttachStdin", input);
	set_bool(config, "AttachStdout",
		 attached && run_has_stream(options, "stdout"));
	set_bool(config, "AttachStderr",
		 attached && run_has_stream(options, "stderr"));
	set_bool(config, "Tty", options->is_tty);
	set_bool(config, "OpenStdin", options->is_interactive);
	set_bool(config, "StdinOnce", input);
}

/* The image's, and those that -v names by where they go alone. */
static void set_volumes(const struct run_options *options, json_t *volumes,
			json_t *config)
{
	json_t *all = json_is_object(volumes) ? json_copy(volumes)
					      : json_object();

	for (size_t i = 0; i < options->volumes.count; i++) {
		const char *text = options->volumes.items[i];

		if (!strchr(text, ':'))
			(void)json_object_set_new(all, text, json_object());
	}
	if (json_object_size(all))
		(void)json_object_set(config, "Volumes", all);
	json_decref(all);
}

static int set_image_defaults(const struct run_config_request *request,
			      const json_t *image, json_t *config,
			      struct error *err)
{
	const struct run_options *options = request->options;
	json_t *volumes = json_object_get(image, "Volumes");
	json_t *shell = json_object_get(image, "Shell");
	json_t *labels = NULL;
	json_t *env = NULL;
	int result;

	result = run_env(options, json_object_get(image, "Env"), &env, err);
	(void)json_object_set_new(config, "Env", env);
	if (result < 0)
		return -1;
	result = run_labels(options, json_object_get(image, "Labels"), &labels,
			    err);
	(void)json_object_set_new(config, "Labels", labels);
	if (result < 0)
		return -1;
	set_volumes(options, volumes, config);
	if (json_is_array(shell))
		(void)json_object_set(config, "Shell", shell);
	if (run_health(options, json_object_get(image, "Healthcheck"), config,
		       err) < 0)
		return -1;
	return set_ports(options, image, config, err);
}

/* The container's document is JSON: other bytes would be lost on the way. */
static int check_words(char *const *words, struct error *err)
{
	for (size_t i = 0; words[i]; i++) {
		if (!utf8_is_valid(words[i], strlen(words[i])))
			return error_set(err, ERROR_INVALID,
					 "argument %zu of the command is not "
					 "valid UTF-8",
					 i);
	}
	return 0;
}

static int make_config(const struct run_config_request *request, json_t *config,
		       struct error *err)
{
	const struct run_options *options = request->options;
	const json_t *image = json_object_get(request->image->config, "config");
	const char *directory = text_or(options->workdir, image, "WorkingDir");
	const char *signal = text_or(options->stop_signal, image, "StopSignal");

	if (check_words(request->command, err) < 0)
		return -1;
	if (options->workdir && options->workdir[0] != '/')
		return error_set(err, ERROR_INVALID,
				 "the working directory '%s' is invalid, it "
				 "needs to be an absolute path",
				 options->workdir);
	/* an empty host name becomes the id's start when there is an id */
	set_text(config, "Hostname", options->hostname);
	set_text(config, "Domainname", options->domainname);
	set_text(config, "User", text_or(options->user, image, "User"));
	set_streams(request, config);
	set_program(request, image, config);
	set_text(config, "Image", request->image_name);
	set_text(config, "WorkingDir", directory);
	if (signal && *signal)
		set_text(config, "StopSignal", signal);
	if (options->has_stop_timeout)
		(void)json_object_set_new(config, "StopTimeout",
					  json_integer(options->stop_timeout));
	return set_image_defaults(request, image, config, err);
}

int run_config_make(const struct run_config_request *request,
		    struct run_config *out, struct error *err)
{
	autoclean(run_config_release) struct run_config config =
		RUN_CONFIG_INIT;

	config.config = json_object();
	if (make_config(request, config.config, err) < 0 ||
	    split_program(&config, err) < 0 ||
	    run_host_config(request->options, &config.host_config, err) < 0 ||
	    run_storage(request->options, config.host_config,
			&config.size_limit, err) < 0 ||
	    run_networks(request, config.config, config.host_config,
			 &config.networks, err) < 0 ||
	    run_mounts(request, config.host_config, &config.mounts, err) < 0)
		return -1;
	*out = config;
	config = (struct run_config)RUN_CONFIG_INIT;
	return 0;
}

void run_config_release(struct run_config *config)
{
	json_decref(config->config);
	json_decref(config->host_config);
	json_decref(config->networks);
	json_decref(config->mounts);
	json_decref(config->args);
	*config = (struct run_config)RUN_CONFIG_INIT;
}
