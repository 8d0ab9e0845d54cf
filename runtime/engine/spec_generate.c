/* SPDX-License-Identifier: Apache-2.0 */
/* The whole of an OCI specification from its parts. */
#include "runtime/engine/spec_generate.h"

#include <string.h>

#include "runtime/engine/spec_parts.h"

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
