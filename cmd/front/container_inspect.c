/* SPDX-License-Identifier: Apache-2.0 */
/* From a container's documents and state to docker's. */
#include "cmd/front/container_inspect.h"

#include <fcntl.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "cmd/front/docker_shapes.h"
#include "layers/store/container_folder.h"
#include "runtime/engine/container_hostroot.h"
#include "runtime/engine/container_profile.h"
#include "runtime/engine/spec_paths.h"

static void set(json_t *document, const char *key, json_t *value)
{
	(void)json_object_set_new(document, key, value);
}

static json_t *moment(int64_t time)
{
	char text[CLOCK_TEXT_MAX] = "0001-01-01T00:00:00Z";

	if (time)
		clock_format(time, text);
	return json_string(text);
}

static void set_health(json_t *document, const json_t *health)
{
	if (health)
		set(document, "Health",
		    json_deep_copy((json_t *)(uintptr_t)health));
}

static json_t *make_state(const struct container_state *state)
{
	bool is_paused = state->status == CONTAINER_PAUSED;
	bool is_restarting = state->status == CONTAINER_RESTARTING;
	bool is_running = container_status_is_running(state->status);
	json_t *document = json_object();

	set(document, "Status",
	    json_string(container_status_name(state->status)));
	set(document, "Running", json_boolean(is_running));
	set(document, "Paused", json_boolean(is_paused));
	set(document, "Restarting", json_boolean(is_restarting));
	set(document, "OOMKilled", json_boolean(state->is_oom_killed));
	set(document, "Dead", json_boolean(state->status == CONTAINER_DEAD));
	set(document, "Pid", json_integer(state->pid));
	set(document, "ExitCode", json_integer(state->exit_code));
	set(document, "Error",
	    json_string(state->message ? state->message : ""));
	set(document, "StartedAt", moment(state->started));
	set(document, "FinishedAt", moment(state->finished));
	set_health(document, state->health);
	return document;
}

/* A file's path, "" while the file is not there. */
static void set_path(json_t *document, const char *key, const char *folder,
		     const char *name)
{
	autofree char *path = xasprintf("%s/%s", folder, name);

	set(document, key, json_string(fs_exists(AT_FDCWD, path) ? path : ""));
}

static void set_paths(json_t *document, const struct store *store,
		      const char *id, const char *folder)
{
	autofree char *run = container_state_path(store, id);

	set_path(document, "ResolvConfPath", run, "resolv.conf");
	set_path(document, "HostnamePath", run, "hostname");
	set_path(document, "HostsPath", run, "hosts");
	set_path(document, "LogPath", folder, "log.json");
}

/* A list of docker's that is null when nothing is in it. */
static void set_list(json_t *document, const char *key, json_t *list)
{
	(void)json_object_set(document, key,
			      json_array_size(list) ? list : json_null());
	json_decref(list);
}

