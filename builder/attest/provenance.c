/* SPDX-License-Identifier: Apache-2.0 */
/* SLSA provenance. */
#include "builder/attest/provenance.h"

#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "builder/language/scope.h"

#define BUILD_TYPE "https://mobyproject.org/buildkit@v1"
#define BUILD_TYPE_V1                                                    \
	"https://github.com/moby/buildkit/blob/master/docs/attestations" \
	"/slsa-definitions.md"
#define METADATA BUILD_TYPE "#metadata"
#define BUILDER "urn:imgctl:build"
#define FRONTEND "dockerfile.v0"

static bool is_max(const struct provenance_request *request)
{
	return request->options->mode == PROVENANCE_MAX;
}

static void set(json_t *object, const char *key, const char *value)
{
	if (value)
		(void)json_object_set_new(object, key, json_string(value));
}

static void add_pairs(json_t *args, const char *prefix,
		      const struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++) {
		autofree char *key = xasprintf("%s:%s", prefix,
					       pairs->items[i].name);

		/* how the world is reached, and maybe a password */
		if (scope_is_proxy(pairs->items[i].name))
			continue;
		set(args, key, pairs->items[i].value);
	}
}

/* What the frontend was asked for. */
static json_t *make_args(const struct provenance_request *request)
{
	json_t *args = json_object();

	if (strcmp(request->file, "Dockerfile") != 0)
		set(args, "filename", request->file);
	set(args, "target", request->target);
	if (request->context)
		set(args, "context", request->context);
	if (is_max(request)) {
		add_pairs(args, "build-arg", request->args);
		add_pairs(args, "label", request->labels);
	}
	return args;
}

static json_t *make_parameters(const struct provenance_request *request)
{
	json_t *object = json_pack("{s:s,s:o}", "frontend", FRONTEND, "args",
				   make_args(request));

	if (!request->context)
		(void)json_object_set_new(object, "locals",
					  json_pack("[{s:s},{s:s}]", "name",
						    "context", "name",
						    "dockerfile"));
	return object;
}

static json_t *make_source(const struct provenance_request *request,
			   const char *path_key)
{
	json_t *object = json_object();

	set(object, "uri", request->context);
	if (request->commit)
		(void)json_object_set_new(
			object, "digest",
			json_pack("{s:s}", "sha1", request->commit));
	set(object, path_key, request->file);
	return object;
}

/* The Dockerfile itself. */
static json_t *make_metadata(const struct provenance_request *request)
{
	size_t length = BASE64_ENCODE_RAW_LENGTH(request->source->length);
	autofree char *text = xcalloc(length + 1, 1);

	if (!is_max(request))
		return json_object();
	base64_encode_raw(text, request->source->length,
			  (const uint8_t *)request->source->text);
	return json_pack("{s:{s:[{s:s,s:s,s:s}]}}", "source", "infos",
			 "filename", request->file, "language", "Dockerfile",
			 "data", text);
}

/* Nothing without SOURCE_DATE_EPOCH. */
static void set_times(const struct provenance_request *request, json_t *object,
		      const char *begun, const char *ended)
{
	char text[CLOCK_TEXT_MAX];

	if (!request->has_latest)
		return;
	clock_format(clock_join(request->latest, 0), text);
	set(object, begun, text);
	set(object, ended, text);
}

static const char *builder_of(const struct provenance_request *request)
{
	return request->options->builder ? request->options->builder : BUILDER;
}

static json_t *make_v02(const struct provenance_request *request)
{
	json_t *metadata = json_pack(
		"{s:{s:b,s:b,s:b},s:b,s:o}", "completeness", "parameters",
		(int)is_max(request), "environment", 1, "materials", 0,
		"reproducible", (int)request->options->is_reproducible,
		METADATA, make_metadata(request));

	set_times(request, metadata, "buildStartedOn", "buildFinishedOn");
	return json_pack("{s:{s:s},s:s,s:O,s:{s:o,s:o,s:{s:s}},s:o}", "builder",
			 "id", builder_of(request), "buildType", BUILD_TYPE,
			 "materials", request->materials, "invocation",
			 "configSource", make_source(request, "entryPoint"),
			 "parameters", make_parameters(request), "environment",
			 "platform", request->platform, "metadata", metadata);
}

