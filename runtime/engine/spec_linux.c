/* SPDX-License-Identifier: Apache-2.0 */
/* The Linux part of a specification: namespaces, devices, masks. */
#include <string.h>

#include "base/alloc.h"
#include "runtime/engine/spec_parts.h"
#include "runtime/engine/spec_paths.h"

static void add_namespace(json_t *namespaces, const char *type,
			  const char *path)
{
	json_t *entry = json_pack("{s:s}", "type", type);

	if (path)
		(void)json_object_set_new(entry, "path", json_string(path));
	(void)json_array_append_new(namespaces, entry);
}

static bool is_host(const json_t *host_config, const char *key)
{
	return !strcmp(spec_string(host_config, key), "host");
}

/* Its own unless the host's was asked for: paths of the host stay hidden. */
static bool has_cgroup_namespace(const struct spec_request *request)
{
	return !is_host(request->container->host_config, "CgroupnsMode");
}

static json_t *make_namespaces(const struct spec_request *request)
{
	const json_t *host = request->container->host_config;
	json_t *namespaces = json_array();

	add_namespace(namespaces, "mount", NULL);
	if (request->ids->uids.count)
		add_namespace(namespaces, "user", request->user_path);
	if (!is_host(host, "PidMode"))
		add_namespace(namespaces, "pid", request->pid_path);
	if (!is_host(host, "UTSMode"))
		add_namespace(namespaces, "uts", NULL);
	if (!is_host(host, "IpcMode"))
		add_namespace(namespaces, "ipc", request->ipc_path);
	if (!is_host(host, "NetworkMode"))
		add_namespace(namespaces, "network", request->network_path);
	if (has_cgroup_namespace(request))
		add_namespace(namespaces, "cgroup", NULL);
	return namespaces;
}

/*
 * docker's own sysctls in a network namespace of the container's, unless the
 * user set them.
 */
static json_t *make_sysctls(const struct spec_request *request)
{
	const json_t *host = request->container->host_config;
	json_t *given = json_object_get(host, "Sysctls");
	json_t *sysctls = json_is_object(given) ? json_copy(given)
						: json_object();

	if (is_host(host, "NetworkMode") || request->network_path)
		return sysctls;
	if (!json_object_get(sysctls, "net.ipv4.ip_unprivileged_port_start"))
		(void)json_object_set_new(sysctls,
					  "net.ipv4.ip_unprivileged_port_start",
					  json_string("0"));
	if (!request->is_rootless && !request->ids->uids.count &&
	    !json_object_get(sysctls, "net.ipv4.ping_group_range"))
		(void)json_object_set_new(sysctls, "net.ipv4.ping_group_range",
					  json_string("0 2147483647"));
	return sysctls;
}

static json_t *make_device(const json_t *device, const json_t *node)
{
	json_t *copy = json_copy((json_t *)(uintptr_t)node);
	const char *host = spec_string(device, "PathOnHost");

	if (*host && strcmp(host, spec_string(node, "path")) != 0)
		(void)json_object_set_new(copy, "hostPath", json_string(host));
	return copy;
}

/* Devices asked for were looked at when the container was created. */
static json_t *make_devices(const json_t *host_config)
{
	const json_t *given = json_object_get(host_config, "Devices");
	json_t *devices = json_array();
	const json_t *device;
	size_t index;

	json_array_foreach(given, index, device)
	{
		const json_t *node = json_object_get(device, "Node");

		if (json_is_object(node))
			(void)json_array_append_new(devices,
						    make_device(device, node));
	}
	return devices;
}

int spec_linux(const struct spec_request *request, json_t **out,
	       struct error *err)
{
	const json_t *host = request->container->host_config;
	json_t *resources = NULL;

	if (spec_resources(host, &resources, err) < 0)
		return -1;
	*out = json_pack("{s:o,s:o,s:o,s:s,s:o,s:s,s:o,s:o}", "namespaces",
			 make_namespaces(request), "sysctl",
			 make_sysctls(request), "resources", resources,
			 "cgroupsPath", request->cgroups_path, "devices",
			 make_devices(host), "rootfsPropagation", "rprivate",
			 "maskedPaths", spec_paths_masked(host),
			 "readonlyPaths", spec_paths_readonly(host));
	if (request->ids->uids.count && !request->user_path) {
		(void)json_object_set_new(*out, "uidMappings",
					  id_maps_oci(&request->ids->uids));
		(void)json_object_set_new(*out, "gidMappings",
					  id_maps_oci(&request->ids->gids));
	}
	return 0;
}
