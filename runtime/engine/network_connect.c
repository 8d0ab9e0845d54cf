/* SPDX-License-Identifier: Apache-2.0 */
/* Links for containers that run, words for those that do not. */
#include "runtime/engine/network_connect.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomicfile.h"
#include "base/jsonx.h"
#include "runtime/engine/container_network.h"
#include "runtime/engine/container_state.h"
#include "runtime/engine/network_dns.h"
#include "runtime/engine/network_folder.h"
#include "runtime/engine/network_join.h"
#include "runtime/engine/spec_request.h"

static json_t *networks_of(const struct container *container)
{
	json_t *networks = json_object_get(container->document, "networks");

	if (networks)
		return networks;
	networks = json_object();
	(void)json_object_set_new(container->document, "networks", networks);
	return networks;
}

static int check_mode(const struct container *container, struct error *err)
{
	const char *mode = spec_string(container->host_config, "NetworkMode");

	if (!strcmp(mode, "host"))
		return error_set(err, ERROR_INVALID,
				 "container cannot be connected to or "
				 "disconnected from host network");
	if (!strcmp(mode, "pasta") || !strncmp(mode, "container:", 10))
		return error_set(err, ERROR_INVALID,
				 "container sharing network namespace with "
				 "another container or host cannot be "
				 "connected to any other network");
	return 0;
}

/* The process of a container that runs; 0 when it does not. */
static int find_pid(const struct store *store,
		    const struct container *container, pid_t *out,
		    struct error *err)
{
	autoclean(container_state_release) struct container_state state =
		CONTAINER_STATE_INIT;

	if (container_state_load(store, container, &state, err) < 0)
		return -1;
	*out = state.status == CONTAINER_RUNNING ||
			       state.status == CONTAINER_PAUSED
		       ? state.pid
		       : 0;
	return 0;
}

/* The first eth number that no network of RECORD has. */
static unsigned free_number(const json_t *record)
{
	const json_t *networks = json_object_get(record, "Networks");

	for (unsigned number = 0;; number++) {
		const char *name;
		const json_t *endpoint;
		bool is_taken = false;

		json_object_foreach((json_t *)(uintptr_t)networks, name,
				    endpoint)
		{
			is_taken = is_taken ||
				   json_integer_value(json_object_get(
					   endpoint, "Number")) == number;
		}
		if (!is_taken)
			return number;
	}
}

static int write_record(const struct store *store, const char *id,
			const json_t *record, struct error *err)
{
	autofree char *path = container_state_path(store, id);
	autoclose int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autoclean(strbuf_release) struct strbuf text = STRBUF_INIT;

	if (folder < 0)
		return error_sys(err, errno, "open run folder of %s", id);
	jsonx_format(record, &text);
	return atomicfile_put(folder, CONTAINER_NETWORK_RECORD, text.text,
			      text.length, 0, err);
}

static int open_namespace(pid_t pid, struct error *err)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? error_sys(err, errno, "open the container's network")
		      : fd;
}

/* The lease is given back when the links cannot be laid. */
static int lay(const struct store *store, const struct container *container,
	       const struct network *network, const struct wiring *wiring,
	       pid_t pid, struct error *err)
{
	autoclose int namespace_fd = open_namespace(pid, err);
	autoclean(wiring_release) struct wiring gone = WIRING_INIT;
	autoclean(error_release) struct error ignored = ERROR_INIT;
	bool is_idle;

	if (namespace_fd >= 0 &&
	    container_network_attach(store, wiring, namespace_fd, err) == 0)
		return 0;
	if (network_leave(store, network, container->id, &gone, &is_idle,
			  &ignored) < 0)
		error_release(&ignored);
	return -1;
}