static json_t *make_v1(const struct provenance_request *request)
{
	json_t *metadata = json_pack(
		"{s:{s:b,s:b},s:b,s:o}", "buildkit_completeness", "request",
		(int)is_max(request), "resolvedDependencies", 0,
		"buildkit_reproducible", (int)request->options->is_reproducible,
		"buildkit_metadata", make_metadata(request));

	set_times(request, metadata, "startedOn", "finishedOn");
	return json_pack("{s:{s:s,s:{s:o,s:o},s:{s:s},s:O},s:{s:{s:s},s:o}}",
			 "buildDefinition", "buildType", BUILD_TYPE_V1,
			 "externalParameters", "configSource",
			 make_source(request, "path"), "request",
			 make_parameters(request), "internalParameters",
			 "builderPlatform", request->host_platform,
			 "resolvedDependencies", request->materials,
			 "runDetails", "builder", "id", builder_of(request),
			 "metadata", metadata);
}

const char *provenance_type(const struct provenance_options *options)
{
	return options->is_v1 ? PROVENANCE_V1 : PROVENANCE_V02;
}

json_t *provenance_make(const struct provenance_request *request)
{
	return request->options->is_v1 ? make_v1(request) : make_v02(request);
}

static int parse_bool(const char *text, bool *out)
{
	static const char *const words[2][6] = {
		{ "0", "f", "F", "false", "FALSE", "False" },
		{ "1", "t", "T", "true", "TRUE", "True" },
	};

	for (int value = 0; value < 2; value++)
		for (size_t i = 0; i < 6; i++)
			if (!strcmp(words[value][i], text)) {
				*out = value;
				return 0;
			}
	return -1;
}

static int set_mode(const char *value, struct provenance_options *out)
{
	if (!strcmp(value, "min"))
		out->mode = PROVENANCE_MIN;
	else if (!strcmp(value, "max"))
		out->mode = PROVENANCE_MAX;
	else
		return -1;
	return 0;
}

static int set_version(const char *value, struct provenance_options *out)
{
	out->is_v1 = !strcmp(value, "v1");
	return out->is_v1 || !strcmp(value, "v0.2") ? 0 : -1;
}

static int set_field(const char *key, const char *value,
		     struct provenance_options *out, bool *is_disabled)
{
	if (!strcmp(key, "mode"))
		return set_mode(value, out);
	if (!strcmp(key, "version"))
		return set_version(value, out);
	if (!strcmp(key, "reproducible"))
		return parse_bool(value, &out->is_reproducible);
	if (!strcmp(key, "disabled"))
		return parse_bool(value, is_disabled);
	if (strcmp(key, "builder-id") != 0 || !*value)
		return -1;
	free(out->builder);
	out->builder = xstrdup(value);
	return 0;
}

int provenance_options_parse(const char *text, struct provenance_options *out,
			     struct error *err)
{
	bool is_disabled = false;
	bool is_wanted;

	out->mode = PROVENANCE_MIN;
	if (parse_bool(text, &is_wanted) == 0) {
		out->mode = is_wanted ? PROVENANCE_MIN : PROVENANCE_NONE;
		return 0;
	}
	while (*text) {
		size_t length = strcspn(text, ",");
		autofree char *field = xstrndup(text, length);
		char *value = strchr(field, '=');

		if (value)
			*value++ = '\0';
		if (!value || set_field(field, value, out, &is_disabled) < 0)
			return error_set(err, ERROR_INVALID,
					 "invalid provenance field '%.*s': "
					 "must be mode=min|max, "
					 "version=v0.2|v1, builder-id, "
					 "reproducible or disabled",
					 (int)length, text);
		text += length + (text[length] == ',');
	}
	if (is_disabled)
		out->mode = PROVENANCE_NONE;
	return 0;
}

void provenance_options_release(struct provenance_options *options)
{
	free(options->builder);
	*options = (struct provenance_options){ PROVENANCE_NONE };
}
