/* SPDX-License-Identifier: Apache-2.0 */
/* Image configuration documents. */
#include "registry/spec/image_config.h"

#include <string.h>

#include "base/alloc.h"
#include "base/jsonx.h"
#include "registry/registry_limits.h"
#include "registry/spec/json_keys.h"

static const char *const known_keys[] = {
	"architecture", "os",	   "variant", "os.version", "rootfs",
	"history",	"created", "author",  "config",	    NULL,
};

static const char *const known_rootfs_keys[] = { "type", "diff_ids", NULL };

static int parse_platform(struct image_config *out, struct error *err)
{
	static const char *const keys[] = { "os", "architecture", "variant",
					    "os.version" };
	struct platform *platform = &out->platform;
	char **fields[] = { &platform->os, &platform->architecture,
			    &platform->variant, &platform->os_version };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *text;

		if (jsonx_opt_string(out->document, keys[i], NULL, &text, err) <
		    0)
			return -1;
		if (text && *text)
			*fields[i] = xstrdup(text);
	}
	return 0;
}

static int parse_diff_ids(const json_t *rootfs, struct image_config *out,
			  struct error *err)
{
	json_t *diff_ids;
	json_t *diff_id;
	size_t i;

	if (jsonx_opt_array(rootfs, "diff_ids", &diff_ids, err) < 0)
		return -1;
	out->diff_ids = xcalloc(json_array_size(diff_ids),
				sizeof(*out->diff_ids));
	json_array_foreach(diff_ids, i, diff_id)
	{
		const char *text = json_string_value(diff_id);

		if (!text)
			return error_set(err, ERROR_INVALID,
					 "diff id %zu is not a string", i + 1);
		if (digest_parse(text, &out->diff_ids[i], err) < 0)
			return error_wrap(err, "diff id %zu", i + 1);
		out->diff_id_count = i + 1;
	}
	return 0;
}

static int parse_rootfs(struct image_config *out, struct error *err)
{
	const char *type;
	json_t *rootfs;

	if (jsonx_object(out->document, "rootfs", &rootfs, err) < 0 ||
	    json_keys_check(rootfs, known_rootfs_keys, err) < 0 ||
	    jsonx_opt_string(rootfs, "type", "layers", &type, err) < 0)
		return -1;
	if (strcmp(type, "layers") != 0)
		return error_set(err, ERROR_UNSUPPORTED,
				 "rootfs of type \"%.100s\" is not supported",
				 type);
	return parse_diff_ids(rootfs, out, err);
}

/*
 * As docker does: a history may say less than there is (some builders write
 * none), but never name more layers than the image has.
 */
static int parse_history(struct image_config *out, struct error *err)
{
	size_t layers = 0;
	json_t *history;
	json_t *entry;
	size_t i;

	if (jsonx_opt_array(out->document, "history", &history, err) < 0)
		return -1;
	json_array_foreach(history, i, entry)
	{
		bool is_empty = false;

		if (!json_is_object(entry))
			return error_set(err, ERROR_INVALID,
					 "history entry %zu is not an object",
					 i + 1);
		if (jsonx_opt_bool(entry, "empty_layer", &is_empty, err) < 0)
			return error_wrap(err, "history entry %zu", i + 1);
		layers += !is_empty;
	}
	if (layers > out->diff_id_count)
		return error_set(err, ERROR_INVALID,
				 "history names %zu layers, rootfs has %zu",
				 layers, out->diff_id_count);
	out->history = history;
	return 0;
}

/* Docker accepts a lone string where a list of arguments belongs. */
static int parse_arguments(const json_t *config, const char *key,
			   struct strvec *out, struct error *err)
{
	const json_t *value = json_object_get(config, key);

	if (!json_is_string(value))
		return jsonx_opt_strings(config, key, out, err);
	strvec_add(out, json_string_value(value));
	return 0;
}

static int parse_strings(const json_t *config, struct image_config *out,
			 struct error *err)
{
	const struct {
		const char *key;
		const char **out;
	} strings[] = {
		{ "User", &out->user },
		{ "WorkingDir", &out->working_dir },
		{ "StopSignal", &out->stop_signal },
	};

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		if (jsonx_opt_string(config, strings[i].key, NULL,
				     strings[i].out, err) < 0)
			return -1;
	}
	return 0;
}

static int parse_objects(const json_t *config, struct image_config *out,
			 struct error *err)
{
	const struct {
		const char *key;
		const json_t **out;
	} objects[] = {
		{ "Labels", &out->labels },
		{ "Volumes", &out->volumes },
		{ "ExposedPorts", &out->ports },
		{ "Healthcheck", &out->healthcheck },
	};

	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		json_t *object;

		if (jsonx_opt_object(config, objects[i].key, &object, err) < 0)
			return -1;
		*objects[i].out = object;
	}
	return json_keys_check_map(config, "Labels", err);
}

static int parse_defaults(struct image_config *out, struct error *err)
{
	json_t *config;

	if (jsonx_opt_object(out->document, "config", &config, err) < 0)
		return -1;
	if (!config)
		return 0;
	out->config = config;
	if (jsonx_opt_strings(config, "Env", &out->env, err) < 0 ||
	    parse_arguments(config, "Entrypoint", &out->entrypoint, err) < 0 ||
	    parse_arguments(config, "Cmd", &out->command, err) < 0 ||
	    parse_strings(config, out, err) < 0 ||
	    parse_objects(config, out, err) < 0)
		return error_wrap(err, "config");
	return 0;
}

static int parse_members(struct image_config *out, struct error *err)
{
	if (!json_is_object(out->document))
		return error_set(err, ERROR_INVALID,
				 "image config is not a JSON object");
	if (json_keys_check(out->document, known_keys, err) < 0 ||
	    parse_platform(out, err) < 0 || parse_rootfs(out, err) < 0 ||
	    parse_history(out, err) < 0 || parse_defaults(out, err) < 0 ||
	    jsonx_opt_string(out->document, "created", NULL, &out->created,
			     err) < 0 ||
	    jsonx_opt_string(out->document, "author", NULL, &out->author, err) <
		    0)
		return -1;
	return 0;
}

int image_config_parse(const char *bytes, size_t length,
		       struct image_config *out, struct error *err)
{
	autoclean(image_config_release) struct image_config parsed =
		IMAGE_CONFIG_INIT;

	if (length > REGISTRY_DOCUMENT_MAX)
		return error_set(err, ERROR_TOO_LARGE,
				 "image config of %zu bytes is over the limit "
				 "of %zu",
				 length, REGISTRY_DOCUMENT_MAX);
	if (jsonx_parse(bytes, length, "image config", &parsed.document, err) <
		    0 ||
	    parse_members(&parsed, err) < 0)
		return -1;
	image_config_release(out);
	*out = parsed;
	parsed = (struct image_config)IMAGE_CONFIG_INIT;
	return 0;
}

int image_config_check(const struct image_config *config,
		       const struct manifest *manifest, struct error *err)
{
	if (config->diff_id_count == manifest->layer_count)
		return 0;
	return error_set(err, ERROR_INVALID,
			 "image config has %zu layers, manifest has %zu",
			 config->diff_id_count, manifest->layer_count);
}

void image_config_release(struct image_config *config)
{
	json_decref(config->document);
	platform_release(&config->platform);
	free(config->diff_ids);
	strvec_release(&config->env);
	strvec_release(&config->entrypoint);
	strvec_release(&config->command);
	*config = (struct image_config)IMAGE_CONFIG_INIT;
}