static int connect_running(const struct store *store,
			   const struct container *container,
			   const struct network *network,
			   const json_t *settings, pid_t pid, struct error *err)
{
	autoclean(jsonx_free)
		json_t *record = container_network_read(store, container->id);
	autoclean(wiring_release) struct wiring wiring = WIRING_INIT;
	json_t *endpoint = NULL;
	json_t *networks;
	struct network_joining joining = {
		.container = container,
		.settings = settings,
		.number = free_number(record),
	};
	int result;

	if (!record)
		record = json_pack("{s:{},s:{}}", "Networks", "Ports");
	networks = json_object_get(record, "Networks");
	joining.has_gateway = json_object_size(networks) == 0;
	result = network_join(store, network, &joining, &wiring, &endpoint,
			      err);
	if (endpoint)
		(void)json_object_set_new(networks, network->name, endpoint);
	if (result < 0 ||
	    lay(store, container, network, &wiring, pid, err) < 0 ||
	    network_dns_announce(store, network, container->id, err) < 0 ||
	    network_dns_serve(store, network, err) < 0)
		return -1;
	return write_record(store, container->id, record, err);
}

int network_connect(const struct store *store, struct container *container,
		    const struct network *network, json_t *settings,
		    struct error *err)
{
	json_t *networks = networks_of(container);
	pid_t pid = 0;

	if (check_mode(container, err) < 0)
		return -1;
	if (json_object_get(networks, network->name))
		return error_set(err, ERROR_EXISTS,
				 "endpoint with name %s already exists in "
				 "network %s",
				 container->name, network->name);
	if (find_pid(store, container, &pid, err) < 0 ||
	    (pid && connect_running(store, container, network, settings, pid,
				    err) < 0))
		return -1;
	(void)json_object_set(networks, network->name, settings);
	return container_save(container, err);
}

static int disconnect_running(const struct store *store,
			      const struct container *container,
			      const struct network *network, struct error *err)
{
	autoclean(jsonx_free)
		json_t *record = container_network_read(store, container->id);
	autoclean(wiring_release) struct wiring gone = WIRING_INIT;
	bool is_idle = false;

	if (network_leave(store, network, container->id, &gone, &is_idle, err) <
	    0)
		return -1;
	if (is_idle)
		network_join_bridge(network, &gone);
	if (network_program_run(store, "detach", &gone, -1, err) < 0 ||
	    network_dns_serve(store, network, err) < 0)
		return -1;
	if (!record)
		return 0;
	(void)json_object_del(json_object_get(record, "Networks"),
			      network->name);
	return write_record(store, container->id, record, err);
}

int network_disconnect(const struct store *store, struct container *container,
		       const struct network *network, struct error *err)
{
	json_t *networks = networks_of(container);
	pid_t pid = 0;

	if (check_mode(container, err) < 0)
		return -1;
	if (!json_object_get(networks, network->name))
		return error_set(err, ERROR_NOT_FOUND,
				 "container %s is not connected to network %s",
				 container->name, network->name);
	if (find_pid(store, container, &pid, err) < 0 ||
	    (pid && disconnect_running(store, container, network, err) < 0))
		return -1;
	(void)json_object_del(networks, network->name);
	return container_save(container, err);
}

static int rename_on(const struct store *store,
		     const struct container *container, const char *name,
		     json_t *endpoint, struct error *err)
{
	autoclean(network_release) struct network network = NETWORK_INIT;
	autoclean(strvec_release) struct strvec names = STRVEC_INIT;
	const json_t *settings = json_object_get(networks_of(container), name);

	if (network_folder_find(store, name, &network, err) < 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return -1;
		error_release(err); /* no network of ours, as pasta's */
		return 0;
	}
	if (network_join_rename(store, &network, container, settings, &names,
				err) < 0)
		return -1;
	if (!names.count)
		return 0;
	(void)json_object_set_new(endpoint, "DNSNames",
				  jsonx_from_strvec(&names));
	return network_dns_serve(store, &network, err);
}

int network_rename(const struct store *store, const struct container *container,
		   struct error *err)
{
	autoclean(jsonx_free)
		json_t *record = container_network_read(store, container->id);
	const char *name;
	json_t *endpoint;

	if (!json_object_size(json_object_get(record, "Networks")))
		return 0;
	json_object_foreach(json_object_get(record, "Networks"), name, endpoint)
	{
		if (rename_on(store, container, name, endpoint, err) < 0)
			return -1;
	}
	return write_record(store, container->id, record, err);
}
