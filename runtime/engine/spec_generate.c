/* SPDX-License-Identifier: Apache-2.0 */
/* The whole of an OCI specification from its parts. */
#include "runtime/engine/spec_generate.h"

#include <string.h>

#include "runtime/engine/spec_parts.h"

const char *spec_string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

json_int_t spec_integer(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

json_t *spec_list(const char *const *items)
{
	json_t *array = json_array();

	for (; *items; items++)
		(void)json_array_append_new(array, json_string(*items));
	return array;
}

const char *spec_security_option(const json_t *host_config, const char *key)
{
	const json_t *options = json_object_get(host_config, "SecurityOpt");
	size_t length = strlen(key);
	const json_t *option;
	size_t index;

	json_array_foreach(options, index, option)
	{
		const char *text = json_string_value(option);

		if (!text || strncmp(text, key, length) != 0)
			continue;
		if (text[length] == '=' || text[length] == ':')
			return text + length + 1;
		if (!text[length])
			return "";
	}
	return NULL;
}

static json_t *annotations(const struct spec_request *request)
{
	json_t *given = json_object_get(request->container->host_config,
					"Annotations");

	return json_is_object(given) ? json_copy(given) : json_object();
}

/* A host's UTS namespace keeps the host's name. */
static bool has_hostname(const struct spec_request *request)
{
	return strcmp(spec_string(request->container->host_config, "UTSMode"),
		      "host") != 0;
}

int spec_generate(const struct spec_request *request, json_t **out,
		  struct error *err)
{
	const json_t *config = request->container->config;
	const json_t *host = request->container->host_config;
	json_t *spec = json_object();
	json_t *process = NULL;
	json_t *mounts = NULL;
	json_t *linux_part = NULL;

	if (spec_process(request, &process, err) < 0 ||
	    spec_mounts(request, &mounts, err) < 0 ||
	    spec_linux(request, &linux_part, err) < 0) {
		json_decref(process);
		json_decref(mounts);
		json_decref(spec);
		return -1;
	}
	(void)json_object_set_new(spec, "ociVersion", json_string("1.2.0"));
	(void)json_object_set_new(spec, "process", process);
	(void)json_object_set_new(
		spec, "root",
		json_pack(
			"{s:s,s:b}", "path", "rootfs", "readonly",
			json_is_true(json_object_get(host, "ReadonlyRootfs"))));
	if (has_hostname(request))
		(void)json_object_set_new(
			spec, "hostname",
			json_string(spec_string(config, "Hostname")));
	if (has_hostname(request) && *spec_string(config, "Domainname"))
		(void)json_object_set_new(
			spec, "domainname",
			json_string(spec_string(config, "Domainname")));
	(void)json_object_set_new(spec, "mounts", mounts);
	(void)json_object_set_new(spec, "annotations", annotations(request));
	(void)json_object_set_new(spec, "linux", linux_part);
	*out = spec;
	return 0;
}