/* Which node a path was is only for the specification. */
static void set_block(json_t *host, const json_t *own)
{
	static const struct shape_field weight[] = { { "Path", SHAPE_TEXT },
						     { "Weight", SHAPE_NUMBER },
						     { 0 } };
	static const struct shape_field rate[] = { { "Path", SHAPE_TEXT },
						   { "Rate", SHAPE_NUMBER },
						   { 0 } };
	static const struct {
		const char *key;
		const struct shape_field *shape;
	} rows[] = {
		{ "BlkioWeightDevice", weight },
		{ "BlkioDeviceReadBps", rate },
		{ "BlkioDeviceWriteBps", rate },
		{ "BlkioDeviceReadIOps", rate },
		{ "BlkioDeviceWriteIOps", rate },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		set(host, rows[i].key,
		    shape_fill_list(rows[i].shape,
				    json_object_get(own, rows[i].key)));
}

/* Without those that --privileged brings. */
static json_t *asked_devices(const json_t *own)
{
	const json_t *devices = json_object_get(own, "Devices");
	json_t *asked = json_array();
	json_t *device;
	size_t index;

	json_array_foreach(devices, index, device)
	{
		if (!json_object_get(device, "IsUnasked"))
			(void)json_array_append(asked, device);
	}
	return asked;
}

static json_t *make_host_config(const struct container_entry *entry)
{
	const json_t *own = entry->container.host_config;
	json_t *host = shape_fill(docker_host_config_shape, own);
	static const struct shape_field device[] = {
		{ "PathOnHost", SHAPE_TEXT },
		{ "PathInContainer", SHAPE_TEXT },
		{ "CgroupPermissions", SHAPE_TEXT },
		{ 0 },
	};
	json_t *asked;

	if (!json_array_size(json_object_get(host, "ConsoleSize")))
		set(host, "ConsoleSize", json_pack("[i,i]", 0, 0));
	set_list(host, "MaskedPaths", spec_paths_masked(own));
	set_list(host, "ReadonlyPaths", spec_paths_readonly(own));
	asked = asked_devices(own);
	set(host, "Devices", shape_fill_list(device, asked));
	if (!*shape_text(own, "CgroupnsMode"))
		set(host, "CgroupnsMode", json_string("private"));
	json_decref(asked);
	set_block(host, own);
	return host;
}

/* Layers topmost first, as overlayfs takes them. */
static void set_lower(json_t *data, const struct container_entry *entry,
		      const char *root)
{
	const json_t *layers = json_object_get(entry->container.document,
					       "layers");
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	for (size_t i = json_array_size(layers); i > 0; i--) {
		const char *name =
			json_string_value(json_array_get(layers, i - 1));

		strbuf_addf(&text, "%s%s/layers/%s/fs", text.length ? ":" : "",
			    root, name ? name : "");
	}
	set(data, "LowerDir", json_string(text.text));
}

static void set_formatted(json_t *document, const char *key, const char *prefix,
			  const char *suffix)
{
	autofree char *text = xasprintf("%s%s", prefix, suffix);

	set(document, key, json_string(text));
}

/*
 * No mount of a container is visible on the host; what its processes see is
 * the merged tree, while there are any.
 */
static json_t *make_graph_driver(const struct container_entry *entry,
				 const char *root, const char *folder)
{
	json_t *data = json_object();

	set_lower(data, entry, root);
	if (entry->state.pid) {
		autofree char *merged = xasprintf("/proc/%d/root",
						  (int)entry->state.pid);

		set(data, "MergedDir", json_string(merged));
	}
	set_formatted(data, "UpperDir", folder, "/upper");
	set_formatted(data, "WorkDir", folder, "/work");
	return json_pack("{s:o,s:s}", "Data", data, "Name", "overlay2");
}

static json_t *make_config(const struct container_entry *entry)
{
	json_t *config = shape_fill(docker_config_shape,
				    entry->container.config);

	if (json_is_null(json_object_get(config, "Labels")))
		set(config, "Labels", json_object());
	return config;
}

/* What is asked of a network, before there is anything in force. */
static json_t *make_endpoints(const struct container_entry *entry)
{
	const char *mode = shape_text(entry->container.host_config,
				      "NetworkMode");
	const json_t *asked = json_object_get(entry->container.document,
					      "networks");
	const json_t *lived = json_object_get(entry->network, "Networks");
	json_t *networks = json_object();
	const char *name;
	const json_t *settings;

	json_object_foreach((json_t *)(uintptr_t)asked, name, settings)
	{
		set(networks, name,
		    shape_fill(docker_endpoint_shape, settings));
	}
	json_object_foreach((json_t *)(uintptr_t)lived, name, settings)
	{
		set(networks, name,
		    shape_fill(docker_endpoint_shape, settings));
	}
	/* one that lives in another's network has none of its own */
	if (!json_object_size(networks) && *mode && !strchr(mode, ':'))
		set(networks, mode, shape_fill(docker_endpoint_shape, NULL));
	return networks;
}

/* The default bridge's stand at the top, too, for scripts older than networks.
 */
static void set_default_endpoint(json_t *settings, const json_t *networks)
{
	static const char *const keys[] = {
		"EndpointID",	       "Gateway",    "GlobalIPv6Address",
		"GlobalIPv6PrefixLen", "IPAddress",  "IPPrefixLen",
		"IPv6Gateway",	       "MacAddress", NULL,
	};
	const json_t *bridge = json_object_get(networks, "bridge");

	for (const char *const *key = keys; bridge && *key; key++)
		(void)json_object_set(settings, *key,
				      json_object_get(bridge, *key));
}

static json_t *make_network_settings(const struct container_entry *entry)
{
	json_t *settings = shape_fill(docker_network_settings_shape, NULL);
	json_t *networks = make_endpoints(entry);
	json_t *ports = json_object_get(entry->network, "Ports");

	if (entry->state.pid) {
		autofree char *key = xasprintf("/proc/%d/ns/net",
					       (int)entry->state.pid);

		set(settings, "SandboxKey", json_string(key));
	}
	if (ports)
		(void)json_object_set(settings, "Ports", ports);
	set_default_endpoint(settings, networks);
	set(settings, "Networks", networks);
	return settings;
}

static void set_known(json_t *document, const struct container_entry *entry)
{
	const struct container *container = &entry->container;
	const json_t *own = container->document;

	set(document, "Id", json_string(container->id));
	set(document, "Created", json_string(shape_text(own, "created")));
	set(document, "Path", json_string(shape_text(own, "path")));
	(void)json_object_set(document, "Args", json_object_get(own, "args"));
	set(document, "State", make_state(&entry->state));
	set(document, "Image", json_string(container->image));
	/* podman's member */
	if (container_hostroot_path(container))
		set(document, "Rootfs",
		    json_string(container_hostroot_path(container)));
}

static void set_constants(json_t *document, const struct container_entry *entry)
{
	static const char *const empty[] = { "MountLabel", "ProcessLabel",
					     NULL };
	const char *profile = container_profile(entry->container.host_config);

	set_formatted(document, "Name", "/", entry->container.name);
	set(document, "RestartCount", json_integer(entry->state.restarts));
	set(document, "Driver", json_string("overlay2"));
	set(document, "Platform", json_string("linux"));
	for (const char *const *key = empty; *key; key++)
		set(document, *key, json_string(""));
	set(document, "AppArmorProfile", json_string(profile ? profile : ""));
	set(document, "ExecIDs", json_null());
}

static void set_sizes(json_t *document, const struct container_entry *entry)
{
	if (!entry->has_size)
		return;
	set(document, "SizeRw", json_integer((json_int_t)entry->size_rw));
	set(document, "SizeRootFs", json_integer((json_int_t)entry->size_root));
}

/* docker shows volumes that have a name as "z", whatever SELinux is. */
static json_t *make_mounts(const json_t *document)
{
	const json_t *own = json_object_get(document, "mounts");
	json_t *shown = shape_fill_list(docker_mount_shape, own);
	json_t *mount;
	size_t index;

	json_array_foreach(shown, index, mount)
	{
		const json_t *entry = json_array_get(own, index);

		if (!strcmp(shape_text(entry, "Type"), "volume") &&
		    !json_is_true(json_object_get(entry, "Anonymous")) &&
		    !*shape_text(entry, "Mode"))
			set(mount, "Mode", json_string("z"));
		if (!strcmp(shape_text(entry, "Type"), "tmpfs"))
			set(mount, "Mode", json_string(""));
	}
	return shown;
}

json_t *container_inspect(const struct container_entry *entry,
			  const struct store *store)
{
	const struct container *container = &entry->container;
	autofree char *relative = container_folder_path(container->id);
	autofree char *folder = xasprintf("%s/%s", store->root, relative);
	json_t *document = json_object();

	set_known(document, entry);
	set_paths(document, store, container->id, folder);
	set_constants(document, entry);
	set(document, "HostConfig", make_host_config(entry));
	set(document, "GraphDriver",
	    make_graph_driver(entry, store->root, folder));
	set_sizes(document, entry);
	set(document, "Mounts", make_mounts(container->document));
	set(document, "Config", make_config(entry));
	set(document, "NetworkSettings", make_network_settings(entry));
	return document;
}
